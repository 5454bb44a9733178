"""The words of a flow's report: how sessions stand, what a step does, by which exit it was left."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from desktop.domain.bot_report import AnswerRow, FlowReport, NodeFigures, RegisterRow, SessionRow
from desktop.domain.flow import FlowCounts, FlowDefinition, Node, SessionStatus
from desktop.domain.flow_checks import Known
from desktop.domain.flow_nodes import CHOICE, LABELS, exits_of
from desktop.domain.flow_ways import in_order
from desktop.domain.flow_words import summary
from desktop.domain.phones import pretty
from desktop.ui.parts.badge import BadgeKind

STATUS: Final[dict[SessionStatus, BadgeKind]] = {
    SessionStatus.RUNNING: BadgeKind.RUNNING,
    SessionStatus.COMPLETED: BadgeKind.DONE,
    SessionStatus.HANDED_OVER: BadgeKind.NEUTRAL,
    SessionStatus.TAKEN_OVER: BadgeKind.NEUTRAL,
    SessionStatus.TIMED_OUT: BadgeKind.WARN,
    SessionStatus.NOT_UNDERSTOOD: BadgeKind.WARN,
    SessionStatus.NOT_SENT: BadgeKind.WARN,
    SessionStatus.BROKEN: BadgeKind.DANGER,
}
DROPPED: Final = tuple(one for one in SessionStatus if one.is_dropped)
HANDED_OVER: Final = (SessionStatus.HANDED_OVER, SessionStatus.TAKEN_OVER)
GONE: Final = "A step of an earlier version"
NO_STEP: Final = "–"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Some of the sessions; no statuses: all of them."""

    key: str
    title: str
    statuses: tuple[SessionStatus, ...] = ()


CROWDS: Final = (
    Crowd("started", "Started"),
    Crowd("finished", "Finished", (SessionStatus.COMPLETED,)),
    Crowd("handed_over", "Handed over", HANDED_OVER),
    Crowd("dropped", "Dropped", DROPPED),
)


def crowd_count(crowd: Crowd, counts: FlowCounts) -> int:
    return counts.of(*crowd.statuses) if crowd.statuses else counts.started_count


def crowd_note(crowd: Crowd, counts: FlowCounts) -> str:
    """What stands small under a tile: its denominator, or its parts."""
    started = counts.started_count
    if not started:
        return ""
    if crowd.key == "started":
        running = counts.of(SessionStatus.RUNNING)
        return f"{running:,} of them in it now" if running else "nobody in it now"
    share = percent(crowd_count(crowd, counts), started)
    parts = ", ".join(
        f"{counts.of(one):,} {_PART[one]}" for one in crowd.statuses if one in _PART and counts.of(one)
    )
    return f"{share} of {started:,}{': ' if parts else ''}{parts}"


_PART: Final = {
    SessionStatus.HANDED_OVER: "by the flow",
    SessionStatus.TAKEN_OVER: "by a colleague",
    SessionStatus.TIMED_OUT: "no answer",
    SessionStatus.NOT_UNDERSTOOD: "not understood",
    SessionStatus.NOT_SENT: "not sent",
    SessionStatus.BROKEN: "could not go on",
}


def percent(part: int, whole: int) -> str:
    """'73 %'; of what is not zero never '0 %', and '100 %' only of all."""
    if not whole:
        return "–"
    share = round(100 * part / whole)
    if part and not share:
        return "< 1 %"
    return "> 99 %" if share == 100 and part < whole else f"{share} %"


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step with what became of it. node None: it is not in the version that is shown."""

    node_id: str
    title: str
    node: Node | None
    figures: NodeFigures


def step_lines(definition: FlowDefinition, report: FlowReport, known: Known) -> list[StepLine]:
    """The steps in the order of the outline, then those that nothing leads to, then those that are gone."""
    none = NodeFigures()
    here = {one.id: one for one in definition.nodes}
    lines = [
        StepLine(id, node_title(here[id], known, definition), here[id], report.nodes.get(id, none))
        for id in in_order(definition)
        if id in here
    ]
    gone = (id for id in report.nodes if id not in here)
    return lines + [StepLine(id, GONE, None, report.nodes[id]) for id in gone]


def node_title(node: Node, known: Known, definition: FlowDefinition) -> str:
    """'Question · What is your order number?'."""
    said = " ".join(summary(node, known, definition).partition("\n")[0].split())
    label = LABELS[node.does.kind]
    return f"{label} · {said}" if said and said != label else label


def exit_lines(line: StepLine) -> list[tuple[str, str, int]]:
    """Name, label and count of each exit, as the canvas has them; then those that are gone. Not: ended there."""
    by_exit = line.figures.by_exit
    known = {one.name: one.label for one in exits_of(line.node.does)} if line.node is not None else {}
    shown = [(name, label, by_exit.get(name, 0)) for name, label in known.items()]
    gone = [
        (name, f"{name.removeprefix(CHOICE)} (gone)", by_exit[name]) for name in by_exit if name not in known
    ]
    return shown + [one for one in gone if one[0]]


def exit_reasons(line: StepLine) -> list[tuple[str, str]]:
    """Label of an exit and what went wrong there: ('Failed', 'It answered 500 (3 times). Its answer is not JSON.')."""
    labels = {one.name: one.label for one in exits_of(line.node.does)} if line.node is not None else {}
    return [
        (labels.get(exit, exit) or "Ended here", " ".join(_reason(said, often) for said, often in reasons))
        for exit, reasons in line.figures.because.items()
    ]


def _reason(said: str, often: int) -> str:
    words = _sentence(said)
    return words if often == 1 else f"{words[:-1]} ({often:,} times)."


def _sentence(said: str) -> str:
    plain = said.strip().rstrip(".")
    return f"{plain[:1].upper()}{plain[1:]}."


def mishap_words(row: SessionRow, steps: Mapping[str, str]) -> str:
    """What went wrong on the way: 'HTTP request · GET https://…: It answered 500.'. steps: titles by node id."""
    told = [one for one in row.mishaps if one != (row.node_id, row.because)]
    return " ".join(f"{steps.get(id, GONE)}: {_sentence(said)}" for id, said in told)


def session_because(row: SessionRow) -> str:
    """How a session stands, in a sentence or two: 'No answer came.', 'Could not send. The reply window is closed.'"""
    return f"{row.status.label}. {_sentence(row.because)}" if row.because.strip() else f"{row.status.label}."


def who(row: SessionRow | AnswerRow | RegisterRow) -> str:
    """A contact by name, else by number."""
    return row.contact_name or pretty(row.phone) or "No name"


def sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count:,} sessions"


def answers(count: int) -> str:
    return "1 answer" if count == 1 else f"{count:,} answers"
