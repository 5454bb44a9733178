"""The made-up customer of a try-out: name, opt-in, tags and fields, all as one wants them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, QTime
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QWidget

from desktop.domain.consent import Facts, OptIn
from desktop.domain.contacts import Contact
from desktop.domain.flow_checks import Known
from desktop.ui.contacts.field_editors import FieldEditor, make_field_editor
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.filters.chips_field import ChipsValue
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.frame import Body
from desktop.ui.parts.label import Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import DateTimeField

GO: Final = 1
WIDTH_PX: Final = 560
FIELDS_PX: Final = 230
OPT_IN_WORDS: Final = {OptIn.YES: "Yes", OptIn.NO: "No", OptIn.NONE: "No choice recorded"}
_SCROLLED_FROM: Final = 6
"""From so many rows of fields on they scroll."""


def made_up(now: datetime) -> Contact:
    """Who writes at first: nobody's number, and no choice about marketing."""
    return Contact(0, "Maya Tremblay", "+16045550142", Facts(OptIn.NONE), now, now)


def contact_words(contact: Contact) -> str:
    """'Maya Tremblay · opt-in: Yes'."""
    return f"{contact.shown_name} · opt-in: {OPT_IN_WORDS[contact.opt_in].lower()}"


@dataclass(frozen=True, slots=True)
class MadeUpWay:
    """How it is tried. sends: messages go out; at: when it begins, None for now; zone: the workspace's."""

    sends: bool = True
    at: datetime | None = None
    zone: ZoneInfo = ZoneInfo("UTC")


async def edit_made_up(
    desk: Desk, window: QWidget, contact: Contact, known: Known, way: MadeUpWay
) -> tuple[Contact, MadeUpWay] | None:
    """The contact as it was edited, and how it is tried; None where it was left."""
    dialog = MadeUpDialog(desk, window, contact, known, way)
    return dialog.taken if await ask(dialog) == GO else None


class MadeUpDialog(CardDialog):
    """`taken` once it is used: nothing of it is kept anywhere."""

    def __init__(self, desk: Desk, window: QWidget, contact: Contact, known: Known, way: MadeUpWay) -> None:
        super().__init__(desk.theme, window, "Who writes?", width_px=WIDTH_PX, name="made_up")
        self._contact, self._way = contact, way
        self.taken: tuple[Contact, MadeUpWay] | None = None
        self.add_text("A made-up customer, for this try-out only. The conversation begins anew.", muted=True)
        self.name = named(QLineEdit(contact.name), "made_up_name")
        self.opt_in = named(QComboBox(), "made_up_opt_in")
        for value, words in OPT_IN_WORDS.items():
            self.opt_in.addItem(words, value)
        self.opt_in.setCurrentIndex(self.opt_in.findData(contact.opt_in))
        self.tags = ChipsValue(
            desk.theme, [(one, one) for one in known.tags], "made_up_tags", free=True, hint="Type a tag"
        )
        self.tags.set_values(contact.tags)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.addWidget(FormRow("Name", self.name, name="made_up_name_row"), 0, 0)
        grid.addWidget(FormRow("Marketing opt-in", self.opt_in, name="made_up_opt_in_row"), 0, 1)
        self.body.addLayout(grid)
        self.body.addWidget(FormRow("Tags", self.tags, name="made_up_tags_row"))
        self.fields = self._add_fields(desk, contact.attributes, known)
        self.sends = named(QCheckBox("Messages go out"), "made_up_sends")
        self.sends.setChecked(way.sends)
        self._add_time(desk)
        self.body.addWidget(self.sends)
        self.body.addWidget(Label("Untick it to try the exits “Not sent”.", "muted", wrap=True))
        self.add_button("Cancel", result=0, name="made_up_cancel")
        self.go = self.add_button("Begin anew", "primary", result=GO, name="made_up_do")
        self.name.returnPressed.connect(self.go.click)
        self.focus_first(self.name)

    def _add_time(self, desk: Desk) -> None:
        """Now, or a day and time by the workspace's clock: so that office hours can be tried at night."""
        zone = self._way.zone
        begins = (self._way.at or desk.app.clock.now()).astimezone(zone)
        self.when = named(QComboBox(), "made_up_when")
        self.when.addItem("Now", False)
        self.when.addItem("At another time", True)
        self.time = DateTimeField(
            desk.theme,
            QDateTime(QDate(begins.year, begins.month, begins.day), QTime(begins.hour, begins.minute)),
            label="Day and time", name="made_up_time",
        )  # fmt: skip
        self.when.setCurrentIndex(0 if self._way.at is None else 1)
        self.time.setEnabled(self._way.at is not None)
        self.when.currentIndexChanged.connect(lambda at: self.time.setEnabled(at == 1))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.addWidget(FormRow("When do they write?", self.when, name="made_up_when_row"), 0, 0)
        grid.addWidget(FormRow(f"Day and time ({zone.key})", self.time, name="made_up_time_row"), 0, 1)
        self.body.addLayout(grid)

    def _begins_at(self) -> datetime | None:
        if not self.when.currentData():
            return None
        shown = self.time.dateTime()
        day, time = shown.date(), shown.time()
        local = datetime(
            day.year(), day.month(), day.day(), time.hour(), time.minute(), tzinfo=self._way.zone
        )
        return local.astimezone(UTC)

    def _add_fields(self, desk: Desk, values: Mapping[str, str], known: Known) -> dict[str, FieldEditor]:
        """An editor for each field of the workspace, two in a row."""
        made: dict[str, FieldEditor] = {}
        if not known.attributes:
            return made
        self.body.addWidget(SectionLabel("Fields"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        people = list(known.people.values())
        for at, attribute in enumerate(known.attributes.values()):
            editor = make_field_editor(desk.theme, attribute, people, f"made_up_field_{attribute.id}")
            editor.set_value(values.get(attribute.name, ""))
            made[attribute.name] = editor
            row = FormRow(attribute.name, editor, name=f"made_up_field_{attribute.id}_row")
            grid.addWidget(row, at // 2, at % 2)
        if len(made) < _SCROLLED_FROM:
            self.body.addLayout(grid)
            return made
        body = Body(name="made_up_fields")
        body.column.setContentsMargins(0, 0, 8, 0)
        body.column.addLayout(grid)
        body.column.addStretch(1)
        body.setMinimumHeight(desk.theme.px(FIELDS_PX))
        self.body.addWidget(body)
        return made

    def done(self, result: int) -> None:
        """What was entered is read before the card goes."""
        if result == GO:
            self.tags.finish()
            filled = {name: editor.value() for name, editor in self.fields.items()}
            self.taken = (
                replace(
                    self._contact,
                    name=" ".join(self.name.text().split()),
                    facts=Facts(OptIn(self.opt_in.currentData())),
                    tags=self.tags.values(),
                    attributes={name: value for name, value in filled.items() if value},
                ),
                replace(self._way, sends=self.sends.isChecked(), at=self._begins_at()),
            )
        super().done(result)
