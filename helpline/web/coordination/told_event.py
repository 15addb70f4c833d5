"""What happened to a case, one sentence for each event; no words of anybody."""

import json
from collections.abc import Mapping

from helpline.cases import CaseEvent
from helpline.web.desk.words import ENDED, EVENT, RISK, SILENT
from helpline.web.language import LazyText
from helpline.web.language import gettext as _
from helpline.web.language import lazy_gettext as _l

_MORE: Mapping[str, LazyText] = {
    "taken_back": _l("%(who)s took it back into the line"),
    "colleague_left": _l("The colleague who was to take over has left"),
    "asked": _l("Came into the line"),
    "matched": _l("Was offered"),
}
_KINDS: Mapping[str, LazyText] = {
    "attention": EVENT["attention"],
    "risk": EVENT["risk"],
    "nobody_on": _l("They were told that nobody who speaks the language is on"),
    "escalated": _l("Coordinators were told that nobody took it"),
}


def mentioned(event: CaseEvent) -> set[str]:
    """Ids of everybody a sentence about this event names."""
    return {*_to(json.loads(event.facts)), *([event.actor_id] if event.actor_id else [])}


def sentence(event: CaseEvent, names: Mapping[str, str]) -> str:
    """The event in words; "" for what the messages say by themselves."""
    if event.reason in SILENT:
        return ""
    found = _KINDS.get(event.kind) or _MORE.get(event.reason) or EVENT.get(event.reason)
    if event.to_state == "closed":
        found = EVENT["closed"]
    if found is None:
        return _("It moved on: %(reason)s", reason=event.reason.replace("_", " "))
    return _(found.message, **_facts(event, names))


def _facts(event: CaseEvent, names: Mapping[str, str]) -> dict[str, str]:
    to = [names[each] for each in _to(json.loads(event.facts)) if each in names]
    risk = {level.value: words for level, (words, _means) in RISK.items()}.get(event.reason)
    return {
        "who": names.get(event.actor_id or "") or _("The person asking"),
        "to": ", ".join(dict.fromkeys(to)) or _("a counsellor"),
        "risk": str(risk) if risk else event.reason,
        "ended": str(ENDED.get(event.reason) or event.reason),
    }


def _to(facts: object, key: str = "") -> list[str]:
    """Ids of counsellors anywhere in an event's facts, in order."""
    if isinstance(facts, str):
        return [facts] if key in ("counsellor_id", "to_id", "counsellor_ids") else []
    if isinstance(facts, list):
        return [found for each in facts for found in _to(each, key)]
    if isinstance(facts, dict):
        return [found for name, each in facts.items() for found in _to(each, name)]
    return []
