"""Phone numbers as people type them, their region, and the forms that mean one person."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import phones
from desktop.domain.phones import NotAPhone


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("+16045550142", ""),
        ("+1 604 555 0142", ""),
        ("+1 (604) 555-0142", "IN"),
        (" +1.604.555.0142\n", ""),
        ("tel:+1-604-555-0142", ""),
        ("0016045550142", ""),
        ("00 1 604 555 0142", "GB"),
        ("6045550142", "CA"),
        ("(604) 555-0142", "CA"),
        ("1 604 555 0142", "CA"),
        ("011 1 604 555 0142", "CA"),
        ("+١٦٠٤٥٥٥٠١٤٢", ""),
        ("٠٠١٦٠٤٥٥٥٠١٤٢", ""),
        ("٦٠٤٥٥٥٠١٤٢", "CA"),
        ("+१६०४५५५०१४२", ""),
        ("＋１６０４５５５０１４２", ""),
    ],
)
def test_every_way_to_write_a_number_gives_one_e164(text: str, country: str) -> None:
    assert phones.parse(text, country) == "+16045550142"


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("098765 43210", "IN", "+919876543210"),
        ("9876543210", "IN", "+919876543210"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 20 7946 0018", "CA", "+442079460018"),
        ("514 555 0163", "US", "+15145550163"),
        ("+1 902 555 0128", "", "+19025550128"),
        ("+1 306 555 0191", "", "+13065550191"),
        ("+1 236 555 0100", "", "+12365550100"),
    ],
)
def test_a_default_country_is_for_numbers_without_a_code_only(text: str, country: str, expected: str) -> None:
    assert phones.parse(text, country) == expected


@pytest.mark.parametrize(
    ("text", "country", "says"),
    [
        ("6045550142", "", "no country code"),
        ("+1604", "", "has too few digits"),
        ("+1604555014", "", "has too few digits"),
        ("12345", "CA", "has too few digits"),
        ("6045550", "CA", "has too few digits"),
        ("+49", "", "not a phone number"),
        ("+412222222222", "", "has too few or too many digits"),
        ("+1604555014299", "", "has too many digits"),
        ("+1604555014299999999999", "", "too many"),
        ("+1 604 055 0142", "", "not in use"),
        ("+1 604 555 0142 ext. 12", "", "extension"),
        ("604 555 0142 x7", "CA", "extension"),
        ("", "CA", "not a phone number"),
        ("   ", "", "not a phone number"),
        ("+", "", "not a phone number"),
        ("ask Maya", "CA", "not a phone number"),
        ("maya@example.com", "CA", "not a phone number"),
    ],
)
def test_what_cannot_be_a_number_says_why_beside_the_field(text: str, country: str, says: str) -> None:
    with pytest.raises(NotAPhone) as wrong:
        phones.parse(text, country)

    assert says in wrong.value.sentence
    assert wrong.value.field == "phone"


@given(st.text(max_size=20), st.sampled_from(["", "CA", "IN", "XX"]))
def test_any_text_is_a_number_or_a_problem(text: str, country: str) -> None:
    """Nothing but a Problem is raised, and what is read reads the same again."""
    with contextlib.suppress(NotAPhone):
        phone = phones.parse(text, country)
        assert phone.startswith("+")
        assert phone[1:].isascii()
        assert phone[1:].isdecimal()
        assert phones.parse(phone) == phone


def test_whatsapps_bare_digits_become_e164() -> None:
    assert phones.from_wa_id("16045550142") == "+16045550142"
    assert phones.from_wa_id("+1 604 555 0142") == "+16045550142"


@pytest.mark.parametrize(
    ("phone", "region", "is_us"),
    [
        ("+16045550142", "CA", False),  # Vancouver
        ("+14165550117", "CA", False),  # Toronto
        ("+15145550163", "CA", False),  # Montréal
        ("+19025550128", "CA", False),  # Halifax
        ("+13065550191", "CA", False),  # Saskatchewan
        ("+12365550100", "CA", False),  # British Columbia, an overlay
        ("+18765550123", "JM", False),
        ("+12425550100", "BS", False),
        ("+17875550123", "PR", False),  # a region of its own in the numbering plan
        ("+16715550123", "GU", False),
        ("+12125550123", "US", True),
        ("+13105550123", "US", True),
        ("+18085550123", "US", True),  # Hawaii
        ("+442079460018", "GB", False),
        ("+919876543210", "IN", False),
    ],
)
def test_a_us_number_is_known_by_its_region_not_by_plus_one(phone: str, region: str, is_us: bool) -> None:
    assert phones.region(phone) == region
    assert phones.is_us(phone) is is_us


@pytest.mark.parametrize("text", ["", "+", "nonsense", "+999123456"])
def test_what_is_no_number_has_no_region(text: str) -> None:
    assert phones.region(text) == ""
    assert not phones.is_us(text)


def test_a_number_is_shown_in_groups() -> None:
    assert phones.pretty("+16045550142") == "+1 604 555 0142"
    assert phones.pretty("unreadable") == "unreadable"


BOTH_FORMS = [
    ("+5511987654321", "+551187654321"),  # São Paulo, with and without the ninth digit
    ("+5531998765432", "+553198765432"),  # Belo Horizonte
    ("+5215512345678", "+525512345678"),  # Mexico City, with and without the 1
    ("+5218112345678", "+528112345678"),  # Monterrey
    ("+5493515678901", "+543515678901"),  # Córdoba, with and without the 9
    ("+5491123456789", "+541123456789"),  # Buenos Aires
]


@pytest.mark.parametrize(("one", "other"), BOTH_FORMS)
def test_the_old_and_the_new_form_are_one_person_both_ways(one: str, other: str) -> None:
    assert phones.forms(one) == (one, other)
    assert phones.forms(other) == (other, one)


@pytest.mark.parametrize(("one", "other"), BOTH_FORMS)
def test_both_forms_can_be_read(one: str, other: str) -> None:
    """Files and integrations bring either; both must lead to the one contact."""
    assert set(phones.forms(phones.parse(one))) == {one, other}
    assert set(phones.forms(phones.parse(other))) == {one, other}


@pytest.mark.parametrize(
    "phone", ["+16045550142", "+442079460018", "+919876543210", "+551131234567", "+551140028922"]
)
def test_other_numbers_have_one_form(phone: str) -> None:
    assert phones.forms(phone) == (phone,)


@given(
    st.one_of(
        st.from_regex(r"\+55[1-9]{2}9?[2-9][0-9]{7}", fullmatch=True),
        st.from_regex(r"\+521?[2-9][0-9]{9}", fullmatch=True),
        st.from_regex(r"\+549?(11|[23][0-9])[0-9]{8}", fullmatch=True),
    )
)
def test_being_one_person_is_mutual(phone: str) -> None:
    """If A is another form of B, then B is another form of A: identity cannot depend on who came first."""
    for other in phones.forms(phone):
        assert set(phones.forms(other)) == set(phones.forms(phone))
