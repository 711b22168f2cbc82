from __future__ import annotations

import random

from sqlwright.schema import parse_ddl
from sqlwright.schema.lexicon import Lexicon
from sqlwright.synth.tree import Column, Compare, Item, Query, Source
from sqlwright.synth.write_en import EnglishWriter

SHOP = parse_ddl("CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT, age INTEGER)", db_id="shop")


def test_phrasings_differ_and_say_the_literal() -> None:
    tree = Query((Item(Column("customer", "name")),), Source("customer"), where=Compare(Column("customer", "city"), "=", "Lyon"))
    questions = EnglishWriter(SHOP, Lexicon.builtin(), random.Random(1), noise=0).questions(tree, 8)
    assert len(set(questions)) == len(questions) == 8
    assert all("Lyon" in question for question in questions)
