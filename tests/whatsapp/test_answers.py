"""Every kind of answer to a send is sorted into accepted, refused or lost."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.whatsapp.answers import Accepted, Lost, Refused, read_answer, read_error
from desktop.whatsapp.errors import NO_CODE, Stops


def accepted(**message: Any) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+16045550142", "wa_id": "16045550142"}],
        "messages": [{"id": "wamid.T1", **message}],
    }


def test_accepted() -> None:
    answer = read_answer(200, json.dumps(accepted()).encode())
    assert answer == Accepted("wamid.T1", "16045550142")
    assert isinstance(answer, Accepted)
    assert answer.phone == "+16045550142"


@pytest.mark.parametrize(
    ("status", "held"),
    [("accepted", False), ("held_for_quality_assessment", True), ("PAUSED", True), (None, False)],
)
def test_held_is_told_by_the_message_status(status: str | None, held: bool) -> None:
    answer = read_answer(200, json.dumps(accepted(message_status=status)).encode())
    assert answer == Accepted("wamid.T1", "16045550142", held=held)


def test_user_id_without_a_number() -> None:
    body = accepted() | {"contacts": [{"input": "CA.551", "user_id": "CA.551"}]}
    answer = read_answer(200, json.dumps(body).encode())
    assert answer == Accepted("wamid.T1", "", "CA.551")
    assert isinstance(answer, Accepted)
    assert answer.phone is None


@pytest.mark.parametrize("contacts", [None, [], {}, "x", [None]])
def test_message_id_alone_is_enough(contacts: object) -> None:
    answer = read_answer(200, json.dumps(accepted() | {"contacts": contacts}).encode())
    assert answer == Accepted("wamid.T1")


@pytest.mark.parametrize("http_status", [200, 400, 404, 429, 500, 503])
def test_code_decides_whatever_the_http_status(http_status: int) -> None:
    error = {"message": "(#131056) pair", "code": 131056, "error_data": {"details": "Too many to this one."}}
    answer = read_answer(http_status, json.dumps({"error": error}).encode())
    assert isinstance(answer, Refused)
    assert (answer.code, answer.details) == (131056, "Too many to this one.")
    assert answer.http_status == http_status
    assert "131056" in answer.raw
    assert answer.rule.code == 131056


@pytest.mark.parametrize(
    ("error", "details"),
    [
        ({"code": 100, "error_data": "told as text"}, "told as text"),
        ({"code": "100", "message": "code as text"}, "code as text"),
        ({"code": 100, "error_data": ["odd"], "message": "kept"}, "kept"),
        ({"code": 100, "error_user_msg": "for people", "message": "for machines"}, "for people"),
        ({"code": 100, "error_data": {"details": "a\x00b\ud800c"}}, "abc"),
        ({"code": 100}, ""),
    ],
)
def test_error_envelopes_of_every_shape(error: dict[str, Any], details: str) -> None:
    answer = read_answer(400, json.dumps({"error": error}).encode())
    assert isinstance(answer, Refused)
    assert (answer.code, answer.details) == (100, details)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad Gateway</html>",
        b"[]",
        b'{"messages":[]}',
        b'{"messages":[{"id":""}]}',
        b"\xff\xfe{",
        b"5",
    ],
)
@pytest.mark.parametrize("http_status", [200, 302, 408, 499, 500, 502, 504])
def test_unreadable_answer_is_lost(http_status: int, body: bytes) -> None:
    assert isinstance(read_answer(http_status, body), Lost)


@pytest.mark.parametrize(
    "body", [b"", b"<html>Forbidden</html>", b'{"error":{"message":"no code"}}', b'{"error":"x"}']
)
@pytest.mark.parametrize("http_status", [400, 403, 407, 413])
def test_rejection_without_a_code_is_refused_and_stops_the_account(http_status: int, body: bytes) -> None:
    answer = read_answer(http_status, body)
    assert isinstance(answer, Refused)
    assert answer.code == NO_CODE
    assert answer.rule.stops is Stops.ACCOUNT
    assert not answer.rule.retriable


def test_nesting_without_end_is_lost() -> None:
    assert isinstance(read_answer(200, b"[" * 100_000), Lost)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "messages", "contacts", "id", "error_data", "details"])
            | st.text(),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=40)
@given(http_status=st.integers(100, 599), body=JSON)
def test_no_answer_raises(http_status: int, body: object) -> None:
    raw = json.dumps(body).encode()
    assert isinstance(read_answer(http_status, raw), Accepted | Refused | Lost)
    read_error(http_status, raw)
