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
    """A button of a template."""

    type: str
    text: str
    url: str | None = None


class TemplateAnswer(Answer):
    """A template. variables: what `bodyValues`, `headerValues` and `buttonValues` must fill."""

    id: Digits
    name: str
    language: str
    category: str
    status: str
    quality: str
    header: str
    body: str
    footer: str
    buttons: list[TemplateButton]
    variables: list[str]
