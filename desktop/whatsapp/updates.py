"""What WhatsApp tells us by webhook, as values. Each knows the key by which its copies are recognised.

Text is cleaned and bounded already. `at` is None where the update carries no readable time; the reader
then uses the time of receipt. `raw` is the item as ASCII JSON.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desktop.domain.consent import Category
from desktop.domain.messages import Status
from desktop.domain.templates import Quality, TemplateStatus


def _stamp(at: datetime | None) -> str:
    return str(int(at.timestamp())) if at else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What every update has. phone_number_id: the business number that it is about, if any."""

    waba_id: str = ""
    phone_number_id: str = ""
    at: datetime | None = None
    raw: str = field(default="", repr=False)

    @property
    def dedupe_key(self) -> str:
        """The same for every copy of the update that WhatsApp delivers."""
        return f"{type(self).__name__}|{_stamp(self.at)}|{hashlib.sha256(self.raw.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Media:
    """A file of an inbound message. id: for `Account.download`, within 7 days."""

    id: str
    mime: str = ""
    caption: str = ""
    filename: str = ""
    voice: bool = False


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction to one of our messages; an empty emoji takes it back."""

    wamid: str
    emoji: str = ""


@dataclass(frozen=True, slots=True)
class Location:
    """Where the customer is, or a place that they named. Degrees."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Referral:
    """The advertisement that the customer came by. kind: ad or post."""

    url: str = ""
    kind: str = ""
    id: str = ""
    headline: str = ""
    body: str = ""
    click_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage(Update):
    """A customer wrote. phone: E.164; user_id: business-scoped; either or both may be missing.

    kind: WhatsApp's type, unknown ones included. text: what was written, or the title of the pressed
    button; button_payload: what that button sends back. group_id: not a conversation with one customer.
    """

    wamid: str
    phone: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    profile_name: str = ""
    kind: str = ""
    text: str = ""
    button_payload: str = ""
    media: Media | None = None
    reaction: Reaction | None = None
    location: Location | None = None
    context_wamid: str = ""
    referral: Referral | None = None
    group_id: str = ""

    @property
    def dedupe_key(self) -> str:
        return self.wamid


@dataclass(frozen=True, slots=True)
class StatusError:
    """Why WhatsApp gave a message up; `errors.rule(code)` explains it."""

    code: int
    title: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate(Update):
    """What became of a message of ours. callback_data: our own mark, if it was sent with one.

    pricing_category is in lower case with underscores.
    """

    wamid: str
    status: Status
    callback_data: str = ""
    recipient_phone: str | None = None
    recipient_user_id: str | None = None
    errors: tuple[StatusError, ...] = ()
    pricing_category: str = ""

    @property
    def dedupe_key(self) -> str:
        return f"{self.wamid}|{self.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceChange(Update):
    """The customer stopped or resumed marketing in WhatsApp itself. Counts for every number of ours."""

    phone: str | None
    user_id: str | None
    stop: bool

    @property
    def dedupe_key(self) -> str:
        who = self.user_id or self.phone or ""
        return f"{who}|{'stop' if self.stop else 'resume'}|{_stamp(self.at)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberChanged(Update):
    """The customer moved to another number; their user id changes with it."""

    wamid: str
    old_phone: str | None
    new_phone: str | None
    old_user_id: str | None = None
    new_user_id: str | None = None

    @property
    def dedupe_key(self) -> str:
        return self.wamid


@dataclass(frozen=True, slots=True, kw_only=True)
class UserIdChanged(Update):
    """The customer has a new business-scoped id."""

    phone: str | None
    old_user_id: str | None
    new_user_id: str

    @property
    def dedupe_key(self) -> str:
        return f"{self.old_user_id or self.phone or ''}|{self.new_user_id}|{_stamp(self.at)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateUpdate(Update):
    """Something about one template. language has an underscore; event is in capitals."""

    name: str
    language: str
    whatsapp_id: str = ""
    event: str = ""

    @property
    def dedupe_key(self) -> str:
        who = f"{self.name}|{self.language}" if self.name else self.whatsapp_id
        return f"{who}|{self.event}|{_stamp(self.at)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateStatusChanged(TemplateUpdate):
    """status None: the event leaves the status as it is (FLAGGED, UNARCHIVED …): refresh the template.

    paused_for: how long a pause takes, None where WhatsApp did not say.
    """

    status: TemplateStatus | None
    category: Category | None = None
    reason: str = ""
    paused_for: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateCategoryChanged(TemplateUpdate):
    """new_category is the category now. correct_category, with effective_at, is what it will become; it
    counts at once for consent. event: WARNING or CHANGED."""

    new_category: Category | None
    correct_category: Category | None = None
    previous_category: Category | None = None
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateQualityChanged(TemplateUpdate):
    """The template's quality score moved. event is the new score."""

    quality: Quality
    previous: Quality = Quality.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateContentChanged(TemplateUpdate):
    """The template's text or parts changed: refresh it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneQualityChanged(Update):
    """The business number's throughput or limit changed. limit: a tier such as TIER_10K, or ""."""

    display_phone: str | None
    event: str
    limit: str = ""

    @property
    def dedupe_key(self) -> str:
        return f"{self.display_phone or self.waba_id}|{self.event}|{self.limit}|{_stamp(self.at)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(Update):
    """Something about the whole account: restricted, banned, a new daily limit, an alert.

    event: WhatsApp's word in capitals, CAPABILITY or ALERT where it has none. restrictions: what may not be
    done, until expires_at. details: more, in words. daily_limit: a tier or a number, -1 for unlimited.
    """

    event: str
    details: str = ""
    restrictions: tuple[str, ...] = ()
    expires_at: datetime | None = None
    daily_limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Update):
    """An update of a kind that nothing here acts upon; kept as it came."""

    field: str


@dataclass(frozen=True, slots=True)
class BadUpdate:
    """One update that could not be read; the rest of its batch was."""

    why: str
    raw: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that one webhook call carried, in its order."""

    updates: tuple[Update, ...] = ()
    bad: tuple[BadUpdate, ...] = ()
