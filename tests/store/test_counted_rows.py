"""What triggers count in agrees with the rows that it is counted of, whatever happened to them (SQLite)."""

import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from desktop.domain.audience import Rule
from desktop.domain.consent import Category, OptIn, Policy
from desktop.domain.filters import ATTRIBUTE, Condition, Filter, Kind, Op
from desktop.domain.selection import Exclusions, Selection
from desktop.domain.templates import Variable
from desktop.store import audience, audience_scan, consent, contacts, opening, tables
from desktop.store.engine import Store, Tx
from desktop.store.seeds import SeedContact, add_contacts
from tests.clock import START, FakeClock

_RULE = Rule(Category.MARKETING, Policy(), True)
_PEOPLE = [
    ("Ana", OptIn.YES, ("VIP",), (("City", "Halifax"), ("Points", "7"))),
    ("", OptIn.NO, ("VIP", "New"), (("City", "Lagos"), ("Points", "many"), ("Since", "2026-02-03"))),
    ("Mei Ana", OptIn.NONE, (), (("Topics", "a|b"), ("Member", "yes"))),
    ("Omar", OptIn.YES, ("New",), (("City", ""), ("Since", "soon"), ("Member", "no"))),
    ("Zoe", OptIn.YES, (), ()),
]


@pytest.fixture
def store(tmp_path: Path) -> Any:
    made = opening.open_store(str(tmp_path / "store.db"), FakeClock(), "test").store
    yield made
    made.close()


def _fill(tx: Tx) -> None:
    for name, kind in (
        ("City", Kind.TEXT), ("Points", Kind.NUMBER), ("Since", Kind.DATE), ("Topics", Kind.CHOICES),
        ("Member", Kind.YES_NO),
    ):  # fmt: skip
        contacts.make_attribute(tx, name, kind, ("a", "b", "c") if kind is Kind.CHOICES else ())
    add_contacts(
        tx,
        [
            SeedContact(name, f"+1604555{100 + number:04d}", opt_in, START, tags=tags, attributes=values)
            for number, (name, opt_in, tags, values) in enumerate(_PEOPLE)
        ],
    )


def _brief(tx: Tx) -> list[Any]:
    """The rows as kept, and as they would be made anew."""
    kept = tx.conn.execute(text("SELECT * FROM contact_brief ORDER BY id")).all()
    slots = ", ".join(
        f"(SELECT coalesce(at, number, folded, '') FROM contact_attribute WHERE contact_id = c.id AND attribute_id = {id})"
        for id in range(1, 17)
    )
    anew = tx.conn.execute(
        text(
            "SELECT facts, id, coalesce((SELECT sum(1 << tag_id) FROM contact_tag WHERE contact_id = c.id), 0), name <> '',"
            f" created_at, last_inbound_at, last_marketing_at, name_folded, phone, {slots} FROM contact AS c"
            " WHERE merged_into IS NULL ORDER BY id"
        )
    ).all()
    assert kept == anew
    return list(kept)


def test_the_rows_of_the_audience_follow_every_change(store: Store) -> None:
    def run(tx: Tx) -> None:
        _fill(tx)
        assert len(_brief(tx)) == len(_PEOPLE)
        contact, given, value = tables.contact, tables.contact_tag, tables.contact_attribute
        consent.merge(tx, 1, [2])
        assert len(_brief(tx)) == len(_PEOPLE) - 1
        for statement in (
            update(contact)
            .where(contact.c.id == 3)
            .values(facts=2, name="Mia", name_folded="mia", phone=None),
            update(contact).where(contact.c.id == 4).values(last_inbound_at=START, last_marketing_at=START),
            insert(given).values(contact_id=5, tag_id=1),
            delete(given).where(given.c.contact_id == 4),
            update(value).where(value.c.contact_id == 3).values(folded="c", text="c", number=None, at=None),
            delete(value).where(value.c.contact_id == 1),
            update(contact).where(contact.c.id == 5).values(merged_into=tables.REMOVED),
        ):
            tx.conn.execute(statement)
            _brief(tx)
        tx.conn.execute(update(contact).where(contact.c.id == 5).values(merged_into=None, facts=1))
        assert [row.id for row in _brief(tx)] == [1, 3, 4, 5]
        tx.conn.execute(delete(tables.attribute).where(tables.attribute.c.name == "City"))
        tx.conn.execute(delete(tables.tag).where(tables.tag.c.name == "VIP"))
        _brief(tx)

    store.submit_write(run).result()


_CONDITIONS = (
    *(Condition("tag", op, ("vip", "New")) for op in (Op.ANY_OF, Op.ALL_OF, Op.NONE_OF)),
    Condition("tag", Op.ALL_OF, ("VIP", "unheard of")),
    Condition("tag", Op.EMPTY),
    *(Condition("opt_in", op, ("no",)) for op in (Op.IS, Op.IS_NOT)),
    *(
        Condition("name", op, ("An",))
        for op in (Op.IS, Op.IS_NOT, Op.CONTAINS, Op.NOT_CONTAINS, Op.STARTS_WITH)
    ),
    *(Condition("phone", op, ("+1604",)) for op in (Op.STARTS_WITH, Op.CONTAINS)),
    *(Condition("last_inbound", op) for op in (Op.EMPTY, Op.NOT_EMPTY)),
    *(Condition("created", op, ("2026-05-04",)) for op in (Op.IS, Op.BEFORE, Op.AFTER)),
    *(
        Condition(f"{ATTRIBUTE}City", op, ("Lagos",))
        for op in (Op.IS, Op.IS_NOT, Op.CONTAINS, Op.NOT_CONTAINS)
    ),
    *(Condition(f"{ATTRIBUTE}Points", op, ("7",)) for op in (Op.IS, Op.IS_NOT, Op.LESS, Op.MORE)),
    *(Condition(f"{ATTRIBUTE}Points", op, ("3",)) for op in (Op.LESS, Op.MORE)),
    *(Condition(f"{ATTRIBUTE}Since", op, ("2026-02-03",)) for op in (Op.IS, Op.BEFORE, Op.AFTER)),
    Condition(f"{ATTRIBUTE}Since", Op.AFTER, ("2026-01-01",)),
    *(Condition(f"{ATTRIBUTE}Topics", op, ("a", "c")) for op in (Op.ANY_OF, Op.ALL_OF, Op.NONE_OF)),
    Condition(f"{ATTRIBUTE}Member", Op.IS, ("no",)),
    *(
        Condition(f"{ATTRIBUTE}{name}", op)
        for name in ("City", "Points", "Since", "Topics", "Member")
        for op in (Op.EMPTY, Op.NOT_EMPTY)
    ),
)


@pytest.mark.slow
def test_a_walk_counts_what_the_joined_tables_say(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(7)
    wanted = [Filter((one,)) for one in _CONDITIONS]
    wanted += [Filter(tuple(rng.sample(_CONDITIONS, 3)), match_all=rng.random() < 0.5) for _ in range(60)]
    beside = Selection(exclusions=Exclusions(marketing_days=2))

    def run(tx: Tx) -> None:
        _fill(tx)
        recently = update(tables.contact).where(tables.contact.c.id.in_([3, 5]))
        tx.conn.execute(recently.values(last_marketing_at=tx.now, last_inbound_at=tx.now))
        for one in wanted:
            for fields, selection in (((), Selection()), ((Variable("1", f"{ATTRIBUTE}City"),), beside)):
                walked = audience.breakdown(tx, one, _RULE, fields, selection)
                with monkeypatch.context() as patch:
                    patch.setattr(audience_scan, "counts", lambda *_: None)
                    joined = audience.breakdown(tx, one, _RULE, fields, selection)
                assert walked == joined, one

    store.submit_write(run).result()


def test_of_few_only_their_rows_are_looked_at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """And more than that are walked through: the answer is the same on both sides of the edge."""

    def run(tx: Tx) -> None:
        _fill(tx)
        vip = Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))
        few = audience.breakdown(tx, vip, _RULE)
        monkeypatch.setattr(audience_scan, "_FEW_COUNT", 1)
        assert audience.breakdown(tx, vip, _RULE) == few
        assert few.selected_count == 2

    store.submit_write(run).result()


def test_a_tag_or_attribute_without_a_place_is_counted_all_the_same(store: Store) -> None:
    def run(tx: Tx) -> None:
        _fill(tx)
        ids = contacts.make_tags(tx, [f"Tag {number}" for number in range(70)])
        for number in range(20):
            contacts.make_attribute(tx, f"Field {number}", Kind.TEXT)
        far = contacts.known_attributes(tx)["Field 19"]
        tx.conn.execute(insert(tables.contact_tag).values(contact_id=1, tag_id=ids["tag 69"]))
        tx.conn.execute(insert(tables.contact_attribute).values(contacts.attribute_row(3, far, "x")))
        for one in (
            Condition("tag", Op.ANY_OF, ("Tag 69",)),
            Condition(f"{ATTRIBUTE}Field 19", Op.IS, ("x",)),
        ):
            assert audience.breakdown(tx, Filter((one,)), _RULE).selected_count == 1

    store.submit_write(run).result()


def test_the_tally_follows_messages(store: Store) -> None:
    message = tables.message

    def agrees(tx: Tx) -> None:
        kept = tx.conn.execute(
            text("SELECT * FROM broadcast_tally WHERE count OR sent OR delivered OR read ORDER BY 1, 2, 3, 4")
        ).all()
        counted = tx.conn.execute(
            text(
                "SELECT broadcast_id, status, reason, coalesce(error_code, 0), count(*), count(sent_at),"
                " count(delivered_at), count(read_at) FROM message WHERE broadcast_id IS NOT NULL GROUP BY 1, 2, 3, 4"
            )
        ).all()
        assert kept == counted
        for name in ("sent", "delivered", "read"):
            slots = tx.conn.execute(
                text(
                    f"SELECT slot, count FROM broadcast_reached WHERE milestone = '{name}' AND count ORDER BY 1"
                )
            ).all()
            assert (
                slots
                == tx.conn.execute(
                    text(
                        f"SELECT {name}_at / 10000000, count(*) FROM message WHERE {name}_at IS NOT NULL GROUP BY 1 ORDER BY 1"
                    )
                ).all()
            )

    def run(tx: Tx) -> None:
        _fill(tx)
        made = {"name": "Sale", "status": "running", "draft": {}, "created_at": START}
        tx.conn.execute(insert(tables.broadcast).values(id=1, **made))
        row = {
            "outgoing": True,
            "kind": "template",
            "created_at": START,
            "due_at": START,
            "changed_at": START,
        }
        tx.conn.execute(
            insert(message),
            [
                {**row, "contact_id": id, "broadcast_id": 1, "status": "queued", "content": None}
                for id in range(1, 6)
            ],
        )
        agrees(tx)
        for statement in (
            update(message).values(status="sending"),
            update(message).where(message.c.id < 4).values(status="sent", sent_at=START),
            update(message).where(message.c.id == 2).values(status="read", delivered_at=START, read_at=START),
            update(message)
            .where(message.c.id == 4)
            .values(status="failed", reason="whatsapp_error", error_code=131026),
            update(message).where(message.c.id == 4).values(reason="", error_code=None, status="delivered"),
            delete(message).where(message.c.id == 2),
        ):
            tx.conn.execute(statement)
            agrees(tx)
        left = dict(tx.conn.execute(select(message.c.id, message.c.status)).all())
        assert left == {1: "sent", 3: "sent", 4: "delivered", 5: "sending"}

    store.submit_write(run).result()
