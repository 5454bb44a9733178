"""Taking one contact out of a sequence."""

from PySide6.QtWidgets import QWidget

from desktop.domain.sequence import Enrolment
from desktop.ui.desk import Desk
from desktop.ui.dialog import confirm


async def ask_take_out(desk: Desk, parent: QWidget, run: Enrolment) -> bool:
    """Take a contact out once a person is sure; True if it was done. Raises the service's Problem."""
    name = run.contact_name or "this contact"
    left = "The messages they have got stay; what has not left is cancelled, and no further step follows."
    sure = await confirm(
        desk.theme,
        parent.window(),
        f"Take {name} out of “{run.sequence_name}”?",
        left,
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
