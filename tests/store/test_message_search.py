"""One table of queries finds the same messages on both databases, indexed or not, and as reading them through does."""

from datetime import timedelta
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from desktop.domain.consent import OptIn
from desktop.domain.text import search_fold, search_words
from desktop.store import conversations, message_search, opening, tables
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.test_conversations import write_in
from tests.store.world import add_contact, add_contacts, add_template, claim, run_broadcast, submit

TEXTS: Final = {
    "invoice": "Could you resend invoice INV-004471/B for order #4468?",
    "phone": "Call me: +1 (604) 555-0142",
    "amount": "That is 1,299.50 $ — 100 % too much",
    "accents": "Señor Łukasz Zając prefers CRÈME BRÛLÉE, naïve as he is",
    "plain": "Senor Lukasz Zajac prefers creme brulee",
    "turkish": "İstanbul'da kargo ne zaman gelir?",
    "greek": "Πότε θα φτάσει η παραγγελία μου;",
    "russian": "Когда придёт мой заказ? Ёлка уже здесь",
    "hindi": "मेरा ऑर्डर कब आएगा? क़ीमत क्या है",
    "hindi-other": "मरा अरडर",
    "chinese": "请问我的订单什么时候到货？发票号码是4471",
    "japanese": "注文したコーヒーカップはいつ届きますか",
    "korean": "주문한 커피잔은 언제 도착하나요?",
    "arabic": "مرحبًا، أين طلبي رقم ٤٤٧١؟",
    "thai": "สินค้าจะมาถึงเมื่อไหร่",
    "emoji": "Thank you 🎉🎉🎉 the family 👨‍👩‍👧 loves it 🪔",
    "quotes": 'She said "it\'s fine" and ""left""',
    "signs": "50%_off *bold* a_b c*d e^f (x OR y) NEAR/2 \\path\\to -not col:val",
    "wide": "ＦＵＬＬ ＷＩＤＴＨ ﬁne ①②③",
    "spaces": "two   spaces\tand\nlines",
    "sharp": "Die große Straße",
    "short": "ok",
}
"""What was written, oldest first."""
QUERIES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("invoice", ("invoice",)),
    ("InVoIcE", ("invoice",)),
    ("4471", ("invoice", "chinese")),
    ("004471", ("invoice",)),
    ("47", ()),
    ("471/b", ("invoice",)),
    ("#4468", ("invoice",)),
    ("555-0142", ("phone",)),
    ("(604)", ("phone",)),
    ("1,299.50", ("amount",)),
    ("señor", ("accents", "plain")),
    ("SENOR", ("accents", "plain")),
    ("zając", ("accents", "plain")),
    ("lukasz", ("accents", "plain")),
    ("crème brulee", ("accents", "plain")),
    ("naïve", ("accents",)),
    ("istanbul", ("turkish",)),
    ("ISTANBUL", ("turkish",)),
    ("παραγγελια", ("greek",)),
    ("φτασει", ("greek",)),
    ("ёлка", ("russian",)),
    ("елка", ("russian",)),
    ("заказ", ("russian",)),
    ("ऑर्डर", ("hindi",)),
    ("मेरा", ("hindi",)),
    ("अरडर", ("hindi-other",)),
    ("क़ीमत", ("hindi",)),
    ("订单什", ("chinese",)),
    ("订单", ()),
    ("什么时候到货", ("chinese",)),
    ("到货?", ("chinese",)),
    ("コーヒー", ("japanese",)),
    ("커피잔", ("korean",)),
    ("طلبي", ("arabic",)),
    ("٤٤٧١", ("arabic",)),
    ("مرحبا", ()),  # in Arabic a mark is kept, as it is written
    ("มาถึง", ("thai",)),
    ("🎉🎉🎉", ("emoji",)),
    ("🎉", ()),
    ("👨‍👩‍👧", ("emoji",)),
    ("thank 🪔", ("emoji",)),
    ('"it\'s fine"', ("quotes",)),
    ('""left""', ("quotes",)),
    ('"""', ()),
    ("it's", ("quotes",)),
    ("50%_off", ("signs",)),
    ("50%off", ()),
    ("%%%", ()),
    ("___", ()),
    ("***", ()),
    ("a_b", ("signs",)),
    ("axb", ()),
    ("c*d", ("signs",)),
    ("*bold*", ("signs",)),
    ("(x or y)", ()),
    ("(x bold", ("signs",)),
    ("NEAR/2", ("signs",)),
    ("\\path\\to", ("signs",)),
    ("-not", ("signs",)),
    ("col:val", ("signs",)),
    ("e^f", ("signs",)),
    ("full width", ("wide",)),
    ("fine", ("quotes", "wide")),
    ("123", ("wide",)),
    ("two spaces and lines", ("spaces",)),
    ("lines two", ("spaces",)),
    ("grosse strasse", ("sharp",)),
    ("große", ("sharp",)),
    ("prefers as", ("accents", "plain")),
    ("prefers is he", ("accents",)),
    ("brulee zz", ()),
    ("ok", ()),
    ("is he as", ()),
    ("", ()),
    ("   ", ()),
    ("a\x00bc", ()),
    ("\x00two", ("spaces",)),
    ("nobody wrote this", ()),
)


def filled(tx: Tx) -> int:
    contact_id = add_contact(tx)
    for text in TEXTS.values():
        write_in(tx, contact_id, text)
    return contact_id


def index(store: Store, most_count: int = 7) -> None:
    """Everything that waits, some at a time."""
    while write(store, lambda tx: message_search.take_in(tx, most_count)):
        pass
    while write(store, lambda tx: message_search.merge(tx, 8)):
        pass


def found(store: Store, wanted: str, contact_id: int | None = None, limit: int = 50) -> list[str]:
    hits = read(store, lambda tx: message_search.find(tx, wanted, contact_id=contact_id, limit=limit))
    return [hit.text for hit in hits]


@pytest.mark.parametrize("indexed", ["all", "some", "none"])
def test_the_table_of_queries(store: Store, indexed: str) -> None:
    contact_id = write(store, filled)
    if indexed == "all":
        index(store)
    elif indexed == "some":
        write(store, lambda tx: message_search.take_in(tx, len(TEXTS) // 2))
    for wanted, names in QUERIES:
        expected = [TEXTS[name] for name in reversed(names)]
        assert found(store, wanted) == expected, wanted
        assert found(store, wanted, contact_id) == expected, wanted
        assert found(store, wanted, contact_id + 1) == [], wanted


def test_a_hit_says_who_and_when(store: Store, clock: FakeClock) -> None:
    one, other = write(store, lambda tx: add_contacts(tx, OptIn.YES, OptIn.NO))
    write(store, lambda tx: write_in(tx, one, "My parcel is lost"))
    index(store)
    clock.move(timedelta(minutes=3))
    sent_id = write(store, lambda tx: submit(tx, other, text="Your parcel is here"))
    first, second = read(store, lambda tx: message_search.find(tx, "parcel"))
    assert (first.message_id, first.contact_id, first.outgoing) == (sent_id, other, True)
    assert (second.contact_id, second.outgoing, second.text) == (one, False, "My parcel is lost")
    assert first.at - second.at == timedelta(minutes=3)


def test_the_newest_come_first_and_no_more_than_asked(store: Store) -> None:
    contact_id = write(store, add_contact)
    write(store, lambda tx: [write_in(tx, contact_id, f"parcel {number:02}") for number in range(40)])
    write(store, lambda tx: message_search.take_in(tx, 25))
    assert found(store, "parcel", limit=30) == [f"parcel {number:02}" for number in range(39, 9, -1)]
    index(store)
    assert found(store, "parcel", limit=3) == ["parcel 39", "parcel 38", "parcel 37"]
    assert len(found(store, "parcel")) == 40


def test_a_text_that_changed_is_found_as_it_is_now(store: Store) -> None:
    contact_id = write(store, add_contact)
    ids = write(store, lambda tx: [write_in(tx, contact_id, f"parcel {number}") for number in range(3)])
    index(store)

    def change(tx: Tx, id: int, text: str) -> None:
        tx.conn.execute(update(tables.message).where(tables.message.c.id == id).values(text=text))

    write(store, lambda tx: change(tx, ids[2], "letter"))
    write(store, lambda tx: change(tx, ids[0], ""))
    assert found(store, "parcel", limit=1) == ["parcel 1"]
    for _ in range(2):
        assert (found(store, "parcel"), found(store, "letter")) == (["parcel 1"], ["letter"])
        index(store)
    assert not read(store, message_search.is_behind)


def test_what_a_template_said_is_found_as_it_left(store: Store) -> None:
    contact_id = write(store, lambda tx: add_contact(tx, opt_in=OptIn.YES))
    template = write(store, lambda tx: add_template(tx, body="Dear {{1}}, your lantern has shipped"))
    write(store, lambda tx: submit(tx, contact_id, template=template, text="Dear …", values={"1": "Zoë"}))
    index(store)
    write(store, claim)
    for _ in range(2):
        assert found(store, "zoe lantern") == ["Dear Zoë, your lantern has shipped"]
        index(store)


def test_broadcasts_and_contacts_that_are_gone_are_left_out(store: Store) -> None:
    gone, kept = write(store, lambda tx: add_contacts(tx, OptIn.YES, OptIn.YES))
    for contact_id in (gone, kept):
        write(store, lambda tx, id=contact_id: write_in(tx, id, "Hello lantern"))  # type: ignore[misc]

    def of_broadcast(tx: Tx) -> None:
        run_broadcast(tx, add_template(tx, body="Hello lantern, all of you"))
        claim(tx)

    write(store, of_broadcast)
    assert "all of you" in read(store, lambda tx: " ".join(tx.conn.scalars(select(tables.message.c.text))))

    def take_away(tx: Tx) -> None:
        where = tables.contact.c.id == gone
        tx.conn.execute(update(tables.contact).where(where).values(merged_into=tables.REMOVED, phone=None))

    write(store, take_away)
    for _ in range(2):
        hits = read(store, lambda tx: message_search.find(tx, "lantern"))
        assert [hit.contact_id for hit in hits] == [kept]
        index(store)


def test_starting_over_empties_the_index(store: Store) -> None:
    write(store, lambda tx: opening.stamp(tx, opening.SANDBOX))
    write(store, filled)
    write(store, lambda tx: message_search.take_in(tx, 5))
    write(store, opening.wipe)
    assert not read(store, message_search.is_behind)
    assert write(store, filled) > 0
    index(store)
    assert found(store, "invoice") == [TEXTS["invoice"]]


def test_only_the_newest_of_many_that_wait_are_read_through(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_search, "_UNSEARCHED_COUNT", 10)
    contact_id = write(store, add_contact)
    write(store, lambda tx: [write_in(tx, contact_id, f"parcel {number:02}") for number in range(20)])
    assert found(store, "parcel") == [f"parcel {number:02}" for number in range(19, 9, -1)]
    write(store, lambda tx: message_search.take_in(tx, 10))
    assert len(found(store, "parcel")) == 20


_LETTERS: Final = "abcABCéÉßłŁ 12%_*\"'\\-कि्ंरख訂單時候🎉مرحباً"
_TEXT: Final = st.text(_LETTERS, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(_TEXT, min_size=1, max_size=8),
    wanted=st.lists(_TEXT, min_size=1, max_size=6),
    half=st.booleans(),
)
def test_it_finds_what_reading_through_finds(
    sqlite_store: Store, texts: list[str], wanted: list[str], half: bool
) -> None:
    same_as_reading_through(sqlite_store, texts, wanted, half)


@pytest.mark.postgres
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(_TEXT, min_size=1, max_size=8),
    wanted=st.lists(_TEXT, min_size=1, max_size=6),
    half=st.booleans(),
)
def test_it_finds_what_reading_through_finds_on_postgresql(
    postgres_store: Store, texts: list[str], wanted: list[str], half: bool
) -> None:
    same_as_reading_through(postgres_store, texts, wanted, half)


def same_as_reading_through(store: Store, texts: list[str], wanted: list[str], half: bool) -> None:
    """Each example adds to what there is: a fresh store for each would take most of the time."""

    def add(tx: Tx) -> None:
        tx.conn.execute(tables.message.delete())
        message_search.clear(tx)
        contact_id = tx.conn.scalar(select(tables.contact.c.id)) or add_contact(tx)
        tx.conn.execute(tables.conversation.delete())
        for number, text in enumerate(texts):
            conversations.add_inbound(
                tx, contact_id, wamid=f"in.{number}", kind="text", text=text, content={}, context_wamid=""
            )
        message_search.take_in(tx, len(texts) // 2 if half else len(texts) + 1)

    write(store, add)
    asked = [*wanted, *(text[at : at + 4] for text in texts for at in (0, 2))]
    for one in asked:
        words = search_words(one)
        expected = [
            text for text in reversed(texts) if words and all(word in search_fold(text) for word in words)
        ]
        assert found(store, one) == expected, one
