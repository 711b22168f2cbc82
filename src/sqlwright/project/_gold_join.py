"""Which prediction belongs to which example: by id, and by position only where a file has nothing else.

    placed = join(slots, answers, told="pred.txt", expected="gold.txt", allow_missing=False)
    placed[3]   # what answers the fourth example; absent where nothing does

A slot is an example's place, an answer anything predicted: a statement, a text. The rules:

1. Both files have ids: by id. So are BIRD's predictions by key; only where the keys are not ids of gold but exactly its
   positions 0 to n-1, which most tools write, they are taken as these.
2. One file or both have only positions: in the order of the files, if they have equally many. Ids that are the numbers
   0 to n-1 or 1 to n are positions themselves, so such a file may be in any order.

Anything else is an error that names what is missing, double or too many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlwright.errors import DataError

NAMED = 5
"""How many culprits an error names."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of an example in gold."""

    id: str
    db_id: str = ""
    numbered: bool = False
    """Whether the file gives no ids, so that `id` is only made from the position."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """Something predicted, and what its file says of where it belongs."""

    where: str
    body: T
    id: str | None = None
    """None where the file gives no ids."""
    db_id: str = ""
    maybe_position: bool = False
    """Whether `id` may be a position instead: a key of BIRD's predictions."""


def join(
    slots: Sequence[Slot], answers: Sequence[Answer[T]], *, told: str, expected: str, allow_missing: bool = False
) -> dict[int, Answer[T]]:
    """Return the answer to each slot, by the slot's position.

    Several slots may have one id (BIRD's mini_dev asks two questions twice): one answer is for all of them, as many
    answers are for them in turn.

    Args:
        told, expected: the files of answers and of slots, for errors.
        allow_missing: leave slots without an answer out of the result, instead of raising.

    Raises:
        DataError: answers are missing, double or too many, the counts of files without ids differ, or an answer is on
            another database than its slot.
    """
    names = [answer.id for answer in answers if answer.id is not None]
    if len(names) < len(answers):
        placed = _in_order(slots, answers, told, expected)
    elif slots and slots[0].numbered:
        placed = _by_number(slots, answers, names, told, expected, allow_missing)
    else:
        if all(answer.maybe_position for answer in answers) and not {slot.id for slot in slots}.issuperset(names):
            slots = _numbered(slots, names)
        placed = _by_id(slots, answers, told, expected, allow_missing)
    _check_databases(slots, placed)
    return placed


def name_some(names: Iterable[str], most: int = NAMED) -> str:
    """Return up to `most` of the names, quoted, and how many more there are."""
    every = list(dict.fromkeys(names))
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(map(repr, every[:most])) + more


def _in_order(slots: Sequence[Slot], answers: Sequence[Answer[T]], told: str, expected: str) -> dict[int, Answer[T]]:
    if len(slots) != len(answers):
        raise DataError(
            f"{told} has {count(len(answers), 'prediction')} and {expected} has {count(len(slots), 'example')}; "
            "without ids in both they are joined by position, so there must be equally many. "
            "Give both files ids, or an empty line for each prediction that is missing"
        )
    return dict(enumerate(answers))


def _numbered(slots: Sequence[Slot], keys: Iterable[str]) -> Sequence[Slot]:
    """Return the slots with their positions for ids, if the keys are exactly these."""
    positions = [str(number) for number in range(len(slots))]
    if set(keys) != set(positions):
        return slots
    return [Slot(name, slot.db_id) for name, slot in zip(positions, slots, strict=True)]


def _by_number(
    slots: Sequence[Slot],
    answers: Sequence[Answer[T]],
    names: Sequence[str],
    told: str,
    expected: str,
    allow_missing: bool,
) -> dict[int, Answer[T]]:
    """Place answers with ids in slots that have only positions."""
    for first in (0, 1):
        numbers = [str(number) for number in range(first, first + len(slots))]
        fits = set(names) == set(numbers) or (first == 0 and all(a.maybe_position for a in answers))
        if fits and set(numbers).issuperset(names):
            numbered = [Slot(number, slot.db_id) for number, slot in zip(numbers, slots, strict=True)]
            return _by_id(numbered, answers, told, expected, allow_missing)
    _complain(told, expected, {"stand twice": _twice(names)})
    return _in_order(slots, answers, told, expected)


def _by_id(
    slots: Sequence[Slot], answers: Sequence[Answer[T]], told: str, expected: str, allow_missing: bool
) -> dict[int, Answer[T]]:
    places: dict[str, list[int]] = {}
    for position, slot in enumerate(slots):
        places.setdefault(slot.id, []).append(position)
    given: dict[str, list[Answer[T]]] = {}
    for answer in answers:
        given.setdefault(answer.id or "", []).append(answer)
    problems = {
        "stand twice": [name for name, found in given.items() if len(found) not in (1, len(places.get(name, ())))],
        "are for no example": [name for name in given if name not in places],
        "are missing": [] if allow_missing else [name for name in places if name not in given],
    }
    _complain(told, expected, problems)
    placed: dict[int, Answer[T]] = {}
    for name, found in given.items():
        turns = found if len(found) > 1 else found * len(places[name])
        placed |= dict(zip(places[name], turns, strict=True))
    return dict(sorted(placed.items()))


def _complain(told: str, expected: str, problems: dict[str, list[str]]) -> None:
    """Raise for all problems at once, each with up to five names."""
    said = []
    if names := problems.get("stand twice"):
        said.append(f"{count(len(names), 'id')} {_verb(names, 'stands', 'stand')} twice: {name_some(names)}")
    if names := problems.get("are for no example"):
        what = count(len(names), "prediction")
        said.append(f"{what} too many, there is no example {name_some(names)} in gold ({expected})")
    if names := problems.get("are missing"):
        what = count(len(names), "example")
        said.append(f"{what} of {expected} {_verb(names, 'has', 'have')} no prediction: {name_some(names)}")
    if said:
        only_missing = len(said) == 1 and bool(problems.get("are missing"))
        hint = " (--allow-missing scores them 0)" if only_missing else ""
        raise DataError(f"{told}: {'; '.join(said)}{hint}")


def _check_databases(slots: Sequence[Slot], placed: dict[int, Answer[T]]) -> None:
    wrong = [
        (answer, slots[position])
        for position, answer in placed.items()
        if answer.db_id and slots[position].db_id and answer.db_id != slots[position].db_id
    ]
    if wrong:
        answer, slot = wrong[0]
        more = f" ({len(wrong) - 1} more disagree)" if len(wrong) > 1 else ""
        raise DataError(
            f"{answer.where}: example {slot.id!r} is on database {slot.db_id!r} in gold, here on {answer.db_id!r}{more}"
        )


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _verb(names: list[str], one: str, several: str) -> str:
    return one if len(names) == 1 else several


def count(number: int, noun: str) -> str:
    """Return a number of things in words, as in "2 databases"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
