"""The country of numbers that say none: its name, and the card to choose it."""

from PySide6.QtCore import QEvent, QLocale, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QWidget

from desktop.domain.text import fold
from desktop.ui.contacts.countries import countries
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.naming import named
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.theme import Theme

LIST_PX = 300
ONLY_PLUS = "Numbers with + only"
_ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def country_name(region: str) -> str:
    """'CA' → 'Canada'. An unknown region is said as it is written."""
    found = QLocale.codeToTerritory(region)
    return QLocale.territoryToString(found) if found is not QLocale.Country.AnyTerritory else region


class _Choice(QListWidget):
    """The list; the arrows move in it while the focus is in the search."""

    def __init__(self, chosen: str) -> None:
        super().__init__()
        for region, words in (("", ONLY_PLUS), *countries()):
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, region)
            self.addItem(item)
            if region == chosen:
                self.setCurrentItem(item)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ARROWS:
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def narrow(self, text: str) -> None:
        """Show those that hold the text, and choose the first that begins with it."""
        wanted, best = fold(text), None
        for at in range(self.count()):
            item = self.item(at)
            said = fold(item.text())
            item.setHidden(wanted not in said)
            if wanted in said and (
                best is None or (said.startswith(wanted) and not fold(best.text()).startswith(wanted))
            ):
                best = item
        if best is not None:
            self.setCurrentItem(best)
            self.scrollToItem(best)


async def choose_country(theme: Theme, window: QWidget, chosen: str) -> str | None:
    """Ask for the country of numbers without a country code: a region, "" for none, None if it was left."""
    card = CardDialog(theme, window, "Country of numbers without +", name="import_country")
    card.add_text(
        "A number like 604 555 0142 is read as one of this country. Numbers that begin with + or 00 "
        "say their own.",
        muted=True,
    )
    search = SearchField(theme, "Search a country", name="import_country_search")
    choice = named(_Choice(chosen), "import_country_list", "Countries")
    choice.setFixedHeight(theme.px(LIST_PX))
    choice.setSpacing(theme.px(3))
    choice.scrollToItem(choice.currentItem(), QListWidget.ScrollHint.PositionAtCenter)
    card.body.addWidget(search)
    card.body.addWidget(choice)
    accepted = QDialog.DialogCode.Accepted.value
    card.add_button("Cancel", result=QDialog.DialogCode.Rejected.value, name="import_country_cancel")
    card.add_button("Use this country", "primary", result=accepted, name="import_country_use")
    search.installEventFilter(choice)
    search.textChanged.connect(choice.narrow)
    search.returnPressed.connect(lambda: card.done(accepted))
    choice.itemActivated.connect(lambda _: card.done(accepted))
    card.focus_first(search)
    if await ask(card) != accepted:
        return None
    found = choice.selectedItems()
    return str(found[0].data(Qt.ItemDataRole.UserRole)) if found else None
