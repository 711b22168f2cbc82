"""Judges predictions by running them, sums up, compares runs and writes the report.

verdicts = score(examples, predictions, database_of=lambda db_id: "shop.sqlite")
summary = summarise(verdicts, examples)
compare(base_verdicts, verdicts).fixed
"""

from __future__ import annotations

from sqlwright.evaluate.errors import ERROR_CLASSES, ErrorClass
from sqlwright.evaluate.report import ReportSet, write_report
from sqlwright.evaluate.rules import BIRD_EX, RULES, STRICT, TEST_SUITE, Rule, equal, get_rule
from sqlwright.evaluate.scoring import is_ordered, score
from sqlwright.evaluate.summary import Comparison, Group, Summary, compare, mcnemar, summarise

__all__ = [
    "BIRD_EX",
    "ERROR_CLASSES",
    "RULES",
    "STRICT",
    "TEST_SUITE",
    "Comparison",
    "ErrorClass",
    "Group",
    "ReportSet",
    "Rule",
    "Summary",
    "compare",
    "equal",
    "get_rule",
    "is_ordered",
    "mcnemar",
    "score",
    "summarise",
    "write_report",
]
