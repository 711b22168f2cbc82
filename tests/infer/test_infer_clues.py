"""What a question tells of its statement, and how it counts in choosing."""

from __future__ import annotations

import math

import pytest

from sqlwright.database import Result
from sqlwright.infer import Candidate, Clues, choose, clues
from sqlwright.infer.choose import WEIGHTS, signs
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
            {"new_numbers": 1},
        ),
        ("Dock count of three stations", "SELECT dock_count FROM station LIMIT 3", {}),
        ("Dock count of 'Oak'", "SELECT dock_count FROM station WHERE name = 'Elm'", {"new_strings": 1}),
        ("Dock count of Oak", "SELECT dock_count FROM station WHERE name LIKE '%oak%'", {}),
        ("City and name", "SELECT name , city FROM station WHERE city >= 15", {"new_numbers": 1, "odd_types": 1}),
        ("Duration", "SELECT AVG ( duration ) FROM trip WHERE duration > '5'", {"odd_types": 1, "new_strings": 1}),
        ("City", "SELECT SUM ( station.city ) FROM station", {"odd_types": 1}),
        ("Names of stations", "SELECT station.name FROM station JOIN trip ON station.id = trip.station_id", {}),
        (
            "Name of stations",
            "SELECT name FROM station WHERE id IN (SELECT station_id FROM trip)",
            {"unnamed_columns": 0},
        ),
        (
            "Name of stations",
            "SELECT name FROM station WHERE id IN (SELECT station_id FROM trip WHERE duration > 1)",
            {"unnamed_columns": 1},
        ),
        ("有5个车位的站", "SELECT name FROM station WHERE dock_count = 5", {}),
    ],
)
def test_departures_are_counted(question: str, sql: str, expected: dict[str, int]) -> None:
    found = misfits(sql, told(question))
    if "unnamed_columns" not in expected:  # what the linker takes a question to mean is its own matter
        found.pop("unnamed_columns")
    assert {name: value for name, value in found.items() if value or name in expected} == expected


def test_what_fits_the_question_is_chosen_before_what_is_a_little_likelier() -> None:
    question = "What is the dock count of each station?"
    found = [Candidate("SELECT duration FROM trip", -0.1, 5), Candidate("SELECT dock_count FROM station", -0.15, 5)]
    assert choose(found, [ROWS, ROWS]) == 0
    assert choose(found, [ROWS, ROWS], (), told(question)) == 1
    assert choose(found, [ROWS, Result("error")], (), told(question)) == 0
    assert choose([Candidate(one.sql, one.score, 5, times=1) for one in found], [ROWS, ROWS], (), told(question)) == 0


def test_a_tie_goes_to_the_first() -> None:
    found = [Candidate("SELECT name FROM station", -0.1, 5)] * 2
    assert choose(found, [ROWS, ROWS], (), told("names")) == 0


def test_what_is_said_of_nothing_is_chosen_last() -> None:
    found = [Candidate("SELECT name, name FROM station", -0.1, 5), Candidate("SELECT name FROM station", -0.2, 5)]
    assert choose(found, [ROWS, ROWS], (), told("Stations by name")) == 1


def test_a_row_of_nothing_is_no_answer() -> None:
    found = [Candidate("SELECT MAX(duration) FROM trip", -0.1, 5), Candidate("SELECT MIN(duration) FROM trip", -0.2, 5)]
    nothing = Result("ok", ("n",), [(None,)])
    assert choose(found, [nothing, ROWS], (), told("Duration")) == 1
    assert choose(found, [nothing, nothing], (), told("Duration")) == 0


def test_signs_tell_how_far_each_is_from_the_best() -> None:
    found = [Candidate("SELECT 1", -1.0, 3, explains=-20.0), Candidate("SELECT 2", -0.5, 2, explains=-10.0)]
    first, second = signs(found, [ROWS, ROWS], (), told("x"))
    assert (second["score"], second["explains"]) == (0, 0)
    assert first["score"] == pytest.approx(-math.log(1 + 2.0))
    assert first["explains"] == pytest.approx(-math.log(1 + 10.0))
    assert set(first) == set(WEIGHTS)
