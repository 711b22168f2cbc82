"""What is said, in English and Chinese, where a question is not answered."""

from __future__ import annotations

from sqlwright.schema import Lexicon, Schema
from sqlwright.schema.words import plural

_NAMED = 5
"""Tables that a refusal names, so that its reader sees what could be asked."""

_TEXTS = {
    "en": {
        "change": "I only read this database and answer questions; I cannot change anything in it.",
        "small-talk": "Hello! I answer questions about this database, which holds {tables}.",
        "off-topic": "I do not know: that does not seem to be in this database, which holds {tables}.",
        "guard": "I did not run the SQL that was written for this, since it is not safe: {why}",
        "error": "This could not be answered: {why}",
    },
    "zh": {
        "change": "我只读取这个数据库并回答问题，不能修改其中的任何内容。",
        "small-talk": "你好！我可以回答关于这个数据库的问题，里面有{tables}。",
        "off-topic": "抱歉，我不知道：这个问题似乎不在数据库的范围内，里面有{tables}。",
        "guard": "为此写出的 SQL 不安全，没有执行：{why}",
        "error": "无法回答：{why}",
    },
}


def polite(
    rule: str, language: str, schema: Schema | None = None, lexicon: Lexicon | None = None, why: str = ""
) -> str:
    """Return the text for a reason: a rule of the router, "guard" or "error".

    Args:
        schema, lexicon: what the router's refusals name tables from.
        why: the reason in words, for "guard" and "error".
    """
    language = "zh" if language == "zh" else "en"
    tables = _tables(schema, lexicon, language) if schema and lexicon else ""
    return _TEXTS[language][rule].format(why=" ".join(why.split()), tables=tables)


def _tables(schema: Schema, lexicon: Lexicon, language: str) -> str:
    """Return the names of the first tables, as people call them."""
    names = []
    for table in schema.tables[:_NAMED]:
        found = lexicon.names_of_table(table, language)
        name = found[0] if found else table.name
        names.append(plural(name) if language == "en" else name)
    rest = len(schema.tables) - len(names)
    if language == "zh":
        return "、".join(names) + (f"等 {len(schema.tables)} 张表" if rest else "")
    return ", ".join(names) + (f" and {rest} more tables" if rest else "")
