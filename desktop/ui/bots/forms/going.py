"""Forms of where it goes on: to a person, into a sequence, after a while, at another place, or not at all."""

from typing import Final

from desktop.domain.flow_nodes import Assign, End, Enrol, Jump, Wait
from desktop.domain.sequence import Delay
from desktop.ui.bots.forms.form import Form
from desktop.ui.bots.forms.rows import Row
from desktop.ui.bots.forms.span_field import SpanField
from desktop.ui.bots.forms.words import steps
from desktop.ui.parts.label import Label
from desktop.ui.parts.tabs import Tab, Tabs

HERE, ELSEWHERE = "here", "elsewhere"
UNASSIGNED: Final = "Unassigned: whoever takes it"


class AssignForm(Form[Assign]):
    def make(self) -> None:
        _, self.user = self.add_choice(
            "user_id", "Give the conversation to",
            help_text="The bot stops, and starts nothing in this conversation while somebody has it.",
        )  # fmt: skip

    def show_fields(self) -> None:
        people = [(id, name) for id, name in self.place.known.people.items()]
        self.user.show_entries([(None, UNASSIGNED), *people], self.does.user_id, "Somebody who is gone")


class EnrolForm(Form[Enrol]):
    def make(self) -> None:
        _, self.sequence = self.add_choice(
            "sequence_id", "Sequence",
            help_text="By the sequence’s own rules. Its marketing messages ask consent, whatever bots do.",
        )  # fmt: skip

    def show_fields(self) -> None:
        known = [(id, name) for id, name in self.place.known.sequences.items()]
        first = [] if self.does.sequence_id is not None else [(None, "Choose a sequence")]
        self.sequence.show_entries(
            [*first, *known], self.does.sequence_id, "A sequence that takes nobody now"
        )


class WaitForm(Form[Wait]):
    def make(self) -> None:
        self.delay = SpanField(self.theme, name="node_delay", label="Wait")
        self.delay.span_changed.connect(self._chosen)
        self.add(Row("Wait", self.delay, name="node_delay", part="delay"))

    def show_fields(self) -> None:
        self.delay.show_span(self.does.delay)

    def _chosen(self, span: Delay) -> None:
        self.set("delay", delay=span)


class JumpForm(Form[Jump]):
    def make(self) -> None:
        self.where = Tabs(
            self.theme, [Tab(HERE, "In this flow"), Tab(ELSEWHERE, "Another flow")], label="Where", name="node_where"
        )  # fmt: skip
        self.where.chosen.connect(lambda _: self._turn())
        self.column.addWidget(self.where)
        self.node_row, self.node = self.add_choice("node_id", "Go on at this step")
        self.flow_row, self.flow = self.add_choice(
            "flow_id", "Begin this flow", help_text="As it is published then; the answers so far go with it."
        )
        self._shown: Jump | None = None

    def show_fields(self) -> None:
        does = self.does
        if does != self._shown:
            self._shown = does
            if does.node_id or does.flow_id is not None:
                self.where.choose(HERE if does.node_id else ELSEWHERE)
        nodes = steps(self.place.definition, self.place.known, self.place.node_id)
        self.node.show_entries([("", "Choose a step"), *nodes], does.node_id, "A step that is gone")
        flows = [(id, name) for id, name in self.place.known.flows.items()]
        self.flow.show_entries(
            [(None, "Choose a flow"), *flows], does.flow_id, "A flow that is not published"
        )
        self.node_row.setVisible(self.where.current == HERE)
        self.flow_row.setVisible(self.where.current == ELSEWHERE)

    def set(self, joint: str = "", **changed: object) -> None:
        """Only one of the two: where it leads is never in doubt."""
        if changed.get("node_id"):
            changed["flow_id"] = None
        if changed.get("flow_id") is not None:
            changed["node_id"] = ""
        super().set(joint, **changed)

    def _turn(self) -> None:
        here = self.where.current == HERE
        self.node_row.setVisible(here)
        self.flow_row.setVisible(not here)
        if here and self.does.flow_id is not None:
            super().set(flow_id=None)
        elif not here and self.does.node_id:
            super().set(node_id="")


class EndForm(Form[End]):
    def make(self) -> None:
        self.column.addWidget(
            Label("There is nothing to set.", "muted", wrap=True, tight=True, name="node_nothing")
        )
