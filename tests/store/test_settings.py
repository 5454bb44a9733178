"""Settings as rows with a log, the people, the engines, and the facts about the store itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from desktop.domain.people import Role, User
from desktop.domain.problems import NotFound
from desktop.domain.settings import Settings
from desktop.domain.words import Words
from desktop.store import engines, people, settings, tables
from desktop.store.engine import Store, Tx
from tests.clock import START, FakeClock
from tests.databases import read, write

OTHER = Settings(
    strict=True,
    bots_ask=True,
    words=Words(("ARRÊT",), ("OUI", "START")),
    opt_out_text="Bye {name}",
    pace_per_s=None,
    override_roles=frozenset({Role.ADMIN}),
    default_country="BR",
)


def test_a_new_store_has_the_defaults(store: Store) -> None:
    assert read(store, settings.load) == Settings()


def test_settings_are_kept_and_each_change_is_logged(store: Store, clock: FakeClock) -> None:
    write(store, lambda tx: settings.save(tx, OTHER, 3))
    assert read(store, settings.load) == OTHER
    clock.move(timedelta(hours=1))
    write(store, lambda tx: settings.save(tx, replace(OTHER, strict=False), 4))
    write(store, lambda tx: settings.save(tx, replace(OTHER, strict=False), 5))

    log = read(store, lambda tx: tx.rows(select(tables.setting_log).order_by(tables.setting_log.c.id)))
    first = {row.key: (row.old, row.new) for row in log if row.user_id == 3}
    assert set(first) == {
        "strict",
        "bots_ask",
        "words",
        "opt_out_text",
        "pace_per_s",
        "override_roles",
        "default_country",
    }
    assert first["strict"] == (False, True)
    assert first["pace_per_s"] == (80, None)
    assert [(row.key, row.old, row.new, row.at) for row in log if row.user_id != 3] == [
        ("strict", True, False, START + timedelta(hours=1))
    ]


def test_a_setting_of_another_version_is_left_alone(store: Store) -> None:
    write(store, lambda tx: tx.conn.execute(insert(tables.setting).values(key="from_tomorrow", value=[1])))

    assert read(store, settings.load) == Settings()
    write(store, lambda tx: settings.save(tx, OTHER, None))
    assert read(store, lambda tx: {row.key: row.value for row in tx.rows(select(tables.setting))})[
        "from_tomorrow"
    ] == [1]


def test_facts_about_the_store(store: Store) -> None:
    assert read(store, lambda tx: settings.meta(tx, "stamp")) is None
    for value in ("sandbox", "102290"):
        write(store, lambda tx, value=value: settings.set_meta(tx, "stamp", value))  # type: ignore[misc]
        assert read(store, lambda tx: settings.meta(tx, "stamp")) == value


def test_people_work_here_until_they_do_not(store: Store) -> None:
    added = write(store, lambda tx: people.add(tx, [("Meera Rao", Role.SUPERVISOR), ("Jo Blum", Role.AGENT)]))
    meera, jo = User(added[0], "Meera Rao", Role.SUPERVISOR), User(added[1], "Jo Blum", Role.AGENT)
    assert read(store, people.every) == [meera, jo]
    assert read(store, lambda tx: people.get(tx, jo.id)) == jo

    left = update(tables.person).where(tables.person.c.id == jo.id).values(active=False)
    write(store, lambda tx: tx.conn.execute(left))
    assert read(store, people.every) == [meera]
    with pytest.raises(NotFound):
        read(store, lambda tx: people.get(tx, jo.id))


def test_engines_that_never_said_goodbye_are_known(store: Store) -> None:
    def run(tx: Tx) -> None:
        first = engines.register(tx, "desk 1", "http://127.0.0.1:1")
        second = engines.register(tx, "desk 2", "http://127.0.0.1:2")
        third = engines.register(tx, "desk 3", "http://127.0.0.1:3")
        assert engines.unfinished(tx, third) == [first, second]
        assert engines.connection_of_newest(tx) == "http://127.0.0.1:3"
        engines.stop(tx, [first, third])
        assert engines.unfinished(tx, third) == [second]
        assert engines.connection_of_newest(tx) == "http://127.0.0.1:2"
        engines.stop(tx, [second])
        assert engines.connection_of_newest(tx) == ""

    write(store, run)
