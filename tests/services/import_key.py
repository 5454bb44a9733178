"""A file of contacts and, built row by row beside it, what an import of it must leave behind.

Nothing here asks the code under test. Numbers are nobody's: Canadian 555-01xx and the British ranges set
aside for drama; the Brazilian, Mexican and Argentinian ones stand in both of their forms.
"""

import csv
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import xlsxwriter

HEADINGS: Final = ["Mobile No.", "Full name", "Marketing opt-in", "Tags", "City", "Notes"]
_CANADA: Final = "204 226 236 249 250 289 306 343 365 403 416 418 431 437 438 450 506 514 519 548 579 581 587"
_CANADA_MORE: Final = "604 613 639 647 705 709 778 780 782 807 819 825 867 873 902 905"
_BRITAIN: Final = "1134960 1144960 1164960 1174960 1184960 1214960 1314960 1414960 1514960 1614960 2079460"
_BRITAIN_MORE: Final = "1914980 2896496 2920180"
_TWO_FORMS: Final = [
    ("+5511987654321", "+551187654321"),
    ("+5531998765432", "+553198765432"),
    ("+525512345678", "+5215512345678"),
    ("+528112345678", "+5218112345678"),
    ("+5493515678901", "+543515678901"),
    ("+5491123456789", "+541123456789"),
]
"""Each as it is written now, and the other form WhatsApp may use."""
_UNITED_STATES: Final = ["+12015550123", "+13125550188", "+14155550142"]

_NAMES: Final = [
    "Łukasz Żak",
    "प्रिया शर्मा",
    "Zoë 🌻 Ødegård",
    "مريم الحسن",
    "שרה לוי",
    "李小龍",
    "O’Brien; Anna, Jr.",
    'Bob "the" Builder',
    "",
    "Jürgen Größe",
]
_YES: Final = ["TRUE", "true", "Yes", "y", "1", "ja", "Sí", " yes ", "ＹＥＳ"]
_NO: Final = ["FALSE", "False", "NO", "n", "0", "Nein"]
_UNREADABLE: Final = ["maybe", "2", "ask again", "?"]
_CITIES: Final = ["Vancouver", "Kraków", "", "東京", "मुंबई"]
_BAD: Final = ["12345", "hello", "604 555", "+1 604 555 0142 99", "1.60456E+10", "", "+999 1234 5678"]
_FULLWIDTH: Final = str.maketrans("0123456789+", "０１２３４５６７８９＋")
_ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass
class Someone:
    """A contact as the store must hold it. consent: (value, source, evidence, by the option) in order."""

    phone: str
    name: str = ""
    opt_in: str = "none"
    stopped: bool = False
    tags: set[str] = field(default_factory=set)
    attributes: dict[str, str] = field(default_factory=dict)
    consent: list[tuple[str, str, str, bool]] = field(default_factory=list)


@dataclass
class Key:
    """The file's rows, who is in the store before, and what must be there after."""

    rows: list[list[Any]]
    before: list[Someone]
    after: dict[str, Someone]
    counts: Counter[str]
    rejected: list[int]


def numbers() -> list[str]:
    """Some 17,900 valid numbers that belong to nobody."""
    found = [f"+1{area}55501{n:02}" for area in f"{_CANADA} {_CANADA_MORE}".split() for n in range(100)]
    found += [f"+44{block}{n:03}" for block in f"{_BRITAIN} {_BRITAIN_MORE}".split() for n in range(1000)]
    return found + _UNITED_STATES + [now for now, _ in _TWO_FORMS]


def make(seed: int, size: int, option: str, file_name: str) -> Key:
    """The key for `size` rows. option: the opt-in of new contacts without a value."""
    luck = random.Random(seed)
    pool = numbers()
    luck.shuffle(pool)
    # Those of which there are few stand first, so that every size of file has them.
    special = set(_UNITED_STATES) | {now for now, _ in _TWO_FORMS}
    pool.sort(key=lambda phone: phone not in special)
    before = _before(luck, pool[: size // 8])
    key = Key([], before, {one.phone: _copy(one) for one in before}, Counter(), [])
    wanted: dict[str, list[dict[str, Any]]] = {}
    order: list[str] = []
    fresh = iter(pool)
    for number in range(2, size + 2):
        kind = luck.choices(["person", "again", "blank", "bad", "unclear"], [80, 8, 4, 5, 3])[0]
        if kind == "blank":
            key.rows.append(["", "  " if luck.random() < 0.5 else "", "", "", "", ""])
            key.counts["blank"] += 1
            continue
        if kind == "again" and order:
            phone = luck.choice(order)
            key.counts["twice"] += 1
        else:
            phone = next(fresh)
        said = _said(luck, phone)
        if kind == "bad":
            said["cells"][0] = luck.choice(_BAD)
        elif kind == "unclear":
            said["cells"][2] = luck.choice(_UNREADABLE)
        key.rows.append(said["cells"])
        if kind in ("bad", "unclear"):
            key.counts["rejected"] += 1
            key.rejected.append(number)
            continue
        if phone not in wanted:
            order.append(phone)
        wanted.setdefault(phone, []).append(said)
    for phone in order:
        _expect(key, phone, wanted[phone], option, file_name)
    return key


def _copy(one: Someone) -> Someone:
    return Someone(
        one.phone, one.name, one.opt_in, one.stopped, set(one.tags), dict(one.attributes), list(one.consent)
    )


def _before(luck: random.Random, pool: list[str]) -> list[Someone]:
    people = []
    for index, phone in enumerate(pool):
        one = Someone(phone, luck.choice(["Known before", ""]), luck.choice(["yes", "no", "none"]))
        if one.opt_in != "none":
            one.consent.append((one.opt_in, "keyword", "", False))
        one.stopped = index % 10 == 3
        one.tags = {"VIP"} if index % 3 == 0 else set()
        one.attributes = {"City": "Kraków"} if index % 4 == 0 else {}
        people.append(one)
    return people


def _said(luck: random.Random, phone: str) -> dict[str, Any]:
    """What one row says about a number, and its cells."""
    opt_in = luck.choices(["yes", "no", ""], [4, 3, 4])[0]
    spelt = {"yes": luck.choice(_YES), "no": luck.choice(_NO), "": luck.choice(["", " "])}[opt_in]
    name = luck.choice(_NAMES)
    name = f"{name} {luck.randrange(1000)}" if name else ""
    tags = luck.choice([set(), {"VIP"}, {"VIP", "spring"}, {"Łódź"}])
    separator = luck.choice([",", "; ", " ,"])
    city = luck.choice(_CITIES)
    note = luck.choice(["", "called 3 Nov", "=1+1", "line one\nline two"])
    cells: list[Any] = [_written(luck, phone), f" {name}" if name else "", spelt]
    cells += [separator.join(sorted(tags)), city, note]
    return {"opt_in": opt_in, "name": name, "tags": tags, "city": city, "note": note, "cells": cells}


def _written(luck: random.Random, phone: str) -> str:
    """A number as people write it; the default country is Canada."""
    digits = phone[1:]
    ways = [phone, f"00{digits}", phone.translate(_FULLWIDTH), f"  {phone} ", f"+{digits[:4]} {digits[4:]}"]
    ways.append("+" + digits.translate(_ARABIC))
    if phone.startswith("+1"):
        area, first, last = digits[1:4], digits[4:7], digits[7:]
        ways += [f"{area} {first} {last}", f"({area}) {first}-{last}", f"{area}-{first}-{last}", digits]
        ways += [f"{area}{first}{last}".translate(_ARABIC), f"1 {area}.{first}.{last}"]
    if other := dict(_TWO_FORMS).get(phone):
        ways += [other] * len(ways)
    return luck.choice(ways)


def _expect(key: Key, phone: str, said: list[dict[str, Any]], option: str, file_name: str) -> None:
    """The rules in plain words: the first row's data, a No of any row, and never from No to Yes."""
    first = said[0]
    opt_in = "no" if any(one["opt_in"] == "no" for one in said) else first["opt_in"]
    someone = key.after.get(phone)
    if someone is None:
        key.counts["new"] += 1
        someone = key.after[phone] = Someone(phone)
        someone.opt_in = opt_in or option
        if someone.opt_in != "none":
            someone.consent.append((someone.opt_in, "import", file_name, not opt_in))
        key.counts["opt_ins_recorded"] += someone.opt_in == "yes"
    else:
        key.counts["known"] += 1
        earlier = _copy(someone)
        if opt_in == "no" and someone.opt_in != "no":
            someone.opt_in = "no"
            someone.consent.append(("no", "import", file_name, False))
            key.counts["opt_outs_in_file"] += 1
            key.counts["opt_outs_applied"] += 1
        elif opt_in == "no":
            someone.consent.append(("no", "import", file_name, False))
            earlier.consent.append(someone.consent[-1])
            key.counts["already_no"] += 1
        elif opt_in == "yes" and (someone.opt_in == "no" or someone.stopped):
            key.counts["kept_no"] += 1
        elif opt_in == "yes" and someone.opt_in == "none":
            someone.opt_in = "yes"
            someone.consent.append(("yes", "import", file_name, False))
            key.counts["opt_ins_recorded"] += 1
        _fill(someone, first)
        key.counts["updated"] += someone != earlier
        return
    _fill(someone, first)


def _fill(someone: Someone, first: dict[str, Any]) -> None:
    someone.name = first["name"] or someone.name
    someone.tags |= first["tags"]
    for attribute, value in (("City", first["city"]), ("Notes", first["note"])):
        if value:
            someone.attributes[attribute] = value


def write_csv(path: Path, rows: list[list[Any]]) -> None:
    """With a mark and semicolons, as a spreadsheet in many countries saves it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADINGS, *rows])


def write_xlsx(path: Path, rows: list[list[Any]]) -> None:
    """With numbers and booleans where a spreadsheet has them."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([HEADINGS, *rows]):
            for column, value in enumerate(row):
                if value in ("TRUE", "FALSE"):
                    sheet.write_boolean(at, column, value == "TRUE")
                elif column in (0, 2) and value.isascii() and value.isdigit() and not value.startswith("00"):
                    sheet.write_number(at, column, int(value))
                elif value:
                    sheet.write_string(at, column, value)
