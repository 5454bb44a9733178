"""A key that opens nothing says so; the keyboard goes down the card as the eye does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from desktop.domain.keys import ApiKey, Scope
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.settings.keys_card import STOPPED, KeysCard
from desktop.ui.theme import Theme

NOW = datetime(2026, 11, 3, 11, 4, tzinfo=UTC)
WORKS = ApiKey(1, "shop-sync", "ak_" + "A" * 20, Scope.ALL, 7, NOW - timedelta(days=9))


def test_a_key_whose_maker_has_left_is_stopped(theme: Theme) -> None:
    stopped = replace(WORKS, id=2, name="crm", creator_left=True)
    revoked = replace(stopped, id=3, name="old", revoked_at=NOW)
    card = KeysCard(theme)
    card.show_keys([WORKS, stopped, revoked], NOW, "")
    told = {}
    for id in (1, 2, 3):
        label = card.findChild(Label, f"key_{id}_used")
        assert label is not None
        told[id] = (label.text(), label.toolTip())
    assert told == {1: ("Never", ""), 2: ("Stopped", STOPPED), 3: ("Never", "")}


def stops(window: QWidget) -> list[str]:
    """Where Tab stops, in its order."""
    QApplication.processEvents()
    found = []
    part = window.nextInFocusChain()
    while part is not None and part is not window:
        if part.isVisible() and part.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(part.objectName())
        part = part.nextInFocusChain()
    return found


def test_tab_goes_from_a_card_to_its_lines_and_then_to_the_next(theme: Theme, window: QWidget) -> None:
    cards = KeysCard(theme), KeysCard(theme)
    column = QVBoxLayout(window)
    for card in cards:
        column.addWidget(card)
    for _ in range(2):
        cards[1].show_keys([replace(WORKS, id=3)], NOW, "")
        cards[0].show_keys([WORKS, replace(WORKS, id=2)], NOW, "")
        assert stops(window) == ["keys_new", "key_1_revoke", "key_2_revoke", "keys_new", "key_3_revoke"]


def test_the_focus_stays_in_its_line(theme: Theme, window: QWidget) -> None:
    card = KeysCard(theme)
    QVBoxLayout(window).addWidget(card)
    other = replace(WORKS, id=2)
    card.show_keys([WORKS, other], NOW, "")
    QApplication.processEvents()
    revoke = card.findChild(QPushButton, "key_2_revoke")
    assert revoke is not None
    revoke.setFocus()
    for line, expected in (
        (other, "key_2_revoke"),
        (replace(other, revoked_at=NOW), "keys_new"),
    ):
        card.show_keys([WORKS, line], NOW, "")
        QApplication.processEvents()
        focused = window.focusWidget()
        assert focused is not None
        assert focused.objectName() == expected


def test_no_name_is_cut_beside_an_empty_column(theme: Theme, window: QWidget) -> None:
    theme.set_text_scale(150)
    window.resize(980, 600)
    card = KeysCard(theme)
    QVBoxLayout(window).addWidget(card)
    card.show_keys([replace(WORKS, name="warehouse-stock-sync")], NOW, "")
    QApplication.processEvents()
    name = card.findChild(ElidedLabel, "key_1_name")
    assert name is not None
    assert name.shown_text() == name.text()
