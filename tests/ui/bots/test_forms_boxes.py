"""Boxes to type in, and lists, that are as high as what stands in them."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QVBoxLayout, QWidget

from desktop.domain.flow import FlowDefinition
from desktop.domain.flow_findings import FlowFinding, Known
from desktop.ui.bots.forms.boxes import MOST_LINES, TextBox
from desktop.ui.bots.problems import ProblemsPanel
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme


@pytest.mark.parametrize("scale_percent", [100, 130])
def test_a_box_grows_until_all_its_lines_are_seen(
    app: QApplication, theme: Theme, window: QWidget, scale_percent: int
) -> None:
    theme.set_text_scale(scale_percent)
    theme.apply(app)
    box = TextBox(least_lines=3, hint="", name="it", label="It")
    column = QVBoxLayout(window)
    column.addWidget(box)
    column.addStretch(1)
    window.resize(300, 800)
    window.show()
    for count in (1, 4, MOST_LINES):
        box.show_text("\n".join(f"Line {at}, gj" for at in range(count)))
        app.processEvents()
        last = box.document().lastBlock()
        bottom = box.blockBoundingGeometry(last).translated(box.contentOffset()).bottom()
        assert bottom <= box.viewport().height(), f"{count} lines"
        assert box.verticalScrollBar().maximum() == 0
    theme.set_text_scale(100)
    theme.apply(app)


def test_no_row_of_the_problems_lies_on_another_when_the_list_scrolls(
    app: QApplication, theme: Theme, window: QWidget
) -> None:
    panel = ProblemsPanel(theme)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(panel)
    window.resize(320, 420)
    window.show()
    sentence = "“order” starts “Order status 2” first. Choose another word, or turn that flow off, and then it fits. "
    for extra in range(0, 60, 3):
        found = [
            FlowFinding("start", f"triggers:{at}", "Another flow comes first", sentence + "x" * extra)
            for at in range(9)
        ]
        panel.show_findings(FlowDefinition(), found, Known())
        app.processEvents()
        app.processEvents()
        shown = panel.list
        assert shown.verticalScrollBar().isVisible()
        option = QStyleOptionViewItem()
        for at in range(9):
            index = panel.rows.index(at, 0)
            rect: QRect = shown.visualRect(index)
            assert rect.height() >= shown.itemDelegate().sizeHint(option, index).height()


def test_tabs_stay_where_they_are_whichever_is_chosen(
    app: QApplication, theme: Theme, window: QWidget
) -> None:
    tabs = Tabs(theme, (Tab("a", "Steps"), Tab("b", "Answers", 12), Tab("c", "Sessions")), name="it")
    tabs.setParent(window)
    window.resize(500, 100)
    tabs.resize(500, 60)
    window.show()
    places = set()
    for key in "abc":
        tabs.choose(key)
        app.processEvents()
        places.add(tuple(tabs.button(one).x() for one in "abc"))
    assert len(places) == 1
    assert tabs.layoutDirection() is Qt.LayoutDirection.LeftToRight
