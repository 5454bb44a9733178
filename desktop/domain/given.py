"""Reading JSON that another program gave: each fault names the field that caused it. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from desktop.domain.problems import Problem
from desktop.domain.text import clean

LONGEST_ADDRESS: Final = 2_048
_DEEPEST: Final = 12
_LARGEST: Final = 2**53
"""Beyond it JSON numbers are not the same everywhere."""


class Mismatch(Problem):
    """What was given does not fit; `field` names the part that does not."""


@dataclass(frozen=True, slots=True)
class Given:
    """A JSON value with its place in the request, 'whatsapp.interactive.action'. value: None where it is missing."""

    value: Any
    where: str

    @property
    def is_missing(self) -> bool:
        return self.value is None

    def fault(self, sentence: str, title: str = "Cannot be sent") -> Mismatch:
        """The problem to raise about this part."""
        return Mismatch(title, sentence, self.where)

    def __getitem__(self, name: str | int) -> "Given":
        """A part of an object or of a list; missing if it is not there. Raises Mismatch if this is neither."""
        if isinstance(name, int):
            return Given(self.value[name], f"{self.where}.{name}")
        return Given(self._object().get(name), f"{self.where}.{name}")

    def _object(self) -> Mapping[str, Any]:
        if self.value is None:
            raise self.fault("This is missing.", "Missing")
        if not isinstance(self.value, Mapping):
            raise self.fault("This must be an object.")
        return self.value

    def each(self, most: int, least: int = 1) -> "list[Given]":
        """The parts of a list. Raises Mismatch for another number of them, or for no list."""
        found = [] if self.value is None else self.value
        if not isinstance(found, list):
            raise self.fault("This must be a list.")
        if len(found) < least:
            said = (
                f"At least {least} must be given, not {len(found)}." if found else "This is missing or empty."
            )
            raise self.fault(said, "Too few" if found else "Missing")
        if len(found) > most:
            raise self.fault(f"WhatsApp takes at most {most}, not {len(found)}.", "Too many")
        return [self[at] for at in range(len(found))]

    def text(self, longest: int, *, needed: bool = True) -> str:
        """A text of at most so many characters, numbers taken as text; "" where it is missing and not needed."""
        if self.value is None and not needed:
            return ""
        told = str(self.value) if _is_number(self.value) else self.value
        if told is not None and not isinstance(told, str):
            raise self.fault("This must be a text.")
        kept = clean(told or "")
        if needed and not kept.strip():
            raise self.fault("This is missing or empty.", "Missing")
        if len(kept) > longest:
            raise self.fault(
                f"It has {len(kept):,} characters and WhatsApp takes {longest:,}. Shorten it.", "Too long"
            )
        return kept

    def texts(self, **longest: int) -> dict[str, str]:
        """Those of an object's texts that are there, each with its limit."""
        found = {name: self[name].text(most, needed=False) for name, most in longest.items()}
        return {name: told for name, told in found.items() if told}

    def address(self) -> str:
        """An address where WhatsApp can fetch or show something. Raises Mismatch."""
        told = self.text(LONGEST_ADDRESS).strip()
        try:
            parts = urlsplit(told)
            is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_good = False
        if not is_good or any(sign.isspace() for sign in told):
            raise self.fault("This must be an address that begins with https:// and has no spaces.")
        return told

    def number(self, limit: float) -> float:
        """A number from -limit to limit, or its text. Raises Mismatch."""
        try:
            found = math.nan if isinstance(self.value, bool) else float(self.value)
        except (TypeError, ValueError, OverflowError):
            found = math.nan
        if not -limit <= found <= limit:
            raise self.fault(f"This must be a number from {-limit:g} to {limit:g}.")
        return found

    def plain(self, depth: int = 0) -> Any:
        """A copy of any JSON value, its texts cleaned. Raises Mismatch for what JSON cannot say everywhere."""
        if depth > _DEEPEST:
            raise self.fault("This is nested too deeply.")
        if isinstance(self.value, str):
            return clean(self.value)
        if isinstance(self.value, list):
            return [self[at].plain(depth + 1) for at in range(len(self.value))]
        if isinstance(self.value, Mapping):
            return {clean(str(name)): self[name].plain(depth + 1) for name in self.value}
        if self.value is None or isinstance(self.value, bool):
            return self.value
        if not _is_number(self.value) or not -_LARGEST <= self.value <= _LARGEST:
            raise self.fault("This number cannot be sent.")
        return self.value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
