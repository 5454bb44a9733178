"""How Meta says that something went wrong: the Graph error envelope and the shape errors have in webhooks.

The HTTP status of each code follows Meta's error table of late 2025, where throttling is 400 and not 429.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from aiohttp import web

ERRORS_HREF = "/documentation/business-messaging/whatsapp/support/error-codes"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a code means: the HTTP status of its answer, its title and the default sentence of its details."""

    http_status: int
    title: str
    details: str


FAULTS: dict[int, Fault] = {
    0: Fault(401, "AuthException", "We were unable to authenticate the app user."),
    1: Fault(400, "API Unknown", "Invalid request or possible server error."),
    2: Fault(503, "API Service", "Temporary due to downtime or due to being overloaded."),
    3: Fault(500, "API Method", "Capability or permissions issue."),
    4: Fault(400, "API Too Many Calls", "The app has reached its API call rate limit."),
    10: Fault(403, "Permission Denied", "Permission is either not granted or has been removed."),
    33: Fault(400, "Parameter value is not valid", "The business phone number has been deleted."),
    100: Fault(
        400, "Invalid parameter", "The request included one or more unsupported or misspelled parameters."
    ),
    104: Fault(401, "An access token is required", "The request carries no access token."),
    190: Fault(401, "Invalid OAuth access token", "The access token is not valid or has expired."),
    200: Fault(403, "API Permission", "Permission is either not granted or has been removed."),
    368: Fault(
        403, "Temporarily blocked for policies violations", "The account has been restricted or disabled."
    ),
    80007: Fault(400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
    130403: Fault(400, "User blocked", "The business has blocked this user."),
    130429: Fault(400, "Rate limit hit", "Cloud API message throughput has been reached."),
    130472: Fault(
        400, "User's number is part of an experiment", "The message was not sent as part of an experiment."
    ),
    130497: Fault(403, "Country restricted", "The account may not message users in this country."),
    131000: Fault(500, "Something went wrong", "Message failed to send due to an unknown error."),
    131005: Fault(403, "Access denied", "Permission is either not granted or has been removed."),
    131008: Fault(400, "Required parameter is missing", "The request is missing a required parameter."),
    131009: Fault(400, "Parameter value is not valid", "One or more parameter values are invalid."),
    131016: Fault(500, "Service unavailable", "A service is temporarily unavailable."),
    131021: Fault(400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
    131026: Fault(400, "Message undeliverable", "Unable to deliver the message."),
    131030: Fault(400, "Recipient not in allowed list", "The recipient is not in the list of test numbers."),
    131031: Fault(403, "Account has been locked", "The account has been restricted or disabled."),
    131042: Fault(400, "Business eligibility payment issue", "There is a problem with the payment method."),
    131045: Fault(500, "Incorrect certificate", "The phone number is not registered properly."),
    131047: Fault(
        400, "Re-engagement message", "More than 24 hours have passed since the customer last wrote."
    ),
    131048: Fault(
        400, "Spam rate limit hit", "There are restrictions on how many messages this number can send."
    ),
    131049: Fault(
        400,
        "This message was not delivered to maintain healthy ecosystem engagement.",
        "Message withheld to keep people engaged with businesses. Do not retry at once.",
    ),
    131050: Fault(
        400, "Recipient stopped marketing", "This recipient has chosen to stop receiving marketing messages."
    ),
    131051: Fault(400, "Unsupported message type", "Message type is currently not supported."),
    131052: Fault(400, "Media download error", "Unable to download the media sent by the user."),
    131053: Fault(400, "Media upload error", "Unable to upload the media used in the message."),
    131055: Fault(400, "Method not allowed", "Only marketing templates can be sent by this endpoint."),
    131056: Fault(
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages sent from the sender to the same recipient.",
    ),
    131057: Fault(500, "Account in maintenance mode", "The business account is in maintenance mode."),
    131062: Fault(400, "Unsupported recipient", "This message cannot be sent to a business-scoped user id."),
    131063: Fault(
        400, "Marketing disabled", "Marketing templates are disabled on Cloud API for this account."
    ),
    131064: Fault(400, "Template limit", "Utility templates are limited because of misclassification."),
    132000: Fault(
        400,
        "Number of parameters does not match the expected number of params",
        "The number of parameters differs from the template's.",
    ),
    132001: Fault(
        404,
        "Template name does not exist in the translation",
        "The template does not exist in this language.",
    ),
    132005: Fault(400, "Translated text too long", "The translated text is too long."),
    132007: Fault(
        400, "Template content policy violated", "The template's content violates a WhatsApp policy."
    ),
    132012: Fault(
        400, "Parameter format does not match", "A parameter is not of the kind the template expects."
    ),
    132015: Fault(400, "Template is paused", "The template is paused due to low quality."),
    132016: Fault(400, "Template is disabled", "The template was paused too many times and is now disabled."),
    132018: Fault(
        400, "Template parameter validation failed", "There is an issue with a template parameter."
    ),
    132068: Fault(400, "Flow is blocked", "The flow is in blocked state."),
    132069: Fault(400, "Flow is throttled", "The flow is in throttled state."),
    133004: Fault(503, "Server temporarily unavailable", "The server is temporarily unavailable."),
    133010: Fault(400, "Phone number not registered", "The phone number is not registered."),
    134100: Fault(400, "Only marketing messages supported", "The template is not of the marketing category."),
    134101: Fault(400, "Template still syncing", "The template is still being prepared."),
    134102: Fault(500, "Template unavailable", "The template cannot be used for marketing messages."),
    135000: Fault(400, "Generic user error", "There is an unknown error with the request's parameters."),
}

_OTHER = Fault(400, "Something went wrong", "The request could not be completed.")


def fault(code: int) -> Fault:
    """What `code` means; a general fault with HTTP 400 for a code that is not in the table."""
    return FAULTS.get(code, _OTHER)


class GraphError(Exception):
    """A request that is answered with the Graph error envelope.

    `details` goes to `error_data.details`; `message` replaces the whole human message, which is otherwise
    "(#code) title"; `http_status` replaces the table's.
    """

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        message: str | None = None,
        http_status: int | None = None,
        type_: str = "OAuthException",
        subcode: int | None = None,
    ) -> None:
        known = fault(code)
        self.code = code
        self.details = details or known.details
        self.message = message or f"(#{code}) {known.title}"
        self.http_status = http_status or known.http_status
        self.type = type_
        self.subcode = subcode
        super().__init__(self.message)

    def body(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        error: dict[str, Any] = {
            "message": self.message,
            "type": self.type,
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": "A" + secrets.token_urlsafe(8),
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error}

    def response(self) -> web.Response:
        """The HTTP answer."""
        return json_response(self.body(), self.http_status)


def missing(parameter: str) -> GraphError:
    """Code 100 in Meta's words for a parameter that is not there."""
    sentence = f"The parameter {parameter} is required."
    return GraphError(100, sentence, message=f"(#100) {sentence}")


def no_object(object_id: str, verb: str) -> GraphError:
    """Code 100, subcode 33: Graph's answer for an id it does not know. `verb` is 'get', 'post' or 'delete'."""
    message = (
        f"Unsupported {verb} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation."
    )
    return GraphError(100, message, message=message, type_="GraphMethodException", subcode=33)


def webhook_error(code: int) -> dict[str, Any]:
    """The item of `errors[]` in a webhook; it has another shape than the answer of a request."""
    known = fault(code)
    return {
        "code": code,
        "title": known.title,
        "message": known.title,
        "error_data": {"details": known.details},
        "href": ERRORS_HREF,
    }


def json_response(body: object, status: int = 200) -> web.Response:
    """An answer with a JSON body."""
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json")
