"""What stands between the draft and its sending: the banner, the warning, the reason, the closed window."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from sqlalchemy import update

from desktop.domain.consent import OptIn, Source
from desktop.domain.people import Role
from desktop.store import consent, drafts, outbox, tables
from desktop.store.engine import Tx
from desktop.ui.dialog import CardDialog
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.label import Label
from desktop.ui.why.card import WhyCard
from tests.ui.conversations.bench import Bench, until

VALUES = {"winter_clearance": {"2": "40%", "3": "30 Nov"}}
"""What a person fills in beside the name."""


async def choose(bench: Bench, name: str, *, fill: bool = True) -> None:
    """Choose a template through the picker, by the keyboard, and fill what it lacks."""
    if not bench.sees("template_picker"):
        bench.click("compose_template_button")
    field = bench.find("picker_search")
    field.clear()
    QTest.keyClicks(field, name)
    QTest.keyClick(field, Qt.Key.Key_Return)
    await until(lambda: bench.sees("compose_template"))
    for variable, value in VALUES.get(name, {}).items() if fill else ():
        QTest.keyClicks(bench.find(f"compose_value_{variable}"), value)


async def write(bench: Bench, text: str) -> None:
    QTest.keyClicks(bench.find("compose_text"), text)


def words(dialog: CardDialog) -> str:
    return " ".join(label.text() for label in dialog.findChildren(Label))


async def send_and_be_warned(bench: Bench) -> CardDialog:
    bench.click("compose_send")
    await until(lambda: bench.sees("warning"))
    dialog = bench.find("warning", CardDialog)
    assert isinstance(dialog, CardDialog)
    return dialog


async def count(bench: Bench, name: str) -> int:
    return len(await bench.world.messages(bench.world.ids[name]))


async def test_the_banner_stands_with_the_thread_at_the_very_moment_it_is_shown(bench: Bench) -> None:
    seen: list[tuple[bool, int]] = []
    area = bench.page.area
    area.shown.connect(lambda: seen.append((area.compose.banner.isHidden(), len(area.thread_view.entries()))))
    await bench.open("Priya")
    ((is_hidden, row_count),) = seen
    assert not is_hidden
    assert row_count >= 6
    banner = bench.find("compose_banner", Banner)
    assert banner.accessibleName() == (
        "Priya opted out of marketing on 22 Nov, 10:42 by replying “STOP”. "
        "Service replies are fine; marketing templates are not."
    )
    assert bench.sees("thread_opted_out")
    history = bench.find("optin_history")
    before = bench.find("optin_card").grab(history.geometry()).toImage()
    bench.click("compose_banner-action")
    assert history.hasFocus()
    after = bench.find("optin_card").grab(history.geometry()).toImage()
    assert after != before, "it is lifted out"


async def test_nobody_who_said_yes_or_nothing_gets_a_banner(bench: Bench) -> None:
    for name in ("Arjun", "Lucía"):
        await bench.open(name)
        assert not bench.sees("compose_banner")
        assert not bench.sees("thread_opted_out")


async def test_a_text_goes_without_a_question_by_enter(bench: Bench) -> None:
    await bench.open("Priya")
    before = await count(bench, "Priya")
    await write(bench, "Here is your invoice")
    QTest.keyClick(bench.find("compose_text"), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(bench.find("compose_text"), "Bye")
    QTest.keyClick(bench.find("compose_text"), Qt.Key.Key_Return)
    await bench.tasks.drain()
    rows = await bench.world.messages(bench.world.ids["Priya"])
    assert len(rows) == before + 1
    assert (rows[-1].text, rows[-1].author_id) == ("Here is your invoice\nBye", bench.user.id)
    assert bench.find("compose_text").toPlainText() == ""
    assert not bench.sees("warning")
    await until(
        lambda: (
            "Here is your invoice\nBye"
            in [getattr(e, "text", "") for e in bench.page.area.thread_view.entries()]
        )
    )


async def test_a_utility_template_does_not_warn(bench: Bench) -> None:
    await bench.open("Priya")
    await choose(bench, "order_update")
    field = bench.find("compose_value_2")
    assert not bench.find("compose_send").isEnabled()
    QTest.keyClicks(field, "4468")
    bench.click("compose_send")
    await bench.tasks.drain()
    rows = await bench.world.messages(bench.world.ids["Priya"])
    assert rows[-1].text == "Hi Priya, your order 4468 is on its way."
    assert rows[-1].content == {"values": {"1": "Priya", "2": "4468"}}
    assert not bench.sees("warning")


async def test_an_example_is_never_sent_for_somebodys_own_value(bench: Bench) -> None:
    await bench.open("Arjun")
    before = await count(bench, "Arjun")
    await choose(bench, "winter_clearance", fill=False)
    second, third = bench.find("compose_value_2"), bench.find("compose_value_3")
    assert bench.find("compose_value_1").text() == "Arjun"
    assert (second.text(), second.placeholderText()) == ("", "e.g. 40%")
    assert second.hasFocus(), "the cursor stands where something is to be written"
    assert bench.find("compose_missing").text() == "Fill Variable 2 and Variable 3 first."
    assert not bench.find("compose_send").isEnabled()
    QTest.keyClick(second, Qt.Key.Key_Return)
    QTest.keyClicks(second, "25%")
    QTest.keyClick(second, Qt.Key.Key_Return)
    assert third.hasFocus()
    assert bench.find("compose_missing").text() == "Fill Variable 3 first."
    await bench.tasks.drain()
    assert await count(bench, "Arjun") == before
    QTest.keyClicks(third, "Sunday")
    assert not bench.sees("compose_missing")
    QTest.keyClick(third, Qt.Key.Key_Return)
    await bench.tasks.drain()
    row = (await bench.world.messages(bench.world.ids["Arjun"]))[-1]
    assert row.text == "Hi Arjun, the winter clearance is on: up to 25% off until Sunday."


async def test_the_picker_begins_anew_with_each_customer_and_never_at_a_code(bench: Bench) -> None:
    await bench.open("Arjun")
    bench.click("compose_template_button")
    view = bench.find("picker_list")

    def listed() -> list[str]:
        return [view.model().index(row, 0).data() for row in range(view.model().rowCount())]

    everything = ["order_update", "winter_clearance", "spring_list", "login_code"]
    assert (listed(), view.currentIndex().data()) == (everything, "order_update")
    QTest.keyClicks(bench.find("picker_search"), "login")
    bench.click("picker_category-authentication")
    assert (listed(), view.currentIndex().data()) == (["login_code"], "login_code")
    await bench.open("Priya")
    bench.click("compose_template_button")
    assert bench.find("picker_search").text() == ""
    assert (listed(), view.currentIndex().data()) == (everything, "order_update")


async def test_marketing_warns_and_dont_send_keeps_the_draft_exactly(bench: Bench) -> None:
    await bench.open("Priya")
    before = await count(bench, "Priya")
    await choose(bench, "winter_clearance")
    state = bench.page.area.state
    dialog = await send_and_be_warned(bench)
    assert dialog.title.text() == "Priya opted out of marketing"
    assert (
        "“winter_clearance” is a <b>marketing</b> template. Priya replied “STOP” on 22 Nov at 10:42."
        in words(dialog)
    )
    assert "lower this number’s quality rating" in words(dialog)
    assert bench.find("warning_dont_send").hasFocus()
    QTest.keyClick(bench.find("warning_dont_send"), Qt.Key.Key_Return)
    await bench.tasks.drain()
    assert await count(bench, "Priya") == before
    assert (bench.page.area.state.template, bench.page.area.state.values) == (state.template, state.values)
    assert bench.sees("compose_template")
    kept = await bench.world.app.store.read(
        lambda tx: drafts.load(tx, bench.world.ids["Priya"], bench.user.id)
    )
    assert kept == state.to_json()


async def test_send_anyway_needs_a_reason_and_keeps_who_and_why(bench: Bench) -> None:
    await bench.open("Priya")
    await choose(bench, "winter_clearance")
    await send_and_be_warned(bench)
    anyway, reason = bench.find("warning_send_anyway"), bench.find("warning_reason")
    assert reason.placeholderText() == "Reason, needed to send anyway: e.g. “asked for it on the phone”"
    assert not anyway.isEnabled()
    QTest.keyClicks(reason, "   ")
    assert not anyway.isEnabled()
    QTest.keyClicks(reason, "asked for it on the phone")
    bench.click("warning_send_anyway")
    await bench.tasks.drain()
    row = (await bench.world.messages(bench.world.ids["Priya"]))[-1]
    assert (row.override_reason, row.override_user_id) == ("asked for it on the phone", bench.user.id)
    assert (row.status, row.reason, row.category) == ("queued", "despite_opt_out", "marketing")
    await until(lambda: "Sent despite opt-out: asked for it on the phone" in last_spoken(bench))
    assert not bench.sees("compose_template")


def last_spoken(bench: Bench) -> str:
    model = bench.page.area.thread_view.model()
    return str(model.index(model.rowCount() - 1, 0).data(Qt.ItemDataRole.AccessibleTextRole))


async def test_a_reason_given_for_older_facts_asks_again(bench: Bench) -> None:
    """The contact said NO once more while the dialog stood open: the reason was bound to what it showed."""
    await bench.open("Priya")
    before = await count(bench, "Priya")
    await choose(bench, "winter_clearance")
    first = await send_and_be_warned(bench)
    priya = bench.world.ids["Priya"]
    await bench.world.write(lambda tx: consent.record(tx, priya, OptIn.YES, Source.KEYWORD, evidence="START"))
    await bench.world.write(
        lambda tx: consent.record(tx, priya, OptIn.NO, Source.BUTTON, evidence="No offers")
    )
    QTest.keyClicks(bench.find("warning_reason"), "asked on the phone")
    bench.click("warning_send_anyway")
    await until(lambda: bench.sees("warning") and bench.find("warning") is not first)
    assert "Priya pressed “No offers”" in words(bench.find("warning", CardDialog))
    assert await count(bench, "Priya") == before
    bench.click("warning_dont_send")
    await bench.tasks.drain()


async def test_an_agent_whose_role_may_not_override_is_told_and_has_no_button(bench: Bench) -> None:
    await bench.world.change_settings(override_roles=frozenset({Role.ADMIN}))
    given = (await bench.world.app.workspace.settings()).given
    object.__setattr__(bench.desk, "given", lambda: given)  # as the window follows the settings
    await bench.open("Priya")
    await choose(bench, "winter_clearance")
    dialog = await send_and_be_warned(bench)
    assert "Meera Rao (Agent) may not send marketing to someone who opted out." in words(dialog)
    assert not bench.sees("warning_send_anyway")
    assert not bench.sees("warning_reason")
    assert "are kept" not in words(dialog), "no reason can be given"
    bench.click("warning_why")
    await until(lambda: bench.sees("why_card") and bench.find("why_card", WhyCard).explanation() is not None)
    told = bench.find("why_card", WhyCard).explanation()
    assert told.conclusion.startswith("So it would not go out: Meera Rao (Agent) may not")
    bench.click("why_close")
    await until(lambda: not bench.sees("why"))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await bench.tasks.drain()
    assert bench.sees("compose_template")


async def test_under_strict_no_choice_warns_in_its_own_words(bench: Bench) -> None:
    await bench.world.change_settings(strict=True)
    await bench.open("Lucía")
    await choose(bench, "winter_clearance")
    dialog = await send_and_be_warned(bench)
    assert dialog.title.text() == "No choice recorded"
    assert "No choice is recorded for Lucía" in words(dialog)
    QTest.keyClicks(bench.find("warning_reason"), "said yes at the counter")
    bench.click("warning_send_anyway")
    await bench.tasks.drain()
    row = (await bench.world.messages(bench.world.ids["Lucía"]))[-1]
    assert (row.reason, row.override_reason) == ("despite_no_choice", "said yes at the counter")


async def test_without_strict_no_choice_is_sent_marketing(bench: Bench) -> None:
    await bench.open("Lucía")
    before = await count(bench, "Lucía")
    await choose(bench, "winter_clearance")
    bench.click("compose_send")
    await bench.tasks.drain()
    assert await count(bench, "Lucía") == before + 1


@pytest.mark.parametrize("way", ["stop", "us"])
async def test_whatsapps_stop_and_us_numbers_are_explained_and_cannot_be_overridden(
    bench: Bench, way: str
) -> None:
    if way == "us":
        made = await bench.world.person("Dana Cole", "+12025550143")
        name, said = "Dana", "United States number"
    else:
        made, name, said = bench.world.ids["Arjun"], "Arjun", "Stopped promotions in WhatsApp"
        await bench.world.write(lambda tx: consent.record(tx, made, True, Source.WHATSAPP))
    await bench.open(name)
    await choose(bench, "winter_clearance")
    bench.click("compose_send")
    await until(lambda: bench.sees("left_out"))
    assert said in words(bench.find("left_out", CardDialog))
    assert not bench.sees("warning_send_anyway")
    bench.click("left_out_close")
    await bench.tasks.drain()
    assert bench.page.area.state.template is not None
    assert not [row for row in await bench.world.messages(made) if row.outgoing]


async def test_a_closed_window_puts_the_picker_in_the_place_of_the_text(bench: Bench) -> None:
    await bench.open("Arjun")
    assert bench.sees("compose_text")
    bench.click("compose_template_button")
    bench.find("picker_search").setText("an old search")
    bench.click("picker_close")
    bench.find("compose_text").setFocus()
    bench.world.clock.move(timedelta(hours=24))
    bench.page.area.tick()
    assert bench.find("picker_search").text() == ""
    assert bench.find("picker_search").hasFocus(), "what was written goes on where the text was"
    assert not bench.sees("compose_text")
    assert bench.sees("template_picker")
    assert (
        bench.find("picker_why", QLabel)
        .text()
        .startswith("The reply window closed on 23 Nov, 10:38, 24 hours after Arjun last wrote.")
    )
    assert "reply window closed" in bench.find("thread_line").text()
    await choose(bench, "winter_clearance")
    bench.click("compose_template_drop")
    assert bench.sees("template_picker")


async def test_with_the_window_closed_the_banner_promises_no_service_reply(bench: Bench) -> None:
    await bench.open("Priya")
    bench.world.clock.move(timedelta(hours=24))
    bench.page.area.tick()
    said = bench.find("compose_banner", Banner).accessibleName()
    assert said.endswith("Utility templates are fine; marketing templates are not.")


async def test_a_template_that_is_not_approved_says_why_and_cannot_be_used(bench: Bench) -> None:
    await bench.open("Arjun")
    bench.click("compose_template_button")
    field = bench.find("picker_search")
    QTest.keyClicks(field, "spring_list")
    assert bench.find("picker_state").text() == "Paused by WhatsApp for its quality"
    assert not bench.find("picker_use").isEnabled()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert bench.page.area.state.template is None
    field.clear()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert bench.sees("compose_text")


async def test_a_failed_message_is_sent_again_as_a_new_one(bench: Bench) -> None:
    await bench.open("Tunde")
    view = bench.page.area.thread_view
    tunde = bench.world.ids["Tunde"]
    old = (await bench.world.messages(tunde))[-1]
    assert "Not delivered: not on WhatsApp (131026)" in last_spoken(bench)
    view.setFocus()
    view.setCurrentIndex(view.model().index(view.model().rowCount() - 1, 0))
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "We tried to reach you"
    view.send_again_requested.emit(old.id)
    await bench.tasks.drain()
    row = (await bench.world.messages(tunde))[-1]
    assert (row.text, row.status, row.retry_of) == ("We tried to reach you", "queued", old.id)


async def test_under_strict_the_banner_says_that_no_choice_is_recorded(bench: Bench) -> None:
    await bench.world.change_settings(strict=True)
    await bench.open("Lucía")
    assert bench.find("compose_banner", Banner).accessibleName() == (
        "No choice recorded for Lucía. This workspace requires an opt-in (Strict). "
        "Service replies are fine; marketing templates are not."
    )
    assert not bench.sees("thread_opted_out")


async def test_a_failed_marketing_template_is_asked_anew_before_it_is_sent_again(bench: Bench) -> None:
    """It went to somebody who had said yes and failed; they opted out since."""
    await bench.open("Arjun")
    await choose(bench, "winter_clearance")
    bench.click("compose_send")
    await bench.tasks.drain()
    arjun = bench.world.ids["Arjun"]
    old = (await bench.world.messages(arjun))[-1]
    await bench.world.write(fails(old.id, arjun))
    await bench.world.write(lambda tx: consent.record(tx, arjun, OptIn.NO, Source.KEYWORD, evidence="STOP"))
    await until(lambda: "Not delivered" in last_spoken(bench) or "opted out" in last_spoken(bench))
    await bench.tasks.drain()
    bench.page.area.thread_view.send_again_requested.emit(old.id)
    await until(lambda: bench.sees("warning"))
    QTest.keyClicks(bench.find("warning_reason"), "they rang and want it")
    bench.click("warning_send_anyway")
    await bench.tasks.drain()
    row = (await bench.world.messages(arjun))[-1]
    assert (row.text, row.retry_of, row.override_reason) == (old.text, old.id, "they rang and want it")


def fails(message_id: int, contact_id: int) -> Callable[[Tx], None]:
    """WhatsApp refuses the message: the number is not on WhatsApp."""

    def write(tx: Tx) -> None:
        row = tables.message
        values = {"status": "failed", "reason": "whatsapp_error", "error_code": 131026}
        tx.conn.execute(update(row).where(row.c.id == message_id).values(**values))
        outbox.touch(tx, contact_id, None)

    return write
