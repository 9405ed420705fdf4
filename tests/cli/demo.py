#!/usr/bin/env python3
"""The two runs of `./dev demo`, with this repository's pipeline as it is and fewer users: every
reading that was sent is in the lake and in each table behind it, once, and the second run does only
what has changed."""

import json
import re
import sqlite3

from shop import HERE, Shop, main

ROOT = HERE.parent.parent
USERS = 300

# Every reading passes through these; the fact also mends rows whose neighbours came late.
READINGS = ("generators.heart_rate_events", "lake.heart_rate_lake", "raw.heart_rate_stream",
            "staging.stg_heart_rates", "marts.fct_heart_rates")


class Demo(Shop):
    template = None

    def prepare(self):
        """The folder as the demo makes it."""
        for name in ("pipeline.toml", "assets"):
            (self.folder / name).symlink_to(ROOT / name)

    def demo_run(self, instant):
        status, output = self.run("run", "--quiet", "--var", f"as_of={instant}",
                                  "--var", f"users={USERS}")
        assert status == 0 and re.fullmatch(r"succeeded in \d+\.\d\ds\n", output), output

    def both(self):
        """What each of the last two runs did: {asset: step}, {asset: step}."""
        status, output = self.run("runs", "previous", "last", "--json")
        assert status == 0, output
        return ({step["asset"]: step for step in json.loads(line)["assets"]}
                for line in output.splitlines())

    def count(self, what):
        return self.query(f"select count(*) as n from {what}")[0]["n"]

    def lake_records(self):
        return [json.loads(line) for path in self.folder.glob(".aorta/lake/topics/*/year=*/**/*.json")
                for line in path.read_text().splitlines()]

    def source_count(self, table):
        database = sqlite3.connect(self.folder / ".aorta/oltp.db")
        count = database.execute(f"select count(*) from {table}").fetchone()[0]
        database.close()
        return count


def two_runs(demo):
    """The demo's two runs: all that was sent arrives once, the second does only what has changed."""
    instants = re.findall(r"^    demo_run (\S+)", (ROOT / "dev").read_text(), re.M)
    assert len(instants) == 2, instants
    for instant in instants:
        demo.demo_run(instant)
    first, second = demo.both()

    assert {step["state"] for step in first.values()} == {"published"}, first
    assert {asset for asset, step in second.items() if step["state"] != "published"} == {
        "seeds.country_codes", "seeds.country_regions", "marts.dim_dates", "marts.dim_times"}
    sent = first[READINGS[0]]["rows"]
    later = second[READINGS[0]]["rows"]
    assert sent > 200_000 * USERS // 9_999 and 0 < later < sent, (sent, later)
    for asset in READINGS[1:4]:
        assert (first[asset]["rows"], second[asset]["rows"]) == (sent, later), asset
    fact = READINGS[4]
    assert first[fact]["rows"] == sent and later <= second[fact]["rows"] < sent, second[fact]
    for asset in ("raw.users", "marts.dim_users"):
        assert 0 < first[asset]["rows"] and 0 < second[asset]["rows"], asset

    records = demo.lake_records()
    assert len(records) == sent + later, len(records)
    for table in READINGS[2:]:
        assert demo.count(table) == sent + later, table
    total = sum(record["heart_rate"] for record in records)
    got = demo.query(f"select sum(heart_rate) as total, max(event_datetime) as newest from {fact}")[0]
    assert got["total"] == total, (got, total)
    assert instants[0][:10] < got["newest"][:10] <= instants[1][:10], got
    for table, key in (("users", "user_id"), ("activities", "activity_id")):
        current = demo.count(f"marts.dim_{table} where end_date is null and {key} <> 0")
        assert current == demo.source_count(table), table
    status, table = demo.run("runs", "previous", "last")
    assert status == 0 and re.search(
        rf"\nmarts\.fct_heart_rates +model +{sent:,} +\S+s +{second[fact]['rows']:,} +\S+s +\d+ ok\n",
        table), table


if __name__ == "__main__":
    main([two_runs], Demo)
