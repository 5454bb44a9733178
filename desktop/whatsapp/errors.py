"""What a WhatsApp error code means and what to do about it: `rule(code)`. Total: every number has a rule.

Always branch on the code, never on the HTTP status: throttling is 400 in Meta's current table and was 429
in older ones, and some refusals for good are 500.
"""

from dataclasses import replace
from typing import Final

from desktop.whatsapp.error_rules import ErrorRule, Retry, Stops
from desktop.whatsapp.errors_account import ACCOUNT, CREATION, GRAPH, NUMBER
from desktop.whatsapp.errors_message import MESSAGE, RECIPIENT, TEMPLATE

__all__ = ["NO_CODE", "TABLE", "ErrorRule", "Retry", "Stops", "rule"]

NO_CODE: Final = -1
"""The code of a refusal that carries none. Not 0: that is WhatsApp's own code for a lost sign-in."""

_NO_CODE_RULE: Final = ErrorRule(
    NO_CODE,
    "Refused on the way",
    "The call was refused without one of WhatsApp's codes, often by a proxy or a firewall on the way.",
    "Check the network between this machine and WhatsApp with a connection test, then resume sending.",
    # Everybody's message would meet the same wall, so the rest of a broadcast must not run into it.
    stops=Stops.ACCOUNT,
)

TABLE: Final[dict[int, ErrorRule]] = {
    row.code: row
    for row in (*GRAPH, *ACCOUNT, *RECIPIENT, *MESSAGE, *TEMPLATE, *NUMBER, *CREATION, _NO_CODE_RULE)
}
_PERMISSIONS: Final = range(200, 300)


def rule(code: int) -> ErrorRule:
    """The rule for a code. 200–299 share one; an unknown code fails the one message and is not retried."""
    known = TABLE.get(code)
    if known is not None:
        return known
    if code in _PERMISSIONS:
        return replace(TABLE[200], code=code)
    return ErrorRule(
        code,
        f"WhatsApp error {code}",
        "WhatsApp refused it with a code that is not known here.",
        "Read the details and look the code up in Meta's list of error codes.",
    )
