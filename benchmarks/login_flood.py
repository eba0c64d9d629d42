"""`python -m benchmarks.login_flood ADDRESS`: sends wrong passwords at a steady rate from many loopback addresses."""

import asyncio
import itertools
import os
import re
import sys
import time

from aiohttp import ClientError, ClientSession, TCPConnector

TRIES_PER_SECOND = 100
_ADDRESSES = 200


async def flood(address: str) -> None:
    """Try a different account each time, from the next address, on a connection that stays open."""
    callers = [
        ClientSession(address, connector=TCPConnector(local_addr=(f"127.0.1.{n}", 0))) for n in range(1, _ADDRESSES + 1)
    ]
    async with callers[0].get("/desk/login") as page:
        found = re.search(r'name="csrf" value="([^"]+)"', await page.text())
        form = {"csrf": found[1] if found else "", "password": "not the password"}
        cookies = {name: cookie.value for name, cookie in page.cookies.items()}
    start, trying = time.perf_counter(), set[asyncio.Task[None]]()
    for number in itertools.count():
        await asyncio.sleep(start + number / TRIES_PER_SECOND - time.perf_counter())
        email = f"agent{number}@example.org"
        task = asyncio.create_task(_try(callers[number % _ADDRESSES], form | {"email": email}, cookies))
        trying.add(task)
        task.add_done_callback(trying.discard)
        if number == TRIES_PER_SECOND:
            print("flooding", flush=True)


async def _try(caller: ClientSession, form: dict[str, str], cookies: dict[str, str]) -> None:
    try:
        async with caller.post("/desk/login", data=form, cookies=cookies) as answer:
            await answer.read()
    except ClientError:
        pass


if __name__ == "__main__":
    os.nice(10)  # an attacker would use another machine
    asyncio.run(flood(sys.argv[1]))
