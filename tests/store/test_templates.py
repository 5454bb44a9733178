"""Templates as last seen: the revision grows with what a recipient sees, and nothing is deleted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import Category, OptIn
from desktop.domain.problems import NotFound
from desktop.domain.template_uses import UseKind
from desktop.domain.templates import Button, Quality, Template, TemplateStatus
from desktop.store import broadcast_plan, broadcasts, templates
from desktop.store.engine import Store, Tx
from tests.clock import START, FakeClock
from tests.databases import read, write
from tests.store.world import add_contacts, add_template, draft, launch

FULL = Template(
    id=0,
    name="spring",
    language="en",
    category=Category.MARKETING,
    body="Hello {{1}}, 20 % off",
    quality=Quality.GREEN,
    header_kind="text",
    header_text="Spring",
    footer="Reply STOP to stop",
    buttons=(Button("quick_reply", "Stop promotions"), Button("url", "Look", "https://shop.example/{{1}}")),
    examples=("Ana",),
    fetched_at=START,
    whatsapp_id="77",
)


def fetched(store: Store, *found: Template) -> None:
    write(store, lambda tx: templates.replace_all(tx, found))


def test_a_template_is_kept_whole(store: Store) -> None:
    fetched(store, FULL)

    (kept,) = read(store, templates.every)
    assert kept == replace(FULL, id=kept.id, revision=1)
    assert read(store, lambda tx: templates.get(tx, kept.id)) == kept
    assert read(store, lambda tx: templates.by_ids(tx, [kept.id, 404])) == {kept.id: kept}


SEEN: list[dict[str, Any]] = [
    {"body": "Hello {{1}}, 30 % off"},
    {"header_text": "Summer"},
    {"header_kind": "image"},
    {"footer": ""},
    {"buttons": FULL.buttons[:1]},
    {"category": Category.UTILITY},
    {"correct_category": Category.UTILITY},
    {"named": True},
]
UNSEEN: list[dict[str, Any]] = [
    {},
    {"quality": Quality.RED},
    {"status": TemplateStatus.PAUSED},
    {"fetched_at": START + timedelta(hours=1)},
    {"examples": ("Zoé",)},
    {"whatsapp_id": "78"},
]


@pytest.mark.parametrize(("changed", "revision"), [(one, 2) for one in SEEN] + [(one, 1) for one in UNSEEN])
def test_the_revision_grows_with_what_a_recipient_sees(
    sqlite_store: Store, changed: dict[str, Any], revision: int
) -> None:
    fetched(sqlite_store, FULL)
    fetched(sqlite_store, replace(FULL, **changed))

    (kept,) = read(sqlite_store, templates.every)
    # What the category was before, and when it was another, is remembered apart, see below.
    kept = replace(kept, category_before=None, category_changed_at=None, category_told_at=None)
    assert kept == replace(FULL, id=kept.id, revision=revision, **changed)


def test_what_is_missing_from_the_list_is_gone_until_it_comes_back(store: Store, clock: FakeClock) -> None:
    order = replace(FULL, name="order", category=Category.UTILITY)
    fetched(store, FULL, order)
    clock.move(timedelta(hours=1))
    fetched(store, replace(order, fetched_at=clock.now()))

    found = read(store, templates.every)
    assert [(one.name, one.status) for one in found] == [
        ("order", TemplateStatus.APPROVED),
        ("spring", TemplateStatus.GONE),
    ]
    assert read(store, templates.oldest_fetch) == clock.now()
    assert not any(one.stale(clock.now()) for one in found)

    fetched(store, FULL, order)
    assert {one.name: (one.status, one.revision) for one in read(store, templates.every)} == {
        "order": (TemplateStatus.APPROVED, 1),
        "spring": (TemplateStatus.APPROVED, 1),
    }


def test_one_name_in_two_languages_is_two_templates(store: Store) -> None:
    french = replace(FULL, language="fr", body="Bonjour {{1}}")
    fetched(store, FULL, french)

    assert read(store, lambda tx: templates.by_name(tx, "spring", "fr")).body == "Bonjour {{1}}"
    assert read(store, lambda tx: templates.by_name(tx, "spring")).language == "en"
    with pytest.raises(NotFound):
        read(store, lambda tx: templates.by_name(tx, "spring", "pt"))
    with pytest.raises(NotFound):
        read(store, lambda tx: templates.by_name(tx, "summer"))
    with pytest.raises(NotFound):
        read(store, lambda tx: templates.get(tx, 404))


def test_a_webhook_changes_a_template(store: Store) -> None:
    made = write(store, add_template)

    def change(**said: Any) -> Template:
        write(store, lambda tx: templates.change(tx, "spring", "en", **said))
        return read(store, lambda tx: templates.get(tx, made.id))

    assert change(status=TemplateStatus.PAUSED) == replace(made, status=TemplateStatus.PAUSED)
    assert change(quality=Quality.RED) == replace(made, status=TemplateStatus.PAUSED, quality=Quality.RED)
    pending = change(correct_category=Category.UTILITY)
    assert (pending.category, pending.correct_category, pending.revision) == (
        Category.MARKETING,
        Category.UTILITY,
        2,
    )
    assert change(quality=Quality.GREEN).correct_category is Category.UTILITY
    final = change(category=Category.UTILITY)
    assert (final.category, final.correct_category, final.revision) == (Category.UTILITY, None, 3)


def test_a_webhook_about_an_unknown_template_is_passed_over(store: Store) -> None:
    write(store, lambda tx: templates.change(tx, "spring", "en", status=TemplateStatus.PAUSED))

    assert read(store, templates.every) == []
    assert read(store, templates.oldest_fetch) is None


def test_what_a_category_was_before_it_was_turned_is_kept_with_the_time(
    store: Store, clock: FakeClock
) -> None:
    order = replace(FULL, name="order", category=Category.UTILITY)
    fetched(store, order)
    clock.move(timedelta(hours=2))
    turned_at = clock.now()
    fetched(store, replace(order, category=Category.MARKETING, fetched_at=turned_at))
    clock.move(timedelta(days=9))
    fetched(store, replace(order, category=Category.MARKETING, fetched_at=clock.now()))

    (kept,) = read(store, templates.every)
    assert (kept.category_before, kept.category_changed_at) == (Category.UTILITY, turned_at)
    assert (kept.fetched_at, kept.revision) == (clock.now(), 2)
    write(store, lambda tx: templates.change(tx, "order", "en", category=Category.UTILITY))
    (back,) = read(store, templates.every)
    assert (back.category_before, back.category_changed_at) == (Category.MARKETING, clock.now())


def test_another_category_after_a_rejection_was_chosen_by_its_writer(store: Store) -> None:
    fetched(store, replace(FULL, status=TemplateStatus.REJECTED))
    fetched(store, replace(FULL, category=Category.UTILITY))

    (kept,) = read(store, templates.every)
    assert (kept.category, kept.category_before) == (Category.UTILITY, None)


def test_why_and_how_long_are_kept_until_the_state_is_another(store: Store, clock: FakeClock) -> None:
    fetched(store, FULL)
    ends = clock.now() + timedelta(hours=3)

    def change(status: TemplateStatus, reason: str = "", until: Any = None) -> Template:
        def apply(tx: Any) -> None:
            templates.change(
                tx, "", "", whatsapp_id="77", status=status, status_reason=reason, paused_until=until
            )

        write(store, apply)
        return read(store, templates.every)[0]

    paused = change(TemplateStatus.PAUSED, "FIRST_PAUSE. Low quality", ends)
    assert (paused.status, paused.status_reason, paused.paused_until) == (
        TemplateStatus.PAUSED,
        "FIRST_PAUSE. Low quality",
        ends,
    )
    fetched(store, replace(FULL, status=TemplateStatus.PAUSED))
    (read_again,) = read(store, templates.every)
    assert read_again.paused_until == ends
    assert change(TemplateStatus.APPROVED).paused_until is None
    rejected = change(TemplateStatus.REJECTED, "INVALID_FORMAT. Adjacent parameters")
    fetched(store, replace(FULL, status=TemplateStatus.REJECTED, status_reason="INVALID_FORMAT"))
    assert read(store, templates.every)[0].status_reason == rejected.status_reason


def test_examples_and_numbers_of_other_parts_are_kept(store: Store) -> None:
    rich = replace(
        FULL,
        buttons=(*FULL.buttons, Button("phone_number", "Call", phone="+16045550100")),
        other_examples=(("header", "poster.jpg"), ("button1:1", "a")),
    )
    fetched(store, rich)
    fetched(store, rich)

    (kept,) = read(store, templates.every)
    assert kept == replace(rich, id=kept.id, revision=1)


def test_a_list_that_is_empty_was_read_nevertheless(store: Store, clock: FakeClock) -> None:
    assert read(store, templates.refreshed_at) is None
    fetched(store)
    assert read(store, templates.refreshed_at) == clock.now()
    clock.move(timedelta(minutes=5))
    fetched(store, FULL)
    assert read(store, templates.refreshed_at) == clock.now()


def test_where_a_template_is_used(store: Store, clock: FakeClock) -> None:
    def world(tx: Any) -> tuple[Template, int, int, int]:
        used, other = add_template(tx), add_template(tx, "order", Category.UTILITY)
        add_contacts(tx, OptIn.YES, OptIn.YES, OptIn.NO)
        ended = launch(tx, used)
        while broadcast_plan.plan(tx, ended):
            pass
        broadcasts.set_status(tx, ended, BroadcastStatus.STOPPED)
        running = launch(tx, used)
        drafted = broadcasts.save_draft(tx, None, draft(used), None)
        broadcasts.save_draft(tx, None, draft(other), None)
        return used, ended, running, drafted

    used, ended, running, drafted = write(store, world)
    found = read(store, lambda tx: templates.uses(tx, used.id))
    assert [(one.kind, one.id, one.status.value, one.selected_count) for one in found] == [
        (UseKind.DRAFT, drafted, "draft", 0),
        (UseKind.BROADCAST, running, "preparing", 3),
        (UseKind.BROADCAST, ended, "stopped", 3),
    ]
    assert {one.at for one in found} == {clock.now()}
    going = read(store, templates.in_use)
    assert {one.id for one in going if one.template_id == used.id} == {running, drafted}
    assert len(going) == 3
    assert read(store, lambda tx: templates.uses(tx, 404)) == []


def test_without_a_language_what_can_be_sent_comes_first(store: Store) -> None:
    english = replace(FULL, status=TemplateStatus.REJECTED)
    french = replace(FULL, language="fr", body="Bonjour {{1}}")

    def found() -> tuple[str, TemplateStatus]:
        one = read(store, lambda tx: templates.by_name(tx, "spring"))
        return one.language, one.status

    fetched(store, english, french)
    assert found() == ("fr", TemplateStatus.APPROVED)
    assert read(store, lambda tx: templates.by_name(tx, "spring", "en")).language == "en"
    fetched(store, english)
    assert found() == ("en", TemplateStatus.REJECTED), "none of them can be sent"


ORDER = replace(FULL, name="order", category=Category.UTILITY)


def turned(store: Store, **said: Category) -> None:
    write(store, lambda tx: templates.change(tx, "order", "en", **said))  # type: ignore[arg-type]


@pytest.mark.parametrize("said", [{"category": Category.MARKETING}, {"correct_category": Category.MARKETING}])
def test_a_list_begun_before_a_webhook_does_not_take_the_category_back(
    store: Store, clock: FakeClock, said: dict[str, Category]
) -> None:
    fetched(store, ORDER)
    clock.move(timedelta(minutes=1))
    begun = replace(ORDER, fetched_at=clock.now(), quality=Quality.RED)
    clock.move(timedelta(seconds=2))
    turned(store, **said)
    clock.move(timedelta(seconds=2))
    fetched(store, begun)

    (kept,) = read(store, templates.every)
    assert kept.effective_category is Category.MARKETING
    assert kept.stale(clock.now()), "a claim reads the list again before it decides"
    assert (kept.quality, kept.revision) == (Quality.RED, 2), "what else is in the list counts"
    clock.move(timedelta(seconds=1))
    fetched(store, replace(ORDER, fetched_at=clock.now()))
    (back,) = read(store, templates.every)
    assert (back.effective_category, back.stale(clock.now())) == (Category.UTILITY, False)


def test_a_list_begun_before_another_one_does_not_take_its_category_back(
    store: Store, clock: FakeClock
) -> None:
    fetched(store, ORDER)
    first = replace(ORDER, fetched_at=clock.now() + timedelta(minutes=1))
    clock.move(timedelta(minutes=2))
    fetched(store, replace(ORDER, category=Category.MARKETING, fetched_at=clock.now()))
    fetched(store, first)

    (kept,) = read(store, templates.every)
    assert (kept.category, kept.stale(clock.now())) == (Category.MARKETING, True)


def test_a_template_that_a_webhook_spoke_of_before_it_was_known_is_read_again(
    store: Store, clock: FakeClock
) -> None:
    begun = replace(ORDER, fetched_at=clock.now())
    clock.move(timedelta(seconds=2))
    turned(store, category=Category.MARKETING)
    fetched(store, begun)
    assert read(store, templates.every)[0].stale(clock.now())
    clock.move(timedelta(seconds=2))
    fetched(store, replace(ORDER, category=Category.MARKETING, fetched_at=clock.now()))

    (kept,) = read(store, templates.every)
    assert (kept.category, kept.stale(clock.now())) == (Category.MARKETING, False)


STEPS = (("turn", "webhook"), ("begin 1", "answer 1", "keep 1"), ("begin 2", "answer 2", "keep 2"))


def orders(*sequences: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every order in which they can happen, each sequence in its own order."""
    if not any(sequences):
        yield ()
    for place, one in enumerate(sequences):
        if one:
            rest = (*sequences[:place], one[1:], *sequences[place + 1 :])
            yield from ((one[0], *more) for more in orders(*rest))


def test_no_order_of_lists_and_a_webhook_forgets_that_a_template_turned_into_marketing(
    sqlite_store: Store, clock: FakeClock
) -> None:
    """WhatsApp turns it and tells it; meanwhile two lists are asked for, answered and kept, whichever comes first."""
    fetched(sqlite_store, ORDER)
    marketing = replace(ORDER, category=Category.MARKETING)

    def happen(tx: Tx, events: tuple[str, ...]) -> None:
        at_whatsapp, is_known, has_read = ORDER, False, False
        begun: dict[str, datetime] = {}
        answered: dict[str, Template] = {}
        for second, event in enumerate(events, 1):
            tx.now = START + timedelta(seconds=second)
            what, _, which = event.partition(" ")
            if what == "turn":
                at_whatsapp = marketing
            elif what == "begin":
                begun[which] = tx.now
            elif what == "answer":
                answered[which] = replace(at_whatsapp, fetched_at=begun[which])
            elif what == "keep":
                templates.replace_all(tx, [answered[which]])
                has_read = has_read or answered[which].is_marketing
            else:
                templates.change(tx, "order", "en", category=Category.MARKETING)
                is_known = True
            (kept,) = templates.every(tx)
            is_known = is_known or kept.is_marketing
            assert kept.is_marketing or not is_known, events
            assert kept.is_marketing or kept.stale(tx.now) or not has_read, events
        tx.now += timedelta(seconds=1)
        templates.replace_all(tx, [replace(marketing, fetched_at=tx.now)])
        (kept,) = templates.every(tx)
        assert (kept.is_marketing, kept.stale(tx.now)) == (True, False), events
        raise Undone

    for events in orders(*STEPS):
        with pytest.raises(Undone):
            write(sqlite_store, lambda tx, events=events: happen(tx, events))  # type: ignore[misc]


class Undone(Exception):
    """The store is as before."""
