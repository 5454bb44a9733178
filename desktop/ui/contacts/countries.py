"""The countries a number without + can belong to."""

from functools import cache

import phonenumbers
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QComboBox

from desktop.ui.parts.naming import named


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """(region, words) of every country with phone numbers, by name: ('CA', 'Canada +1')."""
    found = []
    for region in phonenumbers.SUPPORTED_REGIONS:
        name = QLocale.territoryToString(QLocale.codeToTerritory(region))
        code = phonenumbers.country_code_for_region(region)
        found.append((region, f"{region if name == 'Default' else name} +{code}"))
    return tuple(sorted(found, key=lambda one: one[1].casefold()))


def country_combo(name: str) -> QComboBox:
    """A list to choose from; `currentData()` is the region."""
    combo = QComboBox()
    for region, words in countries():
        combo.addItem(words, region)
    combo.setMaxVisibleItems(14)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(14)
    return named(combo, name, "Country of a number without +")
