"""One contact's page as a picture: who it is, what is known, what they said about marketing, what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.consent import Path
from desktop.domain.contacts import Contact
from desktop.domain.conversations import MessageView
from desktop.domain.filters import Attribute
from desktop.domain.people import Right
from desktop.domain.phones import pretty
from desktop.domain.sequence import Enrolment
from desktop.domain.why import PATH_WORDS
from desktop.services.contacts import ContactBroadcast
from desktop.services.conversations import OpenConversation
from desktop.ui.broadcasts import words
from desktop.ui.contacts.columns import opt_in_badge, value_words
from desktop.ui.contacts.runs_card import RunsCard
from desktop.ui.conversations import words as talk_words
from desktop.ui.conversations.optin import OptInCard
from desktop.ui.conversations.tags import Tags
from desktop.ui.parts import when
from desktop.ui.parts.avatar import Avatar
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Card
from desktop.ui.parts.frame import EDGE_PX, HEADER_PX, Bar, Body, LowTable, stacked
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import ElidedLabel, Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.theme import Theme

SIDE_PX, LEAST_MESSAGES_PX, LEAST_BROADCASTS_PX = 320, 300, 150
SHOWN_MESSAGES = 50


@dataclass(frozen=True, slots=True)
class ContactState:
    """Everything the page shows. twins: who may be the same person."""

    opened: OpenConversation
    broadcasts: Sequence[ContactBroadcast]
    twins: Sequence[Contact]
    attributes: Sequence[Attribute]
    known_tags: Sequence[str]
    runs: Sequence[Enrolment] = ()

    @property
    def contact(self) -> Contact:
        return self.opened.contact


class ContactView(QWidget):
    """`…_requested` for everything a person can ask."""

    back_requested = Signal()
    message_requested = Signal()
    edit_requested = Signal()
    merge_requested = Signal()
    broadcast_requested = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._now: datetime | None = None
        self._fields: dict[str, str] | None = None
        self.opt_in = OptInCard(theme, most_events=None)
        self.tags = Tags(theme)
        body = self._body = Body(name="contact_body")
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addLayout(self._make_side())
        columns.addLayout(self._make_main(), 1)
        self.twins = Banner(theme, "info", "", action="Merge…", icon="users", name="contact_twins")
        self.twins.action_requested.connect(self.merge_requested)
        self.twins.hide()
        body.column.addWidget(self.twins)
        body.column.addLayout(columns, 1)
        self.setLayout(stacked(self._make_head(), body))
        named(self, "contact_page", "Contact")

    # What it shows.

    def show_state(self, state: ContactState, now: datetime, refusal: dict[Right, str]) -> None:
        """refusal: by right, why this person may not; "" when they may."""
        self._now = now
        contact = state.contact
        self.avatar.set_person(contact.shown_name)
        self.name.setText(contact.shown_name)
        self.phone.setText(pretty(contact.phone) if contact.phone else "No phone number")
        self.badge.show_badge(*opt_in_badge(contact))
        for button, right, usual in (
            (self.message, Right.REPLY, "Open the conversation"),
            (self.edit, Right.EDIT_CONTACTS, "Edit (F2)"),
            (self.merge, Right.MERGE, "Make one contact of two"),
        ):
            button.setEnabled(not refusal[right])
            button.setToolTip(refusal[right] or usual)
        self.merge.setVisible(bool(state.twins))
        self.opt_in.show_state(
            contact, state.opened.history, now, may_change=not refusal[Right.CHANGE_OPT_IN]
        )
        self.tags.show_state(contact.tags, state.known_tags)
        self.tags.setEnabled(not refusal[Right.EDIT_CONTACTS])
        self._show_fields(state)
        self._show_twins(state.twins, refusal[Right.MERGE])
        newest = list(reversed(state.opened.messages))[:SHOWN_MESSAGES]
        self.messages.set_rows(newest)
        self.no_messages.setVisible(not newest)
        self.messages_table.setVisible(bool(newest))
        self.broadcasts.set_rows(state.broadcasts)
        self.no_broadcasts.setVisible(not state.broadcasts)
        self.broadcasts_table.setVisible(bool(state.broadcasts))
        self.runs.show_runs(state.runs, now, refusal[Right.SEQUENCES])

    def show_event(self, event_id: int) -> None:
        """Mark an entry of the history and bring it into sight."""
        line = self.opt_in.mark_event(event_id)
        if line is not None:
            QTimer.singleShot(0, line, lambda: self._body.ensureWidgetVisible(line))  # laid out by then

    def show_way_back(self, words: str) -> None:
        """Where Back leads."""
        self.back.setToolTip(f"{words} (Esc)")
        self.back.setAccessibleName(words)

    def _show_fields(self, state: ContactState) -> None:
        contact = state.contact
        shown = {"Created": when.stamp(contact.created_at, self._at())}
        wrote = contact.last_inbound_at
        shown["Last wrote"] = when.stamp(wrote, self._at()) if wrote else "Never"
        for one in state.attributes:
            value = contact.attributes.get(one.name, "")
            shown[one.name] = value_words(one.kind, value) or "–"
        if shown == self._fields:
            return
        self._fields = shown
        while (item := self._details.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for key, value in shown.items():
            self._details.addWidget(KeyValue(self._theme, key, value, name=f"contact_detail_{key}"))

    def _show_twins(self, twins: Sequence[Contact], refusal: str) -> None:
        self.twins.setVisible(bool(twins))
        if twins:
            first = twins[0]
            who = f"<b>{escape(first.shown_name)}</b>"
            if first.phone:
                who += f" ({escape(pretty(first.phone))})"
            more = f" and {len(twins) - 1} more" if len(twins) > 1 else ""
            self.twins.show_banner("info", f"{who}{more} may be the same person.", "Merge…")
            self.twins.action.setEnabled(not refusal)
            self.twins.action.setToolTip(refusal)

    def _at(self) -> datetime:
        assert self._now is not None
        return self._now

    # What it is made of.

    def _make_head(self) -> Bar:
        theme = self._theme
        head = Bar(theme, "header", HEADER_PX, name="contact_header")
        self.back = IconButton(theme, "arrow-left", "All contacts (Esc)", name="contact_back")
        self.avatar = Avatar(theme, "", 32, name="contact_page_avatar")
        self.name = ElidedLabel("", "title", name="contact_page_name")
        self.name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.phone = Label("", "muted", selectable=True, name="contact_page_phone")
        self.badge = Badge(theme, "No choice", name="contact_page_badge")
        self.merge = Button(theme, "Merge…", name="contact_merge")
        self.edit = Button(theme, "Edit", icon="pencil-simple", name="contact_edit")
        self.message = Button(theme, "Message", "primary", icon="chat-circle-dots", name="contact_message")
        self.back.clicked.connect(self.back_requested)
        self.merge.clicked.connect(self.merge_requested)
        self.edit.clicked.connect(self.edit_requested)
        self.message.clicked.connect(self.message_requested)
        head.row.setContentsMargins(EDGE_PX - 8, 0, EDGE_PX, 0)
        head.row.addWidget(self.back)
        head.row.addWidget(self.avatar)
        head.row.addSpacing(2)
        head.row.addWidget(self.name)
        head.row.addWidget(self.phone)
        head.row.addSpacing(4)
        head.row.addWidget(self.badge)
        head.row.addStretch(1)
        for button in (self.merge, self.edit, self.message):
            head.row.addWidget(button)
        return head

    def _make_side(self) -> QVBoxLayout:
        details = Card(spacing_px=4, pad_px=14, name="contact_details")
        details.setAccessibleName("Details")
        details.body.addWidget(SectionLabel("Details"))
        self._details = QVBoxLayout()
        self._details.setSpacing(0)
        details.body.addLayout(self._details)
        tags = Card(spacing_px=8, pad_px=14, name="contact_tags_card")
        tags.setAccessibleName("Tags")
        tags.body.addWidget(SectionLabel("Tags"))
        tags.body.addWidget(self.tags)
        side = QVBoxLayout()
        side.setSpacing(16)
        for card in (details, tags, self.opt_in):
            card.setFixedWidth(self._theme.px(SIDE_PX))
            side.addWidget(card)
        side.addStretch(1)
        return side

    def _make_main(self) -> QVBoxLayout:
        theme = self._theme
        self.messages: Rows[MessageView] = Rows(self._message_columns())
        self.messages_table = LowTable(theme, self.messages, label="Messages", name="contact_messages")
        self.messages_table.setMinimumHeight(theme.px(LEAST_MESSAGES_PX))
        self.messages_table.activated.connect(self.message_requested)
        self.no_messages = Label(
            "Nothing was sent or received yet.", "soft", wrap=True, name="contact_no_messages"
        )
        self.open_conversation = Button(theme, "Open conversation", "link", name="contact_open_conversation")
        self.open_conversation.clicked.connect(self.message_requested)
        messages = Card("Messages", note=f"last {SHOWN_MESSAGES}", name="contact_messages_card")
        messages.header.addWidget(self.open_conversation)
        messages.body.addWidget(self.no_messages, 1, Qt.AlignmentFlag.AlignTop)
        messages.body.addWidget(self.messages_table, 1)
        self.broadcasts: Rows[ContactBroadcast] = Rows(self._broadcast_columns())
        self.broadcasts_table = LowTable(
            theme, self.broadcasts, label="Broadcasts", name="contact_broadcasts"
        )
        self.broadcasts_table.setMinimumHeight(theme.px(LEAST_BROADCASTS_PX))
        self.broadcasts_table.activated.connect(self._open_broadcast)
        self.no_broadcasts = Label("In no broadcast so far.", "soft", wrap=True, name="contact_no_broadcasts")
        broadcasts = Card(
            "Broadcasts", note="each one the contact was selected for", name="contact_broadcasts_card"
        )
        broadcasts.body.addWidget(self.no_broadcasts, 1, Qt.AlignmentFlag.AlignTop)
        broadcasts.body.addWidget(self.broadcasts_table, 1)
        main = QVBoxLayout()
        main.setSpacing(16)
        main.addWidget(messages, 3)
        self.runs = RunsCard(theme)
        main.addWidget(broadcasts, 2)
        main.addWidget(self.runs)
        return main

    def _message_columns(self) -> list[Column[MessageView]]:
        return [
            Column("When", lambda one: _moment(one.at, self._at()), 104),
            Column("Path", _path, 190),
            Column("Message", _message),
            Column("Status", _status_and_reason, 200),
        ]  # fmt: skip

    def _broadcast_columns(self) -> list[Column[ContactBroadcast]]:
        return [
            Column("When", lambda one: _moment(one.at, self._at()), 104),
            Column("Broadcast", lambda one: Cell(one.name, bold=True)),
            Column(
                "Selected as", lambda one: Cell(one.line.label, color="text" if one.line.is_sent else "muted")
            ),
            Column(
                "Status", lambda one: _status(one.message) if one.message else Cell("–", color="muted"), 150
            ),
        ]

    def _open_broadcast(self) -> None:
        row = self.broadcasts_table.chosen_row()
        if row is not None:
            self.broadcast_requested.emit(row.broadcast_id)


def _moment(at: datetime, now: datetime) -> Cell:
    return Cell(when.stamp(at, now), color="muted", tooltip=when.full(at))


def _path(one: MessageView) -> Cell:
    if not one.outgoing:
        return Cell("Received", icon="arrow-down-left", color="muted")
    path = PATH_WORDS[one.path] if one.path else ""
    source = {Path.BROADCAST: one.broadcast_name, Path.SEQUENCE: talk_words.sequence_step(one)}
    author = source.get(one.path, one.author_name) if one.path else one.author_name
    whole = f"{path} · {author}" if author else path
    named_path = one.path in (Path.BROADCAST, Path.SEQUENCE)
    return Cell(whole if named_path else path, icon="arrow-up-right", color="muted", tooltip=whole)


def _message(one: MessageView) -> Cell:
    text = talk_words.one_line(one.text)
    if one.template_name:
        # In two lines: what stands before the first break decides whether Qt takes a tooltip for HTML.
        whole = f"Template {one.template_name}\n{one.text}".rstrip()
        return Cell(text or one.template_name, icon="file-text", tooltip=whole)
    media = talk_words.media_of(one.kind)
    if media is not None:
        return Cell(text or media[1], icon=media[0])
    return Cell(text)


def _status_and_reason(one: MessageView) -> Cell:
    """'Failed – not on WhatsApp (131026)'."""
    cell, reason = _status(one), words.message_reason(one)
    if not reason:
        despite = talk_words.despite_words(one)
        if not despite:
            return cell
        return replace(
            cell, text=f"{cell.text} – {talk_words.lower_first(despite)}", tooltip=one.override_reason
        )
    text = f"{cell.text} – {talk_words.lower_first(reason)}"
    return replace(cell, text=text, tooltip=words.message_sentence(one))


def _status(one: MessageView) -> Cell:
    if one.status is None:
        return Cell("–", color="muted")
    text, icon, color = words.status_of(one)
    return Cell(text, icon=icon, color=color, tooltip=when.full(one.changed_at))
