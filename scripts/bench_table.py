"""Joins each benchmark NAME of Google Benchmark's JSON with its reference NAME.bare.

What was repeated counts by its median.
"""

import collections
import json
import statistics
import sys

MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}


def measured(path):
    times = collections.defaultdict(list)
    with open(path, encoding="utf-8") as source:
        rows_in_order = sorted(json.load(source)["benchmarks"], key=lambda row: row["family_index"])
        for row in rows_in_order:
            if row.get("error_occurred"):
                sys.exit("%s: %s" % (row["name"], row["error_message"]))
            if row["run_type"] == "aggregate":
                continue
            # Work of one thread counts by its own time, whatever else the machine does.
            name, *run = row["run_name"].split("/")
            time = row["real_time" if "real_time" in run else "cpu_time"]
            times[name].append(time * MICROSECONDS[row["time_unit"]])
    return {name: statistics.median(all_of_it) for name, all_of_it in times.items()}


def rows(times):
    for name, figure in times.items():
        if name.endswith(".bare"):
            continue
        reference = times.get(name + ".bare")
        yield {"name": name, "figure": round(figure, 1), "unit": "us",
               "reference": reference and round(reference, 1),
               "ratio": reference and round(figure / reference, 2)}


def main(arguments):
    table = list(rows(measured(arguments[-1])))
    if "--json" in arguments:
        print(json.dumps(table, ensure_ascii=False, indent=1))
        return
    print("%-24s %14s %5s %14s %7s" % ("name", "figure", "unit", "reference", "ratio"))
    for row in table:
        print("%-24s %14s %5s %14s %7s" % (row["name"], row["figure"], row["unit"],
                                         row["reference"] or "-", row["ratio"] or "-"))


if __name__ == "__main__":
    main(sys.argv[1:])
