"""Writing to somebody who said no: the banner, the warning, the reason, the draft that is not lost."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from desktop.domain.people import Role
from desktop.ui.theme import Theme
from tests.journeys.journey import Journey, journey, options, sitting, until

PRIYA, REASON = "+16045550142", "She asked for the offers again on the phone"


VALUES = {"spring_sale": ("Friday", "20%"), "order_shipped": ("A-4468", "on Monday")}
"""What is said in {{2}} and {{3}}; {{1}} is the contact's name."""


async def choose_template(trip: Journey, name: str) -> None:
    """By the button, the search and Enter; then its values, where the cursor stands."""
    await trip.click("compose_template_button")
    await trip.write("picker_search", name)
    await until(lambda: [row[0] for row in trip.rows("picker_list")] == [name], f"only {name} to be listed")
    await trip.press(Qt.Key.Key_Return)
    await trip.says("compose_template_name", name)
    assert not trip.can("compose_send"), "an example is not a value"
    for number, value in enumerate(VALUES[name], start=2):
        await trip.says("compose_missing", f"Fill Variable {number}")
        await trip.write(f"compose_value_{number}", value)
    await trip.goes("compose_missing")


@journey()
async def test_the_banner_stands_as_soon_as_the_conversation_does(trip: Journey) -> None:
    seen: list[bool] = []
    await trip.choose_row("conversations_list", "Arjun")
    await trip.says("thread_name", "Arjun Kapoor")
    assert not trip.shows("compose_banner")
    await trip.choose_row("conversations_list", "Priya")

    def opened() -> bool:
        is_priya = "Priya" in trip.text("thread_name")
        seen.append(is_priya == trip.shows("compose_banner"))
        return is_priya

    await until(opened, "Priya’s conversation")
    assert all(seen), "one could have written before the banner stood"
    await trip.says("compose_banner-text", "Priya opted out of marketing", "by replying “STOP”")
    await trip.picture("banner")


@journey()
async def test_service_texts_and_utility_templates_go_to_someone_who_said_no_without_a_question(
    trip: Journey,
) -> None:
    await trip.open_conversation("Priya Sharma")
    await trip.write("compose_text", "Here is your invoice – günstiger geht’s nicht")
    await trip.press(Qt.Key.Key_Return)
    await until(lambda: trip.text("compose_text") == "", "the box to be empty again")
    await choose_template(trip, "order_shipped")
    await trip.picture("utility")
    await trip.click("compose_send")
    await trip.goes("compose_template")
    assert not trip.shows("warning")
    await until(
        lambda: any("A-4468 has shipped and arrives on Monday" in one for one in trip.thread()),
        "the message in the thread",
    )
    await trip.judge.has(2)
    sent = [(one["to"], one["type"], one["template"]) for one in await trip.judge.sends()]
    assert sent == [(PRIYA, "text", None), (PRIYA, "template", "order_shipped")]


@pytest.mark.slow
async def test_what_was_not_sent_stays_a_draft_also_over_a_restart(tmp_path: Path, theme: Theme) -> None:
    async with sitting(options(tmp_path), theme) as trip:
        await trip.open_conversation("Priya Sharma")
        await choose_template(trip, "spring_sale")
        await trip.click("compose_send")
        await trip.says("warning-title", "Priya opted out of marketing")
        assert "“spring_sale” is a <b>marketing</b> template" in trip.every_text("warning")
        await trip.picture("warning")
        assert not trip.can("warning_send_anyway")
        await trip.click("warning_dont_send")
        await trip.goes("warning")
        await trip.says("compose_template_name", "spring_sale")
        await trip.open_conversation("Arjun Kapoor")
        await until(lambda: not trip.shows("compose_template"), "Arjun’s own, empty box")
        await trip.open_conversation("Priya Sharma")
        await trip.says("compose_template_name", "spring_sale")
        assert await trip.judge.sends() == []
    async with sitting(options(tmp_path), theme) as trip:
        await trip.open_conversation("Priya Sharma")
        await trip.says("compose_template_name", "spring_sale")
        await trip.picture("draft-after-restart")
        assert await trip.judge.sends() == []


@journey()
async def test_send_anyway_needs_a_reason_and_keeps_it_with_the_name(trip: Journey) -> None:
    await trip.open_conversation("Priya Sharma")
    await choose_template(trip, "spring_sale")
    await trip.click("compose_send")
    await trip.appears("warning")
    assert not trip.can("warning_send_anyway")
    await trip.write("warning_reason", "  ")
    assert not trip.can("warning_send_anyway")
    await trip.write("warning_reason", REASON)
    await trip.click("warning_send_anyway")
    await trip.goes("warning")
    told = f"Sent despite opt-out: {REASON}"
    await until(lambda: any(told in one for one in trip.thread()), "the reason in the thread")
    await trip.judge.has(1)
    await trip.picture("sent-anyway")
    meera = await trip.user("Meera Rao")
    kept = trip.ask(
        "SELECT m.reason, m.override_reason, m.override_user_id, e.value FROM message m"
        " JOIN consent_event e ON e.id = m.consent_event_id WHERE m.override_reason IS NOT NULL"
    )
    assert kept == [("despite_opt_out", f"{REASON}", meera.id, "no")]
    assert [one["to"] for one in await trip.judge.sends("template")] == [PRIYA]
    assert trip.shows("compose_banner"), "sending once is not an opt-in"


@pytest.mark.slow
@journey(override_roles=frozenset({Role.ADMIN, Role.SUPERVISOR}))
async def test_who_may_not_override_is_told_so(trip: Journey) -> None:
    await trip.choose_person("Lina Haddad")
    await trip.open_conversation("Priya Sharma", tab="all")
    await choose_template(trip, "spring_sale")
    await trip.click("compose_send")
    await trip.says("warning_refused", "Lina Haddad (Agent) may not send marketing", "Ask an admin")
    await trip.picture("may-not-override")
    assert not trip.shows("warning_reason")
    assert not trip.shows("warning_send_anyway")
    await trip.click("warning_dont_send")
    await trip.says("compose_template_name", "spring_sale")
    assert await trip.judge.sends() == []
