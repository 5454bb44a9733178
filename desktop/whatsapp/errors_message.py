"""The error codes about one recipient, one message or one template.

Source: Meta's "Error codes" page as summarised in the project's protocol reference, §2.2. The waits are
ours where Meta states none. Of the 132xxx codes those that come from one contact's values (too long, in a
wrong format) fail that message alone: one odd attribute must not stop everybody's broadcast.
"""

from typing import Final

from desktop.whatsapp.error_rules import DAY_S, HOUR_S, ErrorRule, Retry, Stops

_OVERLOAD_S: Final = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
_VALUES: Final = "Correct the contact's values or the template's defaults, then send it again."
_REFRESH: Final = "Refresh the templates and choose one that is approved."

RECIPIENT: Final = (
    ErrorRule(
        130403,
        "You blocked this contact",
        "Your business has blocked this contact in WhatsApp.",
        "Unblock the contact first, then send it again.",
        stops=Stops.RECIPIENT,
    ),
    ErrorRule(
        130429,
        "Sending too fast",
        "More messages were sent in a second than the number may send.",
        "Nothing to do: the pace is lowered and the message goes out.",
        Retry.PACE,
        (1.0, 2.0, 4.0, 8.0, 16.0, 32.0),
        20,
    ),
    ErrorRule(
        130472,
        "Part of a WhatsApp experiment",
        "WhatsApp withheld the message because the contact is in one of its marketing experiments.",
        "It is no fault of the contact. Reach them in a reply window or by a utility template.",
        person_may_retry_after_s=DAY_S,
    ),
    ErrorRule(
        130497,
        "Country not allowed",
        "The account may not message contacts in this country.",
        "Leave these contacts out, or ask Meta for permission.",
        stops=Stops.RECIPIENT,
    ),
    ErrorRule(
        131021,
        "Sender and recipient are the same",
        "The message was addressed to your own business number.",
        "Correct the contact's number.",
        stops=Stops.RECIPIENT,
    ),
    ErrorRule(
        131026,
        "Not on WhatsApp",
        "The number is not on WhatsApp, its app is too old, its terms were not accepted, or you are blocked.",
        "Check the number with the contact by another way.",
        stops=Stops.RECIPIENT,
    ),
    ErrorRule(
        131030,
        "Not in the test list",
        "A test number may only write to the numbers in its allowed list.",
        "Add the contact's number to the list in Meta's app dashboard.",
        stops=Stops.RECIPIENT,
    ),
    ErrorRule(
        131047,
        "Reply window closed",
        "More than 24 hours have passed since the customer last wrote.",
        "Send an approved template instead.",
    ),
    ErrorRule(
        131049,
        "WhatsApp’s marketing limit",
        "WhatsApp withheld the marketing message: the contact received enough of them, or is in the United"
        " States.",
        "Wait at least 24 hours; earlier tries can block the contact for longer. Never for a United States"
        " number.",
        person_may_retry_after_s=DAY_S,
    ),
    ErrorRule(
        131050,
        "Stopped promotions in WhatsApp",
        "The contact has stopped marketing messages from your business in WhatsApp.",
        "It is recorded as an opt-out. Only the contact can resume them in WhatsApp.",
        stops=Stops.RECIPIENT,
        opts_out=True,
        person_may_retry_after_s=None,
    ),
    ErrorRule(
        131056,
        "Too many messages to one contact",
        "Too many messages went to this contact in a short time.",
        "Nothing to do: messages to this contact wait a little, all others go on.",
        Retry.PAIR,
        (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0),
        7,
        Stops.RECIPIENT,
    ),
    ErrorRule(
        131062,
        "Needs a phone number",
        "This kind of message cannot go to a contact who is known by a user id only.",
        "Ask the contact for their number and add it.",
        stops=Stops.RECIPIENT,
    ),
    ErrorRule(
        137000,
        "Identity changed",
        "The contact's identity key has changed since it was last confirmed.",
        "Make sure that it is still the same person, then confirm the identity.",
        stops=Stops.RECIPIENT,
    ),
)

MESSAGE: Final = (
    ErrorRule(
        131000,
        "Something went wrong in WhatsApp",
        "WhatsApp failed and gives no cause.",
        "It is tried three times more, then it can be sent again by hand.",
        Retry.BACKOFF,
        (5.0, 30.0, 300.0),
        4,
    ),
    ErrorRule(
        131005,
        "Access denied",
        "The token may not do this.",
        "Check the token's permissions in Settings with a connection test.",
    ),
    ErrorRule(131008, "Parameter missing", "A required parameter is missing.", _VALUES),
    ErrorRule(
        131009,
        "Parameter value not valid",
        "A parameter has a value that WhatsApp does not accept, or a new marketing template is still being"
        " prepared.",
        "Correct the value; for a new marketing template wait ten minutes.",
        person_may_retry_after_s=600,
    ),
    ErrorRule(
        131016,
        "Service unavailable",
        "A part of WhatsApp is temporarily unavailable.",
        "Nothing to do: it is tried again with growing waits.",
        Retry.BACKOFF,
        _OVERLOAD_S,
        8,
    ),
    ErrorRule(
        131051,
        "Message type not supported",
        "WhatsApp does not support this type of message.",
        "Send it in another form, for example as text.",
    ),
    ErrorRule(
        131052,
        "Customer's file cannot be fetched",
        "The file that the customer sent could not be downloaded.",
        "Ask the customer to send it again.",
    ),
    ErrorRule(
        131053,
        "File cannot be fetched",
        "WhatsApp could not take the file of the message: its link, type or size is wrong.",
        "It is tried once more; then attach another file or link.",
        Retry.ONCE,
        (30.0,),
        2,
    ),
    ErrorRule(
        131055,
        "Marketing templates only",
        "This way of sending takes marketing templates only.",
        "Turn the marketing endpoint off in Settings.",
    ),
    ErrorRule(
        131063,
        "Marketing has its own way",
        "The account does not allow marketing on the ordinary endpoint.",
        "Turn the marketing endpoint on in Settings.",
        stops=Stops.TEMPLATE,
    ),
    ErrorRule(
        131064,
        "Limited for wrong categories",
        "Templates in wrong categories have put a limit on the account.",
        "Correct the templates' categories; the limit ends after some days.",
        stops=Stops.TEMPLATE,
        person_may_retry_after_s=DAY_S,
    ),
    ErrorRule(
        134011,
        "Payment terms not accepted",
        "The terms of WhatsApp Payments have not been accepted.",
        "Accept them in Meta Business Suite.",
    ),
    ErrorRule(
        134100,
        "Not a marketing template",
        "The marketing endpoint was given a template of another category.",
        "Refresh the templates and send it again.",
        stops=Stops.TEMPLATE,
    ),
    ErrorRule(
        134101,
        "Template still being prepared",
        "The marketing template is new or was idle, and WhatsApp is still preparing it.",
        "It is tried once more after ten minutes.",
        Retry.AFTER,
        (600.0,),
        2,
        person_may_retry_after_s=600,
    ),
    ErrorRule(
        134102,
        "Marketing endpoint unavailable",
        "The account cannot use the marketing endpoint.",
        "Turn the marketing endpoint off in Settings.",
        stops=Stops.TEMPLATE,
    ),
    ErrorRule(
        135000,
        "Message not accepted",
        "WhatsApp found a fault in the message's parameters and names none.",
        _VALUES,
    ),
)

TEMPLATE: Final = (
    ErrorRule(
        132000,
        "Wrong number of parameters",
        "The template needs another number of parameters than were sent; it may have changed.",
        "Refresh the templates, fill every variable and send it again.",
        stops=Stops.TEMPLATE,
    ),
    ErrorRule(
        132001,
        "Template not there",
        "The template does not exist in this language, or is not approved.",
        _REFRESH,
        stops=Stops.TEMPLATE,
    ),
    ErrorRule(
        132005, "Filled text too long", "With the contact's values the template's text is too long.", _VALUES
    ),
    ErrorRule(
        132007,
        "Template breaks a policy",
        "The template's content breaks one of WhatsApp's policies.",
        _REFRESH,
        stops=Stops.TEMPLATE,
    ),
    ErrorRule(132008, "Value in a wrong format", "A parameter's value has a wrong format.", _VALUES),
    ErrorRule(132012, "Value of a wrong kind", "A parameter's value is of a wrong kind.", _VALUES),
    ErrorRule(
        132015,
        "Template paused",
        "WhatsApp paused the template for its quality.",
        "It comes back after 3 hours the first time and 6 the second; choose another one meanwhile.",
        stops=Stops.TEMPLATE,
        person_may_retry_after_s=3 * HOUR_S,
    ),
    ErrorRule(
        132016,
        "Template disabled",
        "The template was paused too often for its quality and is disabled for good.",
        "Make a new template.",
        stops=Stops.TEMPLATE,
    ),
    ErrorRule(
        132018, "Parameters not valid", "WhatsApp found a fault in the template's parameters.", _VALUES
    ),
    ErrorRule(
        132068,
        "Flow blocked",
        "The WhatsApp Flow of the template is blocked.",
        "Correct the Flow in Meta Business Suite.",
        stops=Stops.TEMPLATE,
    ),
    ErrorRule(
        132069,
        "Flow throttled",
        "The WhatsApp Flow has been sent ten times in this hour, which is its limit for now.",
        "It is tried once more after an hour.",
        Retry.AFTER,
        (float(HOUR_S),),
        2,
        Stops.TEMPLATE,
        person_may_retry_after_s=HOUR_S,
    ),
)
