"""Texts that start with another: a range of an index where the database compares by code points."""

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_LAST_CODE: Final = 0x10FFFF


class _Within(FunctionElement[bool]):
    """column, from, before: the range on SQLite, where an index then answers.

    PostgreSQL compares texts in the language of its database, in which a prefix is no range: always true there.
    """

    inherit_cache = True


@compiles(_Within)
def _anywhere(_element: _Within, _compiler: SQLCompiler, **_: Any) -> str:
    return "true"


@compiles(_Within, "sqlite")
def _in_range(element: _Within, compiler: SQLCompiler, **how: Any) -> str:
    column, first, before = (compiler.process(one, **how) for one in element.clauses)
    return f"({column} >= {first} AND {column} < {before})"


def starts_with(column: Any, text: str) -> ColumnElement[bool]:
    """True where the column's text starts with this one."""
    held: ColumnElement[bool] = column.startswith(text, autoescape=True)
    before = next_text(text)
    if not before:
        return held
    within: Any = _Within(column, literal(text), literal(before))
    return and_(held, within)


def next_text(text: str) -> str:
    """The first text after all that start with this one, in the order of code points; "" if there is none."""
    for end in range(len(text) - 1, -1, -1):
        code = ord(text[end])
        if code < _LAST_CODE:
            # No text holds a surrogate.
            return text[:end] + chr(0xE000 if code == 0xD7FF else code + 1)
    return ""
