import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.ui.parts.bubble import BubbleCache, BubbleText, Mark, Run, plain, runs
from desktop.ui.theme import Theme


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("*bold* _it_", [Run("bold", Mark.BOLD), Run(" "), Run("it", Mark.ITALIC)]),
        ("~no~", [Run("no", Mark.STRIKE)]),
        ("```a *b*```", [Run("a *b*", Mark.MONO)]),
        ("*a _b_*", [Run("a ", Mark.BOLD), Run("b", Mark.BOLD | Mark.ITALIC)]),
        ("2*3*4 snake_case_name", [Run("2*3*4 snake_case_name")]),
        ("* not *", [Run("* not *")]),
        ("*two\nlines*", [Run("*two\nlines*")]),
        ("", []),
        (
            "go https://shop.example/a_b_c.",
            [Run("go "), Run("https://shop.example/a_b_c", Mark.LINK), Run(".")],
        ),
    ],
)
def test_runs(text: str, wanted: list[Run]) -> None:
    assert runs(text) == wanted


def test_plain_leaves_the_signs_out() -> None:
    assert plain("Hi *Priya*, ~was~ _now_ 20") == "Hi Priya, was now 20"


def test_a_text_takes_more_lines_where_it_is_narrow(theme: Theme) -> None:
    text = "Hi Priya, our Diwali sale starts Friday. Early access for members: 20% off everything."
    wide, narrow = BubbleText(theme, text, 500), BubbleText(theme, text, 200)
    assert wide.size.width() <= 500
    assert narrow.size.width() <= 200
    assert narrow.size.height() > wide.size.height()
    assert BubbleText(theme, "one\ntwo", 500).size.height() == 2 * BubbleText(theme, "one", 500).size.height()
    assert BubbleText(theme, "अ" * 400, 200).size.width() <= 200


def test_a_link_is_found_and_painted_in_its_colour(theme: Theme) -> None:
    bubble = BubbleText(theme, "see https://shop.example/new now", 400)
    image = QImage(400, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    bubble.paint(painter, QPointF(0, 0), QColor("#000000"), QColor("#0000FF"))
    painter.end()
    seen = [image.pixelColor(x, y) for x in range(400) for y in range(40)]
    assert any(color.blue() > 200 and color.red() < 60 for color in seen)
    assert bubble.link_at(QPointF(60, 9)) == "https://shop.example/new"
    assert bubble.link_at(QPointF(5, 9)) is None
    assert 0 < bubble.last_line_width_px <= bubble.size.width()


def test_the_cache_knows_width_and_revision_and_forgets(theme: Theme) -> None:
    cache = BubbleCache(theme, most=3)
    first = cache.get("m1", 1, "hello", 200)
    assert cache.get("m1", 1, "hello", 200) is first
    assert cache.get("m1", 2, "hello you", 200) is not first
    assert cache.get("m1", 1, "hello", 300) is not first
    cache.get("m2", 1, "x", 200)
    assert len(cache) == 3
