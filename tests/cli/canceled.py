#!/usr/bin/env python3
"""Ctrl-C at each phase of a step that brings rows: what runs is interrupted, not killed, nothing of
it is published, and the next run brings every row once."""

import os
import signal

from shop import Events, Gate, finish, main, wait_until, working

ENDLESS = "with recursive n (i) as (select 1 union all select i + 1 from n) "
SNAPSHOT = [10, 11, 12, 13]


def processor_seconds(pid):
    """What the process has used of the processors."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cancel(run):
    os.kill(run.pid, signal.SIGINT)
    status, output = finish(run)
    assert status == 1, output
    assert '"state":"canceled"' in output, output
    assert "was ended by signal" not in output, output


def cancel_after_reading(shop, asset):
    """Cancels the asset's step in the midst of a statement that has no end and comes after it has
    read its four rows, for which it needs next to nothing of the processor."""
    gate = Gate(shop)
    run = shop.start("run", "--json", asset)
    Events(run).wait_for(f"raw.{asset}", "running")
    executor = wait_until(lambda: working(run.pid, "executor"), "an executor runs")[0]
    before = processor_seconds(executor)
    gate.open()
    wait_until(lambda: processor_seconds(executor) - before > 0.5, "the statement runs")
    cancel(run)


def check_ids(shop, table, wanted):
    got = [row["id"] for row in shop.query(f"select id from {table} order by id")]
    assert got == wanted, got


def reading(shop):
    """A source that thinks before its first row is interrupted."""
    shop.change_source(f"create view thinking as {ENDLESS} select count(*) as id from n")
    shop.write("assets/raw/thinking.toml", 'kind = "source"\nfrom = { connection = "shop", '
               'table = "thinking", mode = "full_refresh" }\n')
    run = shop.start("run", "--json", "thinking")
    Events(run).wait_for("raw.thinking", "running")
    executor = wait_until(lambda: working(run.pid, "executor"), "an executor runs")[0]
    wait_until(lambda: processor_seconds(executor) > 1, "the source thinks")
    cancel(run)
    assert not shop.query("select 1 from information_schema.tables where table_name = 'thinking'")


def loading(shop):
    """A step in the midst of its rows ends, and leaves none of them."""
    shop.change_source(f"create view numbers as {ENDLESS} select i as id from n")
    shop.write("assets/raw/numbers.toml", 'kind = "source"\nfrom = { connection = "shop", '
               'table = "numbers", mode = "full_refresh" }\n')
    run = shop.start("run", "--json", "numbers")
    for line in run.stdout:
        if '"type":"progress"' in line:
            break
    cancel(run)
    for name in ("numbers", "_aorta_stage__numbers"):
        assert not shop.query("select 1 from information_schema.tables "
                              f"where table_name = '{name}'"), name


def auditing(shop):
    """An audit is interrupted in the database."""
    check = ('\n[[checks]]\nexpression = "(select count(*) from range(100000000000) r(i) '
             'where i % 7 = 8) + id > 0"\n')
    path = shop.folder / "assets/raw/orders.toml"
    whole = path.read_text()
    path.write_text(whole + check)
    cancel_after_reading(shop, "orders")
    assert not shop.query("select 1 from information_schema.tables "
                          "where table_name in ('orders', '_aorta_stage__orders')")
    path.write_text(whole)
    shop.change_source("insert into orders values (14, 1, 1)")
    status, output = shop.run("run", "orders")
    assert status == 0, output
    check_ids(shop, "raw.orders", SNAPSHOT + [14])


def publishing(shop):
    """A publication is interrupted in the database: the old rows stand, the new come later."""
    text = (shop.folder / "pipeline.toml").read_text()
    shop.write("pipeline.toml", text.replace('connector = "duckdb"\npath = "warehouse.duckdb"',
                                             'connector = "sqlite"\npath = "warehouse.db"'))
    status, output = shop.run("run", "orders")
    assert status == 0, output
    shop.change_database("warehouse.db", f"""
        create view thinking as {ENDLESS} select count(*) as n from n;
        create trigger slow before insert on raw__orders begin select n from thinking; end;""")
    shop.change_source("insert into orders values (14, 1, 1)")
    cancel_after_reading(shop, "orders")
    check_ids(shop, "raw__orders", SNAPSHOT)
    shop.change_database("warehouse.db", "drop trigger slow")
    status, output = shop.run("run", "orders")
    assert status == 0, output
    check_ids(shop, "raw__orders", SNAPSHOT + [14])


if __name__ == "__main__":
    main([reading, loading, auditing, publishing])
