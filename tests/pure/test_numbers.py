"""Numbers are read in any script, never shown whole, and texted only where that makes sense."""

from zoneinfo import available_timezones

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.intake.numbers import (
    Number,
    Unreachable,
    emergency,
    last_two,
    may_be_texted,
    read_number,
    region,
    short_code,
    withheld,
    zone,
    zones,
)


def _example(country: str, kind: int) -> Number:
    found = phonenumbers.example_number_for_type(country, kind)
    assert found is not None
    return Number(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))


@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("012-345 6789", "MY", "+60123456789"),
        ("+60 12 345 6789", None, "+60123456789"),
        ("٠١٢٣٤٥٦٧٨٩", "MY", "+60123456789"),
        ("＋６０１２３４５６７８９", None, "+60123456789"),
        ("+5215512345678", None, "+525512345678"),
        ("+52 1 55 1234 5678", "MX", "+525512345678"),
        ("whatsapp:+60123456789", None, "+60123456789"),
        ("0917 123 4567", "PH", "+639171234567"),
        ("012-345 6789", None, None),
        ("+266696687", None, None),
        ("15888", "MY", None),
        ("650-253-CALL", "US", None),
        ("999", "MY", None),
        ("MYBANK", "MY", None),
        ("", "MY", None),
        ("\x00", "MY", None),
        ("9" * 1600, "MY", None),
    ],
)
def test_a_number_is_read(text: str, country: str | None, e164: str | None) -> None:
    number = read_number(text, country)

    assert (number.e164 if number else None) == e164


@pytest.mark.parametrize(
    "sender",
    [
        "+266696687",
        "266696687",
        "+7378742833",
        "+2562533",
        "+8566696687",
        "+86282452253",
        "anonymous",
        "Restricted",
        "",
        "  ",
        "+",
        "MYBANK",
        "Info24",
    ],
)
def test_a_sender_that_names_nobody_is_withheld(sender: str) -> None:
    assert withheld(sender)
    assert read_number(sender) is None


@pytest.mark.parametrize("sender", ["+60123456789", "15888", "whatsapp:+60123456789"])
def test_a_sender_that_names_somebody_is_not(sender: str) -> None:
    assert not withheld(sender)


def test_short_codes_and_emergency_numbers_are_known() -> None:
    assert short_code("15888")
    assert not short_code("+60123456789")
    assert emergency("112", "MY")
    assert not emergency("0123456789", "MY")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (_example("MY", phonenumbers.PhoneNumberType.MOBILE), None),
        (_example("MX", phonenumbers.PhoneNumberType.MOBILE), None),
        (_example("PH", phonenumbers.PhoneNumberType.MOBILE), Unreachable.COUNTRY),
        (_example("MY", phonenumbers.PhoneNumberType.PREMIUM_RATE), Unreachable.PREMIUM),
        (_example("MY", phonenumbers.PhoneNumberType.FIXED_LINE), Unreachable.LANDLINE),
        (_example("MY", phonenumbers.PhoneNumberType.TOLL_FREE), Unreachable.LANDLINE),
    ],
)
def test_who_may_be_texted(number: Number, reason: Unreachable | None) -> None:
    assert may_be_texted(number, {"MY", "MX"}) == reason


def test_a_landline_that_texted_us_is_no_landline() -> None:
    number = _example("MY", phonenumbers.PhoneNumberType.FIXED_LINE)

    assert may_be_texted(number, {"MY"}, has_texted=True) is None


def test_a_number_shows_two_digits_and_no_more() -> None:
    number = Number("+60123456789")

    assert last_two(number) == "89"
    assert "67" not in repr(number) + str(number) + f"{number}"


@pytest.mark.parametrize(
    ("e164", "country", "likeliest"),
    [
        ("+60123456789", "MY", "Asia/Kuala_Lumpur"),
        ("+919876543210", "IN", "Asia/Kolkata"),
        ("+959250123456", "MM", "Asia/Yangon"),
        ("+8613812345678", "CN", "Asia/Shanghai"),
        ("+639171234567", "PH", "Asia/Manila"),
        ("+819012345678", "JP", "Asia/Tokyo"),
        ("+525512345678", "MX", "America/Mexico_City"),
        ("+447400123456", "GB", "Europe/London"),
        ("+6281234567890", "ID", "Asia/Jakarta"),
        ("+61412345678", "AU", "Australia/Sydney"),
        ("+16505551234", "US", "America/Los_Angeles"),
        ("+9779841234567", "NP", "Asia/Kathmandu"),
    ],
)
def test_country_and_zone_are_guessed(e164: str, country: str, likeliest: str) -> None:
    assert region(Number(e164)) == country
    assert zone(Number(e164)) == likeliest


def test_every_zone_guessed_has_a_name_that_the_zone_data_knows() -> None:
    known, missing = available_timezones(), set()
    for country in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number(country)
        if example is not None:
            e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            missing |= set(zones(Number(e164))) - known

    assert missing == set()


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    read_number(text, "MY")
    withheld(text)
    short_code(text)
