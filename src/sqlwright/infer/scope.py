"""Reads spaced SQL word by word, and tells which names of a schema may stand next.

    reading = Reading(Catalogue(schema))
    for word in "SELECT city FROM".split(): reading = reading.advance(word)
    reading.offer().words    # the tables that have a column `city`, and "("

What it knows is scope, not grammar: which tables a SELECT reads, under which names, and what was asked of them before
its FROM was written. It never refuses a name that a valid statement in canonical form could have there, save columns
of an outer SELECT without a qualifier, columns of a derived table named before the table is written, and new names
that are not ASCII.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from sqlwright.infer.frames import (
    NONE,
    Catalogue,
    Clause,
    Frame,
    Holds,
    Names,
    Paren,
    Select,
    Source,
    With,
    once,
    union,
)
from sqlwright.infer.offer import LITERAL, Offer, offered
from sqlwright.infer.sqlwords import (
    AFTER_FROM,
    CALLS,
    JOINS,
    KEYWORDS,
    OPERANDS,
    OPERATORS,
    SET_OPERATIONS,
    TAIL,
    UNITS,
)

_ALIASES = frozenset(("T1", "T2", "T3", "T4"))
"""Names that canonical form gives to a table that occurs twice."""
_HELD_BY: dict[str, Holds] = {"CAST": "cast", "TRY_CAST": "cast", "EXTRACT": "unit"}

Expect = Literal["expression", "select", "table", "alias", "as", "column", "call", "type", "cte", "cte-as", "cte-body"]
"""What kind of word comes next; "select" is the beginning of a query."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement read up to a word. `advance` leaves it as it is, so that beams may share it."""

    catalogue: Catalogue
    frames: tuple[Frame, ...] = ()
    """The SELECTs and parentheses that are open, the innermost last."""
    expect: Expect = "select"
    held: str = ""
    """The last word, where it is a column or the qualifier of one; while a column is expected, its qualifier."""
    operand: bool = False
    """Whether a value stands before, so that no other can follow."""
    last: str = field(default="", compare=False)

    def offer(self) -> Offer:
        """Return what may stand next."""
        match self.expect:
            case "select":
                return offered(NONE, "set" if self.last in SET_OPERATIONS else "query")
            case "table":
                return offered(self._tables(), "table")
            case "alias":
                return self._aliases()
            case "cte":
                return offered(NONE, "new-name")
            case "as" | "cte-as":
                return offered(NONE, "as")
            case "call" | "cte-body":
                return offered(NONE, "open")
            case "type":
                return offered(NONE, "type")
            case "column":
                return offered(self._columns_of(self.held), "columns")
        if self.frames and isinstance(self.frames[-1], With):
            return offered(NONE, "after-cte")
        settled = self._settled()
        if settled is None:
            return offered(NONE, "dot")
        barred = settled._barred()
        if self.held and self.held in self._qualifiers():
            return offered(NONE, "after-name", barred)
        if settled.operand:
            return offered(NONE, "after-value", barred)
        return offered(self._qualifiers() | self._bare(), "value", barred)

    def _barred(self) -> Names:
        """Return the words of clauses that cannot stand next."""
        top = self.frames[-1]
        barred: set[str] = set()
        if not (isinstance(top, Paren) and self.last == "("):
            barred |= {"SELECT", "WITH"}
        if isinstance(top, Select):
            if not self.operand or self._left() is None:
                barred |= AFTER_FROM | {")"}
            if not any(isinstance(frame, Paren) for frame in self.frames):
                barred.add(")")
            if top.clause != "list" or not self.operand:
                barred.add("FROM")
            if top.clause not in ("list", "from") or not self.operand:
                barred.add("AS")
            if top.clause != "from":
                barred |= JOINS
        else:
            barred |= JOINS
            if top != Paren("cast"):
                barred.add("AS")
            if not self.operand and self.last != "(":
                barred.add(")")
        return frozenset(barred)

    def advance(self, word: str) -> Reading | None:
        """Return the reading after one more word; None when the word cannot stand there."""
        if not self.offer().has(word):
            return None
        after = self._advance(word)
        return None if after is None else replace(after, last=word)

    def ends(self) -> bool:
        """Return whether the statement may end here."""
        done = self._settled()
        if done is None or done.expect != "expression" or not done.operand or done._left() is None:
            return False
        return isinstance(done.frames[-1], Select) and not any(isinstance(frame, Paren) for frame in done.frames)

    def _advance(self, word: str) -> Reading | None:
        match self.expect:
            case "select":
                if word in ("ALL", "DISTINCT"):
                    return self
                return self._query(word)
            case "table":
                if word == "(":
                    return self._open(Paren("table"))
                return self._read_from(word)
            case "alias":
                return self._named(word)
            case "as":
                return replace(self, expect="alias")
            case "cte":
                return replace(self, expect="cte-as", held=word)
            case "cte-as":
                return replace(self, expect="cte-body")
            case "cte-body":
                return replace(self._open(Paren("cte", self.held)), held="")
            case "call":
                return self._open(Paren(_HELD_BY.get(self.last, "values")))
            case "type":
                return replace(self, expect="expression", operand=True)
            case "column":
                return self._note(word, self.held)
        if word == "." and self.held:
            return replace(self, expect="column")
        settled = self._settled()
        return None if settled is None else settled._in_expression(word)

    def _in_expression(self, word: str) -> Reading | None:
        top = self.frames[-1]
        if isinstance(top, With):
            return replace(self, expect="cte") if word == "," else self._query(word)
        if word == "(":
            table = isinstance(top, Select) and top.clause == "from" and self.last == "USING"
            return self._as_expression()._open(Paren("using" if table else "values"))
        if word == ")":
            return self._close()
        if word == ",":
            if isinstance(top, Select) and top.clause == "list":
                return self._on_top(replace(top, item=None, outputs=(*top.outputs, top.item or "")))
            joins = isinstance(top, Select) and top.clause == "from"
            return replace(self, expect="table" if joins else "expression", operand=False)
        if word == "SELECT" or word == "WITH":
            return self._query(word) if isinstance(top, Paren) and self.last == "(" else None
        if isinstance(top, Select) and word in AFTER_FROM | {"FROM", "JOIN", "AS"}:
            return self._clause(top, word)
        if word == "AS":
            return replace(self, expect="type", operand=False) if top == Paren("cast") else None
        if word == "*" and not self.operand:
            if isinstance(top, Select) and top.clause == "list" and top.item is None:
                return replace(self._on_top(replace(top, item="*")), operand=True)
            return replace(self._as_expression(), operand=True)
        if word in CALLS and not (word in UNITS and (top == Paren("unit") or self.operand)):
            return replace(self._as_expression(), expect="call", operand=False)
        if word in ("DISTINCT", "ALL"):
            return self
        if word in KEYWORDS or word in OPERATORS:
            return replace(self._as_expression(), operand=word in OPERANDS)
        if word in UNITS or LITERAL.fullmatch(word):
            return replace(self._as_expression(), operand=True)
        return replace(self, held=word)

    def _query(self, word: str) -> Reading | None:
        """Begin a query: SELECT or WITH."""
        frames = self.frames
        if word == "WITH":
            return replace(self, frames=(*frames, With()), expect="cte", operand=False)
        earlier = NONE
        if frames and isinstance(frames[-1], Select):  # after UNION
            earlier, frames = frames[-1].columns(), frames[:-1]
        return replace(self, frames=(*frames, Select(earlier=earlier)), expect="expression", operand=False)

    def _clause(self, select: Select, word: str) -> Reading | None:
        """Go on to another clause of the innermost SELECT, or to the next part of FROM."""
        if word == "AS":
            named = self.operand and select.clause in ("list", "from")
            return replace(self, expect="alias", operand=False) if named else None
        if word == "FROM":
            if select.clause != "list" or not self.operand:
                return None
            done = replace(select, clause="from", item=None, outputs=(*select.outputs, select.item or ""))
            return replace(self._on_top(done), expect="table")
        if word == "JOIN":
            return replace(self, expect="table", operand=False) if select.clause == "from" else None
        left = self._left()
        if left is None or not self.operand:
            return None
        if word in SET_OPERATIONS:
            return replace(left, expect="select", operand=False)
        select = left._selects()[-1]
        clause: Clause = "tail" if word in TAIL else select.clause
        return left._on_top(replace(select, clause=clause))

    def _left(self) -> Reading | None:
        """Return the reading with the innermost SELECT's FROM at its end; None while it lacks what the list named."""
        top = self.frames[-1] if self.frames else None
        if not isinstance(top, Select):
            return None
        if any(sum(name in source.columns for source in top.sources) != 1 for name in top.needs):
            return None
        around = {source.name: source.columns for frame in self._selects() for source in frame.sources}
        around |= {source.name: source.columns for source in top.sources}
        if any(column not in around.get(name, NONE) for name, column in top.wants):
            return None
        clause: Clause = "where" if top.clause == "from" else top.clause
        return self._on_top(replace(top, clause=clause, needs=NONE, wants=frozenset()), operand=self.operand)

    def _read_from(self, table: str) -> Reading | None:
        """Take a table into the innermost FROM."""
        top = self.frames[-1]
        assert isinstance(top, Select)
        again = any(source.name == table for source in top.sources)
        source = Source(table, self._known_tables()[table])
        expect: Expect = "as" if again else "expression"
        return replace(self._on_top(replace(top, sources=(*top.sources, source)), operand=True), expect=expect)

    def _named(self, alias: str) -> Reading | None:
        """Give the last item or table of the innermost SELECT a name."""
        top = self.frames[-1]
        assert isinstance(top, Select)
        if top.clause == "list":
            named = replace(top, item=alias, aliases=top.aliases | {alias})
        else:
            named = replace(top, sources=(*top.sources[:-1], Source(alias, top.sources[-1].columns)))
        return replace(self._on_top(named, operand=True), expect="expression")

    def _open(self, paren: Paren) -> Reading:
        expect: Expect = "select" if paren.holds in ("table", "cte") else "expression"
        return replace(self, frames=(*self.frames, paren), expect=expect, operand=False)

    def _close(self) -> Reading | None:
        """Close the innermost parenthesis, and with it the query that it holds."""
        if not self.operand and self.last != "(":
            return None
        columns: Names = NONE
        frames = self.frames
        if isinstance(frames[-1], Select):
            left = self._left()
            if left is None:
                return None
            done = left.frames[-1]
            assert isinstance(done, Select)
            columns, frames = done.columns(), frames[:-1]
            if frames and isinstance(frames[-1], With):
                frames = frames[:-1]
        if not frames or not isinstance(frames[-1], Paren):
            return None
        paren, frames = frames[-1], frames[:-1]
        after = replace(self, frames=frames, operand=True)
        top = frames[-1]
        if paren.holds == "table" and isinstance(top, Select):
            return after._on_top(replace(top, sources=(*top.sources, Source("", columns))), operand=True)
        if paren.holds == "cte" and isinstance(top, With):
            return after._on_top(With((*top.sources, Source(paren.name, columns))), operand=False)
        return after

    def _settled(self) -> Reading | None:
        """Return the reading with the held word taken for a column; None when it can be none."""
        if not self.held or self.expect != "expression":
            return self
        return self._note(self.held, "") if self.held in self._bare() else None

    def _note(self, column: str, qualifier: str) -> Reading:
        """Take a column, and remember what it asks of a FROM that is still to come."""
        after = replace(self, expect="expression", held="", operand=True)
        at = self._select_at(qualifier)
        select = self.frames[at]
        assert isinstance(select, Select)
        if select.clause == "list":
            if qualifier:
                select = replace(select, wants=select.wants | {(qualifier, column)})
            else:
                select = replace(select, needs=select.needs | {column})
            if at == len(self.frames) - 1:
                select = replace(select, item=column if select.item is None else "")
        return replace(after, frames=(*self.frames[:at], select, *self.frames[at + 1 :]))

    def _as_expression(self) -> Reading:
        """Return the reading with the select list's item known to be more than a column."""
        top = self.frames[-1]
        if isinstance(top, Select) and top.clause == "list" and top.item != "":
            return replace(self, frames=(*self.frames[:-1], replace(top, item="")))
        return self

    def _on_top(self, frame: Frame, *, operand: bool = False) -> Reading:
        return replace(self, frames=(*self.frames[:-1], frame), operand=operand)

    def _selects(self) -> list[Select]:
        """Return the open SELECTs, the innermost last."""
        return [frame for frame in self.frames if isinstance(frame, Select)]

    def _select_at(self, qualifier: str) -> int:
        """Return the place of the SELECT that a column belongs to: the innermost, or one around it by qualifier."""
        places = [at for at, frame in enumerate(self.frames) if isinstance(frame, Select)]
        for at in reversed(places):
            select = self.frames[at]
            assert isinstance(select, Select)
            if not qualifier or select.clause == "list" or any(qualifier == source.name for source in select.sources):
                return at
        return places[-1]

    def _known_tables(self) -> dict[str, Names]:
        """Return the schema's tables and the common table expressions, which hide tables of their name."""
        known = self.catalogue.tables
        own = {
            source.name: source.columns for frame in self.frames if isinstance(frame, With) for source in frame.sources
        }
        return known | own if own else known

    def _tables(self) -> Names:
        """Return the tables that may stand next in FROM."""
        top = self.frames[-1]
        assert isinstance(top, Select)
        known = self._known_tables()
        if not top.needs:
            return frozenset(known)
        if not top.sources:
            return frozenset(name for name, columns in known.items() if top.needs <= columns)
        return frozenset(name for name, columns in known.items() if not top.needs & columns)

    def _aliases(self) -> Offer:
        """Return what an item or table may be called."""
        top = self.frames[-1]
        assert isinstance(top, Select)
        if top.clause == "list" or not top.sources[-1].name:
            return offered(NONE, "new-name")
        taken = {source.name for source in top.sources[:-1]}
        names = _ALIASES | {name for name, _ in top.wants if name not in self.catalogue.tables}
        fitting = {name for name in names - taken if top.wanted_of(name) <= top.sources[-1].columns}
        return offered(frozenset(fitting), "alias")

    def _bare(self) -> Names:
        """Return the columns that may be named without a table."""
        select = self._selects()[-1]
        if select.clause == "list":
            own = [source.columns for frame in self.frames if isinstance(frame, With) for source in frame.sources]
            offered = self.catalogue.beside(select.needs)
            return offered | union(columns for columns in own if select.needs <= columns) if own else offered
        columns = once(tuple(source.columns for source in select.sources), self.frames[-1] == Paren("using"))
        return columns | select.aliases | select.earlier if select.clause == "tail" else columns

    def _qualifiers(self) -> Names:
        """Return the names that a dot may follow."""
        selects = self._selects()
        found = frozenset(source.name for select in selects for source in select.sources if source.name)
        if any(select.clause == "list" for select in selects):
            found |= frozenset(self._known_tables()) | _ALIASES
        return found

    def _columns_of(self, qualifier: str) -> Names:
        """Return the columns that may follow `qualifier .`."""
        select = self.frames[self._select_at(qualifier)]
        assert isinstance(select, Select)
        for source in select.sources:
            if source.name == qualifier:
                return source.columns
        known = self._known_tables()
        return known[qualifier] if qualifier in known else self.catalogue.beside(select.wanted_of(qualifier))
