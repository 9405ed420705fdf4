#!/usr/bin/env python3
"""The daemon that stays: how long it takes to be ready with 1,000 assets, what it keeps in memory
after thousands of runs, from a call of its API to the first statement in the database, how many runs
it takes a second, and how long 1,000 steps take that have nothing to do."""
import json
import os
import statistics
import time

import bench
import daemon
import pipelines

REST_S = 6  # every five seconds the daemon gives back what it does not use
STATEMENT_S = 60


def main():
    options = bench.options(__doc__)
    assets = 200 if options.quick else 1000
    with bench.scratch(options.build) as folder:
        pipelines.make(folder, "mixed", assets)
        bench.say(f"  {assets:,} assets are built")
        bench.aorta(options.build, folder, "run")
        measure_start(options, folder, assets)
    with bench.scratch(options.build) as folder:
        pipelines.make(folder, "wide", assets)
        bench.aorta(options.build, folder, "run")
        measure_steps(options, folder, assets)
    with bench.scratch(options.build) as folder:
        pipelines.make(folder, "chain", 2)
        bench.aorta(options.build, folder, "run")
        measure_first_statement(options, folder)
        measure_queue(options, folder)
        measure_memory(options, folder)


def measure_start(options, folder, assets):
    runs = 3 if options.quick else 15

    def start():
        with daemon.started(options.build, folder) as served:
            return served.start_seconds * 1000

    taken = bench.repeat(start, runs)
    bench.figure(f"start to ready, {assets:,} assets", taken, "ms", goal=50, runs=runs,
                 informative=True, note="from the start of the process to the line that says so, "
                 "with a run in its store")


def measure_steps(options, folder, assets):
    runs = 1 if options.quick else 5
    with daemon.started(options.build, folder) as served:
        def run():
            start = time.perf_counter()
            made = served.run()
            taken = time.perf_counter() - start
            if {step["state"] for step in made["steps"]} != {"fresh"}:
                raise SystemExit("a step had something to do")
            return taken

        taken = bench.repeat(run, runs)
    bench.figure(f"{assets:,} steps with nothing to do", taken, "s", goal=1, runs=runs,
                 informative=True, note="one run over the API, from the call to its end; each step "
                 "is decided in the warehouse, by its executor; tables that read one other")


def first_of(trace, begin, run):
    """The first line of the trace behind the place, which must be of a session of that run: one that
    has written the run's id into the state."""
    with open(trace, encoding="utf-8") as file:
        file.seek(begin)
        lines = [json.loads(line) for line in file]
    if run not in [value for line in lines if line["session"] == lines[0]["session"]
                   for value in line.get("params", [])]:
        raise SystemExit(f"the first statement behind the call is not of run {run}: {lines[0]}")
    return lines[0]


def measure_first_statement(options, folder):
    """From the call to the moment in which the first line of the trace was begun. The run is forced:
    that a fresh asset is fresh is known without a statement."""
    trace = folder / "trace.jsonl"
    runs = 5 if options.quick else 51
    with daemon.started(options.build, folder, AORTA_TRACE_SQL=trace) as served:
        served.run()

        def ask():
            size = os.stat(trace).st_size
            start = time.perf_counter()
            name = served.call("POST", "/api/v1/runs",
                               {"select": [pipelines.name(0)], "force": True})["id"]
            served.wait(lambda: f"run {name} has sent no statement to its database",
                        lambda: os.stat(trace).st_size > size, STATEMENT_S, pause_s=0.0001)
            seen = time.perf_counter()
            served.wait_until_idle()
            state = served.call("GET", f"/api/v1/runs/{name}")["state"]
            if state != "succeeded":
                raise SystemExit(f"run {name} is {state}")
            return (seen - start) * 1000 - first_of(trace, size, name)["us"] / 1000

        taken = bench.repeat(ask, runs, warm=3)
    bench.figure("API call to first statement", taken, "ms", goal=10, runs=runs, informative=True,
                 note="POST /api/v1/runs to the beginning of the first line of AORTA_TRACE_SQL; the "
                 "executor is there, the run, of a table that is built again, committed before")


def measure_queue(options, folder):
    """How fast runs are taken: each is in the store when its answer comes."""
    requests, runs = (300, 1) if options.quick else (3000, 5)
    with daemon.started(options.build, folder) as served:
        served.run()

        def queue():
            said = served.load(["/api/v1/runs"], requests=requests,
                               body={"select": [pipelines.name(0)]})
            start = time.perf_counter()
            served.wait_until_idle()
            ended.append(requests / (said["seconds"] + time.perf_counter() - start))
            return requests / said["seconds"]

        ended = []
        taken = bench.repeat(queue, runs)
    bench.figure("runs queued", taken, "/s", goal=1000, sense="at least", runs=runs,
                 informative=True, note=f"{requests:,} POST /api/v1/runs on 16 connections, each "
                 "committed before its answer, while they are carried out; of a fresh asset, they "
                 f"end at {statistics.median(ended):,.0f}/s")


def measure_memory(options, folder):
    """What stays resident: after a tenth of the runs, and after all."""
    runs = 500 if options.quick else 10_000
    with daemon.started(options.build, folder) as served:
        def carry_out(count):
            for _ in range(0, count, 500):
                served.load(["/api/v1/runs"], requests=min(count, 500),
                            body={"select": [pipelines.name(0)]})
                served.wait_until_idle()
            time.sleep(REST_S)
            return served.memory_mib()

        begun = served.memory_mib()
        tenth = carry_out(runs // 10)
        taken = carry_out(runs - runs // 10)
    bench.figure(f"memory of the daemon after {runs:,} runs", taken, "MiB", goal=20,
                 informative=True,
                 note=f"resident, {REST_S} s after the last; {begun:.1f} MiB when it was ready, "
                 f"{tenth:.1f} MiB after {runs // 10:,}; runs of a fresh asset, 500 queued at a "
                 "time")


if __name__ == "__main__":
    main()
