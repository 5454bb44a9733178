"""What *Copy diagnostics* copies and every report ends with: the program, its store, its engine. Never a secret."""

import asyncio
import platform
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import qVersion

from desktop.app import App
from desktop.domain.settings import Settings
from desktop.services import diagnostics
from desktop.services.diagnostics import StoreFacts
from desktop.system import logs
from desktop.system.bundle import is_bundle
from desktop.system.redaction import redact
from desktop.system.version import version
from desktop.ui.shell import words

Facts = dict[str, str]
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


async def facts_of(app: App) -> Facts:
    """Label and value, in the order to show them. A store that cannot be read says so; nothing is raised."""
    told = await _store(app)
    engine, _ = words.engine_words(app.engine_status(), here=app.engine is not None)
    return told | {
        "Engine": f"{engine} ({'this window' if app.engine is not None else 'another process'})",
        "HTTP address": app.server_address or "None",
        "Python": platform.python_version(),
        "Qt": str(qVersion()),
        "System": platform.platform(terse=True),
    }


async def text_of(app: App, *, with_log: bool = False) -> str:
    """As text to send, redacted. with_log: the last lines of the log, too."""
    folder = app.paths.home if app.paths is not None else None
    facts = await facts_of(app) | {"Data folder": shown_folder(folder)}
    lines = [f"Assent {version_words()}", *(f"{label}: {value}" for label, value in facts.items())]
    if with_log and app.paths is not None:
        tail = await asyncio.to_thread(logs.tail, app.paths.log)
        lines += ["", "The last lines of the log:", tail or "(none)"]
    return redact("\n".join(lines))


def version_words() -> str:
    return f"{version()} ({'bundle' if is_bundle() else 'checkout'})"


def shown_folder(folder: Path | None) -> str:
    """A path with ~ for the home folder."""
    if folder is None:
        return "None"
    try:
        return f"~/{folder.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):  # elsewhere; nobody's home
        return str(folder)


async def _store(app: App) -> Facts:
    try:
        found = await diagnostics.look(app.store)
    except Exception as wrong:  # what is wrong with the store is what the diagnostics are for
        return {"Store": f"Cannot be read: {wrong}"}
    kept = found.condition
    return {
        "Workspace": "Sandbox" if found.is_sandbox else "Real number",
        "Store": f"{found.kind}, {size_words(kept.size_bytes)}",
        "Store revision": kept.revision,
        "Contents": f"{kept.contact_count:,} contacts, {kept.message_count:,} messages",
        "Last webhook": _webhook(kept.last_webhook_at, app.clock.now()),
        "Settings": _settings(found),
    }


def _webhook(at: datetime | None, now: datetime) -> str:
    return f"{words.ago(now, at)} ({at.astimezone():%d %b %Y %H:%M:%S %Z})" if at else "Never"


def _settings(found: StoreFacts) -> str:
    kept: Settings = found.settings
    said = [
        f"Strict opt-in {_on(kept.strict)}",
        f"bots {'ask' if kept.bots_ask else 'do not ask'}",
        f"signing in {_on(kept.sign_in)}",
        f"{kept.pace_per_s:,} messages a second" if kept.pace_per_s is not None else "no pace",
        f"numbers of {kept.default_country}",
    ]
    return ", ".join(said)


def _on(value: bool) -> str:
    return "on" if value else "off"


def size_words(size_bytes: int) -> str:
    """'4.2 MB': of 1,000 bytes to the kB."""
    size, unit = float(size_bytes), 0
    while size >= 1_000 and unit < len(_UNITS) - 1:
        size, unit = size / 1_000, unit + 1
    return f"{size:.0f} {_UNITS[unit]}" if unit == 0 or size >= 100 else f"{size:.1f} {_UNITS[unit]}"
