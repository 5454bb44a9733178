"""What should go wrong: troubles that the control API asks for, each for a number of sends or webhook POSTs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SEND_KINDS = frozenset(
    {
        "code",
        "slow_answer",
        "drop_before_accept",
        "drop_after_accept",
        "html_502",
        "half_answer",
        "wrong_json",
        "http_429",
    }
)
WEBHOOK_KINDS = frozenset({"duplicate_webhooks", "shuffle_webhooks", "delay_webhooks"})
LIST_KINDS = frozenset({"templates_502"})
"""What strikes a reading of the templates."""


@dataclass(slots=True)
class Trouble:
    """One trouble. `left` is how many times it still strikes, None until it is cleared.

    `kind` 'code' fails a send with `code`, in the answer or by webhook (`when`). `phone` (digits) limits it to
    one customer. `delay_s` belongs to 'slow_answer' and 'delay_webhooks'. With `after_accept` 'html_502' logs
    the send first.
    """

    id: int
    kind: str
    left: int | None
    code: int = 0
    when: str = "answer"
    phone: str = ""
    delay_s: float = 0.0
    after_accept: bool = False

    def shown(self) -> dict[str, Any]:
        """For the control API."""
        return {
            "id": self.id,
            "kind": self.kind,
            "count": self.left,
            "code": self.code or None,
            "when": self.when if self.kind == "code" else None,
            "to": f"+{self.phone}" if self.phone else None,
            "delay_s": self.delay_s,
            "after_accept": self.after_accept,
        }


class Troubles:
    """The troubles asked for, in order; each send or POST meets the first that fits."""

    def __init__(self) -> None:
        self._all: list[Trouble] = []
        self._next_id = 1

    def ask(self, wanted: dict[str, Any], phone: str) -> Trouble:
        """Adds a trouble from the control API's body; ValueError, with a sentence, if it makes no sense."""
        code = wanted.get("code", 0)
        kind = wanted.get("kind", "code" if code else None)
        when = wanted.get("when", "answer")
        count = wanted.get("count", 1)
        delay_s = wanted.get("delay_s", 1.0)
        kinds = SEND_KINDS | WEBHOOK_KINDS | LIST_KINDS
        if kind not in kinds:
            raise ValueError(f"Unknown kind {kind!r}: one of {', '.join(sorted(kinds))}.")
        if not isinstance(code, int) or (kind == "code" and code < 1):
            raise ValueError("Give the error code as a number above 0.")
        if when not in ("answer", "webhook"):
            raise ValueError("'when' is 'answer' or 'webhook'.")
        if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
            raise ValueError("'count' is a number above 0, or null for 'until cleared'.")
        if isinstance(delay_s, bool) or not isinstance(delay_s, int | float) or not 0 <= delay_s <= 3600:
            raise ValueError("'delay_s' is a number of seconds from 0 to 3600.")
        trouble = Trouble(
            id=self._next_id,
            kind=kind,
            left=count,
            code=code,
            when=when,
            phone=phone,
            delay_s=float(delay_s),
            after_accept=wanted.get("after_accept") is True,
        )
        self._next_id += 1
        self._all.append(trouble)
        return trouble

    def for_send(self, phone: str) -> Trouble | None:
        """The trouble that this send to `phone` (digits) meets, counted down."""
        if not self._all:
            return None
        for trouble in self._all:
            if trouble.kind in SEND_KINDS and trouble.phone in ("", phone):
                return self._strike(trouble)
        return None

    def for_webhook(self, kind: str) -> Trouble | None:
        """The trouble of this kind that a webhook POST meets, counted down."""
        for trouble in self._all:
            if trouble.kind == kind:
                return self._strike(trouble)
        return None

    def for_list(self) -> Trouble | None:
        """The trouble that this reading of the templates meets, counted down."""
        return self.for_webhook("templates_502")

    def shown(self) -> list[dict[str, Any]]:
        """All that still wait."""
        return [trouble.shown() for trouble in self._all]

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._all.clear()

    def _strike(self, trouble: Trouble) -> Trouble:
        if trouble.left is not None:
            trouble.left -= 1
            if trouble.left == 0:
                self._all.remove(trouble)
        return trouble
