#!/usr/bin/env python3
"""What one command finds when another is at work: another environment, changed options of a
connection, a clean."""

import os
import signal
import sqlite3

from shop import Events, Gate, finish, main, stopped_executor, wait_until, working

ORDERS = [10, 11, 12, 13]


def add_to_pipeline(shop, text):
    with (shop.folder / "pipeline.toml").open("a") as file:
        file.write(text)


def order_ids(shop):
    return [row["id"] for row in shop.query("select id from raw.orders order by id")]


def other_environment(shop):
    """A command whose environment gives its target another secret is not served by this daemon."""
    add_to_pipeline(shop, '[target.dev.connection.broker]\nconnector = "kafka"\n'
                          'brokers = "localhost:1"\nsasl_password = "env:BROKER_PASSWORD"\n'
                          '[target.plain.connection.shop]\nconnector = "sqlite"\n'
                          'path = "shop.db"\n'
                          '[target.plain.connection.warehouse]\nconnector = "duckdb"\n'
                          'path = "warehouse.duckdb"\n')
    gate = Gate(shop)
    first = shop.start("run", "--json", "orders", environment={"BROKER_PASSWORD": "hunter2"})
    Events(first).wait_for("raw.orders", "running")
    refusal = ("aorta: the daemon that is at work was started with other values of the environment "
               "variables that target dev refers to: wait until it has ended\n")
    for environment in ({"BROKER_PASSWORD": "hunter3"}, {}):
        for command in (("run", "countries"), ("query", "select 1"), ("clean",)):
            status, output = shop.run(*command, environment=environment)
            assert (status, output) == (2, refusal), (command, environment, status, output)
    for command, environment in ((("run", "countries"), {"BROKER_PASSWORD": "hunter2"}),
                                 (("run", "--target", "plain", "countries"), {})):
        status, output = shop.run(*command, environment=environment)
        assert status == 0, output
    assert first.poll() is None, "the first run has ended meanwhile"
    gate.open()
    status, output = finish(first)
    assert status == 0, output
    status, output = shop.run("run", "countries", environment={"BROKER_PASSWORD": "hunter3"})
    assert status == 0, output
    assert order_ids(shop) == ORDERS


def set_threads(shop, count):
    text = (shop.folder / "pipeline.toml").read_text().split("threads = ")[0]
    shop.write("pipeline.toml", f"{text.rstrip()}\nthreads = {count}\n")


def add_threads_model(shop):
    """A table of how many threads its executor's connection has."""
    shop.write("assets/marts/threads.sql", "select current_setting('threads') as n")
    shop.write("assets/marts/threads.toml", 'materialized = "table"')


def changed_options_idle(shop):
    """A connection that nobody uses is opened again with its new options by the same executor."""
    add_threads_model(shop)
    text = (shop.folder / "pipeline.toml").read_text()
    shop.write("pipeline.toml", text.replace(
        "[target.dev.connection.shop]",
        '[target.dev.connection.synthetic]\nconnector = "wearables"\n'
        'start = "2024-04-01"\nas_of = "2024-04-02"\n\n[target.dev.connection.shop]'))
    shop.write("assets/generators/watches.toml",
               'kind = "generator"\nfrom = { connection = "synthetic", stream = "activities" }\n'
               'into = { connection = "shop", table = "watches" }\n')
    gate = Gate(shop)  # the generator waits for it, so that the daemon stays, and its executors
    first = shop.start("run", "--json", "watches")
    Events(first).wait_for("generators.watches", "running")
    executors = []
    for count in (1, 3):
        set_threads(shop, count)
        status, output = shop.run("run", "--force", "threads")
        assert status == 0, output
        assert "retry" not in output, output
        assert shop.query("select n from marts.threads") == [{"n": count}]
        executors.append(sorted(working(first.pid, "executor")))
    assert executors[0] == executors[1] and len(executors[0]) == 2, executors
    gate.open()
    status, output = finish(first)
    assert status == 0, output


def changed_options_in_use(shop):
    """A step with new options is tried again until those with the old ones have ended."""
    add_threads_model(shop)
    set_threads(shop, 1)
    gate = Gate(shop)
    first = shop.start("run", "--json", "orders")
    Events(first).wait_for("raw.orders", "running")
    # The session is there when the transaction is: the executor holds the file.
    executor = wait_until(lambda: working(first.pid, "executor"), "an executor runs")[0]
    wait_until(lambda: has_open(executor, shop.folder / "warehouse.duckdb"), "the file is open")
    set_threads(shop, 3)
    second = shop.start("run", "--json", "threads")
    events = Events(second)
    events.wait_for("marts.threads", "running")
    retry = events.wait_for("marts.threads", "ready")
    assert "different configuration" in retry["message"], retry
    assert working(first.pid, "executor") == [executor], "another executor was started"
    gate.open()
    for process in (first, second):
        status, output = finish(process)
        assert status == 0, output
    assert order_ids(shop) == ORDERS
    assert shop.query("select n from marts.threads") == [{"n": 3}]


def has_open(pid, path):
    """Whether the process has the file open."""
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            if os.readlink(f"/proc/{pid}/fd/{fd}") == str(path):
                return True
        except FileNotFoundError:
            pass
    return False


def step_state(shop, asset):
    """The state of the asset's newest step, as the run store has it."""
    store = sqlite3.connect(shop.folder / ".aorta" / "runs.db", timeout=10)
    state, = store.execute("select state from steps where asset = ? order by run_id desc",
                           (asset,)).fetchone()
    store.close()
    return state


def clean_beside_a_step(shop):
    """A clean is refused while a step is at work, whose hidden tables it would take."""
    gate = Gate(shop)
    first = shop.start("run", "--json", "orders")
    Events(first).wait_for("raw.orders", "running")
    status, output = shop.run("clean")
    assert status == 1, output
    assert output == ("aorta: a run is at work, and its hidden tables are in use: clean when it "
                      "has ended\n"), output
    gate.open()
    status, output = finish(first)
    assert status == 0, output
    assert order_ids(shop) == ORDERS


def clean_before_steps(shop):
    """Steps that come while a clean is at work begin when it has ended, and lose nothing to it."""
    shop.change_source("insert into customers values (4, 'Mallory', 'XX')")
    status, output = shop.run("run", "countries", "customers")
    assert status == 1 and "rejected" in output, output
    clean = shop.start("clean", "--rejected", environment={
        "AORTA_FAULT": "duckdb.commit.before:1:stop", "AORTA_FAULT_ONCE": str(shop.folder / "once")})
    executor = wait_until(lambda: stopped_executor(clean.pid), "the clean is stopped")
    shop.change_source("insert into customers values (5, 'Eve', 'YY')")
    run = shop.start("run", "--json", "customers")
    Events(run).wait_for("raw.customers", "ready")
    later = shop.start("run", "--json", "orders")
    Events(later).wait_for("raw.orders", "ready")  # in the store, and so what came before it
    assert step_state(shop, "raw.customers") == "queued"
    os.kill(executor, signal.SIGCONT)
    status, output = finish(clean)
    assert status == 0, output
    assert "_aorta_rejected__customers" in output, output
    status, output = finish(run)
    assert status == 1 and '"rejected"' in output, output
    status, output = finish(later)
    assert status == 0, output
    assert shop.query("select id from raw._aorta_rejected__customers order by id") == [
        {"id": number} for number in range(1, 6)]
    assert order_ids(shop) == ORDERS


if __name__ == "__main__":
    main([other_environment, changed_options_idle, changed_options_in_use, clean_beside_a_step,
          clean_before_steps])
