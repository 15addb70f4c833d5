"""Pretend phones in a real browser: a text goes out, the answer comes in by itself."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from helpline.worker import run_due
from tests.browser.serving import VIEWS, browser, faults, served, site

pytestmark = pytest.mark.browser
__all__ = ["browser", "site"]


@pytest.fixture
def address(site: Flask) -> Iterator[str]:
    with served(site) as found:
        yield found


def test_a_text_is_sent_by_one_click_and_answered_live(
    browser: Browser, address: str, site: Flask
) -> None:
    page = browser.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(f"{address}/demo/phones")
    penang = page.locator("#phone-penang")
    penang.get_by_role("button", name="Send this").click()
    expect(penang.locator(".bub")).to_have_count(1)
    run_due(site)
    expect(penang.locator("li:not(.me) .bub").first).to_be_visible(timeout=8000)

    penang.get_by_label("Text the line").fill("1")
    run_due(site)
    expect(penang.get_by_label("Text the line")).to_have_value("1")  # a poll takes nothing away
    penang.get_by_label("Text the line").press("Enter")
    expect(penang.locator("li.me .bub")).to_have_count(2)
    expect(page.locator("#phone-wuhan .bub")).to_have_count(0)
    assert told == []
    page.close()


def test_without_script_a_text_is_sent_and_the_link_loads_the_answer(
    browser: Browser, address: str, site: Flask
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/demo/phones")
    penang = page.locator("#phone-penang")
    penang.get_by_label("Text the line").fill("Saya takut")
    penang.get_by_role("button", name=re.compile("^Send ?: A phone")).click()
    assert page.url.endswith("#phone-penang")
    run_due(site)
    page.get_by_role("link", name="Load again").click()
    assert penang.locator(".bub").count() >= 2
    context.close()


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
def test_axe_finds_nothing_wrong_with_the_demonstration(
    browser: Browser, address: str, size: tuple[int, int], scheme: str
) -> None:
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # for axe's own script
    )
    for path in ("/demo", "/demo/phones", "/demo/in/used"):
        page.goto(f"{address}{path}")
        assert (path, faults(page)) == (path, [])
    page.close()
