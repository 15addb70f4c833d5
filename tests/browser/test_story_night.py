"""One Burmese text at 03:00 on a Saturday, from the first word to a promise that was kept."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import demo
from helpline.app import create_app
from helpline.cases import ChoiceState, WaitChoice
from helpline.config import Config
from helpline.db import db
from helpline.instance import Line
from helpline.worker import run_due
from tests.browser.serving import chromium, served
from tests.conftest import Clock

pytestmark = pytest.mark.browser

NIGHT = datetime(2026, 4, 10, 20, 30, tzinfo=UTC)  # Saturday 03:00 in Yangon
COMES_ON = datetime(2026, 4, 10, 22, 0, tzinfo=UTC)  # Ko Min in Tokyo at 07:00; 04:30 in Yangon
WORDS = "ကျွန်မ အိပ်မရဘူး အရမ်းကြောက်တယ်"
ANSWER = "ကျွန်တော် ဒီမှာ ရှိပါတယ်။"
PICTURES = os.environ.get("PICTURES", "")  # a folder for them, to look at


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def site(config: Config, clock: Clock, session: Session) -> Iterator[Flask]:
    """The demonstration in that night: nobody who speaks Burmese is on until 04:30 there."""
    demo.load(session, sender="+60155500100", now=NIGHT)
    session.scalars(select(Line)).one().languages = "en,ms,zh-Hans,my"
    session.commit()
    clock.moment = NIGHT
    bare = replace(config, twilio_account_sid="", twilio_auth_token="", twilio_from="")
    made = create_app(bare, now=clock)
    yield made
    with made.app_context():
        db.engine.dispose()


def texted(page: Page, site: Flask, words: str) -> None:
    phone = page.locator("#phone-yangon")
    sent = phone.locator("li.me .bub").count()
    phone.get_by_label("Text the line").fill(words)
    phone.get_by_label("Text the line").press("Enter")
    expect(phone.locator("li.me .bub")).to_have_count(sent + 1)
    run_due(site)


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_a_burmese_text_in_the_night_ends_in_a_kept_promise(
    browser: Browser, site: Flask, clock: Clock, session: Session
) -> None:
    with served(site) as address:
        asking = browser.new_context(viewport={"width": 360, "height": 800}).new_page()
        asking.goto(f"{address}/demo/phones")
        for words in (WORDS, "၁", "၂", "၂", "၂"):
            texted(asking, site, words)
        heard = asking.locator("#phone-yangon li:not(.me) .bub")
        expect(heard.last).to_contain_text("1 ", timeout=10_000)
        expect(heard.last).to_contain_text("04:30")
        picture(asking, "night-menu")

        texted(asking, site, "၁")
        expect(heard.last).to_contain_text("04:30")
        said = heard.count()

        clock.moment = COMES_ON
        run_due(site)
        answering = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        answering.goto(f"{address}/demo")
        answering.get_by_role("button", name=re.compile("Sign in ?: Ko Min")).click()
        expect(answering).to_have_url(re.compile("/desk"))
        picture(answering, "night-offer")
        answering.get_by_role("button", name=re.compile("^Take it")).first.click()
        expect(answering.get_by_text(WORDS).first).to_be_visible()
        run_due(site)
        clock.forward(timedelta(minutes=1))
        answering.get_by_label(re.compile("^Answer as")).fill(ANSWER)
        answering.get_by_role("button", name="Send", exact=True).click()
        expect(answering.locator(".me .bub").last).to_have_text(ANSWER)
        run_due(site)
        expect(heard.last).to_have_text(ANSWER, timeout=10_000)
        assert heard.count() > said
        picture(asking, "night-answer")

    choice = session.scalars(select(WaitChoice)).one()
    assert (choice.state, choice.promised_at) == (ChoiceState.KEPT, COMES_ON)
    for page in (asking, answering):
        page.context.close()


def asked_on_the_web(page: Page, address: str) -> None:
    """The form in their language, to its end; every step is sent by its one button."""
    page.goto(f"{address}/ask")
    for _ in range(4):
        if page.locator("select[name=zone]").count():
            page.locator("select[name=zone]").select_option("Asia/Yangon")
            page.locator("input[name=how][value=web]").check()
        if page.locator("textarea").count():
            page.locator("textarea").first.fill(WORDS)
        if page.locator("input[name=agree]").count():
            page.locator("input[name=agree]").check()
        page.locator("main form button.btn.fill").last.click()
    page.goto(f"{address}/talk")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_asked_on_the_page_in_the_night_the_choice_is_kept_too(
    browser: Browser, site: Flask, clock: Clock, session: Session, script: bool
) -> None:
    clock.moment = COMES_ON - timedelta(minutes=10)  # a page is not open for ninety minutes
    with served(site) as address:
        context = browser.new_context(
            viewport={"width": 360, "height": 740}, java_script_enabled=script, locale="my-MM"
        )
        asking = context.new_page()
        asked_on_the_web(asking, address)
        run_due(site)
        asking.goto(f"{address}/talk")
        expect(asking.locator("#live")).to_contain_text("04:30")
        asking.locator("#ways input[value=wait]").check()
        asking.locator("#ways button").click()
        expect(asking.locator("#chosen")).to_contain_text("04:30")
        expect(asking.locator("#ways")).to_have_count(0)
        picture(asking, f"night-web-{script}")

        clock.moment = COMES_ON
        run_due(site)
        answering = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        answering.goto(f"{address}/demo")
        answering.get_by_role("button", name=re.compile("Sign in ?: Ko Min")).click()
        answering.get_by_role("button", name=re.compile("^Take it")).first.click()
        expect(answering.get_by_text(WORDS).first).to_be_visible()
        answering.get_by_label(re.compile("^Answer as")).fill(ANSWER)
        answering.get_by_role("button", name="Send", exact=True).click()
        expect(answering.locator(".me .bub").last).to_have_text(ANSWER)
        if not script:
            asking.goto(f"{address}/talk")
        expect(asking.locator("#live")).to_contain_text(ANSWER, timeout=20_000)
        for page in (asking, answering):
            page.context.close()

    choice = session.scalars(select(WaitChoice)).one()
    assert (choice.state, choice.promised_at) == (ChoiceState.KEPT, COMES_ON)


def test_a_page_left_open_too_long_shows_no_old_place_but_asks_for_the_code(
    browser: Browser, site: Flask, clock: Clock
) -> None:
    with served(site) as address:
        page = browser.new_context(locale="my-MM").new_page()
        asked_on_the_web(page, address)
        expect(page.locator("#live")).to_be_visible()
        clock.forward(timedelta(minutes=31))
        expect(page).to_have_url(re.compile("/return"), timeout=15_000)
        expect(page.get_by_text(WORDS)).to_have_count(0)
        page.context.close()
