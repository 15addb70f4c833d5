"""`helpline check` with Twilio's settings: what it finds wrong with the account, and says."""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from helpline.cli import main
from helpline.runtime import utc_now
from tests.adapters.network import Answer, FakeNetwork, fake_network
from tests.conftest import TEST_KEY

HOST = "https://help.example.org"
WEBHOOK = f"{HOST}/sms/twilio"
ACCOUNT = "AC" + "a" * 32
SERVICE = "MG" + "b" * 32
OURS = "+15005550006"


@pytest.fixture
def twilio() -> Iterator[FakeNetwork]:
    with fake_network() as fake:
        yield fake


@pytest.fixture
def settings(database_url: str, tmp_path: Path, twilio: FakeNetwork) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "test " * 8,
        "DATA_KEYS": TEST_KEY,
        "INDEX_KEY": TEST_KEY,
        "AUDIT_KEY": TEST_KEY,
        "MAIL_DIR": str(tmp_path / "mail"),
        "PUBLIC_BASE_URL": HOST,
        "TWILIO_API_BASE": f"http://127.0.0.1:{twilio.port}",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_FROM": OURS,
    }


@pytest.fixture
def with_service(settings: dict[str, str]) -> dict[str, str]:
    return {**settings, "TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": SERVICE}


def found(settings: dict[str, str]) -> dict[str, str]:
    """What the command says about the provider: the level of each sentence."""
    ran = CliRunner().invoke(main, ["check"], env=settings)
    lines = (line.split("provider:") for line in ran.output.splitlines() if "provider:" in line)
    assert "Traceback" not in ran.output
    return {sentence.strip(): level.strip() for level, sentence in lines}


def level(said: dict[str, str], part: str) -> str:
    """The level of the sentence with these words; "" when nothing of the kind was said."""
    return next((level for sentence, level in said.items() if part in sentence), "")


def numbers(**fields: Any) -> Answer:
    """Our number as Twilio lists it; `fields` go over what is right."""
    number = {
        "sid": "PN1",
        "phone_number": OURS,
        "sms_url": WEBHOOK,
        "sms_method": "POST",
        "sms_fallback_url": "https://second.example.org/sms/twilio",
        **fields,
    }
    return Answer(200, {"incoming_phone_numbers": [number], "page": 0, "next_page_uri": None})


def service(**fields: Any) -> Answer:
    return Answer(
        200,
        {
            "sid": SERVICE,
            "inbound_request_url": WEBHOOK,
            "inbound_method": "POST",
            "fallback_url": "https://second.example.org/sms/twilio",
            "use_inbound_webhook_on_number": False,
            "smart_encoding": False,
            **fields,
        },
    )


def test_a_number_that_leads_here_is_fine_but_for_the_words_its_carrier_keeps(
    settings: dict[str, str], twilio: FakeNetwork
) -> None:
    twilio.answers = [numbers()]
    said = found(settings)

    assert level(said, "The webhook of the number leads here") == "ok"
    assert level(said, "STOP, STOPALL") == "warn"
    assert set(said.values()) == {"ok", "warn"}
    assert len(said) == 2
    (asked,) = twilio.asked
    assert asked.path.endswith(f"/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json")
    assert asked.form()["PhoneNumber"] == [OURS]
    assert asked.method == "GET"  # it changes nothing


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"sms_url": "https://elsewhere.example.org/sms/twilio"}, f"to {WEBHOOK} (POST)"),
        ({"sms_url": f"{HOST}/sms"}, f"to {WEBHOOK} (POST)"),
        ({"sms_url": None}, f"to {WEBHOOK} (POST)"),
        ({"sms_method": "GET"}, "to HTTP POST: GET is refused"),
    ],
)
def test_a_webhook_that_leads_elsewhere_or_comes_as_get_stops(
    settings: dict[str, str], twilio: FakeNetwork, fields: dict[str, Any], told: str
) -> None:
    twilio.answers = [numbers(**fields)]

    assert level(found(settings), told) == "stop"


def test_a_retry_policy_behind_the_address_is_no_other_address(
    settings: dict[str, str], twilio: FakeNetwork
) -> None:
    twilio.answers = [numbers(sms_url=f"{WEBHOOK}#rc=3&rp=all")]

    assert level(found(settings), "leads here") == "ok"


def test_a_number_without_a_fallback_is_told(settings: dict[str, str], twilio: FakeNetwork) -> None:
    twilio.answers = [numbers(sms_fallback_url="")]

    assert level(found(settings), "Set a fallback address for the number") == "warn"


def test_a_number_of_somebody_else_stops(settings: dict[str, str], twilio: FakeNetwork) -> None:
    none: dict[str, Any] = {"incoming_phone_numbers": [], "page": 0, "next_page_uri": None}
    twilio.answers = [Answer(200, none)]

    assert found(settings) == {
        "TWILIO_FROM is not a number of this account: no text will leave or arrive.": "stop"
    }


def test_a_service_is_looked_at_in_place_of_the_number(
    with_service: dict[str, str], twilio: FakeNetwork
) -> None:
    twilio.answers = [service()]
    said = found(with_service)

    assert level(said, "The webhook of the Messaging Service leads here") == "ok"
    assert level(said, "Advanced Opt-Out of the service") == "warn"
    assert len(said) == 2
    assert twilio.asked[0].path == f"/v1/Services/{SERVICE}"


@pytest.mark.parametrize(
    ("fields", "told", "expected"),
    [
        ({"smart_encoding": True}, "Smart Encoding is on", "warn"),
        ({"fallback_url": None}, "Set a fallback address for the Messaging Service", "warn"),
        ({"inbound_request_url": None}, "set the webhook of the Messaging Service", "stop"),
        ({"use_inbound_webhook_on_number": True}, "to the webhook of each number", "ok"),
    ],
)
def test_what_is_set_wrongly_in_a_service_is_told(
    with_service: dict[str, str],
    twilio: FakeNetwork,
    fields: dict[str, Any],
    told: str,
    expected: str,
) -> None:
    twilio.answers = [service(**fields)]

    assert level(found(with_service), told) == expected


def test_a_wrong_token_stops_and_is_not_said(settings: dict[str, str], twilio: FakeNetwork) -> None:
    problem = {"code": 20003, "message": "Authenticate", "more_info": "", "status": 401}
    twilio.answers = [Answer(401, problem)]
    said = found(settings)

    assert level(said, "Twilio refuses our account or token") == "stop"
    assert len(said) == 1
    assert not [
        sentence for sentence in said if "token" in sentence.split() and ACCOUNT in sentence
    ]


@pytest.mark.parametrize("answer", [Answer(500, "oh"), Answer(200, "<html>"), Answer(reset=True)])
def test_a_provider_that_cannot_be_asked_is_told_and_the_rest_is_still_looked_at(
    settings: dict[str, str], twilio: FakeNetwork, answer: Answer
) -> None:
    twilio.answers = [answer]
    ran = CliRunner().invoke(main, ["check"], env=settings)

    assert "warn  provider: Twilio could not be asked" in ran.output
    assert "stop  line: There is no line yet" in ran.output


@pytest.mark.parametrize(("off", "told"), [(30, "warn"), (-30, "warn"), (0, "")])
def test_a_clock_that_differs_from_the_providers_is_told(
    settings: dict[str, str], twilio: FakeNetwork, off: int, told: str
) -> None:
    right = numbers()
    theirs = utc_now() + timedelta(seconds=off)
    twilio.answers = [Answer(200, right.body, {"Date": format_datetime(theirs)})]

    assert level(found(settings), "clock and Twilio's differ by more than 5 seconds") == told


def test_an_instance_on_this_machine_is_told_that_the_real_twilio_cannot_reach_it(
    settings: dict[str, str], twilio: FakeNetwork
) -> None:
    here = {**settings, "PUBLIC_BASE_URL": "http://127.0.0.1:8000"}
    twilio.answers = [numbers()]
    assert level(found(here), "Twilio can neither reach nor report to it") == ""

    away = {**here, "TWILIO_API_BASE": "https://twilio.invalid"}
    assert level(found(away), "Twilio can neither reach nor report to it") == "stop"
