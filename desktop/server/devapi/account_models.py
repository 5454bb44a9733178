"""The key that asks, and templates, as they are answered."""

from typing import Literal

from desktop.server.devapi.parts import Answer, Digits


class TestAnswer(Answer):
    """The key works."""

    status: Literal["ok"]
    message: str


class MeAnswer(Answer):
    """The key that asks."""

    id: Digits
    name: str
    scope: Literal["all", "read", "restricted"]
    accountId: str


class TemplateButton(Answer):
    """A button of a template. index: as buttonValues count them."""

    index: int
    type: str
    text: str
    url: str | None = None
    phone: str | None = None


class ButtonVariable(Answer):
    """A button that needs a value. type: as the sub_type of buttonValues."""

    index: int
    type: Literal["url", "COPY_CODE"]
    required: Literal[True]


class TemplateAnswer(Answer):
    """A template. variables: what `bodyValues`, `headerValues` and `buttonValues` must fill, 'header:1' and
    'button0:1' for the latter two; footerVariables: the buttons that need a value.

    category: the one that counts, as consent asks by it. whyNot: why nothing can be sent with it; "" where it can.
    """

    id: Digits
    whatsappId: str
    name: str
    language: str
    category: Literal["MARKETING", "UTILITY", "AUTHENTICATION", "SERVICE"]
    categoryBefore: Literal["MARKETING", "UTILITY", "AUTHENTICATION", "SERVICE"] | None
    status: Literal["approved", "pending", "rejected", "paused", "disabled", "gone", "other"]
    statusReason: str
    pausedUntil: str | None
    whyNot: str
    quality: Literal["GREEN", "YELLOW", "RED", "UNKNOWN"]
    parameterFormat: Literal["NAMED", "POSITIONAL"]
    header: str
    headerType: str
    body: str
    footer: str
    buttons: list[TemplateButton]
    variables: list[str]
    footerVariables: list[ButtonVariable]
    examples: dict[str, str]
    updatedAt: str | None
