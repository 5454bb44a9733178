"""Which sequences use a template: by their draft, their current version, or a version that somebody is still in."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, func, literal_column, select

from desktop.domain.messages import GONE
from desktop.domain.sequence import Definition, SequenceRecord
from desktop.domain.template_uses import TemplateUse, UseKind
from desktop.store import sequences, tables
from desktop.store.engine import Tx

_version = tables.sequence_version.c
_enrolment = tables.enrolment.c
_message = tables.message.c


def uses(tx: Tx, template_id: int | None = None) -> list[TemplateUse]:
    """Of one template, or (None) of all: a line for each sequence and template, the sequences by name."""
    versions: defaultdict[int, dict[int, Definition]] = defaultdict(dict)
    for row in tx.rows(select(_version.id, _version.sequence_id, _version.definition)):
        versions[row.sequence_id][row.id] = Definition.from_json(row.definition)
    return [
        _use(tx, record, used_id, versions[record.id])
        for record in sequences.every(tx)
        for used_id in _used_by(tx, record, versions[record.id], template_id)
    ]


def _used_by(
    tx: Tx, record: SequenceRecord, versions: dict[int, Definition], template_id: int | None
) -> list[int]:
    used = set(record.definition.template_ids)
    if record.draft is not None:
        used |= record.draft.template_ids
    for id, definition in versions.items():
        more = definition.template_ids - used
        wanted = more if template_id is None else more & {template_id}
        if wanted and _somebody_is_in(tx, record.id, id):
            used |= wanted
    return sorted(used) if template_id is None else [id for id in used if id == template_id]


def _somebody_is_in(tx: Tx, sequence_id: int, version_id: int) -> bool:
    asked = exists().where(
        _enrolment.sequence_id == sequence_id,
        _enrolment.status == literal_column("'in_progress'"),
        _enrolment.version_id == version_id,
    )
    return bool(tx.conn.scalar(select(asked)))


def _use(tx: Tx, record: SequenceRecord, template_id: int, versions: dict[int, Definition]) -> TemplateUse:
    steps = [
        (id, number)
        for id, definition in versions.items()
        for number, step in enumerate(definition.steps, 1)
        if step.template_id == template_id
    ]
    made, sent = _counts(tx, steps)
    at = record.activated_at or record.created_at
    return TemplateUse(UseKind.SEQUENCE, record.id, record.name, record.status, template_id, made, sent, at)


def _counts(tx: Tx, steps: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """How many messages these steps of versions have made, and how many of them WhatsApp took."""
    gone = _message.status.in_([one.value for one in GONE])
    made = sent = 0
    for version_id, number in steps:
        asked: Any = select(func.count(), func.count().filter(gone)).where(
            _message.version_id == version_id, _message.step_number == number
        )
        all_count, gone_count = tx.conn.execute(asked).one()
        made, sent = made + int(all_count), sent + int(gone_count)
    return made, sent
