"""The *Settings* tab: who comes in by themselves, how often, when it ends, when messages leave."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.filters import EVERYONE, Filter
from desktop.domain.sequence import LONGEST_COOLING_DAYS, Definition, Hours, Trigger
from desktop.domain.sequence_checks import Finding, Part
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.sequences.around import Around, sentences
from desktop.ui.sequences.hours_field import HoursField
from desktop.ui.sequences.optional_filter import OptionalFilter
from desktop.ui.sequences.steps_tab import LEFT, RIGHT, HappensCard
from desktop.ui.sequences.what_happens import what_happens
from desktop.ui.settings.switch_row import SwitchRow
from desktop.ui.theme import Theme

Change = Callable[[Definition], Definition]


class SettingsTab(QWidget):
    """`change_requested(Definition, joint)`: what a person set. show_definition() shows without telling."""

    change_requested = Signal(object, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._definition = Definition()
        self.trigger = TriggerCard(theme)
        self.again = AgainCard(theme)
        self.ends = EndsCard(theme)
        self.hours = HoursCard(theme)
        self.happens = HappensCard(theme)
        cards = QVBoxLayout()
        cards.setSpacing(16)
        for card in (self.trigger, self.again, self.ends, self.hours):
            cards.addWidget(card)
            card.wanted.connect(self._change)
        cards.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        row.addLayout(cards, LEFT)
        side = QVBoxLayout()
        side.addWidget(self.happens)
        side.addStretch(1)
        row.addLayout(side, RIGHT)
        named(self, "sequence_settings", "Settings")

    def show_definition(
        self, definition: Definition, around: Around, found: tuple[Finding, ...], refused: str
    ) -> None:
        """refused: why the person who sits here may not change it; "" when they may."""
        self._definition = definition
        self.happens.show_sentences(what_happens(definition, around) if definition.steps else ())
        for card in (self.trigger, self.again, self.ends, self.hours):
            card.show_definition(definition, around)
            card.show_findings(found)
            card.setEnabled(not refused)
            card.setToolTip(refused)

    def forget(self) -> None:
        """Another sequence is going to be shown."""
        for each in self.findChildren(OptionalFilter):
            each.forget()

    def flush(self) -> None:
        """Tell what is still being typed."""
        for each in self.findChildren(OptionalFilter):
            each.flush()

    def _change(self, change: Change, joint: str) -> None:
        self.change_requested.emit(change(self._definition), joint)


class SettingsCard(Card):
    """One group. `wanted(change, joint)`: change makes the new definition of the old one."""

    wanted = Signal(object, str)
    _silent = False

    def show_definition(self, definition: Definition, around: Around) -> None:
        """Show it without telling."""

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        """Say what is wrong beside its cause."""

    def switch(self, theme: Theme, title: str, sentence: str, name: str, change: Callable[[bool], Change]) -> SwitchRow:  # fmt: skip
        """A switch that asks for a change when a person turns it."""
        row = SwitchRow(theme, title, sentence, name=name)
        row.switch.toggled.connect(lambda on: None if self._silent else self.wanted.emit(change(on), ""))
        return row

    def turn(self, row: SwitchRow, on: bool) -> None:
        """Show a switch on or off without telling."""
        self._silent = True
        row.switch.setChecked(on)
        self._silent = False


def _triggered(**changes: bool | Filter) -> Change:
    return lambda before: replace(before, trigger=replace(before.trigger, **changes))  # type: ignore[arg-type]  # named below


class TriggerCard(SettingsCard):
    """Who comes in without being put in."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Who comes in by themselves?", spacing_px=14, name="sequence_trigger")
        self.created = self.switch(
            theme, "When a contact is created",
            "By a person, an import, the API or a first message. Contacts that are there already are not put in.",
            "sequence_on_created", lambda on: _triggered(on_created=on),
        )  # fmt: skip
        self.updated = self.switch(
            theme, "When a contact is updated",
            "A field, a tag or the opt-in changes. Contacts that nobody changes are not put in.",
            "sequence_on_updated", lambda on: _triggered(on_updated=on),
        )  # fmt: skip
        self.condition = OptionalFilter(
            theme, "Only those who meet a condition",
            "Looked at when the contact is created or updated.", name="sequence_trigger_condition",
        )  # fmt: skip
        self.condition.filter_changed.connect(
            lambda wanted: self.wanted.emit(_triggered(condition=wanted or EVERYONE), "trigger")
        )
        self.note = Label("", "muted", wrap=True, tight=True, color="warn", name="sequence_trigger_note")
        self.body.addWidget(
            Label(
                "Without either, only people put contacts in, with “Enrol contacts…”.",
                "soft",
                wrap=True,
                name="sequence_trigger_none",
            )
        )
        for row in (self.created, self.updated, self.condition, self.note):
            self.body.addWidget(row)

    def show_definition(self, definition: Definition, around: Around) -> None:
        trigger: Trigger = definition.trigger
        self.turn(self.created, trigger.on_created)
        self.turn(self.updated, trigger.on_updated)
        self.condition.show_condition(trigger.condition, around.vocabulary)
        self.condition.setVisible(trigger.is_set)

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        blocking = tuple(one for one in found if one.blocks)
        self.condition.show_problem(sentences(blocking, Part.TRIGGER))
        warned = sentences(tuple(one for one in found if not one.blocks), Part.TRIGGER)
        self.note.setText(warned)
        self.note.setVisible(bool(warned))


class AgainCard(SettingsCard):
    """Whether one may go through it twice."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("How often?", spacing_px=14, name="sequence_again")
        self.once = self.switch(
            theme, "Only once per contact", "Whoever was in this sequence before does not come in again, unless they were taken out and a person puts "
            "them in.",
            "sequence_run_once", lambda on: lambda before: replace(before, run_once=on),
        )  # fmt: skip
        self.days = NumberField(
            theme, 0, LONGEST_COOLING_DAYS, 0, label="Cooling period, days", name="sequence_cooling"
        )
        self.days.setSuffix(" days")
        self.days.valueChanged.connect(self._days_changed)
        self.cooling = QWidget()
        row = QHBoxLayout(self.cooling)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(2)
        title = Label("Cooling period", "title", wrap=True)
        title.setBuddy(self.days)
        words.addWidget(title)
        words.addWidget(
            Label(
                "After the end of a run, so long until the same contact may come in again.", "soft", wrap=True
            )
        )
        self.problem = Label(
            "", "muted", color="danger", wrap=True, tight=True, name="sequence_cooling_problem"
        )
        words.addWidget(self.problem)
        row.addWidget(self.days)
        row.addLayout(words, 1)
        self.body.addWidget(self.once)
        self.body.addWidget(self.cooling)

    def show_definition(self, definition: Definition, around: Around) -> None:
        self.turn(self.once, definition.run_once)
        if self.days.value() != definition.cooling_days:
            self.days.blockSignals(True)
            self.days.setValue(definition.cooling_days)
            self.days.blockSignals(False)
        self.cooling.setVisible(not definition.run_once)

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        said = sentences(found, Part.COOLING)
        self.problem.setText(said)
        self.problem.setVisible(bool(said))

    def _days_changed(self, days: int) -> None:
        self.wanted.emit(lambda before: replace(before, cooling_days=days), "cooling")


class EndsCard(SettingsCard):
    """Goals, and what a message that was not delivered means."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("When does it end before the last step?", spacing_px=14, name="sequence_ends")
        self.success = OptionalFilter(
            theme, "Success goal", "Whoever meets it has got there: no further step is sent to them.",
            name="sequence_success",
        )  # fmt: skip
        self.failure = OptionalFilter(
            theme, "Failure goal", "Whoever meets it is taken for lost: no further step is sent to them.",
            name="sequence_failure",
        )  # fmt: skip
        self.success.filter_changed.connect(
            lambda wanted: self.wanted.emit(lambda before: replace(before, success=wanted), "success")
        )
        self.failure.filter_changed.connect(
            lambda wanted: self.wanted.emit(lambda before: replace(before, failure=wanted), "failure")
        )
        self.only_if_sent = self.switch(
            theme, "Send a step only if the one before was sent",
            "A message that WhatsApp could not deliver ends the run. An opt-out never does: the marketing step "
            "fails with the reason, and they move on to the next one.",
            "sequence_only_if_sent", lambda on: lambda before: replace(before, only_if_sent=on),
        )  # fmt: skip
        for row in (self.success, self.failure, self.only_if_sent):
            self.body.addWidget(row)

    def show_definition(self, definition: Definition, around: Around) -> None:
        self.success.show_filter(definition.success, around.vocabulary)
        self.failure.show_filter(definition.failure, around.vocabulary)
        self.turn(self.only_if_sent, definition.only_if_sent)

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        self.success.show_problem(sentences(found, Part.SUCCESS))
        self.failure.show_problem(sentences(found, Part.FAILURE))


class HoursCard(SettingsCard):
    """Hours and weekdays of every step that has none of its own."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("When may messages leave?", spacing_px=12, name="sequence_hours_card")
        self.field = HoursField(theme, name="sequence_hours")
        self.field.hours_changed.connect(self._hours_changed)
        self.problem = Label(
            "", "muted", color="danger", wrap=True, tight=True, name="sequence_hours_problem"
        )
        self.body.addWidget(
            Label(
                "A step that is due outside of these hours waits until they begin. A step can have hours of its own.",
                "soft",
                wrap=True,
            )
        )
        self.body.addWidget(self.field)
        self.body.addWidget(self.problem)

    def show_definition(self, definition: Definition, around: Around) -> None:
        self.field.show_hours(definition.hours, around.settings.time_zone)

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        said = sentences(found, Part.HOURS)
        self.problem.setText(said)
        self.problem.setVisible(bool(said))

    def _hours_changed(self, hours: Hours) -> None:
        self.wanted.emit(lambda before: replace(before, hours=hours), "hours")
