"""A flow tried with a made-up contact: the real transition, nothing leaves."""

from dataclasses import replace

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import Facts, OptIn
from desktop.domain.contacts import Contact
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.flow import FlowDefinition, SessionStatus, Trigger, TriggerKind
from desktop.domain.flow_ready import READY
from desktop.domain.flow_session import Awaits
from desktop.domain.flow_simulation import Simulation, Who, begin
from desktop.domain.flow_triggers import Incoming
from desktop.domain.templates import Variable
from tests.clock import START as NOW
from tests.domain.flow_drawings import KNOWN, YES_OR_NO, ZONE, flow

ANA = Contact(1, "Ana Silva", "+16045550142", Facts(), NOW, tags=("VIP",), attributes={"City": "Halifax"})
READY_BY_KEY = {one.key: one.definition for one in READY}
BUTTONS = nodes.SendButtons(text="Offers?", choices=YES_OR_NO, answer="offers")


def tried(definition: FlowDefinition, text: str | None = None) -> Simulation:
    return begin(definition, ANA, NOW, ZONE, KNOWN, None if text is None else Incoming(text))


def shown(here: Simulation) -> list[str]:
    return [f"{one.who.value}: {one.text}" for one in here.lines]


def test_an_order_is_looked_up() -> None:
    here = tried(READY_BY_KEY["order_status"], "order").said("?").said("4468")
    assert here.awaits_request is not None
    assert here.awaits_request.url == "https://shop.example/orders/4468"
    here = here.answered({"date": "20 Nov"})
    assert shown(here) == [
        "customer: order",
        "bot: What is your order number?",
        "customer: ?",
        "bot: That does not look like an order number. You find it in your confirmation, such as 4468.",
        "customer: 4468",
        "note: order = 4468",
        "note: Asks GET https://shop.example/orders/4468",
        "note: The other program answered",
        "note: date = 20 Nov",
        "bot: It left on 20 Nov.",
        "note: Finished",
    ]
    assert here.path == ("question1", "request1", "condition1", "text1", "end1")
    assert not here.is_running


def test_a_request_that_fails_goes_to_people() -> None:
    here = tried(READY_BY_KEY["order_status"], "status").said("4468").failed("no answer came")
    assert here.state.status is SessionStatus.HANDED_OVER
    assert "note: The conversation goes to whoever takes it" in shown(here)
    assert here.failed("again") is here


def test_the_contact_changes_as_it_would() -> None:
    here = tried(READY_BY_KEY["opt_in_collection"], "offers")
    (payload, title), *_ = here.lines[-1].buttons
    assert title == "Yes, please"
    here = here.pressed(payload)
    assert here.contact.opt_in is OptIn.YES
    assert "customer: Yes, please" in shown(here)
    assert "note: Marketing opt-in: Yes, because of “Yes, please”" in shown(here)
    # The same customer once more is on the list by now.
    assert here.said("offers").lines[-2].text.startswith("You are on our list already")


def test_fields_and_tags_are_known_to_conditions() -> None:
    is_there = nodes.Decide(
        contact=Filter(
            (Condition("attribute:City", Op.IS, ("halifax",)), Condition("tag", Op.ALL_OF, ("VIP", "New")))
        )
    )
    here = tried(
        flow(nodes.SetTags(add=("New",), remove=("Old",)), is_there, nodes.SetAttribute(attribute="City"))
    )
    assert here.path == ("a", "b", "c")
    assert (here.contact.tags, here.contact.attributes) == (("VIP", "New"), {})
    assert "note: Tags: +New, −Old" in shown(here)


def test_a_marketing_template_is_marked() -> None:
    offer = nodes.SendTemplate(template_id=2, variables=(Variable("1", "first_name"),))
    here = tried(flow(offer, triggers=(Trigger(TriggerKind.ANY),)), "hello")
    assert shown(here)[1:3] == [
        "bot: Hi Ana, it is all half price.",
        "note: Bot: consent is not asked. Counted in the register.",
    ]
    assert here.lines[2].is_warning
    assert here.lines[1].buttons == (("Tell me more", "Tell me more"),)


def test_before_the_customer_has_spoken_consent_is_asked() -> None:
    offer = nodes.SendTemplate(template_id=2, variables=(Variable("1", "first_name"),))
    opted_out = replace(ANA, facts=Facts(OptIn.NO))
    here = begin(flow(offer), opted_out, NOW, ZONE, KNOWN)
    assert here.state.status is SessionStatus.NOT_SENT
    assert not any(one.text.startswith("Bot: consent is not asked") for one in here.lines)


def test_after_a_no_in_the_talk_consent_is_asked() -> None:
    offer = nodes.SendTemplate(template_id=2, variables=(Variable("1", "first_name"),))
    here = tried(flow(BUTTONS, offer, triggers=(Trigger(TriggerKind.ANY),)), "hello").said("STOP").said("Yes")
    assert here.state.status is SessionStatus.NOT_SENT
    assert "opted out" in shown(here)[-3]
    # In the next talk the No is an old one.
    again = here.said("hello").said("Yes")
    assert any(one.text.startswith("Bot: consent is not asked") for one in again.lines)


def test_messages_that_do_not_leave() -> None:
    definition = flow(
        nodes.SendText(text="One"), BUTTONS, nodes.SendText(text="Two"), joins="a:next>b b:not_sent>c"
    )
    here = tried(definition)
    assert here.state.awaits is Awaits.ANSWER
    later = replace(here, sends=False).said("hm")
    assert [one for one in shown(later)[2:] if one.startswith("note: ")] == [
        "note: Not sent",
        "note: Not sent",
        "note: The conversation goes to whoever takes it",
        "note: Could not send: Messages do not leave in this try.",
    ]
    assert later.path == ("a", "b", "c")


def test_messages_that_do_not_leave_from_the_first() -> None:
    here = begin(flow(nodes.SendText(text="One")), ANA, NOW, ZONE, KNOWN, sends=False)
    assert here.state.status is SessionStatus.NOT_SENT
    assert here.state.because == "Messages do not leave in this try."


def test_time_passes() -> None:
    here = tried(flow(nodes.Wait(), BUTTONS)).time_passed()
    assert (here.now - NOW).total_seconds() == 300
    here = here.time_passed()
    assert here.state.status is SessionStatus.TIMED_OUT
    assert [one for one in shown(here) if "later" in one] == [
        "note: 5 minutes later",
        "note: 15 minutes later",
    ]
    assert here.time_passed() is here


def test_what_no_trigger_takes_starts_nothing() -> None:
    definition = flow(BUTTONS, triggers=(Trigger(values=("offers",)),))
    here = tried(definition, "hello")
    assert shown(here) == ["customer: hello", "note: No trigger of this flow takes this message"]
    assert not here.is_running
    assert here.said("offers").is_running


def test_the_word_that_started_it_is_evidence_but_not_of_any_message() -> None:
    by_word = flow(nodes.SetOptIn(), triggers=(Trigger(values=("offers",)),))
    assert tried(by_word, "offers").contact.opt_in is OptIn.YES
    assert tried(by_word).contact.opt_in is OptIn.NONE
    by_any = replace(by_word, triggers=(Trigger(TriggerKind.ANY),))
    assert tried(by_any, "offers").contact.opt_in is OptIn.NONE


def test_opt_out_words_never_reach_it() -> None:
    here = tried(flow(BUTTONS))
    after = here.said("Stop!")
    assert after.state == here.state
    assert shown(after)[-1] == "note: Changes the marketing opt-in to No, and never reaches the bot"
    assert after.contact.opt_in is OptIn.NO
    begun = tried(flow(BUTTONS, triggers=(Trigger(TriggerKind.ANY),)), "STOP")
    assert not begun.is_running
    assert len(begun.lines) == 2


def test_what_is_said_while_it_does_not_ask_changes_nothing() -> None:
    here = tried(flow(nodes.Wait(), BUTTONS))
    after = here.said("hello?")
    assert after.state == here.state
    assert after.said("  ") is after


def test_a_button_of_elsewhere_starts_it_by_its_payload() -> None:
    definition = flow(BUTTONS, triggers=(Trigger(TriggerKind.PAYLOAD, ("more",)),))
    assert Simulation(definition, ANA, NOW, ZONE, KNOWN).pressed("more").is_running


def test_a_jump_to_another_flow_says_so() -> None:
    here = tried(flow(nodes.Jump(flow_id=6), nodes.Assign(user_id=7)))
    assert "note: Goes on with the flow “Returns”" in shown(here)
    assert {one.who for one in here.lines} == {Who.NOTE}
