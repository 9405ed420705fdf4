#!/usr/bin/env python3
"""How long `aorta check` reads a large pipeline: 1,000 and 10,000 assets, and what ten times as
many cost. Staging views and marts with settings, templates and checks, four a folder."""
import bench
import pipelines

SIZES = ((1_000, 0.1), (10_000, 1.0))


def main():
    options = bench.options(__doc__)
    runs = 3 if options.quick else 15
    taken = []
    for count, goal in SIZES:
        with bench.scratch(options.build) as folder:
            bench.say(f"  {count} assets")
            pipelines.make(folder, "mixed", count)
            taken.append(bench.repeat(lambda: check(options.build, folder), runs))
        bench.figure(f"aorta check, {count:,} assets", taken[-1], "s", goal=goal, runs=runs,
                     note="warm cache", informative=True)
    bench.figure("aorta check, 10,000 assets to ten times 1,000", taken[1], "s", peer=10 * taken[0],
                 ratio=taken[1] / (10 * taken[0]), goal=1.1, runs=runs, detail=True,
                 note="linear is at most 1", informative=True)


def check(build, folder):
    bench.aorta(build, folder, "check")


main()
