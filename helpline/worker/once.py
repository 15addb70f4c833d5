"""Everything that is due, once, in this thread: for tests, drills and a first look."""

from flask import Flask

from helpline.worker.work import Work

AT_MOST = 100_000  # something that asks for itself again at once would never end


def run_due(app: Flask) -> int:
    """Do every job that is due and send what may leave now, until nothing is; how many things.

    What becomes due later stays: move the clock and call again.
    """
    work = Work.of(app)
    work.ask_for_what_repeats()
    done = 0
    while done < AT_MOST:
        now_done = _jobs(work) + _calls(work)
        if not now_done:
            return done
        done += now_done
    raise RuntimeError("there is no end to what is due: some job asks for itself at once")


def _jobs(work: Work) -> int:
    done = 0
    while done < AT_MOST and (work.do_one() or work.run_one_errand()):
        done += 1
    return done


def _calls(work: Work) -> int:
    batch = work.sender.claim()
    for task in batch.attempts:
        work.sender.carry(task)
    return batch.seen
