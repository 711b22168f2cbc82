"""Set operations: "cities with both active and inactive customers", "customers who ordered A but not B"."""

from __future__ import annotations

from sqlwright.synth.english.asks import Asked, ask
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.measures import column_list, many
from sqlwright.synth.english.parts import Noun
from sqlwright.synth.english.relations import without
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import Column, Compare, Query, SetOperation


def say_set(tree: SetOperation, voice: Voice) -> Asked:
    """Ask for a set operation. Raises UnsayableError when the sides are not plain lists of columns."""
    left, right = Scene(tree.left, voice), Scene(tree.right, voice)
    one, two = _columns(tree.left), _columns(tree.right)
    if tree.left.source == tree.right.source and one == two:
        return _same_source(tree, left, right, one)
    if tree.op == "except" and len(one) == len(two) == 1:
        missing = _keys_without(tree, voice, one[0], two[0])
        if missing:
            return missing
    return _general(tree, left, right, one, two)


def _columns(query: Query) -> list[Column]:
    columns = [item.expression for item in query.select if isinstance(item.expression, Column)]
    if not columns or len(columns) != len(query.select) or query.group_by or query.order_by or query.limit:
        raise UnsayableError("set operation on more than lists")
    return columns


def _keys_without(tree: SetOperation, voice: Voice, one: Column, two: Column) -> Asked | None:
    """Say "keys of a table EXCEPT foreign keys that point to it"."""
    parent, child = voice.table(one.table), voice.table(two.table)
    if one.name.lower() not in parent.keys or tree.left.where is not None or two.name.lower() in child.keys:
        return None
    things = Scene(tree.right, voice).describe(two.alias or two.table, True).text
    kind, text = voice.choose(without(voice, parent, child, things, True))
    noun = voice.noun(one.table, True)
    who = "who" if parent.human else "that"
    glue = {"short": text, "with": f"with {text}"}.get(kind, f"{who} {text}")
    return ask(voice, f"{many(voice, one)} of {noun} {glue}", True)


def _same_source(tree: SetOperation, left: Scene, right: Scene, columns: list[Column]) -> Asked:
    voice = left.voice
    node = columns[0].alias or columns[0].table
    table = voice.table(left.graph.nodes[node].table)
    label = tuple(c.name for c in columns) == table.label
    key_like = label and bool(tree.left.source.joins)
    one, two = _clausal(left, node, key_like), _clausal(right, node, key_like)
    shared = _one_clause(tree, left, node) if key_like and voice.chance(0.6) else ""
    if shared:
        names = f"{column_list(voice, columns, True)} of " if voice.chance(0.3) else ""
        if not names and shared.startswith(voice.noun(left.graph.nodes[node].table, True)) and voice.chance(0.4):
            return f"which {shared.replace(' who ', ' ', 1).replace(' that ', ' ', 1)}", "?"
        return ask(voice, f"{names}{shared}", True, definite=bool(names))
    if key_like or (label and tree.op == "union"):
        text = _rows(tree.op, voice, one, two, table.human)
        if text:
            names = f"{column_list(voice, columns, True)} of " if voice.chance(0.4) else ""
            return ask(voice, f"{names}{text}", True, definite=bool(names))
    if tree.op == "union":
        names = column_list(voice, columns, True)
        glue = voice.pick("together with", "as well as", "and also", "plus")
        return ask(voice, f"{names} of {one.text}, {glue} those of {two.text}", True)
    if len(columns) != 1:
        names = column_list(voice, columns, True)
        if tree.op == "intersect":
            return ask(voice, f"{names} shared by {one.text} and {two.text}", True)
        return ask(voice, f"{names} of {one.text} that are not also {names} of {two.text}", True)
    names = many(voice, columns[0])
    r = voice.rng.random()
    if tree.op == "intersect":
        if r < 0.35:
            return f"which {names} have both {one.text} and {two.text}", "?"
        if r < 0.55:
            return ask(voice, f"{names} with both {one.text} and {two.text}", True)
        if r < 0.75:
            return f"{voice.pick('which', 'what')} {names} do {one.text} and {two.text} have in common", "?"
        return ask(
            voice,
            f"{names} that {one.text} and {two.text} share"
            if r < 0.87
            else f"{names} shared by {one.text} and {two.text}",
            True,
        )
    if r < 0.35:
        return f"which {names} have {one.text} but {voice.pick('no', 'not any')} {two.text}", "?"
    if r < 0.6:
        return ask(voice, f"{names} with {one.text} but {voice.pick('no', 'without any')} {two.text}", True)
    return ask(voice, f"{names} of {one.text} that are not {voice.pick('also ', '')}{names} of {two.text}", True)


def _one_clause(tree: SetOperation, left: Scene, node: str) -> str:
    """Say two values of one column in one clause: "patients prescribed both A and B"; "" where it does not fit."""
    match tree.left.where, tree.right.where:
        case Compare(Column() as one, "=", str() as first), Compare(Column() as two, "=", str() as second):
            named = left.voice.table(one.table).label == (one.name,)
            if one != two or tree.op == "union" or not (named or len(left.graph.nodes) == 2):
                return ""
        case _:
            return ""
    noun = left.describe(node, True)
    if not noun.clause:
        return ""
    who = "who" if left.voice.table(left.graph.nodes[node].table).human else "that"
    text = f"{noun.head} {who} {noun.clause}"
    for quote in ("'", '"', ""):
        value = f"{quote}{first}{quote}"
        if text.endswith(value) and text.removesuffix(value).endswith(_BEFORE_BOTH):
            left.voice.literals.update(second.lower().split())
            other = f"{quote}{second}{quote}"
            pair = f"both {value} and {other}" if tree.op == "intersect" else f"{value} but not {other}"
            return text.removesuffix(value) + pair
    return ""


_BEFORE_BOTH = (" for ", " of ", " with ", " from ", " by ", " because of ", " bought ", " ordered ", " purchased ")


def _clausal(scene: Scene, node: str, wanted: bool) -> Noun:
    """Describe a node, if `wanted` with a who-clause that can be tied to another."""
    for _ in range(8 if wanted else 1):
        noun = scene.describe(node, True)
        if noun.clause and not noun.before and not noun.behind:
            break
    return noun


def _rows(op: str, voice: Voice, one: Noun, two: Noun, human: bool) -> str:
    """Combine two noun phrases with one head: "customers who ordered A but not customers who ordered B"."""
    who = "who" if human else "that"
    if one.clause and two.clause and not one.before and not two.before:
        if op == "intersect":
            return voice.pick(
                f"{one.head} {who} {one.clause} and also {two.clause}",
                f"{one.head} {who} both {one.clause} and {two.clause}",
            )
        if op == "except":
            return voice.pick(
                f"{one.head} {who} {one.clause} but are not among those {who} {two.clause}",
                f"{one.head} {who} {one.clause}, excluding those {who} {two.clause}",
                f"{one.head} {who} {one.clause}, except the ones {who} {two.clause}",
            )
        return f"{one.head} {who} {one.clause} or {who} {two.clause}"
    if op == "union":
        return voice.pick(
            f"{one.text} and {two.text}",
            f"{one.text} as well as {two.text}",
            f"{one.text}, plus {two.text}",
            f"both {one.text} and {two.text}",
        )
    if op == "except":
        return voice.pick(
            f"{one.text}, excluding {two.text}",
            f"{one.text}, except {two.text}",
            f"{one.text} who are not also {two.text}" if human else f"{one.text} that are not also {two.text}",
        )
    return voice.pick(
        f"{one.text} that are also {two.text}",
        f"{one.text} who are also {two.text}" if human else f"{one.text} which are also {two.text}",
    )


def _general(tree: SetOperation, left: Scene, right: Scene, one: list[Column], two: list[Column]) -> Asked:
    voice = left.voice
    texts = []
    for scene, columns in ((left, one), (right, two)):
        node = columns[0].alias or columns[0].table
        texts.append(f"{column_list(voice, columns, True)} of {scene.describe(node, True).text}")
    if tree.op == "union":
        return ask(
            voice, f"{texts[0]} {voice.pick('together with', 'as well as', 'combined with')} the {texts[1]}", True
        )
    if tree.op == "intersect":
        return ask(voice, f"{texts[0]} that are also {texts[1]}", True)
    return ask(voice, f"{texts[0]} that are not {texts[1]}", True)
