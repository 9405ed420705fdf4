#!/usr/bin/env python3
"""The daemon that stays, its executors, or all of them killed: at every fault point that it passes,
and at random moments while a schedule ticks and runs are queued, canceled and reloaded. Each time
another daemon follows; then every run that was accepted is over, no run, step or attempt is left
running, no slot is held, each tick has its run once, the store is whole, and the tables are what an
undisturbed run makes.

    busy.py AORTA [KILLS [SEED]]     20 kills unless AORTA_CRASH_KILLS says otherwise
"""

import os
import random
import re
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))

from serving import Served, rows, wait_for  # noqa: E402: found by the line above
from shop import Shop, kill_session, members  # noqa: E402

# What the daemon passes on a run's way; what executors pass is in points.py, ticks in served.py.
POINTS = re.compile(r'fault_point\("((?:daemon\.(?:queue|begin|order)|store\.commit)\.[^"]+)"\)')
WORK = ([], ["--force"], ["countries"], ["--force", "sales"], ["orders", "customers"])
EVERY_US = 3 * 10**6
TICKING = """
[serve]
runs_at_once = 3
drain = "5s"

[pool.tight]
slots = 1

[schedule.often]
cron = "*/3 * * * * *"
select = "countries"
overlap = "queue"
catch_up = "all"
"""
TABLES = ("raw.orders", "raw.customers", "seeds.countries", "marts.sales", "marts.steps")


def points_of_source():
    found = set()
    for path in (ROOT / "engine").rglob("*.c"):
        found.update(POINTS.findall(path.read_text()))
    return sorted(found)


class Place(Shop):
    """The shop with a chain of models, so that runs last a while, few runs at once, one slot for what
    most of them make, and a schedule."""

    def prepare(self):
        super().prepare()
        self.write("pipeline.toml", (self.folder / "pipeline.toml").read_text() + TICKING)
        self.write("assets/marts/steps.sql", "select country, count(*) as n from "
                   "{{ ref('sales') }} group by country order by country")
        self.write("assets/marts/steps.toml", 'materialized = "table"\n')
        for name in ("sales", "steps"):
            settings = self.folder / f"assets/marts/{name}.toml"
            settings.write_text('pool = "tight"\n' + settings.read_text())
        status, output = self.run("run")  # what reads a part of them finds all of them
        assert status == 0, output

    def tables(self):
        """{table: its rows without what differs by the time of loading}"""
        return {name: sorted(str({key: value for key, value in row.items()
                                  if not key.startswith("_")}) for row in
                             self.query(f"select * from {name}")) for name in TABLES}

    def kill(self, served, what):
        """SIGKILL for the daemon, for its executors, or for all at once."""
        if what == "all":
            kill_session(served.pid)
        for pid in members(served.pid):
            if (pid == served.pid) == (what == "daemon") and what != "all":
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass


def leave_work(place, chance, served):
    """Runs that are left to the daemon, some canceled, and a reload: {id: whether it was canceled}."""
    accepted = {}
    for _ in range(4):
        status, output = place.run("run", "--detach", *chance.choice(WORK))
        if status != 0:
            break
        accepted[output.split()[-1]] = False
    if accepted and chance.random() < 0.5:
        chosen = chance.choice(sorted(accepted))
        accepted[chosen] = place.run("cancel", chosen)[0] == 0
    if not served.has_ended():
        served.reload()
    return accepted


def check(place, accepted, wanted):
    """All that was accepted comes to its end under another daemon, which then leaves no trace."""
    served = Served(place)
    unfinished = ("select count(*) from runs where trigger = 'manual'"
                  " and state in ('queued', 'running', 'interrupted')")
    wait_for("the runs' ends", lambda: rows(place, unfinished) == [(0,)])
    for run, was_canceled in accepted.items():
        states = rows(place, f"select state from runs where id = '{run}'")
        allowed = [("succeeded",), ("canceled",)] if was_canceled else [("succeeded",)]
        assert len(states) == 1 and states[0] in allowed, (run, was_canceled, rows(
            place, f"select state, error_message from runs where id = '{run}'"), rows(
            place, "select asset, number, a.state, error_message, s.reason from attempts a"
            f" join steps s using (run_id, asset) where run_id = '{run}'"))
    status, output = place.run("run", "--force")  # which needs the slot
    assert status == 0, output
    got = place.tables()
    assert got == wanted, {name: (got[name], wanted[name]) for name in TABLES
                           if got[name] != wanted[name]}
    place.run("clean")
    assert served.end() == 0, served.said
    for table in ("runs", "steps", "attempts"):
        left = rows(place, f"select * from {table} where state = 'running'")
        assert not left, f"{table} that are left running: {left}"
    check_ticks(place)
    assert rows(place, "pragma integrity_check") == [("ok",)]
    assert rows(place, "pragma foreign_key_check") == []


def check_ticks(place):
    """From the first tick to the last none is left out, and each has one run, which nobody else has."""
    ticks = rows(place, "select due_us, state, run_id from ticks order by due_us")
    dues = [due for due, *_ in ticks]
    assert not ticks or dues == list(range(dues[0], dues[-1] + 1, EVERY_US)), dues
    assert all(state == "fired" for _, state, _ in ticks), ticks
    runs = [run for run, in rows(place, "select id from runs where trigger = 'schedule:often'")]
    assert sorted(run for *_, run in ticks) == sorted(runs), (ticks, runs)


def undisturbed(program):
    """What the tables hold, and which of the points were passed."""
    with Place(program) as place:
        trace = place.folder / "trace"
        served = Served(place, environment={"AORTA_FAULT_TRACE": str(trace)})
        leave_work(place, random.Random(1), served)
        assert place.run("run")[0] == 0
        tables = place.tables()
        assert served.end() == 0, served.said
        return tables, set(trace.read_text().split())


def kill_at(program, point, wanted):
    with Place(program) as place:
        once = place.folder / "once"
        served = Served(place, environment={"AORTA_FAULT": f"{point}:1",
                                            "AORTA_FAULT_ONCE": str(once)}, may_die=True)
        accepted = leave_work(place, random.Random(1), served)
        wait_for(f"{point}", lambda: once.exists() or served.has_ended())
        place.kill(served, "all")
        check(place, accepted, wanted)


def kill_at_random(program, chance, wanted, kills):
    with Place(program) as place:
        for _ in range(kills):
            served = Served(place)
            accepted = leave_work(place, chance, served)
            time.sleep(chance.uniform(0, 0.4))
            what = chance.choice(["daemon", "executors", "all"])
            place.kill(served, what)
            if what == "executors":
                assert served.end() == 0, served.said
            else:
                place.kill(served, "all")
            check(place, accepted, wanted)
        assert kills < 5 or rows(place, "select count(*) from ticks")[0][0] > 0, "it never ticked"


def main():
    program = sys.argv[1]
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else int(os.environ.get("AORTA_CRASH_KILLS", 20))
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    wanted, passed = undisturbed(program)
    points = points_of_source()
    failures = [f"{point}: the daemon never passes it" for point in points if point not in passed]
    for point in points:
        if point in passed:
            try:
                kill_at(program, point, wanted)
                print(f"ok  {point}", flush=True)
            except AssertionError as error:
                failures.append(f"{point}: {error}")
    try:
        for done in range(0, kills, 5):
            kill_at_random(program, chance, wanted, min(5, kills - done))
            print(f"{done + 5} kills", flush=True)
    except AssertionError as error:
        failures.append(f"at a random moment: {error}")
    print("\n".join(failures) or f"{len(points)} points, {kills} kills: nothing lost, nothing twice")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
