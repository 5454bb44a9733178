"""A sandbox stays on this machine, the real thing stays off it, and secrets stay out of sight."""

import pytest

from desktop.whatsapp.connection import GRAPH_URL, BadConnection, Connection


def connection(
    url: str,
    *,
    is_sandbox: bool = False,
    number: str = "106500000000001",
    token: str = "secret-token",
    version: str = "v25.0",
) -> Connection:
    return Connection(
        url, number, "204600000000002", token, app_secret="secret-key", version=version, is_sandbox=is_sandbox
    )


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8710", "http://localhost:1", "http://[::1]:9", "http://127.9.9.9"]
)
def test_sandbox_is_on_this_machine(url: str) -> None:
    assert connection(url, is_sandbox=True).base_url == url
    with pytest.raises(BadConnection) as refused:
        connection(url)
    assert refused.value.field == "base_url"


@pytest.mark.parametrize(
    "url",
    [
        GRAPH_URL,
        "http://10.0.0.4",
        "http://192.168.1.9:80",
        "http://127.0.0.1.example.org",
        "http://0.0.0.0:80",
    ],
)
def test_sandbox_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(BadConnection):
        connection(url, is_sandbox=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.facebook.com",
        "https://127.0.0.1",
        "https://127.1",
        "https://2130706433",
        "https://0x7f000001",
        "https://0.0.0.0",
        "https://[::]",
        "https://[::ffff:127.0.0.1]",
        "https://localhost.",
        "https://sandbox.localhost",
        "https://user:word@graph.facebook.com",
        "https://graph.facebook.com?x=1",
        "https://graph.facebook.com#x",
        "https://graph.facebook.com:99999",
        "ftp://graph.facebook.com",
        "graph.facebook.com",
        "https://",
        "",
    ],
)
def test_real_address_is_https_and_elsewhere(url: str) -> None:
    with pytest.raises(BadConnection) as refused:
        connection(url)
    assert refused.value.field == "base_url"


def test_secrets_are_not_shown() -> None:
    shown = repr(connection(GRAPH_URL))
    assert "secret" not in shown
    assert "106500000000001" in shown


@pytest.mark.parametrize("token", ["", "two words", "line\r\nX-Other: 1", "tökén"])
def test_token_that_no_header_can_carry_is_refused(token: str) -> None:
    with pytest.raises(BadConnection) as refused:
        connection(GRAPH_URL, token=token)
    assert refused.value.field == "token"


@pytest.mark.parametrize("number", ["", "1/2", "../me", "1?x", "1 2"])
def test_ids_cannot_lead_elsewhere(number: str) -> None:
    with pytest.raises(BadConnection) as refused:
        connection(GRAPH_URL, number=number)
    assert refused.value.field == "phone_number_id"
    with pytest.raises(BadConnection):
        connection(GRAPH_URL).url(number)


def test_version_is_checked() -> None:
    with pytest.raises(BadConnection):
        connection(GRAPH_URL, version="25")


def test_urls() -> None:
    assert (
        str(connection(GRAPH_URL + "/").url("1", "messages")) == "https://graph.facebook.com/v25.0/1/messages"
    )


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("https://lookaside.fbsbx.com/whatsapp/media?mid=1", True),
        ("https://graph.facebook.com/v25.0/1", True),
        ("http://lookaside.fbsbx.com/x", False),
        ("https://fbsbx.com.example.org/x", False),
        ("https://evilfbsbx.com/x", False),
        ("https://127.0.0.1/x", False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_token_goes_to_metas_hosts_only(address: str, trusted: bool) -> None:
    assert connection(GRAPH_URL).trusts(address) is trusted


def test_sandbox_token_stays_on_this_machine() -> None:
    sandbox = connection("http://127.0.0.1:8710", is_sandbox=True)
    assert sandbox.trusts("http://127.0.0.1:8710/files/1")
    assert not sandbox.trusts("https://lookaside.fbsbx.com/x")
