"""The guard's rules, as data: what a tree may consist of, which functions may be called, which tables are off limits.

A node kind that is not listed is refused, and so is a function that neither sqlglot knows by type nor a list here
names. To allow one more function, add it to its dialect; `REFUSED_FUNCTIONS` wins over every other list.
"""

from __future__ import annotations

import re

from sqlglot import exp

ROOTS = (exp.Select, exp.SetOperation, exp.Subquery)

REFUSED_NODES: dict[type[exp.Expr], str] = {
    exp.Into: "SELECT ... INTO writes",
    exp.Lock: "FOR UPDATE and the like lock rows",
    exp.Parameter: "variables and parameters are not allowed",
    exp.SessionParameter: "variables and parameters are not allowed",
    exp.Placeholder: "variables and parameters are not allowed",
    exp.PropertyEQ: "assignments are not allowed",
    exp.Command: "the statement is not understood",
    exp.NextValueFor: "sequences are changed by reading them",
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
    exp.Connect,
    exp.Prior,
    exp.HavingMax,
    exp.Fetch,
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
    exp.SubqueryPredicate,
    exp.Func,
)

REFUSED_FUNCTIONS = frozenset(
    """
    benchmark bfilename copy current_setting database_to_xml dblink dblink_exec dbms_pipe edit eval exec execute
    file_search from_substrait from_substrait_json fsdir get_lock getenv glob_files http_get http_post
    is_free_lock is_used_lock json_execute_serialized_sql json_serialize_plan json_serialize_sql lo_create
    lo_export lo_from_bytea lo_get lo_import lo_put lo_unlink load_extension load_file master_pos_wait name_const
    nextval parquet_file_metadata parquet_kv_metadata parquet_metadata parquet_schema pg_sleep pg_sleep_for
    pg_sleep_until query query_table query_to_xml read_blob read_csv read_csv_auto read_json read_json_auto
    read_json_objects read_ndjson read_parquet read_text readfile release_all_locks release_lock schema_to_xml
    set_config setseed setval sleep sniff_csv source_pos_wait sqlite_attach sqlite_query sqlite_scan sys_eval
    sys_exec table_to_xml utl_file utl_http wait_for_executed_gtid_set write_file writefile xmltype xp_cmdshell
    """.split()
)
REFUSED_FUNCTION_PATTERNS = re.compile(
    r"(pg_|lo_|dblink|xp_|sp_|sys_|dbms_|utl_|owa_|ctx_|httpuri|duckdb_|pragma_|read_|write_|query_to_|cursor_to_|"
    r"table_to_|schema_to_|database_to_|sqlite_|postgres_|mysql_|iceberg_|delta_|st_read|arrow_scan|pandas_scan|seq_scan|"
    r"ai_|a_i_|m_l_|generate_(text|embedding|table)|predict|secret|net_func|binlog_|gtid_|ts_stat|txid_|inet_server|inet_client|has_|curl|http|extractvalue_|load_|export_|import_).*"
)
"""Families of functions that reach files, the network, other sessions or the catalogue."""

FUNCTIONS = {
    "*": """
    age ascii bit_length cardinality cbrt ceiling char char_length character_length chr concat concat_ws cot count
    crc32 cume_dist date date_format date_part datediff datetime day dayname dayofmonth dayofweek dayofyear
    degrees dense_rank factorial find_in_set first_value format gcd greatest grouping hour if ifnull iif initcap
    insert instr isnull julianday lag last_value lcase lcm lead least left length locate log10 log2 lower lpad
    ltrim make_date makedate md5 median microsecond minute mod month monthname now nth_value ntile octet_length
    overlay percent_rank pi position pow power printf quarter quote radians rank regexp_count regexp_instr
    regexp_like regexp_replace regexp_substr repeat replace reverse right round row_number rpad rtrim second sign
    soundex space split_part sqrt stddev_pop stddev_samp strcmp strftime strpos substr substring substring_index
    time to_char to_date to_days to_hex to_number to_timestamp translate trunc truncate typeof ucase unicode upper
    var_pop var_samp weekday weekofyear year yearweek
    """,
    "sqlite": """
    bm25 ceil floor generate_series glob highlight json json_array json_array_length json_each json_error_position
    json_extract json_group_array json_group_object json_insert json_object json_patch json_quote json_remove
    json_replace json_set json_tree json_type json_valid jsonb like likelihood likely log matchinfo octet_length
    offsets random randomblob snippet substr timediff total unhex unixepoch unlikely zeroblob
    """,
    "duckdb": """
    alias any_value approx_count_distinct approx_quantile arg_max arg_min argmax argmin array_agg
    array_cosine_distance array_cosine_similarity array_distance array_inner_product array_length array_value bar
    bit_and bit_or bit_xor bitstring bool_and bool_or ceil century columns contains corr count_if count_star
    countif covar_pop covar_samp current_date damerau_levenshtein date_add date_diff date_sub datepart datesub
    decade editdist3 element_at ends_with entropy epoch epoch_ms epoch_ns epoch_us era even excel_text exp favg
    first flatten floor format_bytes fsum gamma gen_random_uuid generate_series get_bit group_concat hamming hash
    histogram isfinite isinf isnan isodow jaccard jaro_similarity jaro_winkler_similarity json_array
    json_array_length json_contains json_extract json_extract_string json_keys json_object json_type json_valid
    json_value kurtosis last last_day len levenshtein lgamma list list_aggr list_aggregate list_append list_avg
    list_concat list_contains list_cosine_distance list_cosine_similarity list_count list_distance list_distinct
    list_extract list_filter list_has list_inner_product list_max list_min list_position list_prepend
    list_reverse_sort list_slice list_sort list_sum list_transform list_unique list_value list_zip ln log mad
    make_time make_timestamp map map_entries map_keys map_values max_by millennium min_by mode nextafter prefix
    product quantile_cont quantile_disc random range regexp_extract regexp_extract_all regexp_full_match
    regexp_matches regr_count regr_intercept regr_r2 regr_slope row set_bit sha256 skewness starts_with str_split
    string_agg string_split string_split_regex strptime struct struct_extract struct_insert struct_pack suffix
    sumkahan to_days to_hours to_json to_milliseconds to_minutes to_months to_seconds to_years today try_strptime
    unnest uuid week weekofyear xor
    """,
    "postgres": """
    any_value array_agg array_append array_cat array_dims array_length array_lower array_ndims array_position
    array_positions array_prepend array_remove array_replace array_to_string array_upper bit_and bit_count bit_or
    bool_and bool_or box btrim ceil circle clock_timestamp corr covar_pop covar_samp date_bin date_trunc daterange
    decode div earth_distance encode erf every exp extract floor format gen_random_uuid generate_series int4range
    int8range isempty isfinite json_agg json_array_elements json_array_elements_text json_array_length
    json_build_array json_build_object json_each json_each_text json_extract_path json_extract_path_text
    json_object json_object_agg json_object_keys json_populate_record json_strip_nulls json_to_record
    json_to_recordset json_typeof jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length
    jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_exists jsonb_exists_all jsonb_exists_any
    jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys
    jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_pretty
    jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof justify_days justify_hours
    justify_interval levenshtein ll_to_earth ln localtime localtimestamp log lower_inc lower_inf make_interval
    make_time make_timestamp make_timestamptz max_by min_by mode num_nonnulls num_nulls numrange percentile_cont
    percentile_disc phraseto_tsquery plainto_tsquery point quote_ident quote_literal quote_nullable random
    range_merge regexp_match regexp_matches regexp_split_to_array regexp_split_to_table regr_avgx regr_avgy
    regr_count regr_intercept regr_r2 regr_slope row row_to_json scale setweight similarity st_area st_asgeojson
    st_astext st_buffer st_centroid st_contains st_distance st_dwithin st_geomfromtext st_intersects st_length
    st_makepoint st_point st_setsrid st_transform st_union st_within st_x st_y starts_with statement_timestamp
    string_agg string_to_array strip timeofday timezone to_ascii to_json to_jsonb to_tsquery to_tsvector
    transaction_timestamp trim_array trim_scale ts_headline ts_rank ts_rank_cd tsrange tstzrange unaccent unnest
    upper_inc upper_inf websearch_to_tsquery width_bucket word_similarity xmlagg
    """,
    "mysql": """
    adddate addtime aes_decrypt aes_encrypt any_value bin bit_and bit_count bit_or bit_xor ceil conv convert_tz
    curdate curtime date_add date_sub elt exp export_set field floor from_base64 from_days from_unixtime
    get_format group_concat hex inet_aton inet_ntoa interval json_array json_array_append json_arrayagg
    json_contains json_contains_path json_depth json_extract json_insert json_keys json_length json_merge_patch
    json_object json_objectagg json_overlaps json_pretty json_quote json_remove json_replace json_search json_set
    json_type json_unquote json_valid json_value last_day ln log lower make_set maketime mid oct ord period_add
    period_diff rand regexp_substr sec_to_time sha sha1 sha2 std stddev str_to_date subdate subtime sysdate
    time_format time_to_sec timediff timestamp timestampadd timestampdiff to_base64 to_seconds trim unhex
    unix_timestamp utc_date utc_time utc_timestamp uuid values variance week weekofyear weight_string
    """,
    "oracle": """
    add_months ascii asciistr bitand cast ceil coalesce collect compose corr cosh covar_pop current_date decode
    dump empty_blob empty_clob exp extract floor from_tz hextoraw instrb json_array json_arrayagg json_exists
    json_object json_objectagg json_query json_serialize json_table json_value last_day lengthb listagg ln lnnvl
    localtimestamp log max min months_between nanvl new_time next_day nlssort nullif numtodsinterval
    numtoyminterval nvl nvl2 ora_hash percentile_cont percentile_disc ratio_to_report rawtohex regr_intercept
    regr_slope remainder rowidtochar sdo_geom sessiontimezone sys_extract_utc sysdate systimestamp
    to_binary_double to_clob to_dsinterval to_nchar to_timestamp_tz to_vector to_yminterval trim tz_offset upper
    vector_distance vector_embedding width_bucket wm_concat xmlagg xmlelement
    """,
}
"""Functions that sqlglot has no type for and that are harmless; "*" holds for every dialect."""

REFUSED_SCHEMAS = frozenset(
    """
    information_schema mysql performance_schema pg_catalog pg_toast pg_temp sys sysibm syscat system ctxsys mdsys xdb
    sysadmin duckdb_secrets temp
    """.split()
)
DEFAULT_SCHEMAS = frozenset(("main", "public", "dbo"))
"""Schemas that a table is in when none is written; their names may stand before an allowed table."""
REFUSED_TABLES = {
    "sqlite": r"(sqlite|pragma)_.*|dbstat|bytecode|tables_used",
    "duckdb": r"(duckdb|pg|pragma)_.*|sqlite_(temp_)?(master|schema)",
    "postgres": r"pg_.*",
    "oracle": r"(dba|cdb)_.*|g?v_?\$.*|x\$.*|dict|dictionary|tab|cat|"
    r"(all|user)_(arguments|catalog|cons_columns|constraints|"
    r"credentials|db_links|dependencies|directories|external_tables|ind_columns|indexes|jobs|mviews|objects|policies|"
    r"procedures|role_privs|scheduler_jobs|segments|sequences|source|synonyms|sys_privs|tab_cols|tab_columns|tab_privs|"
    r"tables|triggers|types|users|views)",
    "tsql": r"sys(objects|columns|users|databases|logins|processes)",
    "redshift": r"(pg|stl|stv|svl|svv)_.*",
}
"""System catalogues by dialect; a dialect without an entry gets them all."""
PATH_LIKE = re.compile(
    r".*[/\\*?\[\]:@|]|.*\.(arrow|avro|csv|db|duckdb|feather|gz|json|jsonl|log|ndjson|orc|parquet|sql|sqlite|sqlite3|"
    r"tsv|txt|xls|xlsx|xml|yaml|yml|zip|zst)$",
    re.IGNORECASE,
)
"""A table name by which DuckDB and others would open a file or an address."""
