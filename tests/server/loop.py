"""Runs a coroutine of a test."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor


def run(coroutine: Coroutine[object, object, None]) -> None:
    """Run `coroutine` in a thread of its own: in the tests' thread a browser's loop may be running."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(asyncio.run, coroutine).result()
