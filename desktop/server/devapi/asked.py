"""What requests have in common: ids of the outside, and the Idempotency-Key."""

import hashlib
import re
from typing import Annotated, Final

from fastapi import Depends, Header, Path, Request

from desktop.domain.problems import NotFound
from desktop.domain.public_ids import own_id
from desktop.services.api_answers import Once

_ACCOUNT: Final = re.compile(r"^/devapi(/accounts/[^/]*)?")
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="The same key with the same body: the same answer, and nothing is done again.",
    ),
]


async def once_of(request: Request, key: IdempotencyKey = "") -> Once:
    """The key, with a hash of what is asked under it: the verb, where (the account aside), and the body's bytes."""
    if not key:
        return Once()
    where = _ACCOUNT.sub("", request.scope["path"]).encode()
    if request.method == "GET":  # what is asked stands in the address
        where += b"?" + request.scope["query_string"]
    asked = request.method.encode() + b" " + where + b"\n" + await request.body()
    return Once(key, hashlib.sha256(asked).hexdigest())


AskedOnce = Annotated[Once, Depends(once_of)]


async def account(
    account_id: Annotated[
        str, Path(alias="accountId", max_length=64, description="Any: there is one account.")
    ],
) -> None:
    """The account in the path, which clients have from elsewhere."""


def known_id(text: str, what: str) -> int:
    """The id behind a public one. Raises NotFound."""
    found = own_id(text)
    if found is None:
        raise NotFound(f"{what} not found", f"There is no {what.lower()} with this id.")
    return found
