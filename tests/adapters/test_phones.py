"""The demonstration's phones are a telephone network like any other, and nothing is lost on it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.db import begin_in
from helpline.messaging.gateway import Accepted, TextGateway
from helpline.messaging.inbound import InboundText
from helpline.messaging.phones import NAME, BuiltInPhones, PretendText, screen, text_us, topic
from helpline.pulse import version
from tests.conftest import Clock
from tests.make import NOON

AISYAH, LINE = "+60120000001", "+60300000000"


@pytest.fixture
def phones(app: Flask, clock: Clock) -> TextGateway:
    return BuiltInPhones(begin_in(app), clock)


def _send(phones: TextGateway, own_id: str, body: str) -> Accepted:
    answer = phones.send(own_id=own_id, to=AISYAH, body=body, expires_at=None)
    assert isinstance(answer, Accepted)
    return answer


def test_a_text_shows_on_the_phone_at_once(phones: TextGateway, session: Session) -> None:
    answer = _send(phones, "a", "hello")
    assert (answer.state, answer.parts) == ("delivered", 1)
    assert [text.body for text in screen(session, AISYAH)] == ["hello"]
    assert screen(session, LINE) == []


def test_the_same_id_shows_once(phones: TextGateway, session: Session) -> None:
    first, second = _send(phones, "a", "hello"), _send(phones, "a", "hello")
    assert first == second
    assert len(screen(session, AISYAH)) == 1


def test_a_text_is_found_again(phones: TextGateway, clock: Clock) -> None:
    old = _send(phones, "a", "hello")
    clock.forward(timedelta(minutes=1))
    new = _send(phones, "b", "hello")
    found = phones.find(to=AISYAH, body="hello", since=NOON)
    assert getattr(found, "provider_id", None) == new.provider_id
    assert phones.find(to=AISYAH, body="other", since=NOON) is None
    assert phones.find(to=AISYAH, body="hello", since=NOON + timedelta(minutes=2)) is None
    assert phones.fetch(old.provider_id) is not None
    assert phones.fetch("nothing") is None


def test_what_is_typed_on_a_phone_reaches_us_once(
    phones: TextGateway, session: Session, clock: Clock
) -> None:
    text_id = text_us(session, number=AISYAH, line_number=LINE, body="tolong", now=NOON)
    session.commit()
    (stored,) = session.scalars(select(InboundText)).all()
    assert (stored.gateway, stored.provider_id, stored.body) == (NAME, text_id, "tolong")
    assert [text.body for text in screen(session, AISYAH)] == ["tolong"]
    listed = phones.list_inbound(NOON - timedelta(hours=1))
    assert [(text.provider_id, text.sender) for text in listed] == [(text_id, AISYAH)]  # type: ignore[union-attr]  # these phones always know


def test_a_page_that_shows_a_phone_hears_of_a_text(phones: TextGateway, session: Session) -> None:
    watched = topic(session.info["keyring"].blind(AISYAH, purpose="phone"))
    before = version(session, watched)
    session.rollback()
    _send(phones, "a", "hello")
    assert version(session, watched) == before + 1


def test_numbers_and_words_are_sealed_here_too(phones: TextGateway, session: Session) -> None:
    _send(phones, "a", "secret words")
    (row,) = session.execute(select(PretendText.__table__)).all()
    assert "secret" not in repr(tuple(row))
    assert AISYAH not in repr(tuple(row))
