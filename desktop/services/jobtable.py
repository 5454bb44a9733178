"""Which jobs there are."""

from typing import Final

from desktop.services import botfiles, broadcastfiles, exportfiles, importjobs, jobwork, reportfiles

_WORKS: Final[dict[str, jobwork.Work]] = {
    "look": importjobs.look,
    "check": importjobs.check,
    "import": importjobs.write,
    "export": exportfiles.export,
    "export-messages": reportfiles.export_messages,
    "export-opted-out": reportfiles.export_opted_out,
    "export-broadcast": broadcastfiles.export,
    "export-bot-answers": botfiles.export_answers,
    "export-bot-register": botfiles.export_register,
}


def answer(name: str) -> int:
    """Do the job of that name, see `jobwork.answer`; 2 if there is none."""
    return jobwork.answer(_WORKS[name]) if name in _WORKS else 2
