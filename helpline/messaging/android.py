"""A phone with a SIM as gateway: the app "SMS Gateway for Android" (capcom6, Apache-2.0).

For countries where Twilio cannot receive. The app's ids are ours, and the same id twice is sent
once, so that an unknown outcome may simply be tried again. Its webhooks come at least once.
Source: the app's API description, 3rdparty/v1 (local server mode).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter

from helpline.config import Config
from helpline.messaging.gateway import (
    Accepted,
    Capabilities,
    Found,
    Inbound,
    Outcome,
    RefusalKind,
    Refused,
    Unknown,
)

PHONE_HEARD_AT = "phone_heard_at"  # the setting that keeps when the phone last said it is alive
_EVENTS = {"sms:sent": "sent", "sms:delivered": "delivered", "sms:failed": "failed"}
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Report:
    """What a network says became of a text: our id or its own, its word for the state."""

    own_id: str
    provider_id: str
    state: str
    code: str = ""


class AndroidGateway:
    """One phone. `url` is the app's local server, or a private server with the same API."""

    name = "android"
    capabilities = Capabilities(client_ids=True, list_inbound=False)

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        *,
        timeout: float,
        now: Callable[[], datetime],
    ) -> None:
        self._url, self._timeout, self._now = url.rstrip("/"), timeout, now
        self._http = requests.Session()
        self._http.auth = (user, password)
        self._http.trust_env = False  # a phone in our network is not behind a proxy
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, HTTPAdapter(pool_maxsize=_CONNECTIONS))

    @classmethod
    def from_config(cls, config: Config, *, now: Callable[[], datetime]) -> "AndroidGateway":
        return cls(
            config.android_gateway_url,
            config.android_gateway_user,
            config.android_gateway_password,
            timeout=config.gateway_timeout,
            now=now,
        )

    def send(self, *, own_id: str, to: str, body: str, expires_at: datetime | None) -> Outcome:
        """Hand one text to the phone. A repeated id is answered 409: it has it already."""
        message: dict[str, Any] = {
            "id": own_id,
            "textMessage": {"text": body},
            "phoneNumbers": [to],
            "withDeliveryReport": True,
        }
        if expires_at is not None:
            message["ttl"] = max(1, int((expires_at - self._now()).total_seconds()))
        answer = self._ask("POST", "/messages", json=message)
        if isinstance(answer, Unknown):
            return answer
        if answer.ok or answer.status_code == 409:
            return Accepted(own_id)
        return _refusal(answer)

    def find(self, *, to: str, body: str, since: datetime) -> Found | Refused | Unknown | None:
        """None: there is no searching here, and none is needed, because ids are ours."""
        return None

    def fetch(self, provider_id: str) -> Found | Refused | Unknown | None:
        """What became of a text of ours, by our own id."""
        answer = self._ask("GET", f"/messages/{quote(provider_id, safe='')}")
        if isinstance(answer, Unknown):
            return answer
        if answer.status_code == 404:
            return None
        if not answer.ok:
            return _refusal(answer)
        try:
            return Found(provider_id, str(answer.json()["state"]).lower())
        except (ValueError, KeyError, TypeError):
            return Unknown("unreadable answer")

    def list_inbound(self, since: datetime) -> Sequence[Inbound] | Unknown:
        """Nothing: the app keeps no list; it repeats its webhooks until they are answered."""
        return []

    def _ask(self, method: str, path: str, **more: Any) -> "requests.Response | Unknown":
        try:
            return self._http.request(method, self._url + path, timeout=self._timeout, **more)
        except requests.RequestException as fault:
            return Unknown(type(fault).__name__)


def _refusal(answer: requests.Response) -> Refused | Unknown:
    status = answer.status_code
    if status >= 500:
        return Unknown(f"HTTP {status}")
    if status == 429:
        wait = answer.headers.get("Retry-After", "")
        return Refused(RefusalKind.LATER, "429", float(wait) if wait.isdecimal() else None)
    if status in (400, 422):  # the app takes any text; what it checks is the number
        return Refused(RefusalKind.BAD_NUMBER, str(status))
    return Refused(RefusalKind.CONFIG, str(status))


def parse_event(event: Mapping[str, Any]) -> "Inbound | Report | str":
    """What a webhook of the app tells: a text, a report, "ping", or "" for anything else.

    The event's own id makes a text unique: `messageId` is made from its content.
    """
    kind, payload = event.get("event"), event.get("payload")
    if kind == "system:ping":
        return "ping"
    if not isinstance(payload, Mapping) or not isinstance(kind, str):
        return ""
    if kind in _EVENTS:
        own_id = _text(payload, "messageId")
        return Report(own_id, own_id, _EVENTS[kind], _text(payload, "reason"))
    if kind in ("sms:received", "mms:received"):
        return _received(_text(event, "id"), kind, payload)
    return ""


def _received(event_id: str, kind: str, payload: Mapping[str, Any]) -> "Inbound | str":
    sender = (_text(payload, "sender") or _text(payload, "phoneNumber")).strip()
    if not sender or not _ID.fullmatch(event_id):
        return ""
    body = _text(payload, "message") or _text(payload, "subject")
    to = _text(payload, "recipient")
    return Inbound(event_id, sender, to, body, media=int(kind == "mms:received"))


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
