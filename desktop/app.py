"""The composition root: builds everything once, in order, and closes it in reverse."""

from dataclasses import dataclass

from desktop.services.broadcasts import Broadcasts
from desktop.services.contacts import Contacts
from desktop.services.conversations import Conversations
from desktop.services.feed import Feed
from desktop.services.sending import Sending
from desktop.services.templates import Templates
from desktop.services.workspace import Workspace
from desktop.store.engine import Store
from desktop.system.clock import SystemClock


@dataclass(frozen=True, slots=True)
class App:
    """The running program without its window. `open_app()` makes it."""

    store: Store
    clock: SystemClock
    feed: Feed
    workspace: Workspace
    contacts: Contacts
    conversations: Conversations
    sending: Sending
    broadcasts: Broadcasts
    templates: Templates
    is_sandbox: bool
