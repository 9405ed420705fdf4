#!/usr/bin/env python3
"""Streams that the daemon keeps running."""

import json
import os
import signal
import sqlite3
import urllib.request
from pathlib import Path

from receivers import SECRET, Hook
from serving import Served, rows, wait_for
from shop import WAIT_SECONDS, main, members
from stream import SIZE, Watches, lake_of


def reference(shop, stages):
    """What the lake holds when each stage is a run that ends by itself."""
    with Watches(shop.program) as quiet:
        for stage in range(stages):
            quiet.produce(stage, "+heart_rate_lake")
        return lake_of(quiet.folder / ".aorta/lake")


def executors_of(session):
    return [pid for pid in members(session)
            if b"executor-main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def kept_running(shop):
    """What is produced arrives by itself, also when the executor is killed; the end loses nothing."""
    wanted = [reference(shop, stages) for stages in (1, 2)]
    with Watches(shop.program) as watches:
        lake = watches.folder / ".aorta/lake"
        served = Served(watches)
        watches.produce(0)
        wait_for("the first records", lambda: lake_of(lake) == wanted[0])
        for pid in executors_of(served.pid):
            os.kill(pid, signal.SIGKILL)
        watches.produce(1)
        wait_for("the rest", lambda: lake_of(lake) == wanted[1])
        assert served.end() == 0, served.said
        assert lake_of(lake) == wanted[1]
        states = rows(watches, "select distinct state from runs where trigger = 'stream'")
        assert states == [("succeeded",)], states
        assert rows(watches, "select count(*) from runs where state = 'running'") == [(0,)]


def begins_again(shop):
    """One that cannot work is tried again and again, later each time, and is well when it can."""
    with Watches(shop.program) as watches:
        blocked = watches.folder / ".aorta/lake"
        blocked.parent.mkdir(exist_ok=True)
        blocked.write_text("a file where the lake should be")
        served = Served(watches)
        assert "begins again in 1 s" in served.wait("lake.heart_rate_lake has ended"), served.said
        served.wait("begins again in 2 s")
        blocked.unlink()
        watches.produce(0)
        wait_for("records", lambda: len(lake_of(blocked)) > 0)
        assert rows(watches, "select count(*) from runs where trigger = 'stream'"
                    " and state = 'running'") == [(1,)]


def changed(shop):
    """Another declaration: it ends, and begins with that; one that is gone stays ended."""
    with Watches(shop.program) as watches:
        served = Served(watches)
        running = ("select count(*) from runs where trigger = 'stream' and state = 'running'")
        wait_for("the stream", lambda: rows(watches, running) == [(1,)])
        asset = watches.folder / "assets/lake/heart_rate_lake.toml"
        asset.write_text(asset.read_text().replace('interval = "500ms"', 'interval = "700ms"'))
        wait_for("the second run", lambda: rows(
            watches, "select state from runs where trigger = 'stream' order by id")
            == [("succeeded",), ("running",)])
        assert served.end() == 0


def paused(shop):
    """One that is paused writes what it has and stays ended, over a restart, until it is resumed."""
    with Watches(shop.program) as watches:
        def states():
            return rows(watches, "select state from runs where trigger = 'stream' order by id")

        served = Served(watches)
        wait_for("the stream", lambda: rows(watches, "select state from steps") == [("running",)])
        status, said = watches.run("pause", "stream:heart_rate_lake")
        assert (status, said) == (0, "stream:heart_rate_lake is paused\n"), said
        wait_for("its end", lambda: states() == [("succeeded",)])
        assert served.end() == 0
        served = Served(watches)
        watches.produce(0)
        assert states() == [("succeeded",)]
        assert watches.run("resume", "stream:heart_rate_lake")[0] == 0
        wait_for("records", lambda: len(lake_of(watches.folder / ".aorta/lake")) > 0)
        assert states() == [("succeeded",), ("running",)]
        assert served.end() == 0


def behind(shop):
    """One that is behind what is produced is told of with how far, once, and that it has caught up."""
    with Hook() as hook, Watches(shop.program) as watches:
        asset = watches.folder / "assets/lake/heart_rate_lake.toml"
        asset.write_text("max_lag = 100\n" + asset.read_text())
        watches.write("pipeline.toml", (watches.folder / "pipeline.toml").read_text() +
                      '[alert.team]\non = ["lag", "recovery"]\n'
                      f'webhook = {{ url = "{hook.url}", secret = "env:HOOK_SECRET" }}\n')
        served = Served(watches, {"HOOK_SECRET": SECRET})
        assert watches.run("pause", "stream:heart_rate_lake")[0] == 0
        watches.produce(0)
        assert not hook.received and not lake_of(watches.folder / ".aorta/lake")
        assert watches.run("resume", "stream:heart_rate_lake")[0] == 0
        lag, recovery = hook.wait_for(2)
        records = len(lake_of(watches.folder / ".aorta/lake"))
        assert (lag["kind"], lag["subject"]) == ("lag", "stream:lake.heart_rate_lake"), lag
        number, words = lag["error"].split(" ", 1)
        assert words == "records behind, more than 100" and 100 < int(number), lag
        assert (recovery["kind"], recovery["of"]) == ("recovery", "lag"), recovery
        assert recovery["subject"] == lag["subject"] and "error" not in recovery, recovery
        assert served.end() == 0, served.said
        total = len(lake_of(watches.folder / ".aorta/lake"))
        assert int(number) <= total and total - records <= 100, (number, records, total)
        assert len(hook.received) == 2, hook.bodies()


PARTITIONED = """kind = "source"
partitions = { by = "hour", start = "2024-04-01T00" }
[from]
connection = "lake"
files = ["topics/hr-data-topic/year=*/**/*.json"]
changed_files = "reload"
[columns.user_id]
type = "bigint"
"""
BY_TOPIC = PARTITIONED.replace("""files = ["topics/hr-data-topic/year=*/**/*.json"]
changed_files = "reload"
""", 'topic = "hr-data-topic"\n')


def sealed(lake):
    """{plan: its hours} of all that is sealed."""
    found = {}
    for plan in Path(lake).glob("topics/*/_plans/*/*.plan"):
        seal, entry = plan.with_suffix(".seal"), json.loads(plan.read_text())
        if seal.exists() and json.loads(seal.read_text())["outcome"] == "done":
            found[plan] = {item["hour"] for item in entry.get("objects", [])}
    return found


def silent(shop):
    """One that hangs: how far it is behind is not known any more, and it is ended and begun again."""
    with Watches(shop.program) as watches:
        asset = watches.folder / "assets/lake/heart_rate_lake.toml"
        asset.write_text('timeout = "3s"\n' + asset.read_text())
        served = Served(watches)

        def stream():
            url = f"{served.url}/api/v1/streams"
            with urllib.request.urlopen(url, timeout=WAIT_SECONDS) as answer:
                return json.load(answer)["streams"][0]

        wait_for("the stream", lambda: stream()["lag"] is not None)
        for pid in executors_of(served.pid):
            os.kill(pid, signal.SIGSTOP)
        wait_for("nobody to know", lambda: stream()["lag"] is None)
        served.wait("lake.heart_rate_lake has ended (has said nothing for 3s, its timeout)")
        watches.produce(0)
        wait_for("records", lambda: len(lake_of(watches.folder / ".aorta/lake")) > 0)
        wait_for("how far it is", lambda: stream()["lag"] is not None)
        assert stream()["state"] == "running" and stream()["restarts"] >= 1, stream()
        assert served.end() == 0, served.said


def states(watches, asset):
    """{hour: state} of its partitions that are not missing."""
    status, output = watches.run("ls", asset, "--partitions", "--json")
    assert status == 0, output
    parts = [json.loads(line) for line in output.splitlines()]
    return {part["partition"]: part["state"] for part in parts if part["state"] != "missing"}


def hours(shop):
    """The hours that are sealed are known, whoever sealed them and whatever died; those that a
    source has read are stale when there is more of them."""
    with Watches(shop.program) as watches:
        lake = watches.folder / ".aorta/lake"

        def known():
            wanted = set().union(*sealed(lake).values())
            return wanted and states(watches, "heart_rate_lake") == dict.fromkeys(wanted, "present")

        def produce(until, *select):
            status, output = watches.run("run", *select, *SIZE, "--var",
                                         f"as_of=2024-04-01T{until}:00Z")
            assert status == 0, output

        def stand(wanted):
            return all(states(watches, asset) == wanted for asset in ("hourly", "by_topic"))

        watches.write("assets/raw/hourly.toml", PARTITIONED)
        watches.write("assets/raw/by_topic.toml", BY_TOPIC)
        produce("12:20", "+heart_rate_lake")  # a run that ends, without a daemon
        assert known(), states(watches, "heart_rate_lake")
        os.rename(watches.folder / ".aorta/runs.db", watches.folder / "gone")
        for name in ("runs.db-wal", "runs.db-shm"):
            (watches.folder / ".aorta" / name).unlink(missing_ok=True)
        produce("12:40", "+heart_rate_lake")  # the run store is lost: all of it is read again
        assert known(), states(watches, "heart_rate_lake")

        before = sealed(lake)
        made = set().union(*before.values())
        assert watches.run("run", "hourly", "by_topic")[0] == 0
        assert stand(dict.fromkeys(made, "present"))
        store = sqlite3.connect(watches.folder / ".aorta/runs.db")
        store.execute("delete from lake_positions")  # as if a daemon had died before it knew of them
        store.commit()
        store.close()
        served = Served(watches)
        wait_for("hours told again", lambda: stand(dict.fromkeys(made, "stale")))
        status, output = watches.run("run", "hourly", "by_topic")
        assert status == 0 and output.count("fresh     raw.") == 2, output
        assert stand(dict.fromkeys(made, "present")), "all of it was looked at"
        produce("13:20", "+heart_rate_events")
        wait_for("the hours of the daemon", lambda: len(sealed(lake)) > len(before) and known())
        count = len(sealed(lake))
        for pid in executors_of(served.pid):
            os.kill(pid, signal.SIGKILL)
        produce("14:20", "+heart_rate_events")
        wait_for("more hours", lambda: len(sealed(lake)) > count and known())
        served.end(signal.SIGKILL)
        served = Served(watches)
        wait_for("all hours", known)
        assert served.end() == 0, served.said
        assert known(), states(watches, "heart_rate_lake")
        later = set().union(*(names for plan, names in sealed(lake).items() if plan not in before))
        assert later & made and made - later, (later, made)
        wanted = {hour: "stale" if hour in later else "present" for hour in made}
        assert stand(wanted), (states(watches, "hourly"), states(watches, "by_topic"), wanted)
        for name, text in (("hourly", PARTITIONED), ("by_topic", BY_TOPIC)):
            watches.write(f"assets/raw/{name}.toml",
                          'automation = "eager"\nminimum_gap = "1ms"\n' + text)
        served = Served(watches)  # reads again what is stale, and what it has not read yet
        wait_for("all to be present", lambda: stand(dict.fromkeys(
            made | later, "present")))
        assert served.end() == 0, served.said
        for name in ("hourly", "by_topic"):
            rows_there = watches.query(f"select count(*) as n from raw.{name}")
            assert rows_there == [{"n": len(lake_of(lake))}], (rows_there, len(lake_of(lake)))


if __name__ == "__main__":
    main([kept_running, begins_again, changed, paused, behind, silent, hours])
