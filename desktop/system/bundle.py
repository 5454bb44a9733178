"""Whether this is the bundle, and what it must undo so that other programs started from it work."""

import os
import sys
from collections.abc import MutableMapping
from typing import Final

_LIBRARIES: Final = "LD_LIBRARY_PATH"


def is_bundle() -> bool:
    """True in the bundle that build.spec makes; False in a checkout."""
    return bool(getattr(sys, "frozen", False))


def give_back_environment(environment: MutableMapping[str, str] = os.environ) -> None:
    """Take the bundle's libraries out of the environment: a browser or a file manager has its own.

    The starter of the bundle puts them in, and what stood there before under …_ORIG; this process has read them.
    """
    before = environment.pop(f"{_LIBRARIES}_ORIG", None)
    if before is not None:
        environment[_LIBRARIES] = before
    elif is_bundle():
        environment.pop(_LIBRARIES, None)
