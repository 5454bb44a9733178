"""Keys at a shell: made, listed without secrets, used against the running server, revoked at once."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.shell import PATIENCE_S, Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def ask(url: str, key: dict[str, Any]) -> int:
    asked = urllib.request.Request(url, headers={"apiKey": key["apiKey"], "apiSecret": key["apiSecret"]})
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


@pytest.mark.slow
def test_a_key_is_made_used_and_revoked_while_the_server_runs(shell: Shell) -> None:
    store = str(shell.store)
    with shell.running("serve", "--store", store, "--sandbox") as said:
        [made] = shell.do("key", "create", "--store", store, "--name", "shop-sync", "--scope", "all")
        assert set(made) == {"apiKey", "apiSecret", "bearer"}
        assert ask(f"{said['listening']}/devapi/test", made) == 200
        [listed] = shell.do("key", "list", "--store", store)
        assert (listed["name"], listed["scope"], listed["revokedAt"]) == ("shop-sync", "all", None)
        assert listed["lastUsedAt"] is not None
        assert made["apiSecret"] not in json.dumps(listed)
        assert shell.do("key", "revoke", "shop-sync", "--store", store) == [
            {"apiKey": made["apiKey"], "name": "shop-sync", "revoked": True}
        ]
        assert ask(f"{said['listening']}/devapi/test", made) == 401
    secret, bearer = made["apiSecret"], made["bearer"].partition(".")[2]
    for one in shell.home.rglob("*"):
        if one.is_file():
            kept = one.read_bytes()
            assert secret.encode() not in kept, one
            assert bearer.encode() not in kept, one


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("create", "--name", " "), "No name."),
        (("revoke", "nobody"), "Key not found."),
        (("create", "--name", "x", "--scope", "everything"), "--scope"),
    ],
)
@pytest.mark.slow
def test_what_is_wrong_is_said(shell: Shell, arguments: tuple[str, ...], complaint: str) -> None:
    ended = shell.run("key", *arguments)
    assert ended.code == 2
    assert complaint in ended.complaint
    assert ended.said == []
