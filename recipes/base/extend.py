"""Questions a step away from a public one: one more column, condition, order, group or table, in its SQL too.

What is known of the question is little: what its SQL shows, and whether it ends in what it is about. So a step is taken
only where it can be said behind (or before) the whole question, or where a column of the SQL stands in it by name. A
column of another table is said with that table's name, and reached by declared keys that give each row one partner.

    question, tokens = extended("What are the names of all singers?", tokens, shape, rng)
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from phrases import COUNTS, condition, ordering, top
from query import Query, taken_apart
from shape import Shape, Step, plural

_BEFORE = re.compile(
    r"(?:\b(?:all|distinct|different|average|maximum|minimum|total|highest|lowest|largest|smallest|each|every|by|and|whose|"
    r"with|common|(?<!number )(?<!numbers )of(?: the)?|(?<!of )the|show|list|find|give|return|display|which|what)|,) $",
    re.IGNORECASE,
)
_AFTER = re.compile(r" (?:of origin|who|whom|that have|number|name|id|code|type)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r" (?:is |are |was |of )?(?:above|over|more|greater|less|below|higher|lower|at least|at most|larger|smaller|under)"
)
_Step = Callable[[str, Query, Shape, random.Random], str]


def extended(
    question: str, tokens: tuple[str, ...], shape: Shape, rng: random.Random, most: int = 2
) -> tuple[str, tuple[str, ...]]:
    """Return a question one to `most` steps away with its SQL; both unchanged where no step can be taken."""
    query = taken_apart(tokens)
    if query is None or any("SELECT" in item for item in query.where):
        return question, tokens
    begun = question
    for step in (*rng.sample(_FIRST, 2)[: rng.randint(1, most)], rng.choice(_LAST)):
        if rng.random() < 0.6 or question == begun:
            question = step(question, query, shape, rng)
    return (question, query.tokens()) if question != begun else (begun, tokens)


def _ended(question: str, words: str) -> str:
    """Put words behind the question, before its mark."""
    bare = question.rstrip("?.! ")
    return f"{bare}{words}{'?' if question.rstrip().endswith('?') else '.'}"


def _about(question: str, query: Query, shape: Shape) -> str:
    """Return the only table of the query when the question ends in its name, or nothing."""
    if len(query.tables) > 1 or not (noun := shape.noun(query.tables[0])):
        return ""
    last = question.rstrip("?.! ").lower()
    own = (noun, plural(noun), noun.split()[-1], plural(noun.split()[-1]))
    return query.tables[0] if any(last.endswith(" " + word) for word in own) else ""


def _said(question: str, column: str, shape: Shape) -> re.Match[str] | None:
    """Return where the question names a column, if it does so once."""
    pattern = shape.pattern(column)
    found = list(pattern.finditer(question)) if pattern else []
    return found[0] if len(found) == 1 else None


def _uses(query: Query, column: str) -> int:
    return query.tokens().count(column)


def _reach(query: Query, shape: Shape, rng: random.Random, chance: float) -> tuple[str, tuple[Step, ...]]:
    """Return a table whose columns can be used, and the joins that it takes; mostly another when `chance` is high."""
    start = rng.choice(query.tables)
    ways = [way for way in shape.near(start) if not {step.table for step in way} & set(query.tables)]
    if not ways or rng.random() > chance:
        return start, ()
    way = rng.choice(ways)
    return way[-1].table, way


def _another(
    question: str, query: Query, shape: Shape, rng: random.Random, far: float, numbers: float = 0.0
) -> tuple[str, str, tuple[Step, ...]] | None:
    """Return a column that is not named yet, what it is called, and the joins that lead to it, or None.

    Args:
        far: how often it is looked for in another table, where one can be reached.
        numbers: how often it must be a number.
    """
    table, way = _reach(query, shape, rng, far)
    kind = "number" if numbers and rng.random() < numbers else ""
    column = _picked(table, query, question, shape, rng, kind)
    if not column:
        return None
    return column, _called(column, way, query, shape), way


def _picked(table: str, query: Query, question: str, shape: Shape, rng: random.Random, kind: str = "") -> str:
    """Return a column of the table that neither the SQL nor the question names, or nothing."""
    used, lower = set(query.tokens()), question.lower()
    found = [
        c
        for c in shape.columns[table]
        if c not in used
        and (kind != "number" or c in shape.numbers)
        and (kind != "text" or c not in shape.numbers)
        and shape.words(c) not in lower
    ]
    return rng.choice(found) if found else ""


def _called(column: str, way: Sequence[Step], query: Query, shape: Shape) -> str:
    return shape.far(column) if way or len(query.tables) > 1 else shape.words(column)


def _join(query: Query, way: Sequence[Step]) -> None:
    for step in way:
        query.join(step.table, step.own, step.other)


def _shown(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Show one more column, behind the last."""
    if not query.plain:
        return question
    last = query.shown[-1][0]
    found = _said(question, last, shape)
    if found is None or _uses(query, last) > 1 or re.match(r"\s*(?:,|and |or |of each)", question[found.end() :]):
        return question
    more = _another(question, query, shape, rng, 0.6)
    if more is None:
        return question
    column, words, way = more
    many = found[0].lower() != shape.words(last) and found[0].lower().endswith("s")
    words = plural(words) if many else words
    before, after = question[: found.start()], question[found.end() :]
    listed = re.search(r"(?:,)? and (the )?$", before)
    query.shown.append((column,))
    _join(query, way)
    if listed:
        return f"{before[: listed.start()]}, {listed[1] or ''}{found[0]} and {words}{after}"
    return f"{before}{found[0]} {rng.choice(('and', 'and', 'and the', 'together with the', 'plus the'))} {words}{after}"


def _swapped(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Put another column of the same kind, here or in a table that belongs to it, for one that the question names."""
    tokens = query.tokens()
    columns = sorted({t for t in tokens if "|" in t and t[0] == "@" and t not in shape.keys})
    rng.shuffle(columns)
    text = {t for item in query.where if any(p[0] == "'" for p in item) for t in item}
    text |= {t for item in query.shown if len(item) > 1 for t in item if t not in shape.numbers}
    for column in columns:
        found = _said(question, column, shape)
        if found is None or column in text or _uses(query, column) > (2 if query.group else 1):
            continue
        if any(c != column and shape.words(c) == shape.words(column) for c in columns):
            continue
        if not _BEFORE.search(question[: found.start()]) or _AFTER.match(question, found.end()):
            continue
        if any(column in item for item in query.where) and not _COMPARES.match(question, found.end()):
            continue
        own = column.partition("|")[0]
        ways = shape.near(own)
        way = rng.choice(ways) if ways and rng.random() < 0.5 else ()
        if any(step.table in query.tables for step in way):
            way = ()
        table = way[-1].table if way else own
        kind = "number" if column in shape.numbers else "text"
        new = _picked(table, query, question, shape, rng, kind)
        if not new:
            continue
        words = shape.far(new) if way or len(query.tables) > 1 else shape.words(new)
        if question[: found.start()].rstrip().lower().endswith(words.split()[0]):
            words = shape.words(new)
        if found[0].lower() not in (shape.words(column), shape.words(column, short=False)):
            words = plural(words)
        named = column == shape.label(own)  # rows of one name belong together: shown is another, grouped is by the name
        for name in ("shown", "where"):
            setattr(query, name, [tuple(new if t == column else t for t in item) for item in getattr(query, name)])
        for name in ("having", "order") if named else ("group", "having", "order"):
            setattr(query, name, tuple(new if t == column else t for t in getattr(query, name)))
        _join(query, way)
        return question[: found.start()] + words + question[found.end() :]
    return question


def _restricted(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Keep only the rows that meet one more condition."""
    if not query.open or query.either or query.distinct:
        return question
    more = _another(question, query, shape, rng, 0.65)
    if more is None:
        return question
    column, words, way = more
    made = condition(column, words, shape, rng)
    if made is None:
        return question
    clause, phrase, tokens = made
    about = _about(question, query, shape)
    counted = not query.plain
    query.where.append(tokens)
    _join(query, way)
    if about and len(query.where) == 1:
        form = rng.choice((" whose {0}", " whose {0}", " with {1}", " with {1}", " where the {0}", " that have {1}"))
    elif counted and rng.random() < 0.5:
        form = rng.choice((", counting only those whose {0}", ", only for those with {1}", ", if the {0}"))
    else:
        form = rng.choice((
            ", but only where the {0}", ", only those with {1}", ", where the {0}", ", limited to those whose {0}",
            "; keep only those with {1}", " (only where the {0})", ", given that the {0}",
        ))  # fmt: skip
    if rng.random() < 0.12:
        before = rng.choice(("Among those whose {0}, ", "Considering only those with {1}, ", "Where the {0}, "))
        return before.format(clause, phrase) + question[0].lower() + question[1:]
    return _ended(question, form.format(clause, phrase))


def _ordered(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Order the rows, or keep the first few."""
    if not query.open or not query.plain:
        return question
    more = _another(question, query, shape, rng, 0.4, numbers=0.6)
    if more is None:
        return question
    column, words, way = more
    if column in shape.numbers and rng.random() < 0.5:
        said, down, limit = top(words, bool(_about(question, query, shape)) and not query.where, rng)
        query.limit = limit
    else:
        said, down = ordering(words, rng)
    query.order = (column, "DESC") if down else (column,)
    _join(query, way)
    return _ended(question, said)


def _grouped(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Take an aggregate for each value of a column, or each row of another table."""
    if not query.open or len(query.shown) != 1 or query.distinct or query.shown[0][1:2] != ("(",):
        return question
    table, way = _reach(query, shape, rng, 0.6)
    if way:
        column, key = shape.label(table), way[-1].other
    else:
        named = shape.categories(table)
        column = key = rng.choice(named) if named else ""
    if not column or column in query.tokens() or shape.words(column) in question.lower():
        return question
    words = _called(column, way, query, shape)
    query.shown.insert(rng.choice((0, 1)), (column,))
    query.group = (key,)
    _join(query, way)
    if rng.random() < 0.3:
        return f"For {rng.choice(('each', 'every'))} {words}, {question[0].lower()}{question[1:]}"
    return _ended(
        question,
        rng.choice((" for each {0}", " per {0}", ", by {0}", " for every {0}", ", grouped by {0}")).format(words),
    )


def _counted(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Turn a list into a number."""
    if not query.open or not query.plain or len(query.tables) > 1:
        return question
    noun = shape.noun(query.tables[0])
    found = re.search(rf" (?:of|for) (?:all )?(?:the )?({noun}|{plural(noun)})\b", question, re.I) if noun else None
    if found is None or any(not _said(question[: found.start()], c[0], shape) for c in query.shown):
        return question
    rest = question[found.end() :].rstrip("?. ")
    query.shown = [("COUNT", "(", "*", ")")]
    form = rng.choice(COUNTS)
    return form.format(plural(noun) + rest)


def _listed(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Turn a number into a list."""
    if not query.open or query.shown != [("COUNT", "(", "*", ")")] or len(query.tables) > 1:
        return question
    table = query.tables[0]
    noun = shape.noun(table)
    found = re.match(rf"how many ({noun}|{plural(noun)})\b(?: are there\b)?", question, re.I) if noun else None
    if found is None or not shape.columns[table]:
        return question
    rest = question[found.end() :].rstrip("?. ")
    columns = rng.sample(shape.columns[table], min(rng.choice((1, 1, 2)), len(shape.columns[table])))
    query.shown = [(c,) for c in columns]
    words = " and ".join(plural(shape.words(c)) for c in columns)
    that = " that" if re.match(r" (?:are|have|do|did|were|had|has|is|can|was)\b", rest) else ""
    opening = rng.choice(("What are the", "List the", "Show the", "Give me the", "Find the", "I need the"))
    return f"{opening} {words} of {rng.choice(('', 'all ', 'the '))}{plural(noun)}{that}{rest}."


def _related(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Ask for rows by the rows of another table that point to them: none, some, many, most."""
    table = _about(question, query, shape)
    if not table or not query.plain or not query.open or query.where or not shape.children[table]:
        return question
    step = rng.choice(shape.children[table])
    noun = shape.noun(step.table)
    if not noun or noun in question.lower():
        return question
    some, key = plural(noun), (step.own,)
    kind = rng.choice(("none", "some", "many", "most", "number", "which", "both"))
    if kind in ("which", "both"):
        return (
            _with_rows(question, query, shape, rng, step, noun)
            if kind == "which"
            else _both(question, query, shape, rng, step, noun)
        )
    if kind in ("none", "some"):
        inner = ("(", "SELECT", step.other, "FROM", step.table, ")")
        query.where = [(step.own, *(("NOT", "IN") if kind == "none" else ("IN",)), *inner)]
        if kind == "none":
            return _ended(
                question,
                rng.choice(
                    (
                        " that have no {0}",
                        " without any {0}",
                        " with no {0}",
                        " that do not have any {0}",
                        " that never had a {1}",
                    )
                ).format(some, noun),
            )
        return _ended(
            question,
            rng.choice((" that have at least one {1}", " that have some {0}", " that have {0}")).format(some, noun),
        )
    query.join(step.table, step.own, step.other)
    query.group = key
    number = rng.randint(2, 9)
    if kind == "many":
        words, sign = rng.choice((
            ("more than {n} {0}", ">"), ("at least {n} {0}", ">="), ("fewer than {n} {0}", "<"),
            ("exactly {n} {0}", "="), ("{n} or more {0}", ">="), ("over {n} {0}", ">"),
        ))  # fmt: skip
        query.having = ("COUNT", "(", "*", ")", sign, str(number))
        return _ended(question, rng.choice((" with ", " that have ")) + words.format(some, n=number))
    if kind == "most":
        down = rng.random() < 0.7
        query.order, query.limit = ("COUNT", "(", "*", ")", *(("DESC",) if down else ())), "1"
        return _ended(
            question,
            rng.choice((" with the {0} {1}", " that have the {0} {1}")).format("most" if down else "fewest", some),
        )
    query.shown.append(("COUNT", "(", "*", ")"))
    return _ended(
        question,
        rng.choice(
            (" and the number of {0} of each", ", and how many {0} each has", " together with their number of {0}")
        ).format(some),
    )


def _with_rows(question: str, query: Query, shape: Shape, rng: random.Random, step: Step, noun: str) -> str:
    column = _picked(step.table, query, question, shape, rng)
    made = condition(column, shape.words(column), shape, rng) if column else None
    if made is None:
        return question
    clause, phrase, tokens = made
    inner = ("(", "SELECT", step.other, "FROM", step.table, "WHERE", *tokens, ")")
    no = rng.random() < 0.3
    query.where = [(step.own, *(("NOT", "IN") if no else ("IN",)), *inner)]
    one = rng.choice((f"{noun} whose {clause}", f"{noun} with {phrase}"))
    return _ended(question, f" that have no {one}" if no else f" that have {'an' if noun[0] in 'aeiou' else 'a'} {one}")


def _both(question: str, query: Query, shape: Shape, rng: random.Random, step: Step, noun: str) -> str:
    """Ask for rows to which two different rows point. The SQL is two lists and what they share."""
    named = shape.categories(step.table)
    column = rng.choice(named) if named else ""
    values = {shape.value(column, rng) for _ in range(4)} - {None} if column else set()
    if len(values) < 2:
        return question
    first, second = rng.sample(sorted(map(str, values)), 2)
    inner = ("SELECT", step.other, "FROM", step.table, "WHERE", column, "=")
    query.where = [
        (step.own, "IN", "(", *inner, "'" + value.replace("'", "''") + "'", ")") for value in (first, second)
    ]
    article = "an" if noun[0] in "aeiou" else "a"
    if rng.random() < 0.3:
        query.where[1] = (step.own, "NOT", *query.where[1][1:])
        return _ended(
            question, f" that have {article} {noun} with {shape.words(column)} {first} but none with {second}"
        )
    return _ended(
        question, f" that have both {article} {noun} with {shape.words(column)} {first} and one with {second}"
    )


_FIRST: tuple[_Step, ...] = (_shown, _swapped, _counted, _listed, _shown, _swapped)
_LAST: tuple[_Step, ...] = (_restricted, _restricted, _restricted, _ordered, _grouped, _grouped, _related, _related)
