"""The base's training questions: names, keys, joins and steps change in question, schema and SQL alike."""

from __future__ import annotations

import json
import random
import sqlite3
import sys
from pathlib import Path

import pytest
from sqlglot import exp, parse_one
from sqlglot.optimizer.qualify import qualify

from sqlwright.schema.model import Column, ForeignKey, Schema, Table

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes" / "base"))

import synonyms
from extend import extended
from forms import told
from keys import doubled, respelled, spoken, undeclared
from merge import merge
from pairs import pair_of
from query import taken_apart
from rename import Public
from scopes import mark, marked, marks, rendered
from shape import Shape
from split import split
from stems import stem

REGION = Table("region", (Column("region_id", "number"), Column("region_name", "text")), ("region_id",))
FARM = Table(
    "farm",
    (Column("farm_id", "number"), Column("name", "text"), Column("acres", "number"), Column("region_id", "number")),
    ("farm_id",),
    (ForeignKey(("region_id",), "region", ("region_id",)),),
)
COW = Table(
    "cow",
    (
        Column("cow_id", "number"),
        Column("breed", "text"),
        Column("weight", "number"),
        Column("from", "text"),
        Column("farm_id", "number"),
    ),
    ("cow_id",),
    (ForeignKey(("farm_id",), "farm", ("farm_id",)),),
)
SCHEMA = Schema("land", (REGION, FARM, COW))
VALUES = {
    ("cow", "breed"): ("Jersey", "Angus", "Brown"),
    ("cow", "weight"): (400, 520, 610),
    ("farm", "acres"): (12, 40, 90),
    ("farm", "name"): ("Hill", "Oak", "Ash"),
    ("region", "region_name"): ("North", "South"),
}
ROWS = {
    "region": [(1, "North"), (2, "South")],
    "farm": [(1, "Hill", 12, 1), (2, "Oak", 40, 2), (3, "Ash", 90, 1)],
    "cow": [(n, ("Jersey", "Angus", "Brown")[n % 3], 380 + 29 * n, "Hill", 1 + n % 3) for n in range(1, 12)],
}
QUERIES = {
    "What are the names of all farms?": "SELECT name FROM farm",
    "How many cows are there?": "SELECT COUNT(*) FROM cow",
    "What is the breed of the cows of Oak?": "SELECT cow.breed FROM cow JOIN farm ON cow.farm_id = farm.farm_id "
    "WHERE farm.name = 'Oak'",
    "Which farms have no cow over 600?": "SELECT name FROM farm WHERE farm_id NOT IN "
    "(SELECT farm_id FROM cow WHERE weight > 600)",
    "Which breeds are in the North and in the South?": "SELECT cow.breed FROM cow JOIN farm ON cow.farm_id = "
    "farm.farm_id JOIN region ON farm.region_id = region.region_id WHERE region.region_name = 'North' INTERSECT "
    "SELECT cow.breed FROM cow JOIN farm ON cow.farm_id = farm.farm_id JOIN region ON farm.region_id = "
    "region.region_id WHERE region.region_name = 'South'",
    "Which farms are larger than the average?": "SELECT name FROM farm WHERE acres > (SELECT AVG(acres) FROM farm)",
    "How heavy are cows on average, by breed?": "SELECT breed, AVG(weight) FROM cow GROUP BY breed",
    "Where are cows from?": 'SELECT DISTINCT "from" FROM cow',
}


def names_of(schema: Schema) -> dict[str, str]:
    return {mark(t.name, c): c or t.name for t in schema.tables for c in ("", *(c.name for c in t.columns))}


def checked(sql: str, schema: Schema) -> None:
    """Fail unless each name is in the schema and each column is one table's alone."""
    shown = {t.name: {c.name: "TEXT" for c in t.columns} for t in schema.tables}
    qualify(parse_one(sql, dialect="sqlite"), schema=shown, dialect="sqlite")


@pytest.fixture(scope="module")
def database() -> sqlite3.Connection:
    """Return a small database of the schema, with rows."""
    made = sqlite3.connect(":memory:")
    for table in SCHEMA.tables:
        columns = ", ".join(f'"{c.name}"' for c in table.columns)
        made.execute(f"CREATE TABLE {table.name} ({columns})")
        made.executemany(f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})", ROWS[table.name])
    return made


def test_marks_say_which_table_a_column_is_of() -> None:
    tokens = marked("SELECT name FROM farm WHERE farm_id IN (SELECT farm_id FROM cow)", SCHEMA)
    assert "@farm|farm_id" in tokens
    assert "@cow|farm_id" in tokens
    joined = marked("SELECT weight FROM cow JOIN farm ON cow.farm_id = farm.farm_id", SCHEMA)
    assert joined[:4] == ("SELECT", "@cow", ".", "@cow|weight")
    for sql in QUERIES.values():
        text = " ".join(rendered(marked(sql, SCHEMA), names_of(SCHEMA)))
        assert parse_one(text, dialect="sqlite") == parse_one(sql, dialect="sqlite")


def test_a_query_put_together_is_what_was_taken_apart() -> None:
    apart = [taken_apart(marked(sql, SCHEMA)) for sql in QUERIES.values()]
    assert apart.count(None) == 1, "the set operation"
    for sql, query in zip(QUERIES.values(), apart, strict=True):
        assert query is None or query.tokens() == marked(sql, SCHEMA)


def test_a_column_moved_to_another_table_is_joined(database: sqlite3.Connection) -> None:
    pairs = [pair_of(question, marked(sql, SCHEMA), frozenset()) for question, sql in QUERIES.items()]
    joins = 0
    for seed in range(40):
        schema, values, changed = split(SCHEMA, VALUES, pairs, random.Random(seed), "depot")
        known = {(t.name, c.name) for t in schema.tables for c in t.columns}
        assert set(values) <= known
        for old, new in zip(pairs, changed, strict=True):
            assert new.question == old.question
            sql = " ".join(rendered(new.tokens, names_of(schema)))
            checked(sql, schema)
            joins += sql.count("JOIN") - old.tokens.count("JOIN")
        if schema is SCHEMA:
            continue
        (added,) = [t for t in schema.tables if not any(t.name == old.name for old in SCHEMA.tables)]
        (source,) = [t for t in schema.tables if any(k.target_table == added.name for k in t.foreign_keys)]
        old_columns = [c.name for c in SCHEMA.table(source.name).columns]
        made = sqlite3.connect(":memory:")
        for table in schema.tables:
            rows = ROWS.get(source.name if table is added else table.name, [])
            columns = ", ".join(f'"{c.name}"' for c in table.columns)
            made.execute(f'CREATE TABLE "{table.name}" ({columns})')
            for number, row in enumerate(rows):
                given = old_columns if table in (added, source) else [c.name for c in table.columns]
                cells = dict(zip(given, row, strict=True))
                made.execute(
                    f'INSERT INTO "{table.name}" VALUES ({", ".join("?" * len(table.columns))})',
                    [cells.get(c.name, number) for c in table.columns],
                )
        for (_, sql), new in zip(QUERIES.items(), changed, strict=True):
            found = made.execute(" ".join(rendered(new.tokens, names_of(schema)))).fetchall()
            assert sorted(found) == sorted(database.execute(sql).fetchall()), (seed, new.tokens)
    assert joins > 20


def test_a_table_goes_into_the_one_that_points_to_it(database: sqlite3.Connection) -> None:
    pairs = [pair_of(question, marked(sql, SCHEMA), frozenset()) for question, sql in QUERIES.items()]
    schema, values, kept = merge(SCHEMA, VALUES, pairs, random.Random(0))
    assert [t.name for t in schema.tables] == ["region", "cow"]
    assert {"farm_name", "farm_acres", "region_id"} & {c.name for c in schema.table("cow").columns} >= {"farm_name"}
    assert values["cow", "farm_name"] == VALUES["farm", "name"]
    database.execute("CREATE TEMP VIEW wide AS SELECT cow.*, name AS farm_name FROM cow JOIN farm USING (farm_id)")
    questions = {pair.question for pair in kept}
    assert "What are the names of all farms?" not in questions, "it is about farms alone"
    for pair in kept:
        sql = " ".join(rendered(pair.tokens, names_of(schema)))
        checked(sql, schema)
        assert "farm" not in {t.name for t in parse_one(sql, dialect="sqlite").find_all(exp.Table)}
        found = database.execute(sql.replace("FROM cow", "FROM wide")).fetchall()
        assert found == database.execute(QUERIES[pair.question]).fetchall()
    assert any("@cow|farm_name" in pair.tokens for pair in kept)


def test_keys_get_other_names_unless_a_question_says_them() -> None:
    names = names_of(SCHEMA)
    seen = set()
    for seed in range(60):
        new = names | respelled(SCHEMA, {"@farm|farm_id"}, names, random.Random(seed))
        assert new["@farm|farm_id"] == "farm_id"
        for table in SCHEMA.tables:
            columns = [new[mark(table.name, c.name)].lower() for c in table.columns]
            assert len(set(columns)) == len(columns)
        seen.add(new["@cow|farm_id"])
    assert len(seen) > 8
    inner = marked("SELECT name FROM farm WHERE farm_id IN (SELECT farm_id FROM cow)", SCHEMA)
    assert spoken(inner) == {"@farm|name"}
    assert "@cow|farm_id" in spoken(marked("SELECT farm_id, breed FROM cow", SCHEMA))
    odd = marked('SELECT cow.breed FROM cow JOIN farm ON cow."from" = farm.name', SCHEMA)
    assert undeclared(odd, SCHEMA) == {"@cow|from", "@farm|name"}
    assert max(len(doubled(SCHEMA, random.Random(n)).table("cow").foreign_keys) for n in range(9)) == 2


def test_a_step_further_runs_and_changes_the_question_with_the_sql(database: sqlite3.Connection) -> None:
    shape = Shape(SCHEMA, VALUES)
    rng = random.Random(0)
    made = set()
    joins = 0
    for number in range(400):
        question, sql = rng.choice(list(QUERIES.items()))
        begun = marked(sql, SCHEMA)
        if number % 2:
            question, begun = stem(shape, rng) or (question, begun)
        new, tokens = extended(question, begun, shape, rng)
        assert tokens == begun or new != question
        text = " ".join(rendered(tokens, names_of(SCHEMA)))
        checked(text, SCHEMA)
        database.execute(text)
        joins += text.count("JOIN") > begun.count("JOIN")
        for node in parse_one(text, dialect="sqlite").find_all(exp.Literal):
            if not any(str(node.this) in token for token in begun):
                assert str(node.this).strip("%") in new or node.this == "1", (new, text)
        made.add(new)
    assert len(made) > 150
    assert joins > 40


@pytest.mark.parametrize(
    ("question", "sql", "ways"),
    [
        ("What is the weight of cow 3?", "SELECT weight FROM cow WHERE cow_id = 3", ("heavy", "weigh")),
        ("List the cows with weight above 500", "SELECT cow_id FROM cow WHERE weight > 500", ("heavier", "weighing")),
        ("The breed of the cow with the lowest weight", "SELECT breed FROM cow ORDER BY weight LIMIT 1", ("lightest",)),
    ],
)
def test_a_question_can_do_without_the_columns_name(question: str, sql: str, ways: tuple[str, ...]) -> None:
    tokens = marked(sql, SCHEMA)
    for seed in range(6):
        new = told(question, tokens, random.Random(seed))
        assert any(way in new for way in ways), new
        assert "weight" in pair_of(new, tokens, frozenset()).frozen, "the column keeps its name"
    assert told("Which breeds are there?", tokens, random.Random(0)) == "Which breeds are there?"


def test_the_thesaurus_names_no_word_for_itself() -> None:
    thesaurus = synonyms.read()
    assert len(thesaurus) > 300
    for head, others in thesaurus.items():
        assert others
        assert head not in others
        assert head.isalpha()


def test_groups_of_questions_fit_their_schema(tmp_path: Path) -> None:
    tables = [
        {
            "name": t.name,
            "columns": [[c.name, c.type] for c in t.columns],
            "primary_key": list(t.primary_key),
            "foreign_keys": [[list(k.columns), k.target_table, list(k.target_columns)] for k in t.foreign_keys],
        }
        for t in SCHEMA.tables
    ]
    pairs = [{"db_id": "land", "question": q, "sql": sql} for q, sql in QUERIES.items()]
    values = {"land": [[table, column, list(found)] for (table, column), found in VALUES.items()]}
    for name, value in (("schemas", [{"db_id": "land", "tables": tables}]), ("pairs", pairs), ("values", values)):
        (tmp_path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    (tmp_path / "words.txt").write_text("apple\nriver\nstone", encoding="utf-8")
    drawn = []
    for _ in range(2):
        public = Public(tmp_path, random.Random(5))
        drawn.append([public.draw(8, rename=(0.0, 0.4, 0.9)[n % 3]) for n in range(60)])
    assert drawn[0] == drawn[1], "the same seed gives the same groups"
    for group in drawn[0]:
        for _, sql in group.pairs:
            checked(sql, group.schema)
    assert len({q for group in drawn[0] for q, _ in group.pairs}) > 200
    assert marks(("a", "@b")) == {"@b"}
