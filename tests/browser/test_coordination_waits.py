"""The page about waits in a real browser: at both widths, light and dark, with and without rows."""

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from helpline.cases import CaseState
from helpline.cases.wait_fit import refit
from helpline.demo import waits
from helpline.people import Person
from tests.browser.serving import VIEWS, faults
from tests.browser.test_coordination import address, browser, noor, signed_in
from tests.make import NOON, Make

__all__ = ["address", "browser", "noor"]  # fixtures
pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
def test_axe_finds_nothing_wrong_with_the_page_about_waits(
    browser: Browser,
    app: Flask,
    address: str,
    session: Session,
    noor: Person,
    make: Make,
    size: tuple[int, int],
    scheme: str,
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    context = signed_in(
        browser, app, address, session, noor, viewport=viewport, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(f"{address}/coordination/waiting")
    assert faults(page) == []
    for language in waits.HOW_MANY:
        make.case(state=CaseState.CLOSED, language=language)
    waits.write(session, now=NOON)
    refit(session, {}, NOON)
    session.commit()
    page.goto(f"{address}/coordination/waiting")
    assert faults(page) == []
    context.close()
