"""Ways to say a condition, an order and a number of rows, for the questions that `extend.py` makes."""

from __future__ import annotations

import random

from shape import Shape, plural

COUNTS = (
    "How many {0} are there?", "How many {0} are there?", "Count the {0}.", "What is the number of {0}?",
    "Number of {0}?", "How many {0} do we have?", "Find the total number of {0}.", "Give me the count of {0}.",
)  # fmt: skip
_COMPARED = (
    (">", "above|over|more than|greater than|higher than|exceeding|bigger than|larger than"),
    ("<", "below|under|less than|lower than|smaller than"),
    (">=", "at least|no less than|not below|{0} or more|{0} or higher"),
    ("<=", "at most|no more than|up to|{0} or less|not above"),
)
_PLACES = frozenset("city country state county town region province district location continent place venue".split())


def number(value: object) -> str:
    """Return a number as people write it."""
    return str(round(value, 2)) if isinstance(value, float) and value != int(value) else str(int(float(str(value))))


Said = tuple[str, str, tuple[str, ...]]
"""A condition as a clause ("age is above 30"), as a phrase ("age above 30"), and as marked tokens."""


def condition(column: str, words: str, shape: Shape, rng: random.Random, *, simple: bool = False) -> Said | None:
    """Return a condition on a column that is called `words`, or None; a `simple` one has no second SELECT."""
    if not words:
        return None
    if column in shape.keys:
        return on_key(column, words, shape, rng)
    value = shape.value(column, rng)
    if value is None:
        return None
    if column in shape.numbers:
        if not simple and rng.random() < 0.2:
            return _against(column, words, shape, rng)
        return _number(column, words, value, shape, rng)
    text = str(value)
    if rng.random() < 0.2 and text.isascii() and len(text) > 4 and text.replace(" ", "").isalpha():
        return _like(column, words, text, rng)
    token = quoted(text)
    shown = rng.choice((text, text, text, f'"{text}"', f"'{text}'"))
    if rng.random() < 0.14:
        if rng.random() < 0.4:
            return f"{words} is anything but {shown}", f"any {words} but {shown}", (column, "<>", token)
        return f"{words} is not {shown}", f"{words} other than {shown}", (column, "<>", token)
    if words.split()[-1] in _PLACES and rng.random() < 0.3:
        return f"{words} is in {shown}", f"{words} in {shown}", (column, "=", token)
    return (
        f"{words} is {shown}",
        rng.choice((f"{words} {shown}", f"{words} of {shown}", f"{shown} as {words}")),
        (column, "=", token),
    )


def quoted(text: str) -> str:
    """Return a text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def on_key(column: str, words: str, shape: Shape, rng: random.Random) -> Said | None:
    """Return a condition on a key: it has no order, so it equals a value."""
    found = [v for v in shape.values.get(column, ()) if isinstance(v, int) and not isinstance(v, bool)]
    if not found:
        return None
    text = str(rng.choice(found))
    noun = words.removesuffix(" id")
    if noun != words and rng.random() < 0.5:
        return f"{noun} is number {text}", f"{noun} {text}", (column, "=", text)
    return f"{words} is {text}", rng.choice((f"{words} {text}", f"{words} equal to {text}")), (column, "=", text)


def _number(column: str, words: str, value: object, shape: Shape, rng: random.Random) -> Said:
    text = number(value)
    other = shape.value(column, rng)
    if rng.random() < 0.12 and isinstance(value, int | float) and isinstance(other, int | float) and value != other:
        low, high = (number(v) for v in sorted((value, other)))
        form = rng.choice(("between {0} and {1}", "in the range of {0} to {1}", "from {0} to {1}"))
        said = form.format(low, high)
        return f"{words} is {said}", f"{words} {said}", (column, "BETWEEN", low, "AND", high)
    if "." not in text and rng.random() < 0.25:
        return f"{words} is {text}", f"{words} {text}", (column, "=", text)
    sign, ways = rng.choice(_COMPARED)
    form = rng.choice(ways.split("|"))
    compared = form.format(text) if "{" in form else f"{form} {text}"
    return f"{words} is {compared}", f"{words} {compared}", (column, sign, text)


def _like(column: str, words: str, text: str, rng: random.Random) -> Said:
    """Return a condition on a part of a text: a word, how it starts or ends, a letter; or that it is not there."""
    kind = rng.choice(("holds", "holds", "starts", "ends", "letter"))
    if kind == "starts":
        part, pattern = text.split()[0][: rng.randint(1, 6)], "'{0}%'"
        verb, never, doing = "starts with", "does not start with", "starting with"
    elif kind == "ends":
        part, pattern = text[-rng.randint(1, 4) :].strip(), "'%{0}'"
        verb, never, doing = "ends with", "does not end with", "ending with"
    else:
        part, pattern = text.split()[-1], "'%{0}%'"
        verb, never, doing = rng.choice((
            ("contains", "does not contain", "containing"), ("includes", "does not include", "including"),
            ("has", "does not have", "containing"),
        ))  # fmt: skip
        if kind == "letter":
            part = rng.choice(text.replace(" ", ""))
    named = "the letter " if len(part) == 1 else rng.choice(("", "", "the text "))
    shown = rng.choice((part, f"'{part}'", f'"{part}"')) if named else rng.choice((f"'{part}'", f'"{part}"'))
    token = pattern.format(part)
    if rng.random() < 0.3:
        return f"{words} {never} {named}{shown}", f"{words} not {doing} {named}{shown}", (column, "NOT", "LIKE", token)
    return f"{words} {verb} {named}{shown}", f"{words} {doing} {named}{shown}", (column, "LIKE", token)


def _against(column: str, words: str, shape: Shape, rng: random.Random) -> Said:
    """Return a condition on a number against all rows, or against those that meet another condition."""
    table = column.partition("|")[0]
    noun = shape.noun(table)
    others = [c for c in shape.columns[table] if c != column and c not in shape.numbers]
    made = None
    if others and noun and rng.random() < 0.6:
        other = rng.choice(others)
        made = condition(other, shape.words(other), shape, rng, simple=True)
    if made is None:
        sign, said = rng.choice(((">", "above"), (">", "higher than"), ("<", "below"), ("<", "less than")))
        inner = ("(", "SELECT", "AVG", "(", column, ")", "FROM", table, ")")
        mean = rng.choice(("average", "mean"))
        return f"{words} is {said} the {mean}", f"{words} {said} the {mean}", (column, sign, *inner)
    clause, phrase, tokens = made
    those = rng.choice((f"{plural(noun)} whose {clause}", f"{plural(noun)} with {phrase}"))
    name, sign, said = rng.choice((
        ("AVG", ">", "above the average {0} of"), ("AVG", "<", "below the average {0} of"),
        ("AVG", ">", "higher than the mean {0} of"), ("MAX", ">", "higher than that of all"),
        ("MAX", ">", "above the highest {0} of"), ("MIN", "<", "lower than that of all"),
        ("MIN", "<", "below the lowest {0} of"), ("MAX", ">", "more than the maximum {0} of"),
    ))  # fmt: skip
    compared = f"{said.format(shape.words(column))} {those}"
    within = ("(", "SELECT", name, "(", column, ")", "FROM", table, "WHERE", *tokens, ")")
    return f"{words} is {compared}", f"{words} {compared}", (column, sign, *within)


def ordering(words: str, rng: random.Random) -> tuple[str, bool]:
    """Return the words for an order, and whether it goes down."""
    down = rng.random() < 0.45
    by = rng.choice(
        (" sorted by {0}", " ordered by {0}", ", sorted by {0}", " in order of {0}", ", by {0}", " arranged by {0}")
    ).format(words)
    if down:
        way = rng.choice(
            (" descending", " in descending order", ", highest first", " from high to low", ", largest first")
        )
    else:
        way = rng.choice(("", "", " ascending", " in ascending order", ", lowest first", " from low to high"))
    return by + way, down


def top(words: str, about: bool, rng: random.Random) -> tuple[str, bool, str]:
    """Return the words for the first rows by a number, whether the highest come first, and how many rows."""
    down = rng.random() < 0.65
    limit = rng.choice((1, 1, 2, 3, 3, 4, 5, 5, 6, 8, 10))
    most = rng.choice(("highest", "largest", "greatest", "biggest") if down else ("lowest", "smallest"))
    if about and limit == 1:
        return rng.choice((f" with the {most} {words}", f" that has the {most} {words}")), down, "1"
    if limit == 1:
        return rng.choice((f", only the one with the {most} {words}", f", just for the {most} {words}")), down, "1"
    said = (
        f", only the {limit} with the {most} {words}", f", {limit} of them, those with the {most} {words}",
        f"; only the {'top' if down else 'bottom'} {limit} by {words}", f", limited to the {limit} {most} by {words}",
    )  # fmt: skip
    return rng.choice(said), down, str(limit)
