"""What somebody was sending when their session had ended: kept, sealed, until they are back.

The form travels through the sign-in page as one sealed field, bound to its address and to the
person whose session it was, so that nobody else at the same screen can read or send it. Nothing is
stored. Passwords are never kept.
"""

import base64
import binascii
import json
from collections.abc import Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue

from helpline.db import read
from helpline.people import sessions
from helpline.privacy.sealing import CannotOpen
from helpline.runtime import runtime
from helpline.web import csrf

_TABLE = "kept_form"


def show_sign_in(token: str | None) -> ResponseReturnValue:
    """The sign-in page, holding this request's form if we know whose session ended."""
    owner = sessions.owner_of_ended(read(), token) if token else None
    action = request.full_path.rstrip("?")
    sealed = _seal(csrf.typed(), action, owner) if owner and csrf.typed() else ""
    page = render_template(
        "account/sign_in.html",
        next="" if sealed else "/",
        kept=sealed,
        kept_action=action if sealed else "",
        over=True,
        errors={},
        name="",
    )
    return page, 401


def unseal(sealed: str, action: str, person_id: str) -> Sequence[tuple[str, str]] | None:
    """The kept fields, for their owner only; None for anybody else or anything altered."""
    try:
        text = runtime().keyring.open(
            base64.urlsafe_b64decode(sealed), table=_TABLE, column=action, row=person_id
        )
    except (CannotOpen, binascii.Error, ValueError):
        return None
    return [(str(name), str(value)) for name, value in json.loads(text)]


def _seal(fields: Sequence[tuple[str, str]], action: str, person_id: str) -> str:
    sealed = runtime().keyring.seal(
        json.dumps(list(fields)), table=_TABLE, column=action, row=person_id
    )
    return base64.urlsafe_b64encode(sealed).decode()
