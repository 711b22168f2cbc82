"""Reads spaced SQL word by word, and tells which names of a schema may stand next.

    reading = Reading(Catalogue(schema))
    for word in "SELECT city FROM".split(): reading = reading.advance(word)
    reading.offer().words    # the tables that have a column `city`, and "("

What it knows is scope: which tables a SELECT reads, under which names, what was asked of them before its FROM was
written (`names`), and by which columns they may be joined (`joins`). Of grammar it knows the order of clauses and what
keywords ask for (`clauses`), no more. It never refuses a name that a valid statement in canonical form could have
there, save columns of an outer SELECT without a qualifier, columns of a derived table named before the table is
written, joins by other columns than a declared key's, tables that keys reach only over others, and new names that are
not ASCII.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from sqlwright.infer import names
from sqlwright.infer.clauses import barred
from sqlwright.infer.frames import (
    CLAUSES,
    HELD_BY,
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
    union,
)
from sqlwright.infer.joins import Condition
from sqlwright.infer.offer import LITERAL, Offer, offered
from sqlwright.infer.repeats import Words, echoes_after, repeating
from sqlwright.infer.sense import sensible
from sqlwright.infer.sqlwords import (
    AFTER_FROM,
    CALLS,
    COUNTED,
    FOLLOWED_BY,
    KEYWORDS,
    OPERANDS,
    OPERATORS,
    SET_OPERATIONS,
    UNITS,
)

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
    words: Words = field(default=(), compare=False)
    """All words so far."""
    echoes: tuple[Words, ...] = field(default=(), compare=False)
    """What the next words would only repeat (see `repeats`)."""

    @property
    def last(self) -> str:
        """The last word."""
        return self.words[-1] if self.words else ""

    def offer(self) -> Offer:
        """Return what may stand next."""
        match self.expect:
            case "select":
                return offered(NONE, "set" if self.last in SET_OPERATIONS else "query")
            case "table":
                return offered(names.tables(self.catalogue, self.frames), "table")
            case "alias":
                return self._named_next()
            case "cte":
                return offered(NONE, "new-name")
            case "as" | "cte-as":
                return offered(NONE, "as")
            case "call" | "cte-body":
                return offered(NONE, "open")
            case "type":
                return offered(NONE, "type")
            case "column":
                return self._qualified()
        if self.frames and isinstance(self.frames[-1], With):
            return offered(NONE, "after-cte")
        if not self.held and not self.operand and self.last in FOLLOWED_BY:
            return offered(FOLLOWED_BY[self.last], "exact")
        if not self.operand and self.last in COUNTED:
            return offered(NONE, "number")
        on = self._on()
        settled = None if on and self.held in on.sources() else self._settled()
        if settled is None:
            return offered(NONE, "dot")
        if on := settled._on():
            bare = names.bare(self.catalogue, self.frames) & union(on.columns(name) for name in on.sources())
            return offered(frozenset("=") if settled.operand else on.sources() | bare, "exact")
        without = settled._barred()
        qualifiers = names.qualifiers(self.catalogue, self.frames)
        if self.held and self.held in qualifiers:
            return offered(NONE, "after-name", without)
        if settled.operand:
            return offered(settled._renamed(), "after-value", without)
        known, again = names.bare(self.catalogue, self.frames), repeating(self.echoes)
        fits = sensible(self.catalogue, self.frames, self.words, known - again, qualifiers)
        return offered(fits, "value", without | again)

    def _named_next(self) -> Offer:
        """Return what the last item or table may be called."""
        top = self.frames[-1]
        assert isinstance(top, Select)
        if top.clause == "list" or not top.sources[-1].name:
            return offered(NONE, "new-name")
        return offered(names.aliases(self.catalogue, top), "exact")

    def _on(self) -> Condition | None:
        """Return the condition of a join that is under way, while it is held to foreign keys."""
        top = self.frames[-1] if self.frames else None
        return top.on if isinstance(top, Select) else None

    def _qualified(self) -> Offer:
        """Return the columns that may follow the held name."""
        if on := self._on():
            return offered(on.columns(self.held), "exact")
        known = names.columns_of(self.catalogue, self.frames, self.held) - repeating(self.echoes)
        return offered(sensible(self.catalogue, self.frames, self.words, known), "columns")

    def _barred(self) -> Names:
        """Return the fixed words that cannot stand next."""
        top = self.frames[-1]
        return barred(
            top,
            nested=any(isinstance(frame, Paren) for frame in self.frames),
            last=self.last,
            operand=self.operand,
            whole=self._left() is not None,
            sourced=isinstance(top, Select) and self._sourced(top),
        )

    def _renamed(self) -> Names:
        """Return the names that the last table may be given without AS."""
        top = self.frames[-1]
        if not (
            self.catalogue.bare_aliases and isinstance(top, Select) and top.clause == "from" and self._sourced(top)
        ):
            return NONE
        return names.aliases(self.catalogue, top)

    def _sourced(self, select: Select) -> bool:
        """Return whether the last word named what FROM took, or closed the subquery that it took."""
        return bool(select.sources) and self.last == (select.sources[-1].name or ")")

    def advance(self, word: str) -> Reading | None:
        """Return the reading after one more word; None when the word cannot stand there."""
        if not self.offer().has(word):
            return None
        after = self._advance(word)
        if after is None:
            return None
        words = (*self.words, word)
        top = after.frames[-1] if after.frames else None
        listed = word == "," and isinstance(top, Select) and top.clause == "list"
        return replace(after, words=words, echoes=echoes_after(self.echoes, words, listed=listed))

    def ends(self) -> bool:
        """Return whether the statement may end here."""
        done = self._settled()
        if done is None or done.expect != "expression" or not done.operand or done._on() or done._left() is None:
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
                return self._open(Paren(HELD_BY.get(self.last, "values"), self.last))
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
            name = self.last if self.last in ("OVER", "FILTER") else ""
            return self._as_expression()._open(Paren("using" if table else "values", name))
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
            return replace(self, expect="type", operand=False) if _is(top, "cast") else None
        if word == "ON" and isinstance(top, Select) and top.clause == "from":
            return self._on_top(top.joined(self.catalogue.keys))
        if word == "CASE":
            return self._as_expression()._open(Paren("case"))
        if word == "END" and _is(top, "case"):
            return replace(self, frames=self.frames[:-1], operand=True)
        if word == "*" and not self.operand:
            if isinstance(top, Select) and top.clause == "list" and top.item is None:
                return replace(self._on_top(replace(top, item="*")), operand=True)
            return replace(self._as_expression(), operand=True)
        if word in KEYWORDS and not self.operand and word in names.bare(self.catalogue, self.frames):
            return replace(self, held=word)
        if word in CALLS and not (word in UNITS and (_is(top, "unit") or self.operand)):
            return replace(self._as_expression(), expect="call", operand=False)
        if word in ("DISTINCT", "ALL"):
            return self
        if self.operand and word in self._renamed():
            return self._named(word)
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
        select = names.selects(left.frames)[-1]
        clause: Clause = CLAUSES.get(word, select.clause)
        return left._on_top(replace(select, clause=clause))

    def _left(self) -> Reading | None:
        """Return the reading with the innermost SELECT's FROM at its end; None while it lacks what the list named."""
        top = self.frames[-1] if self.frames else None
        if not isinstance(top, Select):
            return None
        if any(sum(name in source.columns for source in top.sources) != 1 for name in top.needs):
            return None
        around = {source.name: source.columns for frame in names.selects(self.frames) for source in frame.sources}
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
        columns = names.known_tables(self.catalogue, self.frames)[table]
        source = Source(table, columns, table if columns is self.catalogue.tables.get(table) else "")
        expect: Expect = "expression" if not again else "alias" if self.catalogue.bare_aliases else "as"
        return replace(self._on_top(replace(top, sources=(*top.sources, source)), operand=True), expect=expect)

    def _named(self, alias: str) -> Reading | None:
        """Give the last item or table of the innermost SELECT a name."""
        top = self.frames[-1]
        assert isinstance(top, Select)
        if top.clause == "list":
            named = replace(top, item=alias, aliases=top.aliases | {alias})
        else:
            named = replace(top, sources=(*top.sources[:-1], replace(top.sources[-1], name=alias)))
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
        return self._note(self.held, "") if self.held in names.bare(self.catalogue, self.frames) else None

    def _note(self, column: str, qualifier: str) -> Reading:
        """Take a column, and remember what it asks of a FROM that is still to come."""
        after = replace(self, expect="expression", held="", operand=True)
        at = names.select_at(self.frames, qualifier)
        select = self.frames[at]
        assert isinstance(select, Select)
        if select.clause == "list":
            if qualifier:
                select = replace(select, wants=select.wants | {(qualifier, column)})
            else:
                select = replace(select, needs=select.needs | {column})
            if at == len(self.frames) - 1:
                select = replace(select, item=column if select.item is None else "")
        elif select.on:
            own = qualifier or next(source.name for source in select.sources if column in source.columns)
            select = replace(select, on=select.on.after((own, column)))
        return replace(after, frames=(*self.frames[:at], select, *self.frames[at + 1 :]))

    def _as_expression(self) -> Reading:
        """Return the reading with the select list's item known to be more than a column."""
        top = self.frames[-1]
        if isinstance(top, Select) and top.clause == "list" and top.item != "":
            return replace(self, frames=(*self.frames[:-1], replace(top, item="")))
        return self

    def _on_top(self, frame: Frame, *, operand: bool = False) -> Reading:
        return replace(self, frames=(*self.frames[:-1], frame), operand=operand)


def _is(frame: Frame, holds: Holds) -> bool:
    return isinstance(frame, Paren) and frame.holds == holds
