"""Random histories of users, activities and events, cut into loads.

A history is many small worlds, each with days, users and activities of its own, so that what
happens in one cannot excuse a mistake in another: a few ids, four days, few distinct moments. So
collisions, which are rare in life, are the rule here: changes of one instant, an event on the
second of a change, at midnight, at one second in two users; edits that alter nothing, that go back,
that arrive after later ones; deletes twice, first, between; ids that no dimension knows, or not yet;
events that come late, again, again with other content, in one load or in several.
"""

import collections
import datetime
import random

FIRST_DAY = datetime.datetime(2024, 4, 1)
FIRST_LOAD = datetime.datetime(2026, 1, 1)
WORLD_DAYS = 4
SPARE_DAYS = 3  # between worlds, also for changes before and after a world's events

COUNTRIES = [("GB", "United Kingdom"), ("FR", "France"), ("US", "United States")]
HAPPENINGS = ["changes of one instant", "late versions", "deletes", "returns", "late events",
              "replays in the same load", "replays in another load"]
PLACES = [(51.5, -0.125), (51.5, -0.125), (51.5, 2.35)]


class World:
    def __init__(self, rng, number, lsn, load_count):
        self.rng = rng
        self.number = number
        self.lsn = lsn
        self.day = FIRST_DAY + datetime.timedelta(days=number * (WORLD_DAYS + SPARE_DAYS))
        self.users = [10001 + number * 6 + i for i in range(rng.randint(1, 4))]
        self.activities = [20000 + number * 4 + i for i in range(rng.randint(1, 3))]
        seconds = [0, 86399] + [rng.randrange(86400) for _ in range(3)]
        self.moments = [self.day + datetime.timedelta(days=day, seconds=second)
                        for day in range(WORLD_DAYS) for second in seconds]
        self.arrives_in_order = rng.random() < 0.5
        # In other loads nothing comes for this world, and nothing of it may be touched.
        self.loads = sorted(rng.sample(range(load_count), rng.randint(1, load_count)))
        self.rows = {"users": [], "activities": [], "events": []}

    def moment_of_change(self):
        """Mostly one of the moments at which events happen, to the second."""
        moment = self.rng.choice(self.moments)
        moment += datetime.timedelta(days=self.rng.choice([0, 0, 0, 0, -2, 2]))
        return moment + datetime.timedelta(
            microseconds=self.rng.choice([0, 0, 0, 0, 1000, 500000, 500400, 500800]))

    def changes(self, table, id_name, identity, columns_of):
        count = self.rng.choice([0, 1, 1, 2, 3, 4, 6])
        moments = [self.moment_of_change() for _ in range(count)]
        if self.rng.random() < 0.5:
            moments.sort()
        for index, moment in enumerate(moments):
            if index > 0 and self.rng.random() < 0.2:
                moment = moments[index] = moments[index - 1]
            self.lsn += 1
            row = {"lsn": self.lsn, "updated_at": moment, "deleted_at": None,
                   "last_update": moment, id_name: identity}
            if self.rng.random() < 0.3:
                row.update({name: None for name in columns_of()})
                row.update({"deleted_at": moment, "last_update": None})
            else:
                row.update(columns_of())
                if self.rng.random() < 0.1:
                    row["last_update"] = None
            self.rows[table].append(row)

    def user_columns(self):
        code, name = self.rng.choice(COUNTRIES)
        return {"first_name": "Ann", "last_name": self.rng.choice(["Lee", "O'Hara"]),
                "date_of_birth": 19800229, "sex": "F", "height": 165,
                "weight": self.rng.choice([60, 61]), "blood_type": "O+", "race": "W",
                "origin_country_code": "GB", "origin_country_name": "United Kingdom",
                "address": self.rng.choice(["1 High Street", "2 rue de la Paix"]),
                "address_country_code": code, "address_country_name": name}

    def activity_columns(self):
        return {"activity_name": self.rng.choice(["Run", "Trail Run", "Other"])}

    def event(self):
        latitude, longitude = self.rng.choice(PLACES)
        moment = self.rng.choice(self.moments)
        return {"user_id": self.rng.choice(self.users), "heart_rate": self.rng.randint(50, 200),
                "timestamp": int((moment - datetime.datetime(1970, 1, 1)).total_seconds()),
                "activity_id": self.rng.choice(self.activities),
                "latitude": latitude, "longitude": longitude}

    def events(self):
        for _ in range(self.rng.randint(0, 40)):
            event = self.event()
            self.rows["events"].append(event)
            while self.rng.random() < 0.25:
                again = dict(event)
                if self.rng.random() < 0.5:
                    again.update(heart_rate=self.rng.randint(50, 200),
                                 activity_id=self.rng.choice(self.activities))
                self.rows["events"].append(again)

    def deal(self):
        """Gives each row a load: changes in the order of the log or in any, events in any."""
        for table, rows in self.rows.items():
            loads = [self.rng.choice(self.loads) for _ in rows]
            if table != "events" and self.arrives_in_order:
                loads.sort()
            for row, load in zip(rows, loads):
                row["world"] = self.number
                row["load"] = load
                row["extracted_at"] = FIRST_LOAD + datetime.timedelta(hours=load)

    def make(self):
        for identity in self.users:
            self.changes("users", "user_id", identity, self.user_columns)
        for identity in self.activities:
            self.changes("activities", "activity_id", identity, self.activity_columns)
        self.events()
        self.deal()
        return self.rows


def world_of(day):
    """The number of the world that a date belongs to."""
    return (day - FIRST_DAY.date()).days // (WORLD_DAYS + SPARE_DAYS)


def make(seed, world_count, load_count):
    """A history of world_count worlds: table -> rows, each with its world and its load (both
    0, 1, …)."""
    rng = random.Random(seed)
    history = {"users": [], "activities": [], "events": []}
    lsn = 0
    for number in range(world_count):
        world = World(rng, number, lsn, load_count)
        for table, rows in world.make().items():
            history[table] += rows
        lsn = world.lsn
    return history


def count_changes(count, changes):
    """Of one id, in the order of arrival."""
    known = []
    for change in changes:
        moment = change["deleted_at"] or change["last_update"] or change["updated_at"]
        is_delete = change["deleted_at"] is not None
        count["changes of one instant"] += any(moment == at for at, _ in known)
        count["late versions"] += any(moment < at for at, _ in known)
        count["deletes"] += is_delete
        count["returns"] += not is_delete and any(gone and at < moment for at, gone in known)
        known.append((moment, is_delete))


def count_events(count, events):
    """Of one user, in the order of arrival."""
    loads = {}
    for event in events:
        count["late events"] += any(at > event["timestamp"] and load < event["load"]
                                    for at, load in loads.items())
        if event["timestamp"] in loads:
            again = loads[event["timestamp"]] != event["load"]
            count["replays in another load" if again else "replays in the same load"] += 1
        loads.setdefault(event["timestamp"], event["load"])


def census(rows_of):
    """How often what a history is made for happens in it."""
    count = collections.Counter(dict.fromkeys(HAPPENINGS, 0))
    for table, identity, add in (("users", "user_id", count_changes),
                                 ("activities", "activity_id", count_changes),
                                 ("events", "user_id", count_events)):
        groups = {}
        for row in sorted(rows_of[table], key=lambda row: row["load"]):
            groups.setdefault(row[identity], []).append(row)
        for rows in groups.values():
            add(count, rows)
    return count
