"""Templates as last seen: the revision grows with what a recipient sees, and nothing is deleted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desktop.domain.consent import Category
from desktop.domain.problems import NotFound
from desktop.domain.templates import Button, Quality, Template, TemplateStatus
from desktop.store import templates
from desktop.store.engine import Store
from tests.clock import START, FakeClock
from tests.databases import read, write
from tests.store.world import add_template

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
