"""A person asking, in a real browser: the whole way without script, back from another device."""

import contextlib
from collections.abc import Callable, Iterator
from os import environ

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case
from helpline.conversation import say
from helpline.i18n import offered
from tests.browser.serving import TOO_WIDE, browser, faults, served
from tests.make import NOON, Make

pytestmark = pytest.mark.browser

__all__ = ["browser"]
SHOTS = environ.get("TEST_SCREENSHOTS")  # a folder to look at the pages with one's own eyes
WORDS = "I have not slept since they closed our street."


@pytest.fixture
def address(app: Flask, make: Make) -> Iterator[str]:
    """The whole product on loopback, with a line that has a number."""
    make.line(number="+60320000000", languages=",".join(one.tag for one in offered()))
    make.session.commit()
    with served(app) as found:
        yield found


@pytest.fixture
def plain(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without script."""
    context = browser.new_context(java_script_enabled=False)
    yield context
    context.close()


@pytest.fixture
def scripted(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def _went_back(page: Page) -> bool:
    """One step back in the history, as far as it goes. A form's page is one that the browser does
    not keep (ERR_CACHE_MISS): it asks whether to send the form again."""
    before = page.url
    with contextlib.suppress(Error):
        page.go_back()
    return page.url != before or page.url.startswith("chrome-error")


def _shown(page: Page) -> str:
    page.wait_for_load_state()
    return page.locator("body").inner_text(timeout=15_000)


def _ask(page: Page, address: str) -> str:
    """From the first page to the code; the six words."""
    page.goto(address)
    page.get_by_role("link", name="Write to us").click()
    page.get_by_text("Yes", exact=True).click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("What is on your mind?").fill(WORDS)
    page.get_by_text("being alone").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("On this page").first.click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Yes, keep what I wrote").check(force=True)
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("link", name="I have kept it")).to_be_visible(timeout=15_000)
    return page.locator(".code").first.inner_text()


def _answer(session: Session, make: Make, words: str) -> None:
    """A counsellor takes the case and answers."""
    case = session.scalars(select(Case)).one()
    if case.counsellor_id is None:
        counsellor = make.counsellor(alias="Aisyah")
        session.commit()
        case = cases.claim(session, case.id, counsellor.id, now=NOON)
    session.refresh(case)
    assert case.counsellor_id
    say(session, case, case.counsellor_id, words, now=NOON, form_key=words)
    session.commit()


def test_without_script_from_the_first_page_to_an_answer_and_back_from_another_device(
    plain: BrowserContext, browser: Browser, address: str, session: Session, make: Make
) -> None:
    page = plain.new_page()
    code = _ask(page, address)
    assert len(code.split()) == 6
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_text("You are number 1 of 1 in line")).to_be_visible(timeout=15_000)
    _answer(session, make, "I am glad you wrote.")
    page.get_by_role("link", name="Look for new messages").click()
    expect(page.get_by_text("I am glad you wrote.")).to_be_visible(timeout=15_000)
    page.get_by_label("Your message").fill("Thank you.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you.")).to_be_visible(timeout=15_000)
    elsewhere = browser.new_context(java_script_enabled=False)
    other = elsewhere.new_page()
    other.goto(f"{address}/return")
    other.get_by_label("Your code").fill(code.upper())
    other.get_by_role("button", name="Open my messages").click()
    expect(other.get_by_text(WORDS)).to_be_visible(timeout=15_000)
    expect(other.get_by_text("Thank you.")).to_be_visible(timeout=15_000)
    elsewhere.close()


def test_an_open_page_notices_an_answer_and_leaves_alone_what_is_typed(
    scripted: BrowserContext, address: str, session: Session, make: Make
) -> None:
    page = scripted.new_page()
    _ask(page, address)
    page.get_by_role("link", name="I have kept it").click()
    page.get_by_label("Your message").fill("While I am typing")
    _answer(session, make, "I am glad you wrote.")
    page.get_by_text("I am glad you wrote.").wait_for(timeout=15_000)
    page.get_by_text("There is something new above.").wait_for()
    assert page.get_by_label("Your message").input_value() == "While I am typing"
    assert page.title() == "Page"


@pytest.mark.parametrize("script", [False, True])
def test_after_leaving_nothing_is_behind_back_and_nothing_is_stored(
    browser: Browser, address: str, script: bool
) -> None:
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    _ask(page, address)
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_text(WORDS)).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="Leave this page").click()
    page.wait_for_url("**/clock")
    assert context.cookies() == []
    if script:
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    for _ in range(8):
        if not _went_back(page):
            break
        assert WORDS not in _shown(page)
        page.reload()  # sends a form again, as somebody would who says yes to the browser
        assert WORDS not in _shown(page)
    context.close()


def test_a_change_of_language_in_the_middle_keeps_what_was_typed(
    plain: BrowserContext, address: str
) -> None:
    page = plain.new_page()
    page.goto(f"{address}/ask")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("What is on your mind?").fill(WORDS)
    page.locator(".lang summary").click()
    page.get_by_role("button", name="Bahasa Melayu").click()
    expect(page.locator("html")).to_have_attribute("lang", "ms")
    expect(page.locator("#words")).to_have_value(WORDS)


def _pages(page: Page, address: str) -> Iterator[str]:
    """Every page of a person asking, one after the other; the name of each."""
    for path in ("", "return", "privacy", "crisis", "clock"):
        page.goto(f"{address}/{path}")
        yield path or "front"
    page.goto(f"{address}/ask")
    for step in (1, 2, 3):
        yield f"ask-{step}"
        if step == 3:
            page.locator("label[for=how-text]").click()
            page.locator("#phone").fill("12")
            page.locator("form#ask button:not([name])").click()
            yield "ask-3-wrong"
            page.locator("label[for=how-web]").click()
        if step == 2:
            page.locator("#words").fill(WORDS)
        page.locator("form#ask button:not([name])").click()
    yield "ask-4"
    page.locator("label[for=agree]").click()
    page.locator("form#ask button:not([name])").click()
    yield "code"
    for path in ("talk", "talk/reach", "talk/join", "talk/leave", "talk/erase"):
        page.goto(f"{address}/{path}")
        yield path.replace("/", "-")
    page.goto(f"{address}/talk/join")
    page.locator("label[for=agree]").click()
    page.locator("main form button").click()
    yield "talk-join-number"


@pytest.mark.parametrize(
    ("language", "judged"), [("en", (360, 1440)), ("ar", (360, 1440)), ("my", (360,))]
)
def test_axe_finds_nothing_wrong_with_any_page(
    browser: Browser, address: str, language: str, judged: tuple[int, ...]
) -> None:
    """On a phone and on a desk: in English, from right to left, and in tall letters."""
    context = browser.new_context(locale=language, bypass_csp=True)
    page = context.new_page()
    found = []
    for name in _pages(page, address):
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            if width in judged:
                found += [(name, width, *one) for one in faults(page)]
            elif page.evaluate(TOO_WIDE):
                found.append((name, width, "too wide", []))
            _keep_shot(page, f"{name}-{language}-{width}")
    context.close()
    assert found == []


@pytest.mark.parametrize("language", ["ms", "zh-Hans", "es", "fil", "hi", "ta", "ja"])
def test_the_longest_words_of_every_language_fit_into_a_narrow_phone(
    browser: Browser, address: str, language: str
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700}, locale=language)
    page = context.new_page()
    wide = []
    for path in ("", "crisis", "return", "privacy", "ask"):
        page.goto(f"{address}/{path}")
        assert page.locator("html").get_attribute("lang") == language
        if page.evaluate(TOO_WIDE):
            wide.append(path)
        _keep_shot(page, f"narrow-{path or 'front'}-{language}")
    context.close()
    assert wide == []


def test_a_conversation_from_right_to_left_without_script(
    browser: Browser, address: str, session: Session, make: Make
) -> None:
    """In Arabic from the first page to an answer; each bubble keeps the direction of its words."""
    context = browser.new_context(java_script_enabled=False, locale="ar")
    page = context.new_page()
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.locator("main a.btn[href='/ask']").click()
    page.locator("select#language").select_option("ar")
    for step in range(1, 5):
        if step == 2:
            page.locator("#words").fill("لم أنم منذ أيام 3 (ثلاثة)")
        if step == 4:
            page.locator("label[for=agree]").click()
        page.locator("form#ask button:not([name])").click()
    page.locator("main a[href='/talk']").click()
    _answer(session, make, "I am glad you wrote, +60 3-2935 9935.")
    page.goto(f"{address}/talk")
    theirs, ours = page.locator(".bub").nth(0), page.locator(".bub").nth(1)
    expect(theirs).to_have_text("لم أنم منذ أيام 3 (ثلاثة)", timeout=15_000)
    expect(ours).to_have_text("I am glad you wrote, +60 3-2935 9935.")
    own, other = theirs.bounding_box(), ours.bounding_box()
    assert own
    assert other
    assert own["x"] < other["x"], "mine at the end of the line: on the left"
    page.locator("#text").fill("شكرًا")
    page.locator("form.say button").click()
    expect(page.locator(".bub").nth(2)).to_have_text("شكرًا", timeout=15_000)
    assert session.scalars(select(Case.language)).all() == ["ar"]
    context.close()


def _keep_shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_the_policy_stops_nothing_and_nothing_comes_from_elsewhere(
    scripted: BrowserContext, address: str, work: Callable[[], int]
) -> None:
    page = scripted.new_page()
    told: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    _ask(page, address)
    page.get_by_role("link", name="I have kept it").click()
    page.wait_for_load_state("networkidle")
    assert told == []
    assert [url for url in asked if not url.startswith(address)] == []
