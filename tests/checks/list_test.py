#!/usr/bin/env python3
"""Every check of checks.tsv is in the pipeline, with the same arguments, and docs/checks.md says so.

Usage: list_test.py CHECKS_DECLARED CONNECTORS_FOLDER [--write]

checks.tsv lists what the pipeline must check, with the arguments that dbt's packages give them.
Each line has exactly one counterpart among the checks that the engine reads from the assets
(declared.c prints those), with equal arguments, severity and condition; what is otherwise on
purpose is in differences.tsv, with the reason. violations.tsv has a violation for each line, in the
same order. The tables of docs/checks.md are made from all of this: --write writes them.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCUMENT = ROOT / "docs" / "checks.md"
MARK = "<!-- From here on by tests/checks/list_test.py --write -->\n"
LINES = 192

# The longer names of dbt_expectations, as the vocabulary has them.
OUR_NAMES = {"column_name": "columns", "column_list": "columns", "min_value": "min",
             "max_value": "max", "like_pattern": "pattern", "date_col": "column",
             "date_part": "part", "test_start_date": "start", "test_end_date": "end",
             "base_date_column": "base", "difference_value": "difference"}
DEFAULTS = {"or_equal": False, "strictly": False}
SETS = {"columns", "values"}  # their order says nothing


def read_table(name):
    with open(HERE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def normal(arguments):
    """Arguments that mean the same are equal."""
    result = {}
    for name, value in arguments.items():
        if DEFAULTS.get(name) == value:
            continue
        if name in SETS:
            value = sorted(item.lower() if name == "columns" else item for item in
                           (value if isinstance(value, list) else [value]))
        result[name] = value
    return result


def key_columns(text):
    """"(a || '-' || b)": the columns that are put together."""
    return [part.strip() for part in text.strip("()").split("|| '-' ||")]


def our_value(name, value):
    if name == "column_name":
        return key_columns(value)
    if name == "to":
        return value.removeprefix("ref('").removesuffix("')")
    return value


def without_blanks(text):
    return "".join((text or "").split())


class Wanted:
    """One line of checks.tsv as the engine would describe its counterpart."""

    def __init__(self, number, line, differences):
        self.number = number
        self.line = line
        self.column = line["column"]
        self.check = line["check"]
        self.severity = "error"
        self.arguments = json.loads(line["arguments"] or "{}")
        self.note = self.arguments.pop("note", None)
        self.where = self.arguments.pop("row_condition", "")
        self.ours = {OUR_NAMES.get(name, name): our_value(name, value)
                     for name, value in self.arguments.items()}
        self.reasons = [row["why"] for row in differences if row["why"]]
        for row in differences:
            value = json.loads(row["ours"])
            if row["what"] == "meaning":
                continue
            if row["what"] in ("check", "severity", "where"):
                setattr(self, row["what"], value)
            else:
                self.ours[row["what"]] = value
        self.name = self.line["check"] if self.note and self.check == "expression" else None

    def is_met_by(self, declared):
        return (declared["asset"].endswith("." + self.line["asset"].split(".")[-1])
                and self.line["asset"].split(".")[0] in declared["asset"].split(".")
                and (declared["column"] or "") == self.column
                and declared["check"] == self.check
                and (self.name is None or declared["name"] == self.name)
                and declared["severity"] == self.severity
                and not declared["limits"]
                and without_blanks(declared["where"]) == without_blanks(self.where)
                and normal(declared["arguments"]) == normal(self.ours))

    def __str__(self):
        return f"checks.tsv:{self.number + 1}: {' '.join(filter(None, self.line.values()))}"


def match(wanted, declared):
    """The counterpart of each line, or None; how many checks are nobody's; complaints."""
    found, taken, complaints = [], set(), []
    for one in wanted:
        fitting = [i for i, check in enumerate(declared)
                   if i not in taken and one.is_met_by(check)]
        if not fitting:
            near = [f"{check['name']}: {check['check']} {json.dumps(check['arguments'])}"
                    for check in declared if check["asset"].endswith(one.line["asset"])
                    and (check["column"] or "") == one.column]
            complaints.append(f"{one}\n    has no counterpart among " + "\n        ".join(near))
        taken.update(fitting[:1])
        found.append(declared[fitting[0]] if fitting else None)
    return found, len(declared) - len(taken), complaints


# --------------------------------------------------------------------------------------- document

def code(text):
    return "`" + text.replace("|", "\\|") + "`" if text else ""


def short(one):
    """A check and its arguments as a person would say them."""
    values = [f"{name}: " + (", ".join(value) if isinstance(value, list) else
                             value if isinstance(value, str) else json.dumps(value))
              for name, value in one.arguments.items()]
    return " ".join(filter(None, [code(one.line["check"]), code("; ".join(values))]))


def write_section(asset, rows):
    yield f"\n## {asset}: {len(rows)}\n\n{code(rows[0][1]['file'])}\n\n"
    yield "| line | column | wanted | name in Aorta | what differs, and why |\n|--:|---|---|---|---|\n"
    for one, check in rows:
        yield (f"| {one.number + 1} | {code(one.column)} | {short(one)} | {code(check['name'])} | "
               f"{'; '.join(one.reasons)} |\n")


def tables(wanted, found):
    sections = {}
    for one, check in zip(wanted, found):
        sections.setdefault(check["asset"], []).append((one, check))
    return "".join(part for asset, rows in sections.items() for part in write_section(asset, rows))


def check_document(text, write):
    head, mark, tail = DOCUMENT.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        return [f"{DOCUMENT.name} has lost its line {MARK.strip()}"]
    if tail == text:
        return []
    if write:
        DOCUMENT.write_text(head + mark + text, encoding="utf-8")
        return []
    lines = zip(tail.splitlines(), text.splitlines())
    first = next((f"{old}\n    and not {new}" for old, new in lines if old != new), "its length")
    return [f"docs/checks.md is not what the pipeline is (list_test.py --write): {first}"]


# ---------------------------------------------------------------------------- the test of the test

def changed(declared, key, name, value):
    """The checks, with one of them otherwise."""
    result = [{**check, "arguments": dict(check["arguments"])} for check in declared]
    check = next(check for check in result if key in (check["name"], check["check"]))
    (check if name in check else check["arguments"])[name] = value
    return result


BROKEN = [("height_between", "max", 301), ("height_between", "severity", "warn"),
          ("height_between", "limits", True), ("date_of_birth_between", "strictly", False),
          ("date_of_birth_between", "where", None), ("race_accepted_values", "values", ["W"]),
          ("column_set", "columns", ["meta"]), ("event_date_relationships", "field", "next_date_day"),
          ("event_date_relationships", "to", "dim_times"), ("year_end_date_matches", "regex", ""),
          ("prior_date_day_date_difference_consistent", "difference", 1),
          ("every_date_part", "end", "2098-12-31"), ("row_count", "value", 73048),
          ("greater_than", "or_equal", True), ("end_date_increasing", "where", None),
          ("end_date_increasing", "group_by", []), ("date_day_unique", "column", "next_date_day"),
          ("reading_unique", "severity", "error"), ("origin_country_maps", "expression", "true")]


def nobody_noticed(wanted, declared):
    for change in BROKEN:
        if not match(wanted, changed(declared, *change))[2]:
            yield f"nobody noticed that {' '.join(map(str, change))}"
    if not match(wanted, declared[1:])[2]:
        yield "nobody noticed that a check is gone"


# ------------------------------------------------------------------------------------------- main

def check_violations(wanted, found):
    violations = read_table("violations.tsv")
    if len(violations) != len(wanted):
        yield f"violations.tsv has {len(violations)} lines, checks.tsv {len(wanted)}"
    for one, check, violation in zip(wanted, found, violations):
        if check and (violation["asset"], violation["check"]) != (check["asset"], check["name"]):
            yield (f"{one}\n    violations.tsv has {violation['asset']} {violation['check']} in "
                   f"that line, not {check['asset']} {check['name']}")
        if violation["also"].strip("|") and not violation["why"]:
            yield f"violations.tsv:{one.number + 1}: other checks fail too, and nobody says why"


def same_names(declared):
    seen = set()
    for check in declared:
        name = (check["asset"], check["name"])
        if name in seen:
            yield f"{name[0]} has two checks named {name[1]}"
        seen.add(name)


def main():
    program, connectors, *rest = sys.argv[1:]
    output = subprocess.run([program, str(ROOT)], env={**os.environ, "AORTA_CONNECTORS": connectors},
                            check=True, stdout=subprocess.PIPE, text=True, timeout=60).stdout
    declared = [json.loads(line) for line in output.splitlines()]
    differences = read_table("differences.tsv")
    wanted = [Wanted(number, line, [row for row in differences
                                    if all(row[key] == line[key]
                                           for key in ("asset", "column", "check"))])
              for number, line in enumerate(read_table("checks.tsv"), 1)]
    found, beside, complaints = match(wanted, declared)
    if len(wanted) != LINES:
        complaints.append(f"checks.tsv has {len(wanted)} lines and not {LINES}")
    complaints += same_names(declared)
    complaints += check_violations(wanted, found)
    complaints += nobody_noticed(wanted, declared)
    if None not in found:
        complaints += check_document(tables(wanted, found), "--write" in rest)
    for line in complaints:
        print(line)
    print(f"{len(wanted)} lines, {len(wanted) - found.count(None)} with a counterpart, "
          f"{beside} checks beside them: {len(complaints)} problems")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
