# ruff: noqa: E501 - statements stand on one line each
"""Statements that mean harm, on real engines: what becomes of each, that nothing changes, and that the next one is served."""

from __future__ import annotations

import hashlib
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sqlwright.database import Executor, Job, Limits, admit, open_executor, run_many, state_of
from sqlwright.errors import RefusedSql

LIMITS = Limits(seconds=0.5, rows=1000, bytes=5_000_000)
HARMLESS = "SELECT name FROM person ORDER BY id"
NAMES = [("Ada",), ("陈",), ("O'Neil",)]
PATIENCE = 10.0
"""Seconds, many times what the harmless statement takes, after which the next pair has been slowed down."""
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT {} FROM n"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"

WRITING = [
    "DELETE FROM person",
    "DROP TABLE person",
    "UPDATE person SET name = 'x'",
    "INSERT INTO person VALUES (4, 'x')",
    "CREATE TABLE other (a INTEGER)",
    "CREATE VIEW other AS SELECT 1",
    "ALTER TABLE person ADD COLUMN a INTEGER",
    "EXPLAIN DELETE FROM person",
]
ODD = [
    "",
    " \n",
    ";",
    "-- nothing",
    "/* nothing */",
    "SELECT '",
    "SELECT '\ud800'",
    "SELECT 1; DELETE FROM person",
    "}{",
    "SELECT (SELECT 1, 2)",
]

SQLITE = {
    "refused": [
        *WRITING,
        "REPLACE INTO person VALUES (1, 'x')",
        "INSERT INTO person VALUES (9, 'x') RETURNING id",
        "WITH d AS (SELECT 1) DELETE FROM person",
        "ATTACH 'other.db' AS other",
        "ATTACH ':memory:' AS other",
        "DETACH main",
        "VACUUM",
        "VACUUM INTO 'copy.db'",
        "PRAGMA user_version",
        "PRAGMA user_version = 3",
        "PRAGMA query_only = OFF",
        "PRAGMA journal_mode = WAL",
        "PRAGMA writable_schema = ON",
        "PRAGMA wal_checkpoint",
        "PRAGMA hard_heap_limit = 1",
        "SELECT * FROM pragma_table_info('person')",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM pragma_function_list",
        "SELECT * FROM pragma_module_list",
        "SELECT load_extension('x')",
        "SELECT name FROM person WHERE LOAD_EXTENSION(name) IS NULL",
        "SELECT fts3_tokenizer('simple')",
        "SELECT sqlite_log(1, 'x')",
        "SELECT * FROM unsafe",
        "REINDEX",
        "ANALYZE",
        "CREATE TEMP TABLE other (a)",
        "CREATE TRIGGER x AFTER INSERT ON person BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE x USING fts5(a)",
        "INSERT INTO note(note) VALUES ('rebuild')",
        "BEGIN",
        "BEGIN EXCLUSIVE",
        "SAVEPOINT a",
        "COMMIT",
        "ROLLBACK",
    ],
    "error": [
        *ODD,
        "DELETE FROM sqlite_master",
        "UPDATE sqlite_master SET sql = ''",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('w', 'x')",
        "SELECT edit('x')",
        "SELECT '\0'",
        "SELECT 1\0; DELETE FROM person",
        "SELECT ?",
        "SELECT json_extract('[', '$')",
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT " + "+".join("1" * 20_000),
        "SELECT " + "-(" * 3000 + "1" + ")" * 3000,
        "SELECT " + " UNION SELECT ".join(map(str, range(600))),
        "SELECT " + ",".join("1" * 3000),
        "SELECT 1 FROM " + ",".join(["person"] * 70),
        "SELECT 'a' LIKE '" + "%a" * 40_000 + "'",
    ],
    "timeout": [
        ENDLESS,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n ORDER BY -i",
        "SELECT COUNT(*) FROM " + ",".join(f"person AS p{i}" for i in range(40)),
        NUMBERS.format(5000, "COUNT(*)")
        + " AS a, n AS b, n AS c, n AS d, n AS e, n AS f, n AS g, n AS h, n AS i, n AS j",
        NUMBERS.format(10**9, "GROUP_CONCAT(i % 2, '')"),
    ],
    "too-large": [
        ENDLESS.replace("COUNT(*)", "i"),
        "SELECT ZEROBLOB(1000000000)",
        "SELECT LENGTH(ZEROBLOB(999999999))",
        "SELECT RANDOMBLOB(1000000000)",
        "SELECT HEX(ZEROBLOB(900000000))",
        "SELECT REPLACE(HEX(ZEROBLOB(400000)), '0', 'xxxxxxxxxxxxxxxxxxxxxxxxx')",
        "SELECT REPLACE(HEX(ZEROBLOB(400000)), '0', HEX(ZEROBLOB(1000)))",
        "SELECT '" + "x" * 1_000_000 + "'",
    ],
    "too-large or timeout": [  # whichever is first on a busy machine
        NUMBERS.format(3000, "GROUP_CONCAT(HEX(ZEROBLOB(100000)))"),
        NUMBERS.format(900, "ZEROBLOB(900000)"),
        NUMBERS.format(900, "ZEROBLOB(4900000)"),
    ],
    "ok": [
        "EXPLAIN SELECT 1",
        "EXPLAIN QUERY PLAN SELECT 1",
        "SELECT HEX(ZEROBLOB(40000)) GLOB '" + "*0" * 30 + "1'",
        "SELECT PRINTF('%900000000d', 1)",
        "SELECT RANDOM() FROM person ORDER BY 1",
        "VALUES (1)",
    ],
}

DUCKDB = {
    "refused": [
        *WRITING[:-1],
        "COPY person TO 'copy.csv'",
        "COPY (SELECT 1) TO 'copy.parquet'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH 'other.db' AS other",
        "ATTACH ':memory:' AS other",
        "DETACH shop",
        "PRAGMA threads = 9",
        "PRAGMA database_list",
        "SET threads = 9",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "EXPORT DATABASE 'out'",
        "IMPORT DATABASE 'out'",
        "CHECKPOINT",
        "CALL pragma_version()",
        "CREATE TEMP TABLE other (a INTEGER)",
        "CREATE MACRO f(a) AS a",
        "CREATE SECRET (TYPE S3)",
        "PREPARE x AS SELECT 1",
        "BEGIN",
        "COMMIT",
        "USE memory",
        "VACUUM",
        "EXPLAIN DELETE FROM person",
        "EXPLAIN ANALYZE DELETE FROM person",
        "INSERT INTO person PIVOT person ON name USING COUNT(*)",
        "CREATE TEMP TABLE other AS PIVOT person ON name USING COUNT(*)",
        "COPY (PIVOT person ON name USING COUNT(*)) TO 'copy.csv'",
        "WITH p AS (PIVOT person ON name USING COUNT(*)) INSERT INTO person SELECT 4, 'x' FROM p",
        "EXPLAIN PIVOT person ON name USING COUNT(*)",
        "SELECT nextval('counter')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM 'https://example.com/x.csv'",
    ],
    "error": [
        *ODD,
        "SELECT getenv('HOME')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM LIMITS",  # a Python variable of this module
        "SELECT * FROM query('DELETE FROM person')",
        "SELECT " + "+".join("1" * 20_000),
    ],
    "timeout": [
        ENDLESS,
        "SELECT COUNT(*) FROM range(100000000000) AS a, range(1000000) AS b WHERE a.range % 7 = b.range % 7",
        "SELECT * FROM generate_series(1, 10000000000) ORDER BY 1 DESC",
    ],
    "too-large": [
        "SELECT * FROM range(100000000000)",
        "SELECT '" + "x" * 5_000_001 + "'",
    ],
    "error or timeout": [  # the engine has a limit of its own, which a busy machine does not reach in time
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
    ],
    "too-large or timeout": [  # whichever is first on a busy machine
        "SELECT repeat('x', 100000) FROM range(100000)",
        "SELECT string_agg(repeat('x', 1000000), '') FROM range(100000)",
    ],
    "ok": ["EXPLAIN SELECT 1", "SELECT '\0'", "PIVOT person ON name USING COUNT(*) GROUP BY id"],
}

POSTGRES = {
    "refused": [
        "SELECT nextval('counter')",
        "SELECT setval('counter', 7)",
        "SELECT * FROM person FOR UPDATE",
        "SELECT writes()",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_export(1, '/tmp/never')",
        "SELECT pg_reload_conf()",
        "SELECT pg_rotate_logfile()",
        "SELECT pg_switch_wal()",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
    ],
    "error": [
        *ODD,
        *WRITING,
        "WITH d AS (DELETE FROM person RETURNING *) SELECT * FROM d",
        "SELECT 1; COMMIT; BEGIN READ WRITE; DELETE FROM person; COMMIT",
        "COPY person TO PROGRAM 'cat'",
        "COPY person TO '/tmp/never'",
        "SET TRANSACTION READ WRITE",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "SET default_transaction_read_only = off",
        "SET ROLE tester",
        "RESET ROLE",
        "DO $$ BEGIN DELETE FROM person; END $$",
        "CALL deletes()",
        "SELECT * INTO copy FROM person",
        "CREATE TEMP TABLE other (a INTEGER)",
        "LISTEN a",
        "NOTIFY a",
        "LOCK TABLE person",
        "VACUUM",
        "EXPLAIN ANALYZE DELETE FROM person",
        "BEGIN",
        "COMMIT",
        "SELECT * FROM dblink('host=localhost', 'SELECT 1') AS t(a int)",
        "SELECT set_config('transaction_read_only', 'off', true) FROM person",
        "SELECT " + "(" * 50_000 + "1" + ")" * 50_000,
        "SELECT '\0'",
    ],
    "timeout": [
        "SELECT pg_sleep(60)",
        ENDLESS,
        "SELECT COUNT(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b",
        "SELECT 'a' FROM generate_series(1, 1000000000) AS a ORDER BY random()",
    ],
    "too-large": [
        "SELECT a FROM generate_series(1, 10000) AS a, generate_series(1, 10000) AS b",
        "SELECT repeat('x', 6000000)",
    ],
    "too-large or timeout": [  # whichever is first on a busy machine
        "SELECT repeat('x', 1000000) FROM generate_series(1, 900)",
    ],
    "ok": ["SELECT pg_advisory_lock(1)", "SELECT set_config('statement_timeout', '0', false)", "SELECT lo_creat(-1)"],
}
"""What the session itself does with them, as the superuser; `admit` refuses more."""

MARIADB = {
    "refused": [
        *WRITING,
        "TRUNCATE person",
        "CREATE TEMPORARY TABLE other (a INT)",
        "SELECT * FROM person INTO OUTFILE '/tmp/sqlwright-never'",
        "SELECT 'x' INTO DUMPFILE '/tmp/sqlwright-never'",
        "SELECT 'x' INTO /* */ OUTFILE '/tmp/sqlwright-never'",
        "SELECT 1 /*! INTO OUTFILE '/tmp/sqlwright-never' */",
        "SELECT 'x' --'\n INTO OUTFILE '/tmp/sqlwright-never'",
        "SELECT 'a' #'\n INTO OUTFILE '/tmp/sqlwright-never'",
        "SELECT '\\\\' INTO OUTFILE '/tmp/sqlwright-never'",
        "SELECT 1 AS `'` INTO OUTFILE '/tmp/sqlwright-never'",
        "SELECT LOAD_FILE('/etc/passwd')",
        "SELECT NEXTVAL(counter)",
        "SELECT SETVAL(counter, 9)",
        "SELECT writes()",
        "CALL deletes()",
        "SET SESSION TRANSACTION READ WRITE",
        "SET GLOBAL max_connections = 1",
        "SET STATEMENT max_statement_time = 0 FOR SELECT SLEEP(9)",
        "START TRANSACTION READ WRITE",
        "COMMIT",
        "LOCK TABLES person WRITE",
        "FLUSH TABLES",
        "SHUTDOWN",
        "KILL 1",
        "USE mysql",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE person",
        "EXECUTE IMMEDIATE 'DELETE FROM person'",
        "ANALYZE FORMAT=JSON DELETE FROM person",
        "SELECT * FROM person FOR UPDATE",
    ],
    "error": [
        *(sql for sql in ODD if sql != "}{"),
        "WITH d AS (SELECT 1) DELETE FROM person",
        "SELECT id INTO @a FROM person LIMIT 1",
    ],
    "timeout": [
        "SELECT SLEEP(60)",
        "SELECT BENCHMARK(10000000000, SHA1('a'))",
        "SELECT COUNT(*) FROM " + ",".join(f"seq_1_to_1000 AS s{i}" for i in range(6)),
    ],
    "too-large": [
        "SELECT * FROM seq_1_to_1000000000",
        "SELECT REPEAT('x', 6000000)",
    ],
    "too-large or timeout": [  # whichever is first on a busy machine
        "SELECT REPEAT('x', 100000) FROM seq_1_to_900",
    ],
    "ok": [
        "SELECT GET_LOCK('a', 5)",
        "EXPLAIN SELECT 1",
        "SELECT REPEAT('x', 900000000)",
        "SELECT 'into outfile', 'it''s load_file(x)', 'a\\' into dumpfile', `name` FROM person",
    ],
}

ADMIT_REFUSES = {
    "postgres": [
        "SELECT pg_sleep(9)",
        "SELECT pg_advisory_lock(1)",
        "SELECT set_config('statement_timeout', '0', false)",
        "SELECT query_to_xml('SELECT 1', true, true, '')",
        "SELECT * FROM dblink('host=localhost', 'SELECT 1') AS t(a int)",
        'SELECT U&"\\0070g_sleep"(9)',
        "SELECT 1 -- a\r, pg_sleep(9)",
    ],
    "mysql": [
        "SELECT SLEEP(9)",
        "SELECT BENCHMARK(9, 1)",
        "SELECT GET_LOCK('a', 5)",
        "SELECT /*! SLEEP(9) */ 1",
        "SELECT 1 --SLEEP(9)",
        "SELECT /* /* */ 1",
        "SELECT @@datadir",
    ],
    "duckdb": ["SELECT * FROM query('SELECT 1')", "SELECT * FROM duckdb_settings()", "SELECT sleep_ms(9000)"],
}


def _cases(statements: dict[str, list[str]]) -> list[object]:
    return [
        pytest.param(status, sql, id=f"{status}: {sql[:60]!r}") for status, found in statements.items() for sql in found
    ]


def _traces(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def _serves(executor: Executor, harmless: str = HARMLESS) -> None:
    started = time.monotonic()
    result = executor.run(harmless)
    assert result.rows == NAMES, result
    assert time.monotonic() - started < PATIENCE


@pytest.fixture(scope="module")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile-sqlite") / "shop.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript("""
        CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO person VALUES (1, 'Ada'), (2, '陈'), (3, 'O''Neil');
        CREATE INDEX by_name ON person (name);
        CREATE VIRTUAL TABLE note USING fts5(body);
        INSERT INTO note VALUES ('hello world');
        CREATE VIEW unsafe AS SELECT load_extension('x') AS a;
    """)
    connection.close()
    return path


@pytest.fixture(scope="module", params=[False, True], ids=["", "immutable"])
def sqlite_executor(sqlite_file: Path, request: pytest.FixtureRequest) -> Iterator[Executor]:
    with open_executor(sqlite_file, LIMITS, immutable=request.param) as executor:
        yield executor


@pytest.mark.parametrize(("status", "sql"), _cases(SQLITE))
def test_sqlite(
    status: str, sql: str, sqlite_executor: Executor, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sqlite_file.parent)
    before, state = _traces(sqlite_file.parent), state_of(sqlite_file)
    result = sqlite_executor.run(sql)
    assert result.status in status.split(" or "), result.error
    assert _traces(sqlite_file.parent) == before and state_of(sqlite_file) == state
    _serves(sqlite_executor)
    _serves(sqlite_executor, "SELECT p.name FROM person AS p, note WHERE note MATCH 'hello' ORDER BY p.id")


def test_sqlite_files_in_wal_mode_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE a (b); INSERT INTO a VALUES (1)")
    with open_executor(path) as executor:  # while somebody writes, his log is read
        assert executor.run("SELECT b FROM a").rows == [(1,)]
        connection.execute("INSERT INTO a VALUES (2)")
        connection.commit()
        assert executor.run("SELECT b FROM a").rows == [(1,), (2,)]
    connection.close()
    before = _traces(tmp_path)
    assert list(before) == ["log.sqlite"]
    with open_executor(path) as executor:
        assert executor.run("SELECT b FROM a").rows == [(1,), (2,)]
        assert executor.run("DELETE FROM a").status == "refused"
    assert _traces(tmp_path) == before


def test_a_worker_in_one_long_call_is_killed_and_its_neighbours_are_served(sqlite_file: Path) -> None:
    """No progress handler is asked within one call of a built-in function; the process ends, the next pair does not wait."""
    url = f"sqlite:///{sqlite_file}"
    stuck = {
        "printf": "SELECT PRINTF('%.*c', 900000000, 'x'), PRINTF('%.*c', 900000000, 'y')",
        "instr": "SELECT INSTR(HEX(ZEROBLOB(499999)), HEX(ZEROBLOB(250000)) || '1')",
    }
    before = _traces(sqlite_file.parent)
    jobs = [Job(("before", i), url, HARMLESS) for i in range(8)]
    for name, sql in stuck.items():
        jobs += [Job(name, url, sql), *(Job((name, i), url, HARMLESS) for i in range(8))]
    started = time.monotonic()
    found = {job.key: result for job, result in run_many(jobs, workers=1, limits=LIMITS, grace=0.3)}
    assert time.monotonic() - started < 60
    for name in stuck:
        assert found.pop(name).status == "timeout"
    assert len(found) == 24 and all(result.rows == NAMES for result in found.values())
    assert _traces(sqlite_file.parent) == before


@pytest.fixture(scope="module")
def duckdb_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import duckdb

    path = tmp_path_factory.mktemp("hostile-duckdb") / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR)")
        connection.execute("INSERT INTO person VALUES (1, 'Ada'), (2, '陈'), (3, 'O''Neil')")
        connection.execute("CREATE SEQUENCE counter")
    return path


@pytest.fixture(scope="module")
def duckdb_executor(duckdb_file: Path) -> Iterator[Executor]:
    with open_executor(duckdb_file, LIMITS) as executor:
        yield executor


@pytest.mark.parametrize(("status", "sql"), _cases(DUCKDB))
def test_duckdb(
    status: str, sql: str, duckdb_executor: Executor, duckdb_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(duckdb_file.parent)
    before = _traces(duckdb_file.parent)
    result = duckdb_executor.run(sql)
    assert result.status in status.split(" or "), result.error
    assert _traces(duckdb_file.parent) == before
    _serves(duckdb_executor)


def test_a_pivot_leaves_nothing_in_the_session(duckdb_executor: Executor) -> None:
    """Its columns are a temporary type to DuckDB."""
    types = "SELECT COUNT(*) FROM duckdb_types() WHERE type_name LIKE '%pivot%'"
    result = duckdb_executor.run("PIVOT (SELECT name FROM person) ON name USING COUNT(*)")
    assert result.columns == ("Ada", "O'Neil", "陈") and result.rows == [(1, 1, 1)]
    assert duckdb_executor.run(types).rows == [(0,)]
    endless = "PIVOT (SELECT a.range AS a, b.range AS b FROM range(100000) a, range(100000) b) ON a % 3 USING MAX(b)"
    assert duckdb_executor.run(endless).status in ("timeout", "too-large")
    _serves(duckdb_executor)


@pytest.fixture(scope="module")
def postgres_database(postgres_url: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """A database of this module's own: its URL, and a function that returns all that could have changed."""
    import psycopg

    name = f"hostile_{uuid.uuid4().hex[:8]}"
    server = postgres_url.replace("+psycopg", "")
    url = server.rsplit("/", 1)[0] + f"/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("INSERT INTO person VALUES (1, 'Ada'), (2, '陈'), (3, 'O''Neil')")
        connection.execute("CREATE SEQUENCE counter")
        connection.execute("CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'DELETE FROM person; SELECT 1'")
        connection.execute("CREATE PROCEDURE deletes() LANGUAGE sql AS 'DELETE FROM person'")

        def everything() -> object:
            return [
                connection.execute(sql).fetchall()
                for sql in (
                    "SELECT * FROM person ORDER BY id",
                    "SELECT last_value, is_called FROM counter",
                    "SELECT relname, relnatts FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
                    "SELECT COUNT(*) FROM pg_largeobject_metadata",
                    "SELECT COUNT(*) FROM pg_settings WHERE source = 'configuration file'",
                )
            ]

        yield url.replace("postgresql:", "postgresql+psycopg:"), everything
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def postgres_executor(postgres_database: tuple[str, Callable[[], object]]) -> Iterator[Executor]:
    with open_executor(postgres_database[0], LIMITS) as executor:
        yield executor


@pytest.mark.postgres
@pytest.mark.parametrize(("status", "sql"), _cases(POSTGRES))
def test_postgres(
    status: str, sql: str, postgres_executor: Executor, postgres_database: tuple[str, Callable[[], object]]
) -> None:
    before = postgres_database[1]()
    result = postgres_executor.run(sql)
    assert result.status in status.split(" or "), result.error
    assert postgres_database[1]() == before
    _serves(postgres_executor)
    assert postgres_executor.run("SELECT current_setting('statement_timeout')").rows == [("500ms",)]


@pytest.fixture(scope="module")
def mariadb_database(mariadb_url: str) -> Iterator[tuple[str, Callable[[], object]]]:
    import pymysql

    socket = mariadb_url.split("unix_socket=")[1].split("&")[0]
    with (
        pymysql.connect(unix_socket=socket, user="root", database="test", autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        for sql in (
            "CREATE TABLE person (id INT PRIMARY KEY, name VARCHAR(50)) ENGINE=MyISAM CHARACTER SET utf8mb4",
            "INSERT INTO person VALUES (1, 'Ada'), (2, '陈'), (3, 'O''Neil')",
            "CREATE SEQUENCE counter",
            "CREATE FUNCTION writes() RETURNS INT BEGIN DELETE FROM person; RETURN 1; END",
            "CREATE PROCEDURE deletes() DELETE FROM person",
        ):
            cursor.execute(sql)

        def everything() -> object:
            found = []
            for sql in (
                "SELECT * FROM person ORDER BY id",
                "SELECT next_not_cached_value FROM counter",
                "SHOW TABLES",
                "SELECT @@max_connections",
            ):
                cursor.execute(sql)
                found.append(cursor.fetchall())
            return found

        yield mariadb_url, everything


@pytest.fixture(scope="module")
def mariadb_executor(mariadb_database: tuple[str, Callable[[], object]]) -> Iterator[Executor]:
    with open_executor(mariadb_database[0], LIMITS) as executor:
        yield executor


@pytest.mark.parametrize(("status", "sql"), _cases(MARIADB))
def test_mariadb(
    status: str, sql: str, mariadb_executor: Executor, mariadb_database: tuple[str, Callable[[], object]]
) -> None:
    before = mariadb_database[1]()
    result = mariadb_executor.run(sql)
    assert result.status in status.split(" or "), result.error
    assert mariadb_database[1]() == before
    assert not list(Path("/tmp").glob("sqlwright-never*"))
    _serves(mariadb_executor)


@pytest.mark.parametrize(
    ("dialect", "sql"), [(dialect, sql) for dialect, found in ADMIT_REFUSES.items() for sql in found]
)
def test_what_a_session_cannot_stop_is_not_admitted(dialect: str, sql: str) -> None:
    with pytest.raises(RefusedSql):
        admit(sql, dialect)


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb", "postgres", "mysql", "oracle"])
def test_what_is_harmless_is_admitted(dialect: str) -> None:
    for sql in (
        HARMLESS,
        f"{HARMLESS}; -- all of them\n",
        "SELECT /* one */ COUNT(*) FROM person WHERE name LIKE '%--%'",
    ):
        assert admit(sql, dialect).upper().startswith("SELECT")
    for sql in ("", " ", "SELECT '\0'", "SELECT '" + "x" * 1_000_001 + "'"):
        with pytest.raises(RefusedSql):
            admit(sql, dialect)


def test_what_is_run_on_a_server_is_written_anew() -> None:
    assert admit("SELECT /*+ MAX_EXECUTION_TIME(0) */ 1 # one", "mysql") == "SELECT 1"
    assert admit("select 1 -- one\n;", "postgres") == "SELECT 1"


def test_admitting_for_sqlite_leaves_the_rest_to_the_session() -> None:
    assert all(admit(sql, "sqlite") == sql for sql in SQLITE["refused"])
