"""A calendar link: what it shows, what stays the same between two looks, what is told when not."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import icalendar
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline import feeds
from helpline.errors import NotYours
from helpline.feeds import FeedToken, NotInThatTeam, PublishedShift, Served, TooManyLinks, Wish
from helpline.people import Account, AccountState, Person, TeamMember, sessions
from helpline.people.sessions import SignedIn
from scheduling import promises
from tests.calendars import kept
from tests.make import NOON, Make

KL = "Asia/Kuala_Lumpur"  # NOON is Monday 20:00 there
DAY = timedelta(days=1)
DUTY = Wish("Duty", "my phone")


def promise(session: Session, who: Person, weekday: int = 2, **more: Any) -> str:
    """Wednesdays from 18:00 to 22:00 in Kuala Lumpur: 10:00 to 14:00 UTC."""
    stated = {"start": time(18), "end": time(22), "zone": KL, "now": NOON, **more}
    return promises.promise(session, who.id, weekday=weekday, **stated).id


def look(session: Session, token: str, now: datetime = NOON, client: str = "Google") -> Served:
    found = feeds.glance(session.connection(), token, client=client, now=now)
    assert found is not None
    served = feeds.read(session, found.link_id, client=client, now=now)
    session.commit()
    kept(f"feed-{served.etag[:12]}.ics", served.content)
    return served


def opens(session: Session, token: str, now: datetime = NOON) -> feeds.Glance | None:
    return feeds.glance(session.connection(), token, client="Google", now=now)


def events(served: Served) -> list[Any]:
    whole: Any = icalendar.Calendar.from_ical(served.content)
    return list(whole.walk("VEVENT"))


def by_start(served: Served) -> dict[str, Any]:
    return {f"{event['DTSTART'].dt:%m-%d %H}": event for event in events(served)}


def signed_in(session: Session, who: Person) -> SignedIn:
    token = sessions.open_session(session, who.id, device="", now=NOON)
    session.flush()
    found = sessions.who_is(session, token, now=NOON)
    assert found is not None
    return found


@pytest.fixture
def mei(session: Session, make: Make) -> Person:
    return make.counsellor(alias="Mei Ling")


def test_the_coming_90_days_are_single_events_in_utc(session: Session, mei: Person) -> None:
    promise(session, mei)
    found = events(look(session, feeds.make(session, mei.id, DUTY, now=NOON)))

    assert len(found) == 13
    starts = [event["DTSTART"].dt for event in found]
    assert starts[0] == datetime(2026, 4, 8, 10, tzinfo=UTC)
    assert starts == [starts[0] + week * 7 * DAY for week in range(13)]
    assert {event["DTEND"].dt - event["DTSTART"].dt for event in found} == {timedelta(hours=4)}
    assert {str(event["SUMMARY"]) for event in found} == {"Duty"}
    assert {event["SEQUENCE"] for event in found} == {0}
    assert len({str(event["UID"]) for event in found}) == 13


def test_the_wall_hour_stays_over_a_change_of_the_clocks(session: Session, make: Make) -> None:
    ana = make.counsellor(alias="Ana", zone="Europe/Berlin")
    autumn = datetime(2026, 10, 19, tzinfo=UTC)
    promise(session, ana, zone="Europe/Berlin", now=autumn)
    found = events(look(session, feeds.make(session, ana.id, DUTY, now=autumn), autumn))

    assert [event["DTSTART"].dt.hour for event in found][:2] == [16, 17]


def test_nothing_said_gives_the_same_bytes_and_since_when(session: Session, mei: Person) -> None:
    promise(session, mei)
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    first = look(session, token)
    again = look(session, token, NOON + timedelta(hours=5))

    assert again == first
    found = opens(session, token, NOON + timedelta(hours=6))
    assert found is not None
    assert (found.etag, found.changed_at) == (first.etag, NOON)


def test_a_day_later_only_what_came_into_sight_is_new(session: Session, mei: Person) -> None:
    for weekday in range(7):
        promise(session, mei, weekday)
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    before, after = look(session, token), look(session, token, NOON + DAY)
    old, new = by_start(before), by_start(after)

    assert len(new.keys() - old.keys()) == 1
    assert old.keys() - new.keys() == set(), "what is over stays for a month"
    assert all(old[start].to_ical() == new[start].to_ical() for start in old)


def test_a_day_away_cancels_that_day_for_a_month(session: Session, mei: Person) -> None:
    promise(session, mei)
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    before = by_start(look(session, token))
    day = date(2026, 5, 27)
    promises.away(session, mei.id, first_on=day, last_on=day, zone=KL, now=NOON)
    later = NOON + timedelta(hours=1)
    after = by_start(look(session, token, later))

    gone = after["05-27 10"]
    assert gone["STATUS"] == "CANCELLED"
    assert (gone["SEQUENCE"], gone["DTSTAMP"].dt) == (1, later)
    assert gone["UID"] == before["05-27 10"]["UID"]
    others = before.keys() - {"05-27 10"}
    assert all(before[start].to_ical() == after[start].to_ical() for start in others)
    assert "05-27 10" in by_start(look(session, token, later + 29 * DAY))
    assert "05-27 10" not in by_start(look(session, token, later + 31 * DAY))


def test_hours_cut_off_a_shift_change_it_and_count(session: Session, mei: Person) -> None:
    promise(session, mei)
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    before = by_start(look(session, token))
    day = date(2026, 4, 8)
    hours = {"start": time(18), "end": time(20)}
    promises.away(session, mei.id, first_on=day, last_on=day, zone=KL, now=NOON, **hours)
    after = by_start(look(session, token, NOON + DAY))

    assert "04-08 10" not in after
    moved = after["04-08 12"]
    assert (moved["UID"], moved["SEQUENCE"]) == (before["04-08 10"]["UID"], 1)
    assert moved["STATUS"] == "CONFIRMED"


def test_what_is_taken_back_is_the_same_event_again(session: Session, mei: Person) -> None:
    promise(session, mei)
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    before = by_start(look(session, token))["04-08 10"]
    day = date(2026, 4, 8)
    change = promises.away(session, mei.id, first_on=day, last_on=day, zone=KL, now=NOON)
    look(session, token)
    promises.take_back(session, change.id, person_id=mei.id)
    after = by_start(look(session, token))["04-08 10"]

    assert (after["UID"], after["SEQUENCE"]) == (before["UID"], 2)
    assert after["STATUS"] == "CONFIRMED"


def test_what_was_changed_to_and_fro_between_two_looks_is_no_change(
    session: Session, mei: Person
) -> None:
    promise(session, mei)
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    before = look(session, token)
    day = date(2026, 4, 8)
    change = promises.away(session, mei.id, first_on=day, last_on=day, zone=KL, now=NOON)
    promises.take_back(session, change.id, person_id=mei.id)

    assert look(session, token).content == before.content


def test_a_shift_that_runs_stays_what_it_was(session: Session, mei: Person) -> None:
    promise(session, mei, 0, start=time(18), end=time(20, 30))
    promise(session, mei, 0, start=time(20, 30), end=time(23))
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    before = by_start(look(session, token))["04-06 10"]
    promise(session, mei, 3)
    after = by_start(look(session, token, NOON + timedelta(hours=2)))["04-06 10"]

    assert after.to_ical() == before.to_ical()


def test_two_links_of_one_person_show_the_same_events(session: Session, mei: Person) -> None:
    promise(session, mei)
    one = look(session, feeds.make(session, mei.id, DUTY, now=NOON))
    other = look(session, feeds.make(session, mei.id, Wish("Busy"), now=NOON))

    assert [e["UID"] for e in events(one)] == [e["UID"] for e in events(other)]
    assert {str(e["SUMMARY"]) for e in events(other)} == {"Busy"}


def test_whether_time_is_taken_is_the_persons_choice(session: Session, mei: Person) -> None:
    promise(session, mei)
    free = Wish("Busy", shows_busy=False)
    taken = events(look(session, feeds.make(session, mei.id, DUTY, now=NOON)))
    open_ = events(look(session, feeds.make(session, mei.id, free, now=NOON)))

    assert {e["TRANSP"] for e in taken} == {"OPAQUE"}
    assert {e["TRANSP"] for e in open_} == {"TRANSPARENT"}
    assert {e["CLASS"] for e in [*taken, *open_]} == {"PRIVATE"}


def test_a_teams_link_shows_first_names_and_takes_nobodys_time(
    session: Session, make: Make
) -> None:
    team, other = make.team(), make.team("Team B")
    mei = make.counsellor(alias="Mei Ling", team=team)
    jun = make.counsellor(alias="Jun", team=team)
    away = make.counsellor(alias="Zara", team=other)
    promise(session, mei, 2, team_id=team.id)
    promise(session, jun, 3)
    promise(session, jun, 4, team_id=other.id)
    promise(session, away, 1, team_id=other.id)
    served = look(session, feeds.make(session, mei.id, Wish("Duty", team_id=team.id), now=NOON))

    assert {str(e["SUMMARY"]) for e in events(served)} == {"Duty: Mei", "Duty: Jun"}
    assert {e["DTSTART"].dt.weekday() for e in events(served)} == {2, 3}
    assert {e["TRANSP"] for e in events(served)} == {"TRANSPARENT"}
    assert b"Ling" not in served.content


def test_a_teams_link_has_other_uids_than_ones_own(session: Session, make: Make) -> None:
    team = make.team()
    mei = make.counsellor(team=team)
    promise(session, mei)
    mine = look(session, feeds.make(session, mei.id, DUTY, now=NOON))
    ours = look(session, feeds.make(session, mei.id, Wish("Duty", team_id=team.id), now=NOON))

    assert not {e["UID"] for e in events(mine)} & {e["UID"] for e in events(ours)}


def test_a_colleagues_new_name_is_seen(session: Session, make: Make) -> None:
    team = make.team()
    mei, jun = make.counsellor(alias="Mei", team=team), make.counsellor(alias="Jun", team=team)
    promise(session, jun)
    token = feeds.make(session, mei.id, Wish("Duty", team_id=team.id), now=NOON)
    first = look(session, token)
    jun.alias = "Juniper"
    session.flush()
    found = opens(session, token)

    assert found is not None
    assert found.etag == "", "what was answered does not hold any more"

    assert {str(e["SUMMARY"]) for e in events(look(session, token))} == {"Duty: Juniper"}
    assert look(session, token).etag != first.etag


def test_who_left_the_team_or_the_house_reads_nothing(session: Session, make: Make) -> None:
    team = make.team()
    mei = make.counsellor(team=team)
    ours = feeds.make(session, mei.id, Wish("Duty", team_id=team.id), now=NOON)
    mine = feeds.make(session, mei.id, DUTY, now=NOON)
    session.delete(session.get_one(TeamMember, (mei.id, team.id)))
    session.flush()
    assert opens(session, ours) is None
    assert opens(session, mine) is not None
    session.get_one(Account, mei.id).state = AccountState.DEACTIVATED
    session.flush()

    assert opens(session, mine) is None


def test_a_withdrawn_link_opens_nothing_at_once(session: Session, mei: Person) -> None:
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    (link,) = feeds.links_of(session, mei.id)
    feeds.revoke(session, signed_in(session, mei), link.id, now=NOON)
    feeds.revoke(session, signed_in(session, mei), link.id, now=NOON)

    assert opens(session, token) is None
    assert feeds.links_of(session, mei.id) == []


def test_nobody_withdraws_a_colleagues_link(session: Session, mei: Person, make: Make) -> None:
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    (link,) = feeds.links_of(session, mei.id)
    for link_id in (link.id, "nothing"):
        with pytest.raises(NotYours):
            feeds.revoke(session, signed_in(session, make.counsellor()), link_id, now=NOON)

    assert opens(session, token) is not None


def test_the_token_is_kept_as_a_hash_and_the_label_sealed(session: Session, mei: Person) -> None:
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    row = session.execute(select(FeedToken.__table__)).one()

    assert token.encode() not in repr(row).encode()
    assert "my phone" not in repr(row)
    assert feeds.links_of(session, mei.id)[0].label == "my phone"


def test_there_are_ten_links_at_most_and_none_of_a_strange_team(
    session: Session, mei: Person, make: Make
) -> None:
    with pytest.raises(NotInThatTeam):
        feeds.make(session, mei.id, Wish("Duty", team_id=make.team().id), now=NOON)
    for _ in range(feeds.MOST_LINKS):
        feeds.make(session, mei.id, DUTY, now=NOON)
    with pytest.raises(TooManyLinks):
        feeds.make(session, mei.id, DUTY, now=NOON)


def test_when_it_was_last_read_is_known_to_ten_minutes(session: Session, mei: Person) -> None:
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    look(session, token)

    def long_ago(minutes: int, client: str = "Google") -> bool:
        now = NOON + timedelta(minutes=minutes)
        found = feeds.glance(session.connection(), token, client=client, now=now)
        assert found is not None
        return found.is_long_ago

    assert [long_ago(9), long_ago(10), long_ago(1, "Apple")] == [False, True, True]
    (link,) = feeds.links_of(session, mei.id)
    assert (link.last_read_at, link.last_client) == (NOON, "Google")


def test_what_is_long_over_is_forgotten(session: Session, mei: Person) -> None:
    promise_id = promise(session, mei)
    token = feeds.make(session, mei.id, DUTY, now=NOON)
    look(session, token)
    promises.withdraw(session, promise_id, person_id=mei.id, now=NOON)
    look(session, token)
    (link,) = feeds.links_of(session, mei.id)
    feeds.revoke(session, signed_in(session, mei), link.id, now=NOON)
    feeds.forget(session, now=NOON + 30 * DAY)
    assert count(session) == (1, 13)

    feeds.forget(session, now=NOON + 32 * DAY)
    assert count(session) == (0, 0)


def count(session: Session) -> tuple[int, int]:
    return (
        session.scalar(select(func.count()).select_from(FeedToken)) or 0,
        session.scalar(select(func.count()).select_from(PublishedShift)) or 0,
    )
