"""Settings: read once, refused when they make no sense, never shown."""

import base64
import os
import stat
from pathlib import Path

import pytest

from helpline.config import Config, ConfigError
from helpline.privacy import keys
from helpline.privacy.keys import BadKeys
from helpline.privacy.sealing import new_key

TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
    "TWILIO_AUTH_TOKEN": "a token",
    "TWILIO_FROM": "+15005550006",
}


def test_nothing_set_is_this_machine_and_a_file() -> None:
    config = Config.from_env({})

    assert config.database_url.startswith("sqlite:")
    assert config.public_base_url == "http://127.0.0.1:8000"
    assert config.on_loopback


def test_host_and_port_make_the_address() -> None:
    config = Config.from_env({"HOST": "0.0.0.0", "PORT": "9001"})  # noqa: S104  only a setting

    assert config.public_base_url == "http://127.0.0.1:9001"


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")

    assert (
        Config.from_env({"SECRET_KEY_FILE": str(tmp_path / "secret")}).secret_key == "from a file"
    )


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(ConfigError, match="SECRET_KEY_FILE cannot be read"):
        Config.from_env({"SECRET_KEY_FILE": "/nowhere/secret"})


@pytest.mark.parametrize("missing", sorted(TWILIO))
def test_half_a_gateway_does_not_start(missing: str) -> None:
    half = {name: value for name, value in TWILIO.items() if name != missing}

    with pytest.raises(ConfigError, match="together"):
        Config.from_env(half)


def test_a_messaging_service_does_instead_of_a_number() -> None:
    env = {**TWILIO, "TWILIO_MESSAGING_SERVICE_SID": "MG" + "b" * 32}
    env.pop("TWILIO_FROM")

    assert Config.from_env(env).has_twilio


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "-1"),
        ("PUBLIC_BASE_URL", "help.example.org"),
        ("PUBLIC_BASE_URL", "ftp://help.example.org"),
        ("TWILIO_API_BASE", "http://api.example.org"),
        ("ANDROID_GATEWAY_URL", "http://127.0.0.1:8080"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name.split("_")[0]):
        Config.from_env({name: value})


def test_a_pretended_provider_may_be_plain_on_loopback() -> None:
    assert Config.from_env({"TWILIO_API_BASE": "http://127.0.0.1:4010"}).twilio_api_base


def test_no_secret_shows() -> None:
    shown = repr(Config.from_env({**TWILIO, "SECRET_KEY": "sesame", "SMTP_URL": "smtp://u:pw@h"}))

    assert not [word for word in ("sesame", "a token", "pw@") if word in shown]


def test_keys_are_made_once_in_a_file_that_only_the_owner_reads(tmp_path: Path) -> None:
    first, path, made = keys.read_or_make(tmp_path)
    again, _, made_again = keys.read_or_make(tmp_path)

    assert (made, made_again) == (True, False)
    assert first == again
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert keys.keyring(first["data_keys"], first["index_key"], first["audit_key"])


def test_a_key_file_others_can_read_is_refused(tmp_path: Path) -> None:
    _, path, _ = keys.read_or_make(tmp_path)
    path.chmod(0o644)

    with pytest.raises(BadKeys, match="chmod 600"):
        keys.read_or_make(tmp_path)


@pytest.mark.parametrize(
    "bad", ["", "short", "A" * 43, base64.b64encode(b"x" * 32).decode(), "not base64 !!"]
)
def test_missing_short_or_default_keys_are_refused(bad: str) -> None:
    good = keys.encode(new_key())

    with pytest.raises(BadKeys):
        keys.keyring(bad, good, good)
    with pytest.raises(BadKeys):
        keys.keyring(good, bad, good)
