"""What a step of a flow sends or asks, filled with what is known by now. Pure.

Shapes: the Cloud API's pages on interactive and media messages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from desktop.domain import flow_nodes as nodes
from desktop.domain.attachments import LONGEST_CAPTION
from desktop.domain.compose import MAX_TEXT_LENGTH
from desktop.domain.flow_answers import payload
from desktop.domain.flow_nodes import LONGEST_BODY
from desktop.domain.flow_session import AskProgram, Send
from desktop.domain.flow_texts import ANSWER, fill, fill_header, fill_json, fill_url
from desktop.domain.templates import values_for

Texts = Mapping[str, str]


def message(node_id: str, does: nodes.Sends, answers: Texts, fields: Texts, mark: str = "") -> Send:
    """The message of a node. fields: as `contacts.fields_of` makes them. mark: of the session, for its buttons."""
    if isinstance(does, nodes.SendMedia):
        return _media(node_id, does, answers, fields)
    if isinstance(does, nodes.SendTemplate):
        named = {f"{ANSWER}{name}": value for name, value in answers.items()}
        values = values_for(does.variables, {**fields, **named})
        return Send(node_id, "template", "", {"values": values}, does.template_id)
    filled = fill(does.text, answers, fields)
    if isinstance(does, nodes.SendButtons | nodes.SendList):
        text = _cut(filled, LONGEST_BODY)
        ids = [payload(node_id, one, mark) for one in does.choices]
        made = _buttons(does, ids) if isinstance(does, nodes.SendButtons) else _list(does, ids)
        return Send(node_id, "interactive", text, {"object": {**made, "body": {"text": text}}})
    return Send(node_id, "text", _cut(filled, MAX_TEXT_LENGTH))


def request(node_id: str, does: nodes.Request, answers: Texts, fields: Texts) -> AskProgram:
    """The request of a node, everything filled but its secrets."""
    ready = replace(
        does,
        url=fill_url(does.url, answers, fields),
        headers=tuple((name, fill_header(value, answers, fields)) for name, value in does.headers),
        body=fill_json(does.body, answers, fields),
    )
    return AskProgram(node_id, ready)


def _cut(text: str, most: int) -> str:
    """As much as WhatsApp takes: what an answer brings may make a text longer than it was written."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _media(node_id: str, does: nodes.SendMedia, answers: Texts, fields: Texts) -> Send:
    caption = "" if does.media == "audio" else _cut(fill(does.caption, answers, fields), LONGEST_CAPTION)
    made = {"link": fill_url(does.link, answers, fields)} | ({"caption": caption} if caption else {})
    return Send(node_id, does.media, caption, {"object": made})


def _buttons(does: nodes.SendButtons, ids: Sequence[str]) -> dict[str, Any]:
    buttons = [
        {"type": "reply", "reply": {"id": id, "title": one.title}}
        for id, one in zip(ids, does.choices, strict=True)
    ]
    return {"type": "button", "action": {"buttons": buttons}}


def _list(does: nodes.SendList, ids: Sequence[str]) -> dict[str, Any]:
    rows = [
        {"id": id, "title": one.title} | ({"description": one.note} if one.note else {})
        for id, one in zip(ids, does.choices, strict=True)
    ]
    return {"type": "list", "action": {"button": does.button, "sections": [{"rows": rows}]}}
