"""Lets a chat model write an answer's text from schema, question, SQL and rows, and checks its figures against them.

The model may be that of an OpenAI-compatible endpoint (`ask.chat_url`) or the run's own, where it has a chat template.
What it writes is taken only if every number in it stands in the result, the question or the statement (rounding is
allowed), and if it is no SQL; otherwise the line made from the statement stands (see `_sentence`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING

from sqlwright._endpoint import Patience, read_key
from sqlwright._language import language_of
from sqlwright.config import AskConfig
from sqlwright.database import Result
from sqlwright.errors import ConfigError, EndpointError
from sqlwright.project._sentence import shown
from sqlwright.records import Prompt

if TYPE_CHECKING:
    from sqlwright.infer import Writer
    from sqlwright.infer.endpoint import Endpoint
    from sqlwright.project._models import Model

TextWriter = Callable[[str, str, str, str, Result], str]
"""Question, language, schema, SQL and result -> text; "" where none can be had."""

_LONGEST_CELL = 80
_LONGEST_TEXT = 1_200
_TOKENS = 200
_PATIENCE = Patience(seconds=30.0, attempts=2)
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?|\d+(?:\.\d+)?")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_IS_SQL = re.compile(r"^\W*(?:select|with)\b", re.IGNORECASE)
_ASK = (
    "Answer the question in one or two plain sentences in {language}, from the rows alone. Every number you write must "
    "stand in the rows. If the rows do not answer the question, say that you do not know."
)
_LANGUAGES = {"en": "English", "zh": "Chinese"}


def writer_of(config: AskConfig, model: Model, engine: Writer) -> TextWriter | None:
    """Return who writes an answer's text besides the template; None where nobody does.

    Raises:
        ConfigError: `ask.text` asks for a chat model and there is none, or the endpoint's address or key is wrong.
    """
    if config.text == "template":
        return None
    if config.chat_url:
        from sqlwright.infer.endpoint import Endpoint

        read_key(config.chat_key or None)  # a key that is missing is told now, not lost with the text
        endpoint = Endpoint(config.chat_url, config.chat_model, config.chat_key or None, _PATIENCE)
        return partial(_written, partial(_from_endpoint, endpoint), config.chat_rows)
    if model.frame.before or model.frame.after:
        return partial(_written, partial(_from_engine, model, engine), config.chat_rows)
    if config.text == "model":
        raise ConfigError('ask.text = "model" needs ask.chat_url, or a run whose base has a chat template')
    return None


def _written(
    write: Callable[[str], str], rows: int, question: str, language: str, schema: str, sql: str, result: Result
) -> str:
    """Return what a chat model says, if it can be had and its figures are the result's."""
    try:
        text = write(request(question, language, schema, sql, result, rows))
    except EndpointError:
        return ""  # the line made from the statement serves as well
    text = _THOUGHT.sub("", text).strip()
    return text if is_borne_out(text, language, result, f"{question} {sql}") else ""


def request(question: str, language: str, schema: str, sql: str, result: Result, rows: int) -> str:
    """Return what a chat model is asked: the task, then schema, question, SQL and the first rows."""
    head = " | ".join(result.columns)
    body = [" | ".join(shown(value)[:_LONGEST_CELL] for value in row) for row in result.rows[:rows]]
    count = f"{len(result.rows)}{' or more' if not result.ok else ''}"
    told = _ASK.format(language=_LANGUAGES.get(language, "the question's language"))
    parts = [told, schema.strip(), f"Question: {question}", f"SQL: {sql}", f"Rows ({count} in all):", head, *body]
    return "\n".join([*parts, "Answer:"])


def is_borne_out(text: str, language: str, result: Result, said: str) -> bool:
    """Return whether a text may stand for a result: every number in it is one of the result's or of what was said.

    Args:
        said: the question and the statement, whose numbers may be repeated.
    """
    if not text or len(text) > _LONGEST_TEXT or _IS_SQL.match(text) or "```" in text:
        return False
    if language_of(text) != language and language == "zh":
        return False
    cells = " ".join(str(value) for row in result.rows for value in row)
    known = {*_numbers(cells), *_numbers(said), Decimal(len(result.rows))}
    return all(_known(number, known) for number in _numbers(text))


def _numbers(text: str) -> Iterable[Decimal]:
    for match in _NUMBER.finditer(text):
        try:
            yield abs(Decimal(match[0].replace(",", "")))
        except InvalidOperation:
            continue


def _known(number: Decimal, known: set[Decimal]) -> bool:
    """Return whether a number is one of those known, or one of them rounded to as many digits."""
    if number in known:
        return True
    digits = Decimal(1).scaleb(int(number.as_tuple().exponent))
    return any(other.adjusted() < 25 and other.quantize(digits) == number for other in known)


def _from_endpoint(endpoint: Endpoint, text: str) -> str:
    return endpoint.generate([Prompt("text", "", text)], max_new_tokens=_TOKENS)[0].raw


def _from_engine(model: Model, engine: Writer, text: str) -> str:
    prompt = Prompt("text", model.frame.before, text + model.frame.after)
    return engine.generate([prompt], max_new_tokens=_TOKENS)[0].raw
