"""Queries in two steps: "average number of orders per customer", the first rows of each group."""

from __future__ import annotations

from sqlwright.synth.english.asks import Asked, ask, show
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.grammar import with_article
from sqlwright.synth.english.measures import extreme
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import Aggregate, Column, Compare, Query, Window, With


def say_steps(tree: With, voice: Voice) -> Asked:
    """Say a query in two steps. Raises UnsayableError for steps of another kind."""
    inner, outer = tree.inner, tree.outer
    only = outer.select[0].expression if len(outer.select) == 1 else None
    if isinstance(only, Aggregate) and outer.where is None and len(inner.group_by) == 1:
        return _aggregate_of_counts(inner, only, voice)
    special = [i.expression for i in inner.select if isinstance(i.expression, Window)]
    match outer.where:
        case Compare(Column(), ("=" | "<=") as op, int() as limit) if len(special) == 1 and (op == "<=" or limit == 1):
            return _first_of_each(inner, outer, special[0], limit, voice)
    raise UnsayableError("WITH")


def _aggregate_of_counts(inner: Query, aggregate: Aggregate, voice: Voice) -> Asked:
    key = inner.group_by[0]
    if not isinstance(key, Column) or len(inner.select) != 2 or inner.select[1].expression != Aggregate("count", None):
        raise UnsayableError("WITH over another aggregate")
    rows = Scene(inner, voice).describe(inner.source.alias or inner.source.table, True).text
    thing = voice.names.target_of(key.table, key.name) or voice.phrase(key)
    if aggregate.function == "avg":
        mean = voice.pick("average", "mean", "average")
        frames: list[Asked] = [
            ask(voice, f"{mean} number of {rows} {voice.pick('per', 'for each', 'per')} {thing}", False),
            (
                f"on average, how many {rows} are there {voice.pick('per', 'for each')} {thing}",
                "?",
            ),
            (f"how many {rows} are there per {thing} on average", "?"),
            (f"how many {rows} does {voice.pick('each', with_article(thing).split()[0])} {thing} have on average", "?"),
        ]
        return voice.choose(frames)
    if aggregate.function not in ("max", "min"):
        raise UnsayableError("WITH")
    highest = aggregate.function == "max"
    best = voice.pick("highest", "largest", "maximum") if highest else voice.pick("lowest", "smallest", "minimum")
    if voice.chance(0.4):
        most, what = "most" if highest else "fewest", voice.pick("what is", "what's")
        return (
            f"{what} the {most} {rows} {voice.pick('any', 'a single')} {thing} has",
            "?",
        )
    return ask(
        voice, f"{best} number of {rows} {voice.pick('for any', 'for a single', 'per', 'for any one')} {thing}", False
    )


def _first_of_each(inner: Query, outer: Query, window: Window, limit: int, voice: Voice) -> Asked:
    if window.partition is None or window.order is None:
        raise UnsayableError("WITH")
    table = voice.table(inner.source.table)
    names = [i.expression.name for i in outer.select if isinstance(i.expression, Column)]
    if names[-1:] != [window.partition.name]:
        raise UnsayableError("WITH showing other columns")
    plural = limit != 1
    rows = Scene(inner, voice).describe(inner.source.alias or inner.source.table, plural).text
    part, phrase, words = voice.phrase(window.partition), voice.phrase(window.order), voice.column(window.order)
    count = f"{limit} " if plural else ""
    if words.scale is not None and voice.chance(0.6):
        best = f"{count}{voice.choose(words.scale.most if window.descending else words.scale.least)} {rows}"
    elif plural and voice.chance(0.6):
        best = f"{'top' if window.descending else 'bottom'} {count}{rows} by {phrase}"
    else:
        best = f"{count}{rows} with the {extreme(voice, window.order, window.descending)} {phrase}"
    if tuple(names[:-1]) != table.label:
        shown = [voice.phrase(Column(table.name, name)) for name in names[:-1]]
        best = f"{' and '.join(shown)} of the {best}"
    of = voice.pick("in each", "of each", "for each", "for every", "within each", "per")
    if voice.chance(0.35):
        return (
            f"for {voice.pick('each', 'every')} {part}, {voice.pick(show(voice), 'find', show(voice))} the {best}",
            ".",
        )
    also = voice.pick("", "", f", with the {part}", f", and show the {part}")
    return ask(voice, f"{best} {of} {part}", plural, also)
