"""The words of the desk: levels, states, events in plain sentences, dispositions, refusals."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from helpline.cases import CaseState, Risk
from helpline.people import HowToReach
from helpline.web.errors import tells
from helpline.web.language import LazyText
from helpline.web.language import lazy_gettext as _l

RISK: Mapping[Risk, tuple[LazyText, LazyText]] = {
    Risk.NONE: (_l("None seen"), _l("Nothing says that they may come to harm.")),
    Risk.CONCERN: (_l("Concern"), _l("Something worries you. No plan, no haste.")),
    Risk.HIGH: (_l("High"), _l("Thoughts of dying with a plan or a means, or they are in danger.")),
    Risk.IMMINENT: (_l("Imminent"), _l("Within a day or two. Your lead joins you now.")),
}
# What helps to choose, one question after the other (thoughts, plan, means, time: Crisis Text Line,
# 2020), and the least that a yes stands for. Whoever talks with them decides, no sum does.
LADDER: Sequence[tuple[LazyText, Risk]] = (
    (_l("Do they think of dying, or of killing themselves?"), Risk.CONCERN),
    (_l("Do they have a plan?"), Risk.HIGH),
    (_l("Is what they would need at hand?"), Risk.HIGH),
    (_l("Is it to be within the next 24 to 48 hours?"), Risk.IMMINENT),
)
# Whatever takes the least from them comes first (Lifeline, policy on imminent risk).
FIRST: Sequence[LazyText] = (
    _l("Stay, and keep writing. Say that you are here, and that you are worried about them."),
    _l(
        "Ask what would make the next hours safer: not being alone, leaving the room, giving away"
        " what they could use."
    ),
    _l(
        "Ask whom they would let in: family, a friend, somebody next door. Give the numbers of"
        " their place."
    ),
    _l("Agree on the next hour, and on when you write again."),
    _l(
        "Only if the danger stays and nothing else is left: propose a rescue call. Two people"
        " decide on it."
    ),
)
RISK_KIND: Mapping[Risk, str] = {Risk.CONCERN: "warn", Risk.HIGH: "bad", Risk.IMMINENT: "bad"}

HOW: Mapping[HowToReach, LazyText] = {
    HowToReach.WEB: _l("Web"),
    HowToReach.TEXT: _l("Text"),
    HowToReach.CALL: _l("Call back"),
}

STATE: Mapping[CaseState, tuple[LazyText, str]] = {
    CaseState.ACTIVE: (_l("Your turn"), "warn"),
    CaseState.WAITING_SEEKER: (_l("Their turn"), ""),
    CaseState.HANDOVER: (_l("Being handed over"), "warn"),
    CaseState.WRAP_UP: (_l("Wrap up"), "warn"),
    CaseState.CLOSED: (_l("Closed"), ""),
    CaseState.IN_REVIEW: (_l("In review"), ""),
    CaseState.WAITING: (_l("Waiting"), ""),
    CaseState.OFFERED: (_l("Waiting"), ""),
}

ENDED: Mapping[str, LazyText] = {
    "talked": _l("We talked"),
    "referred": _l("Referred to somebody else"),
    "no_answer": _l("They stopped writing"),
    "silent": _l("Silent from the start"),
    "hang_up": _l("Broke off at once"),
    "prank": _l("A prank"),
    "wrong_number": _l("Wrong number"),
    "abusive": _l("Ended, abusive"),
    "left": _l("They left the line"),
    "not_recorded": _l("Not recorded"),
    "declined": _l("Turned away in review"),
}

# A move's reason as a sentence. %(who)s is "You", a colleague, or "The person asking".
EVENT: Mapping[str, LazyText] = {
    "opened": _l("Request came in"),
    "ready": _l("Came into the line"),
    "review_rule": _l("Went to review"),
    "review_limit": _l("Nobody read it in time, so it came into the line"),
    "accepted": _l("%(who)s read it and let it into the line"),
    "review_declined": _l("%(who)s read it and turned it away, with resources"),
    "offered": _l("Was offered to %(to)s"),
    "one_more": _l("Was offered to %(to)s too"),
    "offer_declined": _l("%(to)s said not now"),
    "offer_lapsed": _l("%(to)s did not react to the offer"),
    "paused": _l("%(to)s stepped away, the offer went on"),
    "claimed": _l("%(who)s took it"),
    "assigned": _l("%(who)s gave it to %(to)s"),
    "reassigned": _l("%(who)s gave it to %(to)s instead"),
    "handover_proposed": _l("%(who)s asked %(to)s to take over"),
    "handover_taken": _l("%(who)s took over"),
    "handover_refused": _l("%(who)s could not take over"),
    "handover_withdrawn": _l("%(who)s went on after all"),
    "handover_unanswered": _l("Nobody answered the request to take over"),
    "handed_over": _l("%(who)s handed it to %(to)s"),
    "handed_back": _l("%(who)s gave it back to the line"),
    "shift_ended": _l("Whoever had it ended their shift"),
    "shift_over": _l("Nobody answered after the shift, so it went on"),
    "wrap_up": _l("%(who)s began to wrap up"),
    "reopened": _l("Was opened again"),
    "attention": _l("A word on the list was seen, so it moved up"),
    "risk": _l("%(who)s set the risk: %(risk)s"),
    "closed": _l("%(who)s closed it: %(ended)s"),
    "lead_told": _l("%(to)s was told of it"),
    "to_lead": _l("Nobody had answered, so the lead was told: %(to)s"),
    "to_stand_in": _l("Nobody had answered, so the stand-in was told: %(to)s"),
    "to_coordinator": _l("Nobody had answered, so coordinators were told: %(to)s"),
    "rescue_proposed": _l("%(who)s proposed a rescue call"),
    "rescue_confirmed": _l("%(who)s confirmed the rescue call that %(to)s proposed"),
    "rescue_refused": _l("%(who)s decided against the rescue call that %(to)s proposed"),
    "lower_proposed": _l("%(who)s sees less than imminent danger now"),
    "lower_confirmed": _l("%(who)s confirmed to %(to)s that the danger is less"),
    "lower_refused": _l("%(who)s said to %(to)s that it stays imminent"),
    "language_chosen": _l("Asked to be written to in another language"),
    "check_in": _l("Silent after a risk, so %(to)s was asked to write to them"),
}
# Each message says these by itself.
SILENT = frozenset({"answered", "heard"})


def register() -> None:
    """Give the desk's refusals their words."""
    for code, status, sentence in (
        ("empty_message", HTTPStatus.BAD_REQUEST, _l("Write something first, then send it.")),
        (
            "message_too_long",
            HTTPStatus.BAD_REQUEST,
            _l("This is longer than 1,600 characters. Shorten it, or send it in two."),
        ),
        (
            "code_in_message",
            HTTPStatus.BAD_REQUEST,
            _l("This holds a return code. Whoever reads it could come in with it: take it out."),
        ),
        (
            "cannot_be_texted",
            HTTPStatus.CONFLICT,
            _l("Texts to this person are stopped, so this was not sent. Your words are kept."),
        ),
        (
            "handover_needs_somebody",
            HTTPStatus.BAD_REQUEST,
            _l("Choose the colleague who is to take over."),
        ),
        (
            "unknown_disposition",
            HTTPStatus.BAD_REQUEST,
            _l("Choose one of the ways in which it ended."),
        ),
        (
            "flag_needs_days",
            HTTPStatus.BAD_REQUEST,
            _l("Write a reason, and choose between 1 and 30 days."),
        ),
        (
            "not_a_counsellor",
            HTTPStatus.FORBIDDEN,
            _l("Taking somebody on is for counsellors. Ask a coordinator to make you one."),
        ),
        (
            "not_there_now",
            HTTPStatus.CONFLICT,
            _l(
                "You are not on shift now, or you are pausing. Press “I am back”, or say your hours"
                " under “My hours”; then take this on."
            ),
        ),
        (
            "not_on_shift",
            HTTPStatus.CONFLICT,
            _l("You are not on shift now, so there is nothing to step out of."),
        ),
        *_OF_CARE,
        *_OF_HOURS,
    ):
        tells(code, status, sentence)


_OF_CARE = (
    (
        "reason_needed",
        HTTPStatus.BAD_REQUEST,
        _l("Write why, in a few words. Nothing is changed yet."),
    ),
    (
        "not_imminent",
        HTTPStatus.CONFLICT,
        _l("A rescue call is for somebody in imminent danger. Set the risk first."),
    ),
    (
        "second_person_needed",
        HTTPStatus.CONFLICT,
        _l("You proposed it, so somebody else decides. Your lead and the coordinators were told."),
    ),
    ("unknown_answer", HTTPStatus.BAD_REQUEST, _l("Choose one of the answers.")),
)
_OF_HOURS = (
    ("empty_shift", HTTPStatus.BAD_REQUEST, _l("It must not end at the hour it starts.")),
    (
        "ends_before_it_begins",
        HTTPStatus.BAD_REQUEST,
        _l("The last day lies before the first. Change one of them."),
    ),
    ("unknown_weekday", HTTPStatus.BAD_REQUEST, _l("Choose a day of the week.")),
    ("unknown_zone", HTTPStatus.BAD_REQUEST, _l("Choose the place whose clock you mean.")),
    (
        "unreadable_hours",
        HTTPStatus.BAD_REQUEST,
        _l("Write days as 2026-11-23 and hours as 19:00."),
    ),
    ("hours_incomplete", HTTPStatus.BAD_REQUEST, _l("Give both hours, or neither.")),
    (
        "day_out_of_reach",
        HTTPStatus.BAD_REQUEST,
        _l("This day is too far away. Look at the year again."),
    ),
    (
        "wall_time_skipped",
        HTTPStatus.BAD_REQUEST,
        _l("On that day the clocks skip this hour. Choose another."),
    ),
    (
        "no_such_promise",
        HTTPStatus.NOT_FOUND,
        _l("These hours are not there any more. Look at the list again."),
    ),
)
