"""Statements for many rows at once, and the id of a row just made."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Insert, Update

from desktop.store.engine import Tx


class Hot:
    """A statement that runs for many rows, thousands of times a second.

    Compiled once per database; the values go straight to the driver, so moments are given as microseconds
    (`tables.micros`). Names: the columns that an insert fills, or the bound parameters of an update.
    """

    def __init__(self, statement: Insert | Update, names: Sequence[str]) -> None:
        self._statement = statement
        self._names = list(names)
        self._compiled: dict[str, tuple[str, list[str] | None, dict[str, Any]]] = {}

    def run(self, tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute for each row; nothing for none."""
        if not rows:
            return
        sql, order, constants = self._for(tx.conn)
        if order is None:
            tx.conn.exec_driver_sql(sql, [{**constants, **row} for row in rows])
        else:
            get = constants.get
            tx.conn.exec_driver_sql(
                sql, [tuple(row[name] if name in row else get(name) for name in order) for row in rows]
            )

    def _for(self, conn: Connection) -> tuple[str, list[str] | None, dict[str, Any]]:
        name = conn.dialect.name
        if name not in self._compiled:
            keys = self._names if isinstance(self._statement, Insert) else None
            made = self._statement.compile(dialect=conn.dialect, column_keys=keys)
            order = list(made.positiontup) if made.positiontup is not None else None
            constants = {key: value for key, value in made.params.items() if key not in self._names}
            self._compiled[name] = (str(made), order, constants)
        return self._compiled[name]


def new_id(made: CursorResult[Any]) -> int:
    """The id of the row that an insert made."""
    key = made.inserted_primary_key
    if key is None:
        raise LookupError("the insert made no row")
    return int(key[0])
