"""Questions for one number, or a few: "how many orders did Ann place?", "what's the average price of products?"."""

from __future__ import annotations

from sqlwright.synth.english import filters
from sqlwright.synth.english.asks import Asked, ask, tell
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.grammar import capitalised, join
from sqlwright.synth.english.measures import article, computed, function_word, many, measure, moment, span
from sqlwright.synth.english.modifiers import attached, who
from sqlwright.synth.english.parts import Noun
from sqlwright.synth.english.voice import UnsayableError
from sqlwright.synth.tree import Aggregate, Arithmetic, Case, Column, Condition, DaysBetween, Expression

_ALL = ("", "the ", "all ", "all the ")
_SUMMED = frozenset({"amount", "total", "revenue", "salary", "price", "cost", "sales", "payment", "fee", "balance"})
_WORDS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}


def say_totals(scene: Scene) -> Asked:
    """Ask for the aggregates of a query without groups. Raises UnsayableError when it has more clauses than that."""
    query = scene.query
    if query.having or query.limit or query.order_by or query.distinct:
        raise UnsayableError("aggregate with more clauses")
    expressions = [item.expression for item in query.select]
    if len(expressions) > 1:
        return _several(scene, expressions)
    match expressions[0]:
        case Aggregate("count") as only:
            return _count(scene, only)
        case Aggregate() as only:
            return _one(scene, only)
        case Arithmetic() as only:
            return _spread(scene, only)
    raise UnsayableError("aggregate")


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


def rows_of(scene: Scene, aggregate: Expression) -> Noun:
    """Return the rows that an aggregate runs over, in the plural."""
    return scene.describe(subject_of(scene, aggregate), True)


def _count(scene: Scene, aggregate: Aggregate) -> Asked:
    voice, argument = scene.voice, aggregate.argument
    if isinstance(argument, Column) and voice.column(argument).sense != "key":
        return _count_values(scene, aggregate, argument)
    rows = rows_of(scene, aggregate)
    different = voice.pick("different ", "distinct ", "", "") if aggregate.distinct and scene.query.source.joins else ""
    if rows.modified and voice.chance(0.09):
        number = voice.pick("how many are there", "how many are there", "how many", "how many do we have")
        return _apart(scene, rows, f"{number}?" if not different else f"how many {different}{rows.head} are there?")
    r = voice.rng.random()
    if rows.clause and r < 0.45:
        question = f"how many {different}{rows.short} {rows.clause}"
        return tell(voice, question) if voice.chance(0.15) else (question, "?")
    if r < 0.66:
        return _how_many(scene, rows, different)
    if r < 0.76:
        return (
            f"{voice.pick('count', 'count', 'count up')} {voice.choose(_ALL)}{different}{rows.text}",
            ".",
        )
    if r < 0.79 and not rows.modified:
        return f"{voice.noun(scene.graph.nodes[subject_of(scene, aggregate)].table, False)} count", ""
    number = voice.pick("number of", "number of", "total number of", "count of")
    return ask(voice, f"{number} {different}{rows.text}", False)


def _apart(scene: Scene, rows: Noun, question: str) -> Asked:
    """Name the rows first, then ask about them: "Open tickets from 2024: how many are there?"."""
    voice = scene.voice
    if voice.chance(0.25):
        lead = voice.pick("take the", "look at the", "think of the", "consider the", "take all the")
        return f"{lead} {rows.text}. {capitalised(question)}", ""
    return f"{rows.text}{voice.pick(': ', ': ', ' - ', ', ')}{question}", ""


def _how_many(scene: Scene, rows: Noun, different: str) -> Asked:
    voice = scene.voice
    split = rows.tail.startswith((" who ", " that ", " which ", " whose ", " where "))
    if voice.chance(0.12):
        return tell(
            voice,
            f"how many {different}{rows.short} there are{rows.tail}"
            if split
            else f"how many {different}{rows.text} there are",
        )
    if not rows.heavy:
        end = voice.pick("are there", "are there", "do we have", "exist", "are there in total", "are there altogether")
        return f"how many {different}{rows.text} {end}", "?"
    if split:
        return (
            f"how many {different}{rows.short} are there{rows.tail}"
            if rows.tail
            else f"how many {different}{rows.text} are there",
            "?",
        )
    return f"how many {different}{rows.text}{voice.pick(' are there', '', ' do we have')}", "?"


def _count_values(scene: Scene, aggregate: Aggregate, column: Column) -> Asked:
    voice = scene.voice
    rows = rows_of(scene, aggregate)
    if not aggregate.distinct:
        return ask(voice, measure(voice, aggregate, rows), False)
    words, things = voice.column(column), many(voice, column)
    different = voice.pick("different", "distinct", "unique", "different")
    the = "the " if rows.clausal else ""
    r = voice.rng.random()
    if r < 0.5:
        end = voice.pick(
            f"do {the}{rows.text} have", f"are there among {the}{rows.text}", f"are there for {the}{rows.text}"
        )
        if words.places and voice.chance(0.6):
            human = voice.table(column.table).human
            end = (
                voice.pick(
                    f"are {the}{rows.text} from", f"do {the}{rows.text} come from", f"do {the}{rows.text} live in"
                )
                if human
                else f"are {the}{rows.text} in"
            )
        elif voice.chance(0.12):
            return tell(voice, f"how many {different} {things} {the}{rows.text} have")
        return f"how many {different} {things} {end}", "?"
    if r < 0.62:
        return f"count the {different} {things} {voice.pick('of', 'among', 'for')} {rows.text}", "."
    return ask(voice, measure(voice, aggregate, rows), False)


def _one(scene: Scene, aggregate: Aggregate) -> Asked:
    voice, argument = scene.voice, aggregate.argument
    rows = rows_of(scene, aggregate)
    if isinstance(argument, Column):
        asked = _spoken(scene, aggregate, argument, rows) if voice.chance(0.3) else None
        if asked is not None:
            return asked
        if not rows.modified and voice.chance(0.22):
            noun, phrase = voice.noun(argument.table, False), voice.bare(argument)
            if not phrase.startswith("number of"):
                return ask(voice, f"{function_word(voice, aggregate)} {noun} {phrase}", False)
    if isinstance(argument, DaysBetween) and aggregate.function == "avg" and voice.chance(0.5):
        return _how_many_days(scene, argument, rows)
    if rows.modified and voice.chance(0.09):
        what = measure(voice, aggregate, None)
        return _apart(scene, rows, voice.pick(f"what is their {what}?", f"what is the {what}?", f"{what}?"))
    if aggregate.function == "avg" and voice.chance(0.15):
        return ask(
            voice, measure(voice, aggregate, article(scene.describe(subject_of(scene, aggregate), False))), False
        )
    links = (
        ("of", "for", "across", "of all", "over all")
        if aggregate.function == "sum"
        else ("of", "of", "for", "of all", "across", "among")
    )
    link = voice.choose(links)
    if rows.modified and voice.chance(0.6):
        link = link.removesuffix(" all")
    return ask(voice, measure(voice, aggregate, rows, link), False)


def _how_many_days(scene: Scene, days: DaysBetween, rows: Noun) -> Asked:
    """Ask "how many days pass on average between ...", or "how long does it take for tickets to be closed"."""
    voice, verb = scene.voice, scene.voice.column(days.end).verb
    if verb is not None and verb[1] and not rows.heavy and verb[0] != "due" and voice.chance(0.4):
        start = moment(voice, days.start, days.end)
        long = voice.pick("how many days does it take on average", "how long, in days, does it take on average")
        return f"{long} {voice.pick('after', 'from')} the {start} until {rows.text} are {verb[0]}", "?"
    pass_ = voice.pick(
        "how many days pass on average", "on average, how many days are there", "how many days are there"
    )
    average = "" if "average" in pass_ else " on average"
    return f"{pass_} {span(computed(voice, days))} {voice.pick('of', 'for')} {rows.text}{average}", "?"


def _spoken(scene: Scene, aggregate: Aggregate, argument: Column, rows: Noun) -> Asked | None:
    """Ask as people speak: "how old is the oldest customer?", "how much do books cost on average?"."""
    voice, words = scene.voice, scene.voice.column(argument)
    scale, function = words.scale, aggregate.function
    the = "the " if rows.clausal else ""
    if scale is not None and scale.how and function in ("max", "min"):
        one = scene.describe(subject_of(scene, aggregate), False)
        return (
            f"how {scale.how} is the {voice.choose(scale.most if function == 'max' else scale.least)} {one.text}",
            "?",
        )
    if function == "avg" and scale is not None and (scale.how or scale.verb):
        ask_ = f"how {scale.how} are {the}{rows.text}" if scale.how else f"how much do {the}{rows.text} {scale.verb}"
        return (f"on average, {ask_}" if rows.heavy or voice.chance(0.4) else f"{ask_} on average"), "?"
    if function == "sum" and words.head in _SUMMED and not rows.modified:
        return (
            f"what is the {voice.phrase(argument)} of all {rows.text} {voice.pick('combined', 'added up', 'in total')}",
            "?",
        )
    if function == "sum" and words.counted:
        return (
            f"how many {words.counted} {voice.pick('are there in total', 'in total', 'altogether')} for {rows.text}",
            "?",
        )
    return None


def _several(scene: Scene, expressions: list[Expression]) -> Asked:
    voice = scene.voice
    aggregates = [e for e in expressions if isinstance(e, Aggregate)]
    if len(aggregates) != len(expressions):
        raise UnsayableError("mixed select")
    rows = rows_of(scene, aggregates[0])
    if rows.modified and voice.chance(0.15):
        parts = ["how many" if a.argument is None else measure(voice, a, None) for a in aggregates]
        if voice.chance(0.5):
            return f"{rows.text}: {join(parts)}?", ""
        return _apart(scene, rows, f"{join(parts)}?")
    link = voice.pick("of", "of", "for", "across", "among")
    argument = aggregates[0].argument
    same = isinstance(argument, Column) and all(a.argument == argument and a.function != "count" for a in aggregates)
    if same and isinstance(argument, Column):
        words, phrase = join([function_word(voice, a) for a in aggregates]), voice.phrase(argument)
        if not rows.modified and voice.chance(0.25) and not phrase.startswith("number of"):
            return ask(voice, f"{words} {voice.noun(argument.table, False)} {voice.bare(argument)}", True)
        return ask(voice, f"{words} {phrase} {link} {rows.text}", True)
    if aggregates[0].argument is None and len(aggregates) == 2:
        rest = measure(voice, aggregates[1], None)
        return ask(voice, f"{measure(voice, aggregates[0], rows)}{',' if rows.heavy else ''} and their {rest}", True)
    if aggregates[-1].argument is None:
        texts = join([measure(voice, a, None) for a in aggregates[:-1]])
        if rows.heavy:
            return (
                f"for {rows.text}, {voice.pick('what is', 'show', 'give me')} the {texts} and how many there are",
                ".",
            )
        more = voice.pick("and how many there are", "as well as how many of them there are", "and their number")
        return ask(voice, f"{texts} of {rows.text}, {more}", True)
    if all(a.function == aggregates[0].function for a in aggregates) and all(
        isinstance(a.argument, Column) for a in aggregates
    ):
        phrases = [voice.phrase(a.argument) for a in aggregates if isinstance(a.argument, Column)]
        word = function_word(voice, aggregates[0])
        return ask(voice, f"{word} {join(phrases, f'and {word}')} {link} {rows.text}", True)
    texts = join([measure(voice, a, None) for a in aggregates], voice.pick("and", "and the", "and"))
    return ask(voice, f"{texts} {link} {rows.text}", True)


def _share(scene: Scene, condition: Condition) -> Asked:
    """Say `SUM(CASE WHEN ... THEN 1 ELSE 0 END) * 100.0 / COUNT(*)`: what percentage of rows something is true of."""
    voice, node = scene.voice, subject_of(scene, Aggregate("count", None))
    rows = scene.describe(node, True)
    table = voice.table(scene.graph.nodes[node].table)
    kind, text = voice.choose([m for m in filters.modifiers(voice, condition, True) if m[0] != "short"])
    share = voice.pick("percentage", "percentage", "percent", "share", "proportion")
    percent = voice.pick(" (in percent)", ", in percent,", " in %") if share in ("share", "proportion") else ""
    whole = f"{voice.pick('', 'all ', 'the ', 'our ')}{rows.text}"
    be = {"adj": f"are {text}", "head": f"are {text}", "pred": text, "with": f"have {text}"}.get(kind, "")
    if not be:
        only = f"{rows.head} {attached((kind, text), who(voice, table.human))}"
        return f"{only} as a {voice.pick('percentage', 'percent')} of {whole}", ""
    if voice.chance(0.6):
        return f"what {share} of {whole}{percent} {be}", "?"
    return ask(voice, f"{share}{percent.rstrip(',')} of {rows.text} that {be}", False)


def _spread(scene: Scene, expression: Arithmetic) -> Asked:
    """Say arithmetic on aggregates: the difference between the highest and the lowest price."""
    voice = scene.voice
    left, right = expression.left, expression.right
    match expression:
        case Arithmetic("/", Arithmetic("*", Aggregate("sum", Case(condition, 1, 0)), 100.0), Aggregate("count", None)):
            return _share(scene, condition)
    if not isinstance(left, Aggregate):
        return ask(voice, f"{computed(voice, expression)} of {rows_of(scene, expression).text}", False)
    rows = rows_of(scene, left)
    if isinstance(right, int | float | str):
        return ask(voice, f"{measure(voice, left, rows)}, {_WORDS[expression.op]} {voice.literal(right)}", False)
    if not isinstance(right, Aggregate):
        raise UnsayableError("arithmetic")
    if expression.op == "-" and right.argument == left.argument and isinstance(left.argument, Column):
        one, two, phrase = function_word(voice, left), function_word(voice, right), voice.phrase(left.argument)
        gap = voice.pick("difference", "gap", "difference", "spread")
        return ask(voice, f"{gap} between the {one} and {voice.pick('the ', '')}{two} {phrase} of {rows.text}", False)
    return ask(voice, f"{measure(voice, left, None)} {_WORDS[expression.op]} the {measure(voice, right, rows)}", False)
