"""The report of a broadcast in each of its states, the people of a number, retries, by hour, compared, the files."""

from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QPushButton

from desktop.domain.afterwards import Afterwards
from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.broadcast_figures import Figures
from desktop.domain.broadcast_when import When
from desktop.domain.drift import Cause
from desktop.domain.messages import Status
from desktop.domain.templates import Variable
from desktop.services import guard
from desktop.store import holds, templates
from desktop.store.engine import Tx
from desktop.ui.broadcasts.page import BroadcastsPage
from desktop.ui.broadcasts.report_cards import OpenStat
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.label import Label
from tests.looks.scenes.broadcasts import NAME, _figures, _pace, _quick_statuses
from tests.looks.stage import Stage, until

VALUES = (Variable("1", "first_name", "there"), Variable("2", "", "40%"), Variable("3", "", "30 Nov"))


async def launching(stage: Stage) -> None:
    """The seconds in which it can be taken back; business time stands, so they do not end in the picture."""
    await _launched(stage, now=False)
    await stage.seen("report_waiting")
    await stage.quiet()


async def scheduled(stage: Stage) -> None:
    at = stage.app.clock.now() + timedelta(hours=20)
    await _launched(stage, when=When(at), now=False)
    await stage.seen("report_waiting")
    await stage.quiet()


async def paused(stage: Stage) -> None:
    await _underway(stage)
    await stage.click("report_pause")
    await _badge(stage, "Paused")


async def held(stage: Stage) -> None:
    broadcast_id = await _underway(stage)
    because = (
        "No webhook came for 12 minutes: replies such as STOP may be missing. Look whether they have come."
    )
    await stage.app.store.write(lambda tx: holds.hold(tx, broadcast_id, Cause.CATCHING_UP, because))
    await _badge(stage, "Held")
    await stage.seen("report_held")


async def despite(stage: Stage) -> None:
    """With the toggle off: whom it reached that had opted out, who said so and why; these people are open."""
    await _quick_statuses(stage)
    await _pace(stage, 400)
    await _launched(stage, reason="A recall: everybody has to know")
    await _figures(stage, _is_over)
    await _badge(stage, "Done")
    stage.find(Label, "report_despite").linkActivated.emit("despite")
    await stage.seen("report_tab-chosen")
    await stage.quiet()


async def edited(stage: Stage) -> None:
    """Held for a template that was edited: its texts side by side."""
    await _underway(stage)
    known = await stage.app.templates.every()
    text = "Hi {{1}}, the winter clearance is on: up to {{2}} off until {{3}}, and free delivery."

    def write(tx: Tx) -> None:
        templates.replace_all(
            tx, [replace(one, body=text) if one.name == "winter_clearance" else one for one in known]
        )
        guard.hold_drifted(tx)

    await stage.app.store.write(write)
    await _badge(stage, "Held")
    stage.find(QPushButton, "report_held-texts").click()
    await stage.seen("texts")
    await stage.quiet()


async def stopping(stage: Stage) -> None:
    await _underway(stage)
    stage.find(QPushButton, "report_stop").click()
    await stage.seen("stop_go")


async def stopped(stage: Stage) -> None:
    await stopping(stage)
    await stage.click("stop_go")
    await _badge(stage, "Stopped")


async def stopped_for_good(stage: Stage) -> None:
    """What never went is accounted for."""
    await stopped(stage)
    await _figures(stage, lambda now: not now.waiting_count and not now.count(Status.ACCEPTED))
    await until(lambda: "never went" in stage.find(Label, "report_progress_text").text(), "the last words")
    stage.window.toasts.clear()
    await stage.quiet()


async def failed(stage: Stage) -> None:
    """Everything that can go wrong, its reasons, and what can be tried again later."""
    await _troubled(stage)
    await stage.quiet()


async def failed_people(stage: Stage) -> None:
    await _troubled(stage)
    await stage.click("report_reason_1_count")
    await stage.quiet()


async def replied(stage: Stage) -> None:
    await _answered(stage)
    await stage.click("report_tab-replied")
    await stage.seen("report_presses")
    await stage.quiet()


async def opted_out(stage: Stage) -> None:
    await _answered(stage)
    tile = stage.find(OpenStat, "report_tile_opted_out_since")
    await until(lambda: tile.value.text() == "1", "the opt-out")
    tile.opened.emit()
    await stage.quiet()


async def hours(stage: Stage) -> None:
    await _answered(stage)
    await stage.click("report_time-hours")
    await stage.quiet()


async def compared(stage: Stage) -> None:
    await _through(stage, "Autumn preview – Vancouver")
    await _answered(stage)
    await stage.click("report_time-compare")
    await stage.quiet()


async def retry(stage: Stage) -> None:
    broadcast_id = await _troubled(stage)
    stage.app.clock.move(timedelta(hours=25))
    stage.find(BroadcastsPage, "broadcasts").report.show_broadcast(broadcast_id)
    await until(lambda: stage.find(QPushButton, "report_retry").isEnabled(), "a retry to be offered")
    stage.find(QPushButton, "report_retry").click()
    await stage.seen("retry_go")


async def retried(stage: Stage) -> None:
    await retry(stage)
    parent = stage.find(BroadcastsPage, "broadcasts").report.broadcast_id
    await stage.click("retry_go")
    page = stage.find(BroadcastsPage, "broadcasts").report
    await until(lambda: page.broadcast_id != parent, "the report of the retry")
    await _badge(stage, "Done")
    page.show_broadcast(parent)
    await stage.seen("report_try_1")
    await stage.quiet()


async def export_menu(stage: Stage) -> None:
    await _troubled(stage)
    stage.find(QPushButton, "report_export").click()
    await stage.quiet()


# How they come about.


async def _launched(
    stage: Stage,
    name: str = NAME,
    *,
    when: When | None = None,
    now: bool = True,
    afterwards: Afterwards | None = None,
    reason: str = "",
) -> int:
    template = await stage.app.templates.by_name("winter_clearance")
    draft = BroadcastDraft(name, template.id, variables=VALUES, when=when or When())
    draft = replace(draft, afterwards=afterwards or Afterwards(), only_opted_in=not reason)
    user = stage.window.desk.user()
    broadcast_id = await stage.app.broadcasts.save_draft(None, draft, user)
    counted = await stage.app.broadcasts.count(
        draft.audience, template.effective_category, not reason, VALUES
    )
    await stage.app.broadcasts.launch(broadcast_id, user, reason=reason, approved=counted, now=now)
    stage.window.go("broadcasts")
    stage.find(BroadcastsPage, "broadcasts").open_report(broadcast_id)
    await stage.seen("report_tiles")
    return broadcast_id


async def _underway(stage: Stage) -> int:
    await _quick_statuses(stage)
    await _pace(stage, 400)
    broadcast_id = await _launched(stage)
    await _figures(stage, lambda now: now.gone_count >= 500)
    await _pace(stage, 1)
    await _figures(stage, lambda now: not now.count(Status.ACCEPTED))
    return broadcast_id


async def _through(stage: Stage, name: str = NAME) -> int:
    await _pace(stage, 400)
    await _quick_statuses(stage)
    broadcast_id = await _launched(stage, name)
    await _figures(stage, _is_over)
    await _badge(stage, "Done")
    return broadcast_id


async def _troubled(stage: Stage) -> int:
    await stage.sandbox("trouble", {"code": 131026, "count": 3})
    await stage.sandbox("trouble", {"code": 131049, "count": 4})
    return await _through(stage)


async def _answered(stage: Stage) -> int:
    broadcast_id = await _through(stage)
    sent = await stage.app.broadcasts.messages(broadcast_id, (Status.READ, Status.DELIVERED), limit=12)
    said = (
        "Yes please",
        "Yes please",
        "Not now",
        "Do you ship to Halifax?",
        "STOP",
        "How long does it last?",
    )
    stage.app.clock.move(timedelta(seconds=5))
    for one, text in zip(sent, said, strict=False):
        act = "button" if text in ("Yes please", "Not now") else "text"
        await stage.sandbox(f"customers/{one.phone}/{act}", {"text": text, "context_wamid": one.wamid})
    tab = stage.find(QPushButton, "report_tab-replied")
    await until(lambda: tab.text() == "Replied 6", "the replies")
    return broadcast_id


def _is_over(now: Figures) -> bool:
    return not now.waiting_count and not now.count(Status.ACCEPTED)


async def _badge(stage: Stage, text: str) -> None:
    await until(lambda: stage.find(Badge, "report_status").text() == text, f"the report to say {text}")
    await stage.quiet()
