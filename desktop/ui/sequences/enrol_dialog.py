"""Putting contacts into a sequence: whom, what that does, and how it went."""

import threading
from array import array
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QDate, QRect, QSize
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.contact_table import TableQuery, Target
from desktop.domain.filters import BadFilter
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.domain.sequence import SequenceRecord, SequenceStatus
from desktop.services.sequences import EnrolPreview
from desktop.ui.contacts.progress import Tell, with_progress
from desktop.ui.desk import Desk
from desktop.ui.dialog import EDGE_PX, CardDialog, ask
from desktop.ui.filters.condition_row import Vocabulary
from desktop.ui.loads import Latest, Reload
from desktop.ui.parts.label import Label
from desktop.ui.sequences.enrol_sum import EnrolSum, left_lines
from desktop.ui.sequences.enrol_whom import FOUND_MOST, Whom
from desktop.ui.sequences.taking_out import undo_enrolling
from desktop.ui.sequences.words import contacts_words

WIDTH_PX: Final = 700
RECOUNT_MS: Final = 500
_ENROL: Final = 1
_UNDO: Final = 2
TAKEN_OUT: Final = "Whoever was taken out before comes in again: only runs that were not taken out count."
_OPEN: Final = (SequenceStatus.ACTIVE, SequenceStatus.PAUSED)


async def enrol_contacts(
    desk: Desk, parent: QWidget, record: SequenceRecord, target: Target | None = None
) -> None:
    """Ask whom (unless a target is given), show what it does, do it and say how it went.

    Raises the service's Problem. Who may not, and a sequence that is not active, gets a sentence instead.
    """
    refusal = desk.refusal(Right.SEQUENCES) or closed_words(record)
    if refusal:
        desk.toasts.show_toast(refusal, "warn")
        return
    templates = {one.id: one for one in await desk.app.templates.every()}
    used = [templates[id] for id in record.definition.template_ids if id in templates]
    marketing = any(one.is_marketing for one in used)
    dialog = EnrolDialog(desk, parent.window(), record, target, marketing=marketing)
    if await ask(dialog) != _ENROL or dialog.target is None:
        return
    await _enrol(desk, parent, record, dialog.target)


def closed_words(record: SequenceRecord) -> str:
    """Why nobody can be put in now; "" when somebody can."""
    if record.status in _OPEN:
        return ""
    if record.status is SequenceStatus.HELD:
        return f"“{record.name}” is held. Let it go on first, then put contacts in."
    return f"“{record.name}” is not active yet. Activate it first, then put contacts in."


async def _enrol(desk: Desk, parent: QWidget, record: SequenceRecord, target: Target) -> None:
    app, user = desk.app, desk.user()
    stopped = False
    made = array("q")

    def undo() -> None:
        work = undo_enrolling(desk, parent, record, made)
        desk.tasks.spawn(
            parent, work, on_problem=lambda problem: desk.toasts.show_toast(str(problem), "danger")
        )

    async def work(tell: Tell, stop: threading.Event) -> EnrolPreview:
        nonlocal stopped
        done = await app.sequences.enrol(record.id, target, user, tell, stop, came=made.extend)
        stopped = stop.is_set()
        return done

    result = await with_progress(desk, parent.window(), "Enrolling contacts…", work)
    if stopped or left_lines(result):
        if await ask(SummaryDialog(desk, parent.window(), record, result, stopped=stopped)) == _UNDO:
            await undo_enrolling(desk, parent, record, made)
        return
    told = f"{contacts_words(result.will_count)} {'is' if result.will_count == 1 else 'are'} in “{record.name}” now."
    desk.toasts.show_toast(told, "done", action="Undo", on_action=undo)


class SummaryDialog(CardDialog):
    """How it went, where that was not simply *all of them*."""

    def __init__(
        self, desk: Desk, window: QWidget, record: SequenceRecord, result: EnrolPreview, *, stopped: bool
    ) -> None:
        came = contacts_words(result.will_count)
        title = f"Stopped: {came} came in" if stopped else f"{came} came in"
        super().__init__(
            desk.theme, window, title, icon="warning-fill" if stopped else "", name="enrol_summary"
        )
        if stopped:
            self.add_text(
                f"What was done stays done. Put the same contacts into “{record.name}” again to go on: "
                "who is in it already is passed over.",
                muted=True,
            )
        total = EnrolSum(desk.theme, done=True)
        total.show_preview(result)
        self.body.addWidget(total)
        if result.will_count:
            undo = self.add_button("Undo", result=_UNDO, name="enrol_summary_undo")
            undo.setToolTip("Take them out again, as far as their first message has not left")
        self.add_button("Close", "primary", result=0, safe=True, name="enrol_summary_close")


class EnrolDialog(CardDialog):
    """`target` is who was confirmed. What it would do is counted at each change; only the newest count is shown."""

    def __init__(
        self, desk: Desk, window: QWidget, record: SequenceRecord, target: Target | None, *, marketing: bool
    ) -> None:
        title = f"Enrol contacts in “{record.name}”"
        super().__init__(desk.theme, window, title, width_px=WIDTH_PX, name="enrol")
        self._kept: QRect | None = None
        self._kept_for = QSize()
        self._desk, self._record = desk, record
        self.target = target
        self.preview: EnrolPreview | None = None
        self.whom: Whom | None = None
        if target is None:
            self.whom = Whom(desk.theme)
            self.whom.changed.connect(self._chosen)
            self.whom.some.search_requested.connect(self._search)
            self.body.addWidget(self.whom)
        self.sum = EnrolSum(desk.theme, marketing=marketing)
        self.body.addWidget(self.sum)
        for words in _notes(record):
            self.body.addWidget(Label(words, "muted", wrap=True))
        self.problem = Label("", "muted", color="danger", wrap=True, name="enrol_problem")
        self.body.addWidget(self.problem)
        self.problem.hide()
        self.keep = self.add_button("Cancel", result=0, name="enrol_cancel")
        self.do = self.add_button("Enrol", "primary", result=_ENROL, name="enrol_do")
        self.focus_first(self.whom.some.search if self.whom else self.keep)
        self._counting = Latest(desk.tasks, self, self._failed)
        self._finding = Latest(desk.tasks, self, self._failed)
        self._again = Reload(desk.tasks, self, self._recount, wait_ms=RECOUNT_MS, on_problem=self._failed)
        desk.live.follow(self, self._heard)
        self._show(None)
        if target is not None:
            self._count()
        else:
            desk.tasks.spawn(self, self._read_choices(), on_problem=self._failed)

    def _fill(self) -> None:
        """The card keeps its upper edge and never gets lower, so that nothing moves from under the pointer."""
        super()._fill()
        now, before = self.card.geometry(), self._kept
        if self.size() != self._kept_for or before is None:
            self._kept, self._kept_for = now, self.size()
            return
        height_px = max(now.height(), before.height())
        top_px = min(before.top(), max(EDGE_PX, self.height() - EDGE_PX - height_px))
        self._kept = QRect(now.left(), top_px, now.width(), height_px)
        self.card.setGeometry(self._kept)

    # Whom.

    async def _read_choices(self) -> None:
        app = self._desk.app
        segments = await app.segments.every()
        attributes = {one.name: one for one in await app.contacts.attributes()}
        tags = await app.contacts.tag_names()
        people = [one.name for one in await app.workspace.people()]
        now = app.clock.now().astimezone()
        assert self.whom is not None
        self.whom.show_choices(
            segments, Vocabulary(attributes, tags, QDate(now.year, now.month, now.day), people)
        )
        self._search(self.whom.some.search.text())  # who is quick has typed already

    def _search(self, text: str) -> None:
        self._finding.start(self._find(text))

    async def _find(self, text: str) -> None:
        rows = await self._desk.app.contact_table.page(TableQuery(search=text), 0, FOUND_MOST)
        assert self.whom is not None
        self.whom.some.show_found(rows)

    def _chosen(self) -> None:
        assert self.whom is not None
        wanted = self.whom.target()
        if wanted != self.target or self.preview is None:
            self.target = wanted
            self._count()

    # What it does.

    def _count(self) -> None:
        self._counting.cancel()
        self._show(None)
        if self.target is not None:
            self._counting.start(self._recount())

    async def _recount(self) -> None:
        wanted = self.target
        if wanted is None:
            return
        preview = await self._desk.app.sequences.preview(self._record.id, wanted)
        if wanted == self.target:
            self._show(preview)

    def _show(self, preview: EnrolPreview | None) -> None:
        self.preview = preview
        self.problem.hide()
        self.sum.show_preview(preview, "Counting…" if self.target is not None else "Nobody is chosen yet.")
        count = preview.will_count if preview else 0
        nobody = "Nobody to enrol" if preview else "Enrol"
        self.do.setText(f"Enrol {contacts_words(count)}" if count else nobody)
        self.do.setAccessibleName(self.do.text())
        self.do.setEnabled(count > 0)

    def _heard(self, changes: Changes) -> None:
        """What changes elsewhere is counted without greying the number."""
        if changes.has(Topic.CONTACT) or changes.has(Topic.SEQUENCE, self._record.id):
            if self._counting.running:
                return
            self._again.soon()

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, BadFilter) and self.whom is not None:
            self.whom.show_problem(problem.field, problem.sentence)
        if isinstance(problem, Problem):
            self._show(None)
            self.sum.show_preview(None, "")
            self.problem.setText(f"{problem.title}. {problem.sentence}")
            self.problem.show()


def _notes(record: SequenceRecord) -> Sequence[str]:
    """What else somebody should know before."""
    found = []
    if record.definition.run_once or record.definition.cooling_days:
        found.append(TAKEN_OUT)
    if record.status is SequenceStatus.PAUSED:
        found.append("The sequence is paused: the first step leaves once it goes on.")
    if record.has_changes:
        found.append(
            f"They follow version {record.version_number}; what is not published yet is not part of it."
        )
    return found
