"""What leaves this computer in a log or a report holds no phone, no secret, no address."""

import logging
import re
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat

from desktop.system import logs
from desktop.system.redaction import redact

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
WRITINGS = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.RFC3966)
AROUND = st.sampled_from(["", " ", "(", "“", "to ", "phone=", "['", ", ", "\n", "tel:"])


@st.composite
def phones(draw: st.DrawFn) -> phonenumbers.PhoneNumber:
    """A valid number of any region, its last four digits drawn."""
    example = phonenumbers.example_number(draw(st.sampled_from(REGIONS)))
    assert example is not None
    digits = str(example.national_number)
    last = draw(st.text("0123456789", min_size=4, max_size=4))
    made = phonenumbers.PhoneNumber(
        example.country_code,
        int(digits[:-4] + last),
        italian_leading_zero=example.italian_leading_zero,
    )
    assume(
        phonenumbers.is_possible_number(made)
    )  # where four digits are all there is, zeros make it too short
    return made


def shown_digits(text: str) -> str:
    return re.sub(r"\D", "", text)


@given(phones(), st.sampled_from(WRITINGS), AROUND, AROUND)
def test_of_a_phone_two_digits_stay(
    phone: phonenumbers.PhoneNumber, writing: int, before: str, after: str
) -> None:
    written = phonenumbers.format_number(phone, writing)
    said = redact(f"{before}{written}{after}")
    assert len(shown_digits(said)) <= 2, said
    assert shown_digits(written)[-2:].endswith(shown_digits(said))


@pytest.mark.parametrize(
    "written",
    [
        "604-555-0142", "(604) 555-0142", "604.555.0142", "604 555 0142", "16045550142", "1 604 555 0142",
        "+1 (604) 555‑0142", "06 12 34 56 78", "98765 43210", "020 7946 0958", "00 44 20 7946 0958",
    ],
)  # fmt: skip
def test_a_phone_as_people_write_it(written: str) -> None:
    said = redact(f"call {written} today")
    assert len(shown_digits(said)) <= 2, said
    assert (said[:5], said[-6:]) == ("call ", " today")


@pytest.mark.parametrize(
    "kept",
    [
        "2026-11-22 10:46:00,123 INFO assent.engine ready",
        "2026-11-22T18:46:00+00:00",
        'File "desktop/app.py", line 335, in run',
        "http://127.0.0.1:54321/webhooks/whatsapp answers 503 after 1234 ms",
        "Assent 0.1.0 (bundle), Python 3.11.7, Linux-6.1.0-18-amd64-x86_64-with-glibc2.36",
        "the token cannot be used; the secret is another one",
        "12,345 of 1,000,000 rows, revision 0003, error 131026",
    ],
)
def test_what_helps_stays(kept: str) -> None:
    assert redact(kept) == kept


SECRETS = [
    ("GET /v25.0/1/messages?access_token=EAAGq1w2e3&limit=5", "EAAGq1w2e3"),
    ("Authorization: Bearer abc.DEF-123", "abc.DEF"),
    ('{"token": "two words", "app_secret": \'quoted\'}', "two words"),
    ('{"token": "two words", "app_secret": \'quoted\'}', "quoted"),
    ("postgresql+psycopg://meera:hunt@er2@db.example.com:5432/assent", "hunt"),
    ("postgresql+psycopg://meera:hunt@er2@db.example.com:5432/assent", "er2"),
    ("postgresql+psycopg://meera:hunt@er2@db.example.com:5432/assent", "meera"),
    ("host=db password=hunter2 dbname=assent", "hunter2"),
    ("ASSENT_APP_SECRET=0123abc", "0123abc"),
    ("verify_token: xyz-9", "xyz-9"),
    ("the value EAAGm0PX4ZCpsBA was refused", "m0PX4ZCpsBA"),
    ("refused ak_D7gn7FQx4R77U-q5ZAj-.MdDd42YPKzAgMcOfmgAt", "MdDd42YPKzAg"),
    ("apiSecret: 03wV2MSqK7sIV_n2rSnrIIoa6zC", "03wV2MSqK7sIV"),
    ("X-Hub-Signature-256: sha256=00ff00ff", "00ff00ff"),
    ("unknown wamid.HBgLMTYwNTU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA", "MTYwNTU1NTEyMzQ"),
    ("sent to ana.costa+shop@mail.example.ca", "ana.costa"),
    ("sent to ana.costa+shop@mail.example.ca", "example.ca"),
    ("open /" + "home/ana/.local/share/assent/assent.db", "ana/"),
    ("open C:\\Users\\Ana Costa\\AppData\\assent.db", "Ana Costa"),
    ("[SQL: INSERT]\n[parameters: ('Priya Sharma', '[x]')]\n(Background on this error at: https://…)", "Priya"),
    ("DETAIL:  Key (name)=(Priya (VIP)) already exists.", "Priya"),
    ("[type=int_parsing, input_value='Priya Sharma', input_type=str]", "Priya"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "secret"), SECRETS, ids=range(len(SECRETS)))
def test_a_secret_goes(said: str, secret: str) -> None:
    assert secret not in redact(said)


@given(
    st.lists(st.sampled_from([said for said, _ in SECRETS]) | st.text(max_size=40), max_size=4).map(" ".join)
)
def test_a_second_time_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


def test_the_log_and_its_tail_are_redacted(tmp_path: Path) -> None:
    root = logging.getLogger("assent")
    before = list(root.handlers)
    path = tmp_path / "assent.log"
    logs.start(path)
    try:
        for number in range(30):
            logging.getLogger("assent.test").info("line %d to +1 604 555 0142 token=abc9", number)
    finally:
        for handler in [one for one in root.handlers if one not in before]:
            root.removeHandler(handler)
            handler.close()
    assert "0142" not in path.read_text(encoding="utf-8")
    lines = logs.tail(path, 5).splitlines()
    assert [line.split("line ")[1][:2] for line in lines] == ["25", "26", "27", "28", "29"]
    assert logs.tail(tmp_path / "nothing.log") == ""
