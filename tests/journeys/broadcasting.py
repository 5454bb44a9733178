"""What journeys through a broadcast have in common: the way through the wizard, and the look at every commit."""

from concurrent.futures import Future
from typing import Any, NamedTuple

from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes, Topic
from desktop.store import broadcasts, ledger
from desktop.store.engine import Store, Tx
from tests.journeys.journey import Journey, until

REASON = "The shops close for good, every customer has to know"


async def new_broadcast(trip: Journey) -> None:
    """The wizard, by the button that stands there: in the header, or in the place of the first broadcast."""
    await trip.click("rail-broadcasts")
    await trip.goes("broadcasts_loading")
    ways = ("broadcasts_empty-action", "broadcasts_new")
    await until(lambda: any(trip.can(name) for name in ways), "the way to a new broadcast")
    await trip.click(next(name for name in ways if trip.can(name)))


async def to_audience(trip: Journey, template: str = "winter_clearance") -> None:
    """A new broadcast with its template; everyone is selected."""
    await new_broadcast(trip)
    await trip.choose_row("wizard_templates", template)
    await trip.click("wizard_next")
    await trip.says("wizard_selected", "of 1,000 selected")


async def to_review(trip: Journey) -> None:
    """From the audience to the last step."""
    for step in ("wizard_variables_card", "wizard_when_card", "wizard_review_card"):
        await trip.click("wizard_next")
        await trip.appears(step)


async def launch(trip: Journey, count: str = "990") -> None:
    """From the audience on, with the toggle on, to the report."""
    await to_review(trip)
    await trip.says("wizard_next", f"Send to {count} contacts")
    await trip.click("wizard_next")
    await trip.click("launch_go")
    await trip.appears("report_tiles")


async def launch_despite(trip: Journey, reason: str = REASON) -> None:
    """From the audience on, with the toggle off and a reason, to the report."""
    await trip.click("wizard_toggle")
    await trip.says("wizard_will_be_sent", "1,000")
    await to_review(trip)
    await trip.click("wizard_next")
    await trip.write("launch_reason", reason)
    await trip.click("launch_anyway")
    await trip.appears("report_tiles")


def newest(trip: Journey) -> int:
    """The broadcast that was begun last."""
    return int(trip.ask("SELECT max(id) FROM broadcast")[0][0])


def message_count(trip: Journey, which: str) -> int:
    """How many messages of that broadcast fit an SQL condition."""
    asked = f"SELECT count(*) FROM message WHERE broadcast_id = (SELECT max(id) FROM broadcast) AND {which}"
    return int(trip.ask(asked)[0][0])


async def ended(trip: Journey) -> None:
    """Until the newest broadcast is over and every report of the pretend WhatsApp has been applied."""

    def over() -> bool:
        found = trip.ask("SELECT status FROM broadcast ORDER BY id DESC LIMIT 1")
        return found in ([("done",)], [("stopped",)])

    await until(over, "the broadcast to end")
    while (await trip.judge.look("webhook"))["pending"]:
        pass
    await until(lambda: trip.ask("SELECT count(*) FROM webhook WHERE NOT done") == [(0,)], "the last webhook")


def lines(trip: Journey) -> dict[str, str]:
    """The lines under the wizard's number, as a screen reader tells them."""
    found = trip.see("wizard_counts").findChildren(QWidget)
    named = {one.objectName(): one.accessibleName() for one in found if one.isVisible()}
    return {
        name.removeprefix("wizard_line_"): said
        for name, said in named.items()
        if name.startswith("wizard_line_")
    }


def tile(trip: Journey, name: str) -> str:
    """A figure of the report, as a screen reader tells it."""
    return trip.see(f"report_tile_{name}").accessibleName()


def reasons(trip: Journey) -> list[str]:
    """The lines of *Why messages failed or were left out*."""
    found = trip.see("report_why_card").findChildren(QWidget)
    return [one.accessibleName() for one in found if one.objectName().startswith("report_reason_row_")]


class Look(NamedTuple):
    """What the records of a launched broadcast said at one commit."""

    adds_up: bool
    selected_count: int
    left_out_count: int
    faults: tuple[str, ...]


class Auditor:
    """Looks after every commit, and before the next one, whether the records of the newest broadcast agree."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.looks: list[Look] = []
        self.forget = store.listen(self._heard)

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.BROADCAST):
            # In the writer's thread, which waits: nothing is committed between the change and the look.
            read: Future[list[Look]] = self._store.submit_read(_look)
            self.looks += read.result()


def _look(tx: Tx) -> list[Look]:
    found: list[Look] = []
    for one in broadcasts.every(tx, 1):
        if one.selected_count is not None:
            result: Any = ledger.verify(tx, one.id)
            figures = result.figures
            found.append(Look(figures.adds_up, figures.selected_count, figures.left_out_count, result.faults))
    return found
