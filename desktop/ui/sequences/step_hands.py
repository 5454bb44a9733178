"""What a person does with the steps: add, edit, move, duplicate, delete with a way back."""

from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.domain.problems import Problem
from desktop.domain.sequence import SequenceStep
from desktop.domain.sequence_edit import SequenceEdit
from desktop.ui.desk import Desk
from desktop.ui.sequences.around import Around
from desktop.ui.sequences.step_editor import edit_step
from desktop.ui.sequences.timeline import Timeline
from desktop.ui.tasks import Once

_BY: Final = {"up": -1, "down": 1}


class Edited(Protocol):
    """The sequence whose steps these are."""

    @property
    def sequence_id(self) -> int: ...

    @property
    def edit(self) -> SequenceEdit: ...

    @property
    def around(self) -> Around: ...

    @property
    def refusal(self) -> str: ...

    def apply(self, edit: SequenceEdit) -> None: ...


class StepHands(QObject):
    """`do(number, verb)` for step_card.VERBS but *template*; `add()`."""

    def __init__(self, desk: Desk, owner: QWidget, edited: Edited, timeline: Timeline) -> None:
        super().__init__(owner)
        self._desk, self._owner, self._edited, self._timeline = desk, owner, edited, timeline
        self._once = Once(desk.tasks, self)

    def do(self, number: int, verb: str) -> None:
        """Nothing for who may not, and for a step that is gone."""
        if self._edited.refusal or number > len(self._edited.edit.definition.steps):
            return
        if verb in _BY:
            self._show(self._edited.edit.move(number, _BY[verb]), number + _BY[verb])
            return
        acts: dict[str, Callable[[int], object]] = {
            "edit": self._edit, "remove": self._remove, "copy": self._copy,
        }  # fmt: skip
        acts[verb](number)

    def add(self) -> None:
        """Ask for a new one, at the end."""
        if not self._told_full():
            number = len(self._edited.edit.definition.steps) + 1
            self._once.start(lambda: self._ask(number, SequenceStep(), new=True), on_problem=self._failed)

    def _edit(self, number: int) -> None:
        step = self._edited.edit.step(number)
        self._once.start(lambda: self._ask(number, step, new=False), on_problem=self._failed)

    async def _ask(self, number: int, step: SequenceStep, *, new: bool) -> None:
        edited, sequence_id = self._edited, self._edited.sequence_id
        made = await edit_step(
            self._desk.theme, self._owner.window(), number, step, edited.edit.definition, edited.around, new=new
        )  # fmt: skip
        if made is None or edited.sequence_id != sequence_id:
            return
        if new or number > len(edited.edit.definition.steps):  # undone meanwhile, or elsewhere
            self._show(edited.edit.add(made), number)
        else:
            self._show(edited.edit.replace_step(number, made), number)

    def _copy(self, number: int) -> None:
        if not self._told_full():
            self._show(self._edited.edit.copy(number), number + 1)

    def _remove(self, number: int) -> None:
        gone, sequence_id = self._edited.edit.step(number), self._edited.sequence_id
        template = self._edited.around.template_of(gone)
        self._show(self._edited.edit.remove(number), number)

        def back() -> None:
            if self._edited.sequence_id == sequence_id:
                self._show(self._edited.edit.insert(number, gone), number)

        called = f" ({template.name})" if template else ""
        words = f"Step {number}{called} is deleted."
        self._desk.toasts.show_toast(words, "done", action="Undo", on_action=back)

    def _told_full(self) -> bool:
        why = self._edited.refusal or self._edited.edit.why_not_add
        if why:
            self._desk.toasts.show_toast(why, "warn")
        return bool(why)

    def _show(self, edit: SequenceEdit, number: int) -> None:
        self._edited.apply(edit)
        self._timeline.focus_step(number)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
