"""What the foot of the window says."""

from datetime import datetime
from urllib.parse import urlsplit

from desktop.domain.broadcast import BroadcastStatus
from desktop.services.broadcast_list import AtWork
from desktop.services.dispatcher import EngineState, EngineStatus
from desktop.ui.theme import Color

Said = tuple[str, Color]
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400
_WAITS = (BroadcastStatus.HELD, BroadcastStatus.PAUSED)


def engine_words(status: EngineStatus, *, here: bool = True) -> Said:
    """What the engine does. here: it runs in this process."""
    if not here:
        return status.trouble or "Sending does not run here", "info"
    on_the_way = f" · {status.on_the_way_count:,} on the way" if status.on_the_way_count else ""
    if status.state is EngineState.WAITING:
        return f"Waiting{on_the_way} · {status.trouble}".removesuffix(" · "), "warn"
    if status.state is EngineState.STOPPED:
        return "Sending has stopped", "danger"
    if status.state is EngineState.SENDING or on_the_way:
        return f"Sending{on_the_way}", "info"
    if status.state is EngineState.STARTING:
        return "Starting to send…", "muted"
    return "Ready to send", "accent"


def webhook_words(last_at: datetime | None, now: datetime, *, is_sandbox: bool) -> Said:
    """When WhatsApp was last heard. A real workspace hears nothing until its webhook is set up."""
    if last_at is None:
        return "Last webhook: never", "muted" if is_sandbox else "warn"
    return f"Last webhook {ago(now, last_at)}", "accent"


def ago(now: datetime, then: datetime) -> str:
    """'just now', '3 s ago', '5 min ago', '2 h ago', '4 days ago'."""
    passed_s = int((now - then).total_seconds())
    if passed_s < 1:
        return "just now"
    if passed_s < _MINUTE_S:
        return f"{passed_s} s ago"
    if passed_s < _HOUR_S:
        return f"{passed_s // _MINUTE_S} min ago"
    if passed_s < _DAY_S:
        return f"{passed_s // _HOUR_S} h ago"
    days = passed_s // _DAY_S
    return "1 day ago" if days == 1 else f"{days:,} days ago"


def connection_words(*, is_sandbox: bool, sandbox_url: str, phone_number_id: str) -> Said:
    """Whom this workspace talks to."""
    if is_sandbox:
        place = urlsplit(sandbox_url).netloc
        return f"Sandbox at {place}" if place else "Sandbox", "accent"
    return f"WhatsApp number {phone_number_id}", "accent"


def broadcast_words(at_work: AtWork | None) -> Said:
    """How far the broadcasts are that are at work; "" when none is."""
    if at_work is None:
        return "", "muted"
    record, figures = at_work.record, at_work.figures
    done = figures.to_send_count - figures.waiting_count
    runs = record.status is BroadcastStatus.RUNNING
    state = "" if runs else record.status.label.lower()
    far = f"{done:,} of {figures.to_send_count:,}"
    if record.selected_count is None:  # held before its start
        far = (
            f"{record.approved_count:,} to be sent when launched" if record.approved_count else "not started"
        )
    words = f"{record.name}: {f'{state}, ' if state else ''}{far}"
    more = at_work.more_count
    return words + (f" · {more:,} more" if more else ""), "warn" if record.status in _WAITS else "info"
