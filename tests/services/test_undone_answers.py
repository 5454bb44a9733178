"""A No is never lost by taking something back: whoever said it, in whatever order, and whatever is undone."""

import asyncio
from pathlib import Path

from desktop.domain.consent import OptIn, Source
from desktop.domain.contact_table import Target
from desktop.domain.importing import Options
from desktop.services.bulk import BulkResult, SetOptIn
from desktop.services.imports import Imports
from desktop.store import consent, contacts
from tests.services.desk import ARJUN, PRIYA, Desk


async def answer(desk: Desk, contact_id: int) -> OptIn:
    return (await desk.app.contacts.get(contact_id)).opt_in


async def said_of_all(desk: Desk, ids: list[int], value: OptIn, reason: str = "") -> BulkResult:
    return await desk.app.bulk.run(Target(ids=tuple(ids)), SetOptIn(value, reason), desk.supervisor)


async def undo(desk: Desk, bulk_id: int | None) -> None:
    assert bulk_id is not None
    await desk.app.bulk.undo(bulk_id, desk.supervisor)


async def bring(desk: Desk, name: str, text: str, options: Options | None = None) -> int | None:
    path: Path = desk.folder / name
    await asyncio.to_thread(path.write_text, text, encoding="utf-8")
    result = await Imports(desk.app.store).run(path, options or Options(country="CA"), desk.supervisor)
    return result.bulk_id


async def test_a_stop_after_a_change_to_no_outlives_its_undo(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    done = await said_of_all(desk, [priya], OptIn.NO)
    await desk.says(PRIYA, "STOP")
    await undo(desk, done.bulk_id)
    assert await answer(desk, priya) is OptIn.NO
    history = await desk.app.contacts.history(priya)
    assert [one.source for one in history if one.value == "no"] == [Source.AGENT, Source.KEYWORD]


async def test_a_stop_after_an_imported_no_outlives_its_undo(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    bulk_id = await bring(desk, "x.csv", f"Phone,Opt-in\n{PRIYA},no\n")
    await desk.says(PRIYA, "STOP")
    await undo(desk, bulk_id)
    assert await answer(desk, priya) is OptIn.NO


async def test_the_no_of_a_contact_that_was_merged_in_outlives_it(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    arjun = await desk.contact(ARJUN, OptIn.NO, name="Arjun")
    done = await said_of_all(desk, [priya], OptIn.NO)
    await desk.app.contacts.merge(priya, [arjun], desk.supervisor)
    await undo(desk, done.bulk_id)
    assert await answer(desk, priya) is OptIn.NO


async def test_a_no_that_is_said_again_by_a_colleague_or_a_change_outlives_it(desk: Desk) -> None:
    for again in ("colleague", "change"):
        contact = await desk.contact(PRIYA if again == "colleague" else ARJUN, OptIn.YES)
        done = await said_of_all(desk, [contact], OptIn.NO)
        if again == "colleague":
            await desk.app.contacts.set_opt_in(contact, OptIn.NO, desk.agent)
        else:
            second = await said_of_all(desk, [contact], OptIn.NO)
            assert (second.changed_count, second.unchanged_count) == (0, 1)
        await undo(desk, done.bulk_id)
        assert await answer(desk, contact) is OptIn.NO, again


async def test_two_changes_undone_in_either_order_leave_the_no_before_both(desk: Desk) -> None:
    for phone, order in ((PRIYA, (0, 1)), (ARJUN, (1, 0))):
        contact = await desk.contact(phone, OptIn.NO)
        done = [
            await said_of_all(desk, [contact], OptIn.YES, "Signed at the fair"),
            await said_of_all(desk, [contact], OptIn.NO),
        ]
        for number in order:
            await undo(desk, done[number].bulk_id)
        assert await answer(desk, contact) is OptIn.NO, order


async def test_a_reason_does_not_cover_a_stop_that_comes_while_the_change_runs(desk: Desk) -> None:
    ids = await desk.crowd(yes=400, no=1)
    late, early = ids[-2], ids[-1]
    stopped: list[object] = []

    def tell(done: int, total: int) -> None:
        if not stopped:
            stopped.append(
                desk.app.store.submit_write(
                    lambda tx: consent.record(tx, late, OptIn.NO, Source.KEYWORD, evidence="STOP")
                )
            )

    change = SetOptIn(OptIn.YES, "Signed at the fair")
    await desk.app.bulk.run(Target(), change, desk.supervisor, tell)
    assert stopped
    assert await answer(desk, late) is OptIn.NO
    assert await answer(desk, early) is OptIn.YES


async def test_an_undone_yes_brings_no_back_whatever_whatsapp_said_meanwhile(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.NO)
    done = await said_of_all(desk, [priya], OptIn.YES, "Signed at the fair")
    for stopped in (True, False):
        await desk.app.store.write(
            lambda tx, stopped=stopped: consent.record(tx, priya, stopped, Source.WHATSAPP)  # type: ignore[misc]
        )
    await undo(desk, done.bulk_id)
    assert await answer(desk, priya) is OptIn.NO


async def test_an_undone_yes_brings_no_back_to_whoever_it_was_merged_into(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.NO)
    arjun = await desk.contact(ARJUN, OptIn.NONE, name="Arjun")
    done = await said_of_all(desk, [priya], OptIn.YES, "Signed at the fair")
    await desk.app.contacts.merge(arjun, [priya], desk.supervisor)
    assert await answer(desk, arjun) is OptIn.YES
    await undo(desk, done.bulk_id)
    assert await answer(desk, arjun) is OptIn.NO


async def test_a_yes_that_the_customer_said_since_stays(desk: Desk) -> None:
    priya = await desk.contact(PRIYA, OptIn.NO)
    done = await said_of_all(desk, [priya], OptIn.YES, "Signed at the fair")
    await desk.says(PRIYA, "STOP")
    await desk.says(PRIYA, "START")
    await undo(desk, done.bulk_id)
    assert await answer(desk, priya) is OptIn.YES


async def test_a_no_that_two_files_say_outlives_the_first_of_them(desk: Desk) -> None:
    first = await bring(desk, "x.csv", f"Phone,Opt-in\n{PRIYA},no\n")
    await bring(desk, "y.csv", f"Phone,Opt-in\n{PRIYA},no\n")
    await undo(desk, first)
    await bring(desk, "z.csv", f"Phone\n{PRIYA}\n", Options(country="CA", opt_in_for_new=OptIn.YES))
    found = await desk.app.store.read(lambda tx: contacts.find(tx, phone=PRIYA))
    assert [await answer(desk, one) for one in found] == [OptIn.NO]
