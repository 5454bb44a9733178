"""The commands as somebody at a shell has them: processes, what they print, how they end."""

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

PATIENCE_S: Final = 90.0


def until(condition: Callable[[], object], what: str) -> None:
    """Look again and again; other processes make it so. Raises AssertionError naming `what`."""
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, f"waited {PATIENCE_S:.0f} s for {what}"
        time.sleep(0.01)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. said: its lines on standard output, each an object."""

    code: int
    said: list[dict[str, Any]]
    complaint: str


@dataclass(frozen=True, slots=True)
class Shell:
    """One data folder. environment: added to every command's."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        return self.home / "assent.db"

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start `assent arguments…` with its own data folder."""
        around = os.environ | {
            "ASSENT_HOME": str(self.home),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        around.pop("ASSENT_STORE", None)
        return subprocess.Popen(
            [sys.executable, "-m", "desktop", *arguments],
            env=around | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> Ended:
        """Run a command to its end."""
        return end_of(self.start(*arguments))

    def do(self, *arguments: str) -> list[dict[str, Any]]:
        """Run a command that has to succeed; what it said."""
        ended = self.run(*arguments)
        assert ended.code == 0, ended.complaint
        return ended.said

    @contextmanager
    def running(self, *arguments: str) -> Iterator[dict[str, Any]]:
        """A command that goes on, from its first line to a polite end."""
        process = self.start(*arguments)
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first, f"it said nothing: {end_of(process).complaint}"
            yield json.loads(first)
        finally:
            process.terminate()
            ended = end_of(process)
        assert ended.code == 0, ended.complaint

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.store, timeout=30)) as file:
            return file.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        """Change the store's file behind the program's back."""
        with closing(sqlite3.connect(self.store)) as file, file:
            file.execute(sql)


def end_of(process: "subprocess.Popen[str]") -> Ended:
    out, complaint = process.communicate(timeout=PATIENCE_S)
    return Ended(process.returncode, [json.loads(line) for line in out.splitlines()], complaint)


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return json.loads(answer.read())


def post(url: str, **body: Any) -> Any:
    asked = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
        return json.loads(answer.read())


def sends(sandbox_url: str) -> list[dict[str, Any]]:
    """What the sandbox accepted, in order."""
    found: list[dict[str, Any]] = get(f"{sandbox_url}/_control/sends?limit=20000")["sends"]
    return found
