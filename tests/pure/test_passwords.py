"""Which passwords are good enough, and how they are kept."""

import threading

import pytest

from helpline.people import passwords
from helpline.people.passwords import TooBusy, WeakPassword


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "short"),
        ("x" * 201, "long"),
        ("qwertyqwerty", "common"),
        ("123456654321", "common"),
        ("Password1234", "common"),
        ("sunshine!!!!!!!!", "common"),
        ("aaaaaaaaaaaaa", "common"),
        ("WarmlineWarmline", "context"),
        ("mei-ling-2026", "context"),
    ],
)
def test_what_guessers_try_first_is_refused(password: str, why: str) -> None:
    with pytest.raises(WeakPassword) as refusal:
        passwords.check(password, ["Mei", "Ling"])

    assert refusal.value.why == why


@pytest.mark.parametrize(
    "password",
    [
        "wooden kettle sings",
        "tujuh belas ekor kucing",
        "一二三四五六七八九十十一",
        "été à la plage " * 13,
        "no digits needed here",
    ],
)
def test_anything_long_enough_and_uncommon_is_taken(password: str) -> None:
    passwords.check(password, ["Mei"])


def test_a_hash_carries_its_parameters_and_fits_its_password_only() -> None:
    kept = passwords.hashed("wooden kettle sings")

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(kept, "wooden kettle sings")
    assert not passwords.matches(kept, "wooden kettle sing")
    assert not passwords.matches(None, "wooden kettle sings")
    assert not passwords.matches("!", "!")


def test_a_password_composed_in_another_way_is_the_same() -> None:
    assert passwords.matches(passwords.hashed("caf\u00e9 de la gare"), "cafe\u0301 de la gare")


def test_a_hash_of_weaker_parameters_is_to_be_made_anew() -> None:
    weak = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$F7W6rP0Qh7pG6GXf3cGJ8g"

    assert passwords.is_dated(weak)
    assert not passwords.is_dated(passwords.hashed("wooden kettle sings"))


def test_a_flood_of_sign_ins_is_turned_away_not_queued() -> None:
    """Threads that wait here would be missing where texts come in."""
    outcomes: list[str] = []
    start = threading.Barrier(40)

    def attempt() -> None:
        start.wait()
        try:
            passwords.matches(None, "some long password")
            outcomes.append("checked")
        except TooBusy:
            outcomes.append("busy")

    threads = [threading.Thread(target=attempt) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("checked") >= 1 + passwords.WAITING_AT_MOST
    assert outcomes.count("busy") >= 20
