"""Flows as rows: drafts and versions, where templates and fields are used in them, and a contact that is merged."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from desktop.domain import flow_json
from desktop.domain.consent import OptIn
from desktop.domain.filters import Condition, Filter, Kind, Op
from desktop.domain.flow import FlowDefinition, FlowStatus, SessionStatus, Trigger, TriggerKind
from desktop.domain.flow_nodes import Decide, Question, SendTemplate, SendText
from desktop.domain.problems import NotFound, Problem
from desktop.domain.template_uses import TemplateUse, UseKind
from desktop.domain.templates import Variable
from desktop.store import (
    attempts,
    bot_report,
    consent,
    contacts,
    conversations,
    fields,
    flows,
    session_shown,
    tables,
)
from desktop.store import templates as template_store
from desktop.store.engine import Store, Tx
from tests.databases import read, write
from tests.store.bots import ASKING, answered, begun, ended, flow, published, republished, sent_in
from tests.store.world import accepted, add_contact, add_contacts, add_person, add_template, claim

HELLO = flow(SendText(text="Hello"))


def test_a_flow_is_kept_as_it_was_drawn(store: Store) -> None:
    wide = replace(ASKING, timeout_minutes=90, start_x=12.5)
    id = write(store, lambda tx: flows.create(tx, "Order status", wide, None))
    kept = read(store, lambda tx: flows.get(tx, id))
    assert (kept.name, kept.status, kept.version_id) == ("Order status", FlowStatus.DRAFT, None)
    assert (kept.draft, kept.shown, kept.definition) == (wide, wide, FlowDefinition())
    with pytest.raises(NotFound):
        read(store, lambda tx: flows.get(tx, id + 1))


def test_versions_stay_as_they_were_published(store: Store) -> None:
    def run(tx: Tx) -> None:
        meera = add_person(tx)
        id = flows.create(tx, "Order status", HELLO, None)
        first = flows.publish(tx, flows.get(tx, id), "First try", meera)
        assert (first.status, first.version_number, first.draft) == (FlowStatus.PUBLISHED, 1, None)
        assert first.definition == HELLO
        again = flows.publish(tx, first, "Nothing new", None)
        assert again.version_id == first.version_id, "what is published already is no other version"
        second = republished(tx, again, ASKING)
        assert (second.version_number, second.definition) == (2, ASKING)
        found = [(one.number, one.definition, one.by_name, one.note) for one in flows.versions(tx, id)]
        assert found == [(2, ASKING, "", ""), (1, HELLO, "Meera Rao", "First try")]
        assert first.version_id is not None
        assert flows.definition_of(tx, first.version_id) == HELLO
        with pytest.raises(NotFound):
            flows.definition_of(tx, 404)

    write(store, run)


def test_only_published_flows_can_be_triggered(store: Store) -> None:
    def run(tx: Tx) -> None:
        anything = Trigger(TriggerKind.ANY)
        both = published(tx, replace(HELLO, triggers=(anything, Trigger(values=("hi",)))), "Both")
        flows.create(tx, "Drafted", replace(HELLO, triggers=(anything,)), None)
        off = published(tx, HELLO, "Off")
        flows.set_status(tx, off.id, FlowStatus.OFF)
        broken = published(tx, HELLO, "Broken")
        row = tables.flow_version
        tx.conn.execute(update(row).where(row.c.id == broken.version_id).values(definition={"nodes": 7}))
        found = flows.candidates(tx)
        assert [(one.flow_id, one.trigger) for one in found] == [
            (both.id, one) for one in both.definition.triggers
        ]
        # A draft of what is published changes nothing before it is published.
        flows.save_draft(tx, both.id, replace(HELLO, triggers=()))
        assert len(flows.candidates(tx)) == 2
        with pytest.raises(Problem, match="nodes"):
            flows.get(tx, broken.id)
        listed = {one.name: one for one in flows.every(tx)}
        assert [one.name for one in listed.values() if one.is_unreadable] == ["Broken"]
        assert listed["Both"].draft == replace(HELLO, triggers=())
        assert listed["Broken"].version_number == 1
        assert flows.names(tx, FlowStatus.PUBLISHED) == {both.id: "Both", broken.id: "Broken"}

    write(store, run)


def test_names_are_found_however_they_are_written(store: Store) -> None:
    def run(tx: Tx) -> None:
        id = published(tx, name="Straße").id
        assert flows.id_of(tx, "STRASSE") == id
        assert flows.id_of(tx, "Strasse 2") is None
        assert flows.names(tx) == {id: "Straße"}
        flows.rename(tx, id, "zebra")
        published(tx, name="Ärger")
        published(tx, name="apple")
        assert [one.name for one in flows.every(tx)] == ["apple", "zebra", "Ärger"]

    write(store, run)


def test_sessions_are_counted_by_how_they_stand(store: Store) -> None:
    def run(tx: Tx) -> None:
        record, other = published(tx), published(tx, HELLO, "Other")
        people = add_contacts(tx, *[OptIn.NONE] * 5)
        assert not flows.was_used(tx, record.id)
        for contact_id, status in zip(people, [*SessionStatus][1:5], strict=False):
            ended(tx, begun(tx, record, contact_id), status)
        begun(tx, record, people[0])
        counts = flows.counts(tx, [record.id, other.id])
        assert counts[record.id].started_count == 5
        assert counts[record.id].of(SessionStatus.RUNNING) == 1
        assert counts[record.id].dropped_count == sum(one.is_dropped for one in [*SessionStatus][1:5])
        assert counts[other.id].started_count == 0
        assert (flows.was_used(tx, record.id), flows.was_used(tx, other.id)) == (True, False)
        flows.delete_one(tx, other.id)
        assert tx.rows(select(tables.flow_version.c.flow_id).distinct()) == [(record.id,)]

    write(store, run)


# Templates.


def uses(tx: Tx, template_id: int) -> list[tuple[str, str, int, int]]:
    found: list[TemplateUse] = template_store.uses(tx, template_id)
    assert {one.kind for one in found} <= {UseKind.FLOW}
    assert not any(one.is_over for one in found)
    return [(one.name, one.status.value, one.selected_count, one.sent_count) for one in found]


def test_a_template_is_used_by_drafts_versions_and_whoever_is_still_in_one(store: Store) -> None:
    def run(tx: Tx) -> None:
        offer, note, next_one = (add_template(tx, name) for name in ("offer", "note", "next"))

        def sending(*ids: int) -> FlowDefinition:
            return flow(*(SendTemplate(template_id=id) for id in ids), SendTemplate())

        drafted = flows.create(tx, "A draft", sending(note.id, note.id), None)
        record = published(tx, sending(note.id, offer.id))
        assert uses(tx, note.id) == [("A draft", "draft", 0, 0), ("Order status", "published", 0, 0)]
        assert [one.is_draft for one in template_store.uses(tx, note.id)] == [True, False]
        ana = add_contact(tx)
        session = begun(tx, record, ana)
        sent_in(tx, session, offer)
        sent_in(tx, session, note)
        assert uses(tx, offer.id) == [("Order status", "published", 1, 0)]
        (one, _) = claim(tx)
        attempts.settle(tx, [accepted(one)])
        assert uses(tx, offer.id) == [("Order status", "published", 1, 1)]
        record = republished(tx, record, sending(next_one.id))
        assert uses(tx, offer.id) == [("Order status", "published", 1, 1)], (
            "Ana is still in the first version"
        )
        everywhere = {(one.id, one.template_id) for one in template_store.in_use(tx)}
        assert everywhere == {
            (drafted, note.id),
            *((record.id, one.id) for one in (offer, note, next_one)),
        }
        ended(tx, session)
        assert uses(tx, offer.id) == []
        flows.set_status(tx, record.id, FlowStatus.OFF)
        assert uses(tx, next_one.id) == [("Order status", "off", 0, 0)]
        assert uses(tx, 404) == []

    write(store, run)


def test_a_flow_that_cannot_be_read_uses_no_template(store: Store) -> None:
    def run(tx: Tx) -> None:
        offer = add_template(tx, "offer")
        record = published(tx, flow(SendTemplate(template_id=offer.id)))
        tx.conn.execute(update(tables.flow_version).values(definition={"nodes": "none"}))
        assert template_store.uses(tx, offer.id) == []
        assert template_store.in_use(tx) == []
        assert flows.names(tx) == {record.id: "Order status"}

    write(store, run)


# Fields.


def test_a_field_that_gets_another_name_is_followed_everywhere(store: Store) -> None:
    def drawn(name: str) -> FlowDefinition:
        return flow(
            SendText(text=f"In {{{{{name}}}}}"),
            Question(text="Where?", answer="where", attribute=name),
            Decide(contact=Filter((Condition(f"attribute:{name}", Op.IS, ("Halifax",)),))),
            SendTemplate(variables=(Variable("1", f"attribute:{name}"),)),
        )

    def run(tx: Tx) -> None:
        city = contacts.make_attribute(tx, "City", Kind.TEXT, ())
        record = published(tx, drawn("City"))
        flows.save_draft(tx, record.id, replace(drawn("City"), timeout_minutes=3))
        other = published(tx, HELLO, "Other")
        kept = tx.conn.scalar(select(tables.flow.c.changed_at).where(tables.flow.c.id == other.id))
        fields.change(tx, city, "Town", ())
        after = flows.get(tx, record.id)
        assert after.definition == drawn("Town")
        assert after.draft == replace(drawn("Town"), timeout_minutes=3)
        assert after.version_id is not None
        assert flows.definition_of(tx, after.version_id) == drawn("Town"), "and so do those who are in it"
        assert tx.conn.scalar(select(tables.flow.c.changed_at).where(tables.flow.c.id == other.id)) == kept

    write(store, run)


def test_a_draft_that_cannot_be_read_stands_in_nobodys_way(store: Store) -> None:
    def run(tx: Tx) -> None:
        city = contacts.make_attribute(tx, "City", Kind.TEXT, ())
        record = published(tx, HELLO)
        newer = {**flow_json.to_json(HELLO), "colour": "blue"}
        tx.conn.execute(update(tables.flow).values(draft=newer))
        fields.change(tx, city, "Town", ())
        assert tx.conn.scalar(select(tables.flow.c.draft)) == newer
        assert flows.names(tx) == {record.id: record.name}

    write(store, run)


# Contacts that turn out to be one.


def test_merged_contacts_keep_the_way_they_went(store: Store) -> None:
    def run(tx: Tx) -> None:
        record = published(tx)
        ana, bea, cai = add_contacts(tx, OptIn.NONE, OptIn.NONE, OptIn.NONE)
        ended(tx, begun(tx, record, bea))
        running = begun(tx, record, bea, "n2")
        answered(tx, running, "order", "S-77")
        consent.merge(tx, ana, [bea])
        assert {one.contact_id for one in bot_report.sessions(tx, record.id)} == {ana}
        there = session_shown.running(tx, ana)
        assert there is not None
        assert (there.id, there.node_id) == (running.id, "n2")
        assert [one.contact_id for one in bot_report.answers(tx, record.id)] == [ana]
        # Where both are spoken to, one of the two ends.
        second = begun(tx, record, cai)
        consent.merge(tx, ana, [cai])
        kept = session_shown.running(tx, ana)
        assert kept is not None
        assert kept.id == running.id
        (over,) = [one for one in bot_report.sessions(tx, record.id) if one.id == second.id]
        assert (over.status, over.contact_id) == (SessionStatus.TAKEN_OVER, ana)
        assert over.because.startswith("Merged into")

    write(store, run)


def test_a_message_says_of_which_flow_it_is(store: Store) -> None:
    def run(tx: Tx) -> None:
        ana, offer = add_contact(tx, opt_in=OptIn.NO), add_template(tx, "offer")
        record = published(tx)
        session = begun(tx, record, ana, "n2")
        sent_in(tx, session, offer)
        sent_in(tx, session)
        first, second = conversations.thread(tx, ana)
        for one in (first, second):
            assert (one.session_id, one.flow_id, one.flow_name, one.node_id) == (
                session.id, record.id, "Order status", "n2",
            )  # fmt: skip
        assert (first.is_unasked_marketing, second.is_unasked_marketing) == (True, False)
        assert conversations.messages(tx, [second.id, first.id]) == [second, first]

    write(store, run)
