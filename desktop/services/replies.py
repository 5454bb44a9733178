"""Do replies reach us? Without webhooks a STOP does not arrive, so nothing that is marketing may start."""

from collections.abc import Iterable

from desktop.domain.problems import Problem
from desktop.domain.templates import Template
from desktop.store import opening, settings, webhooks
from desktop.store.engine import Tx


def expect_webhooks(tx: Tx, templates: Iterable[Template]) -> None:
    """A real number proves once that webhooks come, before marketing starts. Raises a Problem otherwise."""
    real = settings.meta(tx, "stamp") not in (None, opening.SANDBOX)
    if real and any(one.is_marketing for one in templates) and webhooks.last_at(tx) is None:
        raise Problem(
            "No webhook has come yet",
            "Replies such as STOP would not arrive. Set the webhook address in Meta’s dashboard and send "
            "this number a message; when it shows here, try again.",
        )
