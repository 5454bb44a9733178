"""Bots and the opt-in: when marketing of a session asks for it, and what of a conversation changes it."""

from typing import Any

import pytest
from sqlalchemy import select

from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.flow import Trigger, TriggerKind
from desktop.domain.flow_nodes import (
    AnswerKind,
    Choice,
    Does,
    End,
    Jump,
    Question,
    SendButtons,
    SendTemplate,
    SendText,
    SetOptIn,
)
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.store import consent, tables
from tests.databases import read, write
from tests.services.talk import Talk, flow

SENT = {
    OptIn.YES: Reason.OPTED_IN,
    OptIn.NO: Reason.OPTED_OUT,
    OptIn.NONE: Reason.NO_CHOICE_PASSES,
}
"""What the rule says of each, where it is asked."""


def becomes(opt_in: OptIn, *, is_asked: bool) -> tuple[Status, Reason, bool]:
    """Status, reason and whether it was asked."""
    if not is_asked:
        return Status.ACCEPTED, Reason.BOT_NOT_ASKED, False
    status = Status.FAILED if opt_in is OptIn.NO else Status.ACCEPTED
    return status, SENT[opt_in], True


async def begins(talk: Talk, how: str, ana: int) -> None:
    """A session that is about to send marketing, or has come to it."""
    sale = talk.template()
    first: dict[str, Does] = {"q": Question(text="Interested?")} if how.endswith("answered") else {}
    offer = {**first, "sale": SendTemplate(template_id=sale.id), "end": End()}
    id = talk.flow(flow(offer), "Offer")
    if how == "by hand and a jump":
        hello = (Trigger(TriggerKind.KEYWORD, ("else",)),)
        id = talk.flow(flow({"a": Jump(flow_id=id)}, None, *hello), "Before")
    if how.startswith("by hand"):
        await talk.bots.start(id, ana, talk.person())
    else:
        await talk.says("hello")
    if first:
        await talk.works()
        await talk.says("Well, yes")


HOWS = {
    "by hand": True,
    "by hand and a jump": True,
    "by hand, answered": False,
    "the customer spoke": False,
}
"""Whether marketing asks although bots do not."""


def sales(talk: Talk) -> list[tuple[Status, Reason, bool]]:
    row = tables.message.c
    asked = select(row.status, row.reason, row.asked).where(
        row.path == Path.BOT.value, row.kind == "template"
    )
    return [(Status(one.status), Reason(one.reason), one.asked) for one in talk.rows(asked.order_by(row.id))]


@pytest.mark.parametrize("bots_ask", [False, True], ids=["", "bots ask"])
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("opt_in", OptIn)
async def test_every_cell_at_the_door(talk: Talk, opt_in: OptIn, how: str, bots_ask: bool) -> None:
    talk.settings(bots_ask=bots_ask)
    ana = talk.contact(opt_in=opt_in)
    await talk.says("Good morning")  # so that the reply window is open; it starts nothing
    await begins(talk, how, ana)
    wanted = becomes(opt_in, is_asked=bots_ask or HOWS[how])
    at_the_door = Status.QUEUED if wanted[0] is Status.ACCEPTED else Status.FAILED
    assert sales(talk) == [(at_the_door, *wanted[1:])]
    await talk.works()
    assert sales(talk) == [wanted]


@pytest.mark.parametrize("bots_ask", [False, True], ids=["", "bots ask"])
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("opt_in", [OptIn.YES, OptIn.NO])
@pytest.mark.sampled(6)
async def test_every_cell_at_the_claim(talk: Talk, opt_in: OptIn, how: str, bots_ask: bool) -> None:
    """The opt-in and the setting change while the message waits."""
    talk.settings(bots_ask=not bots_ask)
    ana = talk.contact(opt_in=OptIn.NONE)
    await talk.says("Good morning")
    await begins(talk, how, ana)
    talk.settings(bots_ask=bots_ask)
    write(talk.store, lambda tx: consent.record(tx, ana, opt_in, Source.AGENT))
    await talk.works()
    is_asked = bots_ask or HOWS[how] or opt_in is OptIn.NO  # said after the talk began
    assert sales(talk) == [becomes(opt_in, is_asked=is_asked)]


@pytest.mark.parametrize("bots_ask", [False, True], ids=["", "bots ask"])
@pytest.mark.parametrize("how", HOWS)
async def test_no_choice_at_the_claim(talk: Talk, how: str, bots_ask: bool) -> None:
    talk.settings(bots_ask=not bots_ask)
    ana = talk.contact(opt_in=OptIn.NONE)
    await talk.says("Good morning")
    await begins(talk, how, ana)
    talk.settings(bots_ask=bots_ask, strict=True)
    await talk.works()
    is_asked = bots_ask or HOWS[how]
    assert sales(talk) == [
        (Status.FAILED, Reason.NO_CHOICE, True) if is_asked else becomes(OptIn.NONE, is_asked=False)
    ]


async def said_in_it(talk: Talk, ana: int, how: str) -> None:
    """A No after the session began: to us or in WhatsApp, by the customer, a colleague or the flow itself."""
    if how == "STOP":
        await talk.says("STOP")
        return
    value, source = (True, Source.WHATSAPP) if how == "in WhatsApp" else (OptIn.NO, Source.AGENT)
    write(talk.store, lambda tx: consent.record(tx, ana, value, source))


NOS = {"STOP": Reason.OPTED_OUT, "in WhatsApp": Reason.STOPPED_IN_WHATSAPP, "a colleague": Reason.OPTED_OUT}


@pytest.mark.parametrize("jumps", [False, True], ids=["", "after a jump"])
@pytest.mark.parametrize("no", NOS)
@pytest.mark.parametrize("opt_in", OptIn)
@pytest.mark.sampled(6)
async def test_a_no_in_the_talk_asks_at_the_door(talk: Talk, opt_in: OptIn, no: str, jumps: bool) -> None:
    """Also of who had said No before: it is said again."""
    sale: dict[str, Does] = {"sale": SendTemplate(template_id=talk.template().id), "end": End()}
    after = talk.flow(flow(sale, None, Trigger(TriggerKind.KEYWORD, ("else",))), "After") if jumps else None
    follows: dict[str, Does] = {"j": Jump(flow_id=after)} if jumps else {**sale}
    talk.flow(flow({"q": Question(text="Interested?"), **follows}))
    ana = talk.contact(opt_in=opt_in)
    await talk.says("hello")
    await talk.works()
    await said_in_it(talk, ana, no)
    await talk.says("Well, yes")
    reason = Reason.OPTED_OUT if opt_in is OptIn.NO else NOS[no]
    assert sales(talk) == [(Status.FAILED, reason, True)]
    await talk.works()
    assert talk.stands(ana) == ("not_sent", "sale")
    # The next talk is a new one, which the customer begins.
    talk.passes(minutes=1)
    await talk.says("hello")
    await talk.works()
    await talk.says("Yes")
    await talk.works()
    assert sales(talk)[1:] == [(Status.ACCEPTED, Reason.BOT_NOT_ASKED, False)]


@pytest.mark.parametrize("no", NOS)
async def test_a_no_in_the_talk_asks_at_the_claim(talk: Talk, no: str) -> None:
    ana = talk.contact(opt_in=OptIn.YES)
    await begins(talk, "the customer spoke", ana)
    assert sales(talk) == [(Status.QUEUED, Reason.BOT_NOT_ASKED, False)]
    await said_in_it(talk, ana, no)
    await talk.works()
    assert sales(talk) == [(Status.FAILED, NOS[no], True)]
    assert talk.stands(ana) == ("not_sent", "sale")


async def test_a_no_that_was_lifted_in_the_talk_stops_nothing(talk: Talk) -> None:
    ana = talk.contact()
    await begins(talk, "the customer spoke", ana)
    await talk.says("STOP")
    talk.passes(minutes=1)
    await talk.says("START")
    await talk.works()
    assert sales(talk) == [(Status.ACCEPTED, Reason.OPTED_IN, True)]


async def test_a_flow_that_records_a_no_sells_nothing_after_it(talk: Talk) -> None:
    sale = talk.template()
    talk.flow(flow({"o": SetOptIn(value=OptIn.NO), "sale": SendTemplate(template_id=sale.id), "e": End()}))
    talk.contact(opt_in=OptIn.YES)
    await talk.says("hello")
    assert sales(talk) == [(Status.FAILED, Reason.OPTED_OUT, True)]


async def test_what_is_said_before_it_asks_is_no_answer_to_it(talk: Talk) -> None:
    """The session has heard nothing yet: its next message asks still."""
    nodes: dict[str, Does] = {"a": SendText(text="Hi"), "b": SendTemplate(template_id=talk.template().id)}
    id = talk.flow(flow(nodes))
    ana = talk.contact(opt_in=OptIn.NO)
    await talk.says("Good morning")
    await talk.bots.start(id, ana, talk.person())
    await talk.says("Who is this?")
    await talk.works()
    assert sales(talk) == [(Status.FAILED, Reason.OPTED_OUT, True)]
    assert talk.stands(ana) == ("not_sent", "b")


# Words.


def history(talk: Talk, contact_id: int) -> list[tuple[str, str, Source]]:
    found = read(talk.store, lambda tx: consent.history(tx, contact_id))
    return [(str(one.value), one.evidence, one.source) for one in found]


def quiz(first: str) -> dict[str, Does]:
    choices = (Choice("1", first), Choice("2", "Later"))
    return {"b": SendButtons(text="Ready for the quiz?", choices=choices), "e": SendText(text="Question 1")}


async def press(talk: Talk, contact_id: int, choice: int) -> None:
    """Press a button of the newest message, as WhatsApp sends it back."""
    shown = talk.thread(contact_id)[-1].content["object"]["action"]["buttons"][choice]["reply"]
    reply = {"type": "button_reply", "button_reply": {"id": shown["id"], "title": shown["title"]}}
    await talk.sends({"type": "interactive", "interactive": reply})


async def test_a_button_of_a_flow_opts_nobody_in_by_its_title(talk: Talk) -> None:
    talk.flow(flow(quiz("Start"), {("b", "choice:1"): "e", ("b", "choice:2"): "e"}))
    ana = talk.contact(opt_in=OptIn.NO)
    before = history(talk, ana)
    await talk.says("hello")
    await talk.works()
    talk.passes(minutes=1)
    await press(talk, ana, 0)
    await talk.works()
    assert history(talk, ana) == before
    assert talk.said(ana)[-1] == "Question 1"


async def test_a_button_of_a_flow_opts_out_by_its_title(talk: Talk) -> None:
    talk.flow(flow(quiz("Stop"), {("b", "choice:1"): "e", ("b", "choice:2"): "e"}))
    ana = talk.contact(opt_in=OptIn.YES)
    await talk.says("hello")
    await talk.works()
    talk.passes(minutes=1)
    await press(talk, ana, 0)
    await talk.works()
    assert ("no", "Stop", Source.BUTTON) in history(talk, ana)
    assert talk.stands(ana) == ("running", "b")


def picture(caption: str) -> dict[str, Any]:
    return {"type": "image", "image": {"id": "m1", "mime_type": "image/jpeg", "caption": caption}}


@pytest.mark.parametrize(("caption", "opts_out"), [("Stop!", True), ("START", False)])
async def test_a_word_under_a_picture_opts_out_never_in_and_never_reaches_a_bot(
    talk: Talk, caption: str, opts_out: bool
) -> None:
    question = Question(text="Anything?", answer="a", must_be=AnswerKind.ANYTHING)
    talk.flow(flow({"q": question, "t": SendText(text="Thanks")}))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    talk.passes(minutes=1)
    await talk.sends(picture(caption))
    await talk.works()
    assert history(talk, ana) == ([("no", caption, Source.KEYWORD)] if opts_out else [])
    assert talk.answers(ana) == []
    assert talk.stands(ana) == ("running", "q")
    await talk.sends(picture("This one"))
    await talk.works()
    assert talk.answers(ana) == [("a", "This one")]
