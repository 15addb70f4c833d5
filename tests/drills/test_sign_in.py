"""A flood of bad sign-ins costs those who text little, and tells the flooder nothing.

Everything is compared within one run: a machine may be slow, or busy with other tests.
"""

import itertools
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPMessage
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from helpline.people import passwords
from helpline.people.sign_in import TRIES
from tests.conftest import Clock
from tests.drills.house import LONG, House, house, somebody_answers, wait_for
from tests.drills.provider import FORM_TYPE, provider
from tests.drills.senders import stories, texting
from tests.make import Make

CROWD = 32
TEXTERS = 40 if LONG else 16
CHECKED_AT_LEAST = 10  # of the flood's tries, or it was none
NOT_MORE_THAN = 5  # times what the same crowd costs that only opens the form
ROUNDS = 60 if LONG else 24
EQUAL = 1.25  # two medians of one run that are the same but for noise
HASHING = 0.7  # a try without a hash takes less than this share of one with it
PASSWORD = "wooden kettle sings"
WRONG = "not the password"
Page = tuple[str, str]
Answer = tuple[int, HTTPMessage]
Act = Callable[[House, Page, int], int]
pytestmark = pytest.mark.drill


def test_a_flood_of_bad_sign_ins_hurts_those_who_text_little_more_than_a_crowd_that_looks(
    tmp_path: Path,
) -> None:
    with provider() as network, house(tmp_path, network) as here:
        here.settings["TRUSTED_PROXIES"] = "1"  # so that each try comes from an address of its own
        somebody_answers(here)
        here.start("web")
        here.wait_until_up()
        with crowd(here, look) as looked:
            usual = waits(here, first=0)
        with crowd(here, guess) as told:
            loud = waits(here, first=TEXTERS)

        of: Sequence[Callable[[Sequence[float]], float]] = (statistics.median, worst_of_twenty)
        for figure in of if LONG else of[:1]:
            assert figure(loud) < NOT_MORE_THAN * figure(usual), (figure(loud), figure(usual))
        assert looked.keys() == {200}, looked
        assert told.keys() == {401, 503}, told
        assert told[401] >= CHECKED_AT_LEAST, told


def test_a_device_that_is_known_gets_in_through_a_flood(tmp_path: Path) -> None:
    with provider() as network, house(tmp_path, network) as here:
        here.settings["TRUSTED_PROXIES"] = "1"
        with here.session() as session:
            hashed = passwords.hashed(PASSWORD)
            Make(session).counsellor(alias="Mei", name="mei", password_hash=hashed)
            session.commit()
        here.start("web")
        here.wait_until_up()
        page = _page(here)
        device = signed_in(here, page)
        with crowd(here, guess) as told:
            for _ in range(5):
                signed_in(here, page, device)
        assert told[503] > told[401], "it was a flood"


def signed_in(here: House, page: Page, device: str = "") -> str:
    """Mei signs in, at the first try; the cookie of her device."""
    cookie, token = page
    cookies = "; ".join(filter(None, (cookie, device)))
    body = urlencode({"name": "mei", "password": PASSWORD, "csrf_token": token})
    status, headers = _ask(here, "POST", body, {"Content-Type": FORM_TYPE, "Cookie": cookies})
    assert status == 303
    given = (each.partition(";")[0] for each in headers.get_all("Set-Cookie") or [])
    return next((each for each in given if each.startswith("device=")), device)


def worst_of_twenty(waits: Sequence[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]


def waits(here: House, first: int) -> list[float]:
    """How long each text took to be acknowledged, in seconds, in order."""
    with texting(here, stories(TEXTERS, first=first), senders=2, pause=0.02) as heard:
        pass
    assert heard.tries == len(heard.waits) == 3 * TEXTERS, "each was taken at once"
    return sorted(heard.waits)


@contextmanager
def crowd(here: House, act: Act) -> Iterator[Counter[int]]:
    """Many do the same as fast as they are answered; how often which status was told."""
    told: Counter[int] = Counter()
    done, numbers = threading.Event(), itertools.count()
    page = _page(here)

    def go() -> None:
        while not done.is_set():
            with suppress(OSError, HTTPException):
                told[act(here, page, next(numbers))] += 1

    threads = [threading.Thread(target=go) for _ in range(CROWD)]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: told.total() > CROWD, 60.0, "nobody is answered")
        yield told
    finally:
        done.set()
        for thread in threads:
            thread.join()


def look(here: House, page: Page, number: int) -> int:
    """Open the form."""
    return _ask(here, "GET", None, _headers(number))[0]


def guess(here: House, page: Page, number: int) -> int:
    """Try a name and a password."""
    cookie, token = page
    body = urlencode({"name": f"name {number}", "password": WRONG, "csrf_token": token})
    headers = {"Content-Type": FORM_TYPE, "Cookie": cookie}
    return _ask(here, "POST", body, headers | _headers(number))[0]


def _headers(number: int) -> dict[str, str]:
    """Everybody comes from an address of their own, as a proxy tells."""
    return {"X-Forwarded-For": f"198.51.{number // 250 % 250}.{number % 250}"}


def _ask(here: House, method: str, body: str | None, headers: dict[str, str]) -> Answer:
    connection = HTTPConnection("127.0.0.1", here.port, timeout=30)
    try:
        connection.request(method, "/sign-in", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers
    finally:
        connection.close()


def _page(here: House) -> Page:
    """The cookie and the token of one form, good for any number of tries."""
    connection = HTTPConnection("127.0.0.1", here.port, timeout=10)
    try:
        connection.request("GET", "/sign-in")
        answer = connection.getresponse()
        token = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())
        cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
    finally:
        connection.close()
    assert token
    assert cookie
    return cookie, token[1]


def test_an_unknown_name_takes_as_long_as_a_wrong_password(
    app: Flask, session: Session, make: Make, clock: Clock
) -> None:
    """Both make a hash, which is most of the time; a try that is turned away makes none."""
    for number in range(ROUNDS // (TRIES - 1) + 1):
        make.counsellor(name=f"known {number}", password_hash=passwords.hashed(PASSWORD))
    session.commit()
    browser = app.test_client()
    taken: dict[str, list[float]] = {"known": [], "nobody": [], "turned away": []}
    for number in range(ROUNDS):
        for kind in ("known", "nobody"):
            name = f"{kind} {number // (TRIES - 1)}"
            taken[kind].append(seconds(browser, name, f"198.51.100.{number}", 401))
    for _ in range(TRIES - ROUNDS % (TRIES - 1)):
        browser.post("/sign-in", data={"name": name, "password": WRONG})
    for number in range(ROUNDS):
        taken["turned away"].append(seconds(browser, name, f"198.51.100.{number}", 429))
    known, nobody, none = (statistics.median(each) for each in taken.values())

    assert 1 / EQUAL < known / nobody < EQUAL, (known, nobody)
    assert none < HASHING * min(known, nobody), (none, known, nobody)


def seconds(browser: FlaskClient, name: str, address: str, status: int) -> float:
    """How long one try with a wrong password took."""
    began = time.perf_counter()
    answer = browser.post(
        "/sign-in",
        data={"name": name, "password": WRONG},
        environ_base={"REMOTE_ADDR": address},
    )
    assert answer.status_code == status
    return time.perf_counter() - began
