"""Publishing a flow: what will change for customers, and a note for the colleagues."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.flow import FlowDefinition, FlowRecord, FlowStatus
from desktop.domain.flow_compare import Difference, differences
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

GO: Final = 1
MOST_SHOWN: Final = 8
LONGEST_NOTE: Final = 200
_CONSENT: Final = (
    "Marketing templates in it go out without asking consent, and stand in the register. Consent is asked where a "
    "colleague starts the flow, until the customer has answered, and where the customer says No after the bot began."
)
_CONSENT_ASKED: Final = (
    "Marketing templates in it are not sent to who said No: bots ask consent in this workspace."
)


@dataclass(frozen=True, slots=True)
class Published:
    """What a person says to it. note: for the list of versions, or ""."""

    note: str = ""


def who_words(record: FlowRecord, running_count: int) -> str:
    """What becomes of the customers that are in it, and of those that come."""
    if record.version_number is None:
        return "From now on it answers customers whose message fits one of its triggers."
    if not running_count:
        return "Customers who come in from now on follow it. Nobody is in the flow now."
    those = "The customer who is in the flow now goes" if running_count == 1 else (
        f"The {running_count:,} customers who are in the flow now go"
    )  # fmt: skip
    return f"Customers who come in from now on follow it. {those} on with the version they came in with."


def what_changes(record: FlowRecord, definition: FlowDefinition) -> tuple[str, ...]:
    """A sentence for each difference, the first of them if there are many; none of a first version."""
    if record.version_number is None:
        return ()
    found: tuple[Difference, ...] = differences(record.definition, definition)
    told = tuple(one.sentence for one in found[:MOST_SHOWN])
    rest_count = len(found) - len(told)
    return (*told, f"And {rest_count:,} more.") if rest_count else told


class PublishDialog(CardDialog):
    """Says what will change; `note` is what was written."""

    def __init__(
        self, theme: Theme, window: QWidget, record: FlowRecord, definition: FlowDefinition, running_count: int,
        *, marketing_count: int, asks: bool,
    ) -> None:  # fmt: skip
        number = (record.version_number or 0) + 1
        super().__init__(
            theme, window, f"Publish version {number} of “{record.name}”?", name="bots_publish_card"
        )
        self.add_text(who_words(record, running_count))
        if record.status is FlowStatus.OFF:
            self.add_text("The flow is off now. Publishing turns it on.")
        told = what_changes(record, definition)
        if told:
            self.body.addWidget(SectionLabel("What changes for customers"))
            for sentence in told:
                self.add_text(f"• {sentence}", muted=True)
        if marketing_count:
            words = self.add_text(_CONSENT_ASKED if asks else _CONSENT)
            words.setObjectName("bots_publish_consent")
            words.set_color("warn")
        self.note = named(QLineEdit(), "bots_publish_note")
        self.note.setMaxLength(LONGEST_NOTE)
        self.note.setPlaceholderText("Optional. Colleagues read it in the list of versions.")
        self.body.addWidget(FormRow("Note", self.note, name="bots_publish_note_row"))
        self.note.returnPressed.connect(lambda: self.done(GO))
        self.add_button("Not yet", result=0, name="bots_publish_keep")
        go = self.add_button(f"Publish v{number}", "primary", result=GO, name="bots_publish_do")
        self.focus_first(go)


async def ask_publish(
    theme: Theme, window: QWidget, record: FlowRecord, definition: FlowDefinition, running_count: int,
    *, marketing_count: int, asks: bool,
) -> Published | None:  # fmt: skip
    """None where the person does not go on."""
    dialog = PublishDialog(
        theme, window, record, definition, running_count, marketing_count=marketing_count, asks=asks
    )
    return Published(dialog.note.text()) if await ask(dialog) == GO else None
