"""The questions before something that cannot be taken back: launch, launch despite opt-outs, stop."""

from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from desktop.domain.audience import Breakdown
from desktop.domain.broadcast_wizard import WizardState
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

LAUNCH = QDialog.DialogCode.Accepted.value
KEEP = QDialog.DialogCode.Rejected.value


def contacts_words(count: int) -> str:
    return f"{count:,} contact{'' if count == 1 else 's'}"


def examples_words(count: int) -> str:
    """'2 values are still WhatsApp’s examples.'; "" for none."""
    if not count:
        return ""
    return (
        "1 value is still WhatsApp’s example."
        if count == 1
        else f"{count} values are still WhatsApp’s examples."
    )


class DespiteDialog(CardDialog):
    """With the toggle off: how many opted out, what it can do to the number, and why it is done anyway.

    example_count: values that are still WhatsApp's examples. when: of one that is scheduled, in words. reason: one that
    was approved already.
    """

    def __init__(
        self, theme: Theme, window: QWidget, name: str, counts: Breakdown, example_count: int = 0, *,
        when: str = "", reason: str = "",
    ) -> None:  # fmt: skip
        despite = counts.despite_count
        super().__init__(
            theme, window, f"Send to {contacts_words(despite)} who opted out?", icon="warning-fill",
            color="warn", name="launch_despite",
        )  # fmt: skip
        self.add_text(
            f"“{name}” goes to {contacts_words(counts.will_be_sent_count)}; {despite:,} of them opted out of "
            "marketing."
        )
        if when:
            self.add_text(f"It begins {when}. Until then you can take it back.")
        if example_count:
            self.add_text(examples_words(example_count))
        self.add_text(
            "Blocks and reports from them can lower the quality rating of your number, and WhatsApp may limit it. "
            "Anyone who opts out after the launch is still left out.",
            muted=True,
        )
        self.reason = QPlainTextEdit()
        self.reason.setTabChangesFocus(True)
        self.reason.setFixedHeight(theme.px(76))
        self.reason.setPlainText(reason)
        self.reason.setPlaceholderText("Why do these contacts have to get it?")
        named(self.reason, "launch_reason", "Reason")
        self.row = FormRow(
            "Reason", self.reason, help_text="Kept with the broadcast and with each of these messages."
        )
        self.body.addWidget(self.row)
        self.launch = self.add_button(
            "Schedule anyway" if when else "Launch anyway", "danger", result=LAUNCH, name="launch_anyway"
        )
        self.keep = self.add_button("Don’t launch", result=KEEP, safe=True, name="launch_keep")
        self.reason.textChanged.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        given = bool(self.reason.toPlainText().strip())
        self.launch.setEnabled(given)
        self.launch.setToolTip("" if given else "Write the reason first.")


async def ask_despite(
    theme: Theme, window: QWidget, name: str, counts: Breakdown, example_count: int = 0, *, when: str = "",
    reason: str = "",
) -> str | None:  # fmt: skip
    """The reason, or None when it is not launched."""
    dialog = DespiteDialog(theme, window, name, counts, example_count, when=when, reason=reason)
    if await ask(dialog) != LAUNCH:
        return None
    return dialog.reason.toPlainText().strip()


async def ask_before_launch(
    theme: Theme, window: QWidget, state: WizardState, *, when: str = "", reason: str = ""
) -> str | None:
    """Ask before the launch: returns the reason, "" where none is needed, None when the person does not launch.

    when: of one that is scheduled, in words; "" for now. reason: one that a second person has approved already.
    """
    counts, draft = state.breakdown, state.draft
    if counts is None:
        return None
    examples = len(state.still_examples)
    if state.shows_toggle and not draft.only_opted_in:
        return await ask_despite(theme, window, draft.name, counts, examples, when=when, reason=reason)
    return "" if await ask_launch(theme, window, draft.name, counts, examples, when=when) else None


async def ask_launch(
    theme: Theme, window: QWidget, name: str, counts: Breakdown, example_count: int = 0, *, when: str = ""
) -> bool:
    """The short question with the numbers."""
    to = contacts_words(counts.will_be_sent_count)
    dialog = CardDialog(theme, window, f"{'Schedule for' if when else 'Send to'} {to}?", name="launch")
    left = counts.left_out_count
    left_words = (
        f" {left:,} of the {counts.selected_count:,} selected {'is' if left == 1 else 'are'} left out."
    )
    begins = f"begins {when}" if when else "begins ten seconds after this"
    dialog.add_text(f"“{name}” {begins}.{left_words if left else ''}")
    if example_count:
        dialog.add_text(examples_words(example_count))
    dialog.add_text(
        "Until then you can take it back. Everybody is counted and asked again when it begins."
        if when
        else "Until then you can take it back. Messages that have left cannot be called back.",
        muted=True,
    )
    dialog.add_button("Not yet", result=KEEP, name="launch_keep")
    verb = "Schedule for" if when else "Send to"
    go = dialog.add_button(f"{verb} {to}", "primary", result=LAUNCH, name="launch_go")
    dialog.focus_first(go)
    return await ask(dialog) == LAUNCH
