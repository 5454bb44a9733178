"""Taking contacts out of a sequence: one, many, and those who were just put in."""

import threading
from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.domain.sequence import Enrolment, SequenceRecord
from desktop.ui.contacts.progress import Tell, with_progress
from desktop.ui.desk import Desk
from desktop.ui.dialog import confirm
from desktop.ui.sequences.words import contacts_words


async def ask_take_out(desk: Desk, parent: QWidget, run: Enrolment) -> bool:
    """Take a contact out once a person is sure; True if it was done. Raises the service's Problem."""
    name = run.contact_name or "this contact"
    record = await desk.app.sequences.get(run.sequence_id)
    sure = await confirm(
        desk.theme,
        parent.window(),
        f"Take {name} out of “{run.sequence_name}”?",
        _what_follows(record),
        do="Take out",
        keep="Leave in",
        danger=True,
        name="take_out",
    )
    if not sure:
        return False
    await desk.app.sequences.take_out(run.id, desk.user())
    desk.toasts.show_toast(f"{name} was taken out of “{run.sequence_name}”.", "done")
    return True


async def ask_take_out_many(
    desk: Desk, parent: QWidget, record: SequenceRecord, runs: Sequence[Enrolment]
) -> bool:
    """The same for many at once."""
    if len(runs) == 1:
        return await ask_take_out(desk, parent, runs[0])
    many = contacts_words(len(runs))
    sure = await confirm(
        desk.theme,
        parent.window(),
        f"Take {many} out of “{record.name}”?",
        _what_follows(record),
        do=f"Take out {many}",
        keep="Leave in",
        danger=True,
        name="take_out",
    )
    if not sure:
        return False
    count = await _take_out(desk, parent, record, [one.id for one in runs])
    desk.toasts.show_toast(f"{_were(count)} taken out of “{record.name}”.{_over(len(runs) - count)}", "done")
    return True


async def undo_enrolling(
    desk: Desk, parent: QWidget, record: SequenceRecord, enrolment_ids: Sequence[int]
) -> None:
    """Take those out again who were just put in, and for whom nothing has left."""
    count = await _take_out(desk, parent, record, enrolment_ids, only_unsent=True)
    stayed_count = len(enrolment_ids) - count
    words = f"{_were(count)} taken out of “{record.name}” again."
    if stayed_count:
        stay = "1 could not be: its" if stayed_count == 1 else f"{stayed_count:,} could not be: their"
        words += f" {stay} first message has left already, or the run is over."
    desk.toasts.show_toast(words, "warn" if stayed_count else "done")


async def _take_out(
    desk: Desk,
    parent: QWidget,
    record: SequenceRecord,
    ids: Sequence[int],
    *,
    only_unsent: bool = False,
) -> int:
    user = desk.user()

    async def work(tell: Tell, stop: threading.Event) -> int:
        return await desk.app.sequences.take_out_many(
            record.id, ids, user, tell, stop, only_unsent=only_unsent
        )

    return await with_progress(desk, parent.window(), "Taking contacts out…", work)


def _what_follows(record: SequenceRecord) -> str:
    """That it is final: nobody goes on where they were."""
    words = (
        "The messages they have got stay; what has not left is cancelled, and no further step follows. "
        "This cannot be taken back: "
    )
    if record.definition.run_once:
        return (
            f"{words}the sequence runs only once per contact, so no trigger puts them in again. "
            "A person can, by hand, and they begin at step 1."
        )
    return f"{words}who is put in again begins at step 1."


def _were(count: int) -> str:
    return f"{contacts_words(count)} {'was' if count == 1 else 'were'}"


def _over(count: int) -> str:
    return f" {count:,} had ended meanwhile." if count else ""
