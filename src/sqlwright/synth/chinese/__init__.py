"""Chinese questions for query trees.

    ChineseWriter(schema, lexicon, random.Random(0)).questions(tree, 3)
    # ["上海的客户有多少", "统计城市为上海的客户数量", "请问一共有多少位来自上海的客户？"]

Modules, from words to sentences:

* `words`: tables of Chinese words; `voice`: names and random choices; `literals`: numbers, dates and stored values;
* `said`, `compare`, `short`, `dates`, `joining`: conditions on literals, and conditions joined;
* `scope`: what the tables of a FROM are to each other; `figures`: counts, sums, windows;
* `clauses`: expressions, conditions and noun phrases; `nested`, `owners`: rows of other tables as conditions;
* `requests`: which things first, then what of them is wanted; `facts`: questions about one thing by its name;
* `listing`, `totals`, `groups`, `combined`: one kind of question each;
* `frames`: registers and punctuation; `writer`: the door.
"""

from sqlwright.synth.chinese.writer import ChineseWriter

__all__ = ["ChineseWriter"]
