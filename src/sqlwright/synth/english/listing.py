"""Questions that list rows: "which customers live in Berlin?", "top 5 products by price", "order dates with the customer's name"."""

from __future__ import annotations

from sqlwright.synth.english.asks import Asked, ask, show, tell
from sqlwright.synth.english.entity import Noun, Scene
from sqlwright.synth.english.filters import verb
from sqlwright.synth.english.grammar import possessive, with_article
from sqlwright.synth.english.lexis import NUMBERS
from sqlwright.synth.english.measures import column_list, extreme, many, order_tail
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import Column, Order


def say_listing(scene: Scene) -> Asked:
    """Ask for the rows of a query without aggregates."""
    query, voice = scene.query, scene.voice
    columns = [item.expression for item in query.select]
    if not all(isinstance(c, Column) for c in columns):
        raise UnsayableError("expression in a list")
    shown = [c for c in columns if isinstance(c, Column)]
    subject = query.source.alias or query.source.table
    owners = list(dict.fromkeys(c.alias or c.table for c in shown))
    focus = owners[0] if len(owners) == 1 else subject
    order = query.order_by[0] if query.order_by else None
    if len(query.order_by) > 1:
        raise UnsayableError("several sort keys")
    if order is not None and not isinstance(order.expression, Column):
        raise UnsayableError("sorted by an expression")
    if query.limit is not None:
        if order is None:
            return _some(scene, shown, focus)
        return _top(scene, shown, subject, order, query.limit)
    tail = _tail(scene, order, focus) if order is not None else ""
    if not shown:
        return _everything(scene, focus, tail)
    if len(owners) > 1:
        return _with_parents(scene, shown, subject, tail)
    return _rows(scene, shown, focus, tail)


def _tail(scene: Scene, order: Order, focus: str) -> str:
    column = order.expression
    assert isinstance(column, Column)
    own = (column.alias or column.table) == focus
    phrase = scene.voice.phrase(column)
    if not own:
        phrase = f"{scene.voice.noun(column.table, False)} {phrase}"
    return order_tail(scene, order, phrase, own=own)


def _everything(scene: Scene, focus: str, tail: str) -> Asked:
    voice = scene.voice
    rows = scene.describe(focus, True)
    what = voice.pick(
        f"{voice.pick('all ', '')}details of {rows.text}", f"all the details of {rows.text}", f"full details for {rows.text}", f"all information about {rows.text}",
        f"complete records of {rows.text}", f"all columns for {rows.text}", f"everything about {rows.text}", f"full records of {rows.text}",
        f"all fields of {rows.text}", f"all the info on {rows.text}", f"all data on {rows.text}", f"every detail of {rows.text}",
    )  # fmt: skip
    return ask(voice, what, True, tail, definite=False)


def is_label(scene: Scene, columns: list[Column], focus: str) -> bool:
    """Return whether the columns are just what the rows are called."""
    return tuple(c.name for c in columns) == scene.voice.table(scene.graph.nodes[focus].table).label


def different(scene: Scene, columns: list[Column], focus: str) -> str:
    """Return "different " where DISTINCT has to be heard: not where people take every row once anyway."""
    if not scene.query.distinct:
        return ""
    voice = scene.voice
    if is_label(scene, columns[:1], focus) and scene.query.source.joins:
        return voice.pick("", "", "", "different ", "distinct ")
    return voice.pick("different ", "distinct ", "unique ", "distinct ", "different ")


def _rows(scene: Scene, columns: list[Column], focus: str, tail: str) -> Asked:
    voice = scene.voice
    label = is_label(scene, columns, focus)
    distinct = different(scene, columns, focus)
    if label and voice.chance(0.62):
        asked = _by_name(scene, focus, distinct, tail)
        if asked is not None:
            return asked
    table = voice.table(scene.graph.nodes[focus].table)
    rows = scene.describe(focus, True)
    names = column_list(voice, columns, True)
    leading = table.label and tuple(c.name for c in columns[: len(table.label)]) == table.label
    r = voice.rng.random()
    if distinct and len(columns) > 1:
        names = f"{distinct}{voice.pick('pairs of ', 'combinations of ', '')}{column_list(voice, columns, False)}"
        return ask(voice, f"{names}{_of(voice)}{rows.text}", True, tail, definite=False)
    if distinct:
        return _distinct(scene, columns[0], rows, distinct, focus, tail)
    if not rows.modified and len(columns) <= 2 and r < 0.2:
        plain = not names.startswith(f"{rows.head} ") and not any(
            voice.phrase(c).startswith(voice.noun(table.name, False)) for c in columns
        )
        if plain:
            return ask(voice, f"{voice.noun(table.name, False)} {names}", True, tail, definite=False)
    if r < 0.45 or (label and r < 0.7):
        every = voice.pick("all ", "all the ", "") if not rows.modified or voice.chance(0.2) else ""
        return ask(voice, f"{names}{_of(voice)}{every}{rows.text}", True, tail)
    if leading and len(columns) > len(table.label):
        others = column_list(voice, columns[len(table.label) :], not table.human or voice.chance(0.8))
        if r < 0.72 and not tail:
            return _with_others(scene, focus, rows, others)
    one = scene.describe(focus, False)
    singular = column_list(voice, columns, False)
    if r < 0.82:
        each = voice.pick("each", "every", "each")
        if not one.modified and len(columns) <= 2 and not tail and voice.chance(0.5):
            return ask(voice, f"{possessive(f'{each} {one.text}')} {singular}", False, definite=False)
        if one.heavy and voice.chance(0.5):
            return f"for {each} {one.text}, {show(voice)} {_the(voice)}{singular}{tail}", "."
        return ask(voice, f"{singular} {voice.pick('of', 'for', 'of')} {each} {one.text}", len(columns) > 1, tail)
    if r < 0.9 and rows.modified:
        return f"for {voice.pick('', 'all ', 'the ')}{rows.text}, {show(voice)} {_the(voice)}{names}{tail}", "."
    if r < 0.95 and not tail:
        return f"what {names} do {'the ' if voice.chance(0.3) else ''}{rows.text} have", "?"
    return ask(voice, f"{names}{_of(voice)}{rows.text}", True, tail)


def _with_others(scene: Scene, focus: str, rows: Noun, others: str) -> Asked:
    voice = scene.voice
    if rows.clause and voice.chance(0.4):
        return f"which {rows.short} {rows.clause}, and {voice.pick('what are', 'what are', 'show')} their {others}", "?"
    if rows.heavy:
        return ask(
            voice,
            f"{rows.text}, {voice.pick('along with', 'together with', 'with')} their {others}",
            True,
            definite=False,
        )
    return ask(
        voice,
        f"{voice.pick('all ', '', '')}{rows.text} {voice.pick('and', 'along with', 'together with')} their {others}",
        True,
        definite=False,
    )


def _by_name(scene: Scene, focus: str, distinct: str, tail: str) -> Asked | None:
    """Ask for rows whose name is all that is wanted: "which customers live in Berlin?"."""
    voice = scene.voice
    table = voice.table(scene.graph.nodes[focus].table)
    rows = scene.describe(focus, True)
    r = voice.rng.random()
    if not rows.modified:
        if r < 0.5 and not tail and table.human:
            return f"who are {voice.pick('all ', 'our ', '')}the {rows.text}".replace("our the", "our").replace(
                "all the", "all the"
            ), "?"
        every = voice.pick("all ", "all the ", "every ", "the ")
        noun = voice.noun(table.name, False) if every == "every " else rows.text
        return ask(
            voice, f"{every}{noun}{' by name' if voice.chance(0.15) and not tail else ''}", True, tail, definite=False
        )
    if rows.clause:
        short = f"{distinct}{rows.short}"
        if r < 0.3:
            return f"{voice.pick('which', 'which', 'what')} {short} {rows.clause}{tail}", "?"
        if r < 0.4 and table.human and rows.short == rows.head and rows.head not in ("person", "people"):
            one = scene.describe(focus, False)
            if one.clause and not one.before:
                return f"who {one.clause}{tail}" if voice.chance(
                    0.0
                ) else f"which {voice.noun(table.name, True)} {rows.clause}{tail}", "?"
        if r < 0.5:
            return tell(voice, f"which {short} {rows.clause}{tail}")
    if r < 0.6 and not tail:
        be = voice.pick("are", "are")
        if not rows.heavy or not rows.after:
            if rows.after.startswith(
                (
                    " in ",
                    " from ",
                    " at ",
                    " based",
                    " located",
                    " aged",
                    " over",
                    " under",
                    " without",
                    " placed",
                    " taken",
                )
            ):
                return f"which {distinct}{rows.short} {be}{rows.after}", "?"
    if r < 0.68 and table.human and not tail:
        return f"{voice.pick('who are', 'who are all', 'who are')} the {distinct}{rows.text}", "?"
    if r < 0.73 and not tail:
        return (
            f"{voice.pick('any', 'are there any', 'do we have any', 'what', 'which')} {distinct}{rows.text}"
            if voice.chance(0.3)
            else f"what are the names of {distinct}{rows.text}",
            "?",
        )
    every = voice.pick("", "", "all ", "all the ", "the ")
    return ask(voice, f"{every}{distinct}{rows.text}", True, tail, definite=False)


def _distinct(scene: Scene, column: Column, rows: Noun, distinct: str, focus: str, tail: str) -> Asked:
    voice = scene.voice
    words = voice.column(column)
    names = many(voice, column)
    r = voice.rng.random()
    if words.places and r < 0.35 and not tail:
        thing = voice.pick(f"which {names}", f"what {distinct}{names}", f"which {distinct}{names}", f"in which {names}")
        where = "" if thing.startswith("in ") else f" {voice.pick('from', 'in')}"
        if voice.table(column.table).human and not where:
            return f"{thing} do {voice.pick('our ', 'the ', '')}{rows.text} live", "?"
        return f"{thing} are {voice.pick('the ', 'our ', '')}{rows.text}{where if where else ' located'}", "?"
    if r < 0.5 and not tail:
        return (
            f"what {distinct}{names} {voice.pick(f'do {rows.text} have', f'are there among {rows.text}', f'are there for {rows.text}')}",
            "?",
        )
    if r < 0.6 and not rows.modified:
        return ask(
            voice,
            f"{distinct}{rows.head.removesuffix('s') if False else voice.noun(column.table, False)} {names}",
            True,
            tail,
        )
    if r < 0.7:
        return (
            f"{show(voice)} {voice.pick('every', 'each')} {distinct}{voice.phrase(column)}{_of(voice)}{rows.text}{tail}",
            ".",
        )
    return ask(
        voice, f"{voice.pick('', 'list of ') if r > 0.9 else ''}{distinct}{names}{_of(voice)}{rows.text}", True, tail
    )


def _with_parents(scene: Scene, columns: list[Column], subject: str, tail: str) -> Asked:
    """Ask for columns of rows and of what they point to: "order dates with the customer's name"."""
    voice = scene.voice
    groups: dict[str, list[Column]] = {}
    for column in columns:
        groups.setdefault(column.alias or column.table, []).append(column)
    rows = scene.describe(subject, True)
    one = scene.describe(subject, False)
    owner = {name: scene.role_of(name) for name in groups if name != subject}
    r = voice.rng.random()
    if subject not in groups:
        texts = [f"{owner[name]} {column_list(voice, group, False)}" for name, group in groups.items()]
        return ask(voice, f"{' and '.join(texts)} {voice.pick('of', 'for')} each {one.text}", True, tail)
    if r < 0.45:
        parts = []
        for name, group in groups.items():
            own = "their" if voice.table(scene.graph.nodes[subject].table).human else "its"
            if name == subject:
                parts.append(("the " if parts else "") + column_list(voice, group, False))
            else:
                whose = possessive(
                    f"{own if name != next(iter(groups)) and voice.chance(0.3) else 'the'} {owner[name]}"
                )
                parts.append(
                    f"{whose} {column_list(voice, group, False)}"
                    if voice.chance(0.6)
                    else f"{'the ' if parts else ''}{owner[name]} {column_list(voice, group, False)}"
                )
        if parts[0].startswith("the "):
            parts[0] = parts[0][4:]
        joined = f" {voice.pick('and', 'together with', 'along with', 'and')} ".join(parts)
        if voice.chance(0.4):
            return f"for {voice.pick('each', 'every')} {one.text}, {show(voice)} the {joined}{tail}", "."
        return ask(
            voice, f"{joined} {voice.pick('of', 'for')} {voice.pick('each', 'every', 'each')} {one.text}", True, tail
        )
    own_columns = groups[subject]
    table = voice.table(scene.graph.nodes[subject].table)
    theirs = " and ".join(
        f"the {column_list(voice, group, False)} of {'their' if table.human or voice.chance(0.6) else 'its' if False else 'the'} {owner[name]}"
        if voice.chance(0.5)
        else f"{possessive(('their' if True else '') + ' ' + owner[name])} {column_list(voice, group, False)}"
        for name, group in groups.items()
        if name != subject
    )
    mine = column_list(voice, own_columns, True)
    with_ = voice.pick("together with", "along with", "and", "with")
    if tuple(c.name for c in own_columns) == table.label and not rows.heavy and r < 0.75:
        return ask(voice, f"{rows.text} {with_} {theirs}", True, tail, definite=False)
    if not rows.heavy:
        return ask(
            voice,
            f"{mine} of {rows.text}{',' if with_ != 'with' and voice.chance(0.3) else ''} {with_} {theirs}",
            True,
            tail,
        )
    return (
        f"for {voice.pick('', 'all ', 'the ')}{rows.text}, {show(voice)} {_the(voice)}{mine} {with_} {theirs}{tail}",
        ".",
    )


def _of(voice: Voice) -> str:
    return voice.pick(" of ", " of ", " for ", " of ", " for all ", " of all ")


def _the(voice: Voice) -> str:
    return "the " if voice.chance(0.6) else ""


def _some(scene: Scene, columns: list[Column], focus: str) -> Asked:
    voice, limit = scene.voice, scene.query.limit
    rows = scene.describe(focus, True)
    few = voice.pick(f"any {limit}", f"{limit}", f"the first {limit}", f"{limit} example")
    if not columns:
        return ask(voice, f"all details of {few} {rows.text}", True, definite=False)
    return ask(voice, f"{column_list(voice, columns, True)} of {few} {rows.text}", True)


def superlative(scene: Scene, subject: str, column: Column, descending: bool, limit: int) -> tuple[str, bool]:
    """Return the first rows by a column of their own as a noun phrase without "the", and whether it is heavy."""
    voice = scene.voice
    plural = limit > 1
    rows = scene.describe(subject, plural)
    words = voice.column(column)
    phrase = voice.phrase(column)
    count = f"{NUMBERS[limit] if limit <= 10 and voice.chance(0.25) else limit} " if plural else ""
    best = extreme(voice, column, descending)
    if words.scale is not None and voice.chance(0.62):
        adjective = voice.choose(words.scale.most if descending else words.scale.least)
        first = f"{count}{adjective}" if not plural or voice.chance(0.7) else f"{adjective} {count}".rstrip()
        return f"{first} {rows.text}", rows.heavy
    if (
        words.verb
        and words.sense == "date"
        and words.verb[1]
        and words.verb[0] not in ("due", "departing", "arriving")
        and voice.chance(0.4)
    ):
        adverb = (
            voice.pick("most recently", "last" if not plural else "most recently", "most recently")
            if descending
            else voice.pick("earliest", "first")
        )
        if adverb == "earliest":
            adverb = "first"
        return f"{count}{adverb} {words.verb[0]} {rows.text}", rows.heavy
    if plural and not rows.heavy and voice.chance(0.5):
        if descending:
            return f"{voice.pick('top', 'top', 'first') if False else 'top'} {count}{rows.text} by {phrase}", True
        if voice.chance(0.6):
            return f"bottom {count}{rows.text} by {phrase}", True
    if rows.heavy:
        of = scene.describe(subject, True)
        return (
            f"{count}{rows.head} with the {best} {phrase} {voice.pick('among', 'of', 'out of')} {voice.pick('all ', '', 'the ')}{of.text}",
            True,
        )
    the = "" if words.many else "the "
    return (
        f"{count}{rows.text} {voice.pick('with', 'with', 'having')} the {best} {many(voice, column) if plural and voice.chance(0.3) else phrase}",
        bool(the),
    )


def _top(scene: Scene, columns: list[Column], subject: str, order: Order, limit: int) -> Asked:
    voice = scene.voice
    column = order.expression
    assert isinstance(column, Column)
    owner = column.alias or column.table
    plural = limit > 1
    parents = [c for c in columns if (c.alias or c.table) != owner]
    own = [c for c in columns if (c.alias or c.table) == owner]
    if owner != subject:
        raise UnsayableError("first by another table's column")
    best, heavy = superlative(scene, subject, column, order.descending, limit)
    if not columns:
        return ask(
            voice,
            f"all {voice.pick('details', 'information', 'the details')} {voice.pick('of', 'about', 'on')} the {best}",
            True,
            definite=False,
        )
    if parents:
        return _top_with_parent(scene, parents, own, best, plural)
    table = voice.table(scene.graph.nodes[subject].table)
    if is_label(scene, columns, subject) and voice.chance(0.7):
        be = "are" if plural else voice.pick("is", "is", "is")
        r = voice.rng.random()
        if r < 0.35:
            who = voice.pick("who", "who", "what") if table.human else voice.pick("what", "which", "what")
            if who == "which":
                who = f"which {voice.noun(table.name, plural)}"
            return f"{who if who != 'what' or not table.human else 'who'} {be} the {best}", "?"
        if r < 0.5:
            words = voice.column(column)
            rows = scene.describe(subject, plural)
            if not rows.modified and not plural:
                has = verb("have", False)
                return (
                    f"which {rows.text} {has} the {extreme(voice, column, order.descending)} {voice.phrase(column)}",
                    "?",
                )
            if words.scale and not plural and not rows.heavy:
                return (
                    f"which {rows.text} is the {voice.choose(words.scale.most if order.descending else words.scale.least)}",
                    "?",
                )
        return ask(voice, best, plural)
    r = voice.rng.random()
    names = column_list(voice, columns, plural)
    if (
        r < 0.7
        or not table.label
        or tuple(c.name for c in columns[: len(table.label)]) != table.label
        or len(columns) == len(table.label)
    ):
        return ask(voice, f"{names} of the {best}", plural or len(columns) > 1)
    others = column_list(voice, columns[len(table.label) :], plural)
    own_ = "their" if plural or table.human else "its"
    if r < 0.85 and not plural:
        return (
            f"{'who' if table.human else 'what'} is the {best}, and what {'are' if len(columns) - len(table.label) > 1 else 'is'} {own_} {others}",
            "?",
        )
    return ask(
        voice, f"{best}{',' if heavy else ''} {voice.pick('along with', 'together with', 'and')} {own_} {others}", True
    )


def _top_with_parent(scene: Scene, parents: list[Column], own: list[Column], best: str, plural: bool) -> Asked:
    """Ask for the parent of the first rows: "the customer of the most expensive order"."""
    voice = scene.voice
    name = parents[0].alias or parents[0].table
    owner = scene.role_of(name)
    label = is_label(scene, parents, name)
    human = voice.table(parents[0].table).human
    if own:
        mine = column_list(voice, own, plural)
        theirs = (
            f"{column_list(voice, parents, plural)} of the {owner}"
            if not label or voice.chance(0.5)
            else f"name of the {owner}"
            if not plural
            else f"names of the {owner}s"
        )
        if label and voice.chance(0.4):
            theirs = owner
        return ask(voice, f"{mine} and the {theirs} {voice.pick('of', 'for')} the {best}", True)
    if label and voice.chance(0.55):
        if not plural and human and voice.chance(0.4):
            return f"who is the {owner} {voice.pick('of', 'behind', 'for')} the {best}", "?"
        return ask(
            voice,
            f"{scene.plural_role(name) if plural else owner} {voice.pick('of', 'behind', 'for') if human else 'of'} the {best}",
            plural,
        )
    if voice.chance(0.5):
        return ask(
            voice,
            f"{owner} {column_list(voice, parents, plural)} {voice.pick('of', 'for')} the {best}",
            plural or len(parents) > 1,
        )
    names = column_list(voice, parents, plural)
    who = scene.plural_role(name) if plural else owner
    return ask(voice, f"{names} of the {who} {voice.pick('of', 'for')} the {best}", plural or len(parents) > 1)


def role_article(text: str) -> str:
    """Return a role with its article."""
    return with_article(text)
