"""The main window: the rail, the pages, the foot; who sits here, and what the keyboard does everywhere."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QByteArray, QPoint, QSize, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from desktop.app import App
from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Given, User
from desktop.domain.problems import Problem
from desktop.services.attention import ForYou
from desktop.ui.actions import ACTIONS, action
from desktop.ui.contacts.imports.flow import ImportFlow
from desktop.ui.conversations.page import ConversationsPage
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog
from desktop.ui.live import Live
from desktop.ui.parts.rail import Rail
from desktop.ui.parts.statusbar import StatusBar
from desktop.ui.parts.toasts import Toasts
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.people_dialogs import set_own_password
from desktop.ui.shell import diagnostics
from desktop.ui.shell.appearance import Appearance
from desktop.ui.shell.failure import Failures
from desktop.ui.shell.for_you import ForYouCard
from desktop.ui.shell.leaving import Leaving
from desktop.ui.shell.notifications import Notifications, waiting_words
from desktop.ui.shell.outside import Outside
from desktop.ui.shell.pages import Pages, Searches
from desktop.ui.shell.personmenu import Entry, PersonMenu
from desktop.ui.shell.place import Place
from desktop.ui.shell.places import BELL, RAIL, RAIL_FOOT, Places
from desktop.ui.shell.sheet import shortcuts_sheet
from desktop.ui.shell.status import StatusLine
from desktop.ui.tasks import Tasks
from desktop.ui.templates.watch import TemplateWatch
from desktop.ui.theme import Theme

LEAST_PX = (1100, 700)
FIRST_PX = (1440, 900)
MENU_PX = 8


class MainWindow(QMainWindow):
    """Wait for `closed()`, then for `leave()`, then close the program; the window never ends anything itself."""

    def __init__(
        self,
        app: App,
        theme: Theme,
        people: Sequence[User],
        user: User,
        given: Given,
        *,
        sign_in: bool = False,
    ) -> None:
        """given: the rights that the workspace gives by its settings; sign_in: people say who they are.

        Both are followed from then on. `leaving` says how the window was left.
        """
        super().__init__()
        self._app, self._theme = app, theme
        self._people, self._user = list(people), user
        self._sheet: CardDialog | None = None
        self._yielding: list[tuple[QKeySequence, Callable[[], object]]] = []
        self.setObjectName("main_window")
        self._title = "Assent — SANDBOX" if app.is_sandbox else "Assent"
        self.setWindowTitle(self._title)
        self.setMinimumSize(*LEAST_PX)
        self.resize(QSize(*FIRST_PX).boundedTo(self.screen().availableSize()))
        self.failures = Failures(theme, self, lambda: diagnostics.text_of(app))
        self.tasks = Tasks(self._unexpected, Problem)
        self.toasts = Toasts(theme, self)
        self.leaving = Leaving(
            theme, self, self.tasks, works=self._works, unsaved=self._unsaved,
            show_unsaved=lambda: self.go("settings"),
        )  # fmt: skip
        self._given, self._sign_in = given, sign_in
        self.desk = Desk(
            app, theme, self.tasks, self.toasts, Live(app.feed), lambda: self._user, lambda: self._given
        )
        self._appearance = Appearance(theme, app.machine, self.tasks, self)
        self._build()
        self._bind()
        self.desk.live.follow(self, self._heard)
        self._watch = TemplateWatch(self.desk, self, self.places.open_template)
        self._restore_place()
        self.go("conversations")
        self._begin_telling()
        self.tasks.spawn(self, self._place.restore())
        self.tasks.spawn(self, self._read_standing())  # what changed before the window could hear of it

    # Going places.

    def go(self, key: str) -> QWidget:
        """Show a page by its key in the rail. Raises KeyError."""
        page = self.pages.show_page(key)
        self.rail.choose(key)
        focus = QApplication.focusWidget()
        if focus is None or not page.isAncestorOf(focus):
            page.setFocus(Qt.FocusReason.OtherFocusReason)  # its keys work at once
        return page

    def switch_user(self, user: User) -> None:
        """Somebody else sits here: with other rights, and drafts of their own."""
        if user.id != self._user.id:
            self.tasks.spawn(self, self._switch(user))

    async def _switch(self, user: User) -> None:
        await self.pages.settle()
        if not self._sign_in:  # turned on since the menu was opened
            await self._seat(user)

    async def _seat(self, user: User) -> None:
        self._app.accounts.rise(self._user)
        self._user = user
        self._look_again()
        self.toasts.show_toast(f"{user.name} sits here now ({user.role.value.title()}).")
        if self._app.machine is not None:
            await self._app.machine.keep(user_id=user.id)

    def _look_again(self) -> None:
        """Another person, or other rights: pages show what they show to them."""
        key = self.pages.current_key
        self._show_person()
        self.pages.look_again()
        self.go(key)
        self.notifications.look()

    # Closing.

    def sign_out(self) -> None:
        """Let somebody else come in; asked first where something would be lost."""
        self.leaving.ask(out=True)

    async def closed(self) -> None:
        """Return when a person wants the window closed."""
        await self.leaving.asked()

    def close_now(self) -> None:
        """Close without asking: the system ends the program."""
        self.leaving.now()

    async def leave(self) -> None:
        """Let go of the program: remember the place, end what the window started."""
        self.status.show_closing()
        self.pages.setEnabled(False)
        await self.pages.settle_if_possible()
        await self._place.keep()
        self._outside.close()
        await self.tasks.close()
        if self._app.machine is not None:
            geometry = bytes(self.saveGeometry().toHex().data()).decode("ascii")
            await self._app.machine.keep(geometry=geometry)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.leaving.ask()

    def _unsaved(self) -> str:
        settings = self.pages.built.get("settings")
        return ", ".join(settings.unsaved_titles) if isinstance(settings, SettingsPage) else ""

    def _works(self) -> list[ImportFlow]:
        """The imports that are at work."""
        return [flow for flow in self.findChildren(ImportFlow) if flow.working]

    # What it is made of.

    def _build(self) -> None:
        self.rail = Rail(self._theme, RAIL, RAIL_FOOT, person=self._user.name, bell=BELL)
        self.rail.bell_requested.connect(self.show_for_you)
        self.rail.chosen.connect(self.go)
        self.rail.person_requested.connect(self.show_person_menu)
        self._show_person()
        self.places = Places(self.desk, self.go, self._started_over)
        self.pages = Pages(self.places.factories)
        self._place = Place(self.desk, self.pages, self.go)
        self.bar = StatusBar(self._theme)
        self.status = StatusLine(self.desk, self.bar)
        centre = QWidget()
        centre.setObjectName("centre")
        row = QHBoxLayout(centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.pages, 1)
        column.addWidget(self.bar)
        row.addWidget(self.rail)
        row.addLayout(column, 1)
        self.setCentralWidget(centre)

    def _bind(self) -> None:
        calls: dict[str, Callable[[], object]] = {
            "go_conversations": lambda: self.go("conversations"),
            "go_contacts": lambda: self.go("contacts"),
            "go_broadcasts": lambda: self.go("broadcasts"),
            "go_sequences": lambda: self.go("sequences"),
            "go_bots": lambda: self.go("bots"),
            "go_templates": lambda: self.go("templates"),
            "go_reports": lambda: self.go("reports"),
            "go_settings": lambda: self.go("settings"),
            "search": self._search,
            "new_broadcast": self.places.new_broadcast,
            "for_you": self.show_for_you,
            "theme": self._appearance.turn_over,
            "person": self.show_person_menu,
            "shortcuts": self.show_shortcuts,
            "close": self.close,
        }
        for one in ACTIONS:
            sequences = [QKeySequence(keys) for keys in one.keys]
            if one.bound and one.yields:
                self._yielding += [(sequence, calls[one.id]) for sequence in sequences]
            elif one.bound:
                shortcut = QShortcut(self)
                shortcut.setKeys(sequences)
                shortcut.setAutoRepeat(False)
                shortcut.activated.connect(calls[one.id])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that neither the focus nor a page wanted: two shortcuts of one key would do nothing at all."""
        cards = self.findChildren(CardDialog, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if not any(card.isVisible() for card in cards):
            pressed = QKeySequence(event.keyCombination())
            for sequence, call in self._yielding:
                if pressed == sequence:
                    call()
                    return
        super().keyPressEvent(event)

    # What a person asks for.

    def show_person_menu(self) -> None:
        """Opens beside the face and returns at once."""
        menu = PersonMenu(
            self._theme,
            self._user,
            self._people,
            switch=self.switch_user if self._app.is_sandbox and not self._sign_in else None,
            do={"theme": self._appearance.turn_over, "shortcuts": self.show_shortcuts, "close": self.close},
            parent=self,
            own=self._own_entries(),
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = self.rail.mapToGlobal(QPoint(self.rail.width(), self.rail.height()))
        if self.isRightToLeft():
            corner = self.rail.mapToGlobal(QPoint(-menu.sizeHint().width(), self.rail.height()))
        menu.popup(
            corner - QPoint(MENU_PX if self.isRightToLeft() else -MENU_PX, menu.sizeHint().height() + MENU_PX)
        )

    # What is new.

    def _begin_telling(self) -> None:
        self._for_you = ForYou()
        self.for_you_card = ForYouCard(self._theme, self)
        self.for_you_card.contact_chosen.connect(self.places.open_contact)
        self._outside = Outside(self)
        self.notifications = Notifications(self.desk, self, self._outside, self._looked_at)
        self.notifications.counted.connect(self._show_waiting)
        self.notifications.open_requested.connect(self._follow)
        self._outside.clicked.connect(self.notifications.open_last)

    def show_for_you(self) -> None:
        """What waits for the person, beside the bell."""
        self.for_you_card.show_state(self._for_you, self._app.clock.now())
        place = self.rail.place_of(BELL.key)
        place.moveTopLeft(self.rail.mapTo(self, place.topLeft()))
        self.for_you_card.open_at(place)

    def _looked_at(self) -> int | None:
        page = self.pages.currentWidget()
        if isinstance(page, ConversationsPage) and self.isActiveWindow():
            return page.area.contact_id
        return None

    def _follow(self, contact_id: int | None) -> None:
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()
        if contact_id is None:
            self.go("conversations")
        else:
            self.places.open_contact(contact_id)

    def _show_waiting(self, for_you: ForYou) -> None:
        self._for_you, now = for_you, self._app.clock.now()
        self.rail.show_count("conversations", for_you.waiting_count)
        self.rail.show_count(BELL.key, for_you.bell_count(now))
        self.for_you_card.show_state(for_you, now)
        self.setWindowTitle(waiting_words(self._title, for_you))
        self._outside.show_count(for_you.waiting_count)

    def _own_entries(self) -> list[Entry]:
        def change_password() -> None:
            self.tasks.spawn(self, set_own_password(self.desk, self))

        own = [Entry("password", "Change password…", "lock-key", change_password)]
        return [*own, Entry("sign_out", "Sign out", "sign-out", self.sign_out)] if self._sign_in else own

    def show_shortcuts(self) -> None:
        if self._sheet is not None:
            return
        self._sheet = shortcuts_sheet(self._theme, self)
        self._sheet.finished.connect(self._sheet_closed)
        self._sheet.open()

    def _sheet_closed(self) -> None:
        if self._sheet is not None:
            self._sheet.deleteLater()
        self._sheet = None

    def _search(self) -> None:
        page = self.pages.currentWidget()
        if isinstance(page, Searches):
            page.focus_search()

    def _show_person(self) -> None:
        self.rail.show_person(self._user.name)
        role = self._user.role.value.title()
        self.rail.person.setToolTip(f"{self._user.name} · {role} ({action('person').shortcut})")
        self.rail.person.setAccessibleDescription(role)

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.SETTINGS) or changes.has(Topic.PERSON):
            self.tasks.spawn(self, self._read_standing())

    async def _read_standing(self) -> None:
        """Whether one signs in, a password, a role and an account count at once, here as in the services."""
        settings = await self._app.workspace.settings()
        self._given, self._sign_in = settings.given, settings.sign_in
        self._people = await self._app.workspace.people()
        why_out = await self._app.accounts.why_out(self._user)
        now = next((one for one in self._people if one.id == self._user.id), None)
        if why_out:
            self.leaving.put_out(why_out)
        elif now is None:
            await self._make_room()
        elif now.role is not self._user.role:
            await self.pages.settle_if_possible()
            if self._user.id != now.id:  # somebody else sat down meanwhile
                return
            self._user = now
            self._look_again()
            self.toasts.show_toast(f"Your role is {now.role.value} now.")
        else:
            self._user = now
            self._show_person()

    async def _make_room(self) -> None:
        """The account of who sits here was closed, and nobody signs in."""
        if self._people:
            await self.pages.settle_if_possible()
            await self._seat(self._people[0])

    def _started_over(self) -> None:
        """Other rows, other ids; the people stay who they are."""

        async def read() -> None:
            self._people = await self._app.workspace.people()
            known = [one for one in self._people if one.id == self._user.id]
            self._user = (known or self._people)[0]
            key = self.pages.current_key
            self._show_person()
            self.pages.forget_all()
            page = self.go(key)
            if isinstance(page, SettingsPage):
                page.open_section("sandbox")

        self.tasks.spawn(self, read())

    def _unexpected(self, error: Exception) -> None:
        if isinstance(error, Problem):
            self.toasts.show_toast(f"{error.title}. {error.sentence}", "danger")
        else:
            self.failures.show(error)

    def _restore_place(self) -> None:
        kept = self._app.machine.settings.geometry if self._app.machine is not None else ""
        if kept:
            self.restoreGeometry(QByteArray.fromHex(kept.encode("ascii", "ignore")))
