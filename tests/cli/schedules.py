#!/usr/bin/env python3
"""Schedules of `aorta serve`: each tick has its run once or is accounted for, whoever dies; what is
paused stays paused; runs of one schedule never run at the same time."""

import json
import signal

from serving import Served, change, rows
from shop import Gate, main, wait_until

SECOND_US = 10**6
SECONDS = """
[schedule.seconds]
cron = "* * * * * *"
select = "countries"
overlap = "queue"
"""


def ticks(daemon, name="seconds", state=None):
    """(due, state, run, reason) of a schedule's ticks, the oldest first."""
    return rows(daemon.shop, "select due_us, state, run_id, reason from ticks where schedule = ?1 and"
                " (?2 is null or state = ?2) order by due_us", name, state)


def wait_fired(daemon, count, name="seconds"):
    return wait_until(lambda: len(ticks(daemon, name, "fired")) >= count and
                      ticks(daemon, name), f"{count} ticks of {name}")


def check_accounted(daemon, name="seconds"):
    """Each second from the first tick to the last has one, and each that fired has one run."""
    found = ticks(daemon, name)
    dues = [due for due, *_ in found]
    assert dues == list(range(dues[0], dues[-1] + 1, SECOND_US)), dues
    fired = sorted(run for _, state, run, _ in found if state == "fired")
    runs = [run for run, in rows(
        daemon.shop, "select id from runs where trigger = ? order by id", f"schedule:{name}")]
    assert fired == runs, f"{fired}\n{runs}"


def listed(shop, name):
    status, output = shop.run("schedules", name, "--json")
    assert status == 0, output
    return json.loads(output)


def every_tick_fires(shop):
    """A tick is a run, once, when it is due."""
    with Served(shop, more=SECONDS) as daemon:
        wait_fired(daemon, 3)
        check_accounted(daemon)
        late = rows(shop, "select max(at_us - due_us), min(at_us - due_us) from ticks")[0]
        assert 0 <= late[1] <= late[0] < 30 * SECOND_US, late
        wait_until(lambda: (3,) <= rows(
            shop, "select count(*) from runs where state = 'succeeded' and selection = 'countries'")[0],
            "three runs that succeed")
        daemon.end()
        check_accounted(daemon)
        assert {state for _, state, *_ in ticks(daemon)} == {"fired"}


def dies_before_the_tick_is_written(shop):
    """A daemon that dies before a tick is committed leaves it to the next one."""
    fault = {"AORTA_FAULT": "daemon.tick.before:2"}
    with Served(shop, fault, more=SECONDS + 'catch_up = "all"\n') as daemon:
        daemon.wait_end()
        assert daemon.process.returncode == -signal.SIGKILL
        assert len(ticks(daemon)) == 1
        daemon.start()
        wait_fired(daemon, 4)
        check_accounted(daemon)
        assert {state for _, state, *_ in ticks(daemon)} == {"fired"}
        daemon.end()


def dies_after_the_tick_is_written(shop):
    """A tick that is committed does not fire again, and its run is taken up."""
    with Served(shop, {"AORTA_FAULT": "daemon.tick.after:3"}, more=SECONDS) as daemon:
        daemon.wait_end()
        assert daemon.process.returncode == -signal.SIGKILL
        before = ticks(daemon)
        daemon.start()
        wait_fired(daemon, len(before) + 1)
        assert ticks(daemon)[:len(before)] == before
        check_accounted(daemon)
        wait_until(lambda: rows(
            shop, "select state from runs where id = ?", before[-1][2]) == [("succeeded",)],
            "the run of the tick")
        daemon.end()


def misses_what_nobody_saw(shop):
    """What fell due while no daemon was there is missed, but for the last of it."""
    with Served(shop, more=SECONDS.replace("* * * * * *", "* * * * *")) as daemon:
        daemon.end()
        for minutes in (5, 200):
            change(shop, "delete from ticks")
            change(shop, f"update schedules set reached_us = reached_us - {minutes * 60 * SECOND_US}")
            daemon.start()
            found = wait_fired(daemon, 1)
            daemon.end()
            states = [state for _, state, *_ in found]
            named = min(minutes, 100)
            assert states == ["missed"] * (len(found) - 1) + ["fired"], states
            assert named <= len(found) <= named + 1, len(found)
            assert found[-1][3] in ("caught up", None), found[-1]
            assert found[0][3].startswith("and all others since " if minutes > 100 else
                                          "no daemon saw it: catch_up is last"), found[0]


def pauses(shop):
    """A pause outlives the daemon; what fell into it is not caught up; the file is overruled."""
    with Served(shop, more=SECONDS + SECONDS.replace("seconds", "others") + "paused = true\n") as daemon:
        wait_fired(daemon, 1)
        assert shop.run("pause", "schedule:seconds") == (0, "schedule:seconds is paused\n")
        count = len(ticks(daemon))
        daemon.end()
        # Whoever resumes it before there is a daemon again: it begins anew.
        assert not rows(shop, "select * from schedules where name = 'seconds'")
        daemon.start()
        assert listed(shop, "seconds")["paused"] and listed(shop, "others")["paused"]
        assert shop.run("resume", "schedule:others")[0] == 0
        wait_fired(daemon, 2, "others")
        assert len(ticks(daemon)) == count
        resumed = shop.run("resume", "schedule:seconds")
        assert resumed == (0, "schedule:seconds is resumed\n"), resumed
        wait_fired(daemon, count + 1)
        gap = [due for due, *_ in ticks(daemon)]
        assert gap[count] - gap[count - 1] >= 2 * SECOND_US, gap
        assert not ticks(daemon, state="missed")
        assert not listed(shop, "others")["paused"]
        daemon.end()


def overlapping(overlap):
    return f'\n[schedule.orders]\ncron = "@yearly"\nselect = "orders"\noverlap = "{overlap}"\n'


def tick_twice(shop, daemon):
    """A run that is held, then another tick: the first run, and what was said of the second."""
    assert shop.run("tick", "schedule:orders")[0] == 0
    run = wait_until(lambda: rows(shop, "select run_id from steps where state = 'running'"),
                     "a running step")[0][0]
    return run, shop.run("tick", "schedule:orders")


def states_of(daemon, state):
    return [run for run, in rows(daemon.shop, "select id from runs where state = ? order by id", state)]


def states(daemon):
    return [state for state, in rows(daemon.shop, "select state from runs order by id")]


def skips(shop):
    """While a run is not over, ticks of its schedule are skipped, and by hand refused."""
    gate = Gate(shop)
    with Served(shop, more=overlapping("skip").replace("@yearly", "* * * * * *")) as daemon:
        wait_until(lambda: ticks(daemon, "orders", "skipped"), "a tick that is skipped")
        (_, first, run, _), (_, second, none, reason) = ticks(daemon, "orders")[:2]
        assert (first, second, none) == ("fired", "skipped", None)
        assert reason == f"run {run} is not over", reason
        status, output = shop.run("tick", "schedule:orders")
        assert status == 1 and f"skips what overlaps: run {run} is not over" in output, output
        gate.open()
        wait_fired(daemon, 2, "orders")
        daemon.end()


def queues(shop):
    """Runs of one schedule wait for each other, though there is room for more."""
    gate = Gate(shop)
    with Served(shop, more=overlapping("queue")) as daemon:
        _, (status, output) = tick_twice(shop, daemon)
        assert status == 0 and output == states_of(daemon, "queued")[0] + "\n", output
        shop.run("run", "countries")
        assert states(daemon) == ["running", "queued", "succeeded"], states(daemon)
        gate.open()
        wait_until(lambda: states(daemon) == ["succeeded"] * 3, "the end of both")
        ended, started = rows(
            shop, "select min(ended_us), max(started_us) from runs where trigger like 'schedule:%'")[0]
        assert ended <= started, (ended, started)
        daemon.end()


def cancels(shop):
    """The newer tick's run takes the place of the older one, which is canceled."""
    gate = Gate(shop)
    with Served(shop, more=overlapping("cancel")) as daemon:
        first, (status, output) = tick_twice(shop, daemon)
        assert status == 0, output
        wait_until(lambda: states(daemon)[0] == "canceled", f"{first} is canceled")
        gate.open()
        wait_until(lambda: states(daemon) == ["canceled", "succeeded"], "the end of the second")
        daemon.end()


def says_why_not(shop):
    """A tick whose run is refused says why, and the next one is looked at."""
    with Served(shop, more=SECONDS + "vars = { least_cents = 7 }\n") as daemon:
        wait_fired(daemon, 1)
        shop.write("assets/marts/broken.sql", "select {{ ref('nowhere') }}")
        failed = wait_until(lambda: ticks(daemon, state="failed"), "a tick that failed")
        assert "assets/marts/broken.sql:1:" in failed[0][3] and failed[0][2] is None, failed
        (shop.folder / "assets/marts/broken.sql").unlink()
        count = len(ticks(daemon, state="fired"))
        wait_fired(daemon, count + 1)
        check_accounted(daemon)
        daemon.end()


def reloads(shop):
    """Schedules come, go and change with the file; a wrong one changes nothing."""
    with Served(shop, more=SECONDS) as daemon:
        text = (shop.folder / "pipeline.toml").read_text()
        wait_fired(daemon, 1)
        shop.write("pipeline.toml", text + '[schedule.wrong]\ncron = "61 * * * *"\n')
        daemon.reload()
        count = len(ticks(daemon))
        wait_fired(daemon, count + 1)
        shop.write("pipeline.toml", text.replace("* * * * * *", "@yearly") +
                   SECONDS.replace("seconds", "others"))
        daemon.reload()
        wait_fired(daemon, 2, "others")
        reached = dict(rows(shop, "select name, definition from schedules"))
        assert reached == {"seconds": "UTC @yearly", "others": "UTC * * * * * *"}, reached
        shop.write("pipeline.toml", text.replace(SECONDS, ""))
        daemon.reload()
        wait_until(lambda: not rows(shop, "select * from schedules"), "no schedule is left")
        daemon.end()
        assert 'minute "61": allowed are 0 to 59' in "".join(daemon.said)


if __name__ == "__main__":
    main([every_tick_fires, dies_before_the_tick_is_written, dies_after_the_tick_is_written,
          misses_what_nobody_saw, pauses, skips, queues, cancels, says_why_not, reloads])
