import pytest
from PySide6.QtCore import QDate, QDateTime, QSize, Qt, QTime
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMessageBox, QPushButton, QVBoxLayout, QWidget

from desktop.ui.parts.avatar import PALETTE, Avatar, avatar_color, initials
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.bars import SLIVER_PX, Segment, StackBar, widths
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.chart import ticks
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import ElidedLabel, Label, SectionLabel
from desktop.ui.parts.numberfield import DateTimeField
from desktop.ui.parts.rail import Rail, RailItem
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.stat import Stat, TileRow
from desktop.ui.parts.statusbar import StatusBar
from desktop.ui.parts.steps import Steps
from desktop.ui.parts.switch import Switch
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.parts.toasts import ACTION_MS, MOST, SHOWN_MS, WARNING_MS, Toasts
from desktop.ui.theme import Color, Theme
from tests.looks.checks import contrast, pixel


def stand(window: QWidget, *parts: QWidget) -> None:
    layout = window.layout() or QVBoxLayout(window)
    for part in parts:
        layout.addWidget(part)
    QApplication.processEvents()


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Priya Sharma", "PS"), ("Arjun", "A"), ("maria del  carmen lópez", "ML"), ("अर्जुन कपूर", "अक"),
        ("+1 306 555 0191", "91"), ("", "?"), ("🪔", "?"), ("(Dr.) Jo", "DJ"),
    ],
)  # fmt: skip
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_avatar_colours_can_be_read_and_stay() -> None:
    assert all(contrast(color, "#FFFFFF") >= 4.5 for color in PALETTE)
    assert avatar_color("Priya Sharma") == avatar_color(" priya sharma")
    assert len({avatar_color(f"Contact {number}").name() for number in range(200)}) == len(PALETTE)


def test_an_avatar_is_a_circle_of_its_colour(theme: Theme, window: QWidget) -> None:
    avatar = Avatar(theme, "Priya Sharma", 38, name="face")
    stand(window, avatar)
    assert avatar.size() == QSize(38, 38)
    assert pixel(window, "face", 19, 3) == avatar_color("Priya Sharma")
    assert pixel(window, "face", 0, 0) == theme.color("bg")
    assert avatar.accessibleName() == "Priya Sharma"


@pytest.mark.parametrize("kind", list(BadgeKind))
def test_a_badge_wears_its_kind(theme: Theme, window: QWidget, kind: BadgeKind) -> None:
    badge = Badge(theme, "Opted out", kind, name="badge")
    stand(window, badge)
    assert pixel(window, "badge", 6, badge.height() // 2) == theme.color(kind.look.ground)
    assert contrast(theme.color(kind.look.ink), theme.color(kind.look.ground)) >= 4.5
    narrow = badge.width()
    badge.show_badge("Opted out of marketing", BadgeKind.OUT)
    stand(window)
    assert badge.width() > narrow
    assert badge.accessibleName() == "Opted out of marketing"


def test_a_switch_turns_by_mouse_and_keys_and_shows_it(theme: Theme, window: QWidget) -> None:
    switch = Switch(theme, "Only who opted in", name="switch")
    stand(window, switch)
    told: list[bool] = []
    switch.toggled.connect(told.append)
    assert pixel(window, "switch", -8, 3) == theme.color("muted")
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert pixel(window, "switch", 8, 3) == theme.color("accent")
    assert pixel(window, "switch", -8, 12) == theme.color("knob")
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert told == [True, False]
    assert switch.size() == QSize(44, 24)


def test_enter_and_space_click_a_button_anywhere(theme: Theme, window: QWidget) -> None:
    clicks: list[bool] = []
    button = Button(theme, "Send", "primary", icon="paper-plane-right", name="send")
    button.clicked.connect(lambda: clicks.append(True))
    stand(window, button)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Enter):
        QTest.keyClick(button, key)
    assert len(clicks) == 3
    button.setEnabled(False)
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert len(clicks) == 3


def test_only_the_keyboard_shows_the_ring(theme: Theme, window: QWidget) -> None:
    button = Button(theme, "Send", name="send")
    stand(window, button)
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    assert pixel(window, "send", 30, 1) != theme.color("text")
    plain = window.grab().toImage()
    button.clearFocus()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert window.grab().toImage() != plain


@pytest.mark.parametrize(
    ("kind", "ground"), [("primary", "accent"), ("danger", "danger"), ("default", "surface")]
)
def test_buttons_wear_their_kind(theme: Theme, window: QWidget, kind: str, ground: Color) -> None:
    button = Button(theme, "Go on", kind, name="button")  # type: ignore[arg-type]  # three of the kinds
    stand(window, button)
    assert pixel(window, "button", 8, 8) == theme.color(ground)
    assert button.height() == 34


def test_an_icon_button_says_what_it_does(theme: Theme) -> None:
    button = IconButton(theme, "x", "Remove condition")
    assert button.accessibleName() == button.toolTip() == "Remove condition"


def test_colours_follow_the_mode(app: QApplication, theme: Theme, window: QWidget) -> None:
    stand(
        window,
        Button(theme, "Send", "primary", name="send"),
        StackBar(theme, [Segment("a", 1, "danger")], name="bar"),
    )
    theme.set_mode("dark")
    theme.apply(app)
    assert pixel(window, "send", 8, 8) == QColor("#3CC598")
    assert pixel(window, "bar", 20, 5) == QColor("#FF9C93")


def test_a_part_that_is_not_zero_is_seen() -> None:
    shown = widths([970, 20, 10, 0], 100)
    assert shown[2] == SLIVER_PX
    assert shown[3] == 0
    assert sum(shown) == pytest.approx(100)
    assert widths([0, 0], 100) == [0, 0]


def test_the_bar_shows_its_parts_in_order(theme: Theme, window: QWidget) -> None:
    bar = StackBar(
        theme, [Segment("Opted in", 970, "accent"), Segment("Opted out", 30, "danger")], name="bar"
    )
    stand(window, bar)
    assert pixel(window, "bar", 10, 5) == theme.color("accent")
    assert pixel(window, "bar", -8, 5) == theme.color("danger")
    assert bar.accessibleDescription() == "Opted in 970, Opted out 30"


def test_tabs_are_chosen_by_mouse_and_arrows(theme: Theme, window: QWidget) -> None:
    tabs = Tabs(theme, [Tab("mine", "Mine", 12), Tab("all", "All"), Tab("closed", "Closed")], name="tabs")
    stand(window, tabs)
    told: list[str] = []
    tabs.chosen.connect(told.append)
    assert tabs.button("mine").text() == "Mine 12"
    tabs.choose("closed")
    assert told == []
    tabs.button("closed").setFocus()
    QTest.keyClick(tabs.button("closed"), Qt.Key.Key_Left)
    assert told == ["all"]
    QTest.mouseClick(tabs.button("mine"), Qt.MouseButton.LeftButton)
    assert told == ["all", "mine"]
    tabs.show_tabs([Tab("mine", "Mine", 1284)])
    assert tabs.button("mine").text() == "Mine 1,284"
    assert tabs.current == "mine"


def test_a_chosen_tab_has_room_for_its_bold_letters(theme: Theme, window: QWidget) -> None:
    tabs = Tabs(theme, [Tab("all", "All"), Tab("own", "WhatsApp’s marketing limit", 4)], name="tabs")
    stand(window, tabs)
    own = tabs.button("own")
    before_px = own.sizeHint().width()
    tabs.choose("own")
    bold = QFontMetrics(theme.font(13, 600)).horizontalAdvance(own.text())
    assert own.sizeHint().width() == before_px >= bold + 2 * theme.px(10)


def test_a_date_reads_the_same_from_right_to_left(app: QApplication, theme: Theme) -> None:
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        field = DateTimeField(theme, QDateTime(QDate(2026, 11, 23), QTime(9, 5)))
        assert field.text() == "Mon 23 Nov 2026 09:05"
    finally:
        app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_search_waits_for_a_pause_and_escape_clears(theme: Theme, window: QWidget) -> None:
    field = SearchField(theme, "Search", hint="Ctrl F", name="search")
    stand(window, field)
    told: list[str] = []
    field.search_requested.connect(told.append)
    QTest.keyClicks(field, "pri")
    assert told == []
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert told == ["pri", ""]
    assert field.height() == 34


def test_an_elided_label_keeps_its_text_as_tooltip(theme: Theme, window: QWidget) -> None:
    label = ElidedLabel("Your order\n#4471 has shipped and is on its way", name="preview")
    stand(window, label)
    assert label.toolTip() == ""
    label.setFixedWidth(80)
    assert label.shown_text().endswith("…")
    assert label.toolTip() == "Your order #4471 has shipped and is on its way"


def test_labels_show_what_was_written(theme: Theme) -> None:
    label = Label("<b>not bold</b> & co\nsecond line", wrap=True)
    assert label.text() == "<b>not bold</b> & co\nsecond line"
    assert SectionLabel("Tags").accessibleName() == "Tags"


def test_flow_begins_a_new_line_and_is_mirrored(theme: Theme, window: QWidget) -> None:
    room = QWidget(window)
    flow = FlowLayout(room, spacing_px=4, line_spacing_px=4)
    chips = [Chip(theme, f"tag number {number}") for number in range(6)]
    for chip in chips:
        flow.addWidget(chip)
    room.resize(250, flow.heightForWidth(250))
    room.show()
    QApplication.processEvents()
    assert chips[0].y() == chips[1].y() < chips[-1].y()
    assert chips[0].x() == 0
    assert flow.heightForWidth(250) > flow.heightForWidth(1000)
    room.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QApplication.processEvents()
    assert chips[0].geometry().right() == room.width() - 1
    flow.clear()
    assert flow.count() == 0


def test_a_chip_can_be_taken_away(theme: Theme, window: QWidget) -> None:
    chip = Chip(theme, "VIP", removable=True, name="vip")
    stand(window, chip)
    told: list[str] = []
    chip.removed.connect(told.append)
    cross = window.findChild(IconButton, "vip-remove")
    assert cross is not None
    cross.click()
    assert told == ["VIP"]
    assert cross.accessibleName() == "Remove VIP"


def test_a_banner_says_its_words_and_offers_its_action(theme: Theme, window: QWidget) -> None:
    banner = Banner(theme, "danger", "<b>Priya opted out</b> on 22 Nov", action="View history", name="banner")
    stand(window, banner)
    told: list[int] = []
    banner.action_requested.connect(lambda: told.append(1))
    banner.action.click()
    assert told == [1]
    assert banner.accessibleName() == "Priya opted out on 22 Nov"
    assert pixel(window, "banner", 5, 20) == theme.color("danger_bg")
    banner.show_banner("warn", "Careful")
    assert pixel(window, "banner", 5, 20) == theme.color("warn_bg")
    assert not banner.action.isVisible()


def test_a_form_row_shows_the_problem_in_the_place_of_the_help(theme: Theme, window: QWidget) -> None:
    field = QLineEdit()
    row = FormRow("Reason", field, help_text="Kept in the history.", name="reason")
    stand(window, row)
    row.show_problem("Give a reason.")
    assert row.note.text() == field.accessibleDescription() == "Give a reason."
    row.show_problem("")
    assert row.note.text() == "Kept in the history."
    assert field.accessibleName() == "Reason"


def test_key_value_is_one_sentence_for_a_screen_reader(theme: Theme) -> None:
    row = KeyValue(theme, "Opted out", "10", note="left out", dot="danger")
    assert row.accessibleName() == "Opted out: 10 left out"
    row.show_value("12")
    assert row.accessibleName() == "Opted out: 12"


def test_the_rail_goes_where_it_is_told(theme: Theme, window: QWidget) -> None:
    items = [RailItem("chats", "Conversations", "chat-circle-dots"), RailItem("people", "Contacts", "users")]
    rail = Rail(theme, items, [RailItem("settings", "Settings", "gear")], person="Meera Rao")
    stand(window, rail)
    told: list[str] = []
    rail.chosen.connect(told.append)
    rail.choose("chats")
    assert told == []
    button = window.findChild(QWidget, "rail-people")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told == ["people"]
    assert rail.current == "people"
    assert button.accessibleName() == "Contacts"
    rail.show_count("chats", 3)
    assert rail.width() == 64
    assert pixel(window, "rail", 2, -2) == theme.color("rail")


def test_steps_go_back_but_not_ahead_and_fit_where_there_is_no_room(theme: Theme, window: QWidget) -> None:
    steps = Steps(theme, ["Template", "Audience", "Message", "When", "Review"], 2, name="steps")
    stand(window, steps)
    told: list[int] = []
    steps.step_requested.connect(told.append)
    for number in (1, 3, 4):
        step = window.findChild(QWidget, f"steps-{number}")
        assert step is not None
        QTest.mouseClick(step, Qt.MouseButton.LeftButton)
    assert told == [0]
    window.resize(steps.minimumSizeHint().width() + 30, 200)
    QApplication.processEvents()
    last = window.findChild(QWidget, "steps-5")
    assert last is not None
    assert last.geometry().right() < steps.width()


def test_the_status_bar_shows_segments_and_the_sandbox(theme: Theme, window: QWidget) -> None:
    bar = StatusBar(theme)
    stand(window, bar)
    bar.show_segment("webhook", "Last webhook 10:44", "accent")
    bar.show_sandbox(True)
    segment = window.findChild(QWidget, "status-webhook")
    assert segment is not None
    assert segment.isVisible()
    assert bar.sandbox.isVisible()
    bar.show_segment("webhook", "")
    assert not segment.isVisible()


def test_a_long_segment_gives_way_and_the_others_are_read_whole(theme: Theme, window: QWidget) -> None:
    bar = StatusBar(theme)
    stand(window, bar)
    window.resize(theme.px(640), 200)
    bar.show_segment("engine", "Ready to send", "accent")
    bar.show_segment("broadcasts", "A very long name " * 20, "info")
    bar.show_segment("webhook", "Last webhook 10:44", "accent")
    QApplication.processEvents()
    whole = {}
    for key in ("engine", "broadcasts", "webhook"):
        label = window.findChild(ElidedLabel, f"status-{key}-text")
        assert label is not None
        whole[key] = label.shown_text() == label.text()
    assert whole == {"engine": True, "broadcasts": False, "webhook": True}


def test_headings_stand_right_over_their_numbers_on_one_line(theme: Theme, window: QWidget) -> None:
    tiles = [
        Stat(label, "7", name=f"tile-{at}")
        for at, label in enumerate(("Sent", "Opted out since then", "Read"))
    ]
    row = TileRow(tiles)
    stand(window, row)
    for width_px in (900, 330):
        row.setFixedWidth(width_px)
        QApplication.processEvents()
        assert len({tile.value.y() for tile in tiles}) == 1
        lines = tiles[1].heading.height() / tiles[0].heading.fontMetrics().height()
        assert (lines > 1.8) is (width_px == 330)
        for tile in tiles:
            assert tile.value.y() - tile.heading.geometry().bottom() <= 4


def test_a_toast_gives_way_to_the_figure_of_a_page(theme: Theme, window: QWidget) -> None:
    figure = Label("988", "figure", parent=window)
    figure.setGeometry(window.width() - 160, theme.px(80), 120, 30)
    figure.show()
    toast = Toasts(theme, window).show_toast("Copied", "done")
    assert not toast.geometry().intersects(figure.geometry())


def test_the_same_toast_twice_is_one_and_five_push_out_the_oldest(theme: Theme, window: QWidget) -> None:
    toasts = Toasts(theme, window)
    first = toasts.show_toast("Saved", "done")
    assert toasts.show_toast("Saved", "done") is first
    assert first._timer.interval() == SHOWN_MS
    assert first._timer.isActive()
    for number in range(MOST):
        toasts.show_toast(f"Note {number}")
    texts = [toast.text for toast in toasts.shown]
    assert texts == [f"Note {number}" for number in range(MOST)]
    tops = [toast.y() for toast in toasts.shown]
    assert tops == sorted(tops)
    assert all(window.rect().contains(toast.geometry()) for toast in toasts.shown)


def test_a_toast_gives_way_to_buttons_below_the_head(theme: Theme, window: QWidget) -> None:
    bar = QPushButton("Publish changes", window)
    bar.setGeometry(window.width() - 160, theme.px(80), 120, 30)
    bar.show()
    toasts = Toasts(theme, window)
    toast = toasts.show_toast("Copied", "done")
    assert not toast.geometry().intersects(bar.geometry())
    late = QPushButton("Clear", window)
    late.setGeometry(toast.geometry())
    late.show()
    toasts._look()
    assert not toast.geometry().intersects(late.geometry())


def test_a_toast_gives_way_to_a_list_of_buttons(theme: Theme, window: QWidget) -> None:
    lines = [QPushButton("Revoke", window) for _ in range(8)]
    for number, line in enumerate(lines):
        line.setGeometry(window.width() - 160, theme.px(80) + 32 * number, 120, 30)
        line.show()
    toast = Toasts(theme, window).show_toast("It goes on from now.", "done")
    assert not any(toast.geometry().intersects(line.geometry()) for line in lines)


def test_a_toast_that_warns_stays_longer_and_is_pushed_out_last(theme: Theme, window: QWidget) -> None:
    toasts = Toasts(theme, window)
    danger = toasts.show_toast("Refused", "danger")
    warn = toasts.show_toast("Only half", "warn", action="Undo")
    done = toasts.show_toast("Done", "done", action="Undo")
    assert [one._timer.interval() for one in (danger, warn, done)] == [WARNING_MS, WARNING_MS, ACTION_MS]
    for number in range(MOST - 2):
        toasts.show_toast(f"Note {number}")
    assert [one.text for one in toasts.shown] == ["Refused", "Only half", "Note 0", "Note 1"]
    for number in range(MOST):
        toasts.show_toast(f"Wrong {number}", "danger")
    assert [one.text for one in toasts.shown] == [f"Wrong {number}" for number in range(MOST)]


def test_a_toast_can_be_undone_and_goes_with_time(theme: Theme, window: QWidget) -> None:
    toasts = Toasts(theme, window)
    undone: list[int] = []
    toast = toasts.show_toast("Closed", action="Undo", on_action=lambda: undone.append(1))
    toast.action.click()
    assert undone == [1]
    assert toasts.shown == []
    late = toasts.show_toast("Saved")
    late._timer.timeout.emit()
    assert toasts.shown == []


def test_an_empty_state_offers_what_to_do(theme: Theme, window: QWidget) -> None:
    empty = EmptyState(
        theme, "megaphone", "No broadcasts", "Choose a template.", action="New broadcast", name="empty"
    )
    stand(window, empty)
    told: list[int] = []
    empty.action_requested.connect(lambda: told.append(1))
    empty.action.click()
    assert told == [1]
    assert empty.accessibleName() == "No broadcasts"


@pytest.mark.parametrize(
    ("top", "marks"),
    [(712, [0, 200, 400, 600, 800]), (1, [0, 1]), (0, [0, 1]), (9, [0, 2.5, 5, 7.5, 10]), (3, [0, 1, 2, 3])],
)
def test_ticks_are_round(top: float, marks: list[float]) -> None:
    assert ticks(top) == marks


def test_nested_loops_are_refused(window: QWidget) -> None:
    with pytest.raises(AssertionError, match="nested"):
        QDialog(window).exec()
    with pytest.raises(AssertionError, match="nested"):
        QMessageBox.question(window, "Sure?", "Sure?")


def test_a_value_takes_the_room_that_the_word_leaves(theme: Theme, window: QWidget) -> None:
    row = KeyValue(theme, "City", "San Cristóbal de La Laguna, Tenerife")
    row.setFixedWidth(300)
    column = QVBoxLayout(window)
    column.addWidget(row)
    words = KeyValue(theme, "Delivered to the business solution provider", "1,284")
    words.setFixedWidth(300)
    column.addWidget(words)
    column.addStretch(1)
    QApplication.processEvents()
    one_line = row.value.fontMetrics().height() * 1.5
    assert row.value.height() < one_line
    assert row.key.width() >= row.key.fontMetrics().horizontalAdvance("City")
    assert row.key.height() < one_line
    assert words.value.height() >= words.value.fontMetrics().height()
    assert words.value.width() >= words.value.fontMetrics().horizontalAdvance("1,284")


def test_an_icon_keeps_its_side_when_the_theme_changes(theme: Theme) -> None:
    button = IconButton(theme, "copy", "Copy")
    assert button.iconSize() == QSize(18, 18)
    button.set_icon_px(14)
    theme.changed.emit()
    assert button.iconSize() == QSize(14, 14)
