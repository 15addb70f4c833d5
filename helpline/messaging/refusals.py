"""What a provider's error code means for us: one table for Twilio's, checked against its list.

Source: Twilio's error dictionary; the classes and what to do about each are those of
`helpline.messaging.gateway.RefusalKind`.
"""

from helpline.messaging.gateway import RefusalKind

_CODES: dict[RefusalKind, tuple[int, ...]] = {
    # Busy: the request was not processed and is safe to repeat.
    RefusalKind.LATER: (14107, 20429, 21611, 30001, 30022, 63018),
    RefusalKind.OPTED_OUT: (21610,),
    # Not a number, a landline, nobody there, or not on that channel.
    RefusalKind.BAD_NUMBER: (21211, 21217, 21614, 30005, 30006, 63024),
    RefusalKind.UNREACHABLE: (30003, 30008),
    RefusalKind.BLOCKED: (30004, 30007, 30034),
    RefusalKind.REGION: (13227, 21215, 21408),
    # Our account, sender or settings; 63016 wants a template, which is ours to write.
    RefusalKind.CONFIG: (
        20003,
        20404,
        21602,
        21603,
        21604,
        21605,
        21606,
        21609,
        21612,
        21617,
        21910,
        63016,
    ),
}
_KIND = {code: kind for kind, codes in _CODES.items() for code in codes}
_NOBODY_KNOWS = frozenset({20500})


def kind_of(code: int, http_status: int) -> RefusalKind | None:
    """What a refusal with this code and status is; None when the outcome is unknown.

    `code` is 0 when the provider gave none; `http_status` is 0 for a code from a status report.

    >>> str(kind_of(20429, 429)), str(kind_of(0, 429)), str(kind_of(21610, 400))
    ('later', 'later', 'opted_out')
    >>> kind_of(0, 503), kind_of(20500, 500), str(kind_of(99999, 400))
    (None, None, 'config')
    """
    if code in _NOBODY_KNOWS:
        return None
    if code in _KIND:
        return _KIND[code]
    if http_status == 429:
        return RefusalKind.LATER
    return RefusalKind.CONFIG if 400 <= http_status < 500 else None
