"""Who may use which door: `roles.csv`, read once. What is not in it is closed to everybody.

One row is one endpoint and method. The cell of a role says: `allow`; `own` (allowed, and the view
gets objects only through `access_*` or for the signed-in person); `deny` or nothing (403); `404`
(as if it did not exist). `anyone` opens a door to people who are not signed in; `signed` there is a
provider's webhook, which checks a signature instead of a form's token. `lead` is anybody who is
lead or stand-in of a team. Of several roles the most open cell counts. HEAD follows GET.
"""

import csv
import enum
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from helpline.people.sessions import SignedIn

ROLES = ("counsellor", "reviewer", "lead", "coordinator", "admin", "auditor")


class Cell(enum.StrEnum):
    ALLOW = "allow"
    OWN = "own"
    DENY = "deny"
    HIDE = "404"
    SIGNED = "signed"


class Verdict(enum.Enum):
    OPEN = "open"
    SIGN_IN = "sign in first"
    DENIED = "denied"
    HIDDEN = "hidden"


Row = Mapping[str, Cell]


@cache
def rows() -> Mapping[tuple[str, str], Row]:
    """The matrix: (endpoint, method) to the cell of "anyone" and of each role.

    Raises:
        ValueError: a cell holds an unknown word, or a row stands there twice.
    """
    found: dict[tuple[str, str], Row] = {}
    for line in _lines():
        key = line["endpoint"], line["method"]
        if key in found:
            raise ValueError(f"{key} stands in roles.csv twice")
        found[key] = {
            column: Cell((line.get(column) or "").strip() or Cell.DENY)
            for column in ("anyone", *ROLES)
        }
    return found


def paths() -> Mapping[tuple[str, str], str]:
    """The address that each row names, for people who read the file."""
    return {(line["endpoint"], line["method"]): line["path"] for line in _lines()}


def row(endpoint: str | None, method: str) -> Row | None:
    """The row of a door; None when it is not listed."""
    return rows().get((endpoint or "", "GET" if method == "HEAD" else method))


def is_public(found: Row | None) -> bool:
    return found is not None and found["anyone"] in (Cell.ALLOW, Cell.SIGNED)


def is_signed(found: Row | None) -> bool:
    """Whether a provider's signature stands in for a form's token."""
    return found is not None and found["anyone"] is Cell.SIGNED


def verdict(found: Row | None, who: SignedIn | None) -> Verdict:
    """What `who` gets at a door."""
    if found is None:
        return Verdict.HIDDEN
    if is_public(found):
        return Verdict.OPEN
    if who is None:
        return Verdict.SIGN_IN
    cells = {found[column] for column in columns_of(who)}
    if cells & {Cell.ALLOW, Cell.OWN}:
        return Verdict.OPEN
    return Verdict.DENIED if Cell.DENY in cells else Verdict.HIDDEN


def columns_of(who: SignedIn) -> list[str]:
    """The columns that speak about somebody."""
    return [role.value for role in who.roles] + (["lead"] if who.leads else [])


def _lines() -> Iterable[Mapping[str, str]]:
    text = files("helpline.web").joinpath("roles.csv").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
