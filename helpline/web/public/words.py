"""The words of this audience: choices, and the refusals of its rules."""

from datetime import timedelta
from http import HTTPStatus

from helpline import i18n
from helpline.intake.asking import AGE_BANDS, AGE_WISHES, GENDER_WISHES
from helpline.web.errors import tells
from helpline.web.language import LazyText, language
from helpline.web.language import lazy_gettext as _l

AGES: dict[str, LazyText] = dict(
    zip(
        AGE_BANDS,
        (_l("Under 18"), _l("18 to 25"), _l("26 to 40"), _l("41 to 60"), _l("Over 60")),
        strict=True,
    )
)
_GENDERS = dict(zip(GENDER_WISHES, (_l("A woman"), _l("A man")), strict=True))
_WISHED_AGES = dict(
    zip(AGE_WISHES, (_l("Under 30"), _l("30 to 59"), _l("60 or older")), strict=True)
)
_NO_MATTER = _l("It does not matter")
TOO_LONG = _l(
    "This is %(count)s characters long, and %(most)s fit into one message. Nothing is lost:"
    " shorten it here, or send the rest as another message."
)
EMPTY = _l("There is nothing in the message yet. Write something, then send it.")
HOLDS_CODE = _l(
    "Your return code is in this message. Whoever reads it could come in with it, so we did not"
    " send it. Take the code out, then send it again."
)
EXPIRED = _l("This page was open for a long time. Nothing is lost: send it again.")
BUSY = _l(
    "Many people write at this moment. Nothing is lost: wait ten seconds, then send it again."
)
BROKEN = _l(
    "We could not keep this just now. Nothing you typed is lost: it is still here. Send it again in"
    " a minute."
)
TOO_MANY_NUMBERS = _l(
    "Too many numbers and addresses were typed here in one hour. Nothing you typed is lost: try"
    " again later."
)
TOO_MANY_MESSAGES = _l(
    "Many messages came from here within one hour. Nothing you typed is lost: it is still here."
    " Send it again in %(wait)s."
)
TOO_MANY_SHOWN = _l("Many numbers were shown here within one hour. Try again in %(wait)s.")
JOIN_NEEDS_YES = _l("We join them only with your yes. Tick this first.")


def minutes(wait: timedelta) -> str:
    """How long to wait, in whole minutes, in words."""
    return i18n.duration(timedelta(minutes=-(-wait.total_seconds() // 60)), language())


def wishes() -> dict[str, list[tuple[str, LazyText]]]:
    """Whom somebody would rather talk to: the choices of both fields."""
    return {
        "genders": [("", _NO_MATTER), *_GENDERS.items()],
        "wished_ages": [("", _NO_MATTER), *_WISHED_AGES.items()],
    }


def register() -> None:
    """Give this audience's refusals their words."""
    for code, sentence in (
        ("empty_message", EMPTY),
        ("message_too_long", _l("This is too long for one message. Send it as two.")),
        ("code_in_message", HOLDS_CODE),
    ):
        tells(code, HTTPStatus.BAD_REQUEST, sentence)
