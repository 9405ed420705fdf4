#!/usr/bin/env python3
"""What `aorta serve` forgets, and that nobody can tell by looking at the assets."""

import json
import signal
import time

from serving import Served, change, rows
from shop import main, wait_until

DAY_US = 24 * 3600 * 10**6
OLD = 200


def listed(shop):
    status, output = shop.run("ls", "--json")
    assert status == 0, output
    return [json.loads(line) for line in output.splitlines()]


def count(daemon, table, where="true"):
    return rows(daemon.shop, f"select count(*) from {table} where {where}")[0][0]


def add_old_runs(daemon):
    """Runs of long ago, that found the countries fresh; one of them with very many events, one of
    another target, and one that is of a removed asset."""
    for number in range(OLD):
        run, target = f"00{number:024d}", "prod" if number == 7 else "dev"
        asset = "seeds.gone" if number == 9 else "seeds.countries"
        change(
            daemon.shop, "insert into runs (id, pipeline, target, trigger, selection, state, created_us) values "
            f"('{run}', 'shop', '{target}', 'manual', '', 'succeeded', {number})",
            f"insert into steps values ('{run}', '{asset}', 0, 'seed', 'fresh', null, null)",
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < "
            f"{2500 if number == 3 else 2}) insert into events (id, run_id, sequence, at_us, kind) "
            f"select {number - OLD} * 10000 + i, '{run}', i, {number}, 'step' from n")


def make_history(shop):
    """Assets of all sorts: published, found fresh, failed; the source has changed since."""
    assert shop.run("run")[0] == 0
    assert shop.run("run")[0] == 0
    shop.write("assets/marts/broken.sql", "select * from nowhere")
    assert shop.run("run", "broken")[0] == 1
    assert shop.run("run", "broken")[0] == 1
    shop.change_source("insert into orders values (14, 3, 900)")
    assert shop.run("run", "orders")[0] == 0


def forgets(shop):
    """Old runs go, but for those that say what an asset is; ls says what it said before."""
    make_history(shop)
    before = listed(shop)
    assert {asset["state"] for asset in before} == {"fresh", "stale", "failed"}, before
    with Served(shop) as daemon:
        daemon.end()
        change(shop, f"update runs set created_us = created_us - {1000 * DAY_US}")
        add_old_runs(daemon)
        change(shop, "insert into audit (at_us, actor, action, result) values "
                      "(1, 'user:ada', 'run', 'accepted')",
               "insert into idempotency values ('old', '', '', 1)",
               f"insert into idempotency values ('young', '', '', {time.time_ns() // 1000})")
        kept = rows(shop, "select id from runs where id like '01%' order by id")
        assert len(kept) == 5
        daemon.start()
        wait_until(lambda: count(daemon, "audit", "actor = 'user:ada'") == 0, "the audit log is pruned")
        assert rows(shop, "select key from idempotency") == [("young",)]
        daemon.end()
        left = [run for run, in rows(shop, "select id from runs order by id")]
        # The first and the second run published all and found it fresh; of the two that failed the
        # second stays; the last published the orders.
        assert left == [f"00{7:024d}", f"00{9:024d}"] + [kept[i][0] for i in (0, 1, 3, 4)], left
        assert any(f"{OLD - 2 + 1} runs are forgotten" in line for line in daemon.said)
        assert count(daemon, "events") == 0
        for table in ("steps", "attempts", "check_results", "materializations"):
            orphans = count(daemon, table, "run_id not in (select id from runs)")
            assert orphans == 0 < count(daemon, table), table
        assert rows(shop, "pragma integrity_check") == [("ok",)]
        assert rows(shop, "pragma foreign_key_check") == []
    assert listed(shop) == before


def dies_and_goes_on(shop):
    """A daemon that dies while it forgets leaves the rest to the next one."""
    with Served(shop) as daemon:
        assert shop.run("run", "countries")[0] == 0
        daemon.end()
        add_old_runs(daemon)
        before, left = listed(shop), [OLD]
        for point in ("daemon.prune.before:2", "daemon.prune.after:3", "store.commit.after:2"):
            daemon.start({"AORTA_FAULT": point})
            daemon.wait_end()
            assert daemon.process.returncode == -signal.SIGKILL, point
            left.append(count(daemon, "runs"))
            assert rows(shop, "pragma foreign_key_check") == [] and left[-1] <= left[-2], left
            assert listed(shop) == before, point
        daemon.start()
        wait_until(lambda: count(daemon, "runs") == 3, f"the rest after {left}")
        daemon.end()
        assert 3 < left[-1] < left[1] < OLD, left


def keeps_the_newest(shop):
    """Without an age the number counts, and what is young keeps its events."""
    with Served(shop, more="\n[retention]\nmax_runs = 100\n") as daemon:
        assert shop.run("run", "countries")[0] == 0
        daemon.end()
        add_old_runs(daemon)
        change(shop, "update runs set created_us = (select max(created_us) from runs)")
        before = listed(shop)
        daemon.start()
        wait_until(lambda: count(daemon, "runs") <= 102, "old runs are forgotten")
        daemon.end()
        assert count(daemon, "runs") == 102 and count(daemon, "events", "run_id like '00%'") == 203 - 1
        assert listed(shop) == before


def doubts_the_clock(shop):
    """A clock that is far ahead of what happened last is not taken at its word at once."""
    with Served(shop) as daemon:
        assert shop.run("run", "countries")[0] == 0
        daemon.end()
        add_old_runs(daemon)
        change(shop, f"update events set at_us = at_us - {100 * DAY_US}")
        daemon.start()
        daemon.wait("the clock is 100 days ahead")
        daemon.end()
        assert count(daemon, "runs") == OLD + 1


def forgets_what_is_over(shop):
    """Backfills whose runs are gone, and tokens that nobody can use."""
    young = time.time_ns() // 1000
    with Served(shop) as daemon:
        assert shop.run("run", "countries")[0] == 0
        daemon.end()
        change(shop, "update runs set backfill_id = 'has-a-run'", *(
            "insert into backfills (id, request, target, state, priority, at_once, created_us, ended_us) "
            f"values ('{name}', '', 'dev', '{state}', 0, 1, 1, {ended})" for name, state, ended in (
                ("old", "succeeded", 2), ("has-a-run", "failed", 2), ("young", "canceled", young))),
            "insert into backfill_partitions values ('old', 0, 'north', 'succeeded', null)",
            *(f"insert into tokens values ('{name}', '{name}', 'viewer', '', 1, {expires}, {revoked}, null)"
              for name, expires, revoked in (("good", "null", "null"), ("expired", 2, "null"),
                                             ("revoked", "null", 2), ("just-now", "null", young))))
        daemon.start()
        wait_until(lambda: count(daemon, "tokens") == 2, "two tokens are forgotten")
        daemon.end()
    assert rows(shop, "select id from tokens order by id") == [("good",), ("just-now",)]
    assert rows(shop, "select id from backfills order by id") == [("has-a-run",), ("young",)]
    assert rows(shop, "select * from backfill_partitions") == []


def assets_that_are_gone(shop):
    """What is known of partitions and automation goes when the asset has been gone for long enough;
    one that comes back before has kept it."""
    def known():
        return [{asset for asset, in rows(shop, f"select distinct asset from {table}")}
                for table in ("partitions", "automation", "lake_positions")]

    def gone():
        return dict(rows(shop, "select asset, since_us from gone_assets"))

    def tell(*assets):
        for asset in assets:
            change(shop, *(
                f"insert into partitions (asset, target, key, start_us, end_us, published_us) values "
                f"('{asset}', 'dev', '{number}', {number}, {number + 1}, 1)" for number in range(3)),
                "insert into automation (asset, target, definition, since_us, seen) values "
                f"('{asset}', 'dev', '', 1, '')",
                f"insert into lake_positions values ('{asset}', 'dev', 'x')")

    def prune():
        status, output = shop.run("prune")
        assert status == 0, output
    assert shop.run("run", "countries")[0] == 0
    tell("seeds.countries", "marts.gone", "marts.back")
    begun_us = time.time_ns() // 1000
    prune()
    assert known() == [{"seeds.countries", "marts.gone", "marts.back"}] * 3, known()
    assert set(gone()) == {"marts.gone", "marts.back"} and min(gone().values()) >= begun_us, gone()
    first_us = gone()["marts.gone"]
    shop.write("assets/marts/back.sql", "select 1 as n")
    prune()
    assert gone() == {"marts.gone": first_us}, "it is gone since then, however often that is seen"
    change(shop, f"update gone_assets set since_us = since_us - 89 * {DAY_US}")
    prune()
    assert known() == [{"seeds.countries", "marts.gone", "marts.back"}] * 3, known()
    change(shop, f"update gone_assets set since_us = since_us - {DAY_US}")
    (shop.folder / "assets/marts/back.sql").unlink()
    prune()
    assert known() == [{"seeds.countries", "marts.back"}] * 3, known()
    assert gone()["marts.back"] > first_us, "it went again"
    assert rows(shop, "select count(*) from partitions") == [(6,)]
    prune()
    assert set(gone()) == {"marts.back"}, gone()


def refuses_too_little(shop):
    """What would forget what has just happened is refused."""
    text = (shop.folder / "pipeline.toml").read_text()
    shop.write("pipeline.toml", text + '\n[retention]\nruns = "1h"\nmax_runs = 5\naudti = "2d"\n')
    status, output = shop.run("check")
    line = text.count("\n") + 3
    assert (status, output.splitlines()) == (2, [
        f'pipeline.toml:{line}:1: runs must be at least a day: "1d"',
        f"pipeline.toml:{line + 1}:1: max_runs must be at least 100",
        f'pipeline.toml:{line + 2}:1: unknown key "audti": did you mean "audit"?',
    ]), output


if __name__ == "__main__":
    main([forgets, dies_and_goes_on, keeps_the_newest, doubts_the_clock, forgets_what_is_over, assets_that_are_gone,
          refuses_too_little])
