#!/usr/bin/env python3
"""From the lake to the raw schema, against the one statement that one would type into DuckDB for
the same columns. Both sides are whole: open the database, load, commit, close; both leave the file
synced and no log beside it. The checks of the asset are timed apart.

Ours is the one way that there is, through our own reader. To hand the files to read_json instead
would be no faster, and other rows: it does not number a file's lines, of which our keys are made,
rounds 12.6 into a bigint, takes true for 1, and writes JSON anew (1.50 is 1.5).

Ours leaves the order of the rows open where the statement keeps the files', which is what DuckDB
does unless it is told otherwise; told so, the statement is no faster than ours either."""
import sys

import bench
import duckdb
import lake
import loading

PEER = "DuckDB 1.4.4, CREATE TABLE AS SELECT … FROM read_json(…) with declared columns"

COLUMNS = """\
uuid() AS _airbyte_raw_id, TIMESTAMP '{at}' AS _airbyte_extracted_at,
CAST('{{"errors":[]}}' AS JSON) AS _airbyte_meta, filename AS _ab_source_file_url,
'2024-04-01T00:00:00.000000Z' AS _ab_source_file_last_modified, meta, user_id, "timestamp",
heart_rate"""
READ = """\
FROM read_json('{files}', format = 'newline_delimited', filename = true, hive_partitioning = false,
columns = {{meta: 'JSON', user_id: 'BIGINT', "timestamp": 'BIGINT', heart_rate: 'BIGINT'}})"""
SETTINGS = {"threads": 2, "memory_limit": "1GiB"}


class Load:
    """A lake, and both ways out of it. The events are the same; so is the machine's cache."""

    def __init__(self, build, folder, events, repeat=1):
        self.build, self.folder, self.lake = build, folder, folder / "lake"
        self.events = lake.make(self.lake, events, repeat)
        self.path = folder / "peer.duckdb"

    def select(self, at="2024-04-02"):
        files = f"{self.lake}/topics/{lake.TOPIC}/year=*/*/*/*/*.json"
        return f"SELECT {COLUMNS.format(at=at)} {READ.format(files=files)}"

    def ours(self, checks=False):
        """Rows a second."""
        project = self.folder / "project"
        loading.make(project, self.lake, lake.TOPIC, checks=checks)
        return self.events / loading.run(self.build, project)[0]

    def peer(self):
        for file in (self.path, self.path.with_name("peer.duckdb.wal")):
            file.unlink(missing_ok=True)

        def load():
            with duckdb.open(str(self.path), **SETTINGS) as database:
                database.run("CREATE SCHEMA raw")
                database.run(f"CREATE TABLE {loading.TABLE} AS {self.select()}")

        return self.events / bench.seconds(load)

    def compare(self):
        """That both tables are the same but for what is random or the time."""
        values = ('user_id, "timestamp", heart_rate, meta->>\'$.activity_id\', '
                  "CAST(meta->>'$.location.latitude' AS DOUBLE)")  # of which each keeps its text
        sums = []
        for path in (self.path, self.folder / "project" / "warehouse.duckdb"):
            with duckdb.open(str(path)) as database:
                sums.append(database.run(
                    f"SELECT concat_ws(' ', count(*), bit_xor(hash({values})), "
                    f"count(DISTINCT _airbyte_raw_id)) FROM {loading.TABLE}"))
        if sums[0] != sums[1]:
            sys.exit(f"the two loads differ: {sums}")


def main():
    options = bench.options(__doc__)
    sizes = [(100_000, 1)] if options.quick else [(2_000_000, 7), (10_000_000, 3)]
    for events, runs in sizes:
        with bench.scratch(options.build) as folder:
            bench.say(f"  a lake of {events:,} events")
            load = Load(options.build, folder, events)
            measure(load, runs)
            measure_audit(load, runs)


def measure(load, runs):
    bench.say(f"  {runs} pairs of loads")
    pairs = bench.alternate(load.ours, load.peer, runs)
    load.compare()
    bench.figure(f"lake to raw, {load.events:,} events", pairs.ours, "rows/s", peer=pairs.peer,
                 ratio=pairs.ratio, goal=0.8, sense="at least", runs=pairs.runs, peer_name=PEER,
                 note=f"through our own reader, on two threads; columns: {loading.MEASURED}")


def measure_audit(load, runs):
    """What the checks add to the load: the difference of medians, as the parts are not apart."""
    bench.say(f"  {runs} pairs of loads with and without checks")
    pairs = bench.alternate(lambda: load.events / load.ours(checks=True),
                            lambda: load.events / load.ours(), runs)
    bench.figure(f"its 14 checks on {load.events:,} events", pairs.ours - pairs.peer, "s",
                 runs=pairs.runs, detail=True,
                 note="the load with them less the load without; two of them look for doubles")


if __name__ == "__main__":
    main()
