#!/usr/bin/env python3
"""SIGKILL for everything, the daemon, its executors and the broker, at random moments of the path,
again and again; then the path is run to its end and compared with an undisturbed run.

    moments.py AORTA [KILLS [SEED]]     100 kills unless AORTA_CRASH_KILLS says otherwise
"""

import os
import random
import sys
import time

from pipeline import STAGES, Pipeline, difference, kill_session


def undisturbed(program):
    pipeline = Pipeline(program)
    results, seconds = [], []
    try:
        for stage in range(len(STAGES)):
            begin = time.monotonic()
            status, output = pipeline.run(stage)
            assert status == 0, output
            seconds.append(time.monotonic() - begin)
            results.append({**pipeline.tables(), "lake": pipeline.lake()})
        return results, seconds
    finally:
        pipeline.remove()


def kill_after(pipeline, stage, seconds):
    """True if the run was still at work."""
    process = pipeline.start(stage)
    time.sleep(seconds)
    alive = process.poll() is None
    kill_session(process.pid)
    process.communicate()
    return alive


def main():
    program = sys.argv[1]
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else int(os.environ.get("AORTA_CRASH_KILLS", 100))
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    chance = random.Random(seed)
    print(f"seed {seed}", flush=True)
    results, seconds = undisturbed(program)
    done = 0
    while done < kills:
        # A fresh pipeline every ten kills, so that both stages are hit at their beginnings too.
        pipeline = Pipeline(program)
        try:
            for stage, wanted in enumerate(results):
                for _ in range(5):
                    done += kill_after(pipeline, stage, chance.uniform(0, seconds[stage] * 1.1))
                pipeline.finish(stage)
                problem = difference(wanted, {**pipeline.tables(), "lake": pipeline.lake()})
                assert not problem, f"stage {stage}, after {done} kills: {problem}"
            pipeline.clean()
            assert not pipeline.unfinished_runs(), "a run is left running"
        finally:
            pipeline.remove()
        print(f"{done} kills", flush=True)
    print(f"{done} kills, nothing lost, nothing twice")
    return 0


if __name__ == "__main__":
    sys.exit(main())
