"""The places of the window: how each page is made, and how one gets from a thing on one page to its own."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.domain import phones
from desktop.domain.report import Choice, Scope
from desktop.ui.bots.page import BotsPage
from desktop.ui.broadcasts.page import BroadcastsPage
from desktop.ui.broadcasts.summary import NumberInfo
from desktop.ui.contacts.page import ContactsPage
from desktop.ui.conversations.page import ConversationsPage
from desktop.ui.desk import Desk
from desktop.ui.parts.rail import RailItem
from desktop.ui.reports.page import ReportsPage
from desktop.ui.sequences.page import SequencesPage
from desktop.ui.settings.page import SettingsPage
from desktop.ui.templates.page import TemplatesPage

RAIL = (
    RailItem("conversations", "Conversations (Ctrl+1)", "chat-circle-dots"),
    RailItem("contacts", "Contacts (Ctrl+2)", "users"),
    RailItem("broadcasts", "Broadcasts (Ctrl+3)", "megaphone"),
    RailItem("sequences", "Sequences (Ctrl+4)", "list-numbers"),
    RailItem("bots", "Bots (Ctrl+5)", "robot"),
    RailItem("templates", "Templates (Ctrl+6)", "file-text"),
    RailItem("reports", "Reports (Ctrl+7)", "chart-bar"),
)
BELL = RailItem("for_you", "What waits for you (Ctrl+Shift+B)", "bell")
RAIL_FOOT = (RailItem("settings", "Settings (Ctrl+,)", "gear"),)


class Places:
    """`factories` for the window's pages; the rest shows one thing on its page."""

    def __init__(self, desk: Desk, go: Callable[[str], QWidget], started_over: Callable[[], object]) -> None:
        """go: shows a page by its key and returns it. started_over: the sandbox is as new."""
        self._desk, self._go, self._started_over = desk, go, started_over
        self.factories: dict[str, Callable[[], QWidget]] = {
            "conversations": self._conversations,
            "contacts": self._contacts,
            "broadcasts": self._broadcasts,
            "sequences": self._sequences,
            "bots": self._bots,
            "templates": self._templates,
            "reports": self._reports,
            "settings": self._settings,
        }

    # Showing one thing.

    def open_contact(self, contact_id: int) -> None:
        """Show a contact's conversation."""
        page = self._go("conversations")
        assert isinstance(page, ConversationsPage)
        page.open_contact(contact_id)

    def open_contact_page(self, contact_id: int) -> None:
        """Show what is known of a contact."""
        page = self._go("contacts")
        assert isinstance(page, ContactsPage)
        page.open_contact(contact_id, from_conversation=True)

    def open_event(self, contact_id: int, event_id: int) -> None:
        """Show a contact's page with an entry of its consent history marked."""
        page = self._go("contacts")
        assert isinstance(page, ContactsPage)
        page.open_contact(contact_id, event_id=event_id)

    def new_broadcast(self, template_id: int | None = None) -> None:
        """Open the wizard, with a template chosen if one is given."""
        page = self._go("broadcasts")
        assert isinstance(page, BroadcastsPage)
        page.new_broadcast(template_id)

    def open_template(self, template_id: int) -> None:
        page = self._go("templates")
        assert isinstance(page, TemplatesPage)
        page.show_template(template_id)

    def open_broadcast(self, broadcast_id: int, contact_id: int = 0) -> None:
        """Show a broadcast's report, or its draft. contact_id: whose message alone is listed; 0 for all."""
        page = self._go("broadcasts")
        assert isinstance(page, BroadcastsPage)
        page.open_broadcast(broadcast_id, contact_id)

    def open_sequence(self, sequence_id: int, contact_id: int = 0) -> None:
        """Show a sequence's report, or its steps while it is a draft. contact_id: where this one is in it; 0 for none."""
        page = self._go("sequences")
        assert isinstance(page, SequencesPage)
        page.open_sequence(sequence_id, contact_id or None)

    def open_flow(self, flow_id: int) -> None:
        """Show a bot's flow in its editor."""
        page = self._go("bots")
        assert isinstance(page, BotsPage)
        page.open_flow(flow_id)

    def open_report(self, scope: Scope, choice: Choice) -> None:
        """Show the messages of a scope and choice."""
        page = self._go("reports")
        assert isinstance(page, ReportsPage)
        page.show_choice(scope, choice)

    def open_settings(self, section: str) -> None:
        """Show a section of the settings by its key."""
        page = self._go("settings")
        assert isinstance(page, SettingsPage)
        page.open_section(section)

    # Making the pages.

    def _conversations(self) -> QWidget:
        page = ConversationsPage(self._desk)
        page.contact_page_requested.connect(self.open_contact_page)
        return page

    def _broadcasts(self) -> QWidget:
        page = BroadcastsPage(self._desk, self._number)
        page.contact_requested.connect(self.open_contact)
        page.event_requested.connect(self.open_event)
        return page

    def _contacts(self) -> QWidget:
        page = ContactsPage(self._desk)
        page.conversation_requested.connect(self.open_contact)
        page.back_requested.connect(lambda: self._go("conversations"))
        page.broadcast_requested.connect(self.open_broadcast)
        page.sequence_requested.connect(self.open_sequence)
        return page

    def _sequences(self) -> QWidget:
        page = SequencesPage(self._desk)
        page.contact_requested.connect(self.open_contact)
        page.event_requested.connect(self.open_event)
        page.template_requested.connect(self.open_template)
        return page

    def _bots(self) -> QWidget:
        page = BotsPage(self._desk)
        page.contact_requested.connect(self.open_contact)
        page.event_requested.connect(self.open_event)
        page.template_requested.connect(self.open_template)
        page.settings_requested.connect(lambda: self.open_settings("consent"))
        return page

    def _templates(self) -> QWidget:
        page = TemplatesPage(self._desk)
        page.broadcast_requested.connect(self.open_broadcast)
        page.sequence_requested.connect(self.open_sequence)
        page.flow_requested.connect(self.open_flow)
        page.new_broadcast_requested.connect(self.new_broadcast)
        return page

    def _reports(self) -> QWidget:
        page = ReportsPage(self._desk)
        page.contact_requested.connect(self.open_contact)
        page.contact_page_requested.connect(self.open_contact_page)
        page.event_requested.connect(self.open_event)
        page.broadcast_requested.connect(self.open_broadcast)
        page.sequence_requested.connect(self.open_sequence)
        page.flow_requested.connect(self.open_flow)
        return page

    def _settings(self) -> QWidget:
        page = SettingsPage(self._desk)
        page.started_over.connect(self._started_over)
        return page

    async def _number(self) -> NumberInfo:
        """The number that sends, as WhatsApp knows it. Raises the client's Problem."""
        account = self._desk.app.account
        if account is None:
            return NumberInfo()
        number = await account.number()
        await self._desk.app.limits.keep(number)
        shown = phones.pretty(number.phone) if number.phone else number.display
        return NumberInfo(shown, number.quality, number.limit)
