"""The sentences of a flow's report, as values."""

from datetime import UTC, datetime

import pytest

from desktop.domain.bot_report import FlowReport, NodeFigures, SessionRow
from desktop.domain.consent import OptIn
from desktop.domain.flow import START, Edge, FlowCounts, FlowDefinition, Node, SessionStatus
from desktop.domain.flow_checks import Known
from desktop.domain.flow_nodes import End, Question, SendText, SetOptIn
from desktop.ui.bots import report_words as words

AT = datetime(2026, 11, 22, 18, 40, tzinfo=UTC)
FLOW = FlowDefinition(
    nodes=(
        Node("lost", End()), Node("end", End()), Node("told", SendText(text="It left\non 20 Nov.")),
        Node("ask", Question(text="Which order?")),
    ),
    edges=(Edge(START, "next", "ask"), Edge("ask", "next", "told"), Edge("told", "next", "end"), Edge("end", "next", "ask")),
)  # fmt: skip


def session(status: SessionStatus, because: str = "") -> SessionRow:
    return SessionRow(1, 1, "", "+16045550142", status, because, "ask", 1, 1, AT, AT)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 0, "–"),
        (0, 9, "0 %"),
        (1, 900, "< 1 %"),
        (450, 900, "50 %"),
        (899, 900, "> 99 %"),
        (900, 900, "100 %"),
    ],
)
def test_a_share_never_hides_what_is_there_or_missing(part: int, whole: int, said: str) -> None:
    assert words.percent(part, whole) == said


def test_the_tiles_add_up_to_who_started_and_name_their_parts() -> None:
    counts = FlowCounts({status: number for number, status in enumerate(SessionStatus, start=1)})
    everyone, *parts = words.CROWDS
    running = counts.of(SessionStatus.RUNNING)
    assert words.crowd_count(everyone, counts) == running + sum(
        words.crowd_count(one, counts) for one in parts
    )
    assert [words.crowd_note(one, counts) for one in words.CROWDS] == [
        "1 of them in it now",
        "6 % of 36",
        "19 % of 36: 3 by the flow, 4 by a colleague",
        "72 % of 36: 5 no answer, 6 not understood, 7 not sent, 8 could not go on",
    ]
    assert [words.crowd_note(one, FlowCounts({})) for one in words.CROWDS] == ["", "", "", ""]


def test_steps_stand_as_customers_come_to_them_and_those_that_are_gone_at_the_end() -> None:
    report = FlowReport(1, None, FlowCounts({}), (), {"ask": NodeFigures(3), "old": NodeFigures(2)})
    lines = words.step_lines(FLOW, report, Known())
    assert [one.node_id for one in lines] == ["ask", "told", "end", "lost", "old"]
    assert [one.figures.entered_count for one in lines] == [3, 0, 0, 0, 2]
    assert lines[0].title == "Question · Which order?"
    assert lines[-1].title == "A step of an earlier version"
    assert lines[-1].node is None


def test_exits_are_the_canvas_s_and_those_that_are_gone() -> None:
    node = Node("ask", Question(text="Which order?"))
    figures = NodeFigures(9, {"next": 4, "choice:old": 2, "": 3})
    line = words.StepLine("ask", "Question", node, figures)
    assert words.exit_lines(line) == [
        ("next", "Answered", 4), ("invalid", "Does not fit", 0), ("not_sent", "Not sent", 0), ("choice:old", "old (gone)", 2),
    ]  # fmt: skip
    assert words.exit_lines(words.StepLine("x", "Gone", None, figures))[0] == ("next", "next (gone)", 4)


@pytest.mark.parametrize(
    ("status", "because", "said"),
    [
        (SessionStatus.COMPLETED, "", "Finished."),
        (
            SessionStatus.NOT_SENT,
            "The reply window is closed.",
            "Could not send. The reply window is closed.",
        ),
        (SessionStatus.BROKEN, "HTTP 500", "Could not go on. HTTP 500."),
        (SessionStatus.TAKEN_OVER, "Meera Rao took over.", "A colleague replied. Meera Rao took over."),
    ],
)
def test_how_a_session_stands_is_a_sentence(status: SessionStatus, because: str, said: str) -> None:
    assert words.session_because(session(status, because)) == said


def test_a_contact_without_a_name_is_called_by_the_number() -> None:
    assert words.who(session(SessionStatus.RUNNING)) == "+1 604 555 0142"
    assert words.node_title(Node("yes", SetOptIn(value=OptIn.YES)), Known(), FlowDefinition()).startswith(
        "Set opt-in · "
    )
