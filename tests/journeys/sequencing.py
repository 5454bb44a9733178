"""What journeys through a sequence have in common: making one, putting somebody in, letting days pass."""

from datetime import timedelta

from PySide6.QtCore import Qt

from tests.journeys.journey import Journey, until

NAME = "Welcome"
STEPS = ("order_shipped", "spring_sale", "order_shipped", "winter_clearance")
"""Utility, marketing, utility, marketing: the first at once, the others each a day after the one before."""
DAY = timedelta(hours=25)
"""A day and an hour: a day of the calendar also where the clocks are put back in between."""


async def make_sequence(trip: Journey, *, only_if_sent: bool = False) -> None:
    """A new sequence with the four steps, active, by the buttons."""
    await trip.click("rail-sequences")
    await trip.click("sequences_empty-action")
    await trip.write("sequence_name_field", NAME)
    await trip.click("sequence_name_do")
    for number, template in enumerate(STEPS, start=1):
        await add_step(trip, number, template)
    if only_if_sent:
        await trip.click("sequence_tabs-settings")
        await trip.click("sequence_only_if_sent")
    await trip.picture("sequence-steps")
    await trip.click("sequence_go")
    await trip.click("sequence_activate_do")
    await trip.says("sequence_status", "Active")


async def add_step(trip: Journey, number: int, template: str) -> None:
    """One more step, a day after the one before; the first at once."""
    await trip.click("steps_add")
    await trip.choose_row("step_template_table", template)
    if number > 1:
        unit = await trip.appears("step_delay_unit")
        unit.setFocus()
        await trip.press(Qt.Key.Key_End)  # days
        await trip.appears("step_delay_count")
    await trip.click("step_save")
    await trip.goes("step_editor")
    await trip.appears(f"step_{number}")


async def enrol(trip: Journey, *names: str) -> None:
    """Put contacts in, searched by their names."""
    await trip.click("sequence_enrol")
    for count, name in enumerate(names, start=1):
        await trip.appears("enrol_search")
        trip.see("enrol_search").clear()  # type: ignore[attr-defined]  # a field
        await trip.write("enrol_search", name)
        await trip.choose_row("enrol_found", name)
        await trip.says("enrol_do", f"Enrol {count} contact")
    await trip.click("enrol_do")
    await trip.goes("enrol")


async def all_at(trip: Journey, step_number: int, count: int) -> None:
    """Return when so many wait for this step: what was before it has left or was refused."""
    asked = "SELECT count(*) FROM enrolment WHERE step_number = ? AND due_at IS NOT NULL AND status = 'in_progress'"
    await until(lambda: trip.ask(asked, step_number) == [(count,)], f"{count} to wait for step {step_number}")


async def next_day(trip: Journey) -> None:
    """A day passes."""
    await trip.app.move_clock(DAY)


def got(sends: list[dict[str, object]], phone: str) -> list[object]:
    """The templates that reached the wire for somebody, in order."""
    return [one["template"] for one in sends if one["to"] == phone and one["type"] == "template"]
