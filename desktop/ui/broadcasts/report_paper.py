"""A broadcast's report on paper: the same figures in words and tables, each percentage with what it is a part of."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.broadcast_report import Earlier, Extras, Hour
from desktop.domain.messages import Status
from desktop.services.broadcasts import Report
from desktop.ui.broadcasts import report_words, words

STYLE: Final = """
body { font-family: "Inter", "Noto Sans Devanagari", sans-serif; font-size: 10pt; color: #17211d; }
h1 { font-size: 18pt; margin-top: 0; margin-bottom: 3px; }
h2 { font-size: 12pt; margin-top: 22px; margin-bottom: 5px; } p { margin-top: 0; margin-bottom: 5px; } .muted { color: #5b6770; } .warn { color: #b3261e; }
th { color: #5b6770; font-weight: 600; }
"""
Line = tuple[str, ...]


def report_html(
    report: Report,
    extras: Extras,
    hours: Sequence[Hour],
    compared: tuple[Earlier, Sequence[Earlier]],
    faults: Sequence[str],
    now: datetime,
    zone: ZoneInfo,
) -> str:
    """The document, whole. faults: what `verify` found. zone: the workspace's, by whose clock all times are told."""
    record, figures = report.record, report.figures
    parts = [
        f"<h1>{escape(record.name)}</h1>",
        f"<p class='muted'>{escape(_about(report, now, zone))}</p>",
        f"<p class='muted'>Times are those of {escape(words.zone_words(zone, now))}.</p>",
        _override(report, extras),
        "<h2>Figures</h2>",
        _table(("", "Contacts", "Of"), _figures(report, extras)),
        f"<p>{escape(figures.sentence)}.</p>",
        _ledger(figures.adds_up, faults),
        "<h2>Why messages failed or were left out</h2>",
        _table(("Reason", "", "Contacts"), _reasons(report)) or "<p class='muted'>Nothing.</p>",
    ]
    if extras.replies.presses:
        parts.append("<h2>Buttons pressed</h2>")
        replied = extras.replies.contact_count
        rows = (
            (one.title, f"{one.contact_count:,}", words.share(one.contact_count, replied, "replied"))
            for one in extras.replies.presses
        )
        parts.append(_table(("Button", "Contacts", "Of"), rows))
    if extras.tries:
        parts.append("<h2>Tried again</h2>")
        parts += [
            f"<p>{escape(report_words.try_words(at, one, None, zone))}</p>"
            for at, one in enumerate(extras.tries, 1)
        ]
    parts += ["<h2>By hour</h2>", _hours(hours, zone)]
    parts += ["<h2>Compared</h2>", _compared(*compared, zone)]
    return f"<html><head><style>{STYLE}</style></head><body>{''.join(parts)}</body></html>"


def _about(report: Report, now: datetime, zone: ZoneInfo) -> str:
    record = report.record
    told = [report_words.doing_words(record.status)]
    if record.launched_at is not None:
        by = f" by {record.launched_by_name}" if record.launched_by_name else ""
        told.append(f"Launched{by}, {words.dated(record.launched_at, zone)}")
    if record.ended_at is not None:
        told.append(f"ended {words.dated(record.ended_at, zone)}")
    told += [f"template {record.template_name}", f"printed {words.full(now, zone)}"]
    if record.status is BroadcastStatus.HELD:
        told.insert(1, record.held_because)
    return " · ".join(one for one in told if one)


def _override(report: Report, extras: Extras) -> str:
    if extras.override is None:
        return ""
    return f"<p class='warn'>{escape(report_words.override_words(report.record, extras.override))}</p>"


def _figures(report: Report, extras: Extras) -> list[Line]:
    figures = report.figures
    selected, sent = figures.selected_count, figures.sent_count
    replied = extras.replies.contact_count

    def of(count: int, whole: int, told: str) -> str:
        return words.share(count, whole, told)

    counts = (
        ("Selected", selected, ""),
        ("Left out", figures.left_out_count, of(figures.left_out_count, selected, "selected")),
        ("Sent", sent, of(sent, figures.to_send_count, "to be sent")),
        ("Delivered", figures.delivered_count, of(figures.delivered_count, sent, "sent")),
        ("Read", figures.read_count, of(figures.read_count, sent, "sent")),
        ("Replied", replied, of(replied, sent, "sent")),
        ("Failed", figures.count(Status.FAILED), of(figures.count(Status.FAILED), selected, "selected")),
        ("Not certain", figures.count(Status.UNKNOWN), ""),
        ("Never went", figures.count(Status.CANCELLED), ""),
        ("Opted out since", figures.opted_out_since_count, of(figures.opted_out_since_count, sent, "sent")),
    )
    return [(told, f"{count:,}", share) for told, count, share in counts]


def _reasons(report: Report) -> Iterable[Line]:
    return [
        (words.reason_words(one.reason, one.error_code), words.reason_note(one), f"{one.count:,}")
        for one in report.reasons
    ]


def _ledger(adds_up: bool, faults: Sequence[str]) -> str:
    wrong = [*([] if adds_up else ["The states do not add up to the number selected."]), *faults]
    if wrong:
        return f"<p class='warn'>{escape(' '.join(wrong))}</p>"
    return (
        "<p class='muted'>The selection, the states, the events and the attempts were compared and agree.</p>"
    )


def _hours(hours: Sequence[Hour], zone: ZoneInfo) -> str:
    rows = [
        (
            words.dated(one.start, zone),
            f"{one.sent_count:,}",
            f"{one.delivered_count:,}",
            f"{one.read_count:,}",
            f"{one.replied_count:,}",
        )
        for one in hours
    ]
    return _table(("Hour", "Sent", "Delivered", "Read", "Replied"), rows) or "<p class='muted'>Nothing.</p>"


def _compared(own: Earlier, others: Sequence[Earlier], zone: ZoneInfo) -> str:
    rows = [
        (
            one.record.name,
            words.dated(one.record.launched_at, zone),
            f"{one.figures.sent_count:,}",
            *(
                words.share(count, one.figures.sent_count, "sent") or "–"
                for count in (one.figures.delivered_count, one.figures.read_count, one.replied_count)
            ),
        )
        for one in (own, *others)
    ]
    return _table(("Broadcast", "Launched", "Sent", "Delivered", "Read", "Replied"), rows)


def _table(headings: Sequence[str], rows: Iterable[Line]) -> str:
    """ "" for no rows. The padding is the table's: of what a style sheet says of a cell, only its lower edge is kept."""
    made = [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows]
    head = "".join(f"<th align='left'>{escape(one)}</th>" for one in headings)
    if not made:
        return ""
    return f"<table cellspacing='0' cellpadding='5'><tr>{head}</tr>{''.join(made)}</table>"
