"""Some history, so that a demonstration does not begin in an empty house."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from helpline.cases import Case, CaseEvent, CaseState
from helpline.conversation import Direction, Message
from helpline.instance import Line
from helpline.people import HowToReach, Person, SafeContact
from scheduling.base import new_id


@dataclass(frozen=True, slots=True)
class Past:
    """A conversation that was. `said`: (whether the seeker, words, minutes after the start)."""

    codename: str
    language: str
    helper: str
    days_ago: float
    said: tuple[tuple[bool, str, int], ...]
    disposition: str = "talked"
    is_open: bool = False


PASTS = (
    Past(
        "Quiet Heron",
        "ms",
        "Aisyah",
        1.2,
        (
            (True, "Saya tak tidur sejak jalan kami ditutup.", 0),
            (
                False,
                "Terima kasih kerana menulis. Saya Aisyah. Apa yang paling berat malam ini?",
                6,
            ),
            (True, "Pukul tiga pagi. Mak batuk dan saya dengar sama ada dia masih bernafas.", 12),
            (
                False,
                "Berat untuk dipikul seorang diri. Ada sesiapa di rumah yang boleh bergilir?",
                15,
            ),
            (True, "Adik kata dia boleh jaga hari Sabtu.", 21),
            (False, "Baguslah. Tulis lagi bila-bila masa; saya ada malam esok.", 24),
        ),
        is_open=True,
    ),
    Past(
        "Blue Kite",
        "en",
        "Grace",
        3.0,
        (
            (True, "Everyone thinks I am fine because I still make jokes.", 0),
            (False, "That sounds lonely. I am Grace. You do not have to joke here.", 4),
            (True, "Better today. I went up on the roof for the air.", 30),
            (False, "I am glad you found some air. What helped?", 33),
        ),
    ),
    Past(
        "Old Harbour",
        "zh-Hans",
        "Lin",
        2.1,
        (
            (True, "隔离第十二天，我不知道该跟谁说。", 0),
            (False, "谢谢你写来。我叫林，今晚有时间听你说。", 5),
            (True, "我怕家里人担心，什么都没说。", 11),
            (False, "不想让他们担心，自己却一个人扛着。", 14),
        ),
    ),
    Past(
        "Paper Boat",
        "es",
        "Lucía",
        5.4,
        ((True, "Solo quería saber si había alguien.", 0), (False, "Aquí estoy. Soy Lucía.", 3)),
    ),
    Past("Tall Grass", "en", "Asha", 6.3, ((True, "hello", 0),), disposition="silent"),
    Past(
        "Green Ferry",
        "hi",
        "Ravi",
        8.0,
        (
            (True, "घर में सब साथ हैं फिर भी अकेला लगता है।", 0),
            (False, "लिखने के लिए शुक्रिया। मैं रवि हूँ। कब से ऐसा लग रहा है?", 7),
        ),
    ),
)


def write(session: Session, line: Line, helpers: dict[str, Person], *, now: datetime) -> None:
    """Put every past conversation where it would stand had it happened."""
    for past in PASTS:
        _write_one(session, past, line, helpers[past.helper], now)


def _write_one(session: Session, past: Past, line: Line, helper: Person, now: datetime) -> None:
    began = now - timedelta(days=past.days_ago)
    seeker = Person(
        id=new_id(),
        is_seeker=True,
        codename=past.codename,
        language=past.language,
        zone=helper.zone,
        created_at=began,
    )
    session.add(seeker)
    session.flush()  # the rows below refer to it
    session.add(SafeContact(person_id=seeker.id, how=HowToReach.WEB))
    ended = began + timedelta(minutes=past.said[-1][2] + 20)
    state = CaseState.WAITING_SEEKER if past.is_open else CaseState.CLOSED
    case = Case(
        id=new_id(),
        seeker_id=seeker.id,
        line_id=line.id,
        counsellor_id=helper.id,
        state=state,
        how=HowToReach.WEB,
        language=past.language,
        opened_at=began,
        waiting_since=began,
        claimed_at=began + timedelta(minutes=3),
        first_reply_at=began + timedelta(minutes=5),
        closed_at=None if past.is_open else ended,
        moved_at=began + timedelta(minutes=past.said[-1][2]) if past.is_open else ended,
        disposition="" if past.is_open else past.disposition,
        is_substantive=past.disposition == "talked",
        consent_version="1",
        consent_at=began,
    )
    session.add(case)
    session.flush()  # messages and events refer to it
    _events(session, case, began, ended)
    for from_seeker, words, minutes in past.said:
        session.add(
            Message(
                id=new_id(),
                case_id=case.id,
                at=began + timedelta(minutes=minutes),
                direction=Direction.FROM_SEEKER if from_seeker else Direction.TO_SEEKER,
                author_id=seeker.id if from_seeker else helper.id,
                channel="web",
                body=words,
                seen_at=began + timedelta(minutes=minutes + 1),
            )
        )


def _events(session: Session, case: Case, began: datetime, ended: datetime) -> None:
    path = [
        ("intake", "waiting", began, "asked"),
        ("waiting", "offered", began, "matched"),
        ("offered", "active", began + timedelta(minutes=3), "claimed"),
    ]
    if case.state is CaseState.CLOSED:
        path.append(("active", "closed", ended, case.disposition))
    else:
        path.append(("active", "waiting_seeker", case.moved_at, "answered"))
    for was, becomes, at, reason in path:
        session.add(
            CaseEvent(
                id=new_id(),
                case_id=case.id,
                at=at,
                kind="moved",
                from_state=was,
                to_state=becomes,
                actor_id=None if becomes in ("waiting", "offered") else case.counsellor_id,
                reason=reason,
                facts='{"waited": 180}' if becomes == "active" else "{}",
            )
        )
