"""What WhatsApp says of the business number and of the whole account. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desktop.domain.consent import Category
from desktop.domain.drift import QUALITY_RANK

_TIER: Final = re.compile(r"(?:TIER_)?(\d+)(K?)")
NO_LIMIT: Final = ("TIER_UNLIMITED", "UNLIMITED", "-1")
_LIFTED: Final = ("ACCOUNT_RECONNECTED", "REINSTATE", "REVIEW APPROVED")
"""Events after which what WhatsApp said before does not hold any more."""
_GRAVE: Final = (
    "ACCOUNT_RESTRICTION",
    "ACCOUNT_VIOLATION",
    "ACCOUNT_DELETED",
    "ACCOUNT_OFFBOARDED",
    "DISABLED_UPDATE",
    "REVIEW REJECTED",
)
"""Events of an account that may send less than before, or nothing. Source: Meta's page on `account_update`."""
_WARNS: Final = ("ACCOUNT_VIOLATION",)
"""Events after which everything is sent as before: a restriction may follow, with an event of its own."""
_ABOUT_OTHERS: Final = ("RESTRICTED_ADD_PHONE_NUMBER_ACTION",)
"""Restrictions that leave messages alone."""
_RESTRICTION_WORDS: Final = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": "no message may open a conversation",
    "RESTRICTED_UTILITY_TEMPLATES": "utility templates are refused",
    "RATE_LIMITED_UTILITY_TEMPLATE_MESSAGING": "fewer utility messages a day",
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": "answers are refused, too",
}
_UTILITY_ALONE: Final = ("RESTRICTED_UTILITY_TEMPLATES", "RATE_LIMITED_UTILITY_TEMPLATE_MESSAGING")
WHAT_TO_DO: Final = (
    "Until that is over it cannot be launched. WhatsApp Manager says what to mend, under Account quality; or choose a "
    "later time: it is held then if this still stands."
)
_EVENT_WORDS: Final = {
    "ACCOUNT_RESTRICTION": "restricted",
    "ACCOUNT_VIOLATION": "it broke a policy",
    "ACCOUNT_DELETED": "deleted",
    "ACCOUNT_OFFBOARDED": "not connected any more",
    "DISABLED_UPDATE": "disabled",
    "REVIEW REJECTED": "its review was rejected",
}


@dataclass(frozen=True, slots=True)
class AccountNow:
    """quality: GREEN, YELLOW, RED or "". tier_count: None without a limit, and while is_known is False.

    restriction: in words; "" if there is none. until: when it ends, None if WhatsApp did not say. refuses: templates of
    which categories WhatsApp does not send meanwhile; () where it has only warned.
    """

    quality: str = ""
    tier_count: int | None = None
    is_known: bool = False
    restriction: str = ""
    until: datetime | None = None
    refuses: tuple[Category, ...] = ()

    @property
    def sentence(self) -> str:
        """What WhatsApp says of the account; "" if nothing."""
        return f"WhatsApp says of the account: {self.restriction}." if self.restriction else ""


def advice(restriction: str, refuses: tuple[Category, ...], category: Category) -> str:
    """What WhatsApp says of the account, and what that means for templates of a category; "" if it says nothing."""
    if not restriction:
        return ""
    can = WHAT_TO_DO if category in refuses else "This template is sent all the same."
    return f"{AccountNow(restriction=restriction).sentence} {can}"


def tier_count(limit: str) -> int | None:
    """People a day by WhatsApp's word: TIER_10K is 10,000, also '2000'. None: unlimited or no word for a number.

    >>> tier_count("TIER_2K")
    2000
    """
    found = _TIER.fullmatch(limit.strip().upper())
    if found is None:
        return None
    return int(found[1]) * (1_000 if found[2] else 1)


def is_tier(limit: str) -> bool:
    """True if it says something: a number of people, or that there is no limit."""
    return limit.strip().upper() in NO_LIMIT or tier_count(limit) is not None


def quality_of(word: str) -> str:
    """Meta's rating in capitals; "" for one that is not known."""
    rating = word.strip().upper()
    return rating if rating in QUALITY_RANK else ""


def lifts(event: str, details: str = "") -> bool:
    """True for an event after which the account may send again."""
    return event in _LIFTED or (event == "DISABLED_UPDATE" and details.upper().startswith("REINSTATE"))


def restricts(event: str, restrictions: tuple[str, ...] = (), details: str = "") -> bool:
    """True for an event that a person should look at before marketing goes on."""
    if restrictions and all(one in _ABOUT_OTHERS for one in restrictions):
        return False
    return event in _GRAVE and not lifts(event, details)


def refused(event: str, restrictions: tuple[str, ...] = (), details: str = "") -> tuple[Category, ...]:
    """Templates of which categories WhatsApp does not send after an event that `restricts()`.

    >>> refused("ACCOUNT_RESTRICTION", ("RESTRICTED_UTILITY_TEMPLATES",))
    (<Category.UTILITY: 'utility'>,)
    """
    if event in _WARNS or details.upper().startswith("SCHEDULE"):  # it will be disabled, but is not yet
        return ()
    about = [one for one in restrictions if one not in _ABOUT_OTHERS]
    if about and all(one in _UTILITY_ALONE for one in about):
        return (Category.UTILITY,)
    return (Category.MARKETING, Category.UTILITY, Category.AUTHENTICATION)


def restriction_words(event: str, restrictions: tuple[str, ...], details: str, until: datetime | None) -> str:
    """What WhatsApp said, in a sentence's middle: 'restricted: no message may open a conversation, until …'."""
    said = _EVENT_WORDS.get(event, event.replace("_", " ").lower())
    kinds = [_RESTRICTION_WORDS.get(one, one.replace("_", " ").lower()) for one in restrictions]
    if details:
        kinds.append(details.replace("_", " ").lower())
    told = f"{said}: {', '.join(kinds)}" if kinds else said
    return f"{told}, until {until:%Y-%m-%d %H:%M} UTC" if until else told
