"""What people did with a conversation, as its thread tells it between the messages."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

PROGRAM: Final = "Assent"
"""Who did what nobody did by hand."""


class ThreadEventKind(StrEnum):
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    CLOSED = "closed"
    REOPENED = "reopened"
    TAGGED = "tagged"
    UNTAGGED = "untagged"


@dataclass(frozen=True, slots=True)
class ThreadEvent:
    """One line. by_name: who did it; "": the program, because the customer wrote or a rule said so.

    subject: to whom it was assigned, or which tag.
    """

    id: int
    contact_id: int
    at: datetime
    kind: ThreadEventKind
    by_name: str = ""
    subject: str = ""

    @property
    def sentence(self) -> str:
        """'Lina assigned this to Omar', 'Lina took this', 'Closed by Lina', 'Opened again: the customer wrote'."""
        by = self.by_name or PROGRAM
        match self.kind:
            case ThreadEventKind.ASSIGNED:
                return f"{by} took this" if self.subject == by else f"{by} assigned this to {self.subject}"
            case ThreadEventKind.UNASSIGNED:
                return f"{by} moved this to Unassigned"
            case ThreadEventKind.CLOSED:
                return f"Closed by {by}"
            case ThreadEventKind.REOPENED:
                return f"Opened again by {by}" if self.by_name else "Opened again: the customer wrote"
            case ThreadEventKind.TAGGED:
                return f"{by} added the tag {self.subject}"
            case ThreadEventKind.UNTAGGED:
                return f"{by} took away the tag {self.subject}"
