"""Chat messages: `{"messages": [{"role", "content"}, ...]}`, or ShareGPT's `conversations` of `from` / `value`.

A system message, or the first user message, holds the schema; each pair of a user's and an assistant's message is an
example whose history is the pairs before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlwright._language import language_of
from sqlwright.data._context import Context
from sqlwright.data._fields import BadRecord, mapping, optional, sequence, text
from sqlwright.data._prose import parts
from sqlwright.data._statements import reasoning_with, sql_in
from sqlwright.records import Example, Turn

_ROLES = {"human": "user", "gpt": "assistant", "model": "assistant"}


def recognise(record: Mapping[str, object]) -> bool:
    """Return whether the record is a conversation."""
    return isinstance(record.get("messages", record.get("conversations")), list)


def convert(record: Mapping[str, object], number: int, context: Context) -> Iterator[Example]:
    """Yield one example for each answered user message.

    Raises:
        BadRecord: the roles do not alternate, or an answer holds no SQL. The turns before it have been yielded.
    """
    messages = list(_messages(record))
    told = parts(messages.pop(0)[1]) if messages and messages[0][0] == "system" else parts("")
    if not messages or len(messages) % 2:
        raise BadRecord("expected pairs of a user's and an assistant's message")
    ddl, db_id = told.ddl, optional(record, "db_id") or told.db_id
    name = optional(record, "id") or context.id(number)
    history: tuple[Turn, ...] = ()
    for turn, ((asker, asked), (answerer, answered)) in enumerate(zip(messages[::2], messages[1::2], strict=True), 1):
        if (asker, answerer) != ("user", "assistant"):
            raise BadRecord(f"turn {turn}: roles are {asker!r} and {answerer!r}, expected 'user' and 'assistant'")
        prompt, sql = parts(asked), sql_in(answered)
        ddl, db_id = ddl or prompt.ddl, db_id or prompt.db_id
        if not sql or not prompt.question:
            raise BadRecord(f"turn {turn}: the {'answer holds no SQL' if not sql else 'message holds no question'}")
        single = len(messages) == 2
        yield Example(
            id=name if single else f"{name}-{turn}",
            db_id=context.database(db_id, ddl),
            question=prompt.question,
            sql=sql,
            language=language_of(prompt.question),
            dialect=context.dialect,
            evidence=prompt.evidence,
            history=history or prompt.history,
            source=context.source,
            meta={
                **({} if single else {"dialogue": name, "turn": turn}),
                **reasoning_with(record if single else {}, answered, sql),
            },
        )
        history = (*history, Turn(prompt.question, sql))


def _messages(record: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    hub = "messages" in record
    role_key, content_key = ("role", "content") if hub else ("from", "value")
    for value in sequence(record.get("messages" if hub else "conversations"), "'messages'"):
        message = mapping(value, "a message")
        role = text(message, role_key)
        yield _ROLES.get(role, role), text(message, content_key, empty=True)
