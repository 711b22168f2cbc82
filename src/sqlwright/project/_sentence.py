"""Says in one line what a result says, in the question's language, without a language model.

    sentence(["n"], [(57,)], "en", Subject.of(sql, schema, lexicon, "en"))
    # "The number of customers where level is 'Gold' is 57."

What was counted or listed is read off the statement that was run, so the line says what the figure is, and a reader
sees when the model understood the question otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlglot import exp

from sqlwright.errors import SqlError
from sqlwright.schema import Lexicon, Schema, Table
from sqlwright.schema.words import plural
from sqlwright.sqlkit import parse
from sqlwright.sqlkit._phrases import Pen
from sqlwright.sqlkit._wording import CHINESE, ENGLISH

_LISTED = 5
_DIGITS = 4
"""Digits after the point that a decimal shows; one that has more is rounded as floats are."""
_LONGEST = 160
"""A condition that takes more characters is left out of the line."""
_ROWS = {"en": "number of {}", "zh": "{}数量"}
_AGGREGATES: dict[type[exp.Expr], dict[str, str]] = {
    exp.Count: {"en": "number of {}", "zh": "{}数量"},
    exp.Sum: {"en": "total {}", "zh": "{}合计"},
    exp.Avg: {"en": "average {}", "zh": "平均{}"},
    exp.Min: {"en": "lowest {}", "zh": "最低{}"},
    exp.Max: {"en": "highest {}", "zh": "最高{}"},
}
_OF_DATES: dict[type[exp.Expr], dict[str, str]] = {
    exp.Min: {"en": "earliest {}", "zh": "最早{}"},
    exp.Max: {"en": "latest {}", "zh": "最晚{}"},
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a statement returns, in words."""

    columns: tuple[str, ...]
    """A name for each column of the result; "" where there is none but the database's own."""
    condition: str = ""
    """What the rows have in common."""
    tables: tuple[str, ...] = ()

    @classmethod
    def of(cls, sql: str, schema: Schema, lexicon: Lexicon, language: str) -> Subject:
        """Return what `sql` returns; with no words for what has none."""
        try:
            tree = parse(sql, schema.dialect)
        except SqlError:
            return cls(())
        if not isinstance(tree, exp.Select) or any(item.is_star for item in tree.expressions):
            return cls(())
        names = _Names(tree, schema, lexicon, language)
        where = tree.args.get("where")
        condition = names.condition(where.this) if where is not None and not tree.args.get("group") else ""
        columns = tuple(names.phrase(item) for item in tree.expressions)
        return cls(columns, condition, tuple(dict.fromkeys(table.name for table in names.tables.values())))


NOTHING_KNOWN = Subject(())


class _Names:
    """Names of one statement's tables and columns, as people call them."""

    def __init__(self, tree: exp.Select, schema: Schema, lexicon: Lexicon, language: str) -> None:
        self._lexicon, self._language, self._dialect = lexicon, language, schema.dialect
        joins = tree.args.get("joins") or ()
        sources = [part.this for part in (tree.args.get("from_"), *joins) if part is not None]
        found = [source for source in sources if isinstance(source, exp.Table) and schema.has(source.name)]
        self.tables: dict[str, Table] = {source.alias_or_name.lower(): schema.table(source.name) for source in found}
        self._plain = len(found) == len(sources)

    def table(self, table: Table) -> str:
        names = self._lexicon.names_of_table(table, self._language)
        if self._language == "zh":
            return names[0] if names else table.name
        return plural(names[0]) if names else table.name

    def column(self, node: exp.Column) -> str:
        owner = self._owner(node)
        if owner is None:
            return node.name
        column = owner.column(node.name)
        names = self._lexicon.names_of_column(owner, column, self._language)
        return names[0] if names else column.name

    def phrase(self, item: exp.Expr) -> str:
        """Return what one column of the result is; "" for what has no plain words."""
        inner = item.unalias()
        language = self._language
        if isinstance(inner, exp.Column):
            return self.column(inner)
        form = _AGGREGATES.get(type(inner))
        if form is None or not self._plain or [key for key, value in inner.args.items() if value and key != "this"
                                               and key != "big_int"]:  # fmt: skip
            return ""
        what = inner.this
        if isinstance(inner, exp.Count):
            return form[language].format(self._counted(what)) if self._counted(what) else ""
        if not isinstance(what, exp.Column):
            return ""
        owner = self._owner(what)
        if owner is not None and owner.column(what.name).kind == "date":
            form = _OF_DATES.get(type(inner), form)
        return form[language].format(self.column(what))

    def _counted(self, what: exp.Expr) -> str:
        """Return what a COUNT counts: the rows of the one table, or the different values of a column."""
        if isinstance(what, exp.Distinct):
            (only, *others) = what.expressions
            if others or not isinstance(only, exp.Column):
                return ""
            owner = self._owner(only)
            if owner is not None and owner.primary_key == (owner.column(only.name).name,):
                return self.table(owner)
            different = "不同{}" if self._language == "zh" else "different {}"
            name = self.column(only)
            return different.format(name if self._language == "zh" else plural(name))
        inner = self._innermost()
        return self.table(inner) if inner is not None else ""

    def _innermost(self) -> Table | None:
        """Return the table whose rows a join counts: the one that no other of them points to."""
        targets = {key.target_table for table in self.tables.values() for key in table.foreign_keys}
        tables = list(self.tables.values())
        loose = tables if len(tables) == 1 else [table for table in tables if table.name not in targets]
        return loose[0] if len(loose) == 1 else None

    def condition(self, node: exp.Expr) -> str:
        """Return a condition in words, with columns by their names; "" where it is long or holds a query."""
        if not self._plain or node.find(exp.Query) is not None:
            return ""
        bare = node.transform(lambda part: exp.Var(this=self.column(part)) if isinstance(part, exp.Column) else part)
        said = Pen(CHINESE if self._language == "zh" else ENGLISH, self._dialect).condition(bare)
        return said if len(said) <= _LONGEST else ""

    def _owner(self, node: exp.Column) -> Table | None:
        if node.table:
            owner = self.tables.get(node.table.lower())
            return owner if owner is not None and owner.has(node.name) else None
        owners = [table for table in self.tables.values() if table.has(node.name)]
        return owners[0] if owners else None


def sentence(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    language: str,
    subject: Subject = NOTHING_KNOWN,
    *,
    cut: bool = False,
) -> str:
    """Return what a result says, in one line: the value, the few values, or how many rows there are of what.

    Args:
        cut: whether there are more rows than these.
    """
    named = subject.columns if len(subject.columns) == len(columns) else ("",) * len(columns)
    names = [said or name for said, name in zip(named, columns, strict=True)]
    say = _chinese if language == "zh" else _english
    return say(names, named, rows, subject.condition, cut)


def _english(
    names: Sequence[str], named: Sequence[str], rows: Sequence[Sequence[Any]], condition: str, cut: bool
) -> str:
    where = f" where {condition}" if condition else ""
    if not rows:
        return f"Nothing matches{where and ':'}{where}."
    if len(rows) == 1:
        values = [shown(value) for value in rows[0]]
        if len(values) == 1:
            return f"The {named[0]}{where} is {values[0]}." if named[0] else f"The answer is {values[0]}."
        return ", ".join(f"{name} = {value}" for name, value in zip(names, values, strict=True)) + "."
    count = f"{len(rows):,}{' or more' if cut else ''}"
    if len(rows[0]) == 1:
        listed, rest = [shown(row[0]) for row in rows[:_LISTED]], len(rows) - _LISTED
        what = f"results for {named[0]}" if named[0] else "results"
        return f"{count} {what}{where}: {', '.join(listed)}{f' and {rest:,} more' if rest > 0 else ''}."
    what = f"rows of {_listed(names, ', ', ' and ')}" if all(named) else "rows"
    return f"{count} {what}{where}."


def _chinese(
    names: Sequence[str], named: Sequence[str], rows: Sequence[Sequence[Any]], condition: str, cut: bool
) -> str:
    where = f"（{condition}）" if condition else ""
    if not rows:
        return f"没有符合条件的记录{where}。"
    if len(rows) == 1:
        values = [shown(value) for value in rows[0]]
        if len(values) == 1:
            return f"{named[0]}{where}是 {values[0]}。" if named[0] else f"答案是 {values[0]}。"
        return "，".join(f"{name} = {value}" for name, value in zip(names, values, strict=True)) + "。"
    count = f"{len(rows):,}"
    if len(rows[0]) == 1:
        listed = [shown(row[0]) for row in rows[:_LISTED]]
        what = f"个{named[0]}" if named[0] else "个"
        return f"共 {count} {what}{where}：{'、'.join(listed)}{' 等' if len(rows) > _LISTED or cut else ''}。"
    what = f"：{_listed(names, '、', '、')}" if all(named) else ""
    return f"共 {count} 行{'以上' if cut else ''}{where}{what}。"


def _listed(items: Sequence[str], comma: str, last: str) -> str:
    return comma.join(items[:-1]) + last + items[-1] if len(items) > 1 else "".join(items)


def shown(value: Any) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.01 or value == 0 else f"{value:.3g}"
    if isinstance(value, Decimal) and value.is_finite() and -int(value.as_tuple().exponent) > _DIGITS:
        return shown(float(value))
    if isinstance(value, (bytes, memoryview)):
        return f"<{len(value)} bytes>"
    return str(value)
