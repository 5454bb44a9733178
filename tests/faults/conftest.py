"""How many rounds, and the sandbox that all rounds share: the judge."""

from collections.abc import Iterator

import pytest

from tests.faults.arena import Judge, judging

DEFAULT_ROUNDS = 4
QUICK_ROUNDS = 1


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rounds", type=int, default=DEFAULT_ROUNDS, help="How many times engines are killed.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "round_number" in metafunc.fixturenames:
        # Not known when the whole suite is collected: then the option was read before this file.
        count = metafunc.config.getoption("rounds", DEFAULT_ROUNDS)
        rounds = [
            at if at < QUICK_ROUNDS else pytest.param(at, marks=pytest.mark.slow) for at in range(count)
        ]
        metafunc.parametrize("round_number", rounds)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """A sandbox process with its log in a file."""
    with judging(tmp_path_factory.mktemp("judge")) as found:
        yield found
