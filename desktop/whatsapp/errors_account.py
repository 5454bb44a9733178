"""The error codes about the token, the account, the number and template creation.

Source: Meta's "Error codes" page as summarised in the project's protocol reference, §2.2. The waits are
ours where Meta states none.
"""

from typing import Final

from desktop.whatsapp.error_rules import DAY_S, HOUR_S, ErrorRule, Retry, Stops

_OVERLOAD_S: Final = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
"""For an overloaded server: doubled from 5 seconds to 5 minutes."""
_CALL_LIMIT_S: Final = (60.0, 300.0, 900.0, 3600.0)
"""Call limits roll over an hour."""

_NEW_TOKEN: Final = "Make a new token in Meta Business Suite and enter it in Settings, then resume sending."
_PERMISSION: Final = "Give the system user the WhatsApp permissions in Meta Business Suite, then test again."
_SUPPORT: Final = "Look at the account's alerts in Meta Business Suite; sending is held until then."

GRAPH: Final = (
    ErrorRule(
        0,
        "Token no longer valid",
        "WhatsApp could not sign the account in: the token ended or its owner's settings changed.",
        _NEW_TOKEN,
        stops=Stops.ACCOUNT,
    ),
    ErrorRule(
        1,
        "Request not understood",
        "WhatsApp reports an invalid request or a fault of its own.",
        "It is tried twice more; if it keeps failing, look at Meta's status page.",
        Retry.BACKOFF,
        (5.0, 60.0),
        3,
    ),
    ErrorRule(
        2,
        "WhatsApp is down for now",
        "WhatsApp is temporarily unavailable or overloaded.",
        "Nothing to do: it is tried again with growing waits.",
        Retry.BACKOFF,
        _OVERLOAD_S,
        8,
    ),
    ErrorRule(
        3,
        "Not capable",
        "The app lacks the capability or the permission for this call.",
        _PERMISSION,
        stops=Stops.ACCOUNT,
    ),
    ErrorRule(
        4,
        "Too many calls by the app",
        "The app reached the number of calls it may make in an hour.",
        "Nothing to do: all calls pause and go on by themselves.",
        Retry.ACCOUNT_PAUSE,
        _CALL_LIMIT_S,
        5,
    ),
    ErrorRule(
        10,
        "Permission denied",
        "The token has no permission for this call, or the account is not eligible.",
        _PERMISSION,
        stops=Stops.ACCOUNT,
    ),
    ErrorRule(
        33,
        "Business number gone",
        "The business phone number was deleted.",
        "Choose another number in Settings.",
        stops=Stops.ACCOUNT,
    ),
    ErrorRule(
        100,
        "Parameter not accepted",
        "WhatsApp did not accept a parameter: misspelled, missing or too long.",
        "Read the details, correct the message and send it again.",
    ),
    ErrorRule(104, "No token", "The call carried no token.", _NEW_TOKEN, stops=Stops.ACCOUNT),
    ErrorRule(190, "Token expired", "The access token has expired.", _NEW_TOKEN, stops=Stops.ACCOUNT),
    ErrorRule(
        200,
        "Permission missing",
        "A permission was never given or has been removed.",
        _PERMISSION,
        stops=Stops.ACCOUNT,
    ),
    ErrorRule(
        368,
        "Account restricted",
        "WhatsApp restricted or disabled the account for breaking a policy.",
        _SUPPORT,
        stops=Stops.ACCOUNT,
    ),
    ErrorRule(
        80007,
        "Too many calls by the account",
        "The account reached the number of calls it may make in an hour.",
        "Nothing to do: all calls pause and go on by themselves.",
        Retry.ACCOUNT_PAUSE,
        _CALL_LIMIT_S,
        5,
    ),
)

ACCOUNT: Final = (
    ErrorRule(
        131031,
        "Account locked",
        "The account is locked, or its data does not match what WhatsApp has.",
        _SUPPORT,
        stops=Stops.ACCOUNT,
    ),
    ErrorRule(
        131037,
        "Display name not approved",
        "The number's display name has not been approved, so it may not send.",
        "Have the display name approved in Meta Business Suite.",
        stops=Stops.ACCOUNT,
    ),
    ErrorRule(
        131042,
        "Payment problem",
        "WhatsApp cannot bill the account.",
        "Check the payment method in Meta Business Suite, then resume sending.",
        stops=Stops.ACCOUNT,
    ),
    ErrorRule(
        131045,
        "Number not registered correctly",
        "The number's registration or certificate is not valid.",
        "Register the number again, then resume sending.",
        stops=Stops.ACCOUNT,
    ),
    ErrorRule(
        131048,
        "Number restricted for spam",
        "Too many messages of this number were blocked or reported, and WhatsApp restricts it.",
        "Stop campaigns, check the number's quality and wait some hours before resuming.",
        stops=Stops.ACCOUNT,
        person_may_retry_after_s=HOUR_S,
    ),
    ErrorRule(
        131057,
        "Account in maintenance",
        "The account is in maintenance, for example while its throughput is raised.",
        "Nothing to do: it takes about a minute and is tried again.",
        Retry.BACKOFF,
        (60.0, 60.0, 120.0, 300.0),
        5,
    ),
)

NUMBER: Final = (
    ErrorRule(
        133000,
        "Deregistration unfinished",
        "An earlier deregistration of the number failed.",
        "Deregister the number again.",
    ),
    ErrorRule(
        133004,
        "Server unavailable",
        "WhatsApp's server is temporarily unavailable.",
        "Nothing to do: it is tried again with growing waits.",
        Retry.BACKOFF,
        _OVERLOAD_S,
        8,
    ),
    ErrorRule(133005, "Wrong PIN", "The two-step PIN is wrong.", "Enter the right PIN or reset it."),
    ErrorRule(
        133006,
        "Number not verified",
        "The number must be verified before it is registered.",
        "Verify it in Meta Business Suite.",
    ),
    ErrorRule(
        133008,
        "Too many PIN guesses",
        "The two-step PIN was guessed too often.",
        "Wait as long as the details say.",
    ),
    ErrorRule(
        133009,
        "PIN guessed too fast",
        "The two-step PIN was entered too quickly.",
        "Wait as long as the details say.",
    ),
    ErrorRule(
        133010,
        "Number not registered",
        "The business number is not registered with WhatsApp's platform.",
        "Register the number, then resume sending.",
        stops=Stops.ACCOUNT,
    ),
    ErrorRule(
        133015,
        "Number recently deleted",
        "The number was deleted a moment ago and the deletion is not finished.",
        "It is tried once more after five minutes.",
        Retry.AFTER,
        (300.0,),
        2,
        person_may_retry_after_s=300,
    ),
    ErrorRule(
        133016,
        "Too many registrations",
        "The number was registered and deregistered too often.",
        "Wait until WhatsApp lifts the block, which takes hours to days.",
        person_may_retry_after_s=DAY_S,
    ),
)

_SHORTEN: Final = "Correct the template in Meta Business Suite and submit it again."
CREATION: Final = (
    ErrorRule(2388019, "Too many templates", "The account has as many templates as it may.", "Delete some."),
    ErrorRule(
        2388039,
        "Template cannot be edited now",
        "The template's status, or its daily number of edits, allows no change.",
        "Wait for the review or until tomorrow.",
    ),
    ErrorRule(2388040, "Template too long", "A part of the template is too long.", _SHORTEN),
    ErrorRule(2388047, "Header not accepted", "The template's header has a wrong form.", _SHORTEN),
    ErrorRule(2388072, "Body not accepted", "The template's body has a wrong form.", _SHORTEN),
    ErrorRule(2388073, "Footer not accepted", "The template's footer has a wrong form.", _SHORTEN),
    ErrorRule(2388293, "Too many variables", "The template has too many variables for its length.", _SHORTEN),
    ErrorRule(2388299, "Variable at an end", "The template begins or ends with a variable.", _SHORTEN),
)
