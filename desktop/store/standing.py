"""How things stand around a broadcast: what a person sees when saying yes, and what is compared with it later."""

from collections.abc import Mapping

from sqlalchemy import func, select

from desktop.domain.audience import Line
from desktop.domain.drift import Standing
from desktop.domain.templates import Template, wording
from desktop.store import account_state, tables
from desktop.store.engine import Tx


def taken(tx: Tx, template: Template, counts: Mapping[Line, int]) -> Standing:
    """Template, number and account as of this transaction; counts: contacts by line, as somebody counted them."""
    said = account_state.now(tx)
    return Standing(
        tx.now,
        template.effective_category.value,
        template.revision,
        said.quality,
        said.restriction,
        dict(counts),
        int(tx.conn.scalar(select(func.max(tables.consent_event.c.id))) or 0),
        wording(template),
    )
