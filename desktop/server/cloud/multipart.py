"""A form with a file in it, as clients upload one: read from a body that is here whole."""

from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final

from desktop.server.cloud.errors import BAD_FIELD
from desktop.services.api_cloud import Refusal

_MOST_PARTS: Final = 20
LONGEST_HEAD_BYTES: Final = 4_096
"""Of what stands before a part's content, and of the Content-Type: the time that their parameters take to read grows
with the square of their number, and a name with a type is a twentieth of it."""
_BLANK: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One field. filename: "" where it is no file; mime: as told with it."""

    content: bytes = field(repr=False)
    filename: str = ""
    mime: str = ""


def parts_of(content_type: str, body: bytes) -> dict[str, Part]:
    """The fields of a multipart/form-data body by their names; none where it is something else.

    Raises Refusal (100) for headers that are too long, or that say one thing in two ways.
    """
    try:
        return _parts(content_type, body)
    except (TypeError, ValueError, LookupError) as wrong:  # the standard library's, of RFC 2231's pieces
        raise _refused("The form's headers cannot be read.") from wrong


def _parts(content_type: str, body: bytes) -> dict[str, Part]:
    boundary = _boundary(content_type)
    if not boundary:
        return {}
    sections = (b"\r\n" + body).split(b"\r\n--" + boundary, _MOST_PARTS + 1)
    found: dict[str, Part] = {}
    for section in sections[1:]:
        if section.startswith(b"--"):
            break
        # The line end after the boundary is no part of the headers.
        end = section.find(_BLANK, 0, LONGEST_HEAD_BYTES + 2 + len(_BLANK))
        if end < 0 and len(section) > LONGEST_HEAD_BYTES:
            raise _refused(f"The headers of a part have at most {LONGEST_HEAD_BYTES:,} bytes.")
        headers = BytesHeaderParser().parsebytes(section[: max(end, 0)].strip())
        name = headers.get_param("name", header="content-disposition")
        if isinstance(name, str):
            content = section[end + len(_BLANK) :]
            found[name] = Part(content, headers.get_filename() or "", headers.get_content_type())
    return found


def _boundary(content_type: str) -> bytes:
    """What stands between the parts; b"" where it is no such form."""
    if len(content_type) > LONGEST_HEAD_BYTES:
        raise _refused(f"A Content-Type has at most {LONGEST_HEAD_BYTES:,} bytes.")
    head = Message()
    head["Content-Type"] = content_type.replace("\r", " ").replace("\n", " ")
    if head.get_content_type() != "multipart/form-data":
        return b""
    return (head.get_boundary() or "").encode("utf-8", "replace")


def _refused(details: str) -> Refusal:
    return Refusal(BAD_FIELD, details, "file")
