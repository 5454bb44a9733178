"""What flows did: their report, the answers they collected, and the register of unasked marketing; also as files."""

import threading
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from desktop.domain.bot_report import (
    AnswerRow,
    FlowReport,
    NodeFigures,
    RegisterCounts,
    RegisterPage,
    RegisterRow,
    RegisterScope,
    SessionRow,
)
from desktop.domain.flow import SessionStatus
from desktop.domain.people import User
from desktop.services import botfiles
from desktop.services.exports import Exporter, ExportFormat, ExportResult, Tell
from desktop.services.sheetfiles import MOST_SHEET_ROWS
from desktop.store import bot_register, bot_report
from desktop.store.engine import Store

__all__ = [
    "AnswerRow",
    "BotReports",
    "FlowReport",
    "NodeFigures",
    "RegisterCounts",
    "RegisterPage",
    "RegisterRow",
    "RegisterScope",
    "SessionRow",
]


class BotReports:
    """The verbs of reading. Nothing here changes anything; the exports are logged, and ask for Right.EXPORT."""

    def __init__(
        self, store: Store, place: Path | None = None, *, most_sheet_rows: int = MOST_SHEET_ROWS
    ) -> None:
        """place, most_sheet_rows: see `Exports`."""
        self._store = store
        self._exporter = Exporter(store, place, most_sheet_rows)

    async def report(self, flow_id: int, version_id: int | None = None) -> FlowReport:
        """How the sessions of a flow, or of one version, went. Raises NotFound."""
        return await self._store.read(lambda tx: bot_report.report(tx, flow_id, version_id))

    async def sessions(
        self,
        flow_id: int,
        statuses: Collection[SessionStatus] = (),
        node_id: str = "",
        after_id: int | None = None,
        limit: int = 100,
        *,
        version_id: int | None = None,
    ) -> list[SessionRow]:
        """A page of the sessions, the newest first. after_id: the last row's id; node_id: where they stand or ended."""
        return await self._store.read(
            lambda tx: bot_report.sessions(
                tx,
                flow_id,
                statuses=statuses,
                node_id=node_id,
                version_id=version_id,
                after_id=after_id,
                limit=limit,
            ),
            people=True,
        )

    async def answers(self, flow_id: int, after_id: int | None = None, limit: int = 100) -> list[AnswerRow]:
        """A page of what customers answered, the newest first. after_id: the last row's id."""
        return await self._store.read(
            lambda tx: bot_report.answers(tx, flow_id, after_id=after_id, limit=limit), people=True
        )

    async def answer_count(self, flow_id: int) -> int:
        """How many answers `answers` lists in all."""
        return await self._store.read(lambda tx: bot_report.answer_count(tx, flow_id))

    async def register(
        self,
        flow_id: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after_id: int | None = None,
        limit: int = 100,
    ) -> RegisterPage:
        """A page of the marketing that bots sent without asking, the newest first. after_id: the last row's message."""
        scope = RegisterScope(flow_id, since, until)
        return RegisterPage(
            tuple(
                await self._store.read(
                    lambda tx: bot_register.rows(tx, scope, after_id=after_id, limit=limit)
                )
            )
        )

    async def register_counts(
        self, flow_id: int | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> RegisterCounts:
        """How many there are in all, by the opt-in that was recorded then."""
        scope = RegisterScope(flow_id, since, until)
        return await self._store.read(lambda tx: bot_register.counts(tx, scope))

    # Files.

    async def export_answers(
        self,
        flow_id: int,
        path: Path,
        format: ExportFormat,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ExportResult | None:
        """Write the answers of a flow, newest first. Stopped, None, and no file is left.

        Raises NotAllowed, NotFound, or a Problem if the file cannot be written; an existing file is replaced only
        when the new one is whole. What changes while it runs may be in the file as before or after.
        """
        return await self._exporter.run(
            "export-bot-answers", {"flow_id": flow_id}, path, format, user, tell, stop
        )

    async def export_register(
        self,
        scope: RegisterScope,
        path: Path,
        format: ExportFormat,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ExportResult | None:
        """Write the register of a scope, newest first; otherwise like `export_answers`."""
        what = {"scope": botfiles.scope_to_json(scope)}
        return await self._exporter.run("export-bot-register", what, path, format, user, tell, stop)
