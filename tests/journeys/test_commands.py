"""The commands: a broadcast that can be checked from outside, and what each of them refuses."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.sequence import Definition
from tests.journeys.shell import Shell, end_of, get, post, sends, until

CONTACTS, SAID_NO, NO_CHOICE = 20, 3, 2


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A store of twenty contacts, made once, and what the command said of it."""
    shell = Shell(tmp_path_factory.mktemp("seeded"))
    counts = ("--contacts", str(CONTACTS), "--opted-out", str(SAID_NO), "--no-choice", str(NO_CHOICE))
    said = shell.do("seed", *counts)[-1]
    shell.change("PRAGMA wal_checkpoint(TRUNCATE)")
    return shell.store, said


@pytest.fixture
def shell(tmp_path: Path, seeded: tuple[Path, dict[str, Any]]) -> Shell:
    """A data folder with a copy of that store."""
    made = Shell(tmp_path)
    shutil.copy(seeded[0], made.store)
    return made


@pytest.fixture
def said_no(seeded: tuple[Path, dict[str, Any]]) -> list[str]:
    """The phones of those who opted out."""
    return list(seeded[1]["opted_out"])


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("sandbox")
    with Shell(home).running("sandbox", "--data", str(home / "log.db")) as said:
        yield said["listening"]


@pytest.fixture
def sandbox_url(sandbox: str) -> str:
    """The one sandbox process, with an empty log."""
    post(f"{sandbox}/_control/reset")
    post(f"{sandbox}/_control/status_delays", delays_s={"sent": 0.01, "delivered": 0.05, "read": 0.1})
    return sandbox


def check_broadcast(shell: Shell, url: str, contact_count: int, no_count: int, *, stop: bool = False) -> None:
    """Seed, send, and compare what the command says with what the sandbox has; with a STOP in the middle."""
    counts = ("--contacts", str(contact_count), "--opted-out", str(no_count))
    seeded = shell.do("seed", *counts, "--no-choice", "2")[-1]
    assert (seeded["contacts"], len(seeded["opted_out"])) == (contact_count, no_count)
    process = shell.start("broadcast", "--template", "winter_clearance", "--now", "--sandbox-url", url)
    stopped = ""
    if stop:
        until(lambda: get(f"{url}/_control/sends/count")["count"] >= 5, "the first messages to leave")
        last = "SELECT c.phone FROM message m JOIN contact c ON c.id = m.contact_id WHERE m.status = 'queued'"
        ((stopped,),) = shell.ask(f"{last} ORDER BY m.id DESC LIMIT 1")
        post(f"{url}/_control/customers/{stopped}/text", text="stop")
    ended = end_of(process)
    assert ended.code == 0, ended.complaint
    counted, ledger = ended.said[0], ended.said[-1]
    will_get = contact_count - no_count
    assert (counted["selected"], counted["will_be_sent"], counted["left_out"]) == (
        contact_count,
        will_get,
        no_count,
    )
    assert counted["lines"] == {"will_opted_in": will_get - 2, "will_no_choice": 2, "opted_out": no_count}
    assert (ledger["ledger"], ledger["faults"], ledger["selected"]) == ("green", [], contact_count)
    assert (ledger["to_send"], ledger["left_out"]) == (will_get - stop, no_count + stop)
    assert sum(ledger["now"].values()) == contact_count
    templates = Counter(one["to"] for one in sends(url) if one["type"] == "template")
    assert len(templates) == sum(templates.values()) == will_get - stop
    assert not {*seeded["opted_out"], stopped} & set(templates)
    others = [(one["to"], one["type"]) for one in sends(url) if one["type"] != "template"]
    assert others == ([(stopped, "interactive")] if stop else [])


@pytest.mark.slow
def test_a_broadcast_reaches_everyone_but_those_who_said_no_and_said_it_in_the_middle(
    empty: Shell, sandbox_url: str
) -> None:
    check_broadcast(empty, sandbox_url, 300, 4, stop=True)


@pytest.mark.slow
def test_990_of_1000(empty: Shell, sandbox_url: str) -> None:
    check_broadcast(empty, sandbox_url, 1000, 10)


@pytest.mark.slow
def test_989_of_1000_and_one_confirmation(empty: Shell, sandbox_url: str) -> None:
    check_broadcast(empty, sandbox_url, 1000, 10, stop=True)


@pytest.mark.slow
def test_verify_is_green_until_a_record_is_changed_behind_its_back(shell: Shell) -> None:
    sent = shell.do("broadcast", "--template", "winter_clearance", "--now")[-1]
    assert (sent["to_send"], sent["ledger"]) == (CONTACTS - SAID_NO, "green")
    assert [one["ledger"] for one in shell.do("verify")] == ["green"]
    shell.change("UPDATE message SET status = 'read' WHERE status = 'left_out' AND id = (SELECT min(id) FROM"
                 " message WHERE status = 'left_out')")  # fmt: skip
    ended = shell.run("verify")
    assert ended.code == 1
    assert ended.said[0]["ledger"] == "red"
    assert "1 messages are in a state that their events do not lead to." in ended.said[0]["faults"]


@pytest.mark.slow
def test_verify_tells_of_sequences_after_broadcasts(shell: Shell) -> None:
    shell.change("INSERT INTO sequence (id, name, status, version_id, created_at)"
                 " VALUES (1, 'Welcome', 'active', 1, 0)")  # fmt: skip
    kept = json.dumps(Definition().to_json())
    shell.change("INSERT INTO sequence_version (id, sequence_id, number, definition, at)"
                 f" VALUES (1, 1, 1, '{kept}', 0)")  # fmt: skip
    assert [(one["sequence"], one["ledger"]) for one in shell.do("verify")] == [(1, "green")]
    shell.change("INSERT INTO enrolment (sequence_id, version_id, contact_id, status, step_number, source, enrolled_at)"
                 " SELECT 1, 1, min(id), 'in_progress', 1, 'person', 0 FROM contact")  # fmt: skip
    ended = shell.run("verify")
    assert ended.code == 1
    (told,) = ended.said
    assert (told["name"], told["enrolled"], told["now"], told["ledger"]) == (
        "Welcome", 1, {"in_progress": 1}, "red"
    )  # fmt: skip
    assert told["faults"] == ["0 contacts came in, the sequence now holds 1 or other ones.",
                              "1 contacts are neither in progress nor over."]  # fmt: skip


@pytest.mark.slow
def test_a_dry_run_counts_and_sends_nothing(shell: Shell, sandbox_url: str) -> None:
    asked = ("broadcast", "--template", "winter_clearance", "--dry-run", "--sandbox-url", sandbox_url)
    (counted,) = shell.do(*asked)
    assert (counted["selected"], counted["will_be_sent"], counted["left_out"]) == (20, 17, 3)
    (despite,) = shell.do(*asked, "--include-opted-out")
    assert (despite["will_be_sent"], despite["lines"]["will_despite"]) == (20, 3)
    assert sends(sandbox_url) == []
    assert shell.ask("SELECT count(*) FROM broadcast") == [(0,)]


@pytest.mark.slow
def test_opted_out_contacts_are_included_only_with_a_reason(
    shell: Shell, said_no: list[str], sandbox_url: str
) -> None:
    only_no = json.dumps({"items": [{"field": "opt_in", "op": "is", "values": ["no"]}]})
    asked = ("broadcast", "--template", "winter_clearance", "--include-opted-out", "--audience", only_no)
    refused = shell.run(*asked, "--sandbox-url", sandbox_url)
    assert refused.code == 2
    assert "Write the reason" in refused.complaint
    assert sends(sandbox_url) == []
    told = shell.do(*asked, "--reason", "the shops close", "--sandbox-url", sandbox_url)[-1]
    assert (told["to_send"], told["left_out"], told["ledger"]) == (SAID_NO, 0, "green")
    assert {one["to"] for one in sends(sandbox_url)} == set(said_no)
    assert shell.ask("SELECT override_reason FROM broadcast WHERE selected_count IS NOT NULL") == [
        ("the shops close",)
    ]


@pytest.mark.slow
def test_a_broadcast_is_scheduled_and_waits(shell: Shell, sandbox_url: str) -> None:
    asked = ("broadcast", "--template", "winter_clearance", "--sandbox-url", sandbox_url, "--at")
    told = shell.do(*asked, "2036-12-01T09:00-05:00")[-1]
    assert told["starts_at"] == "2036-12-01T14:00:00+00:00"
    assert shell.ask("SELECT status, selected_count FROM broadcast") == [("scheduled", None)]
    for wrong in ("tomorrow", "2001-01-01T09:00"):
        assert shell.run(*asked, wrong).code == 2
    assert sends(sandbox_url) == []


@pytest.mark.slow
def test_a_mistake_is_told_in_a_sentence(shell: Shell) -> None:
    for wrong in (
        ("broadcast", "--template", "no_such_template", "--dry-run"),
        ("seed", "--contacts", "1", "--opted-out", "2"),
        ("seed", "--contacts", "5", "--conversations", "2"),  # there are contacts already
        ("seed", "--contacts", "1", "--conversations", "2"),
    ):
        ended = shell.run(*wrong)
        assert ended.code == 2, wrong
        assert "Traceback" not in ended.complaint
        assert len(ended.complaint.strip().splitlines()) == 1


@pytest.mark.slow
def test_serve_answers_health_and_receives_a_stop(shell: Shell) -> None:
    ((phone,),) = shell.ask("SELECT phone FROM contact WHERE consent_event_id IS NULL LIMIT 1")
    with shell.running("serve", "--sandbox") as said:
        health = get(f"{said['listening']}/health")
        assert (health["status"], health["sandbox"], health["trouble"]) == ("ok", True, "")
        post(f"{said['sandbox']}/_control/customers/{phone}/text", text="STOP")
        newest = "SELECT value, source FROM consent_event ORDER BY id DESC LIMIT 1"
        until(lambda: shell.ask(newest) == [("no", "keyword")], "the STOP to be recorded")
        until(lambda: len(sends(said["sandbox"])) == 1, "the confirmation")
        second = shell.run("serve", "--sandbox")
        assert second.code == 2, "one engine per file"


@pytest.mark.slow
def test_an_import_never_turns_no_into_yes(shell: Shell, said_no: list[str]) -> None:
    no = said_no[0]
    table = shell.home / "people.csv"
    table.write_text(
        f"Name,Phone,Opt-in\nAna Costa,{no},TRUE\nBen Khan,+1 604 555 0177,FALSE\nZoe Roy,604-555-0178,\nNo One,12,\n"
    )
    told = shell.do("import", str(table), "--opt-in", "yes")[-1]
    rejected = Path(told["rejected_rows"]).read_text()
    assert "No One" in rejected
    newest = (
        "SELECT c.phone, (SELECT e.value FROM consent_event e WHERE e.contact_id = c.id ORDER BY e.id DESC LIMIT 1)"
        f" FROM contact c WHERE c.phone IN ('{no}', '+16045550177', '+16045550178') ORDER BY c.phone"
    )
    assert dict(shell.ask(newest)) == {no: "no", "+16045550177": "no", "+16045550178": "yes"}


REAL = {"ASSENT_TOKEN": "a-token-of-nobody", "ASSENT_APP_SECRET": "a-secret-of-nobody"}
WABA_ID = "102290129340398"


@pytest.mark.slow
def test_a_sandbox_store_refuses_a_real_connection(shell: Shell) -> None:
    kept = {"is_sandbox": False, "phone_number_id": "106540352242922", "waba_id": WABA_ID}
    (shell.home / "machine.json").write_text(json.dumps(kept))
    ended = Shell(shell.home, REAL).run("serve", "--store", str(shell.store))
    assert ended.code == 2
    assert "belongs to the sandbox" in ended.complaint
    assert shell.ask("SELECT value FROM meta WHERE key = 'stamp'") == [("sandbox",)]


@pytest.mark.slow
def test_a_real_store_refuses_the_sandbox(shell: Shell, sandbox_url: str) -> None:
    shell.change(f"UPDATE meta SET value = '{WABA_ID}' WHERE key = 'stamp'")
    ended = shell.run("serve", "--store", str(shell.store), "--sandbox-url", sandbox_url)
    assert ended.code == 2
    assert f"belongs to the WhatsApp account {WABA_ID}" in ended.complaint


@pytest.mark.slow
@pytest.mark.parametrize("command", ["verify", "import"])
def test_commands_that_send_nothing_work_on_a_real_store(shell: Shell, command: str) -> None:
    shell.change(f"UPDATE meta SET value = '{WABA_ID}' WHERE key = 'stamp'")
    table = shell.home / "people.csv"
    table.write_text("Name,Phone\nZoe Roy,+1 604 555 0178\n")
    arguments = ("import", str(table), "--opt-in", "none") if command == "import" else ("verify",)
    assert shell.run(*arguments).code == 0
