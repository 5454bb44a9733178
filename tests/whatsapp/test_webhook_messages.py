"""Every shape of message, status, preference and changed identity."""

from datetime import UTC, datetime
from typing import Any

import pytest

from desktop.domain.messages import Status
from desktop.whatsapp.updates import (
    InboundMessage,
    Location,
    Media,
    NumberChanged,
    PreferenceChange,
    Reaction,
    Referral,
    StatusError,
    StatusUpdate,
    Unknown,
    Update,
    UserIdChanged,
)
from desktop.whatsapp.webhooks import parse
from tests.whatsapp.shapes import ANA, AT_S, NUMBER_ID, WABA_ID, call, message, people, status

AT = datetime.fromtimestamp(AT_S, UTC)


def only(change: dict[str, Any]) -> Update:
    delivery = parse(call(change))
    assert delivery.bad == ()
    (one,) = delivery.updates
    return one


def inbound(
    contacts: list[Any] | None = None, part: dict[str, Any] | None = None, **item: Any
) -> InboundMessage:
    items = [message(**item) | (part or {})]
    one = only(people(contacts=[ANA] if contacts is None else contacts, messages=items))
    assert isinstance(one, InboundMessage)
    return one


def reported(contacts: list[Any] | None = None, **item: Any) -> StatusUpdate:
    one = only(people(contacts=contacts, statuses=[status(**item)]))
    assert isinstance(one, StatusUpdate)
    return one


def test_text() -> None:
    one = inbound(text={"body": "STOP"}, context={"from": "16045550100", "id": "wamid.OUT1"})
    assert (one.wamid, one.kind, one.text, one.context_wamid) == ("wamid.IN1", "text", "STOP", "wamid.OUT1")
    assert (one.phone, one.user_id, one.profile_name, one.at) == ("+16045550142", "CA.551", "Ana", AT)
    assert (one.waba_id, one.phone_number_id) == (WABA_ID, NUMBER_ID)
    assert one.dedupe_key == "wamid.IN1"
    assert '"STOP"' in one.raw


@pytest.mark.parametrize(
    ("kind", "part", "media"),
    [
        (
            "image",
            {"id": "7", "mime_type": "image/jpeg", "caption": "Look"},
            Media("7", "image/jpeg", "Look"),
        ),
        ("video", {"id": "7", "mime_type": "video/mp4"}, Media("7", "video/mp4")),
        (
            "document",
            {"id": "7", "mime_type": "application/pdf", "filename": "order.pdf"},
            Media("7", "application/pdf", filename="order.pdf"),
        ),
        ("audio", {"id": "7", "mime_type": "audio/ogg", "voice": True}, Media("7", "audio/ogg", voice=True)),
        ("sticker", {"id": 7, "animated": False}, Media("7")),
        ("image", {"mime_type": "image/jpeg"}, None),
        ("image", None, None),
    ],
)
def test_media(kind: str, part: object, media: Media | None) -> None:
    assert inbound(part={"type": kind, kind: part}).media == media


@pytest.mark.parametrize(
    ("kind", "part", "text", "payload"),
    [
        ("button", {"payload": "OPT_OUT", "text": "Stop offers"}, "Stop offers", "OPT_OUT"),
        ("button", {"text": "Stop offers"}, "Stop offers", ""),
        (
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "SUBSCRIBE", "title": "Subscribe"}},
            "Subscribe",
            "SUBSCRIBE",
        ),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "s1", "title": "09:00", "description": "Van"}},
            "09:00",
            "s1",
        ),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{}"}},
            "Sent",
            "",
        ),
        ("interactive", {"type": "call_permission_reply"}, "", ""),
        ("interactive", None, "", ""),
        (
            "edit",
            {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "New"}}},
            "New",
            "",
        ),
        ("revoke", {"original_message_id": "wamid.0"}, "", ""),
        ("order", {"catalog_id": "1", "text": "Two, please", "product_items": []}, "", ""),
        ("contacts", [{"name": {"formatted_name": "Bo"}}], "", ""),
        ("something_new", {"x": 1}, "", ""),
    ],
)
def test_what_was_written_or_pressed(kind: str, part: object, text: str, payload: str) -> None:
    one = inbound(part={"type": kind, kind: part})
    assert (one.kind, one.text, one.button_payload) == (kind, text, payload)
    assert one.context_wamid == ("wamid.0" if kind in ("edit", "revoke") else "")


def test_unsupported_keeps_its_errors() -> None:
    one = inbound(kind="unsupported", errors=[{"code": 131051}], unsupported={"type": "poll"})
    assert one.kind == "unsupported"
    assert "131051" in one.raw


@pytest.mark.parametrize(("emoji", "read"), [("👍", "👍"), ("", ""), (None, "")])
def test_reaction(emoji: str | None, read: str) -> None:
    one = inbound(kind="reaction", reaction={"message_id": "wamid.OUT1", "emoji": emoji})
    assert one.reaction == Reaction("wamid.OUT1", read)


def test_location() -> None:
    place = {"latitude": 49.28, "longitude": -123, "name": "Shop", "url": "https://example.org"}
    assert inbound(kind="location", location=place).location == Location(49.28, -123.0, "Shop")
    assert inbound(kind="location", location={"latitude": "49", "longitude": 1}).location is None


def test_referral() -> None:
    ad = {
        "source_url": "https://fb.me/x",
        "source_type": "ad",
        "source_id": "120",
        "headline": "Bikes",
        "body": "New ones",
        "ctwa_clid": "Aff-1",
        "media_type": "image",
    }
    assert inbound(text={"body": "Hi"}, referral=ad).referral == Referral(
        "https://fb.me/x", "ad", "120", "Bikes", "New ones", "Aff-1"
    )


def test_person_known_by_user_id_alone() -> None:
    item = {**message(text={"body": "Hi"}), "from_user_id": "CA.551", "from_parent_user_id": "CA.ENT.9"}
    del item["from"]
    one = only(people(contacts=[{"user_id": "CA.551"}], messages=[item]))
    assert isinstance(one, InboundMessage)
    assert (one.phone, one.user_id, one.parent_user_id, one.profile_name) == (None, "CA.551", "CA.ENT.9", "")


def test_contacts_are_never_mixed_up() -> None:
    bo = {"profile": {"name": "Bo"}, "wa_id": "14165550117", "user_id": "CA.552"}
    items = [
        message(id="wamid.1", text={"body": "a"}),
        message(id="wamid.2", **{"from": "14165550117"}),
        message(id="wamid.3", **{"from": "15145550163"}),
    ]
    updates = parse(call(people(contacts=[bo, ANA], messages=items))).updates
    assert [(one.profile_name, one.user_id) for one in updates if isinstance(one, InboundMessage)] == [
        ("Ana", "CA.551"),
        ("Bo", "CA.552"),
        ("", None),
    ]


def test_one_contact_beside_several_messages_is_nobody_elses() -> None:
    items = [message(id="wamid.1"), message(id="wamid.2", **{"from": "14165550117"})]
    updates = parse(call(people(contacts=[ANA], messages=items))).updates
    assert [one.user_id for one in updates if isinstance(one, InboundMessage)] == ["CA.551", None]


def test_message_from_nobody_named_is_the_only_contacts() -> None:
    item = {"id": "wamid.9", "type": "text", "text": {"body": "STOP"}}
    named = only(people(contacts=[ANA], messages=[item]))
    assert isinstance(named, InboundMessage)
    assert (named.phone, named.at) == ("+16045550142", None)
    nobody = only(people(messages=[item]))
    assert isinstance(nobody, InboundMessage)
    assert (nobody.phone, nobody.user_id, nobody.text) == (None, None, "STOP")


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        (str(AT_S), AT),
        (AT_S, AT),
        (AT_S + 0.0, AT),
        (AT_S * 1_000, AT),
        (None, None),
        ("soon", None),
        (-1, None),
        (10**30, None),
        (True, None),
        ("١٧٩٠٠٠٠٠٠٠", None),
    ],
)
def test_timestamps(timestamp: object, at: datetime | None) -> None:
    assert inbound(text={"body": "x"}, timestamp=timestamp).at == at


def test_text_is_cleaned_and_bounded() -> None:
    assert inbound(text={"body": "S\x00T\ud800OP 👍"}).text == "STOP 👍"
    assert len(inbound(text={"body": "x" * 100_000}).text) == 65_536
    assert inbound(contacts=[{**ANA, "profile": {"name": "\x00Ana\udfff"}}]).profile_name == "Ana"
    assert inbound(text={"body": ["no text"]}).text == ""


def test_group_message_is_marked() -> None:
    assert inbound(text={"body": "x"}, group_id="G1").group_id == "G1"


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("sent", Status.SENT),
        ("delivered", Status.DELIVERED),
        ("READ", Status.READ),
        ("played", Status.READ),
        ("failed", Status.FAILED),
    ],
)
def test_status(told: str, read: Status) -> None:
    one = reported(told=told, biz_opaque_callback_data="row-7", recipient_user_id="CA.551")
    assert (one.wamid, one.status, one.at, one.callback_data) == ("wamid.OUT1", read, AT, "row-7")
    assert (one.recipient_phone, one.recipient_user_id) == ("+16045550142", "CA.551")
    assert one.dedupe_key == f"wamid.OUT1|{read}"


@pytest.mark.parametrize("told", ["accepted", "warning", "left_out", "", None, 5])
def test_status_of_a_new_kind_is_kept(told: Any) -> None:
    assert isinstance(only(people(statuses=[status(told=told)])), Unknown)


def test_pricing_is_normalised() -> None:
    pricing = {"billable": True, "pricing_model": "PMP", "category": "authentication-international"}
    assert reported(pricing=pricing).pricing_category == "authentication_international"


@pytest.mark.parametrize(
    ("error", "read"),
    [
        (
            {"code": 131050, "title": "Stopped", "error_data": {"details": "Chose to stop."}, "href": "/x"},
            StatusError(131050, "Stopped", "Chose to stop."),
        ),
        ({"code": "131026", "message": "Undeliverable"}, StatusError(131026, "Undeliverable")),
        ({"error_data": "as text"}, StatusError(0, "", "as text")),
    ],
)
def test_failed_with_errors(error: dict[str, Any], read: StatusError) -> None:
    assert reported(told="failed", errors=[error]).errors == (read,)


def test_failed_without_contacts_or_recipient() -> None:
    item = status("failed", errors=[{"code": 131026}])
    del item["recipient_id"]
    one = only(people(statuses=[item]))
    assert isinstance(one, StatusUpdate)
    assert (one.recipient_phone, one.recipient_user_id) == (None, None)
    named = only(people(contacts=[{"wa_id": "16045550142"}], statuses=[item]))
    assert isinstance(named, StatusUpdate)
    assert named.recipient_phone == "+16045550142"


def test_status_in_a_group_names_the_participant() -> None:
    one = reported(recipient_type="group", recipient_id="G120363", recipient_participant_id="14165550117")
    assert one.recipient_phone == "+14165550117"


def test_recipient_that_is_a_user_id_is_no_phone() -> None:
    assert reported(recipient_id="CA.13491208655302741918").recipient_phone is None


PREFERENCE: dict[str, Any] = {
    "wa_id": "16045550142",
    "user_id": "CA.551",
    "detail": "User requested to stop marketing messages",
    "category": "marketing_messages",
    "value": "stop",
    "timestamp": AT_S,
}


def preference(contacts: list[Any] | None = None, **changes: Any) -> Update:
    return only(people("user_preferences", contacts=contacts, user_preferences=[PREFERENCE | changes]))


@pytest.mark.parametrize(("told", "stop"), [("stop", True), ("STOP", True), ("resume", False)])
def test_preference(told: str, stop: bool) -> None:
    one = preference(value=told)
    assert isinstance(one, PreferenceChange)
    assert (one.phone, one.user_id, one.stop, one.at) == ("+16045550142", "CA.551", stop, AT)
    assert one.dedupe_key == f"CA.551|{told.lower()}|{AT_S}"


def test_stop_without_a_number_is_still_a_stop() -> None:
    one = preference(contacts=[{"user_id": "CA.551"}], wa_id=None, user_id=None)
    assert isinstance(one, PreferenceChange)
    assert (one.phone, one.user_id, one.stop) == (None, "CA.551", True)
    nobody = preference(wa_id=None, user_id=None)
    assert isinstance(nobody, PreferenceChange)
    assert nobody.stop


def test_resume_must_be_about_marketing_and_a_stop_need_not() -> None:
    assert isinstance(preference(value="resume", category="utility_messages"), Unknown)
    assert isinstance(preference(value="stop", category="utility_messages"), PreferenceChange)


def test_signup_by_link_lifts_nothing() -> None:
    assert isinstance(preference(value="signup", signup_id="S1"), Unknown)


def test_several_preferences_in_one_change() -> None:
    change = people("user_preferences", user_preferences=[PREFERENCE, PREFERENCE | {"value": "resume"}])
    updates = parse(call(change)).updates
    assert [one.stop for one in updates if isinstance(one, PreferenceChange)] == [True, False]


def system(**part: Any) -> Update:
    return only(people(messages=[message("system", system=part)]))


@pytest.mark.parametrize("key", ["wa_id", "new_wa_id"])
def test_changed_number(key: str) -> None:
    one = system(type="user_changed_number", body="Ana changed", **{key: "19025550128"})
    assert isinstance(one, NumberChanged)
    assert (one.old_phone, one.new_phone, one.at) == ("+16045550142", "+19025550128", AT)
    assert one.dedupe_key == "wamid.IN1"


def test_changed_user_id_by_system_message() -> None:
    one = system(type="user_changed_user_id", user_id="CA.600")
    assert isinstance(one, UserIdChanged)
    assert (one.phone, one.new_user_id) == ("+16045550142", "CA.600")


def test_system_message_that_nobody_wrote_opens_no_window() -> None:
    assert isinstance(system(type="customer_identity_changed", body="New phone"), Unknown)
    assert isinstance(system(), Unknown)


def test_changed_user_id() -> None:
    item = {
        "wa_id": "16045550142",
        "detail": "changed",
        "user_id": {"previous": "CA.551", "current": "CA.600"},
        "timestamp": str(AT_S),
    }
    one = only(people("user_id_update", user_id_update=[item]))
    assert isinstance(one, UserIdChanged)
    assert (one.phone, one.old_user_id, one.new_user_id) == ("+16045550142", "CA.551", "CA.600")
    assert one.dedupe_key == f"CA.551|CA.600|{AT_S}"
    (bad,) = parse(call(people("user_id_update", user_id_update=[{"user_id": {}}]))).bad
    assert "user id" in bad.why
