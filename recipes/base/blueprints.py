"""Schemas of everyday domains from `blueprints.txt`, thinned out and respelled: columns that belong together.

schema, values = Blueprints(inventor).draw()
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from invent import DIALECT_WEIGHTS, DIALECTS, Inventor, Style
from keys import reference_words
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.schema.values import Value
from words import CATEGORIES

_COLUMN = re.compile(r"\s*(\w+)\s*(\{[^}]*\}|[^,{]*)")
_PLACES = {
    word: tuple(value for words, codes in CATEGORIES if words == word for value in codes)
    for word in ("city", "country")
}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[_Column, ...]

    @property
    def targets(self) -> set[str]:
        return {c.kind[2:] for c in self.columns if c.kind.startswith("> ")}


def read(path: Path) -> list[tuple[_Table, ...]]:
    """Return the domains of a blueprint file."""
    domains: list[tuple[_Table, ...]] = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        tables = []
        for line in block.splitlines():
            if line.strip() and not line.startswith("#"):
                name, _, rest = line.partition(":")
                found = [_Column(m[1], m[2].strip()) for m in _COLUMN.finditer(rest)]
                tables.append(_Table(name.strip(), tuple(found)))
        if tables:
            domains.append(tuple(tables))
    return domains


class Blueprints:
    """Draws schemas from the domains."""

    def __init__(self, inventor: Inventor, path: Path | None = None) -> None:
        self.inventor = inventor
        self.rng = inventor.rng
        self.domains = read(path or Path(__file__).with_name("blueprints.txt"))

    def draw(self) -> tuple[Schema, dict[tuple[str, str], tuple[Value, ...]]]:
        """Return a schema and the values of its columns."""
        rng = self.rng
        domain = rng.choice(self.domains)
        chosen = self._connected(domain, rng.choices((1, 2, 3, 4, 5, 8), (8, 20, 26, 22, 14, 10))[0])
        style = Style(rng)
        names = {table.name: style.table(self._reworded(table.name)) for table in domain}
        spelled: dict[tuple[str, str], str] = {}
        kinds = {(t.name, c.name): c.kind for t in domain for c in t.columns}
        for table in chosen:
            for column in table.columns:
                words = column.name.replace("_", " ")
                if column.kind not in ("key",) and not column.kind.startswith(">"):
                    words = self._reworded(column.name)
                elif column.kind == f"> {column.name.removesuffix('_id')}" and rng.random() < style.odd_references:
                    words = " ".join(reference_words(names[column.kind[2:]], rng))
                elif not style.key_named and column.kind == "key":
                    words = "id"
                spelled[table.name, column.name] = style.column(words, table.name.replace("_", " "))
        tables = []
        values: dict[tuple[str, str], tuple[Value, ...]] = {}
        keys_of = {t.name: next((c for c in t.columns if c.kind in ("key", "code")), None) for t in domain}
        for table in chosen:
            columns: list[Column] = []
            references: list[ForeignKey] = []
            primary: tuple[str, ...] = ()
            for column in table.columns:
                kind = kinds[table.name, column.name]
                name = spelled[table.name, column.name]
                if any(name.lower() == other.name.lower() for other in columns):
                    continue
                target = kind[2:] if kind.startswith("> ") else ""
                own_key = keys_of[table.name] is column
                if target and not any(t.name == target for t in chosen):
                    continue
                if not target and not own_key and rng.random() < 0.25:
                    continue
                target_key = keys_of[target] if target else None
                type_, own = self._filled(target_key.kind if target_key else kind, style)
                samples = tuple(str(v) for v in own[:1]) if rng.random() < style.samples else ()
                columns.append(Column(name, type_, samples=samples))
                if own:
                    values[names[table.name], name] = own
                if own_key:
                    primary = (name,)
                if target_key and style.declares_keys:
                    references.append(ForeignKey((name,), names[target], (spelled[target, target_key.name],)))
            if columns:
                tables.append(Table(names[table.name], tuple(columns), primary, tuple(references)))
        rng.shuffle(tables)
        return Schema("db", tuple(tables), rng.choices(DIALECTS, DIALECT_WEIGHTS)[0]), values

    def _connected(self, domain: tuple[_Table, ...], size: int) -> list[_Table]:
        chosen = [self.rng.choice(domain)]
        while len(chosen) < size:
            near = [
                t for t in domain if t not in chosen and any(t.name in c.targets or c.name in t.targets for c in chosen)
            ]
            if not near:
                break
            chosen.append(self.rng.choice(near))
        return chosen

    def _reworded(self, name: str) -> str:
        words = name.removesuffix("_table").replace("_", " ")
        if self.rng.random() < 0.25:
            return self.inventor.reworded(words)
        return words

    def _filled(self, kind: str, style: Style) -> tuple[str, tuple[Value, ...]]:
        rng, inventor = self.rng, self.inventor
        head, _, rest = kind.partition(" ")
        if kind.startswith("{"):
            codes = kind[1:-1].split("|")
            rng.shuffle(codes)
            return style.text, tuple(codes)
        match head:
            case "key":
                return style.integer, tuple(range(1, 30))
            case "int":
                low, high = (int(float(x)) for x in rest.split())
                return style.integer, tuple(rng.randint(low, high) for _ in range(12))
            case "real":
                low_real, high_real = (float(x) for x in rest.split())
                return style.real, tuple(round(rng.uniform(low_real, high_real), 2) for _ in range(12))
            case "year":
                return style.integer, tuple(rng.randint(1950, 2025) for _ in range(10))
            case "date":
                return style.date, inventor.dates(stamped=False)
            case "time":
                return style.timestamp, inventor.dates(stamped=True)
            case "flag":
                return inventor.flags(style)
            case "person":
                return style.text, tuple(inventor.person() for _ in range(rng.randint(5, 14)))
            case "city" | "country":
                places = list(_PLACES[head])
                rng.shuffle(places)
                return style.text, tuple(places[:8])
            case "code" | "phone" | "email":
                return style.text, tuple(inventor.vocabulary.code(rng) for _ in range(8))
        return style.text, tuple(inventor.vocabulary.title(rng) for _ in range(rng.randint(4, 12)))
