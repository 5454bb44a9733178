"""Rows of a file as contacts: what each says, why one cannot be read, what a known contact's choice becomes.

A file never turns No into Yes. Pure: reading files is `services.tablefiles`, writing `store.imports`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop.domain import phones
from desktop.domain.consent import Facts, OptIn
from desktop.domain.importcolumns import Becomes, Column
from desktop.domain.text import clean, fold

LONGEST_NAME: Final = 200
LONGEST_VALUE_BYTES: Final = 2_000
"""Folded names and values stand in an index, where PostgreSQL takes 2,704 bytes a row."""
LONGEST_TAG: Final = 60


@dataclass(frozen=True, slots=True)
class Options:
    """What a person chose. The first three say how the file is read, the others what is written.

    country: two-letter region for numbers without a country code ("": only those with one are read).
    columns: None takes `recognise()`; keep_others is its option. opt_in_for_new: for contacts that are new
    and have no value in the file. apply_opt_outs: record the file's No for contacts that are known.
    """

    country: str = ""
    columns: tuple[Column, ...] | None = None
    keep_others: bool = True
    opt_in_for_new: OptIn = OptIn.NONE
    apply_opt_outs: bool = True


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One person of the file. number: the row as a spreadsheet counts, the headings being row 1.

    opt_in None: the file says nothing; OptIn.NONE: it says that no choice is recorded.
    again: later rows with the same number.
    """

    number: int
    phone: str
    name: str = ""
    opt_in: OptIn | None = None
    tags: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    us_number: bool = False
    again: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The same for every form of one number, old or new."""
        return min(phones.forms(self.phone))


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be read: its values as they stood, and why in a sentence."""

    number: int
    values: tuple[str, ...]
    sentence: str


class Unreadable(ValueError):
    """A cell that cannot be read; the text is the sentence for the person."""


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split(","))


_YES: Final = _words(
    "true,yes,y,1,on,ja,j,si,sí,sì,oui,sim,tak,evet,да,हाँ,हां,نعم,はい,是,wahr,vrai,verdadero,"
    "optin,opt-in,opted in,opted-in,subscribed,✓,✔"
)
_NO: Final = _words(
    "false,no,n,0,off,nein,non,nee,não,nao,nie,hayır,нет,नहीं,لا,いいえ,否,falsch,faux,falso,"
    "optout,opt-out,opted out,opted-out,unsubscribed,stop,✗,✘"
)
_NO_CHOICE: Final = _words("none,no choice,no choice recorded")


def read_opt_in(text: str) -> OptIn | None:
    """What an opt-in cell says; None if it is blank. Raises Unreadable.

    An unreadable value rejects its row rather than count as blank: it may be a No in words we do not know,
    and blank can mean Yes for a new contact.
    """
    said = fold(text)
    if not said:
        return None
    for value, words in ((OptIn.YES, _YES), (OptIn.NO, _NO), (OptIn.NONE, _NO_CHOICE)):
        if said in words:
            return value
    raise Unreadable(f"“{_short(text)}” is not an opt-in value. Write TRUE, FALSE or leave it blank.")


def read_tags(text: str) -> tuple[str, ...]:
    """The tags of a cell, separated by commas or semicolons, each once. Raises Unreadable."""
    found: dict[str, str] = {}
    for part in re.split(r"[,;\n]", clean(text)):
        if folded := fold(part):
            found.setdefault(folded, " ".join(part.split()))
    for tag in found.values():
        if len(tag) > LONGEST_TAG:
            raise Unreadable(f"The tag “{_short(tag)}” is longer than {LONGEST_TAG} characters.")
    return tuple(found.values())


_POWER_OF_TEN: Final = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+")


def read_phone(text: str, country: str) -> tuple[str, str]:
    """The number of a cell as E.164, and its region. Raises Unreadable."""
    if not text.strip():
        raise Unreadable("The phone number is missing.")
    if _POWER_OF_TEN.fullmatch(text.strip()):
        raise Unreadable(
            f"A spreadsheet has cut “{text.strip()}”. Format the column as text and fill it again."
        )
    try:
        return phones.parse_with_region(text, country)
    except phones.NotAPhone as wrong:
        raise Unreadable(wrong.sentence) from wrong


_ONLY_A_NUMBER: Final = re.compile(r"[\d\s().\-/]{7,}")


def lacks_country_code(row: RejectedRow, columns: Sequence[Column]) -> bool:
    """True if its number was written without a country code and could not be read: another country may read it."""
    at = next((one.index for one in columns if one.becomes is Becomes.PHONE), None)
    if at is None or at >= len(row.values):
        return False
    text = plain(row.values[at]).strip()
    is_bare = _ONLY_A_NUMBER.fullmatch(text) is not None and not text.startswith("00")
    return is_bare and row.sentence.startswith(f"“{text}” ")


def read_row(
    number: int, values: Sequence[str], columns: Sequence[Column], country: str
) -> ImportRow | RejectedRow | None:
    """One row of the file; None if it is blank."""
    if not any(value.strip() for value in values):
        return None
    try:
        return _read(number, values, columns, country)
    except Unreadable as wrong:
        return RejectedRow(number, tuple(clean(value) for value in values), str(wrong))


def _read(number: int, values: Sequence[str], columns: Sequence[Column], country: str) -> ImportRow:
    if any(value.strip() for value in values[len(columns) :]):
        raise Unreadable(
            f"The row has {len(values)} cells and the headings {len(columns)}: "
            "a value with the separator in it needs quotation marks."
        )
    cells: dict[Becomes, str] = {}
    choices: list[OptIn | None] = []
    attributes: list[tuple[str, str]] = []
    for column in columns:
        text = plain(values[column.index]).strip() if column.index < len(values) else ""
        if column.becomes is Becomes.OPT_IN:
            choices.append(read_opt_in(text))
        elif column.becomes is Becomes.OPT_OUT:
            choices.append(OptIn.NO if read_opt_in(text) is OptIn.YES else None)
        elif column.becomes is Becomes.ATTRIBUTE:
            if text:
                attributes.append((column.attribute, _within(text, column.attribute)))
        else:
            cells[column.becomes] = text
    phone, region = read_phone(cells.get(Becomes.PHONE, ""), country)
    return ImportRow(
        number,
        phone,
        _name(cells),
        _safest(choices),
        read_tags(cells.get(Becomes.TAGS, "")),
        tuple(attributes),
        phones.is_us_region(region),
    )


def _name(cells: dict[Becomes, str]) -> str:
    parts = [cells.get(part, "") for part in (Becomes.NAME, Becomes.FIRST_NAME, Becomes.LAST_NAME)]
    name = " ".join(clean(" ".join(parts)).split())
    if len(name) > LONGEST_NAME:
        raise Unreadable(f"The name “{_short(name)}” is longer than {LONGEST_NAME} characters.")
    return _within(name, "name")


def _within(text: str, what: str) -> str:
    kept = clean(text)
    if len(kept) * 4 > LONGEST_VALUE_BYTES and len(fold(kept).encode()) > LONGEST_VALUE_BYTES:
        raise Unreadable(f"“{what}” is too long ({len(kept):,} characters). Shorten it or leave it out.")
    return kept


def _safest(choices: Sequence[OptIn | None]) -> OptIn | None:
    """One answer of several opt-in columns: No before Yes before no choice before blank."""
    return next((one for one in (OptIn.NO, OptIn.YES, OptIn.NONE) if one in choices), None)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


class Effect(StrEnum):
    """What a row does to the choice of a contact that is known."""

    NOTHING = "nothing"
    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"
    KEPT_NO = "kept_no"
    ALREADY_NO = "already_no"


def effect_on_known(known: Facts, said: OptIn | None) -> Effect:
    """No choice may become Yes, anything may become No, and No stays: ours, or WhatsApp's stop."""
    if said is OptIn.NO:
        return Effect.ALREADY_NO if known.opt_in is OptIn.NO else Effect.OPT_OUT
    if said is not OptIn.YES:
        return Effect.NOTHING
    if known.says_no:
        return Effect.KEPT_NO
    return Effect.NOTHING if known.opt_in is OptIn.YES else Effect.OPT_IN


@dataclass(frozen=True, slots=True)
class Counts:
    """A file's rows, each counted once: rows = new + known + twice + rejected + blank, when it was finished.

    updated: known contacts of which anything changed. opt_outs_in_file: known contacts that are No in the
    file and not yet here; opt_outs_applied: those recorded. kept_no: Yes in the file, No here, stays No.
    """

    rows: int = 0
    new: int = 0
    known: int = 0
    updated: int = 0
    twice: int = 0
    rejected: int = 0
    blank: int = 0
    opt_ins_recorded: int = 0
    opt_outs_in_file: int = 0
    opt_outs_applied: int = 0
    already_no: int = 0
    kept_no: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def contacts(self) -> int:
        """How many contacts an import makes or touches."""
        return self.new + self.known


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. bulk_id: its journal, for an undo; None if nothing was written.

    rejected_rows: the first 1,000; the file that was read has them all. stopped: it ended early, everything
    that it had written was taken back, and the counts say what had been written.
    """

    file_name: str
    counts: Counts
    headings: tuple[str, ...] = ()
    rejected_rows: tuple[RejectedRow, ...] = ()
    stopped: bool = False
    bulk_id: int | None = None


_FORMULA: Final = frozenset("=+-@\t\r＝＋－＠")


_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


def _runs(value: str) -> bool:
    """True if a spreadsheet may run it, or would but for apostrophes that stand before it."""
    rest = value.lstrip("'")
    return bool(rest.strip()) and rest.lstrip(" \n")[:1] in _FORMULA


def defuse(value: str) -> str:
    """A cell that no spreadsheet runs as a formula: an apostrophe stands before one.

    A plain phone number can do no harm, and is to match the one of another system: it stays as it is.
    """
    return f"'{value}" if _runs(value) and not _E164.fullmatch(value) else value


def plain(value: str) -> str:
    """The cell without the apostrophe that `defuse()` or a spreadsheet put before it."""
    return value[1:] if value[:1] == "'" and _runs(value) else value
