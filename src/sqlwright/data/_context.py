"""What readers know about the file they are in, and the schemas they find on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlwright.data._fields import BadRecord
from sqlwright.errors import SqlwrightError
from sqlwright.schema import Schema, parse_ddl


@dataclass
class Context:
    """One file being read: the options that hold for all its records, and the schemas gathered so far."""

    path: Path
    db_id: str | None = None
    """Database of records that name none."""
    dialect: str = "sqlite"
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field of an example -> column name of the file, where the caller gave it."""
    source: str = ""
    schemas: dict[str, Schema] = field(default_factory=dict)
    cache: dict[str, object] = field(default_factory=dict)
    """What a format has read from other files."""
    _parsed: dict[str, Schema] = field(default_factory=dict)

    def id(self, number: int | str) -> str:
        """Return the id of the record `number` of a file that has no ids of its own."""
        return f"{self.path.name.split('.')[0]}-{number}"

    def database(self, given: str, ddl: str = "") -> str:
        """Return the database a record belongs to, and keep the schema it carries as CREATE TABLE statements.

        A record that names no database and has a schema belongs to one named after the schema's text, so that records
        with the same schema meet again.

        Raises:
            BadRecord: there is nothing to tell the database by, or `ddl` does not parse.
        """
        db_id = given or self.db_id or ""
        if not ddl:
            if not db_id:
                raise BadRecord("names no database and carries no CREATE TABLE; give the database id (db_id)")
            return db_id
        db_id = db_id or "schema-" + hashlib.sha256(" ".join(ddl.split()).encode()).hexdigest()[:10]
        schema = self._parse(ddl)
        known = self.schemas.get(db_id)
        if known is None:
            self.schemas[db_id] = replace(schema, db_id=db_id)
        else:
            new = tuple(table for table in schema.tables if not known.has(table.name))
            if new:
                self.schemas[db_id] = replace(known, tables=known.tables + new)
        return db_id

    def _parse(self, ddl: str) -> Schema:
        if ddl not in self._parsed:
            try:
                self._parsed[ddl] = parse_ddl(ddl, dialect=self.dialect)
            except SqlwrightError as error:
                raise BadRecord(f"its CREATE TABLE statements cannot be read ({error})") from None
        return self._parsed[ddl]
