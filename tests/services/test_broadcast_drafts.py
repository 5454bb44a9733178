"""Drafts of several hands: nobody overwrites what somebody else wrote meanwhile."""

import pytest

from desktop.domain.broadcast import LONGEST_NAME, BroadcastDraft
from desktop.domain.problems import NotAllowed, Overtaken, Problem
from desktop.services.broadcast_drafts import BroadcastDrafts, DraftChanged
from tests.services.desk import Desk


async def test_a_draft_is_kept_by_whoever_read_it_last(desk: Desk) -> None:
    drafts = BroadcastDrafts(desk.app.store)
    made = await drafts.keep(None, BroadcastDraft("Sale"), desk.supervisor)
    mine = await drafts.keep(made.id, BroadcastDraft("Mine"), desk.supervisor, revision=made.revision)
    assert (mine.id, mine.revision) == (made.id, made.revision + 1)
    with pytest.raises(DraftChanged) as changed:
        await drafts.keep(made.id, BroadcastDraft("Theirs"), desk.admin, revision=made.revision)
    assert isinstance(changed.value, Overtaken)
    assert changed.value.by_name == desk.supervisor.name
    assert changed.value.record.draft.name == "Mine"
    assert (await desk.app.broadcasts.get(made.id)).name == "Mine"


async def test_a_version_is_kept_beside_under_the_name_of_whose_it_is(desk: Desk) -> None:
    drafts = BroadcastDrafts(desk.app.store)
    made = await drafts.keep_beside(BroadcastDraft("Sale"), "Mira’s version", desk.supervisor)
    assert (await desk.app.broadcasts.get(made.id)).name == "Sale (Mira’s version)"
    with pytest.raises(NotAllowed):
        await drafts.keep(None, BroadcastDraft("Sale"), desk.agent)


async def test_a_name_has_its_length_and_a_copy_is_cut_to_it(desk: Desk) -> None:
    drafts, user = BroadcastDrafts(desk.app.store), desk.supervisor
    kept = await drafts.keep(None, BroadcastDraft("W" * LONGEST_NAME), user)
    with pytest.raises(Problem, match="at most 120 letters, this one has 121") as told:
        await drafts.keep(kept.id, BroadcastDraft("W" * (LONGEST_NAME + 1)), user, revision=kept.revision)
    assert told.value.field == "name"
    copy = await desk.app.broadcast_list.duplicate(kept.id, user)
    assert len((await desk.app.broadcasts.get(copy)).name) == LONGEST_NAME
    beside = await drafts.keep_beside(BroadcastDraft("W" * LONGEST_NAME), "Mira", user)
    name = (await desk.app.broadcasts.get(beside.id)).name
    assert (len(name), name[-8:]) == (LONGEST_NAME, "W (Mira)")
