"""Data sets: read and write their formats, clean, audit by execution, split, count.

found = read("train.json")                                  # format by content
examples, report = clean_examples(found.examples)
audited = audit(examples, {"shop": "sqlite:///shop.db"})    # every SQL runs
parts = split(audited.kept(examples), by="skeleton")
export(parts["train"], "train.jsonl", "chat", schemas=found.schemas)
"""

from sqlwright.data.auditing import NEAR, Audit, Finding, NearDuplicate, audit
from sqlwright.data.cleaning import Change, CleanReport, clean_examples, clean_question
from sqlwright.data.formats.wikisql import write_database as write_wikisql_database
from sqlwright.data.leaks import Leak, find_leaks
from sqlwright.data.reading import Format, Import, Skipped, read
from sqlwright.data.splitting import FRACTIONS, SplitBy, split
from sqlwright.data.stats import Lengths, Statistics, statistics
from sqlwright.data.writing import ROLE, ExportFormat, export

__all__ = [
    "FRACTIONS",
    "NEAR",
    "ROLE",
    "Audit",
    "Change",
    "CleanReport",
    "ExportFormat",
    "Finding",
    "Format",
    "Import",
    "Leak",
    "Lengths",
    "NearDuplicate",
    "Skipped",
    "SplitBy",
    "Statistics",
    "audit",
    "clean_examples",
    "clean_question",
    "export",
    "find_leaks",
    "read",
    "split",
    "statistics",
    "write_wikisql_database",
]
