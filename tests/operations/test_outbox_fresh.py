"""What a night held is looked at again in the morning: what is untrue by then is not said."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState
from helpline.conversation import Dialog, say
from helpline.messaging import outbox
from helpline.messaging.notice import Notice
from helpline.messaging.outbox import OutboxMessage, claiming
from helpline.people import ContactPoint, HowToReach, Person, SafeContact
from tests.conftest import Clock, RecordingGateway
from tests.make import NOON, Make
from tests.operations.on_the_line import HOUR, MINUTE, shift

Work = Callable[[], int]
PHONE = "+60120000001"
LATE = NOON + 3 * HOUR  # 23:00 in Kuala Lumpur
MORNING = NOON + 12 * HOUR + MINUTE  # 08:01


@pytest.fixture
def seeker(make: Make) -> Person:
    return make.seeker(phone=PHONE)  # last heard from at NOON


def _claimed(session: Session, make: Make, seeker: Person, clock: Clock) -> tuple[Case, Person]:
    """Claimed at 23:00, three hours after the person last wrote: the text is held."""
    aisyah = make.counsellor(alias="Aisyah", load_cap=9)
    case = make.case(seeker=seeker)
    clock.moment = LATE
    cases.claim(session, case.id, aisyah.id, now=LATE)
    session.commit()
    return case, aisyah


def _in_the_morning(session: Session, work: Work, clock: Clock) -> None:
    session.commit()
    for minute in range(2):  # one text per phone is on its way at a time
        clock.moment = MORNING + minute * MINUTE
        work()


def _post(session: Session, seeker: Person, kind: str, case: Case, **more: str) -> None:
    notice = Notice(seeker.id, kind, {"emergency": "999", **more}, case_id=case.id)
    outbox.post(session, notice, now=LATE)


def test_who_was_answered_and_thanked_at_night_does_not_read_in_the_morning_that_somebody_answers(
    session: Session,
    make: Make,
    seeker: Person,
    gateway: RecordingGateway,
    work: Work,
    clock: Clock,
) -> None:
    case, aisyah = _claimed(session, make, seeker, clock)
    work()
    assert gateway.bodies(PHONE) == []
    say(session, case, aisyah.id, "I am here", now=LATE + MINUTE, form_key="one")
    session.commit()
    clock.forward(2 * MINUTE)
    work()
    cases.close(session, case, aisyah.id, disposition="talked", now=clock())
    _in_the_morning(session, work, clock)

    reply, thanks = gateway.bodies(PHONE)
    assert (reply, thanks[:9]) == ("I am here", "Thank you")


def test_who_claims_while_the_phone_is_in_their_hand_is_announced_at_once(
    session: Session,
    make: Make,
    seeker: Person,
    gateway: RecordingGateway,
    work: Work,
    clock: Clock,
) -> None:
    session.scalars(select(ContactPoint)).one().heard_at = LATE - 14 * MINUTE
    _claimed(session, make, seeker, clock)
    work()
    (told,) = gateway.bodies(PHONE)
    assert "Aisyah" in told


def test_somebody_only_on_the_web_is_not_texted_who_answers(
    session: Session, make: Make, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    """A number they left for a neutral word that there is an answer gets nothing else."""
    seeker = make.seeker(phone=None, how=HowToReach.WEB)
    make.phone(seeker, PHONE, heard_at=None, country="MY")
    session.get_one(SafeContact, seeker.id).notify_when_answered = "text"
    case = make.case(seeker=seeker, how=HowToReach.WEB)
    cases.route(session, now=NOON)  # nobody is on
    cases.claim(session, case.id, make.counsellor().id, now=NOON)
    session.commit()
    work()
    assert gateway.bodies(PHONE) == []


def test_a_held_announcement_still_goes_while_it_is_true(
    session: Session,
    make: Make,
    seeker: Person,
    gateway: RecordingGateway,
    work: Work,
    clock: Clock,
) -> None:
    shift(session, make.counsellor(), "07:00-22:00", weekday=1)
    _claimed(session, make, seeker, clock)
    # Her shift is over, but the watch has not run: she still holds it.
    _deliver_only(session, clock)
    clock.moment = MORNING
    assert _deliver_only(session, clock) == ["claimed"]


def _deliver_only(session: Session, clock: Clock) -> list[str]:
    """What the outbox would let go now, without a worker's jobs."""
    usual = {"gateway": "recording", "pace": claiming.USUAL, "limit": 16, "now": clock()}
    while claiming.claim(session, **usual).seen:  # type: ignore[arg-type]  # as named above
        session.flush()
    going = select(OutboxMessage.kind).where(OutboxMessage.state == "sending")
    found = list(session.scalars(going))
    session.commit()
    return found


@pytest.mark.parametrize("kind", ["claimed", "new_counsellor"])
def test_who_goes_on_with_them_is_not_said_of_whoever_gave_it_on(
    session: Session, make: Make, seeker: Person, clock: Clock, kind: str
) -> None:
    case, aisyah = _claimed(session, make, seeker, clock)
    if kind == "new_counsellor":
        other = make.counsellor(alias="Ana")
        cases.hand_over(session, case, aisyah.id, to_id=other.id, warm=False, note="", now=LATE)
    to = make.counsellor(alias="Siti")
    cases.assign(session, case.id, to.id, to.id, now=LATE + MINUTE)
    clock.moment = MORNING
    session.commit()
    _deliver_only(session, clock)
    said = session.scalars(select(OutboxMessage).where(OutboxMessage.state == "sending"))
    assert ["Siti" in each.facts for each in said if each.facts] == [True]


def test_a_conversation_that_somebody_took_meanwhile_does_not_go_on_with_somebody_soon(
    session: Session, make: Make, seeker: Person, clock: Clock
) -> None:
    case, aisyah = _claimed(session, make, seeker, clock)
    cases.hand_over(session, case, aisyah.id, to_id=None, warm=False, note="n", now=LATE)
    cases.claim(session, case.id, make.counsellor().id, now=LATE + 2 * MINUTE)
    session.commit()
    clock.moment = MORNING
    assert _deliver_only(session, clock) == ["claimed"]  # of the one who has it now


def test_the_hour_is_told_as_it_is_when_the_text_leaves(
    session: Session, make: Make, seeker: Person, clock: Clock
) -> None:
    case = make.case(seeker=seeker)
    _post(session, seeker, "nobody_on", case, when="long ago")
    shift(session, make.counsellor(), "10:00-12:00", weekday=1)
    session.commit()
    clock.moment = MORNING
    assert _deliver_only(session, clock) == ["nobody_on"]
    (words,) = (each.words for each in session.scalars(select(OutboxMessage)))
    assert "10:00" in (words or "")
    assert "long ago" not in (words or "")


@pytest.mark.parametrize("kind", ["nobody_on", "nobody_known"])
@pytest.mark.parametrize("why", ["somebody_is_on", "left_the_line"])
def test_that_nobody_is_on_is_not_said_when_it_is_not_so(
    session: Session, make: Make, seeker: Person, clock: Clock, kind: str, why: str
) -> None:
    case = make.case(seeker=seeker)
    _post(session, seeker, kind, case, when="08:00")
    if why == "somebody_is_on":
        shift(session, make.counsellor(), "07:00-12:00", weekday=1)
    else:
        cases.leave_line(session, case, now=LATE, silently=True)
    session.commit()
    clock.moment = MORNING
    assert _deliver_only(session, clock) == []


def test_goodbye_is_not_said_when_it_goes_on(
    session: Session, make: Make, seeker: Person, clock: Clock
) -> None:
    case, aisyah = _claimed(session, make, seeker, clock)
    cases.close(session, case, aisyah.id, disposition="talked", now=LATE)
    cases.reopen(session, case, now=LATE + MINUTE)
    session.commit()
    clock.moment = MORNING
    assert "closing" not in _deliver_only(session, clock)


@pytest.mark.parametrize("kind", ["place", "place_and_wait"])
def test_a_place_in_line_is_told_as_it_is_and_only_while_they_stand_in_it(
    session: Session, make: Make, seeker: Person, clock: Clock, app: object, kind: str
) -> None:
    mei = shift(session, make.counsellor(), "07:00-12:00", weekday=1)
    case, other = make.case(seeker=seeker), make.seeker()
    gone = make.case(seeker=other)
    facts = {"place": "7", "low": "1 minute", "high": "2 minutes"}
    _post(session, seeker, kind, case, **facts)
    _post(session, other, kind, gone, **facts)
    cases.claim(session, gone.id, mei.id, now=LATE)
    session.commit()
    clock.moment = MORNING
    assert _deliver_only(session, clock).count("place") == 1
    row = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "place"))
    assert any("number 1 in line" in (each.words or "") for each in row)


@pytest.mark.parametrize("why", ["still_asked", "asked_anew", "over"])
def test_nobody_is_reminded_of_a_question_that_is_not_asked_any_more(
    session: Session, make: Make, seeker: Person, clock: Clock, app: object, why: str
) -> None:
    case = make.case(seeker=seeker, state=CaseState.INTAKE)
    point = session.scalars(select(ContactPoint)).one()
    dialog = Dialog(contact_point_id=point.id, case_id=case.id, step="ask_topic", asked_at=NOON)
    session.add(dialog)
    session.flush()
    notice = Notice(
        seeker.id,
        "reminder",
        dedupe_key=f"reminder:{point.id}:{NOON.isoformat()}",
        case_id=case.id,
        contact_point_id=point.id,
    )
    outbox.post(session, notice, now=LATE)
    if why == "asked_anew":
        dialog.asked_at = LATE + MINUTE
    if why == "over":
        cases.enter_line(session, case, now=LATE + MINUTE)
    session.commit()
    clock.moment = MORNING
    assert _deliver_only(session, clock) == (["reminder"] if why == "still_asked" else [])


def test_a_safe_window_holds_and_what_it_held_is_looked_at_again(
    session: Session, make: Make, seeker: Person, clock: Clock
) -> None:
    safe = session.get_one(SafeContact, seeker.id)
    safe.safe_from, safe.safe_until = time(9), time(10)
    case = make.case(seeker=seeker)
    cases.route(session, now=NOON + timedelta(minutes=20))
    session.commit()
    clock.moment = NOON + timedelta(minutes=20)
    assert _deliver_only(session, clock) == []
    cases.leave_line(session, case, now=clock(), silently=True)
    session.commit()
    clock.moment = NOON + 13 * HOUR + MINUTE  # 09:01
    assert _deliver_only(session, clock) == []
