"""A pretend phone for tests: texts the line through the provider's door, and reads what came."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask
from twilio.request_validator import RequestValidator

from scheduling.base import new_id
from tests.conftest import RecordingGateway

URL = "http://127.0.0.1:5000/sms/twilio"
LINE = "+15005550006"


@dataclass
class Phone:
    """One phone. `text` sends and lets the workers do what is due; it gives what came back."""

    app: Flask
    gateway: RecordingGateway
    work: Callable[[], int]
    number: str = "+60123456789"
    seen: int = field(default=0, init=False)

    def text(self, body: str, *, hint: str = "", work: bool = True) -> list[str]:
        form = {"MessageSid": f"SM{new_id()}", "From": self.number, "To": LINE, "Body": body}
        if hint:
            form["OptOutType"] = hint
        signature = RequestValidator("token").compute_signature(URL, form)
        answer = self.app.test_client().post(
            "/sms/twilio", data=form, headers={"X-Twilio-Signature": signature}
        )
        assert answer.status_code == 200
        return self.new() if work else []

    def new(self) -> list[str]:
        """What reached the phone since it was last looked at; each text is delivered at once."""
        self.work()
        while self._deliver():
            self.work()
        bodies = self.gateway.bodies(self.number)
        fresh, self.seen = bodies[self.seen :], len(bodies)
        return fresh

    def _deliver(self) -> bool:
        """The network reports every accepted text as delivered; whether there was any."""
        from helpline.db import transaction
        from helpline.messaging import outbox
        from helpline.runtime import runtime

        with self.app.app_context(), transaction() as session:
            accepted = [r for r in outbox.listing(session) if r["state"] in ("accepted", "sent")]
            for row in accepted:
                outbox.report(
                    session,
                    outbox_id=str(row["id"]),
                    provider_id="",
                    state="delivered",
                    code="",
                    now=runtime().now(),
                )
        return bool(accepted)
