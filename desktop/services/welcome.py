"""The demo's sequence: four templates for a sandbox, and the welcome series that sends them. Nobody is in it."""

from typing import Any, Final

from desktop.domain.sequence import Definition, Delay, Hours, SequenceStep
from desktop.domain.templates import Variable
from desktop.store import sequences, templates
from desktop.store.engine import Tx


def _template(name: str, category: str, text: str, *examples: str) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "BODY", "text": text}
    if examples:
        body["example"] = {"body_text": [list(examples)]}
    return {"name": name, "language": "en", "category": category, "components": [body]}


TEMPLATES: Final = (
    _template(
        "welcome_note",
        "UTILITY",
        "Hi {{1}}, thanks for joining. Save this number for order updates.",
        "Priya",
    ),
    _template(
        "first_order_offer",
        "MARKETING",
        "Hi {{1}}, 10% off your first order until {{2}}. Reply STOP to opt out.",
        "Priya",
        "30 Nov",
    ),
    _template("how_to_return", "UTILITY", "Did you know? Returns are free for 30 days."),
    _template("vip_invite", "MARKETING", "Join the VIP club, {{1}}. Reply STOP to opt out.", "Priya"),
)
"""As WhatsApp's own API takes them."""

_NAME: Final = Variable("1", "first_name", "there")
_OFFICE: Final = Hours(start_minute=9 * 60, end_minute=18 * 60)


def add_sequence(tx: Tx, user_id: int | None) -> int | None:
    """An active sequence 'Welcome'; None, and nothing made, where its templates are not there or its name is taken."""
    ids = {one.name: one.id for one in templates.every(tx) if one.sendable}
    if not {one["name"] for one in TEMPLATES} <= ids.keys() or sequences.id_of(tx, "Welcome") is not None:
        return None
    steps = (
        SequenceStep(ids["welcome_note"], (_NAME,)),
        SequenceStep(ids["first_order_offer"], (_NAME, Variable("2", "", "30 Nov")), Delay(2)),
        SequenceStep(ids["how_to_return"], (), Delay(3)),
        SequenceStep(ids["vip_invite"], (_NAME,), Delay(7), hours=_OFFICE),
    )
    made = sequences.create(tx, "Welcome", Definition(steps), user_id)
    sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, made), user_id))
    return made
