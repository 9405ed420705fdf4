#!/usr/bin/env python3
"""Time zones, cron expressions and partitions, against Python's zoneinfo and a reading of cron that
tries every minute.

Usage: schedule_test.py REPLAY

Both sides read the same system's time zone data. The reference knows nothing of searches: it walks
a window minute by minute (or second by second) in UTC, asks zoneinfo what the clocks show, and
keeps the instants that match. At the end the comparison itself is tested: with a rule of the
reference broken, it must find a difference.
"""

import datetime
import random
import subprocess
import sys
import zoneinfo

ZONES = ("UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
         "Africa/Casablanca", "America/St_Johns", "Pacific/Apia", "Antarctica/Troll",
         "America/Havana", "Asia/Gaza", "Europe/Dublin", "America/Nuuk")
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)
BEGIN, END = 0, 4102444800  # 1970 to 2100
DAY = 86400
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "sun mon tue wed thu fri sat".split()
FIELDS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


class Replay:
    """Collects questions, asks them all at once, and says which answers were not as wanted."""

    def __init__(self, program):
        self.program = program
        self.questions = []
        self.wanted = []

    def ask(self, *words, wanted):
        self.questions.append("\t".join(map(str, words)))
        self.wanted.append(str(wanted))

    def differences(self):
        answers = subprocess.run([self.program], input="\n".join(self.questions) + "\n", text=True,
                                 stdout=subprocess.PIPE, check=True, timeout=300).stdout
        context = {}
        answers = answers.split("\n")[:-1]
        if len(answers) != len(self.questions):
            return [f"{len(self.questions)} questions, {len(answers)} answers"]
        different = []
        for question, wanted, answer in zip(self.questions, self.wanted, answers):
            context[question.split("\t")[0]] = question
            if wanted != answer:
                different.append(f"{context['zone']} {context.get('cron', '')} "
                                 f"{context.get('partitions', '')} {question}\n"
                                 f"    wanted {wanted}\n    got    {answer}")
        return different


# --- zones ---------------------------------------------------------------------------------------

def changes_of(zone, begin, end):
    """Instants in [begin, end) at which the offset changes, by halving ten days."""
    def offset(at):
        return datetime.datetime.fromtimestamp(at, zone).utcoffset()

    found = []
    for low in range(begin, end, 10 * DAY):
        high = low + 10 * DAY
        if offset(low) == offset(high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
        found.append(high)
    return found


def ask_zone(replay, chance, zone, changes):
    instants = [chance.randrange(BEGIN, END) for _ in range(150)]
    instants += [at + d for at in changes for d in (-1, 0, 1)]
    for at in instants:
        local = datetime.datetime.fromtimestamp(at, zone)
        offset = local.utcoffset() // datetime.timedelta(seconds=1)
        replay.ask("at", at, wanted=f"{offset} {int(bool(local.dst()))} {local.tzname()}")
    walls = [chance.randrange(BEGIN, END) for _ in range(150)]
    shown = [(at, wall_at(zone, at - 1) + 1, wall_at(zone, at)) for at in changes]
    for at, before, after in shown:
        walls += [at + chance.randrange(-15 * 3600, 15 * 3600) for _ in range(2)]
        walls += [wall + d for wall in (before, after) for d in (-1, 0, 1)]
    for wall in walls:
        replay.ask("wall", wall, wanted=find_wall(zone, wall, shown))


def wall_at(zone, at):
    local = datetime.datetime.fromtimestamp(at, zone)
    return at + local.utcoffset() // datetime.timedelta(seconds=1)


def find_wall(zone, wall, shown):
    """The instants that show a wall time, which PEP 495 calls its two folds."""
    naive = EPOCH + datetime.timedelta(seconds=wall)
    folds = [naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    instants = sorted({int(local.timestamp()) for local in folds
                       if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive})
    if not instants:
        return "skipped " + " ".join(str(at) for at, before, after in shown
                                     if before <= wall < after)
    return " ".join(["one" if len(instants) == 1 else "twice", *map(str, instants)])


# --- cron ----------------------------------------------------------------------------------------

class Cron:
    """An expression that was made by chance, and what it matches."""

    def __init__(self, chance, has_seconds, is_dense):
        self.fields, self.sets = [], []
        for number in range(0 if has_seconds else 1, 6):
            text, values = self.field(chance, number, is_dense)
            self.fields.append(text)
            self.sets.append(frozenset(values))
        if not has_seconds:
            self.sets.insert(0, frozenset([0]))
        self.text = " ".join(self.fields)
        minute, hour, day, _, weekday = self.fields[-5:]
        self.is_wildcard = "*" in (minute[0], hour[0])
        self.either = day[0] not in "*?" and weekday[0] not in "*?"
        self.is_last = "L" in day.split(",")

    @staticmethod
    def name(chance, number, value):
        if number >= 4 and chance.random() < 0.3:
            name = MONTHS[value - 1] if number == 4 else WEEKDAYS[value]
            return chance.choice((name, name.upper(), name.title()))
        return "7" if number == 5 and value == 0 and chance.random() < 0.3 else str(value)

    def item(self, chance, number):
        least, most = FIELDS[number]
        low, high = sorted((chance.randint(least, most), chance.randint(least, most)))
        step = chance.choice((1, 2, 3, 5, 7))
        form = chance.randrange(6)
        if form == 0:
            return f"{low}/{step}", range(low, most + 1, step)
        if form == 1 and low < high:
            return f"{low}-{high}/{step}", range(low, high + 1, step)
        if form == 2 and low < high:
            # Monday to Sunday goes up, 7 to 2 does not
            return (f"{self.name(chance, number, low).replace('7', '0') if number == 5 else low}"
                    f"-{self.name(chance, number, high)}"), range(low, high + 1)
        return self.name(chance, number, low), (low,)

    def field(self, chance, number, is_dense):
        least, most = FIELDS[number]
        if chance.random() < (0.8 if is_dense and number >= 3 else 0.35):
            step = chance.choice((1, 1, 2, 5, 7))
            star = "?" if number in (3, 5) and chance.random() < 0.2 else "*"
            text = star if step == 1 else f"{star}/{step}"
            return text, range(least, most + 1, step)
        texts, values = [], set()
        for _ in range(chance.choice((1, 1, 2, 3))):
            text, some = self.item(chance, number)
            texts.append(text)
            values |= set(some)
        if number == 3 and chance.random() < 0.15:
            texts.append("L")
        return ",".join(texts), values

    def matches_day(self, date):
        tomorrow = date + datetime.timedelta(days=1)
        by_date = date.day in self.sets[3] or (self.is_last and tomorrow.day == 1)
        by_weekday = date.isoweekday() % 7 in self.sets[5]
        return date.month in self.sets[4] and (
            (by_date or by_weekday) if self.either else (by_date and by_weekday))

    def matches(self, wall):
        return (wall.second in self.sets[0] and wall.minute in self.sets[1] and
                wall.hour in self.sets[2] and self.matches_day(wall.date()))

    def is_possible(self):
        date = datetime.date(2000, 1, 1)
        return any(self.matches_day(date + datetime.timedelta(days=n)) for n in range(28 * 366))


class Window:
    """What the clocks show at each step of a stretch of time."""

    def __init__(self, zone, begin, end, step):
        self.begin, self.end, self.step = begin, end, step
        self.shown = []  # (instant, wall)
        self.changes = []  # (instant, wall time that would have come, wall time that came)
        expected = None
        for at in range(begin, end, step):
            wall = datetime.datetime.fromtimestamp(at, zone).replace(tzinfo=None)
            if expected is not None and wall != expected:
                self.changes.append((at, expected, wall))
            self.shown.append((at, wall))
            expected = wall + datetime.timedelta(seconds=step)
        self.by_day = {}
        for at, wall in self.shown:
            self.by_day.setdefault(wall.date(), []).append((at, wall.hour, wall.minute,
                                                            wall.second))

    def ticks(self, cron, small=datetime.timedelta(hours=3), repeats=False):
        """The ticks behind the first and before the last instant."""
        second, minute, hour = cron.sets[:3]
        found = {at for date, steps in self.by_day.items() if cron.matches_day(date)
                 for at, h, m, s in steps if m in minute and h in hour and s in second}
        for change, old, new in [] if cron.is_wildcard else self.changes:
            if new > old and new - old < small:
                skipped = (old + datetime.timedelta(seconds=n)
                           for n in range(0, int((new - old).total_seconds()), self.step))
                if any(cron.matches(wall) for wall in skipped):
                    found.add(change)
            elif new < old and old - new < small and not repeats:
                found -= {at for at, wall in self.shown if at >= change and wall < old}
        return sorted(at for at in found if at > self.begin)


def ask_windows(replay, chance, zone, changes):
    """Stretches of two days, most of them around a change."""
    windows = []
    zone_changes = [at for at in changes if at % 60 == 0 and at > 40 * DAY]
    places = [(chance.choice(zone_changes) if zone_changes and n % 3 < 2 else
               chance.randrange(BEGIN + 40 * DAY, END - 40 * DAY)) // 60 * 60 for n in range(4)]
    for place in places:
        begin = place - chance.randrange(4 * 3600, DAY) // 60 * 60
        window = Window(zone, begin, begin + 2 * DAY, 60)
        windows.append(window)
        for _ in range(45):
            ask_cron(replay, Cron(chance, False, True), window)
        begin = place - chance.randrange(60, 2900)
        window = Window(zone, begin, begin + 3000, 1)
        for _ in range(10):
            ask_cron(replay, Cron(chance, True, True), window)
    ask_partitions(replay, chance, zone, windows)


def ask_cron(replay, cron, window):
    if not cron.is_possible():
        return
    replay.ask("cron", cron.text, wanted="ok")
    ticks = window.ticks(cron)
    replay.ask("ticks", window.begin, window.end, wanted=" ".join(map(str, ticks)))
    replay.ask("back", window.begin, window.end, wanted=" ".join(map(str, reversed(ticks))))


def ask_rare_days(replay, chance):
    """Days over up to forty years, in UTC, where nothing else matters."""
    replay.ask("zone", "UTC", wanted="ok")
    begin = datetime.date(1990, 1, 1)
    days = [begin + datetime.timedelta(days=n) for n in range(40 * 366)]
    for _ in range(25):
        cron = Cron(chance, False, False)
        days_text = " ".join(cron.fields[2:])
        if not cron.is_possible():
            continue
        replay.ask("cron", "7 5 " + days_text, wanted="ok")
        first = chance.randrange(len(days) // 2)
        some = days[first:first + chance.choice((400, 7000))]
        at = [(day - datetime.date(1970, 1, 1)).days * DAY for day in some]
        ticks = [instant + 5 * 3600 + 7 * 60 for day, instant in zip(some, at)
                 if cron.matches_day(day)]
        replay.ask("ticks", at[0], at[-1] + DAY, wanted=" ".join(map(str, ticks)))
        replay.ask("back", at[0], at[-1] + DAY, wanted=" ".join(map(str, reversed(ticks))))


# --- partitions ----------------------------------------------------------------------------------

def label(unit, wall):
    if unit == "week":
        year, week, _ = wall.isocalendar()
        return f"{year}-W{week:02}"
    return wall.strftime({"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m"}[unit])


def partitions_in(window, unit, offset):
    """(where it begins, key) of the partitions in a window; the first is only a piece of one."""
    found, seen, top, last = [], set(), datetime.datetime.min, datetime.datetime.min
    for at, wall in window.shown:
        if unit == "hour":
            key = label(unit, wall - offset)
            if wall < last or not found or key != found[-1][2]:
                difference = seconds(wall) - at
                sign, minutes = "-" if difference < 0 else "+", abs(difference) // 60
                again = f"{sign}{minutes // 60:02}{minutes % 60:02}" if key in seen else ""
                found.append((at, key + again, key))
                seen.add(key)
            last = wall
        else:
            top = max(top, wall)  # clocks that go back begin no day a second time
            key = label(unit, top - offset)
            if not found or key != found[-1][1]:
                found.append((at, key))
    return [entry[:2] for entry in found]


def seconds(wall):
    return (wall - EPOCH) // datetime.timedelta(seconds=1)


def ask_partitions(replay, chance, zone, windows):
    """Hours and days in windows that are there; weeks and months where a border of them is."""
    for unit, longest in (("hour", 59), ("day", 23 * 60), ("week", 6 * 1440), ("month", 27 * 1440)):
        minutes = chance.choice((0, chance.randrange(longest)))
        offset = datetime.timedelta(minutes=minutes)
        replay.ask("partitions", unit, minutes * 60, wanted="ok")
        if unit in ("week", "month"):
            place = chance.choice(windows).begin
            wall = datetime.datetime.fromtimestamp(place, zone).replace(tzinfo=None) - offset
            place -= (wall.weekday() if unit == "week" else wall.day - 1) * DAY
            windows = [Window(zone, place - DAY, place + DAY, 60)]
        for window in windows:
            ask_borders(replay, chance, window, partitions_in(window, unit, offset))


def ask_borders(replay, chance, window, found):
    for (_, before), (at, key) in zip(found, found[1:]):
        replay.ask("border", at, wanted=f"{before} {at} {key} {at}")
        replay.ask("holds", at - 1, wanted=before)
    for (at, key), (end, _) in zip(found[1:], found[2:]):
        replay.ask("key", key, wanted=f"{at} {end}")
        replay.ask("holds", chance.randrange(at, end), wanted=key)


# --- the test ------------------------------------------------------------------------------------

def proves_itself(program):
    """With a rule of the reference broken, a difference is found."""
    zone = zoneinfo.ZoneInfo("Europe/London")
    window = Window(zone, 1711760400, 1711760400 + 2 * DAY, 60)
    again = Window(zone, 1729900800, 1729900800 + 2 * DAY, 60)
    cron = Cron(random.Random(1), False, True)
    cron.sets = [frozenset([0]), frozenset([30]), frozenset([1]), frozenset(range(1, 32)),
                 frozenset(range(1, 13)), frozenset(range(7))]
    cron.is_wildcard = cron.either = cron.is_last = False
    broken = ((window, {"small": datetime.timedelta(0)}), (again, {"repeats": True}))
    for where, rule in broken:
        replay = Replay(program)
        replay.ask("zone", "Europe/London", wanted="ok")
        replay.ask("cron", "30 1 * * *", wanted="ok")
        wanted = " ".join(map(str, where.ticks(cron, **rule)))
        replay.ask("ticks", where.begin, where.end, wanted=wanted)
        if len(replay.differences()) != 1:
            sys.exit(f"schedule: the comparison does not see {rule}")


def main():
    program, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20240331
    chance = random.Random(seed)
    replay = Replay(program)
    for name in ZONES:
        zone = zoneinfo.ZoneInfo(name)
        changes = changes_of(zone, BEGIN, END)
        replay.ask("zone", name, wanted="ok")
        ask_zone(replay, chance, zone, changes)
        ask_windows(replay, chance, zone, changes)
    ask_rare_days(replay, chance)
    different = replay.differences()
    if different:
        sys.exit("\n".join(different[:10] + [f"schedule: {len(different)} differences"]))
    proves_itself(program)
    asked = [question.split("\t")[0] for question in replay.questions]
    print(f"schedule: {len(asked)} answers of {len(ZONES)} zones, {asked.count('cron')} expressions, "
          f"{asked.count('border')} borders of partitions")


main()
