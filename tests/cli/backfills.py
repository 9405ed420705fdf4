#!/usr/bin/env python3
"""What is known of each partition; backfills by a daemon that stays: how far they are, what a death
leaves of them, what is canceled, what is made again."""

import json
import signal

from partitions import DAYS, DAYS_SQL, change, days, prepare, run
from serving import Served, rows, wait_for
from shop import main

WEEK = [f"2024-04-0{day}" for day in range(1, 8)]


def partitions(shop, asset="days"):
    """{key: state} of those that were made, or tried."""
    status, output = shop.run("ls", asset, "--partitions", "--json")
    assert status == 0, output
    found = [json.loads(line) for line in output.splitlines()]
    return {part["partition"]: part["state"] for part in found if part["state"] != "missing"}


def backfill(shop, *arguments, status=0):
    found, output = shop.run("backfill", *arguments)
    assert found == status, output
    return output.split(":")[0].removeprefix("backfill ") if status == 0 else output


def parts_of(shop, backfill_id):
    return rows(shop, "select key, state from backfill_partitions"
                      f" where backfill_id = '{backfill_id}' order by position")


def has_ended(shop, backfill_id, state):
    return rows(shop, f"select state from backfills where id = '{backfill_id}'") == [(state,)]


def most_at_once(shop, backfill_id):
    """How many of its runs waited or worked at the same time."""
    spans = rows(shop, "select created_us, ended_us from runs where backfill_id = ?", backfill_id)
    return max(sum(begin <= at < end for begin, end in spans) for at, _ in spans)


def known(shop):
    """Present, failed, stale and missing partitions are told apart, and shown as ranges."""
    prepare(shop, False)
    shop.write("assets/marts/doubled.toml", DAYS)
    shop.write("assets/marts/doubled.sql", DAYS_SQL.replace("ref('readings')", "ref('days')")
               .replace("cast(seen as timestamp)", "seen"))
    run(shop, "days", "doubled", "--partition", "2024-04-02..2024-04-04")
    present = dict.fromkeys(WEEK[1:4], "present")
    assert partitions(shop) == present, partitions(shop)
    assert partitions(shop, "doubled") == present, partitions(shop, "doubled")
    run(shop, "days", "--partition", "2024-04-03")
    assert partitions(shop) == present
    assert partitions(shop, "doubled") == {**present, "2024-04-03": "stale"}
    run(shop, "doubled", "--partition", "2024-04-03")
    assert partitions(shop, "doubled") == present
    change(shop, "update readings set value = 2 where id = 1")  # which is made as one
    assert partitions(shop) == dict.fromkeys(present, "stale"), partitions(shop)
    run(shop, "days", "--partition", "2024-04-02..2024-04-04")
    assert partitions(shop) == present, partitions(shop)
    assert partitions(shop, "doubled") == dict.fromkeys(present, "stale")
    shop.write("assets/marts/days.toml", DAYS + '[columns.value]\nchecks = [{ between = [1, 3] }]\n')
    run(shop, "days", "--partition", "2024-04-04", status=1)
    assert partitions(shop) == {**present, "2024-04-04": "failed"}, partitions(shop)
    status, output = shop.run("ls", "days", "--partitions")
    lines = [line.split() for line in output.splitlines()]
    assert lines[1][1:4] == ["2024-04-01", "1", "missing"], output
    assert lines[2][1:4] == ["2024-04-02..2024-04-03", "2", "present"], output
    assert lines[3][1:4] == ["2024-04-04", "1", "failed"], output
    assert lines[4][1].startswith("2024-04-05.."), output


def whole(shop):
    """A build of the whole makes all partitions present."""
    prepare(shop, False)
    run(shop, "regions", "--partition", "north")
    assert partitions(shop, "regions") == {"north": "present"}
    run(shop, "regions", "--full-refresh")
    assert partitions(shop, "regions") == dict.fromkeys(["north", "south", "east"], "present")


def to_the_end(shop):
    """A backfill makes each partition of its range, by a run of its own; a failed one is told and
    made again."""
    prepare(shop, False)
    served = Served(shop)
    one = backfill(shop, "days", "--from", WEEK[0], "--to", WEEK[-1], "--at-once", "3")
    wait_for("the backfill's end", lambda: has_ended(shop, one, "succeeded"))
    assert parts_of(shop, one) == [(key, "succeeded") for key in WEEK]
    assert days(shop) == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)], days(shop)
    assert partitions(shop) == dict.fromkeys(WEEK, "present"), partitions(shop)
    runs = rows(shop, "select trigger, backfill_id, state from runs where backfill_id is not null")
    assert runs == [(f"backfill:{one}", one, "succeeded")] * 7, runs
    assert 1 < most_at_once(shop, one) <= 3
    shop.write("assets/marts/days.toml", DAYS + '[columns.value]\nchecks = [{ between = [1, 3] }]\n')
    two = backfill(shop, "days", "--from", WEEK[1], "--to", WEEK[4])
    wait_for("the backfill's end", lambda: has_ended(shop, two, "failed"))
    failed = [(WEEK[1], "succeeded"), (WEEK[2], "succeeded"), (WEEK[3], "failed"),
              (WEEK[4], "failed")]
    assert parts_of(shop, two) == failed, parts_of(shop, two)
    assert most_at_once(shop, two) == 1
    status, output = shop.run("backfills", "--json")
    shown = json.loads(output.splitlines()[0])
    assert (shown["backfill"], shown["succeeded"], shown["failed"], shown["total"]) == (two, 2, 2, 4)
    shop.write("assets/marts/days.toml", DAYS)
    status, output = shop.run("backfill", "--retry", two)
    assert status == 0, output
    wait_for("the retry's end", lambda: has_ended(shop, two, "succeeded"))
    assert len(rows(shop, f"select id from runs where backfill_id = '{two}'")) == 6
    status, output = shop.run("backfill", "--retry", two)
    assert status == 1 and "all of it has succeeded" in output, output
    assert served.end() == 0


def killed(shop):
    """A daemon that is killed at each point around a run's rows leaves nothing undone and does
    nothing twice."""
    prepare(shop, False)
    one, made, deaths = None, [], 0
    for point, passes in (("daemon.queue.before", 2), ("daemon.begin.before", 2),
                          ("store.commit.before", 9), ("store.commit.after", 9),
                          ("daemon.order.after", 2)):
        served = Served(shop, {"AORTA_FAULT": f"{point}:{passes}"})
        if one is None:  # the daemon may die before it answers
            shop.run("backfill", "days", "--from", WEEK[0], "--to", WEEK[-1], "--at-once", "2")
        wait_for(f"the death at {point}", lambda: served.has_ended() or (
            one is not None and has_ended(shop, one, "succeeded")))
        deaths += served.has_ended()
        if not served.has_ended():
            served.end(signal.SIGKILL)
        found = rows(shop, "select id from backfills")
        one = found[0][0] if found else None
        if one is None:
            continue
        made.append(sum(state == "succeeded" for _, state in parts_of(shop, one)))
        assert made == sorted(made), f"{point}: less than before: {made}"
        orphans = rows(shop, "select count(*) from runs where backfill_id is not null and id not in"
                             " (select run_id from backfill_partitions where run_id is not null)")
        assert orphans == [(0,)], f"{point}: a run that no partition knows"
        lost = rows(shop, "select count(*) from backfill_partitions where state = 'queued' and"
                          " run_id not in (select id from runs)")
        assert lost == [(0,)], f"{point}: a partition whose run is not there"
    assert deaths >= 3, f"it died only {deaths} times"
    served = Served(shop)
    wait_for("the backfill's end", lambda: has_ended(shop, one, "succeeded"))
    assert days(shop) == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)], days(shop)
    assert len(rows(shop, f"select id from runs where backfill_id = '{one}'")) == 7
    assert partitions(shop) == dict.fromkeys(WEEK, "present"), partitions(shop)
    assert served.end() == 0


def canceled(shop):
    """What waits and what runs is canceled; a retry makes what was."""
    prepare(shop, False)
    slow = "select count(*) as n from range(100000000000) where range % 7 = 8"
    shop.write("assets/marts/days.sql", DAYS_SQL + f"and (({slow}) >= 0)")
    served = Served(shop)
    one = backfill(shop, "days", "--from", WEEK[0], "--to", WEEK[-1])
    running = "select count(*) from steps where state = 'running'"
    wait_for("a step that runs", lambda: rows(shop, running) == [(1,)])
    status, output = shop.run("ls", "days", "--partitions", "--json")
    assert '"running"' in output.splitlines()[0], output
    status, output = shop.run("backfill", "--cancel", one[:24])
    assert status == 0, output
    wait_for("the end", lambda: has_ended(shop, one, "canceled"))
    assert parts_of(shop, one) == [(key, "canceled") for key in WEEK], parts_of(shop, one)
    assert partitions(shop) == {}, partitions(shop)
    shop.write("assets/marts/days.sql", DAYS_SQL)
    assert shop.run("backfill", "--retry", one)[0] == 0
    wait_for("the retry's end", lambda: has_ended(shop, one, "succeeded"))
    assert days(shop) == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)], days(shop)
    assert served.end() == 0


def refused(shop):
    """Without a daemon that stays, without partitions, of another backfill: said, nothing done."""
    prepare(shop, False)
    week = ("--from", WEEK[0], "--to", WEEK[-1])
    output = backfill(shop, "days", *week, status=1)
    assert "no daemon stays here" in output, output
    output = backfill(shop, "days", status=2)
    assert "which partitions?" in output, output
    served = Served(shop)
    output = backfill(shop, "readings", *week, status=2)
    assert "nothing that is selected is made in partitions" in output, output
    output = backfill(shop, "days", "--from", WEEK[1], "--to", WEEK[0], status=2)
    assert "the range goes back" in output, output
    output = backfill(shop, "--cancel", "01J", status=1)
    assert "no backfill of this id is at work" in output, output
    output = backfill(shop, "--retry", "01J", status=1)
    assert "there is no backfill of this id" in output, output
    assert rows(shop, "select count(*) from backfills") == [(0,)]
    assert served.end() == 0


main([known, whole, to_the_end, killed, canceled, refused])
