"""Parts of pages that fetch themselves again, and cost nothing while nothing has changed.

The part carries `{{ live(address, tag) }}` of macros/live.html: htmx then asks every few seconds
with the tag it shows, and gets a 304 or the part anew. Without script a link loads the page again.
"""

from collections.abc import Callable

from flask import Response, request
from flask.typing import ResponseReturnValue

from helpline.web.language import language


def tag(*seen: object) -> str:
    """What a part shows, in one word: versions, moments, ids; the language comes by itself."""
    return tag_in(language(), *seen)


def tag_in(language: str, *seen: object) -> str:
    """The same where no page is being made, and so no language was chosen."""
    return "-".join(str(each) for each in (*seen, language))


def answer(found: str, render: Callable[[], str]) -> ResponseReturnValue:
    """The part, drawn only if the page shows another one."""
    answer = Response(status=304) if request.if_none_match.contains(found) else Response(render())
    answer.set_etag(found)
    return answer
