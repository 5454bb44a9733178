"""The report of a sequence, and putting contacts in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QPushButton

from desktop.domain.contact_table import TableQuery, Target
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import SequenceRecord
from desktop.store import templates
from desktop.store.engine import Tx
from desktop.ui.sequences.choose_sequence import choose_sequence
from desktop.ui.sequences.enrol_dialog import EnrolDialog, enrol_contacts
from desktop.ui.sequences.report_tab import ReportTab
from tests.looks.scenes.contacts import id_of
from tests.looks.scenes.sequence_history import (
    DELIVERED,
    FIRST_AT,
    NO_WHATSAPP,
    OUT,
    READ,
    Ends,
    lived,
    message,
    run,
    welcome,
)
from tests.looks.stage import Stage, until

LONG = "Willkommensserie für Neukundinnen und Neukunden aus Ontario, Québec und den Seeprovinzen"
LONG_NAME = "Maximiliane Bartholomäa von Hohenstein-Oberursel"
VIP = Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))
_LOST: Ends = (Status.UNKNOWN, Reason.ANSWER_LOST, None)
_WAITS: Ends = (Status.QUEUED, Reason.OPTED_IN, None)
_NO_CHOICE: Ends = (Status.FAILED, Reason.NO_CHOICE, None)
_US: Ends = (Status.FAILED, Reason.US_NUMBER, None)
_STOPPED: Ends = (Status.FAILED, Reason.STOPPED_IN_WHATSAPP, None)
_LEFT: Ends = (Status.CANCELLED, Reason.LEFT_SEQUENCE, None)


async def opened(stage: Stage, record: SequenceRecord) -> ReportTab:
    """The report on its page, everything read."""
    stage.window.places.open_sequence(record.id)
    await stage.seen("sequence_report")
    tab = stage.find(ReportTab, "sequence_report")
    await until(lambda: bool(tab.timeline.rows), "the steps")
    await stage.quiet()
    stage.window.toasts.clear()
    return tab


async def report(stage: Stage) -> None:
    await opened(stage, await lived(stage))


async def empty(stage: Stage) -> None:
    await opened(stage, await welcome(stage))


async def failing(stage: Stage) -> None:
    """Whatever can go wrong, under long names, in the second version of a paused sequence."""
    record = await welcome(stage, LONG[:80])
    user, verbs = stage.window.desk.user(), stage.app.sequences
    await verbs.pause(record.id, user)  # what waits goes on waiting
    first, second, third, last = record.definition.steps
    edited = replace(record.definition, steps=(first, second, replace(third, condition=VIP), last))
    await verbs.save_draft(record.id, edited, user)
    record = await verbs.publish(record.id, user)
    rows = await stage.app.contact_table.page(TableQuery(), 0, 40)
    long = await id_of(stage, LONG_NAME)
    people = [row.contact.id for row in rows if row.contact.id != long]
    ends: list[tuple[Ends, ...]] = [
        (NO_WHATSAPP, OUT, DELIVERED), (READ, _NO_CHOICE, READ), (READ, _US, READ), (READ, _STOPPED),
        (_LOST, OUT), (READ, _WAITS), (DELIVERED, _WAITS), (READ, _LEFT), (READ, NO_WHATSAPP), (READ, READ),
    ]  # fmt: skip
    await stage.app.store.write(lambda tx: _fill(tx, record, [long, *people], ends))
    stage.app.clock.move(timedelta(days=5))
    for one in (await verbs.people(record.id))[3:5]:
        await verbs.take_out(one.id, user)
    await opened(stage, record)


def _fill(tx: Tx, record: SequenceRecord, people: Sequence[int], ends: Sequence[tuple[Ends, ...]]) -> None:
    known = templates.by_ids(tx, record.definition.template_ids)
    for at in reversed(range(len(ends))):
        began = FIRST_AT - timedelta(minutes=at)
        run_id = run(tx, record, people[at], len(ends[at]), began, timedelta(days=12))
        for step, end in enumerate(ends[at]):
            template = known[record.definition.steps[step].template_id or 0]
            message(tx, record, run_id, people[at], step + 1, template, end, began + timedelta(days=2 * step))


async def messages(stage: Stage) -> None:
    tab = await opened(stage, await lived(stage))
    tab.figures(2).buttons["opted_out"].click()
    await stage.seen("step_messages_table")
    await stage.quiet()


async def take_out(stage: Stage) -> None:
    await opened(stage, await lived(stage))
    stage.find(QPushButton, "journey_take_out").click()
    await stage.seen("take_out")
    await stage.quiet()


async def enrol(stage: Stage) -> None:
    """Some contacts by name, one of them in it already."""
    dialog = await _enrolling(stage, await lived(stage))
    assert dialog.whom is not None
    some = dialog.whom.some
    for name in ("Priya Sharma", "Ravi Iyer", LONG_NAME):
        some.search.setText(name)
        some.search.returnPressed.emit()
        await until(lambda name=name: [one.contact.name for one in some.rows.rows] == [name], name)  # type: ignore[misc]
        some.search.entered.emit()
    await _counted(stage)


async def enrol_filter(stage: Stage) -> None:
    dialog = await _enrolling(stage, await lived(stage))
    stage.find(QPushButton, "enrol_by-filter").click()
    assert dialog.whom is not None
    dialog.whom.builder.group.show_filter(VIP)
    dialog.whom.builder.flush()
    await _counted(stage)


async def enrol_target(stage: Stage) -> None:
    """What comes from the contacts' page: it is known whom."""
    await _enrolling(stage, await lived(stage), Target())
    await _counted(stage)


async def choose(stage: Stage) -> None:
    record = await lived(stage)
    user, verbs = stage.window.desk.user(), stage.app.sequences
    other = await verbs.create(LONG[:80], user)
    await verbs.save_draft(other, record.definition, user)
    await verbs.activate(other, user)
    await verbs.pause(other, user)
    stage.window.desk.tasks.spawn(stage.window, choose_sequence(stage.window.desk, stage.window))
    await stage.seen("choose_sequence")
    await stage.quiet()


async def contact(stage: Stage) -> None:
    """The runs on a contact's own page."""
    await lived(stage)
    stage.window.places.open_contact_page(await id_of(stage, "Priya Sharma"))
    await stage.seen("contact_sequences")
    await stage.quiet()


async def _enrolling(stage: Stage, record: SequenceRecord, target: Target | None = None) -> EnrolDialog:
    desk = stage.window.desk
    stage.window.go("sequences")
    desk.tasks.spawn(stage.window, enrol_contacts(desk, stage.window, record, target))
    await stage.seen("enrol")
    return stage.find(EnrolDialog, "enrol")


async def _counted(stage: Stage) -> None:
    await stage.seen("enrol_will")
    await stage.quiet()
