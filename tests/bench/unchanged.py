#!/usr/bin/env python3
"""How long `aorta run` takes to find that nothing has changed: the whole heart-rate pipeline with the
demo's data, every asset asked, every connection opened, from the command to its end."""
import sys

import bench


def main():
    options = bench.options(__doc__)
    runs = 3 if options.quick else 21
    with bench.demo(options.build, options.quick) as folder:
        bench.say("  running it again")
        steps = count_fresh(run(options.build, folder))
        taken = bench.repeat(lambda: bench.seconds(lambda: run(options.build, folder)), runs)
    bench.figure("nothing changed: aorta run", taken, "s", goal=0.2, runs=runs, informative=True,
                 note=f"{steps} steps, all fresh, no daemon before")


def run(build, folder):
    return bench.aorta(build, folder, "run", "--var", bench.AS_OF)


def count_fresh(output):
    """How many steps there were; all of them must be fresh."""
    table = [line.split() for line in output.split("\n\n")[1].splitlines()[1:]]
    stale = [cells[0] for cells in table if cells[-1] != "fresh"]
    if stale or not table:
        sys.exit(f"not fresh: {', '.join(stale)}")
    return len(table)


main()
