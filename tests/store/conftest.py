"""The stores of these tests, and the settings of their property tests."""

from hypothesis import HealthCheck, settings

from tests.databases import (
    address,
    blank_address,
    blank_postgres,
    clock,
    postgres_address,
    postgres_server,
    postgres_store,
    sqlite_address,
    sqlite_original,
    sqlite_store,
    store,
)

__all__ = [
    "address",
    "blank_address",
    "blank_postgres",
    "clock",
    "postgres_address",
    "postgres_server",
    "postgres_store",
    "sqlite_address",
    "sqlite_original",
    "sqlite_store",
    "store",
]

# One store serves all examples of a property: each example rolls back what it wrote.
settings.register_profile(
    "store", deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("store")
