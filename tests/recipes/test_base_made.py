"""The base's made questions: what they say is what their SQL gives, on a small database with rows."""

from __future__ import annotations

import random
import sqlite3
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from sqlwright.schema.model import Column, ForeignKey, Schema, Table

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes" / "base"))

from bridge import bridge
from composed import composed
from crowd import crowded
from direct import direct
from literals import Literals
from made import made
from merge import merge
from pairs import Database, pair_of
from phrases import condition
from query import taken_apart
from related import related, same
from rephrase import reword
from scopes import mark, marked, rendered
from shape import Shape
from split import split
from words import Vocabulary


def table(name: str, columns: str, *keys: ForeignKey) -> Table:
    """Return a table of columns as "name" or "number#"; its first is the key."""
    named = [Column(c.rstrip("#"), "number" if c.endswith("#") else "text") for c in columns.split()]
    return Table(name, tuple(named), (named[0].name,), keys)


def points(column: str, target: str) -> ForeignKey:
    return ForeignKey((column,), target, (f"{target}_id",))


SCHEMA = Schema(
    "sport",
    (
        table("club", "club_id# name city founded#"),
        table("player", "player_id# name age# position city club_id#", points("club_id", "club")),
        table("cup", "cup_id# name prize_money#"),
        table("entry", "entry_id# player_id# cup_id# points#", points("player_id", "player"), points("cup_id", "cup")),
    ),
)
_PLAYERS = ("Ann", "Ben", "Cleo", "Dan", "Eve", "Fay", "Gus", "Hal")
ROWS = {
    "club": [(1, "Rovers", "Lima", 1901), (2, "United", "Oslo", 1920), (3, "Town", "Lima", 1950)],
    "player": [
        (n, name, 18 + n % 4, ("keeper", "back", "wing")[n % 3], ("Lima", "Rome")[n % 2], 1 + n % 3)
        for n, name in enumerate(_PLAYERS, 1)
    ],
    "cup": [(1, "Spring", 500), (2, "Autumn", 900)],
    "entry": [(n, 1 + n % 5, 1 + n % 2, 3 * n) for n in range(1, 12)],
}
VALUES = {
    (t.name, c.name): tuple(dict.fromkeys(row[at] for row in ROWS[t.name]))
    for t in SCHEMA.tables
    for at, c in enumerate(t.columns)
}
NAMES = {mark(t.name, c): c or t.name for t in SCHEMA.tables for c in ("", *(c.name for c in t.columns))}


@pytest.fixture(scope="module")
def rows() -> sqlite3.Connection:
    """Return the database."""
    made = sqlite3.connect(":memory:")
    for one in SCHEMA.tables:
        made.execute(f"CREATE TABLE {one.name} ({', '.join(c.name for c in one.columns)})")
        made.executemany(f"INSERT INTO {one.name} VALUES ({', '.join('?' * len(one.columns))})", ROWS[one.name])
    return made


def found(rows: sqlite3.Connection, tokens: tuple[str, ...]) -> list[tuple[object, ...]]:
    return rows.execute(" ".join(rendered(tokens, NAMES))).fetchall()


def asked(step: object, question: str, sql: str, seed: int) -> tuple[str, tuple[str, ...]]:
    query = taken_apart(marked(sql, SCHEMA))
    assert query is not None
    assert callable(step)
    return step(question, query, Shape(SCHEMA, VALUES), random.Random(seed)), query.tokens()


def test_rows_are_asked_for_by_the_rows_that_point_to_them(rows: sqlite3.Connection) -> None:
    entered = {_PLAYERS[row[1] - 1] for row in ROWS["entry"]}
    kinds: Counter[str] = Counter()
    for seed in range(250):
        question, tokens = asked(related, "List the names of all players.", "SELECT name FROM player", seed)
        answer = found(rows, tokens)
        if tokens[-2:] == ("@entry", ")"):  # all rows of the table, on no condition
            none = "NOT" in tokens
            kinds["none" if none else "some"] += 1
            assert none == any(word in question for word in (" no ", "without", "not", "never")), question
            assert {row[0] for row in answer} == (set(_PLAYERS) - entered if none else entered), question
        kinds["three tables"] += "@cup" in tokens
        kinds["measured"] += any(t in tokens for t in ("AVG", "SUM", "MAX", "MIN")) and "@entry|points" in tokens
        kinds["most"] += "ORDER" in tokens and "LIMIT" in tokens
        name = next((name for name in ("Spring", "Autumn") if name in question), "")
        if name and "IN" not in tokens:
            number = {"Spring": 1, "Autumn": 2}[name]
            assert Counter(answer) == Counter((_PLAYERS[r[1] - 1],) for r in ROWS["entry"] if r[2] == number)
            kinds["named"] += 1
    assert min(kinds[kind] for kind in ("none", "some", "three tables", "measured", "most", "named")) > 3, kinds


def test_rows_are_asked_for_that_are_like_a_named_one(rows: sqlite3.Connection) -> None:
    by_key = 0
    for seed in range(80):
        question, tokens = asked(same, "Find the ages of the players.", "SELECT age FROM player", seed)
        assert ("<>" in tokens) == any(word in question for word in ("excluding", "not", "leaving")), question
        by_key += "same club" in question or "the club of" in question
        assert ("@player|club_id" in tokens) == ("club" in question)
        assert found(rows, tokens) or "<>" in tokens
    assert by_key > 10


def test_groups_and_lists_put_together_run_and_answer(rows: sqlite3.Connection) -> None:
    shape = Shape(SCHEMA, VALUES)
    rng = random.Random(1)
    seen: Counter[str] = Counter()
    for _ in range(1000):
        made = composed(shape, rng)
        if made is None:
            continue
        question, tokens = made
        answer = found(rows, tokens)
        for word in ("INTERSECT", "EXCEPT", "UNION", "HAVING", "JOIN", "DISTINCT"):
            seen[word] += word in tokens
        if "most common" in question and tokens[:2] == ("SELECT", "@player|city"):
            assert answer[0][0] == Counter(row[4] for row in ROWS["player"]).most_common(1)[0][0]
            seen["common"] += 1
        if question == "What are the cities of all clubs and players?":
            assert {row[0] for row in answer} == {"Lima", "Oslo", "Rome"}
    assert len(seen) == 7
    assert min(seen.values()) > 1, seen


def test_conditions_say_what_they_compare(rows: sqlite3.Connection) -> None:
    shape = Shape(SCHEMA, VALUES)
    rng = random.Random(2)
    seen: Counter[str] = Counter()
    for _ in range(1200):
        column = rng.choice(("@player|age", "@player|position", "@player|name", "@player|club_id"))
        made = condition(column, shape.words(column), shape, rng)
        if made is None:
            continue
        clause, phrase, tokens = made
        found(rows, ("SELECT", "@player|name", "FROM", "@player", "WHERE", *tokens))
        refused = any(word in f" {clause} " for word in (" not ", " but "))
        assert refused == ("NOT" in tokens or "<>" in tokens) or {"<=", ">="} & set(tokens), made
        for word, shown in (("LIKE", "start"), ("BETWEEN", "between"), ("SELECT", "average"), ("SELECT", "players")):
            seen[shown] += word in tokens and shown in clause
        if "LIKE" in tokens and "SELECT" not in tokens:
            pattern = tokens[-1].strip("'")
            assert pattern.endswith("%") == ("end" not in clause), made
            assert pattern.startswith("%") == ("start" not in clause), made
            assert pattern.strip("%") in phrase
        if column == "@player|club_id":
            assert tokens[1] == "=", "keys have no order"
    assert min(seen.values()) > 2, seen


def test_columns_of_like_names_leave_the_questions_as_they_are() -> None:
    shown = [
        ("What are the ages of the players?", "SELECT age FROM player"),
        ("How old is Ann?", "SELECT position FROM player WHERE name = 'Ann'"),
        ("Which clubs were founded after 1910?", "SELECT club.name FROM club WHERE founded > 1910"),
        ("Which cups have prize money over 600?", "SELECT cup_id FROM cup WHERE prize_money > 600"),
    ]
    pairs = [pair_of(question, marked(sql, SCHEMA), frozenset()) for question, sql in shown]
    said = {word for question, _ in shown for word in question.lower().replace("?", "").split()}
    added: Counter[str] = Counter()
    for seed in range(120):
        changed = crowded(SCHEMA, pairs, random.Random(seed))
        for old, new in zip(SCHEMA.tables, changed.tables, strict=True):
            names = [c.name for c in new.columns]
            assert len(set(names)) == len(names)
            assert [n for n in names if old.has(n)] == [c.name for c in old.columns], "none goes, and the order stays"
            for name in set(names) - {c.name for c in old.columns}:
                added[f"{new.name}.{name}"] += 1
                first = name.split("_")[0]
                assert first not in said or name in ("age", "founded", "prize_money"), name
    assert not any("position" in name for name in added), "its question does not say it"
    assert not {"player.age", "cup.prize_money"} & set(added)
    assert any(name.endswith(".age") for name in added), "the same name in another table"
    assert any(name.endswith("_age") for name in added)


def test_a_city_stands_for_a_city() -> None:
    cities = ("Lima", "Oslo", "Rome", "Bern", "Riga", "Kyiv", "Cairo")
    database = Database(SCHEMA, {("club", "home_city"): cities, ("club", "code"): ("A1",) * 9}, ())
    literals = Literals([database], Vocabulary())
    rng = random.Random(0)
    drawn = Counter(literals.other("Paris", "away_city", rng) in cities for _ in range(200))
    assert drawn[True] > 90
    assert drawn[False] > 40, "made-up words too"
    assert literals.other("paris", "city", rng).islower()
    assert not any(literals.other("Paris", "code", rng) in cities for _ in range(50))
    assert len(literals.other("M", "city", rng)) == 1


def test_a_key_that_moves_between_two_tables_is_joined_over(rows: sqlite3.Connection) -> None:
    shown = {
        "Where do players of Rovers live?": "SELECT player.city FROM player JOIN club ON player.club_id = club.club_id "
        "WHERE club.name = 'Rovers'",
        "Which clubs have a keeper?": "SELECT club.name FROM club JOIN player ON club.club_id = player.club_id "
        "WHERE player.position = 'keeper'",
        "How many players has each club?": "SELECT club.name, COUNT(*) FROM club JOIN player ON club.club_id = "
        "player.club_id GROUP BY club.club_id",
        "Which clubs have nobody under 19?": "SELECT name FROM club WHERE club_id NOT IN "
        "(SELECT club_id FROM player WHERE age < 19)",
        "Which club has most players?": "SELECT club_id FROM player GROUP BY club_id ORDER BY COUNT(*) DESC LIMIT 1",
        "List the names of players with their clubs": "SELECT name, club_id FROM player ORDER BY name",
        "What prizes did players from Lima play for?": "SELECT cup.prize_money FROM cup JOIN entry ON cup.cup_id = "
        "entry.cup_id JOIN player ON entry.player_id = player.player_id WHERE player.city = 'Lima'",
        "Which clubs have backs and no wings?": "SELECT club.name FROM club JOIN player ON club.club_id = "
        "player.club_id WHERE player.position = 'back' EXCEPT SELECT club.name FROM club JOIN player ON club.club_id "
        "= player.club_id WHERE player.position = 'wing'",
    }
    pairs = [pair_of(question, marked(sql, SCHEMA), frozenset()) for question, sql in shown.items()]
    moved: Counter[str] = Counter()
    for seed in range(40):
        schema, values, changed = bridge(SCHEMA, VALUES, pairs, random.Random(seed))
        if schema is SCHEMA:
            continue  # the name drawn is taken
        (between,) = [t for t in schema.tables if not any(t.name == old.name for old in SCHEMA.tables)]
        source, column = (between.foreign_keys[0].target_table, between.foreign_keys[1].columns[0])
        old = [c.name for c in SCHEMA.table(source).columns]
        assert not schema.table(source).has(column)
        assert set(values) <= {(t.name, c.name) for t in schema.tables for c in t.columns}
        made = sqlite3.connect(":memory:")
        for one in schema.tables:
            made.execute(f"CREATE TABLE {one.name} ({', '.join(c.name for c in one.columns)})")
            given = ROWS[source if one is between else one.name]
            names = old if one in (between, schema.table(source)) else [c.name for c in one.columns]
            for row in given:
                cells = dict(zip(names, row, strict=True))
                made.execute(
                    f"INSERT INTO {one.name} VALUES ({', '.join('?' * len(one.columns))})",
                    [cells.get(c.name) for c in one.columns],
                )
        names = {mark(t.name, c): c or t.name for t in schema.tables for c in ("", *(c.name for c in t.columns))}
        for (question, sql), pair in zip(shown.items(), changed, strict=True):
            assert pair.question == question
            answer = made.execute(" ".join(rendered(pair.tokens, names))).fetchall()
            assert sorted(answer) == sorted(rows.execute(sql).fetchall()), (seed, pair.tokens)
            moved[f"{source}.{column}"] += mark(between.name) in pair.tokens
    assert set(moved) == {"player.club_id"}, "an entry is no more than keys and points"
    assert moved["player.club_id"] > 30 * 7


def test_what_a_key_points_to_stays_where_it_is() -> None:
    loan = table("loan", "loan_id# club_id# weeks#", ForeignKey(("club_id",), "player", ("club_id",)))
    schema = replace(SCHEMA, tables=(*SCHEMA.tables, loan))
    shown = {
        "Which clubs have a keeper?": "SELECT club.name FROM club JOIN player ON club.club_id = player.club_id "
        "WHERE player.position = 'keeper'",
        "Which club does Ann play for?": "SELECT club_id FROM player WHERE name = 'Ann'",
    }
    pairs = [pair_of(question, marked(sql, SCHEMA), frozenset()) for question, sql in shown.items()]
    for seed in range(40):
        rng = random.Random(seed)
        assert bridge(schema, VALUES, pairs, rng)[0] is schema, "the one key that is asked for is pointed to"
        for moved in (merge(schema, VALUES, pairs, rng), split(schema, VALUES, pairs, rng, "branch")):
            tables = bridge(*moved, rng)[0].tables
            columns = {(t.name, c.name) for t in tables for c in t.columns}
            for one in tables:
                for key in one.foreign_keys:
                    assert {(one.name, c) for c in key.columns} <= columns
                    assert {(key.target_table, c) for c in key.target_columns} <= columns


def test_questions_in_peoples_words_over_any_schema(rows: sqlite3.Connection) -> None:
    pairs = made(SCHEMA, VALUES, random.Random(3), 60)
    assert len(pairs) == 60
    assert pairs == made(SCHEMA, VALUES, random.Random(3), 60)
    for _, sql in pairs:
        rows.execute(sql)
    assert len({question for question, _ in pairs}) > 50
    assert sum("JOIN" in sql or sql.count("SELECT") > 1 for _, sql in pairs) > 12
    odd = Schema("odd", (Table("t1", (Column("c1", "text"), Column("订单", "text"))),))
    assert made(odd, {}, random.Random(0), 5) == [], "no words to ask with"


def test_the_most_is_no_number_before_a_quality() -> None:
    for seed in range(80):
        assert "number" not in reword("Which is the most common city of the clubs?", random.Random(seed))
        assert "number" not in reword("Who won the most recent race?", random.Random(seed))
    assert any("number of cups" in reword("Who won the most cups?", random.Random(seed)) for seed in range(80))


def test_a_value_says_what_its_column_is(rows: sqlite3.Connection) -> None:
    shape = Shape(SCHEMA, VALUES)
    rng = random.Random(0)
    assert direct("@player|city", shape, rng, far=False) is None, "clubs have cities too"
    assert direct("@player|age", shape, rng, far=False) is None
    for _ in range(30):
        words, tokens = direct("@club|name", shape, rng, far=True) or ("", ())
        assert tokens[2].strip("'") in words
        assert tokens[:2] == ("@club|name", "=")
        assert ("club" in words) or words.startswith(("for", "of", "belonging"))
        words, tokens = direct("@player|position", shape, rng, far=False) or ("", ())
        assert "position" in words or "play as" in words
        assert found(rows, ("SELECT", "@player|name", "FROM", "@player", "WHERE", *tokens))


def test_the_most_of_another_table_is_what_has_it(rows: sqlite3.Connection) -> None:
    shape = Shape(SCHEMA, VALUES)
    for seed in range(20):
        words, tokens = direct("@cup|prize_money", shape, random.Random(seed), far=True) or ("", ())
        name = found(rows, ("SELECT", "@cup|name", "FROM", "@cup", "WHERE", *tokens))
        assert name == [("Spring",) if any(w in words for w in ("lowest", "smallest", "minimum")) else ("Autumn",)]
        assert "of the cup" in words or "for the cup" in words


def test_a_key_that_points_away_is_a_condition_on_the_row_itself() -> None:
    shape = Shape(SCHEMA, VALUES)
    assert shape.ids["@player"] == ["@player|player_id", "@player|club_id"]
    assert direct("@player|player_id", shape, random.Random(0), far=False) is None
    words, tokens = direct("@player|club_id", shape, random.Random(0), far=False) or ("", ())
    assert "club" in words
    assert tokens[:2] == ("@player|club_id", "=")
    assert words.endswith(tokens[2])
