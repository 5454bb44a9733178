"""Contact fields: what they may be called, which choices they have, what follows a new name."""

from collections.abc import Sequence

import pytest

from desktop.domain.activity import Deed
from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.changes import Changes, Topic
from desktop.domain.filters import Condition, Filter, Kind, Op
from desktop.domain.problems import NotAllowed, NotFound, Problem
from desktop.domain.templates import Variable
from desktop.services.contacts import ContactEdit
from desktop.store import activity
from tests.services.desk import Desk


async def test_a_field_is_defined_once_and_told(desk: Desk) -> None:
    heard: list[Changes] = []
    desk.app.store.listen(heard.append)
    made = await desk.app.fields.define(" Shoe   size ", Kind.NUMBER, ["ignored"], desk.supervisor)
    assert (made.name, made.kind, made.choices) == ("Shoe size", Kind.NUMBER, ())
    assert await desk.app.fields.every() == [made]
    # Listeners are told after the answer; by the next write they have been.
    await desk.app.store.write(lambda tx: None)
    assert any(one.has(Topic.CONTACT) and one.has(Topic.SETTINGS) for one in heard)
    newest = (await desk.app.store.read(activity.newest))[0]
    assert (newest.deed, newest.subject) == (Deed.FIELD_DEFINED, "Shoe size")


@pytest.mark.parametrize(
    ("name", "kind", "choices", "field"),
    [
        ("", Kind.TEXT, (), "name"),
        ("x" * 61, Kind.TEXT, (), "name"),
        ("First_Name", Kind.TEXT, (), "name"),
        ("ＰＨＯＮＥ", Kind.TEXT, (), "name"),
        ("opt-in", Kind.YES_NO, (), "name"),
        ("CITY", Kind.TEXT, (), "name"),
        ("Level", Kind.CHOICE, (" ",), "choices"),
        ("Level", Kind.CHOICES, ("a|b",), "choices"),
        ("Level", Kind.CHOICE, ("Gold", "gold "), "choices"),
        ("Level", Kind.CHOICE, ("x" * 300, *("y" * 299 + str(n) for n in range(9))), "choices"),
        ("Level", Kind.TAG, (), "kind"),
        ("Level", Kind.OPT_IN, (), "kind"),
    ],
)
@pytest.mark.sampled(4)
async def test_what_a_field_cannot_be(
    desk: Desk, name: str, kind: Kind, choices: Sequence[str], field: str
) -> None:
    await desk.app.fields.define("City", Kind.TEXT, (), desk.supervisor)
    with pytest.raises(Problem) as refused:
        await desk.app.fields.define(name, kind, choices, desk.supervisor)
    assert refused.value.field == field
    assert [one.name for one in await desk.app.fields.every()] == ["City"]


async def test_a_new_name_takes_values_segments_and_broadcasts_along(desk: Desk) -> None:
    made = await desk.app.fields.define("City", Kind.TEXT, (), desk.supervisor)
    priya = await desk.contact()
    edit = ContactEdit("Priya Sharma", "+16045550142", {"City": "Moncton"})
    await desk.app.contacts.edit(priya, edit, "CA", desk.agent)
    template = await desk.template()
    lives = Filter((Condition("attribute:City", Op.IS, ("Moncton",)),))
    draft = BroadcastDraft("Test", template.id, lives, True, (Variable("1", "attribute:City", "x"),))
    saved = await desk.app.broadcasts.save_draft(None, draft, desk.supervisor)

    changed = await desk.app.fields.change(made.id, "Home town", (), desk.supervisor)

    assert changed.name == "Home town"
    assert (await desk.app.contacts.get(priya)).attributes == {"Home town": "Moncton"}
    kept = (await desk.app.broadcasts.get(saved)).draft
    assert kept.audience == Filter((Condition("attribute:Home town", Op.IS, ("Moncton",)),))
    assert kept.variables == (Variable("1", "attribute:Home town", "x"),)
    assert await desk.app.fields.used_count(made.id) == 1
    newest = (await desk.app.store.read(activity.newest))[0]
    assert (newest.subject, newest.details) == ("Home town", "was “City”")


async def test_choices_change_and_values_stay(desk: Desk) -> None:
    made = await desk.app.fields.define("Level", Kind.CHOICE, ("Gold", "Silver"), desk.supervisor)
    priya = await desk.contact()
    edit = ContactEdit("Priya Sharma", "+16045550142", {"Level": "gold"})
    await desk.app.contacts.edit(priya, edit, "CA", desk.agent)
    changed = await desk.app.fields.change(made.id, "level", ("Silver", "Bronze"), desk.supervisor)
    assert (changed.name, changed.choices) == ("level", ("Silver", "Bronze"))
    assert (await desk.app.contacts.get(priya)).attributes == {"level": "Gold"}
    with pytest.raises(Problem) as refused:
        await desk.app.fields.change(made.id, "Level", (), desk.supervisor)
    assert refused.value.field == "choices"


async def test_only_who_may(desk: Desk) -> None:
    made = await desk.app.fields.define("City", Kind.TEXT, (), desk.supervisor)
    for attempt in (
        desk.app.fields.define("Level", Kind.TEXT, (), desk.agent),
        desk.app.fields.change(made.id, "Town", (), desk.agent),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    with pytest.raises(NotFound):
        await desk.app.fields.change(4_711, "Town", (), desk.supervisor)
    assert await desk.app.fields.every() == [made]
