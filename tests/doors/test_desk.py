"""The desk by forms and links alone: list, take, answer, and what is refused."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from helpline import cases, conversation
from helpline.cases import Case
from helpline.messaging.outbox import OutboxMessage
from helpline.people import ContactFlag, ContactPoint, Person, Role, SafeContact, codes
from helpline.privacy import return_code
from scheduling import promises
from tests.conftest import Clock, RecordingGateway
from tests.make import NOON, Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]


@pytest.fixture
def mei(make: Make, session: Session) -> Person:
    """On shift from 18:00 to midnight in Kuala Lumpur; NOON is 20:00 there."""
    make.line()
    return on_shift(make.counsellor(alias="Mei"), session)


@pytest.fixture
def desk(app: Flask, sign_in: SignIn, mei: Person, session: Session) -> FlaskClient:
    session.commit()
    return sign_in(app.test_client(), mei)


def on_shift(person: Person, session: Session) -> Person:
    promises.promise(
        session,
        person.id,
        weekday=0,
        start=time(18),
        end=time(23, 30),
        zone="Asia/Kuala_Lumpur",
        now=NOON,
    )
    return person


def said(case: Case, session: Session, body: str = "I cannot sleep") -> None:
    conversation.hear(session, case, body, channel="text", now=NOON)


@pytest.fixture
def mine(desk: FlaskClient, make: Make, mei: Person, session: Session) -> Case:
    """A conversation that Mei has just taken."""
    case = make.case()
    session.commit()
    cases.claim(session, case.id, mei.id, now=NOON)
    session.commit()
    return case


def answer(client: FlaskClient, case: Case, text: str, form_key: str = "k" * 26) -> TestResponse:
    typed = {"text": text, "form_key": form_key}
    return client.post(f"/desk/cases/{id_of(case)}/say", data=typed)


def id_of(case: Case) -> str:
    """Without a query, which would keep the test's own session reading."""
    (found,) = inspect(case).identity or ("",)
    return str(found)


def give_code(session: Session, person_id: str) -> str:
    """A return code of theirs, as its words."""
    code = return_code.new()
    codes.keep(session, person_id, codes.FreshCode(code, "!"), now=NOON)
    return return_code.words(code)


def test_an_empty_desk_says_what_to_do_first(desk: FlaskClient) -> None:
    page = desk.get("/desk").text
    assert "Nobody needs you just now" in page
    assert "On until 23:30 UTC+8" in page


def test_somebody_who_waits_is_seen_without_a_word_of_theirs(
    desk: FlaskClient, make: Make, session: Session
) -> None:
    case = make.case(topic="alone")
    said(case, session)
    session.commit()
    page = desk.get("/desk/waiting").text
    assert case.seeker.codename in page
    assert "Being alone" in page
    assert "I cannot sleep" not in page
    assert desk.get(f"/desk/cases/{case.id}").status_code == 404


def test_taking_somebody_opens_the_conversation_and_an_answer_reaches_them(
    desk: FlaskClient,
    make: Make,
    session: Session,
    gateway: RecordingGateway,
    work: Callable[[], int],
    clock: Clock,
) -> None:
    case = make.case(seeker=make.seeker(phone="+60123456789"))
    said(case, session)
    session.commit()
    assert desk.post(f"/desk/cases/{case.id}/claim").status_code == 303
    page = desk.get(f"/desk/cases/{case.id}").text
    assert "I cannot sleep" in page
    assert "3456789" not in page
    assert answer(desk, case, "I am here.").status_code == 303
    work()
    clock.forward(timedelta(minutes=10))  # one at a time goes to a phone: first that Mei answers
    work()
    assert "I am here." in gateway.bodies("+60123456789")
    assert ", sent" in desk.get(f"/desk/cases/{case.id}").text


def test_a_colleague_who_was_slower_is_told_so_on_the_page(
    desk: FlaskClient, make: Make, session: Session
) -> None:
    case = make.case()
    other = make.counsellor(alias="Wei")
    session.commit()
    cases.claim(session, case.id, other.id, now=NOON)
    session.commit()
    late = desk.post(f"/desk/cases/{case.id}/claim")
    assert late.status_code == 409
    assert "Someone else has taken this case" in late.text
    assert desk.get(f"/desk/cases/{case.id}").status_code == 404
    assert answer(desk, case, "Hello").status_code == 404


def test_an_offer_says_until_when_and_may_be_declined(
    desk: FlaskClient, make: Make, mei: Person, session: Session
) -> None:
    make.case()
    session.commit()
    cases.route(session, now=NOON)
    session.commit()
    page = desk.get("/desk").text
    assert "Yours to take until 20:05 UTC+8" in page
    session.rollback()
    (offer,) = cases.open_offers(session, counsellor_id=mei.id)
    offer_id = offer.id
    session.rollback()
    assert desk.post(f"/desk/offers/{offer_id}/decline").status_code == 303
    assert "Yours to take" not in desk.get("/desk").text
    assert desk.post(f"/desk/offers/{offer_id[::-1]}/decline").status_code == 404


def test_the_same_form_sent_twice_is_one_message(
    desk: FlaskClient, mine: Case, session: Session
) -> None:
    answer(desk, mine, "One", form_key="a" * 26)
    answer(desk, mine, "One", form_key="a" * 26)
    session.rollback()  # to see what the door did
    bodies = [each.body for each in conversation.thread(session, mine)]
    assert bodies == ["One"]


def test_a_message_with_the_return_code_is_refused_and_its_words_are_kept(
    desk: FlaskClient, mine: Case, session: Session
) -> None:
    code = give_code(session, mine.seeker_id)
    session.commit()
    refused = answer(desk, mine, f"Your code is {code}, keep it")
    assert refused.status_code == 400
    assert "holds a return code" in refused.text
    assert code in refused.text
    assert code in desk.get(f"/desk/cases/{mine.id}").text  # as the draft


def test_a_draft_survives_signing_out(
    desk: FlaskClient, mine: Case, mei: Person, sign_in: SignIn
) -> None:
    kept = desk.post(f"/desk/cases/{mine.id}/draft", data={"text": "Half a thought"})
    assert kept.status_code == 204
    desk.post("/sign-out")
    assert desk.get(f"/desk/cases/{mine.id}").status_code == 302
    sign_in(desk, mei)
    assert "Half a thought" in desk.get(f"/desk/cases/{mine.id}").text


def test_without_script_a_button_tells_how_a_long_text_is_cut_and_what_it_costs(
    desk: FlaskClient, mine: Case
) -> None:
    counted = desk.post(f"/desk/cases/{mine.id}/count", data={"text": "a" * 161})
    assert "161 characters: it is cut into 2 texts and costs as much." in counted.text
    assert f'<li dir="auto">{"a" * 153}</li>' in counted.text


def test_a_form_that_was_open_too_long_comes_back_with_its_words(
    desk: FlaskClient, mine: Case
) -> None:
    late = desk.post(
        f"/desk/cases/{mine.id}/say",
        data={"text": "What I typed"},
        form_token=False,
    )
    assert late.status_code == 400
    assert "What I typed" in late.text


def test_texts_that_are_stopped_are_told_and_not_sent(
    desk: FlaskClient, mine: Case, session: Session
) -> None:
    session.execute(
        update(ContactPoint)
        .where(ContactPoint.person_id == mine.seeker_id)
        .values(opted_out_at=NOON)
    )
    session.commit()
    assert "sent STOP" in desk.get(f"/desk/cases/{mine.id}").text
    refused = answer(desk, mine, "Are you there?")
    assert refused.status_code == 409
    assert "Texts to this person are stopped" in refused.text
    assert "Are you there?" in refused.text


def test_outside_the_safe_hours_the_page_says_until_when_an_answer_is_held(
    desk: FlaskClient, mine: Case, session: Session
) -> None:
    safe = session.get_one(SafeContact, mine.seeker_id)
    safe.safe_from, safe.safe_until = time(21), time(23)
    session.commit()
    page = desk.get(f"/desk/cases/{mine.id}").text
    assert "Texts are safe 21:00 to 23:00 there only" in page
    assert "21:00 UTC+8" in page


def test_a_private_note_and_the_risk_are_kept_by_a_human(
    desk: FlaskClient, mine: Case, session: Session
) -> None:
    desk.post(f"/desk/cases/{mine.id}/notes", data={"note": "Ask about the cough"})
    desk.post(f"/desk/cases/{mine.id}/risk", data={"risk": "high"})
    page = desk.get(f"/desk/cases/{mine.id}").text
    assert "Ask about the cough" in page
    assert "You set the risk: high" in page
    assert desk.post(f"/desk/cases/{mine.id}/risk", data={"risk": "mad"}).status_code == 400
    session.rollback()  # to see what the door did
    assert session.get_one(Case, mine.id).urgency == 2


def test_a_warm_handover_is_read_first_and_then_taken(
    app: Flask, desk: FlaskClient, mine: Case, make: Make, session: Session, sign_in: SignIn
) -> None:
    wei = on_shift(make.counsellor(alias="Wei"), session)
    said(mine, session)
    session.commit()
    asked = desk.post(
        f"/desk/cases/{mine.id}/hand-over",
        data={"to": wei.id, "how": "warm", "note": "Walks help her."},
    )
    assert asked.status_code == 303
    theirs = sign_in(app.test_client(), wei)
    assert "Mei asks you to take over" in theirs.get("/desk").text
    read = theirs.get(f"/desk/cases/{mine.id}").text
    assert "Walks help her." in read
    assert "I cannot sleep" in read
    assert answer(theirs, mine, "Me?").status_code == 404
    session.rollback()
    (handover,) = cases.proposed_to(session, wei.id)
    handover_id = handover.id
    session.rollback()
    assert theirs.post(f"/desk/handovers/{handover_id}/take").status_code == 303
    assert desk.get(f"/desk/cases/{mine.id}").status_code == 404
    assert "Note from Mei" in theirs.get(f"/desk/cases/{mine.id}").text


def test_a_handover_needs_a_note_and_loses_nothing_when_it_is_missing(
    desk: FlaskClient, mine: Case
) -> None:
    assert "The line" in desk.get(f"/desk/cases/{mine.id}/hand-over").text
    missing = desk.post(f"/desk/cases/{mine.id}/hand-over", data={"to": "line", "how": "cold"})
    assert missing.status_code == 400
    assert 'value="line" checked' in missing.text
    back = {"to": "line", "how": "cold", "note": "No hurry."}
    assert desk.post(f"/desk/cases/{mine.id}/hand-over", data=back).status_code == 303
    assert "You have no conversation" in desk.get("/desk").text


def test_one_tap_says_how_it_ended_and_for_a_day_it_may_be_opened_again(
    desk: FlaskClient, mine: Case, clock: Clock, session: Session, mei: Person, sign_in: SignIn
) -> None:
    desk.post(f"/desk/cases/{mine.id}/wrap-up")
    assert "How did it end?" in desk.get(f"/desk/cases/{mine.id}").text
    assert desk.post(f"/desk/cases/{mine.id}/close", data={"disposition": ""}).status_code == 400
    closed = desk.post(f"/desk/cases/{mine.id}/close", data={"disposition": "talked"})
    assert closed.status_code == 303
    assert "Open it again" in desk.get(f"/desk/cases/{mine.id}").text
    clock.forward(timedelta(hours=25))
    sign_in(desk, mei)
    assert "Open it again" not in desk.get(f"/desk/cases/{mine.id}").text
    assert desk.post(f"/desk/cases/{mine.id}/reopen").status_code == 404
    clock.forward(timedelta(days=28))
    sign_in(desk, mei)
    assert desk.get(f"/desk/cases/{mine.id}").status_code == 404


def test_ending_abuse_asks_first_needs_a_reason_and_still_sends_the_numbers(
    desk: FlaskClient, mine: Case, session: Session
) -> None:
    asks = desk.get(f"/desk/cases/{mine.id}/end").text
    assert "crisis numbers" in asks
    without = desk.post(f"/desk/cases/{mine.id}/end", data={"reason": "", "days": "7"})
    assert without.status_code == 400
    forever = {"reason": "Threats", "days": "3650"}
    assert desk.post(f"/desk/cases/{mine.id}/end", data=forever).status_code == 400
    desk.post(f"/desk/cases/{mine.id}/end", data={"reason": "Threats", "days": "7"})
    session.rollback()
    (flag,) = session.scalars(select(ContactFlag)).all()
    assert flag.until == NOON + timedelta(days=7)
    kinds = session.scalars(select(OutboxMessage.kind)).all()
    assert "ended" in kinds


def test_only_those_who_answer_have_a_desk(
    app: Flask, make: Make, session: Session, sign_in: SignIn
) -> None:
    auditor = make.counsellor(alias="Sam", roles=(Role.AUDITOR,))
    session.commit()
    assert sign_in(app.test_client(), auditor).get("/desk").status_code == 403


def test_a_conversation_that_went_to_somebody_else_gives_back_what_was_typed(
    desk: FlaskClient, mine: Case, make: Make, session: Session
) -> None:
    wei = make.counsellor(alias="Wei")
    session.commit()
    cases.assign(session, mine.id, wei.id, wei.id, now=NOON)
    session.commit()
    late = answer(desk, mine, "My long and careful words")
    assert late.status_code == 404
    assert "My long and careful words" in late.text
    assert mine.seeker.codename not in late.text


def test_a_draft_that_arrives_after_its_message_does_not_come_back(
    desk: FlaskClient, mine: Case
) -> None:
    answer(desk, mine, "Said already", form_key="a" * 26)
    late = {"text": "Said already", "form_key": "a" * 26}
    assert desk.post(f"/desk/cases/{mine.id}/draft", data=late).status_code == 204
    assert "Said already</textarea>" not in desk.get(f"/desk/cases/{mine.id}").text
