"""Which of the wizard's verbs each control calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.domain.audience import Line
from desktop.domain.broadcast_wizard import Step

if TYPE_CHECKING:
    from desktop.ui.broadcasts.wizard import Wizard


def wire(wizard: Wizard) -> None:
    """Connect the view and the wizard's helpers, once."""
    _frame(wizard)
    _audience(wizard)
    _message_and_time(wizard)
    _launch(wizard)


def _frame(wizard: Wizard) -> None:
    view = wizard.view
    view.renamed.connect(lambda text: wizard.apply(wizard.state.rename(text)))
    view.step_requested.connect(lambda index: wizard.go(wizard.state.go_to(Step(index + 1))))
    view.save_requested.connect(wizard.save)
    view.back_requested.connect(wizard.go_back)
    view.next_requested.connect(wizard.go_on)
    view.leave_requested.connect(wizard.leave)
    view.template_step.template_chosen.connect(wizard.choose_template)
    view.template_step.refresh_requested.connect(wizard.refresh_templates)
    for signal in (
        view.summary.counts.line_requested,
        view.audience_step.toggle.people_requested,
        view.review_step.people_requested,
    ):
        signal.connect(wizard.lines.open)
    wizard.lines.contact_requested.connect(wizard.contact_requested)
    wizard.reach.beside_read.connect(wizard.refresh)


def _audience(wizard: Wizard) -> None:
    step = wizard.view.audience_step
    step.filter_requested.connect(wizard.choose_audience)
    step.toggle_requested.connect(lambda on: wizard.apply(wizard.state.toggle(on)))
    step.source.source_requested.connect(wizard.choose_source)
    step.exclusions.exclusions_requested.connect(lambda wanted: wizard.apply(wizard.state.exclude(wanted)))
    step.recipients.search_requested.connect(wizard.reach.look_for)
    step.recipients.contact_requested.connect(wizard.contact_requested)
    step.recipients.why_requested.connect(wizard.why)
    wizard.hands.source_requested.connect(wizard.choose_source)
    wizard.hands.read.connect(wizard.refresh)


def _message_and_time(wizard: Wizard) -> None:
    message, when = wizard.view.message_step, wizard.view.when_step
    missing = message.variables.missing
    message.variable_changed.connect(wizard.set_variable)
    message.message.step_requested.connect(wizard.turn)
    missing.stop_requested.connect(lambda stops: wizard.apply(wizard.state.stop_when_missing(stops)))
    missing.people_requested.connect(lambda: wizard.lines.open(Line.MISSING_VARIABLE))
    message.file.remove_requested.connect(lambda: wizard.apply(wizard.state.drop_file()))
    wizard.file.changed.connect(wizard.refresh)
    wizard.file.uploaded.connect(wizard.bring_file)
    when.when_requested.connect(wizard.schedule)
    when.afterwards_requested.connect(lambda wanted: wizard.apply(wizard.state.follow_up(wanted)))
    wizard.view.summary.pace.split_requested.connect(wizard.schedule)


def _launch(wizard: Wizard) -> None:
    launching = wizard.launching
    launching.wire(wizard.view.review_step.approval, wizard.once.start)
    launching.wire_test(wizard.view.when_step.test)
    launching.changed.connect(wizard.refresh)
    launching.launched.connect(wizard.launched)
    wizard.colleagues.taken_up.connect(wizard.take_up)
    wizard.colleagues.left_behind.connect(wizard.launched)
