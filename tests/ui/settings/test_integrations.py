"""Keys in the settings: a key is made, shown once, followed and revoked through the widgets."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from sqlalchemy import insert

from desktop.domain.activity import Deed
from desktop.domain.changes import Topic
from desktop.domain.keys import KeyFigures, Scope
from desktop.services.keys import NewKey
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.ui.parts import when
from desktop.ui.parts.label import Label
from desktop.ui.settings.key_dialogs import UNCOPIED
from desktop.ui.settings.keys_card import NO_KEYS, figures_words
from tests.looks.stage import NOW, Stage, staged, until
from tests.ui.settings.place import integrations

pytestmark = pytest.mark.slow


async def make(stage: Stage, name: str = "shop-sync", scope: Scope = Scope.ALL) -> NewKey:
    made = await stage.app.keys.create(name, scope, stage.window.desk.user())
    await stage.quiet()
    return made


async def messages(stage: Stage, key: NewKey, *reasons: str) -> None:
    """So many messages came with the key and failed for these reasons; '' for one that was sent."""

    def write(tx: Tx) -> None:
        for reason in reasons:
            tx.conn.execute(
                insert(tables.message).values(
                    contact_id=1, outgoing=True, path="api", status="failed" if reason else "sent",
                    reason=reason, kind="template", api_key_id=key.api_key.id, created_at=tx.now, due_at=tx.now,
                    changed_at=tx.now,
                )
            )  # fmt: skip
        tx.touch(Topic.MESSAGE)

    await stage.app.store.write(write)


@staged
async def test_it_says_where_the_api_answers(stage: Stage) -> None:
    await integrations(stage)
    said = stage.find(Label, "api_sentence").text()
    assert said.startswith(f"{stage.app.server_address} · ")
    await stage.click("api_copy")
    assert QGuiApplication.clipboard().text() == stage.app.server_address
    assert stage.find(Label, "keys_none").text() == NO_KEYS
    assert stage.sees("keys_none")


@staged
async def test_a_key_is_made_and_its_secrets_are_shown_once(stage: Stage) -> None:
    await integrations(stage)
    stage.find(QPushButton, "keys_new").click()
    await stage.seen("key_new")
    await stage.type_into("key_name", "shop-sync")
    box = stage.find(QComboBox, "key_scope")
    box.setCurrentIndex(2)
    assert (
        stage.find(Label, "row_key_scope-note").text()
        == "Sends messages and reads their status, nothing else."
    )
    await stage.click("key_new_do")
    await stage.seen("key_shown")
    secret = stage.find(QLineEdit, "key_shown_secret_value")
    assert secret.text() not in secret.displayText(), "nobody behind the chair reads it"
    await stage.click("key_shown_secret_copy")
    copied = QGuiApplication.clipboard().text()
    await stage.click("key_shown_secret_eye")
    assert secret.displayText() == copied
    key_id = stage.find(QLineEdit, "key_shown_id_value").text()
    bearer = stage.find(QLineEdit, "key_shown_bearer_value").text()
    await stage.click("key_shown_done")
    caller = await stage.app.keys.caller(key_id, copied)
    assert caller is not None
    assert (caller.name, caller.scope) == ("shop-sync", Scope.RESTRICTED)
    assert await stage.app.keys.bearer(bearer) == caller
    await until(lambda: stage.sees(f"key_{caller.id}_name"), "the row")
    await until(lambda: not stage.window.findChildren(QLineEdit, "key_shown_secret_value"), "the card to go")
    shown = [one.text() for one in stage.window.findChildren(QLineEdit)]
    shown += [one.text() for one in stage.window.findChildren(QLabel)]
    assert not any(copied in one or bearer in one for one in shown)


@staged
async def test_secrets_that_were_not_copied_are_not_lost_with_one_key(stage: Stage) -> None:
    await integrations(stage)
    for copied in (True, False):
        stage.find(QPushButton, "keys_new").click()
        await stage.type_into("key_name", f"shop-{copied}")
        await stage.click("key_new_do")
        await stage.seen("key_shown")
        if copied:
            await stage.click("key_shown_bearer_copy")
        else:
            QTest.keyClick(stage.find(QPushButton, "key_shown_done"), Qt.Key.Key_Escape)
            await stage.seen("key_shown_note")
            assert stage.find(Label, "key_shown_note").text() == UNCOPIED
        QTest.keyClick(stage.find(QPushButton, "key_shown_done"), Qt.Key.Key_Escape)
        await until(lambda: not stage.sees("key_shown"), "the card to go")


@staged
async def test_a_name_that_is_taken_is_said_beside_its_field(stage: Stage) -> None:
    await make(stage)
    await integrations(stage)
    stage.find(QPushButton, "keys_new").click()
    await stage.type_into("key_name", "shop-sync")
    await stage.click("key_new_do")
    note = stage.find(Label, "row_key_name-note")
    await until(lambda: "“shop-sync”" in note.text(), "what is wrong")
    await stage.click("key_new_cancel")
    assert len(await stage.app.keys.every()) == 1


@staged
async def test_use_and_figures_are_followed(stage: Stage) -> None:
    made = await make(stage)
    name = f"key_{made.api_key.id}"
    await integrations(stage)
    assert stage.find(Label, f"{name}_used").text() == "Never"
    assert stage.find(Label, f"{name}_short").text() == made.api_key.short
    await stage.app.keys.caller(made.api_key.key_id, made.api_secret)
    await until(lambda: stage.find(Label, f"{name}_used").text() == when.clock(NOW), "its use")
    assert stage.find(Label, f"{name}_figures").text() == "–"
    await messages(stage, made, "", "", "opted_out", "whatsapp_error")
    await until(lambda: stage.sees(f"{name}_opted_out"), "the figures")
    assert stage.find(Label, f"{name}_figures").text() == "4 / 2 /"
    assert stage.find(Label, f"{name}_opted_out").text() == "1"


@staged
async def test_a_key_is_revoked_after_a_question(stage: Stage) -> None:
    made = await make(stage)
    await integrations(stage)
    await stage.click(f"key_{made.api_key.id}_revoke")
    await stage.click("key_revoke-keep")
    assert await stage.app.keys.bearer(made.bearer) is not None
    await stage.click(f"key_{made.api_key.id}_revoke")
    await stage.click("key_revoke-do")
    await until(lambda: stage.sees(f"key_{made.api_key.id}_revoked"), "the row to say so")
    assert await stage.app.keys.bearer(made.bearer) is None
    assert not stage.sees(f"key_{made.api_key.id}_revoke")
    told = await stage.app.accounts.activity(stage.window.desk.user())
    assert [one.deed for one in told[:2]] == [Deed.KEY_REVOKED, Deed.KEY_MADE]


@staged
async def test_who_may_not_reads_why(stage: Stage) -> None:
    made = await make(stage)
    await stage.sit_down("Lina Haddad")
    await integrations(stage)
    why = "Lina Haddad (Agent) may not set up the API, its keys and webhooks. Ask an admin."
    await until(lambda: stage.sees("integrations_refused"), "why")
    assert stage.find(Label, "integrations_refused").text() == why
    for name in ("keys_new", f"key_{made.api_key.id}_revoke"):
        assert not stage.find(QPushButton, name).isEnabled()
    await stage.sit_down("Meera Rao")
    await integrations(stage)
    await until(lambda: not stage.sees("integrations_refused"), "the refusal to go")
    assert stage.find(QPushButton, "keys_new").isEnabled()


def test_figures_in_words() -> None:
    assert figures_words(KeyFigures(6044, 97, 61)) == ("6,044 / 97 /", "61")
    assert figures_words(KeyFigures()) == ("–", "")
