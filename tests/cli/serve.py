#!/usr/bin/env python3
"""The daemon that stays: its queue, what it takes up after a death, its reloads, its end."""

import json
import os
import signal

from serving import Served, change, rows, state_of, wait_for
from shop import WAIT_SECONDS, main, working

# Minutes of DuckDB if nobody cancels it.
SLOW = "select count(*) as n from range(100000000000) where range % 7 = 8"


def steps_of(shop, run):
    """{asset: (state, attempts)}"""
    return {asset: (state, attempts) for asset, state, attempts in rows(
        shop, "select asset, state, (select count(*) from attempts a where a.run_id = s.run_id"
        f" and a.asset = s.asset) from steps s where run_id = '{run}'")}


def detach(shop, *arguments):
    """The id of a run that was left to the daemon."""
    status, output = shop.run("run", "--detach", *arguments)
    assert status == 0, output
    return output.strip().splitlines()[-1]


def running(shop, run, asset):
    return (asset, "running") in rows(
        shop, f"select asset, state from steps where run_id = '{run}'")


def add_slow(shop, *names):
    for name in names:
        shop.write(f"assets/marts/{name}.sql", SLOW)
        shop.write(f"assets/marts/{name}.toml", 'materialized = "table"\n')


def stays(shop):
    """Commands go through it; a second one is refused by name; it ends when it is told to."""
    served = Served(shop)
    status, output = shop.run("run")
    assert status == 0 and "succeeded" in output, output
    status, output = shop.run("serve")
    assert status == 2, output
    assert f"process {served.pid} is at work in" in output, output
    assert rows(shop, "select resumes from runs") == [(1,)]
    assert served.end() == 0, served.said
    assert shop.runs() == [("succeeded", "")]
    status, output = shop.run("run", "--detach")
    assert status == 1 and "no daemon stays here" in output, output


def detached(shop):
    """A run that is left to it is done; its id is what is printed."""
    Served(shop)
    run = detach(shop, "countries")
    wait_for("the run's end", lambda: state_of(shop, run) == "succeeded")
    assert steps_of(shop, run) == {"seeds.countries": ("succeeded", 1)}


def died(shop):
    """SIGKILL: what was at work is taken up with what it had done, what waited is done."""
    shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text()
               + "\n[serve]\nruns_at_once = 1\n")
    add_slow(shop, "slow")
    served = Served(shop)
    first = detach(shop, "countries", "slow")
    second = detach(shop, "customers")
    wait_for("the slow step", lambda: running(shop, first, "marts.slow"))
    wait_for("the seed", lambda: steps_of(shop, first)["seeds.countries"][0] == "succeeded")
    assert state_of(shop, second) == "queued", (shop.runs(), steps_of(shop, first))
    served.end(signal.SIGKILL)
    shop.write("assets/marts/slow.sql", "select 1 as n")
    served = Served(shop)
    assert any("2 runs" in line and "taken up" in line for line in served.said), served.said
    for run in (first, second):
        wait_for("the run's end", lambda run=run: state_of(shop, run) == "succeeded")
    assert steps_of(shop, first) == {"seeds.countries": ("succeeded", 1),
                                     "marts.slow": ("succeeded", 2)}
    assert shop.query("select n from marts.slow") == [{"n": 1}]
    assert rows(shop, "select count(*) from attempts where state = 'running'") == [(0,)]


def gone_meanwhile(shop):
    """An asset that is gone when its run is taken up is canceled, and the run has failed."""
    add_slow(shop, "slow")
    served = Served(shop)
    run = detach(shop, "countries", "slow")
    wait_for("the slow step", lambda: running(shop, run, "marts.slow"))
    wait_for("the seed", lambda: steps_of(shop, run)["seeds.countries"][0] == "succeeded")
    served.end(signal.SIGKILL)
    os.remove(shop.folder / "assets/marts/slow.sql")
    os.remove(shop.folder / "assets/marts/slow.toml")
    shop.write("assets/marts/other.sql", "select 1 as n")
    Served(shop)
    wait_for("the run's end", lambda: state_of(shop, run) == "failed")
    assert steps_of(shop, run)["marts.slow"] == ("canceled", 1), steps_of(shop, run)


def dies_again(shop):
    """A run that takes its daemon with it is given up after three times."""
    add_slow(shop, "slow")
    served = Served(shop)
    run = detach(shop, "slow")
    for _ in range(4):
        wait_for("the slow step", lambda: running(shop, run, "marts.slow"))
        served.end(signal.SIGKILL)
        served = Served(shop)
    wait_for("the run's end", lambda: state_of(shop, run) == "failed")
    assert "three times" in rows(shop, "select error_message from runs")[0][0]
    assert steps_of(shop, run)["marts.slow"] == ("canceled", 4)


def drains(shop):
    """SIGTERM waits for what runs, not for ever; no run is left as running, and it is no death."""
    shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text()
               + "\n[serve]\ndrain = \"1s\"\n")
    add_slow(shop, "slow")
    served = Served(shop)
    run = detach(shop, "slow")
    wait_for("the slow step", lambda: running(shop, run, "marts.slow"))
    change(shop, "update runs set resumptions = 3")  # as if so many daemons had died
    assert served.end() == 0, served.said
    assert state_of(shop, run) == "interrupted"
    assert steps_of(shop, run) == {"marts.slow": ("interrupted", 1)}, steps_of(shop, run)
    status, output = shop.run("runs", run)
    assert "interrupted" in output, output
    shop.write("assets/marts/slow.sql", "select 1 as n")
    Served(shop)
    wait_for("the run's end", lambda: state_of(shop, run) in ("succeeded", "failed"))
    assert state_of(shop, run) == "succeeded", rows(shop, "select error_message from runs")


def canceled(shop):
    """By its id, running or queued."""
    shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text()
               + "\n[serve]\nruns_at_once = 1\n")
    add_slow(shop, "slow")
    Served(shop)
    first, second = detach(shop, "slow"), detach(shop, "countries")
    wait_for("the slow step", lambda: running(shop, first, "marts.slow"))
    assert shop.run("cancel", second)[0] == 0
    assert state_of(shop, second) == "canceled"
    status, output = shop.run("cancel", first[:10])
    assert status == 0, output
    wait_for("the run's end", lambda: state_of(shop, first) == "canceled")
    assert steps_of(shop, first) == {"marts.slow": ("canceled", 1)}
    status, output = shop.run("cancel", first)
    assert status == 1 and "no run of this id is queued or running" in output, output


def canceled_then_died(shop):
    """What somebody was told is canceled does not go on when its daemon dies before it has ended."""
    add_slow(shop, "slow")
    shop.write("assets/marts/after.sql", "select * from {{ ref('slow') }}")
    served = Served(shop)
    run = detach(shop, "slow", "after")
    wait_for("the slow step", lambda: running(shop, run, "marts.slow"))
    os.kill(working(served.pid, "executor")[0], signal.SIGSTOP)  # it cannot end the statement
    assert shop.run("cancel", run)[0] == 0
    served.end(signal.SIGKILL)
    shop.write("assets/marts/slow.sql", "select 1 as n")
    served.start()
    wait_for("the run's end", lambda: state_of(shop, run) == "canceled")
    assert steps_of(shop, run) == {"marts.slow": ("canceled", 1), "marts.after": ("canceled", 0)}
    assert served.end() == 0


def repeated(shop):
    """rerun does all again; with --failed only what did not succeed."""
    shop.write("assets/marts/bad.sql", "select * from {{ ref('countries') }} where nonsense")
    shop.write("assets/marts/after.sql", "select * from {{ ref('bad') }}")
    status, _ = shop.run("run", "countries", "bad", "after")
    assert status == 1
    first = rows(shop, "select id from runs")[0][0]
    shop.write("assets/marts/bad.sql", "select * from {{ ref('countries') }}")
    status, output = shop.run("rerun", "--failed", first)
    assert status == 0, output
    second = rows(shop, "select id from runs order by id")[1][0]
    assert {asset: state for asset, (state, _) in steps_of(shop, second).items()} == {
        "marts.bad": "succeeded", "marts.after": "succeeded"}
    assert rows(shop, f"select of_run from runs where id = '{second}'") == [(first,)]
    status, output = shop.run("rerun", first)
    assert status == 0, output
    third = rows(shop, "select id from runs order by id")[2][0]
    assert len(steps_of(shop, third)) == 3
    status, output = shop.run("rerun", "01ZZZZ")
    assert status == 1 and "there is no run 01ZZZZ" in output, output


def reloads(shop):
    """A change of the files is taken over as a whole, or said and not taken over."""
    served = Served(shop)
    before = served.get("/api/v1/assets")
    shop.write("assets/marts/wrong.sql", "select * from {{ ref('nobody') }}")
    served.wait("are not taken over")
    assert served.get("/api/v1/assets") == before and "wrong" not in str(before), before
    assert "nobody" in served.wait("assets/marts/wrong.sql"), served.said
    status, output = shop.run("run", "countries")
    assert status == 2 and "nobody" in output, output  # who types it hears what is wrong
    shop.write("assets/marts/wrong.sql", "select 1 as one")
    served.wait("the pipeline is read: 6 assets")
    os.remove(shop.folder / "assets/marts/wrong.sql")
    served.reload()
    served.wait("the pipeline is read: 5 assets")


def refuses_broken(shop):
    """It does not begin with files that are wrong, and says all of it; nor with bad settings."""
    shop.write("assets/marts/wrong.sql", "select * from {{ ref('nobody') }}")
    shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text()
               + "\n[serve]\nruns_at_once = 0\ncertificate = \"cert.pem\"\ndrain = \"2h\"\n"
               + "url = \"https://data.example.org/aorta\"\n")
    status, output = shop.run("serve")
    assert status == 2, output
    for words in ("nobody", "runs_at_once must be from 1 to 1000", "key is missing",
                  "drain must be from 0s to 1h", "url must be like"):
        assert words in output, output


def many(shop):
    """Hundreds that wait are all done, once each, by so many at once as may be."""
    shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text()
               + "\n[serve]\nruns_at_once = 2\n")
    served = Served(shop)
    count = 60
    processes = [shop.start("run", "--detach", "--json", "countries") for _ in range(count)]
    for process in processes:
        output, _ = process.communicate(timeout=WAIT_SECONDS)
        assert json.loads(output.splitlines()[-1])["state"] == "queued", output
    wait_for("all", lambda: rows(shop, "select count(*) from runs where state = 'succeeded'")
             == [(count,)])
    spans = rows(shop, "select started_us, ended_us from runs")
    at_once = max(sum(start <= at < end for start, end in spans) for at, _ in spans)
    assert at_once <= 2, at_once
    assert served.end() == 0


if __name__ == "__main__":
    main([stays, detached, died, gone_meanwhile, dies_again, drains, canceled,
          canceled_then_died, repeated, reloads,
          refuses_broken, many])
