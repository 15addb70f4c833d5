"""Care by forms and links: the ladder, a rescue call by two, rest after a heavy conversation."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, Debrief, Escalation, Respite, Risk
from helpline.people import Person, Place, Role, Team
from helpline.privacy.audit import AuditEntry
from tests.conftest import Clock
from tests.make import NOON, Make
from tests.operations.on_the_line import shift

SignIn = Callable[[FlaskClient, Person], FlaskClient]


@pytest.fixture
def team(make: Make) -> Team:
    make.line()
    return make.team()


@pytest.fixture
def mei(make: Make, session: Session, team: Team) -> Person:
    return shift(session, make.counsellor(alias="Mei", team=team), "18:00-23:30")


@pytest.fixture
def lin(make: Make, session: Session, team: Team) -> Person:
    lead = make.counsellor(alias="Lin", team=team, place=Place.LEAD, languages=("ja",))
    return shift(session, lead, "18:00-23:30")


@pytest.fixture
def noor(make: Make) -> Person:
    return make.counsellor(alias="Noor", roles=(Role.COORDINATOR,))


@pytest.fixture
def mine(make: Make, mei: Person, session: Session) -> Case:
    case = make.case()
    session.commit()
    cases.claim(session, case.id, mei.id, now=NOON)
    session.commit()
    return case


@pytest.fixture
def come(app: Flask, sign_in: SignIn, session: Session) -> Callable[[Person], FlaskClient]:
    def sign(who: Person) -> FlaskClient:
        session.commit()
        return sign_in(app.test_client(), who)

    return sign


Come = Callable[[Person], FlaskClient]


def risk_of(session: Session, case: Case) -> Risk:
    session.rollback()
    return session.get_one(Case, case.id, populate_existing=True).risk_level


def set_risk(client: FlaskClient, case: Case, risk: str, **more: str) -> str:
    return client.post(f"/desk/cases/{case.id}/risk", data={"risk": risk, **more}).text


# --- the ladder ---


def test_the_plain_questions_of_the_ladder_stand_beside_the_levels(
    come: Come, mei: Person, mine: Case
) -> None:
    page = come(mei).get(f"/desk/cases/{mine.id}").text
    asked = ["think of dying", "have a plan", "at hand", "24 to 48 hours"]
    places = [page.index(words) for words in asked]
    assert places == sorted(places)
    assert "First lower the danger" not in page


def test_imminent_shows_first_how_to_lower_the_danger(come: Come, mei: Person, mine: Case) -> None:
    client = come(mei)
    sent = client.post(f"/desk/cases/{mine.id}/risk", data={"risk": "imminent"})
    assert sent.location == f"/desk/cases/{mine.id}"  # its top, not where one writes
    page = client.get(f"/desk/cases/{mine.id}").text
    assert page.index("First lower the danger") < page.index("propose a rescue call")


def test_lowering_without_a_reason_is_refused_and_keeps_what_was_chosen(
    come: Come, mei: Person, mine: Case, session: Session
) -> None:
    client, case_id = come(mei), mine.id
    set_risk(client, mine, "high")
    page = set_risk(client, mine, "concern")
    assert "Write why, in a few words." in page
    assert re.search(r'value="concern" checked', page)
    assert risk_of(session, mine) is Risk.HIGH
    set_risk(client, mine, "concern", why="The pills are with her mother")
    assert risk_of(session, mine) is Risk.CONCERN
    assert "with her mother" in client.get(f"/desk/cases/{case_id}").text


def test_imminent_danger_is_over_when_the_lead_confirms_it(
    come: Come, mei: Person, lin: Person, noor: Person, mine: Case, session: Session
) -> None:
    desk, lead, chief = come(mei), come(lin), come(noor)
    set_risk(desk, mine, "imminent")
    assert desk.post(f"/desk/cases/{mine.id}/risk", data={
        "risk": "high", "why": "The pills are with her mother"
    }).status_code == 303  # fmt: skip
    page = desk.get(f"/desk/cases/{mine.id}").text
    assert "until a lead or coordinator confirms. They were told." in page
    assert "Mei sees less danger now: High." in page
    assert risk_of(session, mine) is Risk.IMMINENT

    address = f"/coordination/case/{mine.id}/lower"
    for board in (lead.get("/coordination").text, chief.get("/coordination").text):
        assert "Imminent danger that may be over" in board
        assert address in board
        assert "pills" not in board
    assert desk.get(address).status_code == 403
    assert "The pills are with her mother" in lead.get(address).text
    assert lead.post(address, data={}).status_code == 400
    assert lead.post(address, data={"answer": "no"}).status_code == 400
    assert lead.post(address, data={"answer": "yes"}).status_code == 303
    assert risk_of(session, mine) is Risk.HIGH
    assert "may be over" not in lead.get("/coordination").text
    assert "Lin confirmed to you that the danger is less" in desk.get(f"/desk/cases/{mine.id}").text
    assert chief.post(address, data={"answer": "yes"}).status_code == 409
    read = select(AuditEntry).where(AuditEntry.object_kind == "lowering")
    assert {row.actor_id for row in session.scalars(read)} == {lin.id}


# --- a rescue call ---


def propose(client: FlaskClient, case: Case, why: str = "Alone on the roof") -> int:
    set_risk(client, case, "imminent")
    return client.post(f"/desk/cases/{case.id}/rescue", data={"why": why}).status_code


def test_a_rescue_call_is_proposed_on_the_desk_and_confirmed_by_the_lead(
    come: Come, mei: Person, lin: Person, mine: Case, session: Session
) -> None:
    desk, lead = come(mei), come(lin)
    assert propose(desk, mine) == 303
    assert "A lead or coordinator decides" in desk.get(f"/desk/cases/{mine.id}").text

    assert "Rescue calls to decide on" in lead.get("/coordination").text
    page = lead.get(f"/coordination/case/{mine.id}/rescue").text
    assert "Alone on the roof" in page
    done = lead.post(
        f"/coordination/case/{mine.id}/rescue", data={"answer": "yes", "why": "I call"}
    )
    assert done.status_code == 303
    told = desk.get(f"/desk/cases/{mine.id}").text
    assert "Mei and Lin decided on a rescue call." in told
    assert "I call" in told
    assert "Rescue calls to decide on" not in lead.get("/coordination").text
    session.rollback()
    read = select(AuditEntry).where(AuditEntry.object_kind == "rescue")
    assert [(row.act, row.actor_id) for row in session.scalars(read)] == [("read", lin.id)]


def test_a_coordinator_decides_too_and_reads_no_message(
    come: Come, mei: Person, noor: Person, mine: Case
) -> None:
    propose(come(mei), mine)
    chief = come(noor)
    assert chief.get(f"/coordination/case/{mine.id}/rescue").status_code == 200
    assert chief.get(f"/desk/cases/{mine.id}").status_code == 404


def test_a_no_without_a_word_is_asked_again(
    come: Come, mei: Person, lin: Person, mine: Case
) -> None:
    propose(come(mei), mine)
    lead = come(lin)
    address = f"/coordination/case/{mine.id}/rescue"
    assert lead.post(address, data={"answer": "no"}).status_code == 400
    assert lead.post(address, data={}).status_code == 400
    assert lead.post(address, data={"answer": "no", "why": "Call her son"}).status_code == 303


def test_a_proposal_without_words_and_one_for_less_danger_are_refused(
    come: Come, mei: Person, mine: Case
) -> None:
    desk = come(mei)
    address = f"/desk/cases/{mine.id}/rescue"
    assert desk.post(address, data={"why": "because"}).status_code == 409
    assert propose(desk, mine, why=" ") == 400


def test_no_colleague_sees_or_decides_somebody_elses_rescue_call(
    come: Come, make: Make, mei: Person, mine: Case
) -> None:
    other = make.counsellor(team=make.team("Others"), place=Place.LEAD)
    propose(come(mei), mine)
    stranger = come(other)
    address = f"/coordination/case/{mine.id}/rescue"
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, data={"answer": "yes"}).status_code == 404


# --- after a heavy conversation ---


def close_heavy(client: FlaskClient, case: Case, session: Session) -> str:
    set_risk(client, case, "high")
    client.post(f"/desk/cases/{case.id}/close", data={"disposition": "talked"})
    session.rollback()
    return session.scalars(select(Debrief.id).where(Debrief.answered_at.is_(None))).one()


def test_the_desk_asks_how_they_are_and_a_tap_answers(
    come: Come, mei: Person, mine: Case, session: Session
) -> None:
    desk = come(mei)
    debrief_id = close_heavy(desk, mine, session)
    page = desk.get("/desk").text
    assert "That was a lot. Take a breath." in page
    assert "until 20:15 UTC+8" in page
    assert "A longer break: 30 min" in page
    sent = desk.post(f"/desk/debriefs/{debrief_id}", data={"answer": "fine"})
    assert sent.status_code == 303
    assert "That was a lot" not in desk.get("/desk").text


def test_a_longer_break_shows_on_the_desk(
    come: Come, mei: Person, mine: Case, session: Session
) -> None:
    desk = come(mei)
    desk.post(f"/desk/debriefs/{close_heavy(desk, mine, session)}", data={"answer": "rest"})
    assert "Away until 20:30 UTC+8" in desk.get("/desk").text


def test_words_to_the_lead_are_on_no_board_and_read_by_that_lead_only(
    come: Come, make: Make, mei: Person, lin: Person, noor: Person, mine: Case, session: Session
) -> None:
    desk = come(mei)
    debrief_id = close_heavy(desk, mine, session)
    assert "Lin is told" in desk.get(f"/desk/debriefs/{debrief_id}").text
    desk.post(f"/desk/debriefs/{debrief_id}", data={"answer": "talk", "word": "I keep seeing it"})

    lead, chief = come(lin), come(noor)
    for board in (lead.get("/coordination").text, chief.get("/coordination").text):
        assert "Would like to talk" in board
        assert "Mei" in board
        assert "keep seeing" not in board
    address = f"/coordination/talks/{debrief_id}"
    assert "I keep seeing it" in lead.get(address).text
    assert chief.get(address).status_code == 404
    other = come(make.counsellor(team=make.team("Others"), place=Place.LEAD))
    assert other.get(address).status_code == 404
    assert lead.post(address).status_code == 303
    assert "Would like to talk" not in lead.get("/coordination").text


def test_a_coordinator_hears_who_has_no_lead(
    come: Come, make: Make, noor: Person, session: Session
) -> None:
    make.line()
    alone = shift(session, make.counsellor(alias="Bo"), "18:00-23:30")
    case = make.case()
    cases.claim(session, case.id, alone.id, now=NOON)
    desk, chief = come(alone), come(noor)
    debrief_id = close_heavy(desk, case, session)
    assert "You have no lead yet" in desk.get(f"/desk/debriefs/{debrief_id}").text
    desk.post(f"/desk/debriefs/{debrief_id}", data={"answer": "talk", "word": "I keep seeing it"})
    address = f"/coordination/talks/{debrief_id}"
    assert address in chief.get("/coordination").text
    assert "I keep seeing it" in chief.get(address).text
    assert chief.post(address).status_code == 303
    assert "Would like to talk" not in chief.get("/coordination").text


def test_nobody_answers_somebody_elses_question(
    come: Come, make: Make, mei: Person, mine: Case, session: Session
) -> None:
    debrief_id = close_heavy(come(mei), mine, session)
    stranger = come(make.counsellor())
    address = f"/desk/debriefs/{debrief_id}"
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, data={"answer": "fine"}).status_code == 404


# --- urgent and unanswered, silent after a risk ---


def test_an_urgent_case_without_an_answer_stands_on_the_leads_board(
    come: Come, make: Make, mei: Person, lin: Person, session: Session, clock: Clock,
    work: Callable[[], int],
) -> None:  # fmt: skip
    case = make.case(language="my")  # nobody speaks it, and it is of no team yet
    cases.set_risk(session, case, Risk.IMMINENT, by_id=mei.id, now=NOON)
    session.commit()
    work()
    clock.forward(timedelta(minutes=2))
    work()
    lead = come(lin)
    page = lead.get("/coordination").text
    assert "Urgent, and not answered yet" in page
    assert case.seeker.codename in page
    assert lead.get(f"/coordination/case/{case.id}").status_code == 200


def test_a_case_that_went_silent_after_a_risk_asks_for_a_word(
    come: Come, mei: Person, mine: Case, session: Session, clock: Clock
) -> None:
    desk = come(mei)
    set_risk(desk, mine, "imminent")
    session.rollback()
    cases.answered(session, session.get_one(Case, mine.id), mei.id, NOON)
    session.commit()
    assert "Ask how they are" not in desk.get("/desk").text
    clock.forward(timedelta(minutes=121))
    desk = come(mei)
    assert "Ask how they are" in desk.get("/desk").text


# --- the figures ---

FIGURES = {
    "urgent-lead": "1", "urgent-stand_in": "3", "urgent-coordinator": "5",
    "high-lead": "", "high-stand_in": "", "high-coordinator": "",
    "check_in-imminent": "1", "check_in-high": "6", "check_in-concern": "48",
    "rest_minutes": "20", "rest_longer": "40", "rest_long_talk": "90", "rest_most": "2",
    "by_clearance": "1",
}  # fmt: skip


def test_the_figures_are_changed_on_the_settings_page(
    come: Come, noor: Person, session: Session
) -> None:
    chief = come(noor)
    assert chief.post("/coordination/settings/care", data=FIGURES).status_code == 303
    session.rollback()
    assert cases.escalation(session) == Escalation(
        (1, 3, 5), (), {"imminent": 1, "high": 6, "concern": 48}
    )
    assert cases.respite(session) == Respite(20, 40, 90, 2)
    assert cases.by_clearance(session)
    assert 'value="90"' in chief.get("/coordination/settings").text
    changed = select(AuditEntry.object_id).where(AuditEntry.act == "changed")
    assert list(session.scalars(changed)) == ["care"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [("urgent-lead", "9"), ("rest_most", "0"), ("check_in-high", "soon"), ("high-lead", "3")],
)
def test_figures_that_make_no_sense_are_given_back_as_typed(
    come: Come, noor: Person, session: Session, name: str, typed: str
) -> None:
    page = come(noor).post("/coordination/settings/care", data={**FIGURES, name: typed})
    assert page.status_code == 400
    assert f'value="{typed}"' in page.text
    session.rollback()
    assert cases.escalation(session) == Escalation()


# --- nothing rewards speed ---


def test_no_page_ranks_people_or_tells_how_fast_they_are(
    app: Flask, come: Come, make: Make, mei: Person, mine: Case, session: Session
) -> None:
    everything = make.counsellor(
        alias="All", roles=tuple(Role), team=make.team("Theirs"), place=Place.LEAD
    )
    client = come(everything)
    pages = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
        and rule.rule.startswith(("/desk", "/coordination", "/account"))
    ]  # fmt: skip
    assert len(pages) > 8
    ranking = re.compile(r"\b(rank(ing|ed)?|leader ?board|fastest|slowest|top \d|best of)\b", re.I)
    for page in [*pages, f"/coordination/case/{mine.id}", f"/account/staff/{mei.id}"]:
        said = re.sub(r"<[^>]+>", " ", client.get(page).text)
        assert not ranking.search(said), page
