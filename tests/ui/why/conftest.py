"""The conversations' bench: a real store with people in it, and a window."""

from tests.ui.conversations.conftest import bench

__all__ = ["bench"]
