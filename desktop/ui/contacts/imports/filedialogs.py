"""Where a file comes from and goes to: the system's dialogs, opened and awaited."""

import asyncio
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop.ui.dialog import ask, confirm
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme


class _FileDialog(QFileDialog):
    """Qt's own dialog says that a file is missing or there already in a box with a loop of its own: never here."""

    def accept(self) -> None:
        wanted = [Path(path) for path in self.selectedFiles()]
        needs_folder = self.fileMode() is QFileDialog.FileMode.Directory
        if needs_folder and not all(path.is_dir() for path in wanted):
            return
        super().accept()


def _dialog(window: QWidget, title: str, name: str, filters: list[str]) -> _FileDialog:
    start = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    if not Path(start).is_dir():
        start = str(Path.home())
    made = named(_FileDialog(window, title, start), name, title)
    made.setNameFilters(filters)
    # Any file: another mode asks in a box whether it exists; who reads or writes it says it better.
    made.setFileMode(QFileDialog.FileMode.AnyFile)
    made.setOption(QFileDialog.Option.DontConfirmOverwrite)
    return made


async def _chosen(dialog: QFileDialog) -> Path | None:
    accepted = await ask(dialog) == QDialog.DialogCode.Accepted.value
    paths = dialog.selectedFiles() if accepted else []
    return Path(paths[0]) if paths else None


async def choose_file(window: QWidget, title: str, filters: list[str], *, name: str) -> Path | None:
    """A file to read; None if it was left."""
    dialog = _dialog(window, title, name, filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptOpen)
    return await _chosen(dialog)


async def choose_folder(window: QWidget, title: str, *, name: str) -> Path | None:
    dialog = _dialog(window, title, name, [])
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return await _chosen(dialog)


def with_ending(path: Path, ending: str) -> Path:
    """'all.xlsx' → 'all.xlsx.csv': added, for a name may have dots of its own ('leads 22.11')."""
    return path if path.suffix.lower() == ending else path.with_name(path.name + ending)


async def choose_place(
    theme: Theme, window: QWidget, title: str, suggested: str, filters: list[str], *, name: str
) -> Path | None:
    """Where to save; asks before a file is replaced. None if it was left.

    The name ends as `suggested` does, whatever was typed: what is written is of that kind.
    """
    dialog = _dialog(window, title, name, filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(Path(suggested).suffix.removeprefix("."))
    dialog.selectFile(suggested)
    chosen = await _chosen(dialog)
    path = with_ending(chosen, Path(suggested).suffix) if chosen is not None else None
    if path is None or not await asyncio.to_thread(path.exists):
        return path
    text = f"“{path.name}” is there already. What it holds is lost."
    replace = await confirm(
        theme, window, "Replace the file?", text, do="Replace", danger=True, name=f"{name}_replace"
    )
    return path if replace else None
