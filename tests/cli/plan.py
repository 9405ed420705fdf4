#!/usr/bin/env python3
"""What `aorta plan` says is what `aorta run` then does, and saying it changes nothing."""

import hashlib
import json
import sqlite3
import time

from shop import main

SQLITE_WAREHOUSE = ('connector = "duckdb"\npath = "warehouse.duckdb"',
                    'connector = "sqlite"\npath = "warehouse.db"')
INCREMENTAL = 'materialized = "incremental"\n'


def add_models(shop):
    """A chain of increments beside the shop's own models, one with a macro, one that nobody reads."""
    shop.write("assets/marts/big.sql",
               "select id, cents, _aorta_extracted_at as loaded from {{ new_rows(ref('orders')) }}"
               " where cents > 500")
    shop.write("assets/marts/big.toml", INCREMENTAL + 'position = "loaded"\n')
    shop.write("assets/marts/bigger.sql",
               "{% macro least() %}1000{% endmacro %}"
               "select id, cents from {{ new_rows(ref('big')) }} where cents > {{ least() }}")
    shop.write("assets/marts/bigger.toml", INCREMENTAL)
    shop.write("assets/marts/alone.sql", "select 1 as one")


def warehouse_files(shop):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in shop.folder.glob("warehouse*")}


def settled_files(shop):
    """The same when whoever had them open has gone. SQLite removes its log when the last one closes;
    two that close at once each take the other for somebody who stays, and leave it: so one more
    opens and closes it here."""
    deadline = time.monotonic() + 30
    while any(shop.folder.glob("warehouse*-wal")) or any(shop.folder.glob("warehouse*-shm")):
        assert time.monotonic() < deadline, "somebody keeps the warehouse open"
        warehouse = sqlite3.connect(shop.folder / "warehouse.db")
        warehouse.execute("select count(*) from sqlite_schema").fetchone()
        warehouse.close()
        time.sleep(0.01)
    return warehouse_files(shop)


def plan_of(shop, *arguments):
    """{asset: event}, in order; the warehouse's files are as they were."""
    before = settled_files(shop)
    status, output = shop.run("plan", "--json", *arguments)
    events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    assert status == (1 if any(e.get("action") == "fail" for e in events) else 0), output
    assert settled_files(shop) == before, "the plan has changed the warehouse"
    return {event["asset"]: event for event in events if event["type"] == "plan"}


def epochs(shop):
    """{asset: epoch} as the destination has them; none before the first run."""
    if not warehouse_files(shop):
        return {}
    return {row["asset"]: row["epoch"]
            for row in shop.query("select asset, epoch from _aorta_state")}


def run_of(shop, *arguments):
    """{asset: state} of a run."""
    _, output = shop.run("run", "--json", *arguments)
    events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    assert events[-1]["type"] == "ended", output
    return {event["asset"]: event["state"] for event in events if event["type"] == "step"}


def foreseen(step, states):
    """The states that the step's words allow, given what became of those before."""
    if step["action"] == "skip":
        return ["fresh"]
    if step["action"] == "fail":
        return ["failed", "rejected"]
    if step["action"] == "blocked":
        return ["skipped"]
    if not step.get("conditional"):
        return ["published"]
    if step["kind"] in ("source", "stream", "generator"):
        return ["published", "fresh"]
    news = step["message"].removeprefix("only if ").removesuffix(" has news")
    return ["published"] if states[news] == "published" else ["fresh"]


def compare(shop, *arguments, with_epochs=False):
    """Plans, runs, and holds the two together; the plan."""
    plan = plan_of(shop, *arguments)
    before = epochs(shop) if with_epochs else {}
    states = run_of(shop, *arguments)
    after = epochs(shop) if with_epochs else {}
    assert list(plan) == list(states), (list(plan), list(states))
    for asset, step in plan.items():
        assert states[asset] in foreseen(step, states), (step, states)
        if asset in before and states[asset] == "published" and step["kind"] != "source":
            assert step["action"] != "append" or before[asset] == after[asset], step
            is_whole = step["action"] == "build" and asset.startswith("marts.big")
            assert not is_whole or before[asset] != after[asset], step
    return plan


def actions(plan):
    """'big append?' for each model that is not left alone; ? = only if there is news."""
    return [f"{asset.split('.')[1]} {step['action']}{'?' if step.get('conditional') else ''}"
            for asset, step in plan.items() if step["action"] != "skip"]


def why(plan, asset):
    return plan[asset]["reason"], plan[asset]["message"]


def first_and_again(shop):
    """A first run, one with nothing new, one with news: in each the plan is right."""
    add_models(shop)
    plan = compare(shop)
    assert all(step["reason"] == "first" for step in plan.values()), plan
    assert len(actions(plan)) == 8, plan
    plan = compare(shop)
    assert actions(plan) == ["orders read?", "big append?", "stg_orders view?", "customers replace",
                             "bigger append?", "sales build"], actions(plan)
    assert why(plan, "marts.bigger") == ("input", "only if marts.big has news")
    assert why(plan, "marts.sales") == ("input", "raw.customers is published before")
    shop.change_source("insert into orders values (20, 2, 5000)")
    again = compare(shop)
    assert again == plan, again
    assert shop.query("select count(*) as n from marts.bigger where id = 20") == [{"n": 1}]
    plan = compare(shop, "marts.*")
    assert actions(plan) == [], plan


def edits(shop):
    """An edit of SQL, macro, configuration, variable or seed is the reason, and what is behind
    follows."""
    add_models(shop)
    run_of(shop)
    models = ("kind:model", "kind:seed")
    shop.write("assets/marts/big.sql",
               "select id, cents, _aorta_extracted_at as loaded from {{ new_rows(ref('orders')) }}")
    plan = compare(shop, *models)
    assert actions(plan) == ["big append", "bigger append"], actions(plan)
    assert why(plan, "marts.big") == ("sql", "its SQL changed")
    assert why(plan, "marts.bigger") == ("input", "marts.big is published before")
    shop.write("assets/marts/bigger.sql",
               "{% macro least() %}2000{% endmacro %}"
               "select id, cents from {{ new_rows(ref('big')) }} where cents > {{ least() }}")
    plan = compare(shop, *models)
    assert actions(plan) == ["bigger append"] and why(plan, "marts.bigger")[0] == "sql", plan
    shop.write("assets/marts/alone.toml", 'checks = [{ unique = ["one"] }]\n')
    plan = compare(shop, *models)
    assert actions(plan) == ["alone view"], actions(plan)
    assert why(plan, "marts.alone") == ("config", "its configuration or a variable changed")
    shop.write("assets/marts/alone.toml", 'materialized = "table"\n')
    assert actions(compare(shop, *models)) == ["alone build"]
    plan = compare(shop, *models, "--var", "least_cents=900")
    assert actions(plan) == ["stg_orders view", "sales build"], actions(plan)
    assert why(plan, "staging.stg_orders")[0] == "config", plan
    run_of(shop)
    shop.write("assets/seeds/countries.csv",
               "code,name\nDE,Germany\nFR,France\nGB,United Kingdom\nIT,Italy\n")
    plan = compare(shop, *models)
    assert actions(plan) == ["countries build", "sales build"], actions(plan)
    assert why(plan, "seeds.countries")[1] == "its rows or its configuration changed"


def flags(shop):
    """--force and --full-refresh, and the increments that begin again behind one."""
    add_models(shop)
    run_of(shop)
    plan = compare(shop, "--force", "big", "countries", with_epochs=True)
    assert actions(plan) == ["countries build", "big append"], actions(plan)
    assert why(plan, "marts.big") == ("forced", "forced")
    plan = compare(shop, "bigger", with_epochs=True)
    assert why(plan, "marts.bigger") == ("input", "marts.big has a newer version"), plan
    plan = compare(shop, "--full-refresh", "big", with_epochs=True)
    assert why(plan, "marts.big") == ("full_refresh", "full refresh") and len(plan) == 1
    plan = compare(shop, "big", "bigger", with_epochs=True)
    assert actions(plan) == ["bigger build"], actions(plan)
    assert why(plan, "marts.bigger") == (
        "restarted", "history of marts.big began again: all is built again"), plan
    plan = compare(shop, "--full-refresh", "--discard-history", "--exclude", "kind:source", with_epochs=True)
    assert {step["reason"] for step in plan.values()} == {"full_refresh"}, plan


def restarts(shop):
    """A table that is built anew makes who reads it row by row begin again, in the plan too."""
    add_models(shop)
    run_of(shop)
    shop.write("assets/marts/big.toml", 'materialized = "table"\nposition = "loaded"\n')
    shop.write("assets/marts/big.sql",
               "select id, cents, _aorta_extracted_at as loaded from {{ ref('orders') }}")
    plan = compare(shop, "big", "bigger", with_epochs=True)
    assert actions(plan) == ["big build", "bigger build"], actions(plan)
    assert why(plan, "marts.big") == ("sql", "its SQL and its configuration changed"), plan
    assert why(plan, "marts.bigger")[0] == "restarted", plan


def volatile_and_hidden(shop):
    """SQL that asks the clock is never fresh; a view that is not selected hides nothing."""
    shop.write("assets/marts/clock.sql", "select now() as at")
    run_of(shop)
    plan = compare(shop, "clock")
    assert why(plan, "marts.clock") == (
        "volatile", "it depends on the clock, on chance, or on what others make")
    plan = compare(shop, "orders", "sales")
    assert actions(plan) == ["orders read?", "sales build?"], actions(plan)
    assert why(plan, "marts.sales")[1] == "only if raw.orders has news"
    shop.change_source("insert into orders values (30, 1, 70)")
    states = run_of(shop, "orders", "sales")
    assert states == {"raw.orders": "published", "marts.sales": "published"}, states


def moved_source(shop):
    """A source that reads from elsewhere now would fail, and blocks what is behind it."""
    add_models(shop)
    run_of(shop)
    shop.change_source("create table other_orders as select * from orders")
    text = (shop.folder / "assets/raw/orders.toml").read_text()
    shop.write("assets/raw/orders.toml", text.replace('"orders"', '"other_orders"'))
    plan = compare(shop)
    assert plan["raw.orders"]["action"] == "fail", plan
    assert "was read from elsewhere" in plan["raw.orders"]["message"], plan
    assert plan["marts.bigger"]["message"] == "marts.big is blocked", plan


def other_target(shop):
    """Another target has a warehouse of its own, in which nothing was built."""
    run_of(shop)
    text = (shop.folder / "pipeline.toml").read_text()
    shop.write("pipeline.toml", text + """
[target.prod.connection.shop]
connector = "sqlite"
path = "shop.db"

[target.prod.connection.warehouse]
connector = "duckdb"
path = "warehouse_prod.duckdb"
""")
    plan = compare(shop, "--target", "prod")
    assert all(step["reason"] == "first" for step in plan.values()), plan
    plan = compare(shop, "--target", "prod", "kind:seed", "kind:model")
    assert actions(plan) == [], plan
    plan = plan_of(shop, "--target", "prod", "--offline", "kind:seed", "kind:model")
    assert actions(plan) == [], plan


def table_gone(shop):
    """What somebody dropped in the destination is built again (on SQLite)."""
    text = (shop.folder / "pipeline.toml").read_text()
    shop.write("pipeline.toml", text.replace(*SQLITE_WAREHOUSE))
    run_of(shop)
    warehouse = sqlite3.connect(shop.folder / "warehouse.db")
    warehouse.executescript("drop table marts__sales; drop table seeds__countries")
    warehouse.close()
    plan = compare(shop, "kind:seed", "kind:model")
    assert actions(plan) == ["countries build", "sales build"], actions(plan)
    assert why(plan, "marts.sales") == ("gone", "the relation is gone")
    assert shop.query("select count(*) as n from marts__sales") == [{"n": 3}]


def source_gone(shop):
    """A source whose table somebody dropped is read whole; changes cannot be, which is said."""
    text = (shop.folder / "pipeline.toml").read_text()
    shop.write("pipeline.toml", text.replace(*SQLITE_WAREHOUSE))
    shop.write("assets/raw/sold.toml", 'kind = "source"\nfrom = { connection = "shop", '
               'table = "orders", mode = "incremental_append", cursor = "id" }\n')
    run_of(shop)
    everything = shop.query("select id, customer_id, cents from raw__sold order by id")
    warehouse = sqlite3.connect(shop.folder / "warehouse.db")
    warehouse.executescript("drop table raw__sold; drop table raw__customers")
    warehouse.close()
    plan = compare(shop, "sold", "customers")
    assert why(plan, "raw.sold") == ("gone", "the relation is gone"), plan
    assert actions(plan) == ["sold replace", "customers replace"], actions(plan)
    assert shop.query("select id, customer_id, cents from raw__sold order by id") == everything
    state = shop.query("select row_count, version from _aorta_state where asset = 'raw.sold'")
    assert state == [{"row_count": len(everything), "version": 2}], state

    warehouse = sqlite3.connect(shop.folder / "warehouse.db")
    warehouse.executescript("drop table raw__orders")
    warehouse.close()
    words = ("assets/raw/orders.toml: its table is gone, and the changes in it cannot be read again: "
             "bring it back, or begin anew with --full-refresh --discard-history")
    plan = plan_of(shop, "orders")
    assert plan["raw.orders"]["action"] == "fail" and words in plan["raw.orders"]["message"], plan
    status, output = shop.run("run", "orders")
    assert status == 1 and words in output, output
    run_of(shop, "orders", "--full-refresh", "--discard-history")
    assert shop.query("select id, customer_id, cents from raw__orders order by id") == everything


def offline(shop):
    """What the run store knows without the destination is what the destination says."""
    add_models(shop)
    assert plan_of(shop, "--offline") == plan_of(shop)
    run_of(shop)
    assert plan_of(shop, "--offline") == plan_of(shop)
    shop.write("assets/marts/big.sql",
               "select id, cents, _aorta_extracted_at as loaded from {{ new_rows(ref('orders')) }}")
    for arguments in ([], ["kind:model"], ["bigger"], ["--force", "marts.*"],
                      ["--full-refresh", "marts.*"]):
        assert plan_of(shop, "--offline", *arguments) == plan_of(shop, *arguments), arguments
    run_of(shop, "big")
    plan = plan_of(shop, "--offline", "bigger")
    assert why(plan, "marts.bigger") == ("input", "marts.big has a newer version"), plan
    (shop.folder / "warehouse.duckdb").write_bytes(b"no database at all")
    status, output = shop.run("plan", "bigger")
    assert status == 0, output
    assert "the destination cannot be asked, this is by the run store: " in output, output
    assert "marts.big has a newer version" in output, output
    status, output = shop.run("plan", "--json", "bigger")
    assert output.splitlines()[0].startswith('{"type":"unreachable","message":"'), output


if __name__ == "__main__":
    main([first_and_again, edits, flags, restarts, volatile_and_hidden, moved_source, other_target,
          table_gone, source_gone, offline])
