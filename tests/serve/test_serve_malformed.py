"""Whatever is sent, the service answers in its forms, and never with a 500."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from served import Served

PATHS = ("/v1/sql", "/v1/explain", "/v1/ask", "/nl2sql", "/sql2nl", "/invocations", "/v1/chat/completions")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MESSAGES = st.lists(st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "tool"]), "content": JSON}))
NEAR = st.fixed_dictionaries(
    {},
    optional={
        "question": st.text(max_size=30) | JSON,
        "sql": st.sampled_from(["SELECT 1", "SELECT * FROM customer WHERE", "DROP TABLE customer", "SELECT \0"]) | JSON,
        "db_id": st.sampled_from(["", "shop", "../shop", "shop\0"]) | JSON,
        "language": st.sampled_from(["en", "zh", "xx"]) | JSON,
        "messages": MESSAGES | JSON,
        "stream": st.booleans() | JSON,
        "max_tokens": st.integers(-1, 3) | JSON,
    },
)
BODY = st.binary(max_size=40) | (JSON | NEAR).map(lambda value: json.dumps(value).encode())
HEADERS = st.sampled_from([{}, {"Content-Type": "application/json"}, {"Content-Type": "application/json; charset=x"}])


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PATHS), BODY, HEADERS)
def test_no_body_breaks_the_service(server: Served, path: str, body: bytes, headers: dict[str, Any]) -> None:
    found = server.client.post(path, content=body, headers=headers)
    assert found.status_code in (200, 404, 422), (found.status_code, body)
    if found.status_code != 200:
        error = found.json()["error"]
        assert error["code"] and error["message"]
