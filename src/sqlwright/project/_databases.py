"""What a project knows of its databases: URL, schema, values and linker by `db_id`, each read once and kept.

A project has one database (`database.url`), or a folder of SQLite files (`database.folder`) as Spider and BIRD have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from sqlwright.config import DatabaseConfig
from sqlwright.database import Limits, normalise_url
from sqlwright.errors import ConfigError, SchemaError
from sqlwright.prompt import Template, build, schema_prefix
from sqlwright.records import Example, Prompt
from sqlwright.schema import SampleOptions, Schema, Values, introspect, read_spider_tables, read_values
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.linker import Linker

Kept = TypeVar("Kept")


class Databases:
    """The databases of one project."""

    def __init__(self, config: DatabaseConfig, folder: Path, lexicon: Lexicon | None = None) -> None:
        self.config = config
        self.lexicon = lexicon or Lexicon.builtin()
        self.limits = Limits(seconds=config.seconds, rows=config.max_rows)
        self._folder = folder
        self._declared: dict[str, Schema] | None = None
        self._schemas: dict[str, Schema] = {}
        self._values: dict[str, Values] = {}
        self._linkers: dict[str, Linker] = {}
        self._prefixes: dict[tuple[str, str], str] = {}

    @property
    def only(self) -> str:
        """The `db_id` of a project with one database.

        Raises:
            ConfigError: the project has a folder of them, or none.
        """
        if self.config.db_id:
            return self.config.db_id
        if self.config.url:
            return self._read_only().db_id
        raise ConfigError("no database: set database.url in sqlwright.toml, or give --db URL")

    def url(self, db_id: str) -> str:
        """Return the URL of a database; "" when the project has none for it."""
        if self.config.folder:
            root = self._folder / self.config.folder
            for file in (root / db_id / f"{db_id}.sqlite", root / f"{db_id}.sqlite", root / db_id / f"{db_id}.db"):
                if file.is_file():
                    return normalise_url(str(file))
            return ""
        return self._url() if self.config.url else ""

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
        for db_id, schema in schemas.items():
            self._schemas.setdefault(db_id, schema)

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

    def prompts(self, examples: Sequence[Example], template: Template) -> list[Prompt]:
        """Return the prompt of each example."""
        return [
            build(
                example,
                self.schema(example.db_id),
                template,
                self.linker(example.db_id).link(example.question),
                prefix=self.prefix(example.db_id, template),
            )
            for example in examples
        ]

    def prefix(self, db_id: str, template: Template) -> str:
        """Return the part of a prompt that all questions about a database share."""
        key = (db_id, template.name)
        if key not in self._prefixes:
            self._prefixes[key] = schema_prefix(self.schema(db_id), template)
        return self._prefixes[key]

    def _url(self) -> str:
        url = self.config.url
        return normalise_url(url if "://" in url else str(self._folder / url))

    def _read_only(self) -> Schema:
        samples = None
        if self.config.samples:
            chosen: str | tuple[str, ...] = "all" if "all" in self.config.samples else tuple(self.config.samples)
            samples = SampleOptions(chosen, personal=self.config.personal_values)
        if not self._schemas:
            schema = introspect(self._url(), db_id=self.config.db_id or None, samples=samples)
            self._schemas[schema.db_id] = schema
        return next(iter(self._schemas.values()))

    def _schema(self, db_id: str) -> Schema:
        if self.config.tables:
            if self._declared is None:
                self._declared = read_spider_tables(self._folder / self.config.tables)
            if db_id in self._declared:
                return self._declared[db_id]
        if self.config.url:
            schema = self._read_only()
            if schema.db_id == db_id:
                return schema
        elif url := self.url(db_id):
            return introspect(url, db_id=db_id)
        raise SchemaError(
            f"nothing is known of database {db_id!r}: set database.url, database.folder or database.tables in sqlwright.toml"
        )
