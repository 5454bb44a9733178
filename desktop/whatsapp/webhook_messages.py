"""Webhook updates about people: messages, statuses, marketing preferences, changed numbers and ids."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from desktop.domain.messages import REPORTED, Status
from desktop.whatsapp.reading import (
    as_json,
    clean,
    identifier,
    integer,
    mapping,
    mappings,
    number,
    phone,
)
from desktop.whatsapp.reading import time as moment
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

Item = Mapping[str, Any]
Where = Mapping[str, Any]
_MEDIA: Final = ("image", "video", "document", "audio", "sticker")


class Unreadable(ValueError):
    """One update lacks what it cannot be used without."""


def readers(field: str, value: Item, where: Where) -> Iterator[tuple[Callable[[], Update], object]] | None:
    """One reading for each item of a change about people; None if the change is not about people."""
    if field == "user_preferences":
        return _each(value, ("user_preferences", _preference), where=where)
    if field == "user_id_update":
        return _each(value, ("user_id_update", _user_id), where=where)
    # Messages and statuses come under one field and are told apart by the key.
    if field in ("messages", "") and ("messages" in value or "statuses" in value):
        return _each(value, ("messages", _message), ("statuses", _status), where=where)
    return None


def _each(
    value: Item, *kinds: tuple[str, Callable[[Item, Item, Where], Update]], where: Where
) -> Iterator[tuple[Callable[[], Update], object]]:
    for key, read in kinds:
        items = value.get(key)
        for item in items if isinstance(items, list) else [items] if items else []:
            yield partial(_read, read, item, value, where), item


def _read(read: Callable[[Item, Item, Where], Update], item: object, value: Item, where: Where) -> Update:
    if not isinstance(item, dict):
        raise Unreadable("The update is not an object.")
    return read(item, value, where)


def _id_or_none(value: object) -> str | None:
    return identifier(value) or None


def _contact(value: Item, wa_id: object, user_id: object) -> Item:
    """The entry of `contacts` that belongs to an item. Never a guess: a wrong one would join two people."""
    contacts = list(mappings(value.get("contacts")))
    for contact in contacts:
        if (wa_id and contact.get("wa_id") == wa_id) or (user_id and contact.get("user_id") == user_id):
            return contact
    return contacts[0] if len(contacts) == 1 and _carries_one(value) else {}


def _carries_one(value: Item) -> bool:
    """True if the change is about one item, so that its one contact can only be that item's."""
    lists = (value.get(key) for key in ("messages", "statuses", "user_preferences", "user_id_update"))
    return sum(len(items) for items in lists if isinstance(items, list)) == 1


def _message(item: Item, value: Item, where: Where) -> Update:
    wamid = identifier(item.get("id"))
    kind = clean(item.get("type"), 64).strip().lower()
    if not wamid:
        raise Unreadable("The message has no id.")
    if kind == "system":
        return _system(wamid, item, where)
    contact = _contact(value, item.get("from"), item.get("from_user_id"))
    part = mapping(item.get(kind))
    text, payload = _words(kind, part)
    context = mapping(item.get("context"))
    return InboundMessage(
        wamid=wamid,
        phone=phone(item.get("from")) or phone(contact.get("wa_id")),
        user_id=_id_or_none(item.get("from_user_id")) or _id_or_none(contact.get("user_id")),
        parent_user_id=_id_or_none(item.get("from_parent_user_id")),
        profile_name=clean(mapping(contact.get("profile")).get("name"), 512).strip(),
        at=moment(item.get("timestamp")),
        kind=kind,
        text=text,
        button_payload=payload,
        media=_media(part) if kind in _MEDIA else None,
        reaction=_reaction(part) if kind == "reaction" else None,
        location=_location(part) if kind == "location" else None,
        context_wamid=identifier(context.get("id")) or identifier(part.get("original_message_id")),
        referral=_referral(mapping(item.get("referral"))),
        group_id=identifier(item.get("group_id")),
        raw=as_json(item),
        **where,
    )


def _words(kind: str, part: Item) -> tuple[str, str]:
    """What was written or pressed, and what the pressed button sends back."""
    if kind == "text":
        return clean(part.get("body")), ""
    if kind == "button":
        return clean(part.get("text")), clean(part.get("payload"), 1_024)
    if kind == "interactive":
        reply = mapping(part.get(clean(part.get("type"), 64)))
        return clean(reply.get("title") or reply.get("body")), clean(reply.get("id"), 1_024)
    if kind == "edit":
        edited = mapping(part.get("message"))
        inner = clean(edited.get("type"), 64)
        return _words(inner, mapping(edited.get(inner))) if inner != "edit" else ("", "")
    return "", ""


def _media(part: Item) -> Media | None:
    media_id = identifier(part.get("id"))
    if not media_id:
        return None
    return Media(
        media_id,
        clean(part.get("mime_type"), 256),
        clean(part.get("caption")),
        clean(part.get("filename"), 1_024),
        part.get("voice") is True,
    )


def _reaction(part: Item) -> Reaction | None:
    wamid = identifier(part.get("message_id"))
    return Reaction(wamid, clean(part.get("emoji"), 64)) if wamid else None


def _location(part: Item) -> Location | None:
    latitude, longitude = number(part.get("latitude")), number(part.get("longitude"))
    if latitude is None or longitude is None:
        return None
    return Location(latitude, longitude, clean(part.get("name"), 1_024), clean(part.get("address"), 1_024))


def _referral(part: Item) -> Referral | None:
    if not part:
        return None
    return Referral(
        clean(part.get("source_url"), 4_096),
        clean(part.get("source_type"), 64),
        identifier(part.get("source_id")),
        clean(part.get("headline"), 1_024),
        clean(part.get("body"), 4_096),
        clean(part.get("ctwa_clid"), 1_024),
    )


def _system(wamid: str, item: Item, where: Where) -> Update:
    """A change of number or id. Any other system message is kept, but nobody wrote it: it opens no window."""
    part = mapping(item.get("system"))
    kind = clean(part.get("type"), 64).strip().lower()
    at, raw = moment(item.get("timestamp")), as_json(item)
    old_phone, old_id = phone(item.get("from")), _id_or_none(item.get("from_user_id"))
    new_phone = phone(part.get("wa_id")) or phone(part.get("new_wa_id"))
    new_id = _id_or_none(part.get("user_id"))
    if kind in ("user_changed_number", "customer_changed_number"):
        return NumberChanged(
            wamid=wamid,
            old_phone=old_phone,
            new_phone=new_phone,
            old_user_id=old_id,
            new_user_id=new_id,
            at=at,
            raw=raw,
            **where,
        )
    if kind == "user_changed_user_id" and new_id:
        return UserIdChanged(
            phone=new_phone or old_phone, old_user_id=old_id, new_user_id=new_id, at=at, raw=raw, **where
        )
    return Unknown(field=f"messages.system.{kind}", at=at, raw=raw, **where)


def _status(item: Item, value: Item, where: Where) -> Update:
    wamid = identifier(item.get("id"))
    if not wamid:
        raise Unreadable("The status has no message id.")
    told = clean(item.get("status"), 64).strip().lower()
    at, raw = moment(item.get("timestamp")), as_json(item)
    # Only voice messages are played, and whoever plays one has it before them.
    status = Status.READ if told == "played" else next((one for one in REPORTED if one == told), None)
    if status is None:
        return Unknown(field=f"messages.statuses.{told}", at=at, raw=raw, **where)
    contact = _contact(value, item.get("recipient_id"), item.get("recipient_user_id"))
    in_group = clean(item.get("recipient_type"), 32).lower() == "group"
    recipient = item.get("recipient_participant_id") if in_group else item.get("recipient_id")
    return StatusUpdate(
        wamid=wamid,
        status=status,
        at=at,
        callback_data=clean(item.get("biz_opaque_callback_data"), 1_024),
        recipient_phone=phone(recipient) or (None if in_group else phone(contact.get("wa_id"))),
        recipient_user_id=_id_or_none(item.get("recipient_user_id")) or _id_or_none(contact.get("user_id")),
        errors=tuple(_errors(item)),
        pricing_category=clean(mapping(item.get("pricing")).get("category"), 64).lower().replace("-", "_"),
        raw=raw,
        **where,
    )


def _errors(item: Item) -> Iterator[StatusError]:
    for error in mappings(item.get("errors")):
        data = error.get("error_data")
        details = data.get("details") if isinstance(data, dict) else data
        title = clean(error.get("title") or error.get("message"), 512)
        yield StatusError(integer(error.get("code")) or 0, title, clean(details, 1_024))


def _preference(item: Item, value: Item, where: Where) -> Update:
    told = clean(item.get("value"), 64).strip().lower()
    about_marketing = clean(item.get("category"), 64).strip().lower() in ("", "marketing_messages")
    at, raw = moment(item.get("timestamp")), as_json(item)
    # A stop counts whatever its category: better one message too few. A resume must be about marketing.
    if told != "stop" and not (told == "resume" and about_marketing):
        return Unknown(field=f"user_preferences.{told}", at=at, raw=raw, **where)
    contact = _contact(value, item.get("wa_id"), item.get("user_id"))
    return PreferenceChange(
        phone=phone(item.get("wa_id")) or phone(contact.get("wa_id")),
        user_id=_id_or_none(item.get("user_id")) or _id_or_none(contact.get("user_id")),
        stop=told == "stop",
        at=at,
        raw=raw,
        **where,
    )


def _user_id(item: Item, value: Item, where: Where) -> Update:
    ids = mapping(item.get("user_id"))
    current = identifier(ids.get("current"))
    if not current:
        raise Unreadable("The update names no new user id.")
    contact = _contact(value, item.get("wa_id"), None)
    return UserIdChanged(
        phone=phone(item.get("wa_id")) or phone(contact.get("wa_id")),
        old_user_id=_id_or_none(ids.get("previous")),
        new_user_id=current,
        at=moment(item.get("timestamp")),
        raw=as_json(item),
        **where,
    )
