"""Joins each benchmark NAME of Google Benchmark's JSON with its reference NAME.bare."""

import json
import sys

MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}


def measured(path):
    times = {}
    with open(path, encoding="utf-8") as source:
        for row in json.load(source)["benchmarks"]:
            if row.get("error_occurred"):
                sys.exit("%s: %s" % (row["name"], row["error_message"]))
            # Work of one thread counts by its own time, whatever else the machine does.
            name, *run = row["name"].split("/")
            time = row["real_time" if "real_time" in run else "cpu_time"]
            times[name] = time * MICROSECONDS[row["time_unit"]]
    return times


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
