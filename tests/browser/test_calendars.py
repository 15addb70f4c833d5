"""The pages of calendar links in a real browser, at both widths, light and dark."""

from datetime import time

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from scheduling import promises
from tests.browser.serving import VIEWS, address, browser, faults, signed_in
from tests.make import NOON, Make

pytestmark = pytest.mark.browser
__all__ = ["address", "browser"]


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
def test_a_link_is_made_read_and_withdrawn(
    browser: Browser,
    app: Flask,
    address: str,
    session: Session,
    make: Make,
    size: tuple[int, int],
    scheme: str,
) -> None:
    mei = make.counsellor(alias="Mei", team=make.team("Harbour"))
    hours = {"start": time(18), "end": time(22), "zone": "UTC", "now": NOON}
    promises.promise(session, mei.id, weekday=2, **hours)  # type: ignore[arg-type]  # of one kind each
    session.commit()
    viewport = {"width": size[0], "height": size[1]}
    more = {"viewport": viewport, "color_scheme": scheme, "bypass_csp": True}  # axe is a script
    context = signed_in(browser, app, mei.id, address, **more)
    page = context.new_page()
    page.goto(f"{address}/desk/hours")
    page.get_by_role("link", name="Show my hours in my own calendar").click()
    assert faults(page) == []
    page.get_by_label("Where will you use it?").fill("My phone")
    page.get_by_role("button", name="Make the link").click()
    assert faults(page) == []
    token = page.get_by_label("Link", exact=True).input_value().rpartition("/")[2]
    assert app.test_client().get(f"/feeds/{token}").status_code == 200
    page.get_by_role("link", name="Back to my links").click()
    expect(page.get_by_role("heading", name="My phone")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Withdraw it").click()

    expect(page.get_by_text("That link finds nothing any more.")).to_be_visible()
    assert app.test_client().get(f"/feeds/{token}").status_code == 404
    context.close()
