"""Why a case went where it went: a stored decision in plain sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpline import i18n
from helpline.web.coordination.words import LEFT_OUT, PART, RUNG, WISHED
from helpline.web.language import gettext as _
from helpline.web.language import language, ngettext


@dataclass(frozen=True, slots=True)
class Told:
    """One decision. left_out: a sentence for each who was not asked, but one for all whom only a
    wish left out (`words.WISHED`); weighed: for each who could.

    Points are costs: whoever has fewest is asked.
    """

    at: datetime
    outcome: str
    weighed: tuple[str, ...]
    left_out: tuple[str, ...]


def names_in(explained: Mapping[str, Any]) -> set[str]:
    """Ids of everybody a decision speaks about."""
    chosen = {each["person_id"] for each in explained["chosen"]}
    return chosen | set(explained["excluded"]) | set(explained["costs"])


def told(at: datetime, explained: Mapping[str, Any], names: Mapping[str, str]) -> Told:
    """A decision (`matching.Decision.explanation`) in words. `names`: by id."""

    def name(person_id: str) -> str:
        return names.get(person_id) or _("Somebody who has left")

    return Told(
        at=at,
        outcome=_outcome(explained, name),
        weighed=tuple(
            _weighed(name(who), parts)
            for who, parts in sorted(explained["costs"].items(), key=lambda pair: _points(pair[1]))
        ),
        left_out=tuple(_all_left_out(explained["excluded"], name)),
    )


def _outcome(explained: Mapping[str, Any], name: Any) -> str:
    asked = [
        _("%(name)s was asked, %(why)s.", name=name(each["person_id"]), why=RUNG[each["rung"]])
        for each in explained["chosen"]
    ]
    if asked:
        return " ".join(asked)
    if not explained["excluded"] and not explained["costs"]:
        return _("Nobody was on shift.")
    if all(codes == ["language"] for codes in explained["excluded"].values()):
        return _("Nobody was asked: nobody on shift spoke the language.")
    return _("Nobody was asked: nobody who was on could take it.")


def _weighed(name: str, parts: Mapping[str, float]) -> str:
    telling = [
        f"{PART.get(part, part)} {i18n.number(points, language())}"
        for part, points in parts.items()
        if points
    ]
    total = i18n.number(_points(parts), language())
    if not telling:
        return _("%(name)s: %(total)s points, nothing against it.", name=name, total=total)
    return _(
        "%(name)s: %(total)s points (%(parts)s).", name=name, total=total, parts=", ".join(telling)
    )


def _all_left_out(excluded: Mapping[str, list[str]], name: Any) -> Iterator[str]:
    unsuited = 0
    for who, codes in excluded.items():
        said = [code for code in codes if code not in WISHED]
        if said:
            yield _left_out(name(who), said)
        else:
            unsuited += 1
    if unsuited:
        yield ngettext(
            "%(num)s person does not suit what they wished.",
            "%(num)s people do not suit what they wished.",
            unsuited,
            num=unsuited,
        )


def _left_out(name: str, codes: list[str]) -> str:
    why = i18n.listed([str(LEFT_OUT.get(code, code)) for code in codes], language())
    return _("%(name)s %(why)s.", name=name, why=why)


def _points(parts: Mapping[str, float]) -> float:
    return round(sum(parts.values()), 1)
