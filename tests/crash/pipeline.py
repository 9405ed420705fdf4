"""The pipeline in small, in a folder of its own, run by the real program: what the crash tests
run, kill, run again and compare."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Two stages: the initial load, and one with edits, deletes, late and new readings.
STAGES = ["2024-04-01T06:00:00Z", "2024-04-01T12:00:00Z"]
SIZE = ["--var", "users=40", "--var", "sessions_per_day=6", "--var", "edits=400"]
RUN_SECONDS = 240

# What is compared, and what may differ: when something was loaded (extracted_at, the time of a
# snapshot), the numbers that a change log gives (a capture that begins again begins higher; their
# order shows in the dimensions), and where a record lay in the lake, which depends on where a flush
# was cut.
CHANGES = "* exclude (_airbyte_raw_id, _airbyte_extracted_at, _ab_cdc_updated_at, _ab_cdc_lsn)"
TABLES = {
    "seeds.country_codes": "*",
    "seeds.country_regions": "*",
    "raw.users": CHANGES,
    "raw.activities": CHANGES,
    "raw.heart_rate_stream": "user_id, timestamp, heart_rate, meta, _airbyte_meta",
    "staging.stg_users": "* exclude (extracted_at, lsn)",
    "staging.stg_activities": "* exclude (extracted_at, lsn)",
    "staging.stg_heart_rates": "* exclude (extracted_at)",
    "marts.dim_dates": "*",
    "marts.dim_times": "count(*) as times, cast(bit_xor(hash(dim_times)) as varchar) as content",
    "marts.dim_users": "*",
    "marts.dim_activities": "*",
    "marts.fct_heart_rates": "*",
}


# Published, and not compared: the feeds of the dimensions say in how many publications the changes
# came, which a kill may make more. What they lead to is the fact.
FEEDS = {"marts.dim_users_changes", "marts.dim_activities_changes"}


class Pipeline:
    """A copy of the repository's pipeline with state of its own."""

    def __init__(self, program):
        self.program = program
        self.folder = Path(tempfile.mkdtemp(prefix="aorta-crash-"))
        shutil.copy(ROOT / "pipeline.toml", self.folder)
        shutil.copytree(ROOT / "assets", self.folder / "assets")
        self.shrink_calendar()

    def shrink_calendar(self):
        """One year of days and no checks of days and seconds: every one of many runs builds them."""
        marts = self.folder / "assets" / "marts"
        for name in ("dim_dates", "dim_times"):
            (marts / f"{name}.toml").write_text('materialized = "table"\n')
        sql = (marts / "dim_dates.sql").read_text()
        assert "timestamp '1900-01-01', timestamp '2100-01-01'" in sql
        (marts / "dim_dates.sql").write_text(
            sql.replace("timestamp '1900-", "timestamp '2024-").replace("'2100-", "'2025-"))

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, *arguments):
        return [self.program, *arguments, "--project", str(self.folder)]

    def start(self, stage, environment=None, flags=()):
        """Starts a run in a session of its own, so that all of its processes can be found."""
        return subprocess.Popen(
            self.command("run", "--var", f"as_of={STAGES[stage]}", *SIZE, *flags),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, **(environment or {})}, start_new_session=True)

    def run(self, stage, environment=None, flags=()):
        """A run to its end, whatever that is: (exit status, what it printed)."""
        process = self.start(stage, environment, flags)
        try:
            output, _ = process.communicate(timeout=RUN_SECONDS)
        except subprocess.TimeoutExpired:
            kill_session(process.pid)
            output, _ = process.communicate()
            raise AssertionError(f"a run did not end in {RUN_SECONDS} s:\n{output}") from None
        return process.returncode, output

    def finish(self, stage):
        """Runs until all is up to date, as a person would: at most a few times."""
        for _ in range(3):
            status, output = self.run(stage)
            if status == 0:
                return
        raise AssertionError(f"the pipeline did not recover:\n{output}")

    def query(self, sql):
        done = subprocess.run(self.command("query", "--json", sql), capture_output=True, text=True,
                              timeout=RUN_SECONDS, check=False)
        if done.returncode != 0:
            raise AssertionError(f"query: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def tables(self):
        """Every published table as sorted lines."""
        parts = [f"select '{table}' as t, cast(to_json(x) as varchar) as r "
                 f"from (select {columns} from {table}) as x" for table, columns in TABLES.items()]
        result = {table: [] for table in TABLES}
        for row in self.query(" union all ".join(parts)):
            result[row["t"]].append(row["r"])
        return {table: sorted(rows) for table, rows in result.items()}

    def published(self):
        """The names of all published tables."""
        rows = self.query("select table_schema || '.' || table_name as name "
                          "from information_schema.tables "
                          "where not starts_with(table_name, '_aorta_')")
        return {row["name"] for row in rows}

    def lake(self):
        """The union of what the lake's finished plans name, sorted."""
        folder = self.folder / ".aorta" / "lake"
        records = []
        for plan in folder.glob("topics/*/_plans/*/*.plan"):
            seal = plan.with_suffix(".seal")
            entry = json.loads(plan.read_text())
            if not seal.exists() or json.loads(seal.read_text()).get("outcome") != "done":
                continue
            for item in objects_of(entry):
                lines = (folder / item["key"]).read_text().splitlines()
                assert len(lines) == item["count"], f"{item['key']} is not as planned"
                records.extend(lines)
        return sorted(records)

    def hidden(self):
        return self.query("select table_schema, table_name from information_schema.tables "
                          "where table_name like '\\_aorta\\_%' escape '\\' "
                          "and table_name <> '_aorta_state'")

    def clean(self):
        """`aorta clean` leaves only what is kept for a person to look at, --rejected nothing."""
        kept = ("_aorta_rejected__", "_aorta_quarantine__")
        for flags in ([], ["--rejected"]):
            subprocess.run(self.command("clean", *flags), check=True, capture_output=True,
                           timeout=RUN_SECONDS)
            left = [row for row in self.hidden()
                    if flags or not row["table_name"].startswith(kept)]
            assert not left, f"hidden relations are left by {['clean', *flags]}: {left}"

    def unfinished_runs(self):
        import sqlite3
        path = self.folder / ".aorta" / "runs.db"
        with sqlite3.connect(path) as store:
            bad = store.execute("select id from runs where state in ('queued', 'running') union "
                                "select run_id from steps where state = 'running'").fetchall()
            check = store.execute("pragma integrity_check").fetchone()[0]
        assert check == "ok", check
        return bad


def objects_of(entry):
    """The data objects of a plan: key and count, as sink_plan.h names them."""
    result = []
    for item in entry.get("objects", []):
        year, month, day, hour = item["hour"].replace("T", "-").split("-")
        result.append({
            "count": item["count"],
            "key": f"topics/{entry['topic']}/year={year}/month={month}/day={day}/hour={hour}/"
                   f"{entry['topic']}+{entry['partition']}+{item['first']:010d}.json"})
    return result


def kill_session(session):
    """SIGKILL for every process of a session: the daemon, its executors, the broker."""
    for _ in range(20):
        alive = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
                 if session_of(pid) == session]
        if not alive:
            return
        for pid in alive:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)


def session_of(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, _, _, session = stat.rpartition(")")[2].split()[:4]
    return None if state == "Z" else int(session)


def difference(wanted, got):
    """What two results differ in, in one line a table; empty if they are equal."""
    lines = []
    for name in wanted:
        missing = subtract(wanted[name], got[name])
        extra = subtract(got[name], wanted[name])
        if missing or extra:
            lines.append(f"{name}: {len(missing)} missing, {len(extra)} too many; "
                         f"for example {(missing or extra)[0]}")
    return "\n".join(lines)


def subtract(one, other):
    from collections import Counter
    return list((Counter(one) - Counter(other)).elements())
