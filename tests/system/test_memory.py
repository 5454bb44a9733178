"""What the collector leaves alone."""

import gc
import weakref

import pytest

from desktop.system.memory import leave_alone


class Thing:
    """Something that can refer to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.slow
def test_what_is_there_is_left_alone_and_what_comes_later_is_not() -> None:
    before = gc.get_freeze_count()
    gone = weakref.ref(Thing())
    try:
        leave_alone()
        assert gc.get_freeze_count() > before + 1_000
        assert gone() is None
        later = weakref.ref(Thing())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()
