"""A message to try the triggers of a flow with."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.flow import Trigger
from desktop.domain.flow_findings import Known
from desktop.domain.flow_triggers import Incoming, asked_before, fires
from desktop.ui.bots.forms.boxes import LineBox
from desktop.ui.bots.forms.rows import Choosing
from desktop.ui.bots.forms.trigger_card import trigger_name
from desktop.ui.parts.label import Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

AS_MESSAGE, AS_PAYLOAD, AS_ADVERTISEMENT = "message", "payload", "advertisement"


class TryTriggers(QWidget):
    """A message to try: which trigger takes it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._triggers: tuple[Trigger, ...] = ()
        self._known = Known()
        self.how = Choosing(name="node_trigger_try_how", label="What comes in")
        self.how.show_entries(
            ((AS_MESSAGE, "A message"), (AS_PAYLOAD, "A pressed button"), (AS_ADVERTISEMENT, "An advertisement")),
            AS_MESSAGE,
        )  # fmt: skip
        self.how.activated.connect(lambda _: self._show())
        self.said = LineBox(hint="Write as the customer…", name="node_trigger_try", label="Try a message")
        self.said.edited.connect(lambda _: self._show())
        self.result = Label("", "muted", wrap=True, tight=True, name="node_trigger_try_result")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (SectionLabel("Try a message"), self.how, self.said, self.result):
            column.addWidget(widget)
        named(self, "node_trigger_try_box", "Try a message")
        self._show()

    def show_triggers(self, triggers: tuple[Trigger, ...], known: Known) -> None:
        self._triggers, self._known = triggers, known
        self._show()

    def incoming(self) -> Incoming:
        """What was written, as it would come in."""
        text = self.said.text()
        if self.how.value == AS_PAYLOAD:
            return Incoming(text, payload=text)
        if self.how.value == AS_ADVERTISEMENT:
            return Incoming(advertisement=text)
        return Incoming(text)

    def _show(self) -> None:
        if not self.said.text() and self.how.value != AS_ADVERTISEMENT:
            self.result.setText("")
            self.result.hide()
            return
        incoming = self.incoming()
        found = next((at for at, one in enumerate(self._triggers, 1) if fires(one, incoming)), 0)
        other = self._first(self._triggers[found - 1], incoming) if found else ""
        if other:
            self.result.setText(
                f"Starts “{other}” first: this flow is not asked. It fits trigger {found} here."
            )
        elif found:
            taken = self._triggers[found - 1]
            self.result.setText(f"Starts this flow: trigger {found}, “{trigger_name(taken)}”.")
        else:
            self.result.setText("Does not start this flow.")
        self.result.set_color("accent" if found and not other else "warn")
        self.result.show()

    def _first(self, trigger: Trigger, incoming: Incoming) -> str:
        """The flow that takes it before this trigger does; "" for none."""
        before = asked_before(trigger, self._known.flow_id, self._known.asked)
        return next((one.flow_name for one in before if fires(one.trigger, incoming)), "")
