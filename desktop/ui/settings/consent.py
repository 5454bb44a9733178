"""Consent: Strict opt-in, whether bots ask, the words that change it, what customers get as an answer, who may do what."""

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout

from desktop.domain.audience import Breakdown, Line
from desktop.domain.people import Role
from desktop.domain.settings import Settings
from desktop.domain.words import Words
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.settings.savecard import SettingsCard
from desktop.ui.settings.switch_row import SwitchRow
from desktop.ui.settings.words_field import WordsField
from desktop.ui.theme import Color, Theme

BUTTON_LENGTH = 20
"""WhatsApp takes at most 20 characters on a reply button."""

STRICT = (
    "Marketing goes only to contacts who said yes. Contacts with no choice recorded are then treated like "
    "those who opted out: left out of broadcasts, failed in sequences and the API, warned about in the "
    "compose box."
)


class StrictCard(SettingsCard):
    """The Strict switch, with what it would change today."""

    def __init__(self, theme: Theme) -> None:
        self.strict = SwitchRow(theme, "Strict opt-in", STRICT, name="consent_strict")
        super().__init__(theme, "", name="consent_strict_card")
        self.badges = QHBoxLayout()
        self.badges.setSpacing(8)
        self.yes = Badge(theme, "", BadgeKind.IN, name="consent_count_yes")
        self.none = Badge(theme, "", BadgeKind.NEUTRAL, name="consent_count_none")
        self.no = Badge(theme, "", BadgeKind.OUT, name="consent_count_no")
        for badge in (self.yes, self.none, self.no):
            badge.hide()
            self.badges.addWidget(badge)
        self.effect = Label("", "soft", wrap=True, name="consent_strict_effect")
        self.badges.addWidget(self.effect, 1)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.strict)
        column.addLayout(self.badges)
        self._breakdown: Breakdown | None = None
        self.strict.switch.toggled.connect(self.changed)
        self.strict.switch.toggled.connect(self._show_effect)

    def fill(self, settings: Settings) -> None:
        self.strict.switch.setChecked(settings.strict)

    def wanted(self, kept: Settings) -> Settings:
        return replace(kept, strict=self.strict.switch.isChecked())

    def show_breakdown(self, breakdown: Breakdown) -> None:
        """How the contacts stand now: everybody, asked for marketing with the toggle on."""
        self._breakdown = breakdown
        out = breakdown.count(Line.OPTED_OUT) + breakdown.count(Line.STOPPED_IN_WHATSAPP)
        for badge, words, kind, count in (
            (self.yes, "opted in", BadgeKind.IN, breakdown.count(Line.WILL_OPTED_IN)),
            (self.none, "no choice", BadgeKind.NEUTRAL, no_choice_count(breakdown)),
            (self.no, "opted out", BadgeKind.OUT, out),
        ):
            badge.show_badge(f"{count:,} {words}", kind)
            badge.show()
        self._show_effect()

    def _show_effect(self) -> None:
        if self._breakdown is None:
            return
        count = no_choice_count(self._breakdown)
        who = "1 contact without a choice" if count == 1 else f"{count:,} contacts without a choice"
        strict = self.strict.switch.isChecked()
        self.effect.setText(f"{who}: {'left out of marketing' if strict else 'marketing may reach them'}")


def no_choice_count(breakdown: Breakdown) -> int:
    """Contacts with nothing recorded, whether or not the workspace is strict now."""
    return breakdown.count(Line.WILL_NO_CHOICE) + breakdown.count(Line.NO_CHOICE)


BOTS_ASK = (
    "A bot answers someone who wrote to you, so it does not ask for the opt-in: a marketing template in a flow goes "
    "out, marked “Bot: consent not asked”, and is counted in the register under Bots. Where a colleague starts the flow, "
    "it asks until the customer has answered, and so it does where the customer says No after the bot began. With this on, bots always ask, as the API does: to contacts who opted out the template is not sent, and the flow goes on by its exit “Not sent”."
)


class BotsCard(SettingsCard):
    """The switch that has bots ask for the opt-in, with what it means now."""

    def __init__(self, theme: Theme) -> None:
        self.ask = SwitchRow(theme, "Bots ask consent too", BOTS_ASK, name="consent_bots_ask")
        super().__init__(theme, "", name="consent_bots_card")
        self.effect = Label("", "soft", wrap=True, name="consent_bots_effect")
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.ask)
        column.addWidget(self.effect)
        self.effect.hide()
        self.ask.switch.toggled.connect(self.changed)

    def fill(self, settings: Settings) -> None:
        self.ask.switch.setChecked(settings.bots_ask)

    def wanted(self, kept: Settings) -> Settings:
        return replace(kept, bots_ask=self.ask.switch.isChecked())

    def show_register(self, count: int) -> None:
        """How many messages went out by bots without the question so far."""
        said = "1 marketing message" if count == 1 else f"{count:,} marketing messages"
        self.effect.setText(
            f"So far {said} of bots went out without the question. They are listed under Bots → Register."
        )
        self.effect.setVisible(count > 0)


class WordsCard(SettingsCard):
    """Words that customers write to stop and to start."""

    def __init__(self, theme: Theme) -> None:
        self.out = WordsField(
            theme, label="Opt-out words", placeholder="Another word", name="consent_words_out"
        )
        self.back = WordsField(
            theme, label="Opt-in words", placeholder="Another word", name="consent_words_in"
        )
        super().__init__(
            theme,
            "Words",
            "A word counts when it is the whole message, whatever its case, spaces and punctuation: “Stop.” "
            "does, “please stop by at five” does not. A word on both lists opts out.",
            name="consent_words_card",
        )
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(self.row("words_opt_out", FormRow("Opt-out words", self.out, name="row_words_out")))
        column.addWidget(self.row("words_opt_in", FormRow("Opt-in words", self.back, name="row_words_in")))
        self.out.changed.connect(self.changed)
        self.back.changed.connect(self.changed)

    def fill(self, settings: Settings) -> None:
        self.out.show_words(settings.words.opt_out)
        self.back.show_words(settings.words.opt_in)

    def wanted(self, kept: Settings) -> Settings:
        return replace(kept, words=Words(self.out.words(), self.back.words()))


class AnswersCard(SettingsCard):
    """What someone who opts out or in again gets as an answer."""

    def __init__(self, theme: Theme) -> None:
        self.out = named(QPlainTextEdit(), "consent_opt_out_text")
        self.back = named(QPlainTextEdit(), "consent_opt_in_text")
        self.button = named(QLineEdit(), "consent_subscribe_button")
        super().__init__(
            theme,
            "Confirmations",
            "Sent at once as a service text inside the reply window. {name} becomes the contact’s first name.",
            name="consent_answers_card",
        )
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self.button_row = FormRow(
            "Button on the opt-out confirmation",
            self.button,
            help_text=self._counted(""),
            name="row_subscribe_button",
        )
        column.addWidget(self.row("opt_out_text", FormRow("After an opt-out", self.out, name="row_out_text")))
        column.addWidget(self.row("subscribe_button", self.button_row))
        column.addWidget(self.row("opt_in_text", FormRow("After an opt-in", self.back, name="row_in_text")))
        for field in (self.out, self.back):
            field.setTabChangesFocus(True)
            field.textChanged.connect(self.changed)
        self.button.textChanged.connect(self._button_typed)
        theme.changed.connect(self._rescale)
        self._rescale()

    def fill(self, settings: Settings) -> None:
        if self.out.toPlainText() != settings.opt_out_text:
            self.out.setPlainText(settings.opt_out_text)
        if self.back.toPlainText() != settings.opt_in_text:
            self.back.setPlainText(settings.opt_in_text)
        if self.button.text() != settings.subscribe_button:
            self.button.setText(settings.subscribe_button)

    def wanted(self, kept: Settings) -> Settings:
        return replace(
            kept,
            opt_out_text=self.out.toPlainText().strip(),
            opt_in_text=self.back.toPlainText().strip(),
            subscribe_button=self.button.text().strip(),
        )

    def _button_typed(self, text: str) -> None:
        self.changed()
        color: Color | None = "danger" if len(text.strip()) > BUTTON_LENGTH else None
        self.button_row.note.setText(self._counted(text.strip()))
        if self.button_row.note.property("color") != color:
            self.button_row.note.set_color(color)

    def _counted(self, text: str) -> str:
        return f"{len(text)} of {BUTTON_LENGTH} characters. Tapping it opts in again."

    def _rescale(self) -> None:
        for field in (self.out, self.back):
            field.setFixedHeight(self.theme.px(58))


_ROLES = (
    ("override", "override_roles", "Send marketing despite an opt-out"),
    ("launch", "launch_roles", "Launch and stop broadcasts"),
    ("export", "export_roles", "Export contacts"),
)
"""Part of the boxes' names, the setting, and what it allows."""


class RolesCard(SettingsCard):
    """Who may send despite an opt-out, launch broadcasts and export contacts: a box for each role."""

    def __init__(self, theme: Theme) -> None:
        self.boxes = {
            (setting, role): named(
                QCheckBox(role.value.title()),
                f"consent_{part}_{role.value}",
                f"{role.value.title()} may {words[0].lower()}{words[1:]}",
            )
            for part, setting, words in _ROLES
            for role in Role
        }
        super().__init__(
            theme,
            "Who may do what",
            "Sending despite an opt-out always needs a reason, which is kept with the message; a stop in "
            "WhatsApp itself stays closed to everyone. A broadcast to contacts who opted out needs both of the "
            "first two.",
            name="consent_roles_card",
        )
        grid = QGridLayout(self.content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(len(Role) + 1, 1)
        for line, (part, setting, words) in enumerate(_ROLES):
            grid.addWidget(Label(words, "strong", name=f"consent_{part}_label"), line, 0)
            for column, role in enumerate(Role, 1):
                box = self.boxes[setting, role]
                grid.addWidget(box, line, column)
                box.toggled.connect(self.changed)

    def fill(self, settings: Settings) -> None:
        for (setting, role), box in self.boxes.items():
            box.setChecked(role in getattr(settings, setting))

    def wanted(self, kept: Settings) -> Settings:
        return replace(
            kept,
            override_roles=self._ticked("override_roles"),
            launch_roles=self._ticked("launch_roles"),
            export_roles=self._ticked("export_roles"),
        )

    def _ticked(self, setting: str) -> frozenset[Role]:
        return frozenset(role for role in Role if self.boxes[setting, role].isChecked())
