"""What commands print: objects of plain values, one on a line."""

from datetime import datetime
from typing import Any

from desktop.domain.audience import Breakdown, Line
from desktop.domain.keys import ApiKey
from desktop.store.ledger import LedgerResult
from desktop.store.sequence_ledger import SequenceLedger


def counts(counted: Breakdown) -> dict[str, Any]:
    """An audience by its lines, before anything is sent."""
    return {
        "selected": counted.selected_count,
        "will_be_sent": counted.will_be_sent_count,
        "left_out": counted.left_out_count,
        "lines": {line.value: counted.count(line) for line in Line if counted.count(line)},
    }


def ledger(result: LedgerResult) -> dict[str, Any]:
    """A broadcast's four records, compared."""
    figures = result.figures
    return {
        "broadcast": result.broadcast_id,
        "name": result.name,
        "selected": figures.selected_count,
        "to_send": figures.to_send_count,
        "left_out": figures.left_out_count,
        "now": {status.value: count for status, count in sorted(figures.now.items())},
        "reached": {
            "sent": figures.sent_count,
            "delivered": figures.delivered_count,
            "read": figures.read_count,
        },
        "ledger": "green" if result.is_green else "red",
        "faults": list(result.faults),
    }


def sequence_ledger(result: SequenceLedger) -> dict[str, Any]:
    """A sequence's records, compared."""
    return {
        "sequence": result.sequence_id,
        "name": result.name,
        "enrolled": result.counts.enrolled_count,
        "now": {status.value: count for status, count in sorted(result.counts.by_status.items())},
        "messages": result.message_count,
        "ledger": "green" if result.is_green else "red",
        "faults": list(result.faults),
    }


def key(one: ApiKey) -> dict[str, Any]:
    """A key without its secrets; the counts are of 24 hours."""
    return {
        "name": one.name,
        "apiKey": one.key_id,
        "scope": one.scope.value,
        "createdAt": _moment(one.created_at),
        "lastUsedAt": _moment(one.last_used_at),
        "revokedAt": _moment(one.revoked_at),
        "accepted": one.day.accepted_count,
        "failed": one.day.failed_count,
        "optedOut": one.day.opted_out_count,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None
