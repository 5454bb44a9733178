"""What a person makes of a file's columns, before anything is read: plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from desktop.domain.consent import OptIn
from desktop.domain.filters import Attribute, Kind
from desktop.domain.importcolumns import Becomes, Column, NotATable, check_columns
from desktop.domain.importing import Options
from desktop.domain.text import fold

KINDS: Final = {
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.DATE: "date",
    Kind.CHOICE: "choice",
    Kind.CHOICES: "several choices",
    Kind.YES_NO: "yes/no",
    Kind.USER: "colleague",
}
_ONCE: Final = {
    Becomes.PHONE: "the phone number",
    Becomes.NAME: "the name",
    Becomes.FIRST_NAME: "the first name",
    Becomes.LAST_NAME: "the last name",
    Becomes.TAGS: "the tags",
}
"""What only one column can be: of two, one would be lost without a word."""
Reading = tuple[str, tuple[Column, ...]]


@dataclass(frozen=True, slots=True)
class Mapping:
    """The columns with what each becomes, the country of bare numbers, and the two choices about opt-ins."""

    columns: tuple[Column, ...]
    country: str = ""
    opt_in_for_new: OptIn = OptIn.NONE
    apply_opt_outs: bool = True

    @classmethod
    def of(cls, columns: Sequence[Column], known: Iterable[Attribute], country: str) -> "Mapping":
        """As recognised. A heading that is no attribute of the workspace is left out: new ones are asked for."""
        names = {fold(one.name): one.name for one in known}
        return cls(tuple(_known_only(column, names) for column in columns), country)

    def becoming(self, index: int, becomes: Becomes, attribute: str = "") -> "Mapping":
        """One column becomes something else."""
        columns = tuple(
            replace(one, becomes=becomes, attribute=attribute) if one.index == index else one
            for one in self.columns
        )
        return replace(self, columns=columns)

    def with_opt_in(self, opt_in: OptIn) -> "Mapping":
        """What new contacts get for whom the file says nothing."""
        return replace(self, opt_in_for_new=opt_in)

    def with_apply(self, apply: bool) -> "Mapping":
        """Whether the file's No counts for contacts that are known."""
        return replace(self, apply_opt_outs=apply)

    def in_country(self, country: str) -> "Mapping":
        """The region of numbers without a country code; "" for none."""
        return replace(self, country=country)

    @property
    def reading(self) -> Reading:
        """What decides how the file is read; the choices about opt-ins do not."""
        return self.country, self.columns

    def problems(self) -> dict[int, str]:
        """By a column's index, why it cannot be what it was chosen to be: another one is it already."""
        found: dict[int, str] = {}
        first: dict[tuple[Becomes, str], Column] = {}
        for column in self.columns:
            if column.becomes not in (*_ONCE, Becomes.ATTRIBUTE):
                continue
            other = first.setdefault((column.becomes, fold(column.attribute)), column)
            if other is not column:
                what = _ONCE.get(column.becomes, f"the attribute “{column.attribute}”")
                found[column.index] = f"“{_called(other)}” is {what} already. Choose one of them."
        return found

    @property
    def problem(self) -> str:
        """Why the file cannot be read like this, "" if it can."""
        if found := self.problems():
            return next(iter(found.values()))
        try:
            check_columns(self.columns)
        except NotATable as wrong:
            return wrong.sentence
        return ""

    @property
    def options(self) -> Options:
        return Options(
            self.country,
            self.columns,
            opt_in_for_new=self.opt_in_for_new,
            apply_opt_outs=self.apply_opt_outs,
        )


def _known_only(column: Column, names: dict[str, str]) -> Column:
    if column.becomes is not Becomes.ATTRIBUTE:
        return column
    known = names.get(fold(column.attribute))
    if known is None:
        return replace(column, becomes=Becomes.LEAVE_OUT, attribute="")
    return replace(column, attribute=known)


def _called(column: Column) -> str:
    return column.heading or f"Column {column.index + 1}"
