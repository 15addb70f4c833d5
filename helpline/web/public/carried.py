"""What was typed so far, carried from step to step inside the form itself, sealed.

Nothing is stored before consent (DESIGN, settled 11). The sealed text opens with the instance's
keys only; it holds the answers, the random key of the form, the return code that the person will
be given, so that a form that is sent twice shows the same code, and which browser it was begun in.

Whoever left by "Leave this page" wants nothing to come back: the browser they left with is
remembered for a day as a keyed hash, and a form begun in it is not shown again, whatever a
"Back" and a reload send.
"""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from helpline import throttle
from helpline.db import read, transaction
from helpline.privacy import return_code
from helpline.privacy.return_code import Code
from helpline.privacy.sealing import CannotOpen
from helpline.runtime import runtime
from helpline.throttle import Throttle
from helpline.web import cookies, csrf

FIELD = "so_far"
GOOD_FOR = timedelta(days=7)
LEFT_FOR = timedelta(days=1)
_PLACE = {"table": "ask_form", "column": FIELD, "row": "page"}


@dataclass(frozen=True, slots=True)
class Carried:
    """The answers by field name, and what makes this form this form."""

    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form_key: str = ""
    code: Code = field(default=Code(0), repr=False)
    browser: str = field(default="", repr=False)
    begun_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def get(self, name: str) -> str:
        """An answer as it was typed; "" when there is none."""
        return self.answers.get(name, "")

    def with_answers(self, more: Mapping[str, str]) -> "Carried":
        """The same form with these answers on top."""
        return replace(self, answers={**self.answers, **more})


def new() -> Carried:
    """A form that was just begun."""
    return Carried(
        form_key=secrets.token_urlsafe(18),
        code=return_code.new(),
        browser=csrf.browser(),
        begun_at=runtime().now(),
    )


def seal(carried: Carried) -> str:
    """The form's hidden field."""
    text = json.dumps(
        {
            "answers": dict(carried.answers),
            "key": carried.form_key,
            "code": int(carried.code),
            "browser": carried.browser,
            "at": carried.begun_at.isoformat(),
        }
    )
    return base64.urlsafe_b64encode(runtime().keyring.seal(text, **_PLACE)).decode()


def unseal(sealed: str) -> Carried | None:
    """What `seal` made; None for anything altered, too old, or begun in a browser that was left."""
    try:
        found = json.loads(runtime().keyring.open(base64.urlsafe_b64decode(sealed), **_PLACE))
    except (CannotOpen, binascii.Error, ValueError):
        return None
    carried = Carried(
        answers={str(name): str(value) for name, value in found["answers"].items()},
        form_key=found["key"],
        code=Code(found["code"]),
        browser=found["browser"],
        begun_at=datetime.fromisoformat(found["at"]),
    )
    if runtime().now() - carried.begun_at > GOOD_FOR:
        return None
    return carried


def was_left(carried: Carried) -> bool:
    """Whether the browser this was begun in was left since; False when nobody can tell."""
    bucket = runtime().keyring.blind(f"left|{carried.browser}", purpose="throttle")
    try:
        ends = read().scalar(select(Throttle.window_ends_at).where(Throttle.bucket == bucket))
    except SQLAlchemyError:
        return False
    return ends is not None and ends > runtime().now()


def leave() -> None:
    """Remember for a day that this browser was left."""
    browser = cookies.read(csrf.COOKIE)
    if browser is None:
        return
    with transaction() as session:
        now = runtime().now()
        throttle.hit(session, f"left|{browser}", limit=1, window=LEFT_FOR, now=now)
