"""What is run in the place of a statement that a model or a stranger wrote.

    result = executor.run(admit(sql, "postgres"))

A SQLite session holds by itself: its authorizer sees what a statement does, whatever its text looks like, and its own
memory and time are bounded. So there a statement may be run as it stands, which is how official evaluators judge it; a
refusal comes back as the result's status. A server has more to lose than the tables: files, other sessions, locks, its
own settings. There, and in DuckDB, what runs is written anew by the guard, never the text itself.
"""

from __future__ import annotations

from sqlwright.errors import RefusedSql

_LONGEST = 1_000_000


def admit(sql: str, dialect: str) -> str:
    """Return what may be run on a read-only session of the dialect.

    Loads no library for SQLite; for others, sqlglot.

    Raises:
        RefusedSql: nothing may; the error names the rule, and "parse" for what is no statement of the dialect.
    """
    if not sql.strip():
        raise RefusedSql("parse", "there is no statement")
    if dialect != "sqlite":
        from sqlwright.database.guard import check

        return check(sql, dialect)
    if len(sql) > _LONGEST:
        raise RefusedSql("length", f"the statement is longer than {_LONGEST:,} characters; write a shorter one")
    if "\0" in sql:
        raise RefusedSql("character", "the statement holds a null character; leave it out")
    return sql
