"""What a person can do from the keyboard, declared once: the window binds it, the sheet of shortcuts lists it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Action:
    """keys: Qt's portable names, several for one action.

    bound: by the window; else by the page that owns it. yields: a page may take the keys for itself, and the
    window has them only where nobody did.
    """

    id: str
    text: str
    keys: tuple[str, ...]
    group: str
    bound: bool = True
    yields: bool = False

    @property
    def shortcut(self) -> str:
        """The first key, as people read it."""
        return self.keys[0] if self.keys else ""

    @property
    def tooltip(self) -> str:
        return f"{self.text} ({self.shortcut})" if self.keys else self.text


WINDOW: Final = "Everywhere"
CONTACTS: Final = "In the contacts"
CONVERSATIONS: Final = "In a conversation"
BROADCASTS: Final = "In a broadcast"
SEQUENCES: Final = "In a sequence"
BOTS: Final = "In a flow"
TEMPLATES: Final = "In the templates"
REPORTS: Final = "In the reports"

ACTIONS: Final[tuple[Action, ...]] = (
    Action("go_conversations", "Conversations", ("Ctrl+1",), WINDOW),
    Action("go_contacts", "Contacts", ("Ctrl+2",), WINDOW),
    Action("go_broadcasts", "Broadcasts", ("Ctrl+3",), WINDOW),
    Action("go_sequences", "Sequences", ("Ctrl+4",), WINDOW),
    Action("go_bots", "Bots", ("Ctrl+5",), WINDOW),
    Action("go_templates", "Templates", ("Ctrl+6",), WINDOW),
    Action("go_reports", "Reports", ("Ctrl+7",), WINDOW),
    Action("go_settings", "Settings", ("Ctrl+,",), WINDOW),
    Action("search", "Search", ("Ctrl+F",), WINDOW, yields=True),
    Action("new_broadcast", "New broadcast", ("Ctrl+N",), WINDOW, yields=True),
    Action("for_you", "What waits for you", ("Ctrl+Shift+B",), WINDOW),
    Action("theme", "Light or dark", ("Ctrl+Shift+D",), WINDOW),
    Action("person", "Who sits here", ("Ctrl+Shift+P",), WINDOW),
    Action("shortcuts", "Keyboard shortcuts", ("F1", "?"), WINDOW),
    Action("close", "Close Assent", ("Ctrl+Q",), WINDOW),
    Action("send", "Send", ("Enter",), CONVERSATIONS, bound=False),
    Action("new_line", "New line", ("Shift+Enter",), CONVERSATIONS, bound=False),
    Action("template", "Choose a template", ("Ctrl+T",), CONVERSATIONS, bound=False),
    Action("send_anyway", "Send although something came", ("Ctrl+Enter",), CONVERSATIONS, bound=False),
    Action("quick_reply", "Put in a quick reply", ("/", "Ctrl+/"), CONVERSATIONS, bound=False),
    Action("note", "A note for colleagues, and back", ("Ctrl+Shift+N",), CONVERSATIONS, bound=False),
    Action("attach", "Attach a file", ("Ctrl+Shift+A",), CONVERSATIONS, bound=False),
    Action("emoji", "Emoji", ("Ctrl+E",), CONVERSATIONS, bound=False),
    Action("start_flow", "Start a flow", ("Ctrl+B",), CONVERSATIONS, bound=False),
    Action("assign_me", "Assign to me", ("Ctrl+Shift+M",), CONVERSATIONS, bound=False),
    Action("assign", "Assign to somebody", ("Ctrl+Shift+G",), CONVERSATIONS, bound=False),
    Action("close_conversation", "Close or reopen", ("Ctrl+Shift+C",), CONVERSATIONS, bound=False),
    Action("tag", "Add a tag", ("Ctrl+Shift+T",), CONVERSATIONS, bound=False),
    Action("remind", "Remind me", ("Ctrl+Shift+R",), CONVERSATIONS, bound=False),
    Action("list", "Up and down the list", ("↑", "↓"), CONVERSATIONS, bound=False),
    Action(
        "beside", "Next or previous conversation", ("Ctrl+Alt+↓", "Ctrl+Alt+↑"), CONVERSATIONS, bound=False
    ),
    Action("waits_longest", "Who waits longest", ("Ctrl+Shift+U",), CONVERSATIONS, bound=False),
    Action("rows_or_box", "From the list to the box and back", ("F6",), CONVERSATIONS, bound=False),
    Action("choose_several", "Choose several", ("Ctrl+A", "Shift+↓"), CONVERSATIONS, bound=False),
    Action("new_contact", "New contact", ("Ctrl+Shift+N",), CONTACTS, bound=False),
    Action("import", "Import contacts", ("Ctrl+I",), CONTACTS, bound=False),
    Action("tags", "Change the tags of a row", ("F2",), CONTACTS, bound=False),
    Action("choose_all", "Select all that match", ("Ctrl+A",), CONTACTS, bound=False),
    Action("continue", "Continue", ("Ctrl+Enter",), BROADCASTS, bound=False),
    Action("save_draft", "Save draft", ("Ctrl+S",), BROADCASTS, bound=False),
    Action("new_sequence", "New sequence", ("Ctrl+N",), SEQUENCES, bound=False),
    Action("add_step", "Add a step", ("Ctrl+Shift+A",), SEQUENCES, bound=False),
    Action("move_step", "Move a step up or down", ("Alt+↑", "Alt+↓"), SEQUENCES, bound=False),
    Action("undo", "Undo", ("Ctrl+Z",), SEQUENCES, bound=False),
    Action("redo", "Redo", ("Ctrl+Shift+Z",), SEQUENCES, bound=False),
    Action("add_node", "Add a step after the chosen exit", ("Ctrl+K", "Ins"), BOTS, bound=False),
    Action("join_exit", "Lead an exit to a step", ("Ctrl+J",), BOTS, bound=False),
    Action("choose_exit", "Choose another exit", ("Ctrl+↑", "Ctrl+↓"), BOTS, bound=False),
    Action("next_card", "From step to step", ("←", "→", "Tab"), BOTS, bound=False),
    Action("node_settings", "Settings of a step", ("Enter",), BOTS, bound=False),
    Action("move_card", "Move a step", ("Alt+↑", "Alt+←"), BOTS, bound=False),
    Action("find_card", "Find a step", ("Ctrl+F",), BOTS, bound=False),
    Action("next_problem", "Next problem", ("F8",), BOTS, bound=False),
    Action("lay_out", "Put the steps in order", ("Ctrl+L",), BOTS, bound=False),
    Action("zoom", "Larger, smaller, as it is", ("Ctrl++", "Ctrl+−", "Ctrl+0"), BOTS, bound=False),
    Action("try_flow", "Try it", ("Ctrl+T",), BOTS, bound=False),
    Action("publish_flow", "Publish", ("Ctrl+Enter",), BOTS, bound=False),
    Action("areas", "Library, canvas, settings", ("F6",), BOTS, bound=False),
    Action("refresh_templates", "Read them from WhatsApp", ("Ctrl+R", "F5"), TEMPLATES, bound=False),
    Action("find_messages", "Search", ("Ctrl+F",), REPORTS, bound=False),
    Action("to_table", "To the list of messages", ("F6", "↓"), REPORTS, bound=False),
    Action("open_conversation", "Open the conversation of a message", ("Enter",), REPORTS, bound=False),
    Action("read_reports", "Count again", ("F5",), REPORTS, bound=False),
    Action("back", "Close a dialog, clear a search", ("Esc",), WINDOW, bound=False),
)


def action(id: str) -> Action:
    """The action with this id. Raises KeyError."""
    return {one.id: one for one in ACTIONS}[id]
