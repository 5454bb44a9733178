"""Contacts from a file, step by step, and contacts into a file."""

from dataclasses import replace

from desktop.domain.bulk import UndoCounts
from desktop.domain.consent import OptIn
from desktop.domain.contact_table import Target
from desktop.domain.filters import Attribute, Kind
from desktop.domain.importcolumns import Becomes, Column
from desktop.domain.importing import Counts, ImportResult, RejectedRow
from desktop.domain.report import Choice, Scope
from desktop.services.exports import ExportFormat
from desktop.services.importwriting import Progress
from desktop.services.importwriting import Stage as Phase
from desktop.ui.contacts.exports import open_export
from desktop.ui.contacts.imports import words
from desktop.ui.contacts.imports.country import choose_country
from desktop.ui.contacts.imports.dialog import open_import
from desktop.ui.contacts.imports.flow import ImportFlow
from desktop.ui.contacts.imports.mapping import Mapping
from desktop.ui.contacts.imports.newattribute import ask_attribute
from desktop.ui.contacts.imports.writing import Busy
from desktop.ui.exports.flow import ExportFlow
from desktop.ui.reports.export import export_messages
from tests.looks.stage import Stage

FILE = "november_leads.xlsx"
KNOWN = (
    Attribute(1, "City", Kind.TEXT),
    Attribute(2, "Last order", Kind.DATE),
    Attribute(3, "Language", Kind.CHOICE, ("English", "Français", "हिन्दी")),
)
COLUMNS = (
    Column(0, "Mobile No.", Becomes.PHONE),
    Column(1, "Full name", Becomes.NAME),
    Column(2, "OptIn", Becomes.OPT_IN),
    Column(3, "City", Becomes.ATTRIBUTE, "City"),
    Column(4, "Notes", Becomes.LEAVE_OUT),
)
VALUES = (
    ("604 555 0142", "+1 514 555 0163"),
    ("Priya Sharma", "Łukasz Żak"),
    ("TRUE", "FALSE", ""),
    ("Vancouver", "Kraków"),
    ("called 3 Nov",),
)
MAPPING = Mapping(COLUMNS, "CA")
COUNTS = Counts(rows=10_482, new=9_731, known=604, twice=112, rejected=35, opt_outs_in_file=12, kept_no=3)
REJECTED = (
    RejectedRow(18, ("6045550", "Ana Costa", "TRUE", "Halifax", ""), "“6045550” has too few digits."),
    RejectedRow(77, ("", "Ben Novak", "", "Toronto", ""), "The phone number is missing."),
    RejectedRow(
        204,
        ("+1 604 555 0199", "Chen Xu", "perhaps", "Vancouver", "asked twice"),
        "“perhaps” is not an opt-in value. Write TRUE, FALSE or leave it blank.",
    ),
    RejectedRow(
        311,
        ("6,04556E+09", "Dalia Gill", "FALSE", "Montréal", ""),
        "A spreadsheet has cut “6,04556E+09”. Format the column as text and fill it again.",
    ),
    RejectedRow(4_090, ("call me", "Emeka Roy", "TRUE", "", ""), "“call me” is not a phone number."),
)


async def file(stage: Stage) -> None:
    await _opened(stage)


async def columns(stage: Stage) -> None:
    flow = await _opened(stage)
    _mapped(flow, MAPPING, COUNTS)


async def columns_problem(stage: Stage) -> None:
    flow = await _opened(stage)
    doubled = MAPPING.becoming(4, Becomes.ATTRIBUTE, "City").becoming(1, Becomes.PHONE)
    _mapped(flow, doubled, None)


async def columns_many(stage: Stage) -> None:
    flow = await _opened(stage)
    more = tuple(
        Column(
            at, f"Question {at} of the spring survey about the shop and its delivery times", Becomes.LEAVE_OUT
        )
        for at in range(5, 24)
    )
    mapping = replace(MAPPING, columns=(*COLUMNS, *more))
    answers = (*VALUES, *(("fairly satisfied", "not at all satisfied, and I said so") for _ in more))
    flow.card.show_columns(FILE, mapping, answers, KNOWN)
    _counted(flow, mapping, COUNTS)


async def reading(stage: Stage) -> None:
    flow = await _opened(stage)
    _mapped(flow, MAPPING, None)
    flow.card.options.strip.show_reading(6_500)


async def checked(stage: Stage) -> None:
    flow = await _opened(stage)
    bare = replace(COUNTS, new=8_708, rejected=1_058)
    _mapped(flow, MAPPING.with_opt_in(OptIn.YES).with_apply(False), bare)
    flow.card.options.show_hint(words.country_words(1_058, COUNTS.rows))


async def rejected(stage: Stage) -> None:
    flow = await _opened(stage)
    _mapped(flow, MAPPING, COUNTS)
    flow.card.show_rejected(REJECTED, COUNTS.rejected)


async def running(stage: Stage) -> None:
    flow = await _opened(stage)
    _mapped(flow, MAPPING, COUNTS)
    flow.card.show_progress("Importing", 4_120, 10_335, 95)


async def done(stage: Stage) -> None:
    flow = await _opened(stage)
    _mapped(flow, MAPPING, COUNTS)
    counts = replace(COUNTS, updated=604, opt_outs_applied=12)
    flow.card.show_done(words.done_words(ImportResult(FILE, counts)), undoable=True, left_out=True)


async def undone(stage: Stage) -> None:
    flow = await _opened(stage)
    _mapped(flow, MAPPING, COUNTS)
    undone = words.undone_words(UndoCounts(restored=601, removed=9_731, kept=3))
    flow.card.show_undone([*undone, *words.fields_stay_words(["Notes"])])


async def undoing(stage: Stage) -> None:
    flow = await _opened(stage)
    _mapped(flow, MAPPING, COUNTS)
    flow.writing.begin(Busy.UNDOING, FILE, None)
    flow.writing._tell(Progress(Phase.UNDOING, 4_120, 10_335))
    flow.writing.busy = Busy.NO


async def country(stage: Stage) -> None:
    flow = await _opened(stage)
    _mapped(flow, MAPPING, COUNTS)
    stage.window.tasks.spawn(flow, choose_country(stage.theme, stage.window, "CA"))
    await stage.seen("import_country")


async def new_attribute(stage: Stage) -> None:
    flow = await _opened(stage)
    _mapped(flow, MAPPING, COUNTS)
    stage.window.tasks.spawn(flow, ask_attribute(stage.theme, stage.window, "Notes", frozenset({"city"})))
    await stage.seen("import_attribute")


async def ask_stop(stage: Stage) -> None:
    await running(stage)
    flow = stage.window.findChild(ImportFlow)
    assert isinstance(flow, ImportFlow)
    stage.window.tasks.spawn(flow, flow.writing.ask_stop())
    await stage.seen("import_ask_stop")


async def not_a_table(stage: Stage) -> None:
    assert stage.app.paths is not None
    path = stage.app.paths.home / "price list.pdf"
    path.write_bytes(b"%PDF-1.7 \x00\x01")
    page = stage.window.go("contacts")
    await stage.quiet()
    open_import(stage.window.desk, page, path)
    await stage.seen("import_file_problem")


async def _opened(stage: Stage) -> ImportFlow:
    page = stage.window.go("contacts")
    await stage.quiet()
    open_import(stage.window.desk, page)
    await stage.seen("import")
    flow = stage.window.findChild(ImportFlow)
    assert isinstance(flow, ImportFlow)
    return flow


def _mapped(flow: ImportFlow, mapping: Mapping, counts: Counts | None) -> None:
    flow.card.show_columns(FILE, mapping, VALUES, KNOWN)
    _counted(flow, mapping, counts)


def _counted(flow: ImportFlow, mapping: Mapping, counts: Counts | None) -> None:
    flow.card.show_mapping(mapping, KNOWN, counts)
    if counts is not None:
        flow.card.subject.setText(words.title_words(FILE, counts.rows))


async def export_ask(stage: Stage) -> None:
    await _export(stage, ExportFormat.XLSX)


async def export_running(stage: Stage) -> None:
    flow = await _export(stage, ExportFormat.CSV)
    flow.card.show_progress(412, 1_000, 75)


async def report_export(stage: Stage) -> None:
    window = stage.window
    window.tasks.spawn(window, export_messages(window.desk, window, Scope(search="priya"), Choice(), 1_589))
    await stage.seen("export")


async def _export(stage: Stage, format: ExportFormat) -> ExportFlow:
    page = stage.window.go("contacts")
    await stage.quiet()
    open_export(stage.window.desk, page, Target(), 1_000, format)
    await stage.seen("export")
    flow = stage.window.findChild(ExportFlow)
    assert isinstance(flow, ExportFlow)
    return flow
