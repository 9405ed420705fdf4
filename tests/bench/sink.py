#!/usr/bin/env python3
"""The sink, from an embedded broker to a lake on the disk, against librdkafka alone, which reads the
same records and does nothing with them. Both in one process, in turn; the lake is empty each time
and every object is safe from a power cut before the next step. Both are told the offsets to begin
at: to find out where a partition begins takes librdkafka half a second."""
import json
import statistics
import subprocess

import bench


def main():
    options = bench.options(__doc__)
    records, runs = (50_000, 1) if options.quick else (600_000, 7)
    with bench.scratch(options.build) as folder:
        bench.say(f"  {runs} pairs of {records:,} records")
        # a run ahead, which does not count
        command = [options.build / "bench_sink", options.build / "connectors", folder,
                   str(records), str(runs + 1)]
        lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    pairs = [json.loads(line) for line in lines.splitlines()][1:]
    ours = statistics.median(pair["records"] / pair["sink"] for pair in pairs)
    peer = statistics.median(pair["records"] / pair["bare"] for pair in pairs)
    bench.figure("sink, topic to lake", ours, "records/s", peer=peer,
                 ratio=statistics.median(pair["bare"] / pair["sink"] for pair in pairs), goal=0.5,
                 sense="at least", runs=runs, peer_name="librdkafka, a consumer that only counts",
                 note=f"{pairs[0]['records']:,} readings of a day in six partitions, "
                      f"about {pairs[0]['objects']} objects")


if __name__ == "__main__":
    main()
