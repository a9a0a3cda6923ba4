#!/usr/bin/env python3
"""The operator's commands while `smev-send run` works: nothing is held up, nothing is lost.

A run delivers, and ЕЛК refuses three orders. Beside it the queue is paused and resumed; one refused
update is requeued, one replaced, one skipped; the database is backed up, checked and pruned while
updates go on being submitted. The account then holds every status once, in order. The exported archive
is opened by tar, its sums are checked by sha256sum and its signatures by smev-send verify.
"""

import datetime
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import time

from _stand import SLOWNESS, Broken, Stand, expect, first_update, later_update

WAIT_SECONDS = 60 * SLOWNESS
REFUSED = ("REQUEUED", "REPLACED", "SKIPPED")
REASON = ("--reason", "проверка")
BESIDE = 40  # updates submitted while the database is looked after


def moment(minutes_ago):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now - datetime.timedelta(minutes=minutes_ago)).isoformat(timespec="seconds")


def wait_for(what, condition):
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        expect(time.monotonic() < deadline, "in %d s not %s" % (WAIT_SECONDS, what))
        time.sleep(0.05)


class Queue:
    def __init__(self, stand):
        self.stand = stand
        self.ids = {}

    def submit(self, order, update):
        _, told = self.stand.submit(update)
        self.ids.setdefault(order, []).append(told["update"]["id"])

    def state(self, update):
        return self.stand.run("show", str(update))[1]["update"]["state"]

    def stats(self):
        return self.stand.run("queue", "stats")[1]["stats"]

    def run(self, *arguments, codes=(0,)):
        return self.stand.run("queue", *arguments, codes=codes)[1]

    def refused_orders_are_blocked(self):
        for order in REFUSED:
            self.submit(order, first_update(order, moment(60), moment(50)))
            self.submit(order, later_update(order, moment(40), 7))
        wait_for("three refused", lambda: self.stats()["held"] == len(REFUSED))
        blocked = self.run("blocked")["blocked"]
        expect([b["order"] for b in blocked] == list(REFUSED), "blocked are %s" % blocked)
        expect(all(b["waiting"] == 1 for b in blocked), "one waits behind each: %s" % blocked)

    def pause_stops_the_run_and_resume_lets_it_go_on(self):
        self.run("pause", *REASON)
        self.submit("PAUSED", first_update("PAUSED", moment(60), moment(50)))
        time.sleep(1.5)  # longer than a run needs to notice a row of another process
        update = self.ids["PAUSED"][0]
        expect(self.state(update) == "queued", "it was sent during the pause")
        self.run("resume", *REASON)
        wait_for("sent after the pause", lambda: self.state(update) == "delivered")

    def people_decide(self):
        requeued, replaced, skipped = (self.ids[order][0] for order in REFUSED)
        source = self.stand.folder / "corrected.json"
        corrected = first_update("REPLACED", moment(60), moment(45))
        source.write_text(json.dumps(corrected, ensure_ascii=False), encoding="utf-8")
        told = self.run("requeue", "--order", "REQUEUED", "--yes", *REASON)
        expect(told["done"] == 1, "requeued %s" % told)
        told = self.run("replace", str(replaced), str(source), *REASON)
        self.ids["REPLACED"].append(told["update"]["id"])
        self.run("skip", str(skipped), *REASON)
        wait_for("delivered what was decided",
                 lambda: self.state(requeued) == "delivered" and
                 self.state(self.ids["REPLACED"][2]) == "delivered" and
                 self.state(self.ids["REPLACED"][1]) == "delivered")
        expect(self.state(replaced) == "rejected" and self.state(skipped) == "skipped", "states")
        actions = [row["action"] for row in self.run("log")["log"]]
        expect(actions == ["skipped", "replacement", "replaced", "requeued", "resumed", "paused"],
               "the log says %s" % actions)

    def database_is_looked_after_while_it_is_used(self):
        lines = [json.dumps(first_update("BESIDE-%d" % i, moment(60), moment(50)),
                            ensure_ascii=False) for i in range(BESIDE)]
        source = self.stand.folder / "many.ndjson"
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
        submitting = self.stand.start("submit", str(source), stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        backups = 0
        while submitting.poll() is None or backups == 0:
            copy = str(self.stand.folder / ("copy-%d.db" % backups))
            self.stand.run("db", "backup", copy)
            _, check = self.stand.run("db", "check", "--files")
            expect(check["sound"], "not sound: %s" % check)
            self.run("prune", "--older", "0s", "--yes", *REASON)
            backups += 1
        expect(submitting.returncode == 0, "submit ended with %d" % submitting.returncode)
        wait_for("all delivered", lambda: self.stats()["queued"] + self.stats()["in_flight"] == 0)
        self.run("prune", "--older", "0s", "--yes", *REASON)
        _, check = self.stand.run("db", "check", "--files")
        expect(check["sound"], "not sound after the prune: %s" % check)
        again = self.stand.start("submit", str(source), stdout=subprocess.PIPE)
        out, _ = again.communicate(timeout=WAIT_SECONDS)
        expect(again.returncode == 0 and len(set(out.split())) == BESIDE,
               "what was pruned is not known any more")

    def account_is_right(self):
        account = self.stand.account()
        expected = {"REQUEUED": 2, "REPLACED": 2, "PAUSED": 1}
        expected.update({"BESIDE-%d" % i: 1 for i in range(BESIDE)})
        for order, count in expected.items():
            expect(len(account.get(order, [])) == count,
                   "the account has %s of %s" % (account.get(order), order))

    def evidence_can_be_checked_without_this_program(self, update):
        archive = self.stand.folder / "evidence.tar"
        self.run("export", str(update), "--out", str(archive))
        expect(stat.S_IMODE(os.stat(archive).st_mode) == 0o600, "others may read the archive")
        subprocess.run(["tar", "-xf", archive, "-C", self.stand.folder], check=True)
        folder = pathlib.Path(self.stand.folder) / ("update-%d" % update)
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder,
                       check=True)
        listed = {line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
        found = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
        expect(found == listed | {"SHA256SUMS"}, "files without a sum: %s" % (found - listed))
        readme = (folder / "README.txt").read_text(encoding="utf-8")
        to_verify = re.findall(r"smev-send verify (\S+)", readme)
        for name in ("request", "attempt-1-receipt", "answer-1"):
            expect(sum(path.startswith("message-1/%s." % name) for path in to_verify) == 1,
                   "%s is not named once: %s" % (name, to_verify))
        for path in to_verify:
            # The sender's own certificate is no trusted one here: of the request the digests count.
            trust = ["--no-trust"] if "/request." in path else []
            _, told = self.stand.run("verify", str(folder / path), *trust)
            expect(told["holds"] and told["signatures"], "%s does not verify: %s" % (path, told))


def main():
    reactions = [word for order in REFUSED for word in ("--react", order + "=code-13")]
    with tempfile.TemporaryDirectory(prefix="smev-queue-") as folder:
        try:
            with Stand(folder, *reactions) as stand:
                queue = Queue(stand)
                run = stand.start("run", "--quiet", stdout=subprocess.DEVNULL)
                try:
                    queue.refused_orders_are_blocked()
                    queue.pause_stops_the_run_and_resume_lets_it_go_on()
                    queue.people_decide()
                    queue.evidence_can_be_checked_without_this_program(queue.ids["REQUEUED"][0])
                    queue.database_is_looked_after_while_it_is_used()
                    queue.account_is_right()
                    expect(run.poll() is None, "the run has ended by itself")
                finally:
                    run.terminate()
                    code = run.wait(timeout=WAIT_SECONDS)
                expect(code == 0, "the run ended with %d" % code)
        except Broken as broken:
            print("FAILED: %s" % broken)
            return 1
    print("paused, decided, backed up, checked, pruned and exported beside a working run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
