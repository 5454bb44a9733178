"""The kinds of nodes of a flow, and the exits of each. Pure.

Limits of what is sent are WhatsApp's (desktop.domain.interactive, desktop.domain.attachments).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from desktop.domain.consent import OptIn
from desktop.domain.filters import EVERYONE, Filter, Op
from desktop.domain.sequence import ANY_TIME, Delay, DelayUnit, Hours
from desktop.domain.templates import Variable

LONGEST_BODY: Final = 1_024
"""Characters of a text with buttons or rows (Cloud API, reply buttons)."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a node. name: as edges have it; label: as the canvas shows it.

    needed: a customer who comes out there must be led on; else the session ends, and `NOT_SENT`, `FAILED`, `INVALID`
    and `OTHER` give the conversation to people.
    """

    name: str
    label: str
    needed: bool = False


NEXT: Final = "next"
NOT_SENT: Final = "not_sent"
INVALID: Final = "invalid"
OTHER: Final = "other"
FAILED: Final = "failed"
YES: Final = "yes"
NO: Final = "no"
CHOICE: Final = "choice:"
"""Stands before the id of a button or row in the name of its exit."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button, or a row of a list. id: short, of its node; note: the second line of a row."""

    id: str
    title: str
    note: str = ""


# Send.


@dataclass(frozen=True, slots=True)
class SendText:
    """A text; {{name}} and the like are filled (desktop.domain.flow_texts)."""

    kind: Literal["text"] = "text"
    text: str = ""


@dataclass(frozen=True, slots=True)
class SendMedia:
    """A file at a public address."""

    kind: Literal["media"] = "media"
    media: Literal["image", "video", "document", "audio"] = "image"
    link: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class SendButtons:
    """A text with up to three buttons; waits for one of them.

    answer: under which name the choice is kept, or "". invalid_text: said before the buttons come again to what is none
    of them, where nothing stands at `OTHER`; tries: how often it may be given.
    """

    kind: Literal["buttons"] = "buttons"
    text: str = ""
    choices: tuple[Choice, ...] = ()
    answer: str = ""
    invalid_text: str = "Please press one of the buttons."
    tries: int = 3


@dataclass(frozen=True, slots=True)
class SendList:
    """A text with a button that opens up to ten rows; waits for one of them. The rest is as of `SendButtons`."""

    kind: Literal["list"] = "list"
    text: str = ""
    button: str = "Choose"
    choices: tuple[Choice, ...] = ()
    answer: str = ""
    invalid_text: str = "Please choose from the list."
    tries: int = 3


@dataclass(frozen=True, slots=True)
class SendTemplate:
    """An approved template of any category. A variable's field may also be 'answer:<name>'.

    Of marketing the opt-in is not asked, unless the workspace has its bots ask, or a colleague started the flow and the
    customer has not answered yet.
    """

    kind: Literal["template"] = "template"
    template_id: int | None = None
    variables: tuple[Variable, ...] = ()


# Ask.


class AnswerKind(StrEnum):
    """What an answer must be. PATTERN: a regular expression for the whole of it."""

    ANYTHING = "anything"
    NUMBER = "number"
    EMAIL = "email"
    DATE = "date"
    PHONE = "phone"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class Question:
    """A text, and the next message is its answer.

    answer: the name under which it is kept; attribute: the contact field that takes it as well, or "".
    invalid_text: said to an answer that does not fit, before it is asked again; tries: how often it may be given.
    """

    kind: Literal["question"] = "question"
    text: str = ""
    answer: str = ""
    must_be: AnswerKind = AnswerKind.ANYTHING
    pattern: str = ""
    invalid_text: str = ""
    tries: int = 3
    attribute: str = ""


# Decide and do.


class About(StrEnum):
    """What a condition asks: the contact (opt-in, tags and fields among it), an answer, or the time."""

    CONTACT = "contact"
    ANSWER = "answer"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Decide:
    """Yes or no. op and values: of ANSWER, as in a filter on a text, or on numbers where they are LESS and MORE."""

    kind: Literal["condition"] = "condition"
    about: About = About.CONTACT
    contact: Filter = EVERYONE
    answer: str = ""
    op: Op = Op.IS
    values: tuple[str, ...] = ()
    hours: Hours = ANY_TIME


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """A contact field gets a text in which {{…}} are filled; blank takes its value away."""

    kind: Literal["set_attribute"] = "set_attribute"
    attribute: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class SetOptIn:
    """Record what the customer's last answer said about marketing, with that answer as the evidence."""

    kind: Literal["set_opt_in"] = "set_opt_in"
    value: Literal[OptIn.YES, OptIn.NO] = OptIn.YES


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the conversation to a colleague, or to whoever takes it (None); the session ends."""

    kind: Literal["assign"] = "assign"
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class SetTags:
    """Put tags on the contact, and take others off."""

    kind: Literal["tag"] = "tag"
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrol:
    """Put the contact into a sequence."""

    kind: Literal["enrol"] = "enrol"
    sequence_id: int | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """A value of a JSON answer: path 'order.lines.0.date' becomes the answer of that name."""

    answer: str
    path: str


@dataclass(frozen=True, slots=True)
class Request:
    """Ask another program. url, header values and body have {{…}} filled; {{secret:name}} in a header is a secret.

    An answer of 200 to 299 leaves by NEXT with what was taken from it; everything else, and none, by FAILED.
    """

    kind: Literal["request"] = "request"
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    takes: tuple[Take, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """Go on after a while, whatever is said meanwhile."""

    kind: Literal["wait"] = "wait"
    delay: Delay = Delay(5, DelayUnit.MINUTES)


@dataclass(frozen=True, slots=True)
class Jump:
    """Go on at another node of this flow (node_id), or at the beginning of another flow."""

    kind: Literal["jump"] = "jump"
    node_id: str = ""
    flow_id: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The session is over, and did what it was for."""

    kind: Literal["end"] = "end"


class _ByKind:
    """Reads one of a union by its kind, so that what is wrong is said of that one. The JSON library asks for it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic import Field  # A window that shows no bot starts without it.

        return handler.generate_schema(Annotated[source, Field(discriminator="kind")])


BY_KIND: Final = _ByKind()
Does = (
    SendText
    | SendMedia
    | SendButtons
    | SendList
    | SendTemplate
    | Question
    | Decide
    | SetAttribute
    | SetOptIn
    | Assign
    | SetTags
    | Enrol
    | Request
    | Wait
    | Jump
    | End
)
Sends = SendText | SendMedia | SendButtons | SendList | SendTemplate | Question
Asks = SendButtons | SendList | Question
"""Those that wait for what the customer says."""
KINDS: Final[tuple[type[Does], ...]] = (
    SendText, SendButtons, SendList, SendTemplate, SendMedia, Question,
    Decide, SetAttribute, SetOptIn, SetTags, Assign, Enrol, Request, Wait, Jump, End,
)  # fmt: skip
"""In the order of the library."""
LABELS: Final[dict[str, str]] = {
    "text": "Text",
    "buttons": "Buttons",
    "list": "List",
    "template": "Template",
    "media": "Media",
    "question": "Question",
    "condition": "Condition",
    "set_attribute": "Set attribute",
    "set_opt_in": "Set opt-in",
    "tag": "Tag",
    "assign": "Assign",
    "enrol": "Enrol in a sequence",
    "request": "HTTP request",
    "wait": "Wait",
    "jump": "Jump",
    "end": "End",
}

_NOT_SENT: Final = Exit(NOT_SENT, "Not sent")


def exits_of(does: Does) -> tuple[Exit, ...]:
    """The ways out of a node, in the order in which the canvas shows them; none of one that ends the session."""
    if isinstance(does, Assign | Jump | End):
        return ()
    if isinstance(does, SendButtons | SendList):
        made = tuple(Exit(CHOICE + one.id, one.title or one.id, needed=True) for one in does.choices)
        return (*made, Exit(OTHER, "Something else"), _NOT_SENT)
    if isinstance(does, SendText | SendMedia | SendTemplate):
        return (Exit(NEXT, "Sent"), _NOT_SENT)
    if isinstance(does, Question):
        return (Exit(NEXT, "Answered", needed=True), Exit(INVALID, "Does not fit"), _NOT_SENT)
    if isinstance(does, Decide):
        return (Exit(YES, "Yes", needed=True), Exit(NO, "No", needed=True))
    if isinstance(does, Request):
        return (Exit(NEXT, "Answered", needed=True), Exit(FAILED, "Failed"))
    return (Exit(NEXT, "Then", needed=isinstance(does, Wait)),)
