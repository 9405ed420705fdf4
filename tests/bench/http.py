#!/usr/bin/env python3
"""What the API answers a second: a run, a page of 50 runs, among 1,000 and among 1,000,000 runs in
the history. By the server's own CPU time, so that one core is what is measured, whatever else the
machine does."""
import json
import os
import sqlite3
import subprocess

import bench

RUNS = (1_000, 1_000_000)
FILL = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :runs)
INSERT INTO runs (id, pipeline, target, trigger, selection, state, created_us, started_us, ended_us)
SELECT printf('01%024d', i), 'shop', 'dev', 'schedule:nightly', '+marts', 'succeeded', i, i, i FROM n
"""
STEPS = """
INSERT INTO steps (run_id, asset, position, kind, state)
SELECT id, 'core.' || a, a, 'model', 'succeeded' FROM runs,
(SELECT 1 AS a UNION SELECT 2 UNION SELECT 3)
"""


class Server:
    def __init__(self, build, folder):
        self.process = subprocess.Popen([build / "web_fixture", folder], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().split()[1].rsplit(":", 1)[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.write("stop\n")
        self.process.stdin.flush()
        self.process.wait()

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            words = file.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, build, path, seconds):
        """What was measured, with requests a second of CPU."""
        before = self.cpu_seconds()
        said = subprocess.run([build / "bench_http_load", self.port, path, "32", str(seconds)],
                              capture_output=True, text=True, check=True).stdout
        answer = json.loads(said)
        answer["a_core_second"] = answer["requests"] / (self.cpu_seconds() - before)
        return answer


def make_store(build, folder, runs):
    with Server(build, folder):  # makes the tables
        pass
    store = sqlite3.connect(folder / "runs.db")
    store.execute("PRAGMA synchronous = OFF")
    store.execute(FILL, {"runs": runs})
    store.execute(STEPS)
    store.commit()
    store.close()


def main():
    options = bench.options(__doc__)
    seconds, rounds = (0.3, 1) if options.quick else (3, 5)
    sizes = (1_000, 20_000) if options.quick else RUNS
    rates, waits = {}, {}
    for runs in sizes:
        with bench.scratch(options.build) as folder:
            bench.say(f"  {runs:,} runs")
            make_store(options.build, folder, runs)
            middle = f"01{runs // 2:024}"
            paths = {"a run": f"/api/v1/runs/{middle}",
                     "50 runs": f"/api/v1/runs?limit=50&before={middle}"}
            with Server(options.build, folder) as server:
                for name, path in paths.items():
                    found = sorted((server.ask(options.build, path, seconds)
                                    for _ in range(rounds)), key=lambda one: one["a_core_second"])
                    middle_one = found[len(found) // 2]
                    rates[name, runs] = middle_one["a_core_second"]
                    waits[name, runs] = middle_one["p99_us"] / 1e6
    few, many = sizes
    for name, goal in (("a run", 20_000), ("50 runs", 3_000)):
        for runs in sizes:
            bench.figure(f"GET of {name}, {runs:,} in the history", rates[name, runs], "answers/s",
                         goal=goal, sense="at least", runs=rounds, informative=True,
                         note=f"a second of CPU; 32 clients, p99 {waits[name, runs] * 1e3:.1f} ms")
        bench.figure(f"GET of {name}: {many:,} runs to {few:,}", rates[name, many], "answers/s",
                     peer=rates[name, few], ratio=rates[name, many] / rates[name, few],
                     sense="at least", goal=0.9, runs=rounds, detail=True, informative=True)


main()
