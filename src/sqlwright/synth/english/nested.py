"""Conditions that hold a subquery or two columns: "above the average price", "who never ordered"."""

from __future__ import annotations

from collections.abc import Callable

from sqlwright.schema.words import plural as plural_of
from sqlwright.synth.english import relations
from sqlwright.synth.english.comparing import IS_DATE, IS_NUMBER, OF_NUMBER, ON_DATE, THAN, agree, fill
from sqlwright.synth.english.graph import columns_of, flatten
from sqlwright.synth.english.modifiers import Modifier, an, subject, verb
from sqlwright.synth.english.parts import Noun
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import Aggregate, Arithmetic, Both, Column, Compare, Exists, InQuery, Query

Rows = Callable[[Query, str, bool], Noun]
"""Describes the rows of a query's node, in the plural or singular."""


def in_query(voice: Voice, condition: InQuery, table: str, plural: bool, rows: Rows) -> list[Modifier]:
    """Say `column [NOT] IN (SELECT column ...)`."""
    inner = condition.query
    column = inner.select[0].expression if len(inner.select) == 1 else None
    if not isinstance(column, Column) or inner.group_by or inner.limit:
        raise UnsayableError("IN subquery")
    here, there = voice.table(table), voice.table(column.table)
    things = rows(inner, column.alias or column.table, True).text
    if voice.names.points_to(column.table, column.name, table):
        say = relations.without if condition.negated else relations.down
        return say(voice, here, there, things, plural)
    if voice.names.points_to(table, condition.column.name, column.table):
        ups = relations.up(voice, here, there, things, plural)
        if not condition.negated:
            return ups
        return [("pred", verb(f"are not {text}", plural)) for kind, text in ups if kind == "short"]
    among = f"{voice.pick('among', 'one of')} the {plural_of(voice.phrase(column))} of {things}"
    return [("whose", f"{voice.phrase(condition.column)} is {'not ' if condition.negated else ''}{among}")]


def exists(voice: Voice, condition: Exists, table: str, plural: bool, rows: Rows) -> list[Modifier]:
    """Say `[NOT] EXISTS (SELECT ... WHERE inner key = outer key AND ...)`."""
    inner = condition.query
    inside = {inner.source.alias or inner.source.table, *(j.alias or j.table for j in inner.source.joins)}
    rest = tuple(c for c in flatten(inner.where) if all((col.alias or col.table) in inside for col in columns_of(c)))
    where = None if not rest else rest[0] if len(rest) == 1 else Both("and", rest)
    things = rows(Query((), inner.source, where=where), inner.source.alias or inner.source.table, True).text
    say = relations.without if condition.negated else relations.down
    return say(voice, voice.table(table), voice.table(inner.source.table), things, plural)


def scalar(voice: Voice, condition: Compare, inner: Query, table: str, plural: bool, rows: Rows) -> list[Modifier]:
    """Say a comparison with one value: the average, the highest, another row's."""
    left = condition.left
    if not isinstance(left, Column) or len(inner.select) != 1:
        raise UnsayableError("scalar subquery")
    target = inner.select[0].expression
    if isinstance(target, Aggregate) and isinstance(target.argument, Column):
        own = target.argument.name == left.name and inner.source.table == table and not inner.source.joins
        if own and condition.op == "=" and target.function in ("max", "min"):
            return _extreme(voice, left, target.function == "max", plural)
        what = _aggregated(voice, target, target.argument, inner, own, rows)
    elif isinstance(target, Column) and inner.where is not None:
        what = _of_another(voice, condition, target, inner, rows)
    else:
        raise UnsayableError("scalar subquery")
    return _against(voice, condition, left, what, plural, isinstance(target, Aggregate))


def _aggregated(voice: Voice, target: Aggregate, argument: Column, inner: Query, own: bool, rows: Rows) -> str:
    dated = voice.column(argument).sense in ("date", "year")
    function = {
        "avg": voice.pick("average", "average", "mean"),
        "max": voice.pick("latest", "most recent") if dated else voice.pick("highest", "maximum", "largest"),
        "min": "earliest" if dated else voice.pick("lowest", "minimum", "smallest"),
        "sum": "total",
    }.get(target.function)
    if function is None:
        raise UnsayableError("scalar count")
    compared = rows(inner, inner.source.alias or inner.source.table, True)
    phrase = voice.phrase(argument)
    if own and not compared.modified and phrase.startswith(("average", "mean")):
        return f"the overall {function}"
    if own and not compared.modified and phrase.startswith(("average", "mean")):
        return f"the overall {function}"
    if own and not compared.modified:
        if target.function == "avg" and voice.chance(0.3):
            return voice.pick("average", "the average", "the overall average")
        return voice.pick(
            f"the {function} {phrase}", f"the {function} {phrase}", f"the {function} {phrase} of all {compared.head}"
        )
    if own and voice.chance(0.25):
        return f"the {function} for {compared.text}"
    return f"the {function} {phrase} of {compared.text}"


def _of_another(voice: Voice, condition: Compare, target: Column, inner: Query, rows: Rows) -> str:
    first = next(iter(flatten(inner.where)))
    table = voice.table(inner.source.table)
    if (
        isinstance(first, Compare)
        and isinstance(first.left, Column)
        and isinstance(first.right, str)
        and table.label == (first.left.name,)
    ):
        owner = relations.named(voice, inner.source.table, voice.literal(first.right))
    else:
        owner = f"the {rows(inner, inner.source.alias or inner.source.table, False).text}"
    if condition.op == "=" and voice.chance(0.5):
        return f"the same as that of {owner}"
    return f"the {voice.phrase(target)} of {owner}"


def _against(
    voice: Voice, condition: Compare, left: Column, what: str, plural: bool, aggregated: bool
) -> list[Modifier]:
    words = voice.column(left)
    phrase, many = subject(voice, left)
    pool = IS_DATE if words.sense in ("date", "year") else IS_NUMBER
    out: list[Modifier] = [("whose", f"{phrase} {agree(voice.choose(pool[condition.op]), many)} {what}")]
    if words.sense in ("date", "year"):
        if condition.op in ON_DATE:
            out.append(("with", f"{an(voice, left)} {fill(voice.choose(ON_DATE[condition.op]), what)}"))
        return out
    if words.counted:
        if condition.op in ("<", ">") and what in ("average", "the average"):
            amount = "more" if condition.op == ">" else "fewer"
            out += [
                ("with", f"{amount} {words.counted} than {what}"),
                ("pred", verb(f"have {amount} {words.counted} than {what}", plural)),
            ]
        return [*out, ("with", f"a {phrase} {voice.choose(OF_NUMBER[condition.op])} {what}")]
    out.append(("with", f"{an(voice, left)} {voice.choose(OF_NUMBER[condition.op])} {what}"))
    scale = words.scale
    if scale and condition.op in ("<", ">") and aggregated:
        adjective = scale.more if condition.op == ">" else scale.less
        out += [("pred", verb(f"are {adjective} than {what}", plural)), ("short", f"{adjective} than {what}")]
        if scale.verb:
            out.append(("pred", verb(f"{scale.verb} {voice.choose(THAN[condition.op])} {what}", plural)))
    if condition.op in ("<", ">") and what in ("average", "the average"):
        side = voice.pick("above", "higher than") if condition.op == ">" else voice.pick("below", "lower than")
        out.append(
            (
                "with",
                f"{'above' if condition.op == '>' else 'below'}-average {phrase}"
                if what == "average"
                else f"{an(voice, left)} {side} average",
            )
        )
    return out


def _extreme(voice: Voice, column: Column, highest: bool, plural: bool) -> list[Modifier]:
    """Say `= (SELECT MAX(...))`: all rows that have the highest value."""
    words = voice.column(column)
    phrase, _ = subject(voice, column)
    if words.counted:
        most = f"the {'most' if highest else 'fewest'} {words.counted}"
        return [
            ("with", most),
            ("pred", verb(f"have {most}", plural)),
            ("whose", f"{phrase} is the {'highest' if highest else 'lowest'}"),
        ]
    if words.sense in ("date", "year"):
        adjective = voice.pick("latest", "most recent") if highest else "earliest"
    else:
        adjective = (
            voice.pick("highest", "maximum", "highest", "largest")
            if highest
            else voice.pick("lowest", "minimum", "smallest")
        )
    out: list[Modifier] = [
        ("with", f"the {adjective} {phrase}"),
        ("pred", verb(f"have the {adjective} {phrase}", plural)),
        ("whose", f"{phrase} is {voice.pick(f'the {adjective}', f'equal to the {adjective} {phrase}')}"),
    ]
    if words.scale:
        best = voice.choose(words.scale.most if highest else words.scale.least)
        out.append(("pred", f"are the {best}") if plural else ("adj", best))
    return out


def two_columns(voice: Voice, condition: Compare) -> list[Modifier]:
    """Say a comparison between two columns of a row, or of a computed value."""
    left, right = condition.left, condition.right
    first = operand(voice, left)
    words = voice.column(left) if isinstance(left, Column) else None
    pool = IS_DATE if words and words.sense == "date" else IS_NUMBER
    if isinstance(right, str | int | float):
        return [("whose", f"{first} {voice.choose(pool[condition.op])} {voice.literal(right)}")]
    second = operand(voice, right)
    if condition.op == "=" and isinstance(right, Column):
        return [("whose", f"{first} {voice.pick('is the same as', 'equals', 'is equal to')} the {second}")]
    return [("whose", f"{first} {voice.choose(pool[condition.op])} the {second}")]


def operand(voice: Voice, expression: object) -> str:
    """Return a column or arithmetic in words."""
    if isinstance(expression, Column):
        return voice.phrase(expression)
    if isinstance(expression, Arithmetic):
        right = (
            expression.right if isinstance(expression.right, str | int | float) else operand(voice, expression.right)
        )
        word = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}[expression.op]
        return f"{operand(voice, expression.left)} {word} {right}"
    raise UnsayableError("operand")
