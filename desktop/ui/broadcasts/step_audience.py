"""Step 2: who gets it."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.audience import Line
from desktop.domain.broadcast_wizard import WizardState
from desktop.domain.contacts import Contact
from desktop.domain.phones import pretty
from desktop.ui.broadcasts import words
from desktop.ui.broadcasts.segment_choice import SegmentRow
from desktop.ui.filters.filter_builder import FilterBuilder
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import ROW, Cell, Column, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.switch import Switch
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme
from desktop.ui.why.on_rows import offer_why

Recipient = tuple[Contact, Line]
TOGGLE = "Send message to contacts who opted-in for marketing"


class ToggleCard(Card):
    """The toggle of marketing templates, on unless a person turns it off; off, the warning."""

    toggle_requested = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=14, name="wizard_toggle_card")
        self.switch = Switch(theme, TOGGLE, checked=True, name="wizard_toggle")
        self.before = Label("", "muted", name="wizard_toggle_template")
        self.badge = Badge(theme, "Marketing", BadgeKind.MARKETING)
        self.warning = Banner(theme, "warn", "", name="wizard_toggle_warning")
        title = Label(TOGGLE, "title", wrap=True, tight=True)
        title.setBuddy(self.switch)
        small = QHBoxLayout()
        small.setSpacing(4)
        small.addWidget(self.before)
        small.addWidget(self.badge)
        small.addWidget(Label("template. Recommended: keep this on.", "muted"))
        small.addStretch(1)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(title)
        text.addLayout(small)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(text, 1)
        self.body.addLayout(row)
        self.body.addWidget(self.warning)
        self.switch.clicked.connect(lambda: self.toggle_requested.emit(self.switch.isChecked()))

    def show_state(self, state: WizardState) -> None:
        self.setVisible(state.shows_toggle)
        if not state.shows_toggle or state.template is None:
            return
        on = state.draft.only_opted_in
        if self.switch.isChecked() != on:
            self.switch.setChecked(on)
        self.before.setText(f"“{state.template.name}” is a")
        self.warning.setVisible(not on)
        if not on:
            count = state.breakdown.despite_count if state.breakdown else 0
            self.warning.show_banner("warn", warning_html(count, counting=state.counting))


def warning_html(despite_count: int, *, counting: bool = False) -> str:
    """What stands under the toggle while it is off."""
    people = (
        f"{despite_count:,} contact{'' if despite_count == 1 else 's'} who opted out will get this message."
    )
    if counting:
        people = "Contacts who opted out will get this message."
    elif not despite_count:
        people = "Contacts who opted out are not left out any more; nobody selected has opted out now."
    return (
        f"<b>{escape(people)}</b> Blocks and reports from them can lower the quality rating of your number. "
        "You will be asked to confirm and give a reason."
    )


class RecipientsCard(Card):
    """The first fifty, each with what it will get."""

    search_requested = Signal(str)
    contact_requested = Signal(int)
    why_requested = Signal(int, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Preview of recipients", note="first 50", name="wizard_recipients_card")
        self.search = SearchField(theme, "Search", hint="Ctrl F", name="wizard_recipient_search")
        self.search.setMinimumWidth(theme.px(190))
        self.search.search_requested.connect(self.search_requested)
        self.header.addWidget(self.search)
        columns: list[Column[Recipient]] = [
            Column("Contact", lambda row: Cell(row[0].shown_name)),
            Column("Phone", lambda row: pretty(row[0].phone) if row[0].phone else "–"),
            Column("Marketing opt-in", _opt_in),
            Column("Will receive", _will_receive),
        ]
        self.rows = Rows(columns)
        self.table = LowTable(theme, self.rows, label="Preview of recipients", name="wizard_recipients")
        self.table.setMinimumHeight(theme.px(170))
        self.table.activated.connect(self._activated)
        self.nobody = Label("", "soft", wrap=True, name="wizard_recipients_none")
        self.nobody.hide()
        self.chosen = ChosenPerson(theme)
        self.chosen.why.clicked.connect(self._why)
        self.table.selectionModel().selectionChanged.connect(self._choose)
        offer_why(theme, self.table, "wizard_row_why", lambda row: self.why_requested.emit(row[0].id, row[1]))
        self.body.addWidget(self.nobody)
        self.body.addWidget(self.chosen)
        self.body.addWidget(self.table, 1)

    def show_recipients(self, rows: Sequence[Recipient]) -> None:
        self.rows.set_rows(rows)
        self._choose()
        searched = bool(self.search.text().strip())
        self.nobody.setText("Nobody selected has this name or phone." if searched else "Nobody matches.")
        self.nobody.setVisible(not rows)

    def _choose(self) -> None:
        selected = self.table.selectionModel().selectedRows()
        self.chosen.show_person(selected[0].data(ROW) if selected else None)

    def _why(self) -> None:
        row = self.table.chosen_row()
        if row is not None:
            self.why_requested.emit(row[0].id, row[1])

    def _activated(self) -> None:
        row = self.table.chosen_row()
        if row is not None:
            self.contact_requested.emit(row[0].id)


class ChosenPerson(QFrame):
    """What the chosen person gets, in a sentence, and *Why?*."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "inset")
        self.text = Label("", wrap=True, rich=True, tight=True, name="wizard_chosen_text")
        self.why = Button(theme, "Why?", "link", name="wizard_why")
        self.why.setToolTip("Why this contact gets the message or not, step by step (?)")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        row.addWidget(self.why)
        named(self, "wizard_chosen", "The chosen contact")
        self.hide()

    def show_person(self, row: Recipient | None) -> None:
        self.setVisible(row is not None)
        if row is None:
            return
        sentence = "Gets the message." if row[1].is_sent else row[1].reason.sentence
        self.text.setText(f"<b>{escape(row[0].shown_name)}</b> · {escape(sentence)}")


def _opt_in(row: Recipient) -> Cell:
    text, kind = words.OPT_IN[row[0].opt_in]
    if row[0].facts.stopped_in_whatsapp:
        return Cell("Stopped in WhatsApp", BadgeKind.OUT)
    return Cell(text, kind)


def _will_receive(row: Recipient) -> Cell:
    text, quiet = words.will_receive(row[1])
    return Cell(
        text, color="muted" if quiet else "text", tooltip="" if row[1].is_sent else row[1].reason.sentence
    )


class AudienceStep(QWidget):
    """The three cards on the left; the builder's filter and the toggle are `…_requested`."""

    filter_requested = Signal(object)
    toggle_requested = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.builder = FilterBuilder(theme)
        self.builder.filter_changed.connect(self.filter_requested)
        self.toggle = ToggleCard(theme)
        self.toggle.toggle_requested.connect(self.toggle_requested)
        self.recipients = RecipientsCard(theme)
        who = Card("Who should get it?", name="wizard_audience_card")
        self.segment = SegmentRow(theme)
        self.builder.filter_changed.connect(self.segment.show_filter)
        by = QHBoxLayout()
        by.setSpacing(8)
        tabs = Tabs(theme, [Tab("filter", "Filter contacts")], label="How", name="wizard_audience_by")
        by.addWidget(tabs, 0, Qt.AlignmentFlag.AlignVCenter)
        by.addWidget(self.segment)
        by.addStretch(1)
        who.body.addLayout(by)
        who.body.addWidget(self.builder)
        self.everyone = Label(
            "Without conditions the whole contact list is selected.",
            "muted",
            wrap=True,
            name="wizard_everyone",
        )
        who.body.addWidget(self.everyone)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(who)
        column.addWidget(self.toggle)
        column.addWidget(self.recipients, 1)

    def show_state(self, state: WizardState) -> None:
        self.toggle.show_state(state)
        self.everyone.setVisible(not self.builder.group.rows)
