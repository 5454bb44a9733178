"""Up to where rows can be told, on PostgreSQL, where they are not committed in the order of their ids."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from desktop.domain.consent import OptIn, Source
from desktop.store import consent
from desktop.store.engine import Store, Tx
from desktop.store.horizon import Horizon, here
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.world import add_contact, add_contacts

STEP = timedelta(seconds=1)


@pytest.mark.postgres
def test_where_nothing_moves_no_numbers_of_the_database_are_used_up(
    postgres_store: Store, clock: FakeClock
) -> None:
    horizon = Horizon()
    write(postgres_store, add_contact)
    contact = read(postgres_store, here).contacts
    for _ in range(10):
        clock.move(STEP)
        settled = read(postgres_store, horizon.look)
    assert settled.contacts == contact
    assert settled.changed.at > clock.now() - 10 * STEP, "the change itself is behind it"

    def following(tx: Tx) -> int:
        return int(tx.conn.scalar(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")) or 0)

    before = read(postgres_store, following)
    for _ in range(5):
        clock.move(STEP)
        assert read(postgres_store, horizon.look) == settled
    assert read(postgres_store, following) == before


@pytest.mark.postgres
def test_an_open_transaction_is_waited_for_and_a_clock_that_is_set_back_is_no_wait(
    postgres_store: Store, postgres_address: str, clock: FakeClock
) -> None:
    horizon = Horizon()
    late, soon = write(postgres_store, lambda tx: add_contacts(tx, OptIn.YES, OptIn.YES))
    engine = create_engine(postgres_address, poolclass=NullPool)
    with engine.connect() as conn:
        begun = conn.begin()
        consent.record(Tx(conn, clock.now()), late, OptIn.NO, Source.KEYWORD)
        write(postgres_store, lambda tx: consent.record(tx, soon, OptIn.NO, Source.AGENT))
        for _ in range(10):
            clock.move(STEP)
            assert read(postgres_store, horizon.look).consents == 0
        begun.commit()
    engine.dispose()
    clock.set(clock.now() - timedelta(hours=1))
    for _ in range(4):
        clock.move(STEP)
        settled = read(postgres_store, horizon.look)
    assert settled.consents == 4
