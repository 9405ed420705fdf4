#!/usr/bin/env python3
"""What all checks of an asset cost in one audit, against a query for each as dbt runs them, in the
same session: for each asset of the heart-rate pipeline with the demo's data, on DuckDB and on SQLite
(audit.c)."""
import json
import statistics
import subprocess
import sys

import bench

PEERS = {"duckdb": "DuckDB 1.4.4, a query a check and one for the number of rows",
         "sqlite": "SQLite, a query a check and one for the number of rows"}
TITLES = {"duckdb": "DuckDB", "sqlite": "SQLite"}


def main():
    options = bench.options(__doc__)
    rounds = 1 if options.quick else 21
    with bench.demo(options.build, options.quick) as folder:
        bench.say("  asking its checks together and one by one")
        lines = audit(options.build, folder, rounds)
    for database in PEERS:
        report(database, [line for line in lines if line["database"] == database])


def audit(build, folder, rounds):
    done = subprocess.run(
        [build / "bench_audit", folder, build / "connectors/sqlite.so", folder / "copy.sqlite",
         str(rounds)], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(1)
    return [json.loads(line) for line in done.stdout.splitlines()]


def report(database, lines):
    """The sum of all assets, then each."""
    measured = [line for line in lines if "error" not in line]
    checks = sum(line["checks"] for line in measured)
    total = [sum(statistics.median(line[side]) for line in measured) for side in ("ours", "peer")]
    bench.figure(f"{checks} checks, {TITLES[database]}, all assets", total[0], "s", peer=total[1],
                 ratio=total[0] / total[1], goal=1.0, runs=min(len(l["ours"]) for l in measured),
                 peer_name=PEERS[database], note=f"{len(measured)} assets, medians added up")
    for line in lines:
        text = f"checks of {line['asset']}, {TITLES[database]}"
        note = f"{line['checks']} checks, {line['rows']:,} rows"
        if "error" in line:
            bench.say(f"  {text}: not on this database: {line['error']}")
            continue
        ratios = [ours / peer for ours, peer in zip(line["ours"], line["peer"])]
        bench.figure(text, 1000 * statistics.median(line["ours"]), "ms",
                     peer=1000 * statistics.median(line["peer"]), ratio=statistics.median(ratios),
                     goal=1.0, runs=len(ratios), detail=True, note=note)


main()
