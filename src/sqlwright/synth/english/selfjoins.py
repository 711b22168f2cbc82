"""A table joined to itself: "employees who earn more than their manager", "pairs of customers in the same city"."""

from __future__ import annotations

from sqlwright.schema.words import plural
from sqlwright.synth.english.asks import Asked, ask, show
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.grammar import possessive
from sqlwright.synth.english.measures import column_list
from sqlwright.synth.english.voice import Voice
from sqlwright.synth.tree import Column, Compare, Query


def say_pairs(query: Query, voice: Voice) -> Asked | None:
    """Say a self-join on equal columns ("pairs of customers in the same city"); None for another query."""
    source = query.source
    if (
        len(source.joins) != 1
        or source.joins[0].table != source.table
        or source.joins[0].left.name != source.joins[0].right.name
    ):
        return None
    table = voice.table(source.table)
    match query.where:
        case Compare(Column() as one, "<", Column() as two) if one.name == two.name and one.name.lower() in table.keys:
            pass
        case _:
            return None
    shown = [i.expression.name for i in query.select if isinstance(i.expression, Column)]
    half = shown[: len(shown) // 2]
    if shown != half + half or not half:
        return None
    column = Column(source.table, source.joins[0].left.name)
    phrase, noun = voice.phrase(column), voice.noun(source.table, True)
    same = voice.pick(f"with the same {phrase}", f"that share the same {phrase}", f"that have the same {phrase}")
    if voice.column(column).places and voice.chance(0.6):
        same = voice.pick(f"in the same {phrase}", f"from the same {phrase}")
    if tuple(half) != table.label:
        columns = column_list(voice, [Column(source.table, name) for name in half], True)
        return ask(voice, f"{columns} of {voice.pick('all ', '', 'the ')}pairs of {noun} {same}", True)
    if voice.chance(0.25):
        return (
            f"which {noun} {voice.pick('share', 'have')} the same {phrase}? {show(voice)} each pair once",
            ".",
        )
    return ask(
        voice,
        f"{voice.pick('all pairs of ', 'every pair of ', 'pairs of ', 'the pairs of ')}{noun} {same}",
        True,
        definite=False,
    )


def say_superior(scene: Scene) -> Asked | None:
    """Say a self-join along a key ("employees with the name of their manager"); None when the query is another."""
    query, source = scene.query, scene.query.source
    if len(source.joins) != 1 or source.joins[0].table != source.table or query.order_by or query.limit:
        return None
    columns = [i.expression for i in query.select if isinstance(i.expression, Column)]
    mine = [c for c in columns if c.alias == source.alias]
    theirs = [c for c in columns if c.alias == source.joins[0].alias]
    if len(columns) != len(query.select) or not mine:
        return None
    if query.where is None and theirs:
        return _with_superior(scene, mine, theirs)
    match query.where:
        case Compare(Column() as one, (">" | "<") as op, Column() as two) if one.name == two.name:
            asked = _compared(scene, mine, one, op == ">")
            if not theirs:
                return asked
            role = scene.role_of(source.joins[0].alias)
            both = scene.voice.pick(
                f"along with the {role}'s {column_list(scene.voice, theirs, False)}",
                f"and who the {role} is",
                f"showing both names, their own and the {role}'s",
                f"with the {column_list(scene.voice, theirs, False)} of the {role}",
            )
            return f"{asked[0]}, {both}", asked[1]
    return None


def _with_superior(scene: Scene, mine: list[Column], theirs: list[Column]) -> Asked | None:
    voice, table = scene.voice, scene.voice.table(scene.query.source.table)
    if not tuple(c.name for c in mine) == tuple(c.name for c in theirs) == table.label:
        return None
    role = scene.role_of(scene.query.source.joins[0].alias)
    noun, nouns = voice.noun(table.name, False), voice.noun(table.name, True)
    names, own = column_list(voice, theirs, False), "their" if table.human else "its"
    r = voice.rng.random()
    if r < 0.3:
        return ask(
            voice, f"{voice.pick('each', 'every')} {noun} with the {names} of {own} {role}", False, definite=False
        )
    if r < 0.55:
        others = f"{possessive(plural(role))} {column_list(voice, theirs, True)}"
        return ask(voice, f"{noun} {column_list(voice, mine, True)} and their {others}", True)
    if r < 0.75:
        return f"{'who' if table.human else 'what'} is each {noun}'s {role}", "?"
    return f"list {voice.pick('all ', '')}{nouns} along with their {plural(role)}", "."


def _compared(scene: Scene, mine: list[Column], column: Column, more: bool) -> Asked:
    voice = scene.voice
    table, words, phrase = voice.table(column.table), voice.column(column), voice.phrase(column)
    role, nouns = scene.role_of(scene.query.source.joins[0].alias), voice.noun(column.table, True)
    higher, who = "higher" if more else "lower", "who" if table.human else "that"
    options = [
        f"whose {phrase} is {higher} than {voice.pick(f'that of their {role}', possessive(f'their {role}'))}",
        f"with a {higher} {phrase} than their {role}",
    ]
    if words.sense in ("date", "year"):
        side, compared = ("after", "later") if more else ("before", "earlier")
        theirs = voice.pick(f"that of their {role}", possessive(f"their {role}"))
        options = [f"whose {phrase} is {compared} than {theirs}"]
        if words.verb and words.verb[1]:
            options += [f"{who} were {words.verb[0]} {side} their {role}"] * 3
            options.append(f"{who} were {words.verb[0]} {compared} than their own {role}")
    elif words.scale is not None:
        options.append(f"{who} are {words.scale.more if more else words.scale.less} than their {role}")
        if words.scale.verb:
            options += [f"{who} {words.scale.verb} {'more' if more else 'less'} than their {role}"] * 2
    text = voice.choose(options)
    if tuple(c.name for c in mine) != table.label or voice.chance(0.3):
        return ask(voice, f"{column_list(voice, mine, True)} of {nouns} {text}", True)
    if text.startswith(f"{who} ") and voice.chance(0.5):
        return f"which {nouns} {text.removeprefix(who + ' ')}", "?"
    return ask(voice, f"{nouns} {text}", True, definite=False)
