"""Forms with a file, as client libraries write them, and as nobody should."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.server.cloud.multipart import LONGEST_HEAD_BYTES, parts_of
from desktop.services.api_cloud import Refusal

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
    for told, form_of in ((content_type, body), (TYPE, b"------abc" + body)):
        with suppress(Refusal):
            parts_of(told, form_of)


LONG = LONGEST_HEAD_BYTES + 1


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (TYPE, form(('name="file"' + "; a=b" * LONG, b"x"))),
        (TYPE, form(('name="file"' + "\r\nA: b" * LONG, b"x"))),
        (TYPE, b"------abc\r\n" + b"A: b\r\n" * LONG),
        (TYPE + "; a=b" * LONG, form(('name="file"', b"x"))),
    ],
)
def test_a_long_head_is_refused_before_it_is_read(content_type: str, body: bytes) -> None:
    """Reading parameters takes the square of their number: a megabyte of them would take many seconds."""
    with pytest.raises(Refusal, match="4,096") as refused:
        parts_of(content_type, body)
    assert refused.value.code == 100


def test_a_head_of_just_the_length_is_read() -> None:
    head = 'name="file"; filename="'
    told = len(b'Content-Disposition: form-data; "') + len(head)
    longest = "a" * (LONGEST_HEAD_BYTES - told)
    found = parts_of(TYPE, form((f'{head}{longest}"', b"x")))
    assert found["file"].filename == longest
    with pytest.raises(Refusal):
        parts_of(TYPE, form((f'{head}{longest}a"', b"x")))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (TYPE, form(("name=\"file\"; filename*=utf-8''a; filename*0=b", b"x"))),
        (TYPE, form(("name*=utf-8''a; name*0=b", b"x"))),
        ("multipart/form-data; boundary*=utf-8''a; boundary*0=b", form(('name="file"', b"x"))),
    ],
)
def test_a_parameter_told_in_two_ways_at_once_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        parts_of(content_type, body)
    assert refused.value.code == 100
