"""Copy diagnostics: what helps is in it, and no secret from wherever it may be kept."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from desktop.system import logs
from desktop.ui.settings.page import SettingsPage
from desktop.ui.shell import diagnostics
from tests.looks.stage import Stage, staged, until

pytestmark = pytest.mark.slow

SECRETS = (
    "EAAG-token-of-nobody",
    "app-secret-of-nobody",
    "hunter2",
    "Priya Sharma",
    "+16045550142",
    "verify-me-1",
)


class InMemory(KeyringBackend):
    """A keyring of this process."""

    priority = -1.0  # never chosen by itself, in whichever process it is imported

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def secrets_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemory]:
    """A keyring to keep secrets in, and a password in the environment."""
    before, made = keyring.get_keyring(), InMemory()
    keyring.set_keyring(made)
    monkeypatch.setenv("ASSENT_STORE", "postgresql+psycopg://meera:hunter2@db/assent")
    yield made
    keyring.set_keyring(before)


async def with_secrets(stage: Stage, log: Path) -> None:
    """Save a connection and log what should never have been logged."""
    admin = (await stage.app.workspace.people())[0]
    form = replace(
        await stage.app.connection_form(),
        phone_number_id="106540352242922",
        waba_id="102290129340398",
        verify_token="verify-me-1",
    )
    await stage.app.save_connection(form, SECRETS[0], SECRETS[1], admin)
    assert stage.app.machine is not None
    stage.app.machine.save(verify_token="verify-me-1")
    root = logging.getLogger("assent")
    before = list(root.handlers)
    logs.start(log)
    try:
        said = "call to +16045550142 with token=EAAG-token-of-nobody at postgresql://meera:hunter2@db/x"
        logging.getLogger("assent.test").error(
            "%s secret: app-secret-of-nobody verify_token=verify-me-1", said
        )
    finally:
        for handler in [one for one in root.handlers if one not in before]:
            root.removeHandler(handler)
            handler.close()


@staged
async def test_no_secret_is_copied(stage: Stage, tmp_path: Path, secrets_everywhere: InMemory) -> None:
    await with_secrets(stage, tmp_path / "assent.log")
    assert secrets_everywhere.kept == {("assent", "token"): SECRETS[0], ("assent", "app_secret"): SECRETS[1]}
    for with_log in (False, True):
        text = await diagnostics.text_of(stage.app, with_log=with_log)
        assert [one for one in SECRETS if one in text] == []
        assert ("…42" in text) is with_log


@staged
async def test_what_is_shown_and_copied(stage: Stage, tmp_path: Path) -> None:
    stage.window.go("settings")
    page = stage.find(SettingsPage, "settings_page")
    page.open_section("about")
    await stage.quiet()
    (tmp_path / "assent.log").write_text("the last line\n", encoding="utf-8")
    await stage.click("about_copy")
    await until(lambda: "Contents: 1,000 contacts" in QGuiApplication.clipboard().text(), "the diagnostics")
    copied = QGuiApplication.clipboard().text()
    for said in ("Assent ", "(checkout)", "Workspace: Sandbox", "Store: SQLite, ", "Engine: Ready to send (this window)",
                 "Last webhook: Never", "Strict opt-in off", "Qt: ", f"Data folder: {tmp_path}"):  # fmt: skip
        assert said in copied
    assert "the last line" not in copied
    await stage.click("about_copy_log")
    await until(lambda: "the last line" in QGuiApplication.clipboard().text(), "the log")


@staged
async def test_a_store_that_cannot_be_read_is_said(stage: Stage) -> None:
    from sqlalchemy import text

    await stage.app.store.write(lambda tx: tx.conn.execute(text("ALTER TABLE message RENAME TO gone")))
    try:
        facts = await diagnostics.facts_of(stage.app)
    finally:
        await stage.app.store.write(lambda tx: tx.conn.execute(text("ALTER TABLE gone RENAME TO message")))
    assert facts["Store"].startswith("Cannot be read")
    assert facts["Engine"]


@staged
async def test_the_report_of_a_fault_ends_with_them(stage: Stage) -> None:
    stage.window.failures.show(RuntimeError("wrong"))
    box = stage.find(QPlainTextEdit, "failure_report")
    await until(lambda: "Workspace: Sandbox" in box.toPlainText(), "the details")
    assert "RuntimeError: wrong" in box.toPlainText()
    await stage.click("failure_copy")
    assert QGuiApplication.clipboard().text() == box.toPlainText()
    await stage.click("failure_close")


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (123_456, "123 kB"), (4_200_000, "4.2 MB"), (10**16, "10000 TB")],
)  # fmt: skip
def test_sizes(size_bytes: int, said: str) -> None:
    assert diagnostics.size_words(size_bytes) == said


def test_the_home_folder_is_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert diagnostics.shown_folder(tmp_path / "data" / "assent") == "~/data/assent"
    assert diagnostics.shown_folder(None) == "None"
