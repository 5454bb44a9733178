"""The error table is whole and says what the reference says."""

import pytest

from desktop.whatsapp.errors import NO_CODE, TABLE, Retry, Stops, rule

# Every code of Meta's table, as the protocol reference lists them.
CODES = (
    *(0, 1, 2, 3, 4, 10, 33, 100, 104, 190, 200, 368, 80007),
    *(130403, 130429, 130472, 130497),
    *(131000, 131005, 131008, 131009, 131016, 131021, 131026, 131030, 131031, 131037, 131042, 131045),
    *(131047, 131048, 131049, 131050, 131051, 131052, 131053, 131055, 131056, 131057, 131062, 131063, 131064),
    *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069),
    *(133000, 133004, 133005, 133006, 133008, 133009, 133010, 133015, 133016),
    *(134011, 134100, 134101, 134102, 135000, 137000),
    *(2388019, 2388039, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299),
)
MACHINE_RETRIES = {
    1: Retry.BACKOFF,
    2: Retry.BACKOFF,
    4: Retry.ACCOUNT_PAUSE,
    80007: Retry.ACCOUNT_PAUSE,
    130429: Retry.PACE,
    131000: Retry.BACKOFF,
    131016: Retry.BACKOFF,
    131053: Retry.ONCE,
    131056: Retry.PAIR,
    131057: Retry.BACKOFF,
    132069: Retry.AFTER,
    133004: Retry.BACKOFF,
    133015: Retry.AFTER,
    134101: Retry.AFTER,
}


def test_table_holds_exactly_the_codes() -> None:
    assert set(TABLE) == {*CODES, NO_CODE}
    assert len(CODES) == len(set(CODES))


@pytest.mark.parametrize("code", CODES)
def test_retry_is_as_the_reference_says(code: int) -> None:
    assert rule(code).retry is MACHINE_RETRIES.get(code, Retry.NEVER)


@pytest.mark.parametrize("code", CODES)
def test_words_and_waits_are_complete(code: int) -> None:
    row = rule(code)
    assert row.code == code
    assert row.sentence.endswith(".")
    assert row.advice.endswith(".")
    assert 3 < len(row.label) < 45
    assert str(code) in row.explanation
    assert row.retriable == (row.max_tries > 1) == bool(row.delays_s)
    waits = [row.delay_s(tries) for tries in range(1, row.max_tries)]
    assert all(wait is not None and wait > 0 for wait in waits)
    assert waits == sorted(wait for wait in waits if wait is not None)
    assert row.delay_s(row.max_tries) is None


def test_only_131050_is_the_customers_stop() -> None:
    assert [code for code, row in TABLE.items() if row.opts_out] == [131050]
    assert rule(131050).person_may_retry_after_s is None


def test_131049_waits_a_day_for_a_person_and_is_never_the_machines() -> None:
    assert rule(131049).delay_s(1) is None
    assert rule(131049).person_may_retry_after_s == 86_400


def test_pair_limit_waits_in_powers_of_four() -> None:
    assert [rule(131056).delay_s(tries) for tries in (1, 2, 3, 4)] == [1, 4, 16, 64]
    assert rule(131056).stops is Stops.RECIPIENT


def test_failure_without_cause_is_tried_three_times_more() -> None:
    assert [rule(131000).delay_s(tries) for tries in (1, 2, 3, 4)] == [5, 30, 300, None]


@pytest.mark.parametrize("code", [0, 3, 10, 190, 200, 368, 131031, 131042, 131045, 131048])
def test_account_wide_errors_stop_the_account(code: int) -> None:
    assert rule(code).stops is Stops.ACCOUNT


@pytest.mark.parametrize("code", [132000, 132001, 132007, 132015, 132016, 132068])
def test_template_errors_stop_the_template(code: int) -> None:
    assert rule(code).stops is Stops.TEMPLATE


@pytest.mark.parametrize("code", [131026, 131047, 131049, 131050, 131056, 132012, 132005, 130472, 100])
def test_one_recipients_errors_stop_neither_template_nor_account(code: int) -> None:
    assert rule(code).stops in (Stops.NOTHING, Stops.RECIPIENT)


@pytest.mark.parametrize("code", [201, 250, 299])
def test_permissions_share_a_rule(code: int) -> None:
    assert rule(code).code == code
    assert rule(code).stops is Stops.ACCOUNT
    assert rule(code).sentence == rule(200).sentence


@pytest.mark.parametrize("code", [5, 199, 300, 999_999])
def test_unknown_code_fails_one_message_only(code: int) -> None:
    assert rule(code).stops is Stops.NOTHING
    assert rule(code).retry is Retry.NEVER
    assert str(code) in rule(code).label
