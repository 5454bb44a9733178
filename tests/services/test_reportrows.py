"""The words of a report's row: where a contact of a sequence went after a step that consent stopped."""

from collections.abc import Sequence

import pytest

from desktop.domain.consent import Category, OptIn
from desktop.domain.sequence import EnrolmentStatus
from desktop.services.reportrows import reason_of
from desktop.store import conversations, enrolments
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.services.course import DAY, Course, step


@pytest.fixture
def course(store: Store, clock: FakeClock) -> Course:
    return Course(store, clock)


def reasons(course: Course, ids: Sequence[int]) -> list[str]:
    def found(tx: Tx) -> list[str]:
        return [reason_of(one) for one in conversations.messages(tx, ids)]

    return read(course.store, found)


async def test_a_stopped_step_says_where_the_contact_went(course: Course) -> None:
    news, sale = course.template("news", Category.UTILITY), course.template("sale")
    id = course.sequence(step(sale), step(news, DAY), step(sale, DAY))
    course.enrol(id, course.contact(opt_in=OptIn.NO))
    await course.rounds()
    assert reasons(course, [1]) == ["Opted out of marketing; moved to step 2"]
    await course.days(3)
    said = ["Opted out of marketing; moved to step 2", "", "Opted out of marketing"]
    assert reasons(course, [1, 2, 3]) == said, "nowhere after the last step"


async def test_whoever_was_taken_out_went_nowhere(course: Course) -> None:
    sale = course.template("sale")
    course.enrol(course.sequence(step(sale), step(sale, DAY)), course.contact(opt_in=OptIn.NO))
    await course.rounds()
    write(course.store, lambda tx: enrolments.end(tx, 1, EnrolmentStatus.TAKEN_OUT, "Taken out"))
    assert reasons(course, [1]) == ["Opted out of marketing"]
