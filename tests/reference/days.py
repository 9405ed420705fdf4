"""The calendar, computed plainly: what dim_dates and dim_times must hold.

It shares nothing with the SQL: Python's datetime and calendar, one day at a time, weeks found by
walking back to the day that begins them, months and quarters by walking to the days around them.
`Rules` says each rule that could be another in one method, so that a test can break one and see
that it is noticed.
"""

import calendar
import datetime
import functools

FIRST = datetime.date(1900, 1, 1)
LAST = datetime.date(2099, 12, 31)
DAY = datetime.timedelta(days=1)

DAY_NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTH_NAMES = ["January", "February", "March", "April", "May", "June", "July", "August",
               "September", "October", "November", "December"]


class Rules:
    def week_of_year(self, day):
        return day.isocalendar()[1]

    def week_begins(self):
        return calendar.SUNDAY

    def number_of_day(self, day):
        """Sunday is 1."""
        return {"Sunday": 1, "Monday": 2, "Tuesday": 3, "Wednesday": 4, "Thursday": 5,
                "Friday": 6, "Saturday": 7}[DAY_NAMES[day.weekday()]]

    def year_before(self, day):
        if (day.month, day.day) == (2, 29):
            return datetime.date(day.year - 1, 2, 28)
        return datetime.date(day.year - 1, day.month, day.day)

    def weeks_before(self, day):
        return day - 52 * 7 * DAY

    def part_of_day(self, hour):
        if hour < 6:
            return "Night"
        if hour < 12:
            return "Morning"
        if hour < 18:
            return "Afternoon"
        return "Evening"


@functools.cache
def back_to(weekday, day):
    while day.weekday() != weekday:
        day -= DAY
    return day


@functools.cache
def month(day):
    """First and last day."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


@functools.cache
def quarter(day):
    """Number, first and last day."""
    number = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4][day.month - 1]
    months = [m for m in range(1, 13) if (m + 2) // 3 == number]
    return (number, datetime.date(day.year, months[0], 1),
            month(datetime.date(day.year, months[-1], 1))[1])


def weeks(prefix, day, begins, rules):
    start = back_to(begins, day)
    before = back_to(begins, rules.weeks_before(day))
    return {f"{prefix}week_start_date": start, f"{prefix}week_end_date": start + 6 * DAY,
            f"prior_year_{prefix}week_start_date": before,
            f"prior_year_{prefix}week_end_date": before + 6 * DAY}


def row(day, rules):
    year_before, weeks_before = rules.year_before(day), rules.weeks_before(day)
    number, quarter_start, quarter_end = quarter(day)
    return {
        "date_day": day,
        "prior_date_day": day - DAY,
        "next_date_day": day + DAY,
        "prior_year_date_day": year_before,
        "prior_year_over_year_date_day": weeks_before,
        "day_of_week": rules.number_of_day(day),
        "day_of_week_iso": day.isoweekday(),
        "day_of_week_name": DAY_NAMES[day.weekday()],
        "day_of_week_name_short": DAY_NAMES[day.weekday()][:3],
        "day_of_month": day.day,
        "day_of_year": day.timetuple().tm_yday,
        **weeks("", day, rules.week_begins(), rules),
        "week_of_year": rules.week_of_year(day),
        **weeks("iso_", day, calendar.MONDAY, rules),
        "iso_week_of_year": day.isocalendar()[1],
        "prior_year_week_of_year": rules.week_of_year(weeks_before),
        "prior_year_iso_week_of_year": weeks_before.isocalendar()[1],
        "month_of_year": day.month,
        "month_name": MONTH_NAMES[day.month - 1],
        "month_name_short": MONTH_NAMES[day.month - 1][:3],
        "month_start_date": month(day)[0],
        "month_end_date": month(day)[1],
        "prior_year_month_start_date": month(year_before)[0],
        "prior_year_month_end_date": month(year_before)[1],
        "quarter_of_year": number,
        "quarter_start_date": quarter_start,
        "quarter_end_date": quarter_end,
        "year_number": day.year,
        "year_start_date": datetime.date(day.year, 1, 1),
        "year_end_date": datetime.date(day.year, 12, 31),
    }


def dates(rules=Rules(), first=FIRST, last=LAST):
    """dim_dates, a dict a row, in order."""
    day = first
    while day <= last:
        yield row(day, rules)
        day += DAY


def times(rules=Rules()):
    """dim_times, likewise."""
    for hour in range(24):
        for minute in range(60):
            for second in range(60):
                yield {"hh_mm_ss": datetime.time(hour, minute, second), "hour": hour,
                       "minute": minute, "second": second,
                       "time_of_day": rules.part_of_day(hour)}
