#!/usr/bin/env python3
"""What could hold up a daemon that stays for good, and does not: a full disk, a clock that jumps, a run
store that is damaged, another daemon."""

import json
import resource
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


def full_disk(shop):
    """While its disk is full it begins nothing, says so, and looks; with room again it goes on."""
    gate = Gate(shop)
    with Served(shop, more=SECONDS + 'catch_up = "none"\n') as daemon:
        held = shop.start("run", "orders")
        wait_for("the held step", lambda: rows(
            shop, "select 1 from steps where asset = 'raw.orders' and state = 'running'"))
        wait_fired(daemon, 1)
        set_room(daemon, ROOM)
        daemon.wait("make room on its disk: File too large: nothing is begun until then")
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
        set_room(daemon, resource.RLIM_INFINITY)
        daemon.wait("the run store can be written again")
        assert ask(daemon, "GET", "/readyz")[0] == 200
        assert finish(held)[0] == 0
        assert shop.run("run", "customers")[0] == 0
        wait_fired(daemon, before + 2)
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


if __name__ == "__main__":
    main([full_disk, full_to_the_end, full_for_a_command])
