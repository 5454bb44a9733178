"""Files that a person attaches: kinds, limits, names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.outgoing_files import (
    LARGEST_BYTES,
    LONGEST_NAME,
    MEGABYTE,
    OutgoingFile,
    check_size,
    is_key,
    kind_of,
    shown_name,
    size_words,
)
from desktop.domain.problems import Problem

KEY = "12-" + "0f" * 16 + ".pdf"


@pytest.mark.parametrize(
    ("name", "kind", "mime"),
    [
        ("a.JPG", "image", "image/jpeg"),
        ("clip.3gp", "video", "video/3gpp"),
        ("memo.ogg", "audio", "audio/ogg"),
        ("list.xlsx", "document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("read.txt", "document", "text/plain"),
    ],
)
def test_the_kind_goes_by_the_ending(name: str, kind: str, mime: str) -> None:
    assert kind_of(name) == (kind, mime)


@pytest.mark.parametrize("name", ["setup.exe", "photo", "a.webp", ".pdf.zip"])
def test_what_whatsapp_does_not_take_is_said(name: str) -> None:
    with pytest.raises(Problem, match="WhatsApp takes"):
        kind_of(name)


@pytest.mark.parametrize(("kind", "most"), [("image", 5), ("video", 16), ("audio", 16), ("document", 100)])
def test_the_limits_are_those_of_the_kind(kind: str, most: int) -> None:
    check_size(kind, "a", most * MEGABYTE)
    with pytest.raises(Problem, match=f"{most} MB at the most"):
        check_size(kind, "a", most * MEGABYTE + 1)
    with pytest.raises(Problem, match="empty"):
        check_size(kind, "a", 0)
    assert set(LARGEST_BYTES) == {"image", "video", "audio", "document"}


@given(st.text(max_size=300))
def test_a_shown_name_leads_nowhere(name: str) -> None:
    shown = shown_name(name)
    assert 1 <= len(shown) <= LONGEST_NAME
    assert "/" not in shown
    assert "\\" not in shown
    assert shown.isprintable()


@given(st.text(max_size=80))
def test_no_text_is_a_key_that_leads_out_of_the_folder(text: str) -> None:
    assert not is_key(text) or ("/" not in text and ".." not in text)


def test_a_draft_keeps_its_file_and_believes_no_other() -> None:
    file = OutgoingFile(KEY, "Price list.pdf", "application/pdf", "document", 3_000)
    assert OutgoingFile.from_json(file.to_json()) == file
    wrongs: list[object] = [None, {}, [], {"kind": "image"}]
    wrongs += [file.to_json() | {"key": "../" + KEY}, file.to_json() | {"kind": "program"}]
    for wrong in wrongs:
        assert OutgoingFile.from_json(wrong) is None


def test_sizes_as_words() -> None:
    assert [size_words(one) for one in (1, 640 * 1024, 2_500_000)] == ["1 KB", "640 KB", "2.4 MB"]
