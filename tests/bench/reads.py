#!/usr/bin/env python3
"""Reads over the API of a daemon that stays on one core, its client on another: one run, and pages
of 50 of them from anywhere in the history; whether they take as long among 1,000,000 runs as among
1,000; and while another process writes to the same disk and waits for it."""
import contextlib
import pathlib
import random
import select
import sqlite3
import statistics
import subprocess
import sys
import time

import bench
import daemon
import pipelines

RUNS = """
INSERT INTO runs (id, pipeline, target, trigger, selection, state, created_us, started_us, ended_us)
SELECT printf('%026d', value), 'bench', 'dev', 'schedule:hourly', 'all', 'succeeded',
:begin + value * 1000000, :begin + value * 1000000 + 1000, :begin + value * 1000000 + 500000
FROM numbers"""
STEPS = """
INSERT INTO steps (run_id, asset, position, kind, state, executor)
SELECT printf('%026d', value), printf('main.model_%05d', place), place, 'model', 'succeeded',
'warehouse' FROM numbers, (SELECT 0 AS place UNION ALL SELECT 1)"""
ATTEMPTS = """
INSERT INTO attempts (run_id, asset, number, state, started_us, ended_us, rows)
SELECT run_id, asset, 1, 'succeeded', :begin + CAST(run_id AS INTEGER) * 1000000 + 2000,
:begin + CAST(run_id AS INTEGER) * 1000000 + 400000, 1 FROM steps WHERE run_id < '00000001'"""
KEEP_ALL = """
[retention]
max_runs = 10000000
"""

WRITER = """
import os, sys
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT, 0o600)
while True:
    os.pwrite(file, os.urandom(1 << 16), 0)
    os.fsync(file)
    os.write(1, b'.')
"""


def main():
    options = bench.options(__doc__)
    many = 20_000 if options.quick else 1_000_000
    with bench.scratch(options.build) as folder, contextlib.ExitStack() as stack:
        core = daemon.cores()[0]
        served = {}
        for count in (1000, many):
            bench.say(f"  a history of {count:,} runs")
            project = folder / str(count)
            fill(options.build, project, count)
            served[count] = stack.enter_context(daemon.started(options.build, project, core))
        measure_rates(options, served, many)
        measure_growth(options, served, many)
        measure_busy_disk(options, served[many], many, folder)


def fill(build, project, count):
    """A pipeline that was run once, and a run of two steps each second before that."""
    pipelines.make(project, "chain", 2)
    with open(project / "pipeline.toml", "a", encoding="utf-8") as file:
        file.write(KEEP_ALL)
    begin = int(time.time() - count - 60) * 1_000_000
    bench.aorta(build, project, "run")
    numbers = (f"WITH RECURSIVE numbers (value) AS (SELECT 1 UNION ALL SELECT value + 1 "
               f"FROM numbers WHERE value < {count})")
    store = sqlite3.connect(project / ".aorta/runs.db")
    with contextlib.closing(store), store:
        store.execute("PRAGMA cache_size = -200000")
        for sql in (numbers + RUNS, numbers + STEPS, ATTEMPTS):
            store.execute(sql, {"begin": begin})


def run_paths(count):
    chance = random.Random(count)
    return [f"/api/v1/runs/{chance.randint(1, count):026}" for _ in range(1000)]


def page_paths(count):
    """Pages from everywhere: keys lead to them, not offsets."""
    chance = random.Random(count)
    return [f"/api/v1/runs?limit=50&before={chance.randint(100, count):026}" for _ in range(1000)]


READS = {"GET of a run": (run_paths, 20_000), "page of 50 runs": (page_paths, 3000)}


def where():
    """That server and client do not share a core, or that they must."""
    server, client = daemon.cores()
    return (f"the daemon on core {server}, the client on core {client}" if server != client
            else "daemon and client share a core, there is no other")


def measure_rates(options, served, many):
    client = daemon.cores()[1]
    seconds, runs = (0.5, 1) if options.quick else (3, 5)
    for name, (paths, goal) in READS.items():
        def read():
            used = served[many].cpu_seconds()
            said = served[many].load(paths(many), seconds=seconds, cpu=client)
            rates.append(said["requests"] / said["seconds"])
            return said["requests"] / (served[many].cpu_seconds() - used)

        rates = []
        taken = bench.repeat(read, runs)
        bench.figure(f"{name}, {many:,} in the store", taken, "/s", goal=goal, sense="at least",
                     runs=runs, informative=True,
                     note="in a second of the daemon's time on its core, all its threads together; "
                     f"{statistics.median(rates):,.0f}/s by the clock, with whatever else the "
                     f"machine did; 16 connections, one request on its way on each; {where()}")


def measure_growth(options, served, many):
    """One connection: what a request takes, not how many fit."""
    client = daemon.cores()[1]
    requests, runs = (300, 1) if options.quick else (3000, 9)
    for name, (paths, _) in READS.items():
        def read(count):
            return served[count].load(paths(count), 1, requests=requests, cpu=client)["p50_us"]

        pairs = bench.alternate(lambda: read(many), lambda: read(1000), runs)
        bench.figure(f"{name}, median among {many:,}", pairs.ours, "us", peer=pairs.peer,
                     ratio=pairs.ratio, goal=1.2, runs=pairs.runs, peer_name="among 1,000",
                     note="one connection; 1,000 places of the history in turn")


@contextlib.contextmanager
def busy_disk(folder):
    """While another process writes 64 KiB and waits for the disk, over and over."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, folder / "written"],
                              stdout=subprocess.PIPE)
    try:
        if not select.select([writer.stdout], [], [], daemon.WAIT_S)[0] or not writer.stdout.read(1):
            sys.exit(f"the process that keeps the disk busy has written nothing in {folder}")
        yield
    finally:
        writer.kill()
        writer.stdout.close()
        writer.wait(daemon.WAIT_S)


def measure_busy_disk(options, served, many, folder: pathlib.Path):
    client = daemon.cores()[1]
    seconds, runs = (0.5, 1) if options.quick else (3, 5)
    for name, (paths, _) in READS.items():
        def read():
            return served.load(paths(many), 4, seconds=seconds, cpu=client)["p99_us"] / 1000

        def read_busy():
            with busy_disk(folder):
                return read()

        pairs = bench.alternate(read_busy, read, runs)
        bench.figure(f"{name}, p99 while the disk is busy", pairs.ours, "ms", peer=pairs.peer,
                     ratio=pairs.ratio, runs=pairs.runs, peer_name="the disk at rest",
                     note="another process writes 64 KiB and waits for the disk, over and over; 4 "
                     f"connections, {many:,} runs in the store")


if __name__ == "__main__":
    main()
