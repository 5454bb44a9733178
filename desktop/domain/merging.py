"""Several contacts that are one person: what they become together, and what that changes, in sentences.

`desktop.store.consent.merge` does the same to the rows; tests hold the two together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from desktop.domain import phones
from desktop.domain.consent import Facts, OptIn
from desktop.domain.contacts import Contact
from desktop.domain.text import fold


def merged(kept: Contact, dropped: Sequence[Contact]) -> Contact:
    """The kept contact after the merge. consent_event_id is the kept one's: a merge may record newer events."""
    every = [kept, *_in_order(dropped)]
    phone = next((one.phone for one in every if one.phone), "")
    seen = [one.last_inbound_at for one in every if one.last_inbound_at is not None]
    tags = {fold(tag): tag for one in reversed(every) for tag in one.tags}
    attributes: dict[str, str] = {}
    for one in every:
        attributes = {**one.attributes, **attributes}
    return replace(
        kept,
        name=next((one.name for one in every if one.name), ""),
        phone=phone,
        facts=Facts(
            _together([one.opt_in for one in every]),
            any(one.facts.stopped_in_whatsapp for one in every),
            bool(phone) and phones.is_us(phone),
            kept.facts.consent_event_id,
        ),
        last_inbound_at=max(seen) if seen else None,
        tags=tuple(tags[folded] for folded in sorted(tags)),
        attributes=attributes,
    )


def _in_order(dropped: Sequence[Contact]) -> list[Contact]:
    """The oldest first: the order in which the store takes them in."""
    return sorted(dropped, key=lambda one: one.id)


def _together(opt_ins: Sequence[OptIn]) -> OptIn:
    """No of any of them; else the kept one's choice, or the first that there is."""
    if OptIn.NO in opt_ins:
        return OptIn.NO
    return OptIn.YES if OptIn.YES in opt_ins else OptIn.NONE


_WORDS = {OptIn.YES: "Yes", OptIn.NO: "No", OptIn.NONE: "not recorded"}


def sentences(kept: Contact, dropped: Sequence[Contact], no_at: Mapping[int, datetime]) -> tuple[str, ...]:
    """What the merge changes and what it keeps, for people. no_at: when each contact last said No."""
    result = merged(kept, dropped)
    others = _in_order(dropped)
    return (
        *_consent(kept, others, result, no_at),
        *_name_and_phone(kept, others, result),
        *_tags_and_values(kept, others, result),
    )


def _consent(
    kept: Contact, dropped: Sequence[Contact], result: Contact, no_at: Mapping[int, datetime]
) -> Iterator[str]:
    if result.opt_in is OptIn.NO:
        who = next(one for one in (kept, *dropped) if one.opt_in is OptIn.NO)
        at = no_at.get(who.id)
        when = f" on {at.day} {at:%b %Y}" if at is not None else ""
        verb = "stays" if kept.opt_in is OptIn.NO else "becomes"
        yield f"Opt-in {verb} No: {who.shown_name} opted out{when}."
    elif result.opt_in is not kept.opt_in:
        who = next(one for one in dropped if one.opt_in is result.opt_in)
        yield f"Opt-in becomes {_WORDS[result.opt_in]}, as {who.shown_name} said."
    else:
        yield f"Opt-in stays {_WORDS[result.opt_in]}."
    if result.facts.stopped_in_whatsapp:
        who = next(one for one in (kept, *dropped) if one.facts.stopped_in_whatsapp)
        yield f"Marketing stays stopped in WhatsApp: {who.shown_name} stopped it there."


def _name_and_phone(kept: Contact, dropped: Sequence[Contact], result: Contact) -> Iterator[str]:
    if result.name != kept.name:
        yield f"The name becomes {result.name}."
    for one in dropped:
        if one.name and fold(one.name) != fold(result.name):
            yield f"The name {one.name} is not kept."
    if result.phone != kept.phone:
        yield f"The number becomes {phones.pretty(result.phone)}."
    for one in dropped:
        if one.phone and one.phone != result.phone:
            yield f"Replies from {phones.pretty(one.phone)} arrive here, too; messages go to {phones.pretty(result.phone)}."


def _tags_and_values(kept: Contact, dropped: Sequence[Contact], result: Contact) -> Iterator[str]:
    had = {fold(tag) for tag in kept.tags}
    if added := [tag for tag in result.tags if fold(tag) not in had]:
        yield f"{'Tag' if len(added) == 1 else 'Tags'} added: {', '.join(added)}."
    for name, value in result.attributes.items():
        if name not in kept.attributes:
            yield f"{name} becomes {value}."
        for one in dropped:
            if name in one.attributes and one.attributes[name] != value:
                yield f"{name} stays {value}; {one.attributes[name]} of {one.shown_name} is not kept."
