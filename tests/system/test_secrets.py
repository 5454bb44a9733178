"""Secrets: what a keyring says, and what it does not say."""

import threading

from keyring.errors import KeyringLocked, NoKeyringError

from desktop.system.secrets import Secrets, environment_name
from tests.ring import Ring


def secrets() -> Secrets:
    """As after a start."""
    return Secrets({}, patience_s=0.05)


def locked() -> None:
    raise KeyringLocked


def none() -> None:
    raise NoKeyringError


def test_what_is_kept_is_there_after_the_next_start(ring: Ring) -> None:
    assert secrets().put("token", "EAAG")
    assert (secrets().get("token"), secrets().asked("token")) == ("EAAG", "EAAG")
    assert secrets().asked("app_secret") == ""


def test_no_answer_is_another_thing_than_no_secret(ring: Ring) -> None:
    assert secrets().put("token", "EAAG")
    ring.trouble = locked
    assert (secrets().asked("token"), secrets().get("token")) == (None, "")
    opened = threading.Event()
    ring.trouble = opened.wait
    assert secrets().asked("token") is None
    opened.set()
    ring.trouble = none
    assert secrets().asked("token") == ""


def test_the_environment_needs_no_keyring(ring: Ring) -> None:
    ring.trouble = locked
    assert Secrets({"ASSENT_TOKEN": "given"}).asked("token") == "given"


def test_a_bots_secret_has_a_name_of_its_own_in_the_environment(ring: Ring) -> None:
    assert environment_name("bot:shop key") == "ASSENT_BOT_SECRET_SHOP_KEY"
    assert environment_name("elsewhere") == ""
    ring.trouble = locked
    assert Secrets({"ASSENT_BOT_SECRET_SHOP_KEY": "given"}).get("bot:shop key") == "given"
