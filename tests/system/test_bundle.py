"""What the bundle's starter changed in the environment is given back."""

import sys

import pytest

from desktop.system.bundle import give_back_environment


def test_in_a_checkout_nothing_changes() -> None:
    around = {"LD_LIBRARY_PATH": "/opt/lib", "PATH": "/bin"}
    give_back_environment(around)
    assert around == {"LD_LIBRARY_PATH": "/opt/lib", "PATH": "/bin"}


@pytest.mark.parametrize("before", ["", "/opt/lib"])
def test_in_the_bundle_what_stood_there_before(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    around = {"LD_LIBRARY_PATH": "/bundle/_internal"} | ({"LD_LIBRARY_PATH_ORIG": before} if before else {})
    give_back_environment(around)
    assert around == ({"LD_LIBRARY_PATH": before} if before else {})
