"""What is done with a whole sequence, each asked first where it cannot be taken back."""

from PySide6.QtWidgets import QWidget

from desktop.domain.sequence import Definition, SequenceRecord
from desktop.ui.desk import Desk
from desktop.ui.sequences.around import Around
from desktop.ui.sequences.questions import (
    ask_activate,
    ask_delete,
    ask_discard,
    ask_name,
    ask_publish,
    ask_resume,
    missing,
)


class SequenceVerbs:
    """Awaited by the list and by the page of one sequence. Each raises the service's Problem."""

    def __init__(self, desk: Desk, owner: QWidget) -> None:
        self._desk, self._owner = desk, owner

    async def create(self) -> int | None:
        """Ask for a name; the new draft's id."""
        sequences, user = self._desk.app.sequences, self._desk.user
        return await ask_name(
            self._desk, self._owner.window(), "New sequence", "", "Create", lambda name: sequences.create(name, user())
        )  # fmt: skip

    async def rename(self, record: SequenceRecord) -> None:
        async def act(name: str) -> bool:
            await self._desk.app.sequences.rename(record.id, name, self._desk.user())
            return True

        title = f"Rename “{record.name}”"
        await ask_name(self._desk, self._owner.window(), title, record.name, "Rename", act)

    async def copy(self, record: SequenceRecord) -> int:
        """The id of the copy, which is a draft."""
        made = await self._desk.app.sequences.copy(record.id, self._desk.user())
        self._desk.toasts.show_toast(f"“{record.name}” is copied. The copy is a draft.", "done")
        return made

    async def delete(self, record: SequenceRecord) -> bool:
        """True if it is gone."""
        if not await ask_delete(self._desk, self._owner.window(), record):
            return False
        await self._desk.app.sequences.delete(record.id, self._desk.user())
        self._desk.toasts.show_toast(f"“{record.name}” is deleted.", "done")
        return True

    async def pause(self, record: SequenceRecord) -> None:
        await self._desk.app.sequences.pause(record.id, self._desk.user())
        self._desk.toasts.show_toast(
            f"“{record.name}” is paused: no step leaves. Nobody is taken out; their times go on.", "done"
        )

    async def resume(self, record: SequenceRecord) -> None:
        """Ask first where steps are overdue: they leave at once."""
        overdue_count = await self._desk.app.sequences.overdue_count(record.id)
        if overdue_count and not await ask_resume(self._desk, self._owner.window(), record, overdue_count):
            return
        await self._desk.app.sequences.resume(record.id, self._desk.user())
        self._desk.toasts.show_toast(f"“{record.name}” goes on.", "done")

    async def activate(
        self, record: SequenceRecord, definition: Definition, around: Around
    ) -> SequenceRecord | str:
        """The active sequence; or the place of what is missing that the person wants to see, "" for none."""
        desk, window = self._desk, self._owner.window()
        place = await missing(desk, window, around.findings(definition))
        if place is not None:
            return place
        if not await ask_activate(desk, window, record, definition, around):
            return ""
        return await desk.app.sequences.activate(record.id, desk.user())

    async def publish(
        self, record: SequenceRecord, definition: Definition, around: Around, in_progress_count: int
    ) -> SequenceRecord | str:
        """The sequence with its new version; else as activate()."""
        desk, window = self._desk, self._owner.window()
        place = await missing(desk, window, around.findings(definition), publish=True)
        if place is not None:
            return place
        if not await ask_publish(desk, window, record, definition, around, in_progress_count):
            return ""
        done = await desk.app.sequences.publish(record.id, desk.user())
        words = f"Version {done.version_number} is published. New enrolments follow it."
        desk.toasts.show_toast(words, "done")
        return done

    async def discard(self, record: SequenceRecord) -> SequenceRecord | None:
        """The sequence without its draft; None when the person keeps it."""
        desk = self._desk
        if not await ask_discard(desk, self._owner.window(), record):
            return None
        await desk.app.sequences.discard_draft(record.id, desk.user())
        desk.toasts.show_toast("The changes are discarded.", "done")
        return await desk.app.sequences.get(record.id)
