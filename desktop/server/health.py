"""GET /health: whether the engine lives and what it does."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import APIRouter

PATH: Final = "/health"


def routes(look: Callable[[], Awaitable[dict[str, Any]]]) -> APIRouter:
    """The health route. look(): the engine's state and the queue, as plain JSON values."""
    router = APIRouter()

    @router.get(PATH)
    async def health() -> dict[str, Any]:
        return await look()

    return router
