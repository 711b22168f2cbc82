"""Columns asked for by a question word: "who makes it", "which floor is it on", "when was it built", "how much is it".

clause = clause_of(voice, column)          # None where a column has but its name
clause.direct("Aspirin", "Aspirin", False)        # "who makes Aspirin"
clause.indirect("they", "them", True)             # "who makes them"
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlwright.schema.words import singular
from sqlwright.synth.english.modifiers import verb
from sqlwright.synth.english.names import ColumnWords
from sqlwright.synth.english.senses import words_of
from sqlwright.synth.english.voice import Voice
from sqlwright.synth.tree import Column

_DOERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("manufacturer", "maker", "producer", "brand"), ("who makes", "which company makes")),
    **dict.fromkeys(("author", "writer"), ("who wrote", "who is the author of")),
    **dict.fromkeys(("supplier", "vendor"), ("who supplies", "who delivers")),
    **dict.fromkeys(("manager", "leader", "head"), ("who manages", "who runs", "who is in charge of")),
    **dict.fromkeys(("technician", "mechanic"), ("who took care of", "who did")),
    "director": ("who directed",),
    "publisher": ("who published", "who publishes"),
    "owner": ("who owns",),
    "composer": ("who composed",),
    "artist": ("who made",),
    "coach": ("who coaches",),
    "sponsor": ("who sponsors",),
    "organizer": ("who organizes",),
    "designer": ("who designed",),
    "founder": ("who founded",),
    "inventor": ("who invented",),
    "operator": ("who operates",),
}
"""Text column -> questions whose answer it is."""
_BASES = {
    "joined": "join", "started": "start", "ended": "end", "signed up": "sign up", "died": "die",
    "graduated": "graduate", "left": "leave",
}  # fmt: skip
_ADVANCE = frozenset({"due", "departing", "arriving"})
_LASTING = frozenset("valid expiry expires expiration to until till end due deadline from since target planned".split())
"""Words of dates that are no time at which a row happened."""
_VENUES = frozenset("room stadium theater theatre cinema venue hall bus vehicle car plane aircraft boat ship".split())
_BILLS = frozenset("invoice bill order payment donation fine ticket refund loan claim".split())
_OFFICES = frozenset(
    "department branch office store shop hospital clinic hotel restaurant company supplier school library depot".split()
)
_ROUTES = frozenset("route trip flight race line ride trail track".split())
_TOWNS = frozenset("city country town state region village county province district".split())


@dataclass(frozen=True, slots=True)
class Clause:
    """A question about a column: its question word, its auxiliary and what stands behind the subject."""

    word: str
    auxiliary: Literal["", "be", "was", "do", "did", "can"]
    """"" where the question word is the subject: "who makes it"."""
    rest: str = ""
    past: str = ""
    """The verb after "did" in the past tense: "when they joined"."""

    def direct(self, subject: str, item: str, plural: bool) -> str:
        """Return the question of its own: `subject` and `item` are the rows as subject and as object."""
        if not self.auxiliary:
            return f"{self.word} {item}"
        helper = {
            "be": "are" if plural else "is",
            "was": "were" if plural else "was",
            "do": "do" if plural else "does",
        }.get(self.auxiliary, self.auxiliary)
        return f"{self.word} {helper} {subject} {self.rest}".rstrip()

    def indirect(self, subject: str, item: str, plural: bool) -> str:
        """Return the question as a clause: "how much they cost"."""
        if not self.auxiliary:
            return f"{self.word} {item}"
        if self.auxiliary == "do":
            return f"{self.word} {subject} {verb(self.rest, plural)}"
        if self.auxiliary == "did":
            return f"{self.word} {subject} {self.past}"
        if self.auxiliary == "can":
            return f"{self.word} {subject} can {self.rest}"
        be = ("are" if plural else "is") if self.auxiliary == "be" else "were" if plural else "was"
        return f"{self.word} {subject} {be} {self.rest}".rstrip()


def clause_of(voice: Voice, column: Column) -> Clause | None:
    """Return a question about a column by what it holds, or None."""
    words, table = voice.column(column), voice.table(column.table)
    name = words_of(column.name)
    head = singular(name[-1])
    if words.sense in ("text", "name", "category") and len(name) == 1 and head in _DOERS and not table.human:
        return Clause(voice.choose(_DOERS[head]), "")
    if head in ("floor", "storey") and len(name) == 1 and words.sense in ("number", "text"):
        word = voice.pick("which floor", "what floor", "on which floor")
        return Clause(word, "be", "" if word.startswith("on") else "on")
    if head == "room" and len(name) == 1 and words.sense in ("text", "number"):
        return Clause(voice.pick("which room", "what room"), "be", "in")
    if words.places and voice.names.only_place(column.table):
        return _place(voice, words, table.human)
    if words.sense in ("date", "year"):
        return _date(voice, words, column)
    if head == "time" and len(name) == 2 and name[0] in ("start", "end", "departure", "arrival", "opening", "closing"):
        base = {"departure": "leave", "arrival": "arrive", "opening": "open", "closing": "close"}.get(name[0], name[0])
        return Clause(voice.pick("what time", "at what time", "when"), "do", base)
    if head in ("phone", "telephone", "mobile") and (table.human or table.head in _OFFICES):
        return Clause(voice.pick("on what number", "under what phone number"), "can", "be reached")
    if words.sense == "number":
        return _amount(voice, words, head, table.head, len(name) == 1)
    if head in ("reason", "purpose") and len(name) == 1 and not table.human:
        return Clause("what", "be", "for")
    if head in ("occupation", "profession", "job") and table.human:
        return Clause("what", "do", voice.pick("do", "do for a living", "do for work"))
    return None


def _place(voice: Voice, words: ColumnWords, human: bool) -> Clause:
    if "in" not in words.places:
        return Clause("where", "do", "come from") if human else Clause("where", "be", "from")
    if human:
        return Clause("where", "do", "live") if voice.chance(0.7) else Clause("where", "be", "from")
    return Clause("where", "be", voice.pick("", "located", ""))


def _date(voice: Voice, words: ColumnWords, column: Column) -> Clause | None:
    word = "when" if words.sense == "date" else voice.pick("in which year", "what year", "when")
    if words.verb is None:
        event = not voice.table(column.table).human and voice.names.only_date(column.table)
        if not event or words.sense != "date" or not _LASTING.isdisjoint(words_of(column.name)):
            return None
        return Clause(voice.pick("when", "on what date", "when"), "was" if voice.chance(0.6) else "be")
    participle, passive = words.verb
    if passive:
        return None if participle in _ADVANCE else Clause(word, "was", participle)
    base = _BASES.get(participle, "")
    return Clause(word, "did", base, participle) if base else None


def _amount(voice: Voice, words: ColumnWords, head: str, table: str, alone: bool) -> Clause | None:
    if words.scale is not None and words.scale.how:
        return Clause(f"how {words.scale.how}", "be")
    if words.scale is not None and words.scale.verb and words.scale.verb != "hold":
        if words.scale.verb == "cost" and voice.chance(0.3):
            return Clause("how much", "be")
        return Clause("how much", "do", words.scale.verb)
    if words.counted and " per " not in words.counted:
        return Clause(f"how many {words.counted}", "do", "have")
    if head == "population" and table in _TOWNS:
        return Clause("how many people live in", "")
    if head in ("capacity", "seat") and table in _VENUES:
        return Clause(voice.pick("how many people", "how many"), "do", "hold")
    if head in ("amount", "total") and table in _BILLS:
        return Clause("how much", "be", voice.pick("", "for"))
    if head in ("wage", "pay") and alone:
        return Clause("how much", "be", "paid")
    if head == "distance" and alone and table in _ROUTES:
        return Clause("how far", "be")
    if head == "rating" and alone:
        return Clause("how", "be", "rated")
    return None


def questions_of(
    voice: Voice, columns: list[Column], who: str, plural: bool, human: bool, *, clausal: bool = False
) -> str | None:
    """Return one or two columns of rows as direct questions, or None where a column has none.

    "where does Ann live and how old is she": the second question has a pronoun, plural for a person.

    Args:
        who: the rows, as subject or object.
        clausal: whether they hold a clause, so that nothing may stand behind them.
    """
    clauses = [clause_of(voice, column) for column in columns]
    first = clauses[0]
    if first is None or None in clauses or len(clauses) > 2:
        return None
    if first.rest and (clausal or len(who.split()) > 8):
        return None
    asked = first.direct(who, who, plural)
    if len(clauses) == 1:
        return asked
    second = clauses[1]
    assert second is not None  # none is None
    many = plural or human
    subject, item = ("they", "them") if many else ("it", "it")
    return f"{asked}{',' if clausal else ''} and {second.direct(subject, item, many)}"
