"""The file that a template begins with: chosen in the wizard, given to WhatsApp, and sent with each message."""

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.domain.broadcast_wizard import Step
from desktop.domain.consent import Category
from desktop.domain.templates import Quality, Template
from desktop.store import templates
from desktop.store.engine import Tx
from desktop.ui.broadcasts.wizard import Wizard
from tests.looks.stage import Stage, staged, until

PICTURED = Template(
    0, "autumn_picture", "en", Category.MARKETING, "Look what is new.", header_kind="image", quality=Quality.GREEN
)  # fmt: skip
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6300010000050001"
)


@pytest.mark.slow
@staged
async def test_the_file_is_uploaded_and_another_kind_is_refused(stage: Stage, tmp_path: Path) -> None:
    def write(tx: Tx) -> None:
        templates.replace_all(tx, [replace(PICTURED, fetched_at=tx.now)])

    await stage.app.store.write(write)
    picture, text = tmp_path / "sale.png", tmp_path / "sale.txt"
    picture.write_bytes(PIXEL)
    text.write_text("no picture")
    stage.window.places.new_broadcast((await stage.app.templates.every())[0].id)
    await stage.seen("wizard_recipients")
    wizard = stage.find(Wizard, "wizard")
    await until(lambda: wizard.state.breakdown is not None, "the count")
    wizard.go(wizard.state.go_to(Step.MESSAGE))
    await stage.seen("wizard_file_choose")
    assert wizard.blocked_by() == "Choose the image that the message begins with."
    wizard.file.take(text)
    await until(lambda: "is no image" in wizard.view.message_step.file.note.text(), "the refusal")
    assert "header" not in wizard.state.draft.content
    wizard.file.take(picture)
    await until(lambda: "header" in wizard.state.draft.content, "the upload")
    media_id = wizard.state.draft.content["header"]["image"]["id"]
    assert stage.app.account is not None
    assert (await stage.app.account.about_file(media_id)).mime == "image/png"
    assert wizard.blocked_by() == ""
    assert wizard.view.message_step.file.name.text() == "sale.png"
    await wizard.settle()
    assert wizard.draft_id is not None
    assert (await stage.app.broadcasts.get(wizard.draft_id)).draft == wizard.state.draft
    await stage.click("wizard_file_remove")
    assert "header" not in wizard.state.draft.content
