#!/usr/bin/env python3
"""Several commands at once on one pipeline: who is the daemon, what is run after an edit, and what
Ctrl-C ends."""

import os
import signal
import time

from shop import (Events, Gate, finish, main, members, stopped_executor, wait_until, working)

ENDLESS = "select count(*) as n from range(100000000000) where range % 7 = 8"
CHANGES = 4  # orders of the shop at first


def add_endless(shop):
    """A model whose statement takes longer than anybody waits."""
    shop.write("assets/marts/endless.sql", ENDLESS)
    shop.write("assets/marts/endless.toml", 'materialized = "table"')


def many_commands(shop):
    """Commands that start together share one daemon, and each succeeds."""
    for turn in range(5):
        processes = [shop.start("run") for _ in range(4)]
        for process in processes:
            status, output = finish(process)
            assert status == 0, output
        rows = shop.query("select count(*) as n from raw.orders")
        assert rows == [{"n": CHANGES + turn}], rows
        shop.change_source(f"insert into orders values ({20 + turn}, 1, 1)")
    assert len(shop.runs()) == 20, shop.runs()
    assert {state for state, _ in shop.runs()} == {"succeeded"}, shop.runs()


def commands_that_follow(shop):
    """A command that comes while the daemon is leaving is served as well."""
    shop.run("run")
    for _ in range(40):
        first = shop.start("query", "select 1")
        second = shop.start("run", "countries")
        for process in (first, second):
            status, output = finish(process)
            assert status == 0, output


def edited_while_live(shop):
    """What has been edited is what runs, through a daemon that is in the midst of another run."""
    shop.write("assets/marts/labels.sql", "select 'old' as label")
    gate = Gate(shop)
    first = shop.start("run", "--json", "orders")
    Events(first).wait_for("raw.orders", "running")
    for label in ("old", "new", "newer"):
        shop.write("assets/marts/labels.sql", f"select '{label}' as label")
        second = shop.start("run", "labels")
        status, output = finish(second)
        assert status == 0, output
        assert "published marts.labels" in output, output
        assert shop.query("select label from marts.labels") == [{"label": label}]
        assert first.poll() is None, "the first run has ended meanwhile"
    gate.open()
    status, output = finish(first)
    assert status == 0, output
    assert [selection for _, selection in shop.runs()] == ["orders"] + ["labels"] * 3


def edited_under_a_run(shop):
    """A run is what the files said when it was asked for, to its end."""
    shop.write("assets/marts/labels.sql",
               "select 'old' as label, count(*) as n from {{ ref('orders') }}")
    gate = Gate(shop)
    first = shop.start("run", "--json", "orders", "labels")
    Events(first).wait_for("raw.orders", "running")
    shop.write("assets/marts/labels.sql", "select 'new' as label")
    gate.open()
    status, output = finish(first)
    assert status == 0, output
    assert shop.query("select * from marts.labels") == [{"label": "old", "n": CHANGES}]


def edited_while_idle(shop):
    """What has been edited is what runs: SQL, a description, a seed, a variable."""
    def run(*arguments):
        status, output = shop.run("run", *arguments)
        assert status == 0, output

    def labels():
        return shop.query("select * from marts.labels")

    shop.write("assets/marts/labels.sql", "select 'old' as label")
    run("labels")
    shop.write("assets/marts/labels.sql", "select 'new' as label")
    run("labels")
    assert labels() == [{"label": "new"}]
    shop.write("assets/marts/labels.toml", 'materialized = "table"')
    run("labels")
    kind = shop.query("select table_type from information_schema.tables "
                      "where table_name = 'labels'")
    assert kind == [{"table_type": "BASE TABLE"}], kind
    shop.write("assets/marts/labels.sql",
               "select count(*) as n, {{ var('least_cents') }} as v from {{ ref('countries') }}")
    run("countries", "labels")
    assert labels() == [{"n": 3, "v": 0}]
    with (shop.folder / "assets/seeds/countries.csv").open("a") as seed:
        seed.write("IT,Italy\n")
    run("countries", "labels")
    assert labels() == [{"n": 4, "v": 0}]
    run("--var", "least_cents=9", "labels")
    assert labels() == [{"n": 4, "v": 9}]


def interrupted(shop):
    """Ctrl-C cancels a run: its statement ends, what was published stays, the exit status is 1."""
    add_endless(shop)
    shop.write("assets/marts/endless.toml",
               'materialized = "table"\ndepends_on = ["countries"]')
    shop.write("assets/marts/after.sql", "select * from {{ ref('endless') }}")
    run = shop.start("run", "--json", "countries", "endless", "after")
    Events(run).wait_for("marts.endless", "running")
    started = time.monotonic()
    os.kill(run.pid, signal.SIGINT)
    status, output = finish(run)
    assert status == 1, output
    assert '"type":"ended"' in output and '"state":"canceled"' in output, output
    assert time.monotonic() - started < 9, "the statement was not interrupted"
    assert shop.query("select count(*) as n from seeds.countries") == [{"n": 3}]
    assert shop.query("select count(*) as n from information_schema.tables "
                      "where table_name like '%endless%' or table_name = 'after'") == [{"n": 0}]
    assert shop.runs() == [("canceled", "countries endless after")], shop.runs()


def interrupted_client(shop):
    """Ctrl-C at one command cancels what that command asked for, and nothing else."""
    add_endless(shop)
    gate = Gate(shop)
    first = shop.start("run", "--json", "orders")
    Events(first).wait_for("raw.orders", "running")
    second = shop.start("run", "--json", "endless")
    Events(second).wait_for("marts.endless", "running")
    os.kill(second.pid, signal.SIGINT)
    status, output = finish(second)
    assert status == 1, output
    assert first.poll() is None, "the other run has ended too"
    gate.open()
    status, output = finish(first)
    assert status == 0, output
    assert shop.query("select count(*) as n from raw.orders") == [{"n": CHANGES}]
    assert shop.runs() == [("succeeded", "orders"), ("canceled", "endless")], shop.runs()


def interrupted_client_twice(shop):
    """Ctrl-C twice leaves a command at once, whoever carries its run out."""
    add_endless(shop)
    gate = Gate(shop)
    first = shop.start("run", "--json", "orders")
    Events(first).wait_for("raw.orders", "running")
    executor = wait_until(lambda: working(first.pid, "executor"), "an executor runs")[0]
    second = shop.start("run", "--json", "endless")
    Events(second).wait_for("marts.endless", "running")
    os.kill(executor, signal.SIGSTOP)
    os.kill(second.pid, signal.SIGINT)
    for line in second.stdout:
        if "once more ends at once" in line:
            break
    os.kill(second.pid, signal.SIGINT)
    status, output = finish(second)
    assert status == 130 and "left; the daemon goes on canceling" in output, (status, output)
    os.kill(executor, signal.SIGCONT)
    gate.open()
    status, output = finish(first)
    assert status == 0, output
    assert shop.runs() == [("succeeded", "orders"), ("canceled", "endless")], shop.runs()


def interrupted_daemon(shop):
    """Ctrl-C at the command that is the daemon leaves another command's run to its end."""
    add_endless(shop)
    first = shop.start("run", "--json", "endless")
    Events(first).wait_for("marts.endless", "running")
    gate = Gate(shop)
    second = shop.start("run", "--json", "orders")
    Events(second).wait_for("raw.orders", "running")
    os.kill(first.pid, signal.SIGINT)
    Events(first).wait_for("marts.endless", "canceled")
    gate.open()
    status, output = finish(second)
    assert status == 0, output
    status, output = finish(first)
    assert status == 1, output
    assert shop.query("select count(*) as n from raw.orders") == [{"n": CHANGES}]
    assert shop.runs() == [("canceled", "endless"), ("succeeded", "orders")], shop.runs()


def interrupted_query(shop):
    """Ctrl-C ends a query, and the run beside it goes on in the same executor."""
    gate = Gate(shop)
    run = shop.start("run", "--json", "orders")
    Events(run).wait_for("raw.orders", "running")
    executor = wait_until(lambda: working(run.pid, "executor"), "an executor runs")
    query = shop.start("query", ENDLESS)
    wait_until(lambda: is_busy(executor[0]), "the query runs")
    os.kill(query.pid, signal.SIGINT)
    status, output = finish(query)
    assert status == 1, output
    assert "canceled" in output or "Interrupted" in output, output
    assert working(run.pid, "executor") == executor, "the executor was ended"
    gate.open()
    status, output = finish(run)
    assert status == 0, output
    assert "was ended by" not in output, output
    assert shop.query("select count(*) as n from raw.orders") == [{"n": CHANGES}]


def is_busy(pid):
    """Whether the process uses a processor now: 50 ms of it in what follows."""
    def used():
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    before = used()
    time.sleep(0.2)
    return used() - before > 0.05


def interrupted_twice(shop):
    """Ctrl-C twice ends at once, also when an executor does not answer; the next run recovers."""
    add_endless(shop)
    run = shop.start("run", "--json", "endless")
    Events(run).wait_for("marts.endless", "running")
    executor = wait_until(lambda: working(run.pid, "executor"), "an executor runs")[0]
    os.kill(executor, signal.SIGSTOP)
    wait_until(lambda: stopped_executor(run.pid), "the executor is stopped")
    os.kill(run.pid, signal.SIGINT)
    for line in run.stdout:
        if "once more ends at once" in line:
            break
    os.kill(run.pid, signal.SIGINT)
    started = time.monotonic()
    status, _ = finish(run)
    assert status == 130, status
    assert time.monotonic() - started < 9, "it waited for the executor"
    os.remove(shop.folder / "assets/marts/endless.sql")
    os.remove(shop.folder / "assets/marts/endless.toml")
    status, output = shop.run("run")
    assert status == 0, output
    wait_until(lambda: executor not in members(run.pid), "the executor has ended")
    assert [state for state, _ in shop.runs()] == ["interrupted", "succeeded"], shop.runs()


def deaf_executor(shop):
    """An executor that does not end its canceled step is killed after the grace period."""
    add_endless(shop)
    run = shop.start("run", "--json", "endless")
    Events(run).wait_for("marts.endless", "running")
    executor = wait_until(lambda: working(run.pid, "executor"), "an executor runs")[0]
    os.kill(executor, signal.SIGSTOP)
    os.kill(run.pid, signal.SIGINT)
    status, output = finish(run)
    assert status == 1, output
    assert not members(run.pid), "something is left running"
    assert shop.runs() == [("canceled", "endless")], shop.runs()


def client_that_leaves(shop):
    """A run goes on when the command that asked for it is killed, as long as its daemon lives."""
    gate = Gate(shop)
    first = shop.start("run", "--json", "orders")
    Events(first).wait_for("raw.orders", "running")
    shop.write("assets/marts/labels.sql",
               "select count(*) as n from range(20000000) where md5(range::varchar) like 'ab%'")
    shop.write("assets/marts/labels.toml", 'materialized = "table"')
    second = shop.start("run", "--json", "labels")
    Events(second).wait_for("marts.labels", "running")
    os.kill(second.pid, signal.SIGKILL)
    second.wait()
    gate.open()
    status, output = finish(first)
    assert status == 0, output
    assert len(shop.query("select n from marts.labels")) == 1
    assert {state for state, _ in shop.runs()} == {"succeeded"}, shop.runs()


if __name__ == "__main__":
    main([many_commands, commands_that_follow, edited_while_live, edited_under_a_run,
          edited_while_idle, interrupted, interrupted_client, interrupted_client_twice, interrupted_daemon,
          interrupted_query, interrupted_twice, deaf_executor, client_that_leaves])
