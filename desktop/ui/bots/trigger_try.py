"""Try a message: which flow answers it, and which others would have."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.flow_triggers import Incoming
from desktop.domain.words import Wish
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card, Inset
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

PAUSE_MS: Final = 150
NOBODY: Final = "No flow answers. The message waits for a colleague."
WISHES: Final = {
    Wish.OPT_OUT: "This is an opt-out word: it is recorded and confirmed, and no flow sees it.",
    Wish.OPT_IN: "This is an opt-in word: it is recorded, and no flow sees it.",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a message. flow, others: (id, name). trigger: what took it, in words. wish: it reached no flow."""

    flow: tuple[int, str] | None = None
    trigger: str = ""
    others: tuple[tuple[int, str], ...] = ()
    wish: Wish | None = None


class TriggerTry(Card):
    """`tried(Incoming)` while one writes; `cleared` when there is nothing to try; `flow_requested(id)`."""

    tried = Signal(object)
    cleared = Signal()
    flow_requested = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Try a message", name="trigger_try", pad_px=16)
        self._theme = theme
        self.text = named(QLineEdit(), "trigger_try_text")
        self.text.setPlaceholderText("What the customer writes")
        self.payload = named(QLineEdit(), "trigger_try_payload")
        self.payload.setPlaceholderText("Such as menu_orders")
        self.from_ad = named(QCheckBox("It came from an advertisement"), "trigger_try_from_ad")
        self.advertisement = named(QLineEdit(), "trigger_try_advertisement")
        self.advertisement.setPlaceholderText("Its address or headline")
        self.advertisement.setAccessibleName("The advertisement’s address or headline")
        self.body.addWidget(FormRow("Message", self.text, name="trigger_try_text_row"))
        self.body.addWidget(FormRow("Button sends", self.payload, name="trigger_try_payload_row"))
        self.body.addWidget(self.from_ad)
        self.body.addWidget(self.advertisement)
        self.advertisement.hide()
        self.answer = Inset(name="trigger_try_answer")
        self.verdict = Label("", "strong", wrap=True, name="trigger_try_verdict")
        self.because = Label("", "soft", wrap=True, name="trigger_try_because")
        self.others = QWidget()
        self._others = QVBoxLayout(self.others)
        self._others.setContentsMargins(0, 4, 0, 0)
        self._others.setSpacing(2)
        named(self.others, "trigger_try_others")
        for part in (self.verdict, self.because, self.others):
            self.answer.body.addWidget(part)
        self.body.addWidget(self.answer)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        for field in (self.text, self.payload, self.advertisement):
            field.textEdited.connect(lambda _: self._pause.start())
            field.returnPressed.connect(self._ask)
        self.from_ad.toggled.connect(self._ad_toggled)
        self._show_nothing()

    @property
    def incoming(self) -> Incoming | None:
        """What is tried; None where nothing was entered."""
        text, payload = self.text.text().strip(), self.payload.text().strip()
        advertisement = self.advertisement.text().strip() if self.from_ad.isChecked() else None
        if not text and not payload and advertisement is None:
            return None
        return Incoming(text, payload, advertisement)

    def focus_text(self) -> None:
        self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.text.selectAll()

    def show_answer(self, tried: Tried) -> None:
        """What became of what was entered last."""
        if self.incoming is None:
            self._show_nothing()
            return
        if tried.wish is not None:
            self._show(WISHES[tried.wish], "")
        elif tried.flow is None:
            self._show(NOBODY, "")
        else:
            self._show(f"“{tried.flow[1]}” answers.", tried.trigger, tried.others)
        self.answer.setAccessibleName(self.verdict.text())

    def _show_nothing(self) -> None:
        self._show("", "Write something, and the flow that answers is marked in the list.")

    def _show(self, verdict: str, because: str, others: tuple[tuple[int, str], ...] = ()) -> None:
        self.verdict.setText(verdict)
        self.verdict.setVisible(bool(verdict))
        self.because.setText(because)
        self.because.setVisible(bool(because))
        while (item := self._others.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        if others:
            self._others.addWidget(Label("These would have answered, if it did not:", "muted", wrap=True))
        for id, name in others:
            link = Button(self._theme, name, "link", tooltip=f"Open “{name}”", name=f"trigger_try_other_{id}")
            link.clicked.connect(lambda _=False, id=id: self.flow_requested.emit(id))
            self._others.addWidget(link, 0, Qt.AlignmentFlag.AlignLeading)
        self.others.setVisible(bool(others))

    def _ad_toggled(self, checked: bool) -> None:
        self.advertisement.setVisible(checked)
        self._ask()

    def _ask(self) -> None:
        self._pause.stop()
        incoming = self.incoming
        if incoming is None:
            self._show_nothing()
            self.cleared.emit()
        else:
            self.tried.emit(incoming)
