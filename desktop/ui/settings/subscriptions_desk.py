"""What a person asks of webhooks, with the questions in between."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.domain.subscriptions import DeliveryStatus, Subscription
from desktop.services.subscriptions import Added
from desktop.ui.desk import Desk
from desktop.ui.dialog import ask, confirm
from desktop.ui.settings.delivery_log import LogDialog
from desktop.ui.settings.people_dialogs import ask_until_done
from desktop.ui.settings.subscription_dialogs import FROM_NOW, ResumeDialog, SecretDialog, SubscriptionDialog
from desktop.ui.settings.subscription_words import answer_said
from desktop.ui.settings.subscriptions_card import Wish


class SubscriptionsDesk:
    """Opens the cards over `owner`'s window and calls the service; changed: something has to be read anew.

    Each verb raises the service's Problem if it is not shown in a card of its own.
    """

    def __init__(self, desk: Desk, owner: QWidget, changed: Callable[[], object]) -> None:
        self._desk, self._owner, self._changed = desk, owner, changed
        self._verbs = {
            Wish.LOG: self._log,
            Wish.EDIT: self._edit,
            Wish.PAUSE: self._pause,
            Wish.RESUME: self._resume,
            Wish.TEST: self._test,
            Wish.SECRET: self._secret,
            Wish.REMOVE: self._remove,
        }

    async def grant(self, wish: Wish, one: Subscription) -> None:
        """Do what was asked of one webhook."""
        await self._verbs[wish](one)
        self._changed()

    async def make(self) -> None:
        """A new one; its secret is shown then."""
        desk, window = self._desk, self._owner.window()
        dialog = SubscriptionDialog(desk.theme, window, await desk.app.keys.every())
        made: list[Added] = []

        async def add(values: Mapping[str, Any]) -> None:
            made.append(await desk.app.subscriptions.add(user=desk.user(), **values))

        if await ask_until_done(desk, dialog, add, dialog.values):
            self._changed()
            added = made[-1]
            await ask(SecretDialog(desk.theme, window, added.subscription, added.secret, is_new=True))

    async def _log(self, one: Subscription) -> None:
        await ask(LogDialog(self._desk, self._owner.window(), one))

    async def _edit(self, one: Subscription) -> None:
        desk = self._desk
        dialog = SubscriptionDialog(desk.theme, self._owner.window(), await desk.app.keys.every(), one)

        async def change(values: Mapping[str, Any]) -> None:
            await desk.app.subscriptions.change(one.id, user=desk.user(), **values)

        if await ask_until_done(desk, dialog, change, dialog.values):
            desk.toasts.show_toast("The webhook is changed.", "done")

    async def _pause(self, one: Subscription) -> None:
        await self._desk.app.subscriptions.pause(one.id, self._desk.user())
        self._desk.toasts.show_toast("Paused: nothing is sent to it, and nothing is lost.", "done")

    async def _resume(self, one: Subscription) -> None:
        desk = self._desk
        answer = await ask(ResumeDialog(desk.theme, self._owner.window(), one))
        if answer:
            from_now = answer == FROM_NOW
            await desk.app.subscriptions.resume(one.id, desk.user(), from_now=from_now)
            desk.toasts.show_toast(
                "It goes on from now." if from_now else "It goes on where it stopped.", "done"
            )

    async def _test(self, one: Subscription) -> None:
        told = await self._desk.app.subscriptions.send_test(one.id, self._desk.user())
        arrived = told.status is DeliveryStatus.DELIVERED
        said = "The test event arrived" if arrived else "The test event did not arrive"
        self._desk.toasts.show_toast(f"{said}: {answer_said(told)}", "done" if arrived else "danger")

    async def _secret(self, one: Subscription) -> None:
        desk = self._desk
        secret = await desk.app.subscriptions.secret(one.id, desk.user())
        await ask(SecretDialog(desk.theme, self._owner.window(), one, secret, is_new=False))

    async def _remove(self, one: Subscription) -> None:
        desk = self._desk
        waits = f" {one.waiting_count:,} that wait are not sent any more." if one.waiting_count else ""
        text = f"{one.url} hears nothing from then on.{waits} Its log goes, too. This cannot be undone."
        if await confirm(
            desk.theme, self._owner.window(), "Remove the webhook?", text, do="Remove", danger=True,
            name="webhook_remove",
        ):  # fmt: skip
            await desk.app.subscriptions.remove(one.id, desk.user())
            desk.toasts.show_toast("The webhook is removed.", "done")
