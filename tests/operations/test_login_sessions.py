"""Sessions of staff: when they end, and that nothing but their token opens them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpline.errors import NotYours
from helpline.people import Account, AccountState, LoginSession, Person, Role, sessions
from helpline.people.sessions import IDLE, LONGEST, SignedIn
from helpline.people.staff import change_roles, change_state
from tests.make import NOON, Make

A_BIT = timedelta(seconds=1)


def signed_in(session: Session, person: Person) -> SignedIn:
    token = sessions.open_session(session, person.id, device="Firefox", now=NOON)
    session.flush()
    who = sessions.who_is(session, token, now=NOON)
    assert who is not None
    return who


def opened(session: Session, person: Person) -> str:
    token = sessions.open_session(session, person.id, device="Firefox", now=NOON)
    session.flush()
    return token


def test_a_session_says_who_somebody_is_and_what_they_may(session: Session, make: Make) -> None:
    mei = make.counsellor(roles=(Role.COUNSELLOR, Role.REVIEWER))

    who = signed_in(session, mei)

    assert (who.person_id, who.roles) == (mei.id, frozenset({Role.COUNSELLOR, Role.REVIEWER}))


def test_no_token_stands_in_the_database(session: Session, make: Make) -> None:
    token = opened(session, make.counsellor())

    row = session.scalars(select(LoginSession)).one()

    assert len(token) >= 40
    assert token.encode() not in row.token_hash
    assert row.token_hash.hex() not in token


def test_a_session_ends_after_fifteen_idle_minutes(session: Session, make: Make) -> None:
    token = opened(session, make.counsellor())

    assert sessions.who_is(session, token, now=NOON + IDLE - A_BIT) is not None
    assert sessions.who_is(session, token, now=NOON + IDLE) is None


def test_doing_something_keeps_a_session_but_not_beyond_twelve_hours(
    session: Session, make: Make
) -> None:
    token, now = opened(session, make.counsellor()), NOON
    while now < NOON + LONGEST - timedelta(minutes=10):
        now += timedelta(minutes=10)
        who = sessions.who_is(session, token, now=now)
        assert who is not None
        sessions.touch(session, who, now=now)
        session.expire_all()

    assert sessions.who_is(session, token, now=NOON + LONGEST) is None


@pytest.mark.parametrize("state", [AccountState.DEACTIVATED])
def test_a_deactivated_account_has_no_session_even_if_its_row_was_left_open(
    session: Session, make: Make, state: AccountState
) -> None:
    mei = make.counsellor()
    token = opened(session, mei)

    session.execute(update(Account).where(Account.person_id == mei.id).values(state=state))

    assert sessions.who_is(session, token, now=NOON) is None


def test_a_change_of_roles_signs_out_everywhere(session: Session, make: Make) -> None:
    admin = signed_in(session, make.counsellor(roles=(Role.ADMIN,)))
    mei = make.counsellor()
    tokens = [opened(session, mei), opened(session, mei)]

    change_roles(session, admin, mei.id, [Role.REVIEWER], now=NOON)

    assert [sessions.who_is(session, token, now=NOON) for token in tokens] == [None, None]


def test_a_deactivation_signs_out_everywhere(session: Session, make: Make) -> None:
    admin = signed_in(session, make.counsellor(roles=(Role.ADMIN,)))
    mei = make.counsellor()
    token = opened(session, mei)

    change_state(session, admin, mei.id, AccountState.DEACTIVATED, now=NOON)

    ended = session.scalars(select(LoginSession).where(LoginSession.person_id == mei.id)).one()
    assert (sessions.who_is(session, token, now=NOON), ended.ended_at) == (None, NOON)


def test_nobody_ends_somebody_elses_session(session: Session, make: Make) -> None:
    mei, jun = signed_in(session, make.counsellor()), signed_in(session, make.counsellor())

    with pytest.raises(NotYours):
        sessions.end_own(session, mei, jun.session_id, now=NOON)

    open_rows = select(func.count()).where(LoginSession.ended_at.is_(None))
    assert session.scalar(open_rows) == 2
