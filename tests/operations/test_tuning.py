"""The figures of matching: changed by people, with their name; tried on yesterday before."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import CaseState, Offer, RoutingDecision, RoutingPass
from helpline.cases.candidates import candidates
from helpline.cases.learning import learn
from helpline.cases.offer_rules import OFFER_FIGURES, OfferRules
from helpline.cases.rehearsing import rehearse, would_differ
from helpline.cases.snapshots import snapshot_of
from helpline.cases.standing import MATCHING, standing
from helpline.cases.tuning import FIGURES, ChangedMeanwhile, changes, set_parameters, tuned
from helpline.instance import set_setting
from helpline.matching import BadParameter, Parameters, assign
from helpline.matching.priority import missed
from helpline.people import Level, Person, PersonLanguage
from helpline.privacy.audit import AuditEntry
from helpline.worker.tidying import tidy
from scheduling.zones import Window
from tests.make import NOON, Make
from tests.operations.on_the_line import DAY, HOUR, after, asked, shift

USUAL = Parameters()
TODAY = Window(NOON - DAY, NOON + DAY)


def on(session: Session, make: Make, **more: Any) -> Person:
    return shift(session, make.counsellor(**more))


def speaking(session: Session, who: Person, level: Level) -> Person:
    session.get_one(PersonLanguage, (who.id, "en")).level = level
    session.flush()
    return who


def stored(session: Session, what: type[RoutingPass] | type[RoutingDecision]) -> int:
    return session.scalar(select(func.count()).select_from(what)) or 0


# --- changing figures ---


def test_what_was_never_changed_has_its_default(session: Session) -> None:
    assert tuned(session).parameters == Parameters()
    assert tuned(session).offers == OfferRules()
    assert {each.name for each in FIGURES} == set(tuned(session).to_data())


def test_a_figure_of_offers_has_its_default_within_its_range() -> None:
    assert {each.name: each.default for each in OFFER_FIGURES} == OfferRules().to_data()
    assert all(each.low <= each.default <= each.high for each in OFFER_FIGURES)


def test_a_changed_figure_holds_for_the_next_look_at_the_line(session: Session, make: Make) -> None:
    people = [on(session, make) for _ in range(3)]
    set_parameters(session, {"at_once_4": 2, "text_stands_4": 120}, people[0].id, NOON)
    case = make.case()
    cases.route(session, now=NOON)
    assert len(asked(session, case)) == 2
    assert {each.expires_at for each in session.scalars(select(Offer))} == {after(2)}


def test_a_changed_cost_changes_who_is_asked(session: Session, make: Make) -> None:
    fluent = speaking(session, on(session, make), Level.FLUENT)
    native = speaking(session, on(session, make), Level.NATIVE)
    for _ in range(2):
        cases.claim(session, make.case().id, native.id, now=NOON - HOUR)
    first, second = make.case(), make.case()
    set_parameters(session, {"fluent": 50, "one_more": 0, "no_rest": 0}, native.id, NOON)
    cases.route(session, now=NOON)
    assert asked(session, first) + asked(session, second) in (
        [native.id, fluent.id],
        [fluent.id, native.id],
    )
    decision = session.scalars(
        select(RoutingDecision).where(RoutingDecision.chosen_id == native.id)
    ).one()
    assert decision.explained["costs"][native.id]["load"] == 0


def test_who_changed_a_figure_and_when_and_what_it_was_is_kept_and_audited(
    session: Session, make: Make
) -> None:
    ana, ben = make.counsellor(), make.counsellor()
    set_parameters(session, {"night": 12}, ana.id, NOON)
    set_parameters(session, {"night": 14, "at_once_1": 2}, ben.id, after(5))
    session.flush()
    last = changes(session)
    assert (last["night"].by_id, last["night"].at, last["night"].was) == (ben.id, after(5), 12)
    assert last["at_once_1"].was == 3
    lines = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.object_kind == "matching_parameter")
        .order_by(AuditEntry.at, AuditEntry.tick)
    ).all()
    told = [(each.actor_id, each.object_id, each.facts) for each in lines]
    assert told[0] == (ana.id, "night", f'{{"now": "12", "was": "{USUAL.night:g}"}}')
    assert {each[1] for each in told[1:]} == {"night", "at_once_1"}


def test_the_same_figures_again_change_nothing(session: Session, make: Make) -> None:
    who = make.counsellor()
    assert set_parameters(session, {"night": USUAL.night}, who.id, NOON) == {}
    assert changes(session) == {}


@pytest.mark.parametrize(
    "typed", [{"unheard_of": 1}, {"night": 1000}, {"at_once_1": 0}, {"night": "ten"}]
)
def test_a_figure_out_of_range_or_unknown_is_refused_and_nothing_is_kept(
    session: Session, make: Make, typed: dict[str, Any]
) -> None:
    who = make.counsellor()
    with pytest.raises(BadParameter) as refused:
        set_parameters(session, {"fluent": 7, **typed}, who.id, NOON)
    assert refused.value.args[0] == next(iter(typed))
    assert tuned(session).parameters.fluent == Parameters().fluent


def test_who_looked_at_other_figures_meanwhile_is_told(session: Session, make: Make) -> None:
    ana, ben = make.counsellor(), make.counsellor()
    seen = tuned(session).mark
    set_parameters(session, {"night": 12}, ana.id, NOON, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        set_parameters(session, {"fluent": 12}, ben.id, NOON, seen=seen)


def test_what_another_version_kept_does_not_stop_the_line(session: Session, make: Make) -> None:
    on(session, make)
    set_setting(session, MATCHING, {"gone": 3, "night": 1e9, "fluent": 6})
    case = make.case()
    cases.route(session, now=NOON)
    assert len(asked(session, case)) == 1
    by = standing(session).parameters
    assert (by.fluent, by.night) == (6, Parameters().night)


# --- what a pass knew ---


def test_a_pass_that_decided_keeps_what_it_knew_and_the_same_is_decided_from_it(
    session: Session, make: Make
) -> None:
    for _ in range(3):
        on(session, make, gender="woman", topics_off="loss", zone="Asia/Tokyo", team=None)
    many = [make.case(urgency=urgency, accepts="ms") for urgency in (1, 3, 4)]
    decisions = cases.route(session, now=NOON)
    known = snapshot_of(session.scalars(select(RoutingPass)).one())
    assert {each.case_id for each in known.waiting} == {each.id for each in many}
    again = assign(known.waiting, known.on, known.at, prices=known.prices)
    assert [each.explanation() for each in again] == [each.explanation() for each in decisions]
    rows = session.scalars(select(RoutingDecision)).all()
    assert {each.pass_id for each in rows} == {session.scalars(select(RoutingPass.id)).one()}


def test_a_pass_in_which_nothing_was_new_keeps_nothing(session: Session, make: Make) -> None:
    on(session, make, languages=("ja",))
    make.case()
    cases.route(session, now=NOON)
    cases.route(session, now=after(1))
    assert stored(session, RoutingPass) == 1


def test_what_was_known_is_ids_codes_and_numbers(session: Session, make: Make) -> None:
    mei = on(session, make, alias="Mei Ling")
    make.case()
    cases.route(session, now=NOON)
    facts = session.scalars(select(RoutingPass.facts)).one()
    assert mei.id in facts
    assert not [word for word in ("Mei", "Heron", "+60") if word in facts]


def test_after_two_weeks_what_a_pass_knew_goes_and_the_decision_stays(
    session: Session, make: Make
) -> None:
    on(session, make)
    make.case()
    cases.route(session, now=NOON)
    tidy(session, {}, NOON + 14 * DAY)
    assert stored(session, RoutingPass) == 1
    tidy(session, {}, NOON + 14 * DAY + HOUR)
    session.expire_all()
    assert stored(session, RoutingPass) == 0
    assert session.scalars(select(RoutingDecision.pass_id)).all() == [None]


# --- yesterday again, with other figures ---


def test_yesterday_with_the_same_figures_is_yesterday(session: Session, make: Make) -> None:
    for _ in range(3):
        on(session, make)
    for urgency in (1, 4):
        make.case(urgency=urgency)
    cases.route(session, now=NOON)
    assert would_differ(session, Parameters(), TODAY) == []
    assert rehearse(session, Parameters(), TODAY).looked_at == 2


def test_yesterday_with_other_figures_tells_who_would_have_been_asked_and_why(
    session: Session, make: Make
) -> None:
    fluent = speaking(session, on(session, make), Level.FLUENT)
    native = speaking(session, on(session, make), Level.NATIVE)
    for _ in range(2):
        cases.claim(session, make.case().id, native.id, now=NOON - 3 * HOUR)
    set_parameters(session, {"one_more": 6}, native.id, NOON)
    case = make.case()
    cases.route(session, now=NOON)
    assert asked(session, case) == [fluent.id]
    other = Parameters(fluent=60, one_more=6)
    assert would_differ(session, other, TODAY) == [(case.id, (fluent.id,), (native.id,))]
    (told,) = rehearse(session, other, TODAY).differing
    assert [part.name for part in told.why][:2] == ["language", "load"]
    assert (told.language, told.urgency, told.at) == ("en", 4, NOON)


def test_yesterday_with_more_asked_at_once(session: Session, make: Make) -> None:
    people = sorted(on(session, make).id for _ in range(2))
    case = make.case()
    cases.route(session, now=NOON)
    (then,) = asked(session, case)
    found = would_differ(session, Parameters(), TODAY, offers=OfferRules(at_once_4=2))
    assert found == [(case.id, (then,), tuple(people))]


def test_only_the_window_is_looked_at(session: Session, make: Make) -> None:
    on(session, make)
    make.case()
    cases.route(session, now=NOON)
    before = Window(NOON - DAY, NOON)
    assert rehearse(session, Parameters(), before).looked_at == 0


# --- what the log teaches ---


def test_hours_helped_and_offers_answered_are_learned_from_the_last_four_weeks(
    session: Session, make: Make
) -> None:
    mei, ana = on(session, make), on(session, make)
    for hours in (1, 5):  # a text conversation that stays open for long counts as two hours
        case = cases.claim(session, make.case().id, mei.id, now=NOON - hours * HOUR)
        cases.close(session, case, mei.id, disposition="talked", now=NOON)
    cases.claim(session, make.case().id, ana.id, now=NOON - 29 * DAY)
    case = make.case()
    cases.route(session, now=NOON)
    (first,) = asked(session, case)
    cases.route(session, now=after(6))  # it ran out
    learn(session, {}, after(6))
    known = {each.person_id: each for each in candidates(session, after(6))}
    assert known[mei.id].hours_helped == 3.0
    assert known[ana.id].hours_helped == 0.0
    assert known[first].answers == pytest.approx(9 / 10, abs=0.001)
    other = next(each for each in known.values() if each.person_id != first)
    assert other.answers == 1.0


def test_what_is_asked_for_at_which_hour_is_learned_and_matched_by(
    session: Session, make: Make
) -> None:
    for days in (1, 2):
        case = make.case(language="my", state=CaseState.CLOSED)
        case.opened_at = NOON - days * DAY
    session.flush()
    learn(session, {}, NOON)
    asked_for = standing(session).prices.at(NOON)
    assert {each.language for each in asked_for} == {"my"}
    one_a_day = missed(4, Parameters())  # spread over three hours
    assert next(iter(asked_for.values())) == pytest.approx(one_a_day / 3, rel=0.01)

    bilingual = on(session, make, languages=("en", "my"))
    other = on(session, make, languages=("en",))
    first = make.case(language="en")
    cases.route(session, now=NOON)
    assert asked(session, first) == [other.id]
    why = session.scalars(select(RoutingDecision.explanation)).one()
    assert json.loads(why)["costs"][bilingual.id]["scarcity"] > 0


def test_it_is_learned_again_every_hour(session: Session) -> None:
    from helpline.worker.handlers import EVERY, HANDLERS

    assert (HANDLERS["learn_matching"], EVERY["learn_matching"]) == (learn, timedelta(hours=1))
