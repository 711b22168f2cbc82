"""Questions about groups and about lists put together, over any table, with their SQL: said as a whole, not extended.

question, tokens = composed(shape, rng)     # "Which breeds are shared by cows with weight above 500 and ..."
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from phrases import condition
from query import Query
from shape import Shape, Step, plural

Made = tuple[str, tuple[str, ...]] | None
_COUNT = ("COUNT", "(", "*", ")")
FAR = 0.35
"""How often rows are grouped by something of another table, where one can be reached."""

_COMMON = (
    "What is the most common {c} of {ns}?", "Which {c} is the most common among {ns}?", "most frequent {c} of the {ns}",
    "Find the {c} that most {ns} have.", "Which {c} do most {ns} have?", "Show the {c} with the most {ns}.",
    "What is the {c} with the largest number of {ns}?", "Give me the {c} that appears most often among the {ns}",
)  # fmt: skip
_RARE = (
    "What is the least common {c} of {ns}?", "Which {c} has the fewest {ns}?",
    "Find the {c} with the smallest number of {ns}.",
    "Which {c} do the fewest {ns} have?", "rarest {c} among the {ns}",
)  # fmt: skip
_AND_COUNT = (" Also show how many {ns} that is.", " And how many {ns} have it?", " Give the number of {ns} too.")
_BY_COUNT = (
    "List the {cs} of {ns} ordered by how many {ns} have them{down}.", "Show the {cs} of {ns} by frequency{down}",
    "What are the {cs} of {ns}, ordered by the number of {ns}{down}?",
    "Return the {cs} sorted by the count of {ns}{down}.",
    "Show all {cs} of {ns} in {order} order of the number of {ns}.", "the {cs} of the {ns} in {order} order of count",
)  # fmt: skip
_SHARED = (
    "Which {cs} are shared by {n} {ns}?", "Find the {cs} that {n} {ns} have.", "List the {cs} with {n} {ns}.",
    "What are the {cs} that {n} {ns} have?", "{cs} with {n} {ns}", "Show every {c} that has {n} {ns}.",
)  # fmt: skip
_NUMBERS = (
    (">", "more than {0}"),
    (">=", "at least {0}"),
    ("=", "exactly {0}"),
    ("<", "fewer than {0}"),
    (">=", "{0} or more"),
)
_IN_COMMON = (
    "How many {ns} have the most common {c}?", "Count the {ns} that have the most frequent {c}.",
    "What is the number of {ns} with the {c} that is most common?", "How many {ns} share the most common {c}?",
)  # fmt: skip
_DIFFERENT = (
    "How many different {cs} do {ns} have?", "Count the distinct {cs} of the {ns}.",
    "number of different {cs} among {ns}",
    "What is the number of distinct {cs} of {ns}?", "How many {cs} are there among the {ns}?",
)  # fmt: skip
_DISTINCT = (
    "What are the different {cs} of {ns}?", "List the distinct {cs} of all {ns}.", "Show all unique {cs} of {ns}",
    "Which different {cs} do the {ns} have?", "Give me each {c} of the {ns} once.",
)  # fmt: skip
_EACH = (
    "For each {c}, show {a}.", "What {be} {a} for each {c}?", "{a} by {c}", "Show {a} per {c}.",
    "Find {a} for every {c} of {ns}.", "List {a}, grouped by {c}.", "For each {c} of {ns}, return {a}.",
)  # fmt: skip
_HAVING = (
    "Which {cs} have {ns} with an average {x} {k} {v}?", "Find the {cs} whose {ns} have an average {x} {k} {v}.",
    "List the {cs} where the average {x} of {ns} is {k} {v}.", "{cs} with an average {x} {k} {v} among the {ns}",
)  # fmt: skip
_SORTED = (
    "List the {cs} of {ns} in {order} order of their {f} {x}.", "Show the {cs} by the {f} {x} of their {ns}{down}.",
    "Order the {cs} of {ns} by {f} {x}{down}.", "What are the {cs}, sorted by the {f} {x} of {ns}{down}?",
)  # fmt: skip
_FUNCTIONS = (
    ("AVG", "average"),
    ("MAX", "highest"),
    ("MIN", "lowest"),
    ("SUM", "total"),
    ("AVG", "mean"),
    ("MAX", "maximum"),
)


@dataclass(frozen=True, slots=True)
class _Groups:
    """What the rows of a table are grouped by, and where that stands."""

    table: str
    column: str
    key: str
    """The column that SQL groups by: of a name, its table's key."""
    words: str
    noun: str
    way: tuple[Step, ...]

    def query(self, *shown: tuple[str, ...]) -> Query:
        """Return a query over the table, with the joins that the column takes."""
        query = Query(list(shown), False, [self.table], [])
        for step in self.way:
            query.join(step.table, step.own, step.other)
        return query

    def said(self, form: str, **more: str) -> str:
        """Fill in a form: `c` the column, `n` a row of the table, an `s` behind them for many."""
        return form.format(c=self.words, cs=plural(self.words), ns=plural(self.noun), **more)


def composed(shape: Shape, rng: random.Random) -> Made:
    """Return a question and its SQL as marked tokens, or None when the table drawn gives none."""
    tables = [t for t, columns in shape.columns.items() if len(columns) > 1 and shape.noun(t)]
    if not tables:
        return None
    groups = _groups(rng.choice(tables), shape, rng)
    return rng.choice(_KINDS)(groups, shape, rng) if groups else None


def _groups(table: str, shape: Shape, rng: random.Random) -> _Groups | None:
    ways = shape.near(table)
    noun = shape.noun(table)
    if ways and rng.random() < FAR:
        way = rng.choice(ways)
        far, label = way[-1].table, shape.label(way[-1].table)
        column = label if label and rng.random() < 0.5 else _category(far, shape, rng)
        key = way[-1].other if column == label else column
        return _Groups(table, column, key, shape.far(column), noun, way) if column else None
    column = _category(table, shape, rng)
    return _Groups(table, column, column, shape.words(column), noun, ()) if column else None


def _category(table: str, shape: Shape, rng: random.Random) -> str:
    found = shape.categories(table) or [c for c in shape.columns[table] if c not in shape.numbers]
    found = [c for c in found if c != shape.label(table)]
    return rng.choice(found) if found else ""


def _number(table: str, shape: Shape, rng: random.Random) -> str:
    found = [c for c in shape.columns[table] if c in shape.numbers]
    return rng.choice(found) if found else ""


def _down(rng: random.Random) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the words for an order, and the token."""
    if rng.random() < 0.65:
        order, down = rng.choice(("descending", "decreasing")), rng.choice((" descending", ", highest first"))
        return {"order": order, "down": down}, ("DESC",)
    order, down = rng.choice(("ascending", "increasing")), rng.choice((" ascending", ", lowest first"))
    return {"order": order, "down": down}, ()


def _common(groups: _Groups, shape: Shape, rng: random.Random) -> Made:
    most = rng.random() < 0.75
    question = groups.said(rng.choice(_COMMON if most else _RARE))
    query = groups.query((groups.column,))
    if rng.random() < 0.3:
        question = question.rstrip(".?") + ("?" if question[:1] == "W" else ".")
        question += groups.said(rng.choice(_AND_COUNT))
        query.shown.append(_COUNT)
    query.group, query.limit = (groups.key,), "1"
    query.order = (*_COUNT, "DESC") if most else _COUNT
    return question, query.tokens()


def _by_count(groups: _Groups, shape: Shape, rng: random.Random) -> Made:
    words, down = _down(rng)
    query = groups.query((groups.column,))
    query.group, query.order = (groups.key,), (*_COUNT, *down)
    return groups.said(rng.choice(_BY_COUNT), **words), query.tokens()


def _shared(groups: _Groups, shape: Shape, rng: random.Random) -> Made:
    sign, words = rng.choice(_NUMBERS)
    count = str(rng.randint(2, 12))
    query = groups.query((groups.column,))
    query.group, query.having = (groups.key,), (*_COUNT, sign, count)
    return groups.said(rng.choice(_SHARED), n=words.format(count)), query.tokens()


def _counts(groups: _Groups, shape: Shape, rng: random.Random) -> Made:
    """How many have the most common value; how many values there are; which."""
    kind = rng.choice(("common", "different", "distinct"))
    if kind == "different":
        query = groups.query(("COUNT", "(", "DISTINCT", groups.column, ")"))
        return groups.said(rng.choice(_DIFFERENT)), query.tokens()
    if kind == "distinct":
        query = groups.query((groups.column,))
        query.distinct = True
        return groups.said(rng.choice(_DISTINCT)), query.tokens()
    query = groups.query(_COUNT)
    query.group, query.order, query.limit = (groups.key,), (*_COUNT, "DESC"), "1"
    return groups.said(rng.choice(_IN_COMMON)), query.tokens()


def _each(groups: _Groups, shape: Shape, rng: random.Random) -> Made:
    """One or two aggregates for each value of a column, with the value itself."""
    measured = _number(groups.table, shape, rng)
    if not measured:
        return None
    name, said = rng.choice(_FUNCTIONS)
    taken, words = [(name, "(", measured, ")")], f"the {said} {shape.words(measured)}"
    other = _number(groups.table, shape, rng)
    second, spoken = rng.choice(_FUNCTIONS)
    roll = rng.random()
    if roll < 0.35:
        taken.append(_COUNT)
        words += f" and the number of {plural(groups.noun)}"
    elif roll < 0.6 and other != measured:
        taken.append((name, "(", other, ")"))
        words += f" and {shape.words(other)}"
    elif roll < 0.85 and second != name:
        taken.append((second, "(", other, ")"))
        both = f"the {said} and {spoken} {shape.words(measured)}"
        words = both if other == measured else f"{words} and the {spoken} {shape.words(other)}"
    question = groups.said(rng.choice(_EACH), a=words, be="are" if len(taken) > 1 else "is")
    query = groups.query((groups.column,), *taken) if rng.random() < 0.5 else groups.query(*taken, (groups.column,))
    query.group = (groups.key,)
    return question, query.tokens()


def _having(groups: _Groups, shape: Shape, rng: random.Random) -> Made:
    measured = _number(groups.table, shape, rng)
    value = shape.value(measured, rng) if measured else None
    if not isinstance(value, int | float):
        return None
    words, sign = rng.choice((("above", ">"), ("over", ">"), ("of at least", ">="), ("below", "<"), ("under", "<")))
    form = rng.choice(_HAVING)
    if "is {k}" in form:
        words = words.removeprefix("of ")
    number = str(round(value))
    query = groups.query((groups.column,))
    query.group, query.having = (groups.key,), ("AVG", "(", measured, ")", sign, number)
    return groups.said(form, x=shape.words(measured), k=words, v=number), query.tokens()


def _sorted(groups: _Groups, shape: Shape, rng: random.Random) -> Made:
    measured = _number(groups.table, shape, rng)
    if not measured:
        return None
    words, down = _down(rng)
    name, said = rng.choice(_FUNCTIONS)
    query = groups.query((groups.column,))
    query.group, query.order = (groups.key,), (name, "(", measured, ")", *down)
    return groups.said(rng.choice(_SORTED), f=said, x=shape.words(measured), **words), query.tokens()


def _two_lists(groups: _Groups, shape: Shape, rng: random.Random) -> Made:
    """What rows of one kind and rows of another have in common, or only the first have."""
    one, two = (rng.choice(shape.columns[groups.table]) for _ in range(2))
    two = one if rng.random() < 0.4 else two
    if groups.column in (one, two):
        return None
    first, second = (condition(c, shape.words(c), shape, rng, simple=True) for c in (one, two))
    if first is None or second is None or first[2] == second[2]:
        return None
    noun = plural(groups.noun)
    whose = rng.random() < 0.5
    said = [f"{noun} whose {m[0]}" if whose else f"{noun} with {m[1]}" for m in (first, second)]
    both = rng.random() < 0.55
    lists = []
    for made in (first, second):
        query = groups.query((groups.column,))
        query.where = [made[2]]
        lists.append(query.tokens())
    question = groups.said(rng.choice(_BOTH if both else _BUT_NOT), one=said[0], two=said[1])
    return question, (*lists[0], "INTERSECT" if both else "EXCEPT", *lists[1])


def _two_tables(groups: _Groups, shape: Shape, rng: random.Random) -> Made:
    """One list of what is in two tables; or what a column of one shares with a column of the other."""
    own = {shape.words(c): c for c in shape.columns[groups.table] if c not in shape.numbers}
    found = [
        (own[word], c)
        for other, columns in shape.columns.items()
        if other != groups.table and shape.noun(other)
        for c in columns
        if c not in shape.numbers and (word := shape.words(c)) in own
    ]
    if not found:
        return None
    first, second = rng.choice(found)
    other = second.partition("|")[0]
    words = {"cs": plural(shape.words(first)), "a": plural(groups.noun), "b": plural(shape.noun(other))}
    kind = rng.choice(("UNION", "UNION", "INTERSECT", "EXCEPT"))
    tokens = ("SELECT", first, "FROM", groups.table, kind, "SELECT", second, "FROM", other)
    return rng.choice(_TOGETHER[kind]).format(**words), tokens


_BOTH = (
    "Which {cs} are shared by {one} and {two}?", "Find the {cs} of both {one} and {two}.",
    "{cs} that {one} and {two} have in common", "Show the {cs} that both {one} and {two} have.",
    "What are the {cs} of {one} that are also {cs} of {two}?",
)  # fmt: skip
_BUT_NOT = (
    "Which {cs} do {one} have but not {two}?", "Find the {cs} of {one} that no {two} have.",
    "{cs} of {one} but not of {two}", "Show the {cs} of {one} except those of {two}.",
    "What are the {cs} of {one} that are not {cs} of {two}?",
)  # fmt: skip
_TOGETHER = {
    "UNION": (
        "List the {cs} of all {a} and all {b} together.", "What are the {cs} of all {a} and {b}?",
        "Show the {cs} of the {a} and of the {b} in one list.", "Find the {cs} of {a} as well as {b}.",
    ),
    "INTERSECT": (
        "Which {cs} do {a} and {b} have in common?", "Find the {cs} that appear both among {a} and among {b}.",
        "Show the {cs} of {a} that are also {cs} of {b}.",
    ),
    "EXCEPT": (
        "Which {cs} of {a} are not {cs} of any {b}?", "Find the {cs} of {a} that no {b} have.",
        "Show the {cs} that appear among {a} but not among {b}.",
    ),
}  # fmt: skip
_KINDS: tuple[Callable[[_Groups, Shape, random.Random], Made], ...] = (
    _common, _common, _by_count, _shared, _counts, _each, _each, _having, _sorted, _two_lists, _two_lists, _two_tables,
)  # fmt: skip
