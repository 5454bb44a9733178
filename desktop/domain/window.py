"""The 24-hour service window: free text only within a day of the customer's last message.

Source: WhatsApp's Cloud API, "Sending messages"; outside it only templates pass (error 131047).
"""

from datetime import datetime, timedelta
from typing import Final

LENGTH: Final = timedelta(hours=24)


def closes_at(last_inbound_at: datetime | None) -> datetime | None:
    """When the window closes, or None if the customer never wrote."""
    return None if last_inbound_at is None else last_inbound_at + LENGTH


def is_open(last_inbound_at: datetime | None, now: datetime) -> bool:
    """True while free text may be sent. The closing instant itself is closed."""
    closing = closes_at(last_inbound_at)
    return closing is not None and now < closing


def left(last_inbound_at: datetime | None, now: datetime) -> timedelta:
    """What is left of the window; zero when it is closed."""
    closing = closes_at(last_inbound_at)
    return max(closing - now, timedelta()) if closing else timedelta()
