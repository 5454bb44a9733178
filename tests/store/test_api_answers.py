"""What was answered is kept for a week, and then forgotten in small steps."""

from datetime import timedelta

from desktop.store import api_answers
from desktop.store.api_answers import KeptAnswer
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write


def test_an_answer_is_kept_for_a_week(store: Store, clock: FakeClock) -> None:
    def keep(*words: str) -> None:
        for word in words:
            kept = KeptAnswer("hash", 202, {"id": word})
            write(store, lambda tx, word=word, kept=kept: api_answers.keep(tx, 1, word, kept))  # type: ignore[misc]

    def known(word: str) -> bool:
        return read(store, lambda tx: api_answers.find(tx, 1, word)) is not None

    keep("a", "b")
    clock.move(api_answers.KEEP_FOR)
    keep("c")
    assert not write(store, api_answers.forget_old)
    assert known("a")
    clock.move(timedelta(microseconds=1))
    assert not write(store, api_answers.forget_old)
    assert [known(word) for word in "abc"] == [False, False, True]


def test_many_are_forgotten_step_by_step(store: Store, clock: FakeClock) -> None:
    kept = KeptAnswer("hash", 202, {})

    def keep_many(tx: Tx) -> None:
        for number in range(450):
            api_answers.keep(tx, number % 3, f"order-{number}", kept)

    write(store, keep_many)
    clock.move(api_answers.KEEP_FOR + timedelta(seconds=1))
    write(store, lambda tx: api_answers.keep(tx, 1, "new", kept))
    assert [write(store, api_answers.forget_old) for _ in range(3)] == [True, True, False]
    assert read(store, lambda tx: api_answers.find(tx, 0, "order-0")) is None
    assert read(store, lambda tx: api_answers.find(tx, 2, "order-449")) is None
    assert read(store, lambda tx: api_answers.find(tx, 1, "new")) is not None
