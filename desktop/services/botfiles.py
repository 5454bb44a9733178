"""The answers of a flow and the register of unasked marketing written into files, by a process of its own."""

from datetime import datetime, tzinfo
from typing import Any, Final

from desktop.domain import report_words
from desktop.domain.bot_report import AnswerRow, RegisterRow, RegisterScope
from desktop.domain.messages import Status
from desktop.domain.why import failed_words
from desktop.services import reportfiles
from desktop.services.jobwork import Talk
from desktop.services.reportrows import OPT_IN_CELLS
from desktop.services.sheetfiles import PAGE_ROWS, Table
from desktop.store import bot_register, bot_report, flows
from desktop.store.engine import Tx

ANSWER_HEADINGS: Final = ("When", "Contact", "Phone", "Answer", "Value", "Session id", "Contact id")
REGISTER_HEADINGS: Final = (
    *(
        "When",
        "Contact",
        "Phone",
        "Opt-in then",
        "Stopped in WhatsApp then",
        "Flow",
        "Begun by",
        "Template",
        "Status",
    ),
    *("Message id", "Contact id"),
)


async def export_answers(asked: dict[str, Any], talk: Talk) -> dict[str, Any]:
    """Write the answers of the flow {flow_id}, see `exportfiles.export` for the rest."""
    flow_id = int(asked["flow_id"])
    return await reportfiles.write(asked, talk, lambda reading: _answers(reading, flow_id))


async def export_register(asked: dict[str, Any], talk: Talk) -> dict[str, Any]:
    """Write the register of {scope}, see `exportfiles.export` for the rest."""
    scope = scope_from_json(asked["scope"])
    return await reportfiles.write(asked, talk, lambda reading: _register(reading, scope))


def _answers(reading: reportfiles.Reading, flow_id: int) -> Table:
    """The answers of a flow, newest first. Raises NotAllowed and NotFound."""
    zone = reading.begin()

    def count(tx: Tx) -> int:
        flows.get(tx, flow_id)
        return bot_report.answer_count(tx, flow_id)

    def page(tx: Tx, last: AnswerRow | None) -> list[AnswerRow]:
        return bot_report.answers(tx, flow_id, after_id=last.id if last else None, limit=PAGE_ROWS)

    rows = (answer_cells(one, zone) for one in reading.pages(page, reading.read(count)))
    return Table("Answers", ANSWER_HEADINGS, rows, lambda made: reportfiles.counted(made, "answer"))


def _register(reading: reportfiles.Reading, scope: RegisterScope) -> Table:
    """The register, newest first. Raises NotAllowed."""
    zone = reading.begin()
    total = reading.read(lambda tx: bot_register.counts(tx, scope)).total_count

    def page(tx: Tx, last: RegisterRow | None) -> list[RegisterRow]:
        return bot_register.rows(tx, scope, after_id=last.message_id if last else None, limit=PAGE_ROWS)

    rows = (register_cells(one, zone) for one in reading.pages(page, total))
    return Table(
        "Consent not asked",
        REGISTER_HEADINGS,
        rows,
        lambda made: reportfiles.counted(made, "message of bots that did not ask"),
    )


def answer_cells(one: AnswerRow, zone: tzinfo) -> list[str | datetime]:
    """An answer as a row under ANSWER_HEADINGS, its moment in `zone`."""
    return [
        one.at.astimezone(zone),
        one.contact_name,
        one.phone,
        one.name,
        one.value,
        str(one.session_id),
        str(one.contact_id),
    ]


def register_cells(one: RegisterRow, zone: tzinfo) -> list[str | datetime]:
    """A message as a row under REGISTER_HEADINGS, its moment in `zone`."""
    return [
        one.at.astimezone(zone),
        one.contact_name,
        one.phone,
        OPT_IN_CELLS[one.opt_in_then],
        "Yes" if one.stopped_then else "No",
        one.flow_name,
        one.started_by or one.trigger,
        one.template_name,
        _status(one),
        str(one.message_id),
        str(one.contact_id),
    ]


def _status(one: RegisterRow) -> str:
    failed = one.status is Status.FAILED
    return failed_words(one.reason, one.error_code) if failed else report_words.STATUSES[one.status]


def scope_to_json(scope: RegisterScope) -> dict[str, Any]:
    """A scope as plain JSON values."""
    since, until = (reportfiles.moment_to_json(at) for at in (scope.since, scope.until))
    return {"flow_id": scope.flow_id, "since": since, "until": until}


def scope_from_json(found: dict[str, Any]) -> RegisterScope:
    """A scope from its JSON values."""
    since, until = (reportfiles.moment_from_json(found[name]) for name in ("since", "until"))
    return RegisterScope(found["flow_id"], since, until)
