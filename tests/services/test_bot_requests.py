"""Requests of bots: what goes out, what is taken from the answer, and what a crash leaves of them."""

import json
import logging
from typing import Any

import pytest
from aiohttp import web as aiohttp_web
from sqlalchemy import select

from desktop.domain.flow import SessionStatus
from desktop.domain.flow_nodes import (
    End,
    Question,
    Request,
    SendText,
    Take,
)
from desktop.services import bot_requests
from desktop.services.bot_engine import REQUESTS_AT_ONCE, UNCERTAIN
from desktop.store import sessions, tables
from desktop.store.engine import StoreBusy
from desktop.system.faults import CrashPoint, Faults
from desktop.system.http import MOST_READ_BYTES
from desktop.system.secrets import environment_name
from tests.databases import write
from tests.receiver import Receiver
from tests.services.talk import SHOP_SECRET, Talk, flow


def asks(receiver: Receiver, **more: Any) -> dict[str, Any]:
    wanted = {
        "url": f"{receiver.address}/orders/{{{{order}}}}",
        "headers": (("X-Key", "{{secret:shop}}"),),
        "takes": (Take("status", "order.lines.0.status"),),
    }
    request = Request(**{**wanted, **more})
    return {"q": Question(text="Which?", answer="order"), "r": request, "y": SendText(text="It is {{status}}"), "n": SendText(text="Sorry")}  # fmt: skip


REQUEST_EDGES = {("q", "next"): "r", ("r", "next"): "y", ("r", "failed"): "n"}


async def asked(talk: Talk, receiver: Receiver, **more: Any) -> int:
    talk.flow(flow(asks(receiver, **more), REQUEST_EDGES))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says("A 7")
    await talk.works()
    return ana


def answering(text: str, status: int = 200) -> Any:
    return lambda _one: aiohttp_web.Response(status=status, text=text)


ORDER = json.dumps({"order": {"lines": [{"status": "on its way"}]}})


async def test_another_program_is_asked_and_its_answer_is_used(talk: Talk, receiver: Receiver) -> None:
    receiver.answer = answering(ORDER)
    ana = await asked(talk, receiver)
    (post,) = receiver.posts
    assert post.path == "/orders/A%207" or post.path == "/orders/A 7"
    assert post.headers["x-key"] == SHOP_SECRET
    session = talk.session(ana)
    assert post.headers["idempotency-key"] == f"assent-{session.id}-1"
    assert talk.said(ana)[-1] == "It is on its way"
    assert talk.answers(ana) == [("order", "A 7"), ("status", "on its way")]
    assert session.request is None


@pytest.mark.parametrize(
    ("text", "status", "because"),
    [
        ("not json", 200, "not JSON"),
        ("[" * 100_000, 200, "not JSON"),
        ("no such order", 404, "404 Not Found: no such order"),
        ("", 302, "302 Found"),
        (json.dumps("x" * MOST_READ_BYTES), 200, "longer than 256 KB"),
    ],
    ids=["text", "deep", "404", "redirect", "long"],
)
async def test_an_answer_that_is_no_use_leaves_by_failed(
    talk: Talk, receiver: Receiver, text: str, status: int, because: str
) -> None:
    receiver.answer = answering(text, status)
    ana = await asked(talk, receiver)
    assert talk.said(ana)[-1] == "Sorry"
    assert ("r", "failed") in talk.steps(talk.session(ana).id)
    talk.flow(flow({**asks(receiver), "n": End()}, {("q", "next"): "r"}))
    await talk.says("hello")
    await talk.works()
    await talk.says("A 7")
    await talk.works()
    assert talk.session(ana).state.status is SessionStatus.BROKEN
    assert because in talk.session(ana).state.because


@pytest.mark.parametrize("takes", [(), (Take("status", "order.none.0"),)])
async def test_what_is_not_in_the_answer_is_empty_and_without_takes_anything_will_do(
    talk: Talk, receiver: Receiver, takes: tuple[Take, ...]
) -> None:
    receiver.answer = answering(ORDER if takes else "x" * (MOST_READ_BYTES + 9))
    ana = await asked(talk, receiver, takes=takes)
    assert talk.said(ana)[-1].strip() == "It is"


async def test_a_body_is_filled_and_posted_and_secrets_stay_out_of_store_and_log(
    talk: Talk, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer = answering(SHOP_SECRET, 500)
    with caplog.at_level(logging.DEBUG):
        ana = await asked(talk, receiver, method="POST", body='{"order": "{{order}}"}')
    (post,) = receiver.posts
    assert (post.body, post.headers["content-type"]) == ({"order": "A 7"}, "application/json; charset=utf-8")
    assert SHOP_SECRET not in caplog.text
    assert talk.said(ana)[-1] == "Sorry"


async def test_a_secret_that_this_machine_does_not_have_leaves_by_failed(
    talk: Talk, receiver: Receiver
) -> None:
    talk.flow(flow(asks(receiver, headers=(("X", "{{secret:ware house}}"),)), {("q", "next"): "r"}))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says("7")
    await talk.works()
    assert receiver.posts == []
    assert "ASSENT_BOT_SECRET_WARE_HOUSE" in talk.session(ana).state.because


async def test_a_customer_cannot_ask_for_a_secret(talk: Talk, receiver: Receiver) -> None:
    headers = (("X-Name", "{{order}}\r\nEvil: 1"),)
    talk.flow(flow(asks(receiver, headers=headers), REQUEST_EDGES))
    talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says("{{secret:shop}}")
    await talk.works()
    (post,) = receiver.posts
    assert SHOP_SECRET not in post.headers["x-name"]
    assert "evil" not in post.headers


async def test_an_address_that_must_not_be_called_or_does_not_answer_leaves_by_failed(
    talk: Talk, receiver: Receiver
) -> None:
    talk.flow(flow(asks(receiver, url="https://graph.facebook.com/v23.0/me"), {("q", "next"): "r"}))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says("7")
    await talk.works()
    assert "Assent’s own door" in talk.session(ana).state.because


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_request_that_was_begun_before_a_crash(talk: Talk, receiver: Receiver, method: str) -> None:
    """One that changes nothing is asked again; of another nobody knows whether it arrived."""
    receiver.answer = answering(ORDER)
    talk.flow(flow(asks(receiver, method=method), {("q", "next"): "r", ("r", "next"): "y"}))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says("7")
    talk_id = talk.session(ana).id
    write(talk.store, lambda tx: sessions.set_began(tx, talk_id))
    if talk.store.on_postgresql:
        await talk.engine.round()
        await talk.engine.asked()
        assert receiver.posts == []
        talk.passes(seconds=31)
    await talk.works()
    if method == "GET":
        assert [one.headers["idempotency-key"] for one in receiver.posts] == [f"assent-{talk_id}-1"]
        assert talk.stands(ana) == ("completed", "y")
    else:
        assert receiver.posts == []
        assert talk.session(ana).state.because == UNCERTAIN


async def test_requests_run_beside_each_other_up_to_a_bound(talk: Talk, receiver: Receiver) -> None:
    receiver.answer = answering(ORDER)
    talk.flow(flow({"r": Request(url=receiver.url), "y": SendText(text="Done")}))
    everyone = [talk.contact(number) for number in range(REQUESTS_AT_ONCE + 3)]
    for number in range(len(everyone)):
        await talk.says("hello", number)
    await talk.engine.round()
    begun = talk.rows(select(tables.bot_session.c.id).where(tables.bot_session.c.awaits == "request"))
    assert len(begun) == len(everyone)
    await talk.works()
    assert len(receiver.posts) == len(everyone)
    assert [talk.said(one) for one in everyone] == [["Done"]] * len(everyone)


# What keeps them.


async def test_a_store_that_is_busy_does_not_make_a_request_uncertain(
    talk: Talk, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """What came of it is kept as soon as it can be; it is neither made again nor given up."""
    receiver.answer = answering(ORDER)
    talk.flow(flow(asks(receiver, method="POST"), REQUEST_EDGES))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says("7")
    busy = Busy(2)
    talk.begins(busy)
    with caplog.at_level(logging.WARNING, "assent.bots"):
        await talk.works()
    assert busy.left_count == 0
    assert len(receiver.posts) == 1
    assert talk.said(ana)[-1] == "It is on its way"
    assert "cannot work on bots now" in caplog.text


class Busy(Faults):
    """A store that has no time for so many commits."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.left_count = count

    def reach(self, point: CrashPoint) -> None:
        if point is CrashPoint.BEFORE_BOT_COMMIT and self.left_count:
            self.left_count -= 1
            raise StoreBusy("Busy", "Another program holds the store.")


# Paths in an answer.


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b.1.c", "deep"), ("a.b.0", "7.5"), ("yes", "yes"), ("no", "no"), ("null", ""), ("a.b.9", ""), ("a.b.x", ""),
        ("list", '[1, "é"]'), ("", '{"x": 1}'), ("big", "12345678901234567890"), ("a.b.-1", ""), ("0", "zero"),
    ],
)  # fmt: skip
def test_values_at_paths(path: str, value: str) -> None:
    data: Any = {"a": {"b": [7.5, {"c": "deep"}]}, "yes": True, "no": False, "null": None, "list": [1, "é"], "big": 12345678901234567890, "0": "zero"}  # fmt: skip
    assert bot_requests.value_at({"x": 1} if not path else data, path) == value


def test_names_of_secrets() -> None:
    assert bot_requests.secret_names("Bearer {{secret: shop }} {{name}} {{ secret:x}}") == ["shop", "x"]
    assert environment_name("bot:shop key") == "ASSENT_BOT_SECRET_SHOP_KEY"
