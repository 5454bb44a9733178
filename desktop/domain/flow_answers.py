"""Does an answer fit what was asked? Pure."""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from desktop.domain import phones
from desktop.domain.filters import Op
from desktop.domain.flow_nodes import AnswerKind, Choice, Question
from desktop.domain.flow_session import Said
from desktop.domain.problems import Problem
from desktop.domain.text import clean, fold

LONGEST_ANSWER: Final = 1_000
LONGEST_PATTERN: Final = 200
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_DATES: Final = ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d %b %Y", "%d %B %Y")


def fitting(question: Question, said: Said, country: str = "") -> str | None:
    """What is kept of an answer: a number as '12.5', a date as '2026-11-23', a phone in E.164; None if it does not fit.

    country: of phones written without theirs. Nothing but words is an answer, unless anything is.
    """
    text = clean(said.text).strip()[:LONGEST_ANSWER]
    if question.must_be is AnswerKind.ANYTHING:
        return text or f"({said.kind})"
    if not text:
        return None
    if question.must_be is AnswerKind.PATTERN:
        pattern = compiled(question.pattern, match_case=False)
        return text if pattern is not None and pattern.fullmatch(text) else None
    try:
        if question.must_be is AnswerKind.NUMBER:
            return _number(text)
        if question.must_be is AnswerKind.EMAIL:
            return text if _EMAIL.fullmatch(text) else None
        if question.must_be is AnswerKind.DATE:
            return _date(text)
        return phones.parse(text, country)
    except (ValueError, Problem):
        return None


def _number(text: str) -> str:
    """Raises ValueError."""
    plain = text.replace(" ", "").replace("\u00a0", "")
    if plain.count(",") == 1 and "." not in plain and len(plain.partition(",")[2]) != 3:
        plain = plain.replace(",", ".")
    number = float(plain.replace(",", ""))
    if not math.isfinite(number):
        raise ValueError(text)
    return f"{number:.15g}"


def _date(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    for shape in _DATES:
        try:
            return datetime.strptime(text, shape).date().isoformat()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    return None


def chosen(node_id: str, choices: Sequence[Choice], said: Said) -> Choice | None:
    """The button or row that was pressed, or whose title was written; one of another node is none."""
    if said.payload:
        return next((one for one in choices if said.payload == payload(node_id, one)), None)
    heard = fold(said.text)
    return next((one for one in choices if heard and heard == fold(one.title)), None)


def payload(node_id: str, choice: Choice) -> str:
    """What WhatsApp sends back for a button of a node."""
    return f"flow:{node_id}:{choice.id}"


def compiled(pattern: str, *, match_case: bool) -> Any:
    """The expression, or None if it is none. Its time grows with the text alone, whatever a person has written."""
    import re2

    if not pattern or len(pattern) > LONGEST_PATTERN:
        return None
    options = re2.Options()
    options.case_sensitive = match_case
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


def is_answered(op: Op, values: Sequence[str], answer: str) -> bool:
    """A condition on an answer; as of a filter, a negative one holds where there is none."""
    have, wanted = fold(answer), [fold(one) for one in values]
    first = wanted[0] if wanted else ""
    if op is Op.EMPTY:
        return not have
    if op is Op.NOT_EMPTY:
        return bool(have)
    if op in (Op.LESS, Op.MORE):
        try:
            number, than = float(have), float(first)
        except ValueError:
            return False
        return number < than if op is Op.LESS else number > than
    if op in (Op.IS, Op.ANY_OF):
        return have in wanted
    if op in (Op.IS_NOT, Op.NONE_OF):
        return have not in wanted
    if op is Op.CONTAINS:
        return bool(first) and first in have
    if op is Op.NOT_CONTAINS:
        return not first or first not in have
    return bool(first) and have.startswith(first)


ANSWER_OPS: Final = (
    Op.IS, Op.IS_NOT, Op.CONTAINS, Op.NOT_CONTAINS, Op.STARTS_WITH, Op.LESS, Op.MORE, Op.EMPTY, Op.NOT_EMPTY,
)  # fmt: skip
