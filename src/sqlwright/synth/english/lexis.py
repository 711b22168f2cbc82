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

DATE_VERBS: dict[str, tuple[str, bool]] = {
    # word in the column's name -> (participle, whether it needs "was")
    "hire": ("hired", True), "hired": ("hired", True), "hiring": ("hired", True), "birth": ("born", True), "birthday": ("born", True),
    "birthdate": ("born", True), "dob": ("born", True), "born": ("born", True), "join": ("joined", False), "joined": ("joined", False),
    "joining": ("joined", False), "create": ("created", True), "created": ("created", True), "creation": ("created", True),
    "release": ("released", True), "released": ("released", True), "publish": ("published", True), "published": ("published", True),
    "publication": ("published", True), "ship": ("shipped", True), "shipped": ("shipped", True), "shipping": ("shipped", True),
    "deliver": ("delivered", True), "delivered": ("delivered", True), "delivery": ("delivered", True), "start": ("started", False),
    "started": ("started", False), "begin": ("started", False), "end": ("ended", False), "ended": ("ended", False),
    "opened": ("opened", True), "opening": ("opened", True), "open": ("opened", True), "closed": ("closed", True),
    "closing": ("closed", True), "register": ("registered", True), "registered": ("registered", True),
    "registration": ("registered", True), "enroll": ("enrolled", True), "enrolled": ("enrolled", True),
    "enrollment": ("enrolled", True), "enrolment": ("enrolled", True), "found": ("founded", True), "founded": ("founded", True),
    "founding": ("founded", True), "established": ("established", True), "built": ("built", True), "construction": ("built", True),
    "updated": ("updated", True), "update": ("updated", True), "modified": ("modified", True), "signed": ("signed", True),
    "signup": ("signed up", False), "paid": ("paid", True), "due": ("due", True), "return": ("returned", True),
    "returned": ("returned", True), "issue": ("issued", True), "issued": ("issued", True), "posted": ("posted", True),
    "post": ("posted", True), "recorded": ("recorded", True), "recording": ("recorded", True), "measured": ("measured", True),
    "taken": ("taken", True), "submitted": ("submitted", True), "submission": ("submitted", True), "completed": ("completed", True),
    "completion": ("completed", True), "resolved": ("resolved", True), "approved": ("approved", True), "approval": ("approved", True),
    "launch": ("launched", True), "launched": ("launched", True), "purchase": ("bought", True), "purchased": ("purchased", True),
    "bought": ("bought", True), "sold": ("sold", True), "death": ("died", False), "died": ("died", False),
    "borrowed": ("borrowed", True), "installed": ("installed", True), "installation": ("installed", True), "sent": ("sent", True),
    "received": ("received", True), "cancelled": ("cancelled", True), "admitted": ("admitted", True), "admission": ("admitted", True),
    "discharged": ("discharged", True), "discharge": ("discharged", True), "graduated": ("graduated", False),
    "graduation": ("graduated", False), "scheduled": ("scheduled", True), "booked": ("booked", True), "written": ("written", True),
    "acquired": ("acquired", True), "added": ("added", True), "departure": ("departing", True), "arrival": ("arriving", True),
    "manufactured": ("made", True), "played": ("played", True), "held": ("held", True), "ordered": ("ordered", True),
}  # fmt: skip

EVENT_VERBS: dict[str, str] = {
    # what is done to a row of this table, for its plain date: orders are placed
    "order": "placed", "payment": "made", "booking": "made", "reservation": "made", "purchase": "made", "sale": "made", "rental": "made",
    "review": "written", "comment": "posted", "post": "posted", "ticket": "opened", "invoice": "issued", "match": "played", "game": "played",
    "event": "held", "concert": "held", "meeting": "held", "reading": "taken", "measurement": "taken", "exam": "held", "donation": "made",
    "transaction": "made", "message": "sent", "email": "sent", "loan": "taken out", "race": "held", "appointment": "scheduled",
    "complaint": "filed", "claim": "filed", "film": "released", "movie": "released", "book": "published", "album": "released",
    "song": "released", "article": "published", "bid": "placed", "treatment": "given", "shipment": "sent", "visit": "made",
}  # fmt: skip

PEOPLE = frozenset(
    """customer client employee student teacher player person user member patient doctor author actor actress director artist singer driver
    passenger guest tenant owner manager staff worker professor instructor pilot nurse physician coach captain member contact candidate
    applicant volunteer donor subscriber buyer seller agent officer resident visitor reader writer editor musician dancer athlete swimmer
    host guide lawyer judge chef waiter reviewer reporter investor shareholder participant contestant lecturer tutor engineer scientist
    researcher technician mechanic salesperson supervisor assistant borrower parent child user friend individual voter politician celebrity
    gymnast cyclist wrestler runner rider racer cashier clerk advisor mentor trainer trainee intern colleague adult wife husband
    """.split()
)

PLACES: dict[str, tuple[str, ...]] = {
    # column word -> prepositions that read well before one of its values
    **dict.fromkeys(("city", "town", "village"), ("in", "from", "based in", "located in")),
    **dict.fromkeys(("country", "state", "region", "province", "county", "district", "continent", "neighborhood"), ("in", "from", "located in")),
    **dict.fromkeys(("location", "headquarters", "hometown", "birthplace"), ("in",)),
}  # fmt: skip
PLACES["hometown"] = PLACES["birthplace"] = ("from",)

CATEGORY_WORDS = frozenset(
    """status state priority color colour gender sex kind type severity size condition category level tier stage class segment
    mode shape material species genre style""".split()
)
"""Columns whose lower-case values stand before the noun: "open tickets"."""

PARENT_PREPOSITIONS: dict[str, tuple[str, ...]] = {
    # what a row of any table is to the row it points to
    "department": ("in", "of", "from"), "company": ("at", "of"), "school": ("at", "of", "from"), "university": ("at", "of"),
    "college": ("at", "of"), "hospital": ("at", "of"), "team": ("on", "of"), "club": ("at", "of"), "category": ("in", "of", "under"),
    "genre": ("in", "of"), "class": ("in", "of"), "country": ("in", "from"), "city": ("in", "from"), "region": ("in", "from"),
    "state": ("in", "from"), "store": ("at", "from"), "shop": ("at", "from"), "branch": ("at", "of"), "office": ("at", "in"),
    "album": ("on", "from"), "artist": ("by", "of"), "author": ("by", "of"), "director": ("by", "of"), "publisher": ("from", "by"),
    "manufacturer": ("from", "by"), "maker": ("from", "by"), "brand": ("from", "of"), "supplier": ("from", "of"),
    "vendor": ("from", "of"), "airline": ("of", "by", "operated by"), "airport": ("at", "of"), "station": ("at", "of", "from"),
    "warehouse": ("in", "at"), "building": ("in", "of"), "room": ("in", "for"), "floor": ("on",), "league": ("in", "of"),
    "event": ("at", "for"), "project": ("on", "for"), "course": ("for", "in"), "property": ("for", "of"), "museum": ("at", "in"),
    "library": ("at", "of"), "theater": ("at",), "cinema": ("at",), "stadium": ("at", "in"), "singer": ("by", "of"),
    "restaurant": ("at", "of"), "hotel": ("at", "of"), "location": ("at", "in"), "site": ("at", "on"), "season": ("in", "of"),
    "order": ("in", "of"), "sensor": ("from", "of"), "device": ("from", "of"), "playlist": ("on", "in"), "movie": ("of", "for"),
    "film": ("of", "for"), "product": ("for", "of"), "book": ("of", "for"),
}  # fmt: skip

DEEDS: dict[str, tuple[tuple[str, str], ...]] = {
    # child table -> what a person does with it, as (past tense, participle)
    "order": (("placed", "placed"), ("made", "made")), "purchase": (("made", "made"),), "ticket": (("opened", "opened"), ("raised", "raised")),
    "review": (("wrote", "written"), ("left", "left")), "comment": (("posted", "posted"), ("left", "left")), "booking": (("made", "made"),),
    "reservation": (("made", "made"),), "payment": (("made", "made"),), "loan": (("took out", "taken out"),),
    "message": (("sent", "sent"),), "post": (("wrote", "written"), ("published", "published")), "complaint": (("filed", "filed"),),
    "vote": (("cast", "cast"),), "donation": (("made", "made"),), "bid": (("placed", "placed"),), "rental": (("made", "made"),),
    "visit": (("made", "made"),), "article": (("wrote", "written"),), "book": (("wrote", "written"),), "paper": (("wrote", "written"),),
    "claim": (("filed", "filed"),), "application": (("submitted", "submitted"),), "transaction": (("made", "made"),),
    "call": (("made", "made"),), "sale": (("made", "made"),), "film": (("made", "made"),), "movie": (("made", "made"),),
    "question": (("asked", "asked"),), "answer": (("gave", "given"),), "photo": (("took", "taken"),), "goal": (("scored", "scored"),),
}  # fmt: skip
DOERS: dict[str, tuple[tuple[str, str], ...]] = {
    # parent table -> what it does with any child
    "director": (("directed", "directed"),), "author": (("wrote", "written"),), "airline": (("operates", "operated"),),
    "supplier": (("supplies", "supplied"),), "publisher": (("published", "published"),), "manufacturer": (("makes", "made"),),
    "artist": (("made", "made"), ("released", "released")), "singer": (("sang", "sung"),), "teacher": (("teaches", "taught"),),
    "professor": (("teaches", "taught"),), "instructor": (("teaches", "taught"),),
}  # fmt: skip
DOERS_OBJECTS: dict[str, frozenset[str]] = {
    "director": frozenset({"film", "movie", "show", "play"}), "author": frozenset({"book", "paper", "article"}),
    "airline": frozenset({"flight", "aircraft", "plane", "route"}), "supplier": frozenset({"product", "part", "item"}),
    "publisher": frozenset({"book", "game", "magazine"}), "manufacturer": frozenset({"product", "car", "model", "aircraft", "device"}),
    "artist": frozenset({"album", "song", "track", "single", "painting", "artwork"}), "singer": frozenset({"song", "track"}),
    "teacher": frozenset({"course", "class", "subject", "lesson"}), "professor": frozenset({"course", "class", "section"}),
    "instructor": frozenset({"course", "class", "section"}),
}  # fmt: skip

STATES = frozenset(
    """active inactive available archived deleted verified paid approved completed cancelled closed open published featured married single
    public private enabled disabled discontinued vegetarian vegan domestic international online remote urgent full part premium free
    certified licensed insured retired injured foreign local official accessible refundable shipped delivered returned resolved locked
    blocked subscribed new used damaged broken electric organic indoor outdoor anonymous internal external""".split()
)
"""Flags that are adjectives by themselves: "active customers"."""
MASS = frozenset(
    "information equipment staff feedback inventory stock money software hardware luggage furniture revenue income".split()
)

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

COUNTED = frozenset(
    """page credit goal hour minute second day week month point vote view like member employee student seat room bedroom bathroom episode win
    loss copy unit passenger bed floor visit download lap assist calorie stock_unit follower subscriber player song track chapter review order
    item ticket guest visitor night mile kilometer door cylinder award medal title appearance match game rebound foul""".split()
)
"""Plural words that make a number column a count: "books with more than 300 pages"."""
ODD_NOUNS = frozenset({"good", "kind", "side", "ground", "credit", "place"})
"""Lexicon names that are right for linking and wrong as the noun of a row."""
