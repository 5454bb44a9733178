"""The handshake, the signature, and that no call can break the reader."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.whatsapp.updates import BadUpdate, Delivery, InboundMessage, StatusUpdate, Unknown
from desktop.whatsapp.webhooks import NotAWebhook, handshake, parse, verify_signature
from tests.whatsapp.shapes import call, message, people, status

SECRET = "the app's secret"


def signed(raw: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def test_signature_covers_the_raw_bytes() -> None:
    raw = '{"name":"Zoë"}'.encode()
    assert verify_signature(raw, signed(raw), SECRET)
    assert verify_signature(raw, signed(raw).upper().replace("SHA256=", "sha256="), SECRET)
    escaped = json.dumps(json.loads(raw)).encode()
    assert escaped != raw
    assert not verify_signature(escaped, signed(raw), SECRET)


@pytest.mark.parametrize(
    "header",
    [None, "", "sha256=", "sha1=00", signed(b"other"), signed(b"{}")[:-1], signed(b"{}", "else"), "sha256=é"],
)
def test_wrong_signature(header: str | None) -> None:
    assert not verify_signature(b"{}", header, SECRET)


def test_empty_secret_verifies_nothing() -> None:
    assert not verify_signature(b"{}", signed(b"{}", ""), "")


def test_handshake_returns_the_challenge() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "ours", "hub.challenge": "1158201444"}
    assert handshake(query, "ours") == "1158201444"
    assert handshake(query, "other") is None
    assert handshake(query, "") is None
    assert handshake(query | {"hub.mode": "else"}, "ours") is None
    assert handshake(query | {"hub.verify_token": "ourß"}, "ours") is None
    assert handshake({}, "ours") is None


@pytest.mark.parametrize("raw", [b"", b"not json", b"\xff\xfe", b'{"entry":', b"[" * 100_000, b"1" * 5_000])
def test_what_is_not_json_is_a_problem(raw: bytes) -> None:
    with pytest.raises(NotAWebhook):
        parse(raw)


@pytest.mark.parametrize("raw", [b"5", b"null", b"[]", b"{}", b'{"entry":"x"}'])
def test_json_without_entries_is_kept_as_bad(raw: bytes) -> None:
    delivery = parse(raw)
    assert delivery.updates == ()
    assert [bad.raw for bad in delivery.bad] == [raw.decode()]


@pytest.mark.parametrize("raw", [b'{"entry":[]}', b'{"entry":[5,{"changes":null},{"changes":["x"]}]}'])
def test_nothing_inside_is_nothing(raw: bytes) -> None:
    assert parse(raw) == Delivery()


def test_a_thousand_updates_over_several_entries_and_changes() -> None:
    def entry(number: int) -> dict[str, Any]:
        return {
            "id": str(number),
            "changes": [
                people(messages=[message(id=f"wamid.{number}.{i}") for i in range(50)]),
                people(statuses=[status(id=f"wamid.{number}.{i}") for i in range(50)]),
            ],
        }

    delivery = parse(json.dumps({"entry": [entry(number) for number in range(10)]}).encode())
    assert len(delivery.updates) == 1_000
    assert len({(type(one), one.dedupe_key) for one in delivery.updates}) == 1_000
    assert [one.waba_id for one in delivery.updates[::100]] == [str(number) for number in range(10)]


def test_one_bad_update_does_not_hold_up_the_rest() -> None:
    messages = [message(id="wamid.1"), message(id=None), 5, message(id="wamid.2")]
    delivery = parse(call(people(messages=messages, statuses=[status(id=""), status()])))
    assert [one.dedupe_key for one in delivery.updates] == ["wamid.1", "wamid.2", "wamid.OUT1|sent"]
    assert [bad.why for bad in delivery.bad] == [
        "The message has no id.",
        "The update is not an object.",
        "The status has no message id.",
    ]
    assert delivery.bad[1] == BadUpdate("The update is not an object.", "5")


def test_messages_and_statuses_in_one_change() -> None:
    delivery = parse(call(people(messages=[message()], statuses=[status()])))
    assert [type(one) for one in delivery.updates] == [InboundMessage, StatusUpdate]


@pytest.mark.parametrize("field", ["calls", "flows", "message_echoes", ""])
def test_field_that_nothing_acts_upon_is_kept(field: str) -> None:
    (one,) = parse(call({"field": field, "value": {"x": "\ud800"}}, time_s=1_790_000_000)).updates
    assert isinstance(one, Unknown)
    assert one.field == field
    assert one.raw.isascii()
    assert json.loads(one.raw)["value"] == {"x": "\ud800"}
    assert one.at is not None


def test_errors_without_a_message_are_kept() -> None:
    (one,) = parse(call(people(errors=[{"code": 131000}]))).updates
    assert isinstance(one, Unknown)
    assert one.field == "messages"
    assert one.phone_number_id == "106500000000001"


KEYS = st.sampled_from(
    [
        "entry",
        "changes",
        "field",
        "value",
        "messages",
        "statuses",
        "contacts",
        "user_preferences",
        "user_id_update",
        "id",
        "type",
        "text",
        "body",
        "from",
        "timestamp",
        "status",
        "errors",
        "code",
        "title",
        "wa_id",
        "user_id",
        "system",
        "interactive",
        "button_reply",
        "button",
        "context",
        "referral",
        "metadata",
        "event",
        "message_template_name",
        "message_template_id",
        "correct_category",
        "new_category",
        "restriction_info",
        "expiration",
        "current",
        "pricing",
        "category",
        "image",
        "reaction",
        "location",
        "latitude",
        "longitude",
        "edit",
        "message",
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(
        ["messages", "text", "system", "user_changed_number", "failed", "stop", "1790000000", "edit"]
    )
    | st.sampled_from(["\ud800", "\x00", "user_preferences", "account_update", "template_category_update"])
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)
FIELDS = st.sampled_from(
    [
        "messages",
        "user_preferences",
        "user_id_update",
        "message_template_status_update",
        "template_category_update",
        "message_template_quality_update",
        "message_template_components_update",
        "phone_number_quality_update",
        "account_update",
        "business_capability_update",
        "account_alerts",
        "account_review_update",
    ]
)


def texts(thing: object) -> Iterator[str]:
    """Every text inside a value."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, tuple):
        for inner in thing:
            yield from texts(inner)
    elif is_dataclass(thing) and not isinstance(thing, type):
        for field in fields(thing):
            yield from texts(getattr(thing, field.name))


def storable(delivery: Delivery) -> bool:
    """Everything that a call leaves behind can be encoded and has no NUL."""
    return all("\0" not in text and text.encode("utf-8") is not None for text in texts(delivery))


@given(ANYTHING)
def test_random_json_never_raises(thing: object) -> None:
    assert storable(parse(json.dumps(thing).encode()))


@given(FIELDS, st.dictionaries(KEYS, ANYTHING, max_size=8))
def test_random_values_of_known_fields_never_raise(field: str, value: dict[str, Any]) -> None:
    delivery = parse(call({"field": field, "value": value}))
    assert storable(delivery)
    for one in delivery.updates:
        assert one.dedupe_key
        assert one.raw.isascii()


@given(st.dictionaries(KEYS, ANYTHING, max_size=8))
def test_random_messages_and_statuses_never_raise(item: dict[str, Any]) -> None:
    delivery = parse(call(people(messages=[message() | item], statuses=[status() | item])))
    assert storable(delivery)
    assert len(delivery.updates) + len(delivery.bad) == 2


@given(st.binary(max_size=200))
def test_random_bytes_raise_the_problem_only(raw: bytes) -> None:
    with suppress(NotAWebhook):
        assert storable(parse(raw))
