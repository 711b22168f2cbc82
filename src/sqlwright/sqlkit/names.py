"""Which identifiers need quotes, by dialect.

    identifier("order", "sqlite")      # '"order"'
    identifier("orders", "sqlite")     # 'orders'

A name is printed bare when it is made of ASCII letters, digits and underscores, is no reserved word, and its letter
case survives the dialect's folding. The word lists hold what the engine refuses as a bare column, table or alias name,
and what sqlglot cannot read back as one.
"""

from __future__ import annotations

import re
from functools import cache

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)

_EVERYWHERE = """
all alter and any as asc between by case cast check collate column connect_by_root constraint create cross
cube current_date current_role current_time current_timestamp current_user default delete desc describe
distinct div drop else end except exists false fetch for foreign from full glob grant group having if ilike in
inner insert intersect interval into is isnull join lateral left like limit lock natural not notnull null
offset on only or order outer over partitioned_by primary qualify references regexp returning revoke right
rlike rollback rollup select set some table tablesample then to true uncache union unique unnest update using
values variadic when where window with xor
"""
_BY_DIALECT = {
    "sqlite": """
add autoincrement commit deferrable escape index nothing raise transaction
""",
    "duckdb": """
analyse analyze anti array asof asymmetric binary both collation columns concurrently current_catalog
deferrable do force generated initially install leading localtime localtimestamp map overlaps pivot
pivot_longer pivot_wider placing positional semi session_user show struct summarize symmetric trailing
try_cast unpivot user
""",
    "postgres": """
analyse analyze array asymmetric authorization binary both collation concurrently current_catalog
current_schema deferrable do freeze initially leading localtime localtimestamp overlaps placing session_user
similar symmetric trailing user verbose
""",
    "mysql": """
accessible add analyze asensitive before bigint binary blob both call cascade change char character charset
condition continue convert cume_dist cursor database databases day_hour day_microsecond day_minute day_second
dec decimal declare delayed dense_rank deterministic distinctrow double dual each elseif empty enclosed
escaped exit explain first_value float float4 float8 force fulltext function generated get grouping groups
high_priority hour_microsecond hour_minute hour_second ignore index infile inout insensitive int int1 int2
int3 int4 int8 integer io_after_gtids io_before_gtids iterate json_table key keys kill lag last_value lead
leading leave linear lines load localtime localtimestamp long longblob longtext loop low_priority master_bind
match maxvalue mediumblob mediumint mediumtext middleint minute_microsecond minute_second mod modifies
no_write_to_binlog nth_value ntile numeric of optimize optimizer_costs option optionally out outfile partition
percent_rank precision procedure purge range rank read read_write reads real recursive release rename repeat
replace require resignal restrict return row row_number rows schema schemas second_microsecond sensitive
separator show signal smallint spatial specific sql sql_big_result sql_calc_found_rows sql_small_result
sqlexception sqlstate sqlwarning ssl starting stored straight_join system terminated tinyblob tinyint tinytext
trailing trigger undo unlock unsigned usage use utc_date utc_time utc_timestamp varbinary varchar varcharacter
varying virtual while write year_month zerofill
""",
    "oracle": """
access add audit char cluster comment compress connect date decimal exclusive file float identified immediate
increment index initial integer level long maxextents minus mlslabel mode modify noaudit nocompress nowait
number of offline online option pctfree prior public raw rename resource row rowid rownum rows session share
size smallint start successful synonym sysdate systimestamp top trigger uid user validate varchar varchar2
view whenever
""",
}
_QUOTES = {"mysql": ("`", "`"), "bigquery": ("`", "`"), "tsql": ("[", "]")}
_FOLDS_DOWN = frozenset({"postgres", "redshift", "materialize", "risingwave"})
_FOLDS_UP = frozenset({"oracle", "snowflake"})


@cache
def reserved(dialect: str) -> frozenset[str]:
    """Return the lower-case words that must be quoted to be a name in this dialect."""
    return frozenset(f"{_EVERYWHERE} {_BY_DIALECT.get(dialect, '')}".split())


@cache
def is_plain(name: str, dialect: str) -> bool:
    """Return whether the name may stand without quotes in this dialect, whatever its letter case."""
    return _PLAIN.fullmatch(name) is not None and name.lower() not in reserved(dialect)


def keeps_case(name: str, dialect: str) -> bool:
    """Return whether the bare name means exactly these letters: Postgres folds it to lower case, Oracle to upper."""
    if dialect in _FOLDS_DOWN:
        return name == name.lower()
    if dialect in _FOLDS_UP:
        return name == name.upper()
    return True


@cache
def identifier(name: str, dialect: str = "sqlite") -> str:
    """Return the name as it is printed in canonical SQL: bare, or in the dialect's quotes where it must be."""
    if is_plain(name, dialect) and (dialect in _FOLDS_UP or keeps_case(name, dialect)):
        return name
    left, right = _QUOTES.get(dialect, ('"', '"'))
    return left + name.replace(right, right * 2) + right
