"""Make pairs of question and SQL for a database, or for a schema alone, without a network.

    with open_executor(url) as executor:
        examples, statistics = make_pairs(schema, values, executor, count=2000, seed=7)

The way of a pair: `Catalog` says what can be asked about, `Sampler` draws a query tree (`tree`), `write_sql` prints it,
and `EnglishWriter` and `ChineseWriter` put it into questions. `make_pairs` runs each query and keeps those that say
something; without a database the other parts make pairs by themselves, some twenty microseconds a tree.
"""

from sqlwright.synth.catalog import Catalog
from sqlwright.synth.coverage import Statistics
from sqlwright.synth.literals import literals_said
from sqlwright.synth.pairs import make_pairs
from sqlwright.synth.profile import Profile, read_profile
from sqlwright.synth.sampler import SHAPES, Sampler
from sqlwright.synth.tree import Tree
from sqlwright.synth.write_en import EnglishWriter
from sqlwright.synth.write_sql import write_sql
from sqlwright.synth.write_zh import ChineseWriter

__all__ = [
    "SHAPES",
    "Catalog",
    "ChineseWriter",
    "EnglishWriter",
    "Profile",
    "Sampler",
    "Statistics",
    "Tree",
    "literals_said",
    "make_pairs",
    "read_profile",
    "write_sql",
]
