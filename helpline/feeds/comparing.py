"""What changed between the shifts that calendars were shown and the plan as it is. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scheduling.zones import Window, overlap


class Shown(NamedTuple):
    """A shift under its id, as it was shown last."""

    id: str
    window: Window
    cancelled: bool = False


class Change(NamedTuple):
    """id None: a shift not shown before. window None: it is cancelled. Else it lies there now."""

    id: str | None
    window: Window | None


def changes(planned: Iterable[Window], shown: Sequence[Shown]) -> list[Change]:
    """What to show otherwise.

    A shift keeps its id while it stays where it was or overlaps where it was. One that comes back
    where it was cancelled is the same one again, so that nobody sees both.
    """
    left = list(shown)
    unmet = []
    for window in sorted(planned):
        same = next((one for one in left if one.window == window and not one.cancelled), None)
        if same:
            left.remove(same)
        else:
            unmet.append(window)
    found = []
    for window in unmet:
        moved = _nearest(window, left)
        if moved:
            left.remove(moved)
        found.append(Change(moved.id if moved else None, window))
    return [*found, *(Change(one.id, None) for one in left if not one.cancelled)]


def _nearest(window: Window, left: Sequence[Shown]) -> Shown | None:
    """Which of those shown it was: one that stands before one that was cancelled."""
    near = [one for one in left if overlap(one.window, window)]
    return min(near, key=lambda one: (one.cancelled, one.window, one.id), default=None)
