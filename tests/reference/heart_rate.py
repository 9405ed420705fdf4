"""The heart-rate warehouse, computed plainly: what dim_users, dim_activities and fct_heart_rates
must hold, given everything that ever arrived.

It was written before the SQL and shares nothing with it: loops over one id, one event, one group at
a time, from the whole history, with no thought for speed and none for loads. The incremental
pipeline is right if it gives the same rows.

A history is lists of rows as they stand in the raw schema, as dicts:

    users, activities   lsn, updated_at, deleted_at, last_update and the table's columns
    events              user_id, timestamp (epoch seconds), heart_rate, activity_id, latitude,
                        longitude, extracted_at

`Rules` says each rule in one method, so that a test can break one and see that it is noticed.
"""

import datetime
import decimal
import hashlib

UNKNOWN_KEY = "0" * 32
EPOCH = datetime.datetime(1970, 1, 1)

USER_ATTRIBUTES = ["first_name", "last_name", "date_of_birth", "sex", "height", "weight",
                   "blood_type", "race", "origin_country", "address", "address_country"]
ACTIVITY_ATTRIBUTES = ["activity_name"]

UNKNOWN_USER = {"user_key": UNKNOWN_KEY, "user_id": 0, "first_name": "Unknown",
                "last_name": "Unknown", "date_of_birth": datetime.date(1900, 1, 1),
                "address": "Unknown", "address_country": "Unknown",
                "start_date": datetime.datetime(1900, 1, 1)}
UNKNOWN_ACTIVITY = {"activity_key": UNKNOWN_KEY, "activity_id": 0, "activity_name": "Unknown",
                    "start_date": datetime.datetime(1900, 1, 1)}


def whole_milliseconds(moment):
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def surrogate_key(identity, start):
    text = "%d-%s.%03d" % (identity, start.strftime("%Y-%m-%d %H:%M:%S"),
                           start.microsecond // 1000)
    return hashlib.md5(text.encode()).hexdigest()


def nulls_last(values):
    return tuple((value is None, 0 if value is None else value) for value in values)


class Change:
    """One change of one id: the attributes from `at` on, or None if it was deleted. Keys have
    milliseconds, so `at` is the millisecond, and two changes within one are of one instant."""

    def __init__(self, moment, lsn, attributes):
        self.at = whole_milliseconds(moment)
        self.order = (moment, lsn)
        self.attributes = attributes


class Version:
    def __init__(self, start, attributes):
        self.start = start
        self.end = None
        self.attributes = attributes


def change_of_row(row, attributes_of):
    moment = row["deleted_at"] or row["last_update"] or row["updated_at"]
    attributes = None if row["deleted_at"] else attributes_of(row)
    return Change(moment, row["lsn"], attributes)


def user_attributes(row):
    born = str(row["date_of_birth"])
    values = {name: row[name] for name in USER_ATTRIBUTES if name in row}
    values["date_of_birth"] = datetime.date(int(born[:4]), int(born[4:6]), int(born[6:]))
    values["origin_country"] = row["origin_country_name"]
    values["address_country"] = row["address_country_name"]
    return values


def activity_attributes(row):
    return {"activity_name": row["activity_name"]}


class Rules:
    # ---------------------------------------------------------------------------- dimensions

    def last_of_each_instant(self, changes):
        kept = []
        for change in sorted(changes, key=lambda change: change.order):
            if kept and kept[-1].at == change.at:
                kept.pop()
            kept.append(change)
        return kept

    def close(self, versions, at):
        """A delete closes the open version, if there is one."""
        if versions and versions[-1].end is None:
            versions[-1].end = at

    def versions(self, changes):
        versions = []
        for change in self.last_of_each_instant(changes):
            is_open = bool(versions) and versions[-1].end is None
            if change.attributes is None:
                self.close(versions, change.at)
            elif not is_open:
                versions.append(Version(change.at, change.attributes))
            elif versions[-1].attributes != change.attributes:
                versions[-1].end = change.at
                versions.append(Version(change.at, change.attributes))
        return versions

    # ---------------------------------------------------------------------------------- fact

    def covers(self, version, moment):
        return version.start <= moment and (version.end is None or moment < version.end)

    def version_at(self, versions, moment):
        """The version that an event takes, or None: the unknown row."""
        if not versions:
            return None
        for version in versions:
            if self.covers(version, moment):
                return version
        return self.before_the_first(versions, moment)

    def before_the_first(self, versions, moment):
        return versions[0] if moment < versions[0].start else None

    def first_loaded(self, events):
        """One event for each (user_id, timestamp): the first loaded; of one load, by content."""
        best = {}
        for event in events:
            identity = (event["user_id"], event["timestamp"])
            rank = nulls_last((event["extracted_at"], event["heart_rate"], event["activity_id"],
                               event["latitude"], event["longitude"]))
            if identity not in best or rank < best[identity][0]:
                best[identity] = (rank, event)
        return [event for _, event in best.values()]


def group_by(rows, key):
    groups = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def versions_by_id(rules, rows, id_name, attributes_of):
    """id -> its versions, in order of time."""
    return {identity: rules.versions([change_of_row(row, attributes_of) for row in group])
            for identity, group in group_by(rows, lambda row: row[id_name]).items()}


def dimension(versions, id_name, key_name, attribute_names, unknown):
    columns = [key_name, id_name] + attribute_names + ["start_date", "end_date"]
    rows = [tuple(unknown.get(column) for column in columns)]
    for identity, of_id in versions.items():
        for version in of_id:
            rows.append((surrogate_key(identity, version.start), identity,
                         *(version.attributes[name] for name in attribute_names),
                         version.start, version.end))
    return columns, rows


def two_decimals(total, count):
    mean = decimal.Decimal(total) / decimal.Decimal(count)
    return mean.quantize(decimal.Decimal("0.01"), rounding=decimal.ROUND_HALF_UP)


FACT_COLUMNS = ["user_key", "activity_key", "event_date", "event_time", "event_datetime",
                "heart_rate", "previous_heart_rate", "max_heart_rate", "min_heart_rate",
                "avg_heart_rate", "latitude", "longitude"]


def fact(rules, events, users, activities):
    matched = []
    for event in rules.first_loaded(events):
        moment = EPOCH + datetime.timedelta(seconds=event["timestamp"])
        user = rules.version_at(users.get(event["user_id"], []), moment)
        activity = rules.version_at(activities.get(event["activity_id"], []), moment)
        matched.append({
            "event": event,
            "moment": moment,
            "user_key": surrogate_key(event["user_id"], user.start) if user else UNKNOWN_KEY,
            "activity_key": (surrogate_key(event["activity_id"], activity.start)
                             if activity else UNKNOWN_KEY)})
    windows = group_by(matched, lambda m: (
        m["user_key"], m["event"]["activity_id"], m["event"]["latitude"],
        m["event"]["longitude"], m["moment"].date()))
    rows = []
    for window in windows.values():
        # Within one user no two events share a second; of unknown users the lower id is first.
        window.sort(key=lambda m: (m["moment"], m["event"]["user_id"]))
        rates = [m["event"]["heart_rate"] for m in window]
        previous = None
        for m in window:
            rows.append((m["user_key"], m["activity_key"], m["moment"].date(), m["moment"].time(),
                         m["moment"], m["event"]["heart_rate"], previous, max(rates), min(rates),
                         two_decimals(sum(rates), len(rates)),
                         m["event"]["latitude"], m["event"]["longitude"]))
            previous = m["event"]["heart_rate"]
    return rows


def warehouse(history, rules=None):
    """The three tables: name -> (columns, rows in no order)."""
    rules = rules or Rules()
    users = versions_by_id(rules, history["users"], "user_id", user_attributes)
    activities = versions_by_id(rules, history["activities"], "activity_id", activity_attributes)
    return {
        "dim_users": dimension(users, "user_id", "user_key", USER_ATTRIBUTES, UNKNOWN_USER),
        "dim_activities": dimension(activities, "activity_id", "activity_key",
                                    ACTIVITY_ATTRIBUTES, UNKNOWN_ACTIVITY),
        "fct_heart_rates": (FACT_COLUMNS, fact(rules, history["events"], users, activities)),
    }
