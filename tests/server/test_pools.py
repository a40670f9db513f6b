"""Thread pools: what is queued, refused and given up, and that one never waits behind another."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from service.server.pools import BusyError, PoolLimits, ThreadPools
from service.web.core.concurrency import Pool


async def pools_of(**limits: PoolLimits) -> ThreadPools:
    pools = ThreadPools({Pool(name): each for name, each in limits.items()})
    pools.start(asyncio.get_running_loop())
    return pools


def test_a_full_pool_refuses_and_another_goes_on() -> None:
    async def go() -> None:
        pools = await pools_of(costly=PoolLimits(1, 2, 60), checks=PoolLimits(1, 2, 60))
        held = threading.Event()
        busy = [asyncio.ensure_future(pools.run(Pool.COSTLY, held.wait)) for _ in range(3)]
        await asyncio.sleep(0)  # all three are queued
        with pytest.raises(BusyError):
            await pools.run(Pool.COSTLY, lambda: None)
        assert await pools.run(Pool.CHECKS, lambda: "checked") == "checked"
        assert dict(pools.usage()) == {Pool.COSTLY: 3, Pool.CHECKS: 0}
        held.set()
        assert await asyncio.gather(*busy) == [True] * 3
        pools.close()

    asyncio.run(go())


def test_what_is_overdue_is_given_up_and_its_answer_thrown_away() -> None:
    async def go() -> None:
        pools = await pools_of(checks=PoolLimits(1, 2, 0.0))
        begun, held, sent = threading.Event(), threading.Event(), list[object]()

        def work() -> bool:
            begun.set()
            return held.wait()

        limits = pools._pools[Pool.CHECKS]
        limits.limits = PoolLimits(1, 2, 60)
        late = asyncio.ensure_future(pools.run(Pool.CHECKS, work, _into(sent)))
        await asyncio.get_running_loop().run_in_executor(None, begun.wait)
        for job in limits.jobs:
            job.due = 0.0
        waits = asyncio.ensure_future(pools.run(Pool.CHECKS, lambda: "next"))
        pools.give_up_late()
        with pytest.raises(BusyError):
            await late
        held.set()
        assert await waits == "next"
        assert sent == []
        pools.close()

    asyncio.run(go())


def test_a_job_that_waited_too_long_is_not_begun() -> None:
    async def go() -> None:
        pools = await pools_of(checks=PoolLimits(1, 2, -1.0))
        done = list[int]()
        asked = asyncio.ensure_future(pools.run(Pool.CHECKS, lambda: done.append(1)))
        await asyncio.sleep(0)
        pools.give_up_late()
        with pytest.raises(BusyError):
            await asked
        pools.close()
        assert done == []

    asyncio.run(go())


def test_a_thread_that_finds_a_job_overdue_refuses_it_and_lives() -> None:
    """The sweep comes twice a second: a thread may be there before it. Asked twice, of the only thread."""

    async def go() -> None:
        pools = await pools_of(checks=PoolLimits(1, 2, -1.0))
        done, sent = list[int](), list[object]()
        for _ in range(2):
            asked = pools.run(Pool.CHECKS, lambda: done.append(1), _into(sent))
            with pytest.raises(BusyError):
                await asyncio.wait_for(asked, 30)
        pools.close()
        assert done == sent == []

    asyncio.run(go())


def test_an_answer_that_cannot_be_sent_costs_no_thread() -> None:
    def broken(_answer: object) -> bool:
        raise ConnectionError

    async def go() -> None:
        pools = await pools_of(checks=PoolLimits(1, 2, 60))
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(pools.run(Pool.CHECKS, lambda: "one", broken), 30)
        assert await asyncio.wait_for(pools.run(Pool.CHECKS, lambda: "two"), 30) == "two"
        pools.close()

    asyncio.run(go())


def test_what_a_thread_sent_ends_with_the_next_request() -> None:
    async def go() -> None:
        pools = await pools_of(checks=PoolLimits(1, 2, 60))
        sent = list[object]()
        first = asyncio.ensure_future(pools.run(Pool.CHECKS, lambda: "one", _into(sent)))
        await asyncio.sleep(0)
        assert await pools.run(Pool.CHECKS, lambda: "two") == "two"
        pools.give_up_late()
        assert await first is None
        assert sent == ["one"]
        pools.close()

    asyncio.run(go())


def test_what_the_work_raises_is_raised_where_it_was_asked_for() -> None:
    async def go() -> None:
        pools = await pools_of(checks=PoolLimits(1, 2, 60))
        with pytest.raises(ZeroDivisionError):
            await pools.run(Pool.CHECKS, lambda: 1 // 0)
        pools.close()

    asyncio.run(go())


def _into(sent: list[object]) -> Callable[[object], bool]:
    def send(result: object) -> bool:
        sent.append(result)
        return True

    return send
