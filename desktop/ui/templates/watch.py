"""Tells whoever sits here when WhatsApp takes a template away that is in use, or turns it into marketing."""

from collections.abc import Callable, Mapping
from datetime import datetime

from PySide6.QtCore import QObject

from desktop.domain.changes import Changes, Topic
from desktop.domain.template_notices import Notice, Severity, warnings
from desktop.domain.template_uses import TemplateUse, UseKind
from desktop.domain.templates import Template
from desktop.ui.desk import Desk
from desktop.ui.loads import Reload
from desktop.ui.parts.toasts import ToastKind

_TOAST: dict[Severity, ToastKind] = {
    Severity.DANGER: "danger",
    Severity.WARN: "warn",
    Severity.INFO: "info",
}


class TemplateWatch(QObject):
    """Lives as long as the window. show: leads to the template of that id."""

    def __init__(self, desk: Desk, owner: QObject, show: Callable[[int], object]) -> None:
        super().__init__(owner)
        self._desk, self._show = desk, show
        self._known: Mapping[int, Template] | None = None
        # What cannot be read now is said by the page that shows it.
        self._reload = Reload(desk.tasks, self, self._look, wait_ms=100, on_problem=lambda _: None)
        desk.live.follow(self, self._heard)
        self._reload.now()

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.TEMPLATE):
            self._reload.soon()

    async def _look(self) -> None:
        service = self._desk.app.templates
        known, now = self._known, {one.id: one for one in await service.every()}
        self._known = now
        if known is None:
            return
        at = self._desk.app.clock.now()
        worse = {id: new for id, one in now.items() if id in known and (new := newly(known[id], one, at))}
        if not worse:
            return
        used: dict[int, list[TemplateUse]] = {}
        for use in await service.in_use():
            used.setdefault(use.template_id, []).append(use)
        for id, notice in worse.items():
            if id in used:
                self._tell(now[id], notice, used[id])

    def _tell(self, template: Template, notice: Notice, uses: list[TemplateUse]) -> None:
        said = f"{notice.label}." if notice.blocks else notice.sentence
        text = f"{template.name}: {said} {used_by(uses)}"
        self._desk.toasts.show_toast(
            text, _TOAST[notice.severity], action="Show", on_action=lambda: self._show(template.id)
        )


def newly(before: Template, after: Template, at: datetime) -> Notice | None:
    """What became true of it that is worth a word; the worst where there is more than one."""
    known = {one.kind for one in warnings(before)}
    return next((one for one in warnings(after, at) if one.kind not in known), None)


def used_by(uses: list[TemplateUse]) -> str:
    """'Used by “Spring” and 2 more.', what runs first."""
    first = sorted(uses, key=lambda one: one.is_draft)[0]
    what = _WHAT.get(first.kind, "the draft " if first.is_draft else "")
    name = f"“{first.name}”" if first.name else "a broadcast without a name"
    more = len(uses) - 1
    return f"Used by {what}{name}{f' and {more:,} more' if more else ''}."


_WHAT = {UseKind.SEQUENCE: "the sequence ", UseKind.FLOW: "the flow "}
