"""Mails leave whole, with a neutral subject and no stranger's headers, or not at all."""

import smtplib
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from helpline.config import Config, ConfigError
from helpline.messaging.email import FileMail, SmtpMail
from helpline.messaging.gateway import Accepted, Letter, RefusalKind, Refused, Unknown

LETTER = Letter("abc", "a@example.org", "A message for you", "There is an answer for you.")


@dataclass
class Server:
    """A mail server on loopback that does what a test says."""

    port: int
    mails: list[bytes] = field(default_factory=list)
    to_recipient: bytes = b"250 ok"
    to_data: bytes = b"250 ok"


@pytest.fixture
def server() -> Iterator[Server]:
    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line.split(b" ")[0].strip().upper()
                if word == b"DATA":
                    self._data()
                elif word == b"RCPT":
                    self.wfile.write(state.to_recipient + b"\r\n")
                elif word == b"QUIT":
                    return
                else:
                    self.wfile.write(b"250 ok\r\n")

        def _data(self) -> None:
            self.wfile.write(b"354 go on\r\n")
            lines = list(iter(self.rfile.readline, b".\r\n"))
            if state.to_data:
                state.mails.append(b"".join(lines))
                self.wfile.write(state.to_data + b"\r\n")
            else:
                self.connection.close()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as listening:
        listening.daemon_threads = True
        state = Server(listening.server_address[1])
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        listening.shutdown()
        thread.join()


def _smtp(port: int) -> SmtpMail:
    return SmtpMail("127.0.0.1", port, "line@example.net", timeout=1.0)


def test_a_mail_is_handed_over_whole(server: Server) -> None:
    assert _smtp(server.port).send(LETTER) == Accepted("abc")
    mail = message_from_bytes(server.mails[0], policy=default)
    assert (mail["To"], mail["Subject"]) == ("a@example.org", "A message for you")
    assert mail["Message-ID"] == "<abc@example.net>"
    assert mail.get_content().strip() == "There is an answer for you."


def test_words_in_any_script_arrive(server: Server) -> None:
    _smtp(server.port).send(Letter("abc", "a@example.org", "有您的一条消息", "有给您的回复。"))
    mail = message_from_bytes(server.mails[0], policy=default)
    assert (mail["Subject"], mail.get_content().strip()) == ("有您的一条消息", "有给您的回复。")


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org\r\nBcc: all@example.org",
        "a@example.org, b@example.org",
        "A <a@example.org>",
        "nobody",
        "",
    ],
)
def test_an_address_that_brings_more_than_itself_is_refused(server: Server, address: str) -> None:
    letter = Letter("abc", address, "Hello", "Hello")
    assert _smtp(server.port).send(letter) == Refused(RefusalKind.BAD_NUMBER, "address")
    assert server.mails == []


def test_a_subject_is_one_line(server: Server) -> None:
    _smtp(server.port).send(Letter("abc", "a@example.org", "Hi\r\nBcc: b@example.org", "Hello"))
    mail = message_from_bytes(server.mails[0], policy=default)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hi Bcc: b@example.org"


@pytest.mark.parametrize(
    ("said", "kind"),
    [(b"550 no such user", RefusalKind.BAD_NUMBER), (b"450 later", RefusalKind.LATER)],
)
def test_a_refused_recipient_is_told_apart_from_a_busy_server(
    server: Server, said: bytes, kind: RefusalKind
) -> None:
    server.to_recipient = said
    answer = _smtp(server.port).send(LETTER)
    assert isinstance(answer, Refused)
    assert answer.kind is kind


def test_a_line_that_breaks_after_the_words_leaves_it_unknown(server: Server) -> None:
    server.to_data = b""
    assert isinstance(_smtp(server.port).send(LETTER), Unknown)


def test_a_server_that_is_away_is_tried_later() -> None:
    answer = _smtp(9).send(LETTER)
    assert isinstance(answer, Refused)
    assert answer.kind is RefusalKind.LATER


def test_a_password_is_never_said_without_encryption(server: Server) -> None:
    mail = SmtpMail("127.0.0.1", server.port, "line@example.net", 1.0, user="u", password="p")
    answer = mail.send(LETTER)
    assert answer == Refused(RefusalKind.LATER, smtplib.SMTPNotSupportedError.__name__)
    assert "p" not in repr(mail).split("password")[-1] or "password" not in repr(mail)


def test_smtp_url_is_read() -> None:
    mail = SmtpMail.from_config(Config(smtp_url="smtps://me%40x:se%2Fcret@mail.example.org"))
    assert (mail.host, mail.port, mail.tls) == ("mail.example.org", 465, True)
    assert (mail.user, mail.password) == ("me@x", "se/cret")
    with pytest.raises(ConfigError):
        SmtpMail.from_config(Config(smtp_url="https://mail.example.org"))


def test_without_a_server_each_mail_is_a_file(tmp_path: Path) -> None:
    mail = FileMail(tmp_path / "mail", "line@example.net")
    assert mail.send(LETTER) == mail.send(LETTER) == Accepted("abc")
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == "abc.eml"
    assert file.stat().st_mode & 0o077 == 0
    assert message_from_bytes(file.read_bytes(), policy=default)["To"] == "a@example.org"
