"""Consent in the settings: Strict, words, confirmations, roles."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit, QPushButton

from desktop.domain.people import Role
from desktop.ui.parts.label import Label
from desktop.ui.parts.switch import Switch
from desktop.ui.settings.words_field import WordsField
from tests.looks.scenes.bots_history import lived
from tests.looks.stage import Stage, staged, until
from tests.ui.settings.place import settings


@staged
@pytest.mark.slow
async def test_strict_is_saved_and_says_what_it_changes(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("consent")
    await stage.seen("consent_count_none")
    effect = stage.find(Label, "consent_strict_effect")
    assert effect.text() == "20 contacts without a choice: marketing may reach them"
    assert not stage.find(QPushButton, "consent_strict_card_save").isEnabled()
    await stage.click("consent_strict")
    assert effect.text() == "20 contacts without a choice: left out of marketing"
    assert stage.find(Label, "consent_strict_card_note").text() == "Not saved yet"
    assert not (await stage.app.workspace.settings()).strict
    await stage.click("consent_strict_card_save")
    assert (await stage.app.workspace.settings()).strict
    assert stage.find(Label, "consent_strict_card_note").text() == ""
    assert [toast.text for toast in stage.window.toasts.shown] == ["Saved"]


@pytest.mark.slow
@staged
async def test_bots_ask_only_where_the_workspace_wants_it(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("consent")
    await stage.quiet()
    assert not stage.find(Switch, "consent_bots_ask").isChecked()
    assert (
        "goes out, marked “Bot: consent not asked”" in stage.find(Label, "consent_bots_ask_sentence").text()
    )
    assert not stage.sees("consent_bots_effect"), "nothing stands in the register yet"
    await stage.click("consent_bots_ask")
    await stage.click("consent_bots_card_save")
    assert (await stage.app.workspace.settings()).bots_ask
    await lived(stage, 14)
    counts = await stage.app.bot_reports.register_counts()
    page.bots.show_register(counts.total_count)
    said = stage.find(Label, "consent_bots_effect").text()
    assert said.startswith(f"So far {counts.total_count} marketing messages of bots went out")


@pytest.mark.slow
@staged
async def test_discard_brings_back_what_is_kept(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("consent")
    await stage.click("consent_strict")
    await stage.click("consent_strict_card_discard")
    assert not stage.find(Switch, "consent_strict").isChecked()
    assert not stage.sees("consent_strict_card_discard")


@staged
@pytest.mark.slow
async def test_words_are_added_and_removed(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("consent")
    await stage.type_into("consent_words_out_entry", "  arrêt ")
    QTest.keyClick(stage.find(QLineEdit, "consent_words_out_entry"), Qt.Key.Key_Return)
    words = stage.find(WordsField, "consent_words_out")
    assert words.words()[-1] == "arrêt"
    await stage.type_into("consent_words_out_entry", "Stop!")
    await stage.click("consent_words_out_add")
    assert words.words()[-1] == "arrêt", "the same word for a customer's message is not added twice"
    await stage.click("consent_words_out_1-remove")
    await stage.click("consent_words_card_save")
    assert (await stage.app.workspace.settings()).words.opt_out == (
        "STOP", "STOP PROMOTIONS", "STOP OFFERS", "OPT OUT", "arrêt",
    )  # fmt: skip


@pytest.mark.slow
@staged
async def test_no_opt_out_word_is_refused_beside_the_words(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("consent")
    for _ in range(5):
        await stage.click("consent_words_out_0-remove")
    await stage.click("consent_words_card_save")
    assert stage.find(Label, "row_words_out-note").text() == (
        "Keep at least one word with which customers can opt out."
    )
    assert (await stage.app.workspace.settings()).words.opt_out[0] == "STOP"
    assert stage.find(QPushButton, "consent_words_card_save").isEnabled(), "it can be tried again"


@staged
@pytest.mark.slow
async def test_the_button_counts_its_characters(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("consent")
    await stage.type_into("consent_subscribe_button", " to all offers")
    note = stage.find(Label, "row_subscribe_button-note")
    assert note.text().startswith("23 of 20 characters")
    await stage.click("consent_answers_card_save")
    assert note.text() == "WhatsApp takes 1 to 20 characters on a button."
    stage.find(QLineEdit, "consent_subscribe_button").setText("Subscribe again")
    await stage.click("consent_answers_card_save")
    assert (await stage.app.workspace.settings()).subscribe_button == "Subscribe again"


@staged
@pytest.mark.slow
async def test_somebody_elses_change_keeps_my_edit_and_mine_keeps_theirs(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("consent")
    stage.find(QPlainTextEdit, "consent_opt_in_text").setPlainText("Good to have you back, {name}!")
    kept = await stage.app.workspace.settings()
    admin = (await stage.app.workspace.people())[0]
    await stage.app.workspace.change_settings(
        replace(kept, strict=True, opt_out_text="As you wish, {name}."), admin
    )
    await until(lambda: stage.find(Switch, "consent_strict").isChecked(), "the other card to follow")
    assert stage.find(QPlainTextEdit, "consent_opt_in_text").toPlainText().startswith("Good to have")
    await stage.click("consent_answers_card_save")
    kept = await stage.app.workspace.settings()
    assert kept.strict
    assert kept.opt_in_text == "Good to have you back, {name}!"
    assert kept.opt_out_text == "As you wish, {name}."


@staged
@pytest.mark.slow
async def test_who_may_override_is_saved(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("consent")
    stage.find(QCheckBox, "consent_override_agent").click()
    await stage.click("consent_roles_card_save")
    assert (await stage.app.workspace.settings()).override_roles == {Role.SUPERVISOR, Role.ADMIN}


@pytest.mark.slow
@staged
async def test_who_is_no_admin_reads_why(stage: Stage) -> None:
    await stage.sit_down("Lina Haddad")
    page = await settings(stage)
    page.open_section("consent")
    assert not stage.find(Switch, "consent_strict").isEnabled()
    assert not stage.sees("consent_strict_card_save")
    assert stage.find(Label, "consent_strict_card_note").text() == (
        "Lina Haddad (Agent) may not change the workspace settings. Ask an admin."
    )
