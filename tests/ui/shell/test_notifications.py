"""What is told, where, and how often: messages, mentions, reminders; quiet hours; the badge and the card at the bell."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.domain.attention import NewMessage, gathered
from desktop.services.attention import ForYou
from desktop.store import conversations, notes
from desktop.system.machine import Machine
from desktop.ui.shell.for_you import ForYouCard, rows_of
from desktop.ui.shell.notifications import Notifications, is_quiet, waiting_words
from desktop.ui.theme import Theme
from tests.clock import START
from tests.looks.stage import Stage, staged
from tests.ui.conversations.bench import Bench, until
from tests.ui.conversations.scenes import arrives, populate
from tests.ui.conversations.world import open_world


class Heard:
    """What the system was asked to tell."""

    def __init__(self, has_tray: bool = True) -> None:
        self.told: list[tuple[str, str]] = []
        self.beeps, self._has_tray = 0, has_tray

    def tell(self, title: str, text: str) -> bool:
        self.told.append((title, text))
        return self._has_tray

    def beep(self) -> None:
        self.beeps += 1


class Ear:
    """A window with its notifications, and what they said."""

    def __init__(self, bench: Bench, machine: Machine) -> None:
        self.bench, self.machine = bench, machine
        bench.world.app.machine = machine
        self.ways = Heard()
        self.looked_at: int | None = None
        self.opened: list[int | None] = []
        self.counted: list[ForYou] = []
        self.notifications = Notifications(
            bench.desk, bench.window, self.ways, lambda: self.looked_at, gather_ms=20, rest_ms=60, poll_ms=20
        )
        self.notifications.open_requested.connect(self.opened.append)
        self.notifications.counted.connect(self.counted.append)

    @property
    def toasts(self) -> list[str]:
        return [one.text for one in self.bench.toasts.shown]

    async def says(self, name: str, *texts: str) -> None:
        """A customer writes, all at once."""
        contact_id = self.bench.world.ids[name]
        self.bench.world.clock.move(timedelta(minutes=1))

        def write(tx: object) -> None:
            for text in texts:
                arrives(contact_id, text)(tx)  # type: ignore[arg-type]

        await self.bench.world.write(write)

    async def looks(self) -> None:
        """Two whole looks from now on."""
        count = len(self.counted)
        await until(lambda: len(self.counted) >= count + 2)


@pytest.fixture
async def ear(tmp_path: Path, theme: Theme) -> AsyncIterator[Ear]:
    world = await open_world(tmp_path)
    await populate(world)
    bench = Bench(world, theme)
    await bench.show()
    made = Ear(bench, Machine(tmp_path / "machine.json"))
    await made.looks()
    yield made
    made.notifications.deleteLater()
    await bench.close()


async def test_what_was_there_before_is_no_news(ear: Ear) -> None:
    assert ear.toasts == []
    assert ear.ways.told == []
    assert ear.ways.beeps == 0
    assert ear.counted[-1].waiting_count > 0


async def test_a_message_is_told_once_in_the_window_and_opens(ear: Ear) -> None:
    await ear.says("Tunde", "Is anybody there?")
    await until(lambda: ear.toasts == ["Tunde Nwosu: “Is anybody there?”"])
    await ear.looks()
    assert len(ear.toasts) == 1
    assert ear.ways.beeps == 1
    assert ear.ways.told == []  # the window is in front
    ear.bench.click("toast-action")
    assert ear.opened == [ear.bench.world.ids["Tunde"]]


async def test_a_burst_is_one_notice(ear: Ear) -> None:
    await ear.says("Tunde", "One", "Two", "Three")
    await until(lambda: ear.toasts == ["Tunde Nwosu: 3 new messages: “Three”"])
    ear.bench.toasts.clear()

    def write(tx: object) -> None:
        for name in ("Tunde", "Arjun", "Sofia"):
            arrives(ear.bench.world.ids[name], "Hello")(tx)  # type: ignore[arg-type]

    await ear.bench.world.write(write)
    await until(lambda: ear.toasts == ["3 new messages: Tunde Nwosu, Arjun Kapoor and 1 more"])
    assert ear.ways.beeps == 2
    ear.bench.click("toast-action")
    assert ear.opened == [None]


async def test_what_is_being_looked_at_and_what_is_a_colleagues_is_not_told(ear: Ear) -> None:
    ids, tom = ear.bench.world.ids, ear.bench.world.users[1]
    await ear.bench.world.write(lambda tx: conversations.assign(tx, ids["Arjun"], tom.id))
    ear.looked_at = ids["Tunde"]
    await ear.says("Tunde", "I see you")
    await ear.says("Arjun", "For Tom")
    await ear.looks()
    assert ear.toasts == []
    assert ear.ways.beeps == 0
    await ear.bench.world.write(lambda tx: conversations.assign(tx, ids["Arjun"], None))
    await ear.says("Arjun", "For anybody")
    await until(lambda: bool(ear.toasts))
    assert "Arjun Kapoor" in ear.toasts[0]


@pytest.mark.parametrize(("words", "text"), [(False, "New message"), (True, "“My card is 4242”")])
async def test_outside_the_window_the_words_are_kept_back(ear: Ear, words: bool, text: str) -> None:
    ear.machine.save(notify_words=words)
    other = QWidget()
    other.show()
    other.activateWindow()
    await until(lambda: not ear.bench.window.isActiveWindow())
    await ear.says("Tunde", "My card is 4242")
    await until(lambda: ear.ways.told == [("Tunde Nwosu", text)])
    assert ear.toasts == []  # it was told already
    ear.notifications.open_last()
    assert ear.opened == [ear.bench.world.ids["Tunde"]]
    other.close()


async def test_off_quiet_and_without_a_sound(ear: Ear) -> None:
    ear.machine.save(notify=False)
    await ear.says("Tunde", "One")
    await ear.looks()
    assert ear.toasts == []
    assert ear.ways.beeps == 0
    ear.machine.save(notify=True, notify_sound=False)
    await ear.says("Tunde", "Two")
    await until(lambda: len(ear.toasts) == 1)
    assert ear.ways.beeps == 0
    ear.bench.toasts.clear()
    ear.machine.save(notify_sound=True, quiet=True, quiet_week=(0, 0), quiet_weekend=(0, 0))
    assert is_quiet(ear.machine.settings, ear.bench.world.clock.now())
    await ear.says("Tunde", "Three")
    await until(lambda: len(ear.toasts) == 1)  # in the window, quietly
    assert ear.ways.beeps == 0
    assert ear.ways.told == []


async def test_a_mention_is_told_to_who_is_named(ear: Ear) -> None:
    meera, tom = ear.bench.world.users[0], ear.bench.world.users[1]
    tunde = ear.bench.world.ids["Tunde"]
    before = ear.counted[-1]
    await ear.bench.world.write(
        lambda tx: notes.add(tx, tunde, tom.id, "@Meera Rao\nplease call", [meera.id])
    )
    await until(lambda: ear.toasts == ["Tom Abel mentioned you: Tunde Nwosu: @Meera Rao please call"])
    await until(lambda: ear.counted[-1].waiting_count == before.waiting_count + 1)
    assert ear.counted[-1].bell_count(ear.bench.world.clock.now()) == 1
    await ear.bench.world.app.notes.mark_seen(tunde, meera)
    await until(lambda: ear.counted[-1].waiting_count == before.waiting_count)


async def test_a_reminder_is_told_when_its_time_comes_and_once_in_two_windows(ear: Ear) -> None:
    tunde, meera = ear.bench.world.ids["Tunde"], ear.bench.world.users[0]
    second = Notifications(ear.bench.desk, ear.bench.window, ear.ways, lambda: None, poll_ms=20)
    clock = ear.bench.world.clock
    await ear.bench.world.app.reminders.put(tunde, clock.now() + timedelta(hours=2), meera)
    await ear.looks()
    assert ear.toasts == []
    clock.move(timedelta(hours=2))
    await until(lambda: ear.toasts == ["Reminder: you wanted to come back to Tunde Nwosu"])
    await ear.looks()
    assert ear.ways.beeps == 1
    assert ear.counted[-1].bell_count(clock.now()) == 1
    second.deleteLater()


async def test_somebody_else_who_sits_down_hears_nothing_old(ear: Ear) -> None:
    ids, tom = ear.bench.world.ids, ear.bench.world.users[1]
    await ear.bench.world.write(lambda tx: conversations.assign(tx, ids["Arjun"], tom.id))
    await ear.says("Arjun", "For Tom")
    await ear.looks()
    ear.bench.user = tom
    await ear.looks()
    assert ear.toasts == []
    await ear.says("Arjun", "Again")
    await until(lambda: ear.toasts == ["Arjun Kapoor: “Again”"])


def test_words_of_many_and_of_what_has_none() -> None:
    photo = NewMessage(1, 7, "Ana Bell", "image", "", START)
    one = gathered([photo])
    assert one is not None
    assert (one.title, one.text, one.discreet, one.contact_id) == ("Ana Bell", "Image", "New message", 7)
    long = gathered([NewMessage(2, 7, "Ana Bell", "text", "word " * 60, START)])
    assert long is not None
    assert len(long.text) <= 83
    assert long.text.endswith("…”")
    assert gathered([]) is None
    assert waiting_words("Assent", ForYou(waiting_count=3)) == "(3) Assent"
    assert waiting_words("Assent", ForYou()) == "Assent"


async def test_the_card_lists_what_is_due_first_and_opens_it_by_keys(ear: Ear) -> None:
    bench, meera, tom = ear.bench, ear.bench.world.users[0], ear.bench.world.users[1]
    ids, now = bench.world.ids, bench.world.clock.now()
    chosen: list[int] = []
    card = ForYouCard(bench.desk.theme, bench.window)
    card.contact_chosen.connect(chosen.append)
    card.show_state(ForYou(), now)
    card.open_at(bench.window.rect().adjusted(0, 800, -1380, 0))
    assert bench.sees("for_you_nothing")
    card.close_card()
    await bench.world.write(lambda tx: notes.add(tx, ids["Tunde"], tom.id, "@Meera Rao look", [meera.id]))
    await bench.world.app.reminders.put(ids["Sofia"], now + timedelta(hours=1), meera)
    await bench.world.app.reminders.put(ids["Arjun"], now + timedelta(hours=9), meera)
    later = now + timedelta(hours=2)
    for_you = await bench.world.app.attention.for_you(meera)
    assert [one.title for one in rows_of(for_you, later)] == [
        "Sofia Greco",
        "Tom Abel · Tunde Nwosu",
        "Arjun Kapoor",
    ]
    bench.window.activateWindow()
    await until(bench.window.isActiveWindow)
    card.show_state(for_you, later)
    card.open_at(bench.window.rect().adjusted(0, 800, -1380, 0))
    keys = bench.find("for_you_list")
    assert keys.hasFocus()
    QTest.keyClick(keys, Qt.Key.Key_Down)
    QTest.keyClick(keys, Qt.Key.Key_Return)
    assert chosen == [ids["Tunde"]]
    assert not card.isVisible()
    card.open_at(bench.window.rect().adjusted(0, 800, -1380, 0))
    QTest.keyClick(bench.find("for_you_list"), Qt.Key.Key_Escape)
    assert not card.isVisible()


@staged
async def test_the_window_shows_the_card_beside_its_bell(stage: Stage) -> None:
    await stage.click("rail-for_you")
    await stage.seen("for_you")
    card, bell = stage.find(QWidget, "for_you"), stage.find(QWidget, "rail-for_you")
    assert card.geometry().left() > bell.geometry().right()
    assert stage.window.rail.current == "conversations"  # no page of its own
    assert stage.window.windowTitle().endswith("Assent — SANDBOX")
