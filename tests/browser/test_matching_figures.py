"""The figures of matching in a real browser: changed after a look at yesterday; axe clean."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases.tuning import tuned
from helpline.people import Person
from tests.browser.serving import VIEWS, address, browser, faults
from tests.browser.test_coordination import noor, signed_in
from tests.doors.test_matching_page import decided_yesterday
from tests.make import NOON, Make

pytestmark = pytest.mark.browser
__all__ = ["address", "browser", "noor"]


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
def test_a_figure_is_changed_after_a_look_at_what_would_have_differed(
    browser: Browser,
    app: Flask,
    address: str,
    session: Session,
    make: Make,
    noor: Person,
    size: tuple[int, int],
    scheme: str,
) -> None:
    decided_yesterday(session, make)
    viewport = {"width": size[0], "height": size[1]}
    context = signed_in(
        browser, app, address, session, noor, viewport=viewport, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(f"{address}/coordination")
    page.get_by_role("link", name="Matching").click()
    assert faults(page) == []
    page.get_by_label("Somebody fluent instead of native").fill("many")
    page.get_by_role("button", name="See what would differ").click()
    expect(page.locator("#problems")).to_contain_text("write a number from 0 to 100")
    assert faults(page) == []
    page.get_by_label("Somebody fluent instead of native").fill("60")
    page.get_by_role("button", name="See what would differ").click()
    expect(page.locator("main")).to_contain_text("1 would have been another")
    assert faults(page) == []
    page.get_by_role("button", name="Keep these figures").click()
    expect(page.locator("#said")).to_contain_text("1 figure changed")
    session.rollback()
    assert tuned(session).parameters.fluent == 60
    context.close()


def test_the_board_leads_to_why_nobody_got_it(
    browser: Browser, app: Flask, address: str, session: Session, make: Make, noor: Person
) -> None:
    make.counsellor(alias="Htet", languages=("my",), zone="Asia/Yangon")
    make.case(language="my", waiting_since=NOON - timedelta(hours=2))
    cases.route(session, now=NOON)
    session.commit()
    context = signed_in(
        browser, app, address, session, noor, viewport={"width": 360, "height": 800}
    )
    page = context.new_page()
    page.goto(f"{address}/coordination")
    page.get_by_role("link", name="nobody yet: why?").click()
    expect(page.locator("#why")).to_contain_text("Ask Htet (18:30 there)")
    assert faults(page) == []
    context.close()
