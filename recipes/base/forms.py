"""Ways to ask that do not name the column: "how old", "who", "where", "earning more than", "the tallest".

    told("What is the age of the oldest singer?", tokens, rng)    # "How old is the oldest singer?"

A column's word goes out of the question only when the SQL has one column that ends in it, used once.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from sqlwright.schema.words import singular, split_identifier

_ASKED = {
    "age": ("How old {be} {0}?", "how old {be} {0}"),
    "price": ("How much {do} {0} cost?", "How much {be} {0}?", "what {do} {0} cost"),
    "cost": ("How much {do} {0} cost?", "what {do} {0} cost?"),
    "fee": ("How much {do} {0} charge?", "How much must be paid for {0}?"),
    "salary": ("How much {do} {0} earn?", "How much {be} {0} paid?", "What {do} {0} make?", "what {do} {0} get paid"),
    "height": ("How tall {be} {0}?", "How high {be} {0}?"),
    "weight": ("How heavy {be} {0}?", "How much {do} {0} weigh?"),
    "length": ("How long {be} {0}?",),
    "duration": ("How long {do} {0} take?", "How long {do} {0} last?"),
    "depth": ("How deep {be} {0}?",),
    "width": ("How wide {be} {0}?",),
    "size": ("How big {be} {0}?", "How large {be} {0}?"),
    "area": ("How big {be} {0}?", "How large {be} {0}?"),
    "speed": ("How fast {be} {0}?",),
    "distance": ("How far {be} {0}?",),
    "population": ("How many people live in {0}?", "How many inhabitants {do} {0} have?"),
    "capacity": ("How many people fit into {0}?", "How much can {0} hold?"),
    "location": ("Where {be} {0}?", "Where {be} {0} located?", "where can {0} be found"),
    "address": ("Where {be} {0}?", "Where can I find {0}?"),
    "city": ("Where {be} {0}?", "In which town {be} {0}?", "Where {be} {0} located?"),
    "country": ("Where {be} {0} from?", "Where {do} {0} come from?", "What nation {do} {0} belong to?"),
    "nationality": ("Where {be} {0} from?", "Where {do} {0} come from?"),
    "hometown": ("Where {be} {0} from?", "Where did {0} grow up?"),
    "phone": ("How can I call {0}?", "What number do I dial for {0}?"),
    "email": ("How can I write to {0}?", "Where do I send mail for {0}?"),
    "author": ("Who wrote {0}?", "By whom {be} {0}?"),
    "director": ("Who directed {0}?", "Who made {0}?"),
    "manager": ("Who runs {0}?", "Who is in charge of {0}?"),
    "owner": ("Who owns {0}?", "To whom {do} {0} belong?"),
    "manufacturer": ("Who makes {0}?", "Who built {0}?"),
    "birthday": ("When was {0} born?",),
    "dob": ("When was {0} born?",),
    "language": ("What {be} spoken in {0}?",),
    "type": ("What kind {be} {0}?", "of what kind {be} {0}"),
}
_WHAT = re.compile(
    r"(?:what (is|are) the|(?:show|list|find|give|return|tell)(?: me)?(?: the)?) (\w+(?: \w+)?) of "
    r"((?:all |the |each )?[^,]+?)[?. ]*$",
    re.IGNORECASE,
)
_SORTED = re.compile(r"\b(?:order|sorted|ordered|arranged|by|per|and)\b", re.IGNORECASE)
_MORE = {
    "age": ("older", "younger", "oldest", "youngest"), "height": ("taller", "shorter", "tallest", "shortest"),
    "weight": ("heavier", "lighter", "heaviest", "lightest"), "length": ("longer", "shorter", "longest", "shortest"),
    "duration": ("longer", "shorter", "longest", "shortest"), "size": ("bigger", "smaller", "biggest", "smallest"),
    "price": ("dearer", "cheaper", "most expensive", "cheapest"),
    "cost": ("more expensive", "cheaper", "most expensive", "cheapest"),
    "salary": ("better paid", "worse paid", "best paid", "worst paid"),
    "speed": ("faster", "slower", "fastest", "slowest"),
    "depth": ("deeper", "shallower", "deepest", "shallowest"), "width": ("wider", "narrower", "widest", "narrowest"),
    "population": ("more populous", "less populous", "most populous", "least populous"),
    "area": ("larger", "smaller", "largest", "smallest"), "score": ("better", "worse", "best", "worst"),
    "rating": ("better rated", "worse rated", "best rated", "worst rated"),
}  # fmt: skip
_VERB = {
    "age": ("aged over", "aged under"), "salary": ("earning more than", "earning less than"),
    "price": ("costing more than", "costing less than"), "cost": ("costing more than", "costing less than"),
    "weight": ("weighing more than", "weighing less than"), "duration": ("lasting longer than", "lasting less than"),
    "capacity": ("with room for more than", "with room for fewer than"),
    "population": ("with more inhabitants than", "with fewer inhabitants than"),
    "rating": ("rated above", "rated below"), "score": ("scoring more than", "scoring less than"),
}  # fmt: skip
_COMPARED = re.compile(
    r"(?:whose|with(?: an?| the)?|that have(?: an?)?|who have(?: an?)?|having(?: an?)?) (\w+?)s? (?:is |are |of )?"
    r"(above|over|more than|greater than|larger than|higher than|below|under|less than|lower than|smaller than) (?=\d)",
    re.IGNORECASE,
)
_UP = ("above", "over", "more than", "greater than", "larger than", "higher than")
_EXTREME = re.compile(
    r"(\w+) (?:with|that has|who has|having) the (highest|largest|greatest|maximum|lowest|smallest|minimum) "
    r"(\w+)\b(?! of)",
    re.IGNORECASE,
)


def told(question: str, tokens: Sequence[str], rng: random.Random) -> str:
    """Return the question without the name of a column, where it can be asked so."""
    columns = [t for t in tokens if t[0] == "@" and "|" in t]
    last = [split_identifier(c.partition("|")[2])[-1:] for c in columns]
    for form in rng.sample((_asked, _more, _most), 3):
        new = form(question, tokens, [singular(w[0]) if w else "" for w in last], rng)
        if new != question:
            return new
    return question


def _asked(question: str, tokens: Sequence[str], last: list[str], rng: random.Random) -> str:
    found = _WHAT.match(question)
    if found is None or tokens[1][:1] != "@" or tokens[tokens.index("FROM") - 1][:1] != "@":
        return question
    word = singular(found[2].split()[-1].lower())
    if word not in _ASKED or last[:1] != [word] or last.count(word) > 1 or "," in tokens[: tokens.index("FROM")]:
        return question
    rest = found[3]
    if _SORTED.search(rest):
        return question
    head = re.match(r"(?:all |the |each )?(?:\w+ )*?(\w+)", rest)
    many = (
        (found[1] or "").lower() == "are"
        or rest.lower().startswith("all ")
        or bool(head and singular(head[1].lower()) != head[1].lower())
    )
    return rng.choice(_ASKED[word]).format(rest, be="are" if many else "is", do="do" if many else "does")


def _more(question: str, tokens: Sequence[str], last: list[str], rng: random.Random) -> str:
    found = _COMPARED.search(question)
    word = singular(found[1].lower()) if found else ""
    if found is None or last.count(word) != 1 or (word not in _MORE and word not in _VERB):
        return question
    down = found[2].lower() not in _UP
    forms = [_VERB[word][down]] if word in _VERB else []
    if word in _MORE and word not in ("rating", "score"):
        forms.append(f"{_MORE[word][down]} than")
    return question[: found.start()] + rng.choice(forms) + " " + question[found.end() :] if forms else question


def _most(question: str, tokens: Sequence[str], last: list[str], rng: random.Random) -> str:
    found = _EXTREME.search(question)
    word = singular(found[3].lower()) if found else ""
    if (
        found is None
        or last.count(word) != 1
        or word not in _MORE
        or not re.search(r"\b(?:the|all) $", question[: found.start()], re.I)
    ):
        return question
    down = found[2].lower() in ("lowest", "smallest", "minimum")
    return f"{question[: found.start()]}{_MORE[word][2 + down]} {found[1]}{question[found.end() :]}"
