"""The pages of the window: what was written in one is kept though another cannot keep its own."""

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.domain.problems import Problem
from desktop.ui.shell.pages import Pages


class Paper(QWidget):
    """Something unsaved; problem: why it cannot be kept."""

    def __init__(self, problem: str = "") -> None:
        super().__init__()
        self._problem, self.kept = problem, False

    async def settle(self) -> None:
        if self._problem:
            raise Problem("Not kept", self._problem)
        self.kept = True


async def test_a_page_that_cannot_be_kept_does_not_keep_the_others_from_it(
    app: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    papers = {"first": Paper("The store is gone."), "second": Paper(), "third": Paper("Nor this one.")}
    pages = Pages({key: lambda key=key: papers[key] for key in papers})  # type: ignore[misc]
    for key in papers:
        pages.show_page(key)
    with pytest.raises(Problem, match=r"The store is gone\."):
        await pages.settle()
    assert papers["second"].kept
    await pages.settle_if_possible()
    assert "not saved at the end: Not kept. The store is gone." in caplog.text
