"""A person asking in a browser without script: fills forms in as the pages offer them."""

from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Form:
    """One form of a page: where it goes and what a browser would send with it."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: dict[str, str] = {}


class _Forms(HTMLParser):
    """Collects the forms of a page with the values that stand in their fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(at.get("action", "")))
        elif self.forms and tag == "textarea":
            self._area = at["name"]
            self._into(at["name"], "")
        elif self.forms and tag == "select":
            self._select = at["name"]
        elif self.forms and tag == "option" and self._select:
            if "selected" in at or self._select not in self.forms[-1].fields:
                self._into(self._select, at["value"])
        elif self.forms and tag == "input" and "name" in at and _sent(at):
            self._into(at["name"], at.get("value", "on"))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            text = self.forms[-1].fields[self._area] + data
            self._into(self._area, text)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            self._into(self._area, self.forms[-1].fields[self._area].removeprefix("\n"))
            self._area = None
        elif tag == "select":
            self._select = None

    def _into(self, name: str, value: str) -> None:
        self.forms[-1].fields[name] = value


def _sent(at: dict[str, str]) -> bool:
    """Whether a browser sends this input: a choice only when it is chosen."""
    return at.get("type") not in ("radio", "checkbox") or "checked" in at


def form(page: TestResponse, action: str) -> Form:
    """The page's form that goes to `action`."""
    parser = _Forms()
    parser.feed(page.text)
    return next(one for one in parser.forms if one.action == action)


def send(client: FlaskClient, page: TestResponse, action: str, **typed: str) -> TestResponse:
    """Fill in the page's form and send it, without following where it leads."""
    found = form(page, action)
    return client.post(action, data={**found.fields, **typed})


def asked(client: FlaskClient, **typed: str) -> TestResponse:
    """Go through the whole form; the page with the code."""
    page = client.get("/ask")
    for step in (1, 2, 3, 4):
        assert page.status_code == 200, page.text
        mine = {name: value for name, value in typed.items() if name in _OF[step]}
        page = send(client, page, "/ask", **mine, **({"agree": "1"} if step == 4 else {}))
    return page


def code(page: TestResponse) -> str:
    """The six words on the page."""
    start = page.text.index('translate="no">') + len('translate="no">')
    return page.text[start : page.text.index("</p>", start)].replace("<br>", " ")


_OF = {
    1: ("language", "safe"),
    2: ("words", "topic", "alias"),
    3: (
        *("how", "phone", "notify", "notify_phone", "mail", "safe_from", "safe_until", "zone"),
        *("gender_wish", "age_wish"),
    ),
    4: ("age_band",),
}
