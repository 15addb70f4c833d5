"""The words of this audience: urgency, states, alerts, why a case went where it went."""

from collections.abc import Mapping
from http import HTTPStatus

from helpline import cases
from helpline.alerts import Alert
from helpline.cases import CaseState, Failed
from helpline.web.errors import tells
from helpline.web.language import LazyText, ngettext
from helpline.web.language import gettext as _
from helpline.web.language import lazy_gettext as _l

URGENCY: Mapping[int, tuple[LazyText, str]] = {
    1: (_l("Imminent"), "bad"),
    2: (_l("High"), "bad"),
    3: (_l("Concern"), "warn"),
    4: (_l("Usual"), ""),
}
STATE: Mapping[str, LazyText] = {
    CaseState.INTAKE: _l("First questions"),
    CaseState.IN_REVIEW: _l("In review"),
    CaseState.WAITING: _l("Waiting"),
    CaseState.OFFERED: _l("Being offered"),
    CaseState.ACTIVE: _l("Our turn"),
    CaseState.WAITING_SEEKER: _l("Their turn"),
    CaseState.HANDOVER: _l("Being handed over"),
    CaseState.WRAP_UP: _l("Wrap-up"),
    CaseState.CLOSED: _l("Closed"),
    CaseState.EXPIRED: _l("Not finished"),
    CaseState.DECLINED: _l("Declined"),
    "offer": _l("Offer ran out"),
    "check_in": _l("Ask how they are"),
}
ALERT: Mapping[str, LazyText] = {
    "attention": _l("A listed word was seen. Look who has this case."),
    "overdue": _l("This case waited past its limit."),
    "nobody_took_it": _l("Everybody who could take this was asked, and nobody did. Give it away."),
    "promise_at_risk": _l(
        "An hour was promised to somebody, and nobody who fits comes then. Find somebody."
    ),
    "wait_untrue": _l(
        "The times we told in %(about)s were not true lately. None is told until they are."
        " Look at “How true our waits were”."
    ),
    "nobody_speaks": _l("Somebody waits in a language nobody has promised hours in: %(about)s."),
    "imminent": _l("Somebody is in imminent danger. Whoever leads was told."),
    "unanswered": _l("This urgent case was not answered in its time. Look who was told."),
    "rescue": _l("A rescue call is proposed. A second person decides."),
    "budget_80": _l("Four fifths of the texts for %(about)s are used."),
    "budget_100": _l("The texts for %(about)s are used up. Only replies from people still leave."),
    "text_refused": _l("The network refuses texts with code %(about)s. Look into its account."),
    "text_lost": _l("A text was given up. The person may not know what we wanted to say."),
    "outcome_unknown": _l("Nobody knows whether texts by %(about)s arrived. Look there."),
    "attention_held": _l(
        "A listed word came from a phone whose own word is asked for first."
        " In two minutes at most it is in the line."
    ),
    "text_unread": _l("A text could not be read as usual. Look at what is in the line."),
    "withheld_sender": _l("A text without a number came. It can be read, and not answered."),
    "withheld_held": _l(
        "Too many texts without a number came: the rest is read from hour to hour."
    ),
    "job_failed": _l("A task was given up: %(about)s. Tell whoever runs the server."),
}
IN_LINE = frozenset(cases.IN_LINE)
OF_CASES = frozenset(
    {
        "attention",
        "imminent",
        "overdue",
        "rescue",
        "unanswered",
        "nobody_took_it",
        "promise_at_risk",
    }
)
"""Alerts whose `about` is a case."""

WISHED = frozenset({"gender", "age"})
"""Why somebody is left out that no page says of anybody: what they told of themselves is for
matching alone. Counted together, so that it cannot be read off, and never with a name."""
_UNSUITED = _l("does not suit what they wished")

LEFT_OUT: Mapping[str, LazyText] = {
    "language": _l("does not speak it well enough"),
    "channel": _l("does not take calls"),
    "topic_off": _l("takes no conversations on this topic"),
    "gender": _UNSUITED,
    "age": _UNSUITED,
    "clearance": _l("is not cleared for it"),
    "team": _l("is not of the team it belongs to"),
    "paused": _l("was pausing"),
    "cooling": _l("rested after a heavy conversation"),
    "spared": _l("had enough heavy conversations in that shift"),
    "on_voice": _l("was in a call"),
    "at_capacity": _l("carried as many as they may"),
    "not_free_for_voice": _l("was not wholly free for a call"),
    "lapsed": _l("had not reacted a moment before"),
    "offered_another": _l("was looking at another offer"),
    "ended_abuse": _l("ended an abusive conversation with them"),
    "said_no": _l("had declined it or let it lapse"),
    "not_yet": _l("was not asked, because the person is to be left in peace at this hour"),
    "shown": _l("was looking at it already"),
    "chosen_for_another": _l("was asked about another in the same moment"),
}
RUNG: Mapping[str, LazyText] = {
    "match": _l("as the best fit on shift"),
    "lead": _l("as lead, because nobody else could be asked"),
    "stand_in": _l("as stand-in, because nobody else and no lead could be asked"),
}
PART: Mapping[str, LazyText] = {
    "rank": _l("not their first language"),
    "scarcity": _l("needed for another language"),
    "topic": _l("not trained for the topic"),
    "hour": _l("night at their place"),
    "hours": _l("helped much lately"),
    "shift_end": _l("shift ends soon"),
    "absence": _l("reacts to few offers"),
    "language": _l("how well they speak it"),
    "script": _l("writes it otherwise"),
    "load": _l("conversations carried"),
    "rest": _l("little rest"),
    "continuity": _l("talked with them before"),
}


def alert(one: Alert) -> str:
    """An alert as a sentence."""
    found = ALERT.get(one.kind)
    if found is None:
        return _("Something needs a look: %(kind)s.", kind=one.kind)
    return _(found.message, about=one.about)


def failed(one: Failed) -> str:
    """Work that was given up, as a sentence."""
    if one.what == "text":
        return ngettext(
            "%(count)s text was not sent: %(kind)s.",
            "%(count)s texts were not sent: %(kind)s.",
            one.count,
            count=one.count,
            kind=one.kind,
        )
    return ngettext(
        "%(count)s task was given up: %(kind)s.",
        "%(count)s tasks were given up: %(kind)s.",
        one.count,
        count=one.count,
        kind=one.kind,
    )


def register() -> None:
    """Give refusals of this audience their words."""
    tells(
        "not_askable",
        HTTPStatus.CONFLICT,
        _l("This person cannot be given a case any more. Go back and choose another."),
    )
