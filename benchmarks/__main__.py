"""`python -m benchmarks`: measures the program against its goals. Run it from the repository's root."""

import asyncio
import time

import click

from benchmarks import report, storages
from benchmarks.contact_flood import contact_flood
from benchmarks.effort import effort
from benchmarks.latency import latency
from benchmarks.memory import memory
from benchmarks.opening import opening
from benchmarks.pages import pages
from benchmarks.report import Figure
from benchmarks.searching import searching
from benchmarks.sign_in import sign_in
from benchmarks.throughput import throughput

PARTS = ("effort", "delivery", "flood", "memory", "latency", "pages", "search", "sign-in", "start")
_ON_SQLITE = {"memory", "start"}


async def measure(parts: tuple[str, ...], seconds: float) -> list[Figure]:
    """Run the benchmarks, ratios first: they are comparable between machines."""
    began = time.monotonic()
    figures: list[Figure] = []

    def say(step: str) -> None:
        click.echo(f"[{time.monotonic() - began:4.0f} s] {step}", err=True)

    for part in PARTS:
        if part not in parts:
            continue
        for storage in (storages.sqlite, storages.postgres)[: 1 if part in _ON_SQLITE else 2]:
            with storage() as (folder, where):
                match part:
                    case "effort":
                        figures += await effort(folder, where, seconds / 2, say)
                    case "delivery":
                        figures += await throughput(folder, where, say)
                    case "flood":
                        figures += await contact_flood(folder, where, seconds, say)
                    case "latency":
                        figures += await latency(folder, where, seconds, say)
                    case "pages":
                        figures += await pages(folder, where, seconds, say)
                    case "search":
                        figures += await searching(folder, where, say)
                    case "sign-in":
                        figures += await sign_in(folder, where, seconds, say)
                    case "start":
                        figures += await opening(folder, where, say)
                    case "memory":
                        figures += await memory(folder, where, say)
    return figures


@click.command()
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="Measure this alone, and write no results.")
@click.option("--seconds", default=20.0, show_default=True, help="Length of each stream of messages.")
def main(only: tuple[str, ...], seconds: float) -> None:
    """Measure the program through the simulated platforms."""
    figures = asyncio.run(measure(only or PARTS, seconds))
    click.echo(report.table(figures))
    if not only:
        report.write(figures)


main()
