"""A file as an import wants it, to begin with."""

from pathlib import Path
from typing import Final

from desktop.domain.problems import Problem
from desktop.services.sheetfiles import write_csv

NAME: Final = "contacts example.csv"
HEADINGS: Final = ("Phone", "Name", "Marketing opt-in", "Tags", "City")
ROWS: Final = (
    ("604 555 0142", "Priya Sharma", "TRUE", "VIP, Mumbai", "Vancouver"),
    ("+1 514 555 0163", "Lucía Morales", "FALSE", "", "Montréal"),
    ("+1 416 555 0117", "Arjun Kapoor", "", "New", "Toronto"),
)


def write_example(path: Path) -> None:
    """Write it, over a file that is there. Raises Problem. Blocks on the disk."""
    try:
        path.unlink(missing_ok=True)
        write_csv(path, HEADINGS, ROWS)
    except OSError as wrong:
        raise Problem(
            "The example cannot be saved",
            f"“{path.name}” cannot be written: {wrong.strerror or wrong}. Choose another folder.",
        ) from wrong
