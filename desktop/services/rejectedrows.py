"""The rows of a file that could not be read, saved so that they can be mended and imported again."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from desktop.domain.importcolumns import ROW_HEADING, WHY_HEADING
from desktop.domain.problems import Problem
from desktop.services import sheetfiles
from desktop.services.importfiles import ReadFile


def save(file: ReadFile, beside: Path) -> Path:
    """Write them all as CSV into the folder of `beside`, named after it; returns where.

    Columns: the row's number, the file's own, and why. An existing file is never written over. Row by row,
    however many they are. Raises Problem if the folder cannot be written. Blocks.
    """
    width = max((len(row.values) for row in file.rejected()), default=0)
    own = [*file.headings, *[""] * (width - len(file.headings))]
    target = beside
    for number in range(1, 1_000):
        target = beside.with_name(f"{beside.stem} not imported{f' ({number})' if number > 1 else ''}.csv")
        try:
            sheetfiles.write_csv(target, [ROW_HEADING, *own, WHY_HEADING], _rows(file, len(own)))
        except FileExistsError:
            continue
        except OSError as wrong:
            with contextlib.suppress(OSError):
                target.unlink()
            raise Problem(
                "The rows cannot be saved",
                f"“{target}” cannot be written: {wrong.strerror or wrong}. Choose another folder.",
            ) from wrong
        return target
    raise Problem("The rows cannot be saved", f"Delete old files like “{target.name}”, then try again.")


def _rows(file: ReadFile, width: int) -> Iterator[list[str]]:
    for row in file.rejected():
        yield [str(row.number), *row.values, *[""] * (width - len(row.values)), row.sentence]
