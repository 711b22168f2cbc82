# ruff: noqa: E501 - statements stand on one line each
"""The canonical form: what it looks like, that it is stable, and that results stay as they are."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlwright.errors import SqlError
from sqlwright.sqlkit import canonical, clean, identifier, parse

COLUMNS = {
    "Singer": ["Singer_ID", "Name", "Age", "Country", "is_male"],
    "concert": ["concert_ID", "theme", "Year", "stadium id"],
    "singer_in_concert": ["concert_ID", "Singer_ID"],
}


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    for table, columns in COLUMNS.items():
        names = ", ".join(f'"{column}"' for column in columns)
        connection.execute(f"CREATE TABLE {table} ({names})")
    connection.executemany(
        "INSERT INTO Singer VALUES (?, ?, ?, ?, ?)",
        [
            (1, "Joe", 52, "Netherlands", "T"),
            (2, "Tim", 32, "US", "T"),
            (3, "Joe", 29, None, "F"),
            (4, "Name", 7, "US", "F"),
        ],
    )
    connection.executemany(
        "INSERT INTO concert VALUES (?, ?, ?, ?)",
        [(1, "Free", "2014", 3), (2, "Bob's", "2015", 4), (3, "x%", "2014", 3)],
    )
    connection.executemany("INSERT INTO singer_in_concert VALUES (?, ?)", [(1, 1), (1, 2), (2, 2), (3, 3)])
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("select T1.name from Singer as T1 where T1.age != 56 ;", "SELECT name FROM Singer WHERE age <> 56"),
        ("SELECT  name\n\tFROM singer -- all\n/* of them */", "SELECT name FROM singer"),
        ("SELECT `name`, [age] FROM singer", 'SELECT "name", "age" FROM singer'),
        ('SELECT s."name" FROM "singer" s', "SELECT name FROM singer"),
        ("select count(*) c from singer", "SELECT COUNT(*) FROM singer"),
        (
            "select country, count(*) as c from singer group by country order by c asc",
            "SELECT country, COUNT(*) AS c FROM singer GROUP BY country ORDER BY c",
        ),
        (
            "select a.name, c.theme from singer a inner join singer_in_concert b on a.singer_id = b.singer_id "
            "left outer join concert c on b.concert_id = c.concert_id",
            "SELECT singer.name, concert.theme FROM singer JOIN singer_in_concert ON singer.singer_id = "
            "singer_in_concert.singer_id LEFT JOIN concert ON singer_in_concert.concert_id = concert.concert_id",
        ),
        (
            "select x.name, y.name from singer x, singer y where x.age < y.age",
            "SELECT T1.name, T2.name FROM singer AS T1, singer AS T2 WHERE T1.age < T2.age",
        ),
        (
            "select name from singer s where age > (select avg(age) from singer where country = s.country)",
            "SELECT name FROM singer AS T1 WHERE age > (SELECT AVG(age) FROM singer AS T2 WHERE country = T1.country)",
        ),
        (
            "select name from singer where not singer_id in (1, 2) and not name like 'J%' and country is not null",
            "SELECT name FROM singer WHERE singer_id NOT IN (1, 2) AND name NOT LIKE 'J%' AND country IS NOT NULL",
        ),
        (
            "with t as (select country, max(age) as m from singer group by country) select x.m from t as x where x.m > 3",
            "WITH t AS (SELECT country, MAX(age) AS m FROM singer GROUP BY country) SELECT m FROM t WHERE m > 3",
        ),
        (
            "select avg(q.n) from (select count(*) as n from singer as s group by s.country) as q",
            "SELECT AVG(n) FROM (SELECT COUNT(*) AS n FROM singer GROUP BY country) AS T1",
        ),
        ("select name from singer limit 3, 4", "SELECT name FROM singer LIMIT 4 OFFSET 3"),
        ("select * from singer where ((age > 3)) and (age < 9 or age = 11)", "SELECT * FROM singer WHERE age > 3 AND (age < 9 OR age = 11)"),
        (
            "select sum(age) over (order by name collate nocase rows between 1 preceding and current row) from singer",
            "SELECT SUM(age) OVER (ORDER BY name COLLATE NOCASE ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM singer",
        ),
        ('select "order", "group by" from "table"', 'SELECT "order", "group by" FROM "table"'),
    ],
)  # fmt: skip
def test_form(written: str, expected: str) -> None:
    assert canonical(written) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("select NAME from SINGER", "SELECT Name FROM Singer"),
        ('select "name" from singer where name = "Bob"', "SELECT Name FROM Singer WHERE Name = 'Bob'"),
        ('select singer.name from singer join concert where theme = "Age"', "SELECT Singer.Name FROM Singer JOIN concert WHERE theme = Age"),
        ('select "stadium id" from concert', 'SELECT "stadium id" FROM concert'),
        ('select x.n from (select name as n from singer) x where x.n = "Bob" and "n" = "Tim"', "SELECT n FROM (SELECT Name AS n FROM Singer) AS T1 WHERE n = 'Bob' AND n = 'Tim'"),
        ('select * from (select * from singer) where "Bob" = 1', 'SELECT * FROM (SELECT * FROM Singer) AS T1 WHERE "Bob" = 1'),
        ('select count(*) as "Total Age" from singer order by "total age"', 'SELECT COUNT(*) AS "Total Age" FROM Singer ORDER BY "Total Age"'),
        ('select rowid from singer where "rowid" = 1', 'SELECT rowid FROM Singer WHERE "rowid" = 1'),
    ],
)  # fmt: skip
def test_with_a_schema(written: str, expected: str) -> None:
    assert canonical(written, columns=COLUMNS) == expected
    assert canonical(expected, columns=COLUMNS) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT CAST('2020-05-06' AS DATE), CAST('7' AS DECIMAL(4, 1)) / 2, CAST(3.7 AS INT), CAST('x' AS VARCHAR(3))",
        "SELECT CAST(Age AS REAL) / 2, Age / 2, -Age / 2, Age % 5, MOD(Age, 5) FROM Singer",
        "SELECT IIF(Age > 30, 'old', 'young'), INSTR(Name, 'o'), Name || '-' || Country FROM Singer",
        "SELECT STRFTIME('%Y', '2020-05-06'), JULIANDAY('2020-05-06'), DATE('2020-05-06', '+1 month'), STRFTIME('%j')",
        "SELECT GROUP_CONCAT(Name), GROUP_CONCAT(DISTINCT Name), GROUP_CONCAT(Name, '; ') FROM Singer",
        "SELECT Name FROM Singer WHERE Name GLOB 'J*' AND Name NOT GLOB 'K*' AND Name == 'Joe'",
        "SELECT MAX(Age, 30), MIN(Age, 30), LOG10(100), LOG(2, 8), LOG2(8), CEILING(1.2), ROUND(2.567, 2) FROM Singer",
        "SELECT Name FROM Singer WHERE Country IS 'US' OR Country IS NOT 'US' ORDER BY Name COLLATE NOCASE, Age DESC LIMIT 1, 2",
        "SELECT '[1,{\"a\":2}]' -> 1, '[1,{\"a\":2}]' ->> '$[1].a', JSON_EXTRACT('{\"a\":[1,2]}', '$.a[1]')",
        "SELECT SUBSTR(Name, -2), SUBSTR(Name, 2, 1), SUBSTRING(Name, 2), TRIM(Name, 'J'), REPLACE(Name, 'o', '0') FROM Singer",
        "SELECT Name FROM Singer WHERE +Age = '52' OR NOT Age BETWEEN 20 AND 40 OR Name IN ('Tim')",
        "SELECT A.Name FROM Singer A, Singer B LEFT JOIN concert ON concert.concert_ID = B.Singer_ID WHERE A.Age < B.Age",
        "SELECT * FROM Singer NATURAL JOIN singer_in_concert JOIN concert USING (concert_ID)",
        'SELECT Name FROM Singer WHERE Name = "Joe" OR Name = "Name" OR "Country" = \'US\'',
        "SELECT Name AS Age, Age AS Name FROM Singer ORDER BY Name, Age",
        "SELECT S.Age AS Name FROM Singer AS S ORDER BY S.Name",
        "SELECT COUNT(*) AS n, Country FROM Singer AS n GROUP BY n.Country HAVING n > 0 ORDER BY 1, 2",
        "SELECT Name FROM Singer UNION ALL SELECT theme FROM concert EXCEPT SELECT 'Tim' INTERSECT SELECT 'Joe' ORDER BY Name",
        "SELECT DISTINCT Country FROM Singer WHERE EXISTS (SELECT 1 FROM Singer AS o WHERE o.Country = Singer.Country AND o.Age > 40)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT a.i, b.i FROM n a JOIN n b ON a.i < b.i",
        "WITH Singer AS (SELECT 'me' AS Name) SELECT Singer.Name FROM Singer",
        "SELECT RANK() OVER (PARTITION BY Country ORDER BY Age DESC), COUNT(*) FILTER (WHERE Age > 30) OVER w FROM Singer WINDOW w AS (ORDER BY Age)",
        "SELECT x'41', 0x10, 1e3, .5, 'it''s', NULL IS NULL, TRUE, Age ISNULL, Age NOTNULL FROM Singer",
        "SELECT CASE Country WHEN 'US' THEN 1 END, CASE WHEN Age > 30 THEN 'a' ELSE 'b' END FROM Singer",
        "SELECT (SELECT MAX(Age) FROM Singer), (SELECT theme FROM concert c WHERE c.concert_ID = s.Singer_ID) FROM Singer s",
        "SELECT Name FROM Singer WHERE (Singer_ID, Age) IN (SELECT Singer_ID, Age FROM Singer WHERE Age > 30)",
    ],
)  # fmt: skip
def test_results_stay_as_they_are(database: sqlite3.Connection, sql: str) -> None:
    before = database.execute(sql).fetchall()
    for text in (canonical(sql), canonical(sql, columns=COLUMNS), clean(sql)):
        after = database.execute(text).fetchall()
        assert [list(map(repr, row)) for row in after] == [list(map(repr, row)) for row in before], text
    assert canonical(canonical(sql)) == canonical(sql)
    assert clean(clean(sql)) == clean(sql)


_NAMES = st.sampled_from(["Name", "age", "Country", "singer_id", "theme", "T1", "x", "order", "a b"])
_TABLES = st.sampled_from(["Singer", "concert", "singer_in_concert", "t"])


def _quoted(name: str) -> str:
    return '"' + name + '"'


@st.composite
def statements(draw: st.DrawFn, depth: int = 2) -> str:
    """Valid statements over names that may clash: aliases like tables, outputs like columns, words that need quotes."""
    pool = ["a", "b", "T1", "T2", "singer"] if depth == 2 else [f"c{depth}", f"T{depth + 3}", f"concert{depth}"]
    aliases = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3, unique=True))
    sources = [f"{_quoted(draw(_TABLES))} AS {alias}" for alias in aliases]
    joins = draw(st.sampled_from([", ", " JOIN ", " LEFT JOIN ", " CROSS JOIN ", " INNER JOIN "]))

    def column() -> str:
        name = _quoted(draw(_NAMES))
        return f"{draw(st.sampled_from(aliases))}.{name}" if draw(st.booleans()) else name

    def value() -> str:
        return draw(st.sampled_from(["1", "2.5", "'x'", "'it''s'", "NULL", "-3"]))

    shapes = draw(
        st.lists(st.sampled_from(["{}", "COUNT(DISTINCT {})", "MAX({}) + 1", "*", "7"]), min_size=1, max_size=3)
    )
    items = [shape.format(column()) for shape in shapes]
    items = [f"{item} AS {_quoted(draw(_NAMES))}" if item != "*" and draw(st.booleans()) else item for item in items]
    sql = f"SELECT {draw(st.sampled_from(['', 'DISTINCT ']))}{', '.join(items)} FROM {joins.join(sources)}"
    conditions = []
    for kind in draw(st.lists(st.integers(0, 5 if depth else 3), max_size=2)):
        if kind == 0:
            operator = draw(st.sampled_from(["=", "!=", "<", "LIKE", "NOT LIKE", "IS NOT"]))
            conditions.append(f"{column()} {operator} {value()}")
        elif kind == 1:
            conditions.append(f"NOT ({column()} IN ({value()}, {value()}))")
        elif kind == 2:
            conditions.append(f"{column()} NOT BETWEEN 1 AND 2")
        elif kind == 3:
            conditions.append(f"({column()} = 1 OR {column()} IS NULL)")
        elif kind == 4:
            conditions.append(f"{column()} IN ({draw(statements(depth=depth - 1))})")
        else:
            conditions.append(f"NOT EXISTS ({draw(statements(depth=depth - 1))})")
    if conditions:
        sql += " WHERE " + draw(st.sampled_from([" AND ", " OR "])).join(conditions)
    if draw(st.booleans()):
        sql += f" GROUP BY {column()}"
    if depth == 2 and draw(st.booleans()):
        sql += f" ORDER BY {column()} {draw(st.sampled_from(['ASC', 'DESC', '']))} LIMIT 3"
    return sql


@settings(max_examples=60, deadline=None)
@given(statements())
def test_canonical_is_idempotent_and_parses_to_the_same_text(sql: str) -> None:
    for columns in (None, COLUMNS):
        once = canonical(sql, columns=columns)
        assert canonical(once, columns=columns) == once
        assert "\n" not in once and not once.endswith(";")
    assert clean(clean(sql)) == clean(sql)


@settings(max_examples=60, deadline=None)
@given(statements())
def test_random_statements_keep_their_results(sql: str) -> None:
    connection = sqlite3.connect(":memory:")
    for table, columns in {**COLUMNS, "t": ["x", "order", "a b", "Name", "T1"]}.items():
        connection.execute(f"CREATE TABLE {table} ({', '.join(_quoted(column) for column in columns)})")
        for row in range(3):
            values = [f"v{(row + place) % 2}" if place % 2 else row for place in range(len(columns))]
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", values)
    known = {**COLUMNS, "t": ["x", "order", "a b", "Name", "T1"]}
    try:
        before = Counter(connection.execute(sql).fetchall())
    except sqlite3.Error:
        return
    finally:
        total = connection.total_changes
    for text in (canonical(sql), canonical(sql, columns=known), clean(sql)):
        assert Counter(connection.execute(text).fetchall()) == before, text
    assert connection.total_changes == total
    connection.close()


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_parses_or_is_an_sql_error(text: str) -> None:
    for dialect in ("sqlite", "postgres", "mysql"):
        try:
            canonical(text, dialect)
        except SqlError:
            continue


@pytest.mark.parametrize(
    "sql", ["", ";", "-- only this", "SELECT 1; SELECT 2", "SELECT FROM WHERE", "SELECT (", "SELECT 'x"]
)
def test_what_is_not_one_statement_is_refused(sql: str) -> None:
    with pytest.raises(SqlError):
        canonical(sql)


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    with pytest.raises(SqlError, match="deep"):
        canonical("SELECT " + "(" * 2000 + "1" + ")" * 2000)


def test_unknown_dialect() -> None:
    with pytest.raises(SqlError, match="dialect"):
        parse("SELECT 1", "klingon")


def test_other_dialects() -> None:
    assert canonical('SELECT "name", "Name" FROM Singer AS S', "postgres") == 'SELECT name, "Name" FROM singer'
    assert canonical("SELECT `name` FROM singer LIMIT 2, 3", "mysql") == "SELECT name FROM singer LIMIT 3 OFFSET 2"
    assert canonical("SELECT s.name FROM singer s WHERE ROWNUM <= 3", "oracle").startswith("SELECT name FROM singer")
    assert canonical("FROM singer SELECT name", "duckdb") == "SELECT name FROM singer"
    assert canonical("SELECT to_json(s) FROM singer s", "postgres") == "SELECT TO_JSON(s) FROM singer AS s"


def test_an_alias_that_hides_another_is_left_alone_where_the_hidden_one_is_meant() -> None:
    sql = "SELECT Name FROM Singer AS a WHERE Name IN (SELECT a.Name FROM concert AS a)"
    assert canonical(sql, columns=COLUMNS) == sql
    plain = "SELECT T1.Name FROM Singer AS T1 WHERE T1.Name IN (SELECT T1.theme FROM concert AS T1)"
    expected = "SELECT Name FROM Singer WHERE Name IN (SELECT theme FROM concert)"
    assert canonical(plain) == canonical(plain, columns=COLUMNS) == expected


def test_identifier() -> None:
    assert identifier("name") == "name"
    assert identifier("order") == '"order"'
    assert identifier("a b") == '"a b"'
    assert identifier('say "hi"') == '"say ""hi"""'
    assert identifier("Name", "postgres") == '"Name"'
    assert identifier("key", "mysql") == "`key`"
    assert identifier("姓名", "sqlite") == '"姓名"'
