"""The guard beside real engines: their own catalogues of functions, and databases whose hash must not change.

What the guard lets through is run here on connections that could write, without any other protection, so that nothing
but the guard keeps the database as it was.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from guard_statements import HARMLESS, HOSTILE, HOSTILE_ANYWHERE
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from sqlwright.database import Executor, guard, guard_functions, open_executor
from sqlwright.errors import SqlError
from sqlwright.sqlkit.parsing import parse, render

CANARY = "canary of the test"
DUCKDB_VOLATILE = frozenset(
    """
    current_localtime current_localtimestamp gen_random_uuid get_current_time get_current_timestamp now random today
    transaction_timestamp uuid uuidv4 uuidv7 current_date current_time current_timestamp localtime localtimestamp
    """.split()
)
"""Functions of DuckDB that its catalogue does not call consistent, and that only read the clock or draw a number."""
DUCKDB_TABLE = frozenset("generate_series icu_calendar_names json_each json_tree range repeat unnest show".split())
"""Table functions that only compute; `show('a')` is read as a table of that name, with a name for its column."""
POSTGRES_VOLATILE = frozenset("clock_timestamp gen_random_uuid random timeofday".split())
POSTGRES_STABLE = frozenset(
    """
    age array_to_json array_to_string concat concat_ws convert_from convert_to current_user date date_part date_trunc
    enum_first enum_last enum_range extract format generate_series get_current_ts_config json_agg json_build_array
    json_build_object json_object_agg json_populate_record json_populate_recordset json_to_record json_to_recordset
    json_to_tsvector jsonb_agg jsonb_build_array jsonb_build_object jsonb_path_exists_tz jsonb_path_match_tz
    jsonb_path_query_array_tz jsonb_path_query_first_tz jsonb_path_query_tz jsonb_populate_record
    jsonb_populate_recordset jsonb_to_record jsonb_to_recordset jsonb_to_tsvector length make_timestamptz money now
    numeric overlaps pg_column_size pg_typeof phraseto_tsquery plainto_tsquery quote_literal quote_nullable row_to_json
    session_user statement_timestamp time timestamp timezone to_char to_date to_json to_jsonb to_number to_timestamp
    to_tsquery to_tsvector transaction_timestamp ts_headline websearch_to_tsquery xml_is_well_formed convert
    current_date current_role
    """.split()
)
"""Functions of PostgreSQL that depend on settings or the clock, or on no more than their arguments' types."""


def may_be_called(name: str, dialect: str, most: int = 3) -> bool:
    """Return whether the guard lets the function pass with any few arguments."""
    calls = [f"SELECT {name}({', '.join(['a'] * count)}) FROM t" for count in range(most + 1)]
    calls += [f"SELECT * FROM {name}('a')", f'SELECT "{name}"(a) FROM t']
    return any(guard.verdict(sql, dialect).verdict == "allow" for sql in calls)


def test_no_list_brings_back_what_is_refused() -> None:
    for dialect in guard_functions.FUNCTIONS:
        assert not guard_functions.REFUSED & guard_functions.listed(dialect)
    assert not guard_functions.REFUSED & guard_functions.KNOWN


def test_functions_of_sqlite() -> None:
    """Those that SQLite does not call innocuous are refused, but JSON's and full-text search's, which only read."""
    from sqlwright.database._sqlite_rules import _MORE_FUNCTIONS

    connection = sqlite3.connect(":memory:")
    rows = connection.execute("SELECT DISTINCT name FROM pragma_function_list WHERE NOT flags & 0x200000").fetchall()
    connection.close()
    doubtful = {name for (name,) in rows if name.isidentifier()} - _MORE_FUNCTIONS - {"match", "like", "glob"}
    assert "load_extension" in doubtful
    assert {name for name in doubtful if may_be_called(name, "sqlite")} <= {"regexp"}


def test_functions_of_duckdb() -> None:
    """Those that its catalogue calls volatile, and table functions, are refused, but for a few that only compute."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT lower(function_name) FROM duckdb_functions() "
            "WHERE stability <> 'CONSISTENT' OR has_side_effects OR function_type IN ('table', 'table_macro', 'pragma')"
        ).fetchall()
        consistent = connection.execute(
            "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE stability = 'CONSISTENT'"
        ).fetchall()
    doubtful = {name for (name,) in rows if name.isidentifier()} - {name for (name,) in consistent}
    assert {"read_text", "query", "nextval", "write_log"} <= doubtful
    assert {name for name in doubtful if may_be_called(name, "duckdb")} <= DUCKDB_VOLATILE | DUCKDB_TABLE
    only_computing = {name for (name,) in consistent if name.isidentifier()}
    assert len(only_computing & guard_functions.listed("duckdb")) > 300


@pytest.mark.postgres
def test_functions_of_postgres(postgres_url: str) -> None:
    """Those that PostgreSQL calls volatile or stable are refused, but for those on the two lists above."""
    import psycopg

    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT DISTINCT proname, provolatile FROM pg_proc").fetchall()
    immutable = {name for name, kind in rows if kind == "i"}
    doubtful = {name for name, kind in rows if kind != "i"} - immutable
    assert {"pg_read_file", "lo_import", "set_config", "nextval", "query_to_xml"} <= doubtful
    assert {name for name in doubtful if may_be_called(name, "postgres")} <= POSTGRES_VOLATILE | POSTGRES_STABLE
    reaching = {name for name in immutable if name.startswith(("pg_", "lo_", "txid_"))}
    assert {name for name in reaching if may_be_called(name, "postgres")} <= {"pg_size_bytes", "pg_size_pretty"}


PLANTED = {
    "sqlite": ("load_extension('x')", "(SELECT sql FROM sqlite_master)", "writefile('x', 'y')"),
    "duckdb": (
        "getenv('HOME')",
        "(SELECT content FROM read_text('x'))",
        "(SELECT a FROM 'x.csv')",
        "nextval('counter')",
    ),
    "postgres": (
        "pg_read_file('x')",
        "(SELECT passwd FROM pg_shadow)",
        "CAST('x' AS REGCLASS)",
        "set_config('a', 'b', TRUE)",
    ),
    "mysql": ("load_file('x')", "sleep(9)", "(SELECT user FROM mysql.user)", "@@datadir"),
    "oracle": ("utl_http.request('x')", "utl_inaddr.get_host_name", "(SELECT a FROM v$session)", "s.nextval"),
}
"""Expressions that no statement may hold."""


@settings(max_examples=100, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("dialect", PLANTED)
def test_what_is_planted_anywhere_in_a_tree_is_refused(dialect: str, data: st.DataObject) -> None:
    """A value of a harmless statement gives way to a hostile one, however deep it stands."""
    tree = parse(data.draw(st.sampled_from(HARMLESS["any"] + HARMLESS[dialect])), dialect)
    places = [node for node in tree.find_all(exp.Column, exp.Literal) if not isinstance(node.parent, exp.DataTypeParam)]
    assume(places)
    data.draw(st.sampled_from(places)).replace(
        parse(f"SELECT {data.draw(st.sampled_from(PLANTED[dialect]))}", dialect).expressions[0]
    )
    text = render(tree, dialect)
    found = guard.verdict(text, dialect)
    outside_of_texts = re.sub(r"'(?:[^']|'')*'", "", found.sql.lower())
    assert not any(name in outside_of_texts for name in NAMES), (text, found.sql)


NAMES = (
    *(
        "load_extension",
        "sqlite_master",
        "writefile",
        "getenv",
        "read_text",
        "x.csv",
        "nextval",
        "pg_read",
        "pg_shadow",
    ),
    *("regclass", "set_config", "load_file", "sleep", "mysql.", "@@", "utl_", "v$"),
)
TABLES = """
CREATE TABLE t (a INTEGER, b INTEGER, x VARCHAR(50), s VARCHAR(50));
CREATE TABLE s (id INTEGER, y VARCHAR(50));
INSERT INTO t VALUES (1, 2, 'one', 'p'), (3, 4, 'two', 'q'), (5, 6, NULL, 'r');
INSERT INTO s VALUES (1, 'first'), (2, 'second');
"""
PIECES = [
    *"SELECT FROM WHERE AND OR IN EXISTS UNION ALL WITH RECURSIVE AS VALUES INTO SET RETURNING GROUP BY ORDER".split(),
    *"DELETE INSERT UPDATE DROP CREATE TABLE ATTACH COPY TO PRAGMA EXPLAIN ANALYZE CALL DO FOR LATERAL JOIN ON".split(),
    *"( ) , ; . * = + - || :: -> ' \" ` [ ] { } $$ $a$ -- /* */ /*! # @ @@ ? : \\ \n E' U&' x' q'[".split(" "),
    *"t s a b x y c d 1 2 'a' \"a\" 'it''s' E'\\'' \u200b \u00a0 \ufeff 客户 ； ＇".split(" "),
    "SELECT a FROM t",
    "DELETE FROM t",
    "DROP TABLE t",
    "UPDATE t SET a = 9",
    "INSERT INTO t (a) VALUES (9)",
    "COPY t TO 'leak.csv'",
    "VACUUM INTO 'leak.db'",
    "'canary.csv'",
    '"canary.csv"',
    "read_text('canary.csv')",
    "readfile('canary.csv')",
    "pg_read_file('canary.csv')",
    "writefile('leak', 'x')",
    "nextval('counter')",
    "set_config('a.b', 'c', FALSE)",
    "lo_creat(-1)",
    "load_extension('x')",
    "c AS (DELETE FROM t RETURNING *)",
    "c AS (SELECT 1 AS a)",
    "OPERATOR(pg_catalog.+)",
    "CAST(a AS REGCLASS)",
    "COUNT(*) OVER (ORDER BY a)",
]
STATEMENTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), min_size=1, max_size=12).map(" ".join)


def mutated(statements: list[str]) -> st.SearchStrategy[str]:
    """Return statements with pieces put into them, taken out of them, or of two of them run together."""

    @st.composite
    def draw(choose: st.DrawFn) -> str:
        words = choose(st.sampled_from(statements)).split(" ")
        other = choose(st.sampled_from(statements)).split(" ")
        at, to = sorted(choose(st.tuples(st.integers(0, len(words)), st.integers(0, len(words)))))
        put = choose(st.lists(st.sampled_from(PIECES), max_size=3)) or other[: choose(st.integers(0, len(other)))]
        return " ".join([*words[:at], *put, *words[to if choose(st.booleans()) else at :]])

    return draw()


def attacks(dialect: str) -> st.SearchStrategy[str]:
    own = [sql for of, sql, rule in HOSTILE if of == dialect and rule not in ("size", "endless", "character")]
    return STATEMENTS | mutated([*own, *HOSTILE_ANYWHERE[-8:], *HARMLESS["any"], *HARMLESS[dialect]])


def traces(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a canary file beside the databases."""
    folder = tmp_path_factory.mktemp("guard")
    (folder / "canary.csv").write_text(f"a\n{CANARY}\n", encoding="utf-8")
    return folder


RAW = st.lists(
    st.sampled_from(
        ["'", "''", '"', "\\", "\\\\", "\\'", "`", "$", "$$", "--", "-- ", "/*", "*/", "#", ";", "\n", "[", "]"]
    )
    | st.sampled_from(
        ["a", "n", "x41", "u0041", "101", "%", "_", "E'", "q'[", "é", "客", " ", "\r", "\t", "\u200b", "\u00a0", "{"]
    ),
    max_size=6,
).map("".join)
"""What may stand between quotes, and does not always stay there."""
PREFIXES = ["", "E", "e", "N", "U&", "x", "B", "_utf8mb4", "q", "$$", "$a$"]


def agrees(executor: Executor, dialect: str, prefix: str, raw: str) -> None:
    """Run a text as it is written and as the guard writes it: where both run, they are the same text."""
    closing = prefix if prefix.startswith("$") else "'"
    sql = f"SELECT {closing if closing == prefix else prefix + closing}{raw}{closing}"
    found = guard.verdict(sql, dialect)
    # DuckDB makes Unicode's spaces plain ones within E'\\'...'; sqlglot takes what follows N'...' for a name, and joins
    # a text to the one before it, which for SQLite is a name too.
    odd = (dialect == "duckdb" and not {"\u00a0", "\u200b"}.isdisjoint(raw)) or " AS " in found.sql
    odd |= dialect == "sqlite" and "CONCAT(" in found.sql
    if found.verdict == "allow" and not odd:
        before, after = executor.run(sql), executor.run(found.sql)
        assert not before.ok or (after.rows == before.rows and len(after.columns) == len(before.columns)), found.sql


@pytest.fixture(scope="module")
def readers(folder: Path, postgres_url: str, mariadb_url: str) -> Iterator[dict[str, Executor]]:
    import duckdb

    sqlite3.connect(folder / "texts.sqlite").close()
    duckdb.connect(str(folder / "texts.duckdb")).close()
    urls = {
        "sqlite": str(folder / "texts.sqlite"),
        "duckdb": str(folder / "texts.duckdb"),
        "postgres": postgres_url,
        "mysql": mariadb_url,
    }
    with ExitStack() as stack:
        yield {dialect: stack.enter_context(open_executor(url)) for dialect, url in urls.items()}


@pytest.mark.postgres
@pytest.mark.parametrize("dialect", ["sqlite", "duckdb", "postgres", "mysql"])
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prefix=st.sampled_from(PREFIXES), raw=RAW)
def test_texts_are_read_as_the_engine_reads_them(
    readers: dict[str, Executor], dialect: str, prefix: str, raw: str
) -> None:
    agrees(readers[dialect], dialect, prefix, raw)


PROPERTY = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@PROPERTY
@given(sql=attacks("sqlite"))
def test_what_passes_leaves_sqlite_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    monkeypatch.chdir(folder)
    path = folder / "t.sqlite"
    if not path.exists():
        connection = sqlite3.connect(path)
        connection.executescript(TABLES)
        connection.close()
    try:
        text = guard.check(sql, "sqlite")
    except SqlError:
        return
    before = traces(folder)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.set_progress_handler(lambda: True, 1_000_000)
    try:
        rows = connection.execute(text).fetchmany(100)
    except sqlite3.Error:
        rows = []
    finally:
        connection.close()
    assert traces(folder) == before and CANARY not in str(rows)


@PROPERTY
@given(sql=attacks("duckdb"))
def test_what_passes_leaves_duckdb_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """On a writable file, with files and all else open to it."""
    import duckdb

    monkeypatch.chdir(folder)
    path = folder / "t.duckdb"
    if not path.exists():
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"{TABLES} CREATE SEQUENCE counter")
    try:
        text = guard.check(sql, "duckdb")
    except SqlError:
        return
    before = traces(folder)
    with duckdb.connect(
        str(path), config={"memory_limit": "200MB", "autoinstall_known_extensions": False}
    ) as connection:
        try:
            rows = connection.execute(text).fetchmany(100)
        except (duckdb.Error, RuntimeError, ValueError):
            rows = []
    assert traces(folder) == before and CANARY not in str(rows)


@pytest.fixture(scope="module")
def postgres(postgres_url: str) -> Iterator[tuple[Callable[[str], str], Callable[[], object]]]:
    """A database of its own, as its superuser: what runs a statement, and what says all that could change."""
    import psycopg

    server, name = postgres_url.replace("+psycopg", ""), f"guard_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = f"{server.rsplit('/', 1)[0]}/{name}"
    with psycopg.connect(url, autocommit=True) as connection, psycopg.connect(url, autocommit=True) as watcher:
        connection.execute(TABLES)
        connection.execute("CREATE SEQUENCE counter")
        connection.execute("SET statement_timeout = 500")

        def run(text: str) -> str:
            try:
                return str(connection.execute(text.encode()).fetchmany(100))
            except (psycopg.Error, UnicodeError, ValueError):
                return ""

        def everything() -> object:
            asked = (
                "SELECT md5(string_agg(t::text, ',' ORDER BY a)) FROM t",
                "SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM s",
                "SELECT last_value, is_called FROM counter",
                "SELECT COUNT(*), MAX(oid::bigint) FROM pg_class",
                "SELECT COUNT(*) FROM pg_largeobject_metadata",
                "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory'",
                "SELECT rolname, rolsuper FROM pg_roles ORDER BY 1",
            )
            session = connection.execute("SELECT md5(string_agg(name || '=' || setting, ';')) FROM pg_settings")
            return [watcher.execute(sql).fetchall() for sql in asked], session.fetchall()

        yield run, everything
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.postgres
@settings(PROPERTY, max_examples=250)
@given(sql=attacks("postgres"))
def test_what_passes_leaves_postgres_as_it_was(
    postgres: tuple[Callable[[str], str], Callable[[], object]], sql: str
) -> None:
    """As a superuser who may write, in no transaction."""
    try:
        text = guard.check(sql, "postgres")
    except SqlError:
        return
    run, everything = postgres
    before = everything()
    assert "root:" not in run(text)
    assert everything() == before
