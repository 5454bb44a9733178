"""What a person types to call a list: a slash for quick replies, an @ for colleagues. Pure."""

import re
from typing import Final

_SLASH: Final = re.compile(r"\s*/([\w-]*)")
_MENTION: Final = re.compile(r"(?:^|(?<=[\s(\[“\"']))@([^@\n]{0,40})$")


def slash_in(before: str, forced_at: int | None = None) -> str | None:
    """What was typed after the slash that begins the line, or after the one at `forced_at`; None: there is none.

    before: the line up to the cursor.
    """
    if forced_at is not None and before[forced_at : forced_at + 1] == "/":
        return before[forced_at + 1 :]
    found = _SLASH.fullmatch(before)
    return found.group(1) if found else None


def mention_in(before: str) -> str | None:
    """What was typed after the newest @ that begins a word; None: there is none. A name may have spaces."""
    found = _MENTION.search(before)
    return found.group(1) if found else None
