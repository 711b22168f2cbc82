"""The rarer shapes: CASE, arithmetic, ranks, running totals, pairs of rows, managers, and queries in two steps."""

from __future__ import annotations

from sqlwright.synth.english import filters
from sqlwright.synth.english.asks import Asked, ask, show
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.modifiers import verb
from sqlwright.synth.english.grammar import possessive
from sqlwright.synth.english.measures import column_list, computed, extreme
from sqlwright.synth.english.names import Names
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import Aggregate, Arithmetic, Case, Column, Compare, Query, Window, With


def say_computed(scene: Scene) -> Asked:
    """Ask for rows with a CASE, an arithmetic or a window expression beside plain columns."""
    query = scene.query
    special = [i.expression for i in query.select if not isinstance(i.expression, Column)]
    columns = [i.expression for i in query.select if isinstance(i.expression, Column)]
    if len(special) != 1 or query.order_by or query.limit or query.distinct:
        raise UnsayableError("several computed columns")
    only = special[0]
    if isinstance(only, Case):
        return _case(scene, only, columns)
    if isinstance(only, Window):
        return _window(scene, only, columns)
    if isinstance(only, Arithmetic):
        return _arithmetic(scene, only, columns)
    raise UnsayableError(type(only).__name__)


def _each(scene: Scene, columns: list[Column]) -> str:
    """Return "each customer", or its columns when they are more than its name."""
    voice = scene.voice
    node = scene.query.source.alias or scene.query.source.table
    table = voice.table(scene.graph.nodes[node].table)
    one = scene.describe(node, False)
    if not columns or (tuple(c.name for c in columns) == table.label and voice.chance(0.7)):
        return f"{voice.pick('each', 'every')} {one.text}"
    return f"the {column_list(voice, columns, False)} of {voice.pick('each', 'every')} {one.text}"


def _case(scene: Scene, case: Case, columns: list[Column]) -> Asked:
    voice = scene.voice
    options = [text for kind, text in filters.modifiers(voice, case.condition, False) if kind == "whose"]
    condition = voice.choose(options)
    each = _each(scene, columns)
    then, other = f"'{case.then}'", f"'{case.otherwise}'"
    its = voice.pick("its", "the") if not voice.table(scene.query.source.table).human else voice.pick("their", "the")
    label = voice.pick("label", "mark", "classify", "tag", "categorize")
    as_ = " as" if label != "label" or voice.chance(0.5) else ""
    return voice.choose(
        (
            (f"{label} {each}{as_} {then} if {its} {condition}, otherwise {other}", "."),
            (f"{show(voice)} {each} with {then} when {its} {condition} and {other} otherwise", "."),
            (f"list {each} and say {then} if {its} {condition} or else {other}", "."),
            (f"for {each}, {voice.pick('show', 'give', 'return')} {then} if {its} {condition}, else {other}", ".")
            if not each.startswith("the ")
            else (f"{show(voice)} {each}, and {then} if {its} {condition}, else {other}", "."),
        )
    )


def _arithmetic(scene: Scene, expression: Arithmetic, columns: list[Column]) -> Asked:
    voice = scene.voice
    text = computed(voice, expression)
    each = _each(scene, columns)
    if each.startswith("the "):
        return ask(
            voice,
            f"{each[4:]}{',' if voice.chance(0.5) else ''} {voice.pick('together with', 'along with', 'and')} the {text}",
            True,
        )
    if voice.chance(0.5):
        return (
            f"for {each}, {voice.pick('compute', 'calculate', 'show', 'what is', 'give me', 'work out')} the {text}",
            ".",
        )
    return ask(voice, f"{text} {voice.pick('for', 'of')} {each}", False)


def _window(scene: Scene, window: Window, columns: list[Column]) -> Asked:
    voice = scene.voice
    node = scene.query.source.alias or scene.query.source.table
    rows = scene.describe(node, True)
    if window.order is None:
        raise UnsayableError("window without an order")
    by = voice.phrase(window.order)
    way = _direction(voice, window.order, window.descending)
    within = ""
    if window.partition is not None:
        part = voice.phrase(window.partition)
        within = voice.pick(
            f" within each {part}",
            f" within their {part}",
            f" separately for each {part}",
            f" per {part}",
            f" inside every {part}",
        )
    table = voice.table(scene.graph.nodes[node].table)
    extra = [c for c in columns if c.name not in table.label]
    named = tuple(c.name for c in columns[: len(table.label)]) == table.label
    if window.function in ("rank", "row_number"):
        if not named:
            raise UnsayableError("rank without a name")
        also = ""
        if extra:
            also = f", {voice.pick('showing', 'and show', 'also showing')} the {column_list(voice, extra, False)}"
        number = window.function == "row_number"
        if number or voice.chance(0.25):
            head = voice.pick("number", "give a row number to") if number else voice.pick("rank", "rank")
            if number:
                return f"{head} the {rows.text}{within} by {by}{way}{also}", "."
        r = voice.rng.random()
        if r < 0.55:
            return f"rank {voice.pick('the ', 'all ', '')}{rows.text}{within} by {by}{way}{also}", "."
        if r < 0.8 and not extra:
            return ask(voice, f"rank of each {scene.describe(node, False).text} by {by}{within}{way}", False)
        return (
            f"{show(voice)} {voice.pick('each', 'every')} {scene.describe(node, False).text} with its rank by {by}{within}{way}{also}".replace(
                "its", "their" if table.human else "its"
            ),
            ".",
        )
    if window.argument is None:
        raise UnsayableError("window")
    what = voice.phrase(window.argument)
    total = (
        voice.pick("running total", "cumulative total", "running sum", "cumulative sum")
        if window.function == "sum"
        else voice.pick("running average", "cumulative average")
    )
    shown = [c for c in columns]
    if shown == [window.order, window.argument]:
        return voice.choose(
            (
                (
                    f"{show(voice)} the {by} and {what} of {voice.pick('each', 'every')} {scene.describe(node, False).text} with the {total} of {what} by {by}{within}",
                    ".",
                ),
                (f"{total} of {rows.text} {what} over {by}, with the {by} and {what} shown too", ""),
                (
                    f"list {rows.text} by {by} and {what} along with a {total} of the {what} in order of {by}{within}",
                    ".",
                ),
            )
        )
    return ask(
        voice,
        f"{column_list(voice, columns, False)} of each {scene.describe(node, False).text} with the {total} of {what} by {by}{within}",
        True,
    )


def _direction(voice: Voice, column: Column, descending: bool) -> str:
    words = voice.column(column)
    if words.sense in ("date", "year"):
        return (
            voice.pick(", newest first", ", latest first")
            if descending
            else voice.pick(", oldest first", ", earliest first")
        )
    if descending:
        return voice.pick(
            ", highest first",
            " from highest to lowest",
            " in descending order",
            ", with the highest first",
            " (highest = 1)",
        )
    return voice.pick(
        ", lowest first", " from lowest to highest", " in ascending order", ", with the lowest first", " (lowest = 1)"
    )


def say_pairs(query: Query, names: Names, voice: Voice) -> Asked | None:
    """Say a self-join on equal columns ("pairs of customers in the same city"); None when the query is no such thing."""
    source = query.source
    if len(source.joins) != 1 or source.joins[0].table != source.table or query.where is None:
        return None
    join = source.joins[0]
    if join.left.name != join.right.name:
        return None
    once = query.where
    table = voice.table(source.table)
    keyed = (
        isinstance(once, Compare)
        and once.op == "<"
        and isinstance(once.left, Column)
        and isinstance(once.right, Column)
        and once.left.name.lower() in table.keys
    )
    if not keyed:
        return None
    shown = [i.expression.name for i in query.select if isinstance(i.expression, Column)]
    half = shown[: len(shown) // 2]
    if tuple(half) != table.label or shown != half + half:
        return None
    phrase = voice.phrase(Column(source.table, join.left.name))
    noun = voice.noun(source.table, True)
    words = voice.column(Column(source.table, join.left.name))
    same = voice.pick(f"with the same {phrase}", f"that share the same {phrase}", f"that have the same {phrase}")
    if words.places and voice.chance(0.6):
        same = voice.pick(f"in the same {phrase}", f"from the same {phrase}")
    if voice.chance(0.3):
        return (
            f"which {noun} {voice.pick('share', 'have')} the same {phrase}? {voice.pick('list', 'show', 'give')} each pair once",
            ".",
        )
    return ask(
        voice,
        f"{voice.pick('all ', 'every pair of ', 'pairs of ', 'the pairs of ', 'pairs of ').replace('all ', 'all pairs of ')}{noun} {same}",
        True,
        definite=False,
    )


def say_superior(scene: Scene) -> Asked | None:
    """Say a self-join along a key ("employees with the name of their manager"); None when the query is another."""
    query, voice = scene.query, scene.voice
    source = query.source
    if len(source.joins) != 1 or source.joins[0].table != source.table or query.group_by:
        return None
    low, high = source.alias, source.joins[0].alias
    columns = [i.expression for i in query.select if isinstance(i.expression, Column)]
    mine = [c for c in columns if c.alias == low]
    theirs = [c for c in columns if c.alias == high]
    table = voice.table(source.table)
    role = scene.role_of(high)
    noun, many_ = voice.noun(source.table, False), voice.noun(source.table, True)
    own = "their" if table.human else "its"
    if len(columns) != len(query.select) or query.order_by or query.limit:
        return None
    if query.where is None and theirs and mine:
        names = column_list(voice, theirs, False)
        if tuple(c.name for c in mine) == table.label and tuple(c.name for c in theirs) == table.label:
            return voice.choose(
                (
                    ask(
                        voice,
                        f"{voice.pick('each', 'every')} {noun} with the {names} of {own} {role}",
                        False,
                        definite=False,
                    ),
                    ask(
                        voice,
                        f"{noun} {column_list(voice, mine, True)} and {own if table.human else 'their'} {role}s' {column_list(voice, theirs, True)}",
                        True,
                    ),
                    (f"who is each {noun}'s {role}" if table.human else f"what is each {noun}'s {role}", "?"),
                    (f"list {voice.pick('all ', '')}{many_} along with their {role}s", "."),
                )
            )
        return None
    where = query.where
    if (
        isinstance(where, Compare)
        and isinstance(where.left, Column)
        and isinstance(where.right, Column)
        and where.left.name == where.right.name
        and not theirs
    ):
        words = voice.column(where.left)
        phrase = voice.phrase(where.left)
        scale = words.scale
        options = [
            f"whose {phrase} is {'higher' if where.op == '>' else 'lower'} than {'their ' + role + chr(39) + 's' if table.human else 'that of its ' + role}"
        ]
        options.append(f"with a {'higher' if where.op == '>' else 'lower'} {phrase} than their {role}")
        if where.op not in ("<", ">"):
            return None
        if scale:
            who = "who" if table.human else "that"
            if scale.verb:
                options.append(
                    f"{who} {verb(scale.verb, True)} {'more' if where.op == '>' else 'less'} than their {role}"
                )
            options.append(f"{who} are {scale.more if where.op == '>' else scale.less} than their {role}")
        text = voice.choose(options)
        if tuple(c.name for c in mine) == table.label:
            start = voice.pick("which ", "", "", "")
            if start:
                return f"which are the {many_} {text}", "?"
            return ask(voice, f"{many_} {text}", True, definite=voice.chance(0.3))
        return ask(voice, f"{column_list(voice, mine, True)} of {many_} {text}", True)
    return None


def say_steps(tree: With, voice: Voice) -> Asked:
    """Say a query in two steps: an aggregate of counts, or the first rows of each group."""
    inner, outer = tree.inner, tree.outer
    if (
        len(outer.select) == 1
        and isinstance(outer.select[0].expression, Aggregate)
        and outer.where is None
        and len(inner.group_by) == 1
    ):
        return _aggregate_of_counts(inner, outer.select[0].expression, voice)
    special = [i.expression for i in inner.select if isinstance(i.expression, Window)]
    if len(special) == 1 and isinstance(outer.where, Compare) and isinstance(outer.where.right, int):
        return _first_of_each(inner, outer, special[0], outer.where, voice)
    raise UnsayableError("WITH")


def _aggregate_of_counts(inner: Query, aggregate: Aggregate, voice: Voice) -> Asked:
    key = inner.group_by[0]
    if not isinstance(key, Column) or len(inner.select) != 2:
        raise UnsayableError("WITH over other keys")
    target = inner.select[1].expression
    if not (isinstance(target, Aggregate) and target.function == "count" and target.argument is None):
        raise UnsayableError("WITH over another aggregate")
    scene = Scene(inner, voice)
    rows = scene.describe(inner.source.alias or inner.source.table, True)
    thing = voice.names.target_of(key.table, key.name) or voice.phrase(key)
    if aggregate.function == "avg":
        return voice.choose(
            (
                ask(
                    voice,
                    f"{voice.pick('average', 'mean', 'average')} number of {rows.text} {voice.pick('per', 'for each', 'per')} {thing}",
                    False,
                ),
                (
                    f"on average, how many {rows.text} {voice.pick('are there', 'are there', 'do we have')} {voice.pick('per', 'for each')} {thing}",
                    "?",
                ),
                (f"how many {rows.text} are there per {thing} on average", "?"),
                (
                    f"how many {rows.text} does {voice.pick('a', 'the average', 'a typical') if thing[0] not in 'aeiou' else 'the average'} {thing} have on average".replace(
                        "the average", "each"
                    ),
                    "?",
                ),
            )
        )
    best = (
        voice.pick("highest", "largest", "maximum")
        if aggregate.function == "max"
        else voice.pick("lowest", "smallest", "minimum")
    )
    if aggregate.function not in ("max", "min"):
        raise UnsayableError("WITH")
    return voice.choose(
        (
            ask(
                voice,
                f"{best} number of {rows.text} {voice.pick('for any', 'for a single', 'per', 'for any one')} {thing}",
                False,
            ),
            (
                f"what's the {'most' if aggregate.function == 'max' else 'fewest'} {rows.text} {voice.pick('any', 'a single', 'one')} {thing} has",
                "?",
            ),
        )
    )


def _first_of_each(inner: Query, outer: Query, window: Window, position: Compare, voice: Voice) -> Asked:
    if (
        window.partition is None
        or window.order is None
        or position.op not in ("=", "<=")
        or (position.op == "=" and position.right != 1)
    ):
        raise UnsayableError("WITH")
    scene = Scene(inner, voice)
    node = inner.source.alias or inner.source.table
    table = voice.table(inner.source.table)
    limit = position.right
    plural = limit != 1
    rows = scene.describe(node, plural)
    part = voice.phrase(window.partition)
    names = [i.expression.name for i in outer.select if isinstance(i.expression, Column)]
    expected = [*table.label, window.partition.name]
    if names != expected:
        raise UnsayableError("WITH showing other columns")
    words = voice.column(window.order)
    best = extreme(voice, window.order, window.descending)
    count = f"{limit} " if plural else ""
    if words.scale and voice.chance(0.6):
        best_rows = f"{count}{voice.choose(words.scale.most if window.descending else words.scale.least)} {rows.text}"
    elif plural and voice.chance(0.6):
        best_rows = f"{'top' if window.descending else 'bottom'} {count}{rows.text} by {voice.phrase(window.order)}"
    else:
        best_rows = f"{count}{rows.text} with the {best} {voice.phrase(window.order)}"
    of = voice.pick("in each", "of each", "for each", "for every", "within each", "per")
    own = possessive(part) if False else part
    if voice.chance(0.35):
        return (
            f"for {voice.pick('each', 'every')} {own}, {voice.pick(show(voice), 'who is' if table.human and not plural else 'what is' if not plural else 'what are', 'find')} the {best_rows}",
            ".",
        )
    also = voice.pick("", "", f", with the {part}", f", and show the {part}")
    return ask(voice, f"{best_rows} {of} {part}", plural, also)
