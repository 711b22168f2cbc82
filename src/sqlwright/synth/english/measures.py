"""Aggregates and other expressions as noun phrases: "average price of open orders"."""

from __future__ import annotations

from sqlwright.schema.words import plural
from sqlwright.synth.english.grammar import join, with_article
from sqlwright.synth.english.lexis import MASS, MEASURE_UNITS
from sqlwright.synth.english.parts import Noun
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import Aggregate, Arithmetic, Case, Column, Compare, DatePart, DaysBetween, Expression

HIGHEST = ("highest", "highest", "maximum", "largest", "top")
LOWEST = ("lowest", "lowest", "minimum", "smallest")
LATEST = ("latest", "most recent")
EARLIEST = ("earliest",)


_AGGREGATED = {
    "avg": ("average ", "mean ", "avg "),
    "sum": ("total ", "sum "),
    "max": ("maximum ", "max ", "highest "),
    "min": ("minimum ", "min ", "lowest "),
}
"""Beginnings of a column's name that would run into an aggregate's word: "average average attendance"."""


def many(voice: Voice, column: Column) -> str:
    """Return the column's phrase in the plural."""
    phrase = voice.phrase(column)
    words = voice.column(column)
    if words.counted:
        return words.counted
    if phrase.rsplit(" ", 1)[-1] in MEASURE_UNITS and " in " in phrase:
        head, _, unit = phrase.rpartition(" in ")
        return f"{plural(head)} in {unit}"
    if (
        phrase.startswith(("date ", "time "))
        and " of " not in phrase
        and phrase.endswith(("ed", "paid", "sold", "left"))
    ):
        return f"{phrase[:4]}s{phrase[4:]}"
    head, link, rest = phrase.partition(" for ")
    if link:
        return f"{plural(head)}{link}{rest}"
    return phrase if words.head in MASS and phrase == words.phrases[0] else plural(phrase)


def column_list(voice: Voice, columns: list[Column], plural_: bool) -> str:
    """Return "names and cities", or "first and last names" where the last word is shared."""
    phrases = [voice.phrase(c) for c in columns]
    if len(phrases) == 2 and all(" " in p for p in phrases):
        one, two = (p.rsplit(" ", 1) for p in phrases)
        if one[1] == two[1] and len(one[0].split()) == 1 and len(two[0].split()) == 1:
            return f"{one[0]} and {two[0]} {plural(one[1]) if plural_ else one[1]}"
    return join([many(voice, c) if plural_ else voice.phrase(c) for c in columns])


def extreme(voice: Voice, column: Column, highest: bool) -> str:
    """Return "highest" or "latest", by what the column holds."""
    if voice.column(column).sense in ("date", "year"):
        return voice.choose(LATEST if highest else EARLIEST)
    return voice.choose(HIGHEST[:4] if highest else LOWEST)


def function_word(voice: Voice, aggregate: Aggregate) -> str:
    """Return "average", "total", "highest" for an aggregate that is no count; the same word all through a question."""
    if aggregate.function == "avg":
        return voice.steady("avg", "average", "average", "average", "average", "average", "mean", "mean", "avg")
    if aggregate.function == "sum":
        return voice.steady("sum", "total", "total", "total", "total", "combined", "overall")
    highest = aggregate.function == "max"
    argument = aggregate.argument
    if isinstance(argument, Column) and voice.column(argument).sense in ("date", "year"):
        return voice.steady(aggregate.function, *(LATEST if highest else EARLIEST))
    return voice.steady(aggregate.function, *(HIGHEST[:3] if highest else LOWEST))


def computed(voice: Voice, expression: object) -> str:
    """Return arithmetic and date parts in words: "price times quantity"."""
    if isinstance(expression, Column):
        return voice.phrase(expression)
    if isinstance(expression, DatePart):
        return date_part(voice, expression)
    if isinstance(expression, DaysBetween):
        start, end = moment(voice, expression.start, expression.end), voice.phrase(expression.end)
        between = voice.pick(
            f"between {start} and {end}", f"from {start} to {end}", f"between the {start} and the {end}"
        )
        return f"{voice.pick('number of days', 'days', 'time in days')} {between}"
    if isinstance(expression, Arithmetic):
        if isinstance(expression.right, int | float | str):
            right = voice.literal(expression.right)
        else:
            right = computed(voice, expression.right)
        left = computed(voice, expression.left)
        if expression.op == "-" and voice.chance(0.4):
            return f"difference between {left} and {right}"
        words = {"+": ("plus",), "-": ("minus",), "*": ("times", "multiplied by"), "/": ("divided by", "per")}[
            expression.op
        ]
        return f"{left} {voice.choose(words)} {right}"
    raise UnsayableError(type(expression).__name__)


def moment(voice: Voice, column: Column, other: Column) -> str:
    """Return a date's name, with its table's where the other date is of another table."""
    if column.table == other.table:
        return voice.phrase(column)
    return f"{voice.noun(column.table, False)} {voice.bare(column)}"


def span(text: str) -> str:
    """Return "from X to Y" of "days from X to Y"."""
    return text[min(text.index(word) for word in ("between ", "from ") if word in text) :]


def part_name(voice: Voice, part: DatePart) -> str:
    """Return "year", "month", or "year and month" for both in one."""
    if part.part == "year-month":
        return voice.steady("year-month", "year and month", "month and year", "calendar month (YYYY-MM)", "year-month")
    return part.part


def date_part(voice: Voice, part: DatePart) -> str:
    """Return "order year", "month of the order date"."""
    phrase, name = voice.phrase(part.column), part_name(voice, part)
    if voice.names.only_date(part.column.table) and voice.chance(0.6):
        return name
    words = voice.column(part.column)
    if words.verb and words.verb[0] == voice.table(words.table).event and voice.chance(0.7):
        return name
    if words.phrases[0] == "date":
        return name if voice.chance(0.5) else f"{name} of the date"
    return voice.pick(f"{name} of the {phrase}", f"{name} of {phrase}", f"{phrase} {name}")


def measure(voice: Voice, aggregate: Expression, rows: Noun | None, link: str = "of") -> str:
    """Return an aggregate as a noun phrase without its article: "average price of open orders".

    `rows` are the rows that are aggregated; None leaves them unsaid where the aggregate's own words tell them.
    """
    if not isinstance(aggregate, Aggregate):
        raise UnsayableError("no aggregate")
    argument = aggregate.argument
    of = f" {link} {rows.text}" if rows is not None else ""
    if aggregate.function == "count":
        return _count(voice, aggregate, rows)
    if isinstance(argument, Case):
        raise UnsayableError("CASE in an aggregate")
    if isinstance(argument, Column):
        word = function_word(voice, aggregate)
        if aggregate.distinct:
            word += " distinct"
        phrase = voice.phrase(argument)
        if phrase.startswith(_AGGREGATED[aggregate.function]):
            word += " of the"
        return f"{word} {phrase}{of}"
    text = computed(voice, argument)
    if isinstance(argument, DaysBetween) and aggregate.function in ("max", "min"):
        return f"{'longest' if aggregate.function == 'max' else 'shortest'} time in days {span(text)}{of}"
    if aggregate.function == "sum":
        return f"{voice.pick('total', 'sum of', 'total', 'total of')} {text}{of}"
    word = function_word(voice, aggregate)
    return f"{word} {text}{of}"


def _count(voice: Voice, aggregate: Aggregate, rows: Noun | None) -> str:
    argument = aggregate.argument
    number = voice.pick("number of", "number of", "number of", "count of", "total number of")
    if voice.chance(0.02):
        number = "# of"
    if argument is None:
        return f"{number} {rows.text if rows else 'rows'}"
    if not isinstance(argument, Column):
        raise UnsayableError("count of an expression")
    words = voice.column(argument)
    if words.sense == "key":
        different = voice.pick("different ", "distinct ", "unique ", "different ") if aggregate.distinct else ""
        noun = rows.text if rows else voice.noun(argument.table, True)
        return f"{number} {different}{noun}"
    things = many(voice, argument)
    if aggregate.distinct:
        among = f" {voice.pick('of', 'among', 'for')} {rows.text}" if rows else ""
        return f"{number} {voice.pick('different', 'distinct', 'unique')} {things}{among}"
    if rows is None or rows.modified:
        raise UnsayableError("count of a nullable column")
    return f"{number} {rows.text} with a known {voice.phrase(argument)}"


def article(one: Noun) -> Noun:
    """Return a singular noun with its article, as in "the average length of a completed visit"."""
    words = with_article(f"{one.before}{one.head}")
    return Noun("", words, one.behind, one.tail, one.clause)


def is_row_count(aggregate: Expression) -> bool:
    """Return whether an aggregate counts rows, or counts them by their key."""
    return isinstance(aggregate, Aggregate) and aggregate.function == "count"


def threshold(voice: Voice, condition: Compare) -> str:
    """Return the literal that an aggregate is compared with."""
    if not isinstance(condition.right, str | int | float):
        raise UnsayableError("HAVING")
    return voice.literal(condition.right)
