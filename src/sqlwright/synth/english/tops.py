"""The first rows by some column: "the cheapest product", "top 5 products by price"."""

from __future__ import annotations

from sqlwright.synth.english.apart import in_brackets
from sqlwright.synth.english.asks import Asked, ask, show
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.lexis import NUMBERS
from sqlwright.synth.english.measures import column_list, extreme
from sqlwright.synth.english.voice import UnsayableError
from sqlwright.synth.english.wh import clause_of, questions_of
from sqlwright.synth.tree import Column, Order

_NO_ADVERB = frozenset({"due", "departing", "arriving", "born"})


def say_top(scene: Scene, columns: list[Column], subject: str, order: Order, limit: int) -> Asked:
    """Ask for the first `limit` rows of `subject` by one of its own columns.

    Raises:
        UnsayableError: the rows are sorted by another table's column.
    """
    voice, column = scene.voice, order.expression
    assert isinstance(column, Column)
    owner = column.alias or column.table
    if owner != subject:
        raise UnsayableError("first by another table's column")
    plural = limit > 1
    best, heavy = superlative(scene, subject, column, order.descending, limit)
    if not columns:
        what = voice.pick("details", "information", "the details", "data")
        return ask(voice, f"all {what} {voice.pick('of', 'about', 'on')} the {best}", True, definite=False)
    parents = [c for c in columns if (c.alias or c.table) != owner]
    if parents:
        return _parent(scene, parents, [c for c in columns if (c.alias or c.table) == owner], best, plural)
    table = voice.table(scene.graph.nodes[subject].table)
    label = len(table.label)
    leading = bool(label) and tuple(c.name for c in columns[:label]) == table.label
    if leading and len(columns) == label and voice.chance(0.72):
        return _named(scene, subject, column, order.descending, best, plural)
    if not leading and not heavy and voice.chance(0.5):
        direct = questions_of(voice, columns, f"the {best}", plural, table.human)
        if direct is not None:
            return direct, "?"
    if voice.chance(0.25):
        names = column_list(voice, columns, plural and voice.chance(0.6))
        if leading and not plural and voice.chance(0.5):
            who = "who" if table.human else "what"
            return in_brackets(voice, (f"{who} is {voice.pick('the', 'the', 'our')} {best}", "?"), names, len(columns))
        lead = voice.pick("the ", "", f"{show(voice)} the ")
        return in_brackets(voice, (f"{lead}{best}", ""), names, len(columns))
    r = voice.rng.random()
    if not leading or len(columns) == label or r < 0.6:
        names = column_list(voice, columns, plural)
        if table.human or r > 0.12 or plural:
            return ask(voice, f"{names} of the {best}", plural or len(columns) > 1)
        return ask(voice, f"{names} for the {best}", len(columns) > 1)
    clause = clause_of(voice, columns[-1]) if len(columns) == label + 1 and voice.chance(0.5) else None
    if clause is not None:
        many_ = plural or table.human
        told = clause.direct("they" if many_ else "it", "them" if many_ else "it", many_)
        be = f"{'are' if plural else 'is'} the {best}"
        return f"{'who' if table.human else 'what' if plural else 'which'} {be}, and {told}", "?"
    others = column_list(voice, columns[label:], plural)
    own = "their" if plural or table.human else "its"
    if r < 0.8 and not plural:
        who = "who" if table.human else "what"
        return f"{who} is the {best}, and what {'are' if len(columns) - label > 1 else 'is'} {own} {others}", "?"
    return ask(
        voice,
        f"{best}{',' if heavy else ''} {voice.pick('along with', 'together with', 'and', 'with')} {own} {others}",
        plural,
    )


def _named(scene: Scene, subject: str, column: Column, descending: bool, best: str, plural: bool) -> Asked:
    voice = scene.voice
    table = voice.table(scene.graph.nodes[subject].table)
    words = voice.column(column)
    be = "are" if plural else voice.pick("is", "is", "'s")
    space = "" if be.startswith("'") else " "
    r = voice.rng.random()
    if r < 0.34:
        return f"{'who' if table.human else 'what'}{space}{be} the {best}", "?"
    if r < 0.52 and not plural:
        rows = scene.describe(subject, False)
        if not rows.heavy:
            if words.scale is not None and voice.chance(0.5):
                adjective = voice.choose(words.scale.most if descending else words.scale.least)
                return f"which {rows.text} is the {adjective}", "?"
            if words.counted:
                return f"which {rows.text} has the {'most' if descending else 'fewest'} {words.counted}", "?"
            if words.scale is not None and words.scale.verb:
                return f"which {rows.text} {words.scale.verb}s the {'most' if descending else 'least'}", "?"
            return f"which {rows.text} has the {extreme(voice, column, descending)} {voice.phrase(column)}", "?"
    return ask(voice, best, plural)


def superlative(scene: Scene, subject: str, column: Column, descending: bool, limit: int) -> tuple[str, bool]:
    """Return the first rows by a column of their own as a noun phrase without "the", and whether it is heavy."""
    voice = scene.voice
    plural = limit > 1
    rows = scene.describe(subject, plural)
    words, phrase = voice.column(column), voice.phrase(column)
    count = f"{NUMBERS[limit] if limit <= 10 and voice.chance(0.25) else limit} " if plural else ""
    if words.scale is not None and voice.chance(0.62):
        adjective = voice.choose(words.scale.most if descending else words.scale.least)
        return f"{count}{adjective} {rows.text}", rows.heavy
    if words.verb and words.verb[1] and words.sense == "date" and words.verb[0] not in _NO_ADVERB and voice.chance(0.4):
        adverb = voice.pick("most recently", "last", "most recently") if descending else "first"
        return (
            f"{count}{'most recently' if plural and adverb == 'last' else adverb} {words.verb[0]} {rows.text}",
            rows.heavy,
        )
    if plural and not rows.heavy and voice.chance(0.5):
        if descending:
            return f"top {count}{rows.text} by {phrase}", True
        if voice.chance(0.6):
            return f"bottom {count}{rows.text} by {phrase}", True
    best = extreme(voice, column, descending)
    with_ = f"with the {best} {phrase}"
    if words.counted:
        most = ("most", "most", "highest number of") if descending else ("fewest", "fewest", "lowest number of")
        with_ = f"with the {voice.choose(most)} {words.counted}"
    if rows.heavy:
        among = scene.describe(subject, True).text
        return (
            f"{count}{rows.head} {with_} {voice.pick('among', 'of', 'out of')} {voice.pick('all ', '', 'the ')}{among}",
            True,
        )
    return f"{count}{rows.text} {with_}", True


def _parent(scene: Scene, parents: list[Column], own: list[Column], best: str, plural: bool) -> Asked:
    """Ask for what the first rows point to: "the customer of the most expensive order"."""
    voice = scene.voice
    name = parents[0].alias or parents[0].table
    owner, owners = scene.role_of(name), scene.plural_role(name)
    label = tuple(c.name for c in parents) == voice.table(parents[0].table).label
    human = voice.table(parents[0].table).human
    names = column_list(voice, parents, plural)
    of = voice.pick("of", "for")
    if own:
        mine = column_list(voice, own, plural)
        theirs = (
            voice.pick(f"{names} of the {owners if plural else owner}", owners if plural else owner)
            if label
            else f"{names} of the {owners if plural else owner}"
        )
        return ask(voice, f"{mine} and the {theirs} {of} the {best}", True)
    if label and voice.chance(0.6):
        if not plural and human and voice.chance(0.4):
            return f"who is the {owner} {voice.pick('of', 'behind', 'for')} the {best}", "?"
        return ask(
            voice,
            f"{owners if plural else owner} {voice.pick('of', 'behind', 'for') if human else of} the {best}",
            plural,
        )
    if voice.chance(0.4) and len(parents) == 1 and voice.bare(parents[0]) == voice.phrase(parents[0]):
        return ask(voice, f"{owner} {names} {of} the {best}", plural)
    return ask(voice, f"{names} of the {owners if plural else owner} {of} the {best}", plural or len(parents) > 1)
