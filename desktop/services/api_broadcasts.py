"""Broadcasts that other programs launch and look at. Launching is the same as from the window, with the key as who does
it: the same template checks, the same snapshot, the same hold of a real number that has had no webhook yet.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from desktop.domain.api_broadcast import BroadcastWanted, filled
from desktop.domain.api_filter import filter_shown
from desktop.domain.audience import Breakdown
from desktop.domain.broadcast import BroadcastDraft, BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Figures, ReasonCount
from desktop.domain.filters import BadFilter
from desktop.domain.keys import Caller
from desktop.domain.messages import Status
from desktop.domain.people import Role, User
from desktop.domain.problems import NotFound, Problem
from desktop.domain.public_ids import public_id
from desktop.domain.segments import Segment, union
from desktop.domain.templates import Template
from desktop.domain.text import clean
from desktop.services.api_answers import Once, once, written
from desktop.services.api_contact_shown import account_id, moment
from desktop.services.broadcast_launch import launch
from desktop.services.templates import NoSuchTemplate, asked_for
from desktop.store import audience, broadcast_figures, broadcasts, contacts, segments, templates
from desktop.store.engine import Store, Tx

_DONE: Final = 200
_FIELDS: Final = {"template": "templateName", "variables": "bodyValues", "reason": "overrideReason"}
"""What the launch calls its fields, and what the request does."""
_WAITING: Final = (Status.QUEUED, Status.SENDING)


class ApiBroadcasts:
    """The API's verbs on broadcasts. wake: the engine looks for what is due. Answers are JSON values."""

    def __init__(
        self, store: Store, wake: Callable[[], None], missed: Callable[[], None] = lambda: None
    ) -> None:
        """missed: a template was named that is not known."""
        self._store = store
        self._wake = wake
        self._missed = missed

    async def launch(self, wanted: BroadcastWanted, caller: Caller, asked: Once) -> dict[str, Any]:
        """Fix the audience and start; returns the broadcast with its counts.

        Broadcast, audience and the answer under the Idempotency-Key are one transaction. Raises NotAllowed where
        the workspace lets no admin do it, or a Problem that names the field.
        """

        def do(tx: Tx) -> dict[str, Any]:
            return shown(tx, _launched(tx, wanted, caller))

        try:
            answer = await written(self._store, lambda tx: once(tx, caller, asked, _DONE, lambda: do(tx)))
        except NoSuchTemplate:
            self._missed()
            raise
        self._wake()
        return answer

    async def every(self, limit: int, page: int) -> list[dict[str, Any]]:
        """A page (from 1) of the broadcasts that were launched, the newest first."""

        def read(tx: Tx) -> list[dict[str, Any]]:
            return [shown(tx, one) for one in broadcasts.launched(tx, (page - 1) * limit, limit)]

        return await self._store.read(read, listing=True)

    async def get(self, broadcast_id: int) -> dict[str, Any]:
        """One broadcast with its figures. Raises NotFound, also for somebody's draft."""

        def read(tx: Tx) -> dict[str, Any]:
            found = broadcasts.get(tx, broadcast_id)
            if found.launched_at is None:
                raise NotFound("Broadcast not found", "There is no such broadcast that was launched.")
            return shown(tx, found)

        return await self._store.read(read, listing=True)


def acting(caller: Caller) -> User:
    """The key as somebody who does things: with the rights of an admin, as only admins make keys; of no account."""
    return User(0, f"API · {caller.name}", Role.ADMIN)


def _launched(tx: Tx, wanted: BroadcastWanted, caller: Caller) -> BroadcastRecord:
    template = _template(tx, wanted)
    values = filled(template, wanted.template, contacts.known_attributes(tx))
    chosen = _segments(tx, wanted.segment_ids)
    try:
        draft = BroadcastDraft(
            clean(wanted.name).strip(),
            template.id,
            union([one.filter for one in chosen]),
            # Opt-in is asked of marketing alone; what WhatsApp turns into marketing later asks as if nothing was said.
            wanted.only_opted_in or not template.is_marketing,
            values.variables,
            content=values.content,
            asked={**wanted.echo, "segments": [segment_shown(tx, one) for one in chosen]},
        )
        saved = broadcasts.save_draft(tx, None, draft, None, caller.id)
        return launch(tx, saved, acting(caller), reason=clean(wanted.override_reason))
    except Problem as wrong:
        wrong.field = "segments" if isinstance(wrong, BadFilter) else _FIELDS.get(wrong.field, wrong.field)
        raise


def _template(tx: Tx, wanted: BroadcastWanted) -> Template:
    """The template that was asked for, by its id, by its name, or by both. Raises a Problem that names the field."""
    name, language = wanted.template.name, wanted.template.language or None
    if wanted.template_id is None:
        return asked_for(tx, name, language, "templateName")
    try:
        found = templates.get(tx, wanted.template_id)
    except NotFound as wrong:
        raise Problem(wrong.title, wrong.sentence, "templateId") from wrong
    if name and name != found.name:
        raise Problem("Two templates", f"The template with this id is “{found.name}”.", "templateName")
    return found


def _segments(tx: Tx, ids: tuple[int, ...]) -> list[Segment]:
    found = []
    for place, id in enumerate(ids):
        try:
            found.append(segments.get(tx, id))
        except NotFound as wrong:
            raise Problem(wrong.title, wrong.sentence, f"segments.{place}") from wrong
    return found


# What is answered.


def segment_shown(tx: Tx, one: Segment) -> dict[str, Any]:
    """A segment as it stands now: later changes of it change nothing of a broadcast."""
    shown_filter = filter_shown(one.filter, contacts.known_attributes(tx))
    return {"id": public_id(one.id), "name": one.name, "contactFilter": shown_filter}


def shown(tx: Tx, record: BroadcastRecord) -> dict[str, Any]:
    """A broadcast as the API tells it: what was asked, how many it is for, and where they all are now."""
    selected = audience.lines(tx, record.id)
    account = account_id(tx)
    asked: Mapping[str, Any] = record.draft.asked
    return {
        "id": public_id(record.id),
        "accountId": account,
        "channelId": account,
        "name": record.name,
        "status": record.status.value.upper(),
        "heldBecause": record.held_because,
        "schduledType": "NOW",
        "schduledAt": moment(record.launched_at or record.created_at),
        "createdAt": moment(record.created_at),
        "endedAt": moment(record.ended_at) if record.ended_at else None,
        "createdBy": record.created_by_name,
        "source": "CONTACT",
        "templateName": record.template_name,
        "templateId": public_id(record.template_id) if record.template_id else None,
        "sendMessageOnlyOptIn": record.only_opted_in,
        "overrideReason": record.override_reason,
        "segments": asked.get("segments", []),
        "bodyValues": asked.get("bodyValues", {}),
        "headerValues": asked.get("headerValues", {}),
        "buttonValues": asked.get("buttonValues", []),
        "contactCount": selected.will_be_sent_count,
        "selectedCount": selected.selected_count,
        "despiteOptOutCount": selected.despite_count,
        "isDelete": False,
        "ignoreLimit": False,
        "amountSpent": 0,
        "logVersion": 1,
        **_figures(tx, record, selected),
    }


def _figures(tx: Tx, record: BroadcastRecord, selected: Breakdown) -> dict[str, Any]:
    """Now: one state each, adds up to selectedCount. Reached: at least once."""
    if record.status is BroadcastStatus.PREPARING:
        # Nothing has left, and the messages are still being made: the lines of the audience are the truth.
        now = {Status.QUEUED: selected.will_be_sent_count, Status.LEFT_OUT: selected.left_out_count}
        figures = Figures(selected.selected_count, now)
        reasons = [
            ReasonCount(Status.LEFT_OUT, line.reason, None, count)
            for line, count in selected.counts.items()
            if not line.is_sent
        ]
    else:
        figures = broadcast_figures.figures(tx, record.id, opted_out=True)
        reasons = broadcast_figures.reasons(tx, record.id)
    return {
        "now": _now(figures.now),
        "reached": {
            "sent": figures.sent_count,
            "delivered": figures.delivered_count,
            "read": figures.read_count,
        },
        "optedOutSinceCount": figures.opted_out_since_count,
        "leftOut": [_counted(one) for one in reasons if one.status is Status.LEFT_OUT],
        "failed": [_counted(one) for one in reasons if one.status is Status.FAILED],
    }


def _now(counts: Mapping[Status, int]) -> dict[str, int]:
    """By the API's words for a message's state."""
    named = {
        "queued": _WAITING,
        "accepted": (Status.ACCEPTED,),
        "sent": (Status.SENT,),
        "delivered": (Status.DELIVERED,),
        "read": (Status.READ,),
        "failed": (Status.FAILED,),
        "leftOut": (Status.LEFT_OUT,),
        "cancelled": (Status.CANCELLED,),
        "unknown": (Status.UNKNOWN,),
    }
    return {name: sum(counts.get(one, 0) for one in states) for name, states in named.items()}


def _counted(one: ReasonCount) -> dict[str, Any]:
    return {
        "reason": one.reason.value.upper(),
        "label": one.reason.label,
        "count": one.count,
        "code": one.error_code,
    }
