#!/usr/bin/env python3
"""How steps are run: pools, limits, priorities, timeouts, whose step is next."""

import ctypes
import json
import os
import signal

from serve import SLOW, Served, detach, rows, running, state_of, steps_of, wait_for
from shop import main, members, working

# Some tenths of a second of DuckDB.
SHORT = "select count(*) as n from range(20000000) where range % 7 = 8"
THINKING = ("create view thinking as with recursive n (i) as (select 1 union all select i + 1 "
            "from n) select count(*) as id from n")


def add_model(shop, name, settings="", sql=SHORT):
    shop.write(f"assets/marts/{name}.sql", sql)
    shop.write(f"assets/marts/{name}.toml", 'materialized = "table"\n' + settings)


def configure(shop, text, old="", new=""):
    path = shop.folder / "pipeline.toml"
    path.write_text(path.read_text().replace(old, new) + "\n" + text)


def attempts(shop, *names):
    """(start, end, asset) of the attempts of these models, by their start."""
    return [found for found in rows(
        shop, "select started_us, ended_us, asset from attempts order by started_us")
        if not names or found[2].rpartition(".")[2] in names]


def most_at_once(spans):
    return max(sum(start <= at < end for start, end, _ in spans) for at, _, _ in spans)


def ended(shop, run):
    return lambda: state_of(shop, run) in ("succeeded", "failed", "canceled")


def reason_of(shop, run, asset):
    return rows(shop, f"select reason from steps where run_id = '{run}' and asset = '{asset}'")[0][0]


def shared(shop):
    """Of a pool, a limit or a connection no more are at work at once than it has, whoever asks."""
    configure(shop, '[pool.tight]\nslots = 1\n[limit.big]\ntag = "heavy"\nat_once = 1\n',
              'path = "shop.db"', 'path = "shop.db"\nmax_steps = 1')
    for name in ("a", "b", "c", "d"):
        add_model(shop, name, 'pool = "tight"\n')
    for name in ("e", "f", "g"):
        add_model(shop, name, 'tags = ["heavy"]\n')
    shop.write("assets/raw/more.toml", (shop.folder / "assets/raw/orders.toml").read_text())
    Served(shop)
    runs = [detach(shop, *names) for names in (
        ["a", "b", "e"], ["c", "d", "f", "g"], ["more", "orders"])]
    for run in runs:
        wait_for("the run's end", ended(shop, run))
        assert state_of(shop, run) == "succeeded", steps_of(shop, run)
    for names in (["a", "b", "c", "d"], ["e", "f", "g"], ["more", "orders"]):
        spans = attempts(shop, *names)
        assert len(spans) == len(names), spans
        assert most_at_once(spans) == 1, spans
    waited = {detail["message"] for detail in map(json.loads, (
        text for text, in rows(shop, "select detail from events where kind = 'wait'")))
        if "message" in detail}
    assert waited >= {"waits for pool tight: 1 of 1 slots", "waits for limit big: 1 of 1 steps",
                      "waits for connection shop: 1 of 1 steps"}, waited
    assert rows(shop, "select asset, reason from steps where reason is not null") == []


def crowded(shop):
    """No more runs wait than may, and how many that are, and work at once, is taken from a file that
    was changed; what counts from the start only is said."""
    before = (shop.folder / "pipeline.toml").read_text()
    configure(shop, "[serve]\nruns_at_once = 1\nqueued_runs = 2\n")
    add_model(shop, "slow", "", SLOW)
    for name in ("a", "b", "c"):
        add_model(shop, name, "", "select 1 as n")
    served = Served(shop)
    slow = detach(shop, "slow")
    wait_for("the slow step", lambda: running(shop, slow, "marts.slow"))
    waiting = [detach(shop, "a"), detach(shop, "b")]
    status, output = shop.run("run", "--detach", "c")
    assert status != 0 and "too many runs wait already (queued_runs in [serve])" in output, output
    assert {state_of(shop, run) for run in waiting} == {"queued"}
    shop.write("pipeline.toml", before + "[serve]\nruns_at_once = 3\nhosts = [\"data.example\"]\n")
    served.reload()
    served.wait("address, certificate, key and hosts are taken up when")
    for run in [*waiting, detach(shop, "c")]:
        wait_for("its end", ended(shop, run))
    assert state_of(shop, slow) == "running"
    assert shop.run("cancel", slow)[0] == 0


def dead_holders(shop):
    """A slot is free when what held it has died: an executor, the daemon."""
    configure(shop, '[pool.tight]\nslots = 1\n')
    add_model(shop, "slow", 'pool = "tight"\nretry = { delay = "2s" }\n', SLOW)
    add_model(shop, "other", 'pool = "tight"\n', "select 1 as n")
    served = Served(shop)
    first = detach(shop, "slow")
    wait_for("the slow step", lambda: running(shop, first, "marts.slow"))
    second = detach(shop, "other")
    wait_for("its reason", lambda: rows(shop, f"select 1 from steps where run_id = '{second}'") and
             reason_of(shop, second, "marts.other") == "waits for pool tight: 1 of 1 slots")
    status, output = shop.run("runs", second)
    assert status == 0 and "waits for pool tight: 1 of 1 slots" in output, output
    same = detach(shop, "slow")
    wait_for("its reason", lambda: rows(shop, f"select 1 from steps where run_id = '{same}'") and
             reason_of(shop, same, "marts.slow") == f"waits for run {first}, which makes it, too")
    assert shop.run("cancel", same)[0] == 0
    wait_for("its end", ended(shop, same))
    assert reason_of(shop, same, "marts.slow") is None
    os.kill(working(served.pid, "executor")[0], signal.SIGKILL)
    wait_for("the other's end", ended(shop, second))
    assert steps_of(shop, second) == {"marts.other": ("succeeded", 1)}
    wait_for("the second attempt", lambda: steps_of(shop, first)["marts.slow"] == ("running", 2))
    third = detach(shop, "other")
    wait_for("its reason", lambda: rows(shop, f"select 1 from steps where run_id = '{third}'") and
             reason_of(shop, third, "marts.other") is not None)
    served.end(signal.SIGKILL)
    add_model(shop, "slow", 'pool = "tight"\n', "select 1 as n")
    Served(shop)
    for run in (first, third):
        wait_for("the run's end", ended(shop, run))
        assert state_of(shop, run) == "succeeded", steps_of(shop, run)
    assert rows(shop, "select reason from steps where asset = 'marts.other'") == [(None,), (None,)]


def timeouts(shop):
    """A step that exceeds its timeout is canceled in the database, and has failed; the rest goes on."""
    add_model(shop, "slow", 'timeout = "300ms"\n', SLOW)
    shop.change_source(THINKING)
    shop.write("assets/raw/thinking.toml", 'kind = "source"\ntimeout = "200ms"\n'
               'from = { connection = "shop", table = "thinking", mode = "full_refresh" }\n')
    shop.write("assets/marts/below.sql", "select * from {{ ref('slow') }}")
    served = Served(shop)
    status, output = shop.run("run", "slow", "thinking", "below", "countries")
    assert status == 1, output
    run = rows(shop, "select id from runs")[0][0]
    assert state_of(shop, run) == "failed"
    assert steps_of(shop, run) == {
        "marts.slow": ("failed", 1), "raw.thinking": ("failed", 1), "marts.below": ("skipped", 0),
        "seeds.countries": ("succeeded", 1)}, steps_of(shop, run)
    assert reason_of(shop, run, "marts.slow") == "took longer than its timeout of 300ms"
    assert reason_of(shop, run, "raw.thinking") == "took longer than its timeout of 200ms"
    assert "took longer than its timeout of 300ms" in output, output
    for start, end, asset in attempts(shop, "slow", "thinking"):
        assert 200_000 <= end - start < 9_000_000, (asset, end - start)
    assert served.end() == 0
    assert not any("was ended by signal" in line for line in served.said), served.said
    assert not shop.query("select 1 from information_schema.tables where table_name in "
                          "('slow', 'thinking')")


def run_timeout(shop):
    """A run that exceeds its timeout has failed, and says so; what it published stays."""
    path = shop.folder / "pipeline.toml"
    path.write_text(path.read_text().replace('name = "shop"', 'name = "shop"\nrun_timeout = "1s"'))
    add_model(shop, "slow", "", SLOW)
    shop.write("assets/marts/below.sql", "select * from {{ ref('slow') }}")
    words = "the run took longer than its run_timeout of 1s"
    status, output = shop.run("run", "slow", "below", "countries")
    assert status == 1 and words in output, output
    (run, error), = rows(shop, "select id, error_message from runs")
    assert error == words
    assert state_of(shop, run) == "failed"
    assert steps_of(shop, run) == {"marts.slow": ("failed", 1), "marts.below": ("canceled", 0),
                                   "seeds.countries": ("succeeded", 1)}, steps_of(shop, run)
    served = Served(shop)  # a run that is taken up has all of its time again
    path.write_text(path.read_text().replace('"1s"', '"3s"'))
    run = detach(shop, "slow")
    wait_for("the slow step", lambda: running(shop, run, "marts.slow"))
    served.end(signal.SIGKILL)
    Served(shop)
    wait_for("the run's end", ended(shop, run))
    assert rows(shop, f"select error_message from runs where id = '{run}'") == [
        (words.replace("1s", "3s"),)]
    (_, _, _), (start, end, _) = attempts(shop, "slow")[1:]
    assert end - start > 2_900_000, end - start


def priorities(shop):
    """Steps with higher priorities begin first."""
    for name, priority in (("a", -5), ("b", 0), ("c", 7), ("d", 3)):
        add_model(shop, name, f"priority = {priority}\n", "select 1 as n")
    status, output = shop.run("run", "--threads", "1", "a", "b", "c", "d")
    assert status == 0, output
    assert [asset[-1] for _, _, asset in attempts(shop)] == ["c", "d", "b", "a"]


def fair(shop):
    """Who wants one table does not wait for the end of who wants many."""
    many = [f"many_{i}" for i in range(12)]
    for name in many:
        add_model(shop, name)
    add_model(shop, "one", "", "select 1 as n")
    Served(shop)
    long = detach(shop, *many)
    wait_for("four at work", lambda: len(attempts(shop, *many)) >= 4)
    short = detach(shop, "one")
    wait_for("its end", ended(shop, short))
    wait_for("the long one's end", ended(shop, long))
    (start, _, _), = attempts(shop, "one")
    begun, = rows(shop, f"select started_us from runs where id = '{short}'")[0]
    between = [span for span in attempts(shop, *many) if begun < span[0] < start]
    assert len(between) <= 1, (begun, start, between)


def fair_to_sources(shop):
    """Two schedules at work are one source: each slot that a person leaves, or waits for, is his
    next."""
    configure(shop, '[pool.tight]\nslots = 2\n' + "".join(
        f'[schedule.{name}]\ncron = "@yearly"\nselect = "tag:{name}"\n' for name in ("one", "two")))
    theirs = [f"{name}_{i}" for name in ("one", "two") for i in range(6)]
    mine = [f"mine_{i}" for i in range(3)]
    for name in theirs + mine:
        add_model(shop, name, f'pool = "tight"\ntags = ["{name.partition("_")[0]}"]\n')
    Served(shop)
    for name in ("one", "two"):
        assert shop.run("tick", f"schedule:{name}")[0] == 0
    wait_for("both at work", lambda: {asset.split(".")[1][:3] for _, _, asset in attempts(shop, *theirs)}
             == {"one", "two"})
    run = detach(shop, *mine)
    wait_for("its end", ended(shop, run))
    assert rows(shop, "select trigger from runs order by id")[:2] == [
        ("schedule:one",), ("schedule:two",)]
    free, = rows(shop, f"select started_us from runs where id = '{run}'")[0]
    spans = attempts(shop, *mine)
    assert len(spans) == len(mine)
    for start, end, _ in spans:
        between = [span for span in attempts(shop, *theirs) if free < span[0] < start]
        assert len(between) <= 1, (free, start, between)
        free = end


def hung(shop):
    """A canceled run and a step that exceeds its timeout end though their executor hangs."""
    add_model(shop, "slow", "", SLOW)
    add_model(shop, "late", 'timeout = "3s"\n', SLOW)
    served = Served(shop)
    canceled, late = detach(shop, "slow"), detach(shop, "late")
    wait_for("both at work", lambda: running(shop, canceled, "marts.slow")
             and running(shop, late, "marts.late"))
    executor, = working(served.pid, "executor")
    os.kill(executor, signal.SIGSTOP)
    wait_for("it is stopped", lambda: members(served.pid)[executor][0] == "T")
    status, output = shop.run("cancel", canceled)
    assert status == 0, output
    wait_for("the cancel's end", ended(shop, canceled))
    assert state_of(shop, canceled) == "canceled"
    wait_for("the timeout's end", ended(shop, late))
    # The executor that was killed was theirs together.
    assert state_of(shop, late) == "failed", steps_of(shop, late)
    assert reason_of(shop, late, "marts.late") == "took longer than its timeout of 3s"
    (asked, over), = rows(shop, "select (select started_us from attempts where asset = 'marts.slow'),"
                          f" ended_us from runs where id = '{canceled}'")
    assert over - asked < 14_000_000, over - asked


def kill_lastingly(served):
    """The pid of the daemon's executor, which is killed, and cannot be waited for by its parent as long
    as it is traced by somebody else."""
    executor, = working(served.pid, "executor")
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.ptrace(0x4206, executor, 0, 0) == 0, os.strerror(ctypes.get_errno())  # PTRACE_SEIZE
    os.kill(executor, signal.SIGKILL)
    served.wait(f"process {executor} was killed and has not ended yet")
    return executor


def lingers(shop):
    """An executor that was killed and does not end holds up nobody but who needs it."""
    add_model(shop, "slow", "", SLOW)
    served = Served(shop)
    run = detach(shop, "slow")
    wait_for("the slow step", lambda: running(shop, run, "marts.slow"))
    executor = kill_lastingly(served)
    wait_for("its step waits", lambda: rows(
        shop, "select state, reason from steps where asset = 'marts.slow'")[0][0] == "queued")
    other = detach(shop, "orders")
    assert shop.run("cancel", other)[0] == 0, "the daemon is there for others"
    assert working(served.pid, "executor") == []
    os.waitpid(executor, 0)
    served.wait(f"process {executor} has ended at last")
    wait_for("another attempt", lambda: steps_of(shop, run)["marts.slow"] == ("running", 2))
    executor = kill_lastingly(served)
    assert served.end() == 0, served.said
    os.waitpid(executor, 0)


def turns(shop):
    """Who waits for the turn of his run reads how many are before it, and that it moves."""
    configure(shop, "[serve]\nruns_at_once = 1\n")
    add_model(shop, "slow", "", SLOW)
    served = Served(shop)
    first = detach(shop, "slow")
    wait_for("the slow step", lambda: running(shop, first, "marts.slow"))
    second = shop.start("run", "--json", "countries")
    assert json.loads(second.stdout.readline())["type"] == "accepted"
    told = json.loads(second.stdout.readline())
    assert (told["type"], told.get("total", 0)) == ("queued", 0), told
    third = shop.start("run", "countries")
    words = third.stdout.readline()
    assert words == "waiting for its turn: 1 run before it\n", words
    assert shop.run("cancel", first)[0] == 0
    for process in (second, third):
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0 and "succeeded" in output, output
    assert served.end() == 0


def parts(shop):
    """rerun runs those steps again that are chosen, and no others; what was not there is refused."""
    add_model(shop, "bad", "", "select * from {{ ref('countries') }} where nonsense")
    shop.write("assets/marts/after.sql", "select * from {{ ref('bad') }}")
    add_model(shop, "other", "", "select 1 as n")
    assert shop.run("run", "countries", "bad", "after")[0] == 1
    first = rows(shop, "select id from runs")[0][0]
    add_model(shop, "bad", "", "select * from {{ ref('countries') }}")

    def again(*arguments):
        status, output = shop.run("rerun", *arguments)
        (run, selection), = rows(shop, "select id, selection from runs order by id desc limit 1")
        return status, output, selection, {asset: state for asset, (state, _) in
                                           steps_of(shop, run).items()}

    status, output, selection, steps = again(first, "bad+")
    assert (status, selection) == (0, "bad+"), output
    assert steps == {"marts.bad": "succeeded", "marts.after": "succeeded"}, steps
    status, output, _, steps = again("--failed", first, "after", "countries")
    assert status == 0 and steps == {"marts.after": "fresh"}, (output, steps)
    count = len(shop.runs())
    for arguments, words in (([first, "other"], f"run {first} has no such step"),
                             (["--failed", first, "countries"], "that did not succeed"),
                             ([first, "othr"], 'no asset is meant by "othr"')):
        status, output = shop.run("rerun", *arguments)
        assert status == 2 and words in output, (status, output)
    assert len(shop.runs()) == count
    # What waits in the queue of a daemon that dies is still only that part.
    configure(shop, "[serve]\nruns_at_once = 1\n")
    add_model(shop, "slow", "", SLOW)
    served = Served(shop)
    slow = detach(shop, "slow")
    wait_for("the slow step", lambda: running(shop, slow, "marts.slow"))
    status, output = shop.run("rerun", "--detach", first, "bad")
    assert status == 0, output
    run = output.strip().splitlines()[-1]
    served.end(signal.SIGKILL)
    add_model(shop, "slow", "", "select 1 as n")
    Served(shop)
    wait_for("its end", ended(shop, run))
    assert state_of(shop, run) == "succeeded" and list(steps_of(shop, run)) == ["marts.bad"]


if __name__ == "__main__":
    main([shared, crowded, dead_holders, timeouts, run_timeout, priorities, fair, fair_to_sources,
          hung, lingers, turns, parts])
