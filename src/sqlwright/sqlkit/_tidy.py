"""Small rewrites that give equal statements one spelling and never change a result."""

from __future__ import annotations

from sqlglot import exp

_NEGATED = (exp.In, exp.Between, exp.Like, exp.ILike, exp.Glob)
_ATOMS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Like, exp.Is, exp.Exists)
_HOLDERS = (exp.Where, exp.Having)


def tidy(tree: exp.Expr) -> exp.Expr:
    """Return the tree with plain joins, no ASC, no needless parentheses, frames and collations in upper case."""
    for node in list(tree.walk()):
        if isinstance(node, exp.Join):
            _tidy_join(node)
        elif isinstance(node, exp.Ordered):
            if node.args.get("desc") is False:
                node.set("desc", None)
        elif isinstance(node, exp.Paren):
            _tidy_paren(node)
        elif isinstance(node, exp.WindowSpec):
            for key, value in node.args.items():
                if isinstance(value, str):
                    node.set(key, value.upper())
        elif isinstance(node, exp.Collate):
            _tidy_collation(node)
    return tree


def _tidy_join(join: exp.Join) -> None:
    conditioned = join.args.get("on") or join.args.get("using")
    if (join.kind == "OUTER" and join.side) or (join.kind == "INNER" and conditioned and not join.method):
        join.set("kind", None)


def _tidy_paren(paren: exp.Paren) -> None:
    inner, parent = paren.this, paren.parent
    nested = isinstance(inner, exp.Paren)
    whole = isinstance(parent, _HOLDERS) and isinstance(inner, (*_ATOMS, exp.And, exp.Or, exp.Not, exp.Between))
    operand = isinstance(parent, (exp.And, exp.Or)) and isinstance(inner, _ATOMS)
    if nested or whole or operand:
        paren.replace(inner)


def _tidy_collation(collate: exp.Collate) -> None:
    name = collate.expression
    if isinstance(name, exp.Column) and not name.table and not name.this.args.get("quoted"):
        name.this.set("this", name.name.upper())
    elif isinstance(name, (exp.Var, exp.Identifier)) and not name.args.get("quoted"):
        name.set("this", name.name.upper())
