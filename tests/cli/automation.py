#!/usr/bin/env python3
"""Assets that are made without anybody asking."""

import collections
import datetime
import json
import signal

from receivers import SECRET
from serving import ALL_OF_THEM, Served, change, late_by, rows, wait_for
from shop import main

EAGER = 'automation = "eager"\n'
ORDERS = ('kind = "source"\nfrom = { connection = "shop", table = "orders", mode = "full_refresh" }\n'
          '[columns.cents]\nchecks = [{ between = [1, 1000000] }]\n')


def declare(shop, asset, text):
    """Puts keys before all else in the asset's file."""
    path = shop.folder / f"assets/{asset}.toml"
    shop.write(f"assets/{asset}.toml", text + (path.read_text() if path.exists() else ""))


def prepare(shop):
    """Sales is made by itself; everything is there."""
    shop.write("assets/raw/orders.toml", ORDERS)
    declare(shop, "marts/sales", EAGER)
    status, output = shop.run("run")
    assert status == 0, output


def automated(shop):
    """What was asked for by itself: (assets, state) of each run, the oldest first."""
    return rows(shop, "select (select group_concat(asset, ' ') from (select asset from steps s"
                " where s.run_id = r.id order by position)), state"
                " from runs r where trigger = 'automation' order by id")


def order(shop, number, cents=100):
    """A new order comes in, and orders are read."""
    shop.change_source(f"insert into orders values ({number}, 1, {cents})")
    return shop.run("run", "orders")


def wait_runs(shop, wanted):
    """Exactly those, and no other before them."""
    wait_for("runs", lambda: len(automated(shop)) >= len(wanted)
             and all(state not in ("queued", "running", "interrupted") for _, state in automated(shop)))
    assert automated(shop) == wanted, automated(shop)


def sales_follow(shop):
    """What is made by a run of its own is followed once, through a view; a run of all by nothing."""
    prepare(shop)
    Served(shop)
    assert order(shop, 100)[0] == 0
    wait_runs(shop, [("marts.sales", "succeeded")])
    shop.change_source("insert into orders values (101, 1, 5)")
    assert shop.run("run")[0] == 0  # both together
    assert shop.run("run", "countries")[0] == 0  # found fresh: nothing new
    assert order(shop, 102)[0] == 0
    wait_runs(shop, [("marts.sales", "succeeded")] * 2)
    before = shop.query("select sum(orders) as n from marts.sales")
    assert shop.run("run", "--force", "sales")[0] == 0
    assert shop.query("select sum(orders) as n from marts.sales") == before


def chain(shop):
    """What becomes due by what is due is one run with it."""
    declare(shop, "staging/stg_orders", EAGER + 'materialized = "table"\n')
    declare(shop, "raw/customers", EAGER)
    prepare(shop)
    Served(shop)
    assert order(shop, 100)[0] == 0
    wait_runs(shop, [("staging.stg_orders marts.sales", "succeeded")])
    shop.write("assets/seeds/countries.csv",
               (shop.folder / "assets/seeds/countries.csv").read_text() + "IT,Italy\n")
    assert shop.run("run", "countries")[0] == 0
    wait_for("the second", lambda: len(automated(shop)) == 2)
    wait_for("its steps", lambda: automated(shop)[1][1] == "succeeded")
    assert automated(shop)[1][0] == "raw.customers marts.sales", automated(shop)


def held_back(shop):
    """A parent that a blocking check rejected holds it back, also after a restart."""
    prepare(shop)
    served = Served(shop)
    assert order(shop, 100, cents=-1)[0] == 1
    shop.change_source("insert into customers values (77, 'Dora', 'FR')")
    assert shop.run("run", "customers")[0] == 0
    served.end(signal.SIGKILL)
    Served(shop)
    shop.change_source("insert into customers values (78, 'Dora', 'FR')")
    assert shop.run("run", "customers")[0] == 0
    shop.change_source("delete from orders where id = 100")
    assert order(shop, 101)[0] == 0
    wait_runs(shop, [("marts.sales", "succeeded")])
    assert rows(shop, "select count(*) from runs where trigger = 'manual'") == [(5,)]
    created = rows(shop, "select id from runs order by id desc limit 2")
    assert rows(shop, f"select trigger from runs where id = '{created[0][0]}'") == [
        ("automation",)], created


def restarted(shop):
    """Neither an end nor a death makes it do again what it did, or forget what it has to do."""
    prepare(shop)
    served = Served(shop)
    assert order(shop, 100)[0] == 0
    wait_runs(shop, [("marts.sales", "succeeded")])
    assert served.end() == 0
    assert order(shop, 101)[0] == 0  # nobody serves
    served = Served(shop)
    wait_runs(shop, [("marts.sales", "succeeded")] * 2)
    served.end(signal.SIGKILL)
    Served(shop)
    assert order(shop, 102)[0] == 0
    wait_runs(shop, [("marts.sales", "succeeded")] * 3)


def killed_between(shop):
    """Dead before its run was written: the next daemon asks; dead after it: that run is taken up."""
    prepare(shop)
    served = Served(shop, environment={"AORTA_FAULT": "daemon.queue.before:2"})
    order(shop, 100)  # it may be dead before it has said how this ended
    served.wait_end()
    assert rows(shop, "select state from runs order by id desc limit 1") == [("succeeded",)]
    assert automated(shop) == []
    assert rows(shop, "select count(*) from automation") == [(0,)]
    served = Served(shop, environment={"AORTA_FAULT": "daemon.order.before"})
    served.wait_end()
    assert rows(shop, "select state from runs where trigger = 'automation'") == [("running",)]
    assert rows(shop, "select a.asset, a.run_id = r.id from automation a, runs r"
                " where r.trigger = 'automation'") == [("marts.sales", 1)]
    Served(shop)
    wait_runs(shop, [("marts.sales", "succeeded")])
    assert order(shop, 101)[0] == 0
    wait_runs(shop, [("marts.sales", "succeeded")] * 2)


def tried_once(shop):
    """What fails or is canceled is not tried again until there is something new to read."""
    prepare(shop)
    shop.write("assets/marts/broken.toml", EAGER + 'materialized = "table"\n')
    shop.write("assets/marts/broken.sql",
               "select error('no') as n from {{ ref('orders') }} where cents > 0")
    served = Served(shop)
    wait_runs(shop, [("marts.broken", "failed")])
    served.end(signal.SIGKILL)
    Served(shop)
    assert order(shop, 100)[0] == 0
    wait_runs(shop, [("marts.broken", "failed"), ("marts.broken marts.sales", "failed")])
    assert rows(shop, "select state from steps where asset = 'marts.sales' order by run_id desc"
                " limit 1") == [("succeeded",)]


def by_time(shop):
    """A tick makes what is at its time; what is missing is made when what it reads is there."""
    shop.write("assets/raw/orders.toml", ORDERS)
    declare(shop, "seeds/countries",
            'automation = { on_cron = "* * * * * *", timezone = "Europe/London" }\n')
    declare(shop, "marts/sales", 'automation = "on_missing"\n')
    served = Served(shop)
    wait_for("two ticks", lambda: automated(shop).count(("seeds.countries", "succeeded")) >= 2)
    assert shop.run("pause", "asset:countries")[0] == 0
    assert shop.run("run", "+sales", "--exclude", "sales")[0] == 0
    wait_for("sales", lambda: ("marts.sales", "succeeded") in automated(shop))
    times = [at for at, in rows(shop, "select created_us / 1000000 from runs where"
                                " trigger = 'automation' and selection = 'seeds.countries'")]
    assert len(times) == len(set(times)), times  # once a tick
    assert served.end() == 0
    count = len(automated(shop))
    Served(shop)  # a pause survives
    assert shop.run("run", "orders")[0] == 0
    assert len(automated(shop)) == count, automated(shop)
    status, output = shop.run("pause", "asset:stg_orders")
    assert status == 1 and "has no automation" in output, output
    status, output = shop.run("resume", "asset:countires")
    assert status == 1 and 'did you mean "countries"?' in output, output
    status, output = shop.run("tick", "asset:countries")
    assert "nothing that can be told to tick" in output, output


def ages(shop):
    """What is older than it may be is late: said, told as an alert, shown by ls; until it is not."""
    shop.write("pipeline.toml", (shop.folder / "pipeline.toml").read_text() +
               '\n[alert.team]\non = ["lateness", "recovery"]\nwebhook = { url = "http://127.0.0.1:9/", secret = "env:HOOK_SECRET" }\n')
    declare(shop, "seeds/countries", 'freshness = { max_lag = "1s" }\n')
    status, output = shop.run("run", "countries")
    assert status == 0, output
    served = Served(shop, environment={"HOOK_SECRET": "a secret of this test"})
    assert "last brought up to date" in served.wait("seeds.countries is late")
    wait_for("the alert", lambda: rows(shop, "select 1 from alerts"))
    assert late_by(shop, served, "countries") == ALL_OF_THEM
    state = json.loads(shop.run("ls", "countries", "--json")[1])
    assert state["late"] is True and state["state"] == "fresh" and state["late_since"], state
    path = shop.folder / "assets/seeds/countries.toml"
    path.write_text(path.read_text().replace('"1s"', '"1h"'))
    served.reload()
    wait_for("both alerts", lambda: rows(
        shop, "select subject, kind, of_kind from alerts order by id") == [
            ("asset:seeds.countries", "lateness", "lateness"),
            ("asset:seeds.countries", "recovery", "lateness")])
    assert late_by(shop, served, "countries") == set()
    # What was never made is as old as it has been known, whoever was the daemon.
    declare(shop, "marts/sales", 'freshness = { max_lag = "1d" }\n')
    served.reload()
    wait_for("a first sight", lambda: rows(
        shop, "select 1 from automation where asset = 'marts.sales'"))
    assert late_by(shop, served, "sales") == set()
    served.end(signal.SIGKILL)
    change(shop, "update automation set since_us = since_us - 86400000000")
    served.start({"HOOK_SECRET": "a secret of this test"})
    assert "it was never made" in served.wait("marts.sales is late")
    wait_for("the third alert", lambda: rows(shop, "select count(*) from alerts") == [(3,)])
    assert late_by(shop, served, "sales") == ALL_OF_THEM
    assert "it was never made: late since" in shop.run("show", "sales")[1]
    assert shop.run("run", "+sales")[0] == 0
    wait_for("its recovery", lambda: rows(shop, "select count(*) from alerts") == [(4,)])
    assert late_by(shop, served, "sales") == set()


DAYS = """automation = "eager"
materialized = "incremental"
partitions = {{ by = "day", start = "{start}", column = "day" }}
"""
DAYS_SQL = """select day, sum(value) as value from (
  select 0 as value, cast('{{{{ partition.start_date }}}}' as date) + cast(n as integer) as day
  from range(date_diff('day', cast('{{{{ partition.start_date }}}}' as date),
                       cast('{{{{ partition.end_date }}}}' as date))) as r(n)
  union all select value, cast(day as date) from {{{{ ref('{parent}') }}}})
where day >= '{{{{ partition.start_date }}}}' and day < '{{{{ partition.end_date }}}}' group by 1"""


def partitioned(shop, days):
    """A table of so many days, each with a row of its own, and a model of days that reads it; the
    first of them."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    start = today - datetime.timedelta(days)
    shop.change_source("create table readings (day text, value integer)")
    for number in range(days):
        shop.change_source(f"insert into readings values "
                           f"('{start + datetime.timedelta(number)}', {number})")
    shop.write("assets/raw/readings.toml", 'kind = "source"\nfrom = { connection = "shop", '
               'table = "readings", mode = "full_refresh" }\n')
    shop.write("assets/marts/days.toml", DAYS.format(start=start))
    shop.write("assets/marts/days.sql", DAYS_SQL.format(parent="readings"))
    return start


def counted(shop, asset):
    """{state: number} of its partitions."""
    status, output = shop.run("ls", asset, "--partitions", "--json")
    assert status == 0, output
    return collections.Counter(json.loads(line)["state"] for line in output.splitlines())


def failed(shop, asset):
    """The keys of its partitions that failed, once nothing is done about them."""
    found = rows(shop, "select key, failed_among from partitions where asset like ?"
                 " and failed_us > 0", f"%.{asset}")
    is_over = all(among is None for _, among in found) and not rows(
        shop, "select 1 from runs where state in ('queued', 'running')")
    return [key for key, _ in found] if is_over else []


def made(shop, table):
    return shop.query(f"select count(*) as n, sum(value) as s, count(distinct day) as d "
                      f"from marts.{table}")[0]


def of_partitions(shop):
    """Partitions that are missing or stale are asked for, the newest first, some at a time; what
    reads them follows when they are there."""
    start = partitioned(shop, 40)
    shop.write("assets/marts/doubled.toml", DAYS.format(start=start))
    shop.write("assets/marts/doubled.sql", DAYS_SQL.format(parent="days"))
    assert shop.run("run", "readings")[0] == 0
    served = Served(shop)
    runs = [("marts.days", "succeeded")] * 2 + [("marts.doubled", "succeeded")] * 2
    wait_runs(shop, runs)
    asked = rows(shop, "select json_array_length(request, '$.partitions'), request ->> "
                 "'$.partitions[0]' from runs where trigger = 'automation' order by id")
    at = [start + datetime.timedelta(days) for days in (0, 8, 9, 39)]
    assert asked == [(1, f"{at[2]}..{at[3]}"), (1, f"{at[0]}..{at[1]}")] * 2, asked
    whole = {"n": 40, "s": sum(range(40)), "d": 40}
    assert made(shop, "days") == made(shop, "doubled") == whole, (made(shop, "days"), whole)
    assert counted(shop, "days") == counted(shop, "doubled") == {"present": 40}

    # One day is made again by a person: what reads it is stale for that day, and only that.
    assert shop.run("run", "days", "--partition", str(at[1]))[0] == 0
    runs.append(("marts.doubled", "succeeded"))
    wait_runs(shop, runs)
    asked = rows(shop, "select request ->> '$.partitions[0]' from runs where trigger = 'automation'"
                 " order by id desc limit 1")
    assert asked == [(str(at[1]),)], asked

    # What cannot be made is found among what it was made with, and is not tried again before there
    # is something new to make it of. Somebody is told once that it failed, and once that it is over.
    shop.write("assets/marts/doubled.toml", DAYS.format(start=start).replace("eager", "on_missing"))
    path = shop.folder / "assets/marts/days.toml"
    path.write_text(path.read_text() + "[columns.value]\nchecks = [{ between = [0, 50] }]\n")
    shop.write("hook", SECRET)
    path = shop.folder / "pipeline.toml"
    path.write_text(path.read_text() + '[alert.team]\n'
                    'webhook = { url = "http://127.0.0.1:1/", secret = "file:hook" }\n')
    served.reload()
    shop.change_source("update readings set value = 99 where value = 30")
    assert shop.run("run", "readings")[0] == 0
    bad = str(start + datetime.timedelta(30))
    wait_for("the failed day", lambda: failed(shop, "days") == [bad])
    assert counted(shop, "days") == {"present": 39, "failed": 1}, counted(shop, "days")
    asked = rows(shop, "select request ->> '$.partitions[0]' from runs where state = 'failed'"
                 " and trigger = 'automation' order by id")
    assert asked[-1] == (bad,) and len(asked) == 5, asked  # of 31, 15, 7, 3, 1
    runs = automated(shop)
    assert shop.run("run", "countries")[0] == 0  # something happens
    assert rows(shop, "select kind, subject from alerts") == [("failure", "asset:marts.days")]
    shop.change_source("update readings set value = 30 where value = 99")
    assert shop.run("run", "readings")[0] == 0
    wait_runs(shop, runs + [("marts.days", "succeeded")] * 2)
    assert counted(shop, "days") == {"present": 40}
    assert rows(shop, "select kind from alerts order by id") == [("failure",), ("recovery",)]
    assert made(shop, "days") == whole, made(shop, "days")
    assert counted(shop, "doubled") == {"stale": 40}, "on_missing makes nothing again"
    served.end(signal.SIGKILL)


def refused(shop):
    """What is wrong with the settings is said with its place."""
    wrong = {
        'automation = "eagre"': '1:1: automation must be "eager"',
        'automation = "on_cron"': "1:1: on_cron needs a time",
        'automation = { on_cron = "0 25 * * *" }': "1:16: cron",
        'automation = { on_cron = "0 6 * * *", timezone = "Europe/Londn" }':
            '1:39: there is no time zone "Europe/Londn": did you mean "Europe/London"?',
        "automation = 3": "1:1: automation must be",
        'minimum_gap = "5m"': "1:1: minimum_gap is of no use without automation",
        "freshness = { }": "1:1: freshness needs max_lag",
        'freshness = { max_lag = "0s" }': "1:15: max_lag must be more than 0s",
        'freshness = { max_lag = "1h", timezone = "UTC" }': "1:31: a time zone is of no use",
        'freshness = { deadline = "0 0 30 2 *" }': "1:15: cron",
    }
    path = shop.folder / "assets/marts/sales.toml"
    kept = path.read_text()
    for text, words in wrong.items():
        path.write_text(f"{text}\n{kept}")
        status, output = shop.run("check")
        assert status == 2 and f"assets/marts/sales.toml:{words}" in output, (text, output)


if __name__ == "__main__":
    main([sales_follow, chain, held_back, restarted, killed_between, tried_once, by_time, ages,
          of_partitions, refused])
