#!/usr/bin/env python3
"""A daemon that stays and has much to do: thousands of queued runs, a graph of ten thousand assets."""

import http.client
import json
import re
import sys
import time
from pathlib import Path

from serving import Served, rows, wait_for
from shop import Gate, main

# The sanitizers make each step many times slower, and keep what is freed.
IS_SANITIZED = "__asan_init" in Path(sys.argv[1]).read_bytes().decode("latin-1")
RUNS, ASSETS = (300, 1500) if IS_SANITIZED else (2000, 10000)


class Api:
    """Calls over one connection."""

    def __init__(self, daemon):
        self.connection = http.client.HTTPConnection(daemon.url.removeprefix("http://"), timeout=120)

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status < 300, (path, answer.status, text)
        return json.loads(text)


def memory_mib(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def queue(shop):
    """Thousands of runs wait, are listed meanwhile, and are done in their order; then memory is free."""
    shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text()
               + "\n[serve]\nruns_at_once = 1\n")
    gate = Gate(shop)
    with Served(shop) as daemon:
        api = Api(daemon)
        held = api.call("POST", "/api/v1/runs", {"select": ["orders"]})["id"]
        wait_for("the held step", lambda: rows(shop, "select 1 from steps where state = 'running'"))
        begun = memory_mib(daemon.pid)
        asked = [api.call("POST", "/api/v1/runs", {"select": ["countries"]})["id"]
                 for _ in range(RUNS)]
        assert len(set(asked)) == RUNS
        assert rows(shop, "select state, count(*) from runs group by state order by state") == [
            ("queued", RUNS), ("running", 1)]
        at_most = memory_mib(daemon.pid)
        assert IS_SANITIZED or at_most - begun < 20 + RUNS * 16 / 1024, (begun, at_most)
        last = shop.run("cancel", asked[-1])
        assert last[0] == 0, last
        gate.open()
        answers = 0
        while rows(shop, "select count(*) from runs where state in ('queued', 'running')") != [(0,)]:
            page = api.call("GET", "/api/v1/runs?limit=50")
            assert len(page["runs"]) == 50
            assert api.call("GET", f"/api/v1/runs/{held}")["id"] == held
            answers += 2
            time.sleep(0.05)
        assert answers > 0
        started = [run for run, in rows(
            shop, "select id from runs where state = 'succeeded' order by started_us, id")]
        assert started == [held, *asked[:-1]], "not in their order"
        assert rows(shop, "select state from runs where id = ?", asked[-1]) == [("canceled",)]
        assert rows(shop, "select max(n) from (select count(*) as n from attempts"
                    " group by run_id, asset)") == [(1,)]
        if not IS_SANITIZED:
            wait_for(f"memory as before, {begun:.1f} MiB, and a little",
                     lambda: memory_mib(daemon.pid) < begun + 12)
        assert daemon.end() == 0, daemon.said


def graph(shop):
    """Ten thousand assets: ready, listed, planned, made in part and read again, all within a while."""
    folder = shop.folder / "assets/wide"
    folder.mkdir()
    for number in range(ASSETS - 5):
        below = f"{{{{ ref('w{number - 100:05}') }}}}" if number >= 100 else "(select 1 as n)"
        (folder / f"w{number:05}.sql").write_text(f"select n from {below}")
    took = {}

    def timed(what, begin):
        took[what] = round(time.monotonic() - begin, 2)

    begin = time.monotonic()
    with Served(shop) as daemon:
        timed("ready", begin)
        assert f"{ASSETS} assets" in daemon.said[-1], daemon.said
        api = Api(daemon)
        begin = time.monotonic()
        listed = [asset["key"] for asset in api.call("GET", "/api/v1/assets")["assets"]]
        timed("listed", begin)
        assert len(set(listed)) == len(listed) == ASSETS, len(listed)
        begin = time.monotonic()
        status, output = shop.run("plan", f"+w{ASSETS - 200:05}", "--json")
        timed("planned", begin)
        planned = [json.loads(line)["asset"] for line in output.splitlines() if '"plan"' in line]
        assert status == 0 and len(planned) == ASSETS // 100 - 1, output[-2000:]
        begin = time.monotonic()
        status, output = shop.run("run", "w00042+1")
        timed("run", begin)
        assert status == 0, output
        assert shop.query("select n from wide.w00142") == [{"n": 1}]
        begin = time.monotonic()
        (folder / "added.sql").write_text("select 2 as n from {{ ref('w00007') }}")
        daemon.wait(f"the pipeline is read: {ASSETS + 1} assets")
        timed("read again", begin)
        assert api.call("GET", "/api/v1/assets/wide.added")["key"] == "wide.added"
        memory = memory_mib(daemon.pid)
        print(f"        {took}, {memory:.0f} MiB")
        assert memory < 400, memory
        assert daemon.end() == 0, daemon.said


def wrong(shop):
    """Thousands of mistakes: check says each, a run that is refused a thousand and how many more."""
    for number in range(1100):
        shop.write(f"assets/marts/wrong_{number:04}.sql", "select * from {{ ref('nobody') }}\n")
    status, output = shop.run("run", "orders")
    lines = output.splitlines()
    assert status == 2 and len(lines) == 1001, (status, len(lines))
    assert lines[0].startswith("assets/marts/wrong_0000.sql:1:"), lines[0]
    assert lines[-1] == "and 100 more: aorta check says all of them", lines[-1]
    status, output = shop.run("check")
    assert status == 2 and len(output.splitlines()) == 1100, (status, len(output.splitlines()))


if __name__ == "__main__":
    main([queue, graph, wrong])
