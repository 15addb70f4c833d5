"""The words of this audience: roles, places, states, refusals."""

from http import HTTPStatus

from helpline.people.account import AccountState, Role
from helpline.people.person import Level
from helpline.people.team import Place
from helpline.web.errors import tells
from helpline.web.language import LazyText
from helpline.web.language import lazy_gettext as _l

ROLE: dict[Role, LazyText] = {
    Role.COUNSELLOR: _l("Counsellor"),
    Role.REVIEWER: _l("Reviewer"),
    Role.COORDINATOR: _l("Coordinator"),
    Role.ADMIN: _l("Admin"),
    Role.AUDITOR: _l("Auditor"),
}
ROLE_MEANS: dict[Role, LazyText] = {
    Role.COUNSELLOR: _l("Talks with people who ask. Sees their own conversations only."),
    Role.REVIEWER: _l("Reads first messages and decides whether they go on to counsellors."),
    Role.COORDINATOR: _l("Sees who waits and who is on, without messages. Gives cases to people."),
    Role.ADMIN: _l("Settings and people. Sees no conversation."),
    Role.AUDITOR: _l("Reads who did what. Sees no conversation."),
}
PLACE: dict[Place, LazyText] = {
    Place.MEMBER: _l("Member"),
    Place.LEAD: _l("Lead"),
    Place.STAND_IN: _l("Stand-in"),
}
STATE: dict[AccountState, LazyText] = {
    AccountState.ACTIVE: _l("Active"),
    AccountState.AWAY: _l("On leave"),
    AccountState.DEACTIVATED: _l("Deactivated"),
}
LEVEL: dict[Level, LazyText] = {
    Level.NATIVE: _l("Mother tongue"),
    Level.FLUENT: _l("Fluent"),
    Level.WORKING: _l("Well enough to help"),
    Level.BASIC: _l("A little, not for helping"),
}
NOTICE: dict[str, tuple[LazyText, LazyText]] = {
    "browser": (_l("In an open browser"), _l("The desk shows it, if it is open.")),
    "text": (_l("A text to my phone"), _l("Neutral words, inside my shift only.")),
    "mail": (_l("A mail"), _l("Neutral words, inside my shift only.")),
    "none": (_l("Not at all"), _l("I look at the desk myself.")),
}
WEAK: dict[str, LazyText] = {
    "short": _l("Use at least 12 characters. Several words in a row are good and easy to keep."),
    "long": _l("Use at most 200 characters."),
    "common": _l("This is among the first passwords that guessers try. Choose another."),
    "context": _l(
        "This is made of your own name or of words that guessers try here. Choose another."
    ),
}


def register() -> None:
    """Give this audience's refusals their words."""
    for code, status, sentence in (
        ("too_busy", HTTPStatus.SERVICE_UNAVAILABLE, BUSY),
        ("dead_link", HTTPStatus.NOT_FOUND, DEAD_LINK),
        ("last_admin", HTTPStatus.CONFLICT, LAST_ADMIN),
        ("beyond_powers", HTTPStatus.FORBIDDEN, BEYOND),
    ):
        tells(code, status, sentence)


BUSY = _l("Many people are signing in just now. Wait ten seconds, then try again.")
DEAD_LINK = _l(
    "This link does not work any more. Ask the colleague who gave it to you for a new one."
)
LAST_ADMIN = _l("Somebody has to stay admin. Make a colleague admin first.")
BEYOND = _l("You cannot give this role or team. Ask an admin.")
