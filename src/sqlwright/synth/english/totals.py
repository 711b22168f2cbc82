"""Questions for one number, or a few: "how many orders did Ann place?", "what's the average price of products?"."""

from __future__ import annotations

from sqlwright.synth.english.asks import Asked, ask, tell
from sqlwright.synth.english.entity import Noun, Scene
from sqlwright.synth.english.grammar import join
from sqlwright.synth.english.measures import computed, function_word, many, measure
from sqlwright.synth.english.voice import UnsayableError
from sqlwright.synth.tree import Aggregate, Arithmetic, Column, Expression


def say_totals(scene: Scene) -> Asked:
    """Ask for the aggregates of a query without groups."""
    query = scene.query
    if query.having or query.limit or query.order_by or query.distinct:
        raise UnsayableError("aggregate with more clauses")
    expressions = [item.expression for item in query.select]
    if len(expressions) > 1:
        return _several(scene, expressions)
    only = expressions[0]
    if isinstance(only, Aggregate):
        if only.function == "count":
            return _count(scene, only)
        return _one(scene, only)
    if isinstance(only, Arithmetic):
        return _spread(scene, only)
    raise UnsayableError("aggregate")


def rows_of(scene: Scene, aggregate: Expression) -> Noun:
    """Return the rows that an aggregate runs over, in the plural."""
    return scene.describe(subject_of(scene, aggregate), True)


def subject_of(scene: Scene, aggregate: Expression) -> str:
    """Return the node whose rows an aggregate runs over: of its own column, or what a row of the join is."""
    if isinstance(aggregate, Aggregate) and isinstance(aggregate.argument, Column):
        return aggregate.argument.alias or aggregate.argument.table
    if isinstance(aggregate, Arithmetic):
        return subject_of(scene, aggregate.left)
    bottoms = scene.graph.bottoms()
    if len(bottoms) != 1:
        raise UnsayableError("rows of two tables at once")
    return bottoms[0]


def _count(scene: Scene, aggregate: Aggregate) -> Asked:
    voice = scene.voice
    argument = aggregate.argument
    if isinstance(argument, Column) and voice.column(argument).sense != "key":
        return _count_values(scene, aggregate, argument)
    rows = rows_of(scene, aggregate)
    different = voice.pick("different ", "distinct ", "", "") if aggregate.distinct and scene.query.source.joins else ""
    r = voice.rng.random()
    if rows.clause and r < 0.42:
        question = f"how many {different}{rows.short} {rows.clause}"
        return tell(voice, question) if voice.chance(0.15) else (question, "?")
    if r < 0.62:
        end = voice.pick(" are there", " are there", " do we have", " exist", " are there in total", "")
        if rows.heavy and rows.after:
            question = f"how many {different}{rows.text}{voice.pick(' are there', '', ' exist')}"
            if voice.chance(0.35):
                question = f"how many {different}{rows.short} are there{rows.after}"
        else:
            question = f"how many {different}{rows.text}{end}"
        return tell(voice, question) if voice.chance(0.12) else (question, "?")
    if r < 0.72:
        return (
            f"{voice.pick('count', 'count', 'count up')} {voice.pick('', 'the ', 'all ', 'all the ')}{different}{rows.text}",
            ".",
        )
    if r < 0.76:
        return (
            f"{different}{rows.text}{voice.pick(' count', ': how many')}"
            if not rows.heavy
            else f"how many {different}{rows.text}",
            "",
        )
    number = voice.pick("number of", "number of", "total number of", "count of")
    return ask(voice, f"{number} {different}{rows.text}", False)


def _count_values(scene: Scene, aggregate: Aggregate, column: Column) -> Asked:
    voice = scene.voice
    rows = rows_of(scene, aggregate)
    things = many(voice, column)
    if not aggregate.distinct:
        return ask(voice, measure(voice, aggregate, rows), False)
    different = voice.pick("different", "distinct", "unique", "different")
    words = voice.column(column)
    r = voice.rng.random()
    if r < 0.5:
        if words.places and voice.chance(0.6):
            human = voice.table(column.table).human
            end = voice.pick(f"are {rows.text} from", f"do {rows.text} come from", f"are {rows.text} in")
            if not human:
                end = voice.pick(f"are {rows.text} in", f"are there {rows.text} in", f"do {rows.text} come from")
        else:
            end = voice.pick(
                f"do {rows.text} have",
                f"are there among {rows.text}",
                f"are there for {rows.text}",
                f"do the {rows.text} have",
            )
        question = f"how many {different} {things} {end}"
        return tell(voice, f"how many {different} {things} {rows.text} have") if voice.chance(0.12) else (question, "?")
    if r < 0.62:
        return f"count the {different} {things} {voice.pick('of', 'among', 'for')} {rows.text}", "."
    return ask(voice, measure(voice, aggregate, rows), False)


def _one(scene: Scene, aggregate: Aggregate) -> Asked:
    voice = scene.voice
    rows = rows_of(scene, aggregate)
    argument = aggregate.argument
    r = voice.rng.random()
    if isinstance(argument, Column):
        words = voice.column(argument)
        scale = words.scale
        if scale and scale.how and aggregate.function in ("max", "min") and r < 0.18:
            one = scene.describe(subject_of(scene, aggregate), False)
            best = voice.choose(scale.most if aggregate.function == "max" else scale.least)
            return f"how {scale.how} is the {best} {one.text}", "?"
        if aggregate.function == "avg" and r < 0.12:
            if scale and scale.how:
                return (
                    f"{voice.pick('on average, ', '')}how {scale.how} are {rows.text}{'' if False else ' on average'}".replace(
                        "on average, how", "how"
                    )
                    if voice.chance(0.6)
                    else f"on average, how {scale.how} are {rows.text}",
                    "?",
                )
            if scale and scale.verb:
                return f"how much do {rows.text} {scale.verb} on average", "?"
        if aggregate.function in ("max", "min") and scale and words.sense == "date" and r < 0.15:
            pass
        if (
            aggregate.function == "sum"
            and words.head in ("amount", "total", "revenue", "salary", "price", "cost", "sales")
            and r < 0.12
            and not rows.modified
        ):
            return f"what do all {rows.text} add up to in {voice.phrase(argument)}", "?"
        if not rows.modified and r < 0.3:
            noun = voice.noun(argument.table, False)
            phrase = voice.phrase(argument)
            if not phrase.startswith(noun):
                return ask(voice, f"{function_word(voice, aggregate)} {noun} {phrase}", False)
    link = (
        voice.pick("of", "of", "for", "of all", "across", "among", "across all")
        if aggregate.function != "sum"
        else voice.pick("of", "for", "across", "of all", "over all")
    )
    if rows.modified and link.endswith(" all") and voice.chance(0.6):
        link = link.removesuffix(" all")
    return ask(voice, measure(voice, aggregate, rows, link), False)


def _several(scene: Scene, expressions: list[Expression]) -> Asked:
    voice = scene.voice
    aggregates = [e for e in expressions if isinstance(e, Aggregate)]
    if len(aggregates) != len(expressions):
        raise UnsayableError("mixed select")
    rows = rows_of(scene, aggregates[0])
    columns = {a.argument for a in aggregates}
    link = voice.pick("of", "of", "for", "across", "among")
    if (
        len(columns) == 1
        and isinstance(aggregates[0].argument, Column)
        and all(a.function != "count" for a in aggregates)
    ):
        words = join([function_word(voice, a) for a in aggregates])
        phrase = voice.phrase(aggregates[0].argument)
        if (
            not rows.modified
            and voice.chance(0.25)
            and not phrase.startswith(voice.noun(aggregates[0].argument.table, False))
        ):
            return ask(voice, f"{words} {voice.noun(aggregates[0].argument.table, False)} {phrase}", True)
        return ask(voice, f"{words} {phrase} {link} {rows.text}", True)
    if aggregates[0].function == "count":
        rest = join([measure(voice, a, None) for a in aggregates[1:]])
        if len(aggregates) == 2:
            return ask(
                voice, f"{measure(voice, aggregates[0], rows)}{',' if rows.heavy else ''} and their {rest}", True
            )
    if aggregates[-1].argument is None:
        texts = join([measure(voice, a, None) for a in aggregates[:-1]])
        if rows.heavy:
            return (
                f"for {rows.text}, {voice.pick('what is', 'show', 'give me')} the {texts} and how many there are",
                ".",
            )
        return ask(
            voice,
            f"{texts} of {rows.text}, {voice.pick('and how many there are', 'as well as how many of them there are', 'and their number')}",
            True,
        )
    texts = join([measure(voice, a, None) for a in aggregates], voice.pick("and", "and the", "and"))
    return ask(voice, f"{texts} {link} {rows.text}", True)


def _spread(scene: Scene, expression: Arithmetic) -> Asked:
    """Say arithmetic on aggregates: the difference between the highest and the lowest price."""
    voice = scene.voice
    left, right = expression.left, expression.right
    if not isinstance(left, Aggregate):
        return ask(voice, f"{computed(voice, expression)} of {rows_of(scene, expression).text}", False)
    rows = rows_of(scene, left)
    if (
        isinstance(right, Aggregate)
        and expression.op == "-"
        and right.argument == left.argument
        and isinstance(left.argument, Column)
    ):
        phrase = voice.phrase(left.argument)
        one, two = function_word(voice, left), function_word(voice, right)
        gap = voice.pick("difference", "gap", "difference", "spread")
        return ask(voice, f"{gap} between the {one} and {voice.pick('the ', '')}{two} {phrase} of {rows.text}", False)
    if isinstance(right, Aggregate):
        word = {"+": "plus the", "-": "minus the", "*": "times the", "/": "divided by the"}[expression.op]
        return ask(voice, f"{measure(voice, left, None)} {word} {measure(voice, right, rows)}", False)
    if isinstance(right, int | float | str):
        word = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}[expression.op]
        return ask(voice, f"{measure(voice, left, rows)}, {word} {voice.literal(right)}", False)
    raise UnsayableError("arithmetic")
