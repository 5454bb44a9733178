"""Phone numbers: E.164, their region, and the old and new forms that mean one person.

Numbering facts come from libphonenumber. It does not unify the mobile prefixes that WhatsApp rewrites:
Brazil's ninth digit, Mexico's 1 after +52, Argentina's 9 after +54; `forms()` does.
"""

import re
from typing import Final

import phonenumbers

from desktop.domain.problems import Problem


class NotAPhone(Problem):
    """The text cannot be read as a phone number."""


_WRONG_LENGTH: Final = {
    phonenumbers.ValidationResult.TOO_SHORT: "too few",
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too few",
    phonenumbers.ValidationResult.TOO_LONG: "too many",
    # Between two lengths that are in use: neither is known to be meant.
    phonenumbers.ValidationResult.INVALID_LENGTH: "too few or too many",
}


def parse(text: str, country: str = "") -> str:
    """The number as E.164, '+16045550142'.

    country: two-letter region for numbers without a country code ("" accepts only +…).
    Raises NotAPhone with the reason in its sentence.
    """
    return parse_with_region(text, country)[0]


def parse_with_region(text: str, country: str = "") -> tuple[str, str]:
    """The number as `parse()` reads it and its two-letter region: a file of a million asks for both at once."""
    cleaned = _ascii_digits(text).strip()
    if cleaned.startswith("00"):
        cleaned = "+" + cleaned[2:]
    try:
        number = phonenumbers.parse(cleaned, country or None)
    except phonenumbers.NumberParseException as wrong:
        raise NotAPhone("Not a phone number", _why(text, wrong.error_type, country), "phone") from wrong
    if number.extension:
        raise NotAPhone("Not a phone number", f"“{text.strip()}” has an extension.", "phone")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    found = phonenumbers.region_code_for_number(number)
    if found is not None and phonenumbers.is_valid_number_for_region(number, found):
        return written, found
    if (other := _other_form(written)) and _is_valid(other):
        return other, region(other)  # the old form, as files and WhatsApp still write it; the new one is kept
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible in _WRONG_LENGTH:
        raise NotAPhone(
            "Not a phone number", f"“{text.strip()}” has {_WRONG_LENGTH[possible]} digits.", "phone"
        )
    raise NotAPhone("Not a phone number", f"“{text.strip()}” is not in use anywhere.", "phone")


def _is_valid(phone: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(phone))


def _ascii_digits(text: str) -> str:
    return "".join(str(int(ch)) if ch.isdecimal() else ch for ch in text.replace("＋", "+"))


def _why(text: str, error: int, country: str) -> str:
    shown = text.strip()
    if error == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and not country:
        return f"“{shown}” has no country code. Write it with + or choose a default country."
    if error in (
        phonenumbers.NumberParseException.TOO_SHORT_NSN,
        phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD,
    ):
        return f"“{shown}” has too few digits."
    if error == phonenumbers.NumberParseException.TOO_LONG:
        return f"“{shown}” has too many digits."
    return f"“{shown}” is not a phone number."


def from_wa_id(wa_id: str) -> str:
    """The E.164 form of WhatsApp's bare digits: '16045550142' → '+16045550142'."""
    return "+" + re.sub(r"\D", "", wa_id)


def region(phone: str) -> str:
    """Two-letter region of an E.164 number ("" when unknown). +1 is told apart by area code."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(number) or ""


def national(phone: str) -> str:
    """The digits of an E.164 number without its country code; all of them when that is unknown."""
    try:
        return str(phonenumbers.national_significant_number(phonenumbers.parse(phone)))
    except phonenumbers.NumberParseException:
        return phone.lstrip("+")


_US_REGIONS: Final = frozenset({"US"})


def is_us(phone: str) -> bool:
    """True for a United States number by its area code, not by +1: WhatsApp delivers no marketing there."""
    return phone.startswith("+1") and is_us_region(region(phone))


def is_us_region(region: str) -> bool:
    """True for the United States; American Samoa, Guam and the like have regions of their own."""
    return region in _US_REGIONS


_NORTH_AMERICA: Final = re.compile(r"\+1([2-9]\d{2})([2-9]\d{2})(\d{4})")


def pretty(phone: str) -> str:
    """The number for reading: '+1 604 555 0142'."""
    if found := _NORTH_AMERICA.fullmatch(phone):  # tables show many, and a library's answer takes 0.2 ms
        return f"+1 {found[1]} {found[2]} {found[3]}"
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return shown.replace("-", " ")


def forms(phone: str) -> tuple[str, ...]:
    """Every form under which WhatsApp may know the number, the given one first."""
    other = _other_form(phone)
    return (phone,) if other is None else (phone, other)


_BRAZIL_NEW: Final = re.compile(r"^\+55(\d{2})9([6-9]\d{7})$")
_BRAZIL_OLD: Final = re.compile(r"^\+55(\d{2})([6-9]\d{7})$")


def _other_form(phone: str) -> str | None:
    if not phone.startswith(("+55", "+52", "+54")):
        return None
    if new := _BRAZIL_NEW.match(phone):
        return f"+55{new[1]}{new[2]}"
    if old := _BRAZIL_OLD.match(phone):
        return f"+55{old[1]}9{old[2]}"
    for country, mark, national in (("+52", "1", r"[2-9]\d{9}"), ("+54", "9", r"(?:11|[23]\d)\d{8}")):
        if re.fullmatch(rf"\{country}{mark}{national}", phone):
            return country + phone[len(country) + 1 :]
        if re.fullmatch(rf"\{country}{national}", phone):
            return country + mark + phone[len(country) :]
    return None
