"""The main job, whole, as two people live it: a text in Malay becomes a conversation."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from helpline.worker import run_due
from tests.browser.serving import browser, served, site

pytestmark = pytest.mark.browser
__all__ = ["browser", "site"]

DIGITS = re.compile(r"\+?60111000071|111000071")


def texted(page: Page, site: Flask, words: str) -> None:
    phone = page.locator("#phone-penang")
    sent = phone.locator("li.me .bub").count()
    phone.get_by_label("Text the line").fill(words)
    phone.get_by_label("Text the line").press("Enter")
    expect(phone.locator("li.me .bub")).to_have_count(sent + 1)
    run_due(site)


def test_a_text_in_malay_becomes_a_conversation_and_neither_sees_a_number(
    browser: Browser, site: Flask
) -> None:
    with served(site) as address:
        asking = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        asking.goto(f"{address}/demo/phones")
        for words in ("Saya takut dan tak boleh tidur", "1", "1", "pisang", "Mawar"):
            texted(asking, site, words)
        answering = browser.new_context(viewport={"width": 360, "height": 800}).new_page()
        answering.goto(f"{address}/demo")
        answering.get_by_role("button", name=re.compile("Sign in ?: Aisyah")).click()
        expect(answering).to_have_url(re.compile("/desk"))
        answering.get_by_role("button", name=re.compile("^Take it")).first.click()
        expect(answering.get_by_text("Saya takut dan tak boleh tidur").first).to_be_visible()
        run_due(site)

        answering.get_by_label(re.compile("^Answer as")).fill("Saya di sini. Apa yang berat?")
        answering.get_by_role("button", name="Send").click()
        expect(answering.locator(".me .bub").last).to_have_text("Saya di sini. Apa yang berat?")
        run_due(site)
        phone = asking.locator("#phone-penang")
        expect(phone.locator("li:not(.me) .bub").last).to_have_text(
            "Saya di sini. Apa yang berat?", timeout=10_000
        )

        texted(asking, site, "Mak saya batuk sepanjang malam")
        expect(answering.locator("li:not(.me) .bub").last).to_have_text(
            "Mak saya batuk sepanjang malam", timeout=15_000
        )
        for page in (asking, answering):
            assert not DIGITS.search(page.content()), page.url
            page.context.close()
