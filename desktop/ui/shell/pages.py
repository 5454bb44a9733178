"""The pages of the window, each built when it is first shown."""

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.ui.parts.naming import named

Factory = Callable[[], QWidget]


class Pages(QStackedWidget):
    """A stack by key."""

    def __init__(self, factories: dict[str, Factory]) -> None:
        super().__init__()
        self._factories = factories
        self._built: dict[str, QWidget] = {}
        named(self, "pages")

    @property
    def current_key(self) -> str:
        page = self.currentWidget()
        return next((key for key, built in self._built.items() if built is page), "")

    @property
    def built(self) -> dict[str, QWidget]:
        """The pages that exist so far."""
        return dict(self._built)

    def show_page(self, key: str) -> QWidget:
        """Build the page if it is not there yet, and show it. Raises KeyError."""
        if key not in self._built:
            page = self._factories[key]()
            self._built[key] = page
            self.addWidget(page)
        self.setCurrentWidget(self._built[key])
        return self._built[key]

    def forget_all(self) -> None:
        """Take every page away: another person sits here, or everything has changed."""
        for page in self._built.values():
            self.removeWidget(page)
            page.hide()
            page.deleteLater()
        self._built.clear()
