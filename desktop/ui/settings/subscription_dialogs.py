"""The cards in which a webhook is made and changed, its secret is shown, and it is resumed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.keys import MAY_SEND, ApiKey
from desktop.domain.subscriptions import Event, Shape, Subscription, SubscriptionDraft
from desktop.ui.dialog import CardDialog
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.settings.key_dialogs import Secret
from desktop.ui.settings.people_dialogs import FormDialog
from desktop.ui.settings.subscription_words import EXPLAINED, GROUPS, SHAPES
from desktop.ui.theme import Theme

WIDTH_PX: Final = 620
LONGEST_URL: Final = 2_000
URL_HELP: Final = "An address that can be reached from here. Each event is posted to it, signed."
SIGNED: Final = {
    Shape.GALLABOX: (
        "The header x-gallabox-signature is the base64 of the HMAC-SHA256 of the body’s bytes under this secret."
    ),
    Shape.META: (
        "The header X-Hub-Signature-256 is “sha256=” and the hexadecimal HMAC-SHA256 of the body’s bytes under "
        "this secret."
    ),
}
RESUMED, FROM_NOW = 2, 3
"""What the dialog of Resume ends with."""


class EventBoxes(QWidget):
    """A check box for each event, in groups."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.boxes: dict[Event, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        columns = (QVBoxLayout(), QVBoxLayout())
        for at, column in enumerate(columns):
            column.setSpacing(0)
            grid.addLayout(column, 0, at)
        for number, (title, events) in enumerate(GROUPS):
            column = columns[number % 2]
            heading = Label(title, "muted")
            heading.setContentsMargins(0, theme.px(8) if number > 1 else 0, 0, 0)
            column.addWidget(heading)
            for event in events:
                column.addWidget(self._box(event))
        for column in columns:
            column.addStretch(1)
        named(self, "webhook_events", "Events")

    def chosen(self) -> frozenset[Event]:
        return frozenset(event for event, box in self.boxes.items() if box.isChecked())

    def show_events(self, events: frozenset[Event]) -> None:
        for event, box in self.boxes.items():
            box.setChecked(event in events)

    def _box(self, event: Event) -> QCheckBox:
        said = event.label
        box = QCheckBox(f"{said[:1].upper()}{said[1:]}")
        box.setToolTip(f"{EXPLAINED[event]} {event.value}")
        self.boxes[event] = named(box, f"webhook_event_{event.name.lower()}", description=EXPLAINED[event])
        return box


class SubscriptionDialog(FormDialog):
    """An address, the shape, and which events or whose messages. one None: a new one."""

    def __init__(
        self, theme: Theme, window: QWidget, keys: Sequence[ApiKey], one: Subscription | None = None
    ) -> None:
        title, do = ("New webhook", "Make webhook") if one is None else ("Edit webhook", "Save")
        super().__init__(theme, window, title, do=do, name="webhook_edit", width_px=WIDTH_PX)
        self.url = named(QLineEdit(), "webhook_url")
        self.url.setMaxLength(LONGEST_URL)
        self.url.setPlaceholderText("https://shop.example/hooks/wa")
        self.shape = named(QComboBox(), "webhook_shape")
        for shape, (words, _) in SHAPES.items():
            self.shape.addItem(words, shape.value)
        self.key = named(QComboBox(), "webhook_key")
        self._fill_keys(keys, one)
        self.events = EventBoxes(theme)
        self.add_row("url", "Sends to", self.url, URL_HELP)
        self._shape_row = self.add_row("shape", "Shape", self.shape, SHAPES[Shape.GALLABOX][1])
        self._key_row = self.add_row("api_key_id", "Key", self.key, "Whose messages it hears of.")
        self._events_row = self.add_row("events", "Events", self.events)
        self.add_note()
        self.shape.currentIndexChanged.connect(self._show_shape)
        for box in self.events.boxes.values():
            box.toggled.connect(lambda: self._events_row.show_problem(""))
        if one is not None:
            self.url.setText(one.url)
            self.url.setCursorPosition(0)
            self.shape.setCurrentIndex(self.shape.findData(one.shape.value))
            self.events.show_events(one.events)
        self._show_shape()
        self.focus_first(self.url)

    def values(self) -> Mapping[str, Any]:
        """The draft, as the argument of `Subscriptions.add` and `.change`."""
        shape = Shape(self.shape.currentData())
        meta = shape is Shape.META
        return {
            "draft": SubscriptionDraft(
                self.url.text().strip(),
                frozenset() if meta else self.events.chosen(),
                shape,
                self.key.currentData() if meta else None,
            )
        }

    def _fill_keys(self, keys: Sequence[ApiKey], one: Subscription | None) -> None:
        kept = one.api_key_id if one is not None else None
        if kept is None:
            kept = next((key.id for key in keys if key.revoked_at is None and key.scope in MAY_SEND), None)
        for key in keys:
            if key.revoked_at is None or key.id == kept:
                self.key.addItem(key.name, key.id)
        if not self.key.count():
            self.key.addItem("No key yet: make one first", None)
            self.key.setEnabled(False)
        self.key.setCurrentIndex(max(0, self.key.findData(kept)))

    def _show_shape(self) -> None:
        shape = Shape(self.shape.currentData())
        self._shape_row.note.setText(SHAPES[shape][1])
        self._key_row.setVisible(shape is Shape.META)
        self._events_row.setVisible(shape is Shape.GALLABOX)


class SecretDialog(CardDialog):
    """The secret with which deliveries are signed, to copy into the other program."""

    def __init__(
        self, theme: Theme, window: QWidget, one: Subscription, secret: str, *, is_new: bool
    ) -> None:
        title = "The webhook is made" if is_new else "Signing secret"
        super().__init__(theme, window, title, name="webhook_secret")
        self.add_text(
            f"{'Its signing secret, which its menu shows again. ' if is_new else ''}{SIGNED[one.shape]}"
        )
        field = Secret(theme, "signing secret", name="webhook_secret")
        field.show_value(secret)
        self.body.addWidget(
            FormRow("Signing secret", field, help_text=f"Of {one.url}", name="row_webhook_secret")
        )
        done = QDialog.DialogCode.Accepted.value
        self.add_button("Done", "primary", result=done, name="webhook_secret_done")
        self.focus_first(field.copy)


class ResumeDialog(CardDialog):
    """Where it stopped, or from now. Ends with RESUMED, FROM_NOW, or 0."""

    def __init__(self, theme: Theme, window: QWidget, one: Subscription) -> None:
        super().__init__(theme, window, "Resume the webhook?", name="webhook_resume")
        self.add_text(one.url, muted=True)
        count = one.waiting_count
        waits = "One delivery waits. " if count == 1 else f"{count:,} deliveries wait. " if count else ""
        self.add_text(
            f"{waits}Go on where it stopped, and everything that happened meanwhile is sent, in its order. Or leave "
            "that out, and send only what happens from now on."
        )
        self.add_button("Cancel", result=0, name="webhook_resume_cancel")
        self.add_button("From now on", result=FROM_NOW, name="webhook_resume_now")
        self.add_button("Where it stopped", "primary", result=RESUMED, safe=True, name="webhook_resume_on")
