"""What it costs to keep a run in a journal, and what a chain of writes waits for the disk.

Reads and pure values need not be durable before others use them, so a journal takes processor time only. A write may
start only when all before it is on the disk: a chain of writes is one commit a step, and is held against a bare loop
that appends as many bytes to a file and calls `fsync`.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from statistics import median

import rewoo_dsl
from rewoo_dsl import Registry
from rewoo_dsl.ir.linked import LinkedPlan
from rewoo_dsl.trace.journal import Journal

from .measure import Row, Table, compare, seconds, table
from .schedulers import ours
from .shapes import SHAPES, chain

STEPS = 10_000
ROUNDS = 5
WRITES = 100
"""Few enough that SQLite's log holds them all: its size then tells the bytes of a commit."""


def tables() -> list[Table]:
    with tempfile.TemporaryDirectory(dir=".") as folder:  # on the disk of this checkout: /tmp may be in memory
        return [_added(Path(folder)), table("A chain of writes, each durable before the next", [_writes(Path(folder))])]


def spent(plan: LinkedPlan, tools: Registry, journal: Journal | None) -> float:
    work = rewoo_dsl.run(plan, tools, limits=ours.WIDE_OPEN, journal=journal)
    return seconds(lambda: asyncio.run(work))[0]


def _added(folder: Path) -> Table:
    tools = ours.registry()
    rows = []
    for name, shape in SHAPES.items():
        plan = ours.linked(shape(STEPS), tools, {})
        with Journal(folder / f"{name}.db") as journal:
            spent(plan, tools, journal)
            pairs = [(spent(plan, tools, None), spent(plan, tools, journal)) for _ in range(ROUNDS)]
        without, kept = (median(one[i] for one in pairs) for i in (0, 1))
        more = median(one[1] - one[0] for one in pairs)
        rows.append((f"{name} of reads", *(f"{one / STEPS * 1e6:.1f} µs" for one in (without, kept, more)), "≤ 60 µs"))
    head = ("", "without a journal", "with one", "more", "goal")
    return Table(f"{STEPS:,} steps that do nothing: time a step", head, rows)


def _writes(folder: Path) -> Row:
    tools = Registry()
    tools.add(ours.echo, effect="write")
    plan = ours.linked(chain(WRITES), tools, {})
    path = folder / "writes.db"
    with Journal(path) as journal:
        spent(plan, tools, journal)
        size = Path(f"{path}-wal").stat().st_size // WRITES
        return compare(
            "a write with its commit",
            lambda: spent(plan, tools, journal),
            f"{size:,} bytes and fsync",
            lambda: _synced(folder / "bare", size),
            units=WRITES,
            goal="≤ 1.3x",
        )


def _synced(path: Path, size: int) -> float:
    data = os.urandom(size)
    with path.open("wb", buffering=0) as file:
        start = time.perf_counter()
        for _ in range(WRITES):
            file.write(data)
            os.fdatasync(file.fileno())
        return time.perf_counter() - start
