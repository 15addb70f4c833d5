"""When somebody who waits hears of it again, and whether there is anything to say. Pure.

After ten and thirty minutes, then each hour (facts: expectation told at set moments makes a wait
bearable, a number that jumps does not).
"""

from datetime import timedelta

FIRST = (timedelta(minutes=10), timedelta(minutes=30))
THEN_EVERY = timedelta(hours=1)
MOST_A_DAY = 4  # texts about a place in line
_NEWS = timedelta(minutes=10)


def next_moment(waited: timedelta) -> timedelta:
    """The next set moment after a length of waiting, counted from its beginning.

    >>> [next_moment(timedelta(minutes=m)).total_seconds() / 60 for m in (0, 10, 30, 89, 90)]
    [10.0, 30.0, 90.0, 90.0, 150.0]
    """
    for moment in FIRST:
        if waited < moment:
            return moment
    return FIRST[-1] + THEN_EVERY * ((waited - FIRST[-1]) // THEN_EVERY + 1)


def has_changed(
    before: timedelta | None, after: timedelta | None, *, places: tuple[int, int]
) -> bool:
    """Whether it is worth a text. before, after: how much longer at most, reckoned from now.

    A number where there was none is news; ten minutes and a quarter more or less are. That there
    is none any more is not: what was said holds until it is over.
    """
    if places[0] != places[1]:
        return True
    if before is None or after is None:
        return after is not None
    return abs(after - before) > max(_NEWS, abs(before) / 4)
