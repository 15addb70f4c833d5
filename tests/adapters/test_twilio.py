"""Twilio's adapter against a server that speaks as Twilio does: every fault becomes an outcome."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from helpline.messaging.gateway import Accepted, Found, RefusalKind, Refused, Unknown
from helpline.messaging.twilio import RebasedHttpClient, TwilioGateway
from tests.adapters.network import NOW, TO, Answer, FakeNetwork

ACCOUNT = "AC" + "a" * 32


def gateway(fake: FakeNetwork, sender: str = "+15005550006", timeout: float = 5.0) -> TwilioGateway:
    base = f"http://127.0.0.1:{fake.port}"
    http = RebasedHttpClient(base, timeout=timeout, now=lambda: NOW)
    status = "https://help.example.org/sms/twilio/status"
    return TwilioGateway(
        ACCOUNT, "token", sender=sender, status_url=status, http=http, now=lambda: NOW
    )


def send(gateway: TwilioGateway, body: str = "hello", **more: Any) -> Accepted | Refused | Unknown:
    expires_at = more.pop("expires_at", None)
    return gateway.send(own_id="own1", to=TO, body=body, expires_at=expires_at)


def text(**fields: Any) -> dict[str, Any]:
    """A Message resource."""
    return {
        "sid": "SM1",
        "status": "queued",
        "num_segments": "1",
        "to": TO,
        "from": "+15005550006",
        "body": "hello",
        "direction": "outbound-api",
        "date_created": format_datetime(NOW),
        "date_sent": None,
        "error_code": None,
        "num_media": "0",
        **fields,
    }


def page(*texts: dict[str, Any]) -> dict[str, Any]:
    return {"messages": list(texts), "page": 0, "page_size": 50, "next_page_uri": None}


def problem(code: int, status: int) -> dict[str, Any]:
    return {"code": code, "message": "no", "more_info": "", "status": status}


def test_a_text_is_sent_with_our_id_its_life_and_our_number(network: FakeNetwork) -> None:
    network.answers = [Answer(201, text(num_segments="2"))]

    outcome = send(gateway(network), expires_at=NOW + timedelta(minutes=5))

    assert outcome == Accepted("SM1", 2, "queued")
    asked = network.asked[0]
    assert asked.method == "POST"
    assert asked.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert asked.form() == {
        "To": [TO],
        "From": ["+15005550006"],
        "Body": ["hello"],
        "ValidityPeriod": ["300"],
        "StatusCallback": ["https://help.example.org/sms/twilio/status?id=own1"],
    }


def test_a_messaging_service_chooses_the_number_itself(network: FakeNetwork) -> None:
    service = "MG" + "b" * 32
    network.answers = [Answer(201, text(num_segments="0"))]

    assert send(gateway(network, sender=service)) == Accepted("SM1", 0, "queued")
    assert network.asked[0].form()["MessagingServiceSid"] == [service]
    assert "From" not in network.asked[0].form()


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(timedelta(days=3), 36000), (timedelta(seconds=-9), 1), (timedelta(hours=1), 3600)],
)
def test_the_life_of_a_text_is_within_what_twilio_allows(
    network: FakeNetwork, left: timedelta, seconds: int
) -> None:
    network.answers = [Answer(201, text())]
    send(gateway(network), expires_at=NOW + left)

    assert network.asked[0].form()["ValidityPeriod"] == [str(seconds)]


def rfc9457(code: int, status: int) -> dict[str, Any]:
    return {"type": "https://x", "title": "Too many", "status": status, "code": code}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            Answer(429, problem(20429, 429), {"Retry-After": "7"}),
            Refused(RefusalKind.LATER, "20429", 7.0),
        ),
        (
            Answer(429, rfc9457(20429, 429), {"Retry-After": format_datetime(NOW, usegmt=True)}),
            Refused(RefusalKind.LATER, "20429", 0.0),
        ),
        (Answer(429, "slow down"), Refused(RefusalKind.LATER, "429")),
        (
            Answer(429, problem(20429, 429), {"Retry-After": "soon"}),
            Refused(RefusalKind.LATER, "20429"),
        ),
        (Answer(401, problem(20003, 401)), Refused(RefusalKind.CONFIG, "20003")),
        (Answer(400, problem(21610, 400)), Refused(RefusalKind.OPTED_OUT, "21610")),
        (Answer(400, problem(21211, 400)), Refused(RefusalKind.BAD_NUMBER, "21211")),
        (Answer(400, problem(21408, 400)), Refused(RefusalKind.REGION, "21408")),
        (Answer(400, problem(99999, 400)), Refused(RefusalKind.CONFIG, "99999")),
        (Answer(404, "<html>gone</html>"), Refused(RefusalKind.CONFIG, "404")),
    ],
)
def test_a_clear_no_is_a_refusal_with_its_kind(
    network: FakeNetwork, answer: Answer, outcome: Refused
) -> None:
    network.answers = [answer]

    assert send(gateway(network)) == outcome


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, problem(20500, 500)),
        Answer(503, problem(20503, 503)),
        Answer(502, "<html><body>502 Bad Gateway</body></html>"),
        Answer(408, problem(20408, 408)),
        Answer(201, '{"sid": "SM'),
        Answer(201, "[]"),
        Answer(201, "null"),
        Answer(201, text(sid=None)),
        Answer(302, "", {"Location": "http://127.0.0.1:1/"}),
        Answer(reset=True),
    ],
    ids=lambda answer: f"{answer.status} {str(answer.body)[:12]} {answer.reset}",
)
def test_whatever_leaves_us_guessing_is_unknown(network: FakeNetwork, answer: Answer) -> None:
    network.answers = [answer]

    assert isinstance(send(gateway(network)), Unknown)


def test_silence_is_unknown_after_the_time_out(network: FakeNetwork) -> None:
    network.answers, network.delay = [Answer(201, text())], 0.6

    assert isinstance(send(gateway(network, timeout=0.2)), Unknown)


def test_what_an_outcome_tells_holds_no_number_and_no_words(
    network: FakeNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    network.answers = [Answer(500, problem(20500, 500)), Answer(200, page(text())), Answer(401, {})]
    told = [
        send(gateway(network), body="a secret"),
        gateway(network).find(to=TO, body="a secret", since=NOW),
        send(gateway(network), body="a secret"),
    ]

    for words in (repr(told), caplog.text):
        assert "secret" not in words
        assert "60123456789" not in words


@pytest.mark.parametrize("state", ["queued", "accepted", "sending", "sent"])
def test_a_lost_text_is_found_by_its_number_and_words(network: FakeNetwork, state: str) -> None:
    others = [
        text(sid="SM2", body="other"),
        text(sid="SM3", direction="inbound"),
        text(sid="SM4", date_created=format_datetime(NOW - timedelta(minutes=1))),
    ]
    network.answers = [Answer(200, page(*others, text(sid="SM5", status=state)))]

    found = gateway(network).find(to=TO, body="hello", since=NOW)

    assert found == Found("SM5", state)
    assert network.asked[0].form()["To"] == [TO]


def test_a_text_that_twilio_does_not_hold_was_not_taken(network: FakeNetwork) -> None:
    network.answers = [Answer(200, page(text(body="other")))]

    assert gateway(network).find(to=TO, body="hello", since=NOW) is None


def test_a_clock_of_theirs_that_is_behind_hides_nothing(network: FakeNetwork) -> None:
    behind = NOW - timedelta(seconds=40)
    listed = page(text(date_created=format_datetime(behind)))
    network.answers = [Answer(200, listed, {"Date": format_datetime(behind, usegmt=True)})]

    assert gateway(network).find(to=TO, body="hello", since=NOW) == Found("SM1", "queued")


@pytest.mark.parametrize(
    "ask",
    [
        lambda gateway: gateway.find(to=TO, body="hello", since=NOW),
        lambda gateway: gateway.fetch("SM1"),
        lambda gateway: gateway.list_inbound(NOW),
    ],
)
def test_a_failed_look_up_is_not_an_answer(
    network: FakeNetwork, ask: Callable[[TwilioGateway], object]
) -> None:
    for answer in (Answer(500, problem(20500, 500)), Answer(200, "<html>"), Answer(reset=True)):
        network.answers = [answer]

        assert isinstance(ask(gateway(network)), Unknown)


def test_a_look_up_that_is_told_to_wait_says_for_how_long(network: FakeNetwork) -> None:
    network.answers = [Answer(429, problem(20429, 429), {"Retry-After": "3"})]

    found = gateway(network).find(to=TO, body="hello", since=NOW)
    assert found == Refused(RefusalKind.LATER, "429", 3.0)  # a listing's error has no other code


def test_the_state_of_a_text_is_asked_by_its_id(network: FakeNetwork) -> None:
    network.answers = [
        Answer(200, text(status="undelivered", error_code=30005)),
        Answer(404, problem(20404, 404)),
    ]

    assert gateway(network).fetch("SM1") == Found("SM1", "undelivered", "30005")
    assert gateway(network).fetch("SM2") is None


def test_what_came_in_is_listed_oldest_first(network: FakeNetwork) -> None:
    newest, oldest = (
        text(sid=sid, direction="inbound", **{"from": TO}, date_sent=format_datetime(at))
        for sid, at in (("SM2", NOW), ("SM1", NOW - timedelta(minutes=3)))
    )
    network.answers = [Answer(200, page(newest, text(sid="SM9"), oldest))]

    listed = gateway(network).list_inbound(NOW - timedelta(hours=1))

    assert not isinstance(listed, Unknown)
    assert [(one.provider_id, one.sender, one.at) for one in listed] == [
        ("SM1", TO, NOW - timedelta(minutes=3)),
        ("SM2", TO, NOW),
    ]
    assert network.asked[0].form()["To"] == ["+15005550006"]
    assert network.asked[0].form()["DateSent>"] == ["2026-11-23T11:00:00Z"]


def test_an_address_in_the_environment_does_not_lead_elsewhere(
    network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")
    network.answers = [Answer(201, text())]

    assert send(gateway(network)) == Accepted("SM1", 1, "queued")
