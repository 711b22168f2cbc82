"""Chinese questions for query trees: `ChineseWriter(schema, lexicon, rng).questions(tree, n)`."""

from sqlwright.synth.chinese import ChineseWriter

__all__ = ["ChineseWriter"]
