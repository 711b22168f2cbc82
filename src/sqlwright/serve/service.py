"""What the service does, without HTTP: write SQL, explain it, answer a question; called from many threads at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlwright.config import ServeConfig
from sqlwright.database import guard, open_executor
from sqlwright.errors import ConfigError, DatabaseError, DataError, SchemaError
from sqlwright.project import Answer, Model, Project
from sqlwright.records import Example, Turn
from sqlwright.serve.batching import Batcher
from sqlwright.serve.ticket import TICKET, Ticket
from sqlwright.sqlkit import reasoning

_BYTES_A_TOKEN = 3
_AWAY = {
    "database": "the database does not answer at the moment",
    "model": "the model does not answer at the moment",
}
"""What is told instead of an error, by the answer's rule."""


@dataclass(frozen=True, slots=True)
class Written:
    """A statement that the model wrote, and what the guard says of it."""

    db_id: str
    dialect: str
    sql: str
    """As the guard writes it anew where it may run, else as the model wrote it."""
    rule: str
    """The rule of the guard that it breaks; "" when it may run."""
    why: str
    prompt_tokens: int
    tokens: int
    cut: bool
    """Whether the model was stopped at the most tokens that were allowed."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What a statement asks, in words."""

    text: str
    by: str
    """"model" when one that learnt it wrote the text, "steps" when it tells the statement's clauses."""
    tokens: int = 0


class Service:
    """A run of a project with its engine, ready for many callers; made by `open_service`.

    Until it is closed, the project itself asks through the same batches.
    """

    def __init__(self, project: Project, run: str, model: Model, batcher: Batcher) -> None:
        self.project = project
        self.run = run
        self.config: ServeConfig = project.config.serve
        self.batcher = batcher
        self._model = model
        self._writes_questions = _learnt_questions(project, run)

    def ids(self) -> list[str]:
        """Return the databases that may be asked about."""
        return self.project.databases.ids()

    def write_sql(
        self, question: str, db_id: str = "", *, history: Sequence[Turn] = (), max_new_tokens: int | None = None
    ) -> Written:
        """Return the model's statement for a question.

        Args:
            db_id: by default the project's only database.
            history: earlier turns of the conversation, oldest first.
            max_new_tokens: fewer than the project's own limit, if given.

        Raises:
            DataError: the question is too long. ConfigError, SchemaError: there is no such database.
        """
        db_id = self._known(db_id)
        schema = self.project.databases.schema(db_id)
        with _ticketed() as ticket:
            ticket.room = max_new_tokens
            written = self.project.write_sql(self._bounded(question), self.run, db_id=db_id, history=history)
        said = guard.verdict(written.sql, schema.dialect, [table.name for table in schema.tables])
        config = self.project.config.predict
        room = self._model.asking(config).room(config)
        return Written(
            db_id=db_id,
            dialect=schema.dialect,
            sql=said.sql or written.sql,
            rule=said.rule,
            why=said.why,
            prompt_tokens=sum(self.tokens(prompt.prefix + prompt.suffix) for prompt in ticket.read),
            tokens=written.tokens,
            cut=written.tokens >= min(room, max_new_tokens or room),
        )

    def explain(self, sql: str, db_id: str = "", *, language: str = "en") -> Explained:
        """Return what a statement asks: a question from a model that learnt SQL-to-text, else its steps in sentences.

        Raises:
            SqlError: the statement cannot be read. DataError: it is too long.
        """
        db_id = self._known(db_id)
        databases = self.project.databases
        dialect = databases.schema(db_id).dialect
        steps = reasoning(self._bounded(sql), dialect, language)
        if not self._writes_questions:
            return Explained(("" if language == "zh" else " ").join(steps), "steps")
        example = Example("sql", db_id, "", sql, language=language, dialect=dialect)
        (prompt,) = replace(self._model, task="sql-to-text").prompts([example], databases)
        most = self.project.config.predict.max_new_tokens
        (prediction,) = self.batcher.generate([prompt], max_new_tokens=most)
        return Explained(" ".join(prediction.raw.split()), "model", prediction.tokens)

    def ask(self, question: str, db_id: str = "", *, history: Sequence[Turn] = ()) -> Answer:
        """Return the answer to a question; see `Project.ask`.

        That the database or the model is away is told without the error's own words, which may name hosts and files.
        """
        found = self.project.ask(self._bounded(question), self.run, db_id=self._known(db_id), history=history)
        if found.status != "error" or found.rule not in _AWAY:
            return found
        told = _AWAY[found.rule]
        return replace(found, error=told, text=found.text.replace(found.error, told))

    def tokens(self, text: str) -> int:
        """Return how many tokens a text has for the model; a guess for one on another machine."""
        tokenizer = getattr(self.batcher.engine, "tokenizer", None)
        if tokenizer is None:
            return len(text.encode("utf-8")) // _BYTES_A_TOKEN
        return len(tokenizer(text, add_special_tokens=False)["input_ids"])

    def trouble(self) -> str:
        """Return why questions cannot be answered at the moment; "" when they can."""
        databases = self.project.databases
        try:
            for db_id in self.ids()[:1]:
                with open_executor(databases.url(db_id), databases.limits) as executor:
                    result = executor.run("SELECT 1")
                    if not result.ok:
                        return f"the database {db_id!r} does not answer"
        except (ConfigError, DatabaseError):
            return "the database cannot be opened"
        return ""

    def close(self) -> None:
        """Finish what is waiting for the model, and let it go."""
        self.batcher.close()
        self.project.use_engine(self.run, self.batcher.engine)

    def _known(self, db_id: str) -> str:
        """Return a database's id. Raises SchemaError when the project has none of this name."""
        known = self.ids()
        if not db_id:
            return self.project.databases.only
        if db_id not in known:
            raise SchemaError(f"no database {db_id[:80]!r}; there are: {', '.join(known[:20])}")
        return db_id

    def _bounded(self, text: str) -> str:
        """Return a text that is no longer than may be. Raises DataError."""
        most = self.config.input_tokens
        if len(text) > 32 * most or self.tokens(text) > most:  # no tokenizer has tokens so long on average
            raise DataError(f"the text has more than {most:,} tokens; ask something shorter")
        return text


def open_service(
    project: Project, run: str | None = None, *, observe: Callable[[int], None] = lambda size: None
) -> Service:
    """Load a run's model and read the schemas' values, so that the first request is as quick as the next.

    Args:
        run: as for `Project.ask`.
        observe: called with the size of every batch.

    Raises:
        ConfigError, DataError: there is no such run. DatabaseError: a database cannot be opened.
    """
    run, model, engine = project.loaded(run)
    config = project.config.serve
    batcher = Batcher(engine, window=config.window_ms / 1000, most=config.max_batch, observe=observe)
    project.use_engine(run, batcher)
    service = Service(project, run, model, batcher)
    for db_id in service.ids()[:1]:
        service.write_sql("How many are there?", db_id, max_new_tokens=1)
    return service


@contextmanager
def _ticketed() -> Iterator[Ticket]:
    """Give the ticket of the request at hand, or one of its own for a caller that has none."""
    if (ticket := TICKET.get()) is not None:
        yield ticket
        return
    ticket = Ticket()
    token = TICKET.set(ticket)
    try:
        yield ticket
    finally:
        TICKET.reset(token)


def _learnt_questions(project: Project, run: str) -> bool:
    """Return whether a run was trained to write the question of a statement."""
    file = project.layout.run(run) / "train.manifest.json"
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return bool(told["key"]["settings"]["train"]["tasks"].get("sql-to-text"))
    except (OSError, ValueError, KeyError):
        return False
