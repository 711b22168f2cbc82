"""Ways to say a condition, an order and a number of rows, for the questions that `extend.py` makes."""

from __future__ import annotations

import random

from shape import Shape

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


def condition(column: str, words: str, shape: Shape, rng: random.Random) -> tuple[str, str, tuple[str, ...]] | None:
    """Return a condition as a clause ("age is above 30"), as a phrase ("age above 30"), and as marked tokens."""
    value = shape.value(column, rng)
    if value is None or not words:
        return None
    if column in shape.numbers:
        if rng.random() < 0.12:
            return _average(column, words, rng)
        text = number(value)
        if "." not in text and rng.random() < 0.25:
            return f"{words} is {text}", f"{words} {text}", (column, "=", text)
        sign, said = rng.choice(_COMPARED)
        form = rng.choice(said.split("|"))
        compared = form.format(text) if "{" in form else f"{form} {text}"
        return f"{words} is {compared}", f"{words} {compared}", (column, sign, text)
    text = str(value)
    token = "'" + text.replace("'", "''") + "'"
    shown = rng.choice((text, text, text, f'"{text}"', f"'{text}'"))
    roll = rng.random()
    if roll < 0.14:
        return f"{words} is not {shown}", f"{words} other than {shown}", (column, "<>", token)
    if roll < 0.22 and text.isascii() and len(text) > 4:
        part = text.split()[0][: rng.randint(3, 6)] if rng.random() < 0.5 else text.split()[-1]
        verb, pattern = rng.choice((("contains", "'%{0}%'"), ("starts with", "'{0}%'"), ("includes", "'%{0}%'")))
        like = f'{words} {verb} {rng.choice(("", "the word ", ""))}"{part}"'
        return (
            like,
            like.replace(verb, {"contains": "containing", "includes": "including"}.get(verb, "starting with")),
            (column, "LIKE", pattern.format(part)),
        )
    if words.split()[-1] in _PLACES and rng.random() < 0.3:
        return f"{words} is in {shown}", f"{words} in {shown}", (column, "=", token)
    return (
        f"{words} is {shown}",
        rng.choice((f"{words} {shown}", f"{words} of {shown}", f"{shown} as {words}")),
        (column, "=", token),
    )


def _average(column: str, words: str, rng: random.Random) -> tuple[str, str, tuple[str, ...]]:
    sign, said = rng.choice(
        ((">", "above"), (">", "higher than"), ("<", "below"), (">", "more than"), ("<", "less than"))
    )
    inner = ("(", "SELECT", "AVG", "(", column, ")", "FROM", column.partition("|")[0], ")")
    return f"{words} is {said} the average", f"{words} {said} the average", (column, sign, *inner)


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
