"""Care in a real browser: every page of it at both widths, light and dark; rest without script."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, Debrief, Risk
from helpline.people import Person, Place
from tests.browser.serving import VIEWS, address, browser, faults
from tests.browser.test_coordination import signed_in
from tests.make import NOON, Make
from tests.operations.on_the_line import shift

pytestmark = pytest.mark.browser
__all__ = ["address", "browser"]


@pytest.fixture
def people(session: Session, make: Make) -> Mapping[str, Person]:
    """Mei talks with somebody in imminent danger and has just ended a heavy conversation; Bo, too,
    and would like to talk; Lin leads them."""
    make.line()
    team = make.team("Harbour")
    mei = shift(session, make.counsellor(alias="Mei", team=team), "18:00-23:00")
    bo = shift(session, make.counsellor(alias="Bo", team=team), "18:00-23:00")
    lin = make.counsellor(alias="Lin", team=team, place=Place.LEAD, languages=("ja",))
    shift(session, lin, "18:00-23:00")
    danger = make.case(language="en")
    cases.claim(session, danger.id, mei.id, now=NOON)
    cases.set_risk(session, danger, Risk.IMMINENT, by_id=mei.id, now=NOON)
    cases.propose_rescue(session, danger, mei.id, "Alone by the river, he said", now=NOON)
    second = make.case(language="en")
    cases.claim(session, second.id, mei.id, now=NOON)
    cases.set_risk(session, second, Risk.IMMINENT, by_id=mei.id, now=NOON)
    cases.set_risk(session, second, Risk.HIGH, by_id=mei.id, now=NOON, why="He is with friends")
    make.case(language="en", urgency=1, waiting_since=NOON - timedelta(minutes=5))
    for who in (mei, bo):
        ended_heavily(session, make, who)
    asked = cases.open_debrief(session, bo.id, NOON)
    assert asked is not None
    cases.answer_debrief(session, asked.id, bo.id, "talk", word="I keep seeing it", now=NOON)
    cases.HANDLERS["case_watch"](session, {}, NOON)
    session.commit()
    return {"Mei": mei, "Bo": bo, "Lin": lin}


def ended_heavily(session: Session, make: Make, who: Person) -> None:
    case = make.case()
    cases.claim(session, case.id, who.id, now=NOON)
    cases.set_risk(session, case, Risk.HIGH, by_id=who.id, now=NOON)
    cases.close(session, case, who.id, disposition="talked", now=NOON)


def pages_of(session: Session, people: Mapping[str, Person]) -> Mapping[str, list[str]]:
    """By who looks at them."""
    (danger,) = (case.id for case, _at in cases.open_rescues(session))
    (second,) = (case.id for case, _at in cases.open_lowerings(session))
    resting = cases.open_debrief(session, people["Mei"].id, NOON)
    (wish,) = cases.want_to_talk(session)
    assert isinstance(resting, Debrief)
    return {
        "Mei": [
            "/desk",
            f"/desk/cases/{danger}#risk-box",
            f"/desk/cases/{danger}/rescue",
            f"/desk/cases/{second}",
            f"/desk/debriefs/{resting.id}",
            "/account/matching",
        ],
        "Lin": [
            "/coordination",
            f"/coordination/case/{danger}/rescue",
            f"/coordination/case/{second}/lower",
            f"/coordination/talks/{wish.id}",
            f"/account/staff/{people['Mei'].id}",
        ],
    }


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
def test_axe_finds_nothing_wrong_with_any_page_of_care(
    browser: Browser,
    app: Flask,
    address: str,
    session: Session,
    people: Mapping[str, Person],
    size: tuple[int, int],
    scheme: str,
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    for name, paths in pages_of(session, people).items():
        context = signed_in(
            browser, app, address, session, people[name], viewport=viewport, color_scheme=scheme
        )
        page = context.new_page()
        for path in paths:
            page.goto(f"{address}{path}")
            if path.endswith("#risk-box"):
                page.locator("#risk-box summary").click()
            assert (path, faults(page)) == (path, [])
        context.close()


def test_somebody_rests_and_comes_back_without_script(
    browser: Browser, app: Flask, address: str, session: Session, people: Mapping[str, Person]
) -> None:
    context = signed_in(browser, app, address, session, people["Mei"], java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/desk")
    expect(page.get_by_role("heading", name="That was a lot. Take a breath.")).to_be_visible()
    page.get_by_role("button", name="A longer break: 30 min").click()
    expect(page.get_by_text("Nobody is offered to you until your break is over.")).to_be_visible()
    mine = page.get_by_role("region", name="Mine")
    mine.get_by_role("button", name="I am back").click()
    expect(page.get_by_text("On until 23:00 UTC+8", exact=True)).to_be_visible()
    context.close()


def test_danger_is_lowered_with_a_reason_and_by_two_without_script(
    browser: Browser, app: Flask, address: str, session: Session, people: Mapping[str, Person]
) -> None:
    ((danger, _at),) = cases.open_rescues(session)
    context = signed_in(browser, app, address, session, people["Mei"], java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/desk/cases/{danger.id}")
    page.locator("#risk-box summary").click()
    page.get_by_label("High").check()
    page.get_by_role("button", name="Set the risk").click()
    expect(page.get_by_text("Write why, in a few words.")).to_be_visible()
    page.get_by_label("Why?").fill("His brother came")
    page.get_by_role("button", name="Set the risk").click()
    expect(page.get_by_text("Mei sees less danger now: High.")).to_be_visible()
    context.close()

    session.rollback()
    context = signed_in(browser, app, address, session, people["Lin"], java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/coordination")
    page.locator(f'#lowerings a[href="/coordination/case/{danger.id}/lower"]').click()
    expect(page.get_by_text("His brother came")).to_be_visible()
    page.get_by_label("Yes, the danger is less now").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("It is decided, and your colleague was told.")).to_be_visible()
    session.rollback()
    assert session.get_one(Case, danger.id, populate_existing=True).risk_level is Risk.HIGH
    context.close()


def test_from_right_to_left_words_keep_their_order_and_figures_their_labels(
    browser: Browser, app: Flask, address: str, session: Session, people: Mapping[str, Person]
) -> None:
    people["Lin"].language = "ar"
    session.commit()
    context = signed_in(browser, app, address, session, people["Lin"])
    page = context.new_page()
    page.goto(f"{address}/coordination")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    cell = page.get_by_role("cell", name="of 3").first
    assert cell.evaluate("cell => getComputedStyle(cell).unicodeBidi") == "plaintext"
    cut = page.evaluate(
        """() => [...document.querySelectorAll("svg.heat text")].filter(label =>
            label.getBoundingClientRect().left <
            label.ownerSVGElement.getBoundingClientRect().left - 1).length"""
    )
    assert cut == 0
    assert faults(page) == []
    context.close()
