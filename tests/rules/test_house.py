"""The program about itself: what import contracts cannot say."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.reasons import Reason

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "desktop").rglob("*.py"))


@functools.cache
def trees() -> tuple[tuple[Path, ast.Module], ...]:
    """Every file once: reading them all takes seconds."""
    return tuple((path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES)


@functools.cache
def walked(tree: ast.Module) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree))


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in walked(tree) if isinstance(node, ast.Call))


def name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 80


def test_no_nested_event_loop() -> None:
    """A nested loop inside a coroutine loses other tasks for good: dialogs are opened and awaited."""
    static = re.compile(
        r"(QMessageBox\.(question|warning|information|critical|about)"
        r"|QFileDialog\.get\w+|QInputDialog\.get\w+|QColorDialog\.getColor|QFontDialog\.getFont)$"
    )
    found = [
        f"{path}:{call.lineno}"
        for path, tree in trees()
        for call in calls(tree)
        if (isinstance(call.func, ast.Attribute) and call.func.attr in ("exec", "exec_"))
        or static.search(name_of(call.func))
    ]
    assert not found


def test_every_endpoint_is_async() -> None:
    """A plain function would run in a thread pool, beside the loop that owns everything."""
    found = []
    for path, tree in trees():
        if path.parts[1] != "server":
            continue
        for node in walked(tree):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(one, ast.Call)
                and isinstance(one.func, ast.Attribute)
                and one.func.attr in ("get", "post", "put", "patch", "delete")
                for one in node.decorator_list
            ):
                found.append(f"{path}:{node.lineno}")
    assert not found


def test_leave_to_send_is_made_in_consent_alone() -> None:
    """Cleared is built by clear() only, and nobody bends one with replace()."""
    for path, tree in trees():
        if path.as_posix() == "desktop/domain/consent.py":
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not any(name_of(call.func).endswith("Cleared") for call in calls(tree)), path
        assert "_SEAL" not in text or "consent" not in text, path
    importers = {
        path.as_posix()
        for path, tree in trees()
        for node in walked(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "desktop.domain.consent"
        and any(alias.name == "Cleared" for alias in node.names)
    }
    assert importers == {"desktop/whatsapp/send.py"}
    cleared = [
        path.as_posix() for path, tree in trees() for c in calls(tree) if name_of(c.func) == "consent.clear"
    ]
    assert cleared == ["desktop/services/dispatcher.py"]


def test_only_the_door_and_the_claim_decide() -> None:
    """No second policy: decide() is called at the door, at the claim, where a preview is a pure value, and by the
    question what would become of a message that nobody has sent."""
    callers = {
        path.as_posix()
        for path, tree in trees()
        for call in calls(tree)
        if name_of(call.func) == "consent.decide"
        or (name_of(call.func) == "decide" and "ui" not in path.parts)
    }
    assert callers == {
        "desktop/domain/audience.py",
        "desktop/domain/compose.py",
        "desktop/domain/flow_simulation.py",
        "desktop/services/sending.py",
        "desktop/services/why.py",
        "desktop/store/claims.py",
    }


def test_consent_events_are_only_added() -> None:
    for path, tree in trees():
        for call in calls(tree):
            if name_of(call.func) in ("update", "delete") and call.args:
                target = name_of(call.args[0])
                assert target not in ("tables.consent_event", "tables.message_event"), f"{path}:{call.lineno}"


def test_every_reason_has_words() -> None:
    for reason in Reason:
        assert reason.label
        assert reason.sentence.endswith((".", "?"))


@pytest.mark.parametrize("word", ["Manager", "Helper", "Utils", "Util"])
def test_names_use_the_fields_words(word: str) -> None:
    found = [
        f"{path}: {node.name}"
        for path, tree in trees()
        for node in walked(tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith(word)
    ]
    assert not found


def test_public_functions_of_the_lower_layers_are_documented_or_plain() -> None:
    """A public class says what it is."""
    found = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in trees()
        if path.parts[1] in ("domain", "store", "services", "whatsapp", "system", "server")
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
        and not any(name_of(base).endswith(("Enum", "Update")) for base in node.bases)
    ]
    assert not found


def test_no_path_or_registry_of_a_machine() -> None:
    wrong = re.compile(r"(/(home/\w|root/|work/|Users/\w)|pypi\.org/simple|registry\.npmjs)")
    looked = [
        path
        for path in ROOT.rglob("*")
        if path.suffix in (".py", ".toml", ".md", ".txt", ".sh", ".qss", ".yml", "") and path.is_file()
        if not {
            ".git",
            ".venv",
            "build",
            "dist",
            ".mypy_cache",
            ".ruff_cache",
            ".hypothesis",
            ".pytest_cache",
        }
        & set(path.parts)
        if path != Path(__file__)
    ]
    assert len(looked) > 100
    found = [str(p.relative_to(ROOT)) for p in looked if wrong.search(p.read_text("utf-8", "ignore"))]
    assert not found


def test_files_stay_a_screen_or_two() -> None:
    """A file that does not fit in the eye is two nouns. Tables, migrations and the commands are lists."""
    lists = {"tables.py", "v0001_first_tables.py", "__main__.py"}
    found = {
        path.as_posix(): count
        for path in SOURCES
        if path.name not in lists
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 420
    }
    assert not found


def test_secrets_are_not_shown() -> None:
    from desktop.whatsapp.connection import Connection

    shown = repr(Connection("https://graph.facebook.com", "1", "2", "very-secret", "app-secret"))
    assert "very-secret" not in shown
    assert "app-secret" not in shown
