"""Sentence frames: what people put around a noun phrase to make it a question, a request or a search.

A frame's result is (text, mark) with mark "?" for a question, "." for a request and "" for a fragment; `finished` adds
capitals and punctuation, or leaves them out as people do.
"""

from __future__ import annotations

from sqlwright.synth.english.grammar import capitalised
from sqlwright.synth.english.voice import Voice

Asked = tuple[str, str]


def _openings(text: str) -> tuple[str, ...]:
    return tuple(" ".join(opening.split()) for opening in text.split(","))


_SHOW = _openings(
    """show, show, show, show me, show me, list, list, list, find, find, give me, give me, get, display, tell me,
    return, print, get me, fetch, pull up, look up, give, present, report, provide, retrieve"""
)
_POLITE = _openings(
    """can you show me, could you please list, please show me, please list, could you give me, can you tell me,
    please give me, i want to see, i need, i'd like to see, i would like to know, can you pull, i'm looking for,
    could you find, can i see, can i get, would you please show, i want, let me see, please find, do you have,
    can you get me, i want to know, i need to know, could you tell me, may i have, i'd like, help me find, we need,
    please provide"""
)
_TELL = _openings(
    """tell me, can you tell me, i want to know, i'd like to know, please tell me, do you know, could you tell me,
    show me, i need to know, find out, let me know"""
)
_QUESTION_POLITE = ("can", "could", "would", "do", "may")


def show(voice: Voice) -> str:
    """Return an imperative that takes a noun phrase."""
    return voice.choose(_SHOW)


def ask(voice: Voice, phrase: str, plural: bool, tail: str = "", *, definite: bool = True) -> Asked:
    """Ask for what a noun phrase names.

    Args:
        phrase: the noun phrase without its article.
        tail: what follows it, with its leading space or comma.
        definite: whether it may take "the".
    """
    the = "the " if definite else ""
    r = voice.rng.random()
    if not definite and (r < 0.25 or 0.83 <= r < 0.87):
        r = 0.4 if voice.chance(0.5) else 0.7
    if r < 0.25:
        what = "what are" if plural else voice.pick("what is", "what is", "what's")
        return f"{what} {the}{phrase}{tail}", "?"
    if r < 0.57:
        return f"{show(voice)} {the if voice.chance(0.6) else ''}{phrase}{tail}", "."
    if r < 0.83:
        return f"{the if voice.chance(0.12) else ''}{phrase}{tail}", ""
    if r < 0.87:
        what = f"what {the}{phrase} {'are' if plural else 'is'}"
        return f"{voice.pick('tell me', 'i want to know', 'can you tell me')} {what}{tail}", "."
    opening = voice.choose(_POLITE)
    return f"{opening} {the if voice.chance(0.7) else ''}{phrase}{tail}", _mark(opening)


def tell(voice: Voice, clause: str) -> Asked:
    """Ask an indirect question: "tell me how many customers there are"."""
    opening = voice.choose(_TELL)
    return f"{opening} {clause}", _mark(opening)


def _mark(opening: str) -> str:
    return "?" if opening.split(" ", 1)[0] in _QUESTION_POLITE else "."


def finished(voice: Voice, asked: Asked) -> str:
    """Return the sentence with capitals and punctuation, or without, as people type."""
    text, mark = asked
    if mark != "?" and voice.chance(0.04) and "please" not in text and text[-1].isalnum():
        text += voice.pick(" please", ", please", " please")
    if voice.chance(0.025):
        text = f"{voice.pick('hi, ', 'quick question: ', 'hey, ', 'ok, ', 'hello, ', 'now ')}{text}"
    if mark != "?" and text[-1].isalnum() and voice.chance(0.02):
        text += voice.pick(" for me", ", thanks", " if possible", " thanks")
    r = voice.rng.random()
    careless = r < (0.22 if mark else 0.6)
    if not careless or voice.chance(0.1):
        if text.startswith(("i ", "i'")):
            text = "I" + text[1:]
        text = capitalised(text)
    if careless:
        return text + ("?" if mark == "?" and r < 0.1 else "")
    if mark == ".":
        return text + ("." if voice.chance(0.6) else "")
    if mark == "?":
        return text + "?"
    if not text[-1].isalnum():
        return text
    return text + ("?" if voice.chance(0.06) else "." if voice.chance(0.08) else "")
