"""kill -9 at random moments, while people text and the provider loses answers.

Whatever dies, and whenever: a text that was acknowledged is there once, was read once, and every
answer it was promised left once.
"""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.house import LONG, House, house, somebody_answers
from tests.drills.judging import nothing_lost_nothing_double, wait_until_quiet
from tests.drills.provider import Faults, provider
from tests.drills.senders import stories, texting

KILLS = 30 if LONG else 4
SENDERS = 8
PHONES = 240 if LONG else 24
PATIENCE = 600.0 if LONG else 240.0
BETWEEN = (0.3, 2.5)  # seconds between two kills
pytestmark = pytest.mark.drill


def test_kill_9_loses_no_text_and_doubles_no_answer(tmp_path: Path) -> None:
    dice = random.Random(20)  # noqa: S311  the moments differ anyway; the choices need not
    faults = Faults(lost=10, failing=2, busy=2)
    with provider(faults) as network, house(tmp_path, network) as here:
        somebody_answers(here)
        here.start("run")
        here.wait_until_up()
        people = stories(PHONES)
        killed = []
        with texting(here, people, senders=SENDERS, pause=0.3) as heard:
            for kill in _kills(dice):
                time.sleep(dice.uniform(*BETWEEN))
                killed.append(_strike(here, kill))
        wait_until_quiet(here, 3 * PHONES, within=PATIENCE)

        assert len(killed) == KILLS
        assert len(heard.acknowledged) == 3 * PHONES
        assert network.hits["lost"] > 0
        nothing_lost_nothing_double(here, network, heard.acknowledged)


def _kills(dice: random.Random) -> Iterator[str]:
    """Each kind of process in its turn, so that few kills meet all of them; then as it falls."""
    kinds = ["worker", "web child", "everything", "web"]
    for number in range(KILLS):
        yield kinds[number] if number < len(kinds) else dice.choice(kinds)


def _strike(here: House, kind: str) -> str:
    """Kill one process of a kind, or all at once as a power cut does, and start what was ended."""
    living = here.processes()
    if kind == "everything":
        here.kill(*living)
        here.start("run")
        return kind
    here.kill(*[pid for pid, word in living.items() if word == kind][:1])
    return kind
