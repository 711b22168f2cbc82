"""Put modifiers around a noun, in an order that cannot be misread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlwright.synth.english.grammar import join
from sqlwright.synth.english.modifiers import Modifier, who
from sqlwright.synth.english.voice import Voice


@dataclass(slots=True)
class Noun:
    """A noun phrase in its parts: adjectives, noun, what stands right behind it, clauses and relations."""

    before: str
    head: str
    behind: str = ""
    tail: str = ""
    clause: str = ""
    """The predicate, when `tail` is nothing but one who-clause: "live in Berlin"."""

    replaced: bool = False
    """Whether a value stands for the noun: "women" for patients."""

    @property
    def text(self) -> str:
        """The whole phrase without an article."""
        return f"{self.before}{self.head}{self.behind}{self.tail}"

    @property
    def short(self) -> str:
        """The phrase without its clauses."""
        return f"{self.before}{self.head}{self.behind}"

    @property
    def after(self) -> str:
        """Everything behind the noun."""
        return self.behind + self.tail

    @property
    def modified(self) -> bool:
        """Whether it is more than the bare noun."""
        return bool(self.before or self.behind or self.tail or self.replaced)

    @property
    def heavy(self) -> bool:
        """Whether it ends in a clause, a relation or a with-phrase, so that nothing should be attached behind it."""
        return bool(self.tail) or " with " in self.behind

    @property
    def clausal(self) -> bool:
        """Whether it holds a clause with a verb of its own."""
        return any(word in self.after for word in (" who ", " that ", " which ", " whose ", " where "))


class Parts:
    """Collects the modifiers of one noun.

    Args:
        plural: the noun's number.
        several: whether more than one condition or relation will come, so that an "or" needs an "either".
        named: whether the noun must stay, as it tells what the row is to another.
    """

    __slots__ = (
        "adjectives",
        "eithers",
        "head",
        "human",
        "named",
        "plain_where",
        "plural",
        "preds",
        "relations",
        "several",
        "shorts",
        "voice",
        "whoses",
        "withs",
    )

    def __init__(self, voice: Voice, human: bool, plural: bool, several: bool, *, named: bool = False) -> None:
        self.voice = voice
        self.human = human
        self.plural = plural
        self.several = several
        self.named = named
        self.head = ""
        self.plain_where = voice.chance(0.06)
        self.adjectives: list[str] = []
        self.shorts: list[str] = []
        self.withs: list[str] = []
        self.preds: list[str] = []
        self.whoses: list[str] = []
        self.eithers: list[Modifier] = []
        self.relations: list[Sequence[Modifier]] = []

    def add(self, options: Sequence[Modifier], *, alternatives: bool = False) -> None:
        """Choose one of a condition's modifiers; `alternatives` says that they hold an "or" in the middle."""
        voice = self.voice
        if alternatives and self.several:
            options = [o for o in options if "either " in o[1] or "one of" in o[1]] or options
        if self.plain_where:
            options = [o for o in options if o[0] == "whose"] or options
        elif len(options) > 1 and voice.chance(0.65):
            options = [o for o in options if o[0] != "whose"] or options
        if self.adjectives:
            options = [o for o in options if o[0] != "adj"] or options
        if self.head or self.named:
            options = [o for o in options if o[0] != "head"]
        kind, text = voice.choose(options)
        if kind == "head":
            self.head = text
            return
        {"adj": self.adjectives, "short": self.shorts, "with": self.withs, "pred": self.preds, "whose": self.whoses}[
            kind
        ].append(text)

    def add_either(self, options: Sequence[Modifier]) -> None:
        """Choose one of the ways to say an OR of different conditions."""
        self.eithers.append(self.voice.choose(options))

    def noun(self, head: str) -> Noun:
        """Return the noun with everything collected."""
        voice = self.voice
        pronoun = who(voice, self.human)
        head = self.head or head
        behind = "".join([f" {short}" for short in self.shorts])
        if self.withs:
            behind += f" {'having' if voice.chance(0.05) else 'with'} {join(self.withs)}"
        clauses: list[str] = []
        single = ""
        if self.preds:
            single = join(self.preds) if len(self.preds) == 1 else " and ".join(self.preds)
            clauses.append(f"{pronoun} {single}")
        if self.whoses:
            clauses.append(self._whose())
        alone = not (clauses or behind or self.adjectives or self.relations or len(self.eithers) > 1)
        for kind, text in self.eithers:
            clauses.append(self._either(kind, text, pronoun, alone))
        before = " ".join(self.adjectives)
        noun = Noun(f"{before} " if before else "", head, behind, replaced=bool(self.head))
        noun.tail = f" {' and '.join(clauses)}" if clauses else ""
        noun.clause = single if len(clauses) == 1 else ""
        for options in self.relations:
            self._attach(noun, options, pronoun)
        return noun

    def _attach(self, noun: Noun, options: Sequence[Modifier], pronoun: str) -> None:
        if noun.heavy:
            options = [o for o in options if o[0] in ("pred", "whose")] or options
        kind, text = self.voice.choose(options)
        and_ = " and" if noun.tail else ""
        if kind == "pred":
            noun.clause = "" if noun.tail else text
            noun.tail += f"{and_} {pronoun} {text}"
        else:
            noun.clause = ""
            noun.tail += (
                f"{and_} whose {text}" if kind == "whose" else f"{and_} with {text}" if kind == "with" else f" {text}"
            )

    def _whose(self) -> str:
        voice = self.voice
        if self.plain_where or voice.chance(0.12):
            the = "the " if voice.chance(0.5) else ""
            return f"where {the}" + f" and {the}".join(self.whoses)
        return "whose " + " and whose ".join(self.whoses)

    def _either(self, kind: str, text: str, pronoun: str, alone: bool) -> str:
        either = "either " if " or " in text and (not alone or self.voice.chance(0.25)) else ""
        if kind == "whose":
            if either and " or whose " in text:
                return f"where either the {text.replace(' or whose ', ' or the ')}"
            return f"whose {text}"
        return f"with {either}{text}" if kind == "with" else f"{pronoun} {either}{text}"
