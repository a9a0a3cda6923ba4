#!/usr/bin/env python3
"""Every file of examples/updates, submitted under the configuration that mock-smev writes.

What a newcomer tries first must be accepted as it is, in the order in which statuses of one order follow
each other. several_results.json names files that only a department would have: it alone is refused, for
nothing else.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

from _stand import COMMAND_SECONDS, Broken, Stand, expect

EXAMPLES = pathlib.Path(os.environ["SMEV_SOURCE_DIR"]) / "examples" / "updates"
REFUSED = {"several_results.json"}
# What goes on with an order stands after what begins it.
LATER = ["later_update.json", "final_status_with_result.json", "several_statuses.json",
         "several_results.json"]
ELSEWHERE = {"2025-000777", "2025-000778", "2025-000779"}


def in_order():
    """The files that begin an order, then those that go on with one."""
    names = sorted(path.name for path in EXAMPLES.iterdir() if path.is_file())
    expect(set(LATER) <= set(names), "an example is gone: %s" % names)
    return [name for name in names if name not in LATER] + LATER


def submit(stand, name):
    process = stand.start("submit", "--files", str(EXAMPLES / "files"), str(EXAMPLES / name),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=COMMAND_SECONDS)
    return process.returncode, out.decode(), err.decode()


def main():
    with tempfile.TemporaryDirectory() as folder, Stand(folder) as stand:
        for name in in_order():
            code, out, err = submit(stand, name)
            if name in REFUSED:
                expect(code == 4 and err.count("По этому пути файла нет: /var/spool/") == 2 and
                       err.count("\n  ") == 2, "%s: %d\n%s" % (name, code, err))
                continue
            expect(code == 0 and out.strip(), "%s: %d\n%s" % (name, code, err))
        # examples/README.md says so: of orders that another system has created mock-smev knows nothing.
        _, drained = stand.run("drain", codes=(1,))
        expect(drained["complete"], drained)
        _, held = stand.run("list", "--state", "held")
        orders = {update["order"] for update in held["updates"]}
        expect(orders == ELSEWHERE, "held are %s" % sorted(orders))
        statuses = [each["code"] for each in stand.account()["2026-000002"]]
        expect(statuses == [6, 7, 3], "2026-000002: %s" % statuses)


if __name__ == "__main__":
    try:
        main()
    except Broken as broken:
        sys.exit("FAILED: %s" % broken)
