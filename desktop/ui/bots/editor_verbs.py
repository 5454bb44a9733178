"""The verbs of the editor on cards, exits and lines, and on what is seen of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from desktop.domain import flow_edit, flow_layout
from desktop.domain.flow import START, FlowDefinition
from desktop.domain.flow_ways import in_order
from desktop.domain.problems import Problem
from desktop.ui.bots import chosen, hands
from desktop.ui.bots.canvas import STEP, Canvas
from desktop.ui.bots.canvas_mouse import snapped
from desktop.ui.bots.card_look import exits_at
from desktop.ui.bots.chosen import Chosen
from desktop.ui.bots.editor_parts import ADD, PROBLEMS, SETTINGS, STEPS, TEST
from desktop.ui.bots.hands import Made
from desktop.ui.bots.head import BUILD, REPORT
from desktop.ui.bots.join_card import ask_join
from desktop.ui.bots.node_item import IN_Y, WIDTH
from desktop.ui.parts.naming import named

if TYPE_CHECKING:
    from desktop.ui.bots.editor import Editor

GHOST: Final = (WIDTH, 64.0)
"""The size of a card that is being dragged in."""


class EditorVerbs:
    """Each asks `editor` for what is shown and chosen, and hands it what became of it."""

    def __init__(self, editor: "Editor") -> None:
        self._editor = editor
        self._clip, self._times = "", 0
        self._dropped: tuple[str, str, float, float] | None = None
        self._by: dict[str, Callable[[], object]] = {
            "settings": self._settings, "add": self._ask_to_add, "search": self._find_step,
            "remove": self.remove, "join": self._ask_join, "copy": self._copy, "cut": self._cut,
            "paste": self._paste, "double": self._double, "all": self._all, "problem": self._next_problem,
            "problems": lambda: self._side(PROBLEMS), "test": self._test, "lay_out": self._lay_out,
            "exit_before": lambda: self._exit(-1), "exit_after": lambda: self._exit(1),
            "zoom_in": lambda: self._canvas.zoom_by(STEP), "zoom_out": lambda: self._canvas.zoom_by(1 / STEP),
            "zoom_whole": lambda: self._canvas.set_zoom(1.0), "fit": lambda: self._canvas.fit(), "around": self._around,
            "undo": lambda: self._editor.apply(self._editor.edit.undo()),
            "redo": lambda: self._editor.apply(self._editor.edit.redo()),
            "build": lambda: editor.show_tab(BUILD), "report": lambda: editor.show_tab(REPORT),
            "read": lambda: editor.refresh(),
        }  # fmt: skip
        for way in ("left", "right", "up", "down"):
            self._by[f"move_{way}"] = lambda way=way: self._move(way)  # type: ignore[misc]

    def do(self, verb: str) -> bool:
        """False for a verb that is none of these."""
        act = self._by.get(verb)
        if act is None:
            return False
        try:
            act()
        except Problem as problem:
            self._editor.failed(problem)
        return True

    @property
    def _canvas(self) -> Canvas:
        return self._editor.parts.canvas

    @property
    def _definition(self) -> FlowDefinition:
        return self._editor.edit.definition

    def _make(self, make: Callable[[], Made], joint: str = "") -> bool:
        """False where it cannot be, which is said."""
        editor = self._editor
        try:
            made = make()
        except Problem as problem:
            editor.failed(problem)
            return False
        editor.make(made, joint)
        return True

    # Adding.

    def add(self, kind: str, by_keys: bool) -> None:
        """After the chosen exit; by keys, its settings are next."""
        editor = self._editor
        middle = self._canvas.seen.center()
        free = (middle.x() - WIDTH / 2, middle.y() - 40)

        spot = self._spot()

        def make() -> Made:
            made, now = hands.add(self._definition, editor.chosen, kind, free)
            if spot is not None:
                made = flow_edit.moved(made, {now.current: spot})
            return hands.clear_of_others(made, now.current, self._canvas.sizes), now

        if not editor.refusal and self._make(make):
            editor.parts.left.library.search.clear()
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            if by_keys or editor.parts.right.side != TEST:
                editor.show_side(SETTINGS)
            if by_keys:
                editor.parts.focus_right()

    def add_at_exit(self, from_id: str, exit: str, at: QPointF) -> None:
        """A line was dropped on the ground: what comes there is asked."""
        self._editor.choose(chosen.one(self._definition, from_id, exit))
        self._dropped = (from_id, exit, at.x(), at.y())
        self._find_to_add()

    def _spot(self) -> tuple[float, float] | None:
        """Where the line of the chosen exit was dropped, if it was: its end comes in there. Asked once."""
        dropped, self._dropped = self._dropped, None
        now = self._editor.chosen
        if dropped is None or dropped[:2] != (now.current, now.exit):
            return None
        return snapped(dropped[2]), snapped(dropped[3] - IN_Y)

    def drag(self, kind: str, at: QPoint) -> None:
        """A kind of step is over the canvas."""
        port = self._canvas.viewport()
        spot = port.mapFromGlobal(at)
        inside = port.rect().contains(spot) and not self._editor.refusal
        self._canvas.show_ghost(spot if inside else None, *GHOST)

    def drop(self, kind: str, at: QPoint) -> None:
        """It lies where it was dropped, joined to nothing."""
        canvas, editor = self._canvas, self._editor
        canvas.show_ghost(None, *GHOST)
        spot = canvas.viewport().mapFromGlobal(at)
        if not canvas.viewport().rect().contains(spot) or editor.refusal:
            return
        corner = canvas.mapToScene(spot)
        if self._make(lambda: hands.add_at(self._definition, kind, corner.x(), corner.y())):
            canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            if editor.parts.right.side != TEST:
                editor.show_side(SETTINGS)

    def _ask_to_add(self) -> None:
        self._dropped = None
        self._find_to_add()

    def _find_to_add(self) -> None:
        self._editor.show_tab(BUILD)
        self._editor.parts.left.show_tab(ADD)
        self._editor.parts.left.library.focus_search()

    def _find_step(self) -> None:
        self._editor.show_tab(BUILD)
        self._editor.parts.left.show_tab(STEPS)
        self._editor.parts.left.outline.focus_search()

    def menu(self, at: QPoint) -> None:
        """What can be done with what is chosen; opens at a place on the screen and returns at once."""
        editor = self._editor
        menu = named(QMenu(editor), "bots_card_menu", "Step")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen_one, some = bool(editor.chosen.current), bool(editor.chosen.node_ids)
        leads = bool(exits_at(self._definition, editor.chosen.current))
        for verb, words, can in (
            ("settings", "Settings\tEnter", chosen_one), ("add", "Add a step…\tCtrl+K", not editor.refusal),
            ("join", "Lead an exit to a step…\tCtrl+J", leads and not editor.refusal),
            ("copy", "Copy\tCtrl+C", some), ("cut", "Cut\tCtrl+X", some and not editor.refusal),
            ("paste", "Paste\tCtrl+V", not editor.refusal),
            ("remove", "Delete\tDel", (some or editor.chosen.edge is not None) and not editor.refusal),
        ):  # fmt: skip
            action = menu.addAction(words)
            action.setObjectName(f"bots_card_menu_{verb}")
            action.setEnabled(can)
            action.triggered.connect(lambda _=False, verb=verb: self.do(verb))
        menu.popup(at)

    # Changing.

    def remove(self) -> None:
        """The chosen cards, or the chosen line."""
        now = self._editor.chosen
        if now.node_ids or now.edge is not None:
            self._make(lambda: hands.remove(self._definition, now))

    def remove_one(self, id: str) -> None:
        """The step whose settings are shown."""
        self._make(lambda: hands.remove(self._definition, chosen.one(self._definition, id)))
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def move_to(self, places: dict[str, tuple[float, float]]) -> None:
        """The mouse put cards elsewhere."""
        self._editor.change(flow_edit.moved(self._definition, places))

    def _move(self, way: str) -> None:
        ids = ",".join(sorted(self._editor.chosen.ids))
        self._make(lambda: hands.move(self._definition, self._editor.chosen, f"move_{way}"), f"move:{ids}")

    def join(self, from_id: str, exit: str, to_id: str) -> None:
        """The mouse led an exit to a step."""
        self._make(lambda: hands.join(self._definition, from_id, exit, to_id))

    def _ask_join(self) -> None:
        editor = self._editor
        if editor.refusal or not exits_at(self._definition, editor.chosen.current):
            return
        editor.desk.tasks.spawn(editor, self._join_asked(), on_problem=editor.failed)

    async def _join_asked(self) -> None:
        editor = self._editor
        now = editor.chosen
        found = await ask_join(editor.desk.theme, editor.window(), self._definition, editor.looks, now)
        if found is not None:
            self.join(now.current, found.exit, found.to_id)

    def _lay_out(self) -> None:
        self._editor.change(flow_layout.laid_out(self._definition, self._canvas.sizes))
        self._canvas.begin()
        self._canvas.reveal(self._editor.chosen.current)

    def _copy(self) -> None:
        if text := flow_edit.copied(self._definition, self._editor.chosen.node_ids):
            QGuiApplication.clipboard().setText(text)
            self._clip, self._times = text, 0

    def _cut(self) -> None:
        self._copy()
        self.remove()
        self._times = -1  # the first copy lies where it was

    def _paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        self._times = self._times + 1 if text == self._clip else 1
        self._clip = text
        self._make(lambda: hands.paste(self._definition, text, self._times))

    def _double(self) -> None:
        if text := flow_edit.copied(self._definition, self._editor.chosen.node_ids):
            self._make(lambda: hands.paste(self._definition, text))

    # Looking.

    def go(self, verb: str) -> bool:
        """Lead the keyboard to another card; False where there is none that way."""
        editor = self._editor
        now = hands.go(self._definition, editor.chosen, verb, self._canvas.middles)
        if now == editor.chosen and verb in ("next", "before"):
            return False
        editor.choose(now)
        return True

    def _all(self) -> None:
        ids = frozenset({START, *(one.id for one in self._definition.nodes)})
        self._editor.choose(chosen.several(self._definition, ids, self._editor.chosen.current))

    def _exit(self, by: int) -> None:
        self._editor.choose(chosen.next_exit(self._definition, self._editor.chosen, by))
        self.say(self._editor.chosen)

    def _settings(self) -> None:
        self._editor.go_to(self._editor.chosen.current)

    def _side(self, key: str) -> None:
        editor = self._editor
        editor.show_tab(BUILD)
        editor.show_side(SETTINGS if editor.parts.right.side == key else key)
        if editor.parts.right.side == key:
            editor.parts.focus_right()

    def _test(self) -> None:
        editor = self._editor
        editor.show_tab(BUILD)
        if editor.parts.right.side == TEST:
            editor.show_side(SETTINGS)
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        editor.show_side(TEST)
        editor.parts.right.simulator.start()
        editor.parts.focus_right()

    def _next_problem(self) -> None:
        """The one after the step that is chosen; round and round."""
        editor = self._editor
        editor.check_now()
        order = in_order(self._definition)
        found = sorted(
            (one for one in editor.findings if (one.node_id or START) in order),
            key=lambda one: (not one.blocks, order.index(one.node_id or START)),
        )
        if not found:
            editor.desk.toasts.show_toast("There are no problems.", "done")
            return
        ids = [one.node_id or START for one in found]
        at = max((at for at, id in enumerate(ids) if id == editor.chosen.current), default=-1)
        one = found[(at + 1) % len(found)]
        editor.show_all()
        editor.go_to(one.node_id or START, one.part)

    def _around(self) -> None:
        """From one area to the next."""
        areas = self._editor.parts.areas
        focus = QApplication.focusWidget()
        at = 0
        if focus is not None and not self._editor.parts.left.isAncestorOf(focus):
            at = next((at for at, one in enumerate(areas) if focus is one or one.isAncestorOf(focus)), -1)
        area = areas[(at + 1) % len(areas)]
        if area is self._editor.parts.right:
            self._editor.parts.focus_right()
        else:
            area.setFocus(Qt.FocusReason.TabFocusReason)

    def say(self, now: Chosen) -> None:
        """Tell a screen reader where the keyboard is on the canvas."""
        editor, look = self._editor, self._editor.looks.get(now.current)
        if look is None:
            return
        exits = exits_at(self._definition, now.current)
        label = next((one.label for one in exits if one.name == now.exit), "")
        to = editor.looks.get(self._definition.after(now.current, now.exit))
        where = f" Exit {label} leads to {to.spoken if to else 'nowhere'}." if label else ""
        words = f"{look.spoken}.{where}"
        self._canvas.setAccessibleDescription(words)
        if self._canvas.hasFocus() and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._canvas, words))
