#!/usr/bin/env python3
"""The real pipeline in small, by the real program, and what is asked of it.

  * Messages whose numbers are strings become the same staged readings as messages whose numbers are
    numbers, and so does a mixture of both: through topic, lake and raw.
  * Every saved question answers what Python finds in the fact's rows (answers.py), of marts with
    changed users, deleted ones, and readings of nobody known.
  * Another seed gives other data.

Usage: pipeline_test.py AORTA
"""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crash"))

import answers  # noqa: E402
from pipeline import ROOT, RUN_SECONDS, Pipeline  # noqa: E402

# raw has what was sent: the columns typed, meta as it came.
ROWS = {
    "raw": "select user_id, \"timestamp\", heart_rate from raw.heart_rate_stream order by all",
    "staged": "select * exclude (extracted_at) from staging.stg_heart_rates order by all",
    "meta": "select count(*) as messages, "
            "count(*) filter (where json_type(meta, '$.activity_id') = 'VARCHAR' and "
            "json_type(meta, '$.location.latitude') = 'VARCHAR' and "
            "json_type(meta, '$.location.longitude') = 'VARCHAR') as as_text, "
            "count(*) filter (where json_type(meta, '$.activity_id') = 'UBIGINT' and "
            "json_type(meta, '$.location.latitude') = 'DOUBLE' and "
            "json_type(meta, '$.location.longitude') = 'DOUBLE') as as_numbers "
            "from raw.heart_rate_stream",
}


def leaves_of_lake(lines):
    """How many of the lake's lines have their own numbers as strings."""
    return sum('"heart_rate":"' in line and '"timestamp":"' in line and '"user_id":"' in line
               for line in lines)


def run(pipeline, leaves):
    status, output = pipeline.run(0, flags=["--var", f"leaves={leaves}"])
    assert status == 0, output
    found = {name: pipeline.query(sql) for name, sql in ROWS.items()}
    found["lake"] = pipeline.lake()
    return found


def run_alone(aorta, leaves):
    pipeline = Pipeline(aorta)
    try:
        return run(pipeline, leaves)
    finally:
        pipeline.remove()


def check_leaves(numbers, text, mixed):
    count = len(numbers["staged"])
    assert count > 50 and count == len(numbers["lake"]), count
    for one in (numbers, text, mixed):
        [meta] = one["meta"]
        assert meta["messages"] == count == meta["as_text"] + meta["as_numbers"], meta
        assert leaves_of_lake(one["lake"]) == meta["as_text"], meta
        assert one["raw"] == numbers["raw"] and one["staged"] == numbers["staged"]
    assert numbers["meta"][0]["as_text"] == 0, numbers["meta"]
    assert text["meta"][0]["as_text"] == count, text["meta"]
    assert 0.3 < mixed["meta"][0]["as_text"] / count < 0.7, mixed["meta"]
    assert numbers["staged"][0]["heart_rate"] > 0 and numbers["staged"][0]["latitude"] != 0



def ask(pipeline, question):
    done = subprocess.run(pipeline.command("query", "--json", f"@{question}"), capture_output=True,
                          text=True, timeout=RUN_SECONDS, check=False)
    assert done.returncode == 0, f"@{question}: {done.stderr}"
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_questions(pipeline):
    """After edits and deletes."""
    status, output = pipeline.run(1)
    assert status == 0, output
    readings = pipeline.query(answers.READINGS)
    nobodys = sum(not answers.is_known(reading) for reading in readings)
    assert len(readings) > 200 and 0 < nobodys < 20, (len(readings), nobodys)
    assert {path.stem for path in (ROOT / "assets/questions").glob("*.sql")} == \
        answers.QUESTIONS.keys()
    for question in answers.QUESTIONS:
        answers.check(question, readings, ask(pipeline, question))


def check_seed(aorta, pipeline):
    """Activities have ids of chance."""
    sql = "select activity_id from raw.activities order by 1"
    other = Pipeline(aorta)
    try:
        status, output = other.run(0, flags=["activities", "oltp_activities", "--var", "seed=43"])
        assert status == 0, output
        one, two = pipeline.query(sql), other.query(sql)
        assert len(one) >= 23 <= len(two) and one != two, (one, two)
    finally:
        other.remove()


def main(aorta):
    pipeline = Pipeline(aorta)
    try:
        numbers = run(pipeline, "numbers")
        check_leaves(numbers, run_alone(aorta, "text"), run_alone(aorta, "mixed"))
        check_questions(pipeline)
        check_seed(aorta, pipeline)
    finally:
        pipeline.remove()


if __name__ == "__main__":
    main(*sys.argv[1:])
