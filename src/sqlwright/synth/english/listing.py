"""Questions that list rows: "which customers live in Berlin?", "emails of active customers", "how old is Ann?"."""

from __future__ import annotations

from sqlwright.schema.words import plural as plural_of
from sqlwright.synth.english import about_one, apart, parents, tops
from sqlwright.synth.english.asks import Asked, ask, show, tell
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.grammar import possessive
from sqlwright.synth.english.measures import column_list, many
from sqlwright.synth.english.parts import Noun
from sqlwright.synth.english.sorting import order_tail
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.english.wh import clause_of, questions_of
from sqlwright.synth.tree import Column, Order


def say_listing(scene: Scene) -> Asked:
    """Ask for the rows of a query without aggregates.

    Raises:
        UnsayableError: it is sorted by several keys or by no column, or is more than a list.
    """
    query = scene.query
    shown = [item.expression for item in query.select if isinstance(item.expression, Column)]
    subject = query.source.alias or query.source.table
    owners = list(dict.fromkeys(c.alias or c.table for c in shown))
    focus = owners[0] if len(owners) == 1 else subject
    order = query.order_by[0] if query.order_by else None
    if len(query.order_by) > 1 or (order is not None and not isinstance(order.expression, Column)):
        raise UnsayableError("sort keys")
    if query.limit is not None:
        if order is None:
            return _some(scene, shown, focus)
        return tops.say_top(scene, shown, subject, order, query.limit)
    tail = _tail(scene, order, focus) if order is not None else ""
    if not shown:
        return _everything(scene, focus, tail)
    if scene.graph.nodes[focus].conditions or len(scene.graph.nodes) > len(owners):
        apart_chance = 0.36 if len(shown) > 1 or tail else 0.25
    else:
        apart_chance = 0.06
    if scene.voice.chance(apart_chance) and (len(owners) > 1 or not query.distinct or is_label(scene, shown, focus)):
        return apart.say_rows_apart(scene, shown, subject if len(owners) > 1 else focus, tail)
    if len(owners) > 1:
        return parents.say_with_parents(scene, shown, subject, tail)
    if not tail and len(query.source.joins) == 0 and scene.voice.chance(0.75):
        asked = about_one.say_about_one(scene, shown, focus)
        if asked is not None:
            return asked
    return _rows(scene, shown, focus, tail)


def _tail(scene: Scene, order: Order, focus: str) -> str:
    column = order.expression
    assert isinstance(column, Column)
    own = (column.alias or column.table) == focus
    phrase = (
        scene.voice.phrase(column) if own else f"{scene.voice.noun(column.table, False)} {scene.voice.bare(column)}"
    )
    return order_tail(scene.voice, order, phrase, own=own)


def _everything(scene: Scene, focus: str, tail: str) -> Asked:
    voice = scene.voice
    rows = scene.describe(focus, True).text
    return ask(
        voice,
        voice.pick(
            f"details of {rows}",
            f"all details of {rows}",
            f"all the details of {rows}",
            f"full details for {rows}",
            f"all information about {rows}",
            f"complete records of {rows}",
            f"all columns for {rows}",
            f"everything about {rows}",
            f"full records of {rows}",
            f"all fields of {rows}",
            f"all the info on {rows}",
            f"all data on {rows}",
        ),
        True,
        tail,
        definite=False,
    )


def _some(scene: Scene, columns: list[Column], focus: str) -> Asked:
    voice, limit = scene.voice, scene.query.limit
    rows = scene.describe(focus, True)
    few = voice.pick(f"any {limit}", f"{limit}", f"the first {limit}", f"{limit} example")
    if not columns:
        return ask(voice, f"all details of {few} {rows.text}", True, definite=False)
    return ask(voice, f"{column_list(voice, columns, True)} of {few} {rows.text}", True)


def is_label(scene: Scene, columns: list[Column], focus: str) -> bool:
    """Return whether the columns are just what the rows are called."""
    return tuple(c.name for c in columns) == scene.voice.table(scene.graph.nodes[focus].table).label


def _different(scene: Scene, columns: list[Column], focus: str) -> str:
    """Return "different " where DISTINCT has to be heard: not where people take every row once anyway."""
    if not scene.query.distinct:
        return ""
    if is_label(scene, columns[:1], focus) and scene.query.source.joins:
        return scene.voice.pick("", "", "", "different ", "distinct ")
    return scene.voice.pick("different ", "distinct ", "unique ", "distinct ", "different ")


def _rows(scene: Scene, columns: list[Column], focus: str, tail: str) -> Asked:
    voice = scene.voice
    label = is_label(scene, columns, focus)
    distinct = _different(scene, columns, focus)
    table = voice.table(scene.graph.nodes[focus].table)
    rows = scene.describe(focus, True)
    if label and voice.chance(0.62):
        return _by_name(scene, rows, focus, distinct, tail)
    if distinct:
        return _distinct(scene, columns, rows, distinct, tail)
    if len(columns) < 3 and not tail and voice.chance(0.45):
        the = voice.pick("", "the ", "the ") if rows.modified else voice.pick("the ", "all the ", "our ")
        direct = questions_of(voice, columns, f"{the}{rows.text}", True, table.human, clausal=rows.clausal)
        if direct is not None:
            return direct, "?"
    named = len(table.label)
    leading = named and len(columns) > named and tuple(c.name for c in columns[:named]) == table.label
    if leading and not tail and voice.chance(0.36):
        clause = clause_of(voice, columns[-1]) if len(columns) == named + 1 and voice.chance(0.6) else None
        told = clause.indirect("they", "them", True) if clause else ""
        return _with_others(scene, rows, told or f"their {column_list(voice, columns[named:], True)}")
    return _columns_of(scene, columns, rows, focus, tail)


def _columns_of(scene: Scene, columns: list[Column], rows: Noun, focus: str, tail: str) -> Asked:
    """Ask for columns of rows: "the names and cities of active customers"."""
    voice = scene.voice
    names = column_list(voice, columns, True)
    r = voice.rng.random()
    if not rows.modified and len(columns) <= 2 and r < 0.22:
        noun = voice.noun(columns[0].table, False)
        return ask(voice, f"{noun} {_bare_list(voice, columns)}", True, tail, definite=voice.chance(0.3))
    if r < 0.5:
        every = voice.pick("all ", "all the ", "", "") if not rows.modified or voice.chance(0.2) else ""
        return ask(voice, f"{names} {voice.pick('of', 'of', 'for')} {every}{rows.text}", True, tail)
    if r < 0.72:
        one = scene.describe(focus, False)
        each, singular = voice.pick("each", "every", "each"), column_list(voice, columns, False)
        if not one.modified and len(columns) <= 2 and not tail and voice.chance(0.4):
            return ask(
                voice,
                f"{possessive(f'{each} {one.text}')} {_bare_list(voice, columns, plural=False)}",
                False,
                definite=False,
            )
        if one.heavy and voice.chance(0.5):
            return f"for {each} {one.text}, {show(voice)} {_the(voice)}{singular}{tail}", "."
        return ask(voice, f"{singular} {voice.pick('of', 'for', 'of')} {each} {one.text}", len(columns) > 1, tail)
    if r < 0.8 and rows.modified:
        return f"for {voice.pick('', 'all ', 'the ')}{rows.text}, {show(voice)} {_the(voice)}{names}{tail}", "."
    if r < 0.85 and not tail:
        verb_ = "do" if not rows.clausal else "do the"
        return f"what {names} {verb_} {rows.text} have", "?"
    if r < 0.9 and not tail and rows.modified:
        return f"{rows.text}: {column_list(voice, columns, voice.chance(0.4))}", ""
    if r < 0.94 and rows.modified:
        return f"{column_list(voice, columns, voice.chance(0.9))} {voice.pick('for', 'of')} {rows.text}{tail}", ""
    return ask(voice, f"{names} {voice.pick('of', 'for')} {rows.text}", True, tail)


def _bare_list(voice: Voice, columns: list[Column], plural: bool = True) -> str:
    """Return the columns' names for behind their table's noun: "customer names and cities"."""
    text = column_list(voice, columns, plural)
    if any(voice.bare(c) != voice.phrase(c) for c in columns):
        return " and ".join(plural_of(voice.bare(c)) if plural else voice.bare(c) for c in columns)
    return text


def _with_others(scene: Scene, rows: Noun, others: str) -> Asked:
    """Ask for rows by name with more columns: "customers in Berlin and their emails", "drugs and who makes them"."""
    voice = scene.voice
    if rows.clause and voice.chance(0.35):
        what = f"what are {others}" if others.startswith("their ") else others
        return f"which {rows.short} {rows.clause}, and {what}", "?"
    if rows.heavy:
        return ask(
            voice,
            f"{rows.text}, {voice.pick('along with', 'together with', 'with')} {others}",
            True,
            definite=False,
        )
    link = voice.pick("and", "along with", "together with", "and", "plus")
    return ask(voice, f"{voice.pick('all ', '', '')}{rows.text} {link} {others}", True, definite=False)


_STATIVE = (
    " in ",
    " from ",
    " at ",
    " based",
    " located",
    " aged",
    " over ",
    " under ",
    " without ",
    " placed",
    " taken",
    " written",
    " born",
    " hired",
)


_DONE = frozenset({"placed", "taken", "written", "born", "hired"})


def _by_name(scene: Scene, rows: Noun, focus: str, distinct: str, tail: str) -> Asked:
    """Ask for rows whose name is all that is wanted: "which customers live in Berlin?"."""
    voice = scene.voice
    table = voice.table(scene.graph.nodes[focus].table)
    r = voice.rng.random()
    if not rows.modified:
        if r < 0.4 and not tail and table.human:
            return f"who are {voice.pick('all the', 'our', 'the')} {rows.text}", "?"
        if r < 0.5 and not tail:
            return f"{voice.pick('which', 'what')} {rows.text} {voice.pick('are there', 'do we have', 'exist')}", "?"
        return ask(voice, f"{voice.pick('all ', 'all the ', 'the ', '')}{rows.text}", True, tail, definite=False)
    if rows.clause:
        short = f"{distinct}{rows.short}"
        if r < 0.3:
            return f"{voice.pick('which', 'which', 'what')} {short} {rows.clause}{tail}", "?"
        if (
            r < 0.48
            and table.human
            and not rows.before
            and not rows.behind
            and not rows.replaced
            and voice.names.people() == 1
        ):
            one = scene.describe(focus, False)
            if one.clause and not (one.before or one.behind or one.replaced):
                return f"who {one.clause}{tail}", "?"
        if r < 0.55:
            return tell(voice, f"which {short} {rows.clause}{tail}")
    if r < 0.6 and not tail and not rows.tail and rows.behind.startswith(_STATIVE):
        be = "were" if rows.behind.split(maxsplit=1)[0] in _DONE else "are"
        return f"which {distinct}{rows.before}{rows.head} {be}{rows.behind}", "?"
    if r < 0.66 and not tail and not rows.tail and rows.behind.startswith(" with ") and not rows.before:
        return (
            f"{voice.pick('which', 'what', 'which')} {distinct}{rows.head} have{rows.behind.removeprefix(' with')}",
            "?",
        )
    if r < 0.72 and table.human and not tail:
        return f"who are {voice.pick('the', 'all the', 'the', 'our')} {distinct}{rows.text}", "?"
    if r < 0.77 and not tail:
        return f"any {rows.text}", "?"
    return ask(
        voice, f"{voice.pick('', '', 'all ', 'all the ', 'the ')}{distinct}{rows.text}", True, tail, definite=False
    )


def _distinct(scene: Scene, columns: list[Column], rows: Noun, distinct: str, tail: str) -> Asked:
    """Ask for the different values of columns."""
    voice, column = scene.voice, columns[0]
    of = voice.pick("of", "for", "of", "among", "across")
    if len(columns) > 1:
        sets = voice.pick("pairs of ", "combinations of ", "") if len(columns) == 2 else "combinations of "
        return ask(
            voice,
            f"{distinct}{sets}{column_list(voice, columns, False)} {voice.pick('of', 'for')} {rows.text}",
            True,
            tail,
            definite=False,
        )
    words = voice.column(column)
    names = many(voice, column)
    r = voice.rng.random()
    if words.places and r < 0.3 and not tail and not rows.clausal:
        which = voice.pick("which", f"what {distinct}".strip(), f"which {distinct}".strip())
        if voice.table(column.table).human:
            return (
                f"{which} {names} {voice.pick('do {} live in', 'are {} from').format(rows.text)}",
                "?",
            )
        return f"{which} {names} are {rows.text} in", "?"
    if r < 0.45 and not tail:
        end = voice.pick("do {} have", "are there among {}", "are there for {}").format(rows.text)
        return f"what {distinct}{names} {end}", "?"
    if r < 0.55 and not rows.modified:
        return ask(voice, f"{distinct}{voice.noun(column.table, False)} {_bare_list(voice, columns)}", True, tail)
    if r < 0.65:
        return (
            f"{show(voice)} {voice.pick('every', 'each')} {distinct}{voice.phrase(column)} {of} {rows.text}{tail}",
            ".",
        )
    return ask(voice, f"{distinct}{names} {of} {rows.text}", True, tail)


def _the(voice: Voice) -> str:
    return "the " if voice.chance(0.6) else ""
