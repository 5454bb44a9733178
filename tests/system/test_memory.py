"""What the collector leaves alone."""

import gc
import weakref

import pytest

from desktop.system.memory import collect_due, leave_alone


class Thing:
    """Something that can refer to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.slow
def test_what_is_there_is_left_alone_and_what_comes_later_is_not() -> None:
    before = gc.get_freeze_count()
    kept = [[number] for number in range(2_000)]
    gone = weakref.ref(Thing())
    try:
        leave_alone()
        assert gc.get_freeze_count() >= before + len(kept)
        assert gone() is None
        later = weakref.ref(Thing())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()


def test_what_is_due_is_collected_by_who_asks_and_a_little_waits() -> None:
    was = gc.isenabled()
    gc.disable()
    try:
        gc.collect()
        gone = weakref.ref(Thing())
        collect_due()
        assert gone() is not None
        kept = [[number] for number in range(2 * gc.get_threshold()[0])]
        collect_due()
        assert gone() is None
        assert len(kept) > 0
    finally:
        if was:
            gc.enable()
