"""The sink's rule as a model: small, slow, obviously right. engine/executor/sink_writer.h states
the rule in words; here its every step is one method; sink_prove.py runs the steps of several
processes in a random order and looks at the lake afterwards.

Modelled: partitions of a log; a broker whose restart loses every record; a producer that goes on
from what the lake holds; an object store with put-if-absent; writers that are killed, or stopped
at any step and resumed after others took their place; batch limits and groupings that differ from
writer to writer; late records; a reader that tails the lake meanwhile.
"""

RULE = frozenset()  # the rule itself: nothing left out

# What can be left out of the rule, one at a time; the judge must notice each.
MUTANTS = {
    "unsealed_read": "readers take a plan whose objects are there, sealed or not",
    "seal_first": "a plan is sealed before its objects are written",
    "void_overwrites": "void is written over a seal that is there",
    "never_void": "a new incarnation takes an unfinished plan of the old one for done",
    "no_open": "a new incarnation goes on at the chain's end without an entry of its own",
    "open_twice": "an incarnation that others have followed is opened again",
    "after_void": "a writer whose plan was declared void goes on behind it",
    "numbers_again": "numbers of a void plan are given out again",
    "own_grouping": "who adopts a plan groups by its own settings",
    "own_end": "who adopts a plan writes what it has, not what the plan says",
    "eager_producer": "the producer reads its position before the incarnation is open",
    "plan_overwrites": "the plan is put whether one is there or not",
}


class Violation(Exception):
    pass


class World:
    """What outlives processes: the source, the broker's log, the object store."""

    def __init__(self, without, partitions, source):
        self.without = without
        self.partitions = partitions
        self.source = source          # partition -> [(hour by field a, hour by field b)]
        self.incarnation = 1
        self.is_cached = False        # a zombie's question for the incarnation gets the old answer
        self.log = [[] for _ in range(partitions)]   # of indices into the source
        self.entries = {}             # (partition, sequence) -> entry
        self.seals = {}               # (partition, sequence) -> "done" or "void"
        self.data = {}                # (partition, hour, first number) -> [source index]

    def restart_broker(self):
        self.incarnation += 1
        self.log = [[] for _ in range(self.partitions)]

    def put_entry(self, partition, sequence, entry):
        if "plan_overwrites" in self.without or (partition, sequence) not in self.entries:
            self.entries[partition, sequence] = entry
            return True
        return False

    def put_seal(self, partition, sequence, outcome):
        overwrites = outcome == "void" and "void_overwrites" in self.without
        if overwrites or (partition, sequence) not in self.seals:
            self.seals[partition, sequence] = outcome
            return True
        return False

    def tail(self, partition):
        sequence = 0
        while (partition, sequence + 1) in self.entries:
            sequence += 1
        return sequence

    def has_objects(self, partition, entry):
        return all((partition, hour, first) in self.data for hour, first, _ in entry.objects)


class Entry:
    """One link of a partition's chain. An opening has start == end and no objects."""

    def __init__(self, kind, incarnation, opened, base, start, end, token, field=0, objects=()):
        self.kind = kind                # "open" or "flush"
        self.incarnation = incarnation
        self.opened = opened            # sequence of the opening it belongs to
        self.base = base                # number = base + offset in the log
        self.start = start              # numbers [start, end)
        self.end = end
        self.token = token              # index in the source of the last record that is in the lake
        self.field = field              # which of the two event times groups it
        self.objects = objects          # [(hour, first number, count)]


class Writer:
    """One partition's writer in one process. Each call of step has at most one effect outside.

    A producer uses the same machine up to READY, to open the incarnation."""

    def __init__(self, world, partition, limit=0, field=0, closes_hours=False):
        self.world = world
        self.partition = partition
        self.limit = limit
        self.field = field
        self.closes_hours = closes_hours
        self.incarnation = world.incarnation
        self.state = self.tail
        self.sequence = 0
        self.entry = None
        self.buffer = []                # source indices of the numbers from self.start on
        self.start = 0
        self.base = 0
        self.wants_flush = False
        self.watermark = -1
        self.closed = None
        self.index = 0
        self.outcome = None

    def step(self):
        self.state()

    def is_ready(self):
        return self.state == self.ready

    def is_over(self):
        return self.state == self.over

    def without(self, name):
        return name in self.world.without

    # ------------------------------------------------------------ where the chain ends
    def tail(self):
        self.sequence = self.world.tail(self.partition)
        self.state = self.load if self.sequence else self.ask

    def load(self):
        self.entry = self.world.entries[self.partition, self.sequence]
        seal = self.world.seals.get((self.partition, self.sequence))
        entry = self.entry
        ours = entry.incarnation == self.incarnation
        if ours:
            self.base = entry.base
        if entry.kind == "flush" and seal is None:
            self.state = self.check
        elif not ours:
            self.outcome = seal
            self.state = self.ask
            if self.without("no_open"):
                self.base = entry.end
                self.begin_at(entry.end)
        elif seal == "void" and not self.without("after_void"):
            self.state = self.over
        else:
            self.begin_at(entry.end)

    def begin_at(self, number):
        self.keep_from(number)
        self.wants_flush = False
        self.state = self.ready

    def keep_from(self, number):
        """What the buffer holds from there on is kept."""
        skip = number - self.start
        self.buffer = self.buffer[skip:] if 0 <= skip <= len(self.buffer) else []
        self.start = number

    def check(self):
        if self.world.has_objects(self.partition, self.entry):
            self.outcome = "done"
            self.state = self.seal
        elif self.entry.incarnation == self.incarnation:
            self.keep_from(self.entry.start)
            self.state = self.fill
        else:
            self.outcome = "done" if self.without("never_void") else "void"
            self.state = self.seal

    # ------------------------------------------------------------ a new incarnation
    def ask(self):
        """Is the incarnation still the broker's, and was it never opened before?"""
        sequence = self.sequence
        while sequence and not self.without("open_twice"):
            entry = self.world.entries[self.partition, sequence]
            if entry.incarnation == self.incarnation:
                self.state = self.over
                return
            sequence = entry.opened - 1
        is_live = self.incarnation == self.world.incarnation
        self.state = self.open if is_live or self.world.is_cached else self.over

    def open(self):
        last, token, number = self.entry, -1, 0
        if self.sequence:
            number, token = last.end, last.token
            if self.outcome == "void":
                token = self.world.entries[self.partition, self.sequence - 1].token
                if self.without("numbers_again"):
                    number = last.start
        self.sequence += 1
        self.world.put_entry(self.partition, self.sequence, Entry(
            "open", self.incarnation, self.sequence, number, number, number, token))
        self.state = self.load

    # ------------------------------------------------------------ records come
    def fetch(self):
        if self.incarnation != self.world.incarnation:
            return  # the broker that had them is gone
        log = self.world.log[self.partition]
        offset = self.start + len(self.buffer) - self.base
        for index in log[offset:offset + 3]:
            self.buffer.append(index)
            self.watermark = max(self.watermark, self.hour(index, self.field))
            if self.closed is None:
                self.closed = self.watermark

    def hour(self, index, field):
        return self.world.source[self.partition][index][field]

    def fill(self):
        self.fetch()
        if self.start + len(self.buffer) >= self.entry.end or self.without("own_end"):
            self.group_again()
            self.state = self.write

    def group_again(self):
        """The plan is somebody's: the same objects come out, whoever writes them."""
        entry = self.entry
        records = self.buffer[:entry.end - entry.start]
        field = self.field if self.without("own_grouping") else entry.field
        self.contents = self.group(records, field)
        self.index = 0
        if not self.world.without:
            planned = [(hour, first, len(ids)) for hour, first, ids in self.contents]
            if planned != list(entry.objects):
                raise Violation("a plan is not a function of the log")

    def group(self, records, field):
        hours = {}
        for at, index in enumerate(records):
            hour = self.hour(index, field)
            hours.setdefault(hour, (hour, self.start + at, []))[2].append(index)
        return [hours[hour] for hour in sorted(hours)]

    def ready(self):
        self.fetch()
        count = len(self.buffer)
        crossed = self.closes_hours and self.closed is not None and self.watermark > self.closed
        if count and (count >= self.limit or crossed or self.wants_flush):
            self.closed = self.watermark
            self.contents = self.group(self.buffer, self.field)
            self.index = 0
            self.state = self.plan

    # ------------------------------------------------------------ a flush
    def plan(self):
        objects = [(hour, first, len(ids)) for hour, first, ids in self.contents]
        opened = self.entry.opened
        entry = Entry("flush", self.incarnation, opened, self.base, self.start,
                      self.start + len(self.buffer), self.buffer[-1], self.field, objects)
        self.sequence += 1
        if self.world.put_entry(self.partition, self.sequence, entry):
            self.entry = entry
            self.outcome = "done"
            self.state = self.seal if self.without("seal_first") else self.write
        else:
            self.state = self.load

    def write(self):
        hour, first, ids = self.contents[self.index]
        key = (self.partition, hour, first)
        old = self.world.data.get(key)
        if old is not None and old != ids and not self.world.without:
            raise Violation(f"object {key} was {old} and is written as {ids}")
        self.world.data[key] = ids
        self.index += 1
        if self.index == len(self.contents):
            self.outcome = "done"
            self.state = self.commit if self.without("seal_first") else self.seal

    def seal(self):
        ours = self.entry.incarnation == self.incarnation
        created = self.world.put_seal(self.partition, self.sequence, self.outcome)
        if self.without("seal_first") and self.index < len(self.contents):
            self.state = self.write
        elif created and ours:
            self.state = self.commit
        else:
            self.state = self.load

    def commit(self):
        """The offset in the log is for people and for lag; nothing is decided by it."""
        self.begin_at(self.entry.end)

    def over(self):
        """Another incarnation has begun: this process has nothing more to say."""


class Producer:
    """Puts the source's records into a partition of the log, after the last that is safe: the
    log's own last record, or what the lake held when this incarnation was opened."""

    def __init__(self, world, partition):
        self.world = world
        self.partition = partition
        self.incarnation = world.incarnation
        self.opener = Writer(world, partition)
        self.next = None
        if "eager_producer" in world.without:
            self.read_position()

    def read_position(self):
        world, chain = self.world, self.partition
        log = world.log[self.partition]
        if log:
            self.next = log[-1] + 1
            return
        sequence = world.tail(chain)
        if self.next is None and ("eager_producer" in world.without or
                                  "no_open" in world.without):
            while sequence and world.seals.get((chain, sequence)) != "done":
                sequence -= 1
            self.next = world.entries[chain, sequence].token + 1 if sequence else 0
        elif self.next is None:
            opening = world.entries[chain, self.opener.entry.opened]
            self.next = opening.token + 1

    def step(self):
        if self.is_over() or self.incarnation != self.world.incarnation:
            return
        if not self.opener.is_ready():
            self.opener.step()
        elif self.next is None:
            self.read_position()
        elif self.next < len(self.world.source[self.partition]):
            self.world.log[self.partition].append(self.next)
            self.next += 1

    def is_over(self):
        return self.opener.is_over()

    def is_finished(self):
        return self.next is not None and self.next >= len(self.world.source[self.partition])


class Reader:
    """Tails the lake: sealed plans in the order of each chain, each once."""

    def __init__(self, world):
        self.world = world
        self.next = [1] * world.partitions
        self.seen = [[] for _ in range(world.partitions)]

    def read(self):
        for partition in range(self.world.partitions):
            while self.read_entry(partition, self.next[partition]):
                self.next[partition] += 1

    def read_entry(self, partition, sequence):
        world = self.world
        entry = world.entries.get((partition, sequence))
        if entry is None:
            return False
        if entry.kind == "open":
            return True
        seal = world.seals.get((partition, sequence))
        if "unsealed_read" in world.without and world.has_objects(partition, entry):
            seal = "done"
        if seal == "done":
            for hour, first, count in entry.objects:
                ids = world.data.get((partition, hour, first))
                if ids is None or len(ids) != count:
                    raise Violation(f"plan {sequence} is done, its object {hour}+{first} is not")
                for index in ids:
                    if world.source[partition][index][entry.field] != hour:
                        raise Violation(f"record {index} is in hour {hour}")
                self.seen[partition].extend(ids)
        return seal is not None
