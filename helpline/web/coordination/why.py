"""“Why did nobody get this?”: what was tried, who was left out, what would help, in sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from helpline import cases, i18n
from helpline.cases import Case, CaseState, ChoiceKind
from helpline.cases.why_nobody import Awake, Tried, WhyNobody, why_nobody
from helpline.web.coordination.words import WISHED
from helpline.web.language import LazyText, language
from helpline.web.language import gettext as _
from helpline.web.language import lazy_gettext as _l
from helpline.web.language import ngettext as n_

CHOSE: Mapping[ChoiceKind, LazyText] = {
    ChoiceKind.LANGUAGE: _l("They chose another language: %(language)s."),
    ChoiceKind.WAIT: _l("They chose to wait for their own language."),
    ChoiceKind.TEXT: _l("They chose to be answered by text."),
    ChoiceKind.GROUP: _l("They chose a group."),
    ChoiceKind.LATER: _l("They chose a later hour."),
    ChoiceKind.MESSAGE: _l("They left a message and need not be answered at once."),
}
WISH: Mapping[str, LazyText] = {
    "woman": _l("a woman"),
    "man": _l("a man"),
    "under30": _l("somebody under 30"),
    "30to59": _l("somebody of 30 to 59"),
    "60plus": _l("somebody of 60 or older"),
}
_UNSUITED = _l("not what they wished for")
LEFT_OUT: Mapping[str, LazyText] = {
    "language": _l("not enough of the language"),
    "channel": _l("no calls taken"),
    "topic_off": _l("nothing on this topic taken"),
    "gender": _UNSUITED,
    "age": _UNSUITED,
    "clearance": _l("no clearance for it"),
    "team": _l("of another team"),
    "paused": _l("pausing"),
    "cooling": _l("resting after a heavy conversation"),
    "spared": _l("enough heavy conversations for this shift"),
    "on_voice": _l("in a call"),
    "at_capacity": _l("carrying as many as they may"),
    "not_free_for_voice": _l("not wholly free for a call"),
    "lapsed": _l("no answer to an offer a moment ago"),
    "shown": _l("looking at it already"),
    "offered_another": _l("looking at another offer"),
    "said_no": _l("declined it or let it lapse"),
    "ended_abuse": _l("ended an abusive conversation with them"),
    "not_yet": _l("not to be asked at this hour, as the person wished"),
    "chosen_for_another": _l("about to be asked about somebody more pressing"),
}
"""Of several people at this moment; `words.LEFT_OUT` tells the same of one, then."""
_NAMED = 3


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A rule, and whom it left out. words: how many and why, in one line. names: none where they
    would tell what somebody keeps for matching alone."""

    words: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Sentences for one section. helps: what to do; moments: (what, when) besides."""

    tried: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    helps: tuple[str, ...]
    chose: tuple[str, ...]
    moments: tuple[tuple[str, datetime], ...]


def why(session: Session, case: Case, now: datetime) -> Why | None:
    """None where somebody has it, or it is over."""
    found = why_nobody(session, case, now)
    if found is None:
        return None
    names = cases.names_of(session, sorted(found.people()))
    return Why(
        tried=tuple(_tried(found.tried)),
        left_out=tuple(_all_left_out(found, names)),
        helps=tuple(_helps(case, found, names)),
        chose=tuple(_chose(case, found)),
        moments=tuple(_moments(case, found)),
    )


def _tried(tried: Tried) -> Iterator[str]:
    if not tried.asked:
        yield _("Nobody has been asked yet.")
        return
    asked = n_(
        "%(num)s person was asked", "%(num)s people were asked", tried.asked, num=tried.asked
    )
    yield f"{asked}: {', '.join(_outcomes(tried))}."
    if tried.led:
        yield n_(
            "%(num)s of them leads or stands in.",
            "%(num)s of them lead or stand in.",
            tried.led,
            num=tried.led,
        )


def _outcomes(tried: Tried) -> Iterator[str]:
    if num := tried.declined:
        yield n_("%(num)s declined", "%(num)s declined", num, num=num)
    if num := tried.lapsed:
        yield n_("%(num)s did not react", "%(num)s did not react", num, num=num)
    if num := tried.withdrawn:
        yield n_("%(num)s went into a pause", "%(num)s went into a pause", num, num=num)
    if num := tried.looking:
        yield n_("%(num)s looks at it now", "%(num)s look at it now", num, num=num)


def _all_left_out(found: WhyNobody, names: Mapping[str, str]) -> Iterator[LeftOut]:
    """Each rule; those that ask for gender and age as one, and without names."""
    unsuited = tuple(who for code, people in found.left_out if code in WISHED for who in people)
    for code, people in found.left_out:
        if code not in WISHED:
            yield _left_out(code, people, names)
    if unsuited:
        yield LeftOut(_left_out("gender", unsuited, names).words, ())


def _left_out(code: str, people: tuple[str, ...], names: Mapping[str, str]) -> LeftOut:
    words = n_(
        "%(num)s person on shift: %(why)s",
        "%(num)s people on shift: %(why)s",
        len(people),
        num=len(people),
        why=str(LEFT_OUT.get(code, code)),
    )
    return LeftOut(words, tuple(sorted(_name(who, names) for who in people)))


def _helps(case: Case, found: WhyNobody, names: Mapping[str, str]) -> Iterator[str]:
    if case.state is CaseState.OFFERED:
        yield _("It is being looked at now. Wait for the answer, or give it to somebody below.")
    if found.free:
        free = [_name(who, names) for who in found.free[:_NAMED]]
        yield _("%(names)s could take it now.", names=i18n.listed(free, language()))
    if found.to_ask:
        yield _(
            "Ask %(names)s: not on, and it is day for them.",
            names=i18n.listed([_awake(each, names) for each in found.to_ask], language()),
        )
    if found.next_on is None:
        tag = i18n.language_name(case.language, language())
        yield _(
            "Nobody who fits has promised hours in %(language)s. Ask somebody to.", language=tag
        )
    elif not found.to_ask and not found.free:
        yield _("Who fits is busy, or it is night for them: the next promised hour stands below.")


def _awake(one: Awake, names: Mapping[str, str]) -> str:
    return _("%(name)s (%(hour)s there)", name=_name(one.person_id, names), hour=f"{one.at:%H:%M}")


def _chose(case: Case, found: WhyNobody) -> Iterator[str]:
    choice = found.choice
    if choice is not None:
        yield _(
            CHOSE[choice.kind].message,
            language=i18n.language_name(choice.language or case.language, language()),
        )
        if choice.from_wall is not None and choice.until_wall is not None:
            yield _(
                "Only from %(start)s to %(end)s at their place.",
                start=f"{choice.from_wall:%H:%M}",
                end=f"{choice.until_wall:%H:%M}",
            )
    if found.accepts:
        tags = [i18n.language_name(tag, language()) for tag in found.accepts]
        yield _("They accept %(languages)s as well.", languages=i18n.listed(tags, language()))
    wishes = [str(WISH[each]) for each in (case.gender_wish, case.age_wish) if each in WISH]
    if wishes:
        yield _("They wish to talk with %(who)s.", who=i18n.listed(wishes, language()))


def _moments(case: Case, found: WhyNobody) -> Iterator[tuple[str, datetime]]:
    told = found.tried.told or {}
    if "nobody_on" in told:
        yield _("They were told that nobody is on"), told["nobody_on"]
    if "escalated" in told:
        yield _("Coordinators were told"), told["escalated"]
    if case.not_before is not None:
        yield _("Promised, and not asked about before"), case.not_before
    if found.next_on is not None:
        yield _("The next promised hour of somebody who fits"), found.next_on


def _name(person_id: str, names: Mapping[str, str]) -> str:
    return names.get(person_id) or _("Somebody who has left")
