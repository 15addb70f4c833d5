"""The phone with a SIM: what it is asked, what it answers, and what its webhooks tell."""

from datetime import timedelta
from typing import Any

import pytest

from helpline.messaging.android import AndroidGateway, Report, parse_event
from helpline.messaging.gateway import Accepted, Found, Inbound, RefusalKind, Refused, Unknown
from tests.adapters.network import NOW, TO, Answer, FakeNetwork


def gateway(fake: FakeNetwork, timeout: float = 5.0) -> AndroidGateway:
    url = f"http://127.0.0.1:{fake.port}"
    return AndroidGateway(url, "sms", "secret", timeout=timeout, now=lambda: NOW)


def send(gateway: AndroidGateway) -> Accepted | Refused | Unknown:
    return gateway.send(own_id="own1", to=TO, body="hello", expires_at=NOW + timedelta(minutes=10))


def test_a_text_is_handed_to_the_phone_under_our_own_id(network: FakeNetwork) -> None:
    network.answers = [Answer(202, {"id": "own1", "state": "Pending"})]

    assert send(gateway(network)) == Accepted("own1")
    (asked,) = network.asked
    assert (asked.method, asked.path) == ("POST", "/messages")
    assert asked.json() == {
        "id": "own1",
        "textMessage": {"text": "hello"},
        "phoneNumbers": [TO],
        "withDeliveryReport": True,
        "ttl": 600,
    }
    assert asked.headers["Authorization"] == "Basic c21zOnNlY3JldA=="


def test_the_same_id_again_was_accepted_before(network: FakeNetwork) -> None:
    network.answers = [Answer(409, {"message": "exists"})]

    assert send(gateway(network)) == Accepted("own1")
    assert gateway(network).capabilities.client_ids


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(400, {}), Refused(RefusalKind.BAD_NUMBER, "400")),
        (Answer(401, {}), Refused(RefusalKind.CONFIG, "401")),
        (Answer(429, {}, {"Retry-After": "2"}), Refused(RefusalKind.LATER, "429", 2.0)),
    ],
)
def test_a_clear_no_is_a_refusal(network: FakeNetwork, answer: Answer, outcome: Refused) -> None:
    network.answers = [answer]

    assert send(gateway(network)) == outcome


@pytest.mark.parametrize("answer", [Answer(500, {}), Answer(503, ""), Answer(reset=True)])
def test_whatever_leaves_us_guessing_is_unknown(network: FakeNetwork, answer: Answer) -> None:
    network.answers = [answer]

    assert isinstance(send(gateway(network)), Unknown)


def test_a_phone_that_is_asleep_is_unknown(network: FakeNetwork) -> None:
    network.answers, network.delay = [Answer(202, {})], 0.6

    assert isinstance(send(gateway(network, timeout=0.2)), Unknown)


def test_what_became_of_a_text_is_asked_by_our_id(network: FakeNetwork) -> None:
    network.answers = [Answer(200, {"state": "Delivered"}), Answer(404, {}), Answer(200, "[]")]
    phone = gateway(network)

    assert phone.fetch("own/1") == Found("own/1", "delivered")
    assert network.asked[0].path == "/messages/own%2F1"
    assert phone.fetch("own1") is None
    assert isinstance(phone.fetch("own1"), Unknown)


def event(kind: str, **payload: Any) -> dict[str, Any]:
    return {"id": "ev1", "event": kind, "payload": payload, "deviceId": "d", "webhookId": "w"}


def test_a_received_text_is_known_by_its_event_not_by_its_content() -> None:
    told = event("sms:received", messageId="hash", phoneNumber=TO, message="hi", simNumber=1)

    assert parse_event(told) == Inbound("ev1", TO, "", "hi")


@pytest.mark.parametrize(
    ("kind", "state"),
    [("sms:sent", "sent"), ("sms:delivered", "delivered"), ("sms:failed", "failed")],
)
def test_a_report_names_our_own_id(kind: str, state: str) -> None:
    told = parse_event(event(kind, messageId="own1", reason="RESULT_ERROR"))

    assert told == Report("own1", "own1", state, "RESULT_ERROR")


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"event": 5, "payload": {}},
        {"event": "sms:received", "payload": None},
        event("sms:received", phoneNumber=None, message=5),
        {**event("sms:received", phoneNumber=TO, message="hi"), "id": "x" * 65},
        event("something:new"),
    ],
)
def test_what_we_do_not_understand_is_nothing(odd: dict[str, Any]) -> None:
    assert parse_event(odd) == ""


def test_a_sign_of_life_is_one() -> None:
    assert parse_event({"event": "system:ping"}) == "ping"
