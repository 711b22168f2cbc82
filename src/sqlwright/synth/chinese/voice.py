"""One question's voice: its random choices and the names it settled on, over a schema's cached phrase tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from sqlwright.schema.model import Column, Schema, Table
from sqlwright.schema.words import singular, split_identifier
from sqlwright.synth.chinese.words import EVENT_VERBS, EVENTS, Tone, is_latin, is_person, measure_word, tone_of
from sqlwright.synth.paths import find_edges
from sqlwright.synth.tree import Value

T = TypeVar("T")
Values = Mapping[tuple[str, str], Sequence[Value]]
_LABELS = ("名称", "姓名", "名字", "标题", "全名", "书名", "片名", "歌名", "课程名", "品名")
_PARTIAL = frozenset(("first", "last", "middle", "given", "family", "maiden", "fname", "lname", "f", "l", "nick"))
_LABEL_WORDS = ("name", "title", "fullname", "label")
_CLINIC = frozenset(("doctors", "doctor", "patients", "patient", "physicians", "physician", "wards", "ward"))
"""Tables beside which a department is a 科室."""
_TRADERS = ("客户", "顾客", "供应商", "卖家", "买家", "会员", "用户")
_DATE_ENDINGS = ("日期", "时间", "日", "期", "时刻", "年", "月", "份", "时间戳", "时", "生日", "号")
_KEY_ENDINGS = ("编号", "标识", "主键", "代码", "序号", "ID", "id", "Id", "号")
_LATIN_KEYS = ("id", "key", "code", "no", "num", "number", "fk", "uuid")


class Lexicon(Protocol):
    """What the writer asks of a lexicon: names, best first."""

    def names_of_table(self, table: Table, language: str, /) -> tuple[str, ...]:
        """Return the phrases for a table."""

    def names_of_column(self, table: Table, column: Column, language: str, /) -> tuple[str, ...]:
        """Return the phrases for a column."""

    def names_of_value(self, value: str, language: str, column: str = "", /) -> tuple[str, ...]:
        """Return the phrases for a value stored in a column ("table.column")."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one column, worked out once a schema."""

    names: tuple[str, ...]
    tone: Tone
    kind: str
    is_key: bool
    """Part of the primary key, or of a foreign key."""
    role: str
    """The noun that a foreign key gives to what it points to ("负责人"); empty elsewhere."""
    unit: str = ""
    """What it is measured in, told from its identifier: 分钟 for duration_minutes."""


class Phrases:
    """The phrase tables of a schema: names of tables and columns, label columns, keys. Filled as they are asked for."""

    def __init__(self, schema: Schema, lexicon: Lexicon, values: Values | None = None) -> None:
        self.schema = schema
        self._stored = values or {}
        self._names: dict[str, dict[str, str]] = {}
        self._spreads: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
        self.lexicon = lexicon
        self._tables: dict[str, tuple[str, ...]] = {}
        self._columns: dict[str, dict[str, Known]] = {}
        self._labels: dict[str, str] = {}
        self._alone: dict[tuple[str, str], bool] = {}
        self._values: dict[tuple[str, str], tuple[str, ...]] = {}
        self._taken: dict[str, str] | None = None
        self._targets: dict[tuple[str, str], tuple[str, str]] = {}
        for edge in find_edges(schema):
            self._targets.setdefault(
                (edge.child.lower(), edge.child_column.name.lower()), (edge.parent, edge.parent_column.name)
            )

    def table(self, name: str) -> tuple[str, ...]:
        """Return the nouns of a table, best first; none is another table's best."""
        found = self._tables.get(name)
        if found is None:
            found = self._tables[name] = self._name_table(self.schema.table(name))
        return found

    def column(self, table: str, name: str) -> Known:
        """Return what is known of a column."""
        columns = self._columns.get(table)
        if columns is None:
            columns = self._columns[table] = self._name_columns(self.schema.table(table))
        return columns[name.lower()]

    def columns(self, table: str) -> dict[str, Known]:
        """Return what is known of every column of a table, by lower-case name."""
        if table not in self._columns:
            self._columns[table] = self._name_columns(self.schema.table(table))
        return self._columns[table]

    def alone(self, table: str, column: str) -> bool:
        """Return whether a column is the only one of its kind in its table: of 出发城市 and 到达城市 neither is."""
        key = (table, column.lower())
        found = self._alone.get(key)
        if found is None:
            ending = self.column(table, column).names[0][-2:]
            others = [known for name, known in self.columns(table).items() if name != column.lower()]
            found = self._alone[key] = not any(name.endswith(ending) for known in others for name in known.names[:1])
        return found

    def has_quantity(self, table: str) -> bool:
        """Return whether a table has a column called 数量."""
        return any("数量" in known.names for known in self.columns(table).values())

    def dates(self, table: str) -> int:
        """Return how many date columns a table has."""
        return sum(column.kind == "date" for column in self.schema.table(table).columns)

    def value(self, text: str, place: str = "") -> tuple[str, ...]:
        """Return the Chinese names of a value that is not Chinese itself, stored in a column ("table.column")."""
        key = (text, place)
        found = self._values.get(key)
        if found is None:
            found = self.lexicon.names_of_value(text, "zh", place) if text.isascii() else ()
            if found:
                others = self._said_of(place)
                found = tuple(name for name in found if others.get(name, text) == text)
            self._values[key] = found
        return found

    def _said_of(self, place: str) -> dict[str, str]:
        """Return what each Chinese name says in a column: the value, or "" where several are called so."""
        said = self._names.get(place)
        if said is None:
            said = self._names[place] = {}
            table, _, column = place.partition(".")
            for value in self._stored.get((table, column), ()):
                if isinstance(value, str):
                    for name in {value, *(self.lexicon.names_of_value(value, "zh", place) if value.isascii() else ())}:
                        said[name] = value if said.get(name, value) == value else ""
        return said

    def spread(self, table: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the (column, values) of a table's text columns of two to eight short values."""
        found = self._spreads.get(table)
        if found is None:
            found = self._spreads[table] = tuple(
                (column.name, values)
                for column in self.schema.table(table).columns
                if column.kind == "text" and column.name.lower() != self.label(table)
                for values in [tuple(str(v) for v in self._stored.get((table, column.name), ()) if v)[:9]]
                if 2 <= len(values) <= 8 and all(len(value) <= 16 and not value[0].isdigit() for value in values)
                if not self.column(table, column.name).is_key
            )
        return found

    def has_state(self, table: str, verb: str) -> bool:
        """Return whether a stored state of a table says that this was done: 已归还 of 归还."""
        return any(
            verb in name
            for column, values in self.spread(table)
            for value in values
            for name in (value, *self.value(value, f"{table}.{column}"))
        )

    def label(self, table: str) -> str:
        """Return the lower-case name of the column that people call a row by; empty when there is none."""
        found = self._labels.get(table)
        if found is None:
            found = self._labels[table] = self._find_label(self.schema.table(table))
        return found

    def is_primary(self, table: str, column: str) -> bool:
        """Return whether a column alone is the table's primary key."""
        keys = self.schema.table(table).primary_key
        return len(keys) == 1 and keys[0].lower() == column.lower()

    def target(self, table: str, column: str) -> tuple[str, str] | None:
        """Return the (table, column) that a foreign-key column points to."""
        return self._targets.get((table.lower(), column.lower()))

    def _name_table(self, table: Table) -> tuple[str, ...]:
        if self._taken is None:
            self._taken = {}
            for other in self.schema.tables:
                for name in self.lexicon.names_of_table(other, "zh")[:1]:
                    self._taken.setdefault(name, other.name)
        names = tuple(
            n for n in self.lexicon.names_of_table(table, "zh") if self._taken.get(n, table.name) == table.name
        )
        names = names[:1] + tuple(name for name in names[1:3] if len(name) > 1)
        if names and names[0] == "部门" and _CLINIC & {split_identifier(t.name)[-1] for t in self.schema.tables}:
            names = ("科室", *(name for name in names if name != "科室"))
        if names and names[0] in EVENTS:
            names = (f"{names[0]}记录", *names)
        return names or _latin(table.name, self.lexicon.names_of_table(table, "en"))

    def _name_columns(self, table: Table) -> dict[str, Known]:
        person = is_person(self.table(table.name)[0])
        chinese = {column.name: self._chinese(table, column, person=person) for column in table.columns}
        taken: dict[str, str] = {}
        for column in table.columns:
            for name in chinese[column.name][:1]:
                taken.setdefault(name, column.name)
        keys = {column for owner, column in self._targets if owner == table.name.lower()} | {
            k.lower() for k in table.primary_key
        }
        known: dict[str, Known] = {}
        for column in table.columns:
            names = tuple(n for n in chinese[column.name] if taken.get(n, column.name) == column.name)
            names = names or _latin(column.name, self.lexicon.names_of_column(table, column, "en"))
            words = split_identifier(column.name)
            tone = tone_of(names[0], words, column.kind)
            is_key = column.name.lower() in keys
            role = self._role(table, column.name, names) if is_key else ""
            known[column.name.lower()] = Known(names, tone, column.kind, is_key, role, _unit(words, column.kind))
        return known

    def _chinese(self, table: Table, column: Column, *, person: bool) -> tuple[str, ...]:
        """Return the lexicon's names of a column, those that fit: 姓名 is for people, 成立 alone is no noun."""
        names = self.lexicon.names_of_column(table, column, "zh")
        if any(name in ("姓名", "名称") for name in names[:3]) and not self.table(table.name)[0].endswith(_TRADERS):
            names = tuple(name for name in names if name not in (("名称",) if person else ("姓名", "名字")))
            names = tuple(sorted(names, key=lambda name: name != "姓名")) if person else names
        names = names[:1] + tuple(name for name in names[1:3] if len(name) > 1)
        if column.kind == "boolean":
            return tuple(name if name.startswith("是否") else f"是否{name}" for name in names)
        if column.kind == "number" and any(v not in (0, 1) for v in self._stored.get((table.name, column.name), ())):
            names = tuple(name.removeprefix("是否").removeprefix("已") for name in names)
        if column.kind == "number":
            names = tuple(name[:-2] if name.endswith(("时长分钟", "时长小时")) else name for name in names)
        if column.kind == "date":
            return tuple(name if name.endswith(_DATE_ENDINGS) else f"{name}日期" for name in names)
        return tuple(f"{name}年份" if column.kind == "number" and name in EVENT_VERBS else name for name in names)

    def _role(self, table: Table, column: str, names: tuple[str, ...]) -> str:
        target = self.target(table.name, column)
        if target is None or not self.schema.has(target[0]):
            return ""
        noun = self.table(target[0])[0]
        owners = [t for (owner, _), (t, _) in self._targets.items() if owner == table.name.lower()]
        same = owners.count(target[0])
        itself = target[0].lower() == table.name.lower()
        words = [singular(w) for w in split_identifier(column) if w not in _LATIN_KEYS]
        if same == 1 and not itself and words and words[-1] == singular(split_identifier(target[0])[-1]):
            return noun
        for name in names:
            if name.isascii():
                words = [w for w in split_identifier(column) if w not in _LATIN_KEYS]
                return " ".join(words) if words and (same > 1 or itself) else noun
            stem = next((name[: -len(end)].rstrip(" 的") for end in _KEY_ENDINGS if name.endswith(end)), name)
            if len(stem) > 1 and stem not in self.table(table.name):
                return noun if stem in self.lexicon.names_of_table(self.schema.table(target[0]), "zh") else stem
        return noun if not (same > 1 or itself) else f"{names[0]}对应的{noun}"

    def _find_label(self, table: Table) -> str:
        known = self.columns(table.name)
        texts = [c for c in table.columns if c.kind == "text" and not known[c.name.lower()].is_key]
        texts = [c for c in texts if _PARTIAL.isdisjoint(split_identifier(c.name))]
        stem = split_identifier(table.name)
        for column in texts:
            words = split_identifier(column.name)
            if words in (("name",), ("title",), ("full", "name"), ("名称",), ("姓名",)) or words in (
                (*stem, "name"),
                (*stem, "title"),
            ):
                return column.name.lower()
        for column in texts:
            if known[column.name.lower()].names[0] in _LABELS or split_identifier(column.name)[-1] in _LABEL_WORDS:
                others = [c for c in texts if c is not column and split_identifier(c.name)[-1] in _LABEL_WORDS]
                return "" if others else column.name.lower()
        return ""


_UNITS = {
    "minutes": "分钟", "mins": "分钟", "hours": "小时", "days": "天", "seconds": "秒", "months": "个月", "weeks": "周",
    "kg": "公斤", "cm": "厘米", "km": "公里", "age": "岁", "pages": "页", "floor": "楼", "times": "次", "persons": "人",
}  # fmt: skip


def _unit(words: Sequence[str], kind: str) -> str:
    return next((_UNITS[word] for word in reversed(words) if word in _UNITS), "") if kind == "number" else ""


def _latin(identifier: str, english: Sequence[str]) -> tuple[str, ...]:
    names = [identifier, *english]
    return tuple(dict.fromkeys(n for n in names if n))


@dataclass(slots=True)
class Voice:
    """The choices of one question; ask `pick` and `chance` for new ones, `table` and `column` for the settled names."""

    phrases: Phrases
    random: Callable[[], float]
    chosen: dict[tuple[str, str], str] = field(default_factory=dict)

    def pick(self, *options: T) -> T:
        """Return one of the options, all equally likely."""
        return options[int(self.random() * len(options))]

    def of(self, options: Sequence[T]) -> T:
        """Return one of a sequence, all equally likely."""
        return options[int(self.random() * len(options))]

    def chance(self, probability: float) -> bool:
        """Return True this often."""
        return self.random() < probability

    def measure(self, noun: str) -> str:
        """Return the measure word of a noun."""
        return "个" if is_latin(noun[-1:]) else measure_word(noun)

    def table(self, name: str) -> str:
        """Return the noun used for a table in this question."""
        key = (name, "")
        found = self.chosen.get(key)
        if found is None:
            found = self.chosen[key] = self._best_mostly(self.phrases.table(name))
        return found

    def column(self, table: str, name: str) -> str:
        """Return the noun used for a column in this question."""
        key = (table, name)
        found = self.chosen.get(key)
        if found is None:
            found = self.chosen[key] = self._best_mostly(self.phrases.column(table, name).names)
        return found

    def _best_mostly(self, names: tuple[str, ...]) -> str:
        index = 0
        while index < len(names) - 1 and self.random() > 0.8:
            index += 1
        return names[index]
