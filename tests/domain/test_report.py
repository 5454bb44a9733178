"""Figures are sums over cells: each message on one line, whatever is filtered."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.consent import Category, Path
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.report import GROUP_OF, Cause, Cell, Choice, Cube, Group

CELL = Cell(Path.API, Category.MARKETING, 3, Status.FAILED, Reason.OPTED_OUT, None, 5)
cells = st.builds(
    Cell,
    st.sampled_from(Path),
    st.sampled_from(Category),
    st.sampled_from([None, 1, 2]),
    st.sampled_from(Status),
    st.sampled_from([None, Reason.OPTED_OUT, Reason.WHATSAPP_ERROR]),
    st.sampled_from([None, 131026, 131049]),
    st.integers(1, 9),
)
cubes = st.lists(cells, max_size=12).map(lambda some: Cube(tuple(some)))
choices = st.builds(
    Choice,
    st.frozensets(st.sampled_from(Path), max_size=2),
    st.frozensets(st.sampled_from(Category), max_size=2),
    st.frozensets(st.sampled_from([None, 1, 2]), max_size=2),
    st.frozensets(st.sampled_from(Status), max_size=3),
    st.frozensets(cells.map(lambda one: one.cause), max_size=2),
)


def test_every_status_has_its_group() -> None:
    assert set(GROUP_OF) == set(Status)
    assert set(GROUP_OF.values()) == set(Group)


@given(cubes)
def test_every_line_adds_up_to_all_messages(cube: Cube) -> None:
    total = cube.message_count
    assert total == sum(cell.count for cell in cube.cells)
    assert sum(line.message_count for line in cube.by_path()) == total
    for lines in (cube.by_status(), cube.by_group(), cube.by_category(), cube.by_template()):
        assert sum(lines.values()) == total
    assert [line.path for line in cube.by_path()] == sorted(
        {cell.path for cell in cube.cells}, key=list(Path).index
    )


@given(cubes, choices)
def test_a_choice_takes_what_fits_every_part(cube: Cube, choice: Choice) -> None:
    taken = cube.chosen(choice).cells
    for cell in cube.cells:
        fits = [
            not choice.paths or cell.path in choice.paths,
            not choice.categories or cell.category in choice.categories,
            not choice.template_ids or cell.template_id in choice.template_ids,
            not choice.statuses or cell.status in choice.statuses,
            not choice.causes or Cause(cell.reason, cell.error_code) in choice.causes,
        ]
        assert (cell in taken) is all(fits)
    assert choice.is_all is (choice == Choice())
    wider = choice.without("paths")
    assert wider.paths == frozenset()
    assert set(taken) <= set(cube.chosen(wider).cells)


@given(cubes)
def test_causes_are_of_what_did_not_go_out(cube: Cube) -> None:
    wanted: Counter[Cause] = Counter()
    for cell in cube.cells:
        if GROUP_OF[cell.status] in (Group.FAILED, Group.LEFT_OUT, Group.CANCELLED, Group.NOT_CERTAIN):
            wanted[cell.cause] += cell.count
    assert dict(cube.by_cause()) == wanted
    counts = [count for _, count in cube.by_cause()]
    assert counts == sorted(counts, reverse=True)


def test_a_line_that_has_none_of_a_group_counts_zero() -> None:
    (line,) = Cube((CELL,)).by_path()
    assert (line.count(Group.FAILED), line.count(Group.SENT), line.message_count) == (5, 0, 5)


def test_nothing_counts_as_nothing() -> None:
    assert Cube().message_count == 0
    assert not Cube().by_path()
    assert not Cube().by_cause()
