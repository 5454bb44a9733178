"""The API as a whole: its routers behind its gate, with one form of refusal and a limit on sizes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Depends, FastAPI

from desktop.server import problems, qa
from desktop.server.devapi import account, contacts, messages
from desktop.server.devapi.asked import account as any_account
from desktop.server.gate import PREFIX, REFUSALS, Gate, KnowsKeys
from desktop.services.api_contacts import ApiContacts
from desktop.services.api_messages import ApiMessages
from desktop.services.templates import Templates
from desktop.store.engine import Store
from desktop.system.clock import Clock


@dataclass(frozen=True, slots=True)
class Api:
    """What the API's routes need. move_clock: on a sandbox store only, else None."""

    gate: Gate
    messages: ApiMessages
    contacts: ApiContacts
    templates: Templates
    move_clock: Callable[[timedelta], Awaitable[None]] | None = None


def api_over(
    store: Store,
    clock: Clock,
    keys: KnowsKeys,
    templates: Templates,
    wake: Callable[[], None],
    move_clock: Callable[[timedelta], Awaitable[None]] | None,
) -> Api:
    """The API of one store. wake: the engine looks for what is due."""
    return Api(Gate(keys, clock), ApiMessages(store, wake), ApiContacts(store), templates, move_clock)


def include(app: FastAPI, api: Api) -> None:
    """Add the API: every route once under /devapi and once under /devapi/accounts/{accountId}, alike."""
    problems.install(app)
    app.add_middleware(problems.SizeLimit, prefix=PREFIX)
    api.gate.guard(app)
    app.add_middleware(problems.StoreTrouble)
    for router in (
        messages.routes(api.gate, api.messages),
        contacts.routes(api.gate, api.contacts),
        account.routes(api.gate, api.contacts, api.templates),
    ):
        told = {**REFUSALS, **problems.PROBLEMS}
        app.include_router(router, prefix=PREFIX, responses=told)
        with_account = f"{PREFIX}/accounts/{{accountId}}"
        app.include_router(router, prefix=with_account, responses=told, dependencies=[Depends(any_account)])
    if api.move_clock is not None:
        app.include_router(qa.routes(api.move_clock))
