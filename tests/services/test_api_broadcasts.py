"""Broadcasts of other programs on both databases: the launch, what each message brings, and the answers."""

import asyncio
from typing import Any

from desktop.domain.api_broadcast import BroadcastWanted
from desktop.domain.api_message import ButtonValue, TemplateWanted
from desktop.domain.consent import OptIn
from desktop.domain.filters import EVERYONE
from desktop.domain.keys import Caller, Scope
from desktop.domain.people import Role, User
from desktop.domain.public_ids import own_id
from desktop.domain.templates import Button
from desktop.services.api_answers import Once
from desktop.services.api_broadcasts import ApiBroadcasts
from desktop.services.keys import Keys
from desktop.store import (
    attempts,
    audience,
    segments,
    settings,
)
from desktop.store.engine import Store, Tx
from tests.databases import read, write
from tests.store.world import accepted, add_contacts, add_template, claim, plan_all

SHELL = User(0, "shell", Role.ADMIN)
PICTURE = {"mediaUrl": "https://shop.example/winter.png"}


async def made(store: Store) -> tuple[Caller, int]:
    """A key, a segment of everyone, two of YES and one of NO, and a template with a picture and a reply."""
    key = (await Keys(store).create("shop-sync", Scope.ALL, SHELL)).api_key

    def fill(tx: Tx) -> int:
        settings.set_meta(tx, "key", "0badcafe")
        add_contacts(tx, OptIn.YES, OptIn.YES, OptIn.NO)
        add_template(tx, header_kind="image", buttons=(Button("quick_reply", "More"),))
        return segments.save(tx, None, "Everyone", EVERYONE, None)

    return Caller(key.id, key.name, key.scope), write(store, fill)


def wanted(segment_id: int, **more: Any) -> BroadcastWanted:
    template = TemplateWanted(
        "spring", "", {"1": "{{{contact.name|there}}}"}, PICTURE, (ButtonValue(0, "quick_reply", "more-7"),)
    )
    return BroadcastWanted("Spring", template, None, (segment_id,), **more)


async def test_every_message_brings_the_picture_and_the_payload(store: Store) -> None:
    caller, segment_id = await made(store)
    woken: list[str] = []
    service = ApiBroadcasts(store, lambda: woken.append("wake"))
    told = await service.launch(wanted(segment_id), caller, Once())
    id = own_id(told["id"]) or 0
    assert woken == ["wake"]
    assert (told["status"], told["contactCount"], told["selectedCount"]) == ("PREPARING", 2, 3)
    assert (told["now"]["queued"], told["now"]["leftOut"]) == (2, 1)
    assert read(store, lambda tx: audience.lines(tx, id)).left_out_count == 1
    write(store, lambda tx: plan_all(tx, id))
    claimed = write(store, claim)
    assert len(claimed) == 2
    for one in claimed:
        assert one.content["header"]["image"]["link"] == PICTURE["mediaUrl"]
        assert one.content["payloads"] == ["more-7"]
    write(store, lambda tx: attempts.settle(tx, [accepted(one) for one in claimed]))
    (after,) = await service.every(20, 1)
    assert after == await service.get(id)
    assert (after["status"], after["now"]["accepted"], after["contactCount"]) == ("RUNNING", 2, 2)
    assert [(one["reason"], one["count"]) for one in after["leftOut"]] == [("OPTED_OUT", 1)]


async def test_many_at_once_under_one_word_launch_once(store: Store) -> None:
    caller, segment_id = await made(store)
    service = ApiBroadcasts(store, lambda: None)
    asked = Once("winter", "hash")
    answers = await asyncio.gather(*(service.launch(wanted(segment_id), caller, asked) for _ in range(5)))
    assert all(one == answers[0] for one in answers)
    assert len(await service.every(20, 1)) == 1
