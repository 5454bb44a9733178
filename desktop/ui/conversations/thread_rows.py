"""A thread put in the order of time: days, messages, notes, changes of the opt-in, bots, and who did what."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from desktop.domain.contacts import ConsentEvent
from desktop.domain.conversations import BotTurn, MessageView
from desktop.domain.flow import SessionStatus
from desktop.domain.message_markup import Mark, Run, runs
from desktop.domain.notes import Note
from desktop.domain.thread_events import ThreadEvent, ThreadEventKind
from desktop.ui.conversations import consent_words, words
from desktop.ui.conversations.bubble_media import reaction_of
from desktop.ui.conversations.entries import (
    ButtonsOf,
    DayEntry,
    Entry,
    EventEntry,
    NoteEntry,
    UnreadEntry,
    bubble_entry,
)
from desktop.ui.parts import when
from desktop.ui.theme import Color

_ICONS: Final = {
    ThreadEventKind.ASSIGNED: "user",
    ThreadEventKind.UNASSIGNED: "user",
    ThreadEventKind.CLOSED: "check",
    ThreadEventKind.REOPENED: "arrow-counter-clockwise",
    ThreadEventKind.TAGGED: "tag",
    ThreadEventKind.UNTAGGED: "tag",
}


@dataclass(frozen=True, slots=True)
class Talk:
    """What a thread is made of, each oldest first. names: the colleagues, by id.

    has_older, has_newer: there are messages beyond these; what happened in their time is not told here.
    unread_id, unread_count: the first message that nobody had read, and how many; None: all were read.
    """

    messages: Sequence[MessageView]
    history: Sequence[ConsentEvent] = ()
    bots: Sequence[BotTurn] = ()
    notes: Sequence[Note] = ()
    events: Sequence[ThreadEvent] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    name: str = ""
    has_older: bool = False
    has_newer: bool = False
    unread_id: int | None = None
    unread_count: int = 0


def build(talk: Talk, now: datetime, buttons_of: ButtonsOf) -> list[Entry]:
    """The rows, oldest first."""
    waiting = sorted(_told(talk), key=lambda one: one.at)
    shown, reactions = _reactions(talk.messages)
    made: list[Entry] = []
    today = ""
    marks_unread = talk.unread_id is not None

    def put(at: datetime, entry: Entry) -> None:
        nonlocal today
        title = when.day_title(at, now)
        if title != today:
            today = title
            made.append(DayEntry(f"day:{when.local(at):%Y-%m-%d}", title))
        made.append(entry)

    for message in shown:
        # What a message caused stands under it, and above the answer that it set off in the same instant.
        while waiting and waiting[0].is_before(message):
            event = waiting.pop(0)
            put(event.at, event.entry)
        if marks_unread and not message.outgoing and message.id >= (talk.unread_id or 0):
            marks_unread = False
            put(message.at, UnreadEntry(_unread_words(talk.unread_count)))
        emoji = reactions.get(message.id, ())
        put(message.at, bubble_entry(message, buttons_of(message), name=talk.name, reactions=emoji))
    for event in waiting:
        put(event.at, event.entry)
    return made


def _unread_words(count: int) -> str:
    return f"{count:,} unread message{'' if count == 1 else 's'}"


def _reactions(messages: Sequence[MessageView]) -> tuple[list[MessageView], dict[int, tuple[str, ...]]]:
    """The messages without those that only react to another one of them; and what stands under each.

    A reaction whose message is not here keeps its row, and so does one of ours that did not arrive.
    """
    by_wamid = {one.wamid: one.id for one in messages if one.wamid}
    found: dict[int, dict[bool, str]] = {one.id: {False: one.reaction} for one in messages if one.reaction}
    shown: list[MessageView] = []
    for one in messages:
        reacts = reaction_of(one)
        target = by_wamid.get(reacts[0]) if reacts is not None else None
        if reacts is None or target is None or (one.status is not None and one.reason is not None):
            shown.append(one)
        else:
            found.setdefault(target, {})[one.outgoing] = reacts[1]
    return shown, {id: kept for id, by in found.items() if (kept := tuple(filter(None, by.values())))}


@dataclass(frozen=True, slots=True)
class _Told:
    """A line between the messages. sets_off: it stands above the message of ours of the same instant, which it caused."""

    at: datetime
    sets_off: bool
    entry: EventEntry | NoteEntry

    def is_before(self, message: MessageView) -> bool:
        return self.at < message.at or (self.sets_off and self.at == message.at and message.outgoing)


def _told(talk: Talk) -> Iterator[_Told]:
    """What stands between the messages. What is before the first one belongs to the history, not to the talk.

    Notes are part of it: they are left out only where more messages stand above.
    """
    first = talk.messages[0].at if talk.messages else None
    last = talk.messages[-1].at if talk.messages and talk.has_newer else None
    found = [_Told(one.at, True, event_entry(one, talk.name)) for one in talk.history]
    found += _of_bots(talk.bots)
    found += [_Told(one.at, True, _deed_entry(one)) for one in talk.events]
    found += [_Told(one.at, False, _note_entry(one, talk.names)) for one in talk.notes]
    for one in found:
        stands_alone = isinstance(one.entry, NoteEntry) and not talk.has_older
        if (stands_alone or (first is not None and one.at >= first)) and (last is None or one.at <= last):
            yield one


def _of_bots(turns: Sequence[BotTurn]) -> Iterator[_Told]:
    """Who started a bot, and how it ended; nothing of one that a message started and that came to its end."""
    for one in turns:
        if one.by_name:
            text = words.bot_began(one)
            entry = EventEntry(f"bot:{one.session_id}:began", text, "robot", "info", one.started_at)
            yield _Told(one.started_at, True, entry)
        if one.ended_at is not None and one.status is not SessionStatus.COMPLETED:
            color: Color = "warn" if one.status.is_dropped else "muted"
            text = words.bot_ended(one)
            entry = EventEntry(f"bot:{one.session_id}:ended", text, "robot", color, one.ended_at)
            yield _Told(one.ended_at, False, entry)


def event_entry(event: ConsentEvent, name: str) -> EventEntry:
    text = consent_words.inline_event(name, event)
    if event.value in ("no", "stop"):
        return EventEntry(f"event:{event.id}", text, "prohibit", "danger", event.at)
    said_yes = event.value in ("yes", "resume")
    return EventEntry(
        f"event:{event.id}",
        text,
        "check" if said_yes else "info",
        "accent" if said_yes else "muted",
        event.at,
    )


def _deed_entry(event: ThreadEvent) -> EventEntry:
    text = f"{event.sentence} · {when.clock(event.at)}"
    return EventEntry(f"deed:{event.id}", text, _ICONS[event.kind], "muted", event.at)


def _note_entry(note: Note, names: Mapping[int, str]) -> NoteEntry:
    mentioned = [names[id] for id in note.mentioned_ids if id in names]
    parts = tuple(note_parts(note.text, mentioned))
    author = note.author_name or "Somebody"
    return NoteEntry(f"note:{note.id}", author, note.text, parts, when.clock(note.at), note.at)


def note_parts(text: str, names: Sequence[str]) -> list[Run]:
    """The text of a note in stretches, '@Name' of these people in bold; else formatted as messages are."""
    wanted = sorted((re.escape(one) for one in names if one), key=len, reverse=True)
    if not wanted:
        return runs(text)
    made: list[Run] = []
    begun = 0
    for found in re.finditer(rf"@(?:{'|'.join(wanted)})(?!\w)", text, re.IGNORECASE):
        made += [*runs(text[begun : found.start()]), Run(found.group(), Mark.BOLD)]
        begun = found.end()
    return [*made, *runs(text[begun:])]
