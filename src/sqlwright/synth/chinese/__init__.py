"""Chinese questions for query trees.

    ChineseWriter(schema, lexicon, random.Random(0)).questions(tree, 3)
    # ["上海的客户有多少", "统计城市为上海的客户数量", "请问一共有多少位来自上海的客户？"]

Modules, from words to sentences: `words` (tables of Chinese words), `voice` (names and random choices), `literals`, `compare` (conditions
on literals), `scope` (what the tables of a FROM are to each other), `clauses` (expressions, conditions, noun phrases), `listing`,
`totals`, `groups`, `combined` (one kind of question each), `frames` (registers and punctuation), `writer`.
"""

from sqlwright.synth.chinese.writer import ChineseWriter

__all__ = ["ChineseWriter"]
