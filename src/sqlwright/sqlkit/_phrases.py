"""Say a condition or a value of a statement in words; what has no words of its own stands as SQL."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from sqlwright.sqlkit._wording import Wording
from sqlwright.sqlkit.parsing import render

_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_AGGREGATES = (exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max)
_LIKE = (exp.Like, exp.ILike)
_FORMATS = {"%Y": "year", "%m": "month", "%d": "day"}


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes the parts of one statement in one language."""

    wording: Wording
    dialect: str
    steps: dict[int, int] = field(default_factory=dict)
    """By the id of a nested query's node, the number of the step that has its result."""

    def sql(self, node: exp.Expr) -> str:
        """Return a part as SQL, with the steps' names in place of nested queries."""
        copy = node.copy()
        for original, place in zip(nested_queries(node), nested_queries(copy), strict=True):
            if id(original) not in self.steps:
                continue
            name = exp.Var(this=self.wording.step.format(self.steps[id(original)]))
            if place is copy:
                copy = name
            elif isinstance(place.parent, exp.Subquery):
                place.parent.replace(exp.Paren(this=name))
            else:
                place.replace(name)
        return render(copy, self.dialect)

    def value(self, node: exp.Expr) -> str:
        """Return a value in words: an aggregate, a step's result, or SQL."""
        words = self.wording
        if isinstance(node, exp.Alias):
            return words.named.format(self.value(node.this), self.sql(node.args["alias"]))
        if isinstance(node, exp.Paren):
            return f"({self.value(node.this)})"
        if isinstance(node, exp.Star):
            return words.every_column if not any(node.args.values()) else self.sql(node)
        if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
            return words.columns_of.format(node.table)
        if isinstance(node, exp.Subquery) and id(node.this) in self.steps:
            return words.step.format(self.steps[id(node.this)])
        if isinstance(node, _AGGREGATES) and (said := self._aggregate(node)):
            return said
        if (part := _date_part(node)) is not None:
            name, date = part
            return words.date_parts[name].format(self.sql(date))
        return self.sql(node)

    def condition(self, node: exp.Expr) -> str:
        """Return a condition in words."""
        words = self.wording
        if isinstance(node, exp.And):
            return words.and_.join(self._operand(side, exp.Or) for side in node.flatten())
        if isinstance(node, exp.Or):
            return words.or_.join(self._operand(side, exp.And) for side in node.flatten())
        if isinstance(node, exp.Paren):
            return self.condition(node.this)
        if isinstance(node, exp.Not):
            return self._simple(node.this, "Not") or words.comparisons["Not"].format(f"({self.condition(node.this)})")
        return self._simple(node, "") or self.sql(node)

    def _operand(self, node: exp.Expr, other: type[exp.Expr]) -> str:
        inner = node.this if isinstance(node, exp.Paren) else node
        said = self.condition(inner)
        return f"({said})" if isinstance(inner, other) else said

    def _aggregate(self, node: exp.Expr) -> str:
        """Return an aggregate in words, "" where it has more than one plain argument."""
        inner, rest = node.this, [name for name, value in node.args.items() if name != "this" and value]
        if [name for name in rest if name != "big_int"]:
            return ""
        if isinstance(node, exp.Count) and isinstance(inner, exp.Star):
            return self.wording.rows
        forms = self.wording.aggregates
        if isinstance(inner, exp.Distinct):
            single = len(inner.expressions) == 1 and isinstance(node, exp.Count) and not inner.args.get("on")
            return forms["CountDistinct"].format(self.sql(inner.expressions[0])) if single else ""
        return forms[type(node).__name__].format(self.sql(inner))

    def _simple(self, node: exp.Expr, negated: str) -> str:
        """Return one comparison in words, with "Not" negated; "" where there are none for it."""
        forms = self.wording.comparisons
        if isinstance(node, exp.Paren):
            return self._simple(node.this, negated)
        if isinstance(node, _COMPARED) and not negated:
            return forms[type(node).__name__].format(self.value(node.this), self.value(node.expression))
        if isinstance(node, exp.Between):
            ends = (node.this, node.args["low"], node.args["high"])
            return forms[f"{negated}Between"].format(*map(self.value, ends))
        if isinstance(node, exp.In):
            return self._membership(node, negated)
        if isinstance(node, _LIKE) and isinstance(node.expression, exp.Literal):
            kind, text = _pattern(node.expression.name)
            shown = self.sql(exp.Literal.string(text))
            return forms[f"{negated}{kind}"].format(self.value(node.this), shown)
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            return forms[f"{negated}Null"].format(self.value(node.this))
        if isinstance(node, exp.Exists) and id(_inside(node.this)) in self.steps:
            return forms[f"{negated}Exists"].format(self.steps[id(_inside(node.this))])
        return ""

    def _membership(self, node: exp.In, negated: str) -> str:
        forms, query = self.wording.comparisons, node.args.get("query")
        if query is not None:
            number = self.steps.get(id(_inside(query)))
            named = self.wording.step.format(number) if number else self.sql(query)
            return forms[f"{negated}InStep"].format(self.value(node.this), named)
        if not node.expressions:
            return ""
        listed = self.wording.comma.join(self.value(item) for item in node.expressions)
        return forms[f"{negated}In"].format(self.value(node.this), listed)


def nested_queries(node: exp.Expr) -> list[exp.Expr]:
    """Return the queries inside a part, those inside them left out, in the order of their appearance."""
    found: list[exp.Expr] = []

    def visit(part: exp.Expr) -> None:
        if isinstance(part, (exp.Select, exp.SetOperation)):
            found.append(part)
            return
        for child in part.iter_expressions():
            visit(child)

    visit(node)
    return found


def _inside(node: exp.Expr) -> exp.Expr:
    """Return the query inside parentheses."""
    while isinstance(node, (exp.Subquery, exp.Paren)):
        node = node.this
    return node


def _date_part(node: exp.Expr) -> tuple[str, exp.Expr] | None:
    """Return which part of which date an expression takes; None where it takes none."""
    if isinstance(node, exp.Cast) and node.to.is_type(*exp.DataType.INTEGER_TYPES):
        node = node.this
    if isinstance(node, exp.Extract):
        name = node.this.name.lower()
        return (name, node.expression) if name in _FORMATS.values() else None
    if isinstance(node, (exp.Year, exp.Month, exp.Day)):
        date = node.this.this if isinstance(node.this, exp.TsOrDsToDate) else node.this
        return type(node).__name__.lower(), date
    if isinstance(node, exp.Anonymous) and node.name.lower() == "strftime" and len(node.expressions) == 2:
        form, date = node.expressions
        return (_FORMATS[form.name], date) if form.is_string and form.name in _FORMATS else None
    return None


def _pattern(text: str) -> tuple[str, str]:
    """Return what a LIKE pattern asks for, and of which text."""
    core = text.strip("%")
    if not core or "%" in core or "_" in core or "\\" in core:
        return "matches", text
    begins, ends = text.startswith("%"), text.endswith("%")
    if begins and ends:
        return "contains", core
    if ends:
        return "starts", core
    return ("ends", core) if begins else ("matches", text)
