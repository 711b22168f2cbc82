from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.errors import SchemaError
from sqlwright.schema import ForeignKey, kind_of_type, parse_ddl

SQLITE = """
-- 客户主表
CREATE TABLE `客户` ( -- 含潜在客户
    id INTEGER PRIMARY KEY, -- 编号
    /* as on the passport */
    name VARCHAR(20) NOT NULL UNIQUE ON CONFLICT IGNORE,
    -- old_name TEXT,
    size UNSIGNED BIG INT DEFAULT (1 + 2), -- # of items, in all
    kind TEXT CHECK (kind IN ('a', 'b')) /* e.g. 'a', 'b''c' */ -- last
    , parent REFERENCES 客户
    -- ---------- keys ----------
    , CONSTRAINT self FOREIGN KEY (PARENT) REFERENCES 客户 (ID)
);
CREATE TABLE plain (a, b, PRIMARY KEY (a, b)); -- trailing
CREATE VIEW big AS SELECT c.*, size * 2 AS doubled FROM 客户 AS c;
CREATE VIEW two (x, y) AS SELECT id, name FROM 客户;
INSERT INTO plain VALUES (1, '); CREATE TABLE no (x int');
"""

MYSQL = """
--
-- Table structure for table `item`
--
DROP TABLE IF EXISTS `item`;
/*!40101 SET @saved_cs_client = @@character_set_client */;
CREATE TABLE `item` (
  `id` int(11) unsigned NOT NULL AUTO_INCREMENT COMMENT '编号',
  `name` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL COMMENT 'it''s',
  `state` enum('a','b') NOT NULL DEFAULT 'a',
  `shop` int(11),
  PRIMARY KEY (`id`),
  UNIQUE KEY `u` (`name`),
  KEY `k` (`state`),
  CONSTRAINT `fk` FOREIGN KEY (`shop`) REFERENCES `shop` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COMMENT='商品';
LOCK TABLES `item` WRITE;
CREATE TABLE shop (id int PRIMARY KEY);
"""

POSTGRES = r"""
\restrict abc
SET statement_timeout = 0;
CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
-- Name: item; Type: TABLE; Schema: public; Owner: me
CREATE TABLE public.item (
    id integer NOT NULL,
    name character varying(20) DEFAULT 'x'::character varying,
    at timestamp with time zone DEFAULT now() NOT NULL,
    tags text[]
);
ALTER TABLE public.item OWNER TO me;
COMMENT ON TABLE public.item IS 'things';
COMMENT ON COLUMN public.item.name IS '名称';
CREATE TABLE public.part (item bigint, code text);
COPY public.item (id, name) FROM stdin;
1	it's "
\.
ALTER TABLE ONLY public.item ADD CONSTRAINT item_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX part_code ON public.part USING btree (code);
CREATE UNIQUE INDEX part_some ON public.part USING btree (item) WHERE (code IS NULL);
ALTER TABLE ONLY public.part ADD CONSTRAINT part_fk FOREIGN KEY (item) REFERENCES public.item(id) ON DELETE CASCADE;
"""


def test_sqlite_with_comments_in_every_place() -> None:
    schema = parse_ddl(SQLITE, "sqlite", "crm")
    customer = schema.table("客户")
    assert customer.comment == "客户主表 含潜在客户"
    assert customer.primary_key == ("id",)
    assert [column.type for column in customer.columns] == ["INTEGER", "VARCHAR(20)", "UNSIGNED BIG INT", "TEXT", ""]
    assert [column.comment for column in customer.columns] == [
        "编号",
        "as on the passport",
        "# of items, in all",
        "last",
        "",
    ]
    assert customer.column("name").unique
    assert not customer.column("name").nullable
    assert customer.column("kind").samples == ("a", "b'c")
    assert customer.foreign_keys == (ForeignKey(("parent",), "客户", ("id",)),)
    assert schema.table("plain").primary_key == ("a", "b")
    assert schema.table("plain").comment == "trailing"


def test_views_take_columns_and_types_from_their_query() -> None:
    schema = parse_ddl(SQLITE)
    big = schema.table("big")
    assert big.is_view
    assert [column.name for column in big.columns] == ["id", "name", "size", "kind", "parent", "doubled"]
    assert big.column("name").type == "VARCHAR(20)"
    assert [(column.name, column.type) for column in schema.table("two").columns] == [
        ("x", "INTEGER"),
        ("y", "VARCHAR(20)"),
    ]
    assert not schema.has("no")


def test_mysql_dump() -> None:
    item = parse_ddl(MYSQL, "mysql").table("item")
    assert item.comment == "商品"
    assert [column.type for column in item.columns] == ["int(11) unsigned", "varchar(20)", "enum('a','b')", "int(11)"]
    assert [column.comment for column in item.columns] == ["编号", "it's", "", ""]
    assert [column.unique for column in item.columns] == [False, True, False, False]
    assert item.foreign_keys == (ForeignKey(("shop",), "shop", ("id",)),)


def test_postgres_dump() -> None:
    schema = parse_ddl(POSTGRES, "postgres")
    item, part = schema.tables
    assert (item.comment, item.primary_key) == ("things", ("id",))
    assert [column.type for column in item.columns] == [
        "integer",
        "character varying(20)",
        "timestamp with time zone",
        "text[]",
    ]
    assert item.column("name").comment == "名称"
    assert part.column("code").unique
    assert not part.column("item").unique
    assert part.foreign_keys == (ForeignKey(("item",), "item", ("id",)),)


def test_oracle_export() -> None:
    text = """CREATE TABLE "HR"."EMP" ("ID" NUMBER(10,0) NOT NULL ENABLE, "N" VARCHAR2(20 BYTE),
        CONSTRAINT "PK" PRIMARY KEY ("ID") USING INDEX PCTFREE 10 ENABLE) SEGMENT CREATION IMMEDIATE TABLESPACE "USERS";
        COMMENT ON COLUMN "HR"."EMP"."N" IS 'name';"""
    table = parse_ddl(text, "oracle").table("EMP")
    assert table.primary_key == ("ID",)
    assert [(column.type, column.comment) for column in table.columns] == [
        ("NUMBER(10,0)", ""),
        ("VARCHAR2(20 BYTE)", "name"),
    ]


@pytest.mark.parametrize("text", ["", "SELECT 1", "-- nothing here"])
def test_no_tables_is_said(text: str) -> None:
    with pytest.raises(SchemaError, match="no tables found"):
        parse_ddl(text)


def test_a_statement_that_cannot_be_read_is_named_by_line() -> None:
    with pytest.raises(SchemaError, match="line 2: not readable as sqlite"):
        parse_ddl("CREATE TABLE good (a int);\nCREATE TABLE (((;")
    with pytest.raises(SchemaError, match="not readable as"):
        parse_ddl("CREATE TABLE t (a int)", "no-such-dialect")


@given(st.text(st.sampled_from("CREATE TABLE t(a int,)'\"`;-/*\n"), max_size=60))
def test_any_text_gives_a_schema_or_one_clear_error(text: str) -> None:
    try:
        parse_ddl(text)
    except SchemaError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("", "text"),
        ("VARCHAR(20)", "text"),
        ("UNSIGNED BIG INT", "number"),
        ("NUMBER(10,0)", "number"),
        ("double precision", "number"),
        ("BINARY_DOUBLE", "number"),
        ("enum('date','int')", "text"),
        ("INTERVAL DAY TO SECOND", "other"),
        ("point", "other"),
        ("int4range", "other"),
        ("INTEGER[]", "other"),
        ("STRUCT(a INTEGER)", "other"),
        ("others", "other"),
        ("time", "date"),
        ("timestamp(6) with time zone", "date"),
        ("tinyint(1)", "number"),
        ("BOOLEAN", "boolean"),
        ("VARBINARY(8)", "other"),
        ("jsonb", "other"),
    ],
)
def test_what_a_type_holds(type_: str, kind: str) -> None:
    assert kind_of_type(type_) == kind
