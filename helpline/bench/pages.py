"""What a first visit to a seeker's page weighs, with everything the browser fetches by itself."""

import gzip
import re
from collections.abc import Iterator

from flask import Flask
from flask.testing import FlaskClient

from helpline.bench.figures import Figure
from helpline.i18n import offered

FIRST_WINDOW = 14_336  # bytes: what TCP sends before the first acknowledgement (RFC 6928)
SEEKER_PAGES = ("/", "/ask", "/return", "/crisis", "/privacy")
LANGUAGES = tuple(one.tag for one in offered())
_TAG = re.compile(r"<(?:link|script|img)\b[^>]*>")
_ADDRESS = re.compile(r'\b(?:src|href)="([^"]+)"')
_FETCHED = re.compile(r'<(?:script|img)|rel="(?:stylesheet|icon|manifest|preload|modulepreload)')


def weights(app: Flask) -> Iterator[Figure]:
    """The heaviest of the languages that a seeker finds complete, for each page."""
    for path in SEEKER_PAGES:
        most = max(_first_load(app, path, language) for language in LANGUAGES)
        yield Figure(
            f"first load of {path}, gzipped, with all it needs", "bytes", most, FIRST_WINDOW
        )


def _first_load(app: Flask, path: str, language: str) -> int:
    """Bytes for a browser that comes for the first time and prefers `language`."""
    client = app.test_client()
    page = _get(client, path, language)
    needed = dict.fromkeys(
        address
        for tag in _TAG.findall(page.decode())
        if _FETCHED.search(tag)
        for address in _ADDRESS.findall(tag)
        if not address.startswith("data:")
    )
    return _packed(page) + sum(_packed(_get(client, one, language)) for one in needed)


def _get(client: FlaskClient, path: str, language: str) -> bytes:
    headers = {"Accept-Encoding": "identity", "Accept-Language": language}
    answer = client.get(path, headers=headers)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    content: bytes = answer.data
    return content


def _packed(content: bytes) -> int:
    return len(gzip.compress(content, 9, mtime=0))
