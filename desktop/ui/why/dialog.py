"""*Why?* as a dialog over the window."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from desktop.domain.consent import Path
from desktop.domain.known import Explanation
from desktop.domain.reasons import Reason
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.button import Button
from desktop.ui.why.card import WhyCard

WIDTH_PX: Final = 560
_CLOSED, _EVENT = 0, 1


@dataclass(frozen=True, slots=True)
class EventWanted:
    """A person asked to see a consent event in its contact's history."""

    contact_id: int
    event_id: int


async def why_message(desk: Desk, parent: QWidget, message_id: int) -> EventWanted | None:
    """Say why a message went out or did not; returns when the dialog is closed, with the event asked for."""
    return await _open(desk, parent, lambda card: card.show_message(message_id))


async def why_contact(
    desk: Desk,
    parent: QWidget,
    contact_id: int,
    template_id: int | None,
    path: Path,
    *,
    only_opted_in: bool = True,
    marketing: bool = False,
    before: Reason | None = None,
) -> EventWanted | None:
    """Say what would become of a message to a contact now; returns when the dialog is closed.

    marketing, before: as for `WhyCard.show_question()`.
    """

    def show(card: WhyCard) -> None:
        card.show_question(contact_id, template_id, path, only_opted_in, marketing=marketing, before=before)

    return await _open(desk, parent, show)


async def _open(desk: Desk, parent: QWidget, show: Callable[[WhyCard], None]) -> EventWanted | None:
    dialog = CardDialog(desk.theme, parent.window(), "Why?", width_px=WIDTH_PX, name="why")
    card = WhyCard(desk)
    card.head.hide()  # the dialog has a title and buttons of its own
    dialog.body.addWidget(_Tall(card))
    copy = Button(desk.theme, "Copy answer", "link", icon="copy", name="why_copy_text")
    copy.setToolTip("Copy this answer")
    copy.clicked.connect(card.copy_answer)
    dialog.buttons.insertWidget(0, copy)
    wanted: list[EventWanted] = []

    def answered(told: Explanation) -> None:
        dialog.title.setText(told.title)
        dialog.setAccessibleName(told.title)
        dialog.setAccessibleDescription(told.text)

    def leave_for(event_id: int) -> None:
        contact_id = card.contact_id()
        if contact_id is not None:
            wanted.append(EventWanted(contact_id, event_id))
            dialog.done(_EVENT)

    card.answered.connect(answered)
    card.event_requested.connect(leave_for)
    dialog.add_button("Close", "primary", result=_CLOSED, safe=True, name="why_close")
    show(card)
    await ask(dialog)
    return wanted[0] if wanted else None


class _Tall(QScrollArea):
    """As high as what it holds as long as the window allows it; then it scrolls."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self._inner = inner
        inner.setProperty("surface", "none")
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        inner.installEventFilter(self)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._inner.heightForWidth(width)

    def sizeHint(self) -> QSize:
        width_px = max(1, self.width())
        return QSize(width_px, self.heightForWidth(width_px))

    def minimumSizeHint(self) -> QSize:
        return QSize(1, 80)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_bar()
        super().resizeEvent(event)

    def _fit_bar(self) -> None:
        """No bar where the whole has room: one that appeared takes width, needs more lines, and would stay."""
        whole = self.heightForWidth(self.width()) <= self.height()
        off, needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(off if whole else needed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._inner and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._fit_bar()
        return super().eventFilter(watched, event)
