"""The doors for telephone networks: texts that reached us, and what became of ours.

A webhook is checked, stored and answered; reading, matching and replying are the worker's. No
session, no language and no form token apply here: `MACHINES` are left out of what pages need.
Refusals are a status and a few words, since a program reads them.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from helpline.config import Config
from helpline.db import read, statements, transaction
from helpline.instance import first_line, set_setting
from helpline.intake import numbers
from helpline.messaging import inbound, outbox
from helpline.messaging.android import PHONE_HEARD_AT, Report, parse_event
from helpline.messaging.gateway import Inbound
from helpline.messaging.signature import Pairs, addresses, is_from_phone, is_genuine
from helpline.runtime import Runtime, runtime

bp = Blueprint("sms", __name__, url_prefix="/sms")
FORM = "application/x-www-form-urlencoded"
TWILIO = "/sms/twilio"
STATUS = "/sms/twilio/status"
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_OPT_OUT = ("STOP", "START", "HELP")
_MAX_FIELDS = 200


class Turned(Exception):
    """A request that is not taken: the status and the words that say why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


@bp.errorhandler(Turned)
def _turn_away(turned: Turned) -> Response:
    return Response(turned.why + "\n", status=turned.status, mimetype="text/plain")


@bp.post("/twilio")
def twilio() -> Response:
    """Somebody texted the line. Answered with nothing: our reply leaves by the outbox."""
    found = runtime()
    text = _inbound(dict(_signed_form(found.config, TWILIO)))
    with statements() as connection:
        inbound.store(connection, found.keyring, text, "twilio", found.now())
    return Response(b"<Response/>", content_type="text/xml; charset=utf-8")


@bp.post("/twilio/status")
def twilio_status() -> Response:
    """How far one of our texts has come. `?id=` is our own id, which Twilio gives back."""
    found = runtime()
    form = dict(_signed_form(found.config, STATUS))
    provider_id = form.get("MessageSid", "")
    if not _ID.fullmatch(provider_id):
        raise Turned(400, "MessageSid is missing or not an id.")
    state = form.get("MessageStatus") or form.get("SmsStatus", "")
    report = Report(request.args.get("id", ""), provider_id, state, form.get("ErrorCode", ""))
    _report(report, found.now())
    return Response(status=204)


@bp.post("/android")
def android() -> Response:
    """The phone with a SIM hands over a text, says what became of ours, or that it is alive."""
    found = runtime()
    event = parse_event(_from_phone(found))
    now = found.now()
    if isinstance(event, Inbound):
        text = _in_full(event)
        with statements() as connection:
            inbound.store(connection, found.keyring, text, "android", now)
    elif isinstance(event, Report):
        _report(event, now)
    elif event == "ping":
        with transaction() as session:
            set_setting(session, PHONE_HEARD_AT, now.isoformat())
    return Response(status=204)


def _in_full(text: Inbound) -> Inbound:
    """With the sender in E.164: a phone tells some as its own country writes them."""
    line = first_line(read())
    return replace(text, sender=numbers.in_full(text.sender, text.to, line.number if line else ""))


def _report(report: Report, now: datetime) -> None:
    """Keep what the network says, as far as it is an id and a word."""
    with transaction() as session:
        outbox.report(
            session,
            outbox_id=_word(report.own_id) or None,
            provider_id=_word(report.provider_id),
            state=_word(report.state),
            code=_word(report.code),
            now=now,
        )


def _word(text: str) -> str:
    return text if _ID.fullmatch(text) else ""


def _signed_form(config: Config, path: str) -> Pairs:
    """The form, if Twilio sent it with one of our tokens to this address of ours.

    Raises:
        Turned: 415 for anything but a form, 413 too much, 400 unreadable, 403 not signed.
    """
    if request.mimetype != FORM:
        raise Turned(415, f"Send a form ({FORM}): set the webhook to HTTP POST.")
    pairs = _pairs(_body())
    query = request.query_string.decode("latin-1")
    urls = addresses(config.public_base_url, f"{path}?{query}" if query else path)
    headers = request.headers
    if not is_genuine(
        headers.get("X-Twilio-Signature"),
        _tokens(config),
        urls,
        pairs,
        headers.get("X-Twilio-Webhooks-Signature-Settings", ""),
    ):
        raise Turned(403, "Not signed with our token for our public address.")
    return pairs


def _tokens(config: Config) -> Sequence[str]:
    """Both during a rotation; none when Twilio is not set up here, so that nobody is genuine."""
    return [t for t in (config.twilio_auth_token, config.twilio_auth_token_next) if t]


def _pairs(body: bytes) -> Pairs:
    try:
        return parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        raise Turned(400, "That form could not be read.") from None


def _inbound(form: dict[str, str]) -> Inbound:
    """What a webhook tells about one text. Odd words are no reason to refuse; a missing id is."""
    provider_id, sender = form.get("MessageSid", ""), form.get("From", "").strip()
    if not _ID.fullmatch(provider_id):
        raise Turned(400, "MessageSid is missing or not an id.")
    if not sender:
        raise Turned(400, "From is missing.")
    media, hint = form.get("NumMedia", ""), form.get("OptOutType", "")
    return Inbound(
        provider_id,
        sender,
        form.get("To", ""),
        form.get("Body", ""),
        media=int(media) if media.isdecimal() and len(media) < 4 else 0,
        opt_hint=hint if hint in _OPT_OUT else "",
    )


def _from_phone(found: Runtime) -> dict[str, Any]:
    """The event, if our phone signed it a moment ago.

    Raises:
        Turned: 415 for anything but JSON, 413 too much, 403 not signed, 400 unreadable.
    """
    if request.mimetype != "application/json":
        raise Turned(415, "Send JSON (application/json).")
    body, headers = _body(), request.headers
    signature, stamp = headers.get("X-Signature"), headers.get("X-Timestamp")
    key = found.config.android_gateway_signing_key
    if not is_from_phone(signature, stamp, body, key, now=found.now()):
        raise Turned(403, "Not signed with our key, or the phone's clock is wrong.")
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise Turned(400, "That event could not be read.")
    return event


def _body() -> bytes:
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise Turned(413, "That was too much for a text.") from None


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
