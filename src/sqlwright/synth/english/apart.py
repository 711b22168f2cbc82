"""Requests in two parts: the rows first, then what to show of them.

"Which drugs are out of stock? Just the names." "Invoices over 300: the patient's name and the amount, highest first."
"Who is the youngest patient (name and date of birth)?"
"""

from __future__ import annotations

from sqlwright.synth.english.asks import Asked, show
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.grammar import capitalised, join, possessive
from sqlwright.synth.english.measures import column_list, many
from sqlwright.synth.english.parts import Noun
from sqlwright.synth.english.voice import Voice
from sqlwright.synth.tree import Column

_ONLY = ("just the {}", "only the {}", "{} only", "just {}", "only {}", "just the {}, please")
_ALSO = (
    "{}", "{} please", "i need the {}", "i need {}", "i'd like to see the {}", "show the {}", "show me the {}",
    "give the {}", "give me the {}", "list the {}", "with the {}", "with {}", "i want the {}", "include the {}",
    "{}, please", "return {}", "i'm after the {}",
)  # fmt: skip


def say_rows_apart(scene: Scene, columns: list[Column], focus: str, tail: str) -> Asked:
    """Ask for rows of `focus`, then say which columns to show and how to sort them."""
    voice = scene.voice
    rows = scene.describe(focus, True)
    names = shown_names(scene, columns, focus, plural=voice.chance(0.6))
    once = voice.pick(", each once", ", no duplicates", ", without repeats") if scene.query.distinct else ""
    r = voice.rng.random()
    if r < 0.3:
        text, mark = _question(scene, rows, focus)
        return then(voice, text, mark, names + once, len(columns)) + tail, ""
    if r < 0.4:
        text = f"{show(voice)} {voice.pick('', 'the ', 'all ', 'all the ')}{rows.text}"
        return then(voice, text, ".", names + once, len(columns)) + tail, ""
    the = voice.pick("", "", "the ")
    if r < 0.62:
        return f"{rows.text}: {the}{names}{once}{tail}", ""
    if r < 0.72:
        return f"{rows.text} {voice.pick('-', '-', '–')} {names}{once}{tail}", ""
    if r < 0.82:
        lead = f"{show(voice)} {voice.pick('', 'all ')}" if voice.chance(0.6) else ""
        return f"{lead}{rows.text} ({names}{once}){tail}", "." if lead else ""
    if r < 0.9:
        comma = voice.pick(",", ",", ":")
        return f"{voice.pick('for ', 'for all ', 'for the ')}{rows.text}{comma} {the}{names}{once}{tail}", ""
    please = voice.pick(" please", " thanks", "")
    return f"{the}{names}{once} for {rows.text}{tail}{please}", ""


def then(voice: Voice, text: str, mark: str, names: str, count: int, *, only: bool | None = None) -> str:
    """Return a sentence followed by a second one that names what to show."""
    few = voice.chance(0.55 if count == 1 else 0.25) if only is None else only
    second = voice.choose(_ONLY if few else _ALSO).format(names)
    careless = voice.chance(0.3)
    end = "" if careless and mark == "." and voice.chance(0.3) else mark or "."
    link = " " if end else voice.pick(", ", " - ")
    return f"{text}{end}{link}{second if careless or not end else capitalised(second)}"


def shown_names(scene: Scene, columns: list[Column], focus: str, *, plural: bool) -> str:
    """Return the columns as a list, those of other tables with their owner's name."""
    voice = scene.voice
    if all((column.alias or column.table) == focus for column in columns):
        return column_list(voice, columns, plural)
    parts = []
    for column in columns:
        node = column.alias or column.table
        name = voice.bare(column)
        if node == focus and (voice.phrase(column) != "name" or voice.chance(0.2)):
            parts.append(many(voice, column) if plural else voice.phrase(column))
        else:
            owner = scene.role_of(node)
            label = voice.table(column.table).label == (column.name,)
            parts.append(
                voice.pick(
                    f"{owner} {many(voice, column) if plural and name == voice.phrase(column) else name}",
                    f"{name} of the {owner}",
                    f"{possessive(owner)} {name}",
                    owner if label else f"{owner} {name}",
                )
            )
    return join(parts, voice.pick("and", "and", "plus")) if len(set(parts)) == len(parts) else ", ".join(parts)


def _question(scene: Scene, rows: Noun, focus: str) -> tuple[str, str]:
    """Ask which rows; the columns come in the next sentence."""
    voice = scene.voice
    if rows.clause:
        return f"{voice.pick('which', 'which', 'what')} {rows.short} {rows.clause}", "?"
    if voice.table(scene.graph.nodes[focus].table).human and voice.chance(0.4):
        return f"who are {voice.pick('the', 'our', 'all the')} {rows.text}", "?"
    return f"{voice.pick('what are the', 'which are the', 'what are all the')} {rows.text}", "?"


def in_brackets(voice: Voice, asked: Asked, names: str, count: int) -> Asked:
    """Add what to show to a finished question: "who is the youngest patient (name and age)?"."""
    text, mark = asked
    if voice.chance(0.5):
        return f"{text} ({names})", mark
    return then(voice, text, mark, names, count, only=False), ""
