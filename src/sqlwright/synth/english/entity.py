"""Noun phrases for the rows of a table under its conditions: "open tickets raised by customers in Berlin"."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlwright.schema.words import plural as plural_of
from sqlwright.synth.english import filters, relations
from sqlwright.synth.english.comparing import COUNTS, IS_DATE, IS_NUMBER, OF_NUMBER, ON_DATE, THAN, agree, fill
from sqlwright.synth.english.filters import Modifier, subject, verb
from sqlwright.synth.english.grammar import join, with_article
from sqlwright.synth.english.graph import Edge, Graph, columns_of, flatten, make_graph
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import (
    Aggregate,
    Arithmetic,
    Both,
    Column,
    Compare,
    Condition,
    Exists,
    InList,
    InQuery,
    Query,
    Scalar,
)


@dataclass(slots=True)
class Noun:
    """A noun phrase in its parts; its text is before + head + after."""

    before: str
    head: str
    after: str
    clause: str = ""
    """The predicate, when `after` is nothing but a who-clause: "live in Berlin"."""
    modified: bool = False
    heavy: bool = False
    """Whether it ends in a clause or in another noun phrase, so that nothing should be attached behind it."""

    @property
    def text(self) -> str:
        """The whole phrase without an article."""
        return f"{self.before}{self.head}{self.after}"

    @property
    def short(self) -> str:
        """The phrase without its who-clause."""
        return f"{self.before}{self.head}"


class Scene:
    """A query, its graph of tables and the voice that speaks about it."""

    __slots__ = ("graph", "query", "voice")

    def __init__(self, query: Query, voice: Voice) -> None:
        self.query = query
        self.voice = voice
        self.graph: Graph = make_graph(query, voice.names)
        if self.graph.strange:
            raise UnsayableError("join without a key")

    def describe(
        self,
        name: str,
        plural: bool,
        came_from: str = "",
        *,
        skip: Collection[str] = (),
        ignore: Collection[Condition] = (),
        role: str = "",
    ) -> Noun:
        """Return the noun phrase of a node.

        Args:
            name: the node (alias or table).
            plural: the number of the noun.
            came_from: neighbour that the phrase is part of.
            skip: nodes that are spoken of elsewhere.
            ignore: conditions that are spoken of elsewhere.
            role: what to call the row instead of its table's noun.
        """
        voice, node = self.voice, self.graph.nodes[name]
        parts = _Parts(voice, voice.table(node.table).human, plural)
        conditions = [c for c in node.conditions if c not in ignore]
        if came_from == "" and self.graph.loose:
            conditions += [c for c in self.graph.loose if c not in ignore]
        for condition in conditions:
            parts.add_condition(self._condition(condition, node.table, plural), condition)
        for table in node.lacks:
            child = voice.table(table)
            parts.relations.append(
                relations.without(voice, voice.table(node.table), child, voice.noun(table, True), plural)
            )
        for edge in node.edges:
            if edge.to == came_from or edge.to in skip:
                continue
            if not edge.up or self.graph.needs_saying(edge.to, name, skip):
                if edge.outer:
                    continue
                parts.relations.append(self._relation(name, edge, plural, skip))
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

    def _relation(self, name: str, edge: Edge, plural: bool, skip: Collection[str]) -> list[Modifier]:
        voice, nodes = self.voice, self.graph.nodes
        here, there = voice.table(nodes[name].table), voice.table(nodes[edge.to].table)
        if edge.up:
            role = voice.names.role(edge.key.table, edge.key.name)
            if role:
                return self._role(name, edge, role, plural)
            return relations.up(voice, here, there, self._thing(edge.to, name), plural)
        chain = self._shopping(name, edge, skip)
        if chain and here.human:
            return relations.bought(voice, self._thing(chain[1], chain[0]), plural)
        onward = [
            e
            for e in nodes[edge.to].edges
            if e.to != name and e.to not in skip and self.graph.needs_saying(e.to, edge.to, skip)
        ]
        if there.link and not nodes[edge.to].conditions and len(onward) == 1 and onward[0].up:
            end = voice.table(nodes[onward[0].to].table)
            return relations.linked(voice, here, there, end, self._thing(onward[0].to, edge.to), plural)
        role = voice.names.role(edge.key.table, edge.key.name)
        phrase = self.describe(edge.to, True, name, skip=skip)
        if role:
            one = "the" if voice.chance(0.5) else "a"
            return [("pred", verb(f"are {one} {role} of {phrase.text}", plural))]
        return relations.down(voice, here, there, phrase.text, plural)

    def _shopping(self, name: str, edge: Edge, skip: Collection[str]) -> tuple[str, str] | None:
        """Return the last table of a bare chain order, order item, ... and the thing that was bought."""
        nodes, before, here = self.graph.nodes, name, edge.to
        while True:
            node = nodes[here]
            if node.conditions or self.voice.table(node.table).head not in relations.SHOPPING:
                return None
            onward = [e for e in node.edges if e.to != before and e.to not in skip]
            if len(onward) != 1:
                return None
            if onward[0].up:
                table = self.voice.table(nodes[onward[0].to].table)
                told = self.graph.needs_saying(onward[0].to, here)
                return (
                    (here, onward[0].to)
                    if told
                    and table.head in ("product", "item", "book", "good", "part", "track", "album", "song", "article")
                    else None
                )
            before, here = here, onward[0].to

    def _thing(self, name: str, came_from: str) -> str:
        """Return a parent as the object of a relation: "Ann", "the Books category", "customers in Berlin"."""
        node = self.graph.nodes[name]
        table = self.voice.table(node.table)
        voice = self.voice
        if len(node.conditions) == 1 and not any(
            e.to != came_from and self.graph.needs_saying(e.to, name) for e in node.edges
        ):
            condition = node.conditions[0]
            if (
                isinstance(condition, Compare)
                and isinstance(condition.left, Column)
                and condition.op == "="
                and isinstance(condition.right, str)
            ):
                if table.label == (condition.left.name,):
                    return named(voice, node.table, voice.literal(condition.right, voice.column(condition.left)))
        plural = voice.chance(0.65)
        phrase = self.describe(name, plural, came_from).text
        return phrase if plural else with_article(phrase)

    def _role(self, name: str, edge: Edge, role: str, plural: bool) -> list[Modifier]:
        voice, node = self.voice, self.graph.nodes[edge.to]
        table = voice.table(node.table)
        condition = node.conditions[0] if len(node.conditions) == 1 else None
        if (
            isinstance(condition, Compare)
            and condition.op == "="
            and isinstance(condition.left, Column)
            and table.label == (condition.left.name,)
            and isinstance(condition.right, str)
        ):
            literal = voice.literal(condition.right, voice.column(condition.left))
            return [
                ("whose", f"{role} is {literal}"),
                ("whose", f"{role} is named {literal}"),
                ("with", f"{literal} as {voice.pick('', 'the ', 'their ' if plural else 'its ')}{role}"),
            ]
        phrase = self.describe(edge.to, False, name, role=role)
        out: list[Modifier] = [("with", with_article(phrase.text))]
        if phrase.clause:
            out.append(("whose", f"{role} {phrase.clause}"))
        return out

    def _condition(self, condition: Condition, table: str, plural: bool) -> list[Modifier]:
        voice = self.voice
        if isinstance(condition, Both):
            return self._either(condition, table, plural)
        if isinstance(condition, InQuery):
            return self._in_query(condition, table, plural)
        if isinstance(condition, Exists):
            return self._exists(condition, table, plural)
        if isinstance(condition, Compare):
            if isinstance(condition.right, Scalar):
                return self._scalar(condition, condition.right.query, table, plural)
            if (
                isinstance(condition.right, Column)
                or isinstance(condition.left, Arithmetic)
                or isinstance(condition.right, Arithmetic)
            ):
                return self._two_columns(condition)
        return filters.modifiers(voice, condition, plural)

    def _either(self, condition: Both, table: str, plural: bool) -> list[Modifier]:
        """Say an OR: every alternative in the same kind of modifier."""
        voice = self.voice
        items = condition.items
        if condition.op == "or":
            merged = _as_list(items)
            if merged is not None:
                return filters.modifiers(voice, merged, plural)
            ranges = self._outside(items)
            if ranges:
                return ranges
        told = [self._condition(item, table, plural) for item in items]
        out: list[Modifier] = []
        word = "or" if condition.op == "or" else "and"
        for kind in ("whose", "with", "pred"):
            texts = [[text for k, text in options if k == kind] for options in told]
            if all(texts):
                chosen = [voice.choose(t) for t in texts]
                if kind == "with" and any(" or " in c or " and " in c for c in chosen):
                    continue
                if kind == "whose":
                    out.append((kind, f"{chosen[0]} {word} whose " + f" {word} whose ".join(chosen[1:])))
                else:
                    out.append((kind, join(chosen, word)))
        return out

    def _outside(self, items: tuple[Condition, ...]) -> list[Modifier]:
        """Say `a < x OR a > y` on one column."""
        if len(items) != 2 or not all(
            isinstance(i, Compare) and isinstance(i.left, Column) and isinstance(i.right, int | float | str)
            for i in items
        ):
            return []
        first, second = items
        assert isinstance(first, Compare) and isinstance(second, Compare)
        column = first.left
        if column != second.left or not isinstance(column, Column):
            return []
        voice, words = self.voice, self.voice.column(column)
        if words.sense == "date" or first.op == "<>" or second.op == "<>" or words.sense not in ("number", "year"):
            return []
        low, high = (voice.literal(c.right, words) for c in (first, second))  # type: ignore[arg-type]
        phrase, many = subject(voice, column)
        pairs = {
            "<": voice.pick("below", "under", "less than"),
            ">": voice.pick("above", "over", "more than"),
            "<=": "at most",
            ">=": "at least",
            "=": "exactly",
        }
        text = f"{pairs[first.op]} {low} or {pairs[second.op]} {high}"
        return [
            ("whose", f"{phrase} {agree('is', many)} {voice.pick('', 'either ')}{text}"),
            ("with", f"{filters.an(voice, column)} {text}"),
        ]

    def _in_query(self, condition: InQuery, table: str, plural: bool) -> list[Modifier]:
        inner = condition.query
        column = inner.select[0].expression if len(inner.select) == 1 else None
        if not isinstance(column, Column) or inner.group_by or inner.limit:
            raise UnsayableError("IN subquery")
        voice = self.voice
        scene = Scene(inner, voice)
        here, there = voice.table(table), voice.table(column.table)
        name = column.alias or column.table
        own = condition.column.name.lower() in here.keys
        theirs = column.name.lower() in there.keys
        if own and not theirs:
            thing = scene.describe(name, True).text
            say = relations.without if condition.negated else relations.down
            return say(voice, here, there, thing, plural)
        if theirs and not own and not condition.negated:
            return relations.up(voice, here, there, scene.describe(name, True).text, plural)
        if theirs and not own:
            thing = scene.describe(name, True).text
            return [
                (k, t)
                for k, t in relations.up(voice, here, there, thing, plural)
                if k == "short"
                for k, t in [("pred", verb(f"are not {t}", plural))]
            ]
        phrase = voice.phrase(condition.column)
        among = f"{voice.pick('among', 'one of')} the {_many(voice, column)} of {scene.describe(name, True).text}"
        return [("whose", f"{phrase} is {'not ' if condition.negated else ''}{among}")]

    def _exists(self, condition: Exists, table: str, plural: bool) -> list[Modifier]:
        inner = condition.query
        inside = {inner.source.alias or inner.source.table, *(j.alias or j.table for j in inner.source.joins)}
        rest = tuple(
            c for c in flatten(inner.where) if all((col.alias or col.table) in inside for col in columns_of(c))
        )
        where = None if not rest else rest[0] if len(rest) == 1 else Both("and", rest)
        scene = Scene(Query(inner.select, inner.source, where=where), self.voice)
        here, there = self.voice.table(table), self.voice.table(inner.source.table)
        thing = scene.describe(inner.source.alias or inner.source.table, True).text
        say = relations.without if condition.negated else relations.down
        return say(self.voice, here, there, thing, plural)

    def _scalar(self, condition: Compare, inner: Query, table: str, plural: bool) -> list[Modifier]:
        """Say a comparison with one value: the average, the highest, another row's value."""
        left, voice = condition.left, self.voice
        if not isinstance(left, Column) or len(inner.select) != 1:
            raise UnsayableError("scalar subquery")
        words = voice.column(left)
        phrase, many = subject(voice, left)
        target = inner.select[0].expression
        scene = Scene(inner, voice)
        name = inner.source.alias or inner.source.table
        rows = scene.describe(name, True)
        if isinstance(target, Aggregate) and isinstance(target.argument, Column):
            own = target.argument.name == left.name and inner.source.table == table and not inner.source.joins
            function = _FUNCTIONS[target.function](voice)
            if condition.op == "=" and target.function in ("max", "min") and own:
                return self._extreme(left, target.function == "max", plural)
            if own and not rows.modified:
                what = voice.pick(
                    f"the {function}",
                    f"the {function} {phrase}",
                    f"{function}",
                    f"the {function} {phrase} of all {rows.head}",
                )
                if function in ("average", "mean") and what == function:
                    what = voice.pick("average", "the average")
            else:
                what = f"the {function} {voice.phrase(target.argument)} of {rows.text}"
        elif isinstance(target, Column) and inner.where is not None:
            condition_ = next(iter(flatten(inner.where)))
            label = voice.table(inner.source.table).label
            if (
                isinstance(condition_, Compare)
                and isinstance(condition_.left, Column)
                and label == (condition_.left.name,)
                and isinstance(condition_.right, str)
            ):
                owner = named(voice, inner.source.table, voice.literal(condition_.right))
            else:
                owner = f"the {scene.describe(name, False).text}"
            what = (
                f"the {voice.phrase(target)} of {owner}"
                if condition.op != "=" or voice.chance(0.5)
                else f"the same as that of {owner}"
            )
        else:
            raise UnsayableError("scalar subquery")
        pool = IS_DATE if words.sense == "date" else IS_NUMBER
        out: list[Modifier] = [("whose", f"{phrase} {agree(voice.choose(pool[condition.op]), many)} {what}")]
        if words.sense == "date":
            if condition.op in ON_DATE:
                out.append(("with", f"{filters.an(voice, left)} {fill(voice.choose(ON_DATE[condition.op]), what)}"))
            return out
        out.append(("with", f"{filters.an(voice, left)} {voice.choose(OF_NUMBER[condition.op])} {what}"))
        scale = words.scale
        if scale and condition.op in ("<", ">") and isinstance(target, Aggregate):
            adjective = scale.more if condition.op == ">" else scale.less
            out += [("pred", verb(f"are {adjective} than {what}", plural)), ("short", f"{adjective} than {what}")]
            if scale.verb:
                out.append(("pred", verb(f"{scale.verb} {voice.choose(THAN[condition.op])} {what}", plural)))
        return out

    def _extreme(self, column: Column, highest: bool, plural: bool) -> list[Modifier]:
        """Say "= (SELECT MAX(...))": all rows that have the highest value."""
        voice, words = self.voice, self.voice.column(column)
        phrase = voice.phrase(column)
        if words.sense in ("date", "year"):
            adjective = voice.pick("latest", "most recent") if highest else voice.pick("earliest", "oldest")
        else:
            adjective = (
                voice.pick("highest", "maximum", "highest", "largest")
                if highest
                else voice.pick("lowest", "minimum", "smallest")
            )
        out: list[Modifier] = [
            ("with", f"the {adjective} {phrase}"),
            ("pred", verb(f"have the {adjective} {phrase}", plural)),
            ("whose", f"{phrase} is the {adjective}"),
        ]
        if words.scale:
            best = voice.choose(words.scale.most if highest else words.scale.least)
            if plural:
                out.append(("pred", f"are the {best}"))
            else:
                out.append(("adj", best))
        return out

    def _two_columns(self, condition: Compare) -> list[Modifier]:
        """Say a comparison between two columns, or of a computed value."""
        voice = self.voice
        left, right = condition.left, condition.right
        subject_ = _operand(voice, left)
        words = voice.column(left) if isinstance(left, Column) else None
        pool = IS_DATE if words and words.sense == "date" else IS_NUMBER
        if isinstance(right, str | int | float):
            return [("whose", f"{subject_} {voice.choose(pool[condition.op])} {voice.literal(right)}")]
        object_ = _operand(voice, right)
        if condition.op == "=" and isinstance(right, Column):
            return [("whose", f"{subject_} {voice.pick('is the same as', 'equals', 'is equal to')} the {object_}")]
        return [("whose", f"{subject_} {voice.choose(pool[condition.op])} the {object_}")]


class _Parts:
    """Collects modifiers and puts them around the noun in an order that cannot be misread."""

    def __init__(self, voice: Voice, human: bool, plural: bool) -> None:
        self.voice = voice
        self.human = human
        self.plural = plural
        self.adjectives: list[str] = []
        self.shorts: list[str] = []
        self.withs: list[str] = []
        self.preds: list[str] = []
        self.whoses: list[str] = []
        self.eithers: list[Modifier] = []
        self.relations: list[list[Modifier]] = []
        self.plain_where = voice.chance(0.07)

    def add_condition(self, options: list[Modifier], condition: Condition) -> None:
        """Choose one of a condition's modifiers."""
        voice = self.voice
        if isinstance(condition, InQuery | Exists):
            self.relations.append(options)
            return
        if self.plain_where:
            options = [o for o in options if o[0] == "whose"] or options
        elif len(options) > 1 and voice.chance(0.6):
            options = [o for o in options if o[0] != "whose"] or options
        kind, text = voice.choose(options)
        if kind == "adj" and self.adjectives:
            kind, text = next(((k, t) for k, t in options if k != "adj"), (kind, text))
        if isinstance(condition, Both) and kind != "adj":
            self.eithers.append((kind, text))
            return
        {"adj": self.adjectives, "short": self.shorts, "with": self.withs, "pred": self.preds, "whose": self.whoses}[
            kind
        ].append(text)

    def noun(self, head: str) -> Noun:
        """Return the noun with everything collected."""
        voice = self.voice
        who = (
            "who"
            if self.human and voice.chance(0.9)
            else voice.pick("that", "that", "which")
            if not self.human
            else "that"
        )
        after: list[str] = [f" {short}" for short in self.shorts]
        clauses: list[str] = []
        if self.withs:
            withs = join(self.withs) if len(self.withs) > 1 else self.withs[0]
            after.append(f" {'having' if voice.chance(0.06) else 'with'} {withs}")
        if self.preds:
            clauses.append(f"{who} {join(self.preds)}")
        if self.whoses:
            clauses.append(self._whose())
        clause = (
            self.preds[0] if len(self.preds) == 1 and not self.shorts and not self.withs and not self.whoses else ""
        )
        several = bool(self.adjectives or after or clauses or self.relations)
        for kind, text in self.eithers:
            clauses.append(self._either(kind, text, who, alone=not (several or len(self.eithers) > 1)))
            clause = ""
        tail = "" if not clauses else " " + " and ".join(clauses)
        heavy = bool(clauses or self.withs)
        for index, options in enumerate(self.relations):
            kind, text = self._pick_relation(options, bool(clauses) or index > 0 or bool(self.withs))
            if kind == "whose":
                tail += f"{' and' if clauses or index else ''} whose {text}"
            elif kind == "pred":
                tail += f"{' and' if clauses or index else ''} {who} {text}"
                if not clauses and not after and not self.adjectives and len(self.relations) == 1:
                    clause = text
                elif not clauses and not after and len(self.relations) == 1:
                    clause = text
                else:
                    clause = ""
            else:
                tail += f" {'with ' if kind == 'with' else ''}{text}"
                clause = ""
            heavy = True
        if after:
            clause = "" if not clauses and not self.relations else clause
        before = " ".join(self.adjectives)
        modified = bool(self.adjectives or after or clauses or self.relations)
        return Noun(
            f"{before} " if before else "", head, "".join(after) + tail, clause if not after else "", modified, heavy
        )

    def _pick_relation(self, options: list[Modifier], after_clause: bool) -> Modifier:
        if after_clause:
            options = [o for o in options if o[0] in ("pred", "whose")] or options
        return self.voice.choose(options)

    def _whose(self) -> str:
        voice = self.voice
        if self.plain_where or voice.chance(0.15):
            the = voice.pick("", "the ")
            return f"where {the}" + f" and {the}".join(self.whoses)
        return "whose " + " and whose ".join(self.whoses)

    def _either(self, kind: str, text: str, who: str, alone: bool) -> str:
        either = "either " if not alone or self.voice.chance(0.25) else ""
        if " or " not in text:
            either = ""
        if kind == "whose":
            if either and " or whose " in text:
                return f"where either the {text.replace(' or whose ', ' or the ')}"
            return f"whose {text}"
        if kind == "with":
            return f"with {either}{text}"
        if kind == "short":
            return text
        return f"{who} {either}{text}"


_FUNCTIONS = {
    "avg": lambda voice: voice.pick("average", "average", "mean"),
    "max": lambda voice: voice.pick("highest", "maximum", "largest"),
    "min": lambda voice: voice.pick("lowest", "minimum", "smallest"),
    "sum": lambda voice: voice.pick("total", "sum of the"),
    "count": lambda voice: "number of",
}


def named(voice: Voice, table: str, literal: str) -> str:
    """Return a row by its name: "Ann", "the customer Ann", "the Books category"."""
    words = voice.table(table)
    noun = voice.noun(table, False)
    if words.human:
        return voice.pick(literal, literal, f"{noun} {literal}", f"the {noun} {literal}", f"the {noun} named {literal}")
    if words.head in (
        "category",
        "department",
        "genre",
        "team",
        "class",
        "group",
        "brand",
        "project",
        "store",
        "branch",
    ):
        return voice.pick(f"the {literal} {noun}", f"the {noun} {literal}", literal, f"{noun} {literal}")
    return voice.pick(
        literal,
        f"the {noun} {literal}",
        f"{noun} {literal}",
        f"the {noun} named {literal}",
        f"the {noun} called {literal}",
    )


def _many(voice: Voice, column: Column) -> str:
    return plural_of(voice.phrase(column))


def _operand(voice: Voice, expression: object) -> str:
    if isinstance(expression, Column):
        return voice.phrase(expression)
    if isinstance(expression, Arithmetic):
        right = (
            expression.right if isinstance(expression.right, str | int | float) else _operand(voice, expression.right)
        )
        word = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}[expression.op]
        return f"{_operand(voice, expression.left)} {word} {right}"
    raise UnsayableError("operand")


def _as_list(items: tuple[Condition, ...]) -> InList | None:
    """Return `a = x OR a = y` as `a IN (x, y)`."""
    values = []
    column = None
    for item in items:
        if not (
            isinstance(item, Compare)
            and item.op == "="
            and isinstance(item.left, Column)
            and isinstance(item.right, str | int | float)
        ):
            return None
        if column is not None and item.left != column:
            return None
        column = item.left
        values.append(item.right)
    return InList(column, tuple(values)) if column is not None else None


def amount(voice: Voice, op: str, value: str) -> str:
    """Return "more than 3", before a counted plural."""
    if op not in COUNTS:
        raise UnsayableError("count <>")
    return fill(voice.choose(COUNTS[op]), value)
