"""The desk in a real browser: live, counting, keeping drafts; and without script."""

from datetime import time, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from helpline import cases, conversation
from helpline.cases import Case
from helpline.messaging import segments
from helpline.people import Person
from helpline.pulse import beat
from scheduling import promises
from tests.browser.serving import TOO_WIDE, address, browser, signed_in, violations
from tests.conftest import Clock
from tests.make import NOON, Make

pytestmark = pytest.mark.browser
__all__ = ["address", "browser"]

OPEN_ALL = "document.querySelectorAll('main details').forEach(each => each.open = true)"


@pytest.fixture
def mei(make: Make, session: Session) -> Person:
    make.line()
    mei = make.counsellor(alias="Mei")
    hours = {"start": time(18), "end": time(23, 30), "zone": "Asia/Kuala_Lumpur"}
    promises.promise(session, mei.id, weekday=0, now=NOON, **hours)  # type: ignore[arg-type]  # one dict of both kinds
    session.commit()
    return mei


@pytest.fixture
def mine(make: Make, mei: Person, session: Session) -> Case:
    """A conversation that Mei holds."""
    case = make.case(topic="alone")
    session.commit()
    cases.claim(session, case.id, mei.id, now=NOON)
    conversation.hear(session, case, "I cannot sleep", channel="text", now=NOON)
    session.commit()
    return case


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_axe_finds_nothing_on_any_page_of_the_desk(
    browser: Browser, app: Flask, address: str, mei: Person, mine: Case, make: Make,
    session: Session, width: int, scheme: str,
) -> None:  # fmt: skip
    make.case()
    session.commit()
    case = f"/desk/cases/{mine.id}"
    context = signed_in(
        browser, app, mei.id, address,
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True,
    )  # fmt: skip
    page = context.new_page()
    for path in (
        "/desk", "/desk/waiting", case, f"{case}/hand-over", f"{case}/end", "/desk/end-shift",
        "/desk/hours",
    ):  # fmt: skip
        page.goto(address + path)
        page.evaluate(OPEN_ALL)
        assert (path, violations(page)) == (path, [])
        assert (path, page.evaluate(TOO_WIDE)) == (path, 0)
    context.close()


def test_a_new_message_and_somebody_new_appear_by_themselves_and_typing_is_left_alone(
    browser: Browser, app: Flask, address: str, mei: Person, mine: Case, make: Make,
    session: Session,
) -> None:  # fmt: skip
    context = signed_in(browser, app, mei.id, address, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(f"{address}/desk/cases/{mine.id}")
    page.locator("#text").type("I am")
    session.rollback()  # the page has written since
    conversation.hear(session, mine, "Are you there?", channel="text", now=NOON)
    new = make.case(topic="loss")
    beat(session, "desk:waiting")
    codename = new.seeker.codename
    session.commit()
    expect(page.locator("#talk-list")).to_contain_text("Are you there?", timeout=15000)
    expect(page.locator("#waiting-list")).to_contain_text(codename)
    page.locator("#text").type(" here")
    assert page.locator("#text").input_value() == "I am here"
    assert told == []
    context.close()


def test_a_draft_is_kept_while_one_types(
    browser: Browser, app: Flask, address: str, mei: Person, mine: Case, session: Session
) -> None:
    context = signed_in(browser, app, mei.id, address)
    page = context.new_page()
    page.goto(f"{address}/desk/cases/{mine.id}")
    page.locator("#text").type("Half a thought")
    expect(page.locator("#kept")).to_have_text("Kept as a draft.", timeout=10000)
    session.rollback()
    draft = conversation.draft_of(session, mine, mei.id)
    assert draft is not None
    assert draft.body == "Half a thought"
    page.reload()
    assert page.locator("#text").input_value() == "Half a thought"
    context.close()


def test_texts_are_counted_as_the_server_counts_them(
    browser: Browser, app: Flask, address: str, mei: Person, mine: Case
) -> None:
    context = signed_in(browser, app, mei.id, address)
    page = context.new_page()
    page.goto(f"{address}/desk/cases/{mine.id}")
    for text in (
        "a" * 160, "a" * 161, "€" * 80, "€" * 81, "a" * 152 + "€b" + "c" * 10, "我" * 70, "我" * 71,
        "😀" * 35, "😀" * 36, "a" * 66 + "😀" + "’" * 10, "[x]~^{}\\|", "ñÑ¿¡é\n", "ç",
    ):  # fmt: skip
        found = page.evaluate("text => deskCount(text)", text)
        counted = segments.cost(text)
        assert (text, found["units"], found["parts"]) == (text, counted.units, segments.parts(text))
        assert found["cheap"] == (counted.alphabet == "GSM-7")
    page.locator("#text").fill("a" * 161)
    expect(page.locator("#parts")).to_contain_text("cut into 2 texts")
    expect(page.locator("#cuts li")).to_have_count(2)
    context.close()


def test_a_page_whose_session_is_over_says_so_and_sends_what_was_typed_after_all(
    browser: Browser, app: Flask, address: str, mei: Person, mine: Case, clock: Clock
) -> None:
    context = signed_in(browser, app, mei.id, address)
    page = context.new_page()
    page.goto(f"{address}/desk/cases/{mine.id}")
    page.locator("#text").type("Still with you")
    clock.forward(timedelta(minutes=16))
    expect(page.locator("#signed-out")).to_be_visible(timeout=15000)
    assert page.locator("#text").input_value() == "Still with you"
    page.get_by_role("button", name="Send").click()
    expect(page.locator("input[name=kept]")).to_have_count(1)
    context.close()


def test_without_script_one_takes_somebody_and_answers(
    browser: Browser, app: Flask, address: str, mei: Person, make: Make, session: Session
) -> None:
    case = make.case()
    conversation.hear(session, case, "I cannot sleep", channel="text", now=NOON)
    session.commit()
    context = signed_in(
        browser, app, mei.id, address,
        java_script_enabled=False, viewport={"width": 360, "height": 800},
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"{address}/desk")
    page.get_by_role("link", name="See who waits").click()
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#talk-list")).to_contain_text("I cannot sleep")
    page.get_by_label("Answer as Mei").fill("I am here with you.")
    page.get_by_role("button", name="Count the texts").click()
    expect(page.locator("#parts")).to_contain_text("19 of 160 characters: 1 text.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#talk-list")).to_contain_text("I am here with you.")
    context.close()


def test_the_keyboard_goes_through_the_panes_in_the_order_one_reads(
    browser: Browser, app: Flask, address: str, mei: Person, mine: Case, make: Make,
    session: Session,
) -> None:  # fmt: skip
    make.case()
    session.commit()
    context = signed_in(browser, app, mei.id, address, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/desk/cases/{mine.id}")
    page.evaluate("document.querySelector('#main').focus()")
    seen: list[str] = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.closest('.pane')?.id ?? ''"))
    order = [pane for pane in dict.fromkeys(seen) if pane]
    assert order == ["mine", "waiting", "talk"]
    context.close()
