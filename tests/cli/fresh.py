#!/usr/bin/env python3
"""A run in which little has changed: what is fresh is known without asking the database for each, and
what is not is found all the same."""

import json

from shop import main

COUNT = 24


def write_models(shop):
    """Many that stand alone, and after them one that reads another."""
    for number in range(COUNT):
        shop.write(f"assets/many/a_{number:02}.sql", f"select {number} as n")
        shop.write(f"assets/many/a_{number:02}.toml", 'materialized = "table"')
    for name, sql in (("z_base", "select 1 as n"), ("z_top", "select n from {{ ref('z_base') }}")):
        shop.write(f"assets/many/{name}.sql", sql)
        shop.write(f"assets/many/{name}.toml", 'materialized = "table"')


def run(shop):
    """({asset: state} of a run of one step at a time, SQL of what it did)."""
    trace = shop.folder / "trace"
    trace.unlink(missing_ok=True)
    status, output = shop.run("run", "--json", "--threads", "1", "group:many",
                              environment={"AORTA_TRACE_SQL": str(trace)})
    assert status == 0, output
    events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    states = {event["asset"].removeprefix("many."): event["state"] for event in events
              if event.get("asset") and event.get("state") in ("published", "fresh")}
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    return states, [line["sql"] for line in lines if "sql" in line]


def known(shop):
    """Most of what is fresh is known; what follows on a change is asked for, and made."""
    write_models(shop)
    states, _ = run(shop)
    assert list(states.values()) == ["published"] * (COUNT + 2), states
    states, statements = run(shop)
    assert list(states.values()) == ["fresh"] * (COUNT + 2), states
    asked = [sql for sql in statements if sql.startswith("SELECT") and "_aorta_state" in sql]
    assert 8 <= len(asked) < COUNT / 2, asked

    shop.write("assets/many/z_base.sql", "select 2 as n")
    states, _ = run(shop)
    changed = {name for name, state in states.items() if state == "published"}
    assert changed == {"z_base", "z_top"}, states
    assert shop.query("select n from many.z_top") == [{"n": 2}]
    states, _ = run(shop)
    assert list(states.values()) == ["fresh"] * (COUNT + 2), states


if __name__ == "__main__":
    main([known])
