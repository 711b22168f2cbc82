"""Finds the databases that a set of examples is judged on: one each, or a test suite of several.

    locator = Locator("spider/database")       # a folder, a file, a URL, a file of URLs, or a mapping
    locator.suite("concert_singer")            # URLs, the main database first
    locator.describe(["concert_singer"])       # "test suites: 34 SQLite files over 1 database"

A test suite is many databases of one schema with different rows (Zhong et al. 2020, section 3): statements that agree
on all of them are taken for equal.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlwright.database import dialect_of, file_of, normalise_url
from sqlwright.errors import DatabaseError, DataError
from sqlwright.project._gold_join import NAMED, count, name_some
from sqlwright.project._urls import expand, hide_password, place_url

Databases = str | Path | Mapping[str, str | Sequence[str]]

_WHERE = "--databases"
_SUFFIXES = (".sqlite", ".sqlite3", ".db", ".duckdb", ".ddb")
_BESIDE = ("-wal", "-shm", "-journal")
_PRODUCTS = {"sqlite": "SQLite", "duckdb": "DuckDB", "postgres": "PostgreSQL", "mysql": "MySQL or MariaDB"}


class Locator:
    """Where the databases of a gold file are."""

    def __init__(self, databases: Databases) -> None:
        """Understand what is given, without opening a database.

        Args:
            databases: a folder of SQLite or DuckDB files (`<db_id>/<db_id>.sqlite`, `<db_id>.sqlite`, ...; further
                files `<db_id>/*.sqlite*` are its test suite); one file or SQLAlchemy URL for all; a URL or path with
                `{db_id}` in it; a TOML or JSON file of `db_id = URL`; or such a mapping. A URL of the mapping may also
                be a folder, or a list with the main database first. `${NAME}` stands for an environment variable.

        Raises:
            DataError: there is no such folder or file, or the file of URLs is malformed.
            ConfigError: an environment variable is not set.
        """
        self._find = _finder(databases)
        self._found: dict[str, tuple[str, ...]] = {}

    def suite(self, db_id: str) -> tuple[str, ...]:
        """Return the URLs of every database to judge on, the main one first.

        Raises:
            DataError: there is none; the message says what was looked for, and where.
        """
        if db_id not in self._found:
            self._found[db_id] = self._find(db_id)
        return self._found[db_id]

    def suites(self, db_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the suite of each database.

        Raises:
            DataError: databases are missing; the message names up to five, not only the first.
        """
        wanted = list(dict.fromkeys(db_ids))
        missing: dict[str, DataError] = {}
        for db_id in wanted:
            try:
                self.suite(db_id)
            except DataError as error:
                missing[db_id] = error
        if missing:
            first, *others = missing
            more = f"; nor is there one for {name_some(others, NAMED - 1)}" if others else ""
            share = f" ({len(missing)} of {len(wanted)} databases are missing)" if others else ""
            raise DataError(f"{missing[first]}{more}{share}")
        return {db_id: self._found[db_id] for db_id in wanted}

    def describe(self, db_ids: Iterable[str]) -> str:
        """Return what the databases are, for a report; without passwords. Raises DataError as `suites` does."""
        suites = self.suites(db_ids)
        several = {db_id: suite for db_id, suite in suites.items() if len(suite) > 1}
        alone = {db_id: suite for db_id, suite in suites.items() if len(suite) == 1}
        said = []
        if several:
            said.append(f"test suites: {_kinds(several.values())} over {count(len(several), 'database')}")
        if alone:
            plain = "plain databases, no test suites" if not several else "plain databases, no test suite"
            said.append(f"{plain}: {_kinds(alone.values())}")
        return "; ".join(said)


def _finder(databases: Databases) -> Callable[[str], tuple[str, ...]]:
    if isinstance(databases, Mapping):
        return partial(_in_mapping, databases, Path(), "the mapping of databases")
    text = expand(str(databases), _WHERE)
    if "{db_id}" in text:
        return partial(_from_pattern, text)
    if "://" in text:
        return partial(_the_one, text)
    path = Path(text).expanduser()
    if path.is_dir():
        return partial(_in_folder, path)
    if not path.exists():
        raise DataError(
            f"{path}: no such folder or database; give --databases a folder of SQLite files, a database file, "
            "a SQLAlchemy URL, or a TOML or JSON file of URLs by db_id"
        )
    if path.suffix.lower() in (".toml", ".json"):
        return partial(_in_mapping, _read_mapping(path), path.parent, str(path))
    return partial(_the_one, str(path))


def _the_one(url: str, db_id: str) -> tuple[str, ...]:
    return _opened(url, db_id, Path(), _WHERE)


def _from_pattern(pattern: str, db_id: str) -> tuple[str, ...]:
    name = quote(db_id, safe="") if "://" in pattern else _as_file_name(db_id)
    return _opened(pattern.replace("{db_id}", name), db_id, Path(), _WHERE)


def _in_mapping(mapping: Mapping[str, str | Sequence[str]], folder: Path, where: str, db_id: str) -> tuple[str, ...]:
    if db_id not in mapping:
        raise DataError(f"{where}: has no URL for database {db_id!r}; it has {name_some(mapping) or 'none at all'}")
    given = mapping[db_id]
    urls: list[str] = []
    for entry in [given] if isinstance(given, str) else given:
        urls += _opened(expand(entry, f"{where}: {db_id}"), db_id, folder, where)
    return tuple(urls)


def _opened(entry: str, db_id: str, folder: Path, where: str) -> tuple[str, ...]:
    """Return the URLs that a URL, a file or a folder stands for. Raises DataError for a file that is not there."""
    path = folder / Path(entry).expanduser()
    try:
        if "://" not in entry and path.is_dir():
            suite = _suite_in(path, db_id)
            if not suite:
                raise DataError(f"{where}: {path} holds no {db_id}.sqlite")
            return suite
        url = place_url(entry, folder)
        if dialect_of(url) in ("sqlite", "duckdb"):
            file_of(url)
    except DatabaseError as error:
        raise DataError(f"{where}: {error} (database {db_id!r})") from None
    return (url,)


def _in_folder(root: Path, db_id: str) -> tuple[str, ...]:
    name = _as_file_name(db_id)
    if (root / name).is_dir() and (suite := _suite_in(root / name, name)):
        return suite
    for suffix in _SUFFIXES:
        for file in (root / name / f"{name}{suffix}", root / f"{name}{suffix}"):
            if file.is_file():
                return (normalise_url(file),)
    others = ", ".join(_SUFFIXES[1:])
    hint = _elsewhere(root, name)
    raise DataError(f"{root}: holds no {name}/{name}.sqlite and no {name}.sqlite, nor one that ends in {others}{hint}")


def _suite_in(folder: Path, db_id: str) -> tuple[str, ...]:
    """Return the SQLite files of a folder as the official evaluator takes them: all with ".sqlite" in their names.

    The main one is `<db_id>.sqlite`, or the only one; the rest come by size, so that the quickest to read tell two
    statements apart first.
    """
    try:
        files = [file for file in folder.iterdir() if ".sqlite" in file.name and file.is_file() and _counts(file.name)]
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror})") from None
    main = folder / f"{db_id}.sqlite"
    if main not in files and len(files) > 1:
        raise DataError(f"{folder}: holds {len(files)} databases and none is named {main.name}; name the main one so")
    files.sort(key=lambda file: (file != main, file.stat().st_size, file.name))
    try:
        return tuple(normalise_url(file) for file in files)
    except DatabaseError as error:
        raise DataError(f"{folder}: {error}; take it out of the folder") from None


def _counts(name: str) -> bool:
    """Return whether a file is a database, not one that SQLite keeps beside it nor a hidden one."""
    return not name.endswith(_BESIDE) and not name.startswith(".")


def _elsewhere(root: Path, db_id: str) -> str:
    """Return a hint at the folder that was probably meant; "" where none is near."""
    try:
        folders = sorted(entry for entry in root.iterdir() if entry.is_dir())
    except OSError:
        return ""
    for folder in (*folders, root.parent):
        if (folder / db_id / f"{db_id}.sqlite").is_file():
            return f"; {folder} does, so give that"
    return ""


def _read_mapping(path: Path) -> dict[str, str | list[str]]:
    """Read `db_id = URL` from a TOML or JSON file; a table `[databases]` may hold them."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        told: Any = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise DataError(f"{path}: cannot be read as {path.suffix[1:].upper()} ({error})") from None
    if isinstance(told, dict) and isinstance(told.get("databases"), dict):
        told = told["databases"]
    if not isinstance(told, dict):
        raise DataError(f'{path}: expected URLs by db_id, as in {{"shop": "postgresql://user@host/shop"}}')
    for db_id, given in told.items():
        entries = given if isinstance(given, list) else [given]
        if not entries or not all(isinstance(entry, str) and entry for entry in entries):
            raise DataError(f"{path}: {db_id}: expected a URL, a path or a list of these")
    return told


def _as_file_name(db_id: str) -> str:
    """Return a database's name if it can be a file's, and leads nowhere else."""
    if not db_id or db_id in (".", "..") or any(mark in db_id for mark in ("/", os.sep, "\0")):
        raise DataError(f"{db_id!r} is no database's name: it has a path in it")
    return db_id


def _kinds(suites: Iterable[Sequence[str]]) -> str:
    """Return how many databases of which product there are; of servers, where."""
    urls = list(dict.fromkeys(url for suite in suites for url in suite))
    said = []
    for dialect, number in Counter(map(dialect_of, urls)).items():
        product = _PRODUCTS.get(dialect, dialect)
        if dialect in ("sqlite", "duckdb"):
            said.append(count(number, f"{product} file"))
        else:
            shown = (hide_password(url).partition("?")[0] for url in urls if dialect_of(url) == dialect)
            servers = dict.fromkeys(url.rpartition("/")[0] for url in shown)
            said.append(f"{count(number, f'{product} database')} at {', '.join(servers)}")
    return " and ".join(said)
