"""Which column of a file means what: recognised by its heading, changed by a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop.domain import phones
from desktop.domain.problems import Problem
from desktop.domain.text import clean, fold

ROW_HEADING: Final = "Row in the file"
WHY_HEADING: Final = "Why it was not imported"
"""The headings that the list of rejected rows adds; left out when the mended list is imported again."""
STOPPED_HEADING: Final = "Stopped in WhatsApp"
CREATED_HEADING: Final = "Created (UTC)"
LAST_MESSAGE_HEADING: Final = "Last message from the contact (UTC)"
"""What an exported file says and no import can set; left out when it is imported again."""
_NOT_IMPORTED: Final = (ROW_HEADING, WHY_HEADING, STOPPED_HEADING, CREATED_HEADING, LAST_MESSAGE_HEADING)
_FIELD_MARK: Final = " (contact field)"


class Becomes(StrEnum):
    """What a column turns into. OPT_OUT is asked the other way round: yes means No to marketing."""

    PHONE = "phone"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"
    TAGS = "tags"
    ATTRIBUTE = "attribute"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place from 0, its heading, what it becomes, the attribute's name if it becomes one."""

    index: int
    heading: str
    becomes: Becomes
    attribute: str = ""


class NotATable(Problem):
    """The file cannot be imported as it is; the sentence says what to do with it."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PHONE: Final = _words(
    "whatsapp whatsappnumber whatsappno whatsappphone phone phonenumber phoneno phone1value phone1 "
    "mobile mobilephone mobilenumber mobileno cell cellphone cellnumber msisdn "
    "contactnumber contactno tel telno telephone telephonenumber "
    "telefon telefonnummer handy handynummer mobil mobilnummer rufnummer telefono celular movil "
    "telefone portable numtelephone telefoonnummer mobiel komorka nrtelefonu numertelefonu number"
)
"""Best first: if a file has several, the first of this list is the number and the others are attributes."""
_NAME: Final = _words("fullname name contactname customername displayname nombre nom nome naam imie contact")
_FIRST_NAME: Final = _words("firstname givenname forename vorname prenom voornaam")
_LAST_NAME: Final = _words("lastname surname familyname nachname apellido apellidos achternaam")
_OPT_IN: Final = _words(
    "optin optedin marketing marketingoptin optinmarketing messageoptin messagingoptin whatsappoptin "
    "waoptin marketingconsent consent consentmarketing marketingallowed allowmarketing acceptsmarketing "
    "subscribed marketingpermission einwilligung werbung consentimiento consentement zgoda"
)
_OPT_OUT: Final = _words("optout optedout unsubscribed marketingoptout donotcontact nomarketing")
_TAGS: Final = _words("tags tag labels label contacttags etiquetas etiketten")
_ACCENTS: Final = str.maketrans("áàâäãéèêëíìîïóòôöõúùûüñçęą", "aaaaaeeeeiiiiooooouuuuncea")


def plain_heading(heading: str) -> str:
    """A heading reduced to its letters and digits: 'Marketing Opt-in' → 'marketingoptin'."""
    return "".join(ch for ch in fold(heading).translate(_ACCENTS) if ch.isalnum())


def recognise(headings: Sequence[str], *, keep_others: bool = True) -> tuple[Column, ...]:
    """What each column becomes, as far as its heading tells.

    Every opt-in column counts, so that a No in any of them is heard. keep_others: the rest become text
    attributes named as their headings; otherwise they are left out, as is a column without a heading.
    """
    words = [plain_heading(heading) for heading in headings]
    given = _single_columns(words)
    columns: list[Column] = []
    taken: set[str] = set()
    for index, heading in enumerate(headings):
        becomes, name = given.get(index), " ".join(clean(heading).split())
        if becomes is None:
            becomes = _by_word(words[index], name, keep_others)
        if becomes is not Becomes.ATTRIBUTE:
            columns.append(Column(index, name, becomes))
            continue
        attribute = _free(name.removesuffix(_FIELD_MARK), taken)
        taken.add(fold(attribute))
        columns.append(Column(index, name, becomes, attribute))
    return tuple(columns)


def field_heading(attribute: str) -> str:
    """The heading of an attribute's column in an exported file: its name, marked if that means something else."""
    (column,) = recognise([attribute])
    plain_name = column.becomes is Becomes.ATTRIBUTE and column.attribute == attribute
    return attribute if plain_name and not attribute.endswith(_FIELD_MARK) else attribute + _FIELD_MARK


def _single_columns(words: Sequence[str]) -> dict[int, Becomes]:
    """The columns of which there is one: the best match for each meaning."""
    given: dict[int, Becomes] = {}
    lists = [(Becomes.PHONE, _PHONE), (Becomes.NAME, _NAME), (Becomes.TAGS, _TAGS)]
    if not any(word in _NAME for word in words):
        lists += [(Becomes.FIRST_NAME, _FIRST_NAME), (Becomes.LAST_NAME, _LAST_NAME)]
    for becomes, known in lists:
        ranked = [(known.index(word), index) for index, word in enumerate(words) if word in known]
        if ranked:
            given[min(ranked)[1]] = becomes
    return given


def _by_word(word: str, name: str, keep_others: bool) -> Becomes:
    if word in _OPT_IN:
        return Becomes.OPT_IN
    if word in _OPT_OUT:
        return Becomes.OPT_OUT
    if not word or not keep_others or name in _NOT_IMPORTED:
        return Becomes.LEAVE_OUT
    return Becomes.ATTRIBUTE


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while fold(free) in taken:
        free, number = f"{name} ({number})", number + 1
    return free


def check_columns(columns: Sequence[Column]) -> None:
    """Raise NotATable unless exactly one column is the phone number and each attribute has its own name."""
    numbers = [column.heading for column in columns if column.becomes is Becomes.PHONE]
    if not numbers:
        seen = ", ".join(f"“{column.heading}”" for column in columns[:8] if column.heading)
        raise NotATable(
            "No phone column",
            f"None of the columns is the phone number (found: {seen or 'none with a heading'}). "
            "Choose it, or name the column “Phone” in the first row of the file.",
            "columns",
        )
    if len(numbers) > 1:
        raise NotATable(
            "Two phone columns",
            f"“{numbers[0]}” and “{numbers[1]}” are both the phone number. Choose one of them.",
            "columns",
        )
    names = [fold(column.attribute) for column in columns if column.becomes is Becomes.ATTRIBUTE]
    doubled = [name for name in names if not name or names.count(name) > 1]
    if doubled:
        raise NotATable(
            "Attribute names", "Every attribute needs a name, and each name can stand once.", "columns"
        )


def check_headings(headings: Sequence[str]) -> None:
    """Raise NotATable if the first row is plainly not one of headings: it holds a phone number."""
    for heading in headings:
        if sum(ch.isdecimal() for ch in heading) >= 7 and _is_number(heading):
            raise NotATable(
                "No headings",
                f"The first row holds data (“{heading.strip()}”). Add a row above it that names the columns, "
                "such as Phone, Name and Opt-in.",
            )


def _is_number(text: str) -> bool:
    try:
        phones.parse(text, "CA")
    except phones.NotAPhone:
        return not any(ch.isalpha() for ch in text)
    return True
