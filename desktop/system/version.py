"""Which Assent this is, and what it runs on."""

import platform
from importlib import metadata

from desktop.system.bundle import is_bundle


def version() -> str:
    """The version's number; "unknown" when started from a folder that was never installed."""
    try:
        return metadata.version("assent")
    except metadata.PackageNotFoundError:
        return "unknown"


def described() -> str:
    """One line: version, bundle or checkout, Python, system."""
    kind = "bundle" if is_bundle() else "checkout"
    system = platform.platform(terse=True)
    return f"Assent {version()} ({kind}), Python {platform.python_version()}, {system}"
