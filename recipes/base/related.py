"""Steps of `extend.py` that ask for rows by rows of other tables: those that point to them, and those like them.

Taken where a question lists rows of one table and ends in its name, so that "that have no cows" or "in the same region
as Oak" can stand behind it.
"""

from __future__ import annotations

import random

from phrases import condition, number, quoted
from query import Query
from saying import behind, picked, subject
from shape import Shape, Step, plural

_AGGREGATES = (
    ("AVG", "average"), ("AVG", "mean"), ("SUM", "total"), ("MAX", "highest"), ("MIN", "lowest"), ("MAX", "maximum"),
)  # fmt: skip
_COMPARED = (("above", ">"), ("over", ">"), ("more than", ">"), ("of at least", ">="), ("below", "<"), ("under", "<"))


def related(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Ask for rows by those of another table that point to them: none, some, many, most, or what is known of them."""
    table = subject(question, query, shape)
    if not table or not query.plain or not query.open or query.where or not shape.children[table]:
        return question
    ways = shape.across(table)
    if ways and rng.random() < 0.35:
        return _across(question, query, shape, rng, *rng.choice(ways))
    step = rng.choice(shape.children[table])
    noun = shape.noun(step.table)
    if not noun or noun in question.lower():
        return question
    kind = rng.choices(list(_KINDS), (2, 1, 2, 1.5, 1, 2, 1, 3))[0]
    return _KINDS[kind](question, query, shape, rng, step, noun)


def _no_rows(question: str, query: Query, shape: Shape, rng: random.Random, step: Step, noun: str) -> str:
    inner = ("(", "SELECT", step.other, "FROM", step.table, ")")
    query.where = [(step.own, "NOT", "IN", *inner)]
    form = rng.choice((
        " that have no {0}", " without any {0}", " with no {0}", " that do not have any {0}", " that never had a {1}",
        " that do not appear in any {1}", " for which there is no {1}",
    ))  # fmt: skip
    return behind(question, form.format(plural(noun), noun))


def _some_rows(question: str, query: Query, shape: Shape, rng: random.Random, step: Step, noun: str) -> str:
    query.where = [(step.own, "IN", "(", "SELECT", step.other, "FROM", step.table, ")")]
    form = rng.choice((" that have at least one {1}", " that have some {0}", " that have {0}", " that have any {0}"))
    return behind(question, form.format(plural(noun), noun))


def _many_rows(question: str, query: Query, shape: Shape, rng: random.Random, step: Step, noun: str) -> str:
    words, sign = rng.choice((
        ("more than {n} {0}", ">"), ("at least {n} {0}", ">="), ("fewer than {n} {0}", "<"),
        ("exactly {n} {0}", "="), ("{n} or more {0}", ">="), ("over {n} {0}", ">"), ("at most {n} {0}", "<="),
    ))  # fmt: skip
    count = rng.randint(2, 9)
    _grouped(query, step)
    query.having = ("COUNT", "(", "*", ")", sign, str(count))
    return behind(question, rng.choice((" with ", " that have ")) + words.format(plural(noun), n=count))


def _most_rows(question: str, query: Query, shape: Shape, rng: random.Random, step: Step, noun: str) -> str:
    down = rng.random() < 0.7
    most = "most" if down else "fewest"
    _grouped(query, step)
    query.order, query.limit = ("COUNT", "(", "*", ")", *(("DESC",) if down else ())), "1"
    form = rng.choice((
        " with the {0} {1}", " that have the {0} {1}", " with the {2} number of {1}", " that has the {0} {1}",
    ))  # fmt: skip
    question = behind(question, form.format(most, plural(noun), "largest" if down else "smallest"))
    if rng.random() < 0.25:
        query.shown.append(("COUNT", "(", "*", ")"))
        question += rng.choice((" Also show how many.", " Also give the number.", f" How many {plural(noun)} is that?"))
    return question


def _counted_rows(question: str, query: Query, shape: Shape, rng: random.Random, step: Step, noun: str) -> str:
    _grouped(query, step)
    query.shown.append(("COUNT", "(", "*", ")"))
    form = rng.choice((
        " and the number of {0} of each", ", and how many {0} each has", " together with their number of {0}",
        " and how many {0} each of them has", ", and the count of {0} for each",
    ))  # fmt: skip
    return behind(question, form.format(plural(noun)))


def _measured_rows(question: str, query: Query, shape: Shape, rng: random.Random, step: Step, noun: str) -> str:
    """Take an aggregate of the rows that point to each: shown, compared or ordered by."""
    numbers = [c for c in shape.columns[step.table] if c in shape.numbers]
    column = rng.choice(numbers) if numbers else ""
    value = shape.value(column, rng) if column else None
    if value is None or shape.words(column) in question.lower():
        return question
    name, said = rng.choice(_AGGREGATES)
    taken, measure = (name, "(", column, ")"), f"{said} {shape.words(column)}"
    _grouped(query, step)
    kind = rng.choice(("shown", "shown", "compared", "ordered", "top"))
    if kind == "shown":
        query.shown.append(taken)
        form = rng.choice((
            " and the {0} of their {1}", ", with the {0} of the {1} of each", " together with the {0} over their {1}",
            ", and for each the {0} of its {1}",
        ))  # fmt: skip
        return behind(question, form.format(measure, plural(noun)))
    if kind == "compared":
        words, sign = rng.choice(_COMPARED)
        text = number(value)
        query.having = (*taken, sign, text)
        form = rng.choice((" whose {1} have {3} {0} {2}", " with {1} of {3} {0} {2}"))
        return behind(question, form.format(measure, plural(noun), f"{words} {text}", _article(measure)))
    down = rng.random() < 0.65
    query.order = (*taken, *(("DESC",) if down else ()))
    if kind == "top":
        query.limit = "1"
        most = rng.choice(("highest", "largest", "greatest") if down else ("lowest", "smallest"))
        plain = measure if said in ("average", "mean", "total") else f"value for the {measure}"
        return behind(question, f" whose {plural(noun)} have the {most} {plain}")
    way = rng.choice((" in descending order", ", highest first") if down else ("", " in ascending order"))
    return behind(question, f", sorted by the {measure} of their {plural(noun)}{way}")


def _which_rows(question: str, query: Query, shape: Shape, rng: random.Random, step: Step, noun: str) -> str:
    column = picked(step.table, query, question, shape, rng)
    made = condition(column, shape.words(column), shape, rng) if column else None
    if made is None:
        return question
    clause, phrase, tokens = made
    inner = ("(", "SELECT", step.other, "FROM", step.table, "WHERE", *tokens, ")")
    no = rng.random() < 0.3
    query.where = [(step.own, *(("NOT", "IN") if no else ("IN",)), *inner)]
    one = rng.choice((f"{noun} whose {clause}", f"{noun} with {phrase}"))
    if no:
        return behind(question, rng.choice((f" that have no {one}", f" that never had {_article(noun)} {one}")))
    return behind(question, f" that have {_article(noun)} {one}")


def _both_rows(question: str, query: Query, shape: Shape, rng: random.Random, step: Step, noun: str) -> str:
    """Ask for rows to which two different rows point. The SQL is two lists and what they share."""
    named = shape.categories(step.table)
    column = rng.choice(named) if named else ""
    values = {shape.value(column, rng) for _ in range(4)} - {None} if column else set()
    if len(values) < 2:
        return question
    first, second = rng.sample(sorted(map(str, values)), 2)
    inner = ("SELECT", step.other, "FROM", step.table, "WHERE", column, "=")
    query.where = [(step.own, "IN", "(", *inner, quoted(value), ")") for value in (first, second)]
    one = f"{_article(noun)} {noun} with {shape.words(column)} {first}"
    if rng.random() < 0.3:
        query.where[1] = (step.own, "NOT", *query.where[1][1:])
        return behind(question, f" that have {one} but none with {second}")
    return behind(question, f" that have both {one} and one with {second}")


def _across(question: str, query: Query, shape: Shape, rng: random.Random, down: Step, up: Step) -> str:
    """Ask by the rows of a table that is reached over one that points to both."""
    noun, label = shape.noun(up.table), shape.named_by(up.table)
    kind = rng.choice(("named", "named", "which", "which", "shown", "none"))
    column = label if kind in ("named", "shown") else picked(up.table, query, question, shape, rng)
    if not column or noun in question.lower():
        return question
    if kind == "shown":
        _over(query, down, up)
        query.shown.append((column,))
        form = rng.choice(
            (
                ", and the {0} of their {1}",
                " with the {0} of the {1} of each",
                " together with the {0} of each of their {1}",
            )
        )
        return behind(question, form.format(shape.words(column), plural(noun)))
    if kind == "named":
        value = shape.value(column, rng)
        if value is None:
            return question
        _over(query, down, up)
        query.where = [(column, "=", quoted(str(value)))]
        form = rng.choice((
            " of the {0} {1}", " for the {0} {1}", " linked to the {0} {1}", " of the {0} named {1}",
            " that go with the {0} {1}", " related to the {0} called {1}", " that have the {0} {1}",
        ))  # fmt: skip
        return behind(question, form.format(noun, rng.choice((str(value), f'"{value}"', f"'{value}'"))))
    made = condition(column, shape.words(column), shape, rng, simple=True)
    if made is None:
        return question
    clause, phrase, tokens = made
    on = ("ON", down.table, ".", up.own, "=", up.table, ".", up.other)
    far = tuple(part for t in tokens for part in ((up.table, ".", t) if t == column else (t,)))
    first = (down.table, ".", down.other)
    inner = ("(", "SELECT", *first, "FROM", down.table, "JOIN", up.table, *on, "WHERE", *far, ")")
    query.where = [(down.own, *(("NOT", "IN") if kind == "none" else ("IN",)), *inner)]
    one = rng.choice((f"{noun} whose {clause}", f"{noun} with {phrase}"))
    if kind == "none":
        return behind(
            question, rng.choice((f" that have no {one}", f" not linked to any {one}", f" without any {one}"))
        )
    return behind(question, rng.choice((f" that have {_article(noun)} {one}", f" linked to {_article(noun)} {one}")))


def same(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Ask for the rows that are like a named one: in the same region as Oak."""
    table = subject(question, query, shape)
    label = shape.named_by(table) if table else ""
    value = shape.value(label, rng) if label else None
    if value is None or not query.plain or not query.open or query.where:
        return question
    kept = [c for c in shape.columns[table] if c != label and c not in query.tokens()]
    keys = [step for step in shape.parents[table] if shape.noun(step.table)]
    by_key = bool(keys) and rng.random() < 0.5
    if not by_key and not kept:
        return question
    step = rng.choice(keys) if by_key else None
    column = step.own if step else rng.choice(kept)
    words = shape.noun(step.table) if step else shape.words(column)
    if words in question.lower():
        return question
    inner = ("(", "SELECT", column, "FROM", table, "WHERE", label, "=", quoted(str(value)), ")")
    query.where = [(column, "=", *inner)]
    named = rng.choice((str(value), f'"{value}"', f"the {shape.noun(table)} {value}", f"the one named {value}"))
    form = rng.choice((" with the same {0} as {1}", " that have the same {0} as {1}", " that share the {0} of {1}"))
    ending = ""
    if rng.random() < 0.3:
        query.where.append((label, "<>", quoted(str(value))))
        ending = rng.choice((f", excluding {value}", f", but not {value} itself", f", leaving out {value}"))
    return behind(question, form.format(words, named) + ending)


def _grouped(query: Query, step: Step) -> None:
    query.join(step.table, step.own, step.other)
    query.group = (step.own,)


def _over(query: Query, down: Step, up: Step) -> None:
    query.join(down.table, down.own, down.other)
    query.join(up.table, up.own, up.other)


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


_KINDS = {
    "none": _no_rows, "some": _some_rows, "many": _many_rows, "most": _most_rows, "number": _counted_rows,
    "which": _which_rows, "both": _both_rows, "measured": _measured_rows,
}  # fmt: skip
