"""Reading a flow and what stands around it for the editor, and what becomes of edits that were made elsewhere."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from desktop.domain.changes import Changes, Topic
from desktop.domain.flow import FlowCounts, FlowDefinition, FlowRecord
from desktop.domain.flow_findings import Known
from desktop.domain.problems import NotFound
from desktop.ui.loads import Reload

if TYPE_CHECKING:
    from desktop.ui.bots.editor import Editor

THEIRS: Final = "Somebody else changed this flow. You see it as it is now; undo brings back what you had."
OVERTAKEN: Final = "Somebody else changed this flow at the same time. What you see here is kept; their last change is not in it."
_TOPICS: Final = (Topic.TEMPLATE, Topic.SETTINGS, Topic.PERSON, Topic.SEQUENCE)


class EditorReading:
    """kept: what the store has of the flow, as far as is known here."""

    def __init__(self, editor: "Editor") -> None:
        self._editor = editor
        self._desk = editor.desk
        self.kept = FlowDefinition()
        self._reload = Reload(editor.desk.tasks, editor, self._load, on_problem=editor.failed)

    async def first(self, flow_id: int) -> FlowRecord:
        """A flow that is opened. Raises NotFound."""
        await self._read_around()
        return await self._desk.app.flows.get(flow_id)

    def again(self) -> None:
        """Read it anew, at once."""
        self._reload.now()

    def heard(self, changes: Changes) -> None:
        """Read it anew in a moment, if that concerns it."""
        flow_id = self._editor.flow_id
        if not flow_id:
            return
        mine = changes.has(Topic.FLOW, flow_id) or changes.has(Topic.BOT_SESSION)
        if mine or any(changes.has(topic) for topic in _TOPICS):
            self._reload.soon()

    async def known(self) -> Known:
        """What the flow can name now."""
        app = self._desk.app
        return replace(await app.flows.known(self._editor.flow_id), asks_here=app.is_sandbox)

    async def _read_around(self) -> None:
        editor, app = self._editor, self._desk.app
        known = await self.known()
        if known != editor.known:  # else the cards need not be looked at again
            editor.known = known
        settings = await app.workspace.settings()
        editor.parts.right.node.show_workspace(settings.time_zone)
        counted = {one.record.id: one.counts for one in await app.flows.every()}
        editor.counts = counted.get(editor.flow_id, FlowCounts({}))

    async def _load(self) -> None:
        """What is being edited here is not overwritten by what was read before it was kept."""
        editor = self._editor
        flow_id, generation = editor.flow_id, editor.keeper.generation
        if not flow_id or editor.record is None:
            return
        try:
            record = await self._desk.app.flows.get(flow_id)
        except NotFound as gone:
            editor.gone(gone)
            return
        await self._read_around()
        if flow_id != editor.flow_id:
            return
        if generation != editor.keeper.generation:
            self._reload.soon()
            return
        if record.shown not in (self.kept, editor.edit.definition):
            self._tell(record.shown)
        elif not editor.keeper.busy:
            self.kept = record.shown
        editor.take_standing(record)

    def _tell(self, theirs: FlowDefinition) -> None:
        """Somebody else edits the same flow: the later edit counts, and is said."""
        editor = self._editor
        self.kept = theirs
        if editor.keeper.busy:
            self._desk.toasts.show_toast(OVERTAKEN, "warn")
        else:
            editor.edit = editor.edit.change(theirs)
            self._desk.toasts.show_toast(THEIRS, "warn")
