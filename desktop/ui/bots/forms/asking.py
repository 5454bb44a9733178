"""Forms of what waits for the customer: buttons, a list, a question."""

from typing import Final

from desktop.domain.compose import MAX_TEXT_LENGTH
from desktop.domain.fields import KINDS as FIELD_KINDS
from desktop.domain.filters import Kind
from desktop.domain.flow_answers import compiled, fitting
from desktop.domain.flow_message_checks import LONGEST_ROW, MOST_TRIES
from desktop.domain.flow_nodes import LONGEST_BODY, OTHER, AnswerKind, Question, SendButtons, SendList
from desktop.domain.flow_session import Said
from desktop.domain.interactive import LONGEST_BUTTON, MOST_BUTTONS, MOST_ROWS
from desktop.ui.bots.forms.boxes import LineBox
from desktop.ui.bots.forms.choices import ChoicesField
from desktop.ui.bots.forms.form import D, Form
from desktop.ui.bots.forms.rows import Row
from desktop.ui.parts.label import Label
from desktop.ui.parts.numberfield import NumberField

ANSWER_KINDS: Final = (
    (AnswerKind.ANYTHING, "Anything"),
    (AnswerKind.NUMBER, "A number"),
    (AnswerKind.EMAIL, "An email address"),
    (AnswerKind.DATE, "A date"),
    (AnswerKind.PHONE, "A phone number"),
    (AnswerKind.PATTERN, "What fits a pattern"),
)
_KIND_HELP: Final = {
    AnswerKind.NUMBER: "12.5 or 1,200; kept as 12.5 and 1200.",
    AnswerKind.DATE: "23.11.2026, 23 Nov 2026 or 2026-11-23; kept as 2026-11-23.",
    AnswerKind.PHONE: "Kept as +16045550142.",
}
LED_ON: Final = "Not said here: “Something else” leads on at once."
FITTING_FIELDS: Final = frozenset(FIELD_KINDS) - {Kind.USER}


def answer_help(name: str) -> str:
    """How an answer is used later."""
    return (
        f"Later texts use it as {{{{{name}}}}}." if name.strip() else "Without a name the answer is not kept."
    )


class _Asking(Form[D]):
    """The text and the name of the answer, which all of them have."""

    def make_text(self, most: int) -> None:
        self.text_row, self.text = self.add_text(
            "text", "Text", most=most, hint="What the bot asks", least_lines=3
        )

    def make_answer(self) -> None:
        self.answer_row, self.answer = self.add_plain(
            "answer", "Keep the answer as", hint="order_number", help_text=answer_help("")
        )

    def make_again(self, most: int, hint: str) -> None:
        """What is said to an answer that does not fit, and how often there may be one."""
        self.invalid_row, self.invalid_text = self.add_text(
            "invalid_text", "Said when it does not fit", most=most, least_lines=2, hint=hint
        )
        self.tries = NumberField(
            self.theme, 1, MOST_TRIES, 3, label="How often it may be tried", name="node_tries"
        )
        self.tries.valueChanged.connect(lambda count: self.set("tries", tries=count))
        self.tries_row = self.add(
            Row("How often it may be tried", self.tries, name="node_tries", part="tries")
        )

    def show_asking(self, text: str, answer: str) -> None:
        self.text.show_text(text, self.place)
        self.text_row.show_length(len(text))
        self.answer.show_text(answer)
        self.answer_row.show_help(answer_help(answer))

    def show_again(self, invalid_text: str, tries: int) -> None:
        self.invalid_text.show_text(invalid_text, self.place)
        self.invalid_row.show_length(len(invalid_text))
        self.tries.blockSignals(True)
        self.tries.setMaximum(max(MOST_TRIES, tries))
        self.tries.setValue(tries)
        self.tries.blockSignals(False)

    def show_again_of_choices(self, does: SendButtons | SendList, word: str) -> None:
        """Where “Something else” leads on, it is followed at once, and nothing is said again."""
        self.show_again(does.invalid_text, does.tries)
        leads_on = bool(self.place.definition.after(self.place.node_id, OTHER))
        self.invalid_row.show_help(LED_ON if leads_on else f"The text and its {word} follow these words.")


class ButtonsForm(_Asking[SendButtons]):
    def make(self) -> None:
        self.make_text(LONGEST_BODY)
        self.choices = ChoicesField(
            self.theme, word="Button", most=MOST_BUTTONS, longest_title=LONGEST_BUTTON
        )
        self.choices.choices_changed.connect(lambda choices, joint: self.set(joint, choices=choices))
        self.add(Row("Buttons", self.choices, name="node_choices", part="choices"))
        self.make_again(LONGEST_BODY, "Without it, the buttons come again as they are")
        self.make_answer()

    def show_fields(self) -> None:
        self.show_asking(self.does.text, self.does.answer)
        self.show_again_of_choices(self.does, "buttons")
        self.choices.show_choices(self.does.choices)


class ListForm(_Asking[SendList]):
    def make(self) -> None:
        self.make_text(LONGEST_BODY)
        self.button_row, self.button = self.add_plain(
            "button", "Button that opens the list", most=LONGEST_BUTTON, hint="Choose"
        )
        self.choices = ChoicesField(
            self.theme, word="Row", most=MOST_ROWS, longest_title=LONGEST_ROW, noted=True
        )
        self.choices.choices_changed.connect(lambda choices, joint: self.set(joint, choices=choices))
        self.add(Row("Rows", self.choices, name="node_choices", part="choices"))
        self.make_again(LONGEST_BODY, "Without it, the list comes again as it is")
        self.make_answer()

    def show_fields(self) -> None:
        self.show_asking(self.does.text, self.does.answer)
        self.button.show_text(self.does.button)
        self.button_row.show_length(len(self.does.button))
        self.show_again_of_choices(self.does, "list")
        self.choices.show_choices(self.does.choices)


class QuestionForm(_Asking[Question]):
    def make(self) -> None:
        self.make_text(MAX_TEXT_LENGTH)
        self.kind_row, self.must_be = self.add_choice("must_be", "The answer must be")
        self.must_be.show_entries(ANSWER_KINDS, AnswerKind.ANYTHING)
        self.pattern_row, self.pattern = self.add_plain(
            "pattern", "Pattern", hint=r"[A-Z]{2}-\d{4}", ltr=True,
            help_text="A regular expression for the whole answer; upper and lower case are alike.",
        )  # fmt: skip
        self.trial = LineBox(hint="Write an answer to try", name="node_trial", label="Try an answer")
        self.trial.edited.connect(lambda _: self._show_trial())
        self.trial_row = self.add(Row("Try an answer", self.trial, name="node_trial", part="trial"))
        self.verdict = Label("", "muted", wrap=True, tight=True, name="node_trial_result")
        self.column.addWidget(self.verdict)
        self.make_again(MAX_TEXT_LENGTH, "Without it, the question is asked again")
        self.make_answer()
        _, self.attribute = self.add_choice("attribute", "Write it into the contact’s field")

    def show_fields(self) -> None:
        does = self.does
        self.show_asking(does.text, does.answer)
        self.must_be.show_entries(ANSWER_KINDS, does.must_be)
        self.kind_row.show_help(_KIND_HELP.get(does.must_be, ""))
        self.pattern.show_text(does.pattern)
        self.show_again(does.invalid_text, does.tries)
        fields = [
            (one.name, one.name) for one in self.place.known.attributes.values() if one.kind in FITTING_FIELDS
        ]
        gone = f"{does.attribute} (gone)"
        self.attribute.show_entries([("", "No field"), *fields], does.attribute, gone)
        checked = does.must_be is not AnswerKind.ANYTHING
        self.pattern_row.setVisible(does.must_be is AnswerKind.PATTERN)
        for row in (self.trial_row, self.invalid_row, self.tries_row):
            row.setVisible(checked)
        self._show_trial()

    def _show_trial(self) -> None:
        said = self.trial.text()
        shown = bool(said) and self.does.must_be is not AnswerKind.ANYTHING
        self.verdict.setVisible(shown)
        if not shown:
            return
        if self.does.must_be is AnswerKind.PATTERN and compiled(self.does.pattern, match_case=False) is None:
            self._say("This is no pattern, so nothing fits it.", fits=False)
            return
        kept = fitting(self.does, Said(said))
        self._say("Does not fit." if kept is None else f"Fits. Kept as “{kept}”.", fits=kept is not None)

    def _say(self, sentence: str, *, fits: bool) -> None:
        self.verdict.setText(sentence)
        self.verdict.set_color("accent" if fits else "warn")
