"""What decides about a contact, packed into `contact.facts`, so that counting a million groups 24 numbers.

Bits 0–1: opt-in (0 none, 1 yes, 2 no); bit 2: stopped in WhatsApp; bit 3: US number; bit 4: no phone.
"""

from typing import Final

from desktop.domain import phones
from desktop.domain.consent import Facts, OptIn

OPT_IN_MASK: Final = 0b00011
STOPPED: Final = 0b00100
US: Final = 0b01000
NO_PHONE: Final = 0b10000

OPT_IN_CODE: Final = {OptIn.NONE: 0, OptIn.YES: 1, OptIn.NO: 2}
_OPT_IN: Final = {code: opt_in for opt_in, code in OPT_IN_CODE.items()}


def pack(opt_in: OptIn, phone: str | None, *, stopped: bool = False) -> int:
    """The packed facts of a contact with this phone (E.164 or None)."""
    packed = OPT_IN_CODE[opt_in] | (STOPPED if stopped else 0)
    if not phone:
        return packed | NO_PHONE
    return packed | (US if phones.is_us(phone) else 0)


def unpack(packed: int, consent_event_id: int | None = None) -> Facts:
    """The facts as the rule reads them."""
    return Facts(_OPT_IN[packed & OPT_IN_MASK], bool(packed & STOPPED), bool(packed & US), consent_event_id)


def has_phone(packed: int) -> bool:
    return not packed & NO_PHONE


def with_opt_in(packed: int, opt_in: OptIn) -> int:
    return packed & ~OPT_IN_MASK | OPT_IN_CODE[opt_in]


def with_stop(packed: int, stopped: bool) -> int:
    return packed | STOPPED if stopped else packed & ~STOPPED


def with_phone(packed: int, phone: str | None) -> int:
    """The facts after the phone changed. Who loses a number from the United States stays there: WhatsApp goes
    by the person, who may still be reached by a business-scoped id."""
    kept = packed & (OPT_IN_MASK | STOPPED)
    return kept | pack(OptIn.NONE, phone) | (0 if phone else packed & US)
