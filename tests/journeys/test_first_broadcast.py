"""The first broadcast: 1,000 contacts, 10 of whom said no, by the wizard and the report."""

from collections import Counter
from concurrent.futures import Future
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.messages import Status
from desktop.store import broadcasts, ledger
from desktop.store.engine import Store, Tx
from tests.journeys.journey import Journey, journey, until

REASON = "Winter clearance, asked for by the shops"


async def to_audience(trip: Journey, template: str = "winter_clearance") -> None:
    """New broadcast, a template, and the second step with everyone selected."""
    await trip.click("rail-broadcasts")
    new = await first_of(trip, "broadcasts_empty-action", "broadcasts_new")
    await trip.click(new)
    await trip.choose_row("wizard_templates", template)
    await trip.click("wizard_next")
    await trip.says("wizard_selected", "of 1,000 selected")


async def first_of(trip: Journey, *names: str) -> str:
    await until(lambda: any(trip.shows(name) for name in names), f"one of {names}")
    return next(name for name in names if trip.shows(name))


async def to_review(trip: Journey) -> None:
    """From the audience to the last step."""
    for step in ("wizard_variables_card", "wizard_when_card", "wizard_review_card"):
        await trip.click("wizard_next")
        await trip.appears(step)


def lines(trip: Journey) -> dict[str, str]:
    """The lines under the count, as read aloud."""
    found = trip.see("wizard_counts").findChildren(QWidget)
    return {
        one.objectName().removeprefix("wizard_line_"): one.accessibleName()
        for one in found
        if one.objectName().startswith("wizard_line_") and one.isVisible()
    }


class Auditor:
    """After every commit of the window's process, and before the next: do the broadcast's records agree?"""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.looks: list[tuple[bool, tuple[str, ...]]] = []
        self.forget = store.listen(self._heard)

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.BROADCAST):
            # In the writer's thread: it waits, so nothing is committed between the change and the look.
            done: Future[list[tuple[bool, tuple[str, ...]]]] = self._store.submit_read(_look)
            self.looks += done.result()


def _look(tx: Tx) -> list[tuple[bool, tuple[str, ...]]]:
    launched = [one.id for one in broadcasts.every(tx) if one.selected_count is not None]
    return [(broadcasts.figures(tx, id).adds_up, ledger.verify(tx, id).faults) for id in launched]


async def ended(trip: Journey, broadcast_id: int = 1) -> dict[str, Any]:
    """Wait for the last status of a broadcast; its row."""

    def over() -> bool:
        (status,) = trip.ask("SELECT status FROM broadcast WHERE id = ?", broadcast_id)[0]
        return status in ("done", "stopped")

    await until(over, "the broadcast to end")
    columns = "selected_count, override_reason, override_user_id, approved_no_count, status"
    row = trip.ask(f"SELECT {columns} FROM broadcast WHERE id = ?", broadcast_id)[0]
    return dict(zip(columns.split(", "), row, strict=True))


@journey(pace_per_s=None)
async def test_the_count_leaves_out_exactly_those_who_said_no_each_kind_on_its_own_line(trip: Journey) -> None:
    await to_audience(trip)
    await trip.says("wizard_will_be_sent", "990")
    assert "10 left out" in lines(trip)["opted_out"] or "10" in lines(trip)["opted_out"]
    print(lines(trip))
