"""Words that the English writer chooses by what a table or column is about: scales, participles, relations, places.

Everything is keyed by a word of the column's or table's name; a name that is in no list gets the plain wording.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """How people compare on a column: "older", "the cheapest", "cost more than"."""

    more: str
    less: str
    most: tuple[str, ...]
    least: tuple[str, ...]
    verb: str = ""
    """A verb that takes the number itself: "cost 5", "weigh at least 5"."""
    participle: str = ""
    """The same as a modifier of a noun: "priced above 5"."""
    how: str = ""
    """The adjective of "how old is ...?"."""


def _table(text: str) -> list[tuple[str, list[str]]]:
    """Return (left side, words) of every entry `left: word word`; a bar or a line's end parts entries."""
    entries = [entry.strip() for line in text.strip().splitlines() for entry in line.split(" | ")]
    return [(left, words.split()) for left, words in (entry.split(": ") for entry in entries)]


def _deeds(text: str) -> tuple[tuple[str, str], ...]:
    """Return (past tense, participle) pairs of "wrote/written, left"."""
    pairs = [verb.partition("/") for verb in text.split(", ")]
    return tuple((past, participle or past) for past, _, participle in pairs)


_PRICE = Scale(
    "more expensive",
    "cheaper",
    ("most expensive", "priciest", "most expensive"),
    ("cheapest", "least expensive"),
    "cost",
    "priced",
)
_AGE = Scale("older", "younger", ("oldest",), ("youngest",), "", "aged", "old")
_LARGE = Scale("larger", "smaller", ("largest", "biggest"), ("smallest",), "", "", "large")
_LONG = Scale("longer", "shorter", ("longest",), ("shortest",), "", "", "long")
_RATED = Scale(
    "better rated",
    "worse rated",
    ("highest rated", "best rated", "top-rated"),
    ("lowest rated", "worst rated"),
    "",
    "rated",
)

SCALES: dict[str, Scale] = {
    **dict.fromkeys(("price", "cost", "fare"), _PRICE),
    "age": _AGE,
    **dict.fromkeys(("size", "area"), _LARGE),
    **dict.fromkeys(("length", "duration", "runtime"), _LONG),
    **dict.fromkeys(("rating", "stars"), _RATED),
    "weight": Scale("heavier", "lighter", ("heaviest",), ("lightest",), "weigh", "weighing", "heavy"),
    "height": Scale("taller", "shorter", ("tallest",), ("shortest",), "", "", "tall"),
    "elevation": Scale("higher", "lower", ("highest",), ("lowest",), "", "", "high"),
    "population": Scale(
        "more populous", "less populous", ("most populous", "most populated"), ("least populous", "least populated")
    ),
    "fee": Scale(
        "more expensive", "cheaper", ("most expensive", "highest-priced"), ("cheapest",), "charge", "charging"
    ),
    "salary": Scale(
        "better paid", "worse paid", ("highest-paid", "best-paid", "top-earning"), ("lowest-paid",), "earn", "earning"
    ),
    "speed": Scale("faster", "slower", ("fastest",), ("slowest",), "", "", "fast"),
    "depth": Scale("deeper", "shallower", ("deepest",), ("shallowest",), "", "", "deep"),
    "temperature": Scale("hotter", "colder", ("hottest", "warmest"), ("coldest", "coolest")),
    "width": Scale("wider", "narrower", ("widest",), ("narrowest",), "", "", "wide"),
    "capacity": Scale("bigger", "smaller", ("biggest",), ("smallest",), "hold", "holding"),
}
AMOUNTS = frozenset({"amount", "total", "value"})
"""Columns whose greatest row is the largest order, the biggest payment."""
LARGEST = Scale("larger", "smaller", ("largest", "biggest"), ("smallest",))
LATEST = Scale("later", "earlier", ("latest", "most recent", "newest", "most recent"), ("earliest", "oldest", "first"))
NEWEST = Scale("newer", "older", ("newest", "most recent", "latest"), ("oldest", "earliest"))
BORN = Scale("younger", "older", ("youngest",), ("oldest",))

UNITS: dict[str, str] = {"age": "years old", "height": "tall", "length": "long", "width": "wide", "depth": "deep"}
"""What may follow a number: "30 years old"."""

_DATE_VERBS = """
    hired*: hire hired hiring | born*: birth birthday birthdate dob born | joined: join joined joining
    created*: create created creation | released*: release released | published*: publish published publication
    shipped*: ship shipped shipping | delivered*: deliver delivered delivery | started: start started begin
    ended: end ended | opened*: opened opening open | closed*: closed closing
    registered*: register registered registration | enrolled*: enroll enrolled enrollment enrolment
    founded*: found founded founding | established*: established | built*: built construction
    updated*: updated update | modified*: modified | signed*: signed | signed up: signup | paid*: paid | due*: due
    returned*: return returned | issued*: issue issued | posted*: posted post | recorded*: recorded recording
    measured*: measured | taken*: taken | submitted*: submitted submission | completed*: completed completion
    resolved*: resolved | approved*: approved approval | launched*: launch launched | bought*: purchase bought
    purchased*: purchased | sold*: sold | died: death died | borrowed*: borrowed
    installed*: installed installation | sent*: sent | received*: received | cancelled*: cancelled
    admitted*: admitted admission | discharged*: discharged discharge | graduated: graduated graduation
    scheduled*: scheduled | booked*: booked | written*: written | acquired*: acquired | added*: added
    departing*: departure | arriving*: arrival | made*: manufactured | played*: played | held*: held
    ordered*: ordered | left: left leaving | settled*: settled | answered*: answered | repaired*: repaired
    confirmed*: confirmed confirmation | checked*: checked | rented*: rented
"""
DATE_VERBS: dict[str, tuple[str, bool]] = {
    word: (verb.removesuffix("*"), verb.endswith("*")) for verb, words in _table(_DATE_VERBS) for word in words
}
"""Word of a date's name -> (participle, whether it needs "was"). A line gives the participle, `*` when it needs it."""

_EVENT_VERBS = """
    placed: order bid | made: payment booking reservation purchase sale rental donation transaction visit
    written: review | posted: comment post | opened: ticket | issued: invoice | played: match game
    held: event concert meeting exam race | taken: reading measurement | sent: message email shipment
    taken out: loan | scheduled: appointment | filed: complaint claim | released: film movie album song
    published: book article | given: treatment
"""
EVENT_VERBS: dict[str, str] = {word: verb for verb, words in _table(_EVENT_VERBS) for word in words}
"""Table -> what is done to a row of it at its plain date: orders are placed."""

BARE_DATES = {
    "hired": "hire", "born": "birth", "opened": "opening", "closed": "closing", "founded": "founding",
    "built": "construction", "joined": "joining", "left": "leaving", "released": "release", "published": "publication",
    "created": "creation", "updated": "update", "started": "start", "ended": "end", "died": "death",
    "established": "founding", "shipped": "shipping", "delivered": "delivery", "registered": "registration",
    "issued": "issue", "paid": "payment", "signed": "signing", "sold": "sale", "purchased": "purchase",
    "bought": "purchase", "returned": "return", "admitted": "admission", "discharged": "discharge",
}  # fmt: skip
"""A date's name that is but a participle -> the noun before "date" or "year"."""

PEOPLE = frozenset(
    """customer client employee student teacher player person user member patient doctor author actor actress
    director artist singer driver passenger guest tenant owner manager staff worker professor instructor
    pilot nurse physician coach captain contact candidate applicant volunteer donor subscriber buyer seller
    agent officer resident visitor reader writer editor musician dancer athlete swimmer host guide lawyer
    judge chef waiter reviewer reporter investor shareholder participant contestant lecturer tutor engineer
    scientist researcher technician mechanic salesperson supervisor assistant borrower parent child friend
    individual voter politician celebrity gymnast cyclist wrestler runner rider racer cashier clerk advisor
    mentor trainer trainee intern colleague adult wife husband
    """.split()
)

PLACES: dict[str, tuple[str, ...]] = {
    # column word -> prepositions that read well before one of its values
    **dict.fromkeys(("city", "town", "village"), ("in", "from", "based in", "located in")),
    **dict.fromkeys(
        ("country", "state", "region", "province", "county", "district", "continent", "neighborhood"),
        ("in", "from", "located in"),
    ),
    **dict.fromkeys(("location", "headquarters", "hometown", "birthplace"), ("in",)),
}
PLACES["hometown"] = PLACES["birthplace"] = ("from",)

CATEGORY_WORDS = frozenset(
    """status state priority color colour gender sex kind type severity size condition category level tier stage
    class segment mode shape material species genre style
    """.split()
)
"""Columns whose lower-case values stand before the noun: "open tickets"."""

_PARENT_PREPOSITIONS = """
    in, of, from: department
    at, of: company university college hospital club branch airport library restaurant hotel
    at, of, from: school station | on, of: team | in, of, under: category
    in, of: genre class building league season order | in, from: country city region state | at, from: store shop
    at, in: office museum stadium location | on, from: album | by, of: artist author director singer
    from, by: publisher manufacturer maker | from, of: brand supplier vendor sensor device
    of, by, operated by: airline | in, at: warehouse | in, for: room | on: floor | at, for: event | on, for: project
    for, in: course | for, of: property product | at: theater cinema | at, on: site | on, in: playlist
    of, for: movie film book | for, of: drug medicine medication
"""
PARENT_PREPOSITIONS: dict[str, tuple[str, ...]] = {
    word: tuple(prepositions.split(", ")) for prepositions, words in _table(_PARENT_PREPOSITIONS) for word in words
}
"""Table -> what stands between rows that point to it and a row of it: "employees in a department"."""

_DEEDS = """
    placed, made: order
    made: purchase booking reservation payment donation rental visit transaction call sale film movie
    opened, raised: ticket | wrote/written, left: review | posted, left: comment | took out/taken out: loan
    sent: message | wrote/written, published: post | filed: complaint claim | cast: vote | placed: bid
    wrote/written: article book paper | submitted: application | asked: question | gave/given: answer
    took/taken: photo | scored: goal
"""
DEEDS: dict[str, tuple[tuple[str, str], ...]] = {
    word: _deeds(verbs) for verbs, words in _table(_DEEDS) for word in words
}
"""Child table -> what a person does with a row of it, as (past tense, participle)."""
DOERS: dict[str, tuple[tuple[str, str], ...]] = {
    "director": (("directed", "directed"),),
    "author": (("wrote", "written"),),
    "airline": (("operates", "operated"),),
    "patient": (("had", "had"),),
    "supplier": (("supplies", "supplied"),),
    "publisher": (("published", "published"),),
    "manufacturer": (("makes", "made"),),
    "artist": (("made", "made"), ("released", "released")),
    "singer": (("sang", "sung"),),
    **dict.fromkeys(("teacher", "professor", "instructor"), (("teaches", "taught"),)),
}
"""Parent table -> what it does with the children named in `DOERS_OBJECTS`."""
DOERS_OBJECTS: dict[str, frozenset[str]] = {
    doer: frozenset(objects.split())
    for doer, objects in (
        ("director", "film movie show play"),
        ("author", "book paper article"),
        ("airline", "flight aircraft plane route"),
        ("patient", "appointment visit prescription surgery treatment test"),
        ("supplier", "product part item"),
        ("publisher", "book game magazine"),
        ("manufacturer", "product car model aircraft device"),
        ("artist", "album song track single painting artwork"),
        ("singer", "song track"),
        ("teacher", "course class subject lesson"),
        ("professor", "course class section"),
        ("instructor", "course class section"),
    )
}
_USED = """
    prescribed: prescription > drug medicine medication | ordered: item order > product book drug part
    sold: sale item > product book car | bought: purchase > product book | rented: rental > film movie car bike
    borrowed: loan > book copy | booked: booking > room flight tour | reserved: reservation > room table seat
    reviewed: review > product book film movie restaurant hotel | flown: flight > aircraft plane
"""


def _used() -> dict[tuple[str, str], str]:
    entries = [entry.split(": ") for line in _USED.strip().splitlines() for entry in line.strip().split(" | ")]
    found: dict[tuple[str, str], str] = {}
    for participle, rest in entries:
        children, parents = (side.split() for side in rest.split(" > "))
        found |= {(child, parent): participle for child in children for parent in parents}
    return found


USED: dict[tuple[str, str], str] = _used()
"""(child table, parent table) -> what a child means for its parent: a drug of a prescription is prescribed."""
LEADS = {"supervisor": "supervises", "manager": "manages", "mentor": "mentors", "boss": "manages", "leader": "leads"}
"""What the upper end of a self-join does with the lower."""
HOSTS = frozenset("doctor physician nurse teacher trainer lawyer therapist tutor consultant dentist instructor".split())
MEETINGS = frozenset("appointment visit session booking consultation meeting lesson".split())
"""What one has with a host: "appointments with doctor Quinn"."""
STATES = frozenset(
    """active inactive available archived deleted verified paid approved completed cancelled closed open published
    featured married single public private enabled disabled discontinued vegetarian vegan domestic
    international online remote urgent full part premium free certified licensed insured retired injured
    foreign local official accessible refundable shipped delivered returned resolved locked blocked
    acknowledged confirmed reviewed cleared expired flagged answered settled renewed signed shared scheduled
    subscribed new used damaged broken electric organic indoor outdoor anonymous internal external
    """.split()
)
"""Flags that are adjectives by themselves: "active customers"."""
MASS = frozenset(
    "information equipment staff feedback inventory stock money software hardware luggage furniture income".split()
)

MONTHS = tuple("January February March April May June July August September October November December".split())
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

MEASURE_UNITS = frozenset("minutes mins hours seconds days weeks cm mm km m kg g lbs meters usd eur".split())
"""Last words of a column's name that only tell its unit: duration_minutes is a duration."""
COUNTED = frozenset(
    """page credit goal hour minute second day week month point vote view like member employee student seat room
    bedroom bathroom episode win loss copy unit passenger bed floor visit download lap assist calorie
    follower subscriber player song track chapter review order item ticket guest visitor night
    mile kilometer door cylinder award medal title appearance match game rebound foul
    """.split()
)
"""Plural words that make a number column a count: "books with more than 300 pages"."""
ODD_NOUNS = frozenset({"good", "kind", "side", "ground", "credit", "place"})
"""Lexicon names that are right for linking and wrong as the noun of a row."""
