"""The thread in a window: where it opens, jumping, quotes, notes, files, and what a burst of ticks costs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDesktopServices, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from sqlalchemy import update

from desktop.domain.messages import Status
from desktop.store import conversations, notes, outbox, reactions, tables
from desktop.store.engine import Tx
from desktop.ui.conversations.bubble_delegate import Hit
from desktop.ui.conversations.entries import BubbleEntry, NoteEntry
from desktop.ui.conversations.thread import ThreadView
from desktop.ui.conversations.thread_files import SIDE_PX, decoded
from desktop.ui.conversations.thread_model import ENTRY, ThreadModel
from desktop.ui.conversations.thread_pace import Pace
from tests.looks.scenes.thread import NAME, files, picture, says
from tests.looks.stage import Stage, staged
from tests.looks.stage import until as seen
from tests.ui.conversations.bench import Bench, until
from tests.ui.conversations.scenes import arrives, leaves


def view_of(bench: Bench) -> ThreadView:
    view = bench.page.area.thread_view
    assert isinstance(view, ThreadView)
    return view


def key_of(view: ThreadView, text: str) -> str:
    """The key of the row with this text; "" if there is none."""
    return next((one.key for one in view.entries() if getattr(one, "text", "") == text), "")


def sees(view: ThreadView, key: str) -> bool:
    """True if the row is wholly in sight."""
    row = model_of(view).row_of(key)
    place = view.visualRect(model_of(view).index(row))
    return row >= 0 and view.viewport().rect().contains(place)


def model_of(view: ThreadView) -> ThreadModel:
    model = view.model()
    assert isinstance(model, ThreadModel)
    return model


def click(view: ThreadView, key: str, wanted: Callable[[Hit], bool]) -> None:
    """Click where the row has what is wanted. Raises LookupError."""
    index = model_of(view).index(model_of(view).row_of(key))
    place = view.visualRect(index)
    delegate: Any = view.itemDelegate()
    for y in range(place.top(), place.bottom(), 3):
        for x in range(place.left(), place.right(), 3):
            hit = delegate.hit(index.data(ENTRY), place, x, y)
            if hit is not None and wanted(hit):
                QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, y))
                return
    raise LookupError(f"nothing like that in {key}")


async def many(bench: Bench, name: str, count: int, *, unread_from: int | None = None) -> None:
    """Messages of a customer; those from `unread_from` on are unread, none where it is None."""
    contact_id = bench.world.ids[name]

    def write(tx: Tx) -> None:
        for number in range(count):
            if number == unread_from:
                conversations.mark_read(tx, contact_id)
            arrives(contact_id, f"Message {number}")(tx)
        if unread_from is None:
            conversations.mark_read(tx, contact_id)

    await bench.world.write(write)


async def test_it_opens_at_the_first_unread_even_far_back(bench: Bench) -> None:
    await many(bench, "Sofia", 700, unread_from=200)
    await bench.open("Sofia")
    view = view_of(bench)
    await until(lambda: sees(view, "unread"))
    rows = [one.key for one in view.entries()]
    assert getattr(view.entries()[rows.index("unread")], "text", "") == "500 unread messages"
    assert rows[rows.index("unread") + 1] == key_of(view, "Message 200")
    assert sees(view, key_of(view, "Message 199"))
    assert bench.sees("thread_latest")
    assert len(rows) <= 300
    # It is read by looking, and the separator stays until another conversation is opened.
    listed = bench.page.list.rows
    await until(lambda: all(one.unread_count == 0 for one in listed.rows if one.name == "Sofia Greco"))
    await bench.tasks.drain()
    assert sees(view, "unread")
    await bench.open("Tunde")
    await bench.open("Sofia")
    await until(lambda: bool(key_of(view, "Message 699")))
    assert "unread" not in [one.key for one in view.entries()]
    assert sees(view, key_of(view, "Message 699"))


async def test_scrolling_down_from_far_back_reaches_the_newest_with_few_rows(bench: Bench) -> None:
    await many(bench, "Sofia", 700, unread_from=100)
    await bench.open("Sofia")
    view = view_of(bench)
    bar = view.verticalScrollBar()
    await until(lambda: sees(view, "unread"))
    shown = set()
    while not key_of(view, "Message 699"):
        last = view.entries()[-1].key
        assert len(view.entries()) <= 300
        shown |= {one.key for one in view.entries()}
        bar.setValue(bar.maximum())
        at = view.first_key()
        await until(lambda last=last: view.entries()[-1].key != last)  # type: ignore[misc]
        await bench.tasks.drain()
        assert abs(model_of(view).row_of(view.first_key()) - model_of(view).row_of(at)) <= 2
    assert len(shown) > 300
    # What comes now is shown, as one stands at the newest.
    bar.setValue(bar.maximum())
    await bench.world.write(arrives(bench.world.ids["Sofia"], "Newest"))
    await until(lambda: sees(view, key_of(view, "Newest")))


async def test_any_message_can_be_jumped_to_and_is_marked(bench: Bench) -> None:
    await many(bench, "Sofia", 700)
    await bench.open("Sofia")
    view = view_of(bench)
    ids = [row.id for row in await bench.world.messages(bench.world.ids["Sofia"])]
    far, near = f"message:{ids[40]}", f"message:{ids[60]}"
    delegate: Any = view.itemDelegate()
    bench.page.area.open_contact(bench.world.ids["Sofia"], message_id=ids[40])
    await until(lambda: sees(view, far))
    assert delegate.marked_key == far
    assert view.currentIndex().data(ENTRY).key == far
    bench.page.area._pages.show_message(ids[60])
    assert sees(view, near)
    assert delegate.marked_key == near
    await until(lambda: delegate.marked_key == "")
    bench.page.area._pages.show_message(ids[690])
    await until(lambda: sees(view, f"message:{ids[690]}"))
    view.verticalScrollBar().setValue(0)
    bench.click("thread_latest")
    await until(lambda: sees(view, key_of(view, "Message 699")))


async def test_a_click_on_a_quote_goes_to_what_it_quotes(bench: Bench) -> None:
    await many(bench, "Sofia", 700)
    sofia = bench.world.ids["Sofia"]
    rows = await bench.world.messages(sofia)

    def answer(tx: Tx) -> None:
        row = tables.message
        tx.conn.execute(update(row).where(row.c.id == rows[30].id).values(wamid="in.30"))
        conversations.add_inbound(
            tx, sofia, wamid="in.a", kind="text", text="That one", content={}, context_wamid="in.30"
        )
        conversations.mark_read(tx, sofia)

    await bench.world.write(answer)
    await bench.open("Sofia")
    view = view_of(bench)
    await until(lambda: sees(view, key_of(view, "That one")))
    assert "Answers Sofia: Message" in str(view.model().index(len(view.entries()) - 1, 0).data())
    click(view, key_of(view, "That one"), lambda hit: hit.quoted_id == rows[30].id)
    await until(lambda: sees(view, f"message:{rows[30].id}"))


async def test_notes_stand_in_the_thread_and_are_read_out(bench: Bench) -> None:
    tunde, meera = bench.world.ids["Tunde"], bench.world.users[0]
    other = bench.world.users[1]
    await bench.open("Tunde")
    view = view_of(bench)
    text = f"@{other.name} see https://shop.example/4471"
    await bench.world.write(lambda tx: notes.add(tx, tunde, meera.id, text, [other.id]))
    await until(lambda: isinstance(view.entries()[-1], NoteEntry))
    index = view.model().index(len(view.entries()) - 1, 0)
    spoken = str(index.data(Qt.ItemDataRole.AccessibleTextRole))
    assert spoken.startswith(f"Note by {meera.name}, only for your team. @{other.name} see")
    heard: list[str] = []
    view.link_requested.disconnect()
    view.link_requested.connect(heard.append)
    click(view, view.entries()[-1].key, lambda hit: bool(hit.link))
    assert heard == ["https://shop.example/4471"]
    assert index.flags() & Qt.ItemFlag.ItemIsSelectable


async def test_a_reaction_comes_and_goes_on_its_message(bench: Bench) -> None:
    tunde = bench.world.ids["Tunde"]
    await bench.world.write(
        lambda tx: conversations.add_inbound(
            tx, tunde, wamid="in.9", kind="text", text="Hi again", content={}, context_wamid=""
        )
    )
    await bench.open("Tunde")
    view = view_of(bench)

    def reactions_of() -> tuple[str, ...]:
        found = next(one for one in view.entries() if getattr(one, "text", "") == "Hi again")
        assert isinstance(found, BubbleEntry)
        return found.reactions

    await bench.world.write(lambda tx: reactions.react(tx, tunde, "in.9", "👍", tx.now))
    await until(lambda: reactions_of() == ("👍",))
    await bench.world.write(lambda tx: reactions.react(tx, tunde, "in.9", "", tx.now))
    await until(lambda: reactions_of() == ())


async def test_a_tick_repaints_its_message_only(bench: Bench) -> None:
    lucia = bench.world.ids["Lucía"]
    await bench.world.write(leaves(lucia, "On its way", user=bench.world.users[0], status=Status.SENT))
    await bench.open("Lucía")
    view = view_of(bench)
    key = key_of(view, "On its way")
    repainted: list[int] = []
    laid_out: list[int] = []
    model_of(view).repaint_wanted.connect(repainted.append)
    model_of(view).dataChanged.connect(lambda first, *_: laid_out.append(first.row()))
    model_of(view).modelReset.connect(lambda: laid_out.append(-1))

    def read(tx: Tx) -> None:
        row = tables.message
        id = int(key.removeprefix("message:"))
        tx.conn.execute(update(row).where(row.c.id == id).values(status=Status.READ.value))
        outbox.touch(tx, lucia, None)

    await bench.world.write(read)
    await until(lambda: bool(repainted))
    assert set(repainted) == {model_of(view).row_of(key)}
    assert laid_out == []
    entry = view.entries()[model_of(view).row_of(key)]
    assert isinstance(entry, BubbleEntry)
    assert entry.tick_color == "info"


async def test_a_burst_is_gathered(bench: Bench) -> None:
    done: list[int] = []
    pace = Pace(lambda: done.append(1), bench.window, every_ms=60)
    for _ in range(50):
        pace.ask()
    assert len(done) == 1
    await until(lambda: len(done) == 2)
    pace.ask()
    assert len(done) == 2
    await until(lambda: len(done) == 3)


async def test_the_menu_offers_what_the_message_has(bench: Bench) -> None:
    tunde = bench.world.ids["Tunde"]
    place = {"latitude": 49.28, "longitude": -123.12, "name": "Shop"}
    await bench.world.write(arrives(tunde, "", "location", location=place))
    await bench.open("Tunde")
    view = view_of(bench)

    def menu(row: int) -> list[str]:
        view.setCurrentIndex(view.model().index(row, 0))
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
        view.contextMenuEvent(asked)
        assert isinstance(view.menu, QMenu)
        names = [one.objectName() for one in view.menu.actions()]
        view.menu.close()
        return names

    assert menu(len(view.entries()) - 1)[:1] == ["thread_copy"]
    assert "thread_map" in menu(len(view.entries()) - 1)
    failed = next(row for row, one in enumerate(view.entries()) if getattr(one, "stayed_here", False))
    assert menu(failed)[-2:] == ["thread_why", "thread_send_again"]
    heard: list[str] = []
    view.link_requested.disconnect()
    view.link_requested.connect(heard.append)
    view.setCurrentIndex(view.model().index(len(view.entries()) - 1, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert heard == [view.entries()[-1].carried.link]  # type: ignore[union-attr]


@pytest.mark.slow
@staged
async def test_a_picture_is_shown_and_opened_and_a_program_is_not(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files(stage)
    view = stage.find(ThreadView, "thread_messages")
    photo, document = [one for one in view.entries() if isinstance(one, BubbleEntry) and one.carried][:2]
    contact_id = photo.message.contact_id
    await seen(lambda: view.files.state(photo).image is not None, "the picture")
    await seen(lambda: bool(view.files.state(document).words), "how large the document is")
    asked: list[QUrl] = []

    def open_url(url: QUrl) -> bool:
        asked.append(url)
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    view.scrollToTop()
    click(view, photo.key, lambda hit: hit.file)
    await seen(lambda: len(asked) == 1, "the picture to be opened")
    assert Path(asked[0].toLocalFile()).suffix in (".jpg", ".jpeg")
    click(view, document.key, lambda hit: hit.file)
    assert view.menu is not None
    next(one for one in view.menu.actions() if one.objectName() == "thread_open").trigger()
    await seen(lambda: len(asked) == 2, "the document to be opened")
    program = {"id": "7", "mime": "application/x-msdownload", "filename": "invoice.exe"}
    await stage.app.store.write(says(contact_id, "", kind="document", media=program))
    await seen(lambda: bool([1 for one in view.entries() if "invoice.exe" in str(one)]), NAME)
    last = view.entries()[-1]
    assert isinstance(last, BubbleEntry)
    assert last.carried is not None
    view.open_file_requested.emit(last.carried.file)
    await seen(lambda: any("Not opened here" in one.text for one in stage.window.toasts.shown), "a refusal")
    assert len(asked) == 2


def test_a_large_picture_is_decoded_small_and_nonsense_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(picture())
    found = decoded(tmp_path / "photo.jpg")
    assert isinstance(found, QImage)
    assert max(found.width(), found.height()) == SIDE_PX
    (tmp_path / "odd.jpg").write_bytes(b"no picture at all")
    assert decoded(tmp_path / "odd.jpg") is None
    assert decoded(tmp_path / "missing.jpg") is None
