"""Questions for columns of rows and of what they point to: "order dates with the customer's name"."""

from __future__ import annotations

from sqlwright.synth.english.asks import Asked, ask, show
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.grammar import possessive
from sqlwright.synth.english.measures import column_list
from sqlwright.synth.english.voice import Voice
from sqlwright.synth.tree import Column


def say_with_parents(scene: Scene, columns: list[Column], subject: str, tail: str) -> Asked:
    """Ask for columns of several tables, the rows being those of `subject`."""
    voice = scene.voice
    groups: dict[str, list[Column]] = {}
    for column in columns:
        groups.setdefault(column.alias or column.table, []).append(column)
    human = voice.table(scene.graph.nodes[subject].table).human
    if voice.chance(0.5) or subject not in groups:
        return _for_each(scene, groups, subject, human, tail)
    rows = scene.describe(subject, True)
    mine = column_list(voice, groups[subject], True)
    theirs = " and ".join(_theirs(scene, name, group, human) for name, group in groups.items() if name != subject)
    link = voice.pick("together with", "along with", "and", "with")
    label = tuple(c.name for c in groups[subject]) == voice.table(scene.graph.nodes[subject].table).label
    if rows.heavy:
        the = voice.pick("", "the ")
        return (
            f"for {voice.pick('', 'all ', 'the ')}{rows.text}, {show(voice)} {the}{mine} {link} {theirs}{tail}",
            ".",
        )
    if label and voice.chance(0.6):
        return ask(voice, f"{voice.pick('', 'all ')}{rows.text} {link} {theirs}", True, tail, definite=False)
    return ask(
        voice, f"{mine} of {rows.text}{',' if link != 'with' and voice.chance(0.3) else ''} {link} {theirs}", True, tail
    )


def _for_each(scene: Scene, groups: dict[str, list[Column]], subject: str, human: bool, tail: str) -> Asked:
    voice = scene.voice
    one = scene.describe(subject, False)
    parts: list[str] = []
    for name, group in groups.items():
        if name == subject:
            own = possessive(voice.noun(scene.graph.nodes[subject].table, False)) if parts else ""
            parts.append(f"{own} {column_list(voice, group, False)}".lstrip())
        else:
            owner = scene.role_of(name)
            names = _bare(voice, group)
            parts.append(f"{possessive(owner)} {names}" if parts and voice.chance(0.5) else f"{owner} {names}")
    link = voice.pick("and", "together with", "along with", "and", "and")
    joined = (
        f" {link} the ".join(parts)
        if voice.chance(0.6)
        else f" {link} ".join(p.replace("'s ", " ", 1) if i else p for i, p in enumerate(parts))
    )
    each = voice.pick("each", "every", "each")
    if voice.chance(0.35):
        return f"for {each} {one.text}, {show(voice)} the {joined}{tail}", "."
    if not one.modified and not tail and voice.chance(0.25):
        return (
            f"{joined} {voice.pick('for all', 'of all', 'of')} {voice.noun(scene.graph.nodes[subject].table, True)}",
            "",
        )
    return ask(voice, f"{joined} {voice.pick('of', 'for')} {each} {one.text}", True, tail)


def _theirs(scene: Scene, name: str, group: list[Column], human: bool) -> str:
    """Return "their customer's name", "the name of the customer"."""
    voice, owner = scene.voice, scene.role_of(name)
    names = _bare(voice, group)
    label = tuple(c.name for c in group) == voice.table(scene.graph.nodes[name].table).label
    if label and voice.chance(0.3):
        return f"their {owner}"
    return voice.pick(
        f"the {names} of {'their' if voice.chance(0.6) else 'the'} {owner}",
        f"their {possessive(owner)} {names}",
        f"the {owner} {names}",
    )


def _bare(voice: Voice, group: list[Column]) -> str:
    names = [voice.bare(c) for c in group]
    return column_list(voice, group, False) if names == [voice.phrase(c) for c in group] else " and ".join(names)
