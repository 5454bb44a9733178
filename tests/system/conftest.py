"""What tests of the system's side share."""

from tests.ring import ring

__all__ = ["ring"]
