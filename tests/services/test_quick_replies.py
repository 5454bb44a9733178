"""Quick replies: kept once under their shortcut, changed, deleted, by those who may write to customers."""

import pytest

from desktop.domain.people import Role, User
from desktop.domain.problems import Problem
from desktop.domain.quick_replies import QuickReply, filled, matching, values_of
from desktop.services.quick_replies import QuickReplies
from tests.services.talk import Talk


async def test_kept_changed_and_deleted(talk: Talk) -> None:
    lina, verbs = talk.person(), QuickReplies(talk.store)
    thanks = await verbs.save(None, " /Thanks ", "Thank you, {{first_name}}!\n", lina)
    await verbs.save(None, "hours", "We are open from 9 to 5.", lina)
    assert [(one.shortcut, one.text) for one in await verbs.every()] == [
        ("hours", "We are open from 9 to 5."),
        ("Thanks", "Thank you, {{first_name}}!"),
    ]
    await verbs.save(thanks, "ty", "Thanks!", lina)
    assert [one.shortcut for one in await verbs.every()] == ["hours", "ty"]
    await verbs.remove(thanks, lina)
    assert [one.shortcut for one in await verbs.every()] == ["hours"]
    with pytest.raises(Problem, match="colleague deleted"):
        await verbs.save(thanks, "ty", "Thanks!", lina)


@pytest.mark.parametrize(
    ("shortcut", "text", "field"),
    [
        ("two words", "Hi", "shortcut"),
        ("", "Hi", "shortcut"),
        ("hi", "  ", "text"),
        ("HOURS", "Hi", "shortcut"),
    ],
)
async def test_what_cannot_be_used_is_refused_beside_its_field(
    talk: Talk, shortcut: str, text: str, field: str
) -> None:
    lina, verbs = talk.person(), QuickReplies(talk.store)
    await verbs.save(None, "hours", "We are open from 9 to 5.", lina)
    with pytest.raises(Problem) as told:
        await verbs.save(None, shortcut, text, lina)
    assert told.value.field == field
    assert len(await verbs.every()) == 1


async def test_somebody_unknown_keeps_nothing(talk: Talk) -> None:
    verbs = QuickReplies(talk.store)
    gone = User(999_999, "Gone", Role.AGENT)
    with pytest.raises(Problem):
        await verbs.save(None, "hi", "Hi", gone)
    assert await verbs.every() == []


def test_variables_are_filled_and_what_lacks_a_value_is_named() -> None:
    values = values_of({"first_name": "Ana", "attribute:Order": "4468", "phone": ""}, "Lina Haddad")
    reply = QuickReply(1, "order", "Hi {{First_Name}}, {{ order }} and {{phone}} and {{city}}. {{agent}}")
    made = filled(reply, values)
    assert made.text == "Hi Ana, 4468 and {{phone}} and {{city}}. Lina Haddad"
    assert made.missing == ("phone", "city")


def test_shortcuts_that_begin_with_it_come_first() -> None:
    replies = [
        QuickReply(1, "later", "hours later"),
        QuickReply(2, "hours", "9 to 5"),
        QuickReply(3, "x", "y"),
    ]
    assert [one.id for one in matching(replies, "HOU")] == [2, 1]
    assert [one.id for one in matching(replies, "")] == [1, 2, 3]
