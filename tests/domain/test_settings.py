"""Workspace settings: as rows and back, defaults for what is missing."""

import json

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.consent import Policy
from desktop.domain.people import Role
from desktop.domain.settings import Settings
from desktop.domain.words import Words

words = st.lists(st.text(min_size=1, max_size=8), max_size=4).map(tuple)
all_settings = st.builds(
    Settings,
    strict=st.booleans(),
    bots_ask=st.booleans(),
    words=st.builds(Words, words, words),
    opt_out_text=st.text(max_size=20),
    opt_in_text=st.text(max_size=20),
    subscribe_button=st.text(max_size=20),
    override_roles=st.frozensets(st.sampled_from(Role)),
    pace_per_s=st.none() | st.integers(1, 1000),
    default_country=st.sampled_from(["CA", "IN", "GB"]),
    business_name=st.text(max_size=20),
    time_zone=st.sampled_from(["UTC", "America/Toronto", "Asia/Kolkata"]),
)


@given(all_settings)
def test_settings_survive_json(settings: Settings) -> None:
    assert Settings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


@given(all_settings, st.data())
def test_a_missing_row_has_its_default(settings: Settings, data: st.DataObject) -> None:
    rows = settings.to_json()
    gone = data.draw(st.sampled_from(sorted(rows)))
    del rows[gone]

    read = Settings.from_json(rows)
    assert getattr(read, gone) == getattr(Settings(), gone)
    assert {name: row for name, row in read.to_json().items() if name != gone} == rows


def test_a_row_that_a_newer_version_wrote_is_left_alone() -> None:
    assert Settings.from_json({"strict": True, "from_the_future": [1]}) == Settings(strict=True)


def test_a_new_workspace_lets_no_choice_pass_and_does_not_ask_bots() -> None:
    assert Settings().policy == Policy(strict=False, bots_ask=False)
    assert Settings(strict=True, bots_ask=True).policy == Policy(strict=True, bots_ask=True)
    assert Settings().pace_per_s == 80
    assert Settings().override_roles == frozenset(Role)
