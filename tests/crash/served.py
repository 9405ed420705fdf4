#!/usr/bin/env python3
"""Kills `aorta serve` at each fault point between a tick and its run, and starts it again: each
tick has fired once or is accounted for, each of its runs is there and ends, and what a person was
told is paused or resumed is so.

    served.py AORTA             every point
    served.py AORTA NAME…       these points

A daemon is killed at those passes of a point that AORTA_CRASH_PASSES names ("1 3 10").
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time

from pipeline import Pipeline, kill_session

# points.py leaves these to us: no other command passes them.
OWN = ["daemon.tick.before", "daemon.tick.after", "daemon.pause.before", "daemon.prune.before",
       "daemon.prune.after", "daemon.sensor.before", "daemon.sensor.after"]
SHARED = ["daemon.queue.before", "daemon.begin.before", "store.commit.before",
          "store.commit.after"]
PASSES = [int(word) for word in os.environ.get("AORTA_CRASH_PASSES", "1 4").split()]
WAIT_SECONDS = 60
SECOND_US = 10**6
SCHEDULES = "".join(f"""
[schedule.{name}]
cron = "* * * * * *"
select = "country_codes"
catch_up = "{catch_up}"
""" for name, catch_up in [("all", "all"), ("last", "last"), ("none", "none")])
SENSOR = """
[sensor.inbox]
kind = "file"
path = "inbox"
every = "100ms"
select = "country_codes"
"""


class Served:
    """The daemon in a pipeline of its own."""

    def __init__(self, program):
        self.pipeline = Pipeline(program)
        with (self.pipeline.folder / "pipeline.toml").open("a") as file:
            file.write(SCHEDULES + SENSOR)
        self.arrivals = 0

    def start(self, environment=None):
        self.process = subprocess.Popen(
            self.pipeline.command("serve", "--address", "127.0.0.1:0"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})},
            start_new_session=True)

    def remove(self):
        kill_session(self.process.pid)
        self.process.wait()
        self.pipeline.remove()

    def rows(self, sql):
        try:
            store = sqlite3.connect(f"file:{self.pipeline.folder}/.aorta/runs.db?mode=ro",
                                    uri=True, timeout=WAIT_SECONDS)
        except sqlite3.OperationalError:
            return []  # it is not there yet
        try:
            return store.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            store.close()

    def has_died(self):
        return self.process.poll() == -signal.SIGKILL

    def wait(self, condition, what):
        deadline = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"{what}: not within {WAIT_SECONDS} s"
            assert self.process.poll() is None, f"{what}: the daemon has ended"
            time.sleep(0.02)

    def say(self, verb):
        """Pauses or resumes: whether that was confirmed."""
        return subprocess.run(self.pipeline.command(verb, "schedule:last"), check=False,
                              capture_output=True, timeout=WAIT_SECONDS).returncode == 0

    def arrive(self):
        """Something new for the sensor."""
        self.arrivals += 1
        # At once: a file that is seen empty first is new twice.
        whole = self.pipeline.folder / "inbox.new"
        whole.write_text("x" * self.arrivals)
        whole.rename(self.pipeline.folder / "inbox")

    def seen(self):
        """What the sensor has seen of the file, as it compares it."""
        found = self.rows("select cursor from sensors where name = 'inbox' and pending is null")
        return found[0][0] if found else None

    def sees_all(self):
        """Whether its cursor is the file as it is."""
        try:
            stat = (self.pipeline.folder / "inbox").stat()
        except FileNotFoundError:
            return self.seen() == "-"
        seconds, rest = divmod(stat.st_mtime_ns, 10**9)
        return self.seen() == f"{stat.st_size} {seconds}.{rest:09} {stat.st_ino}"

    def count(self):
        found = self.rows("select count(*) from ticks where schedule = 'all'")
        return found[0][0] if found else 0


def provoke(served):
    """Lets it tick and be paused and resumed until it dies; the last that was confirmed."""
    confirmed = None
    for _ in range(3):
        before = served.count()
        if served.seen():
            served.arrive()
        deadline = time.monotonic() + WAIT_SECONDS
        while served.count() <= before and not served.has_died() and time.monotonic() < deadline:
            time.sleep(0.02)
        for verb in ("pause", "resume"):
            if served.has_died():
                return confirmed
            if served.say(verb) and not served.has_died():
                confirmed = verb
    return confirmed


def check(served):
    for name in ("all", "none"):
        found = served.rows(f"select due_us, state, run_id from ticks where schedule = '{name}' "
                            "order by due_us")
        dues = [due for due, *_ in found]
        assert dues == list(range(dues[0], dues[-1] + 1, SECOND_US)), f"{name}: {dues}"
    for name in ("all", "last", "none"):
        # One statement, for it ticks on meanwhile.
        apart = served.rows(
            f"""with fired as (select run_id as id from ticks
                               where schedule = '{name}' and state = 'fired'),
                     begun as (select id from runs where trigger = 'schedule:{name}')
                select 'a tick without its run', id from fired where id not in (select id from begun)
                union all
                select 'a run without its tick', id from begun where id not in (select id from fired)
                """)
        assert not apart, f"{name}: {apart}"
    found = served.rows("select id, state from runs where trigger = 'sensor:inbox'")
    assert len(found) <= served.arrivals, f"{found} of {served.arrivals}"
    assert found or not served.arrivals, "what had arrived made no run"
    missed = served.rows("select * from ticks where schedule = 'all' and state <> 'fired'")
    assert not missed, missed
    # A stream's run is not taken up: another one is begun.
    left = served.rows("select id, state from runs where trigger <> 'stream' "
                       "and state not in ('succeeded', 'queued', 'running')")
    assert not left, left
    assert served.rows("pragma integrity_check") == [("ok",)]


def kill_at(program, point, passes):
    """Whether the daemon died there."""
    served = Served(program)
    try:
        served.start({"AORTA_FAULT": f"{point}:{passes}",
                      "AORTA_FAULT_ONCE": str(served.pipeline.folder / "once")})
        confirmed = provoke(served)
        killed = served.has_died()
        if not killed:
            return False
        before = served.count()
        served.start()
        served.wait(lambda: served.count() >= before + 2, "ticks after the restart")
        served.wait(lambda: not served.rows("select 1 from runs where state = 'interrupted' "
                                            "and resumes"),
                    "what was interrupted is taken up")
        served.wait(served.sees_all, "the sensor has seen what arrived")
        paused = served.rows("select is_paused from pauses where subject = 'schedule:last'")
        assert confirmed is None or paused, "what was confirmed is lost"
        check(served)
        return True
    finally:
        served.remove()


def main():
    program, *names = sys.argv[1:]
    failures, kills = [], 0
    for point in names or OWN + SHARED:
        died = False
        for passes in PASSES:
            try:
                killed = kill_at(program, point, passes)
            except AssertionError as error:
                failures.append(f"{point}, pass {passes}: {error}")
                killed = True
            died = died or killed
            kills += killed
            print(f"{point}, pass {passes}: {'killed' if killed else 'not reached'}", flush=True)
        if not died:
            failures.append(f"{point}: no daemon died there")
    for failure in failures:
        print(f"FAILED  {failure}")
    print(f"{kills} kills, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
