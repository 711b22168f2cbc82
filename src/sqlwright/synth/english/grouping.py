"""Questions for one line a group: "number of orders per customer", "how many people live in each city?"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlwright.synth.english import filters
from sqlwright.synth.english.apart import then
from sqlwright.synth.english.asks import Asked, ask, show, tell
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.grammar import join
from sqlwright.synth.english.keys import Key, make_key
from sqlwright.synth.english.measures import article, function_word, measure
from sqlwright.synth.english.modifiers import attached, who
from sqlwright.synth.english.parts import Noun
from sqlwright.synth.english.relations import PRESENT, deeds
from sqlwright.synth.english.sorting import order_tail
from sqlwright.synth.english.totals import subject_of
from sqlwright.synth.english.voice import UnsayableError
from sqlwright.synth.tree import Aggregate, Case, Column, Expression, Order


@dataclass(slots=True)
class Groups:
    """What is grouped, by what, and what is computed."""

    scene: Scene
    key: Key
    rows: Noun
    """The rows that are aggregated."""
    node: str
    """Their node."""
    aggregate: Expression

    @property
    def counting(self) -> bool:
        """Whether rows, or things by their key, are counted."""
        match self.aggregate:
            case Aggregate("count", None):
                return True
            case Aggregate("count", Column() as column):
                return self.scene.voice.column(column).sense == "key"
        return False

    @property
    def different(self) -> str:
        """Return "different " where a count is of distinct things."""
        return "different " if isinstance(self.aggregate, Aggregate) and self.aggregate.distinct else ""

    @property
    def deeds(self) -> tuple[tuple[str, str], ...]:
        """What the groups do with the rows: ("placed", "placed")."""
        if not self.key.thing or self.key.node == self.node:
            return ()
        tables, voice = self.scene.graph.nodes, self.scene.voice
        return deeds(voice, voice.table(tables[self.key.node].table), voice.table(tables[self.node].table))

    @property
    def people(self) -> bool:
        """Whether the rows are people."""
        return self.scene.voice.table(self.scene.graph.nodes[self.node].table).human


def make_groups(scene: Scene, aggregate: Expression) -> Groups:
    """Work out the groups of a query for one of its aggregates."""
    node = subject_of(scene, aggregate)
    key = make_key(scene, node)
    return Groups(scene, key, scene.describe(node, True, skip=between(scene, key.node, node)), node, aggregate)


def between(scene: Scene, key: str, rows: str) -> set[str]:
    """Return the nodes from the groups to the rows that the question need not mention."""
    way = scene.graph.path(key, rows)[:-1]
    return {name for name in way if name == key or not scene.graph.nodes[name].conditions}


def what(groups: Groups, aggregate: Expression, *, alone: bool = True) -> str:
    """Return an aggregate as a noun phrase; its rows are left out where the group says enough."""
    voice, rows = groups.scene.voice, groups.rows
    if isinstance(aggregate, Aggregate) and isinstance(aggregate.argument, Case):
        return _conditional(groups, aggregate.argument)
    if isinstance(aggregate, Aggregate) and isinstance(aggregate.argument, Column) and aggregate.function != "count":
        if not alone:
            return measure(voice, aggregate, None)
        if aggregate.function == "avg" and groups.node != groups.key.node and voice.chance(0.2):
            way = between(groups.scene, groups.key.node, groups.node)
            return measure(voice, aggregate, article(groups.scene.describe(groups.node, False, skip=way)))
        if not rows.modified:
            phrase = voice.bare(aggregate.argument)
            elsewhere = groups.node != groups.key.node
            if (elsewhere or voice.chance(0.3)) and voice.chance(0.5) and not phrase.startswith("number of"):
                return f"{function_word(voice, aggregate)} {voice.noun(aggregate.argument.table, False)} {phrase}"
            return measure(voice, aggregate, rows if elsewhere or voice.chance(0.2) else None)
    return measure(voice, aggregate, rows)


def _conditional(groups: Groups, case: Case) -> str:
    """Say `SUM(CASE WHEN ... THEN 1 ELSE 0 END)`: the number of rows of which something is true."""
    if case.then != 1 or case.otherwise != 0:
        raise UnsayableError("CASE")
    voice = groups.scene.voice
    noun = voice.noun(groups.scene.graph.nodes[groups.node].table, True)
    modifier = voice.choose(filters.modifiers(voice, case.condition, True))
    if modifier[0] == "head":
        return f"number of {modifier[1]}"
    if modifier[0] == "adj":
        return f"number of {modifier[1]} {noun}"
    return f"number of {noun} {attached(modifier, who(voice, groups.people))}"


def say_plain(groups: Groups, aggregates: Sequence[Expression], order: Order | None) -> Asked:
    """Ask for aggregates of every group."""
    scene, voice, key, rows = groups.scene, groups.scene.voice, groups.key, groups.rows
    tail = _zero(groups) + (_sorted(groups, order, aggregates) if order is not None else "")
    alone = len(aggregates) == 1
    phrase = what(groups, aggregates[0])
    if not alone:
        phrase = join([phrase, *(what(groups, a, alone=False) for a in aggregates[1:])])
    if key.shown:
        return f"for {voice.pick('each', 'every')} {key.one}, {show(voice)} the {key.shown} and the {phrase}{tail}", "."
    counting = alone and groups.counting
    if counting and not _zero(groups) and voice.chance(0.14):
        return _apart(groups, order)
    r = voice.rng.random()
    if counting and r < 0.45:
        return _how_many(groups, tail)
    if counting and r < 0.48 and not rows.modified and not groups.different:
        noun = voice.noun(scene.graph.nodes[groups.node].table, False)
        return f"{noun} {voice.pick('count', 'counts')} {_per(groups)}{tail}", ""
    if r < 0.62:
        per = f"{voice.pick('per', 'for each')} {key.one}" if rows.heavy else _per(groups)
        return ask(voice, f"{phrase} {per}", not alone, tail)
    if r < 0.76:
        lead = voice.pick(show(voice), show(voice), "what is" if alone else "what are")
        return (
            f"for {voice.pick('each', 'every', 'each')} {key.one}, {lead} the {phrase}{tail}",
            "?" if lead.startswith("what") else ".",
        )
    if r < 0.88:
        own = "their" if key.human else "its"
        link = (
            voice.pick(f"and {own}", f"with {own}", "and the", f"along with {own}")
            if key.thing and not tail and not rows.heavy
            else voice.pick("and the", "with the", "along with the")
        )
        return ask(voice, f"{voice.pick('each', 'every')} {key.one} {link} {phrase}", False, tail, definite=False)
    if r < 0.94:
        return ask(
            voice,
            f"{key.many} {'and their' if key.thing else voice.pick('with the', 'and the')} {phrase}",
            True,
            tail,
            definite=False,
        )
    if counting and not tail and not rows.heavy and not key.thing:
        return ask(voice, f"{voice.pick('breakdown of', 'distribution of')} {rows.text} by {key.one}", False)
    return ask(voice, f"{phrase} {voice.pick('per', 'for each')} {key.one}", not alone, tail)


def _apart(groups: Groups, order: Order | None) -> Asked:
    """Ask how many there are in each group, then say what to show: "give the department name and the count"."""
    voice, key = groups.scene.voice, groups.key
    asked, mark = _how_many(groups, "")
    down = order is not None and order.descending
    if order is not None and isinstance(order.expression, Aggregate):
        best = ("most common first", "largest first", "most first", "highest first", "biggest number first")
        least = ("fewest first", "least common first", "smallest first", "lowest first")
        first = voice.choose(best if down else least)
        return f"{asked}{mark} {first.capitalize() if voice.chance(0.7) else first}{voice.pick('', '.', ' please')}", ""
    if order is not None:
        return f"{asked}{_sorted(groups, order, (groups.aggregate,))}", mark
    name = f"{key.one} name" if key.thing and voice.chance(0.6) else key.one
    number = voice.pick("count", "number", "number of them", "how many", f"number of {groups.rows.head}")
    return then(voice, asked, mark, f"{name} and {'' if number == 'how many' else 'the '}{number}", 2, only=False), ""


def _zero(groups: Groups) -> str:
    """Return ", including customers without any" where the join is an outer one."""
    if not any(join_.outer for join_ in groups.scene.query.source.joins):
        return ""
    voice, many, head = groups.scene.voice, groups.key.many, groups.rows.head
    return voice.pick(
        f", including {many} with none",
        f", including {many} without any {head}",
        f", including those with no {head}",
        f" (include {many} with zero)",
        f", even {many} with no {head}",
        f", counting 0 for {many} without {head}",
    )


def _per(groups: Groups) -> str:
    key, voice = groups.key, groups.scene.voice
    each = ["per", "for each", "by", "for every", "per", "for each", "by"]
    if key.place:
        each += ["in each", "in every"]
    if key.date:
        each += ["in each", "by"]
    if not key.thing:
        each += ["grouped by", "broken down by", "by"]
    return f"{voice.choose(each)} {key.one}"


def _how_many(groups: Groups, tail: str) -> Asked:
    voice, key, rows = groups.scene.voice, groups.key, groups.rows
    counted = f"{groups.different}{rows.text}"
    if groups.deeds and not rows.heavy and voice.chance(0.6):
        past, participle = voice.choose(groups.deeds)
        if past in PRESENT:
            return f"how many {counted} does each {key.one} {PRESENT[past]}{tail}", "?"
        if voice.chance(0.5):
            return f"how many {counted} has each {key.one} {participle}{tail}", "?"
        return tell(voice, f"how many {counted} each {key.one} {past}{tail}")
    if key.thing and key.node != groups.node and not rows.heavy and voice.chance(0.5):
        return f"how many {counted} does {voice.pick('each', 'every')} {key.one} have{tail}", "?"
    if key.happened and groups.key.node == groups.node and not rows.clausal and voice.chance(0.45):
        return (
            f"how many {counted} were {key.happened} {voice.pick('in each', 'each', 'per')} {key.part}{tail}",
            "?",
        )
    if key.place and groups.people and not rows.modified and voice.chance(0.35):
        return f"how many {counted} live in {voice.pick('each', 'every')} {key.one}{tail}", "?"
    if not key.thing and not key.date and not rows.heavy and key.node == groups.node and voice.chance(0.15):
        return f"how many {counted} do we have {voice.pick('with each', 'for each', 'per')} {key.one}{tail}", "?"
    preposition = "in each" if key.place or key.date else "for each"
    if key.place and groups.people:
        preposition = voice.pick("in each", "from each")
    each = voice.pick(f"{preposition} {key.one}", f"per {key.one}")
    r = voice.rng.random()
    if r < 0.15:
        return (
            f"{voice.pick('count', 'count the')} {counted} {voice.pick('by', 'per', 'for each')} {key.one}{tail}",
            ".",
        )
    if r < 0.4 and not rows.heavy:
        return f"how many {counted} {each}{tail}", "?"
    return f"how many {counted} are there {each}{tail}", "?"


def _sorted(groups: Groups, order: Order, aggregates: Sequence[Expression]) -> str:
    scene, voice, key = groups.scene, groups.scene.voice, groups.key
    expression, down = order.expression, order.descending
    if expression in scene.query.group_by:
        if isinstance(expression, Column):
            return order_tail(scene.voice, order, key.one, own=False)
        how = (
            voice.pick(", latest first", " in descending order", ", newest to oldest")
            if down
            else voice.pick("", " in ascending order", ", earliest first")
        )
        return f", {voice.pick('sorted by', 'ordered by')} {key.part}{how}"
    if expression not in aggregates or not isinstance(expression, Aggregate):
        raise UnsayableError("groups sorted by something unseen")
    count = expression.function == "count"
    word = {"sum": "total", "avg": "average"}.get(expression.function, "value")
    name = (
        voice.pick("that number", "the count", "the number", "count")
        if count
        else voice.pick(f"that {word}", f"the {word}")
    )
    if len(aggregates) > 1 and not count:
        name = f"the {measure(voice, expression, None)}"
    most, fewest = ("most", "fewest") if count else ("highest", "lowest")
    if len(aggregates) > 1:
        way = (
            voice.pick(" in descending order", ", highest first")
            if down
            else voice.pick(" in ascending order", ", lowest first")
        )
        return f", sorted by {name}{way}"
    if down:
        return voice.pick(
            f", {most} first",
            ", from highest to lowest",
            f", sorted by {name} in descending order",
            f", ordered by {name} descending",
            f", from {most} to {fewest}",
            f", {voice.pick('largest', 'highest', 'biggest')} first",
            f", {voice.pick('most common', 'most frequent') if count else 'highest'} first",
        )
    return voice.pick(
        f", {fewest} first",
        ", from lowest to highest",
        f", sorted by {name} in ascending order",
        f", ordered by {name} ascending",
        f", from {fewest} to {most}",
        ", smallest first",
    )
