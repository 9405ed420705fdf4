#!/usr/bin/env python3
"""How many readings the generator makes in a second of one core, with nobody to take them."""
import json
import statistics
import subprocess

import bench


def main():
    options = bench.options(__doc__)
    events, runs = (50_000, 1) if options.quick else (2_000_000, 5)
    bench.say(f"  {runs} times {events:,} events")
    command = [options.build / "bench_generator", options.build / "connectors", str(events),
               str(runs)]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    runs_made = [json.loads(line) for line in lines.splitlines()]
    rate = statistics.median(run["events"] / run["seconds"] for run in runs_made)
    bench.figure("generator, readings of a core", rate, "events/s", goal=1_000_000,
                 sense="at least", runs=runs, informative=True,
                 note="processor time; the default model, 9,999 wearers")


if __name__ == "__main__":
    main()
