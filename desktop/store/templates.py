"""Templates as last seen in WhatsApp; their revision grows when what a recipient sees changes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from desktop.domain.changes import Topic
from desktop.domain.consent import Category
from desktop.domain.problems import NotFound
from desktop.domain.templates import Button, Quality, Template, TemplateStatus
from desktop.store import tables
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
        examples=tuple(row.examples),
        revision=row.revision,
        fetched_at=row.fetched_at,
        whatsapp_id=row.whatsapp_id,
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
        "buttons": [[one.kind, one.text, one.url] for one in template.buttons],
        "named": template.named,
        "examples": list(template.examples),
        "fetched_at": template.fetched_at,
    }


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
    row = tx.conn.execute(select(tables.template).where(tables.template.c.id == template_id)).one_or_none()
    if row is None:
        raise NotFound("Template not found", "The template does not exist (any more). Refresh the templates.")
    return read(row)


_BY_IDS = select(tables.template).where(tables.template.c.id.in_(bindparam("ids", expanding=True)))


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Template]:
    wanted = sorted(set(ids))
    return {row.id: read(row) for row in tx.rows(_BY_IDS, ids=wanted)} if wanted else {}


def by_name(tx: Tx, name: str, language: str | None = None) -> Template:
    """The template of that name (and language, else the first). Raises NotFound."""
    asked = select(tables.template).where(tables.template.c.name == name)
    if language:
        asked = asked.where(tables.template.c.language == language)
    row = tx.conn.execute(asked.order_by(tables.template.c.id).limit(1)).one_or_none()
    if row is None:
        raise NotFound(
            "Template not found", f"There is no template “{name}”. Refresh the templates.", "template"
        )
    return read(row)


def replace_all(tx: Tx, fetched: Sequence[Template]) -> None:
    """Take over a complete list from WhatsApp; what is missing from it is marked gone, never deleted.

    That it is gone was learned now: an old date would have the claim wait for a refresh for ever.
    """
    known = {(one.name, one.language): one for one in every(tx)}
    for template in {(one.name, one.language): one for one in fetched}.values():
        _keep(tx, template, known.pop((template.name, template.language), None))
    for gone in known.values():
        _keep(tx, replace(gone, status=TemplateStatus.GONE, fetched_at=tx.now), gone)
    tx.touch(Topic.TEMPLATE)


def _keep(tx: Tx, template: Template, known: Template | None) -> None:
    values = _values(template)
    if known is None:
        tx.conn.execute(insert(tables.template).values(**values, revision=1))
        return
    before = _values(known)
    if any(values[name] != before[name] for name in _SEEN):
        values["revision"] = known.revision + 1
    tx.conn.execute(update(tables.template).where(tables.template.c.id == known.id).values(**values))


def change(
    tx: Tx,
    name: str,
    language: str,
    *,
    status: TemplateStatus | None = None,
    category: Category | None = None,
    correct_category: Category | None = None,
    quality: Quality | None = None,
) -> None:
    """Apply what a webhook said of a template; an unknown template is passed over (a refresh finds it)."""
    asked = select(tables.template).where(
        tables.template.c.name == name, tables.template.c.language == language
    )
    row = tx.conn.execute(asked).one_or_none()
    if row is None:
        return
    known = read(row)
    changed = replace(
        known,
        status=status or known.status,
        category=category or known.category,
        correct_category=correct_category if category is None else None,
        quality=quality or known.quality,
    )
    if category is None and correct_category is None:
        changed = replace(changed, correct_category=known.correct_category)
    _keep(tx, changed, known)
    tx.touch(Topic.TEMPLATE, known.id)


def oldest_fetch(tx: Tx) -> datetime | None:
    """When the list was last read from WhatsApp, or None."""
    return tx.conn.scalar(
        select(tables.template.c.fetched_at).order_by(tables.template.c.fetched_at).limit(1)
    )
