"""Made-up contacts and conversations: the demo that a newcomer meets, and seeds of any size.

Phones are Canadian 555 numbers, which are nobody's; +1 without being United States numbers.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from desktop.domain.activity import Deed
from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.filters import Kind
from desktop.domain.messages import Status
from desktop.domain.people import Right, Role, User
from desktop.domain.reasons import Reason
from desktop.domain.settings import DEFAULT_OPT_OUT_TEXT
from desktop.services import welcome
from desktop.services.bodies import SUBSCRIBE_ID
from desktop.services.rights import allow
from desktop.store import activity, contacts, opening, people, seeds, settings
from desktop.store.engine import Store, Tx, WriteLane
from desktop.store.seeds import SeedContact, SeedMessage

_AREAS: Final = (
    604, 416, 514, 902, 306, 236, 403, 613, 204, 418, 506, 250, 289, 343, 365, 367, 431, 437, 438, 450,
    519, 548, 579, 581, 587, 639, 647, 672, 705, 709, 778, 780, 782, 807, 819, 825, 867, 873, 879, 905,
)  # fmt: skip
FIRST_NAMES: Final = (
    "Ana", "Ben", "Chen", "Dalia", "Emeka", "Farah", "Giulia", "Hugo", "Ines", "Jonas", "Kavya", "Liam",
    "Mei", "Nadia", "Omar", "Paula", "Quentin", "Rohan", "Sara", "Tomás", "Uma", "Viktor", "Wanja", "Ximena",
    "Yusuf", "Zoe", "Łukasz", "Noémie", "Søren", "Ayşe",
)  # fmt: skip
LAST_NAMES: Final = (
    "Adeyemi", "Bhatt", "Costa", "Dubois", "Eriksen", "Fofana", "Gill", "Haddad", "Ivanova", "Jensen", "Khan",
    "Lopez", "Mehta", "Novak", "Okafor", "Pereira", "Quispe", "Rossi", "Singh", "Tanaka", "Usman", "Vargas",
    "Weiss", "Xu", "Yilmaz", "Zając", "Tremblay", "Nguyen", "Macdonald", "Roy",
)  # fmt: skip
CITIES: Final = ("Mumbai", "Vancouver", "Toronto", "Montréal", "Halifax", "Kraków", "Lagos")
TAGS: Final = ("VIP", "Mumbai", "New", "Wholesale", "Newsletter")
_CHUNK_COUNT: Final = 5_000
DEMO_COUNT: Final = 1_000
DEMO_OPTED_OUT_COUNT: Final = 10
DEMO_NO_CHOICE_COUNT: Final = 20


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made: the phones of those who are NO and of those without a choice."""

    contact_count: int
    opted_out: tuple[str, ...]
    no_choice: tuple[str, ...]


def phones() -> Iterator[str]:
    """Canadian 555 numbers without end: first the ones reserved for fiction, 555-01xx."""
    for line in range(101, 200):  # 555-0100 is the sandbox's own number
        for area in _AREAS:
            yield f"+1{area}555{line:04d}"
    for exchange in range(555, 1000):
        for line in range(200, 10_000):
            for area in _AREAS:
                yield f"+1{area}{exchange}{line:04d}"


class Demo:
    """Fills a sandbox store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def is_empty(self) -> bool:
        """True while the store holds no contact."""
        return await self._store.read(contacts.count) == 0

    async def add_people(self) -> None:
        """The three people of the demo, unless there is somebody already."""

        def write(tx: Tx) -> None:
            if not people.every(tx):
                people.add(
                    tx,
                    [("Meera Rao", Role.ADMIN), ("Arun Das", Role.SUPERVISOR), ("Lina Haddad", Role.AGENT)],
                )

        await self._store.write(write)

    async def clear(self) -> None:
        """Empty a sandbox store. Raises WrongStore for a real one."""
        await self._store.write(opening.wipe, WriteLane.CONSENT)

    async def start_over(self, user: User) -> None:
        """Empty a sandbox store because a person wants to; recorded. Raises WrongStore, NotAllowed.

        Who may come in stays: otherwise starting over would open the door that an admin has shut. So does the
        time zone, which the machine said and not the demo.
        """

        def write(tx: Tx) -> None:
            allow(tx, user, Right.START_OVER)
            kept = settings.load(tx)
            opening.wipe(tx)
            stays = replace(settings.load(tx), sign_in=kept.sign_in, time_zone=kept.time_zone)
            settings.save(tx, stays, user.id or None)
            activity.log(tx, user, Deed.STARTED_OVER, "Sandbox")

        await self._store.write(write, WriteLane.CONSENT)

    async def seed(self, contact_count: int, opted_out_count: int, no_choice_count: int) -> Seeded:
        """Add contacts, `opted_out_count` of them NO and `no_choice_count` without a choice."""
        rng = random.Random(f"{contact_count}/{opted_out_count}/{no_choice_count}")
        special = rng.sample(range(contact_count), opted_out_count + no_choice_count)
        no, none = set(special[:opted_out_count]), set(special[opted_out_count:])
        known = await self._store.read(lambda tx: set(contacts.every_phone(tx)))
        source = (phone for phone in phones() if phone not in known)
        opted_out: list[str] = []
        no_choice: list[str] = []
        await self._store.write(_attributes)
        for start in range(0, contact_count, _CHUNK_COUNT):
            chunk: list[tuple[int, str]] = [
                (index, next(source)) for index in range(start, min(contact_count, start + _CHUNK_COUNT))
            ]
            opted_out += [phone for index, phone in chunk if index in no]
            no_choice += [phone for index, phone in chunk if index in none]
            await self._store.write(
                lambda tx, chunk=chunk: _add(tx, chunk, no, none, rng),  # type: ignore[misc]
                WriteLane.BULK,
            )
        return Seeded(contact_count, tuple(opted_out), tuple(no_choice))

    async def fill(self) -> None:
        """The demo: 1,000 contacts (970 yes, 20 none, 10 no) and a dozen conversations with history."""
        await self.add_people()
        await self._store.write(_attributes)
        await self._store.write(_cast)
        await self.seed(
            DEMO_COUNT - len(_CAST), DEMO_OPTED_OUT_COUNT - _cast_count(OptIn.NO),
            DEMO_NO_CHOICE_COUNT - _cast_count(OptIn.NONE),
        )  # fmt: skip
        await self._store.write(_stories)

    async def add_welcome(self) -> int | None:
        """The active sequence 'Welcome', without anybody in it; None where its templates are not known."""
        return await self._store.write(lambda tx: welcome.add_sequence(tx, people.every(tx)[0].id))


def _attributes(tx: Tx) -> None:
    contacts.make_attribute(tx, "City", Kind.TEXT)
    contacts.make_attribute(tx, "Last order", Kind.DATE)
    contacts.make_attribute(tx, "Language", Kind.CHOICE, ("English", "Français", "हिन्दी"))


def _add(tx: Tx, chunk: list[tuple[int, str]], no: set[int], none: set[int], rng: random.Random) -> None:
    made = []
    for index, phone in chunk:
        opt_in = OptIn.NO if index in no else OptIn.NONE if index in none else OptIn.YES
        tags = tuple(rng.sample(TAGS, rng.choice((0, 0, 1, 2))))
        ordered_on = (tx.now - timedelta(days=rng.randrange(1, 400))).date().isoformat()
        made.append(
            SeedContact(
                f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
                phone,
                opt_in,
                tx.now - timedelta(days=rng.randrange(2, 300), minutes=rng.randrange(1440)),
                "web form" if opt_in is OptIn.NO else "spring list",
                tags=tags,
                attributes=(
                    ("City", rng.choice(CITIES)),
                    ("Last order", ordered_on),
                    ("Language", rng.choice(("English", "English", "Français", "हिन्दी"))),
                ),
            )
        )
    seeds.add_contacts(tx, made)


_CAST: Final[tuple[tuple[str, str, OptIn, tuple[str, ...], str], ...]] = (
    ("Priya Sharma", "+16045550142", OptIn.YES, ("VIP", "Mumbai"), "Mumbai"),
    ("Arjun Kapoor", "+14165550117", OptIn.YES, (), "Toronto"),
    ("Lucía Morales", "+15145550163", OptIn.YES, ("New",), "Montréal"),
    ("Tunde Nwosu", "+19025550128", OptIn.YES, (), "Halifax"),
    ("Sofia Greco", "+12365550163", OptIn.NONE, (), "Vancouver"),
    ("", "+13065550191", OptIn.NONE, (), ""),
    ("Kofi Mensah", "+16135550155", OptIn.YES, ("Wholesale",), "Lagos"),
    ("Hanna Lindqvist", "+14035550148", OptIn.YES, (), "Vancouver"),
    ("Maximiliane Bartholomäa von Hohenstein-Oberursel", "+12045550134", OptIn.YES, ("Newsletter",), "Kraków"),
    ("Dev Patel", "+14185550176", OptIn.YES, (), "Mumbai"),
    ("Aya Nakamura", "+15065550122", OptIn.YES, (), "Toronto"),
    ("Ravi Iyer", "+12505550109", OptIn.NO, (), "Mumbai"),
)  # fmt: skip
"""Name, phone, opt-in before their story, tags, city."""


def _cast_count(opt_in: OptIn) -> int:
    """How many of the cast end with this opt-in: Priya says STOP in her story."""
    ends = [OptIn.NO if one[0] == "Priya Sharma" else one[2] for one in _CAST]
    return ends.count(opt_in)


def _cast(tx: Tx) -> None:
    march = tx.now - timedelta(days=255)
    seeds.add_contacts(
        tx,
        [
            SeedContact(
                name,
                phone,
                opt_in,
                march,
                "spring list",
                tags=tags,
                attributes=(
                    *((("City", city),) if city else ()),
                    ("Last order", (tx.now - timedelta(days=9)).date().isoformat()),
                    ("Language", "English"),
                ),
            )
            for name, phone, opt_in, tags, city in _CAST
        ],
    )


def _stories(tx: Tx) -> None:
    """What happened in the last days, told from now backwards."""
    me = people.every(tx)[0].id
    by_name = {name or phone: contacts.find(tx, phone=phone)[0] for name, phone, *_ in _CAST}
    _priya(tx, by_name["Priya Sharma"], me)
    for name, assigned_to, unread, is_open, script in _SCRIPTS:
        contact_id = by_name[name]
        last, at = 0, tx.now
        for minutes_ago, text, status, extra in script:
            at = tx.now - timedelta(minutes=minutes_ago)
            last = seeds.add_message(tx, SeedMessage(contact_id, text, at, status, **extra))
        owner = me if assigned_to else None
        seeds.add_conversation(
            tx, contact_id, last, at, assigned_to=owner, unread_count=unread, is_open=is_open
        )


def _priya(tx: Tx, contact_id: int, me: int) -> None:
    def ago(minutes: int) -> datetime:
        return tx.now - timedelta(minutes=minutes)

    sale = "Hi Priya, our Diwali sale starts Friday. Early access for members: 20% off everything. 🪔"
    diwali = seeds.add_broadcast(tx, "Diwali early access", [contact_id], me, ago(16))
    first = SeedMessage(
        contact_id, sale, ago(15), Status.READ, Path.BROADCAST, "template", Category.MARKETING,
        broadcast_id=diwali,
    )  # fmt: skip
    seeds.add_message(tx, first)
    seeds.add_message(tx, SeedMessage(contact_id, "STOP", ago(4)))
    seeds.add_consent_event(tx, contact_id, OptIn.NO, Source.KEYWORD, "STOP", ago(4))
    seeds.add_message(
        tx,
        SeedMessage(
            contact_id,
            DEFAULT_OPT_OUT_TEXT.format(name="Priya"),
            ago(4),
            Status.READ,
            Path.AUTOMATIC,
            "interactive",
            content={"buttons": [[SUBSCRIBE_ID, "Subscribe"]]},
        ),
    )
    last = seeds.add_message(
        tx, SeedMessage(contact_id, "One more thing: can you resend my invoice for order 4468?", ago(2))
    )
    seeds.add_conversation(tx, contact_id, last, ago(2), assigned_to=me, unread_count=0)


_DAY: Final = 24 * 60
_TEMPLATE: Final = {"kind": "template", "category": Category.UTILITY}
_NOT_ON_WHATSAPP: Final = {"error_code": 131026, "reason": Reason.WHATSAPP_ERROR.value}
_Line = tuple[int, str, Status | None, dict[str, Any]]
_SCRIPTS: Final[tuple[tuple[str, bool, int, bool, tuple[_Line, ...]], ...]] = (
    ("Arjun Kapoor", True, 2, True, (
        (95, "Hello! Do you ship to Toronto?", None, {}),
        (90, "Hi Arjun, we do: three to five days, free above $80.", Status.READ, {}),
        (9, "Great", None, {}),
        (8, "Is the blue one back in stock?", None, {}),
    )),
    ("Lucía Morales", True, 0, True, (
        (300, "¿Cuándo llega mi pedido?", None, {}),
        (49, "Your order #4471 has shipped 🚚", Status.DELIVERED, dict(_TEMPLATE)),
    )),
    ("Tunde Nwosu", True, 0, True, (
        (2 * _DAY, "Thanks, I will call tomorrow", None, {}),
        (94, "Your order #4459 has shipped 🚚", Status.FAILED, _TEMPLATE | _NOT_ON_WHATSAPP),
    )),
    ("Sofia Greco", True, 0, True, (
        (_DAY + 70, "We have sent you a new cup, it arrives on Monday.", Status.READ, {}),
        (_DAY + 40, "Thanks, that solved it!", None, {}),
    )),
    ("+13065550191", False, 1, True, (
        (_DAY + 95, "", None, {"kind": "image"}),
    )),
    ("Kofi Mensah", False, 1, True, (
        (200, "Could you send me the price list for 40 boxes?", None, {}),
    )),
    ("Hanna Lindqvist", False, 1, True, (
        (23 * 60 + 20, "Is it possible to change the delivery address?", None, {}),
    )),
    ("Maximiliane Bartholomäa von Hohenstein-Oberursel", False, 1, True, (
        (_DAY * 3, "Good morning. I would like to exchange the lamp that I bought in October; it is "
                   "beautiful, but it does not fit beside the window. *Could somebody call me?*", None, {}),
    )),
    ("Dev Patel", True, 0, True, (
        (_DAY * 2 + 30, "Do you have the green one as well?", None, {}),
        (_DAY * 2, "We do, shall I put one aside for you?", Status.SENT, {}),
    )),
    ("Aya Nakamura", True, 0, False, (
        (_DAY * 4, "The parcel is here, thank you!", None, {}),
        (_DAY * 4 - 5, "Wonderful, enjoy it!", Status.READ, {}),
    )),
    ("Ravi Iyer", True, 0, False, (
        (_DAY * 6, "Please do not send me offers", None, {}),
        (_DAY * 6 - 8, "Done, Ravi. You will only hear about your orders.", Status.READ, {}),
    )),
)  # fmt: skip
"""Name, assigned to me, unread, open, and what was said: minutes ago, text, status (None: inbound), more."""
