"""`python -m tests.bench`: measures, prints a table, writes build/bench.json. Goals are shown, never enforced."""

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.bench import (
    api,
    breakdown,
    contacts,
    figures,
    imports,
    inbox,
    million,
    profiling,
    reports,
    sending,
    stalls,
)
from tests.bench.figures import Row
from tests.bench.loops import LoopKind
from tests.bench.sizes import FULL, QUICK, TINY, Place, Sizes

BUILD: Final = Path(__file__).parents[2] / "build"
MEASURES: Final[dict[str, Callable[[Place], list[Row]]]] = {
    "send-asyncio": lambda place: [sending.row(place, LoopKind.PLAIN)],
    "send-window": lambda place: [sending.row(place, LoopKind.WINDOW)],
    "breakdown": breakdown.rows,
    "stalls": stalls.rows,
    "contacts": contacts.rows,
    "imports": imports.rows,
    "reports": reports.rows,
    "api": api.rows,
    "inbox": inbox.rows,
    "million": million.rows,
}


def main() -> None:
    asked = _arguments()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    sizes = _sizes(asked)
    about = _about(sizes)
    with tempfile.TemporaryDirectory(prefix="assent-bench-") as folder:
        place = Place(sizes, Path(folder), asked.cache)
        if asked.profile:
            print(profiling.send(place))
            return
        rows = []
        for name in asked.only or MEASURES:
            print(f"— {name}", flush=True)
            found = MEASURES[name](place)
            print(figures.table(found), flush=True)
            rows += found
    about["load_after"] = _load()
    figures.save(asked.out, rows, about)
    print(f"— {asked.out}; load before {about['load_before']}, after {about['load_after']}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(MEASURES), help="only this one; repeatable")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--tiny", action="store_true", help="sizes that only try the plumbing")
    parser.add_argument("--profile", choices=["send"], help="print where the time of a message goes")
    parser.add_argument("--out", type=Path, default=BUILD / "bench.json")
    parser.add_argument("--cache", type=Path, default=BUILD / "bench-cache", help="folder of prepared stores")
    return parser.parse_args()


def _sizes(asked: argparse.Namespace) -> Sizes:
    if asked.tiny:
        return TINY
    return QUICK if asked.quick else FULL


def _about(sizes: Sizes) -> dict[str, Any]:
    return {
        "sizes": sizes.name,
        "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "core_count": os.cpu_count(),
        "load_before": _load(),
    }


def _load() -> list[float] | None:
    """What else the machine did, as the system tells it; None where it does not."""
    return [round(one, 2) for one in os.getloadavg()] if hasattr(os, "getloadavg") else None


if __name__ == "__main__":
    main()
