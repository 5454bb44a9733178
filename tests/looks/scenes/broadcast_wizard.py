"""The wizard's other states: where people come from, who is left out, the time, the limit, a second yes, colleagues."""

from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtWidgets import QPlainTextEdit

from desktop.domain.afterwards import Afterwards, RouteKind
from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.broadcast_when import When
from desktop.domain.consent import Category, OptIn
from desktop.domain.consent import Source as From
from desktop.domain.reasons import Reason
from desktop.domain.selection import Exclusions, Outcome, Selection, Source, SourceKind
from desktop.domain.templates import Quality, Template, Variable
from desktop.services.broadcast_test import Tried
from desktop.store import account_state, consent, contacts, templates
from desktop.store.engine import Tx
from desktop.ui.broadcasts.page import BroadcastsPage
from desktop.ui.broadcasts.wizard import Wizard
from tests.looks.scenes import broadcasts as hands
from tests.looks.stage import Stage, until

TOMORROW_NINE = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
REASON = "A safety recall: everybody who bought one has to know."


async def lists_empty(stage: Stage) -> None:
    await hands._audience(stage)
    await stage.click("wizard_audience_by-lists")


async def lists(stage: Stage) -> None:
    await _two_lists(stage)
    await hands._audience(stage)
    made = await stage.app.lists.every()
    await _source(stage, Source(SourceKind.LISTS, (made[0].id, made[1].id)))


async def picked(stage: Stage) -> None:
    await hands._audience(stage)
    await _source(stage, Source(SourceKind.PICKED, (1, 2, 3, 5)))


async def outcome(stage: Stage) -> None:
    earlier = await _sent_to(stage, "Autumn preview", (1, 2, 3, 4, 5))
    await hands._audience(stage)
    await _source(stage, Source(SourceKind.OUTCOME, (), earlier, (Outcome.DELIVERED, Outcome.NOT_READ)))


async def every_reason(stage: Stage) -> None:
    """Every line of the breakdown that the toggle leaves, with Strict on, and who got the template lately."""
    await _sent_to(stage, "Autumn preview", (2, 3, 4))
    await _strict(stage)
    await _awkward(stage)
    await _two_lists(stage)
    await hands._wizard(stage)
    await stage.click("wizard_next")
    wizard = _wizard_of(stage)
    made = await stage.app.lists.every()
    wizard.apply(wizard.state.set_variable(Variable("2", "attribute:City", "")))
    wizard.apply(wizard.state.exclude(Exclusions(7, True)))
    await _source(stage, Source(SourceKind.LISTS, tuple(one.id for one in made)))


async def line_people(stage: Stage) -> None:
    await hands._audience(stage)
    await stage.seen("wizard_line_opted_out")
    _wizard_of(stage).view.summary.counts.line_requested.emit(
        next(one for one in _wizard_of(stage).view.summary.counts.lines if one.value == "opted_out")
    )
    await stage.seen("line_people_table")
    await stage.quiet()


async def missing(stage: Stage) -> None:
    await hands.message(stage)
    wizard = _wizard_of(stage)
    wizard.view.message_step.variables.grid.rows["2"].source.setCurrentText("City")
    text = wizard.view.message_step.variables.grid.rows["2"].text
    text.clear()
    text.textEdited.emit("")
    await _settled(stage)


async def file(stage: Stage) -> None:
    """A template that begins with a picture, and the picture."""

    def write(tx: Tx) -> None:
        begins = Template(
            0, "autumn_picture", "en", Category.MARKETING, "Look what is new, {{1}}.", header_kind="image",
            examples=("Ana",), quality=Quality.GREEN, fetched_at=tx.now,
        )  # fmt: skip
        templates.replace_all(tx, [begins])

    await stage.app.store.write(write)
    stage.window.places.new_broadcast((await stage.app.templates.every())[0].id)
    await stage.seen("wizard_recipients")
    await _settled(stage)
    wizard = _wizard_of(stage)
    wizard.bring_file("media-1", "autumn-collection.jpg")
    await hands._step(stage, 3)


async def scheduled(stage: Stage) -> None:
    await hands.when(stage)
    wizard = _wizard_of(stage)
    wizard.schedule(When(TOMORROW_NINE, True, 20, 400))
    people = await stage.app.workspace.people()
    wizard.apply(wizard.state.follow_up(Afterwards(RouteKind.PERSON, people[1].id, 2, 24)))
    await _settled(stage)


async def too_many(stage: Stage) -> None:
    """More than WhatsApp lets the number write to in a day, of which some is used up."""
    await _sent_to(stage, "Autumn preview", tuple(range(1, 228)))
    assert stage.app.control is not None
    await stage.app.control.set_number(limit="TIER_250")
    await hands.when(stage)
    await stage.seen("wizard_too_many")
    await stage.quiet()


async def restricted(stage: Stage) -> None:
    """WhatsApp has restricted the account: said beside the number, and the launch is refused."""
    words = "restricted: no message may open a conversation, until 2026-12-01 09:00 UTC"
    refuses = (Category.MARKETING, Category.UTILITY, Category.AUTHENTICATION)
    await stage.app.store.write(lambda tx: account_state.set_restriction(tx, words, None, refuses))
    await hands._audience(stage)
    await hands._step(stage, 5)
    await hands._press(stage, "wizard_next", then="launch_go")
    await hands._press(stage, "launch_go", then="wizard_launch_problem")
    await stage.seen("wizard_restricted")
    await stage.quiet()


async def one_left_out(stage: Stage) -> None:
    """A test to two numbers, of which one has opted out."""
    await hands.when(stage)
    left = (("+14165550117", Reason.OPTED_OUT),)
    _wizard_of(stage).view.when_step.test.show_sent(Tried(1, ("+16045550142",), left))
    await stage.seen("wizard_test_said")
    await stage.quiet()


async def review(stage: Stage) -> None:
    await _two_lists(stage)
    await hands._audience(stage)
    wizard = _wizard_of(stage)
    made = await stage.app.lists.every()
    await _source(stage, Source(SourceKind.LISTS, (made[0].id,)))
    wizard.apply(wizard.state.exclude(Exclusions(7, True)))
    wizard.schedule(When(TOMORROW_NINE))
    wizard.apply(wizard.state.follow_up(Afterwards(RouteKind.UNASSIGNED, 0, 1, 24)))
    await _settled(stage)
    await hands._step(stage, 5)


async def schedule_ask(stage: Stage) -> None:
    await review(stage)
    await hands._press(stage, "wizard_next", then="launch_go")


async def approval_needed(stage: Stage) -> None:
    await _second_yes(stage)
    await hands.toggle_off(stage)
    await hands._step(stage, 5)
    await stage.seen("wizard_approval_ask")
    stage.find(QPlainTextEdit, "wizard_approval_text").setPlainText(REASON)
    await stage.quiet()


async def approval_waits(stage: Stage) -> None:
    await approval_needed(stage)
    await stage.click("wizard_approval_ask")
    await stage.seen("wizard_approval_take_back")
    stage.window.toasts.clear()


async def approval_asked(stage: Stage) -> None:
    """What the second person sees."""
    await approval_waits(stage)
    draft_id = _wizard_of(stage).draft_id
    assert draft_id is not None
    people = await stage.app.workspace.people()
    await stage.sit_down(people[1].name)
    stage.window.go("broadcasts")
    stage.find(BroadcastsPage, "broadcasts").open_draft(draft_id)
    await stage.seen("wizard_approval_approve")
    await stage.quiet()


async def approval_given(stage: Stage) -> None:
    await approval_asked(stage)
    await stage.click("wizard_approval_approve")
    await until(lambda: not stage.sees("wizard_approval_approve"), "the yes")
    await stage.quiet()


async def approval_void(stage: Stage) -> None:
    """The message was changed after the yes."""
    await approval_given(stage)
    wizard = _wizard_of(stage)
    wizard.apply(wizard.state.set_variable(Variable("3", "", "Monday")))
    await _settled(stage)
    await stage.seen("wizard_approval_ask")


async def conflict(stage: Stage) -> None:
    """A colleague changed the draft while it was being typed into."""
    await hands._audience(stage)
    wizard = _wizard_of(stage)
    await wizard.settle()
    await until(lambda: wizard.draft_id is not None, "the draft to be kept")
    people = await stage.app.workspace.people()
    assert wizard.draft_id is not None
    record = await stage.app.broadcasts.get(wizard.draft_id)
    hands._rename(stage, "Winter clearance – Mumbai and Pune")
    theirs = replace(record.draft, name="Winter clearance – Pune")
    await stage.app.broadcasts.save_draft(record.id, theirs, people[1])
    await stage.seen("wizard_conflict")
    await stage.quiet()


# How they come about.


def _wizard_of(stage: Stage) -> Wizard:
    return stage.find(Wizard, "wizard")


async def _settled(stage: Stage) -> None:
    wizard = _wizard_of(stage)
    await until(lambda: not wizard.counting, "the count")
    await stage.quiet()


async def _source(stage: Stage, source: Source) -> None:
    _wizard_of(stage).choose_source(source)
    await _settled(stage)


async def _two_lists(stage: Stage) -> None:
    user = stage.window.desk.user()
    await stage.app.lists.from_picked("Shop visitors", [*range(1, 181), *range(1, 13)], user)
    await stage.app.lists.from_picked("November leads", list(range(161, 421)), user)


async def _strict(stage: Stage) -> None:
    kept = await stage.app.workspace.settings()
    await stage.app.workspace.change_settings(replace(kept, strict=True), stage.window.desk.user())


async def _second_yes(stage: Stage) -> None:
    kept = await stage.app.workspace.settings()
    await stage.app.workspace.change_settings(replace(kept, second_approval=True), stage.window.desk.user())


async def _awkward(stage: Stage) -> None:
    """People without a number, in the United States, and one who stopped marketing in WhatsApp; on a list."""
    user = stage.window.desk.user()

    def write(tx: Tx) -> list[int]:
        nobody = contacts.create(tx, "Renée Lavoie", None, wa_id="14505550142")
        abroad = contacts.create(tx, "Jordan Ellis", "+12125550142")
        bare = contacts.create(tx, "Mei Okafor", "+14505550143")
        for one in (abroad, bare):
            consent.record(tx, one, OptIn.YES, From.AGENT)
        consent.record(tx, 20, True, From.WHATSAPP)
        return [nobody, abroad, bare, 20]

    made = await stage.app.store.write(write)
    await stage.app.lists.from_picked("Trade fair", made, user)


async def _sent_to(stage: Stage, name: str, ids: tuple[int, ...]) -> int:
    """A broadcast to a few, through to its end."""
    template = await stage.app.templates.by_name("winter_clearance")
    values = (Variable("1", "first_name", "there"), Variable("2", "", "30%"), Variable("3", "", "Friday"))
    selection = Selection(Source(SourceKind.PICKED, ids))
    draft = BroadcastDraft(name, template.id, variables=values, selection=selection)
    user = stage.window.desk.user()
    await hands._quick_statuses(stage)
    broadcast_id = await stage.app.broadcasts.save_draft(None, draft, user)
    await stage.app.broadcasts.launch(broadcast_id, user, now=True)
    await hands._figures(stage, lambda now: now.selected_count > 0 and not now.waiting_count)
    return broadcast_id
