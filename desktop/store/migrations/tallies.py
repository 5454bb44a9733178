"""What a broadcast's figures count, counted as it happens, on SQLite: `broadcast_tally` and `broadcast_reached`.

A report looks four times a second, a list for two hundred broadcasts at once: neither can read a million messages each
time. Triggers keep the numbers, in the transaction that changes a message, whoever changes it. The ledger never asks
them. PostgreSQL counts the messages: there, several engines would wait for one another's numbers.
"""

from typing import Final

from sqlalchemy import Connection, text

SLOT_US: Final = 10_000_000
"""`broadcast_reached.slot`: moments in steps of ten seconds."""
_MILESTONES: Final = ("sent", "delivered", "read")
_KEY: Final = ("status", "reason", "error_code")


def add(conn: Connection) -> None:
    """The tables, their triggers and what there is so far. Nothing on PostgreSQL."""
    if conn.dialect.name != "sqlite":
        return
    for statement in (*_TABLES, *_so_far(), *_triggers()):
        conn.execute(text(statement))


_TABLES: Final = (
    "CREATE TABLE broadcast_tally (broadcast_id INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, "
    "error_code INTEGER NOT NULL, count INTEGER NOT NULL, sent INTEGER NOT NULL, delivered INTEGER NOT NULL, "
    "read INTEGER NOT NULL, PRIMARY KEY (broadcast_id, status, reason, error_code)) WITHOUT ROWID",
    "CREATE TABLE broadcast_reached (broadcast_id INTEGER NOT NULL, milestone TEXT NOT NULL, slot INTEGER NOT NULL, "
    "count INTEGER NOT NULL, PRIMARY KEY (broadcast_id, milestone, slot)) WITHOUT ROWID",
)


def _so_far() -> list[str]:
    reached = ", ".join(f"count({one}_at)" for one in _MILESTONES)
    made = [
        "INSERT INTO broadcast_tally SELECT broadcast_id, status, reason, coalesce(error_code, 0), count(*), "
        f"{reached} FROM message WHERE broadcast_id IS NOT NULL GROUP BY 1, 2, 3, 4"
    ]
    made += [
        f"INSERT INTO broadcast_reached SELECT broadcast_id, '{one}', {one}_at / {SLOT_US}, count(*) FROM message "
        f"WHERE broadcast_id IS NOT NULL AND {one}_at IS NOT NULL GROUP BY 1, 2, 3"
        for one in _MILESTONES
    ]
    return made


def _triggers() -> list[str]:
    columns = ", ".join(("broadcast_id", *_KEY, *(f"{one}_at" for one in _MILESTONES)))
    changed = " OR ".join(f"OLD.{one} IS NOT NEW.{one}" for one in columns.split(", "))
    new, old = _counted("NEW", 1), _counted("OLD", -1)
    made = {
        "in AFTER INSERT ON message WHEN NEW.broadcast_id IS NOT NULL": new,
        "out AFTER DELETE ON message WHEN OLD.broadcast_id IS NOT NULL": old,
        f"moved AFTER UPDATE OF {columns} ON message WHEN ({changed})": old + new,
    }
    for one in _MILESTONES:
        at = f"{one}_at"
        new, old = _slotted("NEW", one, 1), _slotted("OLD", one, -1)
        mine = "{row}.broadcast_id IS NOT NULL AND {row}." + at + " IS NOT NULL"
        made |= {
            f"{one}_in AFTER INSERT ON message WHEN {mine.format(row='NEW')}": new,
            f"{one}_out AFTER DELETE ON message WHEN {mine.format(row='OLD')}": old,
            f"{one}_moved AFTER UPDATE OF broadcast_id, {at} ON message "
            f"WHEN OLD.{at} IS NOT NEW.{at} OR OLD.broadcast_id IS NOT NEW.broadcast_id": (old + new),
        }
    return [f"CREATE TRIGGER broadcast_tally_{when} BEGIN {what} END" for when, what in made.items()]


def _counted(row: str, sign: int) -> str:
    given = f"{row}.broadcast_id, {row}.status, {row}.reason, coalesce({row}.error_code, 0), {sign}"
    reached = ", ".join(f"{sign} * ({row}.{one}_at IS NOT NULL)" for one in _MILESTONES)
    sums = ", ".join(f"{one} = {one} + excluded.{one}" for one in ("count", *_MILESTONES))
    return (
        f"INSERT INTO broadcast_tally SELECT {given}, {reached} WHERE {row}.broadcast_id IS NOT NULL "
        f"ON CONFLICT DO UPDATE SET {sums};"
    )


def _slotted(row: str, milestone: str, sign: int) -> str:
    return (
        f"INSERT INTO broadcast_reached SELECT {row}.broadcast_id, '{milestone}', {row}.{milestone}_at / {SLOT_US}, {sign}"
        f" WHERE {row}.broadcast_id IS NOT NULL AND {row}.{milestone}_at IS NOT NULL ON CONFLICT DO UPDATE SET count = count + excluded.count;"
    )
