"""Words inside identifiers, and the few facts of English that naming and linking need.

    split_identifier("customerID")  -> ("customer", "id")
    split_identifier("orderdate")   -> ("order", "date")      # glued words, through the lexicon's vocabulary
    singular("cities"), plural("child"), stem("shipping")

Everything is cached by word, because the linker asks for the same words thousands of times a second.
`stem` undoes inflection only (plural, -ed, -ing). A full stemmer such as Snowball's English one also undoes derivation,
which joins words that are different columns: customer/custom, international/intern, organization/organ,
department/depart.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

from sqlwright.schema.lexicon_rows import glued, vocabulary

_CJK = "\u3400-\u4dbf\u4e00-\u9fff"
_PARTS = re.compile(rf"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|[0-9]+|[{_CJK}]+|[^\W\d_]+")
_ACRONYM_PLURAL = re.compile(r"(?<=[A-Z]{2})s(?![a-z])")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_IRREGULAR = {
    "people": "person", "persons": "person", "children": "child", "men": "man", "women": "woman", "feet": "foot",
    "teeth": "tooth", "mice": "mouse", "geese": "goose", "criteria": "criterion", "phenomena": "phenomenon",
    "indices": "index", "indexes": "index", "matrices": "matrix", "vertices": "vertex", "analyses": "analysis",
    "diagnoses": "diagnosis", "theses": "thesis", "crises": "crisis", "hypotheses": "hypothesis", "bases": "base",
    "leaves": "leaf", "lives": "life", "wives": "wife", "knives": "knife", "shelves": "shelf", "wolves": "wolf",
    "halves": "half", "thieves": "thief", "heroes": "hero", "potatoes": "potato", "tomatoes": "tomato",
    "echoes": "echo", "vetoes": "veto", "alumni": "alumnus", "cacti": "cactus", "fungi": "fungus", "viruses": "virus",
    "statuses": "status", "buses": "bus", "campuses": "campus", "bonuses": "bonus", "censuses": "census",
    "aliases": "alias", "biases": "bias", "gases": "gas", "lenses": "lens", "quizzes": "quiz", "movies": "movie",
    "cookies": "cookie", "calories": "calorie", "zombies": "zombie", "ties": "tie", "pies": "pie", "shoes": "shoe",
    "axes": "axis", "caches": "cache", "niches": "niche", "headaches": "headache", "axles": "axle", "oxen": "ox",
}  # fmt: skip
_SAME = _set(
    """news series species data media sheep fish deer aircraft spacecraft gps sms bus status campus bonus census gas
    lens alias bias virus analysis basis diagnosis thesis crisis hypothesis axis address process access
    business class pass boss loss mass glass grass cross press dress stress success progress express physics
    mathematics maths statistics economics politics athletics gymnastics tennis ms is was has its this us as
    plus minus versus corpus genus focus bus chassis atlas texas paris canvas always perhaps previous various
    christmas dns aws os pos"""
)
_PLURALS = {
    "movie": "movies", "roof": "roofs", "photo": "photos", "piano": "pianos", "video": "videos", "logo": "logos",
    "studio": "studios", "radio": "radios", "memo": "memos", "zoo": "zoos", "portfolio": "portfolios",
    "ratio": "ratios", "euro": "euros", "kilo": "kilos", "promo": "promos", "demo": "demos", "repo": "repos",
    "casino": "casinos",
    "tattoo": "tattoos", "scenario": "scenarios", "quiz": "quizzes", "index": "indexes", "person": "people",
    "bus": "buses", "gas": "gases",
}  # fmt: skip
_TO_PLURAL = {one: many for many, one in reversed(_IRREGULAR.items())} | _PLURALS
_INVARIANT = _set(
    """news series species data media sheep fish deer aircraft spacecraft information equipment staff feedback
    inventory stock money software hardware luggage baggage furniture physics mathematics statistics economics"""
)
_SHORT_PARTS = _set("id no num nbr qty amt cnt cd dt nm day tax fee zip fax sex url key sku avg max min tot")
_PREFIX_PARTS = _set("cust emp dept prod num nbr qty amt cnt avg max min tot sum day tax fee zip job tag")
_REAL_WORDS = _set(
    """someone something anyone anything everyone everything weekend understand outcome income background feedback
    birthday homepage hometown password username keyword timestamp timezone database website online offline
    download upload workshop workplace landmark benchmark trademark warehouse household headquarters headline
    deadline airline pipeline railway highway subway runway pathway gateway aircraft airport passport
    transport viewport seaport support report export import newspaper spreadsheet smartphone headphone
    microphone telephone cellphone football basketball baseball volleyball handball softball touchdown
    breakdown countdown shutdown midfield outfield newsletter baseline checkout checkin takeaway throughput
    output input playlist wishlist blacklist whitelist checklist storefront framework network artwork homework
    coursework fieldwork firework paperwork teamwork postcode barcode earthquake lifetime overtime firstborn
    superhero landlord roommate classmate salesman chairman chairperson salesperson spokesperson grandparent
    stockholder shareholder stakeholder policyholder cardholder placeholder bookstore bookshop doorway roadmap
    sometimes"""
)


@lru_cache(maxsize=65536)
def split_identifier(name: str) -> tuple[str, ...]:
    """Return the lower-case words of an identifier: snake_case, camelCase, ALLCAPS, digits, Chinese, glued words.

    A run of Chinese characters is one word. Words glued together in one case ("orderdate", "CUSTID") are taken apart
    when all parts are in the lexicon's vocabulary and the whole is not. Without a letter or digit there are no words.
    """
    name = _ACRONYM_PLURAL.sub("", name) if not name.islower() else name
    words: list[str] = []
    for part in _PARTS.findall(name):
        word = part.lower()
        words.extend(_unglue(word) if len(word) > 4 and word.isascii() and word.isalpha() else (word,))
    return tuple(words)


@lru_cache(maxsize=65536)
def _unglue(word: str) -> tuple[str, ...]:
    if word in glued():
        return glued()[word]
    known = vocabulary()
    if word in known or word in _REAL_WORDS or singular(word) in known or singular(word) in _REAL_WORDS:
        return (word,)
    for cut in range(2, len(word) - 1):
        left, right = word[:cut], word[cut:]
        if _part_ok(left, known, _PREFIX_PARTS) and _part_ok(right, known, _SHORT_PARTS) and len(left) + len(right) > 4:
            return (left, right)
    for cut in range(len(word) - 4, 3, -1):
        if _part_ok(word[:cut], known, _PREFIX_PARTS):
            rest = _unglue(word[cut:])
            if len(rest) == 2:
                return (word[:cut], *rest)
    return (word,)


def _part_ok(part: str, known: Container[str], short: Container[str]) -> bool:
    if len(part) < 4:
        return part in short
    return part in known or singular(part) in known


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """Return the singular of a lower-case English noun; a word that is no English plural comes back as it is."""
    if len(word) < 3 or not word.endswith(("s", "n", "e", "a", "i")):
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 and word not in ("ids", "ads", "tvs", "pcs"):
        return word
    if not word.endswith("s") or word in _SAME or word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "xes", "zzes")) or (word.endswith("ches") and len(word) > 5):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=65536)
def plural(word: str) -> str:
    """Return the plural of a lower-case English noun or phrase ("date of birth" -> "dates of birth")."""
    if " of " in word:
        head, rest = word.split(" of ", 1)
        return f"{plural(head)} of {rest}"
    *before, last = word.split(" ")
    return " ".join((*before, _plural_of_word(last)))


def _plural_of_word(word: str) -> str:
    if not word.isascii() or not word[-1:].isalpha() or word in _INVARIANT:
        return word
    if word in _TO_PLURAL:
        return _TO_PLURAL[word]
    if word.endswith("s") and singular(word) != word:
        return word
    if word.endswith("sis"):
        return word[:-2] + "es"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith("man") and word not in ("human", "german", "roman"):
        return word[:-3] + "men"
    if word.endswith("o") and word[-2:-1] not in "aeiou" and len(word) > 3:
        return word + "es" if word in ("hero", "potato", "tomato", "echo", "veto", "cargo") else word + "s"
    return word + "s"


_VERBS = {
    "paid": "pay", "sold": "sell", "bought": "buy", "made": "make", "spent": "spend", "sent": "send", "won": "win",
    "lost": "lose", "held": "hold", "led": "lead", "built": "build", "taught": "teach", "wrote": "write",
    "written": "write", "gave": "give", "given": "give", "took": "take", "taken": "take", "met": "meet",
    "began": "begin", "begun": "begin", "flew": "fly", "flown": "fly", "drove": "drive", "driven": "drive",
    "worn": "wear", "wore": "wear", "born": "birth", "grew": "grow", "grown": "grow", "kept": "keep", "left": "leave",
    "shown": "show", "known": "know", "ran": "run", "sang": "sing", "sung": "sing", "swam": "swim", "shot": "shoot",
    "scheduled": "schedule", "older": "old", "oldest": "old", "younger": "young", "youngest": "young",
    "cheaper": "cheap", "cheapest": "cheap", "longest": "long", "longer": "long", "taller": "tall", "tallest": "tall",
    "heaviest": "heavy", "heavier": "heavy", "biggest": "big", "bigger": "big", "largest": "large", "larger": "large",
    "fastest": "fast", "faster": "fast", "earliest": "early", "latest": "late", "busiest": "busy",
}  # fmt: skip


@lru_cache(maxsize=131072)
def stem(word: str) -> str:
    """Return what all inflections of a lower-case English word share: "hired", "hires", "hiring", "hire" -> "hir".

    The result is a key to compare words by, not itself a word.

    Source: Porter 1980, "An algorithm for suffix stripping", step 1, with a table of irregular forms before it.
    """
    word = word.removesuffix("'s").removesuffix("\u2019s")
    word = _VERBS.get(word) or singular(word)
    size = len(word)
    if size > 4 and word.endswith("ing") and _has_vowel(word[:-3]):
        word = _undouble(word[:-3])
    elif size > 4 and word.endswith("ied"):
        word = word[:-3] + "y"
    elif size > 3 and word.endswith("ed") and not word.endswith("eed") and _has_vowel(word[:-2]):
        word = _undouble(word[:-2])
    elif size > 3 and word[-1] == "e" and word[-2] != "e":
        word = word[:-1]
    if len(word) > 3 and word.endswith("ll"):
        word = word[:-1]
    return word


def _has_vowel(text: str) -> bool:
    return len(text) > 1 and any(letter in "aeiouy" for letter in text)


def _undouble(text: str) -> str:
    if len(text) > 2 and text[-1] == text[-2] and text[-1] not in "aeiousz":
        return text[:-1]
    return text
