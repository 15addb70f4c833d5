"""An offer calls whoever has the desk open: by a tone, a notification, and the page's title."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from helpline import cases
from helpline.people import Person
from scheduling import promises
from tests.browser.serving import address, browser, signed_in
from tests.make import NOON, Make

pytestmark = pytest.mark.browser
__all__ = ["address", "browser"]

# The browser's own parts, which write down what the page asks of them. A page that plays or shows
# something leaves no other trace that could be read.
LISTENING = """
window.heard = { tones: 0, notes: [] };
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.heard.tones += 1;
  return start.apply(this, when);
};
window.Notification = class extends EventTarget {
  static permission = "PERMISSION";
  static async requestPermission() {
    return (Notification.permission = "granted");
  }
  constructor(words, more) {
    super();
    window.heard.notes.push([words, more?.body ?? ""]);
  }
};
"""
AWAY = "Object.defineProperty(document, 'hidden', { get: () => true })"
Desk = Callable[..., Page]


@pytest.fixture
def mei(make: Make, session: Session) -> Person:
    make.line()
    mei = make.counsellor(alias="Mei")
    hours = {"start": time(18), "end": time(23, 30), "zone": "Asia/Kuala_Lumpur"}
    promises.promise(session, mei.id, weekday=0, now=NOON, **hours)  # type: ignore[arg-type]  # one dict of both kinds
    session.commit()
    return mei


@pytest.fixture
def desk(browser: Browser, app: Flask, address: str, mei: Person) -> Desk:
    def open_desk(permission: str = "granted", *, hidden: bool = False) -> Page:
        context = signed_in(browser, app, mei.id, address)
        context.add_init_script(LISTENING.replace("PERMISSION", permission))
        if hidden:
            context.add_init_script(AWAY)
        page = context.new_page()
        page.goto(f"{address}/desk")
        page.locator("#mine-list").click(
            position={"x": 2, "y": 2}
        )  # a browser lets a page sound only after a touch
        return page

    return open_desk


def offer(session: Session, make: Make) -> None:
    """Somebody comes into the line, and Mei is asked."""
    session.rollback()
    make.case(waiting_since=NOON - timedelta(minutes=1))
    cases.route(session, now=NOON)
    session.commit()


def arrived(page: Page) -> None:
    expect(page.locator("#mine-list")).to_contain_text("is offered to you", timeout=15_000)


def test_an_offer_sounds_and_stands_in_the_title(desk: Desk, session: Session, make: Make) -> None:
    page = desk()
    assert page.evaluate("heard.tones") == 0
    offer(session, make)
    arrived(page)

    assert page.evaluate("heard.tones") == 1
    assert page.title().startswith("(1) ")
    assert page.evaluate("heard.notes") == [], "it is being looked at"
    page.context.close()


def test_who_wants_no_sound_hears_none(
    desk: Desk, session: Session, make: Make, mei: Person
) -> None:
    from helpline.people import Account

    session.get_one(Account, mei.id).notice_sound = False
    session.commit()
    page = desk()
    offer(session, make)
    arrived(page)

    assert page.evaluate("heard.tones") == 0
    assert page.title().startswith("(1) ")
    page.context.close()


def test_a_desk_in_the_background_shows_a_notification_in_neutral_words(
    desk: Desk, session: Session, make: Make
) -> None:
    page = desk(hidden=True)
    offer(session, make)
    arrived(page)

    assert page.evaluate("heard.notes") == [["Something is waiting", ""]]
    page.context.close()


@pytest.mark.parametrize("permission", ["default", "denied"])
def test_without_leave_no_notification_is_shown(
    desk: Desk, session: Session, make: Make, permission: str
) -> None:
    page = desk(permission, hidden=True)
    offer(session, make)
    arrived(page)

    assert page.evaluate("heard.notes") == []
    page.context.close()


def test_leave_is_asked_for_by_a_button_and_only_where_it_was_not_given_yet(
    desk: Desk, session: Session, make: Make
) -> None:
    page = desk("default", hidden=True)
    ask = page.get_by_role("button", name="Tell me when something waits")
    expect(ask).to_be_visible()
    ask.click()
    expect(ask).to_be_hidden()
    offer(session, make)
    arrived(page)
    assert len(page.evaluate("heard.notes")) == 1
    page.context.close()

    for permission in ("granted", "denied"):
        page = desk(permission)
        expect(page.get_by_role("button", name="Tell me when something waits")).to_be_hidden()
        page.context.close()
