"""What a person should know of a template, as banners."""

from collections.abc import Sequence
from html import escape

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.template_notices import Notice
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.naming import named
from desktop.ui.templates import words
from desktop.ui.theme import Theme


class NoticeBanners(QWidget):
    """A banner for each notice, the worst first; away when there is none. The first one is `<name>_1`."""

    def __init__(self, theme: Theme, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self.banners: list[Banner] = []
        self._shown: tuple[Notice, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        named(self, name, "Notices")
        self.hide()

    @property
    def shown(self) -> tuple[Notice, ...]:
        """What is said now."""
        return self._shown

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Say these and nothing else."""
        if tuple(notices) != self._shown:
            self._shown = tuple(notices)
            for old in self.banners:
                self._column.removeWidget(old)
                old.hide()
                old.deleteLater()
            self.banners = [self._banner(at, one) for at, one in enumerate(notices)]
        self.setVisible(bool(notices))

    def _banner(self, at: int, notice: Notice) -> Banner:
        kind = words.BANNER[notice.severity]
        made = Banner(self._theme, kind, escape(notice.sentence), name=f"{self._name}_{at + 1}", parent=self)
        self._column.addWidget(made)
        return made
