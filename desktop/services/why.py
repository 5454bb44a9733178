"""*Why?*: the verdict on a message, step by step, and what was said on the wire."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from desktop.domain import phones, window
from desktop.domain.consent import Category, Override, Path, Question, Verdict, decide
from desktop.domain.contacts import Contact
from desktop.domain.known import ABOUT_CONSENT, PASSES, REFUSALS, UNASKED, BotAsks, Explanation, Known
from desktop.domain.messages import Status
from desktop.domain.problems import NotFound
from desktop.domain.reasons import Reason
from desktop.domain.templates import Template, TemplateStatus
from desktop.domain.why import explain
from desktop.store import contacts, settings, templates
from desktop.store import why as why_store
from desktop.store.engine import Store, Tx
from desktop.whatsapp import errors


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call to WhatsApp. request, answer: text with the token masked; "" where they are not kept."""

    number: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    http_status: int | None
    request: str
    answer: str


class Whys:
    """Answers the question for messages that exist, and for ones that somebody is about to send."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of_message(self, message_id: int, *, refused: str = "") -> Explanation:
        """Why this message went out or did not. Raises NotFound, also for a message that was received.

        refused: why the person who asks may not send despite an opt-out; "" where they may.
        """
        known = await self._store.read(lambda tx: known_of(tx, message_id), people=True)
        return explain(replace(known, refused=refused))

    async def of_contact(
        self,
        contact_id: int,
        template_id: int | None,
        path: Path,
        *,
        only_opted_in: bool = True,
        marketing: bool = False,
        before: Reason | None = None,
        refused: str = "",
    ) -> Explanation:
        """What would become of a message to this contact now. Raises NotFound.

        template_id None: plain text, or with `marketing` any marketing template. before: what stops it whatever consent says (selected twice, excluded, a variable without a value). refused: as for `of_message`.
        """

        def read(tx: Tx) -> Known:
            template = templates.get(tx, template_id) if template_id is not None else None
            category = template.effective_category if template else Category.SERVICE
            if template is None and marketing:
                category = Category.MARKETING
            return _question(tx, contact_id, template, category, path, only_opted_in, before)

        return explain(replace(await self._store.read(read, people=True), refused=refused))

    async def exchanges(self, message_id: int) -> list[Exchange]:
        """The calls that were made for a message, first to last."""
        rows = await self._store.read(lambda tx: why_store.attempts(tx, message_id), people=True)
        return [
            Exchange(
                row.number,
                row.started_at,
                row.ended_at,
                row.outcome,
                row.http_status,
                row.request or "",
                row.answer or "",
            )
            for row in rows
        ]


# A message that exists.


def known_of(tx: Tx, message_id: int) -> Known:
    """What is known of a message. Raises NotFound."""
    row = why_store.message(tx, message_id)
    if row is None:
        raise NotFound(
            "Message not found", f"Message {message_id} does not exist, or it was not sent from here."
        )
    reason = Reason(row.reason) if row.reason else None
    asked = why_store.last_verdict(tx, message_id)
    verdict = Reason(asked.reason) if asked is not None and asked.reason else None
    known = Known(
        path=Path(row.path),
        category=Category(row.category),
        status=Status(row.status),
        now=tx.now,
        reason=reason,
        verdict=verdict if verdict in ABOUT_CONSENT | UNASKED else None,
        asked=bool(row.asked),
        contact_id=row.contact_id,
        contact_name=row.contact_name or phones.pretty(row.phone or ""),
        template_name=row.template_name or "",
        content_kind=row.kind,
        template_revision=row.template_revision,
        asked_at=asked.at if asked is not None else row.created_at,
        only_opted_in=row.only_opted_in is not False,
        strict=settings.load(tx).policy.strict,
        override_reason=row.override_reason or row.launch_reason or "",
        override_by_name=_override_by(row),
        where=_where(row),
        author_name=(row.author_name or "") if row.path == Path.COMPOSE.value else "",
        error_details=row.error_details or "",
        message_id=message_id,
        attempt_count=row.attempt_count,
    )
    if row.enrolment_id is not None and row.step_number is not None:
        known = replace(known, moved_on_to=why_store.moved_on_to(tx, row.enrolment_id, row.step_number))
    return _with_facts(tx, _with_error(known, row.error_code), row)


def _override_by(row: Any) -> str:
    """Who gave the reason: of a message, or of its whole broadcast a person or the API key that asked for it."""
    key = f"The API key “{row.launch_key_name}”" if row.launch_key_name else ""
    return row.giver_name or row.launcher_name or key


def _where(row: Any) -> str:
    """The path's own thing in words."""
    if row.sequence_name is not None and row.step_number is not None:
        return f"{row.sequence_name}, step {row.step_number}"
    return row.broadcast_name or row.flow_name or ""


def _with_error(known: Known, code: int | None) -> Known:
    if code is None:
        return known
    rule = errors.rule(code)
    return replace(known, error_code=code, error_title=rule.label, error_todo=rule.advice)


def _with_facts(tx: Tx, known: Known, row: Any) -> Known:
    """The contact's answers as the message's receipt names them; nothing where the rule did not look."""
    of_bot = known.path is Path.BOT
    if known.kind is not Category.MARKETING or not (known.asked or of_bot):
        return known
    then = why_store.answers(tx, row.consent_event_id)
    facts = why_store.facts_now(tx, row.contact_id)
    policy = settings.load(tx).policy
    if of_bot and known.asked:
        because = _bot_asks(tx, row, known)
        known = replace(known, bot_asks=because)
        # As it was when this one was made: the talk is over, and the workspace's word alone may have changed.
        spoke, no = because is not BotAsks.NOT_SPOKEN, because is BotAsks.SAID_NO
        policy = policy.in_session(has_spoken=spoke, said_no_since=no)
    again = Question(known.path, Category.MARKETING, facts, policy, only_opted_in=known.only_opted_in)
    return replace(
        known,
        opt_in=then.opt_in,
        said=then.said,
        stopped_in_whatsapp=then.is_stopped,
        stopped=then.stopped,
        us_number=facts.us_number,
        passes_now=decide(again).may_send,
    )


def _bot_asks(tx: Tx, row: Any, known: Known) -> BotAsks:
    """Why the rule was asked of a bot's message."""
    if row.session_id is None:
        return BotAsks.WORKSPACE
    then = why_store.talk(tx, row.session_id, row.consent_event_id, known.asked_at or row.created_at)
    if then.said_no:
        return BotAsks.SAID_NO
    return BotAsks.WORKSPACE if then.has_spoken else BotAsks.NOT_SPOKEN


# One that somebody is about to send.


def _question(
    tx: Tx,
    contact_id: int,
    template: Template | None,
    category: Category,
    path: Path,
    only_opted_in: bool,
    before: Reason | None,
) -> Known:
    person = contacts.get(tx, contact_id)
    return foreseen(tx, person, template, category, path, only_opted_in=only_opted_in, before=before)


def foreseen(
    tx: Tx,
    person: Contact,
    template: Template | None,
    category: Category,
    path: Path,
    *,
    only_opted_in: bool = True,
    before: Reason | None = None,
) -> Known:
    """What is known of a message that nobody has sent. person: with id 0, somebody who is not known yet."""
    facts = person.facts
    window_open = window.is_open(person.last_inbound_at, tx.now)
    # With the toggle off the answer is as if the reason were given, as in the wizard's counts.
    given = None if only_opted_in else Override("to be given", 0, facts.consent_event_id)
    policy = settings.load(tx).policy
    verdict = decide(
        Question(
            path,
            category,
            facts,
            policy,
            only_opted_in=only_opted_in,
            override=given if path is Path.BROADCAST else None,
            template_revision=template.revision if template else None,
            window_open=window_open,
        )
    )
    free = template is None and category is Category.SERVICE
    reason = before or _hurdle(verdict, person, template, window_closed=free and not window_open)
    known = Known(
        path=path,
        category=category,
        status=None,
        now=tx.now,
        reason=reason,
        verdict=verdict.reason if verdict.reason in PASSES | UNASKED | REFUSALS else None,
        asked=verdict.asked,
        contact_id=person.id,
        contact_name=person.shown_name,
        template_name=template.name if template else "",
        only_opted_in=only_opted_in,
        strict=policy.strict,
        bot_asks=BotAsks.WORKSPACE if path is Path.BOT and verdict.asked else None,
    )
    looks = verdict.asked or verdict.reason is Reason.BOT_NOT_ASKED
    if not looks or before in (Reason.DUPLICATE, Reason.EXCLUDED):
        return known
    now = why_store.answers(tx, facts.consent_event_id)
    return replace(
        known,
        opt_in=facts.opt_in,
        said=now.said if now.opt_in is facts.opt_in else None,
        stopped_in_whatsapp=facts.stopped_in_whatsapp,
        stopped=now.stopped,
        us_number=facts.us_number,
    )


def _hurdle(verdict: Verdict, person: Contact, template: Template | None, *, window_closed: bool) -> Reason:
    """The first thing in the way, consent first, as at the claim; else the verdict's own reason."""
    if not verdict.may_send:
        return verdict.reason
    if not person.phone:
        return Reason.NO_PHONE
    if template is None:
        return Reason.WINDOW_CLOSED if window_closed else verdict.reason
    if template.status is TemplateStatus.GONE:
        return Reason.TEMPLATE_GONE
    return verdict.reason if template.sendable else Reason.TEMPLATE_NOT_APPROVED
