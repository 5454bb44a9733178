"""What a sequence does, in sentences: for the side of its steps and for the question before it starts."""

from datetime import timedelta
from typing import Final

from desktop.domain.filter_words import filter_sentence
from desktop.domain.sequence import Definition, DelayUnit
from desktop.ui.sequences.around import Around
from desktop.ui.sequences.words import hours_sentence, steps_words

BY_HAND: Final = "Nobody comes in by themselves: people put contacts in with “Enrol contacts…”."
STRICT: Final = "Strict opt-in is on: marketing steps fail for contacts with no choice recorded, too."
_UNIT: Final = {
    DelayUnit.MINUTES: timedelta(minutes=1),
    DelayUnit.HOURS: timedelta(hours=1),
    DelayUnit.DAYS: timedelta(days=1),
}


def who_comes_in(definition: Definition) -> str:
    """Who comes in, and who does not."""
    trigger = definition.trigger
    if not trigger.is_set:
        return BY_HAND
    moments = [
        word for word, on in (("created", trigger.on_created), ("updated", trigger.on_updated)) if on
    ]  # fmt: skip
    who = f"Contacts come in when they are {' or '.join(moments)}"
    if not trigger.condition.selects_everyone:
        who += f" and meet the condition: {filter_sentence(trigger.condition)}"
    return f"{who}. Contacts that are there already are not put in."


def how_long(definition: Definition) -> str:
    """'4 steps over 12 days.'"""
    whole = sum((_UNIT[one.delay.unit] * one.delay.count for one in definition.steps), timedelta())
    steps = steps_words(len(definition.steps))
    if not whole:
        return f"{steps}, all at once." if len(definition.steps) > 1 else f"{steps}."
    return f"{steps} over {_span(whole)}."


def hours_can_wait(definition: Definition) -> bool:
    """True if some step may have to wait for its send hours."""
    return any(not definition.hours_of(one).always for one in definition.steps)


def own_hours(definition: Definition) -> tuple[str, ...]:
    """'Step 3 leaves only 9–18 h, by the contact’s clock.' for each step with hours of its own."""
    said = []
    for number, step in enumerate(definition.steps, 1):
        if step.hours is not None and step.hours != definition.hours:
            words = hours_sentence(step.hours).removeprefix("Messages leave ")
            only = "" if step.hours.always else "only "
            said.append(f"Step {number} leaves {only}{words}")
    return tuple(said)


def conditions(definition: Definition) -> tuple[str, ...]:
    """'Step 2 only goes to whoever meets: …' for each step with a condition."""
    return tuple(
        f"Step {number} only goes to whoever meets: {filter_sentence(step.condition)}. The others skip it."
        for number, step in enumerate(definition.steps, 1)
        if not step.condition.selects_everyone
    )


def _span(whole: timedelta) -> str:
    minutes = round(whole.total_seconds() / 60)
    for size, word in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = round(minutes / size)
            return f"{count:,} {word}{'' if count == 1 else 's'}"
    return "no time"


def marketing(definition: Definition, around: Around) -> str:
    """Which steps ask for the opt-in, and what that means; "" if none does."""
    numbers = [
        str(number)
        for number, step in enumerate(definition.steps, 1)
        if (template := around.template_of(step)) is not None and template.is_marketing
    ]
    if not numbers:
        return ""
    one = len(numbers) == 1
    listed = numbers[0] if one else f"{', '.join(numbers[:-1])} and {numbers[-1]}"
    which = f"Step {listed} is" if one else f"Steps {listed} are"
    said = f"{which} marketing: not sent to contacts who opted out. {'It fails' if one else 'They fail'} for them "
    said += "with the reason, and they move on."
    return f"{said} {STRICT}" if around.settings.strict else said


def what_happens(definition: Definition, around: Around) -> tuple[str, ...]:
    """All of it, a sentence or two each."""
    length = how_long(definition)
    if hours_can_wait(definition):
        length += " Send hours can make it longer."
    said = [length, who_comes_in(definition), marketing(definition, around), *conditions(definition)]
    if definition.run_once:
        said.append("Nobody goes through it twice.")
    elif definition.cooling_days:
        days = f"{definition.cooling_days:,} day{'' if definition.cooling_days == 1 else 's'}"
        said.append(f"A contact may come in again {days} after the end of a run.")
    if definition.success is not None:
        said.append(f"It ends with success for whoever meets: {filter_sentence(definition.success)}.")
    if definition.failure is not None:
        said.append(f"It ends without success for whoever meets: {filter_sentence(definition.failure)}.")
    if definition.only_if_sent:
        said.append("A message that is not delivered ends it for the contact; an opt-out does not.")
    if not definition.hours.always:
        said.append(hours_sentence(definition.hours))
    said += own_hours(definition)
    return tuple(one for one in said if one)
