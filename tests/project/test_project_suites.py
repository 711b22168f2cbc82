"""Where databases are found: folders, test suites, files and servers; and what is said when they are not."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqlwright.config import DatabaseConfig
from sqlwright.database import file_of, open_executor
from sqlwright.errors import ConfigError, DataError
from sqlwright.project._databases import Databases
from sqlwright.project._suites import Locator
from sqlwright.project._urls import hide_password


def sqlite(path: Path, rows: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE t (a)")
    base.executemany("INSERT INTO t VALUES (?)", [("x" * 1000,)] * rows)
    base.commit()
    base.close()
    return path


def names(suite: tuple[str, ...]) -> list[str]:
    return [url.rsplit("/", 1)[1] for url in suite]


def count(url: str) -> object:
    with open_executor(url) as executor:
        return executor.run("SELECT COUNT(*) FROM t").rows[0][0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a test suite, plain databases in three places and a DuckDB file."""
    for name, rows in (("suite", 30), ("suitev2", 20), ("suitev1", 10), ("suitea", 10)):
        sqlite(tmp_path / "suite" / f"{name}.sqlite", rows)
    for name in ("suite.sqlite-wal", "suite.sqlite-shm", "suite.sqlite-journal", ".hidden.sqlite", "schema.sql"):
        (tmp_path / "suite" / name).write_bytes(b"")
    sqlite(tmp_path / "own" / "own.sqlite")
    sqlite(tmp_path / "flat.sqlite")
    sqlite(tmp_path / "old" / "old.db")
    sqlite(tmp_path / "odd" / "data.sqlite")
    duckdb.connect(str(tmp_path / "duck.duckdb")).execute("CREATE TABLE t (a INTEGER)").close()
    return tmp_path


PLAIN = ("own", "flat", "old", "odd", "duck")


def test_a_folder(folder: Path) -> None:
    locator = Locator(folder)
    assert names(locator.suite("suite")) == ["suite.sqlite", "suitea.sqlite", "suitev1.sqlite", "suitev2.sqlite"]
    assert [names(locator.suite(db_id)) for db_id in PLAIN] == [
        ["own.sqlite"],
        ["flat.sqlite"],
        ["old.db"],
        ["data.sqlite"],
        ["duck.duckdb"],
    ]
    assert [count(url) for url in locator.suite("suite")] == [30, 10, 10, 20]
    assert count(locator.suite("duck")[0]) == 0
    assert Locator(str(folder)).suites(["own", "own"]) == {"own": locator.suite("own")}


def test_a_project_s_folder(folder: Path) -> None:
    known = Databases(DatabaseConfig(folder="."), folder)
    assert known.ids() == ["flat", "old", "own", "suite"]
    assert known.suite("suite") == Locator(folder).suite("suite")
    assert [names((known.url(db_id),)) for db_id in known.ids()] == [
        ["flat.sqlite"],
        ["old.db"],
        ["own.sqlite"],
        ["suite.sqlite"],
    ]
    assert [known.url(db_id) for db_id in ("none", f"../{folder.name}/flat", "")] == ["", "", ""]
    assert Databases(DatabaseConfig(folder="nowhere"), folder).suite("own") == ()


def test_what_a_report_says(folder: Path) -> None:
    locator = Locator(folder)
    assert locator.describe(["suite", "suite"]) == "test suites: 4 SQLite files over 1 database"
    assert locator.describe(PLAIN) == "plain databases, no test suites: 4 SQLite files and 1 DuckDB file"
    assert locator.describe(["suite", "own"]) == (
        "test suites: 4 SQLite files over 1 database; plain databases, no test suite: 1 SQLite file"
    )
    server = Locator("postgresql://me:secret@host:5432/{db_id}?sslmode=require")
    assert server.describe(["a", "b"]) == (
        "plain databases, no test suites: 2 PostgreSQL databases at postgresql+psycopg://me:***@host:5432"
    )


def test_missing_databases_are_named_together(folder: Path) -> None:
    locator = Locator(folder)
    with pytest.raises(DataError, match=r"holds no a/a\.sqlite and no a\.sqlite, nor one that ends in \.sqlite3"):
        locator.suite("a")
    with pytest.raises(DataError, match=r"a/a\.sqlite.*; nor is there one for 'b', 'c', 'd', 'e' and 1 more \(6 of 7 "):
        locator.suites(["own", *"abcdef"])
    with pytest.raises(DataError, match=r"; .*inner does, so give that"):
        sqlite(folder / "outer" / "inner" / "a" / "a.sqlite")
        Locator(folder / "outer").suite("a")
    with pytest.raises(DataError, match=r"holds 2 databases and none is named two\.sqlite"):
        sqlite(folder / "two" / "one.sqlite")
        sqlite(folder / "two" / "three.sqlite")
        locator.suite("two")


@pytest.mark.parametrize("db_id", ["", ".", "..", "../x", "a/b", "/etc", "a\0b"])
def test_a_name_leads_out_of_no_folder(folder: Path, db_id: str) -> None:
    for locator in (Locator(folder), Locator(folder / "{db_id}.sqlite")):
        with pytest.raises(DataError, match="no database's name"):
            locator.suite(db_id)


def test_one_database_for_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "flat.sqlite"
    monkeypatch.setenv("WHERE_IT_IS", str(folder))
    places = (
        file,
        str(file),
        f"sqlite:///{file}",
        "${WHERE_IT_IS}/flat.sqlite",
        "sqlite:///${WHERE_IT_IS}/flat.sqlite",
    )
    for place in places:
        locator = Locator(place)
        assert locator.suite("a") == locator.suite("b") == (f"sqlite:///{file}",)
    assert Locator("${WHERE_IT_IS}").suite("flat") == (f"sqlite:///{file}",)
    monkeypatch.chdir(folder)
    assert count(Locator("flat.sqlite").suite("any")[0]) == 1


def test_a_pattern(folder: Path) -> None:
    assert Locator(f"{folder}/{{db_id}}/{{db_id}}.sqlite").suite("own") == (f"sqlite:///{folder}/own/own.sqlite",)
    assert len(Locator(f"{folder}/{{db_id}}").suite("suite")) == 4
    server = Locator("postgresql://me@host/{db_id}")
    assert server.suite("a b/ü") == ("postgresql+psycopg://me@host/a%20b%2F%C3%BC",)
    with pytest.raises(DataError, match=r"none\.sqlite: no such database file \(database 'none'\)"):
        Locator(f"{folder}/{{db_id}}.sqlite").suite("none")


@pytest.mark.parametrize("form", ["toml", "table", "json", "mapping"])
def test_a_url_for_each(folder: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setenv("PGPASSWORD_OF_SHOP", "p@ss${x}")
    (folder / "at").mkdir()
    urls = {"shop": "postgres://me:${PGPASSWORD_OF_SHOP}@host/shop", "own": "../own/own.sqlite", "suite": "../suite"}
    lists = {"pair": [f"sqlite:///{folder}/flat.sqlite", "../own/own.sqlite"]}
    if form == "mapping":
        monkeypatch.chdir(folder / "at")
        locator = Locator({**urls, **lists})
    elif form == "json":
        (folder / "at" / "urls.json").write_text(json.dumps({**urls, **lists}), encoding="utf-8")
        locator = Locator(folder / "at" / "urls.json")
    else:
        lines = [f"{db_id} = {json.dumps(given)}" for db_id, given in {**urls, **lists}.items()]
        head = ["[databases]"] if form == "table" else []
        (folder / "at" / "urls.toml").write_text("\n".join([*head, *lines]), encoding="utf-8")
        locator = Locator(folder / "at" / "urls.toml")
    assert locator.suite("shop") == ("postgresql+psycopg://me:p@ss${x}@host/shop",)
    assert [count(url) for url in locator.suite("pair")] == [1, 1]
    assert names(locator.suite("own")) == ["own.sqlite"]
    assert names(locator.suite("suite"))[0] == "suite.sqlite" and len(locator.suite("suite")) == 4
    assert "p@ss" not in locator.describe(["shop"])
    with pytest.raises(DataError, match="has no URL for database 'none'; it has 'shop', 'own', 'suite', 'pair'"):
        locator.suite("none")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("urls.toml", "a = ", "urls.toml: cannot be read as TOML"),
        ("urls.json", "{", "urls.json: cannot be read as JSON"),
        ("urls.json", "[]", "urls.json: expected URLs by db_id"),
        ("urls.json", '{"a": 3}', "urls.json: a: expected a URL"),
        ("urls.json", '{"a": []}', "urls.json: a: expected a URL"),
        ("urls.json", '{"a": "none.sqlite"}', r"urls.json: .*none\.sqlite: no such database file \(database 'a'\)"),
        ("urls.json", '{"a": "none.txt"}', r"urls.json: .*none\.txt' is no database.* \(database 'a'\)"),
        ("urls.json", '{"a": "."}', r"urls.json: .* holds no a\.sqlite"),
        ("notes.txt", "hello", r"notes\.txt' is no database"),
    ],
)
def test_files_that_name_no_database(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        Locator(tmp_path / name).suite("a")


def test_places_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder or database; give --databases a folder"):
        Locator(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="--databases: the environment variable NO_SUCH_VARIABLE is not set"):
        Locator("postgresql://me:${NO_SUCH_VARIABLE}@host/x")
    with pytest.raises(ConfigError, match="a: the environment variable NO_SUCH_VARIABLE is not set"):
        Locator({"a": "${NO_SUCH_VARIABLE}"}).suite("a")


def test_a_server_is_asked(postgres_url: str) -> None:
    one, each = Locator(postgres_url), Locator(postgres_url.replace("/postgres", "/{db_id}"))
    assert one.suite("any") == each.suite("postgres") == (postgres_url,)
    with open_executor(each.suite("postgres")[0]) as executor:
        assert executor.run("SELECT 1").rows == [(1,)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    variants=st.dictionaries(
        st.text("abcxyz0189_-. %?#", min_size=1, max_size=6), st.integers(0, 2**14), min_size=1, max_size=6
    )
)
def test_every_file_of_a_suite_is_found_in_the_same_order(
    tmp_path_factory: pytest.TempPathFactory, variants: dict[str, int]
) -> None:
    root = tmp_path_factory.mktemp("suites")
    (root / "db").mkdir()
    wanted = []
    for name, size in variants.items():
        file = root / "db" / f"db{name}.sqlite"
        file.write_bytes(b"SQLite format 3\0" + bytes(size))
        wanted.append((size, file.name))
    (root / "db" / "db.sqlite").write_bytes(b"SQLite format 3\0" + bytes(2**15))
    found = Locator(root).suite("db")
    assert [file_of(url).name for url in found] == ["db.sqlite", *(name for _, name in sorted(wanted))]


@given(password=st.text(st.characters(codec="ascii", exclude_categories=("Cc", "Z")), min_size=3).map("<{}>".format))
def test_passwords_are_never_shown(password: str) -> None:
    for url in (f"postgresql://me:{password}@host/x", f"mysql://host/x?user=me&password={password.replace('&', '')}"):
        assert "<" not in hide_password(url)
    assert hide_password("sqlite:///a:b.db") == "sqlite:///a:b.db"
