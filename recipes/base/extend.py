"""Questions a step away from a public one: one more column, condition, order, group or table, in its SQL too.

What is known of the question is little: what its SQL shows, and whether it ends in what it is about. So a step is taken
only where it can be said behind (or before) the whole question, or where a column of the SQL stands in it by name. A
column of another table is said with that table's name, and reached by declared keys that give each row one partner.

    question, tokens = extended("What are the names of all singers?", tokens, shape, rng)
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from direct import direct
from phrases import COUNTS, condition, ordering, top
from query import Query, taken_apart
from related import related, same
from saying import another, behind, called, join, named_at, picked, reach, subject
from shape import Shape, plural

_BEFORE = re.compile(
    r"(?:\b(?:all|distinct|different|average|maximum|minimum|total|highest|lowest|largest|smallest|each|every|by|and|whose|"
    r"with|common|(?<!number )(?<!numbers )of(?: the)?|(?<!of )the|show|list|find|give|return|display|which|what)|,) $",
    re.IGNORECASE,
)
_AFTER = re.compile(r" (?:of origin|who|whom|that have|number|name|id|code|type)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r" (?:is |are |was |of )?(?:above|over|more|greater|less|below|higher|lower|at least|at most|larger|smaller|under)"
)
_AGGREGATED = re.compile(r"\b(?:average|mean|maximum|highest|largest|minimum|lowest|smallest|total)(?: \w+)? $", re.I)
_AGGREGATES = (
    ("AVG", "average"), ("AVG", "mean"), ("MAX", "maximum"), ("MAX", "highest"), ("MIN", "minimum"), ("MIN", "lowest"),
    ("SUM", "total"),
)  # fmt: skip
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


def _uses(query: Query, column: str) -> int:
    return query.tokens().count(column)


def _shown(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Show one more column, behind the last."""
    if not query.plain:
        return question
    last = query.shown[-1][0]
    found = named_at(question, last, shape)
    if found is None or _uses(query, last) > 1 or re.match(r"\s*(?:,|and |or |of each)", question[found.end() :]):
        return question
    more = another(question, query, shape, rng, 0.6)
    if more is None:
        return question
    column, words, way = more
    many = found[0].lower() != shape.words(last) and found[0].lower().endswith("s")
    words = plural(words) if many else words
    before, after = question[: found.start()], question[found.end() :]
    listed = re.search(r"(?:,)? and (the )?$", before)
    query.shown.append((column,))
    join(query, way)
    if listed:
        return f"{before[: listed.start()]}, {listed[1] or ''}{found[0]} and {words}{after}"
    return f"{before}{found[0]} {rng.choice(('and', 'and', 'and the', 'together with the', 'plus the'))} {words}{after}"


def _also(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Ask for one more column, or for the number of rows that a group was chosen by, in words of its own."""
    columns = all("(" not in item for item in query.shown)
    if columns and query.group and query.limit and "COUNT" in query.order and not query.having:
        query.shown.append(("COUNT", "(", "*", ")"))
        return _added(question, rng.choice(("count", "number", "count", "number of times")), rng)
    more = another(question, query, shape, rng, 0.45) if query.plain else None
    if more is None:
        return question
    column, words, way = more
    query.shown.append((column,))
    join(query, way)
    if rng.random() < 0.3:
        difference = _difference(column, query, shape, rng)
        words = difference or words
    return _added(question, words, rng)


def _difference(column: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Show the difference of two numbers of a table in the place of one, and return what it is called, or nothing."""
    table = column.partition("|")[0]
    others = [c for c in shape.columns[table] if c in shape.numbers and c != column]
    if column not in shape.numbers or not others or len(query.tables) > 1:
        return ""
    other = rng.choice(others)
    query.shown[-1] = (column, "-", other)
    return f"difference between the {shape.words(column)} and the {shape.words(other)}"


def _added(question: str, words: str, rng: random.Random) -> str:
    """Ask for something more behind the question, in the same sentence or in the next."""
    if rng.random() < 0.5:
        return behind(question, rng.choice((
            ", and also the {0}", ", and show the {0} as well", ", along with the {0}", ", together with the {0}",
            " and also give the {0}", ", and what is the {0}",
        )).format(words))  # fmt: skip
    question = question if question.rstrip().endswith(("?", ".")) else f"{question}."
    return f"{question.rstrip()} " + rng.choice((
        "Also show the {0}.", "Also tell me the {0}.", "Give me the {0} too.", "Also report the {0}.",
        "Return the {0} as well.", "Include the {0}.", "I also want the {0}.", "Add the {0}.",
    )).format(words)  # fmt: skip


def _taken(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Take the same aggregate, or another, of a second number: the average price and weight."""
    found = [item for item in query.shown if item[1:2] == ("(",) and len(item) == 4 and item[2] in shape.numbers]
    if len(found) != 1 or query.distinct:
        return question
    name, _, column, _ = found[0]
    at = named_at(question, column, shape)
    table = column.partition("|")[0]
    other = picked(table, query, question, shape, rng, "number")
    if at is None or not other or _uses(query, column) > 1 or re.match(r"\s*(?:,|and |or )", question[at.end() :]):
        return question
    ahead = _AGGREGATED.search(question[: at.start()])
    if ahead is None:
        return question
    new, words = name, shape.words(other)
    if rng.random() < 0.4:
        new, spoken = rng.choice([(n, w) for n, w in _AGGREGATES if n != name])
        words = f"{spoken} {words}"
    query.shown.insert(query.shown.index(found[0]) + 1, (new, "(", other, ")"))
    return (
        f"{question[: at.end()]} and {rng.choice(('', '', 'the ')) if new != name else ''}{words}{question[at.end() :]}"
    )


def _swapped(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Put another column of the same kind, here or in a table that belongs to it, for one that the question names."""
    tokens = query.tokens()
    columns = sorted({t for t in tokens if "|" in t and t[0] == "@" and t not in shape.keys})
    rng.shuffle(columns)
    text = {t for item in query.where if any(p[0] == "'" for p in item) for t in item}
    text |= {t for item in query.shown if len(item) > 1 for t in item if t not in shape.numbers}
    for column in columns:
        found = named_at(question, column, shape)
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
        new = picked(table, query, question, shape, rng, kind)
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
        join(query, way)
        return question[: found.start()] + words + question[found.end() :]
    return question


def _restricted(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Keep only the rows that meet one more condition."""
    if not query.open or query.either or query.distinct:
        return question
    more = another(question, query, shape, rng, 0.65)
    if more is None:
        return question
    column, words, way = more
    about = subject(question, query, shape)
    if about and not query.where and rng.random() < 0.5:
        named = shape.named_by(way[-1].table) if way and rng.random() < 0.6 else ""
        unsaid = direct(named or column, shape, rng, far=bool(way))
        if unsaid:
            query.where.append(unsaid[1])
            join(query, way)
            return behind(question, f" {unsaid[0]}")
    made = condition(column, words, shape, rng)
    if made is None:
        return question
    clause, phrase, tokens = made
    counted = any("(" in item for item in query.shown)
    query.where.append(tokens)
    join(query, way)
    if about and len(query.where) == 1 and not way and rng.random() < 0.25:
        return _twice(question, clause, phrase, query, shape, rng)
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
    return behind(question, form.format(clause, phrase))


def _twice(question: str, clause: str, phrase: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Put a second condition on the same table beside the first: both hold, or either."""
    column = picked(query.tables[0], query, question, shape, rng)
    made = condition(column, shape.words(column), shape, rng) if column else None
    if made is None:
        return behind(question, f" whose {clause}")
    query.where.append(made[2])
    query.either = rng.random() < 0.45
    if query.either:
        form = rng.choice((" whose {0} or whose {2}", " with {1} or with {3}", " that have either {1} or {3}"))
    else:
        form = rng.choice(
            (" whose {0} and whose {2}", " with {1} and {3}", " with {1} whose {2}", " with both {1} and {3}")
        )
    return behind(question, form.format(clause, phrase, made[0], made[1]))


def _ordered(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Order the rows, or keep the first few."""
    if not query.open or not query.plain:
        return question
    more = another(question, query, shape, rng, 0.4, numbers=0.6)
    if more is None:
        return question
    column, words, way = more
    if column in shape.numbers and rng.random() < 0.5:
        said, down, limit = top(words, bool(subject(question, query, shape)) and not query.where, rng)
        query.limit = limit
    else:
        said, down = ordering(words, rng)
    query.order = (column, "DESC") if down else (column,)
    join(query, way)
    second = picked(column.partition("|")[0], query, question, shape, rng) if not down and not query.limit else ""
    if second and said.endswith(words) and rng.random() < 0.5:
        query.order = (column, ",", second)
        said += rng.choice((" and then by {0}", ", then by {0}", " and {0}", ", and lastly by {0}")).format(
            called(second, way, query, shape)
        )
    return behind(question, said)


def _grouped(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Take an aggregate for each value of a column, or each row of another table."""
    if not query.open or len(query.shown) != 1 or query.distinct or query.shown[0][1:2] != ("(",):
        return question
    table, way = reach(query, shape, rng, 0.6)
    if way:
        column, key = shape.label(table), way[-1].other
    else:
        named = shape.categories(table)
        column = key = rng.choice(named) if named else ""
    if not column or column in query.tokens() or shape.words(column) in question.lower():
        return question
    words = called(column, way, query, shape)
    query.shown.insert(rng.choice((0, 1)), (column,))
    query.group = (key,)
    join(query, way)
    if rng.random() < 0.3:
        return f"For {rng.choice(('each', 'every'))} {words}, {question[0].lower()}{question[1:]}"
    return behind(
        question,
        rng.choice((" for each {0}", " per {0}", ", by {0}", " for every {0}", ", grouped by {0}")).format(words),
    )


def _counted(question: str, query: Query, shape: Shape, rng: random.Random) -> str:
    """Turn a list into a number."""
    if not query.open or not query.plain or len(query.tables) > 1:
        return question
    noun = shape.noun(query.tables[0])
    found = re.search(rf" (?:of|for) (?:all )?(?:the )?({noun}|{plural(noun)})\b", question, re.I) if noun else None
    if found is None or any(not named_at(question[: found.start()], c[0], shape) for c in query.shown):
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


_FIRST: tuple[_Step, ...] = (_shown, _shown, _also, _taken, _taken, _swapped, _swapped, _counted, _listed)
_LAST: tuple[_Step, ...] = (
    _restricted, _restricted, _restricted, _restricted, _ordered, _grouped, _grouped, related, related, related, same,
)  # fmt: skip
