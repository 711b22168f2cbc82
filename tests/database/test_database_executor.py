"""Executors on real databases: what they read, what they refuse, and when they stop."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqlwright.database import Executor, Limits, connect, dialect_of, normalise_url, open_executor, state_of
from sqlwright.errors import DatabaseError

ROWS = [(1, "Ada", 36.5), (2, "陈", None), (3, "O'Neil", 7.0)]
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
SHORT = Limits(seconds=0.5, rows=100, bytes=100_000)


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    path = tmp_path / "my shop#1.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, age REAL)")
    connection.executemany("INSERT INTO person VALUES (?, ?, ?)", ROWS)
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def duckdb_file(tmp_path: Path) -> Path:
    import duckdb

    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR, age DOUBLE)")
        connection.executemany("INSERT INTO person VALUES (?, ?, ?)", ROWS)
    return path


@pytest.fixture
def postgres_schema(postgres_url: str) -> Iterator[str]:
    """A URL whose search path is a schema of this test's own."""
    import psycopg

    name = f"t{uuid.uuid4().hex[:12]}"
    plain = postgres_url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        connection.execute(f"CREATE TABLE {name}.person (id INTEGER PRIMARY KEY, name TEXT, age DOUBLE PRECISION)")
        for row in ROWS:
            connection.execute(f"INSERT INTO {name}.person VALUES (%s, %s, %s)", row)
    yield name
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(params=["sqlite", "duckdb"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    path = request.getfixturevalue(f"{request.param}_file")
    with open_executor(path, SHORT) as executor:
        yield executor


def test_rows_come_back_as_tuples_with_column_names(executor: Executor) -> None:
    result = executor.run("SELECT id, name, age FROM person ORDER BY id")
    assert result.ok and result.columns == ("id", "name", "age") and result.rows == ROWS


def test_a_bad_statement_is_a_result_and_the_connection_lives_on(executor: Executor) -> None:
    for sql in ("SELEC 1", "SELECT nothing FROM person", "", "-- nothing", "SELECT 1; SELECT 2", "SELECT '\0"):
        result = executor.run(sql)
        assert result.status == "error" and result.error and not result.rows
    assert executor.run("SELECT COUNT(*) FROM person").rows == [(3,)]


def test_an_endless_statement_stops_at_the_time_limit(executor: Executor) -> None:
    started = time.monotonic()
    assert executor.run(ENDLESS).status == "timeout"
    assert time.monotonic() - started < 20
    assert executor.run("SELECT 1").ok


def test_rows_and_bytes_are_capped(executor: Executor) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT {} FROM n"
    many = executor.run(numbers.format("i"))
    assert many.status == "too-large" and len(many.rows) == SHORT.rows and "rows" in many.error
    wide = executor.run("SELECT REPLACE('" + "a" * 400 + "', 'a', '" + "b" * 400 + "') FROM person")
    assert wide.status == "too-large" and "bytes" in wide.error
    exactly = executor.run(numbers.replace("500", "100").format("i"))
    assert exactly.ok and len(exactly.rows) == 100


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE person",
        "DELETE FROM person",
        "UPDATE person SET name = 'x'",
        "INSERT INTO person VALUES (4, 'x', 1)",
        "CREATE TABLE other (a INTEGER)",
        "CREATE TEMP TABLE other (a INTEGER)",
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA query_only = OFF",
        "PRAGMA threads = 1",
        "SET threads = 1",
        "BEGIN",
        "COPY person TO 'copy.csv'",
        "SELECT load_extension('x')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/hosts.csv'",
        "SELECT * FROM pragma_table_info('person')",
        "DELETE FROM sqlite_master",
    ],
)
def test_only_reading_is_possible(
    executor: Executor, sql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if executor.dialect == "duckdb" and "pragma_table_info" in sql:
        pytest.skip("DuckDB's own catalogue may be read by an executor; the guard keeps it out")
    monkeypatch.chdir(tmp_path)
    before = {path.name: hashlib.sha256(path.read_bytes()).digest() for path in tmp_path.iterdir()}
    assert executor.run(sql).status in ("refused", "error")
    assert {path.name: hashlib.sha256(path.read_bytes()).digest() for path in tmp_path.iterdir()} == before
    assert executor.run("SELECT COUNT(*) FROM person").rows == [(3,)]


def test_sqlite_reads_json_tables_and_broken_text(sqlite_file: Path) -> None:
    with open_executor(sqlite_file) as executor:
        assert executor.run("SELECT value FROM json_each('[1, 2]')").rows == [(1,), (2,)]
        assert executor.run("SELECT CAST(x'ff41' AS TEXT)").rows == [("\ufffdA",)]
        assert executor.run("SELECT name FROM person WHERE id = 2").rows == [("陈",)]


def test_sqlite_refuses_values_beyond_its_length_limit(sqlite_file: Path) -> None:
    with open_executor(sqlite_file, SHORT) as executor:
        assert executor.run("SELECT HEX(ZEROBLOB(900000000))").status == "too-large"


def test_bytes_that_are_no_text_are_replaced_or_left_out(sqlite_file: Path) -> None:
    broken = "SELECT CAST(x'ff41' AS TEXT), name FROM person WHERE id = 2"
    for undecodable, expected in (("replace", "\ufffdA"), ("ignore", "A")):
        with open_executor(sqlite_file, undecodable=undecodable) as executor:
            assert executor.run(broken).rows == [(expected, "陈")]
            assert executor.run("SELECT name FROM person WHERE id = 2").rows == [("陈",)]


def test_fewer_rows_may_be_asked_for(executor: Executor) -> None:
    three = executor.run("SELECT id FROM person ORDER BY id", 3)
    assert three.ok and three.rows == [(1,), (2,), (3,)]
    two = executor.run("SELECT id FROM person ORDER BY id", 2)
    assert two.status == "too-large" and two.rows == [(1,), (2,)] and two.columns == ("id",)
    none = executor.run("SELECT id FROM person", rows=0)
    assert none.status == "too-large" and none.rows == []
    assert executor.run("SELECT id FROM person WHERE id > 9", rows=0).ok
    assert executor.run("SELECT a.id FROM person AS a, person AS b, person AS c, person AS d, person AS e", 10**9).rows
    assert executor.run("SELECT id FROM person ORDER BY id").rows == three.rows


def test_long_values_are_read_in_small_portions(sqlite_file: Path) -> None:
    """A value longer than a megabyte is read in a second attempt, within the limit of bytes."""
    with open_executor(sqlite_file, Limits(bytes=8_000_000)) as executor:
        assert executor.run("SELECT LENGTH(ZEROBLOB(3000000)), name FROM person").rows == [
            (3_000_000, name) for _, name, _ in ROWS
        ]
        assert [len(row[0]) for row in executor.run("SELECT HEX(ZEROBLOB(1000000)) FROM person").rows] == [
            2_000_000
        ] * 3
        assert executor.run("SELECT ZEROBLOB(3000000) FROM person").status == "too-large"
        assert executor.run("SELECT CAST(ZEROBLOB(2000000) || x'ff' AS TEXT)").ok
        assert executor.run("SELECT ZEROBLOB(9000000)").status == "too-large"


def test_immutable_reads_the_same_and_state_tells_of_changes(sqlite_file: Path) -> None:
    before = state_of(sqlite_file)
    with open_executor(sqlite_file, immutable=True) as executor:
        assert executor.run("SELECT id, name, age FROM person ORDER BY id").rows == ROWS
        assert executor.run("DELETE FROM person").status == "refused"
    assert state_of(sqlite_file) == before == state_of(f"sqlite:///{sqlite_file}") != ""
    with sqlite3.connect(sqlite_file) as connection:
        connection.execute("INSERT INTO person VALUES (4, 'x', 1)")
    connection.close()
    assert state_of(sqlite_file) != before
    assert state_of("postgresql://host/name") == ""
    with pytest.raises(DatabaseError):
        state_of(sqlite_file.with_name("none.sqlite"))


def test_immutable_is_for_files_that_nobody_writes(sqlite_file: Path) -> None:
    writer = sqlite3.connect(sqlite_file, isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("INSERT INTO person VALUES (4, 'in the log', 1)")
    with open_executor(sqlite_file, immutable=True) as executor:
        assert executor.run("SELECT COUNT(*) FROM person").rows == [(4,)]
    writer.close()


def test_sqlite_functions_are_those_that_sqlite_calls_innocuous() -> None:
    from sqlwright.database._sqlite_rules import allowed_functions, refused_tables

    functions = allowed_functions()
    assert {"count", "substr", "strftime", "json_extract", "group_concat", "row_number", "->>"} <= functions
    assert functions.isdisjoint({"load_extension", "fts3_tokenizer", "sqlite_log", "readfile", "my_function"})
    assert "json_each" not in refused_tables() and "dbstat" in refused_tables()


def test_double_quoted_strings_stay_strings(sqlite_file: Path) -> None:
    """Official evaluators and many predictions rely on SQLite's old habit."""
    with open_executor(sqlite_file) as executor:
        assert executor.run('SELECT id FROM person WHERE name = "Ada"').rows == [(1,)]


def test_full_text_and_spatial_tables_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "virtual.sqlite"
    connection = sqlite3.connect(path)
    try:
        connection.executescript("""
            CREATE VIRTUAL TABLE five USING fts5(body); INSERT INTO five VALUES ('hello world');
            CREATE VIRTUAL TABLE four USING fts4(body); INSERT INTO four VALUES ('hello world');
            CREATE VIRTUAL TABLE box USING rtree(id, low, high); INSERT INTO box VALUES (1, 2, 3);
        """)
    except sqlite3.OperationalError as error:
        pytest.skip(f"this SQLite lacks a module: {error}")
    finally:
        connection.close()
    with open_executor(path) as executor:
        for _ in range(2):
            assert executor.run("SELECT highlight(five, 0, '<', '>') FROM five WHERE five MATCH 'hello'").rows
            assert executor.run("SELECT snippet(four) FROM four WHERE body MATCH 'world'").rows
            assert executor.run("SELECT id FROM box WHERE low > 1").rows == [(1,)]
            for sql in ("VACUUM", "ATTACH 'a' AS b", "INSERT INTO five(five) VALUES ('rebuild')", "DELETE FROM box"):
                assert executor.run(sql).status == "refused"


def test_views_may_compute_but_not_reach_out(tmp_path: Path) -> None:
    path = tmp_path / "views.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript("""
        CREATE TABLE a (doc TEXT, x AS (json_extract(doc, '$.x')));
        INSERT INTO a (doc) VALUES ('{"x": 1}');
        CREATE INDEX by_x ON a (json_extract(doc, '$.x'));
        CREATE VIEW computed AS SELECT json_extract(doc, '$.x') AS x, UPPER(doc) AS doc FROM a;
        CREATE VIEW loads AS SELECT load_extension('x');
        CREATE VIEW logs AS SELECT sqlite_log(1, 'x');
        CREATE VIEW asks AS SELECT * FROM pragma_table_info('a');
    """)
    connection.close()
    with open_executor(path) as executor:
        assert executor.run("SELECT x, doc FROM computed").rows == [(1, '{"X": 1}')]
        assert executor.run("SELECT x FROM a WHERE json_extract(doc, '$.x') = 1").rows == [(1,)]
        for view in ("loads", "logs", "asks"):
            assert executor.run(f"SELECT * FROM {view}").status == "refused"


def test_a_bounded_process_gives_up_a_row_that_would_fill_the_memory(sqlite_file: Path) -> None:
    script = (
        "import sys\nfrom sqlwright.database import Limits, open_executor\n"
        "from sqlwright.database._bounds import bound_process\n"
        "bound_process()\n"
        "with open_executor(sys.argv[1], Limits(seconds=60)) as executor:\n"
        "    wide = 'SELECT ' + ','.join(['HEX(ZEROBLOB(400000))'] * 1500)\n"
        "    print(executor.run(wide).status, executor.run('SELECT COUNT(*) FROM person').rows)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(sqlite_file)], capture_output=True, text=True, check=True)
    assert ran.stdout.split(maxsplit=1) == ["too-large", "[(3,)]\n"]


def test_running_on_sqlite_loads_no_other_engine(sqlite_file: Path) -> None:
    script = (
        "import sys\nfrom sqlwright.database import admit, open_executor\n"
        "with open_executor(sys.argv[1]) as executor:\n"
        "    assert executor.run(admit('SELECT 1', 'sqlite')).ok\n"
        "print(sorted({'sqlglot', 'sqlalchemy', 'duckdb', 'psycopg'} & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(sqlite_file)], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


_FRAGMENTS = """
SELECT FROM WHERE UNION ALL VALUES WITH AS DELETE UPDATE SET INSERT INTO REPLACE DROP CREATE TABLE TEMP VIEW TRIGGER
INDEX ALTER ADD RENAME TO ATTACH DETACH VACUUM PRAGMA REINDEX ANALYZE BEGIN COMMIT ROLLBACK SAVEPOINT EXPLAIN
person other name id * 1 'a' "b" ( ) , ; = -- /* */ query_only=OFF user_version journal_mode writable_schema
sqlite_master pragma_table_info('person') json_each('[1]') load_extension('x') main temp
DATABASE RETURNING ON JOIN LIMIT
""".split()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(_FRAGMENTS) | st.text(max_size=3), min_size=1, max_size=12))
def test_whatever_is_run_on_sqlite_changes_nothing(sqlite_file: Path, fragments: list[str]) -> None:
    before = {path.name: path.read_bytes() for path in sqlite_file.parent.iterdir()}
    with open_executor(sqlite_file, SHORT) as executor:
        executor.run(" ".join(fragments))
        assert executor.run("SELECT COUNT(*) FROM person").rows == [(3,)]
    assert {path.name: path.read_bytes() for path in sqlite_file.parent.iterdir()} == before


def test_a_connection_is_cheap_to_reuse(sqlite_file: Path) -> None:
    """No timing is asserted; the point is that thousands of runs on one connection give the same answer."""
    with open_executor(sqlite_file) as executor:
        assert all(executor.run("SELECT 1").rows == [(1,)] for _ in range(5000))


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_engine_and_executor_share_a_file(kind: str, request: pytest.FixtureRequest) -> None:
    import sqlalchemy

    path = request.getfixturevalue(f"{kind}_file")
    engine = connect(path)
    try:
        with open_executor(path) as executor, engine.connect() as connection:
            assert executor.run("SELECT COUNT(*) FROM person").rows == [(3,)]
            assert sqlalchemy.inspect(engine).get_table_names() == ["person"]
            assert [
                tuple(row) for row in connection.execute(sqlalchemy.text("SELECT * FROM person ORDER BY id"))
            ] == ROWS
            with pytest.raises(sqlalchemy.exc.DBAPIError):
                connection.execute(sqlalchemy.text("DELETE FROM person"))
    finally:
        engine.dispose()


def test_urls_are_normalised(sqlite_file: Path, duckdb_file: Path, tmp_path: Path) -> None:
    assert normalise_url("postgres://me@host/db") == "postgresql+psycopg://me@host/db"
    assert normalise_url("mariadb://host/db") == "mysql+pymysql://host/db"
    assert normalise_url("oracle://host/db") == "oracle+oracledb://host/db"
    assert normalise_url(sqlite_file) == f"sqlite:///{sqlite_file}"
    assert normalise_url(tmp_path / "new.ddb") == f"duckdb:///{tmp_path / 'new.ddb'}"
    renamed = duckdb_file.rename(tmp_path / "data.bin")
    assert normalise_url(renamed).startswith("duckdb:///")
    assert [dialect_of(url) for url in ("postgresql://h/d", "mysql://h/d", "mssql+pyodbc://h/d", "sqlite:///x")] == [
        "postgres",
        "mysql",
        "tsql",
        "sqlite",
    ]


@pytest.mark.parametrize("url", ["shop.txt", "sqlite:///nowhere.db", "sqlite://", "duckdb:///:memory:", "nosuch://h/d"])
def test_what_is_no_database_is_said_so(url: str) -> None:
    with pytest.raises(DatabaseError):
        open_executor(url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("not a database, but long enough to be read as one" * 50)
    for name in ("sqlite", "duckdb"):
        with pytest.raises(DatabaseError, match="cannot be opened"):
            open_executor(f"{name}:///{path}")


@pytest.mark.postgres
class TestPostgres:
    @pytest.fixture
    def postgres(self, postgres_url: str, postgres_schema: str) -> Iterator[Executor]:
        with open_executor(postgres_url, SHORT) as executor:
            yield executor

    def test_rows(self, postgres: Executor, postgres_schema: str) -> None:
        result = postgres.run(f"SELECT id, name, age FROM {postgres_schema}.person ORDER BY id")
        assert result.columns == ("id", "name", "age") and result.rows == ROWS
        assert postgres.run(f"SELECT name FROM {postgres_schema}.person WHERE name LIKE 'O%'").rows == [("O'Neil",)]
        assert postgres.run("SELECT 1 WHERE FALSE").columns == ("?column?",)

    def test_limits(self, postgres: Executor) -> None:
        assert postgres.run("SELECT pg_sleep(60)").status == "timeout"
        many = postgres.run("SELECT a FROM generate_series(1, 10000) AS a, generate_series(1, 10000) AS b")
        assert many.status == "too-large" and len(many.rows) == SHORT.rows
        assert postgres.run("SELECT repeat('x', 60000) FROM generate_series(1, 9)").status == "too-large"
        assert postgres.run("SELECT 1").rows == [(1,)]

    @pytest.mark.parametrize(
        "sql",
        [
            "DELETE FROM {s}.person",
            "WITH d AS (DELETE FROM {s}.person RETURNING *) SELECT * FROM d",
            "SELECT 1; COMMIT; BEGIN READ WRITE; DELETE FROM {s}.person; COMMIT",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "SET default_transaction_read_only = off",
            "DO $$ BEGIN DELETE FROM {s}.person; END $$",
            "SELECT * INTO {s}.copy FROM {s}.person",
            "COMMIT",
            "SELECT nextval('nothing')",
            "EXPLAIN ANALYZE DELETE FROM {s}.person",
            "SELECT set_config('transaction_read_only', 'off', false) FROM nowhere",
        ],
    )
    def test_only_reading_is_possible(self, postgres: Executor, postgres_schema: str, sql: str) -> None:
        assert postgres.run(sql.format(s=postgres_schema)).status == "error"
        assert postgres.run(f"SELECT COUNT(*) FROM {postgres_schema}.person").rows == [(3,)]

    def test_a_setting_does_not_outlive_its_statement(self, postgres: Executor) -> None:
        postgres.run("SELECT set_config('statement_timeout', '0', false)")
        assert postgres.run("SELECT current_setting('statement_timeout')").rows == [("500ms",)]

    def test_engine_is_read_only(self, postgres_url: str, postgres_schema: str) -> None:
        import sqlalchemy

        engine = connect(postgres_url)
        try:
            with engine.connect() as connection, pytest.raises(sqlalchemy.exc.DBAPIError):
                connection.execute(sqlalchemy.text(f"DELETE FROM {postgres_schema}.person"))
        finally:
            engine.dispose()

    def test_a_lost_connection_is_opened_again(self, postgres: Executor, postgres_url: str) -> None:
        import psycopg

        pid = postgres.run("SELECT pg_backend_pid()").rows[0][0]
        with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (pid,))
            while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone():
                time.sleep(0.01)
        assert postgres.run("SELECT 1").status == "error"
        assert postgres.run("SELECT 1").rows == [(1,)]

    def test_a_server_that_is_stuck_is_given_up(
        self, postgres: Executor, postgres_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sqlwright.database._postgres._STUCK_AFTER", 0.2)
        pid = postgres.run("SELECT pg_backend_pid()").rows[0][0]
        os.kill(pid, signal.SIGSTOP)
        try:
            found = postgres.run("SELECT 1")
        finally:
            os.kill(pid, signal.SIGCONT)
        assert (found.status, found.error) == ("error", "the server does not answer")
        assert postgres.run("SELECT 1").rows == [(1,)]

    def test_generic_session_speaks_it_too(self, postgres_url: str, postgres_schema: str) -> None:
        from sqlwright.database._generic import GenericSession

        executor = Executor(GenericSession(postgres_url, SHORT), postgres_url, SHORT)
        with executor:
            assert executor.run(f"SELECT * FROM {postgres_schema}.person ORDER BY id").rows == ROWS
            assert executor.run("SELECT name FROM nowhere WHERE a LIKE 'x%'").status == "error"
            assert executor.run(f"DELETE FROM {postgres_schema}.person").status == "refused"
            assert executor.run("SELECT 1").rows == [(1,)]


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(DatabaseError, match="cannot be opened"):
        open_executor("postgresql://nobody@127.0.0.1:1/nothing")
