"""The plot's axes: whole numbers, and labels that leave each other room."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt

from desktop.ui.parts.bars import Segment
from desktop.ui.reports.plot import Bar, Columns, whole_marks
from desktop.ui.theme import Theme


@pytest.mark.parametrize("top", [*range(60), 999, 1_000, 12_345])
def test_the_marks_are_whole_as_far_apart_as_they_say_and_reach_the_top(top: int) -> None:
    marks = whole_marks(top)
    assert marks[0] == 0
    assert len(marks) >= 2
    assert len({after - before for before, after in pairwise(marks)}) == 1
    assert marks[-1] >= top > marks[-2] or (top == 0 and marks == [0, 1])


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
@pytest.mark.parametrize("width_px", [160, 220, 333, 400, 700])
@pytest.mark.parametrize("count", [1, 7, 24, 31])
def test_labels_never_overlap(theme: Theme, count: int, width_px: int, direction: Qt.LayoutDirection) -> None:
    plot = Columns(theme, label="Messages over time", name="plot")
    plot.setLayoutDirection(direction)
    plot.resize(width_px, 150)
    plot.show_bars([Bar("", f"{at:02}:00", (Segment("Sent", at, "accent"),)) for at in range(count)])
    places = plot.label_places()
    assert places[0][0] == 0, "the first has its label"
    across = sorted((start, end) for _, start, end in places)
    assert all(end < start for (_, end), (start, _) in pairwise(across))
