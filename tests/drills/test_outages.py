"""What we lean on goes away for a while: the network of texts, the database, our own process."""

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import func, select

from helpline.config import sqlite_file
from helpline.messaging.inbound import InboundText
from tests.drills.house import LONG, House, free_port, house, somebody_answers, wait_for
from tests.drills.judging import nothing_lost_nothing_double, wait_until_quiet
from tests.drills.provider import Faults, Provider, listening, provider
from tests.drills.senders import Heard, hand_over, post, stories, texting

PATIENCE = 180.0
DOWN_FOR = 30.0 if LONG else 4.0
LOCKED_FOR = 30.0 if LONG else 12.0  # longer than we wait for the lock ourselves
DRAINED_WITHIN = 10.0
# Seconds that an answer may take. The short form shares its machine with other tests, so it only
# looks whether half of them come sooner than anything that waits for the provider could.
AT_ONCE = 0.3
NOT_WAITING = 1.0
pytestmark = pytest.mark.drill


def test_a_provider_that_is_gone_for_a_while_costs_no_answer_and_no_patience(
    tmp_path: Path,
) -> None:
    """First it takes calls and says nothing, then nobody is there, then it is back."""
    network = Provider(Faults(), port=free_port())
    with house(tmp_path, network) as here:
        somebody_answers(here)
        here.start("web", "worker")
        here.wait_until_up()
        pages: list[float] = []
        with looking(here, pages), texting(here, stories(12), senders=4, pause=0.2) as heard:
            with silent(network.port):
                time.sleep(DOWN_FOR)
            time.sleep(DOWN_FOR)
        assert network.taken == [], "it was gone"
        with listening(network, network.port):
            wait_until_quiet(here, 36, within=PATIENCE)
            nothing_lost_nothing_double(here, network, heard.acknowledged)
        assert heard.tries == 36
        for waits in (pages, heard.waits):
            assert statistics.median(waits) < NOT_WAITING, sorted(waits)
            assert not LONG or statistics.quantiles(waits, n=20)[-1] < AT_ONCE, sorted(waits)


@contextmanager
def silent(port: int) -> Iterator[None]:
    """Somebody takes every call there and never says a word."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen(256)
        yield


@contextmanager
def looking(here: House, waits: list[float]) -> Iterator[None]:
    """Somebody opens the first page ten times a second, and it is noted how long each took."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            began = time.perf_counter()
            connection = HTTPConnection("127.0.0.1", here.port, timeout=10)
            connection.request("GET", "/")
            connection.getresponse().read()
            connection.close()
            waits.append(time.perf_counter() - began)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.sqlite
def test_no_text_is_acknowledged_while_the_database_is_locked(tmp_path: Path) -> None:
    with provider() as network, house(tmp_path, network) as here:
        somebody_answers(here)
        here.start("web", "worker")
        here.wait_until_up()
        people, heard = stories(6, texts=1), Heard()
        with locked(here):
            began, statuses = time.monotonic(), []
            threads = [
                threading.Thread(target=lambda one=one: statuses.append(post(here, one[0], 60.0)))
                for one in people
            ]
            for thread in threads:
                thread.start()
            time.sleep(max(0.0, LOCKED_FOR - (time.monotonic() - began)))
            assert 200 not in statuses, "nothing can have been stored"
        for thread in threads:
            thread.join()
        for (text,) in people:
            hand_over(here, text, heard)
        wait_until_quiet(here, 6, within=PATIENCE)
        nothing_lost_nothing_double(here, network, heard.acknowledged)


@contextmanager
def locked(here: House) -> Iterator[None]:
    """Another program keeps the database to itself."""
    file = sqlite_file(here.settings["DATABASE_URL"])
    connection = sqlite.connect(str(file), isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def test_told_to_stop_it_ends_what_it_began_within_ten_seconds_and_loses_nothing(
    tmp_path: Path,
) -> None:
    with provider() as network, house(tmp_path, network) as here:
        network.delay = 0.2
        somebody_answers(here)
        web, worker = here.start("web", "worker")
        here.wait_until_up()
        with texting(here, stories(12), senders=4, pause=0.1) as heard:
            wait_for(lambda: bool(network.taken), PATIENCE, "nothing left")
            for process in (worker, web):
                began = time.monotonic()
                process.terminate()
                assert process.wait(30) == 0
                assert time.monotonic() - began < DRAINED_WITHIN
            sent = len(network.taken)
            here.start("web", "worker")
        wait_until_quiet(here, 36, within=PATIENCE)
        assert sent < len(network.taken), "there was more to say afterwards"
        nothing_lost_nothing_double(here, network, heard.acknowledged)


def test_two_workers_send_each_text_once(tmp_path: Path) -> None:
    phones = 70 if LONG else 20
    with provider(Faults(lost=5, busy=3)) as network, house(tmp_path, network) as here:
        network.delay = 0.05
        somebody_answers(here)
        here.start("web", "worker", "worker", *(["worker", "worker"] if LONG else []))
        here.wait_until_up()
        with texting(here, stories(phones), senders=8) as heard:
            pass
        wait_until_quiet(here, 3 * phones, within=PATIENCE)
        nothing_lost_nothing_double(here, network, heard.acknowledged)
        with here.session() as session:
            assert session.scalar(select(func.count()).select_from(InboundText)) == 3 * phones
