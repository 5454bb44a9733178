"""Tests' own door on a sandbox store: move the clock instead of waiting for a day."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from desktop.server.problems import PROBLEMS

_LONGEST_S: Final = 366 * 86_400


class ClockAsked(BaseModel):
    """How far business time moves forward."""

    model_config = ConfigDict(extra="forbid")

    advance_s: float = Field(ge=0, le=_LONGEST_S, allow_inf_nan=False, strict=True)


class ClockAnswer(BaseModel):
    """How far it moved."""

    model_config = ConfigDict(extra="forbid")

    advanced_s: float


def routes(move_clock: Callable[[timedelta], Awaitable[None]]) -> APIRouter:
    """The route. Only for a sandbox store: a real one has no such path."""
    router = APIRouter(tags=["qa"], responses={code: PROBLEMS[code] for code in (400, 405, 422, 503)})

    @router.post("/_qa/clock", response_model=ClockAnswer)
    async def clock(asked: ClockAsked) -> ClockAnswer:
        """Move business time forward, here and in the sandbox."""
        await move_clock(timedelta(seconds=asked.advance_s))
        return ClockAnswer(advanced_s=asked.advance_s)

    return router
