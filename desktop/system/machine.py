"""This machine's own settings: appearance, window, connection. Never secrets."""

import asyncio
import json
import os
import threading
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class MachineSettings:
    """theme: light or dark. geometry: Qt's, as hex. Ids are those of the WhatsApp account.

    contact_columns: keys of the contact table's columns, in their order; () for the usual ones.
    import_country: the region that was last chosen for a file's numbers; "" for the workspace's.
    notify …: whether a person is told of what is new, with a sound, and with a message's words outside the window.
    quiet_week, quiet_weekend: (from, to) in minutes of the day (desktop.domain.quiet). next_after_close: a closed
    conversation gives way to the next one. place: where the person was (desktop.ui.shell.place), as JSON.
    """

    theme: str = "light"
    text_scale_percent: int = 100
    geometry: str = ""
    user_id: int = 0
    sign_in_name: str = ""
    is_sandbox: bool = True
    base_url: str = ""
    phone_number_id: str = ""
    waba_id: str = ""
    version: str = "v25.0"
    verify_token: str = ""
    server_port: int = 0
    contact_columns: tuple[str, ...] = ()
    import_country: str = ""
    notify: bool = True
    notify_sound: bool = True
    notify_words: bool = False
    quiet: bool = False
    quiet_week: tuple[int, int] = (20 * 60, 8 * 60)
    quiet_weekend: tuple[int, int] = (0, 0)
    next_after_close: bool = False
    place: dict[str, Any] = field(default_factory=dict)


class Machine:
    """Reads and writes the settings file; a broken file counts as absent, and is kept beside."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard, self._file = threading.Lock(), threading.Lock()
        self._settings = _read(path)

    @property
    def settings(self) -> MachineSettings:
        return self._settings

    def save(self, **changes: Any) -> MachineSettings:
        """Change some settings and return when they are in the file. Blocks."""
        changed = self._change(changes)
        self._write()
        return changed

    async def keep(self, **changes: Any) -> None:
        """The same for the loop's thread: changed at once, so that of two calls the later one counts, and
        written by another thread."""
        self._change(changes)
        await asyncio.to_thread(self._write)

    def _change(self, changes: dict[str, Any]) -> MachineSettings:
        with self._guard:
            self._settings = replace(self._settings, **changes)
            return self._settings

    def _write(self) -> None:
        """The settings as they are by now: whoever writes last writes the newest. Replaced in one step."""
        with self._file:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_suffix(".new")
            beside.write_text(json.dumps(asdict(self._settings), indent=2), encoding="utf-8")
            os.replace(beside, self._path)


def _read(path: Path) -> MachineSettings:
    known = {one.name: one.type for one in fields(MachineSettings)}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        kept = {name: value for name, value in found.items() if name in known}
        if "contact_columns" in kept:
            kept["contact_columns"] = tuple(str(key) for key in kept["contact_columns"])
        for name in kept.keys() & {"quiet_week", "quiet_weekend"}:
            begins, ends = kept[name]
            kept[name] = (int(begins), int(ends))
        return MachineSettings(**kept)
    except FileNotFoundError:
        return MachineSettings()
    except (OSError, ValueError, TypeError, AttributeError):
        path.replace(path.with_suffix(".broken"))
        return MachineSettings()
