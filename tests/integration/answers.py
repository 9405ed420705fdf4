"""What the saved questions should answer, found in plain Python from the fact's rows, each beside
the versions of its user and activity.

Of a question is known: to which of its rows a reading belongs (one, several or none), and what the
row's columns say of the readings in it. See QUESTIONS.
"""

import collections
import datetime
import math

# One row a reading; nobody known has no sex. Rules of the SQL that are none of the fact's (the
# sun's time, a band, an age) are written again below.
READINGS = """
select u.user_id, u.sex, u.blood_type, u.race, u.weight, u.height, u.date_of_birth,
    u.address_country, r.region, r.continent, c.alpha2, f.heart_rate, f.event_datetime, f.event_date,
    f.latitude, f.longitude, a.activity_id, (
        select arg_max(n.activity_name, n.start_date) from marts.dim_activities as n
        where n.activity_id = a.activity_id
    ) as activity_name
from marts.fct_heart_rates as f
inner join marts.dim_users as u on u.user_key = f.user_key
inner join marts.dim_activities as a on a.activity_key = f.activity_key
left join seeds.country_codes as c on c.name = u.address_country
left join seeds.country_regions as r on r.alpha2 = c.alpha2
"""

AT_REST = ("Sit", "Sleep", "Stand")


# --------------------------------------------------------------------------- of a reading: its rows

def is_known(r):
    return r["sex"] is not None


def time_of_day(r):
    """By the sun, where it was taken."""
    seconds = math.floor(r["longitude"] * 240 + 0.5)
    at = datetime.datetime.fromisoformat(r["event_datetime"]) + datetime.timedelta(seconds=seconds)
    return ("Night", "Morning", "Afternoon", "Evening")[at.hour // 6]


def age(r):
    """Whole years; a birthday counts."""
    born, day = (datetime.date.fromisoformat(r[name]) for name in ("date_of_birth", "event_date"))
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_group(r):
    years = age(r)
    for least, name in ((75, "75 and over"), (60, "60 to 74"), (45, "45 to 59"), (30, "30 to 44")):
        if years >= least:
            return name
    return "18 to 29"


def of_time(r):
    yield r["region"] or "Unknown", time_of_day(r), r["activity_name"]


def of_activity_and_sex(r):
    if is_known(r):
        yield r["activity_name"], r["sex"]


def of_blood_and_race(r):
    if is_known(r):
        yield r["blood_type"], r["race"]


def of_country(r):
    if r["continent"] == "Europe":
        yield r["address_country"], r["alpha2"]


def of_body(r):
    month = r["event_date"][:8] + "01"
    if is_known(r):
        yield month, r["sex"], "age", age(r) // 15 * 15
        yield month, r["sex"], "weight", r["weight"] // 10 * 10
        yield month, r["sex"], "height", r["height"] // 10 * 10


def of_season(r):
    if is_known(r) and r["activity_name"] in AT_REST:
        yield ("northern" if r["latitude"] >= 0 else "southern", r["sex"], age_group(r),
               int(r["event_date"][5:7]))


def of_blood_and_region(r):
    if is_known(r) and r["activity_name"] in AT_REST:
        for region in (r["region"], "all"):
            for blood in (r["blood_type"], "all"):
                yield region, blood


# ------------------------------------------------------------------------- of a row: what it says

def average(readings):
    return sum(r["heart_rate"] for r in readings) / len(readings) if readings else None


def average_where(name, *values):
    return lambda readings: average([r for r in readings if r[name] in values])


def average_active(readings):
    return average([r for r in readings if r["activity_name"] not in AT_REST])


def deviation(readings):
    if len(readings) < 2:
        return None
    mean = average(readings)
    return math.sqrt(sum((r["heart_rate"] - mean) ** 2 for r in readings) / (len(readings) - 1))


def users(readings):
    return len({r["user_id"] for r in readings if is_known(r)})


def countries(readings):
    return len({r["address_country"] for r in readings if is_known(r)})


# Question: how a reading finds its rows, the columns that name a row, the columns that say.
QUESTIONS = {
    "activity_by_time_of_day_and_region":
        (of_time, ("region", "time_of_day", "activity_name"), {"measurements": len}),
    "heart_rate_by_activity_and_sex":
        (of_activity_and_sex, ("activity_name", "sex"),
         {"measurements": len, "average": average, "deviation": deviation,
          "lowest": lambda readings: min(r["heart_rate"] for r in readings),
          "highest": lambda readings: max(r["heart_rate"] for r in readings)}),
    "heart_rate_by_age_weight_and_height":
        (of_body, ("month", "sex", "of", "band_from"),
         {"measurements": len, "at_rest": average_where("activity_name", *AT_REST),
          "active": average_active}),
    "seasonal_variation_by_group":
        (of_season, ("hemisphere", "sex", "age_group", "month"),
         {"measurements": len, "average": average}),
    "variability_by_blood_type_and_region":
        (of_blood_and_region, ("region", "blood_type"), {"measurements": len, "users": users}),
    "dashboard_figures":
        (lambda r: [()], (),
         {"measurements": len, "users": users, "countries": countries, "average": average}),
    "dashboard_blood_type_by_race":
        (of_blood_and_race, ("blood_type", "race"), {"measurements": len, "average": average}),
    "dashboard_activity_by_sex":
        (lambda r: [(r["activity_name"],)], ("activity_name",),
         {"women": average_where("sex", "F"), "men": average_where("sex", "M")}),
    "dashboard_european_countries":
        (of_country, ("country", "alpha2"),
         {"measurements": len, "users": users, "average": average}),
}


def is_near(got, wanted):
    """The questions round to one decimal."""
    if got is None or wanted is None:
        return got is wanted
    return abs(got - wanted) <= 0.0501


def check(question, readings, rows):
    """That the question's rows are those, each once, and that each says what its readings say."""
    find_rows, names, columns = QUESTIONS[question]
    wanted = collections.defaultdict(list)
    for reading in readings:
        for key in find_rows(reading):
            wanted[key].append(reading)
    got = {tuple(row[name] for name in names): row for row in rows}
    assert len(got) == len(rows) and got.keys() == wanted.keys(), \
        f"@{question}: {sorted(got.keys() ^ wanted.keys(), key=str)[:4]}"
    for key, row in got.items():
        for column, value in columns.items():
            assert is_near(row[column], value(wanted[key])), \
                f"@{question} {key}: {column} is {row[column]}, and not {value(wanted[key])}"
