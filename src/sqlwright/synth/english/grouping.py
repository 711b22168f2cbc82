"""Questions about groups: "number of orders per customer", "cities with more than 5 customers", "who placed the most orders?"."""

from __future__ import annotations

from collections.abc import Sequence

from sqlwright.synth.english import filters
from sqlwright.synth.english.asks import Asked, ask, show, tell
from sqlwright.synth.english.comparing import IS_NUMBER, OF_NUMBER
from sqlwright.synth.english.entity import Noun, Scene, amount
from sqlwright.synth.english.filters import verb
from sqlwright.synth.english.grammar import join, with_article
from sqlwright.synth.english.keys import Key, make_key
from sqlwright.synth.english.lexis import NUMBERS
from sqlwright.synth.english.measures import function_word, measure, order_tail, threshold
from sqlwright.synth.english.relations import deeds
from sqlwright.synth.english.totals import subject_of
from sqlwright.synth.english.voice import UnsayableError
from sqlwright.synth.tree import Aggregate, Case, Column, Compare, Expression, Order


def say_groups(scene: Scene) -> Asked:
    """Ask for the groups of a query."""
    query = scene.query
    aggregates = [i.expression for i in query.select if not _is_key(scene, i.expression)]
    order = query.order_by[0] if query.order_by else None
    if len(query.order_by) > 1 or query.where is None and query.distinct:
        raise UnsayableError("grouping with more clauses")
    if query.limit is not None:
        if order is None or query.having is not None or not isinstance(order.expression, Aggregate):
            raise UnsayableError("limited groups")
        return _top(scene, order, aggregates, query.limit)
    if query.having is not None:
        if order is not None or not isinstance(query.having, Compare) or not isinstance(query.having.left, Aggregate):
            raise UnsayableError("having with more clauses")
        return _having(scene, query.having, query.having.left, aggregates)
    if not aggregates:
        raise UnsayableError("groups without an aggregate")
    return _plain(scene, aggregates, order)


def _is_key(scene: Scene, expression: Expression) -> bool:
    return expression in scene.query.group_by


def _measured(scene: Scene, aggregate: Expression) -> tuple[Key, Noun, str]:
    """Return the groups, the rows that are aggregated in each, and those rows' node."""
    rows_at = subject_of(scene, aggregate)
    key = make_key(scene, rows_at)
    rows = scene.describe(rows_at, True, skip={key.node} if key.node != rows_at else ())
    return key, rows, rows_at


def _what(scene: Scene, aggregate: Expression, key: Key, rows: Noun, rows_at: str, alone: bool = True) -> str:
    """Return the aggregate's noun phrase; its rows are left out where the group says enough."""
    voice = scene.voice
    if isinstance(aggregate, Aggregate) and isinstance(aggregate.argument, Case):
        return _conditional(scene, aggregate.argument, rows_at)
    if isinstance(aggregate, Aggregate) and isinstance(aggregate.argument, Column) and aggregate.function != "count":
        if not alone:
            return measure(voice, aggregate, None)
        if not rows.modified:
            noun = voice.noun(scene.graph.nodes[rows_at].table, False)
            phrase = voice.phrase(aggregate.argument)
            if rows_at != key.node or voice.chance(0.35):
                if not phrase.startswith(noun) and voice.chance(0.5):
                    return f"{function_word(voice, aggregate)} {noun} {phrase}"
                return measure(voice, aggregate, rows)
            return measure(voice, aggregate, None)
    return measure(voice, aggregate, rows)


def _conditional(scene: Scene, case: Case, rows_at: str) -> str:
    voice = scene.voice
    if case.then != 1 or case.otherwise != 0:
        raise UnsayableError("CASE")
    options = filters.modifiers(voice, case.condition, True)
    noun = voice.noun(scene.graph.nodes[rows_at].table, True)
    kind, text = voice.choose(options)
    glue = {
        "adj": f"{text} {noun}",
        "short": f"{noun} {text}",
        "with": f"{noun} with {text}",
        "whose": f"{noun} whose {text}",
    }
    who = "who" if voice.table(scene.graph.nodes[rows_at].table).human else "that"
    return f"number of {glue.get(kind, f'{noun} {who} {text}')}"


def _zero(scene: Scene, key: Key, rows: Noun) -> str:
    """Return ", including customers without any" where the join is an outer one."""
    if not any(join_.outer for join_ in scene.query.source.joins):
        return ""
    voice = scene.voice
    return voice.pick(
        f", including {key.many} with none", f", including {key.many} without any {rows.head}", f", including those with no {rows.head}",
        f" (include {key.many} with zero)", f", even {key.many} with no {rows.head}", f", counting 0 for {key.many} without {rows.head}",
    )  # fmt: skip


def _per(scene: Scene, key: Key) -> str:
    voice = scene.voice
    each = ["per", "for each", "by", "for every", "per", "for each"]
    if key.place:
        each += ["in each", "in every", "across"]
    if key.date:
        each += ["in each", "by"]
    if not key.thing:
        each += ["grouped by", "broken down by", "by"]
    word = voice.choose(each)
    if word == "across":
        return f"across {key.many}"
    return f"{word} {key.one}"


def _plain(scene: Scene, aggregates: Sequence[Expression], order: Order | None) -> Asked:
    voice = scene.voice
    key, rows, rows_at = _measured(scene, aggregates[0])
    alone = len(aggregates) == 1
    what = _what(scene, aggregates[0], key, rows, rows_at)
    if not alone:
        what = join([what, *(_what(scene, a, key, rows, rows_at, alone=False) for a in aggregates[1:])])
    tail = _zero(scene, key, rows)
    if order is not None:
        tail += _sorted(scene, order, key, aggregates)
    first = aggregates[0]
    counting = (
        alone and isinstance(first, Aggregate) and first.function == "count" and not isinstance(first.argument, Case)
    )
    if (
        counting
        and isinstance(first, Aggregate)
        and isinstance(first.argument, Column)
        and voice.column(first.argument).sense != "key"
    ):
        counting = False
    if key.shown:
        return f"for {voice.pick('each', 'every')} {key.one}, {show(voice)} the {key.shown} and the {what}{tail}", "."
    r = voice.rng.random()
    if counting and isinstance(first, Aggregate) and r < 0.42:
        return _how_many(scene, first, key, rows, rows_at, tail)
    if r < 0.58:
        per = _per(scene, key) if not rows.heavy or voice.chance(0.4) or not alone else f"for each {key.one}"
        if rows.heavy and per.split()[0] in ("by", "across"):
            per = f"per {key.one}"
        return ask(voice, f"{what} {per}", not alone, tail)
    if r < 0.74:
        return (
            f"for {voice.pick('each', 'every', 'each')} {key.one}, {voice.pick(show(voice), show(voice), 'what is' if alone else 'what are')} the {what}{tail}",
            ".",
        )
    if r < 0.86:
        link = (
            voice.pick("and its", "with its", "along with its", "and the")
            if not key.thing or not key.human
            else voice.pick("and their", "with their", "along with their")
        )
        if tail or rows.heavy:
            link = voice.pick("and the", "with the", "along with the")
        if link.endswith("its") and not key.thing:
            link = "with the"
        return ask(voice, f"{voice.pick('each', 'every')} {key.one} {link} {what}", False, tail, definite=False)
    if r < 0.92:
        own = "and their" if key.thing else "with the"
        return ask(voice, f"{key.many} {own} {what}", True, tail, definite=not key.thing and voice.chance(0.3))
    if r < 0.96 and not tail and counting and not rows.heavy and not key.thing:
        return ask(voice, f"{voice.pick('breakdown of', 'distribution of')} {rows.text} by {key.one}", False)
    return ask(voice, f"{what} {voice.pick('per', 'for each')} {key.one}", not alone, tail)


def _how_many(scene: Scene, aggregate: Aggregate, key: Key, rows: Noun, rows_at: str, tail: str) -> Asked:
    voice = scene.voice
    different = "different " if aggregate.distinct else ""
    if key.thing and key.node != rows_at:
        done = deeds(
            voice, voice.table(scene.graph.nodes[key.node].table), voice.table(scene.graph.nodes[rows_at].table)
        )
        if done and not rows.heavy and voice.chance(0.6):
            past, participle = voice.choose(done)
            if past in ("operates", "supplies", "makes", "teaches"):
                question = f"how many {different}{rows.text} does each {key.one} {past.removesuffix('es') + 'ch' if past == 'teaches' and False else {'operates': 'operate', 'supplies': 'supply', 'makes': 'make', 'teaches': 'teach'}[past]}"
            else:
                question = voice.pick(
                    f"how many {different}{rows.text} has each {key.one} {participle}",
                    f"how many {different}{rows.text} each {key.one} {past}",
                )
                if question.endswith(past) and not question.startswith("how many") or " has each " not in question:
                    return tell(voice, question + tail)
            return f"{question}{tail}", "?"
        if rows.heavy:
            return (
                f"how many {different}{rows.text} are there {voice.pick('for', 'per', 'for')} {'' if False else 'each '}{key.one}{tail}".replace(
                    "per each", "per"
                ),
                "?",
            )
        if voice.chance(0.5):
            return f"how many {different}{rows.text} does {voice.pick('each', 'every')} {key.one} have{tail}", "?"
        return (
            f"how many {different}{rows.text} are there {voice.pick('for each', 'per', 'for every')} {key.one}{tail}",
            "?",
        )
    preposition = (
        voice.pick("in", "from", "in")
        if key.place
        else "in"
        if key.date
        else voice.pick("for", "of" if False else "for", "per")
    )
    if (
        key.place
        and scene.voice.table(scene.graph.nodes[rows_at].table).human
        and not rows.modified
        and voice.chance(0.35)
    ):
        return f"how many {rows.text} live in each {key.one}{tail}", "?"
    each = f"per {key.one}" if preposition == "per" else f"{preposition} each {key.one}"
    if voice.chance(0.15):
        return (
            f"{voice.pick('count', 'count the')} {rows.text} {voice.pick('by', 'per', 'for each')} {key.one}{tail}",
            ".",
        )
    if voice.chance(0.3) and not rows.heavy:
        return f"how many {different}{rows.text} {each}{tail}", "?"
    return f"how many {different}{rows.text} are there {each}{tail}", "?"


def _sorted(scene: Scene, order: Order, key: Key, aggregates: Sequence[Expression]) -> str:
    voice = scene.voice
    expression = order.expression
    if expression in scene.query.group_by:
        if isinstance(expression, Column):
            return order_tail(scene, order, key.one, own=False)
        how = (
            voice.pick("latest first", "descending", "newest to oldest")
            if order.descending
            else voice.pick("", "ascending", "earliest first")
        )
        return f", {voice.pick('sorted by', 'ordered by')} {key.one}{', ' if how and ' ' in how else ' ' if how else ''}{how}"
    if expression not in aggregates or not isinstance(expression, Aggregate):
        raise UnsayableError("groups sorted by something unseen")
    count = expression.function == "count"
    name = (
        voice.pick("that number", "the count", "the number", "count")
        if count
        else voice.pick(f"that {function_word(voice, expression)}", f"the {function_word(voice, expression)}")
    )
    if len(aggregates) > 1 and not count:
        name = f"the {measure(voice, expression, None)}"
    if order.descending:
        return voice.pick(
            f", {'most' if count else 'highest'} first",
            ", from highest to lowest",
            f", sorted by {name} in descending order",
            f", ordered by {name} descending",
            f", sorted from {'most to fewest' if count else 'high to low'}",
            f", {voice.pick('largest', 'highest', 'biggest')} first"
            if len(aggregates) == 1
            else f", sorted by {name}, highest first",
        )
    return voice.pick(
        f", {'fewest' if count else 'lowest'} first",
        ", from lowest to highest",
        f", sorted by {name} in ascending order",
        f", ordered by {name} ascending",
        f", sorted from {'fewest to most' if count else 'low to high'}",
        ", smallest first" if len(aggregates) == 1 else f", sorted by {name}, lowest first",
    )


def _having(scene: Scene, having: Compare, aggregate: Aggregate, shown: Sequence[Expression]) -> Asked:
    voice = scene.voice
    key, rows, rows_at = _measured(scene, aggregate)
    value = threshold(voice, having)
    human_key = key.thing and key.human
    who = "who" if human_key else "that"
    options: list[tuple[str, str]] = []
    if aggregate.function == "count":
        if (
            aggregate.argument is not None
            and isinstance(aggregate.argument, Column)
            and voice.column(aggregate.argument).sense != "key"
        ):
            raise UnsayableError("having a count of values")
        different = "different " if aggregate.distinct else ""
        noun = rows.text
        if having.right == 1 and having.op in (">=", "="):
            noun = scene.describe(rows_at, False, skip={key.node} if key.node != rows_at else ()).text
        counted = f"{amount(voice, having.op, value)} {different}{noun}"
        options += [("with", counted), ("with", counted), ("pred", f"have {counted}")]
        if key.node != rows_at and key.thing:
            tables = scene.graph.nodes
            for past, participle in deeds(
                voice, voice.table(tables[key.node].table), voice.table(tables[rows_at].table)
            ):
                options += [("past", f"{past} {counted}")] * 2
                if past not in ("operates", "supplies", "makes", "teaches"):
                    options.append(("pred", f"have {participle} {counted}"))
        if key.place:
            options.append(
                (
                    "where",
                    f"{counted} {'live' if voice.table(scene.graph.nodes[rows_at].table).human else 'are located'}",
                )
            )
    else:
        what = _what(scene, aggregate, key, rows, rows_at)
        options += [
            ("with", f"{with_article(what)} {voice.choose(OF_NUMBER[having.op])} {value}"),
            ("where", f"the {what} {voice.choose(IS_NUMBER[having.op])} {value}"),
            ("pred", f"have {with_article(what)} {voice.choose(OF_NUMBER[having.op])} {value}"),
        ]
        if key.thing and not rows.modified:
            options.append(("whose", f"{what} {voice.choose(IS_NUMBER[having.op])} {value}"))
    kind, text = voice.choose(options)
    extra = ""
    if shown:
        if list(shown) != [aggregate]:
            raise UnsayableError("having with another aggregate")
        word = "number" if aggregate.function == "count" else function_word(voice, aggregate)
        extra = voice.pick(
            f", along with that {word}",
            f" and show the {word}",
            f", and give the {word} too",
            f" together with the {word}",
            f", with the {word}",
        )
    if key.shown:
        glue = (
            f"with {text}"
            if kind == "with"
            else f"where {text}"
            if kind == "where"
            else f"whose {text}"
            if kind == "whose"
            else f"{who} {text}"
        )
        return ask(voice, f"{key.shown} of {key.many} {glue}", True, extra)
    r = voice.rng.random()
    if kind in ("pred", "past") and r < 0.5:
        singular = voice.chance(0.35) and kind == "pred"
        subject_ = f"{voice.pick('which', 'which', 'what')} {key.one if singular else key.many}"
        return f"{subject_} {verb(text, not singular)}{extra}", "?"
    if kind in ("with",) and r < 0.35:
        return f"{voice.pick('which', 'which', 'what')} {key.many} have {text}{extra}", "?"
    if kind == "where" and r < 0.3:
        return (
            f"{voice.pick('for which', 'for which', 'for what')} {key.many} {voice.pick('is', 'is')} {text}{extra}".replace(
                " is the ", " is the "
            )
            if False
            else f"which {key.many} are the ones where {text}{extra}",
            "?",
        )
    glue = {"with": f"with {text}", "where": f"where {text}", "whose": f"whose {text}"}.get(kind, f"{who} {text}")
    every = voice.pick("", "", "all ", "the ", "all the ")
    return ask(voice, f"{every}{key.many} {glue}", True, extra, definite=False)


def _top(scene: Scene, order: Order, shown: Sequence[Expression], limit: int) -> Asked:
    voice = scene.voice
    aggregate = order.expression
    assert isinstance(aggregate, Aggregate)
    key, rows, rows_at = _measured(scene, aggregate)
    plural = limit > 1
    if shown and list(shown) != [aggregate]:
        raise UnsayableError("top group with another aggregate")
    count = aggregate.function == "count"
    different = "different " if aggregate.distinct else ""
    tables = scene.graph.nodes
    human = key.thing and key.human
    extra = ""
    if shown:
        thing = "number" if count else function_word(voice, aggregate)
        extra = (
            voice.pick(
                ", and how many",
                " and how many",
                ", along with the number",
                ", and what is that number",
                " and the count",
                ", with the count",
            )
            if count
            else voice.pick(
                f", and what is that {thing}",
                f" along with the {thing}",
                f", with the {thing}",
                f" and show the {thing}",
            )
        )
    number = f"{NUMBERS[limit] if limit <= 10 and voice.chance(0.2) else limit} " if plural else ""
    subject_ = key.many if plural else key.one
    what = _what(scene, aggregate, key, rows, rows_at)
    if count:
        most = f"{voice.pick('the most', 'the most', 'the highest number of', 'the largest number of') if order.descending else voice.pick('the fewest', 'the fewest', 'the smallest number of', 'the lowest number of')} {different}{rows.text}"
    else:
        best = (
            voice.pick("the highest", "the highest", "the largest", "the greatest")
            if order.descending
            else voice.pick("the lowest", "the smallest", "the lowest")
        )
        if aggregate.function in ("max", "min"):
            best = f"the {'greatest' if order.descending else 'smallest'}" if voice.chance(0.3) else best
            if isinstance(aggregate.argument, Column) and voice.column(aggregate.argument).sense in ("date", "year"):
                best = "the latest" if order.descending else "the earliest"
        most = f"{best} {what}"
    if key.shown:
        return ask(voice, f"{key.shown} of the {number}{subject_} with {most}", True, extra)
    r = voice.rng.random()
    if key.thing and key.node != rows_at and count:
        done = deeds(voice, voice.table(tables[key.node].table), voice.table(tables[rows_at].table))
        if done and r < 0.4:
            past, participle = voice.choose(done)
            if past in ("operates", "supplies", "makes", "teaches") and plural:
                past = {"operates": "operate", "supplies": "supply", "makes": "make", "teaches": "teach"}[past]
            if human and not plural and voice.chance(0.5):
                who = (
                    "who"
                    if past in ("operates", "supplies", "makes", "teaches")
                    else voice.pick("who", "who has", "who's")
                )
                return f"{who} {participle if who != 'who' else past} {most}{extra}", "?"
            return f"which {number}{subject_} {past} {most}{extra}", "?"
    have = "have" if plural else "has"
    if human and not plural and r < 0.5:
        return f"{voice.pick('who', f'which {subject_}', f'what {subject_}')} has {most}{extra}", "?"
    if r < 0.5:
        if key.date and count and not plural and not rows.heavy:
            return f"{voice.pick('which', 'what', 'in which')} {subject_} {f'has {most}'}{extra}".replace(
                "in which", "which"
            ), "?"
        return f"{voice.pick('which', 'what', 'which')} {number}{subject_} {have} {most}{extra}", "?"
    if plural and r < 0.68 and not rows.heavy:
        by = what if not count or voice.chance(0.7) else f"{different}{rows.text} count" if not rows.after else what
        if order.descending:
            return ask(voice, f"top {number}{subject_} by {by}", True, extra, definite=voice.chance(0.5))
        return ask(voice, f"bottom {number}{subject_} by {by}", True, extra)
    if r < 0.78 and not plural and human:
        return tell(voice, f"who has {most}{extra}")
    return ask(voice, f"{number}{subject_} with {most}", plural, extra)
