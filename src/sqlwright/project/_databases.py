"""What a project knows of its databases: URL, schema, values and linker by `db_id`, each read once and kept.

A project has one database (`database.url`), or a folder of SQLite files (`database.folder`) as Spider and BIRD have.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlwright.config import DatabaseConfig, Task
from sqlwright.database import Limits, dialect_of, state_of
from sqlwright.errors import ConfigError, DataError, SchemaError
from sqlwright.project._suites import Locator
from sqlwright.project._urls import resolve_url
from sqlwright.prompt import NO_FRAME, Frame, Template, build, schema_prefix
from sqlwright.records import Example, Prompt
from sqlwright.schema import SampleOptions, Schema, Values, introspect, read_spider_tables, read_values
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.linker import Linker


class Databases:
    """The databases of one project."""

    def __init__(self, config: DatabaseConfig, folder: Path, lexicon: Lexicon | None = None) -> None:
        self.config = config
        self.lexicon = lexicon or Lexicon.builtin()
        self.limits = Limits(seconds=config.seconds, rows=config.max_rows)
        self._folder = folder
        self._declared: dict[str, Schema] | None = None
        self._given: dict[str, Schema] = {}
        self._own: Schema | None = None
        self._schemas: dict[str, Schema] = {}
        self._values: dict[str, Values] = {}
        self._linkers: dict[str, Linker] = {}
        self._prefixes: dict[tuple[str, str], str] = {}
        self._locator: Locator | None = None

    @property
    def only(self) -> str:
        """The `db_id` of a project with one database.

        Raises:
            ConfigError: the project has a folder of them, or none.
        """
        if self.config.db_id:
            return self.config.db_id
        if self.config.url:
            return self._read_own().db_id
        if self.config.folder:
            raise ConfigError("the project has several databases; name one with --db-id")
        raise ConfigError("no database: set database.url in sqlwright.toml")

    def ids(self) -> list[str]:
        """Return the `db_id` of every database that can be opened.

        Raises:
            ConfigError: the project has none.
        """
        if not self.config.folder:
            return [self.only]
        root = self._root()
        files = [file for pattern in ("*.sqlite", "*/*.sqlite", "*/*.db") for file in root.glob(pattern)]
        found = sorted({file.stem for file in files if file.parent in (root, root / file.stem)})
        if not found:
            raise ConfigError(f"database.folder: {root} holds no <db_id>.sqlite and no <db_id>/<db_id>.sqlite")
        return found

    def url(self, db_id: str) -> str:
        """Return the URL of a database; "" when the project has none for it."""
        return next(iter(self.suite(db_id)), "")

    def suite(self, db_id: str) -> tuple[str, ...]:
        """Return the URLs of the databases that predictions are judged on, the main one first; () for none.

        A folder that holds further files beside a database's own holds its test suite.
        """
        if not self.config.folder:
            return (self._url(),) if self.config.url and db_id == self.only else ()
        try:
            return self._located().suite(db_id)
        except DataError:
            return ()

    def described(self, db_ids: Iterable[str]) -> str:
        """Return in words what the databases are that predictions are judged on."""
        return Locator({db_id: self.suite(db_id) for db_id in db_ids}).describe(db_ids)

    def fingerprint(self, db_ids: Iterable[str]) -> dict[str, str]:
        """Return what tells each database's present state from an earlier one, as far as that is cheap to know.

        A file's size and time of change; of a server only the schema and the stored values that were read.
        """
        found = {}
        for db_id in sorted(set(db_ids)):
            url = self.url(db_id)
            if url and dialect_of(url) in ("sqlite", "duckdb"):
                found[db_id] = " ".join(map(state_of, self.suite(db_id)))
            elif url:
                seen = repr((self.schema(db_id), sorted(self.values(db_id).items())))
                found[db_id] = hashlib.sha256(seen.encode()).hexdigest()[:16]
        return found

    def schema(self, db_id: str) -> Schema:
        """Return a database's schema.

        Raises:
            SchemaError: nothing is known of this database.
        """
        if db_id not in self._schemas:
            self._schemas[db_id] = self._schema(db_id)
        return self._schemas[db_id]

    def schemas(self, db_ids: Iterable[str]) -> Mapping[str, Schema]:
        """Return the schemas of these databases, leaving out what nothing is known of."""
        found = {}
        for db_id in sorted(set(db_ids)):
            try:
                found[db_id] = self.schema(db_id)
            except SchemaError:
                continue
        return found

    def add(self, schemas: Mapping[str, Schema]) -> None:
        """Take schemas that came with the data, for databases that have no file."""
        self._given.update(schemas)

    def values(self, db_id: str) -> Values:
        """Return the stored values that synthesis and linking may use."""
        if db_id not in self._values:
            url = self.url(db_id)
            self._values[db_id] = (
                read_values(url, self.schema(db_id), personal=self.config.personal_values) if url else {}
            )
        return self._values[db_id]

    def linker(self, db_id: str) -> Linker:
        """Return the linker of a database."""
        if db_id not in self._linkers:
            self._linkers[db_id] = Linker(self.schema(db_id), self.values(db_id), self.lexicon)
        return self._linkers[db_id]

    def prompt(
        self, example: Example, template: Template, *, task: Task = "text-to-sql", frame: Frame = NO_FRAME
    ) -> Prompt:
        """Return the prompt of an example; see `sqlwright.prompt.build`."""
        linked = task != "sql-to-text"  # which knows no question yet
        return build(
            example,
            self.schema(example.db_id),
            template,
            self.linker(example.db_id).link(example.question) if linked else (),
            prefix=self.prefix(example.db_id, template),
            task=task,
            frame=frame,
        )

    def prefix(self, db_id: str, template: Template) -> str:
        """Return the part of a prompt that all questions about a database share."""
        key = (db_id, template.name)
        if key not in self._prefixes:
            self._prefixes[key] = schema_prefix(self.schema(db_id), template)
        return self._prefixes[key]

    def _located(self) -> Locator:
        """Return what finds and remembers the files of `database.folder`. Raises DataError: there is no such folder."""
        if self._locator is None:
            self._locator = Locator(self._root())
        return self._locator

    def _root(self) -> Path:
        return Path(os.path.normpath(self._folder / self.config.folder))

    def _url(self) -> str:
        return resolve_url(self.config.url, self._folder)

    def _read_own(self) -> Schema:
        """Return the schema of the database that `database.url` names."""
        if self._own is None:
            samples = None
            if self.config.samples:
                chosen: str | tuple[str, ...] = "all" if "all" in self.config.samples else tuple(self.config.samples)
                samples = SampleOptions(chosen, personal=self.config.personal_values)
            self._own = introspect(self._url(), db_id=self.config.db_id or None, samples=samples)
        return self._own

    def _schema(self, db_id: str) -> Schema:
        if self.config.tables:
            if self._declared is None:
                self._declared = read_spider_tables(self._folder / self.config.tables)
            if db_id in self._declared:
                return self._declared[db_id]
        if self.config.url and self._read_own().db_id == db_id:
            return self._read_own()
        if self.config.folder and (url := self.url(db_id)):
            return introspect(url, db_id=db_id)
        if db_id in self._given:
            return self._given[db_id]
        raise SchemaError(
            f"nothing is known of database {db_id!r}: set database.url, database.folder or database.tables "
            "in sqlwright.toml"
        )
