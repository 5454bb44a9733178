"""Does a condition of a flow hold, for this customer and now? Pure."""

from collections.abc import Mapping

from desktop.domain.filters import Filter, check, matches
from desktop.domain.flow_answers import is_answered
from desktop.domain.flow_nodes import About, Decide
from desktop.domain.flow_session import Surroundings
from desktop.domain.problems import Problem
from desktop.domain.step_times import is_open
from desktop.domain.zones import zone_of


def is_so(does: Decide, answers: Mapping[str, str], around: Surroundings) -> bool:
    """A condition on an answer, on the hours, or on the contact."""
    if does.about is About.ANSWER:
        return is_answered(does.op, does.values, answers.get(does.answer, ""))
    if does.about is About.HOURS:
        return is_open(around.now, does.hours, zone_of(does.hours.zone_of, around.person.phone, around.zone))
    return _meets(around, does.contact)


def _meets(around: Surroundings, wanted: Filter) -> bool:
    try:
        check(wanted, around.attributes)
        return matches(wanted, around.person, around.attributes)
    except Problem:
        return False  # A field that was deleted since, or a draft's condition that is not finished: nobody meets it.
