#!/usr/bin/env python3
"""Proves the sink's rule (sink_rule.py) in random histories: a scheduler kills, stops and wakes its
processes, and a judge asks whether each record is in the lake, each once, each in its own hour.

Usage: sink_prove.py [--histories N] [--seed S] [--emit FILE]    prove the rule
       sink_prove.py --show NUMBER                               print one history and its lake
       sink_prove.py --mutants                                   prove that the judge can say no
A history is a function of its seed. --emit writes the histories with the chains they end in, for
the C to be driven by (sink_histories.c says what a line means).
"""

import argparse
import random
import sys

from sink_rule import MUTANTS, RULE, Producer, Reader, Violation, World, Writer


class History:
    """One random run: builds a world, drives it, remembers what it did."""

    def __init__(self, seed, without=RULE):
        self.random = random.Random(seed)
        chance = self.random.random
        self.partitions = 1 if chance() < 0.8 else 2
        self.world = World(without, self.partitions,
                           [self.make_source() for _ in range(self.partitions)])
        self.forgets = chance() < 0.7            # an embedded broker
        self.is_stormy = self.forgets and chance() < 0.5   # restarts come in the midst of flushes
        self.bursts = self.random.choice(((1,), (1, 1, 2, 3), (1, 2, 5, 8)))
        self.reads = self.random.choice((0.02, 0.02, 0.2))
        self.world.is_cached = chance() < 0.5
        self.writers = []                        # every one ever, in the order of birth
        self.living = [[] for _ in range(self.partitions)]
        self.producers = [Producer(self.world, p) for p in range(self.partitions)]
        self.reader = Reader(self.world)
        self.operations = []

    def make_source(self):
        hour, records = 0, []
        for _ in range(self.random.randint(6, 22)):
            hour += self.random.random() < 0.25
            late = self.random.randint(0, 3) if self.random.random() < 0.2 else 0
            records.append((max(0, hour - late), max(0, hour // 2 - late)))
        return records

    def do(self, operation, number=None):
        self.operations.append(operation if number is None else f"{operation}{number}")

    def spawn(self, partition):
        limit, field = self.random.randint(1, 9), int(self.random.random() < 0.3)
        closes = int(self.random.random() < 0.5)
        self.do(f"W{partition},{limit},{field},{closes}")
        writer = Writer(self.world, partition, limit, field, bool(closes))
        writer.number = len(self.writers)
        self.writers.append(writer)
        self.living[partition].append(writer)
        return writer

    def step(self, writer):
        self.do("s", writer.number)
        writer.step()

    def kill(self, writer):
        self.do("x", writer.number)
        self.living[writer.partition].remove(writer)

    def restart_broker(self):
        self.do("B")
        self.world.restart_broker()

    def new_producer(self, partition):
        self.do("N", partition)
        self.producers[partition] = Producer(self.world, partition)

    def act(self):
        dice = self.random.random()
        partition = self.random.randrange(self.partitions)
        living = self.living[partition]
        producer = self.producers[partition]
        if self.random.random() < self.reads:
            self.do("R")
            self.reader.read()
        if dice < 0.22:
            if producer.incarnation != self.world.incarnation or producer.is_over():
                self.new_producer(partition)
            else:
                self.do("P", partition)
                producer.step()
        elif dice < 0.26 and len(living) < 4 or not living:
            self.spawn(partition)
        elif dice < 0.29:
            self.kill(self.random.choice(living))
        elif dice < 0.32:
            writer = self.random.choice(living)
            self.do("f", writer.number)
            writer.wants_flush = True
        elif dice < 0.325:
            self.new_producer(partition)
        elif dice < 0.34 and self.forgets:
            self.restart_broker()
        else:
            # A run of steps of one process: the others are stopped meanwhile.
            writer = self.random.choice(living)
            for _ in range(self.random.choice(self.bursts)):
                self.step(writer)
            if self.is_stormy:
                self.disturb(writer)

    def disturb(self, writer):
        """Stops the writer at a bad moment, and lets others go on, perhaps of a younger incarnation:
        in the midst of a flush, with records in memory, about to open an incarnation."""
        dice = self.random.random()
        has_more = writer.start + len(writer.buffer) > writer.entry.end if writer.entry else False
        if writer.state == writer.write and dice < (0.8 if has_more else 0.15):
            self.restart_broker()
            young = self.spawn(writer.partition)
            while has_more and young.state not in (young.open, young.over, young.ready):
                self.step(young)
            if has_more:
                self.press(writer, 14)
        elif writer.state == writer.ready and writer.buffer and dice < 0.03:
            self.restart_broker()
            self.press(self.spawn(writer.partition), 8)
            self.press(writer, 10)
        elif writer.state == writer.open and dice < 0.5:
            if dice < 0.2:
                self.restart_broker()
                self.press(self.spawn(writer.partition), 8)
            others = [other for other in self.living[writer.partition] if other is not writer]
            for other in self.random.sample(others, len(others)):
                self.press(other, self.random.randint(1, 14))

    def press(self, writer, steps):
        """Steps of a writer that is asked to flush whenever it has something."""
        for _ in range(steps):
            if writer.state == writer.ready and writer.buffer:
                self.do("f", writer.number)
                writer.wants_flush = True
            self.step(writer)

    def run(self):
        for _ in range(self.random.randint(20, 110)):
            self.act()
        if self.forgets and self.random.random() < 0.5:
            self.restart_broker()
        for partition in range(self.partitions):
            self.finish(partition)
        for living in self.living:
            for writer in living:
                for _ in range(20):
                    self.step(writer)
        self.do("R")
        self.reader.read()
        return self

    def finish(self, partition):
        """Runs a new producer and a new writer to the end of the source, zombies in between."""
        self.new_producer(partition)
        writer = self.spawn(partition)
        for _ in range(2000):
            producer = self.producers[partition]
            if producer.is_over() or writer.is_over():
                self.restart_broker()
                for each in range(self.partitions):
                    self.new_producer(each)
                writer = self.spawn(partition)
            elif not producer.is_finished():
                self.do("P", partition)
                producer.step()
            elif writer.is_ready() and self.is_drained(writer):
                return
            else:
                self.do("f", writer.number)
                writer.wants_flush = True
            self.step(writer)
            if self.random.random() < 0.3:
                self.step(self.random.choice(self.living[partition]))
        raise Violation("no end")

    def is_drained(self, writer):
        world = self.world
        log = world.log[writer.partition]
        return (not writer.buffer and writer.start - writer.base >= len(log)
                and world.tail(writer.partition) == writer.sequence)

    def judge(self):
        """Each record of the source is in the lake, each once, each in its own hour."""
        again = Reader(self.world)
        again.read()
        for partition, source in enumerate(self.world.source):
            wanted = list(range(len(source)))
            for reader, name in ((self.reader, "tailing"), (again, "whole")):
                seen = sorted(reader.seen[partition])
                if seen != wanted:
                    raise Violation(f"partition {partition}, {name}: {seen} of {wanted}")
            if self.world.tail(partition) >= again.next[partition]:
                raise Violation("the chain ends in a plan that nobody finished")

    def chain(self, partition):
        words = []
        for sequence in range(1, self.world.tail(partition) + 1):
            entry = self.world.entries[partition, sequence]
            if entry.kind == "open":
                words.append(f"o{entry.incarnation}:{entry.start}:{entry.token}")
            else:
                outcome = self.world.seals.get((partition, sequence), "unsealed")
                words.append(f"f{entry.start}-{entry.end}:{entry.token}:{outcome}:" +
                             ",".join("%d+%d+%d" % o for o in entry.objects))
        return " ".join(words)

    def text(self, number):
        lines = [f"H {number} {self.partitions} {int(self.world.is_cached)}"]
        for partition, source in enumerate(self.world.source):
            lines.append(f"S {partition} " + " ".join(f"{a},{b}" for a, b in source))
        lines.append("O " + " ".join(self.operations))
        lines += [f"E {p} {self.chain(p)}" for p in range(self.partitions)]
        return "\n".join(lines) + "\n"


def first_violation(without, histories, seed):
    """(number of the first history that the judge rejects, why), or None."""
    for number in range(histories):
        try:
            History(seed + number, without).run().judge()
        except Violation as wrong:
            return number, wrong
    return None


def prove(histories, seed, emit):
    out = open(emit, "w", encoding="ascii") if emit else None
    steps = opened = void = 0
    for number in range(histories):
        history = History(seed + number)
        try:
            history.run().judge()
        except Violation as wrong:
            print(history.text(seed + number), end="")
            sys.exit(f"history {seed + number}: {wrong}")
        steps += len(history.operations)
        opened += history.world.incarnation - 1
        void += sum(seal == "void" for seal in history.world.seals.values())
        if out:
            out.write(history.text(seed + number))
    if out:
        out.close()
    print(f"{histories} histories, {steps} steps, {opened} broker restarts, {void} void plans: "
          "nothing lost, nothing twice")
    if histories >= 1000 and (void == 0 or opened == 0):
        sys.exit("the schedules are too tame to prove anything")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--histories", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--emit")
    parser.add_argument("--show", type=int)
    parser.add_argument("--mutants", action="store_true")
    options = parser.parse_args()
    if options.show is not None:
        history = History(options.show).run()
        print(history.text(options.show), end="")
        history.judge()
    elif options.mutants:
        for name, what in MUTANTS.items():
            found = first_violation(frozenset([name]), options.histories, options.seed)
            if found is None:
                sys.exit(f"nobody noticed that {what}")
            print(f"{what}: history {found[0]}: {found[1]}")
    else:
        prove(options.histories, options.seed, options.emit)


if __name__ == "__main__":
    main()
