"""The keys with which programs come in, and what can be done with them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.keys import ApiKey, KeyFigures
from desktop.ui.parts import when
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.settings.linegrid import LineGrid
from desktop.ui.theme import Color, Theme

COLUMNS: Final = ("Name", "Key", "Scope", "Last used", "24 h: accepted / failed / of these opted out", "")
NO_KEYS: Final = "No keys yet. A shop or a script needs one to send through Assent."
STOPPED: Final = "Who made this key is no admin here any more, so it opens nothing. Make another key for the program, and revoke this."
_SHARES: Final = (5, 2, 2, 2, 5, 0)


class KeysCard(Card):
    """`new_requested()` and `revoke_requested(key)`."""

    new_requested = Signal()
    revoke_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Keys", name="keys_card")
        self._theme = theme
        self.new = Button(theme, "New key", icon="plus", name="keys_new")
        self.new.clicked.connect(self.new_requested)
        self.header.addWidget(self.new)
        self.none = Label(NO_KEYS, "soft", wrap=True, name="keys_none")
        self.lines = LineGrid(theme, COLUMNS, _SHARES, before=self.new, name="keys_list", label="API keys")
        for part in (self.lines, self.none):
            self.body.addWidget(part)
            part.hide()

    def show_keys(self, keys: Sequence[ApiKey], now: datetime, refusal: str) -> None:
        """refusal: "" or the sentence why this person may not change them."""
        self.new.setEnabled(not refusal)
        self.new.setToolTip(refusal)
        self.none.setVisible(not keys)
        self.lines.show_lines([self._cells(one, now, refusal) for one in keys])

    def _cells(self, one: ApiKey, now: datetime, refusal: str) -> list[QWidget]:
        name = f"key_{one.id}"
        used = Label(used_words(one, now), name=f"{name}_used")
        if is_stopped(one):
            used.setToolTip(STOPPED)
        elif one.last_used_at is not None:
            used.setToolTip(when.full(one.last_used_at))
        shown = Label(one.short, "mono", name=f"{name}_short")
        shown.setToolTip(one.key_id)
        return [
            ElidedLabel(
                one.name,
                "muted" if one.revoked_at is not None or is_stopped(one) else "strong",
                name=f"{name}_name",
            ),
            shown,
            Label(one.scope.label, name=f"{name}_scope"),
            used,
            self._figures(one),
            self._end(one, now, refusal),
        ]

    def _figures(self, one: ApiKey) -> QWidget:
        """The last figure stands out when it is not nought."""
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        before, stopped = figures_words(one.day)
        line.addWidget(Label(before, name=f"key_{one.id}_figures"))
        if stopped:
            color: Color | None = "danger" if one.day.opted_out_count else None
            line.addWidget(Label(stopped, "strong", color=color, name=f"key_{one.id}_opted_out"))
        line.addStretch(1)
        return row

    def _end(self, one: ApiKey, now: datetime, refusal: str) -> QWidget:
        if one.revoked_at is not None:
            gone = Label(f"Revoked {when.short(one.revoked_at, now)}", "muted", name=f"key_{one.id}_revoked")
            gone.setToolTip(when.full(one.revoked_at))
            return gone
        revoke = Button(self._theme, "Revoke", "link-danger", name=f"key_{one.id}_revoke")
        revoke.setAccessibleName(f"Revoke {one.name}")
        revoke.setEnabled(not refusal)
        revoke.setToolTip(refusal)
        revoke.clicked.connect(partial(self.revoke_requested.emit, one))
        return revoke


def is_stopped(one: ApiKey) -> bool:
    """True while who made it has no admin's account here: a revoked key is more than that."""
    return one.creator_left and one.revoked_at is None


def used_words(one: ApiKey, now: datetime) -> str:
    """'11:04', 'Yesterday', '3 Nov' or 'Never'; 'Stopped' for a key that opens nothing now."""
    if is_stopped(one):
        return "Stopped"
    return when.short(one.last_used_at, now) if one.last_used_at is not None else "Never"


def figures_words(day: KeyFigures) -> tuple[str, str]:
    """('6,044 / 97 /', '61'); a dash and nothing when no message came."""
    if not day.accepted_count:
        return "–", ""
    return f"{day.accepted_count:,} / {day.failed_count:,} /", f"{day.opted_out_count:,}"
