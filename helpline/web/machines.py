"""What pages need around a request, left out where a program calls.

A webhook has no language, no sign-in, no form and no cookie; its own signature is all that lets it
in (see `roles.csv`, `signed`). A calendar's address is its own key (`feeds`), and it only reads.
Choosing a language and opening the house for every text costs a quarter of the whole, so it is not
done for the doors of programs.
"""

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue

MACHINES = frozenset({"feeds", "sms", "voice"})
"""Blueprints whose every view checks a signature or a token before it does anything."""


class _Said(SecureCookieSessionInterface):
    """Flask's session, which only holds words to show once. Most requests bring none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()  # without making a signer first
        return super().open_session(app, request)


class House(Flask):
    """A Flask application that greets machines briefly."""

    session_interface = _Said()

    def preprocess_request(self) -> ResponseReturnValue | None:
        return None if request.blueprint in MACHINES else super().preprocess_request()

    def process_response(self, response: Response) -> Response:
        """Nothing that a machine gets is for a browser, nor may one take it for a page."""
        if request.blueprint not in MACHINES:
            return super().process_response(response)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        return response
