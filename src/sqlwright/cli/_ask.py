"""`ask`: one question, a file of them on stdin, or a conversation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sqlwright.cli._command import Run, Said, Session, command
from sqlwright.errors import SqlwrightError

if TYPE_CHECKING:
    from sqlwright.project import Answer, Project
    from sqlwright.records import Turn

_HELP = (
    "/sql  the last statement    /tables  what can be asked about    /reset  forget the conversation    /quit  leave"
)


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    command(
        app,
        "ask",
        example='sqlwright ask "Which city has most customers?"',
        sections=("predict", "ask"),
        kept="nothing was written",
    )(ask)


def ask(
    session: Session,
    question: Annotated[
        str | None,
        typer.Argument(
            help="The question, in English or Chinese; without one, a conversation, or one question a line of stdin.",
            show_default=False,
        ),
    ] = None,
    run: Run = "",
    db_id: Annotated[str, typer.Option(help="The database, where there are several.", show_default="yours")] = "",
) -> Said:
    """Answer a question: the model writes SQL, which is checked and run read-only."""
    from sqlwright.cli._show import answer_lines

    if question is not None:
        answer = session.project.ask(question, run or None, db_id=db_id or None)
        return Said(answer.to_json(), answer_lines(answer))
    session.project.loaded(run or None)  # before the first question is typed; a missing run is told at once
    if sys.stdin.isatty() and not session.as_json:
        session.display.stop()
        Conversation(session.project, run or None, db_id or None).talk(_typed(), _print)
    else:
        _answer_lines_of(sys.stdin, session, run, db_id)
    return Said([])


@dataclass
class Conversation:
    """Questions that go on from each other, and the commands between them."""

    project: Project
    run: str | None = None
    db_id: str | None = None
    turns: list[Turn] = field(default_factory=list)

    def talk(self, lines: Iterable[str], say: Callable[[list[Any]], None]) -> None:
        """Answer line by line, until there are no more or one says /quit."""
        say([_HELP])
        for line in lines:
            text = line.strip()
            if text in ("/quit", "/exit"):
                return
            if text:
                say(self.reply(text))

    def reply(self, text: str) -> list[Any]:
        """Return what is printed for a question or a command."""
        from sqlwright.cli._show import answer_lines

        if text.startswith("/"):
            return self._command(text)
        try:
            answer = self.project.ask(text, self.run, db_id=self.db_id, history=self.turns)
        except SqlwrightError as error:
            return [f"error: {' '.join(str(error).split())}"]
        self._remember(answer)
        return answer_lines(answer)

    def _remember(self, answer: Answer) -> None:
        if answer.status == "answered":
            self.turns.append(answer.turn)

    def _command(self, text: str) -> list[Any]:
        if text == "/reset":
            self.turns.clear()
            return ["the conversation is forgotten"]
        if text == "/sql":
            return [self.turns[-1].sql if self.turns else "nothing was answered yet"]
        if text == "/tables":
            schema = self.project.schema(self.db_id)
            return [f"{table.name}: {', '.join(column.name for column in table.columns)}" for table in schema.tables]
        return [_HELP]


def _typed() -> Iterable[str]:
    """Yield what is typed, until Ctrl-D; Ctrl-C drops the line that is being typed."""
    with suppress(ImportError):  # not there on Windows
        import readline  # noqa: F401 - the arrow keys work once it is loaded
    while True:
        try:
            yield input("> ")
        except EOFError:
            sys.stdout.write("\n")
            return
        except KeyboardInterrupt:
            sys.stdout.write("\n")


def _print(lines: list[Any]) -> None:
    from sqlwright.cli._show import show

    show(lines, "")


def _answer_lines_of(lines: Iterable[str], session: Session, run: str, db_id: str) -> None:
    """Answer one question a line, each by itself, as they come."""
    from sqlwright.cli._show import answer_lines

    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        answer = session.project.ask(line, run or None, db_id=db_id or None)
        if session.as_json:
            session.tell(answer.to_json())
        else:
            _print([*([""] if number > 1 else []), f"> {answer.question}", *answer_lines(answer)])
