"""What a first visit costs in bytes: the page and everything it fetches from us, compressed."""

import gzip
from html.parser import HTMLParser
from urllib.parse import urlsplit

from flask.testing import FlaskClient


class _Linked(HTMLParser):
    """Collects what a browser would fetch by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        wanted = ("stylesheet", "icon", "manifest", "preload", "modulepreload")
        if tag == "link" and set((found.get("rel") or "").split()) & set(wanted):
            self._add(found.get("href"))
        elif tag in ("script", "img", "source", "audio", "video", "iframe", "embed"):
            self._add(found.get("src"))

    def _add(self, address: str | None) -> None:
        if address and not address.startswith("data:"):
            self.addresses.append(address)


def linked(html: str) -> list[str]:
    """The addresses a page makes the browser fetch, each once. Other origins are a mistake.

    Raises:
        AssertionError: one of them is not ours.
    """
    parser = _Linked()
    parser.feed(html)
    for address in parser.addresses:
        parts = urlsplit(address)
        assert not parts.netloc, f"a page fetches from elsewhere: {address}"
    return list(dict.fromkeys(parser.addresses))


def first_load(client: FlaskClient, path: str) -> int:
    """Bytes of a first visit to `path`: page, styles, scripts and pictures, each gzip -9."""
    page = client.get(path, headers={"Accept-Encoding": "identity"}, follow_redirects=True)
    assert page.status_code < 400, f"{path} answered {page.status}"
    return _packed(page.data) + sum(_fetched(client, one) for one in linked(page.text))


def _fetched(client: FlaskClient, address: str) -> int:
    answer = client.get(address, headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200, f"{address} answered {answer.status}"
    return _packed(answer.data)


def _packed(content: bytes) -> int:
    return len(gzip.compress(content, 9, mtime=0))
