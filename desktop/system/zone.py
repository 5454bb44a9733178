"""Which time zone this machine is set to."""

import logging
import warnings
from zoneinfo import ZoneInfo

import tzlocal

_log = logging.getLogger("assent.zone")
FALLBACK = "UTC"
_SAME_AS_UTC = ("Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu")


def machine_zone() -> str:
    """An IANA name that `zoneinfo` knows, on Windows, too; UTC where the machine says nothing to be understood.

    Reads files or the registry: blocks.
    """
    try:
        with warnings.catch_warnings():
            # It warns of machines whose settings contradict each other, and of ones that have none.
            warnings.simplefilter("ignore")
            tzlocal.reload_localzone()
            name = tzlocal.get_localzone_name()
        ZoneInfo(name)
    except Exception:  # tzlocal raises whatever a broken configuration leads to
        _log.warning("the machine's time zone is not known; UTC is taken", exc_info=True)
        return FALLBACK
    return FALLBACK if name in _SAME_AS_UTC else name
