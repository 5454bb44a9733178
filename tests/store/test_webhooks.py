"""Webhooks as they arrived: what waits, what was seen, what could not be read, what is forgotten."""

from datetime import timedelta

from desktop.store import webhooks
from desktop.store.engine import Store
from tests.clock import START, FakeClock
from tests.databases import read, write


def test_webhooks_wait_in_their_order_until_they_are_applied(store: Store, clock: FakeClock) -> None:
    assert read(store, webhooks.last_at) is None
    ids = [write(store, lambda tx, n=n: webhooks.keep(tx, f'{{"n": {n}}}', done=n == 1)) for n in range(4)]  # type: ignore[misc]
    assert read(store, webhooks.waiting) == [(ids[n], f'{{"n": {n}}}') for n in (0, 2, 3)]
    assert read(store, lambda tx: webhooks.waiting(tx, 1)) == [(ids[0], '{"n": 0}')]

    write(store, lambda tx: webhooks.finish(tx, ids[:3]))
    assert [id for id, _ in read(store, webhooks.waiting)] == ids[3:]
    assert read(store, webhooks.last_at) == clock.now()


def test_what_comes_again_is_known(store: Store) -> None:
    def news(*keys: str) -> list[bool]:
        return write(store, lambda tx: [webhooks.first_time(tx, key) for key in keys])

    assert news("a", "b", "a") == [True, True, False]
    assert news("b", "c") == [False, True]


def test_what_cannot_be_understood_is_kept_for_a_person(store: Store, clock: FakeClock) -> None:
    write(store, lambda tx: webhooks.quarantine(tx, "no\x00 id", "{\ud800}" + "x" * 100_000))
    clock.move(timedelta(seconds=1))
    write(store, lambda tx: webhooks.quarantine(tx, "no type", "{}"))

    newest, oldest = read(store, webhooks.quarantined)
    assert newest == (START + timedelta(seconds=1), "no type", "{}")
    assert oldest[:2] == (START, "no id")
    assert oldest[2].startswith("{}xxx")
    assert len(oldest[2]) == 65_536
    assert len(read(store, lambda tx: webhooks.quarantined(tx, 1))) == 1


def test_old_webhooks_are_forgotten_once_they_cannot_come_again(store: Store, clock: FakeClock) -> None:
    def keep() -> None:
        write(
            store, lambda tx: (webhooks.keep(tx, "done", done=True), webhooks.keep(tx, "waits", done=False))
        )

    keep()
    write(store, lambda tx: webhooks.first_time(tx, "a"))
    clock.move(webhooks.KEEP_FOR)
    write(store, webhooks.forget_old)
    assert not write(store, lambda tx: webhooks.first_time(tx, "a"))

    clock.move(timedelta(microseconds=1))
    write(store, webhooks.forget_old)
    assert write(store, lambda tx: webhooks.first_time(tx, "a"))
    assert [body for _, body in read(store, webhooks.waiting)] == ["waits"]
