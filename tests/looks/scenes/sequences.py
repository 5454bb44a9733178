"""Sequences: the list, the steps to edit, a step's card, the settings, and the questions before they start."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.sequence import Definition, Delay, DelayUnit, Hours, SequenceStep, Trigger, ZoneOf
from desktop.ui.sequences.page import SequencesPage
from tests.looks.scenes.sequence_history import lived, welcome, welcome_templates
from tests.looks.stage import Stage, until

VIP = Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))
TORONTO = Filter((Condition("attribute:City", Op.IS, ("Toronto",)), Condition("opt_in", Op.IS_NOT, ("no",))))
MORNINGS = Hours(frozenset(range(5)), 9 * 60, 18 * 60, ZoneOf.CONTACT)
LONG = "Willkommensserie für Neukundinnen und Neukunden aus Ontario, Québec und den Seeprovinzen"


async def listed(stage: Stage) -> None:
    """One that runs, a copy of it, a long name, and one with changes."""
    record = await lived(stage)
    user, verbs = stage.window.desk.user(), stage.app.sequences
    await verbs.copy(record.id, user)
    made = await verbs.create(LONG[:80], user)
    await verbs.save_draft(made, replace(record.definition, steps=record.definition.steps[:2]), user)
    await verbs.activate(made, user)
    await verbs.save_draft(made, record.definition, user)
    await verbs.pause(made, user)
    page = await _page(stage)
    await until(lambda: len(page.list.rows.rows) == 3, "three sequences")
    page.list.table.setCurrentIndex(page.list.rows.index(0, 0))
    await stage.quiet()


async def empty(stage: Stage) -> None:
    await _page(stage)
    await stage.seen("sequences_empty")


async def empty_agent(stage: Stage) -> None:
    """Somebody who may not make one."""
    await stage.sit_down("Lina Haddad")
    await empty(stage)


async def steps(stage: Stage) -> None:
    """The design's steps, as they are edited."""
    record = await welcome(stage)
    page = await _open(stage, record.id)
    page.detail.show_tab("steps")
    await stage.quiet()


async def steps_draft(stage: Stage) -> None:
    """A draft that is not ready."""
    ids = await welcome_templates(stage)
    half = (
        SequenceStep(ids["welcome_note"]),
        SequenceStep(ids["spring_sale"], condition=VIP, delay=Delay(2, DelayUnit.HOURS)),
        SequenceStep(),
    )
    await _open(stage, await _made(stage, "Not ready yet", Definition(half)))


async def steps_none(stage: Stage) -> None:
    await _open(stage, await _made(stage, "Spring reminders", Definition()))


async def steps_ten(stage: Stage) -> None:
    """As many as there can be, under a long name, with changes that are not published."""
    record = await welcome(stage, LONG[:80])
    one, two, three, four = record.definition.steps
    many = (one, two, three, replace(four, hours=MORNINGS, condition=TORONTO), *[two, three] * 3)
    await stage.app.sequences.save_draft(
        record.id, replace(record.definition, steps=many), stage.window.desk.user()
    )
    page = await _open(stage, record.id)
    page.detail.show_tab("steps")
    await stage.quiet()


async def steps_refused(stage: Stage) -> None:
    """An agent looks, and may change nothing."""
    record = await welcome(stage)
    await stage.sit_down("Lina Haddad")
    page = await _open(stage, record.id)
    page.detail.show_tab("steps")
    await stage.quiet()


async def step_new(stage: Stage) -> None:
    """The templates to choose from, with those that cannot be sent."""
    await steps(stage)
    await stage.click("steps_add")
    await stage.seen("step_editor")


async def step_edit(stage: Stage) -> None:
    """A marketing step with variables, hours of its own and a condition."""
    record = await welcome(stage)
    wanted = replace(record.definition.steps[1], hours=MORNINGS, condition=VIP)
    steps_now = (record.definition.steps[0], wanted, *record.definition.steps[2:])
    user = stage.window.desk.user()
    await stage.app.sequences.save_draft(record.id, replace(record.definition, steps=steps_now), user)
    page = await _open(stage, record.id)
    page.detail.show_tab("steps")
    await stage.click("step_2_edit")
    await stage.seen("step_editor")


async def settings(stage: Stage) -> None:
    """Everything is turned on."""
    ids = await welcome_templates(stage)
    full = Definition(
        (SequenceStep(ids["welcome_note"]),), Trigger(True, True, TORONTO), False, 30, VIP, TORONTO, True, MORNINGS
    )  # fmt: skip
    page = await _open(stage, await _made(stage, "Welcome sequence", full))
    page.detail.show_tab("settings")
    await stage.quiet()


async def settings_plain(stage: Stage) -> None:
    """As a new one has them."""
    page = await _open(stage, await _made(stage, "Welcome sequence", Definition()))
    page.detail.show_tab("settings")
    await stage.quiet()


async def activate(stage: Stage) -> None:
    """What will happen, before it does."""
    record = await welcome(stage, "The one before")
    wanted = replace(record.definition, trigger=Trigger(True, False, TORONTO), hours=MORNINGS)
    await _open(stage, await _made(stage, "Welcome sequence", wanted))
    await stage.click("sequence_go")
    await stage.seen("sequence_activate")


async def missing(stage: Stage) -> None:
    """What has to be put right first."""
    await steps_draft(stage)
    await stage.click("sequence_go")
    await stage.seen("sequence_missing")


async def _made(stage: Stage, name: str, definition: Definition) -> int:
    user, verbs = stage.window.desk.user(), stage.app.sequences
    made = await verbs.create(name, user)
    await verbs.save_draft(made, definition, user)
    return made


async def _page(stage: Stage) -> SequencesPage:
    page: QWidget = stage.window.go("sequences")
    assert isinstance(page, SequencesPage)
    await stage.quiet()
    return page


async def _open(stage: Stage, sequence_id: int) -> SequencesPage:
    page = await _page(stage)
    page.open_sequence(sequence_id)
    await until(lambda: page.detail.record is not None and page.detail.record.id == sequence_id, "it is open")
    await stage.quiet()
    stage.window.toasts.clear()
    return page
