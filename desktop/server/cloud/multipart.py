"""A form with a file in it, as clients upload one: read from a body that is here whole."""

from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final

_MOST_PARTS: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One field. filename: "" where it is no file; mime: as told with it."""

    content: bytes = field(repr=False)
    filename: str = ""
    mime: str = ""


def parts_of(content_type: str, body: bytes) -> dict[str, Part]:
    """The fields of a multipart/form-data body by their names; none where it is something else."""
    head = Message()
    head["Content-Type"] = content_type.replace("\r", " ").replace("\n", " ")
    boundary = head.get_boundary()
    if head.get_content_type() != "multipart/form-data" or not boundary:
        return {}
    sections = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("utf-8", "replace"), _MOST_PARTS + 1)
    found: dict[str, Part] = {}
    for section in sections[1:]:
        if section.startswith(b"--"):
            break
        told, blank, content = section.partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(told.strip())
        name = headers.get_param("name", header="content-disposition")
        if blank and isinstance(name, str):
            found[name] = Part(content, headers.get_filename() or "", headers.get_content_type())
    return found
