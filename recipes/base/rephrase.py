"""Other ways to ask a public training question, and questions a step away from it, with the SQL changed alike.

Six thousand questions seen hundreds of times are learnt by heart, names or no names. Here their openings and linking
words are exchanged, and their comparisons, superlatives, aggregates and small numbers are turned in question and SQL
together ("the average age" and AVG become "the lowest age" and MIN), where exactly one word of the question says so.

    question, tokens = vary("What is the average age of all dogs?", ["SELECT", "AVG", "(", ...], rng)
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from sqlwright.synth.english.noise import roughen

_OPENINGS = (
    "What are the", "What is the", "Show the", "List the", "Find the", "Give the", "Give me the", "Return the",
    "Tell me the", "Show me the", "Display the", "Get the", "Which are the", "Report the", "Provide the", "Fetch the",
    "I want the", "I need the", "Can you list the", "Please show the", "Please list the", "Could you give me the",
    "I would like to see the", "Retrieve the", "Let me know the", "Output the", "Print the", "the", "",
)  # fmt: skip
_OPENING = re.compile(
    r"(?:what (?:is|are|was|were) (?:all )?the|(?:please )?(?:show|list|find|give|return|display|tell|get|report)"
    r"(?: me)?(?: all)?(?: out)?(?: the)?)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"how many (.{3,60}?) are there\b(.*)", re.IGNORECASE)
_COUNTS = (
    "Count the number of", "What is the number of", "Find the number of", "Give the number of", "Count the",
    "Show the total number of", "What is the total number of", "Return the count of", "number of", "Total number of",
)  # fmt: skip
_SAME = (
    ("different", "distinct", "unique"),
    ("sorted by", "ordered by", "sorted on", "in order of", "arranged by"),
    ("in descending order of", "sorted in descending order of", "in decreasing order of"),
    ("in ascending order of", "sorted in ascending order of", "in increasing order of"),
    ("in descending order", "in decreasing order", "from highest to lowest", "from largest to smallest"),
    ("in ascending order", "in increasing order", "from lowest to highest", "from smallest to largest"),
    ("alphabetical order", "alphabetic order", "lexicographical order", "lexicographic order"),
    ("for each", "for every", "per", "of each"),
    ("along with", "together with", "as well as", "and also", "and"),
    ("that have", "which have", "having", "with"),
    ("that has", "which has", "having", "with"),
    ("located in", "in", "situated in"),
    ("do not have any", "have no", "don't have any", "do not have", "lack"),
    ("does not have any", "has no", "doesn't have any", "does not have"),
    ("more than one", "multiple", "at least two", "two or more"),
    ("the most number of", "the largest number of", "the highest number of", "the greatest number of", "the most"),
    ("the least number of", "the smallest number of", "the lowest number of", "the fewest"),
    ("most frequent", "most common", "most often used"),
    ("starting with", "that starts with", "beginning with", "which start with"),
    ("contains", "includes", "has"),
    ("the ids", "the id", "ids"),
    ("the names", "the name", "names"),
    ("both", ""),
    ("respectively", ""),
    ("corresponding", ""),
    ("live in", "reside in", "are living in", "have their home in"),
    ("lives in", "resides in", "is living in"),
    ("work in", "are employed in", "have a job in"),
    ("works in", "is employed in"),
    ("work for", "are employed by"),
    ("works for", "is employed by"),
    ("belong to", "are part of", "are members of"),
    ("belongs to", "is part of"),
    ("bought", "purchased"),
    ("participated in", "took part in", "were involved in", "competed in"),
    ("participate in", "take part in", "are involved in"),
    ("have never", "never"),
    ("without any", "with no", "that have no", "lacking any"),
    ("at least one", "one or more"),
    ("exactly one", "only one", "just one", "a single"),
    ("in total", "altogether", "overall", "all in all"),
    ("is greater than", "exceeds", "is more than", "is bigger than"),
    ("is less than", "is below", "is under", "is smaller than"),
    ("produced by", "made by", "created by"),
    ("written by", "authored by"),
    ("owned by", "belonging to"),
    ("began", "started"),
    ("ended", "finished"),
    ("prior to", "earlier than", "before"),
    ("later than", "after"),
    ("the average", "the mean"),
    ("the maximum", "the highest"),
    ("the minimum", "the lowest"),
    ("the same", "an identical"),
    ("except", "apart from", "other than", "besides"),
    ("associated with", "linked to", "connected with", "related to"),
    ("occurred in", "took place in", "happened in"),
    ("named", "called", "with the name", "by the name of"),
    ("information about", "details about", "data on"),
    ("all the information", "everything", "all details"),
)
_ONLY_SAID = frozenset(("and", "with", "in", "has", "names", "ids", "any", "called", "after", "before", "besides"))
_SAME_OF = {phrase: group for group in _SAME for phrase in group if phrase and phrase not in _ONLY_SAID}
_MANY = re.compile(r" (?:\w*[^s\W]s|people)\b")
"""What follows where "the most" is a number: the most songs, but not the most recent song."""
_ASKING = (
    "Tell me", "Can you tell me", "I want to know", "I'd like to know", "Do you know", "Please tell me", "Find out",
    "I wonder", "could you check", "Let me know", "We need to know", "could you find out",
)  # fmt: skip
_CASUAL = (
    "hi, ", "hey, ", "hello, ", "quick question: ", "for my report, ", "ok, ", "so, ", "now, ", "please: ", "just ",
    "for the meeting: ", "one more: ", "sorry, ", "Question: ", "from the database, ", "as a table: ", "hm, ",
)  # fmt: skip
_AFTERWARDS = (
    " please", " pls", ", thanks", " asap", ", thank you", " for me", " in the data", ", if possible", " right now",
    " - need this today", " in our records", " in the system",
)  # fmt: skip
_SAME_AT = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, _SAME_OF), key=len, reverse=True)) + r")\b", re.I)

_COMPARED = {
    ">": ("more than", "greater than", "larger than", "higher than", "above", "over", "bigger than", "exceeding"),
    "<": ("less than", "smaller than", "lower than", "below", "under", "fewer than"),
    ">=": ("at least", "no less than", "not less than", "a minimum of"),
    "<=": ("at most", "no more than", "not more than", "up to", "a maximum of"),
}
_TURNED = {
    "older than": "younger than",
    "longer than": "shorter than",
    "after": "before",
    "taller than": "shorter than",
}
_TURNED |= {second: first for first, second in _TURNED.items()}
_OPERATOR = {phrase: sign for sign, phrases in _COMPARED.items() for phrase in phrases}
_COMPARISON = re.compile(
    r"\b(?:" + "|".join(sorted({*_OPERATOR, *_TURNED}, key=len, reverse=True)) + r")\b", re.IGNORECASE
)
_EXTREMES = (
    ("highest", "lowest"), ("largest", "smallest"), ("biggest", "smallest"), ("oldest", "youngest"),
    ("longest", "shortest"), ("earliest", "latest"), ("most", "fewest"), ("best", "worst"), ("heaviest", "lightest"),
    ("greatest", "least"), ("maximum", "minimum"), ("most", "least"), ("descending", "ascending"),
    ("decreasing", "increasing"), ("tallest", "shortest"), ("richest", "poorest"), ("cheapest", "most expensive"),
)  # fmt: skip
_OPPOSITE = {word: other for pair in reversed(_EXTREMES) for word, other in (pair, pair[::-1])}
_EXTREME = re.compile(r"\b(?:" + "|".join(sorted(_OPPOSITE, key=len, reverse=True)) + r")\b", re.IGNORECASE)
_MANNER = re.compile(r" (?:common|recent|frequent|popular|often|expensive|\w+ly\b)", re.IGNORECASE)
_AGGREGATES = {
    "AVG": ("average", "mean"),
    "SUM": ("total", "sum of the", "combined", "overall"),
    "MAX": ("maximum", "highest", "largest", "greatest"),
    "MIN": ("minimum", "lowest", "smallest", "least"),
}
_AGGREGATE_OF = {word: name for name, words in _AGGREGATES.items() for word in words}
_AGGREGATE = re.compile(r"\b(?:" + "|".join(_AGGREGATE_OF) + r")\b(?! number)", re.IGNORECASE)
_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def vary(question: str, tokens: Sequence[str], rng: random.Random) -> tuple[str, list[str]]:
    """Return another question and its SQL, as tokens; both unchanged where nothing fits."""
    changed = list(tokens)
    for turn in (_aggregate, _compare, _turn, _number):
        if rng.random() < 0.5:
            question = turn(question, changed, rng)
    return question, changed


def reword(question: str, rng: random.Random) -> str:
    """Return the question in other words, with the same SQL."""
    if rng.random() < 0.6:
        question = _opened(question, rng)
    if rng.random() < 0.6:
        question = _SAME_AT.sub(lambda m: _same(m, rng), question)
    if question.startswith(("How many", "Which", "Who ")) and rng.random() < 0.12:
        question = f"{rng.choice(_ASKING)} {question[0].lower()}{question[1:]}"
    elif question and rng.random() < 0.04:
        question = f"{rng.choice(_CASUAL)}{question[0].lower()}{question[1:]}"
    if rng.random() < 0.03:
        question = question.rstrip(".? ") + rng.choice(_AFTERWARDS)
    if question and rng.random() < 0.06:  # as in a search box
        question = re.sub(r"\b(?:the|all|of all|a|an) (?=\w)", "", question[0].lower() + question[1:]).rstrip(".? ")
    question = " ".join(question.split())
    question = roughen(question, rng, 0.25, ())
    roll = rng.random()
    if roll < 0.2:
        question = question.rstrip(".? ")
    elif roll < 0.25:
        question = question.rstrip(".? ") + rng.choice((" ?", " .", "", "??", " please"))
    if question and rng.random() < 0.12:
        question = question[0].lower() + question[1:]
    return question


def _same(match: re.Match[str], rng: random.Random) -> str:
    phrase = match[0].lower()
    counted = phrase != "the most" or _MANY.match(match.string, match.end())
    return rng.choice(_SAME_OF[phrase]) if counted and rng.random() < 0.4 else match[0]


def _opened(question: str, rng: random.Random) -> str:
    counted = _COUNTED.match(question)
    if counted:
        return f"{rng.choice(_COUNTS)} {counted[1]}{counted[2]}".rstrip("?")
    found = _OPENING.match(question)
    if not found:
        return question
    rest = question[found.end() :].lstrip()
    if rest.lower().startswith(("how ", "which ", "what ", "who ", "where ", "when ", "if ", "me ")):
        return question
    opening = rng.choice(_OPENINGS)
    end = "?" if opening.startswith(("What", "Which", "Can", "Could")) else rng.choice((".", "", "."))
    return f"{opening} {rest.rstrip('?. ')}{end}".strip()


def _only(pattern: re.Pattern[str], question: str) -> re.Match[str] | None:
    """Return the match when there is exactly one."""
    found = list(pattern.finditer(question))
    return found[0] if len(found) == 1 else None


def _put(question: str, match: re.Match[str], words: str) -> str:
    return question[: match.start()] + words + question[match.end() :]


def _aggregate(question: str, tokens: list[str], rng: random.Random) -> str:
    places = [at for at, token in enumerate(tokens) if token in _AGGREGATES]
    found = _only(_AGGREGATE, question)
    if len(places) != 1 or found is None or _AGGREGATE_OF[found[0].lower()] != tokens[places[0]]:
        return question
    old = tokens[places[0]]
    if old in ("MAX", "MIN") and ("ORDER" in tokens or tokens.count("SELECT") > 1):
        new = "MIN" if old == "MAX" else "MAX"
    else:
        new = rng.choice([name for name in _AGGREGATES if old in ("AVG", "SUM") or name in ("MAX", "MIN")])
    tokens[places[0]] = new
    return _put(question, found, rng.choice(_AGGREGATES[new]))


def _compare(question: str, tokens: list[str], rng: random.Random) -> str:
    places = [at for at, token in enumerate(tokens) if token in _COMPARED]
    found = _only(_COMPARISON, question)
    if len(places) != 1 or found is None:
        return question
    words, sign = found[0].lower(), tokens[places[0]]
    if words in _TURNED:
        tokens[places[0]] = {">": "<", "<": ">", ">=": "<=", "<=": ">="}[sign]
        return _put(question, found, _TURNED[words])
    if _OPERATOR[words] != sign or tokens[places[0] + 1 : places[0] + 2] == ["1"]:
        return question
    tokens[places[0]] = rng.choice(list(_COMPARED))
    return _put(question, found, rng.choice(_COMPARED[tokens[places[0]]]))


def _turn(question: str, tokens: list[str], rng: random.Random) -> str:
    """Turn the order around: highest to lowest, ascending to descending."""
    found = _only(_EXTREME, question)
    if found is None or tokens.count("ORDER") != 1 or "MAX" in tokens or "MIN" in tokens:
        return question
    order = tokens.index("ORDER")
    ending = tokens[order:]
    direct = found[0].lower() in ("descending", "ascending", "decreasing", "increasing")
    if direct == ("LIMIT" in ending) or "," in ending or "SELECT" in ending or ")" in ending[-1:]:
        return question
    if "DESC" in ending:
        del tokens[order + ending.index("DESC")]
    else:
        tokens.insert(order + ending.index("LIMIT") if "LIMIT" in ending else len(tokens), "DESC")
    word = _OPPOSITE[found[0].lower()]
    if found[0].lower() == "most" and _MANNER.match(question, found.end()):
        word = "least"
    return _put(question, found, word)


def _number(question: str, tokens: list[str], rng: random.Random) -> str:
    """Put another number for a small one."""
    places = [at for at, token in enumerate(tokens) if token.isdigit() and 2 <= int(token) <= 10]
    if len(places) != 1:
        return question
    old = int(tokens[places[0]])
    found = _only(re.compile(rf"\b(?:{old}|{_NUMBERS[old]})\b", re.IGNORECASE), question)
    if found is None:
        return question
    new = rng.randint(2, 10)
    tokens[places[0]] = str(new)
    return _put(question, found, _NUMBERS[new] if rng.random() < 0.4 else str(new))
