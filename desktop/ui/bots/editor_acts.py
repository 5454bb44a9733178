"""The verbs of the editor on the whole flow: publish, rename, versions, export, copy, on and off, delete."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from desktop.domain.consent import Category
from desktop.domain.flow import FlowStatus
from desktop.domain.flow_nodes import SendTemplate
from desktop.services.flows import FlowShown, blockers
from desktop.ui.bots.editor_parts import PROBLEMS
from desktop.ui.bots.flow_verbs import FlowVerbs
from desktop.ui.bots.publishing import ask_publish
from desktop.ui.bots.versions import open_versions
from desktop.ui.dialog import confirm
from desktop.ui.tasks import Once

if TYPE_CHECKING:
    from desktop.ui.bots.editor import Editor


class EditorActs:
    """One at a time, each once everything is kept."""

    def __init__(self, editor: "Editor") -> None:
        self._editor = editor
        self._desk = editor.desk
        self._verbs = FlowVerbs(editor.desk, editor)
        self.busy = False
        self._once = Once(editor.desk.tasks, editor, self._show_busy)

    def do(self, verb: str) -> None:
        """One that is under way already is not begun again. Raises KeyError."""
        acts: dict[str, Callable[[FlowShown], Awaitable[object]]] = {
            "publish": self._publish, "rename": self._verbs.rename, "versions": self._versions,
            "discard": self._discard, "export": self._verbs.export, "copy_flow": self._copy,
            "turn_on": self._verbs.switch, "turn_off": self._verbs.switch, "delete": self._delete,
        }  # fmt: skip
        act = acts[verb]
        self._once.start(lambda: self._do(act), on_problem=self._editor.failed)

    def _show_busy(self, on: bool) -> None:
        self.busy = on
        self._editor.show_busy()

    async def _do(self, act: Callable[[FlowShown], Awaitable[object]]) -> None:
        editor = self._editor
        await editor.settle()
        flow_id = editor.flow_id
        await act(await self._shown())
        if editor.flow_id == flow_id:
            editor.take_standing(await self._desk.app.flows.get(flow_id))

    async def _shown(self) -> FlowShown:
        """The flow as it is now, with who is in it."""
        found = await self._desk.app.flows.shown(self._editor.flow_id)
        self._editor.counts = found.counts
        return found

    async def _publish(self, shown: FlowShown) -> None:
        editor, record = self._editor, shown.record
        definition = editor.edit.definition
        if record.status is FlowStatus.OFF and definition == record.definition:
            await self._verbs.switch(shown)
            return
        if editor.refusal or (record.status is FlowStatus.PUBLISHED and definition == record.definition):
            return
        editor.known = await editor.reading.known()
        editor.check_now()
        editor.show_all()
        if blocking := blockers(editor.findings):
            self._tell_problems(len(blocking))
            return
        said = await ask_publish(
            self._desk.theme, editor.window(), record, definition, editor.running_count,
            marketing_count=self._marketing_count(), asks=editor.known.bots_ask,
        )  # fmt: skip
        if said is None:
            return
        done = await self._desk.app.flows.publish(record.id, self._desk.user(), said.note)
        editor.take(done)
        self._desk.toasts.show_toast(
            f"Version {done.version_number} of “{done.name}” is published. Customers who come in now follow it.",
            "done",
        )

    def _tell_problems(self, count: int) -> None:
        """The list of them, and the first one under the keyboard."""
        editor = self._editor
        first = blockers(editor.findings)[0]
        words = "1 problem stands" if count == 1 else f"{count:,} problems stand"
        self._desk.toasts.show_toast(f"{words} against publishing. F8 leads from one to the next.", "warn")
        editor.go_to(first.node_id, first.part)
        if count > 1:
            editor.show_side(PROBLEMS)
            editor.parts.focus_right()

    def _marketing_count(self) -> int:
        templates = self._editor.known.templates
        does = (one.does for one in self._editor.edit.definition.nodes)
        ids = [one.template_id for one in does if isinstance(one, SendTemplate)]
        return sum(id in templates and templates[id].category is Category.MARKETING for id in ids if id)

    async def _versions(self, shown: FlowShown) -> None:
        done = await open_versions(self._desk, self._editor, shown.record)
        if done is not None:
            self._editor.take(done)

    async def _discard(self, shown: FlowShown) -> None:
        record = shown.record
        sure = await confirm(
            self._desk.theme, self._editor.window(), "Discard the changes?",
            f"The draft goes back to version {record.version_number}. What was changed since is gone.",
            do="Discard changes", keep="Keep them", danger=True, name="bots_discard",
        )  # fmt: skip
        if sure:
            await self._desk.app.flows.discard_draft(record.id, self._desk.user())
            self._editor.take(await self._desk.app.flows.get(record.id))
            self._desk.toasts.show_toast("The changes are discarded.", "done")

    async def _copy(self, shown: FlowShown) -> None:
        self._editor.flow_requested.emit(await self._verbs.copy(shown))

    async def _delete(self, shown: FlowShown) -> None:
        if await self._verbs.delete(shown):
            self._editor.closed()
