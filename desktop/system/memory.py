"""What Python's collector looks at."""

import gc


def leave_alone() -> None:
    """Take what the program is made of out of the collector's sight, once it is all there: a full round over its
    modules, routes and widgets holds everything up for a quarter of a second, and finds nothing."""
    gc.collect()
    gc.freeze()
