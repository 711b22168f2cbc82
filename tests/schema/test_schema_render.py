from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlwright.errors import SchemaError
from sqlwright.schema import Column, ForeignKey, Schema, Table, approximate_tokens, parse_ddl, render, subset
from sqlwright.schema.compact import render_compact

LIBRARY = Schema(
    "library",
    (
        Table(
            "author",
            (
                Column("id", "INTEGER", "catalogue number", nullable=False),
                Column("name", "VARCHAR(20)", samples=("Ann [x]\nLee", "Bo")),
                Column("born", "DATE"),
                Column("alive", "BOOLEAN"),
            ),
            ("id",),
        ),
        Table(
            "book",
            (
                Column("id", "INTEGER", nullable=False),
                Column("author_id", "INTEGER", unique=True),
                Column("list price", "REAL"),
                Column("书名", "TEXT"),
            ),
            ("id",),
            (ForeignKey(("author_id",), "author", ("id",)),),
            comment="图书",
        ),
        Table("note", (Column("body", "TEXT"), Column("tag", "TEXT"))),
    ),
)


def test_compact_is_exactly_this() -> None:
    assert render(LIBRARY, "compact") == (
        "author : id # * , name [ Ann x Lee ] , born @ , alive ? ; "
        'book : id # * , author_id # > author . id , "list price" # , 书名 ; note : body , tag'
    )


def test_compact_cuts_samples_and_quotes_odd_names() -> None:
    table = Table(
        'odd "one"', (Column("1st", samples=("a very long value that goes on and on",)), Column("x", samples=("[]",)))
    )
    assert render_compact(Schema("d", (table,))) == '"odd ""one""" : "1st" [ a very long value that g ] , x'


def test_compact_shows_every_reference_of_a_column_once() -> None:
    key = ForeignKey(("id",), "author", ("id",))
    other = ForeignKey(("id",), "book", ("id",))
    schema = Schema("d", (*LIBRARY.tables, Table("both", (Column("id"),), (), (key, other, key))))
    assert render_compact(schema).endswith("both : id > author . id > book . id")


def test_natural_is_the_sentence_form() -> None:
    plain = subset(
        parse_ddl("create table a(x int primary key, y text); create table b(x int references a)"), ["a", "b"]
    )
    assert render(plain, "natural") == (
        "db contains tables such as a, b. Table a has columns such as x, y. x is the primary key. "
        "Table b has columns such as x. The x of b is the foreign key of x of a."
    )
    assert "columns such as x (number), y (text)." in render(plain, "natural", types=True)


def test_m_schema_is_the_published_form() -> None:
    assert render(subset(LIBRARY, ["author", "book"]), "m-schema") == "\n".join(
        [
            "【DB_ID】 library",
            "【Schema】",
            "# Table: author",
            "[",
            "(id:INTEGER, catalogue number, Primary Key),",
            "(name:VARCHAR, Examples: [Ann [x] Lee, Bo]),",
            "(born:DATE),",
            "(alive:BOOLEAN)",
            "]",
            "# Table: book, 图书",
            "[",
            "(id:INTEGER, Primary Key),",
            "(author_id:INTEGER),",
            "(list price:REAL),",
            "(书名:TEXT)",
            "]",
            "【Foreign keys】",
            "book.author_id=author.id",
        ]
    )


@pytest.mark.parametrize(
    ("dialect", "comment"),
    [
        ("sqlite", "-- catalogue number"),
        ("mysql", "COMMENT 'catalogue number'"),
        ("postgres", "COMMENT ON COLUMN author.id IS 'catalogue number';"),
        ("duckdb", "COMMENT ON COLUMN author.id IS 'catalogue number';"),
        ("oracle", "COMMENT ON COLUMN author.id IS 'catalogue number';"),
    ],
)
def test_ddl_speaks_the_dialect_and_reads_back(dialect: str, comment: str) -> None:
    one_line = replace(LIBRARY.tables[0].columns[1], samples=("Ann's", "Bo"))
    columns = (LIBRARY.tables[0].columns[0], one_line, *LIBRARY.tables[0].columns[2:])
    schema = replace(
        LIBRARY, dialect=dialect, tables=(replace(LIBRARY.tables[0], columns=columns), *LIBRARY.tables[1:])
    )
    text = render(schema, "ddl")
    assert comment in text
    assert parse_ddl(text, dialect, "library") == schema


def test_postgres_ddl_quotes_names_that_it_would_fold() -> None:
    schema = Schema("d", (Table("Order", (Column("userId", "int"), Column("plain", "int"))),), "postgres")
    assert render(schema, "ddl") == 'CREATE TABLE "Order" (\n    "userId" int,\n    plain int\n);'


def test_budget_leaves_out_in_the_documented_order() -> None:
    texts = []
    for budget in range(approximate_tokens(render(LIBRARY, "m-schema")), 0, -1):
        try:
            texts.append(render(LIBRARY, "m-schema", budget=budget, keep=["book"]))
        except SchemaError as error:
            assert "does not fit in" in str(error)
            break
    steps = list(dict.fromkeys(texts))
    assert "Examples" in steps[0]
    assert "Examples" not in steps[1]
    assert "catalogue number" in steps[1]
    assert "catalogue number" not in steps[2]
    assert "tag" in steps[2]
    assert "tag" not in steps[3]  # the table without links is thinned first, then left out first
    assert "born" in steps[3]
    assert "born" not in steps[4]
    assert "# Table: note" in steps[4]
    assert "# Table: note" not in steps[5]
    assert "# Table: author" in steps[5]
    assert steps[-1].count("# Table:") == 1
    assert "书名" in steps[-1]


def test_kept_columns_stay_with_their_table() -> None:
    sizes = [approximate_tokens(render(subset(LIBRARY, ["note"]), "compact")), 30]
    for budget in sizes:
        assert "tag" in render(LIBRARY, "compact", budget=budget, keep=["note.tag"])


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(SchemaError, match="unknown schema style 'xml'"):
        render(LIBRARY, "xml")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="no table 'nothing'"):
        render(LIBRARY, "ddl", keep=["nothing"])
    with pytest.raises(SchemaError, match="no column 'nothing'"):
        render(LIBRARY, "ddl", keep=["book.nothing"])
    with pytest.raises(SchemaError, match="even with one table alone"):
        render(LIBRARY, "ddl", budget=1)
    with pytest.raises(SchemaError, match="no table 'x'"):
        subset(LIBRARY, ["x"])


def test_subset_drops_keys_that_leave_it() -> None:
    part = subset(LIBRARY, ["NOTE", "book"])
    assert [table.name for table in part.tables] == ["book", "note"]
    assert part.table("book").foreign_keys == ()


NAMES = st.one_of(
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True),
    st.sampled_from(
        ["order", "Group", "select", "list price", "2nd", "客户", "订单 号", "key", "check", 'q"x', "index", "to"]
    ),
)
TYPES = st.sampled_from(
    ["", "INTEGER", "varchar(20)", "DECIMAL(10,2)", "DOUBLE PRECISION", "timestamp with time zone", "DATE"]
)
COMMENTS = st.one_of(
    st.just(""), st.from_regex(r"[A-Za-z客户'编号;()\"][A-Za-z客户'编号;()\" ]{0,12}[a-z号]", fullmatch=True)
)
SAMPLES = st.lists(
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=6), max_size=2
)


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    unique = {"unique_by": str.lower}
    tables: list[Table] = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=3, **unique)):
        names = draw(st.lists(NAMES, min_size=1, max_size=4, **unique))
        primary = tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=2)))
        columns = tuple(
            Column(
                column,
                draw(TYPES),
                " ".join(draw(COMMENTS).split()),
                nullable=column not in primary and draw(st.booleans()),
                unique=draw(st.booleans()),
                samples=tuple(sample.replace("*/", "") or "x" for sample in draw(SAMPLES)),
            )
            for column in names
        )
        keys: tuple[ForeignKey, ...] = ()
        if tables and draw(st.booleans()):
            target = draw(st.sampled_from(tables))
            width = min(len(columns), len(target.columns), draw(st.integers(1, 2)))
            keys = (ForeignKey(tuple(names[:width]), target.name, tuple(c.name for c in target.columns[:width])),)
        comment = " ".join(draw(COMMENTS).split())
        tables.append(Table(name, columns, primary, keys, comment, draw(st.booleans())))
    return Schema("db", tuple(tables), draw(st.sampled_from(["sqlite", "duckdb", "postgres", "mysql"])))


@settings(max_examples=150, deadline=None)
@given(schemas())
def test_ddl_round_trip(schema: Schema) -> None:
    if schema.dialect != "sqlite":  # only SQLite has columns without a type
        tables = [
            replace(t, columns=tuple(replace(c, type=c.type or "INTEGER") for c in t.columns)) for t in schema.tables
        ]
        schema = replace(schema, tables=tuple(tables))
    assert parse_ddl(render(schema, "ddl"), schema.dialect, "db") == schema


@settings(max_examples=100, deadline=None)
@given(schemas(), st.sampled_from(["ddl", "natural", "m-schema", "compact"]), st.integers(5, 200))
def test_a_budget_is_never_exceeded(schema: Schema, style: str, budget: int) -> None:
    try:
        text = render(schema, style, budget=budget)  # type: ignore[arg-type]
    except SchemaError:
        return
    assert approximate_tokens(text) <= budget
    assert text == render(schema, style, budget=budget)  # type: ignore[arg-type]
    if style == "compact":
        assert "\n" not in text
