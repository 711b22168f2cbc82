"""Which tables a statement reads, told from the names that its WITH clauses give."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

from sqlwright.sqlkit.parsing import tree_of


def tables_of(sql: str, dialect: str = "sqlite") -> tuple[str, ...]:
    """Return the names of the tables that a statement reads, each once, as first written and in order of appearance.

    Raises:
        SqlError: `sql` is not one statement that parses.
    """
    names: dict[str, str] = {}
    for table in real_tables(tree_of(sql, dialect)):
        names.setdefault(table.name.lower(), table.name)
    return tuple(names.values())


def real_tables(tree: exp.Expr) -> Iterator[exp.Table]:
    """Yield the nodes that name tables or views, in order of appearance; no CTEs, no table functions."""
    if isinstance(tree, exp.Table) and isinstance(tree.this, (exp.Identifier, exp.Dot)) and not names_cte(tree):
        yield tree
    clause = tree.args.get("with_")
    if clause is not None:
        yield from real_tables(clause)
    for child in tree.iter_expressions():
        if child is not clause:
            yield from real_tables(child)


def names_cte(table: exp.Table, key: Callable[[exp.Identifier], str] | None = None) -> bool:
    """Return whether the name is one that a WITH clause in sight gives.

    A CTE is seen by those after it and by the statement; by itself only with RECURSIVE.

    Args:
        key: returns the same for two spellings of one name; letter case is of no account by default.
    """
    if table.db or not isinstance(table.this, exp.Identifier):
        return False
    same = key or (lambda name: name.name.lower())
    name = same(table.this)
    below: exp.Expr = table
    node = table.parent
    while node is not None:
        if isinstance(node, exp.With):
            for cte in node.expressions:
                if cte is below:
                    if node.args.get("recursive") and _gives(cte, name, same):
                        return True
                    break
                if _gives(cte, name, same):
                    return True
            below = node
        else:
            clause = node.args.get("with_")
            if clause is not None and clause is not below and any(_gives(c, name, same) for c in clause.expressions):
                return True
            below = node
        node = node.parent
    return False


def _gives(cte: exp.Expr, name: str, key: Callable[[exp.Identifier], str]) -> bool:
    alias = cte.args.get("alias")
    given = alias.this if isinstance(alias, exp.TableAlias) else alias
    return isinstance(given, exp.Identifier) and key(given) == name
