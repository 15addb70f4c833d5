"""The figures of matching: read, tried on yesterday, changed; and why nobody got a case."""

import re
from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import tuning
from helpline.cases.standing import LEARNED, MATCHING
from helpline.cases.tuning import FIGURES
from helpline.instance import set_setting
from helpline.matching import Asked, Demand, Excluded, Parameters, learn
from helpline.matching.costs import KindParts, PersonParts
from helpline.matching.priority import missed
from helpline.people import Level, Person, PersonLanguage, Role
from helpline.web.coordination import why as why_page
from helpline.web.coordination import words
from helpline.web.coordination.figures import GROUP, MEANING, UNIT
from scheduling import promises
from tests.conftest import Clock
from tests.make import NOON, Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
HOUR = timedelta(hours=1)


def on_shift(session: Session, *people: Person) -> None:
    """Mondays 18:00 to 22:00 in Kuala Lumpur; NOON is Monday 20:00 there."""
    for person in people:
        promises.promise(
            session,
            person.id,
            weekday=0,
            start=time(18),
            end=time(22),
            zone="Asia/Kuala_Lumpur",
            first_on=NOON.date() - timedelta(days=30),
            now=NOON,
        )


@pytest.fixture
def coordinator(app: Flask, session: Session, make: Make, sign_in: SignIn) -> FlaskClient:
    person = make.counsellor(alias="Noor", roles=(Role.COORDINATOR,))
    session.commit()
    return sign_in(app.test_client(), person)


def mark(page: str) -> str:
    found = re.search(r'name="mark" value="(\w+)"', page)
    assert found
    return found[1]


def decided_yesterday(session: Session, make: Make) -> None:
    """Mei, fluent and rested, was asked instead of Ana, native, who carries two."""
    mei, ana = (make.counsellor(alias=alias) for alias in ("Mei", "Ana"))
    session.get_one(PersonLanguage, (ana.id, "en")).level = Level.NATIVE
    on_shift(session, mei, ana)
    for _ in range(2):
        cases.claim(session, make.case().id, ana.id, now=NOON - 3 * HOUR)
    make.case(waiting_since=NOON - HOUR)
    set_setting(session, MATCHING, {"one_more": 6})
    cases.route(session, now=NOON - HOUR)
    session.commit()


def test_every_figure_has_its_words_and_nothing_else_has() -> None:
    assert set(MEANING) == {each.name for each in FIGURES}
    assert {each.unit for each in FIGURES} <= set(UNIT)
    assert {each.group for each in FIGURES} == set(GROUP)


def test_every_figure_is_shown_with_its_range_and_what_holds_now(
    coordinator: FlaskClient,
) -> None:
    page = coordinator.get("/coordination/matching").text
    assert all(f'name="{each.name}"' in page for each in FIGURES)
    assert f"0 to 100 points; {Parameters().fluent:g} at first" in page
    assert re.search(r'name="text_stands_1"[^>]*value="60"', page)


def test_a_change_is_tried_on_yesterday_and_changes_nothing_yet(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    decided_yesterday(session, make)
    page = coordinator.post("/coordination/matching", data={"fluent": "60"}).text
    assert re.search(r"Quiet Heron \d+.*English.*Mei.*Ana.*how well they speak it", page, re.DOTALL)
    assert "1 would have been another" in page
    session.rollback()
    assert tuning.tuned(session).parameters.fluent == Parameters().fluent


def test_what_was_looked_at_is_kept_and_told_with_the_name_of_who_changed_it(
    coordinator: FlaskClient, session: Session
) -> None:
    page = coordinator.post("/coordination/matching", data={"fluent": "60", "night": "0,5"}).text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    answer = coordinator.post("/coordination/matching/keep", data=fields, follow_redirects=True)
    assert "2 figures changed" in answer.text
    assert f"Noor changed it from {Parameters().fluent:g}" in answer.text
    session.rollback()
    by = tuning.tuned(session).parameters
    assert (by.fluent, by.night) == (60, 0.5)


@pytest.mark.parametrize("typed", ["ten", "1e9", "nan", "", "-1"])
def test_what_is_no_figure_is_told_and_everything_typed_stays(
    coordinator: FlaskClient, session: Session, typed: str
) -> None:
    sent = {"fluent": typed, "night": "12"}
    answer = coordinator.post("/coordination/matching", data=sent)
    assert answer.status_code == 400
    assert "write a number from 0 to 100" in answer.text
    assert re.search(r'name="night"[^>]*value="12"', answer.text)
    assert not typed or re.search(rf'name="fluent"[^>]*value="{typed}"', answer.text)
    assert coordinator.post("/coordination/matching/keep", data=sent).status_code == 400
    session.rollback()
    assert tuning.changes(session) == {}


def test_nothing_different_is_told(coordinator: FlaskClient) -> None:
    answer = coordinator.post("/coordination/matching", data={"fluent": f"{Parameters().fluent:g}"})
    assert (answer.status_code, "Change a figure first" in answer.text) == (400, True)


def test_a_colleague_who_changed_a_figure_meanwhile_is_not_overwritten(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    page = coordinator.post("/coordination/matching", data={"fluent": "60"}).text
    tuning.set_parameters(session, {"night": 1}, make.counsellor().id, NOON)
    session.commit()
    sent = {"fluent": "60", "mark": mark(page)}
    answer = coordinator.post("/coordination/matching/keep", data=sent, follow_redirects=True)
    assert "changed a figure meanwhile" in answer.text
    session.rollback()
    assert tuning.tuned(session).parameters.fluent == Parameters().fluent


def test_what_was_learned_is_shown(coordinator: FlaskClient, session: Session) -> None:
    log = [Asked(NOON - timedelta(hours=1), 2, Demand("my"))]
    learned = {"at": NOON.isoformat(), "prices": learn(log, 1).to_data()}
    set_setting(session, LEARNED, learned)
    session.commit()
    page = coordinator.get("/coordination/matching").text
    shown = f"{missed(2, Parameters()) / 3:.2f}"
    assert re.search(rf"Burmese.*Tue, 7 Apr, 18:00.*{re.escape(shown)}", page, re.DOTALL)


# --- why did nobody get this? ---


def test_every_rule_has_its_words() -> None:
    codes = {each.value for each in Excluded}
    assert codes <= set(words.LEFT_OUT)
    assert codes <= set(why_page.LEFT_OUT)


def test_every_part_of_a_cost_has_its_words() -> None:
    assert {*KindParts._fields, *PersonParts._fields, "scarcity", "continuity"} == set(words.PART)


def why(page: str) -> str:
    """The words of that section."""
    found = re.search(r'<section[^>]*id="why".*?</section>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_why_nobody_got_it_says_who_was_left_out_and_by_what(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    mei, ana, jun = (make.counsellor(alias=alias) for alias in ("Mei", "Ana", "Jun"))
    session.get_one(PersonLanguage, (jun.id, "en")).tag = "ja"
    on_shift(session, mei, ana, jun)
    case = make.case()
    cases.pause(session, mei.id, now=NOON)
    cases.pause(session, ana.id, now=NOON)
    cases.route(session, now=NOON)
    session.commit()
    told = why(coordinator.get(f"/coordination/case/{case.id}").text)
    assert "2 people on shift: pausing" in told
    assert "Ana" in told
    assert "1 person on shift: not enough of the language" in told
    assert "Nobody has been asked yet" in told


def test_why_nobody_got_it_says_what_was_tried(
    coordinator: FlaskClient, session: Session, make: Make, clock: Clock
) -> None:
    mei, ana = (make.counsellor(alias=alias) for alias in ("Mei", "Ana"))
    on_shift(session, mei, ana)
    case = make.case()
    cases.route(session, now=NOON)
    (first,) = cases.open_offers(session)
    cases.decline_offer(session, first.id, first.counsellor_id, now=NOON)
    cases.route(session, now=NOON)
    cases.route(session, now=NOON + timedelta(minutes=6))
    session.commit()
    clock.forward(timedelta(minutes=6))
    told = why(coordinator.get(f"/coordination/case/{case.id}").text)
    assert "2 people were asked: 1 declined, 1 did not react" in told
    assert "Coordinators were told" in told


def test_why_nobody_got_it_says_what_would_help_now(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    awake = make.counsellor(alias="Htet", languages=("my",), zone="Asia/Yangon")
    make.counsellor(alias="Zin", languages=("my",), zone="America/Mexico_City")  # 06:00 there
    promises.promise(
        session, awake.id, weekday=1, start=time(9), end=time(11), zone="Asia/Yangon", now=NOON
    )
    case = make.case(language="my", gender_wish="")
    cases.route(session, now=NOON)
    session.commit()
    told = why(coordinator.get(f"/coordination/case/{case.id}").text)
    assert "Htet" in told
    assert "18:30" in told
    assert "Zin" not in told
    assert "Tue, 7 Apr, 10:30" in told  # 09:00 in Yangon, on the coordinator's clock


def test_why_nobody_got_it_says_what_the_person_chose(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    case = make.case(gender_wish="woman", accepts="ms", not_before=NOON + HOUR)
    cases.route(session, now=NOON)
    session.commit()
    told = why(coordinator.get(f"/coordination/case/{case.id}").text)
    assert "a woman" in told
    assert "Malay" in told
    assert "21:00" in told


def test_who_waits_and_who_is_overdue_lead_to_the_reasons(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    case = make.case(urgency=1, waiting_since=NOON - HOUR)
    session.commit()
    page = coordinator.get("/coordination").text
    assert page.count(f'href="/coordination/case/{case.id}#why"') == 2


def test_a_case_that_somebody_has_needs_no_reasons(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    mei = make.counsellor(alias="Mei")
    case = cases.claim(session, make.case().id, mei.id, now=NOON)
    session.commit()
    assert 'id="why"' not in coordinator.get(f"/coordination/case/{case.id}").text
