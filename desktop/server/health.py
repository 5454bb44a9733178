"""GET /health: whether the engine lives and what it does."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter


def routes(look: Callable[[], Awaitable[dict[str, Any]]]) -> APIRouter:
    """The health route. look(): the engine's state and the queue, as plain JSON values."""
    router = APIRouter()

    @router.get("/health")
    async def health() -> dict[str, Any]:
        return await look()

    return router
