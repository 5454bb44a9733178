"""The send hours of messages of sequences that are in the outbox: a pause, a time without the program or the wait for
another try may have brought them past the hour for which they were queued.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Text, bindparam, cast, select, update

from desktop.domain import journey, zones
from desktop.domain.problems import Problem
from desktop.domain.sequence import Definition
from desktop.store import settings, tables
from desktop.store.engine import Tx
from desktop.store.statements import Hot
from desktop.store.tables import micros

_log = logging.getLogger("assent.store")
_message = tables.message.c
_version = tables.sequence_version.c
_LATER: Final = timedelta(hours=1)


def workspace_zone(tx: Tx) -> ZoneInfo:
    """The workspace's zone; UTC for one that this machine does not know, so that nobody waits for ever."""
    return _zone(settings.load(tx).time_zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return zones.zone(name)
    except Problem:
        return zones.UTC


# As text: one that is no JSON must not end the claim of all the others.
_DEFINITIONS = select(_version.id, cast(_version.definition, Text).label("definition")).where(
    _version.id.in_(bindparam("ids", expanding=True))
)
_PUT_OFF = Hot(
    update(tables.message).where(_message.id == bindparam("of_id")).values(due_at=bindparam("to_due_at")),
    ("of_id", "to_due_at"),
)


def openings(
    tx: Tx, rows: Sequence[Row[Any]], people: Mapping[int, Row[Any]], zone_name: str
) -> dict[int, datetime]:
    """Of messages, those of sequences that may not leave now, with the moment at which they may.

    rows: id, contact_id, version_id, step_number; people: with their phone; zone_name: the workspace's. A message whose
    hours cannot be read does not leave; it is looked at again an hour later.
    """
    mine = [row for row in rows if row.version_id is not None]
    if not mine:
        return {}
    workspace = _zone(zone_name)
    definitions = _definitions(tx, {row.version_id for row in mine})
    found = {
        row.id: _opens(definitions.get(row.version_id), row, tx.now, people[row.contact_id].phone, workspace)
        for row in mine
    }
    return {id: at for id, at in found.items() if at > tx.now}


def _definitions(tx: Tx, version_ids: set[int]) -> dict[int, Definition]:
    found = {}
    for row in tx.rows(_DEFINITIONS, ids=sorted(version_ids)):
        try:
            found[row.id] = Definition.from_json(json.loads(row.definition))
        except Exception:
            _log.exception("version %s of a sequence cannot be read", row.id)
    return found


def _opens(
    definition: Definition | None,
    row: Row[Any],
    now: datetime,
    phone: str | None,
    workspace: ZoneInfo,
) -> datetime:
    if definition is None or not 1 <= row.step_number <= len(definition.steps):
        return now + _LATER
    return journey.opens_at(definition, row.step_number, now, phone, workspace)


def put_off(tx: Tx, until: Mapping[int, datetime]) -> None:
    """Messages that wait stay in the queue until then; nothing has become of them."""
    _PUT_OFF.run(tx, [{"of_id": id, "to_due_at": micros(at)} for id, at in until.items()])
