"""Makes things that are valid unless told otherwise; a test names only what it is about."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from helpline.cases import Case, CaseState
from helpline.instance import Line, Review
from helpline.people import (
    Account,
    AccountRole,
    ContactKind,
    ContactPoint,
    HowToReach,
    Level,
    Person,
    PersonLanguage,
    Place,
    Role,
    SafeContact,
    Team,
    TeamMember,
)
from scheduling.base import Base, new_id

Made = TypeVar("Made", bound=Base)
NOON = datetime(2026, 4, 6, 12, 0, tzinfo=UTC)  # a Monday; 20:00 in Kuala Lumpur


class Make:
    """A factory on one session; flushes, never commits (call `session.commit()` yourself)."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._count = 0

    def line(self, *, review: Review = Review.NONE, **more: Any) -> Line:
        """A line that sends as fast as it is asked, for clocks in tests stand still."""
        values = {"name": "Test line", "parts_per_second": 100_000, "created_at": NOON, **more}
        return self._add(Line(id=new_id(), review=review, **values))

    def team(self, name: str = "Team A") -> Team:
        return self._add(Team(id=new_id(), name=name))

    def seeker(
        self, *, phone: str | None = "", language: str = "en", how: HowToReach = HowToReach.TEXT
    ) -> Person:
        """Somebody who asks; `phone=None` for somebody who is only on the web."""
        person = self._person(
            is_seeker=True, codename=f"Quiet Heron {self._next()}", language=language
        )
        self._add(SafeContact(person_id=person.id, how=how))
        if phone is not None:
            self.phone(person, phone or f"+6012000{self._next():04}")
        return person

    def phone(self, person: Person, number: str, **more: Any) -> ContactPoint:
        index = self.session.info["keyring"].blind(number, purpose="phone")
        return self._add(
            ContactPoint(
                id=new_id(),
                person_id=person.id,
                kind=ContactKind.PHONE,
                address=number,
                address_index=index,
                created_at=NOON,
                heard_at=more.pop("heard_at", NOON),
                **more,
            )
        )

    def counsellor(
        self,
        *,
        alias: str = "Mei",
        languages: tuple[str, ...] = ("en",),
        team: Team | None = None,
        place: Place = Place.MEMBER,
        roles: tuple[Role, ...] = (Role.COUNSELLOR,),
        zone: str = "Asia/Kuala_Lumpur",
        name: str = "",
        password_hash: str = "!",
        **more: Any,
    ) -> Person:
        """A staff member with an account (nobody can sign in with the hash "!")."""
        person = self._person(is_seeker=False, alias=alias, zone=zone)
        for tag in languages:
            self._add(PersonLanguage(person_id=person.id, tag=tag, level=Level.FLUENT))
        name = name or f"{alias.lower()}{self._next()}"
        self._add(
            Account(
                person_id=person.id,
                name=name,
                name_index=self.session.info["keyring"].blind(name, purpose="account"),
                password_hash=password_hash,
                created_at=NOON,
                roles=[AccountRole(role=role) for role in roles],
                **more,
            )
        )
        if team is not None:
            self._add(TeamMember(person_id=person.id, team_id=team.id, place=place))
        return person

    def case(
        self,
        *,
        seeker: Person | None = None,
        state: CaseState = CaseState.WAITING,
        language: str = "en",
        **more: Any,
    ) -> Case:
        seeker = seeker or self.seeker(language=language)
        return self._add(
            Case(
                id=new_id(),
                seeker_id=seeker.id,
                state=state,
                language=language,
                opened_at=NOON,
                waiting_since=more.pop("waiting_since", NOON),
                moved_at=NOON,
                **more,
            )
        )

    def _person(self, **more: Any) -> Person:
        values = {"language": "en", "zone": "Asia/Kuala_Lumpur", "created_at": NOON, **more}
        return self._add(Person(id=new_id(), **values))

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _add(self, thing: Made) -> Made:
        self.session.add(thing)
        self.session.flush()
        return thing
