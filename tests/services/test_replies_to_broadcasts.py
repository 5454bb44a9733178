"""Replies to a broadcast: which ones are, who gets the conversation, and who opted out in answer to it."""

from dataclasses import replace
from datetime import timedelta

from desktop.domain.afterwards import Afterwards, RouteKind
from desktop.domain.broadcast_report import Chosen, Milestone, Press
from desktop.domain.consent import OptIn
from desktop.domain.consent import Path as SendPath
from desktop.domain.conversations import Box
from desktop.domain.messages import Status
from tests.services.desk import ARJUN, LUCIA, PRIYA, Desk


async def _sent(desk: Desk, afterwards: Afterwards | None = None) -> int:
    """A broadcast that everybody has read."""
    saved = await desk.draft()
    if afterwards is not None:
        draft = (await desk.app.broadcasts.get(saved)).draft
        await desk.app.broadcasts.save_draft(saved, replace(draft, afterwards=afterwards), desk.supervisor)
    await desk.app.broadcasts.launch(saved, desk.supervisor, now=True)
    await desk.ended(saved)
    await desk.settled()
    return saved


async def _wamid(desk: Desk, broadcast_id: int, phone: str) -> str:
    return (await desk.rows(broadcast_id))[phone].wamid


async def _says(desk: Desk, phone: str, text: str, quoting: str = "", *, act: str = "text") -> None:
    more = {"context_wamid": quoting} if quoting else {}
    await desk.client.control(f"customers/{phone}/{act}", {"text": text, **more})
    await desk.settled()


async def _assigned(desk: Desk, contact_id: int) -> int | None:
    rows = await desk.app.conversations.rows(Box.ALL, desk.agent)
    return next(one.assigned_to for one in rows if one.contact_id == contact_id)


async def test_quotes_presses_and_the_next_word_are_replies(desk: Desk) -> None:
    for phone in (PRIYA, ARJUN, LUCIA):
        await desk.contact(phone, OptIn.YES, name=f"Customer {phone[-4:]}")
    launched = await _sent(desk)
    await _says(desk, PRIYA, "How long?", await _wamid(desk, launched, PRIYA))
    await _says(desk, ARJUN, "Yes please", await _wamid(desk, launched, ARJUN), act="button")
    await _says(desk, LUCIA, "Nice")
    await _says(desk, LUCIA, "And thank you")
    replies = (await desk.app.broadcast_reports.extras(launched)).replies
    assert (replies.contact_count, replies.message_count) == (3, 4)
    assert replies.presses == (Press("Yes please", 1),)
    pressed, _ = await desk.app.broadcast_reports.people(launched, Chosen(button="Yes please"))
    assert [(one.message.phone, one.presses) for one in pressed] == [(ARJUN, ("Yes please",))]
    everyone, _ = await desk.app.broadcast_reports.people(launched, Chosen(reached=Milestone.REPLIED))
    assert {one.message.phone: one.reply for one in everyone} == {
        PRIYA: "How long?",
        ARJUN: "Yes please",
        LUCIA: "And thank you",
    }


async def test_what_comes_late_or_after_another_word_of_ours_is_none(desk: Desk) -> None:
    priya, _ = await desk.contact(PRIYA, OptIn.YES), await desk.contact(ARJUN, OptIn.YES)
    launched = await _sent(desk)
    order = await desk.send(priya, template="order_shipped")
    await desk.until_status(order, Status.DELIVERED, Status.READ)
    await desk.settled()
    await _says(desk, PRIYA, "Where is it?")
    await desk.app.move_clock(timedelta(hours=25))
    await _says(desk, ARJUN, "Hello")
    assert (await desk.app.broadcast_reports.extras(launched)).replies.contact_count == 0


async def test_the_first_reply_gives_the_conversation_to_whom_was_said(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    await _sent(desk, Afterwards(RouteKind.PERSON, desk.agent.id))
    await _says(desk, PRIYA, "I have a question")
    assert await _assigned(desk, priya) == desk.agent.id
    await desk.app.conversations.assign(priya, desk.supervisor, desk.supervisor)
    await _says(desk, PRIYA, "One more")
    assert await _assigned(desk, priya) == desk.supervisor.id  # handed on, it stays there


async def test_unassigned_takes_it_from_whoever_had_it(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES, wrote=True)
    await desk.app.conversations.assign(priya, desk.agent, desk.agent)
    await _sent(desk, Afterwards(RouteKind.UNASSIGNED))
    assert await _assigned(desk, priya) == desk.agent.id
    await _says(desk, PRIYA, "I have a question")
    assert await _assigned(desk, priya) is None


async def test_a_colleague_who_has_written_since_keeps_the_conversation(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES, wrote=True)
    await desk.app.conversations.assign(priya, desk.supervisor, desk.supervisor)
    launched = await _sent(desk, Afterwards(RouteKind.PERSON, desk.agent.id))
    quoted = await _wamid(desk, launched, PRIYA)
    said = await desk.send(priya, SendPath.COMPOSE, text="It comes tomorrow")
    await desk.until_status(said, Status.DELIVERED, Status.READ)
    await desk.settled()
    await _says(desk, PRIYA, "About the offer", quoted)
    assert await _assigned(desk, priya) == desk.supervisor.id
    assert (await desk.app.broadcast_reports.extras(launched)).replies.contact_count == 1


async def test_one_that_was_resolved_is_given_to_whom_was_said(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES, wrote=True)
    await desk.app.conversations.assign(priya, desk.supervisor, desk.supervisor)
    launched = await _sent(desk, Afterwards(RouteKind.PERSON, desk.agent.id))
    said = await desk.send(priya, SendPath.COMPOSE, text="It comes tomorrow")
    await desk.until_status(said, Status.DELIVERED, Status.READ)
    await desk.app.conversations.close(priya, desk.supervisor)
    await _says(desk, PRIYA, "About the offer", await _wamid(desk, launched, PRIYA))
    assert await _assigned(desk, priya) == desk.agent.id


async def test_who_answers_after_a_month_is_counted_and_not_routed(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    launched = await _sent(desk, Afterwards(RouteKind.PERSON, desk.agent.id))
    await desk.app.move_clock(timedelta(days=31))
    await _says(desk, PRIYA, "Yes please", await _wamid(desk, launched, PRIYA), act="button")
    assert (await desk.app.broadcast_reports.extras(launched)).replies.contact_count == 1
    assert await _assigned(desk, priya) is None


async def test_an_opt_out_says_which_message_it_answers_and_is_not_routed(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    launched = await _sent(desk, Afterwards(RouteKind.PERSON, desk.agent.id))
    await desk.app.move_clock(timedelta(seconds=3))
    await _says(desk, PRIYA, "STOP", await _wamid(desk, launched, PRIYA))
    people, _ = await desk.app.broadcast_reports.people(launched, Chosen(reached=Milestone.OPTED_OUT_SINCE))
    (one,) = people
    assert one.opted_out is not None
    assert (one.opted_out.words, one.opted_out.answered_here) == ("STOP", True)
    assert one.opted_out.answered
    assert await _assigned(desk, priya) is None
