"""Requests of bots: what goes out, what is taken from the answer, and what a crash leaves of them."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

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
from desktop.store import bot_report, sessions, settings, tables
from desktop.store.engine import StoreBusy
from desktop.store.sessions import Session
from desktop.system.faults import CrashPoint, Faults
from desktop.system.http import MOST_READ_BYTES, Answered
from desktop.system.secrets import environment_name
from tests.databases import read, write
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
    write(talk.store, lambda tx: settings.set_meta(tx, "key", "5f3a"))
    talk.flow(flow(asks(receiver, **more), REQUEST_EDGES))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says("A 7")
    await talk.works()
    return ana


def key_of(talk: Talk, session: Session) -> str:
    """Of the request at the session's second step."""
    store_key = read(talk.store, lambda tx: settings.meta(tx, "key")) or ""
    return bot_requests.idempotency_key(store_key, session.id, session.started_at, 1)


def answering(text: str, status: int = 200) -> Any:
    return lambda _one: aiohttp_web.Response(status=status, text=text)


ORDER = json.dumps({"order": {"lines": [{"status": "on its way"}]}})


async def test_another_program_is_asked_and_its_answer_is_used(talk: Talk, receiver: Receiver) -> None:
    receiver.answer = answering(ORDER)
    ana = await asked(talk, receiver)
    (post,) = receiver.posts
    assert post.path == "/orders/A 7"
    assert post.headers["x-key"] == SHOP_SECRET
    session = talk.session(ana)
    assert post.headers["idempotency-key"] == key_of(talk, session)
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
    session = talk.session(ana)
    assert ("r", "failed") in talk.steps(session.id)
    told = read(talk.store, lambda tx: bot_report.report(tx, session.flow_id)).nodes["r"].because["failed"]
    assert (because in told[0][0], told[0][1]) == (True, 1)
    (row,) = read(talk.store, lambda tx: bot_report.sessions(tx, session.flow_id))
    assert [(id, because in said) for id, said in row.mishaps] == [("r", True)]
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
        assert [one.headers["idempotency-key"] for one in receiver.posts] == [key_of(talk, talk.session(ana))]
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


# What it must not do.


def test_no_two_requests_have_one_key() -> None:
    began = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    asked = [
        ("a", 1, began, 1), ("b", 1, began, 1), ("a", 2, began, 1), ("a", 1, began + timedelta(seconds=1), 1),
        ("a", 1, began, 2), ("a", 11, began, 1), ("a", 1, began, 11), ("a:1", 1, began, 1),
    ]  # fmt: skip
    keys = [bot_requests.idempotency_key(*one) for one in asked]
    assert len(set(keys)) == len(asked)
    assert keys == [bot_requests.idempotency_key(*one) for one in asked]
    assert all(re.fullmatch(r"assent-[0-9]+-[0-9]+-[0-9a-f]{24}", one) for one in keys)


@pytest.mark.parametrize("status", [200, 401])
async def test_a_secret_that_is_sent_back_is_blotted_out(
    talk: Talk, receiver: Receiver, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    def echoes(one: Any) -> aiohttp_web.Response:
        return aiohttp_web.json_response({"got": {"key": one.headers["x-key"]}}, status=status)

    receiver.answer = echoes
    ana = await asked(talk, receiver, takes=(Take("status", "got.key"), Take("all", "got")))
    told = [*talk.said(ana), *(value for _, value in talk.answers(ana)), talk.session(ana).state.because]
    assert not any(SHOP_SECRET in one for one in told)
    assert SHOP_SECRET not in caplog.text
    if status == 200:
        assert talk.answers(ana)[1:] == [("status", "•••"), ("all", '{"key": "•••"}')]


@pytest.mark.parametrize("secret", ['p"a\\ss/wörd', "plain-secret", "two  words"])
def test_a_secret_is_hidden_however_it_is_written(secret: str) -> None:
    hidden = bot_requests.hiding([secret, "abc"])
    ways = [
        secret, " ".join(secret.split()), json.dumps(secret), json.dumps(secret, ensure_ascii=False),
        quote(secret, safe=""),
    ]  # fmt: skip
    assert [hidden(f"key={one}.") for one in ways] == [
        "key=•••.", "key=•••.", 'key="•••".', 'key="•••".', "key=•••.",
    ]  # fmt: skip
    assert hidden("abc") == "abc"


def test_a_secret_at_the_cut_is_hidden_whole() -> None:
    hidden = bot_requests.hiding([SHOP_SECRET])
    answered = Answered(500, "x" * 195 + SHOP_SECRET)
    with pytest.raises(Exception, match="500") as failed:
        bot_requests.taken(answered, (), hidden)
    assert SHOP_SECRET[:4] not in str(failed.value)
    assert SHOP_SECRET[:4] not in bot_requests.value_at({"a": "x" * 995 + SHOP_SECRET}, "a", hidden)


@pytest.mark.parametrize("header", ["{{{{order}}}}", "{{secret:{{order}}}}", "{{ {{order}} }}"])
@pytest.mark.parametrize("said", ["secret:shop", "shop"])
async def test_no_answer_names_a_secret_whatever_the_braces(
    talk: Talk, receiver: Receiver, header: str, said: str
) -> None:
    talk.flow(flow(asks(receiver, headers=(("X-Shop", header),)), REQUEST_EDGES))
    talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says(said)
    await talk.works()
    assert [SHOP_SECRET in one.headers["x-shop"] for one in receiver.posts] == [False]


def test_what_lies_too_deep_is_a_failure_and_no_crash() -> None:
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(Exception, match="nested too deeply"):
        bot_requests.as_text(deep)


async def test_what_goes_wrong_unforeseen_ends_the_request_once(
    talk: Talk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_data: Any, _path: str, _hidden: Any) -> str:
        raise ZeroDivisionError(SHOP_SECRET)

    monkeypatch.setattr(bot_requests, "value_at", fails)
    receiver.answer = answering(ORDER)
    ana = await asked(talk, receiver)
    assert len(receiver.posts) == 1
    assert talk.said(ana)[-1] == "Sorry"
    assert "ended unforeseen: ZeroDivisionError" in caplog.text
    assert SHOP_SECRET not in caplog.text
