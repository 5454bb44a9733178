"""Templates as last seen in WhatsApp; their revision grows when what a recipient sees changes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, bindparam, func, insert, select, update

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.changes import Topic
from desktop.domain.consent import Category
from desktop.domain.messages import Status
from desktop.domain.problems import NotFound
from desktop.domain.template_uses import TemplateUse, UseKind
from desktop.domain.templates import Button, Quality, Template, TemplateStatus
from desktop.store import flow_uses, sequence_uses, settings, tables
from desktop.store.engine import Tx


def read(row: Row[Any]) -> Template:
    """A template from its row."""
    return Template(
        id=row.id,
        name=row.name,
        language=row.language,
        category=Category(row.category),
        body=row.body,
        status=TemplateStatus(row.status),
        correct_category=Category(row.correct_category) if row.correct_category else None,
        quality=Quality(row.quality),
        header_kind=row.header_kind,
        header_text=row.header_text,
        footer=row.footer,
        buttons=tuple(Button(*one) for one in row.buttons),
        named=row.named,
        examples=tuple(one for one in row.examples if isinstance(one, str)),
        revision=row.revision,
        fetched_at=row.fetched_at,
        whatsapp_id=row.whatsapp_id,
        category_before=Category(row.category_before) if row.category_before else None,
        category_changed_at=row.category_changed_at,
        other_examples=tuple((one[0], one[1]) for one in row.examples if not isinstance(one, str)),
        status_reason=row.status_reason,
        paused_until=row.paused_until,
        category_told_at=row.category_told_at,
    )


def _values(template: Template) -> dict[str, Any]:
    return {
        "whatsapp_id": template.whatsapp_id,
        "name": template.name,
        "language": template.language,
        "category": template.category.value,
        "correct_category": template.correct_category.value if template.correct_category else None,
        "status": template.status.value,
        "quality": template.quality.value,
        "header_kind": template.header_kind,
        "header_text": template.header_text,
        "body": template.body,
        "footer": template.footer,
        "buttons": [_button(one) for one in template.buttons],
        "named": template.named,
        # The body's as they come, those of other parts with the name of their variable.
        "examples": [*template.examples, *([name, text] for name, text in template.other_examples)],
        "fetched_at": template.fetched_at,
        "category_before": template.category_before.value if template.category_before else None,
        "category_changed_at": template.category_changed_at,
        "status_reason": template.status_reason,
        "paused_until": template.paused_until,
        "category_told_at": template.category_told_at,
    }


def _button(one: Button) -> list[str]:
    """As kept; a button without a phone number looks as it always did, so that no revision grows of it."""
    return [one.kind, one.text, one.url, *([one.phone] if one.phone else [])]


_SEEN = ("category", "correct_category", "body", "header_kind", "header_text", "footer", "buttons", "named")
"""What a reason or an approval was given for: a change of any of these makes a new revision."""


def every(tx: Tx) -> list[Template]:
    """All templates by name, those that are gone last."""
    rows = tx.conn.execute(
        select(tables.template).order_by(
            tables.template.c.status == TemplateStatus.GONE.value,
            tables.template.c.name,
            tables.template.c.language,
        )
    )
    return [read(row) for row in rows]


def get(tx: Tx, template_id: int) -> Template:
    """One template. Raises NotFound."""
    return tx.once((Template, template_id), lambda: _get(tx, template_id))


def _get(tx: Tx, template_id: int) -> Template:
    row = tx.conn.execute(_BY_IDS, {"ids": [template_id]}).one_or_none()
    if row is None:
        raise NotFound("Template not found", "The template does not exist (any more). Refresh the templates.")
    return read(row)


# Built once: they are asked at every claim and every submission.
_BY_IDS = select(tables.template).where(tables.template.c.id.in_(bindparam("ids", expanding=True)))
_BY_NAME = (
    select(tables.template)
    .where(tables.template.c.name == bindparam("of_name"))
    .order_by(tables.template.c.status != TemplateStatus.APPROVED.value, tables.template.c.id)
    .limit(1)
)


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Template]:
    wanted = sorted(set(ids))
    return {row.id: read(row) for row in tx.rows(_BY_IDS, ids=wanted)} if wanted else {}


def by_name(tx: Tx, name: str, language: str | None = None) -> Template:
    """The template of that name (and language; else the first that can be sent, else the first). Raises NotFound."""
    return tx.once((Template, name, language), lambda: _by_name(tx, name, language))


def _by_name(tx: Tx, name: str, language: str | None) -> Template:
    asked = _BY_NAME.where(tables.template.c.language == language) if language else _BY_NAME
    row = tx.conn.execute(asked, {"of_name": name}).one_or_none()
    if row is None:
        raise NotFound(
            "Template not found", f"There is no template “{name}”. Refresh the templates.", "template"
        )
    return read(row)


def languages(tx: Tx, name: str) -> list[str]:
    """The languages in which there is a template of that name."""
    kept = tables.template.c
    return [
        row.language
        for row in tx.rows(select(kept.language).where(kept.name == name).order_by(kept.language))
    ]


def replace_all(tx: Tx, fetched: Sequence[Template]) -> None:
    """Take over a complete list from WhatsApp; what is missing from it is marked gone, never deleted.

    That it is gone was learned now: an old date would have the claim wait for a refresh for ever.
    fetched_at of what was read: when the reading began. What was learned of a category since then stays, and its
    template is stale.
    """
    known = {(one.name, one.language): one for one in every(tx)}
    same: dict[datetime | None, list[int]] = {}
    for template in {(one.name, one.language): one for one in fetched}.values():
        before = known.pop((template.name, template.language), None)
        told = template.keeping_category(before) if before is not None else _first(tx, template)
        if not _keep(tx, told, before) and before is not None:
            same.setdefault(told.fetched_at, []).append(before.id)
    for gone in known.values():
        if not _keep(tx, replace(gone, status=TemplateStatus.GONE, fetched_at=tx.now), gone):
            same.setdefault(tx.now, []).append(gone.id)
    for at, ids in same.items():
        for start in range(0, len(ids), _AT_ONCE):
            tx.conn.execute(
                update(tables.template)
                .where(tables.template.c.id.in_(ids[start : start + _AT_ONCE]))
                .values(fetched_at=at)
            )
    settings.set_meta(tx, _REFRESHED, tx.now.isoformat())
    tx.touch(Topic.TEMPLATE)


_AT_ONCE: Final = 500
_REFRESHED: Final = "templates_refreshed_at"
_UNKNOWN_TOLD: Final = "template_unknown_told_at"
_TOLD: Final = ("status", "category", "correct_category")
"""What other programs are told of."""
_BY_US: Final = (TemplateStatus.REJECTED, TemplateStatus.GONE)
"""What is sent in again after this may have another category because its writer chose one."""


def _first(tx: Tx, template: Template) -> Template:
    """A template that was not known; stale if a webhook spoke of the category of an unknown one since the reading began."""
    told, began = settings.meta(tx, _UNKNOWN_TOLD), template.fetched_at
    is_older = told is not None and began is not None and datetime.fromisoformat(told) >= began
    return replace(template, fetched_at=None) if is_older else template


def _keep(tx: Tx, template: Template, known: Template | None) -> bool:
    """Keep one template; False where nothing but the time of reading is new."""
    if known is None:
        tx.conn.execute(insert(tables.template).values(**_values(template), revision=1))
        return True
    values, before = _values(_remembering(template, known, tx.now)), _values(known)
    if all(values[name] == before[name] for name in values if name != "fetched_at"):
        return False
    if any(values[name] != before[name] for name in _SEEN):
        values["revision"] = known.revision + 1
    if any(values[name] != before[name] for name in _TOLD):
        tx.touch(Topic.TEMPLATE_STATUS, known.id)
    tx.conn.execute(update(tables.template).where(tables.template.c.id == known.id).values(**values))
    return True


def _remembering(template: Template, known: Template, now: datetime) -> Template:
    """The newer template with what only the older one knows: its category before, why it is paused."""
    is_turned = (template.category, template.correct_category) != (known.category, known.correct_category)
    told_at = now if is_turned else template.category_told_at or known.category_told_at
    template = replace(template, category_told_at=told_at)
    if template.category is not known.category and known.status not in _BY_US:
        template = replace(template, category_before=known.category, category_changed_at=now)
    elif known.category_before is not None and template.category is known.category:
        template = replace(
            template, category_before=known.category_before, category_changed_at=known.category_changed_at
        )
    if template.status is known.status:
        # A webhook says more of the reason than the list does.
        fuller = known.status_reason.startswith(template.status_reason)
        template = replace(
            template,
            status_reason=known.status_reason if fuller else template.status_reason,
            paused_until=template.paused_until or known.paused_until,
        )
    return template


def change(
    tx: Tx,
    name: str,
    language: str,
    *,
    whatsapp_id: str = "",
    status: TemplateStatus | None = None,
    status_reason: str = "",
    paused_until: datetime | None = None,
    category: Category | None = None,
    correct_category: Category | None = None,
    quality: Quality | None = None,
) -> None:
    """Apply what a webhook said of a template; an unknown template is passed over (a refresh finds it).

    whatsapp_id: finds it where the webhook gives no name.
    """
    column = tables.template.c
    asked = select(tables.template).where(column.name == name, column.language == language)
    if not name:
        asked = select(tables.template).where(column.whatsapp_id == whatsapp_id).limit(1)
    row = tx.conn.execute(asked).one_or_none()
    is_category = category is not None or correct_category is not None
    if row is None:
        if is_category:
            settings.set_meta(tx, _UNKNOWN_TOLD, tx.now.isoformat())
        return
    known = read(row)
    changed = replace(
        known,
        status=status or known.status,
        category=category or known.category,
        correct_category=correct_category if category is None else None,
        quality=quality or known.quality,
        category_told_at=tx.now if is_category else known.category_told_at,
    )
    if status is not None:
        changed = replace(changed, status_reason=status_reason, paused_until=paused_until)
    if category is None and correct_category is None:
        changed = replace(changed, correct_category=known.correct_category)
    _keep(tx, changed, known)
    tx.touch(Topic.TEMPLATE, known.id)


def oldest_fetch(tx: Tx) -> datetime | None:
    """The oldest reading of any template, or None."""
    return tx.conn.scalar(
        select(tables.template.c.fetched_at).order_by(tables.template.c.fetched_at).limit(1)
    )


def refreshed_at(tx: Tx) -> datetime | None:
    """When the whole list was last read from WhatsApp, an empty one too; None before the first time."""
    kept = settings.meta(tx, _REFRESHED)
    return datetime.fromisoformat(kept) if kept else oldest_fetch(tx)


_broadcast, _message = tables.broadcast.c, tables.message.c
_OVER: Final = [one.value for one in BroadcastStatus if one.is_over]
_SENT: Final = [one.value for one in (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)]


def uses(tx: Tx, template_id: int, most_ended: int = 20) -> list[TemplateUse]:
    """Where a template is used: drafts, what is not over, sequences, flows, the newest `most_ended` of what is over."""
    going = _uses(tx, _broadcast.template_id == template_id, _broadcast.status.not_in(_OVER))
    ended = _uses(tx, _broadcast.template_id == template_id, _broadcast.status.in_(_OVER), limit=most_ended)
    first = sorted(going, key=lambda one: one.kind is not UseKind.DRAFT)
    return [*first, *sequence_uses.uses(tx, template_id), *flow_uses.uses(tx, template_id), *ended]


def in_use(tx: Tx) -> list[TemplateUse]:
    """Every draft and every broadcast that is not over and has a template; every sequence and flow with each of its own."""
    going = _uses(tx, _broadcast.template_id.is_not(None), _broadcast.status.not_in(_OVER), limit=500)
    return [*going, *sequence_uses.uses(tx), *flow_uses.uses(tx)]


def _uses(tx: Tx, *where: ColumnElement[bool], limit: int = 200) -> list[TemplateUse]:
    asked = select(tables.broadcast).where(*where).order_by(_broadcast.id.desc()).limit(limit)
    rows = tx.conn.execute(asked).all()
    launched = [row.id for row in rows if row.launched_at is not None]
    counted = (
        select(_message.broadcast_id, func.count())
        .where(_message.broadcast_id.in_(launched), _message.status.in_(_SENT))
        .group_by(_message.broadcast_id)
    )
    sent = {row[0]: int(row[1]) for row in tx.conn.execute(counted)} if launched else {}
    return [
        TemplateUse(
            UseKind.DRAFT if row.status == BroadcastStatus.DRAFT.value else UseKind.BROADCAST,
            row.id,
            row.name,
            BroadcastStatus(row.status),
            row.template_id,
            row.selected_count or 0,
            sent.get(row.id, 0),
            row.launched_at or row.created_at,
        )
        for row in rows
    ]
