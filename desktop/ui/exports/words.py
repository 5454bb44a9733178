"""The sentences of any export."""

from collections.abc import Callable
from dataclasses import dataclass

from desktop.services.exports import ExportFormat, ExportResult

WIDTH_PX = 560
NAMES = {ExportFormat.CSV: "CSV", ExportFormat.XLSX: "Excel"}
FILTERS = {ExportFormat.CSV: ["CSV (*.csv)"], ExportFormat.XLSX: ["Excel (*.xlsx)"]}
NOTES = {
    ExportFormat.CSV: "Comma-separated, UTF-8, with a mark that spreadsheets know.",
    ExportFormat.XLSX: "An Excel workbook. What does not fit on one sheet (1,048,576 rows) goes on to the next.",
}
DEFUSED = "A cell that a spreadsheet would run as a formula is written as text."


@dataclass(frozen=True, slots=True)
class Subject:
    """What is exported, in words. name: 'contacts'. who: 'All 1,000 contacts'. holds: what a row holds.

    count_words: '1 contact', '1,000 contacts'. file_stem: the suggested name, before the day.
    """

    name: str
    who: str
    holds: str
    count_words: Callable[[int], str]
    file_stem: str


def counted(count: int, noun: str) -> str:
    """'1 message', '1,589 messages'."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def done_words(subject: Subject, result: ExportResult) -> str:
    """'contacts.csv was saved: 1,000 contacts.'"""
    sheets = f" on {result.sheet_count} sheets" if result.sheet_count > 1 else ""
    return f"“{result.path.name}” was saved: {subject.count_words(result.row_count)}{sheets}."
