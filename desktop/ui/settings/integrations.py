"""Integrations: where the HTTP API answers, who comes in by it, and who is told what happens."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, Final

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.keys import ApiKey
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.domain.templates import Template
from desktop.services.api_rules import ApiRules
from desktop.services.keys import NewKey
from desktop.ui.desk import Desk
from desktop.ui.dialog import ask, confirm
from desktop.ui.loads import Reload
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.settings.api_card import ApiCard
from desktop.ui.settings.key_dialogs import NewKeyDialog, ShownKeyDialog
from desktop.ui.settings.keys_card import KeysCard
from desktop.ui.settings.people_dialogs import ask_until_done
from desktop.ui.settings.subscriptions_card import SubscriptionsCard
from desktop.ui.settings.subscriptions_desk import SubscriptionsDesk
from desktop.ui.settings.try_card import TryCard
from desktop.ui.settings.try_words import message_wanted, outcome_said, refused_said
from desktop.ui.tasks import Once

_FRESH_EVERY_MS: Final = 3_000
"""A broadcast changes thousands of messages a second; the figures follow once in a while: to count them takes a
quarter of a second on a busy day."""
_NOW: Final = (Topic.KEY, Topic.PERSON, Topic.SETTINGS)
_SOON: Final = (Topic.MESSAGE, Topic.SUBSCRIPTION, Topic.TEMPLATE)
OFF: Final = (
    "Every call is answered with 503 from then on, and programs outside can send nothing. Messages that came before "
    "still go out, and webhooks go on."
)


class IntegrationsPanel(QWidget):
    """The cards; reads and follows what they show."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.api, self.keys = ApiCard(desk.theme), KeysCard(desk.theme)
        self.subscriptions, self.trial = SubscriptionsCard(desk.theme), TryCard(desk.theme)
        self.refused = Label("", "soft", wrap=True, name="integrations_refused")
        self._reload = Reload(desk.tasks, self, self._read, wait_ms=_FRESH_EVERY_MS, on_problem=self._say)
        self._hooks = SubscriptionsDesk(desk, self, self._reload.now)
        self._saving = Once(desk.tasks, self)
        # Its button stays enabled: a disabled one gives the keyboard's focus to its neighbour.
        self._trying = Once(desk.tasks, self)
        self._connect()
        desk.live.follow(self, self._heard)
        self.refresh()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for card in (self.refused, self.api, self.keys, self.subscriptions, self.trial):
            column.addWidget(card)
        self.refused.hide()
        named(self, "integrations_panel", "Integrations")

    def refresh(self) -> None:
        """Read everything anew: something changed, or somebody else sits here."""
        app = self._desk.app
        self.api.show_address(app.server_address, app.engine_elsewhere)
        self.trial.show_address(app.server_address)
        self._reload.now()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _connect(self) -> None:
        self.api.switch_requested.connect(lambda on: self._spawn(self._switch(on)))
        self.api.per_minute_requested.connect(self._limit)
        self.keys.new_requested.connect(lambda: self._spawn(self._make()))
        self.keys.revoke_requested.connect(lambda one: self._spawn(self._revoke(one)))
        self.subscriptions.new_requested.connect(lambda: self._spawn(self._hooks.make()))
        self.subscriptions.wish_requested.connect(lambda wish, one: self._spawn(self._hooks.grant(wish, one)))
        self.trial.try_requested.connect(self._try)

    def _heard(self, changes: Changes) -> None:
        if any(changes.has(topic) for topic in _NOW):
            self.refresh()
        elif self.isVisible() and any(changes.has(topic) for topic in _SOON):
            self._reload.soon()

    async def _read(self) -> None:
        app, refusal = self._desk.app, self._desk.refusal(Right.KEYS)
        kept = await app.workspace.settings()
        keys, hooks = await app.keys.every(), await app.subscriptions.every()
        templates = await app.templates.every()
        now = app.clock.now()
        self.refused.setText(refusal)
        self.refused.setVisible(bool(refusal))
        self.api.show_rules(ApiRules(kept.api_on, kept.api_per_minute), refusal)
        self.keys.show_keys(keys, now, refusal)
        self.subscriptions.show_subscriptions(hooks, {one.id: one.name for one in keys}, now, refusal)
        self.trial.show_templates(templates)

    # The API itself.

    async def _switch(self, on: bool) -> None:
        desk = self._desk
        try:
            if on or await confirm(
                desk.theme, self.window(), "Switch the HTTP API off?", OFF, do="Switch off", danger=True,
                name="api_off",
            ):  # fmt: skip
                await desk.app.workspace.change_api(desk.user(), is_on=on)
        finally:
            self._reload.now()  # the switch shows what is kept

    def _limit(self, per_minute: int) -> None:
        desk = self._desk

        async def keep() -> None:
            await desk.app.workspace.change_api(desk.user(), per_minute=per_minute)
            desk.toasts.show_toast("Saved", "done")

        self._saving.start(keep, on_problem=lambda wrong: self.api.show_problem(_sentence(wrong)))

    # Keys.

    async def _make(self) -> None:
        desk = self._desk
        dialog = NewKeyDialog(desk.theme, self.window())
        made: list[NewKey] = []

        async def create(values: Mapping[str, Any]) -> None:
            made.append(await desk.app.keys.create(user=desk.user(), **values))

        if await ask_until_done(desk, dialog, create, dialog.values):
            await ask(ShownKeyDialog(desk.theme, self.window(), made[-1]))

    async def _revoke(self, one: ApiKey) -> None:
        desk = self._desk
        text = (
            "Whatever uses it is refused from its next call on. Webhooks that it set up, or that tell of its messages,"
            " are paused. This cannot be undone; a new key can be made."
        )
        if await confirm(
            desk.theme,
            self.window(),
            f"Revoke {one.name}?",
            text,
            do="Revoke",
            danger=True,
            name="key_revoke",
        ):
            await desk.app.keys.revoke(one.id, desk.user())
            desk.toasts.show_toast(f"The key “{one.name}” opens nothing any more.", "done")

    # A message, tried.

    def _try(self, phone: str, template: Template | None) -> None:
        async def foresee() -> None:
            known = await self._desk.app.trials.foresee(message_wanted(phone, template))
            self.trial.show_answer(*outcome_said(known))

        def refused(wrong: Exception) -> None:
            assert isinstance(wrong, Problem)
            if wrong.field == "recipient.phone":
                self.trial.show_problem(wrong.sentence)
            else:
                self.trial.show_answer(refused_said(wrong.title, wrong.sentence, wrong.field), "danger")

        self._trying.start(foresee, on_problem=refused)

    def _spawn(self, coro: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return self._desk.tasks.spawn(self, coro, on_problem=self._say)

    def _say(self, problem: Exception) -> None:
        assert isinstance(problem, Problem)
        self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")


def _sentence(problem: Exception) -> str:
    assert isinstance(problem, Problem)
    return problem.sentence
