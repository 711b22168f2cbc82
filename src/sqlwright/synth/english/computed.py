"""Rows with something worked out beside them: CASE, arithmetic, ranks, running totals."""

from __future__ import annotations

from sqlwright.synth.english import filters
from sqlwright.synth.english.asks import Asked, ask, show
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.measures import column_list, computed
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import Arithmetic, Case, Column, DaysBetween, Window


def say_computed(scene: Scene) -> Asked:
    """Ask for rows with a CASE, an arithmetic or a window expression beside plain columns.

    Raises:
        UnsayableError: there are several such expressions, or further clauses.
    """
    query = scene.query
    special = [i.expression for i in query.select if not isinstance(i.expression, Column)]
    columns = [i.expression for i in query.select if isinstance(i.expression, Column)]
    if len(special) != 1 or query.order_by or query.limit or query.distinct:
        raise UnsayableError("several computed columns")
    match special[0]:
        case Case() as only:
            return _case(scene, only, columns)
        case Window(function=("rank" | "row_number")) as only:
            return _rank(scene, only, columns)
        case Window() as only:
            return _running(scene, only, columns)
        case (Arithmetic() | DaysBetween()) as only:
            return _arithmetic(scene, only, columns)
    raise UnsayableError("computed column")


def _subject(scene: Scene) -> str:
    return scene.query.source.alias or scene.query.source.table


def _each(scene: Scene, columns: list[Column]) -> str:
    """Return "each customer", or its columns when they are more than its name."""
    voice, node = scene.voice, _subject(scene)
    each = f"{voice.pick('each', 'every')} {scene.describe(node, False).text}"
    label = tuple(c.name for c in columns) == voice.table(scene.graph.nodes[node].table).label
    if not columns or (label and voice.chance(0.7)):
        return each
    return f"the {column_list(voice, columns, False)} of {each}"


def _case(scene: Scene, case: Case, columns: list[Column]) -> Asked:
    voice = scene.voice
    condition = voice.choose(
        [text for kind, text in filters.modifiers(voice, case.condition, False) if kind == "whose"]
    )
    each = _each(scene, columns)
    then, other = f"'{case.then}'", f"'{case.otherwise}'"
    own = "their" if voice.table(scene.query.source.table).human else "its"
    test = f"{voice.pick(own, 'the')} {condition}"
    sort = voice.pick("label {} as", "mark {} as", "classify {} as", "tag {} as", "label {}").format(each)
    frames = [
        f"{sort} {then} if {test}, otherwise {other}",
        f"{show(voice)} {each} with {then} when {test} and {other} otherwise",
        f"list {each} and say {then} if {test} or else {other}",
        f"{show(voice)} {each}, and {then} if {test}, else {other}",
    ]
    if not each.startswith("the "):
        frames.append(f"for {each}, {voice.pick('show', 'give', 'return')} {then} if {test}, else {other}")
    return voice.choose(frames), "."


def _arithmetic(scene: Scene, expression: Arithmetic | DaysBetween, columns: list[Column]) -> Asked:
    voice = scene.voice
    text, each = computed(voice, expression), _each(scene, columns)
    if each.startswith("the "):
        link = voice.pick("together with", "along with", "and")
        return ask(voice, f"{each[4:]}{voice.pick(',', '')} {link} the {text}", True)
    if voice.chance(0.5):
        work = voice.pick("compute", "calculate", "show", "give me", "work out", "what is")
        return f"for {each}, {work} the {text}", "?" if work == "what is" else "."
    return ask(voice, f"{text} {voice.pick('for', 'of')} {each}", False)


def _rank(scene: Scene, window: Window, columns: list[Column]) -> Asked:
    voice, node = scene.voice, _subject(scene)
    table = voice.table(scene.graph.nodes[node].table)
    label = len(table.label)
    if window.order is None:
        raise UnsayableError("rank without an order")
    if not label or tuple(c.name for c in columns[:label]) != table.label:
        label = 0
    extra = columns[label:]
    also = (
        f", {voice.pick('showing', 'and show', 'also showing')} the {column_list(voice, extra, False)}" if extra else ""
    )
    by = f"by {voice.phrase(window.order)}{_direction(voice, window.order, window.descending)}"
    within = _within(voice, window)
    rows = scene.describe(node, True).text
    if window.function == "row_number":
        return f"{voice.pick('number', 'give row numbers to', 'number')} the {rows}{within} {by}{also}", "."
    one = scene.describe(node, False).text
    r = voice.rng.random()
    if r < 0.6:
        return f"rank {voice.pick('the ', 'all ', '')}{rows}{within} {by}{also}", "."
    if r < 0.8 and not extra:
        return ask(voice, f"rank of each {one}{within} {by}", False)
    own = "their" if table.human else "its"
    return f"{show(voice)} {voice.pick('each', 'every')} {one} with {own} rank{within} {by}{also}", "."


def _within(voice: Voice, window: Window) -> str:
    if window.partition is None:
        return ""
    part = voice.phrase(window.partition)
    return voice.pick(
        f" within each {part}", f" within their {part}", f" separately for each {part}", f" inside every {part}"
    )


def _running(scene: Scene, window: Window, columns: list[Column]) -> Asked:
    voice, node = scene.voice, _subject(scene)
    if window.argument is None or window.order is None or columns != [window.order, window.argument]:
        raise UnsayableError("running aggregate of other columns")
    what, by = voice.phrase(window.argument), voice.phrase(window.order)
    within = _within(voice, window)
    sums = ("running total", "cumulative total", "running sum", "cumulative sum")
    total = voice.choose(sums if window.function == "sum" else ("running average", "cumulative average"))
    each = f"{voice.pick('each', 'every')} {scene.describe(node, False).text}"
    rows = scene.describe(node, True)
    frames = [
        f"{show(voice)} the {by} and {what} of {each} with the {total} of {what} by {by}{within}",
        f"list the {by} and {what} of {rows.text} along with a {total} of the {what} in order of {by}{within}",
        f"for {each}, {show(voice)} the {by}, the {what} and the {total} of {what} up to that {by}{within}",
    ]
    return voice.choose(frames), "."


def _direction(voice: Voice, column: Column, descending: bool) -> str:
    if voice.column(column).sense in ("date", "year"):
        return (
            voice.pick(", newest first", ", latest first")
            if descending
            else voice.pick(", oldest first", ", earliest first")
        )
    if descending:
        return voice.pick(", highest first", " from highest to lowest", " in descending order", " (highest = 1)")
    return voice.pick(", lowest first", " from lowest to highest", " in ascending order", " (lowest = 1)")
