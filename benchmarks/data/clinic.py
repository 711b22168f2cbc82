"""A clinic as a SQLite file, from a seeded generator: the held-out database of the hand-written clinic questions.

Seven tables (departments, doctors, patients, appointments, drugs, prescriptions, invoices), about 3,000 rows over three
years. Nothing of it is in the demo. The DDL is English and without comments: names alone say what a column holds.
Children go to pediatrics and adults elsewhere; only completed appointments have prescriptions and invoices; unpaid
invoices have no payment date; some patients never came.

Run as a script to write the file: `python benchmarks/data/clinic.py clinic.sqlite`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from sqlwright.demo.sqlite_file import write_sqlite

DDL = """
CREATE TABLE departments (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    floor INTEGER NOT NULL,
    phone TEXT NOT NULL
);
CREATE TABLE doctors (
    id INTEGER PRIMARY KEY,
    full_name TEXT NOT NULL UNIQUE,
    department_id INTEGER NOT NULL REFERENCES departments (id),
    supervisor_id INTEGER REFERENCES doctors (id),
    title TEXT NOT NULL,
    hire_date DATE NOT NULL,
    consultation_fee REAL NOT NULL
);
CREATE TABLE patients (
    id INTEGER PRIMARY KEY,
    full_name TEXT NOT NULL UNIQUE,
    gender TEXT NOT NULL,
    birth_date DATE NOT NULL,
    city TEXT NOT NULL,
    phone TEXT,
    insurance TEXT,
    blood_type TEXT NOT NULL,
    registered_on DATE NOT NULL
);
CREATE TABLE appointments (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    doctor_id INTEGER NOT NULL REFERENCES doctors (id),
    visit_date DATE NOT NULL,
    start_time TEXT NOT NULL,
    duration_minutes INTEGER NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL
);
CREATE TABLE drugs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    form TEXT NOT NULL,
    manufacturer TEXT NOT NULL,
    unit_price REAL NOT NULL,
    stock INTEGER NOT NULL
);
CREATE TABLE prescriptions (
    id INTEGER PRIMARY KEY,
    appointment_id INTEGER NOT NULL REFERENCES appointments (id),
    drug_id INTEGER NOT NULL REFERENCES drugs (id),
    quantity INTEGER NOT NULL,
    times_per_day INTEGER NOT NULL,
    days INTEGER NOT NULL
);
CREATE TABLE invoices (
    id INTEGER PRIMARY KEY,
    appointment_id INTEGER NOT NULL UNIQUE REFERENCES appointments (id),
    issued_on DATE NOT NULL,
    amount REAL NOT NULL,
    paid_on DATE,
    payment_method TEXT
);
"""

_START, _LAST_VISIT, _LAST_BOOKING = date(2022, 1, 3), date(2024, 12, 13), date(2025, 1, 31)

# Department: its floor, how often patients go there, the reasons they give.
_DEPARTMENTS: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "General Practice": (1, 30, ("Fever", "Cough", "Annual checkup", "Vaccination", "Headache")),
    "Cardiology": (3, 14, ("Chest pain", "High blood pressure", "Palpitations", "Follow-up")),
    "Dermatology": (2, 15, ("Rash", "Acne", "Mole check", "Follow-up")),
    "Orthopedics": (2, 12, ("Back pain", "Knee pain", "Fracture", "Follow-up")),
    "Pediatrics": (1, 13, ("Fever", "Cough", "Vaccination", "Ear infection")),
    "Ophthalmology": (4, 8, ("Eye test", "Red eye", "Follow-up")),
    "Neurology": (3, 6, ("Migraine", "Dizziness", "Insomnia")),
    "Psychiatry": (4, 4, ("Anxiety", "Insomnia", "Follow-up")),
}
_TITLES = {"Chief Physician": 180.0, "Consultant": 120.0, "Resident": 70.0}
_CITIES = ("Riverton", "Lakeside", "Millbrook", "Ashford", "Hillcrest", "杭州", "宁波", "苏州")
_BLOOD_TYPES = ("O+", "A+", "B+", "AB+", "O-", "A-", "B-", "AB-")
_WOMEN = "Amelia Bella Daisy Fiona Hannah Julia Lena Nora Penny Rose Tessa Wendy Zoe".split()
_MEN = "Arthur Caleb Edgar George Isaac Kevin Martin Oliver Quentin Samuel Victor".split()
_FAMILY = (
    "Abbott Barnes Carter Dalton Ellis Fletcher Gibson Harper Irwin Jensen Knight Lambert Mercer Norris Osborne Porter "
    "Quinn Reyes Sutton Turner Vaughn Webb York"
).split()
_CHINESE_FAMILY = "林何郭马罗梁宋郑谢韩"
_CHINESE_WOMEN = "佳琪 子涵 雨桐 秀英 晓燕 丽华".split()
_CHINESE_MEN = "浩然 思远 国强 俊杰 梓轩 志明".split()
_DRUGS: dict[str, tuple[str, float]] = {
    "Paracetamol 500": ("tablet", 0.2), "Ibuprofen 400": ("tablet", 0.35), "Aspirin 100": ("tablet", 0.15),
    "Amoxicillin 500": ("capsule", 0.9), "Azithromycin 250": ("tablet", 2.6), "Cetirizine 10": ("tablet", 0.4),
    "Loratadine Syrup": ("syrup", 6.5), "Cough Relief": ("syrup", 5.2), "Amlodipine 5": ("tablet", 0.5),
    "Atenolol 50": ("tablet", 0.45), "Lisinopril 10": ("tablet", 0.55), "Atorvastatin 20": ("tablet", 0.8),
    "Hydrocortisone 1%": ("cream", 4.8), "Clotrimazole": ("cream", 5.5), "Benzoyl Peroxide": ("cream", 7.9),
    "Diclofenac Gel": ("cream", 8.4), "Calcium D3": ("tablet", 0.3), "Tramadol 50": ("capsule", 1.1),
    "Children's Ibuprofen": ("syrup", 6.1), "Zinc Drops": ("drops", 9.3), "Artificial Tears": ("drops", 7.2),
    "Ofloxacin": ("drops", 6.8), "Sumatriptan 50": ("tablet", 4.1), "Betahistine 16": ("tablet", 0.7),
    "Melatonin 3": ("tablet", 0.6), "Sertraline 50": ("tablet", 1.3), "Lorazepam 1": ("tablet", 1.0),
    "Flu Vaccine": ("injection", 24.0), "Tetanus Vaccine": ("injection", 19.5), "Insulin Glargine": ("injection", 38.0),
}  # fmt: skip
_USUAL = {
    "General Practice": ("Paracetamol 500", "Ibuprofen 400", "Amoxicillin 500", "Cough Relief", "Flu Vaccine"),
    "Cardiology": ("Aspirin 100", "Amlodipine 5", "Atenolol 50", "Lisinopril 10", "Atorvastatin 20"),
    "Dermatology": ("Hydrocortisone 1%", "Clotrimazole", "Benzoyl Peroxide", "Cetirizine 10"),
    "Orthopedics": ("Ibuprofen 400", "Diclofenac Gel", "Calcium D3", "Tramadol 50"),
    "Pediatrics": ("Children's Ibuprofen", "Zinc Drops", "Loratadine Syrup", "Flu Vaccine"),
    "Ophthalmology": ("Artificial Tears", "Ofloxacin"),
    "Neurology": ("Sumatriptan 50", "Betahistine 16", "Melatonin 3", "Paracetamol 500"),
    "Psychiatry": ("Sertraline 50", "Lorazepam 1", "Melatonin 3"),
}
_MANUFACTURERS = ("Medigen", "Norwell Pharma", "Carevia", "华康制药")

Rows = list[tuple[object, ...]]


def build_clinic(path: str | Path, *, seed: int = 11, patients: int = 225) -> Path:
    """Write the database to `path`, over whatever is there, and return the path.

    Args:
        patients: how many patients; appointments, prescriptions and invoices grow with it (225 give about 3,000 rows).
    """
    return write_sqlite(path, DDL, _tables(random.Random(seed), patients))


def _tables(rng: random.Random, count: int) -> Iterable[tuple[str, Rows]]:
    departments: Rows = [
        (i, name, floor, f"555-01{i:02d}") for i, (name, (floor, _, _)) in enumerate(_DEPARTMENTS.items(), 1)
    ]
    yield "departments", departments
    names = _names(rng, count + 26)
    doctors, teams = _doctors(rng, names[:26])
    yield "doctors", doctors
    patients = _patients(rng, names[26:])
    yield "patients", patients
    drugs: Rows = [
        (i, name, form, rng.choices(_MANUFACTURERS, (40, 30, 20, 10))[0], price, max(0, rng.randint(-60, 600)))
        for i, (name, (form, price)) in enumerate(_DRUGS.items(), 1)
    ]
    yield "drugs", drugs
    appointments = _appointments(rng, patients, teams)
    yield "appointments", [row for _, row in appointments]
    completed = [(place, row) for place, row in appointments if row[7] == "completed"]
    prescriptions = _prescriptions(rng, completed)
    yield "prescriptions", prescriptions
    yield "invoices", _invoices(rng, completed, doctors, prescriptions, drugs)


def _names(rng: random.Random, count: int) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        if rng.random() < 0.28:
            names[rng.choice(_CHINESE_FAMILY) + rng.choice(_CHINESE_WOMEN + _CHINESE_MEN)] = None
        else:
            names[f"{rng.choice(_WOMEN + _MEN)} {rng.choice(_FAMILY)}"] = None
    return list(names)


def _doctors(rng: random.Random, names: list[str]) -> tuple[Rows, dict[str, list[int]]]:
    """Every department has a chief, to whom the rest report; the last doctor of the list sees nobody yet."""
    rows: Rows = []
    teams: dict[str, list[int]] = {name: [] for name in _DEPARTMENTS}
    places = [*_DEPARTMENTS, *rng.choices(list(_DEPARTMENTS), [weight for _, weight, _ in _DEPARTMENTS.values()], k=18)]
    for number, (name, place) in enumerate(zip(names, places, strict=True), 1):
        chief = teams[place][0] if teams[place] else None
        title = "Chief Physician" if chief is None else rng.choice(("Consultant", "Resident", "Resident"))
        hired = date(2008, 1, 1) + timedelta(days=rng.randint(0, 3000 if chief is None else 5100))
        fee = _TITLES[title] + rng.choice((-10, 0, 0, 10, 20))
        department = list(_DEPARTMENTS).index(place) + 1
        rows.append((number, name, department, chief, title, hired.isoformat(), fee))
        if number < len(names):
            teams[place].append(number)
    return rows, teams


def _patients(rng: random.Random, names: list[str]) -> Rows:
    return [
        (
            number,
            name,
            "female" if name.split()[0] in _WOMEN or name[1:] in _CHINESE_WOMEN else "male",
            (date(1938, 1, 1) + timedelta(days=int(30_600 * rng.random() ** 0.85))).isoformat(),
            rng.choices(_CITIES, (30, 20, 14, 10, 7, 10, 5, 4))[0],
            f"555-{rng.randint(1000, 9999)}" if rng.random() < 0.88 else None,
            rng.choices(("public", "private", None), (62, 25, 13))[0],
            rng.choices(_BLOOD_TYPES, (38, 30, 12, 5, 6, 5, 3, 1))[0],
            (_START + timedelta(days=int(1_060 * rng.random() ** 1.5))).isoformat(),
        )
        for number, name in enumerate(names, 1)
    ]


def _appointments(
    rng: random.Random, patients: Rows, teams: dict[str, list[int]]
) -> list[tuple[str, tuple[object, ...]]]:
    """Return each appointment with the name of its department."""
    rows: list[tuple[str, tuple[object, ...]]] = []
    adult = {place: weight for place, (_, weight, _) in _DEPARTMENTS.items() if place != "Pediatrics"}
    for patient in patients:
        first = date.fromisoformat(str(patient[8]))
        grown = int(str(patient[3])[:4]) < 2008
        for _ in range(0 if rng.random() < 0.09 else min(24, int(1.4 * rng.paretovariate(1.2)) + 1)):
            place = rng.choices(list(adult), list(adult.values()))[0] if grown else "Pediatrics"
            doctor = rng.choices(teams[place], [1 / (1 + index) for index in range(len(teams[place]))])[0]
            day = first + timedelta(days=int((_LAST_BOOKING - first).days * rng.random()))
            if day.weekday() > 4:
                day += timedelta(days=7 - day.weekday())
            time = f"{rng.randint(8, 16):02d}:{rng.choice(('00', '15', '30', '45'))}"
            status = rng.choices(("completed", "cancelled", "no-show"), (82, 11, 7))[0]
            if day > _LAST_VISIT:
                status = "scheduled"
            minutes = rng.choices((15, 20, 30, 45, 60), (24, 30, 28, 12, 6))[0]
            reason = rng.choice(_DEPARTMENTS[place][2])
            row = (len(rows) + 1, patient[0], doctor, day.isoformat(), time, minutes, reason, status)
            rows.append((place, row))
    return rows


def _prescriptions(rng: random.Random, completed: list[tuple[str, tuple[object, ...]]]) -> Rows:
    rows: Rows = []
    numbers = {name: number for number, name in enumerate(_DRUGS, 1)}
    for place, appointment in completed:
        usual = _USUAL[place]
        for name in rng.sample(usual, min(len(usual), rng.choices((0, 1, 2, 3), (34, 40, 20, 6))[0])):
            form = _DRUGS[name][0]
            daily, days = rng.choice((1, 2, 3)), rng.choice((3, 5, 7, 10, 14, 30))
            if form == "injection":
                daily, days = 1, 1
            quantity = daily * days if form in ("tablet", "capsule", "injection") else rng.choice((1, 1, 2))
            rows.append((len(rows) + 1, appointment[0], numbers[name], quantity, daily, days))
    return rows


def _invoices(
    rng: random.Random,
    completed: list[tuple[str, tuple[object, ...]]],
    doctors: Rows,
    prescriptions: Rows,
    drugs: Rows,
) -> Rows:
    """The fee of the doctor, the drugs, and now and then a laboratory test."""
    fees = {doctor[0]: float(str(doctor[6])) for doctor in doctors}
    prices = {drug[0]: float(str(drug[4])) for drug in drugs}
    medicine: dict[object, float] = {}
    for _, appointment, drug, quantity, _, _ in prescriptions:
        medicine[appointment] = medicine.get(appointment, 0.0) + prices[drug] * int(str(quantity))
    rows: Rows = []
    for _, visit in completed:
        amount = fees[visit[2]] + medicine.get(visit[0], 0.0) + rng.choices((0, 35, 60, 140), (70, 14, 10, 6))[0]
        issued = date.fromisoformat(str(visit[3])) + timedelta(days=rng.choice((0, 0, 0, 1, 2)))
        paid = issued + timedelta(days=int(rng.expovariate(1 / 9))) if rng.random() < 0.88 else None
        method = rng.choices(("card", "cash", "bank transfer", "insurance"), (38, 14, 16, 32))[0] if paid else None
        paid_on = paid.isoformat() if paid else None
        rows.append((len(rows) + 1, visit[0], issued.isoformat(), round(amount, 2), paid_on, method))
    return rows


if __name__ == "__main__":
    print(build_clinic(sys.argv[1]))
