"""A lake as the sink leaves it, made in seconds: objects, plans and seals of one topic.

    events = lake.make(folder, 2_000_000)

The events are those of the heart-rate pipeline, as many in each hour of each partition. Behind the
first DAYS days the objects are links to the first ones, so that forty million events take the disk
of ten. The same arguments make the same bytes.
"""

import datetime
import json
import os
import random

TOPIC = "hr-data-topic"
PARTITIONS = 6
DAYS = 5
START = datetime.datetime(2024, 4, 1, tzinfo=datetime.timezone.utc)


def make(folder, events, repeat=1):
    """Makes a lake of about that many events, `repeat` times over; gives how many it has."""
    per_object = events // (PARTITIONS * DAYS * 24)
    for partition in range(PARTITIONS):
        _make_partition(str(folder), partition, per_object, repeat)
    return per_object * PARTITIONS * DAYS * 24 * repeat


def _make_partition(folder, partition, per_object, repeat):
    chance = random.Random(partition)
    plans = os.path.join(folder, "topics", TOPIC, "_plans", str(partition))
    os.makedirs(plans)
    entry = {
        "version": 1, "kind": "open", "topic": TOPIC, "partition": partition, "sequence": 1,
        "opened": 1, "incarnation": "bench", "base": 0, "start": 0, "end": 0, "token": None,
    }
    _write(plans, "plan", entry)
    made = []  # path and size of the first objects
    for day in range(DAYS * repeat):
        start = day * 24 * per_object
        objects = []
        for hour in range(24):
            index = day * 24 + hour
            path = _path(folder, partition, index, index * per_object)
            if day < DAYS:
                made.append((path, _write_object(path, index, per_object, chance)))
            else:
                os.link(made[index % len(made)][0], path)
            objects.append(_planned(index, per_object, made[index % len(made)][1]))
        entry = dict(entry, kind="flush", sequence=2 + day, start=start,
                     end=start + 24 * per_object, objects=objects,
                     grouping={"field": "timestamp", "unit": "s", "zone": "UTC", "earliest_us": 0},
                     dead={"first": 0, "count": 0, "bytes": 0})
        _write(plans, "plan", entry)
        _write(plans, "seal", {"version": 1, "outcome": "done", "sequence": 2 + day})


def _write(plans, suffix, content):
    with open(os.path.join(plans, f"{content['sequence']:020d}.{suffix}"), "w") as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")


def _path(folder, partition, hour, first):
    at = START + datetime.timedelta(hours=hour)
    path = os.path.join(folder, "topics", TOPIC, at.strftime("year=%Y/month=%m/day=%d/hour=%H"))
    os.makedirs(path, exist_ok=True)
    return os.path.join(path, f"{TOPIC}+{partition}+{first:010d}.json")


def _planned(hour, rows, size):
    at = START + datetime.timedelta(hours=hour)
    us = int(at.timestamp()) * 1_000_000
    return {"first": hour * rows, "count": rows, "bytes": size,
            "hour": at.strftime("%Y-%m-%dT%H"), "min_us": us, "max_us": us}


def _write_object(path, hour, rows, chance):
    at = int(START.timestamp()) + hour * 3600
    number = chance.random
    text = "".join([
        '{"user_id":%d,"heart_rate":%d,"timestamp":%d,"meta":{"activity_id":%d,'
        '"location":{"latitude":%.6f,"longitude":%.6f}}}\n'
        % (10_001 + int(number() * 9_999), 40 + int(number() * 160), at + i * 3600 // rows,
           20_001 + int(number() * 999), number() * 180 - 90, number() * 360 - 180)
        for i in range(rows)
    ])
    with open(path, "w") as file:
        file.write(text)
    return len(text)
