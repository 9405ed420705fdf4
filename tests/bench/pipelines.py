"""Pipelines of many trivial models, made to measure what an asset costs.

    python3 pipelines.py FOLDER SHAPE COUNT      to have one to play with

Shapes: `chain`, each model reads the one before; `wide`, all read the first; `mixed`, a staging
view and three marts a group, with settings and checks, as pipelines look that people write.
"""
import pathlib
import sys

PIPELINE = """\
[pipeline]
name = "bench"

[target.dev]
default = true

[target.dev.connection.warehouse]
connector = "duckdb"
path = "warehouse.duckdb"
"""

TABLE = """\
materialized = "table"
"""

MART = """\
description = "Figures of group {group}, number {number}."
materialized = "table"
tags = ["daily", "group_{group}"]
checks = [{{ row_count = 1 }}]

[columns.id]
checks = ["not_null", "unique"]

[columns.name]
checks = [{{ accepted_values = ["a", "b", "c"] }}]
"""


def name(number):
    return f"model_{number:05}"


def write(folder, relative, text):
    path = folder / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def write_chained(folder, count, reads):
    for number in range(count):
        before = reads(number)
        source = f" from {{{{ ref('{name(before)}') }}}}" if before is not None else ""
        select = "select id, name" if source else "select 1 as id, 'a' as name"
        write(folder, f"assets/bench/{name(number)}.sql", f"{select}{source}\n")
        write(folder, f"assets/bench/{name(number)}.toml", TABLE)


def write_chain(folder, count):
    write_chained(folder, count, lambda number: number - 1 if number else None)


def write_wide(folder, count):
    write_chained(folder, count, lambda number: 0 if number else None)


def write_mixed(folder, count):
    for number in range(count):
        group, place = divmod(number, 4)
        path = f"assets/group_{group:04}/{name(number)}"
        if place == 0:
            source = f"from {{{{ ref('{name(number - 4)}') }}}}" if group else ""
            write(folder, path + ".sql", f"select 1 as id, 'a' as name {source}\n")
            continue
        write(folder, path + ".sql",
              f"-- {{{{ config.get('materialized') }}}}\n"
              f"select id, name, {{{{ var('one', 1) }}}} as one\nfrom "
              f"{{{{ ref('{name(group * 4)}') }}}}\n"
              f"{{% if is_incremental() %}}where id > 0{{% endif %}}\n")
        write(folder, path + ".toml", MART.format(group=group, number=place))


SHAPES = {"chain": write_chain, "wide": write_wide, "mixed": write_mixed}


def make(folder, shape, count):
    """A pipeline of `count` models in the folder."""
    folder = pathlib.Path(folder)
    write(folder, "pipeline.toml", PIPELINE)
    SHAPES[shape](folder, count)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[2] not in SHAPES:
        sys.exit(__doc__.strip())
    make(sys.argv[1], sys.argv[2], int(sys.argv[3]))
