"""What tests in a real browser share: the browser, an address on loopback, somebody signed in.

A test file imports the fixtures that it needs: `browser`, `address` of the whole product, or
`site`, the demonstration at 20:00 in Kuala Lumpur, whose worker's work is done on demand.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from os import environ
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from helpline import demo
from helpline.app import create_app
from helpline.config import Config
from helpline.db import db, transaction
from helpline.people import sessions
from helpline.web import cookies, csrf
from tests.conftest import Clock
from tests.make import NOON

AXE = Path(__file__).parent / "axe.min.js"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = ((360, 800), (1440, 900))
SCHEMES = ("light", "dark")
# Every page is judged narrow and light, and wide and dark: colours do not depend on the width, and
# the page of all components is judged in each combination (`test_look`).
VIEWS = tuple(zip(SIZES, SCHEMES, strict=True))
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@contextmanager
def served(site: Flask) -> Iterator[str]:
    """The address of an application that answers on a free port."""
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    path = environ.get("TEST_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as found:
        yield found


@pytest.fixture
def site(config: Config, clock: Clock, session: Session) -> Iterator[Flask]:
    """The demonstration at 20:00 in Kuala Lumpur, where Aisyah is on."""
    demo.load(session, sender="+60155500100", now=NOON)
    session.commit()
    bare = replace(config, twilio_account_sid="", twilio_auth_token="", twilio_from="")
    made = create_app(bare, now=clock)
    yield made
    with made.app_context():
        db.engine.dispose()


def signed_in(
    browser: Browser, app: Flask, person_id: str, address: str, **more: object
) -> BrowserContext:
    """A browser in which somebody is signed in, without the form; `more` is the context's."""
    with app.app_context():
        with transaction() as session:
            token = sessions.open_session(session, person_id, device="", now=NOON)
        name = cookies.name(csrf.STAFF_COOKIE)
    context = browser.new_context(**more)  # type: ignore[arg-type]  # handed on
    context.add_cookies([{"name": name, "value": token, "url": address}])
    return context


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds wrong."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds wrong, and how much the page is too wide."""
    wrong = violations(page)
    wide = page.evaluate(TOO_WIDE)
    return [*wrong, *([("too wide", [str(wide)])] if wide else [])]
