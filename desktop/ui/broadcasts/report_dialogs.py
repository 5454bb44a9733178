"""The question before a broadcast is stopped for good, before what failed is tried again; a template's texts side by side."""

from PySide6.QtWidgets import QDialog, QWidget

from desktop.domain.broadcast_figures import Figures
from desktop.domain.broadcast_report import Retryable
from desktop.ui.broadcasts import report_words
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme

DO = QDialog.DialogCode.Accepted.value
KEEP = QDialog.DialogCode.Rejected.value


async def ask_stop(theme: Theme, window: QWidget, name: str, figures: Figures) -> bool:
    """What stopping means, and how many will never go."""
    dialog = CardDialog(
        theme, window, f"Stop “{name}” for good?", icon="warning-fill", color="danger", name="stop"
    )
    dialog.add_text(" ".join(report_words.stop_words(figures)))
    dialog.add_text("A stopped broadcast does not go on. To go on later, pause it.", muted=True)
    dialog.add_button("Keep it", result=KEEP, safe=True, name="stop_keep")
    dialog.add_button("Stop for good", "danger", result=DO, name="stop_go")
    return await ask(dialog) == DO


async def ask_retry(theme: Theme, window: QWidget, name: str, found: Retryable) -> bool:
    """What is tried again, and what is asked before."""
    count = found.now_count
    whom = f"{count:,} contact{'' if count == 1 else 's'}"
    dialog = CardDialog(theme, window, f"Try again with {whom}?", name="retry")
    dialog.add_text(
        f"“{name}” failed for them in a way that may pass now. It starts at once, in a report of its own."
    )
    dialog.add_text(
        "Their opt-in is asked anew, with the toggle on: who opted out meanwhile is left out. The first attempts stay as "
        "they are.",
        muted=True,
    )
    dialog.add_button("Not yet", result=KEEP, name="retry_keep")
    go = dialog.add_button(f"Retry {count:,} now", "primary", result=DO, name="retry_go")
    dialog.focus_first(go)
    return await ask(dialog) == DO


async def show_texts(theme: Theme, window: QWidget, name: str, before: str, now: str) -> None:
    """What a template said when somebody said yes to it, and what it says now."""
    dialog = CardDialog(theme, window, f"The text of {name}", name="texts")
    for title, text, none in (
        ("When it was approved", before, "That was not kept."),
        ("Now", now, "The template is not there any more."),
    ):
        dialog.body.addWidget(Label(title, "strong"))
        dialog.add_text(text or none, muted=not text)
    if before and before == now:
        dialog.add_text(
            "Header, text, footer and buttons are the same: something else was edited.", muted=True
        )
    dialog.add_button("Close", result=KEEP, safe=True, name="texts_close")
    await ask(dialog)
