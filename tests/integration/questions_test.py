#!/usr/bin/env python3
"""The saved questions find the effects that the physiological model puts into the data, in their
direction and rough size, and find none of them in the data of the reference model.

Usage: questions_test.py AORTA WEARABLES_REPLAY CONNECTORS_FOLDER

Of each model a year of readings is made straight into the tables that the questions ask
(wearables_replay), and each question is asked as a person would: aorta query @NAME.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300

USERS = 7000
SETTINGS = {"start": "2024-01-01", "as_of": "2025-01-01", "sessions_per_day": "0.1",
            "edits": "0", "users": str(USERS)}

SCRIPT = """
sql create schema if not exists marts
sql create table main.users (_change varchar, _change_lsn bigint, _change_at timestamp, \
user_id integer, first_name varchar, last_name varchar, date_of_birth integer, sex varchar, \
height integer, weight integer, blood_type varchar, race varchar, origin_country_code varchar, \
origin_country_name varchar, address varchar, address_country_code varchar, \
address_country_name varchar, last_update timestamp)
sql create table main.activities (_change varchar, _change_lsn bigint, _change_at timestamp, \
activity_id integer, activity_name varchar, last_update timestamp)
sql create table main.messages (key varchar, value varchar, partition integer, position varchar)
load users main.users
load activities main.activities
feed users select user_id, address_country_code, date_of_birth, sex, height, weight from main.users
feed activities select activity_id, activity_name from main.activities
load heart_rates main.messages
sql create table marts.dim_users as select cast(user_id as varchar) as user_key, user_id, \
cast(strptime(cast(date_of_birth as varchar), '%Y%m%d') as date) as date_of_birth, sex, height, \
weight, blood_type, race, address_country_name as address_country, last_update as start_date \
from main.users
sql create table marts.dim_activities as select cast(activity_id as varchar) as activity_key, \
activity_id, activity_name, last_update as start_date from main.activities
sql create table marts.fct_heart_rates as select cast(m.user_id as varchar) as user_key, \
cast(m.meta.activity_id as varchar) as activity_key, make_timestamp(m.timestamp * 1000000) as \
event_datetime, cast(event_datetime as date) as event_date, m.heart_rate, \
m.meta.location.latitude as latitude, m.meta.location.longitude as longitude from (select \
from_json(value, '{"user_id": "integer", "heart_rate": "integer", "timestamp": "bigint", "meta": \
{"activity_id": "integer", "location": {"latitude": "double", "longitude": "double"}}}') as m \
from main.messages)
"""


class Warehouse:
    """A year of readings of one model, and the questions about it."""

    def __init__(self, programs, model, folder):
        self.aorta, replay, connectors = programs
        self.folder = folder
        shutil.copy(ROOT / "pipeline.toml", folder)
        shutil.copytree(ROOT / "assets", folder / "assets")
        self.run(self.aorta, "run", "country_codes", "country_regions", "dim_times")
        settings = {**SETTINGS, "model": model}
        lines = [f"set {name} {text}" for name, text in settings.items()]
        self.run(replay, f"{connectors}/wearables.so", f"{connectors}/duckdb.so",
                 str(folder / ".aorta" / "warehouse.duckdb"),
                 stdin="\n".join(lines) + SCRIPT)

    def run(self, *command, stdin=""):
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=self.folder,
                              timeout=SECONDS, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, question, **variables):
        flags = [part for name, text in variables.items() for part in ("--var", f"{name}={text}")]
        output = self.run(self.aorta, "query", "--json", f"@{question}", *flags)
        return [json.loads(line) for line in output.splitlines()]


# ---------------------------------------------------------------------------------------- effects

AT_REST = ("Sit", "Sleep", "Stand")


def average(rows, value, **wanted):
    """The average of a column, weighted by measurements, over the rows that have these values."""
    total = count = 0
    for row in rows:
        if row[value] is not None and all(
                row[name] in (some if isinstance(some, (list, tuple, range)) else [some])
                for name, some in wanted.items()):
            total += row[value] * row["measurements"]
            count += row["measurements"]
    assert count > 0, f"no rows with {wanted}"
    return total / count


def slope(rows, value, of):
    """The slope of a column over the bands of an attribute, the mean of both sexes'."""
    return sum(slope_of_sex(rows, value, of, sex) for sex in "FM") / 2


def slope_of_sex(rows, value, of, sex):
    """By least squares, weighted by measurements."""
    points = [(row["band_from"], row[value], row["measurements"]) for row in rows
              if row["of"] == of and row["sex"] == sex and row[value] is not None]
    weight = sum(n for _, _, n in points)
    mean_x = sum(x * n for x, _, n in points) / weight
    mean_y = sum(y * n for _, y, n in points) / weight
    return (sum((x - mean_x) * (y - mean_y) * n for x, y, n in points) /
            sum((x - mean_x) ** 2 * n for x, _, n in points))


def spread(rows, value):
    """How far the blood types are apart, all regions together."""
    values = [row[value] for row in rows if row["region"] == "all" and row["blood_type"] != "all"]
    assert len(values) == 8, values
    return max(values) - min(values)


def of_group(rows, region, value):
    [row] = [row for row in rows if row["region"] == region and row["blood_type"] == "all"]
    return row[value]


def winter_above_summer(rows, hemisphere, **group):
    """December to February less June to August."""
    def season(months):
        return average(rows, "difference", hemisphere=hemisphere, month=months, **group)
    return season([12, 1, 2]) - season([6, 7, 8])


def likelihood(rows, activity, time_of_day, region):
    return average(rows, "likelihood", activity_name=activity, time_of_day=time_of_day,
                   region=region)


ACTIVITY = "heart_rate_by_activity_and_sex"
VARIABILITY = "variability_by_blood_type_and_region"
SEASON = "seasonal_variation_by_group"
TIME = "activity_by_time_of_day_and_region"
BODY = "heart_rate_by_age_weight_and_height"
GROUPS = [{"sex": sex, "age_group": age} for sex in "FM"
          for age in ("18 to 29", "30 to 44", "45 to 59", "60 to 74", "75 and over")]

# What is asked, of which question's rows; what the physiological model puts there, and how far off
# the answer may be: by chance, and by what the terms do to each other. The reference model's answer
# has less than half of it. Where the numbers come from is in connectors/wearables/physiology.h and 
# habit.h.
EFFECTS = [
    ("women above men, at rest: 3, less what their mass takes", ACTIVITY, 2.6, 0.8,
     lambda rows: average(rows, "average", activity_name=AT_REST, sex="F") -
     average(rows, "average", activity_name=AT_REST, sex="M")),
    ("asleep above seated: -8, and the time of day", ACTIVITY, -10.2, 0.8,
     lambda rows: average(rows, "average", activity_name="Sleep") -
     average(rows, "average", activity_name="Sit")),
    ("kickboxing above swimming: 0.41 of a reserve of about 100", ACTIVITY, 41, 3,
     lambda rows: average(rows, "average", activity_name="Kickboxing") -
     average(rows, "average", activity_name="Swimming")),
    ("months: 58 degrees north above 14 degrees south", VARIABILITY, 0.7, 0.15,
     lambda rows: of_group(rows, "Northern Europe", "between_months") -
     of_group(rows, "South America", "between_months")),
    ("winter above summer in the north: 1.7 of 1.2", SEASON, 1.9, 0.4,
     lambda rows: winter_above_summer(rows, "northern")),
    ("winter above summer in the south: the reverse, of 0.5", SEASON, -0.75, 0.35,
     lambda rows: winter_above_summer(rows, "southern")),
    ("asleep by night above by day, percent", TIME, 83, 3,
     lambda rows: likelihood(rows, "Sleep", "Night", "Northern Europe") -
     likelihood(rows, "Sleep", "Afternoon", "Northern Europe")),
    ("asleep in the morning, in the south of Europe above the north", TIME, 17, 4,
     lambda rows: likelihood(rows, "Sleep", "Morning", "Southern Europe") -
     likelihood(rows, "Sleep", "Morning", "Northern Europe")),
    ("swimming in the morning, in Australia above western Europe", TIME, 4.7, 1.5,
     lambda rows: likelihood(rows, "Swimming", "Morning", "Australia and New Zealand") -
     likelihood(rows, "Swimming", "Morning", "Western Europe")),
    ("active, a year of age: -0.7 of an effort of about 0.4", BODY, -0.27, 0.05,
     lambda rows: slope(rows, "active", "age")),
    ("at rest, 10 kg: 0.35 of 3.5 kg/m2, but for the slim", BODY, 1.0, 0.3,
     lambda rows: 10 * slope(rows, "at_rest", "weight")),
    ("at rest, 10 cm: -0.35 of 3.0 kg/m2, but for the slim", BODY, -0.75, 0.4,
     lambda rows: 10 * slope(rows, "at_rest", "height")),
]

# What no model puts there, and how far the answer may be off 0.
NOTHING = [
    ("blood types apart, within a person", VARIABILITY, 0.3,
     lambda rows: spread(rows, "within_person")),
    ("blood types apart, over the months", VARIABILITY, 0.3,
     lambda rows: spread(rows, "between_months")),
]


def answers(warehouse):
    return {question: warehouse.ask(question)
            for question in (ACTIVITY, VARIABILITY, SEASON, TIME, BODY)}


def check_effects(found):
    for what, question, wanted, tolerance, measure in EFFECTS:
        got = measure(found[question])
        assert abs(got - wanted) <= tolerance, f"{what}: {got:.3f} and not {wanted} ± {tolerance}"
    for group in GROUPS:
        got = winter_above_summer(found[SEASON], "northern", **group)
        assert got > 1, f"winter above summer in the north for {group}: {got:.3f}"
    for what, question, tolerance, measure in NOTHING:
        got = measure(found[question])
        assert abs(got) <= tolerance, f"{what}: {got:.3f} and not 0 ± {tolerance}"


def check_no_effects(found):
    for what, question, wanted, tolerance, measure in EFFECTS:
        got = measure(found[question])
        assert got / wanted < 0.5 and abs(got - wanted) > tolerance, \
            f"{what}: {got:.3f}, and the reference model has none"


# -------------------------------------------------------------------------------------- dashboard

EUROPE = ["Denmark", "Finland", "France", "Germany", "Italy", "Netherlands", "Norway", "Poland",
          "Spain", "Sweden", "United Kingdom"]
NORTH = ["Denmark", "Finland", "Norway", "Sweden", "United Kingdom"]


def close(one, other):
    return abs(one - other) <= 0.11  # two averages of one decimal


def agree(rows, figures):
    """As many measurements in all, of the same average."""
    return (sum(row["measurements"] for row in rows) == figures["measurements"] and
            close(average(rows, "average"), figures["average"]))


def check_filters(warehouse, by_sex):
    """Region and exercise leave of each answer what they leave of the figures."""
    for asked in ({"region": "South America"}, {"exercise": "Hiking"},
                  {"region": "Northern Europe", "exercise": "Sit"}):
        [figures] = warehouse.ask("dashboard_figures", **asked)
        heat = warehouse.ask("dashboard_blood_type_by_race", **asked)
        assert figures["measurements"] > 1000 and agree(heat, figures), (asked, figures)
    north = warehouse.ask("dashboard_activity_by_sex", region="Northern Europe")
    rows = warehouse.ask(ACTIVITY, region="Northern Europe")
    assert [row["activity_name"] for row in north] == [row["activity_name"] for row in by_sex]
    assert north != by_sex
    for row in north:
        for column, sex in (("women", "F"), ("men", "M")):
            assert close(row[column], average(rows, "average", sex=sex,
                                              activity_name=row["activity_name"])), row


def check_months(rows):
    """Against age, weight and height *over time*: each month has all three, of the same readings."""
    months = sorted({row["month"] for row in rows})
    assert months == [f"2024-{month:02}-01" for month in range(1, 13)], months
    for month in months:
        counts = {of: sum(row["measurements"] for row in rows
                          if (row["month"], row["of"]) == (month, of))
                  for of in ("age", "weight", "height")}
        assert len(set(counts.values())) == 1 and counts["age"] > 10000, (month, counts)
    by_month = [average(rows, "at_rest", of="age", month=month) for month in months]
    # Most people live in the north, where winter is above summer.
    assert by_month[0] - by_month[6] > 0.5, by_month


def check_dashboard(warehouse, found):
    """The figures agree with each other, and with the questions, whatever they are filtered by."""
    [figures] = warehouse.ask("dashboard_figures")
    assert figures["users"] > USERS * 0.99 and figures["countries"] == 14, figures
    assert figures["measurements"] == sum(row["measurements"] for row in found[ACTIVITY])
    heat = warehouse.ask("dashboard_blood_type_by_race")
    assert len(heat) == 8 * 5 and agree(heat, figures)

    countries = warehouse.ask("dashboard_european_countries")
    assert [row["country"] for row in countries] == EUROPE
    [north] = warehouse.ask("dashboard_figures", region="Northern Europe")
    assert north["measurements"] == sum(row["measurements"] for row in countries
                                        if row["country"] in NORTH)
    assert close(average(countries, "average", country=NORTH), north["average"])
    [norway] = warehouse.ask("dashboard_european_countries", region="Norway", exercise="Run")
    assert norway["users"] < USERS / 14 and norway["average"] > 120, norway

    by_sex = warehouse.ask("dashboard_activity_by_sex")
    assert len(by_sex) == 23
    for row in by_sex:
        for column, sex in (("women", "F"), ("men", "M")):
            assert close(row[column], average(found[ACTIVITY], "average", sex=sex,
                                              activity_name=row["activity_name"])), row
    assert [row["activity_name"] for row in
            warehouse.ask("dashboard_activity_by_sex", exercise="Tai Chi")] == ["Tai Chi"]
    check_filters(warehouse, by_sex)
    # What is asked for is a value, whatever is in it.
    [nobody] = warehouse.ask("dashboard_figures", exercise="Run' or 'a' = 'a")
    assert nobody["measurements"] == 0, nobody


def main(*programs):
    for model in ("physiological", "reference"):
        with tempfile.TemporaryDirectory(prefix="aorta-questions-") as folder:
            warehouse = Warehouse(programs, model, Path(folder))
            found = answers(warehouse)
            if model == "physiological":
                check_effects(found)
                check_dashboard(warehouse, found)
                check_months(found[BODY])
            else:
                check_no_effects(found)


if __name__ == "__main__":
    main(*sys.argv[1:])
