"""Three small SQLite databases for the tests of synthesis: a shop's customers, a school, and sensors."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

from sqlwright.schema.model import Column, ForeignKey, Schema, Table

_DDL = {
    "crm": """
CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, first_name VARCHAR(40) NOT NULL, last_name VARCHAR(40) NOT NULL, email VARCHAR(80),
    city VARCHAR(40), segment VARCHAR(20), signup_date DATE, is_active BOOLEAN, credit_limit DECIMAL(10,2));
CREATE TABLE product (product_id INTEGER PRIMARY KEY, product_name VARCHAR(60) NOT NULL UNIQUE, category VARCHAR(20), unit_price DECIMAL(10,2), stock INTEGER);
CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer(customer_id), order_date DATE, status VARCHAR(20),
    total_amount DECIMAL(10,2), channel VARCHAR(20));
CREATE TABLE order_item (order_id INTEGER REFERENCES orders(order_id), product_id INTEGER REFERENCES product(product_id), quantity INTEGER,
    unit_price DECIMAL(10,2), PRIMARY KEY (order_id, product_id));
CREATE TABLE ticket (ticket_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer(customer_id), subject VARCHAR(80), priority VARCHAR(10),
    opened_at TIMESTAMP, closed_at TIMESTAMP, satisfaction INTEGER);
CREATE TABLE employee (employee_id INTEGER PRIMARY KEY, name VARCHAR(60), manager_id INTEGER REFERENCES employee(employee_id), salary INTEGER, hire_date DATE, team VARCHAR(20));
""",
    "school": """
CREATE TABLE Student (StuID INTEGER PRIMARY KEY, Name TEXT, Age INTEGER, Sex TEXT, Major TEXT, GPA REAL, HomeCity TEXT, AdvisorID INTEGER);
CREATE TABLE Teacher (TeacherID INTEGER PRIMARY KEY, Name TEXT, Department TEXT, HiredYear INTEGER, Salary INTEGER);
CREATE TABLE Course (CourseID INTEGER PRIMARY KEY, Title TEXT, Credits INTEGER, TeacherID INTEGER, Level TEXT);
CREATE TABLE Enrollment (StuID INTEGER, CourseID INTEGER, Semester TEXT, Score REAL);
CREATE TABLE Club (ClubID INTEGER PRIMARY KEY, ClubName TEXT, Budget INTEGER, Room TEXT);
CREATE TABLE Club_Member (ClubID INTEGER, StuID INTEGER);
""",
    "sensor": """
CREATE TABLE site (site_id INTEGER PRIMARY KEY, site_name TEXT, region TEXT, latitude REAL, longitude REAL, opened_year INTEGER);
CREATE TABLE device (device_id INTEGER PRIMARY KEY, serial_number TEXT UNIQUE, model TEXT, site_id INTEGER REFERENCES site(site_id), installed_on TEXT,
    battery_percent REAL, firmware TEXT);
CREATE TABLE reading (reading_id INTEGER PRIMARY KEY, device_id INTEGER REFERENCES device(device_id), recorded_at TEXT, temperature REAL, humidity REAL, status TEXT);
CREATE TABLE alarm (alarm_id INTEGER PRIMARY KEY, device_id INTEGER REFERENCES device(device_id), raised_at TEXT, severity TEXT, acknowledged INTEGER, message TEXT);
CREATE TABLE maintenance (maintenance_id INTEGER PRIMARY KEY, device_id INTEGER REFERENCES device(device_id), performed_on TEXT, technician TEXT, cost REAL, duration_minutes INTEGER);
""",
}  # fmt: skip
_FIRST = ("Anna", "Ben", "Clara", "David", "Eva", "Felix", "Grace", "Hugo", "Iris", "Jonas")
_LAST = ("Smith", "Keller", "Lopez", "Tanaka", "Brown", "Novak", "Rossi")
_CITIES = ("Berlin", "Hamburg", "Lyon", "Porto", "Oslo", "Graz")


def build(world: str, path: Path) -> Path:
    """Write the SQLite file of a world, the same every time."""
    rng = random.Random(world)
    database = sqlite3.connect(path)
    database.executescript(_DDL[world])
    for table, rows in _ROWS[world](rng).items():
        database.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
    database.commit()
    database.close()
    return path


def schema_of(world: str, path: Path) -> Schema:
    """Read the schema with SQLite's own pragmas, so that these tests need no other room."""
    database = sqlite3.connect(path)
    tables = []
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid").fetchall():
        info = database.execute(f"PRAGMA table_info({name})").fetchall()
        unique = {
            columns[0][2]
            for index in database.execute(f"PRAGMA index_list({name})").fetchall()
            if index[2] and len(columns := database.execute(f"PRAGMA index_info({index[1]})").fetchall()) == 1
        }
        tables.append(
            Table(
                name,
                tuple(
                    Column(row[1], row[2], nullable=not row[3] and not row[5], unique=row[1] in unique) for row in info
                ),
                tuple(row[1] for row in sorted((row for row in info if row[5]), key=lambda row: row[5])),
                tuple(
                    ForeignKey((row[3],), row[2], (row[4],))
                    for row in database.execute(f"PRAGMA foreign_key_list({name})").fetchall()
                ),
            )
        )
    database.close()
    return Schema(world, tuple(tables), "sqlite")


def values_of(schema: Schema, path: Path) -> dict[tuple[str, str], tuple[str | int | float, ...]]:
    """Read distinct values, the most frequent first."""
    database = sqlite3.connect(path)
    values = {}
    for table, column in schema.columns():
        rows = database.execute(
            f'SELECT "{column.name}" FROM "{table.name}" WHERE "{column.name}" IS NOT NULL '
            f'GROUP BY "{column.name}" ORDER BY COUNT(*) DESC, "{column.name}" LIMIT 200'
        ).fetchall()
        values[table.name, column.name] = tuple(row[0] for row in rows)
    database.close()
    return values


def _day(rng: random.Random, first: int = 2020, last: int = 2024) -> str:
    return f"{rng.randint(first, last)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def _time(rng: random.Random) -> str:
    return f"{_day(rng, 2023, 2024)} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00"


def _crm(rng: random.Random) -> dict[str, list[tuple[object, ...]]]:
    pick = rng.choice
    names = (
        "Desk",
        "Lamp",
        "Office Chair",
        "Monitor",
        "Keyboard",
        "Mouse Pad",
        "Notebook",
        "Standing Desk",
        "Pen Set",
        "Headset",
        "Webcam",
        "Shelf",
    )
    return {
        "customer": [
            (i, pick(_FIRST), pick(_LAST), None if rng.random() < 0.1 else f"c{i}@example.org", pick(_CITIES),
             pick(("retail", "business", "public")), _day(rng), rng.random() < 0.8, rng.randrange(5, 100) * 100)
            for i in range(1, 121)
        ],
        "product": [(i, name, pick(("Furniture", "Electronics", "Stationery")), rng.randrange(300, 60000) / 100, rng.randrange(0, 400))
                    for i, name in enumerate(names, 1)],
        "orders": [(i, rng.randint(1, 100), _day(rng, 2022), pick(("paid", "paid", "shipped", "cancelled", "pending")), rng.randrange(1000, 200000) / 100,
                    pick(("web", "shop", "phone"))) for i in range(1, 401)],
        "order_item": [(rng.randint(1, 400), rng.randint(1, 11), rng.randint(1, 9), rng.randrange(300, 60000) / 100) for _ in range(900)],
        "ticket": [(i, rng.randint(1, 120), pick(("Login fails", "Invoice missing", "Late delivery", "Broken item", "Refund question")),
                    pick(("low", "medium", "high")), _time(rng), None if rng.random() < 0.3 else _time(rng), pick((None, 1, 2, 3, 4, 5, 5)))
                   for i in range(1, 201)],
        "employee": [(i, f"{pick(_FIRST)} {pick(_LAST)}", None if i < 4 else rng.randint(1, max(1, i // 3)), rng.randrange(30, 110) * 1000, _day(rng, 2012),
                      pick(("sales", "support", "finance", "IT"))) for i in range(1, 41)],
    }  # fmt: skip


def _school(rng: random.Random) -> dict[str, list[tuple[object, ...]]]:
    pick = rng.choice
    titles = (
        "Algebra",
        "Biology",
        "Modern History",
        "Art History",
        "Databases",
        "Linear Algebra",
        "Chemistry",
        "Music Theory",
        "Statistics",
    )
    clubs = ("Chess Club", "Drama Club", "Robotics", "Choir", "Debate Society", "Hiking Club")
    return {
        "Student": [(i, f"{pick(_FIRST)} {pick(_LAST)}", rng.randint(17, 26), pick("FM"), pick(("Physics", "Law", "History", "Computer Science")),
                     round(rng.uniform(1.5, 4), 2), pick(_CITIES), rng.randint(1, 15)) for i in range(1, 151)],
        "Teacher": [(i, f"{pick(_FIRST)} {pick(_LAST)}", pick(("Science", "Humanities", "Arts")), rng.randint(1990, 2023), rng.randrange(40, 95) * 1000)
                    for i in range(1, 19)],
        "Course": [(i, title, pick((2, 3, 4, 6)), rng.randint(1, 12), pick(("beginner", "advanced"))) for i, title in enumerate(titles, 1)],
        "Enrollment": [(rng.randint(1, 140), rng.randint(1, 8), pick(("Fall 2022", "Spring 2023", "Fall 2023")), round(rng.uniform(40, 100), 1)) for _ in range(600)],
        "Club": [(i, club, rng.randrange(5, 60) * 100, f"B{rng.randint(1, 30)}") for i, club in enumerate(clubs, 1)],
        "Club_Member": [(rng.randint(1, 5), rng.randint(1, 150)) for _ in range(120)],
    }  # fmt: skip


def _sensor(rng: random.Random) -> dict[str, list[tuple[object, ...]]]:
    pick = rng.choice
    return {
        "site": [(i, f"{pick(('North', 'South', 'East', 'River', 'Hill'))} Plant {i}", pick(("Alps", "Coast", "Valley")), round(rng.uniform(43, 54), 4),
                  round(rng.uniform(2, 16), 4), rng.randint(1998, 2022)) for i in range(1, 13)],
        "device": [(i, f"SN-{1000 + i}", pick(("TX-100", "TX-200", "AirSense")), rng.randint(1, 11), _day(rng), round(rng.uniform(5, 100), 1),
                    pick(("1.0.2", "1.1.0", "2.0.0"))) for i in range(1, 61)],
        "reading": [(i, rng.randint(1, 58), _time(rng), round(rng.gauss(15, 8), 1), round(rng.uniform(20, 95), 1), pick(("ok", "ok", "ok", "warning", "error")))
                    for i in range(1, 601)],
        "alarm": [(i, rng.randint(1, 50), _time(rng), pick(("info", "minor", "major", "critical")), int(rng.random() < 0.7),
                   pick(("Temperature too high", "Battery low", "No signal", "Humidity out of range"))) for i in range(1, 151)],
        "maintenance": [(i, rng.randint(1, 55), _day(rng, 2022), pick(("Mara Lind", "Otto Berg", "Lea Fuchs")), round(rng.uniform(40, 900), 2), rng.randint(15, 240))
                        for i in range(1, 121)],
    }  # fmt: skip


_ROWS = {"crm": _crm, "school": _school, "sensor": _sensor}
WORLDS = tuple(_DDL)


def ddl(world: str) -> str:
    """Return the CREATE TABLE statements of a world."""
    return _DDL[world]
