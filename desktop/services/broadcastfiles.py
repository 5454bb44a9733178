"""The people of a broadcast's report written into a file, by a process of its own."""

from datetime import tzinfo
from typing import Any, Final

from desktop.domain.broadcast_report import Chosen, Person
from desktop.domain.reasons import Reason
from desktop.services import reportfiles
from desktop.services.jobwork import Talk
from desktop.services.reportfiles import Reading
from desktop.services.reportrows import MESSAGE_HEADINGS, message_cells
from desktop.services.sheetfiles import PAGE_ROWS, Row, Table
from desktop.store import broadcast_people, exports
from desktop.store.engine import Tx
from desktop.store.exports import Receipt

MORE_HEADINGS: Final = (
    *("Tries", "Replied", "Reply", "Buttons pressed"),
    *("Opted out since", "Opted out how", "Opted out in answer to"),
    *("Why despite an opt-out", "Selected twice"),
)


async def export(asked: dict[str, Any], talk: Talk) -> dict[str, Any]:
    """Write {broadcast_id}'s people of {chosen} and {search}, see `exportfiles.export` for the rest."""
    broadcast_id, chosen = int(asked["broadcast_id"]), Chosen.from_json(asked["chosen"])
    search = str(asked["search"])
    return await reportfiles.write(asked, talk, lambda reading: _table(reading, broadcast_id, chosen, search))


def _table(reading: Reading, broadcast_id: int, chosen: Chosen, search: str) -> Table:
    zone = reading.begin()
    total = reading.read(lambda tx: broadcast_people.count(tx, broadcast_id, chosen, search=search))

    def page(tx: Tx, last: tuple[Person, Receipt] | None) -> list[tuple[Person, Receipt]]:
        behind = last[0] if last else None
        found = broadcast_people.lines(
            tx, broadcast_id, chosen, search=search, behind=behind, limit=PAGE_ROWS
        )
        receipts = exports.receipts(tx, [one.message.id for one in found])
        return [(one, receipts.get(one.message.id, Receipt())) for one in found]

    rows = (cells(one, receipt, zone) for one, receipt in reading.pages(page, total))
    headings = (*MESSAGE_HEADINGS, *MORE_HEADINGS)
    return Table("Broadcast", headings, rows, lambda count: reportfiles.counted(count, "message"))


def cells(one: Person, receipt: Receipt, zone: tzinfo) -> Row:
    """A person as a row under MESSAGE_HEADINGS and MORE_HEADINGS, the moments in `zone`."""
    out, message = one.opted_out, one.message
    told = message_cells(message, receipt, zone)
    if one.again is not None:  # there is no message
        told[MESSAGE_HEADINGS.index("Message id")] = told[MESSAGE_HEADINGS.index("When")] = ""
    return [
        *told,
        str(one.try_count),
        one.replied_at.astimezone(zone) if one.replied_at else "",
        one.reply,
        ", ".join(one.presses),
        out.at.astimezone(zone) if out else "",
        out.words or out.source if out else "",
        out.answered if out else "",
        message.override_reason if message.reason is Reason.DESPITE_OPT_OUT else "",
        one.again.words if one.again else "",
    ]
