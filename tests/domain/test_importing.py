"""Columns recognised, cells read, rows refused with a reason, and what a row may do to a known choice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.consent import Facts, OptIn
from desktop.domain.importcolumns import (
    CREATED_HEADING,
    LAST_MESSAGE_HEADING,
    STOPPED_HEADING,
    Becomes,
    Column,
    NotATable,
    check_columns,
    check_headings,
    field_heading,
    recognise,
)
from desktop.domain.importing import (
    Counts,
    Effect,
    ImportRow,
    Options,
    RejectedRow,
    Unreadable,
    defuse,
    effect_on_known,
    lacks_country_code,
    plain,
    read_opt_in,
    read_phone,
    read_row,
    read_tags,
)


def meanings(*headings: str) -> list[Becomes]:
    return [column.becomes for column in recognise(headings)]


class TestColumns:
    @pytest.mark.parametrize(
        "heading",
        [
            "opt-in",
            "OptIn",
            "marketing",
            "Marketing opt-in",
            "Marketing Opt-In?",
            "messageOptIn",
            "marketingOptIn",
            "OPT IN",
            "opt_in",
        ],
    )
    def test_opt_in(self, heading: str) -> None:
        assert meanings("Phone", heading) == [Becomes.PHONE, Becomes.OPT_IN]

    def test_a_date_of_the_opt_in_is_not_the_opt_in(self) -> None:
        assert meanings("Opt-in date") == [Becomes.ATTRIBUTE]

    @pytest.mark.parametrize("heading", ["Opt-out", "Unsubscribed", "Do not contact"])
    def test_opt_out_is_asked_the_other_way_round(self, heading: str) -> None:
        assert meanings("phone", heading) == [Becomes.PHONE, Becomes.OPT_OUT]

    @pytest.mark.parametrize(
        "heading",
        ["Mobile No.", "phone", "PHONE NUMBER", "WhatsApp", "Téléphone", "Teléfono", "Ｐｈｏｎｅ"],
    )
    def test_phone(self, heading: str) -> None:
        assert meanings(heading) == [Becomes.PHONE]

    def test_the_whatsapp_number_is_the_number(self) -> None:
        columns = recognise(["Phone", "WhatsApp number", "Name"])
        assert [(column.becomes, column.attribute) for column in columns] == [
            (Becomes.ATTRIBUTE, "Phone"),
            (Becomes.PHONE, ""),
            (Becomes.NAME, ""),
        ]

    def test_first_and_last_name_only_without_a_whole_one(self) -> None:
        assert meanings("Last name", "First name") == [Becomes.LAST_NAME, Becomes.FIRST_NAME]
        assert meanings("Name", "First name") == [Becomes.NAME, Becomes.ATTRIBUTE]

    def test_others_become_attributes_each_with_its_own_name(self) -> None:
        columns = recognise(["City", "city ", "", "Row in the file", "Notes"])
        assert [(one.becomes.value, one.attribute) for one in columns] == [
            ("attribute", "City"),
            ("attribute", "city (2)"),
            ("leave_out", ""),
            ("leave_out", ""),
            ("attribute", "Notes"),
        ]
        assert {one.becomes for one in recognise(["City", "Notes"], keep_others=False)} == {Becomes.LEAVE_OUT}

    def test_which_columns_will_not_do(self) -> None:
        check_columns(recognise(["Phone", "City"]))
        for wrong in (
            recognise(["Colour", "City"]),
            [Column(0, "a", Becomes.PHONE), Column(1, "b", Becomes.PHONE)],
            [Column(0, "a", Becomes.PHONE), Column(1, "b", Becomes.ATTRIBUTE)],
            [
                Column(0, "a", Becomes.PHONE),
                Column(1, "b", Becomes.ATTRIBUTE, "City"),
                Column(2, "c", Becomes.ATTRIBUTE, "CITY"),
            ],
        ):
            with pytest.raises(NotATable) as raised:
                check_columns(wrong)
            assert raised.value.field == "columns"

    @pytest.mark.parametrize("first", [["+16045550142", "Ana"], ["Ana", "(604) 555-0142"], ["6045550142"]])
    def test_data_is_no_headings(self, first: list[str]) -> None:
        with pytest.raises(NotATable):
            check_headings(first)

    def test_headings_may_hold_digits(self) -> None:
        check_headings(["Phone 1", "Form 20240131-A", "Leads 2024"])


class TestExportedHeadings:
    @pytest.mark.parametrize(
        "attribute", ["City", "Name", "optin", "Phone", "Tags", "★", "Created (UTC)", "a (contact field)"]
    )
    def test_an_attribute_is_imported_again_as_itself(self, attribute: str) -> None:
        columns = recognise(["Name", "Phone", "Marketing opt-in", "Tags", field_heading(attribute)])
        assert (columns[-1].becomes, columns[-1].attribute) == (Becomes.ATTRIBUTE, attribute)
        assert meanings("Name", "Phone", "Marketing opt-in", "Tags") == [one.becomes for one in columns[:-1]]

    def test_what_no_import_can_set_is_left_out(self) -> None:
        headings = [STOPPED_HEADING, CREATED_HEADING, LAST_MESSAGE_HEADING]
        assert meanings(*headings) == [Becomes.LEAVE_OUT] * 3


class TestOptIn:
    @pytest.mark.parametrize(
        "text", ["TRUE", "Yes", "1", "Y", "ja", "sí", "SI", " yes ", "Ｙｅｓ", "हाँ", "opted in"]
    )
    def test_yes(self, text: str) -> None:
        assert read_opt_in(text) is OptIn.YES

    @pytest.mark.parametrize("text", ["FALSE", "NO", "0", "N", "nein", "Não", "ＮＯ", "नहीं", "unsubscribed"])
    def test_no(self, text: str) -> None:
        assert read_opt_in(text) is OptIn.NO

    @pytest.mark.parametrize("text", ["", "  ", "\u3000"])
    def test_blank(self, text: str) -> None:
        assert read_opt_in(text) is None

    def test_no_choice_is_said_and_not_blank(self) -> None:
        assert read_opt_in("No choice recorded") is OptIn.NONE

    @pytest.mark.parametrize("text", ["maybe", "2", "-1", "n/a", "yes, but no", "TRUE FALSE", "not yet"])
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(Unreadable, match=text):
            read_opt_in(text)


class TestRow:
    columns = recognise(["Phone", "Name", "Opt-in", "Opt-out", "Tags", "City", "messageOptIn"])

    def read(self, *values: str, country: str = "CA") -> ImportRow | RejectedRow | None:
        return read_row(7, values, self.columns, country)

    def sentence(self, *values: str, country: str = "CA") -> str:
        read = self.read(*values, country=country)
        assert isinstance(read, RejectedRow)
        assert (read.number, read.values) == (7, values)
        return read.sentence

    def test_everything(self) -> None:
        assert self.read(
            "(604) 555-0142", " Łukasz \x00 Żak ", "yes", "", "VIP; spring,vip", "Kraków"
        ) == ImportRow(
            7, "+16045550142", "Łukasz Żak", OptIn.YES, ("VIP", "spring"), (("City", "Kraków"),), False
        )

    def test_blank(self) -> None:
        assert self.read("", " ", "\t") is None
        assert self.read() is None

    @pytest.mark.parametrize(
        ("opt_in", "opt_out", "message", "said"),
        [
            ("yes", "", "", OptIn.YES),
            ("", "", "yes", OptIn.YES),
            ("yes", "yes", "", OptIn.NO),
            ("yes", "no", "", OptIn.YES),
            ("", "no", "", None),
            ("yes", "", "no", OptIn.NO),
            ("none", "", "", OptIn.NONE),
        ],
    )
    def test_a_no_in_any_column_is_heard(
        self, opt_in: str, opt_out: str, message: str, said: OptIn | None
    ) -> None:
        row = self.read("+16045550142", "", opt_in, opt_out, "", "", message)
        assert isinstance(row, ImportRow)
        assert row.opt_in is said

    def test_refusals_say_why(self) -> None:
        assert "is missing" in self.sentence("", "Ana")
        assert "“maybe” is not an opt-in value" in self.sentence("+16045550142", "", "maybe")
        assert "“perhaps” is not an opt-in value" in self.sentence("+16045550142", "", "", "perhaps")
        assert "country code" in self.sentence("604 555 0142", country="")
        assert "A spreadsheet has cut" in self.sentence("1.60456E+10")
        assert "8 cells and the headings 7" in self.sentence("+16045550142", "", "", "", "", "", "", "x")
        assert "longer than 200" in self.sentence("+16045550142", "x" * 201)
        assert "too long (3,000 characters)" in self.sentence("+16045550142", "", "", "", "", "x" * 3000)
        assert "longer than 60" in self.sentence("+16045550142", "", "", "", "x" * 61)

    def test_us_by_region(self) -> None:
        for phone, us_number in (("+12015550123", True), ("+16045550142", False)):
            row = self.read(phone)
            assert isinstance(row, ImportRow)
            assert row.us_number is us_number

    @pytest.mark.parametrize(
        ("now", "other"), [("+5511987654321", "+551187654321"), ("+525512345678", "+5215512345678")]
    )
    def test_forms_of_one_number_have_one_key(self, now: str, other: str) -> None:
        assert ImportRow(1, now).key == ImportRow(2, other).key

    @given(st.lists(st.text(max_size=30), max_size=9))
    def test_any_cells_give_an_answer(self, values: list[str]) -> None:
        read = read_row(2, values, self.columns, "CA")
        if read is None:
            assert not any(value.strip() for value in values)
        elif isinstance(read, RejectedRow):
            assert read.sentence
        else:
            assert read.phone.startswith("+")

    def test_an_apostrophe_before_a_number_is_none_of_it(self) -> None:
        row = self.read("'+16045550142", "O'Brien")
        assert isinstance(row, ImportRow)
        assert (row.phone, row.name) == ("+16045550142", "O'Brien")

    def test_tags(self) -> None:
        assert read_tags(" a ;, B,b ; c d") == ("a", "B", "c d")

    @pytest.mark.parametrize(
        "text", ["６０４ ５５５ ０１４２", "٦٠٤٥٥٥٠١٤٢", "0016045550142", "604.555.0142"]
    )
    def test_phone(self, text: str) -> None:
        assert read_phone(text, "CA") == ("+16045550142", "CA")


class TestEffect:
    @given(st.sampled_from(OptIn), st.booleans(), st.sampled_from([*OptIn, None]))
    def test_no_never_becomes_yes(self, known: OptIn, stopped: bool, said: OptIn | None) -> None:
        effect = effect_on_known(Facts(known, stopped), said)
        if known is OptIn.NO or stopped:
            assert effect is not Effect.OPT_IN
        if said is OptIn.NO:
            assert effect is (Effect.ALREADY_NO if known is OptIn.NO else Effect.OPT_OUT)
        if said in (None, OptIn.NONE):
            assert effect is Effect.NOTHING
        if said is OptIn.YES and known is OptIn.NONE and not stopped:
            assert effect is Effect.OPT_IN
        assert (effect is Effect.KEPT_NO) == (said is OptIn.YES and (known is OptIn.NO or stopped))

    def test_the_option_is_none_unless_someone_chose(self) -> None:
        assert Options().opt_in_for_new is OptIn.NONE
        assert Options().apply_opt_outs

    def test_counts_add_up(self) -> None:
        both = Counts(rows=3, new=1, known=1) + Counts(rows=2, new=2, kept_no=1)
        assert both == Counts(rows=5, new=3, known=1, kept_no=1)
        assert both.contacts == 4


class TestDefuse:
    @pytest.mark.parametrize("value", ["=1+1", "+1604", "-1", "@cmd", "\t=1", " =1", "＝1+1", "\r=1"])
    def test_formulas_and_back(self, value: str) -> None:
        assert defuse(value) == f"'{value}"
        assert plain(defuse(value)) == value

    @given(st.text(alphabet="'=+-@ \n\ta1", max_size=8))
    def test_what_is_written_is_read_again(self, value: str) -> None:
        assert plain(defuse(value)) == value
        assert defuse(value)[:1] not in ("=", "+", "-", "@", "\t") or not value.strip()

    @pytest.mark.parametrize("phone", ["+16725550125", "+91984501234567"])
    def test_a_phone_number_is_no_formula(self, phone: str) -> None:
        assert defuse(phone) == phone
        assert plain(phone) == plain(f"'{phone}") == phone
        assert defuse(f"{phone}+1") == f"'{phone}+1"

    @pytest.mark.parametrize("value", ["", "Ana", "O'Brien", "'quoted'", "1+1", "  "])
    def test_others_are_left_alone(self, value: str) -> None:
        assert defuse(value) == value
        assert plain(value) == value


@pytest.mark.parametrize(
    ("phone", "country", "lacks"),
    [
        ("098450 12345", "CA", True),
        ("(080) 2345-6789", "", True),
        ("+91 98450", "CA", False),
        ("0091 98450", "CA", False),
        ("12345", "CA", False),
        ("perhaps", "CA", False),
        ("", "CA", False),
        ("604 555 0142 x7", "CA", False),
    ],
)
def test_a_number_without_a_country_code_is_told_from_a_mistyped_one(
    phone: str, country: str, lacks: bool
) -> None:
    columns = recognise(("Name", "Phone"))
    row = read_row(2, ("Ann", phone), columns, country)
    assert isinstance(row, RejectedRow)
    assert lacks_country_code(row, columns) is lacks


def test_a_row_with_another_fault_does_not_lack_a_country_code() -> None:
    columns = recognise(("Phone", "Opt-in"))
    row = read_row(2, ("604 555 0142", "maybe"), columns, "CA")
    assert isinstance(row, RejectedRow)
    assert not lacks_country_code(row, columns)
    assert not lacks_country_code(row, recognise(("Who",)))
