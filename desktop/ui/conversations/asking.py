"""The two dialogs of a conversation: the warning before marketing to someone who said no, and the reason for a yes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from desktop.ui.conversations import consent_words
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.button import Button
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

LONGEST_REASON: Final = 500
WHY: Final = "Why?"
_REFUSED, _ACCEPTED = 0, 1


@dataclass(frozen=True, slots=True)
class Caution:
    """What the warning says. refused: why this person may not send anyway; "" when they may."""

    title: str
    html: str
    refused: str = ""


Why = Callable[[QDialog], object]
"""Answers *Why?* over a dialog."""


async def warn(theme: Theme, window: QWidget, caution: Caution, why: Why | None = None) -> str | None:
    """Show the warning; the reason to send anyway, or None for *Don't send*."""
    dialog = CardDialog(theme, window, caution.title, icon="warning-fill", name="warning")
    dialog.add_text(caution.html, rich=True)
    field: QLineEdit | None = None
    if caution.refused:
        dialog.add_text(caution.refused).setObjectName("warning_refused")
    else:
        dialog.add_text(consent_words.SENT_ANYWAY_MEANS, muted=True)
        placeholder = "Reason, needed to send anyway: e.g. “asked for it on the phone”"
        field = _reason_field(dialog, placeholder, "warning_reason")
        anyway = dialog.add_button("Send anyway", result=_ACCEPTED, name="warning_send_anyway")
        _needs(field, anyway)
    dialog.add_button("Don’t send", "primary", result=_REFUSED, safe=True, name="warning_dont_send")
    _offer(theme, dialog, why, "warning_why")
    result = await ask(dialog)
    return field.text().strip() if field is not None and result == _ACCEPTED else None


async def explain(theme: Theme, window: QWidget, title: str, html: str, why: Why | None = None) -> None:
    """Say why it cannot be sent at all."""
    dialog = CardDialog(theme, window, title, icon="prohibit", color="danger", name="left_out")
    dialog.add_text(html, rich=True)
    dialog.add_text("Nothing was sent, and what you wrote stays in the box.", muted=True)
    dialog.add_button("Keep the draft", "primary", result=_REFUSED, safe=True, name="left_out_close")
    _offer(theme, dialog, why, "left_out_why")
    await ask(dialog)


async def reason_to_opt_in(theme: Theme, window: QWidget, name: str, sentence: str) -> str | None:
    """Ask where someone who opted out asked for marketing again; None when it is not done after all."""
    dialog = CardDialog(theme, window, f"Opt {name} in again?", icon="warning-fill", name="reason")
    dialog.add_text(sentence)
    dialog.add_text("Your name and the reason are kept in the consent history.", muted=True)
    field = _reason_field(
        dialog, "Reason, needed: e.g. “asked for offers again at the counter”", "reason_field"
    )
    dialog.focus_first(field)
    dialog.add_button("Cancel", result=_REFUSED, name="reason_cancel")
    do = dialog.add_button("Opt in", "primary", result=_ACCEPTED, name="reason_do")
    _needs(field, do)
    result = await ask(dialog)
    return field.text().strip() if result == _ACCEPTED else None


def _offer(theme: Theme, dialog: CardDialog, why: Why | None, name: str) -> None:
    """*Why?* at the near end of the buttons."""
    if why is None:
        return
    button = Button(theme, WHY, "link", name=name)
    button.clicked.connect(lambda: why(dialog))
    dialog.buttons.insertWidget(0, button)


def _reason_field(dialog: CardDialog, placeholder: str, name: str) -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText(placeholder)
    field.setMaxLength(LONGEST_REASON)
    dialog.body.addWidget(field)
    return named(field, name, "Reason", placeholder)


def _needs(field: QLineEdit, button: QWidget) -> None:
    """The button works once something is written; Enter leads from the field to it, never through it."""
    button.setEnabled(False)
    field.textChanged.connect(lambda text: button.setEnabled(bool(text.strip())))
    field.returnPressed.connect(lambda: button.isEnabled() and button.setFocus())
