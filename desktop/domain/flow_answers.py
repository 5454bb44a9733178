"""Does an answer fit what was asked? Pure."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from desktop.domain import phones
from desktop.domain.fields import SEPARATOR
from desktop.domain.filters import Attribute, BadFilter, Kind, Op, Value, parse_value
from desktop.domain.flow_nodes import AnswerKind, Choice, Question
from desktop.domain.flow_session import Said
from desktop.domain.problems import Problem
from desktop.domain.text import clean, fold

LONGEST_ANSWER: Final = 1_000
LONGEST_PATTERN: Final = 200
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_DATES: Final = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
"""The day stands before the month where both could be meant."""


def fitting(question: Question, said: Said, country: str = "") -> str | None:
    """What is kept of an answer: a number as '12.5', a date as '2026-11-23', a phone in E.164; None if it does not fit.

    country: of phones written without theirs. Nothing but words is an answer, unless anything is.
    """
    text = clean(said.text).strip()[:LONGEST_ANSWER]
    if question.must_be is AnswerKind.ANYTHING:
        return text or wordless(said)
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


_WRITTEN: Final = frozenset({"text", "button", "interactive"})
_SHOWN: Final = {
    "image": "picture",
    "audio": "voice message",
    "contacts": "contact card",
    "unsupported": "something unreadable",
    "unknown": "something unreadable",
}


def is_written(said: Said) -> bool:
    """True for words and pressed buttons; a picture's caption stands beside what was meant to be seen."""
    return said.kind in _WRITTEN


def wordless(said: Said) -> str:
    """What stands for a message without words: '(picture)'."""
    return f"({_SHOWN.get(said.kind, said.kind)})"


def _number(text: str) -> str:
    """'1 234,5', '1,234.5' and '1.234,5' as 1234.5; of one comma or point the group behind it says what it is.

    Leading zeros stay, as an order number may have them, and no digit is lost. Raises ValueError for anything else.
    """
    plain = "".join(text.split()).replace("'", "")
    plain = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in plain)
    point = "," if plain.rfind(",") > plain.rfind(".") else "."
    if _is_grouping(plain, point):
        point = "." if point == "," else ","
    grouping = "." if point == "," else ","
    if not re.fullmatch(_NUMBER.format(re.escape(grouping), re.escape(point)), plain):
        raise ValueError(text)
    whole, _, part = plain.replace(grouping, "").partition(point)
    part = part.rstrip("0")
    return whole.removeprefix("+") + (f".{part}" if part else "")


_NUMBER: Final = r"[+-]?(\d{{1,3}}({0}\d{{3}})+|\d{{1,30}})({1}\d{{1,30}})?"


def _is_grouping(plain: str, sign: str) -> bool:
    """True if a sign sets thousands apart: it comes more than once, or is a comma with three digits behind it, and
    more than a nought before it."""
    if plain.count(sign) > 1:
        return True
    before, _, behind = plain.rpartition(sign)
    return sign == "," and "." not in plain and len(behind) == 3 and not before.lstrip("+-").startswith("0")


def _date(text: str) -> str | None:
    for shape in _DATES:
        try:
            return datetime.strptime(text, shape).date().isoformat()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    return None


def chosen(node_id: str, choices: Sequence[Choice], said: Said, mark: str = "") -> Choice | None:
    """The button or row that was pressed, or whose title was written; one of another node or session is none."""
    if said.payload:
        return next((one for one in choices if said.payload == payload(node_id, one, mark)), None)
    heard = fold(said.text)
    return next((one for one in choices if heard and heard == fold(one.title)), None)


def payload(node_id: str, choice: Choice, mark: str = "") -> str:
    """What WhatsApp sends back for a button of a node. mark: the session's, as every flow may have a node 'buttons1'.

    An old button of another flow stays in the conversation, and can be pressed at any time.
    """
    return f"{_PAYLOAD}{mark}:{node_id}:{choice.id}" if mark else f"{_PAYLOAD}{node_id}:{choice.id}"


_PAYLOAD: Final = "flow:"


def is_of_flows(payload: str) -> bool:
    """True for a button that some flow has sent: what it says is the flow's to understand, and no word of its own."""
    return payload.startswith(_PAYLOAD)


def is_pressed_in(mark: str, payload: str) -> bool:
    """True for a button that the session of this mark has sent."""
    return bool(mark) and payload.startswith(f"{_PAYLOAD}{mark}:")


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


def bad_pattern(pattern: str) -> str:
    """What is said of one that compiled() does not take."""
    return f"“{pattern[:60]}” is no regular expression. Mend it; look back and references are not understood."


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
            number, than = float(_number(have)), float(_number(first))
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


def typed(attribute: Attribute, text: str) -> Value | None:
    """A field's value as conditions compare it; None for none, and for a number or a date that cannot be read."""
    if not text:
        return None
    if attribute.kind is Kind.CHOICES:
        return tuple(one for one in text.split(SEPARATOR) if one.strip()) or None
    if attribute.kind not in (Kind.NUMBER, Kind.DATE, Kind.YES_NO):
        return text
    try:
        return parse_value(attribute.kind, text)
    except BadFilter:
        return None


ANSWER_OPS: Final = (
    Op.IS, Op.IS_NOT, Op.CONTAINS, Op.NOT_CONTAINS, Op.STARTS_WITH, Op.LESS, Op.MORE, Op.EMPTY, Op.NOT_EMPTY,
)  # fmt: skip
