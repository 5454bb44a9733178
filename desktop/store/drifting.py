"""The claim's look at broadcasts whose template is not the one that a person said yes to."""

from collections.abc import Iterable, Mapping

from desktop.domain.drift import Standing, template_drift
from desktop.domain.templates import Template
from desktop.store import holds
from desktop.store.due import Running
from desktop.store.engine import Tx


def hold_changed(tx: Tx, broadcasts: Iterable[Running], by_id: Mapping[int, Template]) -> frozenset[int]:
    """Hold each broadcast whose template turned into marketing or was edited since; returns them.

    Asked of the copies that the claim decides by, so no message leaves once the change is known here.
    """
    held = set()
    for row in broadcasts:
        template = by_id.get(row.template_id) if row.template_id and row.approved else None
        if template is None:
            continue
        then = Standing.from_json(row.approved)
        found = template_drift(then, template.effective_category.value, template.revision)
        if found:
            holds.hold(tx, row.id, found[0].cause, found[0].sentence)
            held.add(row.id)
    return frozenset(held)
