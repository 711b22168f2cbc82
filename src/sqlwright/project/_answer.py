"""Answers a question: is it one, which tables does it need, SQL, guard, read-only execution, and a line that says it.

    asked = Asked("Which city has most customers?", "crm")
    found = answer(asked, model, engine, databases, AskConfig(), PredictConfig())
    found.status, found.sql, found.rows, found.text

Whatever becomes of a question is an `Answer`: a statement that the guard refuses, a database that is down and a
question that has nothing to do with the database are results with a `rule` and a reason, not exceptions.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from sqlwright._language import language_of
from sqlwright.config import AskConfig, Config, PredictConfig
from sqlwright.database import Result, json_value
from sqlwright.errors import DatabaseError, DataError, EndpointError, ResourceError
from sqlwright.project._ask_prompt import Shown, show
from sqlwright.project._opened import AWAY, NO_SQL, OpenDatabases, Ran
from sqlwright.project._predict import sampling_of
from sqlwright.project._refusals import polite
from sqlwright.project._rescore import rescored
from sqlwright.project._router import leaves_untold, route
from sqlwright.project._sentence import Subject, sentence
from sqlwright.prompt import tight
from sqlwright.records import Example, Prediction, Turn

if TYPE_CHECKING:
    from sqlwright.infer import Writer
    from sqlwright.project._databases import Databases
    from sqlwright.project._models import Model
    from sqlwright.project._writer import TextWriter
    from sqlwright.schema import Schema

_CANDIDATES = 4
"""How many candidates are tried when a single statement does not run."""
_NO = 6
"""Tokens in which a model can say that it does not know."""
_TURNS = 4
"""Earlier turns that a model is shown."""
_DOES_NOT_KNOW = re.compile(r"\bi (?:do not|don't|don’t) know\b|cannot be answered|不知道|无法回答", re.IGNORECASE)

Status = Literal["answered", "refused", "unknown", "error"]
"""What became of a question: "answered" by rows (or by there being none); "refused", since it, or the SQL written for
it, would do something else than read; "unknown", since it is no question about this database; "error", where no
statement could be run."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what it was asked about."""

    question: str
    db_id: str = ""
    """The database, where there are several."""
    history: tuple[Turn, ...] = ()
    """Earlier turns of the conversation, oldest first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question came to; one that was not answered has an `error` and no rows."""

    question: str
    language: str
    sql: str = ""
    """The statement that was run, as the guard wrote it anew; or the one that failed."""
    columns: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    text: str = ""
    """The answer in a line or a few, in the question's language."""
    error: str = ""
    """Why it was not answered."""
    tried: int = 0
    """Statements that were tried."""
    seconds: float = 0.0
    status: Status = "answered"
    rule: str = ""
    """The short, stable name of the reason: a rule of the guard, of the router ("change", "off-topic", "small-talk"),
    or what went wrong ("no-sql", "sql", "timeout", "database", "model"); "" for what was answered."""

    @property
    def turn(self) -> Turn:
        """The question and its SQL, as the next question's history holds them."""
        return Turn(self.question, self.sql)

    def to_json(self) -> dict[str, Any]:
        """Return the answer as a JSON object, with values as `database.json_value` writes them."""
        return {
            "question": self.question,
            "language": self.language,
            "status": self.status,
            "rule": self.rule,
            "sql": self.sql,
            "columns": list(self.columns),
            "rows": [[json_value(value) for value in row] for row in self.rows],
            "text": self.text,
            "error": self.error,
            "tried": self.tried,
            "seconds": self.seconds,
        }


def answer(
    asked: Asked,
    model: Model,
    engine: Writer,
    databases: Databases,
    config: AskConfig,
    predict: PredictConfig,
    write: TextWriter | None = None,
) -> Answer:
    """Return the answer to a question.

    When the model's first statement is refused or fails, or several candidates are asked for, the best of its likely
    ones is taken.

    Args:
        write: writes the answer's text from what was found; None for a line made from the statement.

    Raises:
        DataError: the question is empty.
        SchemaError: nothing is known of the database.
    """
    began = time.perf_counter()
    question = _whole(asked.question)
    language = language_of(question)
    told: dict[str, Any] = {"question": question, "language": language}

    def seconds() -> float:
        return round(time.perf_counter() - began, 3)

    try:
        db_id = asked.db_id or databases.only
        schema = databases.schema(db_id)
        if config.route and (turned := route(question, databases.linker(db_id), bool(asked.history))):
            text = polite(turned.rule, language, schema, databases.lexicon)
            return Answer(
                **told, status=turned.status, rule=turned.rule, error=turned.why, text=text, seconds=seconds()
            )
        example = _example(question, db_id, language, schema.dialect, asked.history)
        shown = show(example, model, databases, config, constrain=model.is_held(predict))
        if config.route and _declines(example, shown, engine, databases):
            return _unknown(told, schema, databases, seconds())
        ran, tried, raw = _try(example, shown, engine, databases, model, predict)
    except DatabaseError as error:
        return _failed(told, "database", str(error), seconds())
    except (EndpointError, ResourceError) as error:
        return _failed(told, "model", str(error), seconds())
    told |= {"sql": ran.sql, "tried": tried}
    if ran.rule == NO_SQL and _DOES_NOT_KNOW.search(raw):
        return _unknown(told, schema, databases, seconds())
    if not ran.ran:
        return _without_rows(told, ran, seconds())
    subject = Subject.of(ran.sql, shown.schema, databases.lexicon, language)
    text = sentence(ran.result.columns, ran.result.rows, language, subject, cut=not ran.result.ok)
    if write is not None:
        text = write(question, language, shown.prefix, ran.sql, ran.result) or text
    return Answer(**told, columns=ran.result.columns, rows=ran.result.rows, text=text, seconds=seconds())


def written(asked: Asked, model: Model, engine: Writer, databases: Databases, config: Config) -> Prediction:
    """Return the statement that a model writes for a question, neither checked nor run.

    Raises:
        DataError: the question is empty.
        SchemaError, DatabaseError: nothing is known of the database, or it cannot be read.
    """
    question, db_id = _whole(asked.question), asked.db_id or databases.only
    dialect = databases.schema(db_id).dialect
    example = _example(question, db_id, language_of(question), dialect, asked.history)
    shown = show(example, model, databases, config.ask, constrain=model.is_held(config.predict))
    found = engine.generate([shown.prompt], **_settings(shown, model, config.predict))[0]
    return replace(found, sql=tight(found.sql)) if model.writes_spaced else found


def _settings(shown: Shown, model: Model, predict: PredictConfig) -> dict[str, Any]:
    """Return how a model is asked for what was shown."""
    return {"max_new_tokens": model.room(predict), "schemas": shown.constraints, "sampling": sampling_of(predict)}


def _whole(question: str) -> str:
    """Return a question on one line. Raises DataError when it is empty."""
    if text := " ".join(question.split()):
        return text
    raise DataError("the question is empty; ask something, for example: sqlwright ask 'How many customers are there?'")


def _example(question: str, db_id: str, language: str, dialect: str, history: tuple[Turn, ...]) -> Example:
    return Example("question", db_id, question, "", language, dialect, history=history[-_TURNS:])


def _declines(example: Example, shown: Shown, engine: Writer, databases: Databases) -> bool:
    """Whether a model would say that it does not know, were it not held to writing SQL.

    It is only asked where a word of the question means nothing to the database.
    """
    if not shown.constraints or example.history or not leaves_untold(example.question, databases.linker(example.db_id)):
        return False
    (said,) = engine.generate([shown.prompt], max_new_tokens=_NO)
    return not said.sql and bool(_DOES_NOT_KNOW.search(said.raw))


def _try(
    example: Example, shown: Shown, engine: Writer, databases: Databases, model: Model, predict: PredictConfig
) -> tuple[Ran, int, str]:
    """Return what the model's statement came to, how many were tried, and the text of the first."""
    settings = _settings(shown, model, predict)
    raw, statements = "", []
    ran = Ran("", Result("error", error="the model wrote no SQL"), NO_SQL)
    with OpenDatabases(databases) as opened:
        if predict.candidates == 1:
            first = engine.generate([shown.prompt], **settings)[0]
            raw, statements = first.raw, [first.sql]
            ran = opened.run(first.sql, example.db_id)
        if not ran.ran and ran.rule != AWAY:
            count = predict.candidates if predict.candidates > 1 else _CANDIDATES
            told = engine.candidates([shown.prompt], count=count, **settings)[0]
            found = rescored(told, example, shown.schema, shown.prefix, model, engine, predict)
            best, other = opened.choose(found, example, by_clues=model.clued)
            statements += [candidate.sql for candidate in found if candidate.sql not in statements]
            if other.status in ("ok", "too-large") or predict.candidates > 1:
                ran = opened.run(best.sql, example.db_id)
    return ran, len(statements), raw


def _unknown(told: dict[str, Any], schema: Schema, databases: Databases, seconds: float) -> Answer:
    """Return the answer to a question of which the model says that it does not know."""
    text = polite("off-topic", told["language"], schema, databases.lexicon)
    why = "the model says that it does not know"
    return Answer(**told, status="unknown", rule="model", error=why, text=text, seconds=seconds)


def _without_rows(told: dict[str, Any], ran: Ran, seconds: float) -> Answer:
    """Return the answer for a statement that was refused or failed."""
    why = ran.result.error or ran.result.status
    if ran.result.status == "refused" and ran.rule != "parse":  # what cannot be read is wrong rather than unsafe
        text = polite("guard", told["language"], why=why)
        return Answer(**told, status="refused", rule=ran.rule or "read-only", error=why, text=text, seconds=seconds)
    rule = ran.rule or ("timeout" if ran.result.status == "timeout" else "sql")
    return _failed(told, rule, why, seconds)


def _failed(told: dict[str, Any], rule: str, why: str, seconds: float) -> Answer:
    why = " ".join(why.split())
    text = polite("error", told["language"], why=why)
    return Answer(**told, status="error", rule=rule, error=why, text=text, seconds=seconds)
