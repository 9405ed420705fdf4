"""A pipeline of one source, from a lake that the sink wrote to DuckDB: what load.py and memory.py
run. Without checks it is the load alone; with them it is the asset of the heart-rate pipeline."""
import os
import shutil

import bench

TABLE = "raw.heart_rate_stream"
MEASURED = "raw_id, extracted_at and meta, the file's name and time, four columns of the messages"

PIPELINE = """\
[pipeline]
name = "load"
assets = "assets"
[target.dev]
default = true
[target.dev.connection.lake]
connector = "file"
path = "{lake}"
[target.dev.connection.warehouse]
connector = "duckdb"
path = "warehouse.duckdb"
memory_limit = "{memory}"
"""

WITHOUT_CHECKS = """\
kind = "source"
from = {{ connection = "lake", topic = "{topic}" }}
into = "raw.heart_rate_stream"
naming = "airbyte"
[columns.meta]
type = "json"
[columns.user_id]
type = "bigint"
[columns.timestamp]
type = "bigint"
[columns.heart_rate]
type = "bigint"
"""


def make(folder, lake, topic, memory="1GiB", checks=False):
    """Makes the project anew, with nothing in its warehouse."""
    shutil.rmtree(folder, ignore_errors=True)
    assets = folder / "assets" / "raw"
    assets.mkdir(parents=True)
    (folder / "pipeline.toml").write_text(PIPELINE.format(lake=lake, memory=memory))
    asset = assets / "heart_rate_stream.toml"
    if checks:
        shutil.copy(bench.ROOT / "assets" / "raw" / asset.name, asset)
    else:
        asset.write_text(WITHOUT_CHECKS.format(topic=topic))


def run(build, folder):
    """`aorta run` in the project: how long it took, and the most memory that one of its processes
    had, in MiB."""
    with open(folder / "output", "w+") as output:
        process = os.posix_spawn(
            build / "aorta", ["aorta", "run", "--project", str(folder)], bench.environment(),
            file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1),
                          (os.POSIX_SPAWN_DUP2, output.fileno(), 2)])
        start = bench.time.perf_counter()
        status, usage = os.wait4(process, 0)[1:]
        seconds = bench.time.perf_counter() - start
        if status != 0:
            output.seek(0)
            raise SystemExit(f"aorta run: {output.read()[-2000:]}")
    return seconds, usage.ru_maxrss / 1024
