#!/usr/bin/env python3
"""Kills the path at every named fault point in turn, before and after each commit, PUT, rename,
offset commit and checkpoint; runs it again; compares every published table and the union of the
lake with an undisturbed run.

    points.py AORTA             every point
    points.py AORTA NAME…       these points

The points are listed from the source; one that the path never passes fails the test, unless it is
one at which served.py kills. A process is killed at its first pass of the point, or at those that
AORTA_CRASH_PASSES names ("1 3 10"). AORTA_CRASH_POINTS=N: at N of the points, by chance; that each
is passed is asked of all.
"""

import os
import random
import re
import sys

from pipeline import FEEDS, ROOT, STAGES, TABLES, Pipeline, difference
from served import OWN as SERVED

PASSES = [int(word) for word in os.environ.get("AORTA_CRASH_PASSES", "1").split()]


def points_of_source():
    found = set()
    for folder in ("engine", "connectors", "web"):
        for path in (ROOT / folder).rglob("*.[ch]*"):
            found.update(re.findall(r'fault_point\("([^"]+)"\)', path.read_text()))
    return sorted(found - set(SERVED))


def undisturbed(program, trace):
    """What each stage gives when nothing happens, and how often each point is passed."""
    pipeline = Pipeline(program)
    try:
        results = []
        for stage in range(len(STAGES)):
            status, output = pipeline.run(stage, {"AORTA_FAULT_TRACE": str(trace(pipeline))})
            assert status == 0, output
            results.append({**pipeline.tables(), "lake": pipeline.lake()})
        uncompared = pipeline.published() ^ (set(TABLES) | FEEDS)
        assert not uncompared, f"what is compared is not what is published: {sorted(uncompared)}"
        return results, trace(pipeline).read_text().split()
    finally:
        pipeline.remove()


def kill_at(program, point, passes, results):
    """Kills one process at that pass of the point in each stage. None if it never came to that."""
    pipeline = Pipeline(program)
    killed = False
    try:
        for stage, wanted in enumerate(results):
            once = pipeline.folder / f"once-{stage}"
            pipeline.run(stage, {"AORTA_FAULT": f"{point}:{passes}", "AORTA_FAULT_ONCE": str(once)})
            killed = killed or once.exists()
            pipeline.finish(stage)
            got = {**pipeline.tables(), "lake": pipeline.lake()}
            problem = difference(wanted, got)
            assert not problem, f"stage {stage}: {problem}"
        pipeline.clean()
        assert not pipeline.unfinished_runs(), "a run is left running"
        return killed
    finally:
        pipeline.remove()


def main():
    program, *names = sys.argv[1:]
    points = points_of_source()
    results, passed = undisturbed(program, lambda pipeline: pipeline.folder / "trace")
    never = sorted(set(points) - set(passed))
    failures = [f"{point}: the path never passes it" for point in never if not names]
    kills = 0
    if not names:
        names = [point for point in points if point not in never]
        some = int(os.environ.get("AORTA_CRASH_POINTS", len(names)))
        names = sorted(random.sample(names, min(some, len(names))))
    for point in names:
        for passes in PASSES:
            try:
                killed = kill_at(program, point, passes, results)
            except AssertionError as error:
                failures.append(f"{point}, pass {passes}: {error}")
                killed = True
            kills += killed
            if passes == 1 and not killed:
                failures.append(f"{point}: no process died there")
            print(f"{point}, pass {passes}: {'killed' if killed else 'not reached'}", flush=True)
    for failure in failures:
        print(f"FAILED  {failure}")
    print(f"{kills} kills at {len(points)} points, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
