"""Sequences through the API: listed, and contacts put in; consent is asked of each step as ever."""

from typing import Any

import pytest

from desktop.domain.activity import Deed
from desktop.domain.consent import OptIn
from desktop.domain.keys import Scope
from desktop.domain.messages import Status
from desktop.domain.public_ids import public_id
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, Delay, DelayUnit, EnrolmentStatus, EnrolSource, SequenceStep
from desktop.domain.variables import suggest
from desktop.store import activity, consent
from tests.server.api import Shop, key_of
from tests.services.desk import PRIYA

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

LATER = Delay(30, DelayUnit.DAYS)
BEN, CAI = "+14165550117", "+15145550163"


async def sequence(
    shop: Shop, *templates: str, active: bool = True, first: Delay = LATER, **more: Any
) -> str:
    """A sequence of these templates; returns its id."""
    app, user = shop.desk.app, shop.desk.supervisor
    id = await app.sequences.create(f"Welcome {len(await app.sequences.every())}", user)
    steps = []
    for place, name in enumerate(templates or ("winter_clearance",)):
        chosen = await shop.desk.template(name)
        variables = tuple(suggest(one, chosen) for one in chosen.variables)
        steps.append(SequenceStep(chosen.id, variables, Delay() if place else first))
    await app.sequences.save_draft(id, Definition(tuple(steps), **more), user)
    if active:
        await app.sequences.activate(id, user)
    return public_id(id)


async def enrol(shop: Shop, sequence_id: str, **wanted: Any) -> Any:
    answer = await shop.ask("POST", f"/devapi/accounts/64f0c2/sequences/{sequence_id}/enrol", wanted)
    assert answer.status == 200, answer.body
    return answer.body


def results(told: Any) -> list[str]:
    return [one["result"] for one in told["results"]]


async def test_a_contact_is_put_in_by_its_number(shop: Shop) -> None:
    at = await shop.desk.contact(PRIYA)
    id = await sequence(shop)
    told = await enrol(shop, id, phone="16045550142")
    assert told == {
        "sequenceId": id,
        "sequenceName": "Welcome 0",
        "enrolledCount": 1,
        "results": [{"contactId": public_id(at), "result": "ENROLLED", "optedOut": False}],
    }
    (run,) = await shop.desk.app.sequences.of_contact(at)
    assert (run.source, run.status) == (EnrolSource.API, EnrolmentStatus.IN_PROGRESS)
    again = await enrol(shop, id, contactId=public_id(at))
    assert (again["enrolledCount"], results(again)) == (0, ["ALREADY_IN"])


async def test_a_number_that_nobody_has_makes_a_contact_without_a_choice(shop: Shop) -> None:
    told = await enrol(shop, await sequence(shop), phone="16045550142", name="Priya", tags=[{"name": "Cart"}])
    assert results(told) == ["ENROLLED"]
    (contact,) = (await shop.ask("GET", "/devapi/contacts", params={"phone": PRIYA})).body
    assert (contact["name"], contact["optIn"], [one["name"] for one in contact["tags"]]) == (
        "Priya",
        "none",
        ["Cart"],
    )


async def test_each_of_many_is_told_what_became_of_it(shop: Shop) -> None:
    id = await sequence(shop, run_once=True)
    ana = await shop.desk.contact(PRIYA, OptIn.NO, name="Ana")
    ben = await shop.desk.contact(BEN, name="Ben")
    nameless = await shop.desk.contact(None, user_id="CA.1", name="Cai")
    await enrol(shop, id, contactId=public_id(ben))
    wanted = [public_id(one) for one in (nameless, ana, ben, ana)]
    told = await enrol(shop, id, contactIds=wanted)
    assert told["enrolledCount"] == 1
    assert [(one["contactId"], one["result"], one["optedOut"]) for one in told["results"]] == [
        (public_id(nameless), "NO_PHONE", False),
        (public_id(ana), "ENROLLED", True),
        (public_id(ben), "ALREADY_IN", False),
    ]


async def test_whoever_was_taken_out_by_hand_is_not_put_back_by_a_program(shop: Shop) -> None:
    at, id = await shop.desk.contact(PRIYA), await sequence(shop, run_once=True)
    await enrol(shop, id, phone=PRIYA)
    (run,) = await shop.desk.app.sequences.of_contact(at)
    await shop.desk.app.sequences.take_out(run.id, shop.desk.supervisor)
    assert results(await enrol(shop, id, phone=PRIYA)) == ["WENT_THROUGH"]


async def test_a_merged_contact_is_the_one_it_was_merged_into(shop: Shop) -> None:
    kept, dropped = await shop.desk.contact(PRIYA), await shop.desk.contact(BEN, name="Pria Sharma")
    await shop.desk.app.store.write(lambda tx: consent.merge(tx, kept, [dropped]))
    told = await enrol(shop, await sequence(shop), contactIds=[public_id(dropped), public_id(kept)])
    assert [one["contactId"] for one in told["results"]] == [public_id(kept)]


async def test_a_marketing_step_fails_for_a_no_and_the_contact_moves_on(shop: Shop) -> None:
    at = await shop.desk.contact(PRIYA, OptIn.NO)
    id = await sequence(shop, "winter_clearance", "order_shipped", first=Delay())
    await enrol(shop, id, phone=PRIYA)

    async def through() -> bool:
        (run,) = await shop.desk.app.sequences.of_contact(at)
        return run.status is EnrolmentStatus.COMPLETED

    await shop.desk.until(through)
    first, second = await shop.desk.thread(at)
    assert (first.status, first.reason) == (Status.FAILED, Reason.OPTED_OUT)
    assert second.status in (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)


async def test_what_is_repeated_under_its_key_is_done_and_noted_once(shop: Shop) -> None:
    at, id = await shop.desk.contact(PRIYA), await sequence(shop, run_once=False, cooling_days=0)
    path, headers = f"/devapi/sequences/{id}/enrol", {"Idempotency-Key": "cart-991"}
    first = await shop.ask("POST", path, {"phone": PRIYA}, headers=headers)
    again = await shop.ask("POST", path, {"phone": PRIYA}, headers=headers)
    assert (again.status, again.body) == (200, first.body)
    assert results(again.body) == ["ENROLLED"]
    assert len(await shop.desk.app.sequences.of_contact(at)) == 1
    (noted,) = await shop.desk.app.store.read(lambda tx: activity.newest(tx, deed=Deed.ENROLLED))
    assert "shop-sync" in noted.user_name
    assert (noted.subject, noted.details) == ("Welcome 0", "1 contact")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "phone"),
    ({"phone": ""}, "phone"),
    ({"phone": "call me"}, "phone"),
    ({"contactId": "x"}, "contactId"),
    ({"contactId": "f" * 24}, "contactId"),
    ({"contactIds": []}, "contactIds"),
    ({"contactIds": [public_id(1)] * 101}, "contactIds"),
    ({"contactIds": ["ONE", public_id(2**40)]}, "contactIds.1"),
    ({"phone": "16045550142", "contactId": "ONE"}, "contactId"),
    ({"phone": "14165550117", "name": "x" * 250}, "name"),
    ({"phone": "14165550117", "tags": [{"name": " "}]}, "tags.0.name"),
]


async def test_wrong_input_names_its_field_and_nobody_comes_in(shop: Shop) -> None:
    one = public_id(await shop.desk.contact(PRIYA))
    id = await sequence(shop)
    for wanted, field in WRONG:
        if "contactIds" in wanted:
            wanted = {"contactIds": [one if text == "ONE" else text for text in wanted["contactIds"]]}
        answer = await shop.ask("POST", f"/devapi/sequences/{id}/enrol", wanted)
        assert (answer.status, answer.body["field"]) == (422, field), answer.body
    assert (await shop.ask("GET", f"/devapi/sequences/{id}")).body["enrolledCount"] == 0
    assert await shop.desk.app.contacts.count() == 1


async def test_a_draft_takes_nobody_and_an_unknown_sequence_is_404(shop: Shop) -> None:
    drafted = await sequence(shop, active=False)
    answer = await shop.ask("POST", f"/devapi/sequences/{drafted}/enrol", {"phone": PRIYA})
    assert (answer.status, answer.body["field"]) == (422, "sequenceId")
    assert await shop.desk.app.contacts.count() == 0
    for id in ("x", "f" * 24):
        assert (await shop.ask("GET", f"/devapi/sequences/{id}")).status == 404
        assert (await shop.ask("POST", f"/devapi/sequences/{id}/enrol", {"phone": PRIYA})).status == 404


async def test_sequences_are_listed_with_their_counts(shop: Shop) -> None:
    id = await sequence(shop, "winter_clearance", "order_shipped")
    drafted = await sequence(shop, active=False)
    await enrol(shop, id, phone=PRIYA)
    first, second = (await shop.ask("GET", "/devapi/sequences")).body
    assert (first["id"], first["status"], first["version"], first["stepCount"]) == (id, "ACTIVE", 1, 2)
    assert (first["enrolledCount"], first["inProgressCount"], first["completedCount"]) == (1, 1, 0)
    assert (second["id"], second["status"], second["version"], second["activatedAt"]) == (
        drafted,
        "DRAFT",
        0,
        None,
    )
    assert (await shop.ask("GET", f"/devapi/accounts/1/sequences/{id}")).body == first


async def test_only_a_key_of_all_puts_somebody_in(shop: Shop) -> None:
    id = await sequence(shop)
    for scope in (Scope.READ, Scope.RESTRICTED):
        other = Shop(shop.desk, shop.session, await key_of(shop.desk, scope, scope.value))
        assert (await other.ask("POST", f"/devapi/sequences/{id}/enrol", {"phone": PRIYA})).status == 403
    assert await shop.desk.app.contacts.count() == 0
