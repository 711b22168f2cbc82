"""Read a schema from DDL text: CREATE TABLE and VIEW, COMMENT ON, ALTER TABLE ... ADD keys, CREATE UNIQUE INDEX.

    schema = parse_ddl(Path("dump.sql").read_text(), "mysql", "shop")

Everything else in the text (data, grants, functions) is passed over, so dumps of mysqldump, pg_dump and sqlite3 can be
given as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

from sqlwright.errors import SchemaError
from sqlwright.schema.ddl_simplify import simplify
from sqlwright.schema.ddl_tokens import Body, read_body, tokenize
from sqlwright.schema.ddl_views import view_columns
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.schema.resolve import require_tables, resolve

_DUMP_DATA = re.compile(r"^COPY [^\n]* FROM stdin;\n.*?^\\\.$|^\\[^\n]*$", re.MULTILINE | re.DOTALL | re.IGNORECASE)
_COLUMNS = (exp.ColumnDef, exp.Identifier)
"""What a column is in a tree: an identifier alone when it has neither type nor constraint."""
_KEY_WORDS = frozenset({"FOREIGN KEY", "PRIMARY KEY", "UNIQUE", "REFERENCES"})


def parse_ddl(text: str, dialect: str = "sqlite", db_id: str = "db") -> Schema:
    """Return the schema that some DDL defines.

    Comments come from COMMENT ON, from MySQL's COMMENT '...', or else from `--` and `/* */` beside the column
    (see `ddl_tokens`). A table that is created twice counts as it is created last.

    Args:
        text: any number of statements.
        dialect: sqlglot's name of the dialect.
        db_id: the name the schema gets.

    Raises:
        SchemaError: the text cannot be read (the message gives the line), or creates no table.
    """
    text = _DUMP_DATA.sub(lambda data: "\n" * data.group().count("\n"), text)
    tables: dict[str, Table] = {}
    tokens_of_all = tokenize(text, dialect)
    parser = Dialect.get_or_raise(dialect).parser()
    for tokens in _statements(tokens_of_all):
        tree = _parse(tokens, text, parser, dialect)
        if isinstance(tree, exp.Create):
            _create(tree, read_body(tokens, text), tables, dialect, tokens[0].line)
        elif isinstance(tree, exp.Alter):
            _alter(tree, tables)
        elif isinstance(tree, exp.Comment):
            _comment(tree, tables)
    return require_tables(resolve(db_id, tables.values(), dialect), "DDL text")


def _statements(tokens: list[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each statement that says something about the schema, semicolon included."""
    start = 0
    for i, token in enumerate(tokens):
        if token.token_type is TokenType.SEMICOLON or i == len(tokens) - 1:
            statement = tokens[start : i + 1]
            start = i + 1
            if _matters(statement):
                yield statement


def _matters(statement: list[Token]) -> bool:
    words = [token.text.upper() for token in statement[:8]]
    match words[0]:
        case "CREATE":
            kind = next((word for word in words if word in {"TABLE", "VIEW", "INDEX", "VIRTUAL", "FUNCTION"}), "")
            return kind in {"TABLE", "VIEW"} or (kind == "INDEX" and "UNIQUE" in words)
        case "ALTER":
            return not _KEY_WORDS.isdisjoint(token.text.upper() for token in statement)
        case first:
            return first == "COMMENT"


def _parse(tokens: list[Token], text: str, parser: Parser, dialect: str) -> exp.Expr | None:
    """Return the tree of a statement; a CREATE TABLE that sqlglot does not know in full is read for its keys alone."""
    body = [token for token in tokens if token.token_type is not TokenType.SEMICOLON]
    creates = tokens[0].text.upper() == "CREATE"
    tree, reason = _try_parse(body, text, parser)
    if tree is None and creates:
        tree, _ = _try_parse(simplify(body, text), text, parser)
    if tree is None and creates:
        raise SchemaError(f"DDL text, line {tokens[0].line}: not readable as {dialect} ({reason})")
    return tree


def _try_parse(tokens: list[Token], text: str, parser: Parser) -> tuple[exp.Expr | None, str]:
    """Return the tree, or None and the reason."""
    try:
        tree = parser.parse(tokens, text)[0]
    except SqlglotError as error:
        return None, str(error).splitlines()[0].partition(". Line")[0]
    if isinstance(tree, exp.Command):
        return None, "unknown kind of statement"
    return tree, ""


def _create(tree: exp.Create, body: Body | None, tables: dict[str, Table], dialect: str, line: int) -> None:
    if tree.kind == "INDEX":
        return _unique_index(tree, tables)
    name = _table_name(tree.this)
    if not name:
        raise SchemaError(f"DDL text, line {line}: CREATE {tree.kind} without a name")
    comment = tree.find(exp.SchemaCommentProperty)
    if isinstance(tree.expression, exp.Query):
        table = Table(name, view_columns(tree, tables.values(), dialect), is_view=tree.kind == "VIEW")
    elif body is not None:
        table = _table(name, tree.this, body)
    else:
        raise SchemaError(f"DDL text, line {line}: table {name!r} has no columns")
    tables[name.lower()] = replace(table, comment=comment.name) if comment else table
    return None


def _table(name: str, tree: exp.Expr, body: Body) -> Table:
    columns = tuple(_column(part, body) for part in tree.expressions if isinstance(part, _COLUMNS))
    table = Table(name, columns, comment=body.comment, is_view=body.is_view)
    for part in tree.expressions:
        if isinstance(part, _COLUMNS):
            for constraint in part.find_all(exp.PrimaryKeyColumnConstraint, exp.Reference):
                table = _with_key(table, constraint, (part.name,))
        else:
            table = _with_keys(table, part)
    return table


def _column(part: exp.Expr, body: Body) -> Column:
    item = body.items[part.name]
    comment = part.find(exp.CommentColumnConstraint)
    not_null = any(not each.args.get("allow_null") for each in part.find_all(exp.NotNullColumnConstraint))
    primary = part.find(exp.PrimaryKeyColumnConstraint) is not None
    return Column(
        part.name,
        item.type,
        comment=comment.name if comment else item.comment,
        nullable=not (not_null or primary),
        unique=part.find(exp.UniqueColumnConstraint) is not None,
        samples=item.samples,
    )


def _with_keys(table: Table, part: exp.Expr) -> Table:
    """Return the table with the keys of a table constraint or an ALTER TABLE."""
    for key in part.find_all(exp.PrimaryKey, exp.ForeignKey, exp.UniqueColumnConstraint):
        listed = key.this.expressions if isinstance(key.this, exp.Schema) else key.expressions
        table = _with_key(table, key, tuple(each.name for each in listed))
    return table


def _with_key(table: Table, key: exp.Expr, columns: tuple[str, ...]) -> Table:
    if isinstance(key, exp.PrimaryKey | exp.PrimaryKeyColumnConstraint):
        known = {name.lower() for name in columns}
        changed = tuple(
            replace(each, nullable=each.nullable and each.name.lower() not in known) for each in table.columns
        )
        return replace(table, columns=changed, primary_key=columns)
    if isinstance(key, exp.UniqueColumnConstraint):
        return _with_unique(table, columns)
    reference = key if isinstance(key, exp.Reference) else key.args.get("reference")
    if reference is None:
        return table
    targets = tuple(each.name for each in reference.this.expressions)
    foreign = ForeignKey(columns, _table_name(reference.this), targets)
    return replace(table, foreign_keys=(*table.foreign_keys, foreign))


def _with_unique(table: Table, columns: tuple[str, ...]) -> Table:
    if len(columns) != 1:
        return table
    name = columns[0].lower()
    changed = tuple(replace(each, unique=True) if each.name.lower() == name else each for each in table.columns)
    return replace(table, columns=changed)


def _unique_index(tree: exp.Create, tables: dict[str, Table]) -> None:
    name = _table_name(tree.this.args.get("table")).lower()
    parameters = tree.this.args.get("params")
    if name in tables and parameters is not None and not parameters.args.get("where"):
        listed = [each.this if isinstance(each, exp.Ordered) else each for each in parameters.args.get("columns") or ()]
        if all(isinstance(each, exp.Column) for each in listed):
            tables[name] = _with_unique(tables[name], tuple(each.name for each in listed))


def _alter(tree: exp.Alter, tables: dict[str, Table]) -> None:
    name = _table_name(tree.this).lower()
    if name in tables:
        for action in tree.args.get("actions") or ():
            tables[name] = _with_keys(tables[name], action)


def _comment(tree: exp.Comment, tables: dict[str, Table]) -> None:
    said = tree.expression.name if tree.expression else ""
    target = tree.this
    if isinstance(target, exp.Column):
        table = tables.get(target.table.lower())
        if table is not None and table.has(target.name):
            wanted = table.column(target.name)
            changed = tuple(replace(each, comment=said) if each is wanted else each for each in table.columns)
            tables[table.name.lower()] = replace(table, columns=changed)
    elif isinstance(target, exp.Table) and target.name.lower() in tables:
        tables[target.name.lower()] = replace(tables[target.name.lower()], comment=said)


def _table_name(tree: exp.Expr | None) -> str:
    found = tree.find(exp.Table) if tree is not None else None
    return found.name if found is not None else ""
