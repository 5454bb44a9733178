"""What is known of the contact: name, phone, opt-in, tags, attributes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.domain import phones
from desktop.domain.contacts import ConsentEvent, Contact
from desktop.domain.filters import Kind
from desktop.ui.conversations.optin import OptInCard
from desktop.ui.conversations.tags import Tags
from desktop.ui.parts import when
from desktop.ui.parts.avatar import Avatar
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Panel
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Label, SectionLabel
from desktop.ui.theme import Theme

WIDTH_PX = 300


class ContactPanel(Panel):
    """The right side of a conversation. `copied` after the phone went to the clipboard.

    `contact_requested` by the link to the contact's own page.
    """

    copied = Signal()
    contact_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("side", name="contact_panel", parent=parent)
        self._theme = theme
        self._phone = ""
        self._shown_attributes: dict[str, str] | None = None
        self.setFixedWidth(WIDTH_PX)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setProperty("surface", "none")
        self.area.setWidget(inside)
        outer.addWidget(self.area)
        column = QVBoxLayout(inside)
        column.setContentsMargins(18, 18, 17, 18)
        column.setSpacing(0)
        self.avatar = Avatar(theme, "", 64, name="contact_avatar")
        column.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(10)
        self.name = Label("", "title", wrap=True, selectable=True, name="contact_name")
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.name)
        column.addLayout(self._phone_row())
        self.open_button = Button(theme, "Open contact", "link", name="contact_open")
        self.open_button.clicked.connect(self.contact_requested)
        column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(6)
        self.opt_in = OptInCard(theme)
        column.addWidget(self.opt_in)
        column.addSpacing(14)
        column.addWidget(SectionLabel("Tags"))
        column.addSpacing(6)
        self.tags = Tags(theme)
        column.addWidget(self.tags)
        column.addSpacing(14)
        self.attributes_title = SectionLabel("Attributes")
        column.addWidget(self.attributes_title)
        column.addSpacing(4)
        self._attributes = QVBoxLayout()
        self._attributes.setSpacing(0)
        column.addLayout(self._attributes)
        column.addStretch(1)

    def show_state(
        self,
        contact: Contact,
        history: Sequence[ConsentEvent],
        known_tags: Sequence[str],
        now: datetime,
        *,
        may_change: bool,
        kinds: Mapping[str, Kind],
    ) -> None:
        """Show a contact. kinds: of the workspace's attributes, by name."""
        shown = contact.name or phones.pretty(contact.phone) or contact.shown_name
        self.avatar.set_person(shown)
        self.name.setText(shown)
        self._phone = contact.phone
        self.phone.setText(phones.pretty(contact.phone) if contact.phone else "No phone number")
        self.copy_button.setVisible(bool(contact.phone))
        self.opt_in.show_state(contact, history, now, may_change=may_change)
        self.tags.show_state(contact.tags, known_tags)
        self._show_attributes(
            {
                name: when.date_words(value) if kinds.get(name) is Kind.DATE else value
                for name, value in contact.attributes.items()
            }
        )

    def begin_tag(self) -> None:
        """Bring the tags into sight, with the keyboard in the field for a new one."""
        self.tags.begin()
        self.area.ensureWidgetVisible(self.tags)

    def show_history(self) -> None:
        """Bring the history of the opt-in into sight and give it the focus."""
        self.area.ensureWidgetVisible(self.opt_in)
        self.area.ensureWidgetVisible(self.opt_in.history)
        self.opt_in.flash_history()

    def mark_event(self, event_id: int, *, focus: bool = True) -> None:
        """Bring one entry of that history into sight, lifted out and with its number."""
        line = self.opt_in.mark_event(event_id)
        self.area.ensureWidgetVisible(line or self.opt_in)
        if focus:
            self.opt_in.history.setFocus(Qt.FocusReason.OtherFocusReason)

    def _phone_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self.phone = Label("", "muted", selectable=True, name="contact_phone")
        self.copy_button = IconButton(self._theme, "copy", "Copy the phone number", name="contact_copy_phone")
        self.copy_button.setProperty("kind", "chip-cross")
        self.copy_button.set_icon_px(14)
        self.copy_button.clicked.connect(self._copy)
        row.addStretch(1)
        row.addSpacing(self._theme.px(20))
        row.addWidget(self.phone)
        row.addWidget(self.copy_button)
        row.addStretch(1)
        return row

    def _show_attributes(self, attributes: dict[str, str]) -> None:
        if attributes == self._shown_attributes:
            return
        self._shown_attributes = attributes
        while (item := self._attributes.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for key, value in attributes.items():
            self._attributes.addWidget(KeyValue(self._theme, key, value, name=f"attribute_{key}"))
        self.attributes_title.setVisible(bool(attributes))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._phone)
        self.copied.emit()
