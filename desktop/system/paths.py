"""Where this machine keeps Assent's files. ASSENT_HOME moves the data folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Paths:
    """The data folder and what lies in it."""

    home: Path

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "Paths":
        """From ASSENT_HOME, or the system's place for a person's application data."""
        given = environment.get("ASSENT_HOME")
        return cls(Path(given) if given else Path(platformdirs.user_data_dir("assent", appauthor=False)))

    @property
    def store(self) -> Path:
        """The sandbox's store: it never talks to the real WhatsApp."""
        return self.home / "assent.db"

    @property
    def real_store(self) -> Path:
        """The store of the real number, kept apart from the sandbox's."""
        return self.home / "whatsapp.db"

    @property
    def sandbox_log(self) -> Path:
        return self.home / "sandbox.db"

    @property
    def machine(self) -> Path:
        return self.home / "machine.json"

    @property
    def log(self) -> Path:
        return self.home / "assent.log"
