"""The sentences of an export."""

from desktop.domain.contact_table import Target
from desktop.services.exports import ExportFormat, ExportResult

WIDTH_PX = 560
NAMES = {ExportFormat.CSV: "CSV", ExportFormat.XLSX: "Excel"}
FILTERS = {ExportFormat.CSV: ["CSV (*.csv)"], ExportFormat.XLSX: ["Excel (*.xlsx)"]}
NOTES = {
    ExportFormat.CSV: "Comma-separated, UTF-8, with a mark that spreadsheets know.",
    ExportFormat.XLSX: "An Excel workbook. What does not fit on one sheet (1,048,576 rows) goes on to the next.",
}
HOLDS = (
    "Each contact with phone, name, marketing opt-in, tags and every attribute. A cell that a spreadsheet would "
    "run as a formula is written as text."
)


def contacts(count: int) -> str:
    return "1 contact" if count == 1 else f"{count:,} contacts"


def who_words(target: Target, count: int) -> str:
    """'The 12 contacts that you selected', 'All 1,000 contacts', 'All 340 contacts that match the filter'."""
    if target.ids is not None:
        return "The contact that you selected" if count == 1 else f"The {contacts(count)} that you selected"
    if target.query.selects_everyone:
        return f"All {contacts(count)}"
    if count == 1:
        return "The contact that matches the filter or search"
    return f"All {contacts(count)} that match the filter or search"


def done_words(result: ExportResult) -> str:
    """'contacts.csv was saved: 1,000 contacts.'"""
    sheets = f" on {result.sheet_count} sheets" if result.sheet_count > 1 else ""
    return f"“{result.path.name}” was saved: {contacts(result.contact_count)}{sheets}."
