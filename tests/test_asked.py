"""The question of a conversation, and its turns, whoever wrote the messages."""

from __future__ import annotations

import pytest

from sqlwright._asked import asked_in
from sqlwright.errors import DataError
from sqlwright.records import Turn

ASKED = "How many customers?"
SQL = "SELECT COUNT(*) FROM customer"


def test_a_conversation_is_a_question_and_its_turns() -> None:
    said = [("system", "You write SQL."), ("user", ASKED), ("assistant", SQL)]
    assert asked_in([*said, ("user", "And in Oslo?")]) == ("And in Oslo?", (Turn(ASKED, SQL),))
    assert asked_in([("user", "Never answered"), ("assistant", " "), ("user", ASKED)]) == (ASKED, ())


def test_the_question_of_a_prompt_of_several_lines_is_its_last() -> None:
    prompt = f"Use this format:\n\nQuestion: Question here\nSQLQuery: ...\n\nQuestion: {ASKED}\nSQLQuery: "
    assert asked_in([("user", prompt)]) == (ASKED, ())
    earlier = [("user", prompt), ("assistant", SQL), ("user", "And in Oslo?")]
    assert asked_in(earlier) == ("And in Oslo?", (Turn(ASKED, SQL),))


@pytest.mark.parametrize("said", [[], [("user", "  ")], [("user", ASKED), ("assistant", SQL)], [("system", ASKED)]])
def test_what_ends_in_no_question_is_said(said: list[tuple[str, str]]) -> None:
    with pytest.raises(DataError, match="no question"):
        asked_in(said)
