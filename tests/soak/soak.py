#!/usr/bin/env python3
"""One daemon for half an hour, by night: runs are asked for, canceled and repeated, files change and
break, executors are killed, and clients read and follow events all the while.

    soak.py AORTA [MINUTES [SEED]]       30 minutes, unless it is told otherwise

Its memory and its descriptors must be flat: the line through the second half of what was sampled
each second may not rise. Who follows from the first event to the last must have been sent each one
that the store has. In the end nothing is left running, and the store is whole."""

import http.client
import json
import os
import random
import re
import signal
import sqlite3
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))

from serving import Served, rows, wait_for  # noqa: E402: found by the line above
from shop import Shop, members  # noqa: E402

WAIT_S = 60
MODEL = 'materialized = "table"\n'
STEPS = "select country, count(*) as n from {{ ref('sales') }} group by country"
WORK = ({}, {"force": True}, {"select": ["countries"]}, {"select": ["sales"], "force": True},
        {"select": ["orders", "customers"]}, {"select": ["steps"], "full_refresh": True})
READS = ("/api/v1/runs", "/api/v1/runs?limit=200", "/api/v1/runs?state=succeeded", "/metrics",
         "/api/v1/assets", "/api/v1/assets/marts.sales", "/api/v1/assets/marts.sales/history",
         "/api/v1/assets/marts.sales/preview?limit=5", "/api/v1/checks", "/api/v1/pipeline",
         "/readyz", "/api/v1/runs/01NOBODY")
MOST_QUEUED = 30
# What the line may rise by in the second half: less is what an allocator does by itself.
MEMORY_MIB, DESCRIPTORS = 3.0, 3.0


class Place(Shop):
    """The shop, with one more model, whose file is changed."""

    def prepare(self):
        super().prepare()
        self.write("pipeline.toml", (self.folder / "pipeline.toml").read_text()
                   + "\n[serve]\nruns_at_once = 3\n")
        self.write("assets/marts/steps.sql", STEPS)
        self.write("assets/marts/steps.toml", MODEL)
        status, output = self.run("run")
        assert status == 0, output


class Soak:
    """The daemon, and what is known of it. Each of its workers has a thread."""

    def __init__(self, place, seed):
        self.place, self.seed = place, seed
        self.served = Served(place)
        self.port = int(self.served.url.rsplit(":", 1)[1])
        self.is_over = threading.Event()  # nothing more is asked for
        self.has_ended = threading.Event()  # and nothing more is heard
        self.failures, self.done = [], {}
        self.samples = []  # (seconds, MiB, descriptors)
        self.followed = []  # ids of events

    def count(self, what):
        self.done[what] = self.done.get(what, 0) + 1

    def call(self, method, path, body=None):
        """(status, JSON or text)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/json"} if body is not None else {})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        assert answer.status < 500, f"{method} {path}: {answer.status} {text!r}"
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, json.loads(text) if is_json else text

    # ---- the workers: each is called over and over -----------------------------------------------

    def ask(self, chance):
        """A run is asked for; some are canceled, some repeated, some asked for twice."""
        waiting = rows(self.place, "select count(*) from runs where state = 'queued'")[0][0]
        if waiting > MOST_QUEUED:
            time.sleep(0.2)
            return
        status, run = self.call("POST", "/api/v1/runs", chance.choice(WORK))
        assert status == 202 or (status == 422 and "nobody" in str(run)), run  # broken files
        self.count("runs asked for" if status == 202 else "runs refused")
        if status == 422:
            return
        if chance.random() < 0.2:
            time.sleep(chance.uniform(0, 0.1))
            status, _ = self.call("POST", f"/api/v1/runs/{run['id']}/cancel")
            self.count("canceled" if status == 202 else "over before")
        elif chance.random() < 0.2:
            status, _ = self.call("POST", f"/api/v1/runs/{run['id']}/reexecute", {})
            self.count("repeated" if status == 202 else "not over yet")

    def read(self, chance):
        self.call("GET", chance.choice(READS))
        self.count("reads")

    def follow_for_a_while(self, chance):
        """Who comes, reads some events of the newest, and hangs up."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        connection.request("GET", f"/api/v1/events?after={chance.choice([0, 100, 10 ** 9])}")
        connection.sock.settimeout(chance.uniform(0.1, 1))
        try:
            answer = connection.getresponse()
            for _ in range(chance.randrange(2000)):
                answer.readline()
        except TimeoutError:
            pass
        connection.close()
        self.count("streams hung up")

    def change(self, chance):
        """A model's file changes, breaks, or is read again though it has not."""
        sql = chance.choice([STEPS, STEPS + " order by 1", "select {{ ref('nobody') }}"])
        self.place.write("assets/marts/steps.sql", sql)
        if chance.random() < 0.5:
            self.served.reload()
        else:
            self.call("POST", "/api/v1/pipeline/reload")
        self.count("reloads")
        time.sleep(chance.uniform(0.2, 1))
        self.place.write("assets/marts/steps.sql", STEPS)
        self.call("POST", "/api/v1/pipeline/reload")
        time.sleep(chance.uniform(0.2, 2))

    def kill(self, chance):
        time.sleep(chance.uniform(2, 8))
        for pid in members(self.served.pid):
            if pid != self.served.pid and chance.random() < 0.7:
                try:
                    os.kill(pid, signal.SIGKILL)
                    self.count("executors killed")
                except ProcessLookupError:
                    pass

    def sample(self, _):
        process = f"/proc/{self.served.pid}"
        status = Path(f"{process}/status").read_text(encoding="utf-8")
        memory = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024
        self.samples.append((time.monotonic(), memory, len(os.listdir(f"{process}/fd"))))
        time.sleep(1)

    def work(self, worker, number):
        chance = random.Random(self.seed * 100 + number)
        while not self.is_over.is_set():
            try:
                worker(chance)
            except Exception as error:  # noqa: BLE001: whatever it is, it is to be reported
                self.failures.append(f"{worker.__name__}: {type(error).__name__}: {error}")
                self.is_over.set()

    # ---- who sees everything ---------------------------------------------------------------------

    def follow_all(self):
        """Every event, from the first; who is cut off goes on behind the last that he saw."""
        while not self.has_ended.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
            try:
                connection.request("GET", "/api/v1/events", headers={
                    "Last-Event-ID": str(self.followed[-1] if self.followed else 0)})
                self.hear(connection.getresponse())
            except (OSError, http.client.HTTPException) as error:
                if self.served.has_ended() and not self.has_ended.is_set():
                    self.failures.append(f"the follower: {error}")
                    return
            finally:
                connection.close()

    def hear(self, answer):
        for line in answer:
            if line.startswith(b"id: "):
                self.followed.append(int(line[4:]))
                if len(self.followed) % 5000 == 0:
                    self.count("streams resumed")
                    return

    def has_seen_all(self):
        return self.followed[-1:] == [row[0] for row in rows(
            self.place, "select max(id) from events")]

    # ---- the whole -------------------------------------------------------------------------------

    def run(self, minutes):
        workers = [self.ask, self.ask, self.read, self.read, self.follow_for_a_while, self.change,
                   self.kill, self.sample]
        threads = [threading.Thread(target=self.work, args=(worker, number))
                   for number, worker in enumerate(workers)]
        follower = threading.Thread(target=self.follow_all, daemon=True)
        for thread in [*threads, follower]:
            thread.start()
        self.is_over.wait(minutes * 60)
        self.is_over.set()
        for thread in threads:
            thread.join()
        wait_for("the runs' ends", lambda: rows(
            self.place, "select count(*) from runs where state in "
            "('queued', 'running', 'interrupted')") == [(0,)] or self.failures)
        wait_for("the last event", lambda: self.has_seen_all() or self.failures)
        self.has_ended.set()

    def check(self):
        """What is wrong in the end."""
        wrong = list(self.failures)
        stored = [row[0] for row in rows(self.place, "select id from events order by id")]
        if self.followed != stored:
            wrong.append(f"of {len(stored)} events {len(self.followed)} were sent, missing: "
                         f"{sorted(set(stored) - set(self.followed))[:5]}")
        for table, states in {"runs": "'queued', 'running', 'interrupted'",
                              "steps": "'queued', 'running'", "attempts": "'running'"}.items():
            left = rows(self.place, f"select * from {table} where state in ({states})")
            if left:
                wrong.append(f"{table} that are not over: {left[:3]}")
        status = self.served.end()
        if status != 0:
            wrong.append(f"the daemon ended with {status}: {''.join(self.served.said[-50:])}")
        store = sqlite3.connect(self.place.folder / ".aorta/runs.db")
        if store.execute("pragma integrity_check").fetchall() != [("ok",)]:
            wrong.append("the store is damaged")
        store.close()
        return wrong + self.check_lines()

    def check_lines(self):
        wrong = []
        half = self.samples[len(self.samples) // 2:]
        for name, column, most in (("memory, MiB", 1, MEMORY_MIB),
                                   ("descriptors", 2, DESCRIPTORS)):
            points = [(sample[0] - half[0][0], sample[column]) for sample in half]
            begin, rise = line_through(points)
            minutes = points[-1][0] / 60
            print(f"{name}: {self.samples[0][column]:.1f} at first, {begin:.1f} at half, "
                  f"{rise * points[-1][0]:+.2f} in the {minutes:.1f} minutes since, "
                  f"{max(sample[column] for sample in self.samples):.1f} at most")
            if rise * points[-1][0] > most:
                wrong.append(f"{name}: not flat")
        return wrong


def line_through(points):
    """(where it begins, rise a second) of the line with the least squares."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    rise = sum((x - middle_x) * (y - middle_y) for x, y in points) / spread
    return middle_y - rise * middle_x, rise


def main():
    program = sys.argv[1]
    minutes = float(sys.argv[2]) if len(sys.argv) > 2 else 30
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    print(f"{minutes:g} minutes, seed {seed}", flush=True)
    with Place(program) as place:
        soak = Soak(place, seed)
        soak.run(minutes)
        wrong = soak.check()
        print(", ".join(f"{count:,} {what}" for what, count in sorted(soak.done.items())),
              f"and {len(soak.followed):,} events sent to who follows all")
    print("\n".join(wrong) or "flat, whole, nothing left")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
