"""Answers that keep to a schema: the words that are offered, and what a real model writes under them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot.optimizer.qualify import qualify
from tiny_model import prompts

from sqlwright.infer import Engine, load
from sqlwright.infer.constrain import Grammar, Guide, Thought, vocabulary
from sqlwright.infer.frames import Catalogue
from sqlwright.infer.scope import Reading
from sqlwright.schema import Schema, parse_ddl

DDL = """
CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, country TEXT, population INTEGER);
CREATE TABLE mountain (id INTEGER PRIMARY KEY, name TEXT, height INTEGER, city_id INTEGER REFERENCES city (id));
CREATE TABLE "order" (id INTEGER, "list price" REAL, "日期" DATE);
"""
SCHEMA = parse_ddl(DDL, db_id="geo")

VALID = [
    "SELECT COUNT ( * ) FROM city",
    "SELECT name , population FROM city WHERE country = 'France' ORDER BY population DESC LIMIT 3",
    "SELECT city . name FROM city JOIN mountain ON city . id = mountain . city_id WHERE mountain . height > 10.5",
    "SELECT T1 . name , T2 . name FROM city AS T1 JOIN city AS T2 ON T1 . country = T2 . country",
    "SELECT name FROM city WHERE id NOT IN ( SELECT city_id FROM mountain )",
    "SELECT name FROM city WHERE EXISTS ( SELECT 1 FROM mountain WHERE mountain . city_id = city . id )",
    "WITH x AS ( SELECT country , COUNT ( * ) AS total FROM city GROUP BY country ) SELECT MAX ( total ) FROM x",
    "WITH a AS ( SELECT id FROM city ) , b AS ( SELECT id AS x FROM a ) SELECT x FROM b",
    "SELECT country , COUNT ( * ) AS n FROM city GROUP BY country HAVING COUNT ( * ) > 2 ORDER BY n",
    "SELECT name FROM city UNION SELECT name FROM mountain ORDER BY name",
    'SELECT CAST ( STRFTIME ( \'%Y\' , "日期" ) AS INTEGER ) , SUM ( "list price" ) FROM "order" GROUP BY 1',
    "SELECT name , CASE WHEN height > 5 THEN 'it''s high' ELSE 'low' END FROM mountain",
    "SELECT name , RANK ( ) OVER ( PARTITION BY country ORDER BY population DESC ) FROM city",
    'SELECT EXTRACT ( YEAR FROM "日期" ) FROM "order"',
    "SELECT city . name , ( SELECT COUNT ( * ) FROM mountain WHERE mountain . city_id = city . id ) FROM city",
    "SELECT MAX ( height ) - MIN ( height ) , height * 2 FROM mountain WHERE name IS NOT NULL",
    "SELECT id FROM ( SELECT id FROM city WHERE population BETWEEN 1 AND 9 ) AS big WHERE big . id > 1",
    "SELECT name FROM city ORDER BY population DESC , name ASC FETCH FIRST 3 ROWS ONLY",
    "SELECT name FROM city GROUP BY name HAVING COUNT ( DISTINCT id ) > 1 ORDER BY name LIMIT 2 OFFSET 1",
    "SELECT SUM ( height ) OVER ( ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW ) FROM mountain",
    "SELECT GROUP_CONCAT ( name ORDER BY name DESC ) , TRIM ( BOTH 'x' FROM name ) FROM city GROUP BY country",
    "SELECT COUNT ( * ) FILTER ( WHERE height > 1 ) FROM mountain WHERE NOT name LIKE 'A%' AND id IS NOT NULL",
    "SELECT CASE WHEN id = 1 AND id < 2 THEN 1 WHEN id = 2 THEN ( SELECT 1 FROM city ) END AS x FROM mountain",
    "SELECT name FROM city WHERE population >= ALL ( SELECT population FROM city ) AND id IN ( 1 , 2 )",
]
NOT_THERE = [
    "SELECT height FROM city",
    "SELECT name , height FROM city",
    "SELECT full_name",
    "SELECT city . height",
    "SELECT name FROM town",
    "SELECT name FROM city WHERE mountain .",
    "SELECT city . name FROM mountain WHERE",
    "SELECT T1 . population FROM mountain AS T1",
    "SELECT name FROM city JOIN mountain",
    "SELECT city . id FROM city JOIN mountain ON city . id = mountain . city_id WHERE name =",
    "SELECT name FROM city JOIN city ON",
    "SELECT name FROM city WHERE id IN ( SELECT country FROM mountain",
    "WITH a AS ( SELECT id FROM city ) SELECT name FROM a",
    "SELECT country AS n FROM city WHERE n =",
    "SELECT name AS SELECT",
    "SELECT order",
]
NO_GRAMMAR = [
    "SELECT name FROM city WHERE id BY",
    "SELECT name FROM city WHERE id = 1 WHERE",
    "SELECT name FROM city ORDER BY name WHERE",
    "SELECT name FROM city GROUP name",
    "SELECT name FROM city LIMIT name",
    "SELECT name FROM city LIMIT 1 AND",
    "SELECT name FROM city WHERE name DESC",
    "SELECT name FROM city WHERE id = 1 AS",
    "SELECT name FROM city WHERE id = 1 OR AND",
    "SELECT name FROM city WHERE id = 1 THEN",
    "SELECT COUNT ( )",
    "SELECT COUNT ( SELECT",
    "SELECT CASE WHEN id = 1 THEN 2 FROM",
    "SELECT name FROM city WHERE *",
    "SELECT name FROM city OVER",
]
KEYED = """
CREATE TABLE band (id INTEGER PRIMARY KEY, name TEXT, town INTEGER);
CREATE TABLE song (id INTEGER PRIMARY KEY, title TEXT, band_id INTEGER REFERENCES band (id), after INTEGER);
CREATE TABLE play (song INTEGER REFERENCES song (id), venue_id INTEGER REFERENCES venue (id), id INTEGER PRIMARY KEY);
CREATE TABLE venue (id INTEGER PRIMARY KEY, band_id INTEGER, town INTEGER, name TEXT);
CREATE TABLE fan (id INTEGER PRIMARY KEY, town INTEGER, name TEXT);
"""
BY_KEY = [
    "song JOIN band ON song . band_id = band . id",
    "song JOIN band ON band . id = song . band_id AND band . name <> song . title",
    "song JOIN band ON band . id = band_id WHERE title = 'x'",
    "band AS T1 JOIN song AS T2 ON T1 . id = T2 . band_id",
    "song LEFT JOIN band ON song . band_id = band . id AND band . name = 'x'",
    "song AS T1 JOIN song AS T2 ON T1 . after = T2 . id",
    "song JOIN band ON song . band_id = band . id JOIN song AS T2 ON song . after = T2 . id",
    "band JOIN fan ON band . town = fan . town",
    "band JOIN fan ON band . id + 1 > fan . town",
    "song JOIN venue ON song . band_id = venue . band_id",
    "song JOIN play ON song . id = play . song JOIN venue ON song . band_id = venue . band_id",
    "song JOIN play ON song . id = play . song JOIN venue ON play . venue_id = venue . id",
    "song JOIN band JOIN play ON song . band_id = band . id AND song . id = play . song",
    "( SELECT id FROM band ) AS x JOIN song ON song . title = x . id JOIN band ON song . title = band . name",
]
NOT_BY_KEY = [
    "song JOIN band ON song . id",
    "song JOIN band ON band . name",
    "song JOIN band ON song . band_id = song",
    "song JOIN band ON song . band_id = band . name",
    "song JOIN band ON song . band_id <",
    "song JOIN band ON 1",
    "song JOIN band ON (",
    "song JOIN band ON title",
    "song JOIN band ON song . band_id WHERE",
    "song JOIN play ON song . id = play . song JOIN venue ON play . song",
    "song JOIN play ON song . id = play . song JOIN venue ON song . title",
    "song JOIN venue ON song . id",
    "band JOIN venue",
    "band JOIN play",
    "play JOIN fan JOIN band",
]
TIED = [
    "SELECT name FROM band WHERE id IN ( SELECT band_id FROM song )",
    "SELECT name FROM band WHERE id NOT IN ( SELECT song . band_id FROM song JOIN play ON song . id = play . song )",
    "SELECT title FROM song WHERE band_id IN ( SELECT DISTINCT band_id FROM venue )",
    "SELECT title FROM song WHERE id IN ( SELECT T1 . song FROM play AS T1 JOIN play AS T2 ON T1 . id = T2 . id )",
    "SELECT title FROM song WHERE id IN ( SELECT MAX ( id ) FROM song )",
    "SELECT name FROM band WHERE name IN ( SELECT title FROM song )",
    "SELECT name FROM venue WHERE town IN ( SELECT id FROM fan )",
    "WITH x AS ( SELECT title FROM song ) SELECT name FROM band WHERE id IN ( SELECT title FROM x )",
    "SELECT COUNT ( * ) FROM ( SELECT id FROM song ) AS x WHERE id IN ( SELECT title FROM song )",
    "SELECT SUM ( after ) , AVG ( DISTINCT song . after ) , MAX ( id ) , COUNT ( band_id ) FROM song",
    "SELECT AVG ( band_id ) FROM venue",
    "SELECT AVG ( T1 . band_id ) , AVG ( T1 . after ) FROM song AS T1 JOIN song AS T2 ON T1 . after = T2 . id",
]
NOT_TIED = [
    "SELECT name FROM band WHERE id IN ( SELECT title",
    "SELECT name FROM band WHERE id NOT IN ( SELECT fan",
    "SELECT name FROM band WHERE id NOT IN ( SELECT DISTINCT song . title",
    "SELECT name FROM band WHERE band . id IN ( SELECT song . id",
    "SELECT SUM ( id",
    "SELECT AVG ( DISTINCT song . band_id",
    "SELECT title FROM song GROUP BY title HAVING AVG ( song . id",
]
SAID_AGAIN = [
    "SELECT name , name",
    "SELECT name , country , name",
    "SELECT city . name , city . name",
    "SELECT COUNT ( * ) , COUNT ( *",
    "SELECT MAX ( id ) , name , MAX ( id",
    "SELECT population - population",
    "SELECT AVG ( JULIANDAY ( name ) - JULIANDAY ( name",
    "SELECT name FROM city WHERE id = id",
    "SELECT name FROM city WHERE city . id = city . id",
    "SELECT name FROM city WHERE population > 2 AND id <= id",
    "SELECT name FROM city WHERE id IN ( SELECT id , id",
]
NEW = [
    "SELECT T1 . name , T2 . name FROM city AS T1 JOIN city AS T2 ON T1 . country = T2 . country",
    "SELECT COUNT ( * ) , COUNT ( DISTINCT name ) FROM city",
    "SELECT name , ( SELECT name FROM mountain ) FROM city UNION SELECT name , country FROM city",
    "SELECT population * population , id - population - 1 FROM city WHERE id = - id",
    "SELECT name FROM city WHERE population = ( SELECT MAX ( population ) FROM city ) AND name = country",
]


def read(sql: str, schema: Schema = SCHEMA) -> Reading | None:
    """Return the reading of spaced SQL; quoted words may hold spaces."""
    from sqlwright.prompt.spaced import _TOKEN

    reading: Reading | None = Reading(Catalogue(schema))
    for word in _TOKEN.findall(sql):
        if reading is None:
            return None
        reading = reading.advance(word)
    return reading


@pytest.mark.parametrize("sql", VALID)
def test_valid_statements_are_let_through(sql: str) -> None:
    reading = read(sql)
    assert reading is not None and reading.ends()


@pytest.mark.parametrize("sql", NOT_THERE)
def test_names_out_of_scope_are_refused(sql: str) -> None:
    assert read(sql) is None


@pytest.mark.parametrize("sql", NO_GRAMMAR)
def test_words_that_ask_for_others_are_refused_elsewhere(sql: str) -> None:
    assert read(sql.rpartition(" ")[0]) is not None
    assert read(sql) is None


@pytest.mark.parametrize("joined", BY_KEY)
def test_tables_are_joined_by_their_keys(joined: str) -> None:
    reading = read(f"SELECT 1 FROM {joined}", parse_ddl(KEYED))
    assert reading is not None and reading.ends()


@pytest.mark.parametrize("joined", NOT_BY_KEY)
def test_tables_with_a_key_are_joined_by_nothing_else(joined: str) -> None:
    schema = parse_ddl(KEYED)
    assert read(f"SELECT 1 FROM {joined.rpartition(' ')[0]}", schema) is not None
    assert read(f"SELECT 1 FROM {joined}", schema) is None


@pytest.mark.parametrize("sql", TIED)
def test_a_subquery_gives_a_tied_column_and_what_is_no_key_may_be_summed(sql: str) -> None:
    reading = read(sql, parse_ddl(KEYED))
    assert reading is not None and reading.ends()


@pytest.mark.parametrize("sql", NOT_TIED)
def test_a_subquery_gives_nothing_else_and_no_key_is_summed(sql: str) -> None:
    assert read(sql.rpartition(" ")[0], parse_ddl(KEYED)) is not None
    assert read(sql, parse_ddl(KEYED)) is None


@pytest.mark.parametrize("sql", SAID_AGAIN)
def test_nothing_is_listed_twice_or_compared_with_itself(sql: str) -> None:
    assert read(sql.rpartition(" ")[0]) is not None
    assert read(sql) is None


@pytest.mark.parametrize("sql", NEW)
def test_what_only_begins_alike_is_let_through(sql: str) -> None:
    reading = read(sql)
    assert reading is not None and reading.ends()


@pytest.mark.parametrize("sql", ["SELECT", "SELECT name", "SELECT COUNT ( * ) FROM city WHERE", "SELECT ( 1"])
def test_it_does_not_end_in_the_middle(sql: str) -> None:
    reading = read(sql)
    assert reading is not None and not reading.ends()


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_is_written_names_only_what_is_in_scope(rng: random.Random) -> None:
    """Draw offered words at random; what is a statement must resolve against the schema, by sqlglot's own resolver."""
    reading = Reading(Catalogue(SCHEMA))
    words: list[str] = []
    for _ in range(60):
        offer = reading.offer()
        options = [word for word in offer.words if word in _PLAIN or not word.isupper()] or list(offer.words)
        word = "new" if offer.new_name else rng.choice(options)
        after = reading.advance(word)
        if after is None:
            continue
        reading = after
        words.append(word)
        if reading.ends() and rng.random() < 0.5:
            break
    if not reading.ends():
        return
    try:
        tree = sqlglot.parse_one(" ".join(words), dialect="sqlite")
    except sqlglot.errors.ParseError:
        return  # names are kept, not grammar
    tables = {"city": _columns("city"), "mountain": _columns("mountain"), "order": _columns("order")}
    assert {table.name for table in tree.find_all(sqlglot.exp.Table)} <= set(tables)
    qualify(tree, schema=tables, dialect="sqlite", validate_qualify_columns=True)


_PLAIN = {"SELECT", "FROM", "JOIN", "ON", "WHERE", "AND", "COUNT", "AS", "T1", "T2"}


def _columns(table: str) -> dict[str, str]:
    return {column.name: "TEXT" for column in SCHEMA.table(table).columns}


@pytest.fixture(scope="module")
def untuned(tiny_base: Path) -> Engine:
    return load(tiny_base, precision="fp32", device="cpu")


def test_a_token_may_hold_parts_of_a_character(untuned: Engine) -> None:
    tokens = vocabulary(untuned.tokenizer)
    assert tokens is not None and tokens[0] is None
    for sql in VALID:
        cursor = Grammar(tokens, SCHEMA).start()
        for token in untuned.tokenizer.encode(f" {sql}"):
            after = cursor.accept(token)
            assert after is not None, (sql, tokens[token])
            cursor = after
        assert cursor.ends()


def test_a_thought_is_free_and_the_statement_behind_it_is_not(untuned: Engine) -> None:
    tokens = vocabulary(untuned.tokenizer)
    assert tokens is not None
    encode, start = untuned.tokenizer.encode, Grammar(tokens, SCHEMA).start()

    def after(text: str) -> Guide | None:
        guide: Guide | None = Thought(tokens, start)
        for token in encode(text):
            assert guide is not None and not guide.ends()
            guide = guide.accept(token)
            if guide is None:
                break
        return guide

    thought = " 1 . Read town . 2 . 读取 <b> height . </think"
    assert after(thought) is not None
    assert after(f"{thought}<|end|>") is None
    for mark in ("", "<|sql|>"):
        done = after(f"{thought}>{mark} SELECT name FROM city")
        assert done is not None and done.ends()
        assert after(f"{thought}>{mark} SELECT height FROM city") is None


def test_even_an_untrained_model_names_only_the_schema(untuned: Engine) -> None:
    asked = prompts()
    schemas = {prompt.id: SCHEMA for prompt in asked}
    written = [answer.raw for answer in untuned.generate(asked, max_new_tokens=40, schemas=schemas)]
    for beams in untuned.candidates(asked[:3], count=3, max_new_tokens=30, schemas=schemas):
        written += [f" {beam.sql}" for beam in beams]
    assert written
    free = untuned.generate(asked, max_new_tokens=40)
    assert [answer.raw for answer in free] != written[: len(free)]
    for text in written:
        words = text.rstrip().removeprefix(" ").split(" ")
        reading: Reading | None = Reading(Catalogue(SCHEMA))
        for word in words[:-1]:  # the last one may be cut
            if "'" in word or '"' in word:
                break
            assert reading is not None
            reading = reading.advance(word)
            assert reading is not None, (text, word)
