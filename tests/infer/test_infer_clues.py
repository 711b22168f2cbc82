"""What a question tells of its statement, and how it counts in choosing."""

from __future__ import annotations

import pytest

from sqlwright.database import Result
from sqlwright.infer import Candidate, Clues, choose, clues
from sqlwright.infer.clues import misfits
from sqlwright.schema import Linker, parse_ddl

SCHEMA = parse_ddl("""
CREATE TABLE station (id INTEGER PRIMARY KEY, name TEXT, city TEXT, dock_count INTEGER, opened DATE);
CREATE TABLE trip (id INTEGER PRIMARY KEY, station_id INTEGER REFERENCES station (id), duration INTEGER);
""")
ROWS = Result("ok", ("n",), [(1,)])


def told(question: str) -> Clues:
    return clues(question, Linker(SCHEMA).link(question), SCHEMA)


@pytest.mark.parametrize(
    ("question", "sql", "expected"),
    [
        ("What is the dock count of each station?", "SELECT dock_count FROM station", {}),
        (
            "What is the dock count of each station?",
            "SELECT opened FROM station",
            {"left_out": 1, "unnamed_columns": 1},
        ),
        (
            "Dock count of station 5",
            "SELECT dock_count FROM station WHERE id = 7",
            {"lost_numbers": 1, "new_numbers": 1},
        ),
        ("Dock count of three stations", "SELECT dock_count FROM station LIMIT 3", {}),
        ("Dock count of 'Oak'", "SELECT dock_count FROM station WHERE name = 'Elm'", {"new_strings": 1}),
        ("Dock count of Oak", "SELECT dock_count FROM station WHERE name LIKE '%oak%'", {}),
        ("Dock count", "SELECT dock_count , dock_count FROM station", {"repeated": 1}),
        ("City and name", "SELECT name , city FROM station WHERE city >= 15", {"new_numbers": 1, "odd_types": 1}),
        ("Duration", "SELECT AVG ( duration ) FROM trip WHERE duration > '5'", {"odd_types": 1, "new_strings": 1}),
        ("City", "SELECT SUM ( station.city ) FROM station", {"odd_types": 1}),
        ("Names of stations", "SELECT station.name FROM station JOIN trip ON station.id = trip.station_id", {}),
        ("有5个车位的站", "SELECT name FROM station WHERE dock_count = 5", {}),
    ],
)
def test_departures_are_counted(question: str, sql: str, expected: dict[str, int]) -> None:
    found = {name: value for name, value in misfits(sql, told(question)).items() if value}
    for name in ("unnamed_columns", "unnamed_tables"):
        if name not in expected:  # what the linker takes a question to mean is its own matter
            found.pop(name, None)
    assert found == expected


def test_what_fits_the_question_is_chosen_before_what_is_a_little_likelier() -> None:
    question = "What is the dock count of each station?"
    found = [Candidate("SELECT duration FROM trip", -0.1, 5), Candidate("SELECT dock_count FROM station", -0.2, 5)]
    assert choose(found, [ROWS, ROWS]) == 0
    assert choose(found, [ROWS, ROWS], (), told(question)) == 1
    assert choose(found, [ROWS, Result("error")], (), told(question)) == 0
    assert choose([Candidate(one.sql, one.score, 5, times=1) for one in found], [ROWS, ROWS], (), told(question)) == 0


def test_a_tie_goes_to_the_first() -> None:
    found = [Candidate("SELECT name FROM station", -0.1, 5)] * 2
    assert choose(found, [ROWS, ROWS], (), told("names")) == 0
