"""What networks hand over is checked, kept once and answered; nothing they send leaves a trace of
a bug, and nothing that somebody wrote is lost."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from helpline.app import create_app
from helpline.config import Config
from helpline.db import db
from helpline.jobs import Job
from helpline.messaging.inbound import InboundText
from helpline.messaging.outbox import DeliveryEvent, OutboxMessage, OutboxState
from scheduling.base import new_id
from tests.conftest import KEYRING, Clock, RecordingGateway, RecordingMail
from tests.make import NOON, Make

BASE = "http://127.0.0.1:5000"
SENDER = "+60123456789"


@contextmanager
def running(config: Config, clock: Clock) -> Iterator[Flask]:
    """An application with other settings than the usual one's."""
    app = create_app(config, texts=RecordingGateway(), mail=RecordingMail(), now=clock)
    yield app
    with app.app_context():
        db.engine.dispose()


def form(**fields: str) -> dict[str, str]:
    return {
        "MessageSid": "SM1",
        "From": SENDER,
        "To": "+15005550006",
        "Body": "please help",
        "NumMedia": "0",
        **fields,
    }


def text(
    app: Flask, fields: Mapping[str, str], *, token: str = "token", url: str = "/sms/twilio"
) -> TestResponse:
    signature = RequestValidator(token).compute_signature(BASE + url, fields)
    return app.test_client().post(url, data=fields, headers={"X-Twilio-Signature": signature})


def kept(session: Session) -> list[InboundText]:
    session.rollback()
    return list(session.scalars(select(InboundText)))


def test_a_text_is_kept_with_a_job_and_answered_with_nothing(app: Flask, session: Session) -> None:
    answer = text(app, form())

    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert answer.mimetype == "text/xml"
    (found,) = kept(session)
    assert (found.sender, found.body, found.to) == (SENDER, "please help", "+15005550006")
    assert found.sender_index == KEYRING.blind(SENDER, purpose="phone")
    job = session.scalars(select(Job).where(Job.kind == "receive")).one()
    assert json.loads(job.payload) == {"sender": found.sender_index.hex()}
    assert job.dedupe_key == f"receive:{found.id}"


def test_neither_the_number_nor_the_words_can_be_read_in_the_database(
    app: Flask, session: Session
) -> None:
    text(app, form())

    (row,) = session.connection().exec_driver_sql("SELECT * FROM inbound_text").all()
    kept_bytes = b"|".join(bytes(v) if isinstance(v, bytes) else str(v).encode() for v in row)
    assert b"please help" not in kept_bytes
    assert b"60123456789" not in kept_bytes


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x" * 1600,
        "😀" * 400,
        "ساعدني من فضلك",
        "שלום\u202e",
        "before\0after",
        "line\r\nline\ttab",
        "a+b&c=d%20",
        "\ufffd",
    ],
    ids=["empty", "long", "emoji", "arabic", "override", "nul", "lines", "form", "broken"],
)
def test_odd_words_are_kept_as_they_came(app: Flask, session: Session, body: str) -> None:
    assert text(app, form(Body=body)).status_code == 200
    assert [found.body for found in kept(session)] == [body]


@pytest.mark.parametrize("sender", ["+266696687", "+86753", "12345", "MYBANK", "whatsapp:+601"])
def test_odd_senders_are_kept_too(app: Flask, session: Session, sender: str) -> None:
    assert text(app, form(From=sender)).status_code == 200
    assert [found.sender for found in kept(session)] == [sender]


@pytest.mark.parametrize("count", ["", "x", "-1", "9" * 50, "٣"])
def test_an_odd_number_of_pictures_is_no_reason_to_lose_words(
    app: Flask, session: Session, count: str
) -> None:
    assert text(app, form(NumMedia=count)).status_code == 200
    assert len(kept(session)) == 1


@pytest.mark.parametrize(("hint", "known"), [("STOP", "STOP"), ("HELP", "HELP"), ("x" * 99, "")])
def test_what_the_provider_did_about_a_word_is_noted(
    app: Flask, session: Session, hint: str, known: str
) -> None:
    text(app, form(OptOutType=hint))

    assert [found.opt_hint for found in kept(session)] == [known]


def test_fields_that_come_one_day_change_nothing(app: Flask, session: Session) -> None:
    assert text(app, form(SomethingNew="1", Another="")).status_code == 200
    assert len(kept(session)) == 1


def test_both_tokens_hold_during_a_rotation(app: Flask, session: Session) -> None:
    assert text(app, form(MessageSid="SM1"), token="token").status_code == 200
    assert text(app, form(MessageSid="SM2"), token="next token").status_code == 200
    assert len(kept(session)) == 2


@pytest.mark.parametrize("signature", [None, "", "x", "a" * 28, "é", "=" * 5000])
@pytest.mark.parametrize("url", ["/sms/twilio", "/sms/twilio/status", "/sms/twilio/status?id=x"])
def test_what_is_not_signed_is_turned_away_and_not_kept(
    app: Flask, session: Session, signature: str | None, url: str
) -> None:
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    answer = app.test_client().post(url, data=form(MessageStatus="sent"), headers=headers)

    assert answer.status_code == 403
    assert kept(session) == []
    assert session.scalars(select(DeliveryEvent)).all() == []


def test_a_wrong_token_or_a_changed_word_is_turned_away(app: Flask, session: Session) -> None:
    assert text(app, form(), token="a guess").status_code == 403
    signature = RequestValidator("token").compute_signature(f"{BASE}/sms/twilio", form())
    headers = {"X-Twilio-Signature": signature}
    changed = app.test_client().post("/sms/twilio", data=form(Body="other"), headers=headers)

    assert changed.status_code == 403
    assert kept(session) == []


def test_a_signature_for_another_host_does_not_count_whatever_the_headers_say(
    app: Flask, session: Session
) -> None:
    signature = RequestValidator("token").compute_signature(
        "https://evil.example/sms/twilio", form()
    )
    headers = {
        "X-Twilio-Signature": signature,
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
    }
    assert app.test_client().post("/sms/twilio", data=form(), headers=headers).status_code == 403
    assert kept(session) == []


@pytest.mark.parametrize("url", ["/sms/twilio", "/sms/twilio/status"])
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", None])
def test_anything_but_a_form_is_not_taken(
    app: Flask, session: Session, url: str, kind: str | None
) -> None:
    answer = app.test_client().post(url, data=b'{"MessageSid": "SM1"}', content_type=kind)

    assert answer.status_code == 415
    assert kept(session) == []


@pytest.mark.parametrize("url", ["/sms/twilio", "/sms/twilio/status", "/sms/android"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_refused(app: Flask, url: str, method: str) -> None:
    assert app.test_client().open(url, method=method).status_code == 405


@pytest.mark.parametrize(
    "missing",
    [{"MessageSid": ""}, {"MessageSid": "S" * 65}, {"MessageSid": "SM\0"}, {"From": " "}],
)
def test_a_text_without_an_id_or_a_sender_is_told_so(
    app: Flask, session: Session, missing: dict[str, str]
) -> None:
    answer = text(app, {**form(), **missing})

    assert answer.status_code == 400
    assert "missing" in answer.text
    assert kept(session) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\xff\xfe=%ff&MessageSid=SM1", 403),
        (b"&&&===%%%", 403),
        (urlencode([(f"k{n}", "v") for n in range(500)]).encode(), 400),
        (b"Body=" + b"x" * 300_000, 413),
        (b"", 403),
    ],
    ids=["not utf-8", "no form", "many fields", "too much", "nothing"],
)
def test_a_broken_form_gets_a_clear_status(
    app: Flask, session: Session, body: bytes, status: int
) -> None:
    answer = app.test_client().post(
        "/sms/twilio",
        data=body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": "a" * 28},
    )

    assert answer.status_code == status
    assert answer.mimetype == "text/plain"
    assert kept(session) == []


def test_the_same_text_fifty_times_at_once_is_one_text(app: Flask, session: Session) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: text(app, form()).status_code, range(50)))

    assert answers == [200] * 50
    assert len(kept(session)) == 1
    assert len(session.scalars(select(Job).where(Job.kind == "receive")).all()) == 1


def test_an_instance_without_twilio_takes_nothing_from_it(
    config: Config, session: Session, clock: Clock
) -> None:
    bare = Config(
        database_url=config.database_url,
        secret_key=config.secret_key,
        data_keys=config.data_keys,
        index_key=config.index_key,
        audit_key=config.audit_key,
        public_base_url=BASE,
    )
    with running(bare, clock) as app:
        assert text(app, form(), token="").status_code == 403
        assert text(app, form(), token="token").status_code == 403
    assert kept(session) == []


def test_an_answer_to_a_machine_sets_no_cookie_and_is_not_kept(app: Flask) -> None:
    answer = text(app, form())

    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# --- what became of ours ---


def taken(make: Make) -> str:
    """A text of ours that Twilio took as SM9."""
    seeker, outbox_id = make.seeker(), new_id()
    make.session.add(
        OutboxMessage(
            id=outbox_id,
            to_id=seeker.id,
            channel="text",
            lane=b"lane",
            kind="reply",
            language="en",
            state=OutboxState.ACCEPTED,
            created_at=NOON,
            due_at=NOON,
            tried_at=NOON,
            gateway="twilio",
            provider_id="SM9",
        )
    )
    make.session.commit()
    return outbox_id


def status(app: Flask, state: str, *, own_id: str = "", sid: str = "SM9", **more: str) -> int:
    url = f"/sms/twilio/status?{urlencode({'id': own_id})}" if own_id else "/sms/twilio/status"
    fields = {"MessageSid": sid, "MessageStatus": state, "From": "+1", "To": SENDER, **more}
    return text(app, fields, url=url).status_code


def state_of(session: Session, outbox_id: str) -> OutboxState:
    session.rollback()
    session.expire_all()
    return session.get_one(OutboxMessage, outbox_id).state


def test_reports_in_any_order_end_in_the_last_state(
    app: Flask, session: Session, make: Make
) -> None:
    outbox_id = taken(make)
    for state in ("delivered", "sent", "sending", "queued", "delivered"):
        assert status(app, state, own_id=outbox_id) == 204

    assert state_of(session, outbox_id) == OutboxState.DELIVERED
    assert len(session.scalars(select(DeliveryEvent)).all()) == 5


def test_a_report_is_known_by_the_providers_id_alone(
    app: Flask, session: Session, make: Make
) -> None:
    outbox_id = taken(make)

    assert status(app, "undelivered", ErrorCode="30005") == 204
    assert state_of(session, outbox_id) == OutboxState.UNDELIVERED
    assert session.get_one(OutboxMessage, outbox_id).error_code == "30005"


@pytest.mark.parametrize(
    ("own_id", "sid"), [("nobody", "SM404"), ("x" * 500, "SM404"), ("a\0b", "SM404")]
)
def test_a_report_about_a_text_we_do_not_know_moves_nothing(
    app: Flask, session: Session, make: Make, own_id: str, sid: str
) -> None:
    outbox_id = taken(make)

    assert status(app, "failed", own_id=own_id, sid=sid) == 204
    assert state_of(session, outbox_id) == OutboxState.ACCEPTED


@pytest.mark.parametrize("word", ["", "exploded", "x" * 300, "sent\0"])
def test_a_state_we_do_not_know_moves_nothing(
    app: Flask, session: Session, make: Make, word: str
) -> None:
    outbox_id = taken(make)

    assert status(app, word, own_id=outbox_id, ErrorCode="\0" * 90) == 204
    assert state_of(session, outbox_id) == OutboxState.ACCEPTED


def test_a_report_without_an_id_is_told_so(app: Flask) -> None:
    assert status(app, "sent", sid="") == 400
