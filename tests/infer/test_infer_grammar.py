"""Answers held to a grammar: whatever it lets through parses and names the schema alone, whoever writes it."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from tiny_model import prompts

from sqlwright.config import PredictConfig
from sqlwright.errors import ConfigError
from sqlwright.infer import Engine, Sampling, load
from sqlwright.infer.guided import Grammars, Ruled
from sqlwright.infer.sqlgrammar import gbnf, lark
from sqlwright.project._models import model_of
from sqlwright.prompt import opens_thought
from sqlwright.records import Prompt
from sqlwright.schema import Schema, parse_ddl

pytest.importorskip("llguidance")

DDL = '''
CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, country TEXT, population INTEGER);
CREATE TABLE mountain (id INTEGER PRIMARY KEY, name TEXT, height INTEGER, city_id INTEGER REFERENCES city (id));
CREATE TABLE "order" (id INTEGER, "list ""price""" REAL, "日期" DATE, "Group" TEXT);
'''
DIALECTS = ("sqlite", "duckdb", "postgres", "mysql", "oracle")


def schema_of(dialect: str = "sqlite") -> Schema:
    schema = parse_ddl(DDL, db_id="geo")
    return Schema(schema.db_id, schema.tables, dialect=dialect)


SCHEMA = schema_of()
MEANT = [
    " SELECT COUNT ( * ) FROM city",
    "SELECT name, population FROM city WHERE country = 'France' ORDER BY population DESC LIMIT 3",
    "select c.name\nfrom city c\n  join mountain m on c.id = m.city_id\nwhere m.height > 10.5;",
    "SELECT T1.name, T2.name FROM city AS T1 JOIN city AS T2 ON T1.country = T2.country AND T1.id <> T2.id",
    "SELECT name FROM city WHERE id NOT IN (SELECT city_id FROM mountain) OR NOT (id > 3)",
    "SELECT country, COUNT(*) AS n, AVG(population) AS avg_population FROM city GROUP BY country HAVING COUNT(*) > 2",
    'SELECT CAST(STRFTIME(\'%Y\', "日期") AS INTEGER), SUM("list ""price""") FROM "order" GROUP BY 1',
    "SELECT name, CASE WHEN height > 5 THEN 'it''s high' ELSE 'low' END FROM mountain",
    'SELECT name, RANK() OVER (PARTITION BY country ORDER BY population DESC) AS "the rank" FROM city',
    "SELECT MAX(height) - MIN(height), height * -2 FROM mountain WHERE name IS NOT NULL",
    "SELECT name FROM city UNION ALL SELECT name FROM mountain ORDER BY name",
    "SELECT b.id FROM (SELECT id FROM city WHERE population BETWEEN 1 AND 9) AS b LEFT JOIN mountain ON b.id = city_id",
    "SELECT name FROM city WHERE EXISTS (SELECT 1 FROM mountain WHERE mountain.city_id = city.id)",
    "SELECT name FROM city WHERE population > (SELECT AVG(population) FROM city)",
]
REFUSED = [
    "SELECT street FROM city",
    "SELECT name FROM town",
    "SELECT city.height FROM city",
    "SELECT name FROM city; DROP TABLE city",
    "DELETE FROM city",
    "SELECT name FROM city WHERE name = 'a",
    "SELECT LOAD_EXTENSION('x') FROM city",
    "SELECT name FROM sqlite_master",
    "SELECT name FROM city -- WHERE",
    "SELECT COUNT(*) AS order FROM city",
]


@pytest.fixture(scope="module")
def untuned(tiny_base: Path) -> Engine:
    return load(tiny_base, precision="fp32", device="cpu", grammar=True)


@pytest.fixture(scope="module")
def grammars(untuned: Engine) -> Grammars:
    return Grammars(untuned.tokenizer, len(untuned.tokenizer), {untuned.tokenizer.eos_token_id})


def read(guide: Any, ids: list[int]) -> Any:
    for token in ids:
        guide = guide.accept(token)
        if guide is None:
            return None
    return guide


@pytest.mark.parametrize("sql", MEANT)
def test_statements_as_models_write_them_are_let_through(sql: str, grammars: Grammars, untuned: Engine) -> None:
    after = read(grammars.start(SCHEMA), untuned.tokenizer.encode(sql))
    assert after is not None and after.ends()


@pytest.mark.parametrize("sql", REFUSED)
def test_other_statements_are_not(sql: str, grammars: Grammars, untuned: Engine) -> None:
    after = read(grammars.start(SCHEMA), untuned.tokenizer.encode(sql))
    assert after is None or not after.ends()


def written_at_random(start: Ruled, words: dict[int, bytes], end: int, rng: random.Random) -> str:
    """Write tokens that the grammar lets through until it lets the statement end; "" for one that becomes too long."""
    import torch

    guide, text = start, b""
    zeros = torch.zeros(max(words) + 1)
    while True:
        allowed = torch.isfinite(guide.masked(zeros)).nonzero()[:, 0].tolist()
        options = [token for token in allowed if token in words]
        if end in allowed and (not options or rng.random() < 0.3):
            return text.decode()
        token = rng.choice(options)
        after = guide.accept(token)
        assert after is not None, "the mask and the guide differ"
        guide, text = after, text + words[token]
        if len(text) > 600:
            return ""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_whatever_is_written_parses_and_names_the_schema_alone(
    dialect: str, grammars: Grammars, untuned: Engine
) -> None:
    from sqlwright.infer.constrain import vocabulary

    schema, rng = schema_of(dialect), random.Random(dialect)
    end, known = untuned.tokenizer.eos_token_id, vocabulary(untuned.tokenizer) or ()
    words = {token: text for token, text in enumerate(known) if text}
    start, found = grammars.start(schema), 0
    for _ in range(30):
        sql = written_at_random(start, words, end, rng)
        if not sql:
            continue
        found += 1
        check_names(sqlglot.parse_one(sql.strip().rstrip(";"), dialect=dialect), schema)
        check_engine(sql, dialect)
    assert found > 10


def check_names(tree: exp.Expr, schema: Schema) -> None:
    tables = {table.name.lower() for table in schema.tables}
    columns = {column.name.lower() for table in schema.tables for column in table.columns}
    assert {table.name.lower() for table in tree.find_all(exp.Table)} <= tables, tree.sql()
    named = {column.name.lower() for column in tree.find_all(exp.Column) if not isinstance(column.this, exp.Star)}
    assert named <= columns, tree.sql()


def check_engine(sql: str, dialect: str) -> None:
    """Let the engine itself read a statement; what it says of columns out of scope does not matter here."""
    if dialect == "sqlite":
        connection = sqlite3.connect(":memory:")
        connection.executescript(DDL)
        try:
            connection.execute(f"EXPLAIN {sql}")
        except sqlite3.Error as error:
            assert not {"syntax", "token", "no such table"} & set(str(error).replace(":", "").split()), (sql, error)
    elif dialect == "duckdb":
        duckdb.extract_statements(sql)  # raises ParserException


def test_an_untrained_model_writes_statements(untuned: Engine) -> None:
    asked = prompts()
    schemas = {prompt.id: SCHEMA for prompt in asked}
    drawn: dict[str, Any] = {"max_new_tokens": 70, "schemas": schemas, "sampling": Sampling(1.0, seed=1)}
    written, again = untuned.generate(asked, **drawn), untuned.generate(asked, batch_size=3, **drawn)
    assert [one.raw for one in written] == [one.raw for one in again]
    ended = [one for one in written if one.tokens < 70]
    assert ended
    for one in ended:
        check_names(sqlglot.parse_one(one.sql, dialect="sqlite"), SCHEMA)
    greedy = untuned.generate(asked[:3], max_new_tokens=20, schemas=schemas)
    beams = untuned.candidates(asked[:3], count=2, max_new_tokens=20, schemas=schemas)
    grammar = Grammars(untuned.tokenizer, 0, {untuned.tokenizer.eos_token_id}).start(SCHEMA)
    for text in [one.raw for one in (*written, *greedy)] + [beam.sql for found in beams for beam in found]:
        assert read(grammar, untuned.tokenizer.encode(text)) is not None, text


def test_a_thought_is_free(untuned: Engine) -> None:
    thinking = Prompt("t", prompts()[0].prefix, "<|question|> Why? <|sql|><think>", "")
    assert opens_thought(thinking.suffix)
    guide = untuned._starts({"t": SCHEMA}, [thinking])["t"]
    encode = untuned.tokenizer.encode
    after = read(guide, encode("Read street. DROP it.</think>\n"))
    assert after is not None and not after.ends()
    assert read(after, encode("SELECT street")) is None
    assert read(after, encode("SELECT name FROM city")).ends()


def test_a_schema_of_many_tables(grammars: Grammars, untuned: Engine) -> None:
    tables = (
        f"CREATE TABLE tab{at} (" + ", ".join(f"c{at % 7}_{one}_{at} INT" for one in range(9)) for at in range(400)
    )
    start = grammars.start(parse_ddl("".join(f"{table});" for table in tables), db_id="many"))
    encode = untuned.tokenizer.encode
    assert read(start, encode("SELECT c1_2_8, tab8.c1_3_8 FROM tab8, tab399 WHERE c0_5_399 > 2")).ends()
    assert read(start, encode("SELECT tab8.c0_5_399")) is None


def test_llama_cpp_reads_the_same_grammar() -> None:
    llama_cpp = pytest.importorskip("llama_cpp")
    for dialect in DIALECTS:
        assert llama_cpp.LlamaGrammar.from_string(gbnf(schema_of(dialect)), verbose=False)
    assert lark(SCHEMA).count("\n") == gbnf(SCHEMA).count("\n")


def test_what_cannot_be_held_to_a_grammar_is_said(tiny_base: Path) -> None:
    from transformers import ByT5Tokenizer

    with pytest.raises(ConfigError, match="cannot read this model's tokenizer"):
        Grammars(ByT5Tokenizer(), 0, {1})


def test_the_configuration_turns_it_on_for_any_model() -> None:
    base, other = model_of("embedded"), model_of("embedded", "instruction")
    assert [model.is_held(PredictConfig()) for model in (base, other)] == [True, False]
    assert [model.is_held(PredictConfig(constrain=False)) for model in (base, other)] == [False, False]
    assert other.is_held(PredictConfig(grammar=True, constrain=False))
