"""Every screen as a picture: python -m tests.looks [part of a name …] writes build/shots; exits 1 for a fault."""

import sys
import traceback
from pathlib import Path

from tests.looks.camera import Shot, same_pictures, take
from tests.looks.catalogue import looks
from tests.looks.page import write_page

SHOTS = Path("build/shots")


def main(wanted: list[str]) -> int:
    SHOTS.mkdir(parents=True, exist_ok=True)
    chosen = [look for look in looks() if not wanted or any(part in look.name for part in wanted)]
    shots: list[Shot] = []
    wrong = 0
    for look in chosen:
        try:
            shot = take(look, SHOTS)
        except Exception:
            wrong += 1
            _say(f"{look.name}: no picture\n{traceback.format_exc(limit=-4)}")
            continue
        shots.append(shot)
        wrong += len(shot.faults)
        _say(
            f"{look.name}: {'good' if not shot.faults else ''}"
            + "".join(f"\n    {one}" for one in shot.faults)
        )
    for sentence in same_pictures(shots):
        wrong += 1
        _say(sentence)
    write_page(shots, SHOTS / "index.html")
    _say(f"{len(shots)} of {len(chosen)} pictures in {SHOTS}, {wrong} faults; look at {SHOTS / 'index.html'}")
    return 1 if wrong else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
