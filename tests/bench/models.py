#!/usr/bin/env python3
"""What a model costs beside its SQL: 1,000 trivial models (a table of one row each), as a chain and
wide, against the statements that the engine sent to DuckDB for them, recorded (AORTA_TRACE_SQL) and
run again by a loop in C (replay.c). Once into an empty warehouse, once with all tables there. Both
sides are whole processes: start, open, run, close."""
import os
import shutil
import subprocess
import sys

import bench
import pipelines

PEER = "DuckDB 1.4.4, the same statements from a loop in C"


def main():
    options = bench.options(__doc__)
    count = 50 if options.quick else 1_000
    runs = 2 if options.quick else 5
    for shape in ("chain", "wide"):
        with bench.scratch(options.build) as folder:
            bench.say(f"  {count} models, {shape}")
            measure(options.build, folder, shape, count, runs)


def measure(build, folder, shape, count, runs):
    pipelines.make(folder / "new", shape, count)
    compare(build, folder / "new", count, runs, f"{count:,} models, {shape}, first run")

    bench.aorta(build, folder / "new", "run")
    copy(folder / "new", folder / "old")
    compare(build, folder / "old", count, runs, f"{count:,} models, {shape}, built again",
            "--force")


def copy(project, to):
    shutil.copytree(project, to, ignore=shutil.ignore_patterns("*.sock"))


def compare(build, project, count, runs, text, *arguments):
    """The project as it is now, run each time from that state."""
    work, trace = project.parent / "work", project.parent / "trace"

    def prepare():
        shutil.rmtree(work, ignore_errors=True)
        copy(project, work)
        os.sync()

    def ours():
        prepare()
        return bench.seconds(lambda: bench.aorta(build, work, "run", *arguments))

    def peer():
        prepare()
        return bench.seconds(lambda: replay(build, work / "warehouse.duckdb", trace))

    prepare()
    trace.unlink(missing_ok=True)
    bench.aorta(build, work, "run", *arguments, AORTA_TRACE_SQL=trace)
    with open(trace, encoding="utf-8") as lines:
        statements = sum('"sql":' in line for line in lines)
    pairs = bench.alternate(ours, peer, runs)
    bench.figure(text, pairs.ours, "s", peer=pairs.peer, ratio=pairs.ratio, goal=1.3, runs=runs,
                 peer_name=PEER,
                 note=f"{1000 * pairs.ours / count:.2f} ms a model, the peer "
                      f"{1000 * pairs.peer / count:.2f} ms; "
                      f"{statements / count:.1f} statements a model")


def replay(build, database, trace):
    done = subprocess.run([build / "bench_replay", database, trace], stdout=subprocess.DEVNULL,
                          check=False)
    if done.returncode != 0:
        sys.exit(1)


main()
