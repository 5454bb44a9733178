"""Does a process of this machine still run?"""

import os


def runs(pid: int) -> bool:
    """True while a process with this number exists, whoever owns it."""
    if os.name == "nt":  # pragma: no cover - tried on Windows only
        return _runs_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _runs_on_windows(pid: int) -> bool:  # pragma: no cover - tried on Windows only
    """There, os.kill ends the process it is asked about, whatever the signal."""
    import ctypes

    synchronize, still_active_ms = 0x0010_0000, 0
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(synchronize, False, pid)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, still_active_ms))
    finally:
        kernel.CloseHandle(handle)
