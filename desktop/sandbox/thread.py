"""What one customer sees: the messages of both sides, as their phone would show them."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

from .clock import iso
from .customers import Customer
from .log import SendLog
from .templates import VARIABLE, Catalogue

LONGEST = 500


async def thread_of(log: SendLog, catalogue: Catalogue, customer: Customer) -> list[dict[str, Any]]:
    """The last 500 messages, oldest first; sends that never reached the phone are not among them.

    Each has direction ('from_business' or 'from_customer'), at, wamid, type, text, header, footer, buttons
    (text, payload or id, kind), media and status ('sent', 'delivered' or 'read').
    """

    def ask(connection: sqlite3.Connection) -> tuple[list[Any], list[Any], set[Any]]:
        sends = connection.execute(
            "SELECT n, at_s, wamid, type, plan, body FROM send WHERE phone = ? AND error_code = 0"
            " ORDER BY n DESC LIMIT ?",
            (customer.phone, LONGEST),
        ).fetchall()
        coming = connection.execute(
            "SELECT n, status FROM outbox WHERE due_s > ? AND n IN (SELECT n FROM send WHERE phone = ?)",
            (time.time(), customer.phone),
        ).fetchall()
        inbound = connection.execute(
            "SELECT at_s, wamid, read_at_s, body FROM inbound WHERE phone = ? ORDER BY n DESC LIMIT ?",
            (customer.phone, LONGEST),
        ).fetchall()
        return sends, inbound, set(coming)

    sends, inbound, coming = await log.ask(ask)
    shown = [_from_business(row, coming, catalogue) for row in sends] + [
        _from_customer(row) for row in inbound
    ]
    shown.sort(key=lambda message: message[0])
    return [message for _, message in shown[-LONGEST:]]


def _from_business(
    row: tuple[Any, ...], coming: set[tuple[int, str]], catalogue: Catalogue
) -> tuple[float, dict[str, Any]]:
    n, at_s, wamid, kind, plan, body = row
    reached = [status for status in plan.split(",") if (n, status) not in coming]
    content = json.loads(body)
    shown = _template(content["template"], catalogue) if kind == "template" else _content(kind, content)
    head = {
        "direction": "from_business",
        "at": iso(at_s),
        "wamid": wamid,
        "type": kind,
        "status": reached[-1] if reached and reached[-1] else "sent",
    }
    return at_s, head | shown


def _from_customer(row: tuple[Any, ...]) -> tuple[float, dict[str, Any]]:
    at_s, wamid, read_at_s, body = row
    message = json.loads(body)
    kind = message["type"]
    head = {
        "direction": "from_customer",
        "at": iso(at_s),
        "wamid": wamid,
        "type": kind,
        "status": "read" if read_at_s else "delivered",
    }
    return at_s, head | _content(kind, message)


def _content(kind: str, message: dict[str, Any]) -> dict[str, Any]:
    content = message.get(kind)
    if not isinstance(content, dict):
        return {"text": "", "content": content}
    if kind == "interactive":
        return _interactive(content)
    words = content.get("body") or content.get("text") or content.get("caption") or content.get("emoji") or ""
    shown: dict[str, Any] = {"text": words}
    if "id" in content or "link" in content:
        shown["media"] = {
            key: content[key] for key in ("id", "link", "filename", "mime_type") if key in content
        }
    elif kind in ("location", "reaction"):
        shown["content"] = content
    return shown


def _interactive(content: dict[str, Any]) -> dict[str, Any]:
    reply = content.get("button_reply") or content.get("list_reply")
    if reply:
        return {"text": reply.get("title", ""), "content": reply}
    action = content["action"]
    buttons = [
        {"text": one["reply"]["title"], "id": one["reply"]["id"], "kind": "button_reply"}
        for one in action.get("buttons", [])
        if "reply" in one
    ]
    for section in action.get("sections", []):
        buttons += [
            {"text": row["title"], "id": row["id"], "kind": "list_reply"}
            for row in section.get("rows", [])
            if "title" in row
        ]
    return {
        "text": (content.get("body") or {}).get("text", ""),
        "header": (content.get("header") or {}).get("text", ""),
        "footer": (content.get("footer") or {}).get("text", ""),
        "buttons": buttons,
    }


def _template(wanted: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    found = catalogue.find(wanted["name"], wanted["language"]["code"])
    if found is None:
        return {"text": f"[template {wanted['name']}]", "template": wanted["name"]}
    template, _ = found
    given = [one for one in wanted.get("components") or []]
    buttons = []
    for at, button in enumerate((template.part("BUTTONS") or {}).get("buttons", [])):
        payload = _payload(given, at) or button["text"]
        buttons.append({"text": button["text"], "payload": payload, "kind": button["type"].lower()})
    return {
        "template": template.name,
        "header": _filled(template.part("HEADER"), given, "header"),
        "text": _filled(template.part("BODY"), given, "body"),
        "footer": (template.part("FOOTER") or {}).get("text", ""),
        "buttons": buttons,
    }


def _payload(given: list[dict[str, Any]], at: int) -> str:
    for component in given:
        if component["type"].lower() == "button" and str(component.get("index")) == str(at):
            return next(
                (str(one["payload"]) for one in component.get("parameters", []) if "payload" in one), ""
            )
    return ""


def _filled(part: dict[str, Any] | None, given: list[dict[str, Any]], kind: str) -> str:
    parameters: list[dict[str, Any]] = next(
        (one.get("parameters", []) for one in given if one["type"].lower() == kind), []
    )
    values: dict[str, str] = {}
    for at, parameter in enumerate(parameters):
        value = parameter.get("text") or (parameter.get(parameter["type"]) or {}).get("fallback_value", "")
        values[parameter.get("parameter_name") or str(at + 1)] = str(value)
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), (part or {}).get("text", ""))
