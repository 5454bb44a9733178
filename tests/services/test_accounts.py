"""Accounts: who may sign in, how guessing is slowed down, and that an admin always remains."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from desktop.domain.activity import Deed
from desktop.domain.people import Account, Role, User
from desktop.domain.problems import NotAllowed, NotFound, Problem
from desktop.services.accounts import Accounts, TooManyTries
from desktop.services.workspace import Workspace
from desktop.store import contacts, opening, people, seeds, settings, tables
from desktop.store.engine import Store, Tx
from desktop.store.seeds import SeedMessage
from desktop.system.passwords import Passwords
from tests.clock import FakeClock

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "correct horse battery"
OTHER = "staple of the evening"


@dataclass(slots=True)
class Office:
    """Three people as in the demo; the admin can sign in as meera."""

    store: Store
    clock: FakeClock
    accounts: Accounts
    workspace: Workspace
    admin: User
    supervisor: User
    agent: User

    async def account(self, id: int) -> Account:
        return next(one for one in await self.accounts.every() if one.user.id == id)

    async def told(self, *deeds: Deed) -> list[tuple[str, str, str]]:
        """Who, to what, details; oldest first."""
        lines = reversed(await self.accounts.activity(self.admin))
        return [(one.user_name, one.subject, one.details) for one in lines if one.deed in deeds]

    async def stamp(self, stamp: str) -> None:
        await self.store.write(lambda tx: settings.set_meta(tx, "stamp", stamp))

    async def hash_of(self, id: int) -> str:
        return (await self.store.read(lambda tx: people.credentials(tx, id))).hash


REAL = "102290000000001"
NAMES = [("Meera Rao", Role.ADMIN), ("Arun Das", Role.SUPERVISOR), ("Lina Haddad", Role.AGENT)]


@pytest.fixture
def office(store: Store, clock: FakeClock) -> Office:
    hash = CHEAP.hash(GOOD)

    def fill(tx: Tx) -> list[User]:
        settings.set_meta(tx, "stamp", opening.SANDBOX)
        ids = people.add(tx, NAMES)
        people.set_password(tx, ids[0], "meera", hash)
        return people.every(tx)

    found = store.submit_write(fill).result(30)
    return Office(store, clock, Accounts(store, Passwords(CHEAP)), Workspace(store), *found)


async def refused(doing: Awaitable[object]) -> Problem:
    with pytest.raises(Problem) as caught:
        await doing
    return caught.value


async def test_who_gives_name_and_password_is_let_in(office: Office) -> None:
    assert await office.accounts.sign_in("  MEERA ", GOOD) == office.admin
    assert (await office.account(office.admin.id)).last_signed_in_at == office.clock.now()
    await office.accounts.sign_out(office.admin)
    assert await office.told(Deed.SIGNED_IN, Deed.SIGNED_OUT) == [("Meera Rao", "Meera Rao", "")] * 2


async def test_wrong_name_and_wrong_password_sound_the_same_and_keep_nothing_typed(office: Office) -> None:
    closed_id = await office.accounts.add("Kim Lee", Role.AGENT, "kim@example.com", OTHER, office.admin)
    await office.accounts.deactivate(closed_id, office.admin)
    said = {
        (problem.title, problem.sentence, problem.field)
        for name, password in (
            ("meera", "wrong password"),
            ("nobody", "wrong password"),
            ("kim@example.com", OTHER),
            ("", ""),
            (GOOD, ""),
            ("meera", "\ud800 half a letter"),
        )
        for problem in [await refused(office.accounts.sign_in(name, password))]
    }
    assert len(said) == 1
    lines = await office.told(Deed.SIGN_IN_FAILED)
    assert [subject for _, subject, _ in lines] == [
        "Meera Rao", "A name that nobody has", "Kim Lee", "A name that nobody has", "A name that nobody has",
        "Meera Rao",
    ]  # fmt: skip
    assert GOOD not in repr(lines)


@pytest.mark.parametrize("name", ["meera", "nobody at all"])
async def test_guessing_waits_longer_and_longer(office: Office, name: str) -> None:
    """A name that nobody has waits as well: else waiting would tell which names there are."""
    waited = []
    for _ in range(14):
        problem = await refused(office.accounts.sign_in(name, "wrong password"))
        tries = 0
        while isinstance(problem, TooManyTries):
            tries += 1
            office.clock.move(timedelta(seconds=1))
            problem = await refused(office.accounts.sign_in(name, "wrong password"))
        waited.append(tries)
    assert waited == [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    problem = await refused(office.accounts.sign_in(name, GOOD))
    assert problem.sentence.startswith("Try again in 5 minutes, at ")
    office.clock.move(timedelta(minutes=5))
    if name == "meera":
        assert await office.accounts.sign_in(name, GOOD) == office.admin
        assert not isinstance(await refused(office.accounts.sign_in(name, "wrong")), TooManyTries)


async def test_guesses_at_the_same_time_are_counted_one_by_one(office: Office) -> None:
    guesses = [refused(office.accounts.sign_in("meera", f"wrong password {n}")) for n in range(20)]
    problems = await asyncio.gather(*guesses)
    assert sum(isinstance(one, TooManyTries) for one in problems) == 15
    assert len(await office.told(Deed.SIGN_IN_FAILED)) == 5


async def test_a_hash_of_other_costs_is_made_anew(office: Office) -> None:
    costly = Accounts(office.store, Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    before = await office.hash_of(office.admin.id)
    await costly.sign_in("meera", GOOD)
    after = await office.hash_of(office.admin.id)
    assert before != after
    assert "m=16,t=2" in after
    assert await costly.sign_in("meera", GOOD) == office.admin
    assert await office.hash_of(office.admin.id) == after


@pytest.mark.parametrize(
    ("name", "sign_in_name", "password", "field"),
    [
        (" ", "kim", OTHER, "name"),
        ("Kim Lee", "k", OTHER, "sign_in_name"),
        ("Kim Lee", "k" * 65, OTHER, "sign_in_name"),
        ("Kim Lee", " Meera", OTHER, "sign_in_name"),
        ("Kim Lee", "kim", "too short", "password"),
        ("Kim Lee", "kim", "x" * 201, "password"),
        ("Kim Lee Roy", "kim", "KIM  lee roy", "password"),
        ("Kim Lee", "kim.lee.roy", "Kim.Lee.Roy", "password"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    office: Office, name: str, sign_in_name: str, password: str, field: str
) -> None:
    problem = await refused(office.accounts.add(name, Role.AGENT, sign_in_name, password, office.admin))
    assert problem.field == field
    assert len(await office.accounts.every()) == 3


async def test_a_new_person_is_recorded_and_may_come_in(office: Office) -> None:
    id = await office.accounts.add("Kim  Lee", Role.AGENT, "Kim@Example.com", OTHER, office.admin)
    one = await office.account(id)
    assert (one.user.name, one.sign_in_name, one.can_sign_in) == ("Kim Lee", "kim@example.com", True)
    assert one.created_at == office.clock.now()
    assert (await office.accounts.sign_in("KIM@example.COM", OTHER)).id == id
    assert await office.told(Deed.PERSON_ADDED) == [("Meera Rao", "Kim Lee", "Agent")]
    assert not (await office.workspace.settings()).sign_in, "a sandbox asks nobody"


async def test_the_last_admin_stays(office: Office) -> None:
    for doing in (
        office.accounts.deactivate(office.admin.id, office.admin),
        office.accounts.set_role(office.admin.id, Role.AGENT, office.admin),
    ):
        assert (await refused(doing)).title == "The last admin"
    await office.accounts.set_role(office.agent.id, Role.ADMIN, office.admin)
    wanted = replace(await office.workspace.settings(), sign_in=True)
    await office.workspace.change_settings(wanted, office.admin)
    problem = await refused(office.accounts.deactivate(office.admin.id, office.admin))
    assert problem.title == "The last admin", "the other one has no password and could not come in"
    await office.accounts.set_password(office.agent.id, OTHER, office.admin, sign_in_name="lina")
    await office.accounts.deactivate(office.admin.id, office.admin)
    assert not (await office.account(office.admin.id)).active
    with pytest.raises(NotAllowed, match="closed"):
        await office.accounts.set_role(office.supervisor.id, Role.AGENT, office.admin)


async def test_a_closed_account_gives_its_conversations_back_and_opens_again(office: Office) -> None:
    def assign(tx: Tx) -> None:
        id = contacts.create(tx, "Priya Sharma", "+16045550142")
        last = seeds.add_message(tx, SeedMessage(id, "Hello", tx.now))
        seeds.add_conversation(tx, id, last, tx.now, assigned_to=office.agent.id, unread_count=0)

    await office.store.write(assign)
    await office.accounts.deactivate(office.agent.id, office.admin)
    await office.accounts.deactivate(office.agent.id, office.admin)
    owner = await office.store.read(lambda tx: tx.conn.scalar(select(tables.conversation.c.assigned_to)))
    assert owner is None
    assert [one.user.name for one in await office.accounts.every()][-1] == "Lina Haddad"
    assert (await office.account(office.agent.id)).deactivated_at == office.clock.now()
    await office.accounts.reactivate(office.agent.id, office.admin)
    assert (await office.account(office.agent.id)).active
    assert len(await office.told(Deed.PERSON_DEACTIVATED, Deed.PERSON_REACTIVATED)) == 2


async def test_ones_own_password_needs_the_present_one(office: Office) -> None:
    change = office.accounts.set_password
    problem = await refused(change(office.admin.id, OTHER, office.admin, present_password="wrong"))
    assert problem.field == "present_password"
    for _ in range(4):
        await refused(change(office.admin.id, OTHER, office.admin))
    problem = await refused(change(office.admin.id, OTHER, office.admin, present_password=GOOD))
    assert isinstance(problem, TooManyTries)
    assert problem.field == "present_password"
    office.clock.move(timedelta(seconds=2))
    await change(office.admin.id, OTHER, office.admin, present_password=GOOD)
    assert await office.accounts.sign_in("meera", OTHER) == office.admin
    assert (await refused(office.accounts.sign_in("meera", GOOD))).title == "Not signed in"


async def test_a_first_password_needs_a_name_and_no_present_one(office: Office) -> None:
    change = office.accounts.set_password
    assert (await refused(change(office.agent.id, OTHER, office.agent))).field == "sign_in_name"
    problem = await refused(change(office.agent.id, OTHER, office.agent, sign_in_name="MEERA"))
    assert problem.sentence == "Meera Rao signs in with this name."
    await change(office.agent.id, OTHER, office.agent, sign_in_name="lina")
    assert await office.accounts.sign_in("lina", OTHER) == office.agent
    assert await office.told(Deed.PASSWORD_SET) == [("Lina Haddad", "Lina Haddad", "")]


async def test_only_an_admin_sets_another_persons_password(office: Office) -> None:
    change = office.accounts.set_password
    with pytest.raises(NotAllowed):
        await change(office.agent.id, OTHER, office.supervisor, sign_in_name="lina")
    with pytest.raises(NotFound):
        await change(99, OTHER, office.admin, sign_in_name="lina")
    await change(office.agent.id, OTHER, office.admin, sign_in_name="lina")
    assert await office.told(Deed.PASSWORD_SET) == [("Meera Rao", "Lina Haddad", "By an admin")]


async def test_the_shell_gives_a_forgotten_password_anew(office: Office) -> None:
    """Whoever holds the store's file is let in by it."""
    shell = User(0, "The command line", Role.ADMIN)
    for _ in range(7):
        await refused(office.accounts.sign_in("meera", "forgotten"))
    made = await office.accounts.give_start_password("Meera", shell)
    assert await office.accounts.sign_in("meera", made) == office.admin
    assert await office.told(Deed.PASSWORD_SET) == [("The command line", "Meera Rao", "By an admin")]
    with pytest.raises(NotFound):
        await office.accounts.give_start_password("nobody", shell)


async def test_a_real_number_asks_everybody_from_the_second_person_on(office: Office) -> None:
    await office.stamp(REAL)
    for one in (office.supervisor, office.agent):
        await office.accounts.deactivate(one.id, office.admin)
    add = office.accounts.add
    await office.store.write(
        lambda tx: tx.conn.execute(tables.person.update().values(password_hash=None, sign_in_name=None))
    )
    problem = await refused(add("Kim Lee", Role.AGENT, "kim", OTHER, office.admin))
    assert problem.field == "own_password"
    assert (await refused(office.accounts.reactivate(office.agent.id, office.admin))).field == "own_password"
    await office.accounts.set_password(office.admin.id, GOOD, office.admin, sign_in_name="meera")
    await add("Kim Lee", Role.AGENT, "kim", OTHER, office.admin)
    assert (await office.workspace.settings()).sign_in
    off = replace(await office.workspace.settings(), sign_in=False)
    assert (await refused(office.workspace.change_settings(off, office.admin))).field == "sign_in"


async def test_signing_in_is_turned_on_by_who_can_come_in_again(office: Office) -> None:
    on = replace(await office.workspace.settings(), sign_in=True)
    await office.accounts.set_role(office.agent.id, Role.ADMIN, office.admin)
    lina = replace(office.agent, role=Role.ADMIN)
    assert (await refused(office.workspace.change_settings(on, lina))).field == "sign_in"
    await office.workspace.change_settings(on, office.admin)
    await office.workspace.change_settings(replace(on, sign_in=False), lina)
    told = await office.told(Deed.SETTINGS_CHANGED)
    assert told == [
        ("Meera Rao", "Ask people to sign in", "Ask people to sign in: off → on"),
        ("Lina Haddad", "Ask people to sign in", "Ask people to sign in: on → off"),
    ]


async def test_a_hash_is_nowhere_to_be_seen(office: Office) -> None:
    hash = await office.hash_of(office.admin.id)
    shown = await office.store.read(lambda tx: repr(people.credentials(tx, office.admin.id)))
    assert hash not in shown
    assert "argon2" not in repr(await office.accounts.every())
    assert hash not in repr(await office.accounts.activity(office.admin))


async def test_the_log_is_read_in_pages_by_person_and_by_deed(office: Office) -> None:
    for role in (Role.AGENT, Role.SUPERVISOR, Role.AGENT, Role.SUPERVISOR):
        await office.accounts.set_role(office.agent.id, role, office.admin)
    await refused(office.accounts.sign_in("meera", "wrong password"))
    read = office.accounts.activity
    first = await read(office.supervisor, limit=2)
    rest = await read(office.supervisor, before_id=first[-1].id)
    assert [one.deed for one in first] == [Deed.SIGN_IN_FAILED, Deed.PERSON_CHANGED]
    assert len(rest) == 2
    assert len(await read(office.admin, person_id=office.admin.id)) == 3
    assert len(await read(office.admin, deed=Deed.SIGN_IN_FAILED)) == 1
    await office.accounts.set_role(office.supervisor.id, Role.AGENT, office.admin)
    with pytest.raises(NotAllowed, match=r"Arun Das \(Agent\) may not see who did what. Ask a supervisor"):
        await read(office.supervisor)


async def test_the_loop_goes_on_while_a_password_is_hashed(office: Office) -> None:
    slow = Accounts(office.store, Passwords(PasswordHasher(time_cost=4, memory_cost=65_536, parallelism=1)))
    ticks = 0
    signing = asyncio.ensure_future(slow.sign_in("nobody", "wrong password"))
    while not signing.done():
        ticks += 1
        await asyncio.sleep(0.001)
    assert (await refused(signing)).title == "Not signed in"
    assert ticks > 20, "two hashes take a tenth of a second and more"


# Who may stay.


async def test_who_did_not_sign_in_may_not_stay_once_it_is_turned_on_elsewhere(office: Office) -> None:
    assert await office.accounts.why_out(office.agent) == ""
    on = replace(await office.workspace.settings(), sign_in=True)
    await office.workspace.change_settings(on, office.admin)
    for one in (office.admin, office.agent):
        assert await office.accounts.why_out(one) == "Signing in is on now. Please sign in."
    assert await office.accounts.sign_in("meera", GOOD) == office.admin
    assert await office.accounts.why_out(office.admin) == ""
    await office.accounts.sign_out(office.admin)
    assert await office.accounts.why_out(office.admin) != ""
    await office.accounts.sign_out(office.agent)
    assert len(await office.told(Deed.SIGNED_OUT)) == 1, "who never signed in does not sign out"


async def test_who_turns_signing_in_on_stays(office: Office) -> None:
    here = Accounts(office.store, Passwords(CHEAP), office.workspace.sittings)
    on = replace(await office.workspace.settings(), sign_in=True)
    await office.workspace.change_settings(on, office.admin)
    assert await here.why_out(office.admin) == ""
    assert await here.why_out(office.agent) != ""
    here.rise(office.admin)
    assert await here.why_out(office.admin) != "", "somebody else sat here meanwhile"


async def test_who_adds_the_second_person_of_a_real_number_stays(office: Office) -> None:
    await office.stamp(REAL)
    await office.accounts.add("Kim Lee", Role.AGENT, "kim", OTHER, office.admin)
    assert (await office.workspace.settings()).sign_in
    assert await office.accounts.why_out(office.admin) == ""
    assert await office.accounts.why_out(office.supervisor) != ""


async def test_a_password_that_is_set_elsewhere_ends_the_sitting(office: Office) -> None:
    on = replace(await office.workspace.settings(), sign_in=True)
    await office.workspace.change_settings(on, office.admin)
    elsewhere = Accounts(office.store, Passwords(CHEAP))
    await elsewhere.set_password(office.agent.id, OTHER, office.admin, sign_in_name="lina")
    lina = await office.accounts.sign_in("lina", OTHER)
    assert await office.accounts.why_out(lina) == ""
    await office.accounts.set_password(lina.id, "a third of its kind", lina, present_password=OTHER)
    assert await office.accounts.why_out(lina) == "", "changed here by who sits here"
    await elsewhere.set_password(lina.id, OTHER, office.admin)
    assert (
        await office.accounts.why_out(lina)
        == "The password of Lina Haddad was renewed. Please sign in with the new one."
    )
    await office.accounts.deactivate(lina.id, office.admin)
    said = "The account of Lina Haddad was closed. Ask an admin to open it again."
    assert await office.accounts.why_out(lina) == said


async def test_ones_first_password_proves_nothing(office: Office) -> None:
    await office.accounts.set_password(office.agent.id, OTHER, office.agent, sign_in_name="lina")
    on = replace(await office.workspace.settings(), sign_in=True)
    await office.workspace.change_settings(on, office.admin)
    assert await office.accounts.why_out(office.agent) != ""


async def test_a_hash_renewed_at_todays_costs_keeps_who_just_signed_in(office: Office) -> None:
    costly = Accounts(office.store, Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    on = replace(await office.workspace.settings(), sign_in=True)
    await office.workspace.change_settings(on, office.admin)
    before = await office.hash_of(office.admin.id)
    await costly.sign_in("meera", GOOD)
    assert await office.hash_of(office.admin.id) != before
    assert await costly.why_out(office.admin) == ""
    assert before not in repr(vars(costly.sittings))
