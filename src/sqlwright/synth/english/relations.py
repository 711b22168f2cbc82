"""How one table's rows are tied to another's, in words: "orders placed by Ann", "customers who never ordered".

All functions return modifiers as `filters` does. `thing` is the noun phrase at the other end.
"""

from __future__ import annotations

from sqlwright.synth.english.lexis import DEEDS, DOERS, DOERS_OBJECTS, HOSTS, MEETINGS, PARENT_PREPOSITIONS, USED
from sqlwright.synth.english.modifiers import Modifier, verb, was
from sqlwright.synth.english.names import TableWords
from sqlwright.synth.english.voice import Voice

SHOPPING = frozenset({"order", "item", "purchase", "sale", "detail", "line", "invoice", "transaction"})
"""Tables that stand between a person and what the person bought."""
PRESENT = {"operates": "operate", "supplies": "supply", "makes": "make", "teaches": "teach"}
"""Deeds that last, by the form that `deeds` gives for one doer: "the airline operates", "airlines operate"."""
_LINKS: dict[str, tuple[tuple[Modifier, ...], tuple[Modifier, ...]]] = {
    # link table -> from the person's (or whole's) side, from the other side
    **dict.fromkeys(
        ("enrollment", "enrolment", "registration"),
        (
            (("pred", "take"), ("short", "enrolled in"), ("pred", "are enrolled in")),
            (("short", "taken by"), ("pred", "are taken by")),
        ),
    ),
    **dict.fromkeys(
        ("cast", "casting", "role", "appearance"),
        (
            (("pred", "appear in"), ("pred", "acted in"), ("short", "appearing in")),
            (("short", "featuring"), ("pred", "feature")),
        ),
    ),
    **dict.fromkeys(
        ("membership", "member"),
        ((("pred", "belong to"), ("short", "in")), (("with", ""), ("pred", "have"))),
    ),
    **dict.fromkeys(
        ("assignment",),
        ((("short", "assigned to"), ("pred", "are assigned to")), (("short", "assigned to"), ("pred", "have"))),
    ),
    **dict.fromkeys(("participation", "participant"), ((("pred", "took part in"),), (("with", ""),))),
    **dict.fromkeys(("attendance",), ((("pred", "attended"),), (("short", "attended by"),))),
    **dict.fromkeys(
        ("item", "detail", "line"),
        ((("short", "containing"), ("pred", "contain"), ("pred", "include")), (("short", "in"), ("pred", "appear in"))),
    ),
}


def deeds(voice: Voice, parent: TableWords, child: TableWords) -> tuple[tuple[str, str], ...]:
    """Return what rows of `parent` do with rows of `child`, as (past tense, participle); () when nothing special."""
    if parent.head in DOERS and child.head in DOERS_OBJECTS[parent.head]:
        return DOERS[parent.head]
    if parent.human and child.head in DEEDS:
        return DEEDS[child.head]
    return ()


def up(voice: Voice, child: TableWords, parent: TableWords, thing: str, plural: bool) -> list[Modifier]:
    """Modify a child by its parent: "orders placed by `thing`"; `plural` is the child's number."""
    out: list[Modifier] = []
    for _, participle in deeds(voice, parent, child):
        if participle == "had":
            continue
        out += [("short", f"{participle} by {thing}")] * 3
        out.append(("pred", f"{was(plural)} {participle} by {thing}"))
    if parent.head in HOSTS and child.head in MEETINGS:
        out += [("short", f"with {thing}")] * 3
    prepositions = PARENT_PREPOSITIONS.get(parent.head)
    if prepositions:
        first = prepositions[0]
        base = f"are {first}" if first in ("in", "at", "on") else "come from" if first == "from" else "belong to"
        out += [("short", f"{preposition} {thing}") for preposition in prepositions]
        if first in ("in", "at", "on") or len(out) == len(prepositions):
            out.append(("pred", verb(f"{base} {thing}", plural)))
    elif parent.human:
        host = parent.head in HOSTS
        out.append(
            ("short", f"{voice.pick('of', 'from', 'of', 'by' if host else 'for', 'of' if host else 'for')} {thing}")
        )
        if len(out) == 1:
            out.append(("pred", verb(f"{'are from' if host else voice.pick('belong to', 'are for')} {thing}", plural)))
    else:
        out += [
            ("short", f"{voice.pick('of', 'for', 'of', 'for', 'belonging to')} {thing}"),
            ("pred", verb(f"{voice.pick('belong to', 'are for', 'are from')} {thing}", plural)),
        ]
    return out


def down(voice: Voice, parent: TableWords, child: TableWords, thing: str, plural: bool) -> list[Modifier]:
    """Modify a parent by having children: "customers with `thing`"; `plural` is the parent's number."""
    out: list[Modifier] = [("with", thing), ("pred", verb(f"have {thing}", plural))]
    for past, participle in deeds(voice, parent, child):
        out += [("pred", f"{verb(PRESENT[past], plural) if past in PRESENT else past} {thing}")] * 2
        if past not in PRESENT:
            out.append(("pred", f"{verb('have', plural)} {participle} {thing}"))
    return out


def without(voice: Voice, parent: TableWords, child: TableWords, thing: str, plural: bool) -> list[Modifier]:
    """Modify a parent by having no children: "customers without any `thing`"."""
    out: list[Modifier] = [
        ("short", f"without {voice.pick('', 'any ', 'any ')}{thing}"),
        ("with", f"no {thing}"),
        ("pred", verb(f"have no {thing}", plural)),
        ("pred", verb(f"don't have any {thing}", plural)),
        ("pred", verb(f"do not have {voice.pick('any ', '')}{thing}", plural)),
    ]
    done = USED.get((child.head, parent.head))
    if done and thing == voice.noun(child.name, True):
        out += [("pred", f"{verb('have', plural)} never been {done}")] * 4
        out += [("pred", f"{was(plural)} never {done}"), ("short", f"never {done}")]
        out.append(("pred", f"{verb('have', plural)} not been {done} {voice.pick('yet', 'so far', 'at all')}"))
    for past, participle in deeds(voice, parent, child):
        if past in PRESENT:
            continue
        out += [
            ("pred", f"never {past} {voice.pick('any ', '')}{thing}"),
            ("pred", f"{verb('have', plural)} {voice.pick('never', 'not')} {participle} any {thing}"),
            ("pred", f"{verb('have', plural)}n't {participle} any {thing}"),
        ]
    return out


def linked(
    voice: Voice, start: TableWords, link: TableWords, end: TableWords, thing: str, plural: bool
) -> list[Modifier]:
    """Modify a row by what a link table ties it to: "students taking `thing`"."""
    sides = _LINKS.get(link.head)
    if sides:
        whole = start.human or (start.head in ("order", "invoice", "cart", "basket") and not end.human)
        if whole or end.human or end.head in ("order", "invoice", "cart", "basket"):
            return [
                (
                    kind,
                    (
                        verb(f"{words} {thing}", plural)
                        if kind == "pred"
                        and not words.endswith("ed in")
                        and words.split()[0] not in ("took", "acted", "attended")
                        else f"{words} {thing}"
                    ).strip(),
                )
                for kind, words in sides[0 if whole else 1]
            ]
    return [("with", thing), ("pred", verb(f"have {thing}", plural)), ("short", f"linked to {thing}")]


def bought_by(voice: Voice, thing: str, plural: bool) -> list[Modifier]:
    """Modify goods by who ordered them."""
    out: list[Modifier] = [("short", f"{participle} by {thing}") for participle in ("bought", "ordered", "purchased")]
    out.append(("pred", f"{was(plural)} {voice.pick('bought', 'ordered', 'purchased')} by {thing}"))
    return out


def bought(voice: Voice, thing: str, plural: bool) -> list[Modifier]:
    """Modify a person by what was ordered."""
    out: list[Modifier] = [("pred", f"{past} {thing}") for past in ("bought", "ordered", "purchased")]
    out.append(("pred", f"{verb('have', plural)} {voice.pick('bought', 'ordered', 'purchased')} {thing}"))
    return out


def named(voice: Voice, table: str, literal: str) -> str:
    """Return a row by its name: "Ann", "the customer Ann", "the Books category"."""
    words = voice.table(table)
    noun = voice.noun(table, False)
    if words.human:
        return voice.pick(
            literal, literal, literal, f"{noun} {literal}", f"the {noun} {literal}", f"the {noun} named {literal}"
        )
    if words.head in _GROUPS:
        return voice.pick(f"the {literal} {noun}", f"the {literal} {noun}", f"the {noun} {literal}", literal)
    return voice.pick(
        literal,
        literal,
        f"the {noun} {literal}",
        f"{noun} {literal}",
        f"the {noun} named {literal}",
        f"the {noun} called {literal}",
    )


_GROUPS = frozenset(
    {
        "category",
        "department",
        "genre",
        "team",
        "class",
        "group",
        "brand",
        "project",
        "store",
        "branch",
        "division",
        "region",
        "course",
    }
)
