"""The settings: what the workspace decides, what this computer looks like, and what this program is."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.consent import Category
from desktop.domain.filters import Filter
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.options import SANDBOX_NUMBER_ID, SANDBOX_WABA_ID
from desktop.system.machine import MachineSettings
from desktop.ui.desk import Desk
from desktop.ui.dialog import confirm
from desktop.ui.settings.about import AboutCard
from desktop.ui.settings.activity import ActivityPanel
from desktop.ui.settings.appearance import AppearanceCard
from desktop.ui.settings.broadcasts import GuardCard, SecondYesCard
from desktop.ui.settings.consent import AnswersCard, BotsCard, RolesCard, StrictCard, WordsCard
from desktop.ui.settings.fields import FieldsCard
from desktop.ui.settings.frame import Frame, Section
from desktop.ui.settings.integrations import IntegrationsPanel
from desktop.ui.settings.notifications import AfterClosingCard, NotificationsCard
from desktop.ui.settings.pace import PaceCard
from desktop.ui.settings.people import PeoplePanel, SignInCard
from desktop.ui.settings.sandbox import START_OVER, SandboxCard, StartOverCard
from desktop.ui.settings.savecard import SaveCard, SettingsCard
from desktop.ui.settings.timezone import TimeZoneCard, zone_choices
from desktop.ui.settings.whatsapp import ConnectionCard, SandboxConnectionCard
from desktop.ui.shell import diagnostics
from desktop.ui.shell.appearance import Appearance
from desktop.ui.tasks import Once


class SettingsPage(QWidget):
    """All settings. `started_over` after the demo was brought back: everything else has to be looked at anew."""

    started_over = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_page")
        self._desk = desk
        self._saving: dict[SaveCard, Once] = {}
        self._reading: asyncio.Task[Any] | None = None
        self._make_cards()
        self.frame = Frame(desk.theme, self._sections())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.frame)
        self._connect()
        desk.live.follow(self, self._heard)
        desk.theme.changed.connect(self._show_appearance)
        self._show_appearance()
        self._show_here()
        self._show_rights()
        self._reload()
        self._spawn(self._read_connection())
        self._spawn(self._read_zones())
        self._spawn(self._read_about())

    def open_section(self, key: str) -> None:
        """whatsapp, consent, fields, people, activity, integrations, pace … or about. Raises KeyError."""
        self.frame.choose(key)

    @property
    def unsaved_titles(self) -> list[str]:
        """Cards in which something is not saved yet."""
        cards: list[SaveCard] = [*self._settings_cards, self.connection]
        return [card.accessibleName() for card in cards if card.is_changed]

    # What it is made of.

    def _make_cards(self) -> None:
        theme, app = self._desk.theme, self._desk.app
        self.connection = ConnectionCard(theme, is_sandbox=app.is_sandbox)
        self.sandbox_connection = SandboxConnectionCard(theme) if app.is_sandbox else None
        self.strict, self.bots, self.words = StrictCard(theme), BotsCard(theme), WordsCard(theme)
        self.answers, self.roles = AnswersCard(theme), RolesCard(theme)
        self.pace = PaceCard(theme, is_sandbox=app.is_sandbox)
        self.second_yes, self.guard = SecondYesCard(theme), GuardCard(theme)
        self.time_zone = TimeZoneCard(theme)
        self.fields = FieldsCard(self._desk)
        self.sign_in, self.people = SignInCard(theme), PeoplePanel(self._desk)
        self.people.people_read.connect(self.sign_in.show_people)
        self.activity = ActivityPanel(self._desk)
        self.integrations = IntegrationsPanel(self._desk)
        self.appearance = AppearanceCard(theme)
        self.notifications, self.after_closing = NotificationsCard(theme), AfterClosingCard(theme)
        self.sandbox, self.start_over = SandboxCard(theme), StartOverCard(theme)
        self.about = AboutCard(theme)
        self._here = app.machine.settings if app.machine is not None else MachineSettings()
        self._settings_cards: tuple[SettingsCard, ...] = (
            self.strict, self.bots, self.words, self.answers, self.roles, self.pace, self.time_zone, self.sign_in,
            self.second_yes, self.guard,
        )  # fmt: skip
        self._starting_over = Once(self._desk.tasks, self, self._show_starting_over)
        self._appearance = Appearance(theme, app.machine, self._desk.tasks, self)

    def _sections(self) -> list[Section]:
        whatsapp: list[QWidget] = [self.connection]
        if self.sandbox_connection is not None:
            whatsapp.insert(0, self.sandbox_connection)
        sections = [
            Section("whatsapp", "WhatsApp", whatsapp),
            Section("consent", "Consent", [self.strict, self.bots, self.words, self.answers, self.roles]),
            Section("broadcasts", "Broadcasts", [self.second_yes, self.guard]),
            Section("fields", "Contact fields", [self.fields]),
            Section("people", "People", [self.people, self.sign_in, self.people.rights]),
            Section("activity", "Activity", [self.activity], fills=True),
            Section("integrations", "Integrations", [self.integrations]),
            Section("pace", "Pace", [self.pace]),
            Section("time", "Time zone", [self.time_zone]),
            Section("notifications", "Notifications", [self.notifications, self.after_closing]),
            Section("appearance", "Appearance", [self.appearance]),
        ]
        if self._desk.app.is_sandbox:
            sections.append(Section("sandbox", "Sandbox", [self.sandbox, self.start_over]))
        sections.append(Section("about", "About", [self.about]))
        return sections

    def _connect(self) -> None:
        for card in self._settings_cards:
            self._saving[card] = Once(self._desk.tasks, card, card.show_busy)
            card.save_requested.connect(partial(self._save, card))
            card.discard_requested.connect(partial(self._discard, card))
        self._saving[self.connection] = Once(self._desk.tasks, self.connection, self.connection.show_busy)
        self.connection.save_requested.connect(self._save_connection)
        self.connection.discard_requested.connect(self._discard_connection)
        tests = [self.connection.test]
        if self.sandbox_connection is not None:
            tests.append(self.sandbox_connection.test)
        for test in tests:
            once = Once(self._desk.tasks, test, test.show_busy)
            test.test_requested.connect(partial(self._test, test, once))
        for card_here in (self.notifications, self.after_closing):
            card_here.changed.connect(self._keep_here)
        self.appearance.mode_requested.connect(self._appearance.set_mode)
        self.appearance.text_scale_requested.connect(self._appearance.set_text_scale)
        self.start_over.start_over_requested.connect(
            lambda: self._starting_over.start(self._start_over, on_problem=self._toast)
        )
        self.about.open_folder_requested.connect(self._open_folder)
        self.about.copy_requested.connect(self._copy_about)

    # What is kept now.

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.SETTINGS) or changes.has(Topic.CONTACT):
            self._reload()

    def _reload(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._spawn(self._read_settings())

    async def _read_settings(self) -> None:
        app = self._desk.app
        kept = await app.workspace.settings()
        for card in self._settings_cards:
            card.show_settings(kept)
        self._show_rights()
        # Everybody, asked as a broadcast would ask them: the same function counts here and there.
        self.strict.show_breakdown(await app.broadcasts.count(Filter(), Category.MARKETING, True))
        self.bots.show_register((await app.bot_reports.register_counts()).total_count)

    async def _read_connection(self) -> None:
        app = self._desk.app
        form = await app.connection_form()
        self.connection.show_form(form)
        if self.sandbox_connection is not None:
            self.sandbox_connection.show_connection(
                app.sandbox_url, form.webhook_path, SANDBOX_NUMBER_ID, SANDBOX_WABA_ID
            )
        self.sandbox.address.show_value(app.sandbox_url)

    async def _read_zones(self) -> None:
        self.time_zone.show_choices(await asyncio.to_thread(zone_choices, self._desk.app.clock.now()))

    async def _read_about(self) -> None:
        app = self._desk.app
        folder = app.paths.home if app.paths is not None else None
        facts = await diagnostics.facts_of(app)
        self.about.show_facts(f"Version {diagnostics.version_words()}", str(folder or ""), facts)

    def _show_rights(self) -> None:
        refusal = self._desk.refusal(Right.SETTINGS)
        for card in (*self._settings_cards, self.connection):
            card.show_editable(refusal)
        self._show_starting_over(False)

    # What a person asks for.

    def _save(self, card: SettingsCard) -> None:
        self._saving[card].start(lambda: self._saved(card), on_problem=partial(self._refused, card))

    async def _saved(self, card: SettingsCard) -> None:
        """Only what was edited in this card is changed: somebody may have changed the rest meanwhile."""
        workspace = self._desk.app.workspace
        wanted = card.merged(await workspace.settings())
        await workspace.change_settings(wanted, self._desk.user())
        card.show_saved(wanted)
        self._desk.toasts.show_toast("Saved", "done")

    def _refused(self, card: SaveCard, problem: Exception) -> None:
        assert isinstance(problem, Problem)
        card.show_problem(problem)

    def _discard(self, card: SettingsCard) -> None:
        if card.kept is not None:
            card.show_saved(card.kept)

    def _save_connection(self) -> None:
        self._saving[self.connection].start(
            self._saved_connection, on_problem=partial(self._refused, self.connection)
        )

    async def _saved_connection(self) -> None:
        card, app = self.connection, self._desk.app
        if card.kept is None:
            return
        token, app_secret = card.secrets()
        in_keyring = await app.save_connection(card.wanted(card.kept), token, app_secret, self._desk.user())
        card.show_form(await app.connection_form())
        if in_keyring:
            self._desk.toasts.show_toast("Saved. It is used from the next start on.", "done")
        else:
            self._desk.toasts.show_toast(
                "Saved, but no keyring took the secret: it lasts for this session only. "
                "Set ASSENT_TOKEN for the next one.",
                "warn",
            )

    def _discard_connection(self) -> None:
        if self.connection.kept is not None:
            self.connection.show_form(self.connection.kept)

    def _test(self, test: Any, once: Once) -> None:
        async def ask() -> None:
            test.checks.show_test(await self._desk.app.test_connection())

        once.start(ask, on_problem=lambda problem: test.checks.show_problem(str(problem)))

    async def _start_over(self) -> None:
        desk = self._desk
        sure = await confirm(
            desk.theme, self.window(), "Start the sandbox over?", START_OVER, do="Start over", danger=True,
            name="start_over",
        )  # fmt: skip
        if not sure:
            return
        await desk.app.start_over(desk.user())
        desk.toasts.show_toast("The demo is back.", "done")
        self.started_over.emit()

    def _show_starting_over(self, busy: bool) -> None:
        self.start_over.show_state(busy=busy, refusal=self._desk.refusal(Right.START_OVER))

    def _show_appearance(self) -> None:
        self.appearance.show_appearance(self._desk.theme.mode, self._desk.theme.text_scale_percent)

    def _show_here(self) -> None:
        for card in (self.notifications, self.after_closing):
            card.show_settings(self._here)

    def _keep_here(self, values: dict[str, Any]) -> None:
        """A setting of this computer was changed."""
        changed = replace(self._here, **values)
        if changed == self._here:
            return
        self._here = changed
        self._show_here()
        if (machine := self._desk.app.machine) is not None:
            self._spawn(machine.keep(**values))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.about.folder.field.text()))

    def _copy_about(self, with_log: bool) -> None:
        async def copy() -> None:
            QGuiApplication.clipboard().setText(await diagnostics.text_of(self._desk.app, with_log=with_log))
            await self._read_about()
            self._desk.toasts.show_toast("Copied", "done")

        self._spawn(copy())

    def _toast(self, problem: Exception) -> None:
        assert isinstance(problem, Problem)
        self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")

    def _spawn(self, coro: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._desk.tasks.spawn(self, coro, on_problem=self._toast)
