"""The demonstration's people, as data: who they are, what they speak, when they are on.

Shifts are such that somebody who speaks Malay, English or Chinese is on at any hour, whatever the
clocks do (a test walks weeks of them); the other languages have gaps, so that an honest answer can
be seen too. All names are invented.
"""

from dataclasses import dataclass

from helpline.people import Level, Place, Role

DAILY = (0, 1, 2, 3, 4, 5, 6)
WEEKDAYS = (0, 1, 2, 3, 4)
N, F, W = Level.NATIVE, Level.FLUENT, Level.WORKING


@dataclass(frozen=True, slots=True)
class Hours:
    """A weekly promise for each of `days`, on the wall clock of the person's zone."""

    start: str
    end: str
    days: tuple[int, ...] = DAILY


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody with an account."""

    alias: str
    zone: str
    languages: tuple[tuple[str, Level], ...]
    hours: tuple[Hours, ...] = ()
    team: str = ""
    place: Place = Place.MEMBER
    roles: tuple[Role, ...] = (Role.COUNSELLOR,)
    gender: str = ""
    age_band: str = ""
    topics_off: str = ""
    clearances: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """A pretend phone: `number` belongs to ranges kept for fiction or not in use."""

    key: str
    owner: str
    number: str
    language: str
    zone: str
    hint: str


TEAMS = ("Harbour", "Lantern")

HELPERS = (
    Helper(
        "Aisyah",
        "Asia/Kuala_Lumpur",
        (("ms", N), ("en", F)),
        (Hours("18:00", "00:00"),),
        "Harbour",
        Place.LEAD,
        gender="woman",
        age_band="30to59",
        clearances="crisis,youth",
    ),
    Helper(
        "Hafiz",
        "Europe/London",
        (("ms", N), ("en", F)),
        (Hours("14:30", "23:00"),),
        "Harbour",
        Place.STAND_IN,
        gender="man",
        age_band="30to59",
        clearances="crisis",
    ),
    Helper(
        "Nurul",
        "Asia/Kuala_Lumpur",
        (("ms", N), ("en", W)),
        (Hours("06:00", "12:00"),),
        "Harbour",
        gender="woman",
        age_band="under30",
    ),
    Helper(
        "Devi",
        "Asia/Kuala_Lumpur",
        (("ta", N), ("ms", F), ("en", F)),
        (Hours("12:00", "18:30"),),
        "Harbour",
        gender="woman",
        age_band="30to59",
        clearances="youth",
    ),
    Helper(
        "Kavitha",
        "Asia/Kolkata",
        (("ta", N), ("en", F)),
        (Hours("19:00", "23:30"),),
        "Harbour",
        gender="woman",
        age_band="under30",
        topics_off="loss",
    ),
    Helper(
        "Thiri",
        "Asia/Yangon",
        (("my", N), ("en", W)),
        (Hours("18:00", "23:30"),),
        "Harbour",
        gender="woman",
        age_band="under30",
        clearances="crisis,youth",
    ),
    Helper(
        "Ko Min",
        "Asia/Tokyo",
        (("my", N), ("ja", W)),
        (Hours("07:00", "12:00"),),
        "Harbour",
        gender="man",
        age_band="30to59",
    ),
    Helper(
        "Jun",
        "Asia/Manila",
        (("fil", N), ("en", F)),
        (Hours("20:00", "02:00"),),
        "Harbour",
        gender="man",
        age_band="under30",
        clearances="youth",
    ),
    Helper(
        "Grace",
        "America/Los_Angeles",
        (("fil", N), ("en", N)),
        (Hours("18:00", "23:00"),),
        "Harbour",
        gender="woman",
        age_band="60plus",
        clearances="crisis",
    ),
    Helper(
        "Lin",
        "Asia/Shanghai",
        (("zh-Hans", N), ("en", W)),
        (Hours("18:00", "00:00"),),
        "Lantern",
        Place.LEAD,
        gender="woman",
        age_band="30to59",
        clearances="crisis,youth",
    ),
    Helper(
        "Mei",
        "America/Los_Angeles",
        (("zh-Hans", N), ("zh-Hant", F), ("en", F)),
        (Hours("08:00", "16:00"),),
        "Lantern",
        Place.STAND_IN,
        gender="woman",
        age_band="30to59",
        topics_off="home",
        clearances="crisis",
    ),
    Helper(
        "Wei",
        "Asia/Singapore",
        (("zh-Hans", N), ("en", F), ("ms", W)),
        (Hours("07:00", "14:00"),),
        "Lantern",
        gender="man",
        age_band="30to59",
    ),
    Helper(
        "Jia",
        "Asia/Shanghai",
        (("zh-Hans", N), ("en", W)),
        (Hours("13:30", "18:30"),),
        "Lantern",
        gender="woman",
        age_band="under30",
    ),
    Helper(
        "Asha",
        "Asia/Kolkata",
        (("hi", N), ("en", F)),
        (Hours("09:00", "15:00"),),
        "Lantern",
        gender="woman",
        age_band="30to59",
        clearances="crisis,youth",
    ),
    Helper(
        "Ravi",
        "Asia/Kolkata",
        (("hi", N), ("en", F)),
        (Hours("21:00", "03:00"),),
        "Lantern",
        gender="man",
        age_band="60plus",
        topics_off="work",
    ),
    Helper(
        "Yuki",
        "Asia/Tokyo",
        (("ja", N), ("en", W)),
        (Hours("19:00", "00:00"),),
        "Lantern",
        age_band="under30",
    ),
    Helper(
        "Lucía",
        "America/Mexico_City",
        (("es", N), ("en", W)),
        (Hours("18:00", "00:00"),),
        "Lantern",
        gender="woman",
        age_band="30to59",
        clearances="crisis",
    ),
    Helper(
        "Carmen",
        "Europe/Madrid",
        (("es", N), ("en", F)),
        (Hours("09:00", "14:00"),),
        "Lantern",
        gender="woman",
        age_band="60plus",
        clearances="youth",
    ),
    Helper(
        "Noor",
        "Asia/Kuala_Lumpur",
        (("ms", N), ("en", F)),
        team="Harbour",
        roles=(Role.COORDINATOR, Role.REVIEWER),
    ),
    Helper(
        "Tomás",
        "America/Mexico_City",
        (("es", N), ("en", F)),
        team="Lantern",
        roles=(Role.COORDINATOR, Role.REVIEWER),
    ),
    Helper("Ilse", "Europe/Berlin", (("en", F),), roles=(Role.ADMIN,)),
    Helper("Sam", "Europe/London", (("en", N),), roles=(Role.AUDITOR,)),
)

# +60 11-1000 00xx and the like: shaped as mobile numbers, given to nobody we could reach. A
# demonstration has no way out to a real network (its gateway is a table).
PHONES = (
    Phone(
        "penang",
        "A phone in Penang",
        "+601110000071",
        "ms",
        "Asia/Kuala_Lumpur",
        "Saya takut dan tak boleh tidur",
    ),
    Phone(
        "yangon",
        "A phone in Yangon",
        "+959420000052",
        "my",
        "Asia/Yangon",
        "ကျွန်မ အိပ်မရဘူး",
    ),
    Phone(
        "wuhan",
        "A phone in Wuhan",
        "+8613900000043",
        "zh-Hans",
        "Asia/Shanghai",
        "我很害怕，睡不着",
    ),
    Phone(
        "manila",
        "A phone in Manila",
        "+639170000034",
        "fil",
        "Asia/Manila",
        "Hindi ako makatulog",
    ),
    Phone(
        "puebla",
        "A phone in Puebla",
        "+522221000025",
        "es",
        "America/Mexico_City",
        "No puedo dormir, tengo miedo",
    ),
    Phone(
        "chennai",
        "A phone in Chennai",
        "+919840000016",
        "en",
        "Asia/Kolkata",
        "I have not slept since they closed our street",
    ),
)

LINE_NUMBER = "+60155500100"
LANGUAGES = "en,ms,zh-Hans,my,fil,hi,ja,es,ta"
