"""What Python's collector looks at, and when."""

import gc


def leave_alone() -> None:
    """Take what the program is made of out of the collector's sight, once it is all there: a full round over its
    modules, routes and widgets holds everything up for a quarter of a second, and finds nothing."""
    gc.collect()
    gc.freeze()


def collect_due() -> None:
    """The round that Python would have started by itself, in the thread that calls; for where it may not."""
    young, middle, old = gc.get_count()
    young_limit, middle_limit, old_limit = gc.get_threshold()
    if young > young_limit:
        gc.collect(0 if middle <= middle_limit else 1 if old <= old_limit else 2)
