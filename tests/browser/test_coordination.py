"""The coordinator's pages in a real browser: live, at both widths, light and dark."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, expect
from sqlalchemy.orm import Session

from helpline import alerts, cases, conversation
from helpline.cases import Case, CaseState
from helpline.people import HowToReach, Person, Role, sessions
from helpline.web import cookies, csrf
from tests.browser.serving import VIEWS, address, browser, faults
from tests.doors.test_coordination import on_shift
from tests.make import NOON, Make

pytestmark = pytest.mark.browser
__all__ = ["address", "browser"]


@pytest.fixture
def noor(session: Session, make: Make) -> Person:
    return make.counsellor(alias="Noor", roles=(Role.COORDINATOR, Role.REVIEWER))


@pytest.fixture
def busy(session: Session, make: Make) -> tuple[Case, Case]:
    """One who waits too long, one in review; somebody on, somebody in a conversation."""
    make.line()
    team = make.team("Harbour")
    mei = make.counsellor(alias="Mei", languages=("en", "ms"), team=team)
    bo = make.counsellor(alias="Bo", languages=("ja",))
    on_shift(session, mei, bo)
    waiting = make.case(language="ms", urgency=2, waiting_since=NOON - timedelta(minutes=26))
    cases.route(session, now=NOON)
    make.case(state=CaseState.ACTIVE, counsellor_id=mei.id)
    unread = make.case(state=CaseState.IN_REVIEW, attention_at=NOON)
    conversation.hear(session, unread, "Nobody here is awake.", channel="web", now=NOON)
    alerts.raise_alert(session, "attention", waiting.id, now=NOON)
    session.commit()
    return waiting, unread


def signed_in(
    browser: Browser, app: Flask, address: str, session: Session, person: Person, **more: object
) -> BrowserContext:
    """A browser in which somebody is signed in, without the form."""
    token = sessions.open_session(session, person.id, device="Chrome, Linux", now=NOON)
    session.commit()
    context = browser.new_context(bypass_csp=True, **more)  # type: ignore[arg-type]  # viewport and scheme; axe needs its script
    with app.app_context():
        name = cookies.name(csrf.STAFF_COOKIE)
    context.add_cookies([{"name": name, "value": token, "url": address}])
    return context


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
def test_axe_finds_nothing_wrong_with_any_page_of_coordination(
    browser: Browser,
    app: Flask,
    address: str,
    session: Session,
    noor: Person,
    busy: tuple[Case, Case],
    size: tuple[int, int],
    scheme: str,
) -> None:
    waiting, unread = busy
    viewport = {"width": size[0], "height": size[1]}
    context = signed_in(
        browser, app, address, session, noor, viewport=viewport, color_scheme=scheme
    )
    page = context.new_page()
    for path in (
        "/coordination",
        f"/coordination/case/{waiting.id}",
        "/coordination/review",
        f"/coordination/review/{unread.id}",
        "/coordination/settings",
        "/coordination/languages",
        "/coordination/languages/ar",
    ):
        page.goto(f"{address}{path}")
        assert (path, faults(page)) == (path, [])
    context.close()


def test_who_comes_into_the_line_appears_by_itself(
    browser: Browser, app: Flask, address: str, session: Session, noor: Person, make: Make
) -> None:
    context = signed_in(browser, app, address, session, noor)
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(f"{address}/coordination")
    expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    seeker = make.seeker()
    case = cases.open_case(session, seeker, how=HowToReach.WEB, language="en", now=NOON)
    cases.enter_line(session, case, now=NOON)
    session.commit()

    expect(page.get_by_role("link", name=seeker.codename, exact=True)).to_be_visible(timeout=12_000)
    assert told == []
    context.close()


def test_a_case_is_given_away_without_script(
    browser: Browser,
    app: Flask,
    address: str,
    session: Session,
    noor: Person,
    busy: tuple[Case, Case],
) -> None:
    waiting, _ = busy
    context = signed_in(browser, app, address, session, noor, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/coordination/case/{waiting.id}")
    page.get_by_label(re.compile("^Mei")).check()
    page.get_by_role("button", name="Give it").click()
    expect(page.get_by_text("Mei has it now, and was told.")).to_be_visible()
    session.rollback()
    session.refresh(waiting)
    assert waiting.state is CaseState.ACTIVE
    context.close()
