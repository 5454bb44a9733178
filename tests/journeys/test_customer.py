"""What a customer does while their conversation is open."""

from datetime import timedelta

import pytest

from desktop.domain.consent import OptIn, Source
from tests.journeys.journey import Journey, journey, next_second, until

ARJUN = "+14165550117"


@journey()
async def test_a_stop_shows_at_once_and_subscribe_takes_it_back(trip: Journey) -> None:
    await trip.open_conversation("Arjun Kapoor")
    assert not trip.shows("compose_banner")
    await trip.judge.customer(ARJUN, "text", text=" ｓｔｏｐ！ ")
    await trip.says("compose_banner-text", "Arjun opted out of marketing", "by replying")
    await until(
        lambda: any("Arjun opted out of marketing by replying" in one for one in trip.thread()), "the event"
    )
    await until(
        lambda: any("Got it, Arjun" in one and "Subscribe" in one for one in trip.thread()), "the answer"
    )
    await trip.says("optin_badge", "No")
    await trip.picture("stop")

    async def confirmation() -> dict[str, str] | None:
        buttons = [
            one["buttons"] for one in await trip.judge.thread(ARJUN) if one["direction"] == "from_business"
        ]
        return dict(buttons[-1][0]) if buttons and buttons[-1] else None

    while (button := await confirmation()) is None:
        pass
    assert button["text"] == "Subscribe"
    await next_second()
    await trip.judge.customer(ARJUN, "interactive", id=button["id"], title=button["text"])
    await trip.goes("compose_banner")
    await trip.says("optin_badge", "Yes")
    await until(lambda: any("opted in to marketing by pressing" in one for one in trip.thread()), "the event")
    await until(lambda: any("Welcome back, Arjun" in one for one in trip.thread()), "the answer")
    await trip.picture("subscribed")
    history = trip.ask(
        "SELECT e.value, e.source FROM consent_event e JOIN contact c ON c.id = e.contact_id"
        " WHERE c.phone = ? ORDER BY e.id",
        ARJUN,
    )
    assert history[-2:] == [(OptIn.NO, Source.KEYWORD), (OptIn.YES, Source.BUTTON)]
    while len(sends := await trip.judge.sends()) < 2:  # it stands in the thread before it has left
        pass
    assert [one["type"] for one in sends] == ["interactive", "text"]


@journey()
async def test_a_change_of_the_opt_in_stands_below_the_message_that_caused_it(trip: Journey) -> None:
    await trip.open_conversation("Arjun Kapoor")
    await trip.judge.customer(ARJUN, "text", text="stop")
    await until(lambda: any("Got it, Arjun" in one for one in trip.thread()), "the answer")
    said = trip.thread()
    places = [
        next(at for at, one in enumerate(said) if one.startswith(begin))
        for begin in ("stop", "Arjun opted out", "Got it, Arjun")
    ]
    assert places == sorted(places)


@pytest.mark.slow
@journey()
async def test_a_stop_in_whatsapp_itself_is_not_lifted_by_our_opt_in(trip: Journey) -> None:
    await trip.open_conversation("Arjun Kapoor")
    await trip.judge.customer(ARJUN, "stop")
    await trip.says("compose_banner-text", "Arjun stopped promotions in WhatsApp", "Only they can resume")
    await trip.says("optin_stopped", "Stopped promotions in WhatsApp")
    await trip.picture("stopped-in-whatsapp")
    await next_second()
    await trip.judge.customer(ARJUN, "resume")
    await trip.goes("compose_banner")


@journey()
async def test_after_24_hours_only_a_template_can_be_chosen(trip: Journey) -> None:
    await trip.open_conversation("Tunde Nwosu")
    await trip.says("picker_why", "The reply window closed", "24 hours after Tunde last wrote")
    assert not trip.shows("compose_text")
    await trip.picture("window-closed")
    await trip.open_conversation("Arjun Kapoor")
    await trip.appears("compose_text")
    await trip.app.move_clock(timedelta(hours=25))
    await trip.open_conversation("Tunde Nwosu")
    await trip.open_conversation("Arjun Kapoor")
    await trip.appears("picker_why")
    assert not trip.shows("compose_text")
    await trip.judge.customer(ARJUN, "text", text="Still there?")
    await trip.appears("compose_text")
    assert not trip.shows("picker_why")
