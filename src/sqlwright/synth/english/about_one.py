"""Questions about one row called by its name: "how old is Ann?", "where does Ann live?", "Ann's email"."""

from __future__ import annotations

from sqlwright.synth.english.asks import Asked, ask
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.grammar import possessive
from sqlwright.synth.english.measures import column_list
from sqlwright.synth.english.relations import named
from sqlwright.synth.english.voice import Voice
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
    if len(columns) == 1:
        direct = _direct(voice, columns[0], who, table.human)
        if direct is not None and voice.chance(0.6):
            return direct, "?"
    names = column_list(voice, columns, False)
    plural = len(columns) > 1
    r = voice.rng.random()
    if r < 0.4 and who[-1].isalnum() and " named " not in who and " called " not in who:
        return ask(voice, f"{possessive(who)} {names}", plural, definite=False)
    if r < 0.5 and len(columns) == 1:
        return f"what {names} does {who} have", "?"
    return ask(voice, f"{names} {voice.pick('of', 'for', 'of')} {who}", plural)


def _direct(voice: Voice, column: Column, who: str, human: bool) -> str | None:
    """Return "how old is Ann" and the like, by what the column is about."""
    words = voice.column(column)
    scale = words.scale
    if scale is not None and scale.how:
        return f"how {scale.how} is {who}"
    if scale is not None and scale.verb:
        return voice.pick(
            f"how much does {who} {scale.verb}",
            f"how much is {who}" if scale.verb == "cost" else f"how much does {who} {scale.verb}",
        )
    if words.counted:
        return f"how many {words.counted} does {who} have"
    if words.places:
        name = voice.phrase(column)
        if voice.names.only_place(column.table) and voice.chance(0.5):
            if "in" not in words.places:
                return f"where does {who} come from"
            return f"where does {who} live" if human else f"where is {who}{voice.pick('', ' located')}"
        return voice.pick(
            f"what {name} is {who} {'from' if human else 'in'}",
            f"which {name} {f'does {who} live in' if human else f'is {who} in'}",
        )
    if words.verb and words.verb[0] not in ("due", "departing", "arriving"):
        participle, passive = words.verb
        when = "when" if words.sense == "date" else voice.pick("in which year", "what year", "when")
        if passive:
            return f"{when} was {who} {participle}"
        base = {
            "joined": "join",
            "started": "start",
            "ended": "end",
            "signed up": "sign up",
            "died": "die",
            "graduated": "graduate",
        }.get(participle)
        return f"{when} did {who} {base}" if base else None
    return None
