#!/usr/bin/env python3
"""Messages whose numbers are strings become the same staged readings as messages whose numbers are
numbers, and so does a mixture of both: through topic, lake and raw, by the real program.

Usage: leaves_test.py AORTA
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crash"))

from pipeline import Pipeline  # noqa: E402

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


def run(aorta, leaves):
    pipeline = Pipeline(aorta)
    try:
        status, output = pipeline.run(0, flags=["--var", f"leaves={leaves}"])
        assert status == 0, output
        found = {name: pipeline.query(sql) for name, sql in ROWS.items()}
        found["lake"] = pipeline.lake()
        return found
    finally:
        pipeline.remove()


def main(aorta):
    numbers, text, mixed = (run(aorta, leaves) for leaves in ("numbers", "text", "mixed"))
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


if __name__ == "__main__":
    main(*sys.argv[1:])
