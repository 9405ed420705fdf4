#!/usr/bin/env python3
"""What could hold up a daemon that stays for good, and does not: a full disk, a clock that jumps, a run
store that is damaged, another daemon."""

import json
import re
import resource
import signal
import sys
import urllib.error
import urllib.request

from schedules import SECONDS, check_accounted, ticks, wait_fired
from serving import Served, rows, wait_for
from shop import Events, Gate, finish, main

ROOM = 4096  # less than any change of the run store takes


def set_room(daemon, size):
    """No file of the daemon may grow beyond that: to it this is a full disk."""
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def ask(daemon, method, path, body=None):
    """(status, headers, what it says)"""
    request = urllib.request.Request(daemon.url + path, method=method, data=body and
                                     json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json"} if body else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.load(error)


SENSOR = """[sensor.door]
kind = "file"
path = "door"
every = "100ms"
select = "countries"
"""


def looks(daemon):
    """How often the sensor has looked."""
    with urllib.request.urlopen(f"{daemon.url}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    return int(re.search(r'^aorta_sensor_looks_total\{sensor="door"\} (\d+)$', text, re.M).group(1))


def full_disk(shop):
    """While its disk is full it begins nothing, says so, and waits; with room again it goes on."""
    gate = Gate(shop)
    with Served(shop, more=SECONDS + 'catch_up = "none"\n' + SENSOR) as daemon:
        wait_for("its first look", lambda: rows(shop, "select 1 from sensors"))
        held = shop.start("run", "orders")
        wait_for("the held step", lambda: rows(
            shop, "select 1 from steps where asset = 'raw.orders' and state = 'running'"))
        wait_fired(daemon, 1)
        set_room(daemon, ROOM)
        daemon.wait("make room on its disk: File too large: nothing is begun until then")
        looked = looks(daemon)
        shop.write("door", "open")
        gate.open()  # the step ends, which cannot be written down
        status, output = shop.run("run", "customers")
        assert status != 0 and "nothing can be begun at present: " in output, output
        assert "make room on its disk: File too large" in output, output
        status, headers, problem = ask(daemon, "POST", "/api/v1/runs", {"select": ["customers"]})
        assert (status, headers["Retry-After"]) == (503, "5"), (status, problem)
        assert "make room on its disk" in problem["detail"], problem
        assert ask(daemon, "GET", "/readyz")[0] == 503
        assert ask(daemon, "GET", "/healthz")[0] == 200
        assert shop.run("pause", "schedule:seconds")[0] != 0
        status, _, listed = ask(daemon, "GET", "/api/v1/runs?limit=200")
        assert status == 200 and len(listed["runs"]) == len(shop.runs())
        before = len(ticks(daemon))
        assert looks(daemon) == looked, "a sensor looks, and cannot write down what it finds"
        set_room(daemon, resource.RLIM_INFINITY)
        daemon.wait("the run store can be written again")
        assert ask(daemon, "GET", "/readyz")[0] == 200
        assert finish(held)[0] == 0
        assert shop.run("run", "customers")[0] == 0
        wait_fired(daemon, before + 2)
        wait_for("what the sensor saw", lambda: rows(
            shop, "select state from runs where trigger = 'sensor:door'") == [("succeeded",)])
        assert looks(daemon) > looked
        assert daemon.end() == 0, daemon.said
        check_accounted(daemon)
        assert rows(shop, "select count(*) from runs where selection = 'customers'") == [(1,)]
        assert rows(shop, "pragma integrity_check") == [("ok",)]


def full_to_the_end(shop):
    """One that is told to end while its disk is full ends, and what it could not write is no secret."""
    gate = Gate(shop)
    shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text()
               + '\n[serve]\ndrain = "0s"\n')
    with Served(shop) as daemon:
        status, run = shop.run("run", "--detach", "orders")
        assert status == 0, run
        wait_for("the held step", lambda: rows(shop, "select 1 from steps where state = 'running'"))
        set_room(daemon, ROOM)
        late = shop.start("run", "--detach", "countries")
        daemon.wait("make room on its disk")
        assert daemon.end() == 1
        assert "make room on its disk: File too large" in daemon.said[-1], daemon.said
        assert finish(late)[0] != 0
        gate.open()
        daemon.start()
        wait_for("the run's end", lambda: rows(
            shop, "select state from runs where id = ?", run.strip()) == [("succeeded",)])
        assert len(shop.runs()) == 1, shop.runs()


def full_for_a_command(shop):
    """A command whose disk is full says so and ends, and the next one finds nothing half done."""
    gate = Gate(shop)
    run = shop.start("run", "orders", "--json")
    Events(run).wait_for("raw.orders", "running")
    resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
    gate.open()
    status, output = finish(run)
    assert status == 1, output
    assert output.splitlines()[-1] == (
        f'aorta: run store "{shop.folder}/.aorta/runs.db": make room on its disk: File too '
        "large"), output
    assert shop.run("run", "orders")[0] == 0
    assert [state for state, _ in shop.runs()] == ["interrupted", "succeeded"]


# ---- a clock that jumps --------------------------------------------------------------------------

HOUR_S = 3600
HOURLY = SECONDS.replace("seconds", "{0}").replace("* * * * * *", "0 */10 * * * *") + 'catch_up = "{0}"\n'


class Clock:
    """The wall clock of a daemon: the system's, and so many seconds."""

    def __init__(self, shop):
        self.file, self.ahead = shop.folder / "ahead", 0
        self.environment = {"AORTA_FAULT_CLOCK": str(self.file)}
        self.set(0)

    def set(self, seconds):
        self.ahead = seconds
        self.file.write_bytes((seconds * 10**6).to_bytes(8, sys.byteorder, signed=True))


def once_each(daemon, name):
    """Whatever the clock showed: no tick has two runs, and no run belongs to no tick."""
    fired = [run for _, state, run, _ in ticks(daemon, name) if state == "fired"]
    runs = [run for run, in rows(daemon.shop, "select id from runs where trigger = ?",
                                 f"schedule:{name}")]
    assert sorted(fired) == sorted(runs), (fired, runs)
    return len(fired)


def clock_forward(shop):
    """A jump forward leaves ticks out that nobody saw: each schedule's policy decides, once."""
    clock = Clock(shop)
    schedules = "".join(HOURLY.format(name) for name in ("all", "last", "none"))
    with Served(shop, clock.environment, more=SECONDS + schedules) as daemon:
        wait_fired(daemon, 2)
        clock.set(2 * HOUR_S)
        daemon.wait("the clock has jumped")
        wait_for("all of them", lambda: len(ticks(daemon, "all", "fired")) >= 12)
        wait_for("the last", lambda: len(ticks(daemon, "last")) >= 12)
        wait_for("none", lambda: len(ticks(daemon, "none")) >= 12)
        count = len(ticks(daemon))
        wait_fired(daemon, len(ticks(daemon, state="fired")) + 2)
        assert daemon.end() == 0, daemon.said
        for name in ("all", "last", "none"):
            dues = [due for due, *_ in ticks(daemon, name)]
            assert dues == list(range(dues[0], dues[-1] + 1, 600 * 10**6)), dues
        assert {state for _, state, *_ in ticks(daemon, "all")} == {"fired"}
        assert [state for _, state, *_ in ticks(daemon, "last")][:12].count("fired") == 1
        assert once_each(daemon, "all") == len(ticks(daemon, "all"))
        once_each(daemon, "last"), once_each(daemon, "none"), once_each(daemon, "seconds")
        assert count > 100  # as many of the seconds are named, and the rest with the first of them


def clock_back(shop):
    """A jump back repeats no tick; when the clock comes to where it was they go on."""
    clock = Clock(shop)
    with Served(shop, clock.environment, more=SECONDS) as daemon:
        wait_fired(daemon, 2)
        clock.set(-HOUR_S)
        daemon.wait("the clock has jumped")
        before = ticks(daemon)
        assert shop.run("run", "customers")[0] == 0  # all else goes on
        run, = rows(shop, "select started_us <= ended_us from runs where selection = 'customers'")
        assert run == (1,)
        shop.write("assets/marts/added.sql", "select 1 as n")
        daemon.reload()
        daemon.wait("the pipeline is read: ")
        assert ticks(daemon) == before
        clock.set(0)
        daemon.reload()  # it looks at the clock
        wait_fired(daemon, len(before) + 2)
        assert ticks(daemon)[:len(before)] == before
        assert daemon.end() == 0, daemon.said
        once_each(daemon, "seconds")


def clock_was_wrong(shop):
    """A clock that had been ahead by hours begins anew, and its ticks come again only as what they are."""
    clock = Clock(shop)
    clock.set(5 * HOUR_S)
    with Served(shop, clock.environment, more=SECONDS) as daemon:
        wait_fired(daemon, 2)
        clock.set(0)
        daemon.wait("the clock was set back by hours: it begins anew")
        ahead = ticks(daemon)[-1][0]
        wait_for("ticks of now", lambda: sum(due < ahead - HOUR_S * 10**6 for due, *_ in
                                             ticks(daemon, state="fired")) >= 2)
        assert daemon.end() == 0, daemon.said
        once_each(daemon, "seconds")


# ---- a store that is damaged, a second daemon ----------------------------------------------------

def damage(shop, offset, data):
    with (shop.folder / ".aorta/runs.db").open("r+b") as file:
        file.seek(offset)
        file.write(data)


def damaged(shop):
    """A damaged store is refused with the way out, which is one: no data is lost with it."""
    with Served(shop) as daemon:
        assert shop.run("run")[0] == 0
        published = shop.query("select * from marts.sales order by country")
        assert daemon.end() == 0
    store = shop.folder / ".aorta/runs.db"
    whole = store.read_bytes()
    for name, wrong in (("no database", b"\1" * len(whole)), ("cut off", whole[:len(whole) // 3]),
                        ("a page", whole[:4096] + b"\xff" * 4096 + whole[8192:])):
        store.write_bytes(wrong)
        status, output = shop.run("serve", "--address", "127.0.0.1:0")
        assert status != 0 and f'run store "{store}" is damaged: ' in output, (name, output)
        assert "move it and its -wal file away and start again" in output, (name, output)
        assert "no data is" in output and store.read_bytes() == wrong, (name, output)
    store.rename(shop.folder / "damaged.db")
    with Served(shop) as daemon:
        assert shop.query("select * from marts.sales order by country") == published
        assert shop.run("run", "--force")[0] == 0
        assert shop.query("select * from marts.sales order by country") == published
        assert daemon.end() == 0


def second(shop):
    """A second daemon of the same folder is refused by the first one's number, and changes nothing."""
    with Served(shop) as first:
        assert shop.run("run", "countries")[0] == 0
        for _ in range(2):
            status, output = shop.run("serve", "--address", "127.0.0.1:0")
            assert status == 2, output
            assert (f"process {first.pid} is at work in {shop.folder}/.aorta already: end it first, "
                    "or ask it") in output, output
        assert ask(first, "GET", "/readyz")[0] == 200
        assert shop.run("run", "customers")[0] == 0
        first.end(signal.SIGKILL)
        first.start()  # one that has died is in nobody's way
        assert [state for state, _ in shop.runs()] == ["succeeded"] * 2
        assert first.end() == 0


if __name__ == "__main__":
    main([full_disk, full_to_the_end, full_for_a_command, clock_forward, clock_back, clock_was_wrong,
          damaged, second])
