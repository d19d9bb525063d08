"""An answer that says how far it is while it is made, as lines of JSON; it ends when nobody listens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Final

import orjson
from fastapi.concurrency import run_in_threadpool

from dashboard.at_work import Work
from dashboard.web.records_json import Json

LINES: Final = "application/x-ndjson"
_EVERY_S: Final = 0.2

logger = logging.getLogger(__name__)


async def lines_of(make: Callable[[Work], Json]) -> AsyncGenerator[bytes, None]:
    """Yield what the work says while it goes on, and its answer as `{"answer": …}` in the last line.

    Whoever hangs up closes this: the work is then told to stop, and does so at its next step.
    """
    work, told = Work(), ""
    made = asyncio.ensure_future(run_in_threadpool(make, work))
    try:
        while not (await asyncio.wait([made], timeout=_EVERY_S))[0]:
            if work.said != told:
                told = work.said
                yield orjson.dumps({"done": float(told)}) + b"\n"
        yield orjson.dumps({"answer": made.result()}) + b"\n"
    finally:
        if not made.done():
            work.stop()
            made.add_done_callback(_left_off)


def _left_off(made: asyncio.Future[Json]) -> None:
    if not made.cancelled() and made.exception() is not None:
        logger.debug("an analysis was given up and has ended")
