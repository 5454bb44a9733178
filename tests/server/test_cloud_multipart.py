"""Forms with a file, as client libraries write them, and as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.server.cloud.multipart import parts_of

TYPE = "multipart/form-data; boundary=----abc"


def form(*parts: tuple[str, bytes], boundary: bytes = b"----abc") -> bytes:
    """A body; parts: what stands after form-data, and the content."""
    written = [
        b"--" + boundary + b"\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content
        for head, content in parts
    ]
    return b"\r\n".join([*written, b"--" + boundary + b"--\r\n"])


@given(st.binary(max_size=300))
def test_the_bytes_of_a_file_come_out_as_they_went_in(content: bytes) -> None:
    head = 'name="file"; filename="menu ü.png"\r\nContent-Type: image/png'
    found = parts_of(TYPE, form(('name="type"', b"image/png"), (head, content)))
    assert found["type"].content == b"image/png"
    assert (found["file"].content, found["file"].mime) == (content, "image/png")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", form(('name="file"', b"x"))),
        ("multipart/form-data", form(('name="file"', b"x"))),
        (TYPE, b""),
        (TYPE, b"----abc"),
        (TYPE, form(("nothing", b"x"))),
        ('multipart/form-data; boundary="\r\n"', b"\r\n\r\n"),
        (TYPE, b"------abc\r\n\r\n------abc"),
    ],
)
def test_what_is_no_such_form_has_no_fields(content_type: str, body: bytes) -> None:
    assert parts_of(content_type, body) == {}


@given(st.text(max_size=80), st.binary(max_size=200))
def test_anything_is_read_without_a_fault(content_type: str, body: bytes) -> None:
    parts_of(content_type, body)
    parts_of(TYPE, b"------abc" + body)
