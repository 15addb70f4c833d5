"""What happened to a case, one sentence for each event; no words of anybody."""

import json
from collections.abc import Mapping

from helpline import i18n
from helpline.cases import CaseEvent
from helpline.web.desk.words import ENDED, EVENT, RISK, SILENT
from helpline.web.language import LazyText, language
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
    "opened": EVENT["opened"],
    "spoke": EVENT["language_chosen"],
    "choice_asked": _l("They were asked how to go on"),
    "promised": _l("They were told an hour when somebody comes"),
    "promise_at_risk": _l("Coordinators were told that the promised hour may not be kept"),
    "joined_with": _l("Two open requests of theirs became one"),
    "joined": _l("Their page and their phone became one"),
    "reach_changed": _l("They changed how they may be reached"),
    "nobody_on": _l("They were told that nobody who speaks the language is on"),
    "escalated": _l("Coordinators were told that nobody took it"),
}

_CHOSEN: Mapping[str, LazyText] = {
    "language": _l("They chose to talk in %(language)s too"),
    "wait": _l("They chose to wait for their own language"),
    "text": _l("They chose to be answered by text"),
    "later": _l("They chose a later hour"),
    "message": _l("They chose to leave a message"),
    "human": _l("They asked for somebody as soon as can be"),
}
_SETTLED: Mapping[str, LazyText] = {
    "kept": _l("What they chose was kept"),
    "broken": _l("What they chose could not be kept, and they were told so"),
    "withdrawn": _l("What they chose ended with the wait"),
}


def mentioned(event: CaseEvent) -> set[str]:
    """Ids of everybody a sentence about this event names."""
    return {*_to(json.loads(event.facts)), *([event.actor_id] if event.actor_id else [])}


def sentence(event: CaseEvent, names: Mapping[str, str]) -> str:
    """The event in words; "" for what the messages say by themselves."""
    if event.reason in SILENT:
        return ""
    of_kind = {"chose": _CHOSEN, "choice": _SETTLED}.get(event.kind, {})
    found = of_kind.get(event.reason) or _KINDS.get(event.kind)
    found = found or _MORE.get(event.reason) or EVENT.get(event.reason)
    if event.to_state == "closed":
        found = EVENT["closed"]
    if found is None:
        return _("It moved on: %(reason)s", reason=event.reason.replace("_", " "))
    return _(found.message, **_facts(event, names))


def _facts(event: CaseEvent, names: Mapping[str, str]) -> dict[str, str]:
    facts = json.loads(event.facts)
    to = [names[each] for each in _to(facts) if each in names]
    spoken = facts.get("language") or ""
    risk = {level.value: words for level, (words, _means) in RISK.items()}.get(event.reason)
    return {
        "who": names.get(event.actor_id or "") or _("The person asking"),
        "to": ", ".join(dict.fromkeys(to)) or _("a counsellor"),
        "risk": str(risk) if risk else event.reason,
        "language": i18n.language_name(spoken, language()) if spoken else "",
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
