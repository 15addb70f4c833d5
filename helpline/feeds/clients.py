"""Which program reads a calendar, from what it says about itself. Pure."""

# The first that fits: Apple's and Outlook's programs name others besides themselves.
_NAMES = (
    ("google-calendar", "Google"),
    ("googlebot", "Google"),
    ("vdirsyncer", "vdirsyncer"),
    ("icsx5", "ICSx5"),
    ("davx5", "DAVx5"),
    ("nextcloud", "Nextcloud"),
    ("thunderbird", "Thunderbird"),
    ("outlook", "Outlook"),
    ("microsoft", "Outlook"),
    ("exchange", "Outlook"),
    ("dataaccessd", "Apple"),
    ("calendaragent", "Apple"),
    ("macos", "Apple"),
    ("ios/", "Apple"),
    ("evolution", "Evolution"),
    ("akonadi", "KOrganizer"),
    ("korganizer", "KOrganizer"),
    ("yahoo", "Yahoo"),
    ("proton", "Proton"),
    ("mozilla", "a browser"),
)
UNKNOWN = "another program"


def client_of(user_agent: str) -> str:
    """The family of a program; the rest of what it says is not kept.

    >>> client_of("Google-Calendar-Importer"), client_of("iOS/17.0 (21A329) dataaccessd/1.0")
    ('Google', 'Apple')
    """
    said = user_agent[:300].casefold()
    return next((name for mark, name in _NAMES if mark in said), UNKNOWN)
