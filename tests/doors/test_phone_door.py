"""What the phone with a SIM hands over: signed by our key, kept once, its sender in full."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from helpline.config import Config
from helpline.instance import setting
from helpline.messaging.android import PHONE_HEARD_AT
from helpline.messaging.outbox import OutboxState
from helpline.people import ContactPoint
from helpline.worker import run_due
from tests.conftest import KEYRING, Clock
from tests.doors.test_sms_door import BASE, SENDER, form, kept, running, state_of, taken
from tests.make import NOON, Make

KEY = "a signing key of some length"


def event(kind: str, *, event_id: str = "ev1", **payload: Any) -> dict[str, Any]:
    told = {"messageId": "m1", "phoneNumber": SENDER, "message": "please help", **payload}
    return {"id": event_id, "event": kind, "payload": told, "deviceId": "d", "webhookId": "w"}


def phone(
    app: Flask, told: object, *, key: str = KEY, at: timedelta = timedelta(), raw: bytes = b""
) -> TestResponse:
    body = raw or json.dumps(told, ensure_ascii=True).encode()
    stamp = str(int((NOON + at).timestamp()))
    signature = hmac.new(key.encode(), body + stamp.encode(), hashlib.sha256).hexdigest()
    headers = {"X-Signature": signature, "X-Timestamp": stamp}
    return app.test_client().post(
        "/sms/android", data=body, headers=headers, content_type="application/json"
    )


@pytest.fixture
def with_phone(config: Config, clock: Clock) -> Iterator[Flask]:
    settings = {
        name: getattr(config, name)
        for name in ("database_url", "secret_key", "data_keys", "index_key", "audit_key")
    }
    config = Config(
        **settings,
        public_base_url=BASE,
        android_gateway_url="http://127.0.0.1:1",
        android_gateway_user="sms",
        android_gateway_password="pw",
        android_gateway_signing_key=KEY,
    )
    with running(config, clock) as app:
        yield app


def test_an_instance_without_a_phone_takes_nothing_from_one(app: Flask, session: Session) -> None:
    for key in (KEY, ""):
        assert phone(app, event("sms:received"), key=key).status_code == 403
    assert kept(session) == []


def test_the_phone_hands_over_a_text_once(with_phone: Flask, session: Session) -> None:
    for _ in range(3):
        assert phone(with_phone, event("sms:received")).status_code == 204
    assert phone(with_phone, event("sms:received", event_id="ev2")).status_code == 204

    assert [found.body for found in kept(session)] == ["please help"] * 2
    assert {found.sender for found in kept(session)} == {SENDER}


def test_half_an_emoji_is_kept_as_far_as_it_is_one(with_phone: Flask, session: Session) -> None:
    assert phone(with_phone, event("sms:received", message="hi \ud83d")).status_code == 204
    assert [found.body for found in kept(session)] == ["hi \ufffd"]


@pytest.mark.parametrize("sender", ["\ud83d", "+60\0", "x" * 5000])
def test_the_phones_odd_senders_do_no_harm(
    with_phone: Flask, session: Session, sender: str
) -> None:
    assert phone(with_phone, event("sms:received", phoneNumber=sender)).status_code == 204
    assert len(kept(session)) == 1


def test_the_phone_must_sign_with_our_key_and_just_now(with_phone: Flask, session: Session) -> None:
    told = event("sms:received")
    assert phone(with_phone, told, key="guess").status_code == 403
    assert phone(with_phone, told, at=timedelta(days=-1)).status_code == 403
    unsigned = with_phone.test_client().post("/sms/android", json=told)

    assert unsigned.status_code == 403
    assert kept(session) == []


@pytest.mark.parametrize(
    "raw", [b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000], ids=lambda raw: repr(raw[:4])
)
def test_what_the_phone_signs_but_cannot_be_read_is_told_so(
    with_phone: Flask, session: Session, raw: bytes
) -> None:
    assert phone(with_phone, None, raw=raw).status_code == 400
    assert kept(session) == []


def test_the_phones_door_takes_json_only(with_phone: Flask) -> None:
    assert with_phone.test_client().post("/sms/android", data=form()).status_code == 415


def test_the_phones_reports_move_our_text(with_phone: Flask, session: Session, make: Make) -> None:
    outbox_id = taken(make)
    assert phone(with_phone, event("sms:sent", messageId=outbox_id)).status_code == 204
    assert state_of(session, outbox_id) == OutboxState.SENT
    assert phone(with_phone, event("sms:delivered", messageId=outbox_id)).status_code == 204
    assert state_of(session, outbox_id) == OutboxState.DELIVERED


def test_a_sign_of_life_of_the_phone_is_remembered(with_phone: Flask, session: Session) -> None:
    assert phone(with_phone, {"id": "1", "event": "system:ping"}).status_code == 204
    assert setting(session, PHONE_HEARD_AT, default="") == NOON.isoformat()


@pytest.mark.parametrize(
    ("sender", "line", "to", "kept_as"),
    [
        ("012-345 6789", "+60320000000", "", SENDER),
        ("0123456789", "+60320000000", "", SENDER),
        ("60123456789", "+60320000000", "", SENDER),
        (SENDER, "", "", SENDER),
        ("+639171234567", "+60320000000", "", "+639171234567"),
        ("0917 123 4567", "+60320000000", "+639170000000", "+639171234567"),
        ("0123456789", "", "", "0123456789"),
        ("15888", "+60320000000", "", "15888"),
        ("MYBANK", "+60320000000", "", "MYBANK"),
    ],
)
def test_a_sender_is_kept_in_full_read_with_the_country_of_the_line(
    with_phone: Flask,
    session: Session,
    make: Make,
    sender: str,
    line: str,
    to: str,
    kept_as: str,
) -> None:
    make.line(number=line)
    session.commit()
    told = event("sms:received", phoneNumber=sender, recipient=to)

    assert phone(with_phone, told).status_code == 204
    (found,) = kept(session)
    assert found.sender == kept_as
    assert found.sender_index == KEYRING.blind(kept_as, purpose="phone")


def test_a_number_is_one_person_however_the_phone_writes_it(
    with_phone: Flask, session: Session, make: Make
) -> None:
    make.line(number="+60320000000")
    session.commit()
    for number, sender in enumerate(("012-345 6789", SENDER)):
        told = event("sms:received", event_id=f"ev{number}", phoneNumber=sender)
        assert phone(with_phone, told).status_code == 204
        run_due(with_phone)

    session.rollback()
    (point,) = session.scalars(select(ContactPoint)).all()
    assert (point.address, point.country) == (SENDER, "MY")
