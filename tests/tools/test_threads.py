"""The threads of a run: reused, bounded, and never waited for."""

import threading
from concurrent.futures import wait

import pytest

from rewoo_dsl.diag.errors import ToolError
from rewoo_dsl.tools.threads import Threads


def test_a_finished_thread_serves_the_next_call():
    threads = Threads()
    idents = {threads.submit(threading.get_ident).result(5) for _ in range(20)}
    threads.shutdown()
    assert len(idents) == 1


def test_calls_run_at_the_same_time():
    threads = Threads()
    barrier = threading.Barrier(8)
    running = [threads.submit(barrier.wait, 5) for _ in range(8)]
    assert not wait(running, timeout=5).not_done
    threads.shutdown()


def test_when_all_threads_hang_a_call_fails_at_once_and_says_why():
    threads = Threads(max_threads=2)
    end = threading.Event()
    hanging = [threads.submit(end.wait, 5) for _ in range(2)]
    with pytest.raises(ToolError, match="all 2 threads for plain functions are taken"):
        threads.submit(print)
    end.set()
    wait(hanging, timeout=5)
    assert threads.submit(lambda: "again").result(5) == "again"
    threads.shutdown()


def test_what_a_call_raises_reaches_its_caller_and_the_thread_lives_on():
    threads = Threads(max_threads=1)

    def leave() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        threads.submit(leave).result(5)
    assert threads.submit(len, "abc").result(5) == 3
    threads.shutdown()


def test_a_cancelled_call_never_starts_and_leaves_its_thread_free():
    threads = Threads(max_threads=2)
    end, started = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        end.wait(5)

    held = threads.submit(hold)
    started.wait(5)
    held.cancel()
    assert not held.cancelled()
    end.set()
    held.result(5)
    threads.shutdown()


def test_nothing_starts_after_the_end():
    threads = Threads()
    threads.shutdown()
    with pytest.raises(ToolError, match="the run is over"):
        threads.submit(print)


def test_threads_end_with_their_run():
    before = threading.active_count()
    threads = Threads()
    barrier = threading.Barrier(4)
    wait([threads.submit(barrier.wait, 5) for _ in range(4)], timeout=5)
    mine = [one for one in threading.enumerate() if one.name == "rewoo-tool"]
    threads.shutdown()
    for one in mine[-4:]:
        one.join(5)
    assert threading.active_count() <= before
