"""What people read where: which languages are likely, by country. Pure."""

from collections.abc import Collection

# Spoken there, the commonest first; the rest of the menu follows in its usual order.
SPOKEN: dict[str, tuple[str, ...]] = {
    "BN": ("ms", "en", "zh-Hans"),
    "CN": ("zh-Hans", "en"),
    "HK": ("zh-Hant", "en", "fil", "id"),
    "ID": ("id", "en", "zh-Hans"),
    "IN": ("hi", "en", "ta"),
    "JP": ("ja", "en", "zh-Hans", "fil"),
    "LK": ("ta", "en"),
    "MM": ("my", "en"),
    "MO": ("zh-Hant", "en", "fil"),
    "MX": ("es", "en"),
    "MY": ("ms", "en", "zh-Hans", "ta", "my", "id"),
    "PH": ("fil", "en"),
    "SG": ("en", "zh-Hans", "ms", "ta"),
    "TH": ("my", "en"),
    "TW": ("zh-Hant", "en", "id", "fil"),
    "US": ("en", "es", "zh-Hans", "fil"),
    **dict.fromkeys(("AU", "CA", "GB", "IE", "NZ", "ZA"), ("en",)),
    **dict.fromkeys(("AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES"), ("es", "en")),
    **dict.fromkeys(("GT", "HN", "NI", "PA", "PE", "PY", "SV", "UY", "VE"), ("es", "en")),
    **dict.fromkeys(("AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB"), ("ar", "en")),
    **dict.fromkeys(("LY", "MA", "OM", "PS", "QA", "SA", "SD", "SY", "TN", "YE"), ("ar", "en")),
}
USUAL = ("en", "ms", "zh-Hans", "my", "fil", "hi", "ja", "es", "ta", "ar", "id", "zh-Hant")
LAST = "en"


def likely(region: str | None, among: Collection[str]) -> list[str]:
    """Of these languages the ones somebody there may read well, the likeliest first.

    English comes last: many have had some of it, few can say in it what hurts. Where nothing is
    known of the country, every language is possible.

    >>> likely("MY", {"en", "ta", "ms", "ja"}), likely("MM", {"en", "ms"})
    (['ms', 'ta', 'en'], ['en'])
    >>> likely(None, {"en", "ms"})
    ['ms', 'en']
    """
    order = SPOKEN.get(region or "", USUAL)
    return sorted((tag for tag in order if tag in among), key=lambda tag: tag == LAST)
