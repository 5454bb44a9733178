"""Making one contact of several: who is kept, what the merge makes, and that it cannot be undone."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QVBoxLayout, QWidget

from desktop.domain.contacts import Contact
from desktop.domain.phones import pretty
from desktop.services.contacts import MergePreview
from desktop.ui.contacts.bulk_dialogs import contacts_words
from desktop.ui.contacts.bulk_verbs import problem_words
from desktop.ui.contacts.columns import opt_in_badge
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.loads import Latest
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.card import Inset
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

WIDTH_PX = 620


class MergeDialog(CardDialog):
    """`keep_requested(id)` when another contact is chosen to be kept; then `show_preview()`."""

    keep_requested = Signal(int)

    def __init__(self, theme: Theme, window: QWidget, contacts: Sequence[Contact]) -> None:
        super().__init__(theme, window, "Merge contacts", width_px=WIDTH_PX, name="merge")
        self._shades = theme
        self.add_text("Which one is kept? The others become part of it.", muted=True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self._group = QButtonGroup(self)
        self.choices: dict[int, QRadioButton] = {}
        for line, one in enumerate(contacts):
            button = named(QRadioButton(one.shown_name), f"merge_keep_{one.id}", f"Keep {one.shown_name}")
            self.choices[one.id] = button
            self._group.addButton(button)
            button.toggled.connect(partial(self._toggled, one.id))
            phone = Label(pretty(one.phone) if one.phone else "No phone number", "muted")
            grid.addWidget(button, line, 0)
            grid.addWidget(phone, line, 1)
            grid.addWidget(Badge(theme, *opt_in_badge(one), name=f"merge_badge_{one.id}"), line, 2)
        self.body.addLayout(grid)
        inset = Inset(name="merge_preview")
        head = SectionLabel("After the merge")
        inset.body.addWidget(head)
        result = QGridLayout()
        result.setHorizontalSpacing(10)
        result.setColumnStretch(0, 1)
        self.who = Label("", "strong", wrap=True, tight=True, name="merge_result")
        self.badge = Badge(theme, "No choice", name="merge_result_badge")
        result.addWidget(self.who, 0, 0)
        result.addWidget(self.badge, 0, 1, Qt.AlignmentFlag.AlignTrailing)
        inset.body.addLayout(result)
        self._sentences = QVBoxLayout()
        self._sentences.setSpacing(4)
        inset.body.addLayout(self._sentences)
        self.body.addWidget(inset)
        self.body.addWidget(Banner(theme, "warn", "A merge cannot be undone.", name="merge_warning"))
        self.problem = Label("", color="danger", wrap=True, name="merge_problem")
        self.body.addWidget(self.problem)
        self.problem.hide()
        self.add_button("Cancel", result=0, safe=True, name="merge_cancel")
        self.do = self.add_button(
            f"Merge {contacts_words(len(contacts))}", "primary", result=1, name="merge_do"
        )
        self.do.setEnabled(False)

    @property
    def kept_id(self) -> int:
        return next((id for id, button in self.choices.items() if button.isChecked()), 0)

    def show_preview(self, preview: MergePreview) -> None:
        merged = preview.merged
        phone = f" · {pretty(merged.phone)}" if merged.phone else ""
        tags = f" · {', '.join(merged.tags)}" if merged.tags else ""
        self.who.setText(f"{merged.shown_name}{phone}{tags}")
        self.badge.show_badge(*opt_in_badge(merged))
        while (item := self._sentences.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, sentence in enumerate(preview.sentences):
            line = QWidget()
            row = QGridLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setColumnStretch(1, 1)
            color = "danger" if merged.facts.says_no and "No" in sentence.split() else "muted"
            icon = "prohibit" if color == "danger" else "arrow-right"
            row.addWidget(Glyph(self._shades, icon, color), 0, 0, Qt.AlignmentFlag.AlignTop)  # type: ignore[arg-type]
            row.addWidget(Label(sentence, wrap=True, tight=True, name=f"merge_sentence_{number}"), 0, 1)
            self._sentences.addWidget(line)
        self.problem.hide()
        self.do.setEnabled(True)

    def _toggled(self, contact_id: int, on: bool) -> None:
        if on:
            self.keep_requested.emit(contact_id)

    def show_problem(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.show()
        self.do.setEnabled(False)


class Merging:
    """`merged(contact)` is called with the one that is left."""

    def __init__(self, desk: Desk, owner: QWidget, merged: Callable[[Contact], object]) -> None:
        self._desk, self._owner, self._merged = desk, owner, merged

    async def merge(self, ids: Sequence[int]) -> None:
        """Ask who is kept and make them one. Raises NotAllowed, NotFound."""
        verbs = self._desk.app.contacts
        contacts = [await verbs.get(id) for id in ids]
        dialog = MergeDialog(self._desk.theme, self._owner.window(), contacts)

        def wrong(problem: Exception) -> None:
            dialog.show_problem(problem_words(problem))

        latest = Latest(self._desk.tasks, dialog, wrong)

        async def look(keep_id: int) -> None:
            dialog.do.setEnabled(False)
            dialog.show_preview(await verbs.merge_preview(keep_id, [id for id in ids if id != keep_id]))

        dialog.keep_requested.connect(lambda id: latest.start(look(id)))
        dialog.choices[best_kept(contacts).id].setChecked(True)
        keep_id = dialog.kept_id if await ask(dialog) else 0
        if not keep_id:
            return
        kept = await verbs.merge(keep_id, [id for id in ids if id != keep_id], self._desk.user())
        self._merged(kept)
        self._desk.toasts.show_toast(f"{contacts_words(len(ids))} are one now: {kept.shown_name}", "done")


def best_kept(contacts: Sequence[Contact]) -> Contact:
    """Who is proposed: with a number, most known of them, the oldest."""
    return max(contacts, key=lambda one: (bool(one.phone), len(one.attributes) + len(one.tags), -one.id))
