"""What Twilio and the Android gateway sign, and what nobody did."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from helpline.messaging.signature import addresses, is_from_phone, is_genuine, sign

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "signatures.json").read_text())
TOKEN = VECTORS["auth_token"]
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def check(case: dict[str, Any], *, token: str = TOKEN, **changed: Any) -> bool:
    headers = case["headers"]
    pairs = [(name, value) for name, value in case["params"] or []]
    if case["content_type"] == "application/json" or case["method"] == "GET":
        pairs = []  # only the address is signed
    return is_genuine(
        changed.get("signature", headers.get("X-Twilio-Signature")),
        ("another token", token),
        changed.get("urls", (case["url"],)),
        pairs,
        headers.get(SETTINGS, ""),
    )


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_each_known_request_is_told_rightly(case: dict[str, Any]) -> None:
    assert check(case) is case["expect_valid"]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_none_is_taken_under_another_token_or_address(case: dict[str, Any]) -> None:
    assert not check(case, token="wrong")
    assert not check(case, urls=(case["url"] + "x",))


@pytest.mark.parametrize("signature", [None, "", "x", "é", "\udcff", "=" * 4000, "kBqU" * 7])
def test_a_missing_or_malformed_signature_is_just_not_genuine(signature: str | None) -> None:
    assert not check(VECTORS["cases"][0], signature=signature)


def test_an_unknown_algorithm_is_not_genuine() -> None:
    signature = sign(TOKEN, "https://a.example/x", [])
    urls = ("https://a.example/x",)

    assert is_genuine(signature, (TOKEN,), urls, [], "key=1")
    assert not is_genuine(signature, (TOKEN,), urls, [], "key=1,algorithm=HMAC_MD5")


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.tuples(words, words), max_size=8), words.filter(bool))
def test_it_signs_as_the_library_of_the_provider_does(
    pairs: list[tuple[str, str]], token: str
) -> None:
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    url = "https://help.example.org/sms/twilio?id=1"

    assert sign(token, url, pairs) == RequestValidator(token).compute_signature(url, Form(form))


class Form(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self[name]


@pytest.mark.parametrize(
    "base",
    ["https://help.example.org", "https://help.example.org:8443", "http://127.0.0.1:5000"],
)
@pytest.mark.parametrize("with_port", [True, False])
def test_the_port_may_be_signed_or_left_out(base: str, with_port: bool) -> None:
    parts = urlsplit(base)
    port = f":{parts.port or 443}" if with_port else ""
    signature = sign(TOKEN, f"{parts.scheme}://{parts.hostname}{port}/sms/twilio", [("a", "b")])

    assert is_genuine(signature, (TOKEN,), addresses(base, "/sms/twilio"), [("a", "b")])


def phone_signature(body: bytes, stamp: str, key: str = "key") -> str:
    return hmac.new(key.encode(), body + stamp.encode(), hashlib.sha256).hexdigest()


def test_what_our_phone_signed_just_now_is_from_it() -> None:
    stamp = str(int(NOW.timestamp()))

    assert is_from_phone(phone_signature(b"{}", stamp), stamp, b"{}", "key", now=NOW)
    assert not is_from_phone(phone_signature(b"{}", stamp), stamp, b"{ }", "key", now=NOW)
    assert not is_from_phone(phone_signature(b"{}", stamp, "other"), stamp, b"{}", "key", now=NOW)


@pytest.mark.parametrize("away", [timedelta(minutes=-6), timedelta(minutes=6), timedelta(days=99)])
def test_what_our_phone_signed_long_ago_is_not_taken(away: timedelta) -> None:
    stamp = str(int((NOW + away).timestamp()))

    assert not is_from_phone(phone_signature(b"{}", stamp), stamp, b"{}", "key", now=NOW)


@pytest.mark.parametrize("stamp", [None, "", "soon", "-5", "²", "9" * 400])
def test_a_stamp_that_is_no_time_is_not_taken(stamp: str | None) -> None:
    signature = phone_signature(b"{}", stamp or "")

    assert not is_from_phone(signature, stamp, b"{}", "key", now=NOW)
