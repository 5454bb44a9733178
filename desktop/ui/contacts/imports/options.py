"""What is said of opt-ins: the value for new contacts, the opt-outs of the file, and the figures of the check."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.consent import OptIn
from desktop.domain.importing import Counts
from desktop.ui.contacts.imports import words
from desktop.ui.contacts.imports.becomes import Choice
from desktop.ui.contacts.imports.mapping import Mapping
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

NEVER = "The file never turns a No into a Yes."
CAUTION = "Only if they agreed to get offers."
CHOICES = ((OptIn.NONE, "No choice recorded"), (OptIn.YES, "Yes"), (OptIn.NO, "No"))
STOP = "Stop reading"
GAP_PX = 22


def _note_words(opt_in: OptIn, counts: Counts | None) -> str:
    """What to know about the choice; kept_no: who is Yes in the file and stays No."""
    kept = counts.kept_no if counts else 0
    stays = f"{words.contacts(kept)} {'stays' if kept == 1 else 'stay'} No."
    if opt_in is OptIn.YES:
        return f"{CAUTION} {stays}" if kept else CAUTION
    return f"The file never turns a No into a Yes: {stays}" if kept else NEVER


class NewContacts(QWidget):
    """`opt_in_requested(OptIn)`: what new contacts get for whom the file says nothing."""

    opt_in_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.choice = Choice("import_new_opt_in", "New contacts without a value")
        self.choice.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToContents)
        for value, said in CHOICES:
            self.choice.addItem(said, value)
        self.choice.activated.connect(self._activated)
        self.note = Label("", "muted", wrap=True, name="import_new_note")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(Label("New contacts without a value"))
        row.addWidget(self.choice)
        row.addWidget(self.note, 1)

    def show_choice(self, opt_in: OptIn, counts: Counts | None) -> None:
        self.choice.setCurrentIndex([value for value, _ in CHOICES].index(opt_in))
        self.note.setText(_note_words(opt_in, counts))
        self.note.set_color("warn" if opt_in is OptIn.YES else None)
        self.choice.setAccessibleDescription(self.note.text())

    def _activated(self, at: int) -> None:
        self.opt_in_requested.emit(CHOICES[at][0])


class OptOuts(QWidget):
    """`apply_requested(bool)`: whether the file's No counts for contacts that are known. Hidden without any."""

    apply_requested = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.box = named(QCheckBox("Apply these opt-outs:"), "import_apply_opt_outs", "Apply these opt-outs")
        self.box.clicked.connect(self.apply_requested)
        self.before = Label("", name="import_opt_outs")
        self.after = Label("")
        self.note = Label(words.NOT_APPLIED, "muted", wrap=True, color="warn", name="import_opt_outs_note")
        self.note.hide()
        row = QHBoxLayout()
        row.setSpacing(5)
        row.addWidget(self.box)
        row.addWidget(self.before)
        row.addWidget(Badge(theme, "No", BadgeKind.OUT))
        row.addWidget(self.after)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.note)
        theme.changed.connect(self._rescale)
        self._rescale()

    def show_counts(self, counts: Counts | None, *, apply: bool) -> None:
        count = counts.opt_outs_in_file if counts else 0
        before, after = words.opt_out_words(count)
        self.before.setText(before)
        self.after.setText(after)
        self.box.setChecked(apply)
        self.note.setVisible(not apply)
        said = "" if apply else f". {words.NOT_APPLIED}"
        self.box.setAccessibleDescription(f"{before} No {after}{said}")
        self.setVisible(count > 0)

    def _rescale(self) -> None:
        self.box.setFont(self._theme.font(weight=600))


class _Figure(QWidget):
    """A number in its colour and what it counts."""

    def __init__(self, name: str, color: Color) -> None:
        super().__init__()
        self.number = Label("", "strong", color=color, name=f"import_count_{name}")
        self.what = Label("")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addWidget(self.number)
        self._row.addWidget(self.what)

    def add_end(self, widget: QWidget) -> None:
        """Something to do about it."""
        self._row.addWidget(widget)

    def show_count(self, count: int, what: str) -> None:
        self.number.setText(f"{count:,}")
        self.what.setText(what)
        self.number.setAccessibleName(f"{count:,} {what}")


class CheckStrip(QFrame):
    """The figures of the check; or how far it is, what stands against it, or that it was stopped.

    `show_rejected_requested()`, `stop_requested()`, `check_requested()`.
    """

    show_rejected_requested = Signal()
    stop_requested = Signal()
    check_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "code")
        self.new = _Figure("new", "accent")
        self.known = _Figure("known", "text")
        self.twice = _Figure("twice", "warn")
        self.twice.setToolTip(words.TWICE)
        self.twice.number.setAccessibleDescription(words.TWICE)
        self.rejected = _Figure("rejected", "danger")
        self.blank = _Figure("blank", "muted")
        self.show_rejected = Button(theme, "show", "link", name="import_show_rejected")
        self.show_rejected.setAccessibleName("Show the rows that cannot be read")
        self.show_rejected.clicked.connect(self.show_rejected_requested)
        self.said = Label("", wrap=True, name="import_check_words")
        self.link = Button(theme, STOP, "link", name="import_check_link")
        self.link.clicked.connect(self._clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(GAP_PX)
        for figure in (self.new, self.known, self.twice, self.rejected):
            row.addWidget(figure)
        self.rejected.add_end(self.show_rejected)
        row.addWidget(self.blank)
        row.addWidget(self.said, 100)
        row.addWidget(self.link)
        row.addStretch(1)
        self._running = False
        named(self, "import_check")

    def show_problem(self, sentence: str) -> None:
        """The columns are not complete."""
        self._say(sentence, "danger")

    def show_reading(self, row_count: int) -> None:
        self._running = True
        self._say(
            f"Reading the file… {words.rows(row_count)}" if row_count else "Reading the file…",
            "muted",
            STOP,
        )

    def show_progress(self, done: int, total: int | None) -> None:
        """total None: the file is being read; else its people are looked up."""
        if total is None:
            self.show_reading(done)
        else:
            self._running = True
            self._say(f"Comparing with your contacts… {done:,} of {total:,}", "muted", STOP)

    def show_stopped(self) -> None:
        self._running = False
        self._say("The file was not checked.", "muted", "Check it now")

    def show_failed(self, sentence: str) -> None:
        self._running = False
        self._say(sentence, "danger", "Check again")

    def show_counts(self, counts: Counts) -> None:
        self._say("", None)
        self.new.show_count(counts.new, "new")
        self.known.show_count(counts.known, "known, updated")
        self.twice.show_count(counts.twice, "twice in the file")
        self.rejected.show_count(counts.rejected, "cannot be read")
        self.blank.show_count(counts.blank, "blank")
        for figure in (self.new, self.known, self.twice, self.rejected):
            figure.show()
        self.show_rejected.setVisible(counts.rejected > 0)
        self.blank.setVisible(counts.blank > 0)

    def _say(self, text: str, color: Color | None, link: str = "") -> None:
        for each in (self.new, self.known, self.twice, self.rejected, self.blank):
            each.hide()
        self.said.setText(text)
        self.said.set_color(color)
        self.said.setVisible(bool(text))
        self.link.setText(link)
        self.link.setAccessibleName(link)
        self.link.setVisible(bool(link))

    def _clicked(self) -> None:
        (self.stop_requested if self._running else self.check_requested).emit()


class OptionRows(QWidget):
    """All three, under the columns, and what another country could do: `country_requested()`."""

    country_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.new_contacts = NewContacts(theme)
        self.opt_outs = OptOuts(theme)
        self.strip = CheckStrip(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for row in (self.new_contacts, self.opt_outs, self.strip):
            column.addWidget(row)
        column.addWidget(self._country_hint(theme))
        self.opt_outs.hide()

    def show_hint(self, sentence: str) -> None:
        """What stands against many numbers; "" for nothing."""
        self.hint.setText(sentence)
        self._hint_row.setVisible(bool(sentence))

    def _country_hint(self, theme: Theme) -> QWidget:
        self.hint = Label("", "muted", wrap=True, color="warn", name="import_country_hint")
        change = Button(theme, "Choose another country…", "link", name="import_country_change")
        change.clicked.connect(self.country_requested)
        self._hint_row = QWidget()
        row = QHBoxLayout(self._hint_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.hint, 1)
        row.addWidget(change)
        self._hint_row.hide()
        return self._hint_row

    def show_mapping(self, mapping: Mapping, counts: Counts | None) -> None:
        if counts is None:
            self.show_hint("")
        self.new_contacts.show_choice(mapping.opt_in_for_new, counts)
        self.opt_outs.show_counts(counts, apply=mapping.apply_opt_outs)
