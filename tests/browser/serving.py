"""A whole demonstration on loopback for a browser, with its worker's work done on demand."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

AXE = Path(__file__).parent / "axe.min.js"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = ((360, 800), (1440, 900))
SCHEMES = ("light", "dark")
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


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds wrong, and how much the page is too wide."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")
    wrong = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
    wide = page.evaluate(TOO_WIDE)
    return [*wrong, *([("too wide", [str(wide)])] if wide else [])]
