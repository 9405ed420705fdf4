#!/usr/bin/env python3
"""Nothing is published twice: executors that are killed or stopped at their commit, orphans of a
daemon that died, two daemons on one destination."""

import json
import os
import signal
import sqlite3
import subprocess

from shop import (ORPHANAGE, Events, Skipped, finish, kill_session, main, members,
                  stopped_executor, wait_until, working)

ALL_ORDERS = [{"id": 10, "cents": 1200}, {"id": 11, "cents": 800}, {"id": 12, "cents": 2500},
              {"id": 13, "cents": 100}]
ALL_SALES = [{"country": "France", "orders": 1, "cents": 2500},
             {"country": "Germany", "orders": 1, "cents": 100},
             {"country": "United Kingdom", "orders": 2, "cents": 2000}]
SQLITE_WAREHOUSE = ('connector = "duckdb"\npath = "warehouse.duckdb"',
                    'connector = "sqlite"\npath = "warehouse.db"\nbusy_timeout = "1s"')


def fault(shop, point, passes=1, action=""):
    """The environment that ends or stops one process, one time, there."""
    return {"AORTA_FAULT": f"{point}:{passes}" + (f":{action}" if action else ""),
            "AORTA_FAULT_ONCE": str(shop.folder / f"once-{point}-{passes}")}


def use_sqlite_warehouse(shop):
    """The warehouse in an SQLite file, with only what that can hold."""
    text = (shop.folder / "pipeline.toml").read_text()
    assert SQLITE_WAREHOUSE[0] in text
    shop.write("pipeline.toml", text.replace(*SQLITE_WAREHOUSE))


def table(shop, schema, name):
    """As the warehouse names it: SQLite has no schemas."""
    is_sqlite = (shop.folder / "warehouse.db").exists()
    return f"{schema}__{name}" if is_sqlite else f"{schema}.{name}"


def check_orders(shop, wanted):
    got = shop.query(f"select id, cents from {table(shop, 'raw', 'orders')} order by id")
    assert got == wanted, got


def check_all_once(shop):
    check_orders(shop, ALL_ORDERS)
    got = shop.query(f"select * from {table(shop, 'marts', 'sales')} order by country")
    assert got == ALL_SALES, got


def killed_at_commit(shop):
    """An executor that is killed at a commit is replaced, and what it did is there once."""
    for passes in (1, 2, 3):
        for point in ("duckdb.commit.before", "duckdb.commit.after"):
            status, output = shop.run("run", environment=fault(shop, point, passes))
            assert (shop.folder / f"once-{point}-{passes}").exists(), f"{point} {passes}: no kill"
            assert status == 0, f"{point} {passes}: {output}"
            assert "was ended by signal 9" in output, output
            check_all_once(shop)
            for name in ("warehouse.duckdb", "warehouse.duckdb.wal"):
                (shop.folder / name).unlink(missing_ok=True)


def stopped_at_commit(shop):
    """An executor that is stopped at its commit and goes on publishes once."""
    run = shop.start("run", environment=fault(shop, "duckdb.commit.before", 2, "stop"))
    pid = wait_until(lambda: stopped_executor(run.pid), "an executor is stopped")
    os.kill(pid, signal.SIGCONT)
    status, output = finish(run)
    assert status == 0, output
    check_all_once(shop)


def orphan_at_commit(shop):
    """A stopped executor whose daemon died is ended by the next daemon before it can commit."""
    run = shop.start("run", environment=fault(shop, "duckdb.commit.before", 2, "stop"),
                     before=ORPHANAGE)
    pid = wait_until(lambda: stopped_executor(run.pid), "an executor is stopped")
    for daemon in working(run.pid, "run"):
        os.kill(daemon, signal.SIGKILL)
    wait_until(lambda: not working(run.pid, "run"), "the daemon is dead")
    assert stopped_executor(run.pid) == pid, "the orphan does not wait"
    status, output = shop.run("run")
    assert status == 0, output
    assert "ended 1 executor of a daemon that died" in output, output
    assert "marked 1 run of a daemon that died interrupted" in output, output
    assert pid not in members(run.pid), "the orphan lives on"
    check_all_once(shop)
    assert [state for state, _ in shop.runs()] == ["interrupted", "succeeded"], shop.runs()


def orphan_elsewhere(shop):
    """A daemon that cannot see who holds a lease, in another pid namespace, does not go on."""
    namespace = next((command for command in (
        ["unshare", "--pid", "--fork"],
        ["unshare", "--user", "--map-root-user", "--pid", "--fork"])
        if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode == 0), None)
    if namespace is None:
        raise Skipped("this system gives nobody a pid namespace")
    run = shop.start("run", environment=fault(shop, "duckdb.commit.before", 2, "stop"),
                     before=ORPHANAGE)
    pid = wait_until(lambda: stopped_executor(run.pid), "an executor is stopped")
    for daemon in working(run.pid, "run"):
        os.kill(daemon, signal.SIGKILL)
    wait_until(lambda: not working(run.pid, "run"), "the daemon is dead")
    status, output = finish(shop.start("run", before=namespace))
    assert status != 0, output
    assert "executor-warehouse.lock is held by a process that cannot be seen from here" in output
    assert stopped_executor(run.pid) == pid, "the orphan was ended"
    status, output = shop.run("run")
    assert status == 0, output
    assert "ended 1 executor of a daemon that died" in output, output
    check_all_once(shop)


def orphan_goes_on(shop):
    """An executor at its commit whose daemon dies commits or does not: every row is there once."""
    for passes in (1, 2, 3):
        run = shop.start("run", environment=fault(shop, "duckdb.commit.before", passes, "stop"))
        wait_until(lambda: stopped_executor(run.pid), "an executor is stopped")
        os.kill(run.pid, signal.SIGKILL)  # the kernel wakes the orphan
        status, output = shop.run("run")
        assert status == 0, output
        check_all_once(shop)
        for name in ("warehouse.duckdb", "warehouse.duckdb.wal"):
            (shop.folder / name).unlink(missing_ok=True)


def orphan_at_work(shop):
    """An executor ends at once when its daemon dies, whatever its statement is doing."""
    shop.write("assets/marts/slow.sql",
               "select count(*) as n from range(100000000000) where range % 7 = 8")
    shop.write("assets/marts/slow.toml", 'materialized = "table"')
    run = shop.start("run", "--json", "slow")
    Events(run).wait_for("marts.slow", "running")
    wait_until(lambda: working(run.pid, "executor"), "an executor runs")
    os.kill(run.pid, signal.SIGKILL)
    wait_until(lambda: not members(run.pid), "the executor has ended")
    os.remove(shop.folder / "assets/marts/slow.sql")
    os.remove(shop.folder / "assets/marts/slow.toml")
    status, output = shop.run("run")
    assert status == 0, output
    check_all_once(shop)


def statements(shop):
    """(asset whose state it writes or None, SQL) of what the executors have done so far."""
    path = shop.folder / "trace"
    lines = path.read_text().splitlines() if path.exists() else []
    for line in map(json.loads, lines):
        sql = line.get("sql", "")
        writes = "_aorta_state" in sql and sql.startswith(("INSERT", "UPDATE"))
        yield (line["params"][0] if writes else None), sql


def unstored_attempt(shop):
    """What works while its daemon writes down that it began shows nothing before it is written."""
    for name, sql in (("first", "select 1 as n"), ("second", "select n from {{ ref('first') }}")):
        shop.write(f"assets/marts/{name}.sql", sql)
        shop.write(f"assets/marts/{name}.toml", 'materialized = "table"')
    second_begins = 3  # before: what was found running; the run, in which the first begins
    run = shop.start("run", "first", "second", environment={
        **fault(shop, "store.commit.before", second_begins, "stop"),
        "AORTA_TRACE_SQL": str(shop.folder / "trace")})
    wait_until(lambda: "marts.second" in dict(statements(shop)), "the second is about to commit")
    wait_until(lambda: members(run.pid)[run.pid][0] == "T", "the daemon is stopped")
    kill_session(run.pid)
    begun = sqlite3.connect(shop.folder / ".aorta" / "runs.db")
    assert begun.execute("select asset from attempts").fetchall() == [("marts.first",)]
    begun.close()
    done = [sql for _, sql in statements(shop)]
    assert done.count("COMMIT") == 1, done
    tables = "select table_name from information_schema.tables where table_schema = 'marts'"
    status, output = shop.run("query", "--csv", tables)  # which says first that a daemon died
    assert output.splitlines()[-2:] == ["table_name", "first"], output
    status, output = shop.run("run", "first", "second")
    assert status == 0, output
    assert shop.query("select n from marts.second") == [{"n": 1}]


def run_until_done(shop, folder):
    """As a person would who reads "open in another process: try again"."""
    for _ in range(20):
        status, output = shop.run("run", folder=folder)
        if status == 0:
            return
        assert "another process" in output or "moved" in output, output
    raise AssertionError(output)


def two_pipelines(shop, words):
    """Both run at once, several times, while the source changes."""
    twin = shop.twin()
    wanted = list(ALL_ORDERS)
    for turn in range(4):
        both = [shop.start("run", folder=folder) for folder in (shop.folder, twin)]
        for process in both:
            status, output = finish(process)
            assert status == 0 or any(word in output for word in words), output
        for folder in (shop.folder, twin):
            run_until_done(shop, folder)
        check_orders(shop, wanted)
        shop.change_source(f"insert into orders values ({20 + turn}, 3, 5)")
        wanted.append({"id": 20 + turn, "cents": 5})


def two_daemons_one_duckdb(shop):
    """Two daemons with state folders of their own on one DuckDB file: one waits or says why not."""
    two_pipelines(shop, ["is open in another process: pid"])


def two_daemons_one_sqlite(shop):
    """Two daemons with state folders of their own on one SQLite file publish every row once."""
    use_sqlite_warehouse(shop)
    two_pipelines(shop, ["is locked by another process", "moved"])


def zombie(shop, point, words):
    """One daemon's executor is stopped at its commit while another daemon runs the same."""
    twin = shop.twin()
    run = shop.start("run", environment=fault(shop, point, 2, "stop"))
    pid = wait_until(lambda: stopped_executor(run.pid), "an executor is stopped")
    status, output = shop.run("run", folder=twin)
    assert status == 1, output
    assert words in output, output
    os.kill(pid, signal.SIGCONT)
    status, output = finish(run)
    assert status == 0, output
    run_until_done(shop, twin)
    check_all_once(shop)


def zombie_on_duckdb(shop):
    """While an executor hangs in its commit nobody else publishes into its DuckDB file."""
    zombie(shop, "duckdb.commit.before", "is open in another process: pid")


def zombie_on_sqlite(shop):
    """While an executor hangs in its commit nobody else publishes into its SQLite file."""
    use_sqlite_warehouse(shop)
    zombie(shop, "model.commit.before", "is locked by another process")


if __name__ == "__main__":
    main([killed_at_commit, stopped_at_commit, orphan_at_commit, orphan_elsewhere, orphan_goes_on,
          orphan_at_work, unstored_attempt, two_daemons_one_duckdb, two_daemons_one_sqlite, zombie_on_duckdb,
          zombie_on_sqlite])
