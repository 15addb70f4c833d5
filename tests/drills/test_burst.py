"""Everybody texts at once: nobody's words are lost, said twice, or left without an answer."""

import statistics
from pathlib import Path

import pytest

from tests.drills.house import LONG, house, somebody_answers
from tests.drills.judging import nothing_lost_nothing_double, wait_until_quiet
from tests.drills.provider import provider
from tests.drills.senders import stories, texting

PHONES = 300 if LONG else 60
PATIENCE = 600.0 if LONG else 240.0  # seconds, on a machine that is busy with other tests
pytestmark = pytest.mark.drill


def test_three_texts_from_each_of_many_phones_at_once_are_all_kept_and_answered(
    tmp_path: Path,
) -> None:
    with provider() as network, house(tmp_path, network) as here:
        somebody_answers(here)
        here.start("web", "worker")
        here.wait_until_up()
        people = stories(PHONES)
        with texting(here, people, senders=30) as heard:
            pass
        wait_until_quiet(here, 3 * PHONES, within=PATIENCE)

        assert len(heard.acknowledged) == 3 * PHONES
        assert heard.tries == 3 * PHONES, "each text was taken at its first try"
        nothing_lost_nothing_double(here, network, heard.acknowledged)
        assert statistics.quantiles(heard.waits, n=20)[-1] < 5.0
