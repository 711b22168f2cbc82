"""A bus company as a SQLite file, from a seeded generator: the held-out database of the hand-written fleet questions.

Twelve tables, about 4,500 rows. It is untidy as real ones are: names are cut short (`nm`, `odo_km`, `cxl_rsn`), fuels
are codes with a table of their own, a line is `run_by` a depot and a bus has a `home_dep`, drivers are mentored by
drivers, lines and stops meet in `line_stop`. A cancelled trip has a reason and neither delay nor passengers; drivers
who stayed have no `left_on`; open repairs and open complaints have no last date.

Run as a script to write the file: `python benchmarks/data/fleet.py fleet.sqlite`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from sqlwright.demo.sqlite_file import write_sqlite

DDL = """
CREATE TABLE depot (
    dep_code TEXT PRIMARY KEY,
    town TEXT NOT NULL,
    bays INTEGER NOT NULL,
    opened DATE NOT NULL,
    phone TEXT
);
CREATE TABLE fuel (
    cd TEXT PRIMARY KEY,
    descr TEXT NOT NULL
);
CREATE TABLE vehicle (
    veh_id INTEGER PRIMARY KEY,
    plate TEXT NOT NULL UNIQUE,
    make TEXT NOT NULL,
    model TEXT NOT NULL,
    fuel_cd TEXT NOT NULL REFERENCES fuel (cd),
    seats INTEGER NOT NULL,
    yr_built INTEGER NOT NULL,
    home_dep TEXT NOT NULL REFERENCES depot (dep_code),
    odo_km INTEGER NOT NULL,
    stat TEXT NOT NULL,
    sold_on DATE
);
CREATE TABLE driver (
    drv_no INTEGER PRIMARY KEY,
    first_nm TEXT NOT NULL,
    last_nm TEXT NOT NULL,
    born DATE NOT NULL,
    hired DATE NOT NULL,
    left_on DATE,
    dep_code TEXT NOT NULL REFERENCES depot (dep_code),
    mentor INTEGER REFERENCES driver (drv_no),
    hourly_pay REAL NOT NULL
);
CREATE TABLE licence (
    lic_cls TEXT PRIMARY KEY,
    descr TEXT NOT NULL
);
CREATE TABLE driver_licence (
    drv_no INTEGER NOT NULL REFERENCES driver (drv_no),
    lic_cls TEXT NOT NULL REFERENCES licence (lic_cls),
    valid_to DATE NOT NULL,
    PRIMARY KEY (drv_no, lic_cls)
);
CREATE TABLE line (
    line_no TEXT PRIMARY KEY,
    nm TEXT NOT NULL,
    kind TEXT NOT NULL,
    len_km REAL NOT NULL,
    run_by TEXT NOT NULL REFERENCES depot (dep_code)
);
CREATE TABLE stop (
    stop_id INTEGER PRIMARY KEY,
    nm TEXT NOT NULL UNIQUE,
    town TEXT NOT NULL,
    fare_zone INTEGER NOT NULL,
    shelter INTEGER NOT NULL,
    step_free INTEGER NOT NULL
);
CREATE TABLE line_stop (
    line_no TEXT NOT NULL REFERENCES line (line_no),
    seq INTEGER NOT NULL,
    stop_id INTEGER NOT NULL REFERENCES stop (stop_id),
    min_from_start INTEGER NOT NULL,
    PRIMARY KEY (line_no, seq)
);
CREATE TABLE trip (
    trip_id INTEGER PRIMARY KEY,
    line_no TEXT NOT NULL REFERENCES line (line_no),
    veh INTEGER NOT NULL REFERENCES vehicle (veh_id),
    drv INTEGER NOT NULL REFERENCES driver (drv_no),
    dep_at TEXT NOT NULL,
    delay_min INTEGER,
    pax INTEGER,
    cxl_rsn TEXT
);
CREATE TABLE repair (
    job_no INTEGER PRIMARY KEY,
    veh_id INTEGER NOT NULL REFERENCES vehicle (veh_id),
    in_on DATE NOT NULL,
    out_on DATE,
    kind TEXT NOT NULL,
    labour_h REAL NOT NULL,
    cost REAL
);
CREATE TABLE complaint (
    cid INTEGER PRIMARY KEY,
    recv_on DATE NOT NULL,
    trip_id INTEGER NOT NULL REFERENCES trip (trip_id),
    topic TEXT NOT NULL,
    settled_on DATE,
    comp_amt REAL
);
"""

Rows = list[tuple[object, ...]]

_YEAR = date(2024, 1, 1)
_DEPOTS = (("NOR", "Northwick", 30), ("SAL", "Saltmarsh", 18), ("DUN", "Dunmore", 14), ("ALD", "Alder Hill", 9))
_FUELS = {"D": "Diesel", "E": "Electric", "H": "Hybrid", "G": "Natural gas"}
_LICENCES = {"D1": "Minibus", "D": "Single-decker", "DD": "Double-decker", "DE": "Articulated", "EV": "High voltage"}
# Make and model: fuel, seats, first and last year of building, how many there are.
_MODELS: dict[tuple[str, str], tuple[str, int, int, int, int]] = {
    ("Volvo", "B9"): ("D", 45, 2006, 2012, 11), ("Volvo", "7900H"): ("H", 38, 2014, 2019, 7),
    ("Solaris", "Urbino 12"): ("D", 41, 2011, 2018, 9), ("Solaris", "Urbino E"): ("E", 37, 2020, 2024, 8),
    ("BYD", "K9"): ("E", 35, 2019, 2023, 5), ("MAN", "Lion's City G"): ("G", 40, 2013, 2018, 6),
    ("Alexander Dennis", "Enviro400"): ("D", 74, 2008, 2016, 4), ("Mercedes", "Sprinter 45"): ("D", 19, 2015, 2022, 3),
}  # fmt: skip
_LINES: tuple[tuple[str, str, str, float, str], ...] = (
    ("1", "Northwick Circle", "city", 9.4, "NOR"), ("7", "Harbour - University", "city", 12.8, "NOR"),
    ("14", "Station - Hospital", "city", 7.6, "NOR"), ("22", "Saltmarsh Circle", "city", 8.1, "SAL"),
    ("31", "Dunmore Town", "city", 6.9, "DUN"), ("X1", "Northwick - Saltmarsh", "regional", 38.5, "NOR"),
    ("X3", "Northwick - Dunmore", "regional", 51.2, "DUN"), ("X5", "Saltmarsh - Alder Hill", "regional", 64.7, "ALD"),
    ("N1", "Night Harbour", "night", 13.3, "NOR"), ("N2", "Night Saltmarsh", "night", 10.9, "SAL"),
    ("S4", "Alder Hill Schools", "school", 17.5, "ALD"), ("S6", "Dunmore Schools", "school", 14.2, "DUN"),
)  # fmt: skip
_STOPS = {
    "Northwick": "Central Station,Harbour,University,City Hospital,Old Market,Museum,Mill Lane,West Gate,Castle Park,"
    "Fire Station,Opera,Chestnut Road",
    "Saltmarsh": "Saltmarsh Pier,Fish Market,Lighthouse,Salt Works,Marsh Road,Dune Camp,Saltmarsh Station",
    "Dunmore": "Dunmore Square,Abbey,Brewery,Grammar School,Quarry,Dunmore Bridge",
    "Alder Hill": "Alder Hill Church,Sawmill,Primary School,Reservoir,Golf Club",
}
_FIRST = (
    "Ada Boris Carla Dev Elif Frank Greta Hugo Ines Jonas Katya Liam Mona Nils Olga Pavel Rita Sven Tara Wei".split()
)
_LAST = (
    "Adler Brandt Chen Dufour Eriksen Falk Gomez Hartley Ivanov Jansen Kowalski Lindqvist Moreau Novak Okafor Petrov "
    "Quist Rossi Sato Tanaka Ueda Vargas Weiss Yilmaz Zhang"
).split()
_REASONS = ("no driver", "breakdown", "snow", "road closed")
_REPAIRS = {"brakes": 6.0, "tyres": 2.0, "engine": 14.0, "doors": 3.0, "battery": 9.0, "bodywork": 11.0}
_TOPICS = ("late", "rude driver", "dirty bus", "did not stop", "lost property", "overcrowded")


def build_fleet(path: str | Path, *, seed: int = 23, trips: int = 3200) -> Path:
    """Write the database to `path`, over whatever is there, and return the path.

    Args:
        trips: how many trips of 2024; the other tables do not grow with it, but for complaints.
    """
    return write_sqlite(path, DDL, _tables(random.Random(seed), trips))


def _tables(rng: random.Random, count: int) -> Iterable[tuple[str, Rows]]:
    yield (
        "depot",
        [
            (code, town, bays, _day(rng, date(1972, 3, 1), 14_000), None if code == "ALD" else f"555-02{bays}")
            for code, town, bays in _DEPOTS
        ],
    )
    yield "fuel", list(_FUELS.items())
    vehicles = _vehicles(rng)
    yield "vehicle", vehicles
    drivers = _drivers(rng)
    yield "driver", drivers
    yield "licence", list(_LICENCES.items())
    yield "driver_licence", _driver_licences(rng, drivers)
    yield "line", list(_LINES)
    stops: Rows = [
        (town, name) for town, names in _STOPS.items() for name in names.split(",")
    ]  # fmt: skip
    zones = {town: zone for zone, town in enumerate(_STOPS, 1)}
    yield (
        "stop",
        [
            (100 + number, name, town, zones[str(town)], int(rng.random() < 0.7), int(rng.random() < 0.55))
            for number, (town, name) in enumerate(stops, 1)
        ],
    )
    yield "line_stop", _line_stops(rng, stops)
    made = _trips(rng, vehicles, drivers, count)
    yield "trip", made
    yield "repair", _repairs(rng, vehicles)
    yield "complaint", _complaints(rng, made)


def _day(rng: random.Random, first: date, days: int) -> str:
    return (first + timedelta(days=rng.randrange(days))).isoformat()


def _vehicles(rng: random.Random) -> Rows:
    rows: Rows = []
    plates = rng.sample(range(100, 999), 60)
    for (make, model), (fuel, seats, first, last, number) in _MODELS.items():
        for _ in range(number):
            built = rng.randint(first, last)
            stat = "sold" if built < 2010 and rng.random() < 0.6 else rng.choices(("active", "workshop"), (90, 10))[0]
            driven = (2024.9 - built) * rng.uniform(29_000, 52_000) + rng.randrange(9_000)
            depot = rng.choices([code for code, _, _ in _DEPOTS], (24, 14, 10, 5))[0]
            sold = _day(rng, date(2021, 1, 4), 1_400) if stat == "sold" else None
            kind = (make, model, fuel, seats + rng.choice((0, 0, -2, 2)), built)
            rows.append((len(rows) + 1, f"KB-{plates[len(rows)]}", *kind, depot, int(driven), stat, sold))
    return rows


def _drivers(rng: random.Random) -> Rows:
    """The first eight were there from the start; later ones have a mentor of the same depot more often than not."""
    names = rng.sample([(first, last) for first in _FIRST for last in _LAST], 64)
    rows: Rows = []
    for number, (first, last) in enumerate(names, 501):
        depot = (
            _DEPOTS[(number - 501) % 4][0]
            if number < 509
            else rng.choices("NOR SAL DUN ALD".split(), (24, 14, 10, 6))[0]
        )
        hired = date(1998, 5, 1) + timedelta(days=150 * (number - 501) + rng.randrange(90))
        mentors = [row[0] for row in rows[:30] if row[6] == depot and not row[5]]
        mentor = rng.choice(mentors) if number > 508 and mentors and rng.random() < 0.75 else None
        left = hired + timedelta(days=rng.randrange(200, 4_000)) if rng.random() < 0.22 else None
        gone = left.isoformat() if left and left < date(2024, 1, 1) else None
        pay = 16.5 + 0.22 * (2024 - hired.year) + rng.uniform(-1.2, 1.8)
        born = hired - timedelta(days=rng.randrange(8_000, 15_000))
        rows.append((number, first, last, born.isoformat(), hired.isoformat(), gone, depot, mentor, round(pay, 2)))
    return rows


def _driver_licences(rng: random.Random, drivers: Rows) -> Rows:
    rows: Rows = []
    for driver in drivers:
        extra = [code for code in ("D1", "DD", "DE", "EV") if rng.random() < 0.33]
        rows += [(driver[0], code, _day(rng, date(2024, 2, 1), 1_500)) for code in ["D", *extra]]
    return rows


def _line_stops(rng: random.Random, stops: Rows) -> Rows:
    """A line stops in its depot's town, a regional one in two towns."""
    rows: Rows = []
    towns = {code: town for code, town, _ in _DEPOTS}
    ids: dict[object, list[int]] = {}
    for number, (town, _) in enumerate(stops, 101):
        ids.setdefault(town, []).append(number)
    for line, name, kind, length, depot in _LINES:
        if kind == "regional":
            first, last = name.split(" - ")
            calls = rng.sample(ids[first], 3) + rng.sample(ids[last], 3)
        else:
            calls = rng.sample(ids[towns[depot]], min(len(ids[towns[depot]]), rng.randint(4, 8)))
        minutes = 0
        for place, stop in enumerate(calls, 1):
            rows.append((line, place, stop, minutes))
            minutes += max(2, round(length * 2.2 / len(calls)) + rng.choice((-1, 0, 1)))
    return rows


def _trips(rng: random.Random, vehicles: Rows, drivers: Rows, count: int) -> Rows:
    buses = {code: [v for v in vehicles if v[7] == code and v[9] == "active"] for code, _, _ in _DEPOTS}
    crews = {code: [d for d in drivers if d[6] == code and not d[5]] for code, _, _ in _DEPOTS}
    weights = {"city": 13, "regional": 7, "night": 3, "school": 4}
    times = {"city": (5, 22), "regional": (6, 20), "night": (0, 3), "school": (7, 15)}
    rows: Rows = []
    for _ in range(count):
        line, _, kind, length, depot = rng.choices(_LINES, [weights[one[2]] for one in _LINES])[0]
        day = _YEAR + timedelta(days=rng.randrange(366))
        if kind == "school" and (day.weekday() > 4 or day.month in (7, 8)):
            continue
        at = f"{day} {rng.randint(*times[kind]):02d}:{rng.choice((0, 10, 15, 20, 30, 40, 45, 50)):02d}"
        bus, crew = rng.choice(buses[depot]), rng.choice(crews[depot])
        reason = rng.choices(_REASONS, (45, 27, 20, 8))[0] if rng.random() < 0.035 else None
        if reason == "snow" and day.month not in (1, 2, 12):
            reason = "breakdown"
        delay = max(-2, int(rng.expovariate(1 / (1.5 + length / 12)) - 1))
        pax = int(rng.triangular(2, 1.3 * int(str(bus[5])), 0.4 * int(str(bus[5]))) * (0.4 if kind == "night" else 1))
        ran = (None, None) if reason else (delay, pax)
        rows.append((len(rows) + 1, line, bus[0], crew[0], at, *ran, reason))
    return rows


def _repairs(rng: random.Random, vehicles: Rows) -> Rows:
    """About 240 in two years; a bus in the workshop has an open one."""
    rows: Rows = []
    for bus in vehicles:
        age = 2025 - int(str(bus[6]))
        kinds = [kind for kind in _REPAIRS if bus[4] == "E" or kind != "battery"]
        for _ in range(0 if bus[9] == "sold" or (age < 3 and rng.random() < 0.6) else rng.randint(1, 2 + age // 2)):
            kind = rng.choice(kinds)
            came = date.fromisoformat(_day(rng, date(2023, 1, 2), 700))
            hours = round(_REPAIRS[kind] * rng.uniform(0.4, 1.9), 1)
            cost = round(hours * 62 + rng.uniform(20, 190) * _REPAIRS[kind], 2)
            left = (came + timedelta(days=1 + int(hours / 4 * rng.uniform(0.5, 2)))).isoformat()
            rows.append((7001 + len(rows), bus[0], came.isoformat(), left, kind, hours, cost))
        if bus[9] == "workshop":
            came = date.fromisoformat(_day(rng, date(2024, 12, 10), 20))
            rows.append((7001 + len(rows), bus[0], came.isoformat(), None, rng.choice(kinds), 0.0, None))
    return rows


def _complaints(rng: random.Random, trips: Rows) -> Rows:
    rows: Rows = []
    for trip in trips:
        delay = int(str(trip[5])) if trip[5] is not None else 20
        if rng.random() > 0.03 + 0.008 * delay:
            continue
        topic = "late" if delay > 9 and rng.random() < 0.7 else rng.choice(_TOPICS[1:])
        came = date.fromisoformat(str(trip[4])[:10]) + timedelta(days=rng.randrange(6))
        settled = came + timedelta(days=rng.randint(1, 40)) if rng.random() < 0.84 else None
        paid = float(rng.choice((5, 10, 20, 35, 60))) if settled and rng.random() < 0.35 else None
        rows.append((len(rows) + 1, came.isoformat(), trip[0], topic, settled.isoformat() if settled else None, paid))
    return rows


if __name__ == "__main__":
    print(build_fleet(sys.argv[1]))
