"""Questions about one row called by its name: "how old is Ann?", "where does Ann live?", "Ann's email"."""

from __future__ import annotations

from sqlwright.synth.english.asks import Asked, ask
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.grammar import possessive
from sqlwright.synth.english.measures import column_list
from sqlwright.synth.english.relations import named
from sqlwright.synth.english.wh import questions_of
from sqlwright.synth.tree import Column, Compare


def say_about_one(scene: Scene, columns: list[Column], focus: str) -> Asked | None:
    """Ask for columns of the row of a given name; None when the query asks for something else."""
    voice = scene.voice
    node = scene.graph.nodes[focus]
    table = voice.table(node.table)
    if len(node.conditions) != 1 or len(scene.graph.nodes) != 1 or scene.query.distinct:
        return None
    match node.conditions[0]:
        case Compare(Column() as column, "=", str() as value) if table.label == (column.name,):
            literal = voice.literal(value, voice.column(column))
        case _:
            return None
    if any(c.name in table.label for c in columns):
        return None
    who = named(voice, node.table, literal)
    if voice.chance(0.65):
        direct = questions_of(voice, columns, who, False, table.human)
        if direct is not None:
            return direct, "?"
    names = column_list(voice, columns, False)
    plural = len(columns) > 1
    r = voice.rng.random()
    if r < 0.4 and who[-1].isalnum() and " named " not in who and " called " not in who:
        return ask(voice, f"{possessive(who)} {names}", plural, definite=False)
    if r < 0.5 and len(columns) == 1:
        return f"what {names} does {who} have", "?"
    return ask(voice, f"{names} {voice.pick('of', 'for', 'of')} {who}", plural)
