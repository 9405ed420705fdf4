#!/usr/bin/env python3
"""The most memory that a process of `aorta run` ever had (VmHWM, its executor's), while it loads a
lake with memory_limit = "200MiB": with ten million events and with forty, without checks and with
those of the heart-rate pipeline's asset, which look for doubled keys among all rows."""
import bench
import lake
import loading

GOAL_MIB = 400


def main():
    options = bench.options(__doc__)
    events = 200_000 if options.quick else 10_000_000
    runs = 1 if options.quick else 3
    with bench.scratch(options.build) as folder:
        for repeat in (1, 4):
            bench.say(f"  a lake of {events * repeat:,} events")
            lake.make(folder / f"lake{repeat}", events, repeat)
        for checks in (False, True):
            measure(options.build, folder, events, runs, checks)


def measure(build, folder, events, runs, checks):
    def peak(repeat):
        project = folder / "project"
        loading.make(project, folder / f"lake{repeat}", lake.TOPIC, "200MiB", checks)
        taken = loading.run(build, project)[1]
        bench.say(f"    {taken:.0f} MiB")
        return taken

    what = "with its checks" if checks else "without checks"
    bench.say(f"  {runs} pairs of loads, {what}")
    pairs = bench.alternate(lambda: peak(4), lambda: peak(1), runs, warm=0)
    bench.figure(f"memory for {events:,} events, {what}", pairs.peer, "MiB", goal=GOAL_MIB,
                 runs=pairs.runs, note='memory_limit = "200MiB"')
    bench.figure(f"memory for {4 * events:,} events, {what}", pairs.ours, "MiB", peer=pairs.peer,
                 ratio=pairs.ratio, goal=1.1, runs=pairs.runs,
                 peer_name=f"the same for {events:,} events", note='memory_limit = "200MiB"')


if __name__ == "__main__":
    main()
