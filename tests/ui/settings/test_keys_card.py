"""A key that opens nothing says so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from desktop.domain.keys import ApiKey, Scope
from desktop.ui.parts.label import Label
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
