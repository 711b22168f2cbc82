"""Noun phrases for the rows of a query's tables: "open tickets raised by customers in Berlin"."""

from __future__ import annotations

from collections.abc import Collection

from sqlwright.schema.words import plural as plural_of
from sqlwright.synth.english import filters, nested, quantities, relations
from sqlwright.synth.english.comparing import COUNTS, fill
from sqlwright.synth.english.grammar import join, with_article
from sqlwright.synth.english.graph import Edge, Graph, make_graph
from sqlwright.synth.english.modifiers import Modifier, verb
from sqlwright.synth.english.parts import Noun, Parts
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.english.when import MonthOfYear
from sqlwright.synth.tree import Arithmetic, Both, Column, Compare, Condition, Exists, InList, InQuery, Query, Scalar

_GOODS = frozenset({"product", "item", "book", "good", "part", "track", "album", "song", "article"})


class Scene:
    """A query, its graph of tables and the voice that speaks about it.

    Raises:
        UnsayableError: two tables are joined by something that is no key.
    """

    __slots__ = ("graph", "query", "voice")

    def __init__(self, query: Query, voice: Voice) -> None:
        self.query = query
        self.voice = voice
        self.graph: Graph = make_graph(query, voice.names)
        if self.graph.strange:
            raise UnsayableError("join without a key")

    def describe(
        self, name: str, plural: bool, came_from: str = "", *, skip: Collection[str] = (), role: str = ""
    ) -> Noun:
        """Return the noun phrase of a node.

        Args:
            name: the node (alias or table).
            plural: the number of the noun.
            came_from: neighbour that the phrase is part of.
            skip: nodes that are spoken of elsewhere.
            role: what to call the row instead of its table's noun.
        """
        voice, node = self.voice, self.graph.nodes[name]
        here = voice.table(node.table)
        conditions = [*node.conditions, *self.graph.loose] if not came_from else node.conditions
        edges = [
            edge
            for edge in node.edges
            if edge.to != came_from
            and edge.to not in skip
            and not edge.outer
            and (not edge.up or self.graph.needs_saying(edge.to, name, skip))
        ]
        parts = Parts(voice, here.human, plural, len(conditions) + len(edges) + len(node.lacks) > 1, named=bool(role))
        compared = [c for c in conditions if isinstance(c, Compare) and isinstance(c.right, Scalar)] if edges else []
        for condition in conditions:
            if condition not in compared:
                self._add(parts, condition, node.table, plural)
        for table in node.lacks:
            parts.relations.append(relations.without(voice, here, voice.table(table), voice.noun(table, True), plural))
        for edge in edges:
            parts.relations.append(self._relation(name, edge, plural, skip))
        for condition in compared:
            parts.relations.append([m for m in self._condition(condition, node.table, plural) if m[0] != "adj"])
        return parts.noun(role or voice.noun(node.table, plural))

    def role_of(self, name: str) -> str:
        """Return what a joined parent is to the row that points to it: "customer", "origin airport"."""
        for edge in self.graph.nodes[name].edges:
            if not edge.up:
                role = self.voice.names.role(edge.key.table, edge.key.name)
                if role:
                    return role
        return self.voice.noun(self.graph.nodes[name].table, False)

    def plural_role(self, name: str) -> str:
        """Return `role_of` in the plural."""
        role, noun = self.role_of(name), self.voice.noun(self.graph.nodes[name].table, False)
        return self.voice.noun(self.graph.nodes[name].table, True) if role == noun else plural_of(role)

    def _rows(self, query: Query, name: str, plural: bool) -> Noun:
        return Scene(query, self.voice).describe(name, plural)

    def _add(self, parts: Parts, condition: Condition | MonthOfYear, table: str, plural: bool) -> None:
        """Say one condition and give it to the noun's parts."""
        if isinstance(condition, Both):
            merged = _as_list(condition)
            if merged is not None:
                parts.add(filters.modifiers(self.voice, merged, plural), alternatives=True)
                return
            span = _as_outside(condition)
            if span is not None:
                parts.add(quantities.outside(self.voice, *span), alternatives=True)
                return
            parts.add_either(self._either(condition, table, plural))
        elif isinstance(condition, InQuery | Exists):
            parts.relations.append(self._condition(condition, table, plural))
        else:
            parts.add(self._condition(condition, table, plural), alternatives=isinstance(condition, InList))

    def _condition(self, condition: Condition | MonthOfYear, table: str, plural: bool) -> list[Modifier]:
        voice = self.voice
        if isinstance(condition, Both):
            return self._either(condition, table, plural)
        if isinstance(condition, InQuery):
            return nested.in_query(voice, condition, table, plural, self._rows)
        if isinstance(condition, Exists):
            return nested.exists(voice, condition, table, plural, self._rows)
        if isinstance(condition, Compare):
            if isinstance(condition.right, Scalar):
                return nested.scalar(voice, condition, condition.right.query, table, plural, self._rows)
            if isinstance(condition.right, Column) or isinstance(condition.left, Arithmetic):
                return nested.two_columns(voice, condition)
        return filters.modifiers(voice, condition, plural)

    def _either(self, condition: Both, table: str, plural: bool) -> list[Modifier]:
        """Say an OR of different conditions, every alternative in the same kind of modifier."""
        told = [self._condition(item, table, plural) for item in condition.items]
        out: list[Modifier] = []
        for kind in ("whose", "with", "pred"):
            texts = [[text for k, text in options if k == kind] for options in told]
            if not all(texts):
                continue
            chosen = [self.voice.choose(t) for t in texts]
            if kind == "whose":
                out.append((kind, f" {condition.op} whose ".join(chosen)))
            elif kind == "pred" or not any(" or " in c or " and " in c for c in chosen):
                out.append((kind, join(chosen, condition.op)))
        if not out:
            raise UnsayableError("alternatives")
        return out

    def _relation(self, name: str, edge: Edge, plural: bool, skip: Collection[str]) -> list[Modifier]:
        """Say what ties a node to a neighbour."""
        voice, nodes = self.voice, self.graph.nodes
        here, there = voice.table(nodes[name].table), voice.table(nodes[edge.to].table)
        role = voice.names.role(edge.key.table, edge.key.name)
        if edge.up:
            if role:
                return self._role(name, edge, role, plural)
            last, before = self._beyond(name, edge, skip)
            return relations.up(voice, here, voice.table(nodes[last].table), self._thing(last, before), plural)
        shopping = self._shopping(name, edge, skip)
        if shopping:
            say = relations.bought if here.human else relations.bought_by
            return say(voice, self._thing(shopping[1], shopping[0]), plural)
        onward = [
            e
            for e in nodes[edge.to].edges
            if e.to != name and e.to not in skip and self.graph.needs_saying(e.to, edge.to, skip)
        ]
        if there.link and not nodes[edge.to].conditions and len(onward) == 1 and onward[0].up:
            end = voice.table(nodes[onward[0].to].table)
            return relations.linked(voice, here, there, end, self._thing(onward[0].to, edge.to), plural)
        if not role and len(onward) == 1 and not onward[0].up and not nodes[edge.to].conditions and voice.chance(0.7):
            things = self.describe(onward[0].to, True, edge.to, skip=skip)
            return relations.down(voice, here, voice.table(nodes[onward[0].to].table), things.text, plural)
        things = self.describe(edge.to, True, name, skip=skip)
        if role:
            return [
                (
                    "pred",
                    verb(f"are {voice.pick('the', with_article(role).split()[0])} {role} of {things.text}", plural),
                )
            ]
        return relations.down(voice, here, there, things.text, plural)

    def _beyond(self, name: str, edge: Edge, skip: Collection[str]) -> tuple[str, str]:
        """Return the parent to speak of and the node before it: mostly past parents that nothing is said about."""
        before, here = name, edge.to
        while self.voice.chance(0.75):
            node = self.graph.nodes[here]
            onward = [e for e in node.edges if e.to != before and e.to not in skip]
            onward = [e for e in onward if not e.up or self.graph.needs_saying(e.to, here, skip)]
            if node.conditions or node.lacks or len(onward) != 1 or not onward[0].up:
                break
            if self.voice.names.role(onward[0].key.table, onward[0].key.name):
                break
            before, here = here, onward[0].to
        return here, before

    def _shopping(self, name: str, edge: Edge, skip: Collection[str]) -> tuple[str, str] | None:
        """Return the last table of a bare chain (order, order item) between a person and goods, and its end."""
        nodes, before, here = self.graph.nodes, name, edge.to
        start = self.voice.table(nodes[name].table)
        if not start.human and start.head not in _GOODS:
            return None
        while not nodes[here].conditions and self.voice.table(nodes[here].table).head in relations.SHOPPING:
            onward = [e for e in nodes[here].edges if e.to != before and e.to not in skip]
            if len(onward) != 1:
                return None
            end = self.voice.table(nodes[onward[0].to].table)
            if onward[0].up and (end.head in _GOODS if start.human else end.human):
                return (here, onward[0].to) if self.graph.needs_saying(onward[0].to, here, skip) else None
            before, here = here, onward[0].to
        return None

    def _name_of(self, name: str, came_from: str) -> tuple[Column, str] | None:
        """Return the label column and value of a parent that is only named."""
        node = self.graph.nodes[name]
        if len(node.conditions) != 1 or any(
            e.to != came_from and self.graph.needs_saying(e.to, name) for e in node.edges
        ):
            return None
        match node.conditions[0]:
            case Compare(Column() as column, "=", str() as value) if self.voice.table(node.table).label == (
                column.name,
            ):
                return column, value
        return None

    def _thing(self, name: str, came_from: str) -> str:
        """Return a parent as the object of a relation: "Ann", "the Books category", "customers in Berlin"."""
        voice, table = self.voice, self.graph.nodes[name].table
        named = self._name_of(name, came_from)
        if named is not None:
            return relations.named(voice, table, voice.literal(named[1], voice.column(named[0])))
        plural = voice.chance(0.65)
        phrase = self.describe(name, plural, came_from).text
        return phrase if plural else with_article(phrase)

    def _role(self, name: str, edge: Edge, role: str, plural: bool) -> list[Modifier]:
        """Say a parent that the key calls by a name of its own: "flights whose origin airport is in Berlin"."""
        voice = self.voice
        named = self._name_of(edge.to, name)
        if named is not None:
            literal = voice.literal(named[1], voice.column(named[0]))
            own = voice.pick("", "the ", "their " if plural else "its ")
            return [("whose", f"{role} is {voice.pick('', 'named ')}{literal}"), ("with", f"{literal} as {own}{role}")]
        phrase = self.describe(edge.to, False, name, role=role)
        out: list[Modifier] = [("with", with_article(phrase.text))]
        if phrase.clause and not phrase.behind and not phrase.before:
            out += [("whose", f"{role} {phrase.clause}")] * 2
        return out


def _as_list(condition: Both) -> InList | None:
    """Return `a = x OR a = y` as `a IN (x, y)`."""
    if condition.op != "or":
        return None
    values = []
    columns = set()
    for item in condition.items:
        match item:
            case Compare(Column() as column, "=", (str() | int() | float()) as value):
                columns.add(column)
                values.append(value)
            case _:
                return None
    return InList(columns.pop(), tuple(values)) if len(columns) == 1 else None


def _as_outside(condition: Both) -> tuple[Column, tuple[str, int | float], tuple[str, int | float]] | None:
    """Return `a < x OR a > y` as its column and both tests."""
    match condition:
        case Both(
            "or",
            (
                Compare(Column() as one, op1, (int() | float()) as low),
                Compare(Column() as two, op2, (int() | float()) as high),
            ),
        ):
            if one == two and "<>" not in (op1, op2):
                return one, (op1, low), (op2, high)
    return None


def amount(voice: Voice, op: str, value: str) -> str:
    """Return "more than 3", before a counted plural. Raises UnsayableError for "<>"."""
    if op not in COUNTS:
        raise UnsayableError("count <>")
    return fill(voice.choose(COUNTS[op]), value)
