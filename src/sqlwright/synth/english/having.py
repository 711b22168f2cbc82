"""Groups picked by an aggregate: "cities with more than 5 customers", "who placed the most orders?"."""

from __future__ import annotations

from collections.abc import Sequence

from sqlwright.synth.english.asks import Asked, ask, tell
from sqlwright.synth.english.comparing import IS_NUMBER, OF_NUMBER
from sqlwright.synth.english.entity import Scene, amount
from sqlwright.synth.english.grammar import with_article
from sqlwright.synth.english.grouping import Groups, between, make_groups, say_plain, what
from sqlwright.synth.english.lexis import LEADS, NUMBERS, USED
from sqlwright.synth.english.measures import function_word, threshold
from sqlwright.synth.english.modifiers import Modifier, attached, verb
from sqlwright.synth.english.relations import PRESENT
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import Aggregate, Column, Compare, Expression, Order


def say_groups(scene: Scene) -> Asked:
    """Ask for the groups of a query.

    Raises:
        UnsayableError: the query combines clauses that people do not say in one sentence.
    """
    query = scene.query
    aggregates = [i.expression for i in query.select if i.expression not in query.group_by]
    order = query.order_by[0] if query.order_by else None
    if len(query.order_by) > 1 or query.distinct:
        raise UnsayableError("grouping with more clauses")
    if query.limit is not None:
        if order is None or query.having is not None or not isinstance(order.expression, Aggregate):
            raise UnsayableError("limited groups")
        return _top(make_groups(scene, order.expression), order, order.expression, aggregates, query.limit)
    if query.having is not None:
        if not isinstance(query.having, Compare) or not isinstance(query.having.left, Aggregate):
            raise UnsayableError("having with more clauses")
        groups = make_groups(scene, query.having.left)
        if order is not None and (order.expression != query.having.left or not aggregates):
            raise UnsayableError("having sorted by something else")
        asked = _having(groups, query.having, query.having.left, aggregates)
        return asked if order is None else _ordered(scene.voice, asked, order)
    if not aggregates:
        raise UnsayableError("groups without an aggregate")
    return say_plain(make_groups(scene, aggregates[0]), aggregates, order)


def _having(groups: Groups, having: Compare, aggregate: Aggregate, shown: Sequence[Expression]) -> Asked:
    voice, key = groups.scene.voice, groups.key
    if shown and list(shown) != [aggregate]:
        raise UnsayableError("having with another aggregate")
    value = threshold(voice, having)
    options = (
        _count_limits(groups, having, value)
        if aggregate.function == "count"
        else _limits(groups, having, aggregate, value)
    )
    kind, text = voice.choose(options)
    extra = ""
    if shown:
        word = {"count": "number", "sum": "total"}.get(aggregate.function) or function_word(voice, aggregate)
        extra = voice.pick(
            f", along with that {word}",
            f", and show the {word}",
            f", and give the {word} too",
            f", together with the {word}",
            f", with the {word}",
            f" ({voice.pick('name and ', '') if key.thing else ''}{word})",
        )
        if voice.chance(0.25):
            many_ = (
                voice.pick("how many", "the number", "the count") if aggregate.function == "count" else f"the {word}"
            )
            name = "name" if key.thing else key.one
            wanted = voice.pick(f"the {name}s and {many_}", f"{name} and {many_.removeprefix('the ')}")
            extra = voice.pick(". ", " - ") + voice.pick("", "I'd like to see ", "Show ", "I need ") + wanted
    pronoun = "who" if key.thing and key.human else "that"
    if key.shown:
        return ask(voice, f"{key.shown} of {key.many} {attached((kind, text), pronoun)}", True, extra)
    r = voice.rng.random()
    if kind == "pred" and r < 0.5:
        singular = voice.chance(0.3) and text.startswith("have ")
        return (
            f"{_which(voice)} {key.one if singular else key.many} {verb(text, not singular)}{extra}",
            "?",
        )
    if kind == "with" and r < 0.4:
        return f"{_which(voice)} {key.many} have {text}{extra}", "?"
    every = voice.pick("", "", "", "all ", "the ", "all the ")
    return ask(voice, f"{every}{key.many} {attached((kind, text), pronoun)}", True, extra, definite=False)


def _ordered(voice: Voice, asked: Asked, order: Order) -> Asked:
    """Add the order of the groups by the aggregate that limits them."""
    most = ("highest first", "most first", "in descending order", "from most to least", "largest first")
    least = ("lowest first", "fewest first", "in ascending order", "from least to most", "smallest first")
    return f"{asked[0]}, {voice.choose(most if order.descending else least)}", asked[1]


def _which(voice: Voice) -> str:
    return voice.pick("which", "which", "what")


def _count_limits(groups: Groups, having: Compare, value: str) -> list[Modifier]:
    scene, voice, key = groups.scene, groups.scene.voice, groups.key
    if not groups.counting:
        raise UnsayableError("having a count of values")
    noun = groups.rows.text
    if having.right == 1:
        noun = scene.describe(groups.node, False, skip=between(scene, key.node, groups.node)).text
    counted = f"{amount(voice, having.op, value)} {groups.different}{noun}"
    options: list[Modifier] = [("with", counted), ("with", counted), ("pred", f"have {counted}")]
    if having.op == ">=" and value.isdigit():
        more = f"{value} or more {groups.different}{noun}"
        options += [("with", more), ("pred", f"have {more}")]
    if groups.key.node != groups.node:
        options.append(("pred", f"had {voice.pick(counted, counted)}"))
    for past, participle in groups.deeds:
        options += [("pred", f"{PRESENT.get(past, past)} {counted}")] * 2
        if past not in PRESENT:
            options.append(("pred", f"have {participle} {counted}"))
    if key.place and groups.people and not groups.rows.clausal:
        options.append(("where", f"{counted} live"))
    if key.happened and key.node == groups.node and not groups.rows.clausal:
        options += [("where", f"{counted} were {key.happened}")] * 2
    return options


def _limits(groups: Groups, having: Compare, aggregate: Aggregate, value: str) -> list[Modifier]:
    voice = groups.scene.voice
    phrase = what(groups, aggregate)
    compared = f"{with_article(phrase)} {voice.choose(OF_NUMBER[having.op])} {value}"
    test = f"{phrase} {voice.choose(IS_NUMBER[having.op])} {value}"
    options: list[Modifier] = [("with", compared), ("where", f"the {test}"), ("pred", f"have {compared}")]
    if groups.key.thing and not groups.rows.modified:
        options.append(("whose", test))
    return options


def _top(groups: Groups, order: Order, aggregate: Aggregate, shown: Sequence[Expression], limit: int) -> Asked:
    voice, key, rows = groups.scene.voice, groups.key, groups.rows
    if shown and list(shown) != [aggregate]:
        raise UnsayableError("top group with another aggregate")
    plural = limit > 1
    number = f"{NUMBERS[limit] if limit <= 10 and voice.chance(0.2) else limit} " if plural else ""
    named = key.many if plural else key.one
    most = _most(groups, order, aggregate)
    extra = _along(groups, aggregate) if shown else ""
    if key.shown:
        return ask(voice, f"{key.shown} of the {number}{named} with {most}", True, extra)
    tables = groups.scene.graph.nodes
    ends = (voice.table(tables[groups.node].table).head, voice.table(tables[key.node].table).head if key.node else "")
    used, leads = USED.get(ends), LEADS.get(key.one) if groups.node != key.node else None
    if leads and groups.counting and not plural and voice.chance(0.7):
        return f"{voice.pick('who', 'who', 'which ' + ends[1])} {leads} {most}{extra}", "?"
    if used and groups.counting and key.thing and not rows.modified and voice.chance(0.3):
        often = voice.pick("most ", "most often ", "most frequently ", "most ") if order.descending else "least "
        what_ = voice.pick("what is the ", "") if not plural else voice.pick("what are the ", "top ", "")
        return f"{what_}{number}{often}{used} {named}{extra}", "?" if what_.startswith("what") else ""
    same = key.node == groups.node and not key.thing and not key.date
    if same and groups.counting and not groups.different and voice.chance(0.22):
        common = voice.pick("common", "common", "frequent") if order.descending else "common"
        among = f"{voice.pick('among', 'of', 'for')} {voice.pick('', 'the ', 'all ')}{rows.text}"
        best = f"{number}{'most' if order.descending else 'least'} {common} {named} {among}"
        return ask(voice, best, plural, extra)
    r = voice.rng.random()
    human = key.thing and key.human and key.one not in LEADS
    if groups.counting and groups.deeds and r < 0.4:
        past, participle = voice.choose(groups.deeds)
        if human and not plural and voice.chance(0.5):
            if past in PRESENT:
                return f"who {past} {most}{extra}", "?"
            return f"{voice.pick(f'who {past}', f'who has {participle}', f'who {past}')} {most}{extra}", "?"
        return f"which {number}{named} {PRESENT[past] if past in PRESENT and plural else past} {most}{extra}", "?"
    if key.happened and groups.counting and key.node == groups.node and not rows.clausal and r < 0.35 and not plural:
        if voice.chance(0.3):
            return f"{_which(voice)} {key.part} saw {most} {key.happened}{extra}", "?"
        return f"in {_which(voice)} {key.part} were {most} {key.happened}{extra}", "?"
    have = "have" if plural else "has"
    if r < 0.5:
        who = (
            voice.pick("who", f"which {named}", f"what {named}", "who")
            if human and not plural
            else f"{voice.pick('which', 'what', 'which')} {number}{named}"
        )
        return f"{who} {have} {most}{extra}", "?"
    if plural and r < 0.7 and not rows.heavy:
        by = what(groups, aggregate)
        return ask(voice, f"{'top' if order.descending else 'bottom'} {number}{named} by {by}", True, extra)
    if r < 0.78 and not plural and human:
        return tell(voice, f"who has {most}{extra}")
    return ask(voice, f"{number}{named} with {most}", plural, extra)


def _most(groups: Groups, order: Order, aggregate: Aggregate) -> str:
    """Return "the most orders", "the highest average price"."""
    voice, down = groups.scene.voice, order.descending
    if aggregate.function == "count":
        if groups.counting:
            most = (
                voice.pick("the most", "the most", "the most", "the highest number of", "the largest number of")
                if down
                else voice.pick("the fewest", "the fewest", "the smallest number of", "the lowest number of")
            )
            return f"{most} {groups.different}{groups.rows.text}"
        return f"the {'highest' if down else 'lowest'} {what(groups, aggregate)}"
    best = (
        voice.pick("the highest", "the highest", "the largest", "the greatest")
        if down
        else voice.pick("the lowest", "the smallest", "the lowest")
    )
    if aggregate.function in ("max", "min"):
        if isinstance(aggregate.argument, Column) and groups.scene.voice.column(aggregate.argument).sense in (
            "date",
            "year",
        ):
            best = "the latest" if down else "the earliest"
        if (aggregate.function == "max") == down:
            word, phrase = function_word(voice, aggregate), what(groups, aggregate)
            return f"the {phrase}" if phrase.startswith(f"{word} ") else f"{best} {phrase}"
    return f"{best} {what(groups, aggregate)}"


def _along(groups: Groups, aggregate: Aggregate) -> str:
    """Return how the aggregate is asked for beside the group."""
    voice = groups.scene.voice
    if groups.counting:
        return voice.pick(
            ", and how many",
            " and how many",
            ", along with the number",
            ", and what is that number",
            ", and show the count",
            ", with the count",
        )
    word = "total" if aggregate.function == "sum" else function_word(voice, aggregate)
    return voice.pick(
        f", and what is that {word}", f", along with the {word}", f", with the {word}", f", and show the {word}"
    )
