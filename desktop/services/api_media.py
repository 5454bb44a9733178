"""Files that other programs give WhatsApp, and fetch from it, through the gate in the Cloud API's shape."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, TypeVar

from desktop.domain.problems import Problem
from desktop.services.api_cloud import Refusal
from desktop.services.own_number import Speaks
from desktop.whatsapp import errors
from desktop.whatsapp.connection import BadConnection
from desktop.whatsapp.error_rules import Stops
from desktop.whatsapp.files import About, File
from desktop.whatsapp.graph import FileProblem, RefusedByWhatsApp

T = TypeVar("T")
LARGEST_BYTES: Final = 16 * 1024 * 1024
"""WhatsApp's limit for everything but documents; a larger document is sent by its link."""
_NOT_TAKEN: Final = 131053
_NOT_FETCHED: Final = 131052
_UNAVAILABLE: Final = 131016


@dataclass(frozen=True, slots=True)
class ApiMedia:
    """The verbs on files. All raise Refusal with the code that Meta has for it."""

    account: Speaks

    async def upload(self, content: bytes, mime: str, filename: str) -> str:
        """Give WhatsApp a file; the id that messages then name."""
        return await _asked(self.account.upload(content, mime, filename), _NOT_TAKEN)

    async def about(self, media_id: str) -> About:
        """What WhatsApp knows of a file."""
        return await _asked(self.account.about_file(media_id), _NOT_FETCHED)

    async def download(self, media_id: str) -> File:
        """A file, whole."""
        return await _asked(self.account.download(media_id, largest_bytes=LARGEST_BYTES), _NOT_FETCHED)


async def _asked(call: Awaitable[T], code: int) -> T:
    try:
        return await call
    except BadConnection as wrong:  # no id of WhatsApp's looks like this
        raise Refusal(100, "There is no file with this id.", "media_id") from wrong
    except FileProblem as wrong:
        raise Refusal(code, f"{wrong.title}. {wrong.sentence}") from wrong
    except RefusedByWhatsApp as wrong:
        known = wrong.refused.code
        # What is wrong between us and WhatsApp is not the client's fault, nor is its key.
        ours = errors.rule(known).stops is Stops.ACCOUNT
        raise Refusal(_UNAVAILABLE if ours else known, wrong.sentence) from wrong
    except Problem as wrong:
        raise Refusal(_UNAVAILABLE, f"{wrong.title}. {wrong.sentence}") from wrong
