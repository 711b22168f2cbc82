"""The guard's rules, as data: the names of the rules, what a tree may consist of, which tables are off limits.

A kind of node that is not listed is refused. Functions have a list of their own (`guard_functions`).
"""

from __future__ import annotations

import re

from sqlglot import exp

RULES = {
    "length": "the statement is longer than a million characters, or 20,000 words and signs",
    "character": "a character stands where engines read it differently: NUL, control and zero-width characters",
    "comment": "a comment that MySQL runs, or that engines end at different places",
    "parse": "it is not one statement that can be read in the dialect",
    "root": "it is not a query",
    "node": "it holds a clause or operator that is not on the list",
    "write": "it writes: INTO, or INSERT, UPDATE, DELETE, MERGE within a query",
    "lock": "it locks rows: FOR UPDATE, FOR SHARE, locking hints",
    "variable": "it reads or sets a variable, or waits for a parameter",
    "sequence": "it takes a number from a sequence, which changes it",
    "function": "it calls a function that reaches beyond the query's data, or is not on the list",
    "catalogue": "it reads what belongs to the database system",
    "path": "a table's name is a path or an address",
    "table": "it reads a table that is not among those that may be read",
    "size": "it asks for very many rows, or a very long text, by a number that stands in it",
    "endless": "it recurses without an end",
    "text": "what would be run is not read alike by the guard and the engine",
}
"""What each rule refuses."""

ROOTS = (exp.Select, exp.SetOperation, exp.Subquery, exp.Values, exp.Pivot)

REFUSED_NODES: dict[type[exp.Expr], tuple[str, str]] = {
    exp.Into: ("write", "SELECT ... INTO writes; leave INTO out"),
    exp.DML: ("write", "a query may not write; INSERT, UPDATE, DELETE and MERGE are not allowed within it"),
    exp.DDL: ("write", "a query may not create anything"),
    exp.Lock: ("lock", "FOR UPDATE and the like lock rows; leave the clause out"),
    exp.Parameter: ("variable", "variables and parameters are not allowed; write the value itself"),
    exp.SessionParameter: ("variable", "variables and parameters are not allowed; write the value itself"),
    exp.Placeholder: ("variable", "variables and parameters are not allowed; write the value itself"),
    exp.Command: ("node", "the statement is not understood"),
    exp.NextValueFor: ("sequence", "sequences are changed by reading them"),
}
"""Kinds that derive from an allowed one, or deserve their own words."""

NODES: tuple[type[exp.Expr], ...] = (
    # statements and clauses
    exp.Select,
    exp.SetOperation,
    exp.Subquery,
    exp.With,
    exp.CTE,
    exp.From,
    exp.Join,
    exp.Lateral,
    exp.Where,
    exp.Group,
    exp.Cube,
    exp.Rollup,
    exp.GroupingSets,
    exp.Having,
    exp.Qualify,
    exp.Order,
    exp.Ordered,
    exp.Limit,
    exp.LimitOptions,
    exp.Offset,
    exp.Fetch,
    exp.Distinct,
    exp.Window,
    exp.WindowSpec,
    exp.Filter,
    exp.WithinGroup,
    exp.IgnoreNulls,
    exp.RespectNulls,
    exp.Pivot,
    exp.PivotAlias,
    exp.TableSample,
    exp.Values,
    exp.Partition,
    exp.Version,
    exp.UnpivotColumns,
    exp.RecursiveWithSearch,
    exp.Connect,
    exp.Prior,
    exp.HavingMax,
    exp.IndexTableHint,
    exp.WithTableHint,
    # names
    exp.Table,
    exp.TableAlias,
    exp.Column,
    exp.ColumnDef,
    exp.Identifier,
    exp.Alias,
    exp.Aliases,
    exp.Star,
    exp.Var,
    exp.Dot,
    # values
    exp.Literal,
    exp.Null,
    exp.Boolean,
    exp.HexString,
    exp.BitString,
    exp.ByteString,
    exp.National,
    exp.RawString,
    exp.UnicodeString,
    exp.Introducer,
    exp.Interval,
    exp.IntervalSpan,
    exp.DataType,
    exp.DataTypeParam,
    exp.Tuple,
    exp.PivotAny,
    # expressions
    exp.Binary,
    exp.Unary,
    exp.Between,
    exp.In,
    exp.Bracket,
    exp.Slice,
    exp.Comprehension,
    exp.PropertyEQ,
    exp.PositionalColumn,
    exp.Lambda,
    exp.Kwarg,
    exp.AtTimeZone,
    exp.FromTimeZone,
    exp.Collate,
    exp.Escape,
    exp.JSONPath,
    exp.JSONPathPart,
    exp.JSONKeyValue,
    exp.JSONColumnDef,
    exp.JSONSchema,
    exp.JSONValue,
    exp.SubqueryPredicate,
    exp.Func,
)

REFUSED_CLAUSES = ("settings", "format")
"""Arguments of a SELECT that set something or name a file: ClickHouse's."""

NAMED_ARGUMENTS = (exp.Func, exp.Tuple)
"""Where `name := value` names an argument, and assigns nothing."""
OPERATOR = re.compile(r"(pg_catalog\.)?[-+*/<>=~!@#%^&|`?]+")
"""What may stand in PostgreSQL's OPERATOR(...)."""
LOCKING_HINTS = re.compile(
    r"(hold|upd|row|pag|tab|x)?lockx?|tablockx|serializable|repeatableread|readpast", re.IGNORECASE
)
"""Hints of SQL Server that take locks, or skip over others'."""
SEQUENCE_COLUMNS = frozenset(("nextval", "currval"))
SEQUENCE_DIALECTS = frozenset(("oracle", "mysql", "snowflake", "redshift", "teradata"))
"""Where `name.nextval` takes a number from a sequence."""
CATALOGUE_TYPES = re.compile(r"reg(class|proc|procedure|oper|operator|type|role|namespace|collation)\b", re.IGNORECASE)
"""PostgreSQL's types that look names up in its catalogue."""
DUCKDB_TABLE_FUNCTIONS = frozenset(
    """
    array exploding_generate_series explode generate_series generate_subscripts icu_calendar_names json_each json_tree
    range regexp_split_to_table repeat unnest
    """.split()
)
"""DuckDB's functions that may stand in FROM; others take a table's name as a text."""

REFUSED_SCHEMAS = re.compile(
    r"information_schema|mysql|performance_schema|pg_.*|sys|sysibm|syscat|sysadm|sysadmin|system|ctxsys|mdsys|xdb|"
    r"duckdb_secrets|temp"
)
DEFAULT_SCHEMAS = frozenset(("main", "public", "dbo"))
"""Schemas that a table is in when none is written; their names may stand before an allowed table."""
_ORACLE_VIEWS = """
arguments assemblies associations audit_policies catalog col_comments col_pending_stats col_privs
cons_columns constraints cons_obj_columns context contexts credentials db_links dependencies directories
dimensions editions errors external_locations external_tables free_space identifiers ind_columns ind_expressions
ind_partitions ind_statistics indexes indextypes java_classes jobs libraries lobs log_groups materialized_views
mining_models mview_logs mviews nested_tables object_tables objects objects_ae opbindings operators outlines
part_key_columns part_tables password_limits plsql_object_settings policies procedures procobj proxies queues
recyclebin registry resource_limits role_privs roles rsrc_plans scheduler_chains scheduler_credentials
scheduler_jobs scheduler_job_run_details scheduler_programs scheduler_schedules segments sequences services
session_privs snapshots source source_tables sql_profiles statements stored_settings subscr_registrations synonyms
sys_privs tab_cols tab_col_statistics tab_columns tab_comments tab_histograms tab_modifications tab_partitions
tab_privs tab_privs_made tab_privs_recd tab_statistics tab_subpartitions tables tablespaces triggers ts_quotas
type_attrs type_methods types unused_col_tabs updatable_columns users varrays views warnings wm_versioned_tables
xml_schemas xml_tables
"""
REFUSED_TABLES = {
    "sqlite": r"(sqlite|pragma)_.*|dbstat|bytecode|tables_used|fts5vocab|fts[34]aux",
    "duckdb": r"(duckdb|pg|pragma)_.*|sqlite_(temp_)?(master|schema)",
    "postgres": r"pg_.*",
    "oracle": r"(dba|cdb)_.*|g?v_?\$.*|x\$.*|dict|dictionary|dict_columns|tab|cat|obj|seq|syn|ind|cols|user\$|link\$|"
    r"session_(privs|roles|context)|role_(role|sys|tab)_privs|product_component_version|nls_.*_parameters|"
    r"database_properties|global_name|plan_table\$?|(all|user)_(" + "|".join(_ORACLE_VIEWS.split()) + ")",
    "tsql": r"sys(objects|columns|users|databases|logins|processes|comments|indexes|files|configures)",
    "redshift": r"(pg|stl|stv|svl|svv|sys)_.*",
}
"""System catalogues by dialect; a dialect without an entry gets them all."""
PATH_LIKE = re.compile(
    r".*[/\\*?\[\]:@|]|.*\.(arrow|avro|csv|db|duckdb|feather|gz|json|jsonl|log|ndjson|orc|parquet|sql|sqlite|sqlite3|"
    r"tsv|txt|xls|xlsx|xml|yaml|yml|zip|zst)$",
    re.IGNORECASE,
)
"""A table name by which DuckDB and others would open a file or an address."""
FILE_LIKE = re.compile(
    r".*\.(arrow|avro|csv|feather|json|jsonl|ndjson|parquet|tsv|txt|xlsx)(\.(gz|zst))?$", re.IGNORECASE
)
"""DuckDB joins schema and table by a point before it looks for such a file."""
