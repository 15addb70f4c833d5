"""A browser for tests of doors: it sends the token of its forms, as a page's form does."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import inspect
from werkzeug.test import TestResponse

from helpline.db import transaction
from helpline.people import Person, sessions
from helpline.runtime import runtime
from helpline.web import cookies, csrf


class Client(FlaskClient):
    """`form_token=False` leaves the token out, as a page that was open too long would."""

    def open(self, *args: Any, form_token: bool = True, **kwargs: Any) -> TestResponse:
        if form_token and kwargs.get("method", "GET") not in csrf.SAFE:
            kwargs["headers"] = {csrf.HEADER: self._token(), **dict(kwargs.get("headers") or {})}
        return super().open(*args, **kwargs)

    def _token(self) -> str:
        with self.application.app_context():
            names = [cookies.name(csrf.COOKIE), cookies.name(csrf.STAFF_COOKIE)]
        if self.get_cookie(names[0]) is None:
            self.set_cookie(names[0], "this-browser")
        held = [cookie for cookie in map(self.get_cookie, names) if cookie is not None]
        header = "; ".join(f"{cookie.key}={cookie.value}" for cookie in held)
        with self.application.test_request_context(headers={"Cookie": header}):
            return csrf.csrf_token()


def sign_in(client: FlaskClient, person: Person) -> FlaskClient:
    """Sign a committed staff member in at once, without the form. Returns the same client."""
    identity = inspect(person).identity  # asks nothing: the test's own session would go on reading
    assert identity is not None, "commit them first"
    with client.application.app_context():
        with transaction() as session:
            token = sessions.open_session(
                session, identity[0], device="Firefox, Linux", now=runtime().now()
            )
        client.set_cookie(cookies.name(csrf.STAFF_COOKIE), token)
    return client
