"""Keeping a filter under a name, and letting one go."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.filter_words import filter_sentence
from desktop.domain.filters import Filter
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.domain.segments import LONGEST_NAME, Segment
from desktop.ui.contacts.menus import SegmentMenu
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.button import Button
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.menu import drop
from desktop.ui.parts.naming import named
from desktop.ui.tasks import Once


class SegmentVerbs:
    """Coroutines for the page."""

    def __init__(self, desk: Desk, owner: QWidget, on_problem: Callable[[Exception], object]) -> None:
        self._desk, self._owner, self._on_problem = desk, owner, on_problem

    async def open_menu(
        self, button: QWidget, chosen: Segment | None, choose: Callable[[Segment | None], object]
    ) -> None:
        """Open the list of segments under a button; counts come as they are known."""
        desk = self._desk
        segments = await desk.app.segments.every()
        refusal = desk.refusal(Right.SEGMENTS)
        menu = SegmentMenu(self._owner, segments, chosen, choose, refusal)
        if chosen is not None:
            menu.addSeparator()
            action = menu.addAction(f"Delete “{chosen.name}”".replace("&", "&&"))
            action.setObjectName("segment_delete")
            action.setEnabled(not refusal)
            action.setToolTip(refusal)
            action.triggered.connect(lambda: self._spawn(self._delete(chosen, choose)))
        drop(menu, button)
        counting = desk.tasks.spawn(menu, self._count(menu, segments))
        menu.aboutToHide.connect(counting.cancel)

    async def _count(self, menu: SegmentMenu, segments: Sequence[Segment]) -> None:
        for one in segments:
            try:
                menu.show_count(one.id, f"{await self._desk.app.segments.count(one.id):,}")
            except Problem:
                menu.show_count(one.id, "a field is gone")

    async def save(self, wanted: Filter, chosen: Segment | None) -> Segment | None:
        """Ask for a name and keep the filter; the segment, or None for *Cancel*. chosen: the one it came from."""
        desk, app = self._desk, self._desk.app
        dialog = CardDialog(desk.theme, self._owner.window(), "Save as segment", name="segment")
        dialog.add_text(filter_sentence(wanted))
        field = named(QLineEdit(), "segment_name")
        field.setMaxLength(LONGEST_NAME)
        row = FormRow(
            "Name", field, help_text="Everyone in the workspace can use it; its contacts are counted anew each time.",
            name="segment_row",
        )  # fmt: skip
        dialog.body.addWidget(row)
        dialog.focus_first(field)
        dialog.add_button("Cancel", result=0, name="segment_cancel")
        saved: list[int] = []

        def busy(is_busy: bool) -> None:
            for button in (again, new):
                button.setEnabled(not is_busy)

        async def save(segment_id: int | None) -> None:
            name = chosen.name if segment_id is not None and chosen is not None else field.text()
            saved.append(await app.segments.save(segment_id, name, wanted, desk.user()))
            dialog.done(1)

        def wrong(problem: Exception) -> None:
            if isinstance(problem, Problem):
                row.show_problem(problem.sentence)
                field.setFocus()

        again = Button(desk.theme, f"Change “{chosen.name}”" if chosen else "Change", name="segment_change")
        new = Button(desk.theme, "Save", "primary", name="segment_save")
        dialog.buttons.addWidget(again)
        dialog.buttons.addWidget(new)
        again.setVisible(chosen is not None and chosen.filter != wanted)
        once = Once(desk.tasks, dialog, busy)
        again.clicked.connect(
            lambda: once.start(lambda: save(chosen.id if chosen else None), on_problem=wrong)
        )
        new.clicked.connect(lambda: once.start(lambda: save(None), on_problem=wrong))
        field.returnPressed.connect(new.click)
        field.textEdited.connect(lambda _: row.show_problem(""))
        await ask(dialog)
        if not saved:
            return None
        found = next((one for one in await app.segments.every() if one.id == saved[0]), None)
        if found is not None:
            desk.toasts.show_toast(f"Segment “{found.name}” saved", "done")
        return found

    async def _delete(self, segment: Segment, choose: Callable[[Segment | None], object]) -> None:
        """Let it go, with a way back."""
        verbs = self._desk.app.segments
        was = await verbs.delete(segment.id, self._desk.user())
        choose(None)
        self._desk.toasts.show_toast(
            f"Segment “{was.name}” deleted",
            "done",
            action="Undo",
            on_action=lambda: self._spawn(verbs.save(None, was.name, was.filter, self._desk.user())),
        )

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        self._desk.tasks.spawn(self._owner, work, on_problem=self._on_problem)
