"""The claim: whom it takes, in which order, whom it stops and with which words."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import Category, OptIn, Override, Path, Source
from desktop.domain.filters import Condition, Filter, Kind, Op
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import AttemptOutcome
from desktop.domain.reasons import Reason
from desktop.domain.settings import Settings
from desktop.domain.templates import FRESH_FOR, Template, TemplateStatus, Variable
from desktop.store import (
    attempts,
    broadcasts,
    claims,
    consent,
    contacts,
    drafts,
    outbox,
    settings,
    tables,
    templates,
)
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.world import (
    ENGINE_ID,
    US_PHONE,
    accepted,
    add_contact,
    add_contacts,
    add_person,
    add_template,
    attempts_of,
    claim,
    events_of,
    message,
    messages_of,
    report,
    run_broadcast,
    submit,
    wrote_at,
)

SENT = (Status.SENDING, None)


# Every path's rule, at the claim.


@dataclass(frozen=True)
class Case:
    """One message and what the claim makes of it. None as reason: it goes out."""

    path: Path
    person: dict[str, Any] = field(default_factory=dict)
    category: Category = Category.MARKETING
    strict: bool = False
    bots_ask: bool = False
    becomes: tuple[Status, Reason | None] = SENT


NO: dict[str, Any] = {"opt_in": OptIn.NO}
YES: dict[str, Any] = {"opt_in": OptIn.YES}
US: dict[str, Any] = {"opt_in": OptIn.YES, "phone_number": US_PHONE}
STOPPED: dict[str, Any] = {"opt_in": OptIn.YES, "stopped": True}

CASES = [
    *(Case(path, YES) for path in Path if path is not Path.AUTOMATIC),
    *(Case(path) for path in Path if path is not Path.AUTOMATIC),
    *(Case(path, NO, Category.UTILITY) for path in Path if path is not Path.AUTOMATIC),
    Case(Path.COMPOSE, NO, becomes=(Status.LEFT_OUT, Reason.OPTED_OUT)),
    Case(Path.COMPOSE, strict=True, becomes=(Status.LEFT_OUT, Reason.NO_CHOICE)),
    Case(Path.COMPOSE, STOPPED, becomes=(Status.LEFT_OUT, Reason.STOPPED_IN_WHATSAPP)),
    Case(Path.COMPOSE, US, becomes=(Status.LEFT_OUT, Reason.US_NUMBER)),
    Case(Path.SEQUENCE, NO, becomes=(Status.FAILED, Reason.OPTED_OUT)),
    Case(Path.SEQUENCE, strict=True, becomes=(Status.FAILED, Reason.NO_CHOICE)),
    Case(Path.SEQUENCE, STOPPED, becomes=(Status.FAILED, Reason.STOPPED_IN_WHATSAPP)),
    Case(Path.API, NO, becomes=(Status.FAILED, Reason.OPTED_OUT)),
    Case(Path.API, strict=True, becomes=(Status.FAILED, Reason.NO_CHOICE)),
    Case(Path.API, US, becomes=(Status.FAILED, Reason.US_NUMBER)),
    Case(Path.BOT, NO),
    Case(Path.BOT, STOPPED, strict=True),
    Case(Path.BOT, NO, bots_ask=True, becomes=(Status.FAILED, Reason.OPTED_OUT)),
    Case(Path.AUTOMATIC, YES, Category.UTILITY, becomes=(Status.FAILED, Reason.AUTOMATIC_TEMPLATE)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_claim_asks_the_rule_of_every_path(sqlite_store: Store, case: Case) -> None:
    def run(tx: Tx) -> None:
        settings.save(tx, Settings(strict=case.strict, bots_ask=case.bots_ask), None)
        made = add_contact(tx, **case.person)
        queued = submit(tx, made, case.path, template=add_template(tx, category=case.category))
        result = claims.claim(tx, 32, ENGINE_ID)
        row = message(tx, queued)
        status, reason = case.becomes
        assert row.status == status
        assert [one.message_id for one in result.claimed] == ([queued] if reason is None else [])
        assert result.stopped_count == (0 if reason is None else 1)
        if reason is not None:
            assert row.reason == reason
        assert events_of(tx, queued) == [(status, True, "engine")]
        assert attempts_of(tx, queued) == (["open"] if reason is None else [])

    write(sqlite_store, run)


BROADCAST_CASES: list[tuple[dict[str, Any], bool, bool, Reason | None]] = [
    (YES, True, False, None),
    ({}, True, False, None),
    ({}, True, True, Reason.NO_CHOICE),
    (NO, True, False, Reason.OPTED_OUT),
    (STOPPED, True, False, Reason.STOPPED_IN_WHATSAPP),
    (US, True, False, Reason.US_NUMBER),
    (NO, False, False, None),
    ({}, False, True, None),
    (STOPPED, False, False, Reason.STOPPED_IN_WHATSAPP),
    (US, False, False, Reason.US_NUMBER),
    ({"phone_number": None}, True, False, Reason.NO_PHONE),
    ({"name": ""}, True, False, Reason.MISSING_VARIABLE),
]


@pytest.mark.parametrize(("person", "toggle", "strict", "reason"), BROADCAST_CASES)
def test_a_broadcast_leaves_out_with_the_reason_or_sends(
    sqlite_store: Store, person: dict[str, Any], toggle: bool, strict: bool, reason: Reason | None
) -> None:
    def run(tx: Tx) -> None:
        policy = Settings(strict=strict)
        settings.save(tx, policy, None)
        made = add_contact(tx, **person)
        broadcast_id = run_broadcast(
            tx,
            add_template(tx),
            only_opted_in=toggle,
            reason="" if toggle else "Recall of a product",
            policy=policy.policy,
            variables=[Variable("1", "first_name")],
        )
        claimed = claim(tx)
        row = messages_of(tx, broadcast_id)[made]
        assert (row.status, len(claimed)) == (("left_out", 0) if reason else ("sending", 1))
        assert row.reason == (reason or claimed[0].verdict.reason)
        assert events_of(tx, row.id) == [(row.status, True, "engine")]

    write(sqlite_store, run)


# What a claimed message carries.


def test_a_claim_writes_the_receipt_before_any_call(store: Store, clock: FakeClock) -> None:
    def run(tx: Tx) -> None:
        made = add_contact(tx, opt_in=OptIn.YES)
        event_id = consent.facts_of(tx, made)[1].consent_event_id
        spring = add_template(tx)
        queued = submit(tx, made, template=spring, values={"1": "Zoé"})
        (one,) = claim(tx)
        assert (one.phone, one.text, dict(one.values), one.attempt_number) == (
            "+16045550100",
            "Hello Zoé!",
            {"1": "Zoé"},
            1,
        )
        assert (one.template, one.category, one.path, one.lane) == (
            spring,
            Category.MARKETING,
            Path.API,
            Lane.API,
        )
        row = message(tx, queued)
        assert (row.status, row.reason, row.text, row.engine_id) == (
            "sending",
            "opted_in",
            "Hello Zoé!",
            ENGINE_ID,
        )
        assert (row.asked, row.consent_event_id, row.template_revision) == (True, event_id, 1)
        assert (row.attempt_count, row.changed_at) == (1, tx.now)
        assert claim(tx) == ()

    write(store, run)


def test_a_message_to_someone_without_a_number_goes_by_their_id(store: Store) -> None:
    def run(tx: Tx) -> None:
        made = add_contact(tx, 3, phone_number=None)
        submit(tx, made, template=add_template(tx))
        (one,) = claim(tx)
        assert (one.phone, one.user_id) == ("", "CA.3")

    write(store, run)


def test_a_broadcast_is_worded_at_the_claim(store: Store) -> None:
    def run(tx: Tx) -> None:
        made = add_contact(tx, opt_in=OptIn.YES)
        city = contacts.make_attribute(tx, "City", Kind.TEXT)
        contacts.set_attribute(tx, made, city, "Moncton")
        spring = add_template(tx, body="Hello {{1}} in {{2}}!")
        variables = [Variable("1", "first_name"), Variable("2", "attribute:City")]
        run_broadcast(tx, spring, variables=variables)
        contacts.rename(tx, made, "Zoé Bell")
        contacts.set_attribute(tx, made, city, "Saint John")
        (one,) = claim(tx)
        assert one.text == "Hello Zoé in Saint John!"

    write(store, run)


# Order and time.


def test_a_launched_draft_is_read_once_however_many_it_picks(store: Store) -> None:
    """Its words are known by its revision: a claim reads neither the draft nor whom it picks again."""
    template = write(store, lambda tx: add_template(tx, body="Hi {{1}}"))
    write(store, lambda tx: add_contacts(tx, OptIn.YES, OptIn.YES, OptIn.YES))
    made = write(store, lambda tx: run_broadcast(tx, template, variables=(Variable("1", "", "Ana"),)))

    def one(tx: Tx) -> str:
        return claim(tx, 1)[0].values["1"]

    def change(tx: Tx, revision: int) -> None:
        other = replace(broadcasts.get(tx, made).draft, variables=(Variable("1", "", "Bo"),))
        row = update(tables.broadcast).where(tables.broadcast.c.id == made)
        tx.conn.execute(row.values(draft=other.to_json(), draft_revision=revision))

    assert write(store, one) == "Ana"
    write(store, lambda tx: change(tx, broadcasts.get(tx, made).draft_revision))
    assert write(store, one) == "Ana"
    write(store, lambda tx: change(tx, broadcasts.get(tx, made).draft_revision + 1))
    assert write(store, one) == "Bo"


def test_people_go_first_then_each_lane_then_the_broadcasts_in_turn(store: Store, clock: FakeClock) -> None:
    def make(tx: Tx) -> list[int]:
        spring = add_template(tx)
        first, second = add_contacts(tx, OptIn.YES, OptIn.YES)
        first_broadcast = run_broadcast(tx, spring)
        queued = {lane: submit(tx, first, lane=lane) for lane in reversed(Lane)}
        wrote_at(tx, first, tx.now)
        later = submit(tx, second, template=spring, lane=Lane.PEOPLE, due_at=tx.now + timedelta(minutes=1))
        rows = messages_of(tx, first_broadcast)
        expected = [queued[Lane.PEOPLE], later, *(queued[lane] for lane in Lane if lane is not Lane.PEOPLE)]
        return [*expected, rows[first].id, rows[second].id]

    expected = write(store, make)
    clock.move(timedelta(minutes=1))
    second_broadcast = write(store, lambda tx: run_broadcast(tx, templates.by_name(tx, "spring")))
    rows = read(store, lambda tx: messages_of(tx, second_broadcast))
    expected += [rows[contact_id].id for contact_id in sorted(rows)]

    claimed: list[int] = []
    while found := write(store, lambda tx: claim(tx, 3)):
        assert len(found) <= 3
        claimed += [one.message_id for one in found]
    assert claimed == expected


def test_nothing_is_claimed_before_it_is_due(store: Store, clock: FakeClock) -> None:
    def make(tx: Tx) -> int:
        made = add_contact(tx)
        return submit(tx, made, template=add_template(tx), due_at=tx.now + timedelta(seconds=30))

    queued = write(store, make)
    assert read(store, outbox.next_due) == clock.now() + timedelta(seconds=30)
    assert (write(store, claim), read(store, outbox.open_count)) == ((), 0)

    clock.move(timedelta(seconds=30))
    assert read(store, outbox.open_count) == 1
    assert [one.message_id for one in write(store, claim)] == [queued]
    assert read(store, outbox.open_count) == 1


def test_more_says_that_the_claim_was_full(store: Store) -> None:
    def make(tx: Tx) -> None:
        made = add_contact(tx)
        spring = add_template(tx)
        for _ in range(3):
            submit(tx, made, template=spring)

    write(store, make)
    found = [write(store, lambda tx: claims.claim(tx, 2, ENGINE_ID)) for _ in range(3)]

    assert [(len(one.claimed), one.more) for one in found] == [(2, True), (1, False), (0, False)]


@pytest.mark.parametrize("status", [one for one in BroadcastStatus if one is not BroadcastStatus.RUNNING])
def test_only_a_running_broadcast_is_claimed(sqlite_store: Store, status: BroadcastStatus) -> None:
    def run(tx: Tx) -> None:
        add_contact(tx, opt_in=OptIn.YES)
        broadcast_id = run_broadcast(tx, add_template(tx))
        broadcasts.set_status(tx, broadcast_id, status)
        assert claim(tx) == ()
        broadcasts.set_status(tx, broadcast_id, BroadcastStatus.RUNNING)
        assert len(claim(tx)) == 1

    write(sqlite_store, run)


# Templates as they are now.


def test_a_stale_template_is_refreshed_before_it_decides(store: Store, clock: FakeClock) -> None:
    def make(tx: Tx) -> tuple[int, int]:
        made = add_contact(tx, opt_in=OptIn.YES)
        return submit(tx, made, template=add_template(tx)), submit(
            tx, made, template=add_template(tx, "order")
        )

    stale, fresh = write(store, make)
    clock.move(FRESH_FOR + timedelta(microseconds=1))

    def freshen(tx: Tx, name: str) -> None:
        at = tx.now
        templates.replace_all(
            tx, [replace(one, fetched_at=at) if one.name == name else one for one in templates.every(tx)]
        )

    write(store, lambda tx: freshen(tx, "order"))
    result = write(store, lambda tx: claims.claim(tx, 32, ENGINE_ID))
    spring = read(store, lambda tx: templates.by_name(tx, "spring"))

    assert ([one.message_id for one in result.claimed], result.stale_template_ids) == ([fresh], (spring.id,))
    assert read(store, lambda tx: message(tx, stale)).status == "queued"

    write(store, lambda tx: freshen(tx, "spring"))
    assert [one.message_id for one in write(store, claim)] == [stale]


def turned_into_marketing(tx: Tx, spring: Template) -> None:
    templates.change(tx, spring.name, "en", category=Category.MARKETING)


def about_to_turn_into_marketing(tx: Tx, spring: Template) -> None:
    templates.change(tx, spring.name, "en", correct_category=Category.MARKETING)


@pytest.mark.parametrize("turn", [turned_into_marketing, about_to_turn_into_marketing])
def test_a_template_that_becomes_marketing_counts_at_once(
    store: Store, turn: Callable[[Tx, Template], None]
) -> None:
    def run(tx: Tx) -> None:
        spring = add_template(tx, category=Category.UTILITY)
        says_no = add_contact(tx, opt_in=OptIn.NO)
        by_api = submit(tx, says_no, template=spring)
        broadcast_id = run_broadcast(tx, spring)
        assert messages_of(tx, broadcast_id)[says_no].status == "queued"
        turn(tx, spring)
        assert claim(tx) == ()
        assert (message(tx, by_api).status, message(tx, by_api).reason) == ("failed", "opted_out")
        assert message(tx, by_api).template_revision == 2
        row = messages_of(tx, broadcast_id)[says_no]
        assert (row.status, row.reason) == ("left_out", "opted_out")

    write(store, run)


@pytest.mark.parametrize("status", [one for one in TemplateStatus if one is not TemplateStatus.APPROVED])
def test_a_template_that_may_not_be_sent_holds_its_broadcast(
    sqlite_store: Store, status: TemplateStatus
) -> None:
    def run(tx: Tx) -> None:
        add_contacts(tx, OptIn.YES, OptIn.YES)
        spring = add_template(tx)
        broadcast_id = run_broadcast(tx, spring)
        other = run_broadcast(tx, add_template(tx, "order"))
        templates.change(tx, spring.name, "en", status=status)
        assert {one.broadcast_id for one in claim(tx)} == {other}
        held = broadcasts.get(tx, broadcast_id)
        assert held.status is BroadcastStatus.HELD
        assert held.held_because
        assert {row.status for row in messages_of(tx, broadcast_id).values()} == {"queued"}

    write(sqlite_store, run)


@pytest.mark.parametrize(
    ("path", "becomes"), [(Path.COMPOSE, "left_out"), (Path.API, "failed"), (Path.BOT, "failed")]
)
def test_a_template_that_may_not_be_sent_stops_a_single_message(
    sqlite_store: Store, path: Path, becomes: str
) -> None:
    def run(tx: Tx) -> None:
        spring = add_template(tx)
        queued = submit(tx, add_contact(tx, opt_in=OptIn.YES), path, template=spring)
        templates.change(tx, spring.name, "en", status=TemplateStatus.PAUSED)
        assert claim(tx) == ()
        row = message(tx, queued)
        assert (row.status, row.reason) == (becomes, "template_not_approved")

    write(sqlite_store, run)


def test_a_template_that_is_gone_is_stopped_and_never_waits_for_a_refresh(
    store: Store, clock: FakeClock
) -> None:
    queued = write(store, lambda tx: submit(tx, add_contact(tx), template=add_template(tx)))
    clock.move(2 * FRESH_FOR)
    write(store, lambda tx: templates.replace_all(tx, []))
    clock.move(2 * FRESH_FOR)
    assert write(store, lambda tx: claims.claim(tx, 32, ENGINE_ID)).stale_template_ids

    write(store, lambda tx: templates.replace_all(tx, []))
    result = write(store, lambda tx: claims.claim(tx, 32, ENGINE_ID))

    assert (result.claimed, result.stopped_count, result.stale_template_ids) == ((), 1, ())
    assert read(store, lambda tx: message(tx, queued)).status == "failed"


@pytest.mark.parametrize("values", [{}, {"1": " "}, {"2": "x"}])
def test_a_variable_without_a_value_stops_the_message(sqlite_store: Store, values: dict[str, str]) -> None:
    def run(tx: Tx) -> None:
        queued = submit(tx, add_contact(tx, opt_in=OptIn.YES), template=add_template(tx), values=values)
        assert claim(tx) == ()
        assert (message(tx, queued).status, message(tx, queued).reason) == ("failed", "missing_variable")

    write(sqlite_store, run)


# The reply window.


@pytest.mark.parametrize(
    ("path", "becomes"),
    [(Path.COMPOSE, "left_out"), (Path.API, "failed"), (Path.BOT, "failed"), (Path.AUTOMATIC, "failed")],
)
def test_free_text_goes_inside_the_window_only(
    store: Store, clock: FakeClock, path: Path, becomes: str
) -> None:
    def make(tx: Tx) -> list[int]:
        in_time, late, never = add_contacts(tx, OptIn.NO, OptIn.YES, OptIn.NONE)
        wrote_at(tx, in_time, tx.now - timedelta(hours=24) + timedelta(microseconds=1))
        wrote_at(tx, late, tx.now - timedelta(hours=24))
        return [submit(tx, one, path) for one in (in_time, late, never)]

    in_time, late, never = write(store, make)
    assert [one.message_id for one in write(store, claim)] == [in_time]
    for one in (late, never):
        row = read(store, lambda tx, one=one: message(tx, one))  # type: ignore[misc]
        assert (row.status, row.reason) == (becomes, "window_closed")


# The toggle off: the reason covers those who were NO at launch.


def test_the_reason_covers_those_who_were_no_at_launch_and_nobody_later(store: Store) -> None:
    def run(tx: Tx) -> None:
        no, still_yes, later_no, no_again, turned_yes, stopped = add_contacts(
            tx, OptIn.NO, OptIn.YES, OptIn.YES, OptIn.NO, OptIn.NO, OptIn.NO
        )
        broadcast_id = run_broadcast(tx, add_template(tx), only_opted_in=False, reason="Recall of a product")
        assert broadcasts.get(tx, broadcast_id).approved_no_count == 4
        consent.record(tx, later_no, OptIn.NO, Source.KEYWORD)
        consent.record(tx, no_again, OptIn.YES, Source.BUTTON)
        consent.record(tx, no_again, OptIn.NO, Source.KEYWORD)
        consent.record(tx, turned_yes, OptIn.YES, Source.BUTTON)
        consent.record(tx, stopped, True, Source.WHATSAPP)
        claimed = {one.contact_id: one.verdict.reason for one in claim(tx)}
        assert claimed == {
            no: Reason.DESPITE_OPT_OUT,
            still_yes: Reason.OPTED_IN,
            turned_yes: Reason.OPTED_IN,
        }
        rows = messages_of(tx, broadcast_id)
        assert rows[later_no].reason == rows[no_again].reason == "opted_out_after_launch"
        assert rows[stopped].status == "left_out"
        assert rows[no].override_reason == "Recall of a product"

    write(store, run)


def test_who_opts_out_after_launch_is_left_out_with_the_toggle_on(store: Store) -> None:
    def run(tx: Tx) -> None:
        yes, none, left = add_contacts(tx, OptIn.YES, OptIn.NONE, OptIn.YES)
        broadcast_id = run_broadcast(tx, add_template(tx))
        consent.record(tx, yes, OptIn.NO, Source.KEYWORD)
        consent.record(tx, none, True, Source.WHATSAPP)
        assert [one.contact_id for one in claim(tx)] == [left]
        rows = messages_of(tx, broadcast_id)
        assert (rows[yes].reason, rows[none].reason) == ("opted_out_after_launch", "stopped_in_whatsapp")
        assert rows[yes].consent_event_id == consent.facts_of(tx, yes)[1].consent_event_id

    write(store, run)


def test_strict_counts_from_the_moment_it_is_switched_on(store: Store) -> None:
    def run(tx: Tx) -> None:
        (none,) = add_contacts(tx, OptIn.NONE)
        broadcast_id = run_broadcast(tx, add_template(tx))
        settings.save(tx, Settings(strict=True), None)
        assert claim(tx) == ()
        assert messages_of(tx, broadcast_id)[none].reason == "no_choice"

    write(store, run)


# The compose box: a person's reason, bound to what they saw.


def compose_with_a_reason(tx: Tx) -> tuple[int, int, int]:
    """(contact, author, message) of a marketing template to someone who said no."""
    says_no = add_contact(tx, opt_in=OptIn.NO)
    author = add_person(tx)
    spring = add_template(tx)
    seen = consent.facts_of(tx, says_no)[1].consent_event_id
    given = Override("They called and asked", author, seen, spring.revision, says_no, spring.id)
    queued = submit(
        tx, says_no, Path.COMPOSE, template=spring, override=given, lane=Lane.PEOPLE, author_id=author
    )
    return says_no, author, queued


def test_a_reason_that_still_holds_sends_and_is_kept(store: Store) -> None:
    def run(tx: Tx) -> None:
        _, author, queued = compose_with_a_reason(tx)
        (one,) = claim(tx)
        assert one.verdict.reason is Reason.DESPITE_OPT_OUT
        row = message(tx, queued)
        assert (row.override_reason, row.override_user_id) == ("They called and asked", author)

    write(store, run)


def body_changed(tx: Tx, contact_id: int) -> None:
    templates.replace_all(tx, [replace(templates.by_name(tx, "spring"), body="Other {{1}}")])


def said_no_again(tx: Tx, contact_id: int) -> None:
    consent.record(tx, contact_id, OptIn.NO, Source.AGENT)


@pytest.mark.parametrize("change", [body_changed, said_no_again])
def test_a_reason_is_void_once_what_it_was_bound_to_changed(
    store: Store, change: Callable[[Tx, int], None]
) -> None:
    def run(tx: Tx) -> None:
        says_no, author, queued = compose_with_a_reason(tx)
        change(tx, says_no)
        assert claim(tx) == ()
        row = message(tx, queued)
        assert (row.status, row.reason) == ("left_out", "draft_changed")
        returned = drafts.load(tx, says_no, author)
        assert returned == {
            "text": "",
            "template_id": row.template_id,
            "values": {"1": "Ana"},
            "note": Reason.DRAFT_CHANGED.sentence,
        }

    write(store, run)


def test_a_reason_is_no_help_against_whatsapps_stop(store: Store) -> None:
    def run(tx: Tx) -> None:
        says_no, _, queued = compose_with_a_reason(tx)
        consent.record(tx, says_no, True, Source.WHATSAPP)
        assert claim(tx) == ()
        assert message(tx, queued).status == "left_out"

    write(store, run)


def test_what_is_no_longer_stopped_needs_no_reason(store: Store) -> None:
    def run(tx: Tx) -> None:
        says_no, _, _ = compose_with_a_reason(tx)
        consent.record(tx, says_no, OptIn.YES, Source.BUTTON)
        (one,) = claim(tx)
        assert one.verdict.reason is Reason.OPTED_IN

    write(store, run)


def test_a_stopped_text_returns_as_a_draft_unless_a_new_one_was_begun(store: Store) -> None:
    def run(tx: Tx) -> None:
        first, second = add_contacts(tx, OptIn.YES, OptIn.YES)
        author = add_person(tx)
        drafts.save(tx, second, author, {"text": "New words", "template_id": None, "values": {}, "note": ""})
        for one in (first, second):
            submit(tx, one, Path.COMPOSE, text="Old words", lane=Lane.PEOPLE, author_id=author)
        assert claim(tx) == ()
        returned, begun = drafts.load(tx, first, author), drafts.load(tx, second, author)
        assert returned is not None
        assert begun is not None
        assert (returned["text"], returned["note"]) == ("Old words", Reason.WINDOW_CLOSED.sentence)
        assert (begun["text"], begun["note"]) == ("New words", "")

    write(store, run)


# Told to the screens.


def test_a_claim_says_what_it_touched(store: Store) -> None:
    told: list[set[tuple[str, int]]] = []

    def make(tx: Tx) -> tuple[int, int]:
        made = add_contact(tx, opt_in=OptIn.YES)
        spring = add_template(tx)
        submit(tx, made, template=spring)
        return made, run_broadcast(tx, spring)

    made, broadcast_id = write(store, make)
    forget = store.listen(lambda changes: told.append({(one.topic.value, one.id) for one in changes.touched}))
    write(store, claim)
    write(store, claim)
    forget()
    write(store, lambda tx: add_contact(tx, 1))

    assert told == [{("message", made), ("message", 0), ("broadcast", broadcast_id)}]


def test_a_message_reported_before_it_was_claimed_again_is_not_sent_twice(store: Store) -> None:
    def run(tx: Tx) -> None:
        queued = submit(tx, add_contact(tx, opt_in=OptIn.YES), template=add_template(tx))
        (one,) = claim(tx)
        attempts.settle(
            tx,
            [replace(accepted(one), outcome=AttemptOutcome.WITHDRAWN, status=Status.QUEUED, wamid=None)],
        )
        assert message(tx, queued).status == "queued"
        report(tx, queued, Status.SENT, wamid="wamid.x")
        assert claim(tx) == ()

    write(store, run)


def test_a_segment_selects_who_is_claimed(store: Store) -> None:
    def run(tx: Tx) -> None:
        first, _ = add_contacts(tx, OptIn.YES, OptIn.YES)
        contacts.add_tags(tx, [first], ["VIP"])
        run_broadcast(tx, add_template(tx), Filter((Condition("tag", Op.ANY_OF, ("vip",)),)))
        assert [one.contact_id for one in claim(tx)] == [first]

    write(store, run)
