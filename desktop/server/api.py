"""The API as a whole: its routers behind its admission, with one form of refusal and a limit on sizes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Depends, FastAPI

from desktop.server import problems, qa
from desktop.server.admission import PREFIX, REFUSALS, Admission, KnowsKeys, describe_limits
from desktop.server.cloud import routes as cloud_routes
from desktop.server.devapi import (
    account,
    broadcasts,
    contacts,
    conversations,
    messages,
    sequences,
    users,
    webhooks,
)
from desktop.server.devapi.asked import account as any_account
from desktop.server.devapi.examples import show_examples
from desktop.server.sizes import SizeLimit
from desktop.services.api_broadcasts import ApiBroadcasts
from desktop.services.api_cloud import ApiCloud
from desktop.services.api_contacts import ApiContacts
from desktop.services.api_conversations import ApiConversations
from desktop.services.api_messages import ApiMessages
from desktop.services.api_outbox import ApiOutbox
from desktop.services.api_people import ApiPeople
from desktop.services.api_rules import ApiRules
from desktop.services.api_sequences import ApiSequences
from desktop.services.api_subscriptions import ApiSubscriptions
from desktop.services.own_number import OwnNumber
from desktop.services.subscriptions import Subscriptions
from desktop.services.templates import Templates
from desktop.store.engine import Store
from desktop.system.clock import Clock


@dataclass(frozen=True, slots=True)
class Api:
    """What the API's routes need. move_clock: on a sandbox store only, else None."""

    admission: Admission
    messages: ApiMessages
    contacts: ApiContacts
    conversations: ApiConversations
    sequences: ApiSequences
    people: ApiPeople
    broadcasts: ApiBroadcasts
    templates: Templates
    cloud: ApiCloud | None = None
    subscriptions: ApiSubscriptions | None = None
    move_clock: Callable[[timedelta], Awaitable[None]] | None = None


def api_over(
    store: Store,
    clock: Clock,
    keys: KnowsKeys,
    templates: Templates,
    wake: Callable[[], None],
    move_clock: Callable[[timedelta], Awaitable[None]] | None,
    rules: Callable[[], ApiRules] = ApiRules,
    number: OwnNumber | None = None,
    subscriptions: Subscriptions | None = None,
    wake_engine: Callable[[], None] | None = None,
) -> Api:
    """The API of one store. wake: the engine and all that prepares its work look for what is due; wake_engine: the
    engine alone, for messages that are ready. rules: what the workspace has decided now.

    number None leaves the Cloud API's shape out, subscriptions None the outgoing webhooks.
    """
    outbox = ApiOutbox(store, wake_engine or wake)
    return Api(
        Admission(keys, clock, rules),
        ApiMessages(store, outbox, templates.missed),
        ApiContacts(store),
        ApiConversations(store),
        ApiSequences(store),
        ApiPeople(store),
        ApiBroadcasts(store, wake, templates.missed),
        templates,
        ApiCloud(store, outbox, number, templates.missed) if number is not None else None,
        ApiSubscriptions(store, subscriptions) if subscriptions is not None else None,
        move_clock,
    )


def include(app: FastAPI, api: Api) -> None:
    """Add the API: every route once under /devapi and once under /devapi/accounts/{accountId}, alike."""
    problems.install(app)
    app.add_middleware(SizeLimit, prefix=PREFIX)
    api.admission.guard(app)
    app.add_middleware(problems.StoreTrouble)
    routers = [
        messages.routes(api.admission, api.messages),
        contacts.routes(api.admission, api.contacts),
        contacts.segment_routes(api.admission, api.contacts),
        conversations.routes(api.admission, api.conversations),
        sequences.routes(api.admission, api.sequences),
        users.routes(api.admission, api.people),
        broadcasts.routes(api.admission, api.broadcasts),
        account.routes(api.admission, api.contacts, api.templates),
    ]
    if api.subscriptions is not None:
        routers.append(webhooks.routes(api.admission, api.subscriptions))
    for router in routers:
        show_examples(router)
        told = describe_limits(router, {**REFUSALS, **problems.PROBLEMS})
        app.include_router(router, prefix=PREFIX, responses=told)
        with_account = f"{PREFIX}/accounts/{{accountId}}"
        app.include_router(router, prefix=with_account, responses=told, dependencies=[Depends(any_account)])
    if api.cloud is not None:
        cloud_routes.include(app, api.admission, api.cloud)
    if api.move_clock is not None:
        app.include_router(qa.routes(api.move_clock))
