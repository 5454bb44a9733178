"""*Why?* through the whole program: every path's answer rests on the receipt that the message kept, and what was said
to WhatsApp can be read again, without the token."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.known import Explanation, Tone
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.problems import NotFound
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, SequenceStep
from desktop.domain.templates import TemplateStatus
from desktop.options import SANDBOX_TOKEN
from desktop.services import sending
from desktop.store import consent, contacts, session_said, tables
from desktop.store.engine import Tx
from tests.services.desk import ARJUN, LUCIA, PRIYA, TUNDE, US, VALUES, Desk
from tests.store.bots import begun, published

GONE = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)


async def why(desk: Desk, message_id: int) -> Explanation:
    return await desk.app.whys.of_message(message_id)


def lines(told: Explanation) -> list[str]:
    return [step.text for step in told.steps]


def events(told: Explanation) -> list[int]:
    return [piece.event_id for step in told.steps for piece in step.pieces if piece.event_id is not None]


async def newest_event(desk: Desk, contact_id: int) -> int:
    found = (await desk.app.contacts.get(contact_id)).facts.consent_event_id
    assert found is not None
    return found


# By path.


async def test_an_api_message_to_someone_who_wrote_stop(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    await desk.says(PRIYA, "STOP")
    failed = await desk.send(priya, template="winter_clearance")
    told = await why(desk, failed)
    what, rule, opt_in = lines(told)
    assert what.startswith("The template winter_clearance is Marketing (read at ")
    assert rule == "Path API: marketing needs opt-in"
    event = await newest_event(desk, priya)
    assert opt_in.startswith("Priya’s opt-in is No since ")
    assert opt_in.endswith(f", keyword “STOP” event {event}")
    assert events(told) == [event]
    assert f"{told.conclusion} {told.change}" == (
        "So the message failed. It would go out if Priya opts in again, or as a utility template."
    )
    assert told.contact_id == priya
    assert "WhatsApp was not called" in told.small[0]
    assert await desk.app.whys.exchanges(failed) == []
    # What changed since is told: nobody should wait for a yes that is there.
    await desk.says(PRIYA, "START")
    assert (await why(desk, failed)).change == "That has changed since: it would go out now."


async def test_a_sent_message_names_what_allowed_it(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    sent = await desk.send(priya, template="winter_clearance")
    event = await newest_event(desk, priya)
    await desk.until_status(sent, Status.DELIVERED)
    # What the contact says later does not change why it went out then.
    await desk.says(PRIYA, "STOP")
    told = await why(desk, sent)
    assert told.title == "Why was this sent?"
    assert events(told) == [event]
    assert "opt-in is Yes" in lines(told)[2]
    assert told.conclusion == "So it was sent, and it arrived."
    assert told.tone is Tone.GOOD


async def test_utility_does_not_speak_of_the_opt_in(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.NO)
    sent = await desk.send(priya, template="order_shipped")
    await desk.until_status(sent, *GONE)
    told = await why(desk, sent)
    assert len(told.steps) == 2
    assert lines(told)[1] == "Path API: only marketing asks for the opt-in"


async def test_compose_with_a_reason_names_who_gave_it(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.NO, wrote=True)
    sent = await desk.send(priya, Path.COMPOSE, template="winter_clearance", reason="asked on the phone")
    await desk.until_status(sent, *GONE)
    told = await why(desk, sent)
    assert "Lina Haddad gave a reason to send anyway: “asked on the phone”" in lines(told)
    assert "despite the opt-out" in told.conclusion
    assert "written by Lina Haddad" in told.small[0]
    assert told.tone is Tone.WARN


async def test_a_bot_is_not_asked(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.NO)
    sent = await desk.send(priya, Path.BOT, template="winter_clearance")
    await desk.until_status(sent, *GONE)
    told = await why(desk, sent)
    # Nobody looked, and yet it can be told what there was to see.
    assert lines(told)[2].startswith("Not asked: Priya’s opt-in was then No since ")
    assert events(told) == [await newest_event(desk, priya)]
    assert "without asking for the opt-in" in told.conclusion
    assert told.change == "With “Bots ask consent too” (Settings → Consent) it would not have gone out."
    await desk.settings(bots_ask=True)
    failed = await desk.send(priya, Path.BOT, template="winter_clearance")
    told = await why(desk, failed)
    assert lines(told)[1] == "Path Bot: marketing needs opt-in: the workspace wants it of bots"
    assert "Priya’s opt-in is No" in lines(told)[2]
    assert told.conclusion == "So the message failed."
    assert told.change == "It would go out if Priya opts in again, or as a utility template."


async def test_a_bots_message_names_its_flow(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.NO)
    template_id = (await desk.template()).id

    def talk(tx: Tx) -> int:
        session = begun(tx, published(tx, name="Order status"), priya)
        wanted = Submission(
            priya, Path.BOT, "template", "", Lane.AUTOMATIC, {"values": VALUES}, template_id,
            session_id=session.id, node_id="n1",
        )  # fmt: skip
        return sending.submit(tx, wanted, None).message_id or 0

    message_id = await desk.app.store.write(talk)
    desk.app.sending.wake()
    await desk.until_status(message_id, *GONE)
    told = await why(desk, message_id)
    assert lines(told)[1] == (
        "Path Bot · Order status: a bot does not ask for the opt-in of a customer who has spoken to it, unless they "
        "say No after it began; each such message is counted in a register"
    )
    assert told.conclusion.startswith("So it was sent without asking for the opt-in")
    assert told.tone is Tone.WARN


@pytest.mark.parametrize(
    ("case", "because", "passes_later"),
    [
        ("said no", "as the customer said No after the bot began", False),
        ("not spoken", "as a colleague started the flow and the customer had not answered it yet", False),
        ("workspace", "the workspace wants it of bots", True),
    ],
)
@pytest.mark.sampled(1)
async def test_why_a_bot_asked(desk: Desk, case: str, because: str, passes_later: bool) -> None:
    """Each reason is told as it was, also when the talk and the setting are others by now."""
    priya = await desk.contact(PRIYA, OptIn.NO)
    template_id = (await desk.template()).id
    lina = (await desk.app.workspace.people())[2]
    await desk.settings(bots_ask=case == "workspace")

    def talk(tx: Tx) -> tuple[int, int]:
        by_id = lina.id if case == "not spoken" else None
        session = begun(tx, published(tx, name="Order status"), priya, user_id=by_id)
        if case == "said no":
            consent.record(tx, priya, OptIn.NO, Source.KEYWORD, evidence="STOP")
        wanted = Submission(
            priya, Path.BOT, "template", "", Lane.AUTOMATIC, {"values": VALUES}, template_id,
            session_id=session.id, node_id="n1",
        )  # fmt: skip
        return sending.submit(tx, wanted, None).message_id or 0, session.id

    message_id, session_id = await desk.app.store.write(talk)
    await desk.settings(bots_ask=False)
    if case == "not spoken":  # what they say afterwards is no answer from before
        await desk.app.store.write(
            lambda tx: session_said.set_said_at(tx, session_id, tx.now + timedelta(minutes=1))
        )
    told = await why(desk, message_id)
    assert because in lines(told)[1]
    assert "Priya’s opt-in is No" in lines(told)[2]
    assert told.conclusion == "So the message failed."
    assert (told.change == "That has changed since: it would go out now.") is passes_later


async def test_a_broadcast_leaves_out_and_says_whom(desk: Desk) -> None:
    await desk.contact(PRIYA, OptIn.NO)
    await desk.contact(ARJUN, OptIn.YES, name="Arjun Kapoor")
    await desk.contact(LUCIA, OptIn.YES, stopped=True, name="Lucía Morales")
    await desk.contact(US, OptIn.YES, name="Joe Doe")
    launched = await desk.launch()
    await desk.ended(launched)
    told = {phone: await why(desk, row.id) for phone, row in (await desk.rows(launched)).items()}
    assert lines(told[PRIYA])[1] == "Path Broadcast · Test: the toggle is on, so who opted out is left out"
    assert told[PRIYA].conclusion == "So Priya was left out."
    assert "with the toggle off and a reason" in told[PRIYA].change
    assert "stopped promotions from you in WhatsApp" in lines(told[LUCIA])[-1]
    assert told[LUCIA].change == (
        "It would go out if Lucía resumes promotions in WhatsApp, or as a utility template."
    )
    assert len(events(told[LUCIA])) == 2
    assert lines(told[US])[-1].endswith("in the United States, where WhatsApp delivers no marketing")
    assert told[ARJUN].title == "Why was this sent?"


async def test_a_broadcast_with_the_toggle_off_names_the_reason(desk: Desk) -> None:
    await desk.contact(PRIYA, OptIn.NO)
    launched = await desk.launch(reason="recall of a product")
    await desk.ended(launched)
    told = await why(desk, (await desk.rows(launched))[PRIYA].id)
    assert "Arun Das gave a reason to send anyway: “recall of a product”" in lines(told)
    assert "the toggle is off" in lines(told)[1]


async def test_strict_is_named(desk: Desk) -> None:
    priya = await desk.contact(PRIYA)
    passed = await desk.send(priya, template="winter_clearance")
    await desk.until_status(passed, *GONE)
    assert "This workspace lets contacts without a choice have marketing" in lines(await why(desk, passed))
    await desk.settings(strict=True)
    failed = await desk.send(priya, template="winter_clearance")
    told = await why(desk, failed)
    assert "This workspace is strict: no choice counts as a No" in lines(told)
    assert told.change == "It would go out if Priya opts in, or as a utility template."


async def _in_a_sequence(
    desk: Desk, contact_id: int, message_id: int, done: Sequence[int], next: int
) -> None:
    """As the engine of the sequences leaves it: the message is step 2 of three; `done` are over, `next` is due."""
    definition = Definition(tuple(SequenceStep() for _ in range(3)))

    def write(tx: Tx) -> None:
        now, sequence, version = tx.now, tables.sequence, tables.sequence_version
        tx.conn.execute(insert(sequence).values(id=1, name="Welcome", status="active", created_at=now))
        tx.conn.execute(
            insert(version).values(id=1, sequence_id=1, number=1, definition=definition.to_json(), at=now)
        )
        tx.conn.execute(
            insert(tables.enrolment).values(
                id=1,
                sequence_id=1,
                version_id=1,
                contact_id=contact_id,
                status="in_progress",
                step_number=next,
                source="person",
                enrolled_at=now,
            )
        )
        for number in done:
            tx.conn.execute(
                insert(tables.enrolment_step).values(
                    enrolment_id=1, step_number=number, ended_as="message", message_id=message_id, at=now
                )
            )
        tx.conn.execute(
            update(tables.message)
            .where(tables.message.c.id == message_id)
            .values(enrolment_id=1, version_id=1, step_number=2)
        )

    await desk.app.store.write(write)


async def test_a_sequence_says_where_the_contact_went(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.NO)
    failed = await desk.send(priya, Path.SEQUENCE, template="winter_clearance")
    await _in_a_sequence(desk, priya, failed, [2], next=3)
    told = await why(desk, failed)
    assert lines(told)[1].startswith("Path Sequence · Welcome, step 2: ")
    assert told.conclusion == "So the message failed, and Priya moved on to step 3."


async def test_a_number_of_today_is_no_fact_of_then(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    sent = await desk.send(priya, template="winter_clearance")
    await desk.until_status(sent, *GONE)
    lucia = await desk.contact(LUCIA, OptIn.NO, name="Lucía Morales")
    failed = await desk.send(lucia, template="winter_clearance")
    await desk.app.store.write(lambda tx: contacts.set_phone(tx, priya, US))
    await desk.app.store.write(lambda tx: contacts.set_phone(tx, lucia, f"{US[:-1]}9"))
    for message in (sent, failed):
        assert "United States" not in " ".join(lines(await why(desk, message)))
    # What would go out now rests on the number of now.
    assert (await why(desk, failed)).change == "Only a utility template would go out."


async def test_of_a_merged_contact_it_is_the_kept_one_who_would_get_it_now(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.NO)
    await desk.contact(ARJUN, OptIn.YES, name="Arjun Kapoor")
    launched = await desk.launch()
    await desk.ended(launched)
    left_out = (await desk.rows(launched))[PRIYA].id
    kept = await desk.contact(LUCIA, OptIn.NONE, name="Lucía Morales")
    await desk.app.store.write(lambda tx: consent.merge(tx, kept, [priya]))
    assert (await why(desk, left_out)).change != "That has changed since: it would go out now."
    await desk.says(LUCIA, "START")
    assert (await why(desk, left_out)).change == "That has changed since: it would go out now."


# What WhatsApp said.


async def test_an_error_of_whatsapp_keeps_the_verdict_and_the_exchange(desk: Desk) -> None:
    await desk.trouble(code=131026, count=None)
    priya = await desk.contact(PRIYA, OptIn.YES)
    failed = await desk.send(priya, template="winter_clearance")
    await desk.until_status(failed, Status.FAILED)
    told = await why(desk, failed)
    assert told.title == "Why did this fail?"
    assert "opt-in is Yes" in lines(told)[2]
    assert lines(told)[-1].startswith("WhatsApp answered: ")
    assert lines(told)[-1].endswith("(error 131026)")
    assert told.change
    (call,) = await desk.app.whys.exchanges(failed)
    assert (call.number, call.outcome) == (1, "refused")
    assert call.http_status is not None
    assert call.http_status >= 400
    assert json.loads(call.answer)["error"]["code"] == 131026
    head, body = call.request.split("\n\n")
    assert "Authorization: Bearer ••••" in head
    assert SANDBOX_TOKEN not in call.request + call.answer
    assert json.loads(body)["to"] in (PRIYA, PRIYA.removeprefix("+"))
    assert call.ended_at is not None
    assert call.ended_at >= call.started_at


async def test_each_try_is_kept(desk: Desk) -> None:
    await desk.trouble(code=131000, count=2)
    priya = await desk.contact(PRIYA, OptIn.YES)
    sent = await desk.send(priya, template="order_shipped")
    for number in (1, 2):

        async def tried(number: int = number) -> bool:
            return (await desk.calls(sent)).count("refused") >= number

        await desk.until(tried)
        told = await why(desk, sent)
        await desk.app.move_clock(timedelta(hours=2))
    assert told.title in ("Why has this not gone out yet?", "Why was this sent?")
    await desk.until_status(sent, *GONE)
    calls = await desk.app.whys.exchanges(sent)
    assert [one.outcome for one in calls] == ["refused", "refused", "accepted"]
    assert calls[-1].http_status == 200
    assert "wamid" in calls[-1].answer


async def test_of_an_accepted_broadcast_only_the_status_is_kept(desk: Desk) -> None:
    """A million bodies would be a million copies; what failed is kept whole."""
    await desk.trouble(code=131026, to=TUNDE, count=None)
    await desk.contact(PRIYA, OptIn.YES)
    await desk.contact(TUNDE, OptIn.YES, name="Tunde Nwosu")
    launched = await desk.launch()
    await desk.ended(launched)
    rows = await desk.rows(launched)
    (accepted,) = await desk.app.whys.exchanges(rows[PRIYA].id)
    assert (accepted.outcome, accepted.http_status) == ("accepted", 200)
    assert (accepted.request, accepted.answer) == ("", "")
    (refused,) = await desk.app.whys.exchanges(rows[TUNDE].id)
    assert "winter_clearance" in refused.request
    assert "131026" in refused.answer


async def test_of_an_accepted_step_only_the_status_is_kept(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    sent = await desk.send(priya, Path.SEQUENCE, template="order_shipped")
    await desk.until_status(sent, *GONE)
    (accepted,) = await desk.app.whys.exchanges(sent)
    assert (accepted.outcome, accepted.http_status) == ("accepted", 200)
    assert (accepted.request, accepted.answer) == ("", "")


async def test_a_lost_answer_is_not_certain(desk: Desk) -> None:
    await desk.trouble(kind="drop_before_accept", count=1)
    priya = await desk.contact(PRIYA, OptIn.YES)
    lost = await desk.send(priya, template="order_shipped")
    await desk.until_status(lost, Status.UNKNOWN)
    told = await why(desk, lost)
    assert told.conclusion == "So nobody knows whether it arrived."
    assert "Not certain" in told.change
    (call,) = await desk.app.whys.exchanges(lost)
    assert call.outcome == "lost"
    assert call.request
    assert (call.http_status, call.answer) == (None, "")


# A question.


@pytest.mark.parametrize(
    ("path", "only", "conclusion"),
    [
        (
            Path.COMPOSE,
            True,
            "So it would go out only after a warning and with a reason, which is kept with the message.",
        ),
        (Path.BROADCAST, True, "So Priya would be left out."),
        (Path.BROADCAST, False, "So it would go out despite the opt-out."),
        (Path.SEQUENCE, True, "So the step would fail, and Priya would move on to the next one."),
        (Path.API, True, "So the message would fail."),
        (Path.BOT, True, "So it would go out without asking for the opt-in."),
    ],
)
async def test_what_would_become_of_marketing(desk: Desk, path: Path, only: bool, conclusion: str) -> None:
    priya = await desk.contact(PRIYA, OptIn.NO)
    template = await desk.template()
    told = await desk.app.whys.of_contact(priya, template.id, path, only_opted_in=only)
    assert told.title == "Would this go out?"
    assert told.conclusion == conclusion
    assert told.contact_id == priya
    any_other = await desk.app.whys.of_contact(priya, None, path, only_opted_in=only, marketing=True)
    assert any_other.conclusion == conclusion
    assert lines(any_other)[0] == "A template that is Marketing"


async def test_other_things_in_the_way_are_told(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    whys = desk.app.whys
    assert "reply window is closed" in lines(await whys.of_contact(priya, None, Path.COMPOSE))[-1]
    template = await desk.template()
    excluded = await whys.of_contact(priya, template.id, Path.BROADCAST, before=Reason.EXCLUDED)
    assert lines(excluded)[-1] == "An exclusion covers the contact"
    assert events(excluded) == []
    nobody = await desk.contact(None, OptIn.YES, name="Nina Null")
    assert "no number" in lines(await whys.of_contact(nobody, template.id, Path.API))[-1]

    def pause(tx: Tx) -> None:
        tx.conn.execute(
            update(tables.template)
            .where(tables.template.c.id == template.id)
            .values(status=TemplateStatus.PAUSED.value)
        )

    await desk.app.store.write(pause)
    assert "does not accept" in lines(await whys.of_contact(priya, template.id, Path.API))[-1]


async def test_a_merged_contact_keeps_what_was_said_then(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    sent = await desk.send(priya, template="winter_clearance")
    await desk.until_status(sent, *GONE)
    event = await newest_event(desk, priya)
    other = await desk.contact(ARJUN, OptIn.NO, name="Priya S.")
    await desk.app.store.write(lambda tx: consent.merge(tx, other, [priya]))
    told = await why(desk, sent)
    assert events(told) == [event]
    assert "opt-in is Yes" in lines(told)[2]


async def test_unknown_and_received_messages_are_not_found(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, wrote=True)
    (received,) = [one for one in await desk.thread(priya) if not one.outgoing]
    for message_id in (received.id, 9_999):
        with pytest.raises(NotFound):
            await why(desk, message_id)
    with pytest.raises(NotFound):
        await desk.app.whys.of_contact(9_999, None, Path.COMPOSE)


async def test_an_opt_out_after_the_launch_is_told_as_one(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    assert desk.engine is not None
    async with desk.engine.still():
        launched = await desk.launch()
        row = (await desk.until(lambda: desk.rows(launched)))[PRIYA]
        assert row.status is Status.QUEUED
        waiting = await why(desk, row.id)
        assert waiting.title == "Why has this not gone out yet?"
        assert waiting.conclusion.startswith("So it waits for its turn")

        def opt_out(tx: Tx) -> None:
            consent.record(tx, priya, OptIn.NO, Source.KEYWORD, evidence="STOP")

        await desk.app.store.write(opt_out)
    await desk.until_status(row.id, Status.LEFT_OUT)
    told = await why(desk, row.id)
    assert "(after the launch), keyword “STOP”" in lines(told)[2]
    assert told.conclusion == "So Priya was left out."
