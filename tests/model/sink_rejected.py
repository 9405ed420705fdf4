#!/usr/bin/env python3
"""Three simpler rules for the sink, each without plans, each one wrong. They stand here so that
nobody goes back to them: the same judge (each record in the lake once) rejects every one.

    hour_alone     an hour's object is written when the next is over; the offset committed is the first
                   record of the hours still open. A crash reads those hours again from the offset
                   on, with other first offsets: duplicates, with one writer and no zombie.
    overwrite      all open hours up to one offset, objects put by name, offset committed last. A
                   zombie with other batch boundaries puts a shorter object over a longer one.
    put_if_absent  the same, but an object that is there stays, and the writer goes on after that
                   object's end: the other hours of its batch are then cut elsewhere.

Usage: sink_rejected.py [--histories N]
"""

import argparse
import random
import sys

RULES = ("hour_alone", "overwrite", "put_if_absent")


class Lake:
    def __init__(self, hours):
        self.hours = hours        # of each record; its index is its offset
        self.objects = {}         # (hour, first offset) -> [offset]
        self.committed = 0


class Writer:
    """Reads from the committed offset and flushes by the rule; each yield is a chance to die."""

    def __init__(self, lake, rule, limit):
        self.lake = lake
        self.rule = rule
        self.limit = limit
        self.steps = getattr(self, rule)()

    def group(self, offsets):
        hours = {}
        for offset in offsets:
            hours.setdefault(self.lake.hours[offset], []).append(offset)
        return sorted(hours.items())

    def hour_alone(self):
        lake = self.lake
        position, held = lake.committed, []
        while position < len(lake.hours) or held:
            end = position >= len(lake.hours)
            if not end:
                held.append(position)
                position += 1
            newest = max(lake.hours[offset] for offset in held)
            for hour, offsets in self.group(held):
                if end or hour + 1 < newest:
                    yield
                    lake.objects[hour, offsets[0]] = offsets
                    held = [offset for offset in held if lake.hours[offset] != hour]
                    yield
                    lake.committed = min(held, default=position)

    def overwrite(self):
        lake, position = self.lake, self.lake.committed
        while position < len(lake.hours):
            end = min(position + self.limit, len(lake.hours))
            for hour, offsets in self.group(range(position, end)):
                yield
                lake.objects[hour, offsets[0]] = offsets
            yield
            lake.committed = max(lake.committed, end)
            position = end

    def put_if_absent(self):
        lake, position = self.lake, self.lake.committed
        while position < len(lake.hours):
            end = min(position + self.limit, len(lake.hours))
            for hour, offsets in self.group(range(position, end)):
                yield
                there = lake.objects.setdefault((hour, offsets[0]), offsets)
                if there is not offsets:
                    end = there[-1] + 1
                    break
            yield
            lake.committed = max(lake.committed, end)
            position = end


def is_right(rule, seed):
    """Runs one history; is each record in the lake exactly once?"""
    dice = random.Random(seed)
    hour, hours = 0, []
    for _ in range(dice.randint(6, 20)):
        hour += dice.random() < 0.3
        hours.append(max(0, hour - (dice.random() < 0.3)))
    lake = Lake(hours)
    most = 1 if rule == "hour_alone" else 2
    writers = []
    while True:
        if len(writers) < most:
            writers.append(Writer(lake, rule, dice.randint(1, 8)))
        writer = dice.choice(writers)
        if dice.random() < 0.08:
            writers.remove(writer)
        elif next(writer.steps, "over") == "over":
            writers.remove(writer)
            if lake.committed >= len(hours):
                break
    for writer in writers:  # zombies finish, too
        for _ in writer.steps:
            pass
    return sorted(sum(lake.objects.values(), [])) == list(range(len(hours)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--histories", type=int, default=1000)
    histories = parser.parse_args().histories
    for rule in RULES:
        wrong = sum(not is_right(rule, seed) for seed in range(histories))
        print(f"{rule}: wrong in {wrong} of {histories} histories")
        if wrong == 0:
            sys.exit(f"the judge accepts {rule}: it cannot say no")


main()
