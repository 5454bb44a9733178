"""The card of who is where: each figure is a filter of the list below."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from desktop.domain.sequence import EnrolmentCounts, EnrolmentStatus
from desktop.ui.parts.card import Card
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.label import SectionLabel
from desktop.ui.sequences.figure_button import PAD_PX, FigureButton
from desktop.ui.sequences.figures import CROWDS, Figure, crowd_figures
from desktop.ui.theme import Theme


class CrowdCard(Card):
    """`chosen(statuses)` when a figure is pressed; () for everyone."""

    chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=4, pad_px=14, name="sequence_contacts")
        self.setAccessibleName("Contacts")
        self.heading = heading = SectionLabel("Contacts", name="sequence_contacts_heading")
        heading.setContentsMargins(theme.px(PAD_PX), 0, theme.px(PAD_PX), 0)  # in line with the figures
        self.body.setContentsMargins(8, 14, 8, 8)
        self.body.addWidget(heading)
        line = QWidget()
        # Of a widget, and kept: a layout in Python that only another layout holds may be collected.
        self._flow = FlowLayout(line, spacing_px=6, line_spacing_px=4)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, FigureButton] = {}
        for crowd in CROWDS:
            button = FigureButton(
                theme, Figure(crowd.key, 0, crowd.words), tall=True, name=f"sequence_{crowd.key}", parent=self
            )
            button.clicked.connect(lambda _=False, statuses=crowd.statuses: self.chosen.emit(statuses))
            self._group.addButton(button)
            self.buttons[crowd.key] = button
            self._flow.addWidget(button)
        self.body.addWidget(line)
        self.buttons["otherwise"].hide()
        self.choose(())

    def show_counts(self, counts: EnrolmentCounts, *, version_count: int = 1) -> None:
        """version_count: of how many versions they are, all together."""
        self.heading.setText("Contacts, all versions" if version_count > 1 else "Contacts")
        shown = {one.key: one for one in crowd_figures(counts)}
        for key, button in self.buttons.items():
            button.setVisible(key in shown)
            if key in shown:
                button.show_figure(shown[key])

    def choose(self, statuses: tuple[EnrolmentStatus, ...]) -> None:
        """Show which of them the list is about; none where it is about everyone, or another part."""
        crowd = next((one for one in CROWDS if statuses and one.statuses == statuses), None)
        self._group.setExclusive(False)
        for key, button in self.buttons.items():
            button.setChecked(crowd is not None and key == crowd.key)
        self._group.setExclusive(True)
