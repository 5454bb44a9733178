"""The flows to begin with pass the checks, but for what a workspace must choose, and do what they say."""

import pytest

from desktop.domain import flow_json
from desktop.domain.flow import SessionStatus
from desktop.domain.flow_checks import check
from desktop.domain.flow_edit import CARD_WIDTH
from desktop.domain.flow_layout import laid_out
from desktop.domain.flow_ready import READY, ReadyFlow
from tests.domain.flow_drawings import KNOWN
from tests.domain.test_flow_simulation import tried

MUST_CHOOSE = {"order_status": [("request1", "url")]}


@pytest.mark.parametrize("ready", READY, ids=lambda one: one.key)
def test_they_pass_the_checks(ready: ReadyFlow) -> None:
    found = check(ready.definition, KNOWN)
    assert [(one.node_id, one.part) for one in found] == MUST_CHOOSE.get(ready.key, [])
    assert laid_out(ready.definition) is ready.definition
    assert ready.definition.nodes[0].x >= ready.definition.start_x + CARD_WIDTH
    assert flow_json.from_json(flow_json.to_json(ready.definition)) == ready.definition


def test_their_keys_and_names_are_different() -> None:
    assert len({one.key for one in READY}) == len({one.name for one in READY}) == len(READY) == 4
    assert {one.key for one in READY} == {"office_hours", "order_status", "opt_in_collection", "hand_over"}


@pytest.mark.parametrize(
    ("key", "said", "status"),
    [
        ("office_hours", ["hello", "my lamp is broken"], SessionStatus.HANDED_OVER),
        ("order_status", ["order", "!", "!", "!"], SessionStatus.HANDED_OVER),
        ("opt_in_collection", ["offers", "no, thank you"], SessionStatus.COMPLETED),
        ("hand_over", ["hi", "an order", "It is late"], SessionStatus.HANDED_OVER),
        ("hand_over", ["hi", "I want a person"], SessionStatus.HANDED_OVER),
    ],
)
def test_they_come_to_their_end(key: str, said: list[str], status: SessionStatus) -> None:
    (definition,) = [one.definition for one in READY if one.key == key]
    here = tried(definition, said[0])
    for text in said[1:]:
        here = here.said(text)
    assert here.state.status is status
