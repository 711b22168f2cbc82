"""The functions that a statement may call, and those that no list may bring back.

`KNOWN` are the functions that sqlglot has a type for and whose every engine's version only computes; `FUNCTIONS` are
those that it reads by name alone, by dialect, "*" for all. What stands in neither is refused: so is what a later
sqlglot or engine brings, and what users made. DuckDB's list is what its own catalogue calls consistent, PostgreSQL's
what it calls immutable, and such stable and volatile ones of both as only compute; two tests hold them to it.
To allow one more, add it to its dialect; `REFUSED` and `REFUSED_FAMILIES` say why one may not be.
"""

from __future__ import annotations

import re
from functools import cache

REFUSED = frozenset(
    """
    a_i_forecast add_parquet_key ai_agg ai_classify ai_embed ai_generate ai_similarity ai_summarize_agg arrow_scan
    arrow_scan_dumb assert benchmark bfilename binlog_gtid_pos checkpoint cluster_probability cluster_set connectby
    connection_id copy crosstab ctx_query current_account current_account_name current_available_roles
    current_catalog current_client current_connection_id current_database current_ip_address
    current_organization_name current_organization_user current_query current_query_id current_region
    current_role_type current_schema current_schemas current_secondary_roles current_session current_setting
    current_statement current_transaction current_transaction_id current_version current_warehouse currtid currtid2
    currval cursor_to_xml database database_to_xml dblink dblink_exec dbms_pipe dburitype dynamic_identifier edit
    enable_logging error eval exec execute features_at_time file_search force_checkpoint found_rows from_substrait
    from_substrait_json fsdir fts3_tokenizer generate_embedding generate_table generate_text get_lock getenv
    getvariable glob_files http_get http_post httpuritype inet_client_addr inet_client_port inet_server_addr
    inet_server_port is_free_lock is_used_lock json_deserialize_sql json_execute_serialized_sql json_serialize_plan
    json_serialize_sql last_insert_id last_insert_rowid lastval lo_create lo_export lo_from_bytea lo_get lo_import
    lo_put lo_unlink load_extension load_file loread lowrite m_l_forecast m_l_translate master_pos_wait ml_predict
    name_const net_func next_value_for nextval normal_rand object_id opendatasource openquery openrowset
    parquet_file_metadata parquet_full_metadata parquet_kv_metadata parquet_metadata parquet_scan parquet_schema
    pg_sleep pg_sleep_for pg_sleep_until predict query query_table query_to_xml raise read_blob read_csv
    read_csv_auto read_json read_json_auto read_json_objects read_ndjson read_parquet read_text readfile
    release_all_locks release_lock repeat_row row_count schema_to_xml secret seq_scan set_config setseed setval
    sleep sleep_ms sniff_csv source_pos_wait sqlite_attach sqlite_query sqlite_scan summary sys_eval sys_exec
    table_to_xml test_all_types text_file to_file ts_rewrite ts_stat txid_current unhex_file uritype user userenv
    utl_file utl_http uuid_short vector_search version wait_for_executed_gtid_set which_secret write_file write_log
    writefile xmltype xp_cmdshell xpath_table xslt_process zipfile
    """.split()
)
"""Functions that reach files, the network, other sessions, locks, settings, sequences, or run SQL from a text."""
REFUSED_FAMILIES = re.compile(
    r"(pg_|lo_|dblink|xp_|sp_|sys_|dbms_|utl_|owa_|ctx_|ctxsys|httpuri|duckdb_|pragma_|read_|write_|query_to_|cursor_to_|"
    r"table_to_|schema_to_|database_to_|sqlite_|postgres_|mysql_|iceberg_|delta_|st_read|arrow_scan|pandas_scan|python_|"
    r"seq_scan|ai_|a_i_|m_l_|net_|binlog_|gtid_|master_|wsrep_|innodb_|ps_|txid_|inet_server|inet_client|has_|curl|http|"
    r"load_|export_database|import_database|register_|deregister_|create_external|destroy_external|enable_|disable_|"
    r"truncate_|parquet_|fn_|sqlserver_|file_|url_get|s3_|azure_|gcs_).*"
)
"""Families of them, but for members that a dialect's list names."""

KNOWN = frozenset(
    """
    abs acos acosh add_months and any_value apply approx_distinct approx_percentile_accumulate
    approx_percentile_combine approx_percentile_estimate approx_quantile approx_quantiles approx_top_k
    approx_top_k_accumulate approx_top_k_combine approx_top_k_estimate approx_top_sum approximate_similarity arg_max
    arg_min array array_agg array_all array_any array_append array_compact array_concat array_concat_agg
    array_construct_compact array_contained_by array_contains array_contains_all array_distinct array_except
    array_first array_insert array_intersect array_last array_max array_min array_overlaps array_position
    array_prepend array_remove array_remove_at array_reverse array_size array_slice array_sort array_sum
    array_to_string array_union_agg array_unique_agg arrays_zip ascii asin asinh atan atan2 atanh avg
    base64_decode_binary base64_decode_string base64_encode bit_length bitmap_bit_position bitmap_bucket_number
    bitmap_construct_agg bitmap_count bitmap_or_agg bitwise_and_agg bitwise_count bitwise_or_agg bitwise_xor_agg
    booland boolnot boolor boolxor_agg byte_length case cast cast_to_str_type cbrt ceil check_json check_xml chr
    city_hash64 coalesce code_points_to_bytes code_points_to_string collate collation columns compress concat
    concat_ws connect_by_root contains convert convert_timezone convert_to_charset corr cos cosh cosine_distance cot
    coth count count_if covar_pop covar_samp csc csch cume_dist current_date current_datetime current_role
    current_time current_timestamp current_timestamp_l_t_z current_timezone current_user current_user_id date
    date_add date_bin date_from_parts date_from_unix_date date_str_to_date date_sub date_to_date_str date_to_di
    date_trunc datediff datetime datetime_add datetime_diff datetime_sub datetime_trunc day day_of_month day_of_week
    day_of_year dayname dayofweek_iso decode decode_case decompress_binary decompress_string decrypt decrypt_raw
    degrees dense_rank di_to_date dot_product elt encode encrypt encrypt_raw ends_with equal_null euclidean_distance
    exists exp explode explode_outer exploding_generate_series extract factorial farm_fingerprint filter first
    first_value flatten float64 floor format from_base from_base32 from_base64 from_iso8601_date
    from_iso8601_timestamp from_iso8601_timestamp_nanos from_json gap_fill generate_bool generate_date_array
    generate_double generate_int generate_series generate_timestamp_array generator get_extract get_ignore_case
    getbit greatest group_concat grouping grouping_id hash_agg hex hex_decode_string hll host hour if initcap inline
    int64 is_array is_ascii is_inf is_nan is_null_value j_s_o_n_array j_s_o_n_array_agg
    j_s_o_n_b_contains_all_top_keys j_s_o_n_b_contains_any_top_keys j_s_o_n_b_contains_top_key
    j_s_o_n_b_delete_at_path j_s_o_n_b_object_agg j_s_o_n_b_path_exists j_s_o_n_bool j_s_o_n_cast j_s_o_n_exists
    j_s_o_n_keys_at_depth j_s_o_n_object j_s_o_n_object_agg j_s_o_n_table j_s_o_n_value_array jarowinkler_similarity
    json_array_append json_array_contains json_array_insert json_extract json_extract_array json_extract_scalar
    json_format json_keys json_remove json_set json_strip_nulls json_type jsonb_contains jsonb_exists jsonb_extract
    jsonb_extract_scalar justify_days justify_hours justify_interval kurtosis lag last last_day last_value lax_bool
    lax_float64 lax_int64 lax_string lead least left length levenshtein list ln localtime localtimestamp log
    logical_and logical_or lower lower_hex m_d5_number_lower64 m_d5_number_upper64 make_interval manhattan_distance
    map map_cat map_contains_key map_delete map_from_entries map_insert map_keys map_pick map_size match_against max
    md5 md5_digest median min minhash minhash_combine minute mode month monthname months_between nanvl negative
    next_day normal normalize nth_value ntile nullif number_to_str nvl2 object_agg object_insert object_transform
    open_j_s_o_n or overlay pad parse_bignumeric parse_datetime parse_ip parse_json parse_numeric parse_time
    parse_url percent_rank percentile_cont percentile_disc pi posexplode posexplode_outer power previous_day
    quantile quarter radians rand randn randstr range_bucket range_n rank reduce reg_domain regexp_count
    regexp_extract regexp_extract_all regexp_full_match regexp_i_like regexp_instr regexp_like regexp_replace
    regexp_split regexp_substr regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy
    regr_syy regr_valx regr_valy repeat replace reverse right rint round row_number rtrimmed_length s_h_a1_digest
    s_h_a2_digest safe_add safe_convert_bytes_to_string safe_divide safe_multiply safe_negate safe_subtract search
    search_ip sec sech second seq1 seq2 seq4 seq8 session_user sha sha2 shuffle sign sin sinh skewness soundex
    soundex_p123 space split split_part split_to_table sqrt st_distance st_point stack standard_hash star_map
    starts_with stddev stddev_pop stddev_samp str_position str_to_date str_to_map str_to_time str_to_unix string
    string_to_array strip_null_value strtok strtok_split_to_table strtok_to_array struct struct_extract stuff
    substring substring_index sum systimestamp tan tanh time time_add time_diff time_from_parts time_slice
    time_str_to_date time_str_to_time time_str_to_unix time_sub time_to_str time_to_time_str time_to_unix time_trunc
    timestamp timestamp_add timestamp_from_parts timestamp_ltz_from_parts timestamp_sub timestamp_trunc
    timestamp_tz_from_parts timestampdiff to_array to_base32 to_base64 to_binary to_boolean to_char to_code_points
    to_days to_decfloat to_double to_map to_number to_variant transform translate trim trunc try
    try_base64_decode_binary try_base64_decode_string try_cast try_hex_decode_binary try_hex_decode_string
    try_to_decfloat ts_or_di_to_di ts_or_ds_add ts_or_ds_diff ts_or_ds_to_date ts_or_ds_to_date_str
    ts_or_ds_to_datetime ts_or_ds_to_time ts_or_ds_to_timestamp typeof unhex unicode uniform unix_date unix_micros
    unix_millis unix_seconds unix_to_str unix_to_time unix_to_time_str unnest upper utc_date utc_time utc_timestamp
    uuid var_map variance variance_pop week week_of_year week_start weight_string width_bucket x_m_l_table
    xmlelement xmlget xor year year_of_week year_of_week_iso zipf
    """.split()
)

FUNCTIONS = {
    "*": """
    age all any ascii bit_length cardinality cbrt ceiling char char_length character_length chr concat concat_ws cot
    count crc32 cume_dist date date_format date_part datediff datetime day dayname dayofmonth dayofweek dayofyear
    degrees dense_rank exists factorial find_in_set first_value format gcd greatest grouping hour if ifnull iif
    initcap insert instr isnull julianday lag last_value lcase lcm lead least left length localtime localtimestamp
    locate log10 log2 lower lpad ltrim make_date makedate md5 median microsecond minute mod month monthname now
    nth_value ntile octet_length overlay percent_rank pi position pow power printf quarter quote radians rank
    regexp_count regexp_instr regexp_like regexp_replace regexp_substr repeat replace reverse right round row_number
    rpad rtrim second sign some soundex space split_part sqrt stddev_pop stddev_samp strcmp strftime strpos substr
    substring substring_index time to_char to_date to_days to_hex to_number to_timestamp translate trunc truncate
    typeof ucase unicode upper var_pop var_samp weekday weekofyear year yearweek
    """,
    "sqlite": """
    bm25 fts5_get_locale fts5_locale geopoly_area geopoly_contains_point geopoly_overlap geopoly_within glob
    highlight json json_array json_array_length json_each json_error_position json_group_array json_group_object
    json_insert json_object json_patch json_pretty json_quote json_replace json_tree json_valid jsonb jsonb_array
    jsonb_each jsonb_group_array jsonb_group_object jsonb_insert jsonb_object jsonb_patch jsonb_remove jsonb_replace
    jsonb_set jsonb_tree like likelihood likely match matchinfo offsets percentile random randomblob regexp snippet
    string_agg timediff total unistr unistr_quote unixepoch unlikely zeroblob
    """,
    "duckdb": """
    add aggregate ago alias approx_count_distinct arbitrary arg_max_null arg_max_nulls_last arg_min_null
    arg_min_nulls_last argmax argmin array_aggr array_aggregate array_apply array_cat array_cosine_distance
    array_cosine_similarity array_cross_product array_distance array_dot_product array_extract array_filter
    array_grade_up array_has array_has_all array_has_any array_indexof array_inner_product array_length
    array_negative_dot_product array_negative_inner_product array_pop_back array_pop_front array_push_back
    array_push_front array_reduce array_resize array_reverse_sort array_select array_to_json
    array_to_string_comma_default array_transform array_unique array_value array_where array_zip bar base64 bin
    binom bit_and bit_count bit_or bit_position bit_xor bitstring bitstring_agg bool_and bool_or century
    combine_aggr count_star countif damerau_levenshtein date_diff datepart datesub datetrunc days_in_month decade
    decimal_average divide editdist3 element_at entropy enum_code enum_first enum_last enum_range epoch epoch_ms
    epoch_ns epoch_us equi_width_bins era even excel_text favg fdiv fill fmod format_bytes formatreadabledecimalsize
    formatreadablesize from_binary from_hex from_json_strict fsum gamma gen_random_uuid generate_subscripts geomean
    geometric_mean get_bit get_current_time get_current_timestamp grade_up greatest_common_divisor hamming hash
    histogram histogram_exact icu_calendar_names isfinite isinf isnan isodow isoyear jaccard jaro_similarity
    jaro_winkler_similarity json json_array json_array_length json_contains json_deep_merge json_each json_exists
    json_extract_path json_extract_path_text json_extract_string json_group_array json_group_object
    json_group_structure json_insert json_merge_patch json_merge_patch_diff json_normalize json_object json_pretty
    json_quote json_replace json_structure json_transform json_transform_strict json_tree json_valid json_value
    julian kahan_sum kurtosis_pop least_common_multiple left_grapheme len length_grapheme lgamma list_aggr
    list_aggregate list_any_value list_append list_apply list_approx_count_distinct list_avg list_bit_and
    list_bit_or list_bit_xor list_bool_and list_bool_or list_cat list_concat list_contains list_cosine_distance
    list_cosine_similarity list_count list_distance list_distinct list_dot_product list_element list_entropy
    list_extract list_filter list_first list_grade_up list_has list_has_all list_has_any list_histogram list_indexof
    list_inner_product list_intersect list_kurtosis list_kurtosis_pop list_last list_mad list_max list_median
    list_min list_mode list_negative_dot_product list_negative_inner_product list_pack list_position list_prepend
    list_product list_reduce list_resize list_reverse list_reverse_sort list_select list_sem list_skewness
    list_slice list_sort list_stddev_pop list_stddev_samp list_string_agg list_sum list_transform list_unique
    list_value list_var_pop list_var_samp list_where list_zip listagg lttb mad make_time make_timestamp
    make_timestamp_ms make_timestamp_ns make_timestamptz map_concat map_contains map_contains_entry
    map_contains_value map_entries map_extract map_extract_value map_values max_by md5_number md5_number_lower
    md5_number_upper mean millennium millisecond min_by mismatches nanosecond nextafter nfc_normalize ord
    parse_dirname parse_dirpath parse_filename parse_formatted_bytes parse_path path_join prefix product
    quantile_cont quantile_disc random range rank_dense regexp_escape regexp_matches regexp_split_to_array
    regexp_split_to_table reservoir_quantile right_grapheme round_even roundbankers row row_to_json sem set_bit sha1
    sha256 signbit st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_crs st_geomfromgeojson st_geomfromwkb
    st_intersects_extent st_setcrs str_split str_split_regex string_agg string_split string_split_regex
    strip_accents strlen strptime struct_concat struct_contains struct_extract_at struct_has struct_indexof
    struct_insert struct_keys struct_pack struct_position struct_update struct_values substring_grapheme suffix
    sum_no_overflow sumkahan time_bucket timezone timezone_hour timezone_minute to_base to_centuries to_decades
    to_hours to_json to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds
    to_weeks to_years today transaction_timestamp try_strptime unbin union_extract union_tag union_value url_decode
    url_encode uuid_extract_timestamp uuid_extract_version uuidv4 uuidv7 variant_array_length variant_contains
    variant_exists variant_extract variant_extract_string variant_group_array variant_group_object variant_keys
    variant_type variant_typeof wavg weighted_avg
    """,
    "postgres": """
    abbrev acosd akeys approx_percentile area array_cat array_dims array_fill array_larger array_length array_lower
    array_ndims array_positions array_replace array_sample array_shuffle array_to_json array_to_tsvector array_upper
    asind atan2d atand avals binary_quantize bit_and bit_count bit_or bool_and bool_or bound_box box bpchar
    broadcast btrim casefold center circle clock_timestamp convert_from convert_to cosd cotd crc32c cube_distance
    daitch_mokotoff date_subtract datemultirange daterange defined diagonal diameter div dmetaphone each
    earth_distance enum_first enum_last enum_range erf erfc every exist family float4 float8 gamma gen_random_uuid
    generate_subscripts get_byte get_current_ts_config height histogram hostmask hstore inet_merge inet_same_family
    inner_product int2 int4 int4multirange int4range int8 int8multirange int8range interpolate is_normalized
    isclosed isempty isfinite isopen json_agg json_array json_array_elements json_array_elements_text
    json_array_length json_arrayagg json_build_array json_build_object json_each json_each_text json_exists
    json_extract_path json_extract_path_text json_object json_object_agg json_object_agg_unique json_object_keys
    json_objectagg json_populate_record json_populate_recordset json_query json_scalar json_serialize json_to_record
    json_to_recordset json_to_tsvector json_typeof json_value jsonb_agg jsonb_array_elements
    jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_concat jsonb_delete
    jsonb_delete_path jsonb_each jsonb_each_text jsonb_exists_all jsonb_exists_any jsonb_extract_path
    jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys jsonb_path_exists
    jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query jsonb_path_query_array
    jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz jsonb_path_query_tz
    jsonb_populate_record jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls
    jsonb_to_record jsonb_to_recordset jsonb_to_tsvector jsonb_typeof l1_distance l2_distance l2_normalize lca
    levenshtein_less_equal lgamma line ll_to_earth locf lower_inc lower_inf lseg ltree2text make_time make_timestamp
    make_timestamptz masklen max_by metaphone min_by min_scale money multirange netmask network nlevel npoints
    num_nonnulls num_nulls numeric nummultirange numnode numrange overlaps parse_ident path pg_column_size
    pg_size_bytes pg_size_pretty pg_typeof phraseto_tsquery plainto_tsquery point polygon querytree
    quote_ident quote_literal quote_nullable radius random random_normal range_agg range_intersect_agg range_merge
    regexp_match regexp_matches regexp_split_to_array regexp_split_to_table row row_to_json scale set_bit set_byte
    set_masklen setweight sha224 sha256 sha384 sha512 show_trgm similarity sind skeys slice slope st_3ddistance
    st_area st_asbinary st_asewkt st_asgeojson st_askml st_asmvtgeom st_astext st_azimuth st_boundary
    st_boundingdiagonal st_buffer st_centroid st_clusterdbscan st_clusterkmeans st_collect st_concavehull
    st_contains st_convexhull st_coveredby st_covers st_crosses st_dfullywithin st_difference st_disjoint
    st_distancesphere st_distancespheroid st_dump st_dumppoints st_dwithin st_endpoint st_envelope st_equals
    st_expand st_extent st_exteriorring st_flipcoordinates st_geogfromtext st_geohash st_geometryn st_geometrytype
    st_geomfromewkt st_geomfromgeojson st_geomfromtext st_geomfromwkb st_hausdorffdistance st_intersection
    st_intersects st_isempty st_isvalid st_length st_length2d st_linefromtext st_lineinterpolatepoint
    st_linelocatepoint st_linemerge st_linesubstring st_makeenvelope st_makeline st_makepoint st_makepolygon
    st_makevalid st_maxdistance st_multi st_npoints st_numgeometries st_numpoints st_overlaps st_perimeter
    st_pointfromtext st_pointn st_pointonsurface st_polygon st_project st_relate st_reverse st_rotate st_scale
    st_segmentize st_setsrid st_simplify st_snap st_snaptogrid st_split st_srid st_startpoint st_subdivide
    st_symdifference st_touches st_transform st_translate st_union st_voronoipolygons st_within st_x st_xmax st_xmin
    st_y st_ymax st_ymin st_z statement_timestamp strict_word_similarity string_agg string_to_table strip subltree
    subpath subvector svals tand text text2ltree textcat time_bucket time_bucket_gapfill timeofday timezone to_ascii
    to_bin to_json to_jsonb to_oct to_tsquery to_tsvector transaction_timestamp trim_array trim_scale ts_delete
    ts_filter ts_headline ts_lexize ts_match_vq ts_rank ts_rank_cd tsmultirange tsquery_phrase tsrange
    tstzmultirange tstzrange tsvector_to_array unaccent unistr upper_inc upper_inf uuid_extract_timestamp uuidv4
    uuidv7 varchar vector_dims vector_norm websearch_to_tsquery width word_similarity
    xml_is_well_formed xml_is_well_formed_content xml_is_well_formed_document xmlagg xmlcomment xmlconcat xmlexists
    xmlforest xpath xpath_exists
    """,
    "mysql": """
    adddate addtime aes_decrypt aes_encrypt bin bin_to_uuid bit_and bit_count bit_or bit_xor conv convert_tz crc32c
    curdate curtime export_set field from_days from_unixtime get_format inet6_aton inet6_ntoa inet_aton inet_ntoa
    interval is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6 is_uuid json_array json_arrayagg json_compact
    json_contains json_contains_path json_depth json_detailed json_exists json_insert json_length json_loose
    json_merge_patch json_merge_preserve json_normalize json_object json_objectagg json_overlaps json_pretty
    json_query json_quote json_replace json_schema_valid json_search json_storage_size json_table json_unquote
    json_valid json_value linestring make_set maketime mbrcontains mbrcovers mbrequals mbrintersects mbrwithin mid
    multipoint natural_sort_key nvl oct ord period_add period_diff point polygon row sec_to_time sformat sha1 st_area
    st_asgeojson st_astext st_aswkt st_buffer st_centroid st_contains st_convexhull st_crosses st_difference
    st_disjoint st_distance_sphere st_endpoint st_envelope st_equals st_geohash st_geomfromgeojson st_geomfromtext
    st_intersection st_intersects st_isempty st_isvalid st_latfromgeohash st_latitude st_length st_longfromgeohash
    st_longitude st_makeenvelope st_numpoints st_overlaps st_pointfromtext st_pointn st_simplify st_srid
    st_startpoint st_touches st_transform st_union st_within st_x st_y std subdate subtime sysdate time_format
    time_to_sec timediff timestampadd to_seconds uncompress uncompressed_length unix_timestamp uuid_to_bin values
    """,
    "oracle": """
    approx_count approx_median approx_percentile approx_rank approx_sum asciistr bin_to_num bitand catsearch
    chartorowid collect compose dbtimezone domain_display domain_value dump empty_blob empty_clob from_tz
    from_vector group_id hextoraw inner_product instrb json json_array json_arrayagg json_exists json_mergepatch
    json_object json_objectagg json_query json_scalar json_serialize json_table json_transform json_value
    l2_distance length2 length4 lengthb lengthc listagg lnnvl matches new_time nls_charset_id nls_initcap nls_lower
    nls_upper nlssort numtodsinterval odcidatelist odcinumberlist odcivarchar2list numtoyminterval nvl ora_hash
    ratio_to_report rawtohex rawtonhex remainder
    rowidtochar rowidtonchar score sdo_anyinteract sdo_area sdo_buffer sdo_centroid sdo_contains sdo_convexhull
    sdo_coveredby sdo_covers sdo_difference sdo_distance sdo_elem_info_array sdo_equal sdo_filter sdo_geom
    sdo_geometry sdo_inside sdo_intersection sdo_length sdo_mbr sdo_nn sdo_nn_distance sdo_ordinate_array
    sdo_overlaps sdo_point_type sdo_relate sdo_touch sdo_union sdo_within_distance sessiontimezone
    stats_binomial_test stats_mode stats_one_way_anova substrb substrc sys_connect_by_path sys_extract_utc sys_guid
    sysdate table to_binary_double to_binary_float to_blob to_clob to_dsinterval to_lob to_multi_byte to_nchar
    to_single_byte to_timestamp_tz to_vector to_yminterval treat tz_offset unistr validate_conversion value vector
    vector_dimension_count vector_dims vector_distance vector_norm vsize wm_concat xmlagg xmlattributes xmlcdata
    xmlcolattval xmlcomment xmlconcat xmlforest xmlroot xmlserialize
    """,
    "tsql": """
    approx_percentile_cont binary_checksum bit_count charindex checksum choose count_big date_bucket dateadd
    datediff_big datefromparts datename datepart datetrunc difference eomonth getdate getutcdate hashbytes isdate
    isjson isnumeric json_array json_modify json_object json_path_exists json_query json_value len nchar newid
    openjson parse parsename patindex quotename replicate square stdev stdevp str string_agg string_escape
    string_split switchoffset sysdatetime sysdatetimeoffset sysutcdatetime todatetimeoffset try_convert try_parse
    value var varp
    """,
}

REFUSED_BY_DIALECT = {"oracle": frozenset(("x_m_l_table", "xmltable", "xmlquery", "xmlexists", "extractvalue"))}
"""Harmless elsewhere; Oracle's read documents from addresses, by XQuery's doc() and external entities."""

QUALIFIERS = {"postgres": frozenset(("pg_catalog", "public")), "oracle": frozenset(("sdo_geom", "sdo_cs", "sys"))}
"""Schemas and packages before whose listed functions a name may stand; in DuckDB also a value, as in `name.lower()`."""


@cache
def listed(dialect: str) -> frozenset[str]:
    """Return the names of a dialect's functions, in lower case, that sqlglot may have no type for."""
    return frozenset(f"{FUNCTIONS['*']} {FUNCTIONS.get(dialect, '')}".split())


def refusal(name: str, dialect: str) -> str:
    """Return why a function may not be called, or "" when it may.

    Args:
        name: in lower case, as sqlglot names it.
    """
    if name in REFUSED or name in REFUSED_BY_DIALECT.get(dialect, ()):
        return "reaches beyond the data of the query"
    if name in listed(dialect) or name in KNOWN:
        return ""
    if REFUSED_FAMILIES.fullmatch(name):
        return "reaches beyond the data of the query"
    return f"is not on the list of {dialect}'s functions that only compute"
