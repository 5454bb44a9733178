"""The box with a report in a card, and its Copy button."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from desktop.ui.dialog import CardDialog
from desktop.ui.parts.button import Button
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

REPORT_PX = 200
CARD_PX = 620
TAKEN_OUT = "Phone numbers, addresses and secrets have been taken out. Read it before you send it: a name may have stayed."


def add_report(card: CardDialog, theme: Theme, report: str, name: str) -> QPlainTextEdit:
    """Put the report into the card, with its Copy button; returns the box, to which more can be appended."""
    box = named(QPlainTextEdit(report), f"{name}_report", "Report")
    box.setReadOnly(True)
    box.setTabChangesFocus(True)
    box.setFont(theme.font(11, mono=True))
    box.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    box.setFixedHeight(theme.px(REPORT_PX))
    card.body.addWidget(box)
    card.add_text(TAKEN_OUT, muted=True)
    copy = Button(theme, "Copy report", icon="copy", name=f"{name}_copy")

    def put() -> None:
        QGuiApplication.clipboard().setText(box.toPlainText())
        copy.setText("Copied")

    copy.clicked.connect(put)
    card.buttons.addWidget(copy)
    return box
