"""Settings: read once, typed, frozen. Nothing else in the house reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
TWILIO = "https://api.twilio.com"


class ConfigError(Exception):
    """A setting is missing or makes no sense; the process must not start."""


@dataclass(frozen=True, slots=True)
class Config:
    """Every field is the setting <FIELD>; README.md lists them all (a test checks).

    The three keys and the secret key may be empty here: `helpline.runtime` then takes those that
    the instance made for itself (see `helpline.privacy.keys`). Times are in seconds.
    """

    database_url: str = "sqlite:///instance/warmline.sqlite"
    host: str = "127.0.0.1"
    port: int = 8000
    secret_key: str = field(default="", repr=False)
    data_keys: str = field(default="", repr=False)
    index_key: str = field(default="", repr=False)
    audit_key: str = field(default="", repr=False)
    keys_dir: str = ""
    public_base_url: str = ""
    trusted_proxies: int = 0
    twilio_api_base: str = TWILIO
    twilio_account_sid: str = ""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_auth_token_next: str = field(default="", repr=False)
    twilio_from: str = ""
    twilio_messaging_service_sid: str = ""
    android_gateway_url: str = ""
    android_gateway_user: str = ""
    android_gateway_password: str = field(default="", repr=False)
    android_gateway_signing_key: str = field(default="", repr=False)
    smtp_url: str = field(default="", repr=False)
    mail_from: str = "warmline@localhost"
    mail_dir: str = ""
    imap_url: str = field(default="", repr=False)
    gateway_timeout: float = 10.0
    gateway_retry_base: float = 5.0
    gateway_unknown_wait: float = 30.0

    def __post_init__(self) -> None:
        if not self.public_base_url:
            object.__setattr__(self, "public_base_url", f"http://{_shown(self.host)}:{self.port}")
        object.__setattr__(self, "public_base_url", self.public_base_url.rstrip("/"))
        self._check_twilio()
        self._check_android()
        _check_address("PUBLIC_BASE_URL", self.public_base_url)
        _check_address("TWILIO_API_BASE", self.twilio_api_base)
        if not is_loopback(self.twilio_api_base) and not self.twilio_api_base.startswith("https:"):
            raise ConfigError("TWILIO_API_BASE must be https: the account's token goes there")

    def _check_twilio(self) -> None:
        wanted = (self.twilio_account_sid, self.twilio_auth_token)
        sender = self.twilio_from or self.twilio_messaging_service_sid
        if any((*wanted, sender)) and not all((*wanted, sender)):
            raise ConfigError(
                "set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM"
                " (or TWILIO_MESSAGING_SERVICE_SID) together, or none of them"
            )

    def _check_android(self) -> None:
        wanted = (
            self.android_gateway_url,
            self.android_gateway_user,
            self.android_gateway_password,
            self.android_gateway_signing_key,
        )
        if any(wanted) and not all(wanted):
            raise ConfigError("set all four ANDROID_GATEWAY_* settings, or none of them")

    @property
    def has_twilio(self) -> bool:
        return bool(self.twilio_account_sid)

    @property
    def has_android(self) -> bool:
        return bool(self.android_gateway_url)

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the instance: a demonstration is allowed then."""
        return is_loopback(self.public_base_url)

    @property
    def stays_here(self) -> bool:
        """Whether nothing goes beyond this machine either: neither pages, nor texts, nor mails."""
        reached = [self.public_base_url]
        reached += [self.twilio_api_base] if self.has_twilio else []
        reached += [url for url in (self.android_gateway_url, self.smtp_url, self.imap_url) if url]
        return all(is_loopback(url) for url in reached)

    @property
    def data_folder(self) -> Path:
        """Where this instance keeps its files: beside an SQLite database, else `instance`."""
        file = sqlite_file(self.database_url)
        return file.parent if file else Path("instance").absolute()

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Config":
        """Read the settings from `env`; <FIELD>_FILE names a file holding the value.

        Raises:
            ConfigError: a value of the wrong kind, a half-configured gateway, an unreadable file.
        """
        kinds = {f.name: f.type for f in fields(cls)}
        values: dict[str, str | int | float] = {}
        for name, kind in kinds.items():
            text = _setting(env, name.upper())
            if text is not None:
                values[name] = _typed(name.upper(), text, str(getattr(kind, "__name__", kind)))
        return cls(**values)  # type: ignore[arg-type]  # _typed made each of its field's kind


def environment(**settings: str) -> dict[str, str]:
    """The environment for a process that we start: ours, with `settings` on top."""
    return {**os.environ, **settings}


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK


def sqlite_file(url: str) -> Path | None:
    """The file behind an SQLite URL, absolute; None for a server's."""
    if not url.startswith("sqlite"):
        return None
    return Path(url.split("///", 1)[1].split("?")[0]).absolute()


def _setting(env: Mapping[str, str], name: str) -> str | None:
    path = env.get(f"{name}_FILE")
    if not path:
        return env.get(name) or None
    try:
        return Path(path).read_text().strip() or None
    except OSError as error:
        raise ConfigError(f"{name}_FILE cannot be read: {error.strerror}") from error


def _typed(name: str, text: str, kind: str) -> str | int | float:
    if kind == "str":
        return text
    try:
        number = int(text) if kind == "int" else float(text)
    except ValueError as error:
        raise ConfigError(f"{name} must be a number") from error
    if number < 0:
        raise ConfigError(f"{name} must not be negative")
    return number


def _check_address(name: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ConfigError(f"{name} must be a web address such as https://help.example.org")


def _shown(host: str) -> str:
    """The address to show for a listening one: 0.0.0.0 is reached as 127.0.0.1 from here."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  compared, not listened on
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
