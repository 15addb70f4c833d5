"""The components in a real browser: both frames, both widths, light and dark, both directions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser

from helpline.web import assets, components, language
from helpline.web.frame import CONTENT_SECURITY_POLICY
from tests.browser.serving import TOO_WIDE, browser, served, violations

pytestmark = pytest.mark.browser
__all__ = ["browser"]

ROOT = Path(__file__).parent.parent.parent

TOO_SMALL = """
[...document.querySelectorAll("a,button,summary,select,input,textarea")].filter(e => {
  const box = e.getBoundingClientRect();
  const within = e.matches(".vh") || e.closest("p:not(.row),.state,.tile,li>a:only-child");
  return box.height > 0 && box.height < 44 && !within;
}).map(e => e.outerHTML.slice(0, 100))"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The components page on loopback, with the product's own content security policy."""
    app = Flask("look", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(SECRET_KEY="only for flashed messages")
    app.debug = True
    for door in (assets, language, components):
        door.init_app(app)
    app.add_url_rule("/exit", "exit", lambda: "<!doctype html><title>News</title>Weather")

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    with served(app) as found:
        yield f"{found}/dev/components"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("frame", ["public", "staff"])
def test_axe_finds_nothing_wrong_with_any_component(
    browser: Browser, address: str, frame: str, width: int, scheme: str
) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # for axe's own script; the policy itself is tested below
    )
    page.goto(f"{address}?frame={frame}")
    assert violations(page) == []
    page.close()


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("frame", ["public", "staff"])
def test_every_width_holds_the_page_with_targets_for_a_thumb(
    browser: Browser, address: str, frame: str, direction: str
) -> None:
    page = browser.new_page(bypass_csp=True)
    page.goto(f"{address}?frame={frame}")
    page.evaluate(f"document.documentElement.dir = '{direction}'")
    for width in (320, 360, 768, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert (width, page.evaluate(TOO_WIDE)) == (width, 0)
        assert (width, page.evaluate(TOO_SMALL)) == (width, [])
    page.close()


@pytest.mark.parametrize("frame", ["public", "staff"])
def test_the_strict_policy_stops_nothing_we_use(browser: Browser, address: str, frame: str) -> None:
    page = browser.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(f"{address}?frame={frame}")
    page.wait_for_load_state("networkidle")
    assert told == []
    assert page.evaluate("typeof htmx") == ("object" if frame == "staff" else "undefined")
    page.close()


def test_three_shifts_leave_and_back_does_not_return(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto("about:blank")
    page.goto(f"{address}?frame=public")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/exit")
    page.go_back()
    assert page.url == "about:blank"
    page.close()


def test_shifts_while_writing_capitals_do_not_leave(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}?frame=public")
    page.locator("#text").focus()
    for letter in "HELP":
        page.keyboard.press(f"Shift+{letter}")
    assert "components" in page.url
    page.close()


def test_without_script_the_way_out_is_a_plain_link(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}?frame=public")
    page.get_by_role("link", name="Leave this page").click()
    assert page.url.endswith("/exit")
    context.close()


def test_a_chosen_tile_opens_its_field_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}?frame=public")
    page.get_by_text("On this page").first.click()
    assert not page.locator("#phone").is_visible()
    page.get_by_text("By text message").click()
    assert page.locator("#phone").is_visible()
    context.close()
