"""Takes out of a text what must not leave this computer: secrets, phone numbers, addresses, customers' values.

A name that stands in a sentence cannot be told from any other word; who sends a report reads it first.
"""

import re
from typing import Final

_GAP: Final = r"[ \u00a0\u2007\u2009\u202f().\-/\u2010-\u2013]{1,3}"
_SECRET_WORD: Final = r"[\w-]*(?:token|secret|password|passwd|passphrase|api[_-]?key|authorization)"
_RULES: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # Values that the database or the validation repeats from a row: names, texts, phones.
    (re.compile(r"\[parameters: .*?\](?=\s*(?:\n|$)|\s*\(Background)", re.DOTALL), "[parameters: …]"),
    (re.compile(r"\bKey \(([^)]*)\)=\(.*\)(?= )"), r"Key (\1)=(…)"),
    (re.compile(r"\binput_value=.*?(?=, input_type)", re.DOTALL), "input_value=…"),
    # The user and password of an address.
    (re.compile(r"(?<=://)[^\s/@]+(?:@[^\s/@]+)*@"), "…@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=|-]+"), r"\1 …"),
    (re.compile(rf"(?i)({_SECRET_WORD}[\"']?\s*[:=]\s*)(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s&,;)\]}}]+)"), r"\1…"),
    (re.compile(r"(?i)\b(token|secret|password)(\s+)(?=\S*\d)\S{6,}"), r"\1\2…"),
    (re.compile(r"\bEAA[A-Za-z0-9]{8,}"), "EAA…"),  # how Meta's tokens begin
    (re.compile(r"\bak_[\w-]{20}\.[\w-]+"), "ak_…"),  # a bearer of our own API
    (re.compile(r"(?i)\bsha256=[0-9a-f]+"), "sha256=…"),
    (
        re.compile(r"\bwamid\.(?=\w)[\w+/=-]*?([\w+/-]{0,6}=*)(?![\w+/=-])"),
        r"wamid.…\1",
    ),  # holds the phone in base64
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
    (re.compile(r"/(?:home|Users)/[^/\\\s:\"']+|(?i:[A-Z]:\\Users\\)[^\\/\n:\"']+"), "~"),
    # Telephones: international in any writing, North American, any in groups of two to five digits, and long
    # runs. A date is no telephone.
    (re.compile(rf"\+(?:\d(?:{_GAP})?){{5,14}}(\d{{2}})(?!\d)"), r"…\1"),
    (re.compile(rf"(?<![\d.])(?:1[ .-])?\(?\d{{3}}\)?{_GAP}?\d{{3}}{_GAP}\d{{2}}(\d{{2}})(?!\d)"), r"…\1"),
    (
        re.compile(
            r"(?<![\w.+\-])(?!\d{4}-\d\d-\d\d)(?=(?:[ -]?\d){9,15}(?!\d))\d{2,5}(?:[ -]\d{2,5}){1,5}(?!\d)"
        ),
        "…",
    ),
    (re.compile(r"\d{6,}(\d{2})"), r"…\1"),
)


def redact(text: str) -> str:
    """The text without secrets, e-mail addresses and values of rows; of a phone its last two digits stay.

    Home folders become ~. What was redacted once is not changed by a second time.
    """
    for pattern, shown in _RULES:
        text = pattern.sub(shown, text)
    return text
