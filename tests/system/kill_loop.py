#!/usr/bin/env python3
"""SIGKILL against the promise: nothing lost, nothing twice, everything in order.

Real processes: mock-smev stays up and drops some connections after accepting; `smev-send run` is
killed again and again, at random moments and at every named kill point; `smev-send submit` is killed
at its commit and repeated with the same key. What `submit` acknowledged is written down here,
independently of the outbox. In the end the citizen's account, as the mock shows it, must hold each
acknowledged status exactly once, in the order of submission.

  kill_loop.py [--kills N] [--seed S] [--store sqlite|postgres]

Environment: SMEV_BIN_DIR, SMEV_SANITIZE. Over PostgreSQL a dead sender's leases must run out first.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import postgres  # noqa: E402
from _stand import (SLOWNESS, Broken, Stand, first_update, later_update,  # noqa: E402
                    over_postgres)

SKIPPED = 77

RUN_POINTS = [
    "outbox.freeze.committing", "outbox.freeze.committed",
    "outbox.attempt_started.committing", "outbox.attempt_started.committed",
    "sender.transmitting", "sender.answered",
    "outbox.attempt_finished.committing", "outbox.attempt_finished.committed",
    "outbox.answer.committing", "outbox.answer.committed",
    "sender.acknowledging", "sender.acknowledged",
    "outbox.acknowledged.committing", "outbox.acknowledged.committed",
]
SUBMIT_POINTS = ["outbox.submit.committing", "outbox.submit.committed"]
CODES = (6, 7, 3)  # accepted, intermediate, done with a result
# Short pauses: the test is about crashes, not about patience.
RETRY = '[retry]\nbase = "50ms"\ncap = "400ms"'


class KillLoop:
    """Submits, kills, and remembers what was acknowledged."""

    def __init__(self, stand, seed):
        self.stand = stand
        self.random = random.Random(seed)
        self.acknowledged = []  # (order, code, update id) in the order of acknowledgement
        self.kills = {}
        self.started = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)
        self.run_log = stand.folder / "run.log"

    def smev_send(self, *arguments, point=None, **options):
        environment = dict(os.environ)
        environment.pop("SMEV_KILL_AT", None)
        if point:
            environment["SMEV_KILL_AT"] = point
        return self.stand.start(*arguments, environment=environment, **options)

    # --- submitting ---------------------------------------------------------------------------

    def update(self, order, step):
        at = (self.started + datetime.timedelta(minutes=step)).isoformat(timespec="seconds")
        if step == 0:
            return first_update(order, self.started.isoformat(timespec="seconds"), at)
        if step == 1:
            return later_update(order, at, CODES[step])
        result = self.stand.folder / ("%s.pdf" % order)
        result.write_bytes(b"%PDF-1.4\n% result of " + order.encode() + b"\n%%EOF\n")
        return later_update(order, at, CODES[step], result)

    def submit(self, order, step, point=None):
        """Submits until acknowledged; with a point, the first try is killed there."""
        source = self.stand.folder / "update.json"
        source.write_text(json.dumps(self.update(order, step)), encoding="utf-8")
        key = "%s/%d" % (order, step)
        while True:
            process = self.smev_send("submit", str(source), "--key", key, "--json", point=point,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            out, err = process.communicate(timeout=60)
            if process.returncode == -signal.SIGKILL:
                self.count_kill(point)
                point = None
                continue
            if point:
                raise Broken("kill point %s was not reached" % point)
            if process.returncode != 0:
                raise Broken("submit failed: %s %s" % (out.decode(), err.decode()))
            self.acknowledged.append((order, CODES[step], json.loads(out)["update"]["id"]))
            return

    # --- killing --------------------------------------------------------------------------------

    def count_kill(self, point):
        name = point.split(":")[0] if point else "random moment"
        self.kills[name] = self.kills.get(name, 0) + 1

    def run_and_kill(self, point):
        with open(self.run_log, "ab") as log:
            process = self.smev_send("run", point=point, stdout=log, stderr=log)
        if point:
            limit = 20 * SLOWNESS
        else:
            limit = self.random.uniform(0.0, 0.4) * SLOWNESS
        try:
            process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            if point:
                return False  # nothing left to do that would lead to this point
            self.count_kill(None)
            return True
        if process.returncode != -signal.SIGKILL:
            raise Broken("smev-send run ended with %d, see run.log:\n%s" % (
                process.returncode, self.run_log.read_text()[-2000:]))
        self.count_kill(point)
        return True

    # --- judging --------------------------------------------------------------------------------

    def drain(self):
        with open(self.run_log, "ab") as log:
            process = self.smev_send("drain", "--timeout", "120s", stdout=log, stderr=log)
        if process.wait(timeout=180) != 0:
            raise Broken("drain ended with %d, see run.log:\n%s" % (
                process.returncode, self.run_log.read_text()[-3000:]))

    def judge(self):
        account = self.stand.account()
        expected = {}
        for order, code, _ in self.acknowledged:
            expected.setdefault(order, []).append(code)
        lost = twice = disordered = 0
        for order, codes in expected.items():
            seen = [s["code"] for s in account.get(order, [])]
            for code in codes:
                lost += seen.count(code) == 0
                twice += max(0, seen.count(code) - 1)
            disordered += [c for c in seen if c in codes] != codes and sorted(seen) == sorted(codes)
        strangers = len(set(account) - set(expected))
        ids = [i for _, _, i in self.acknowledged]
        if len(set(ids)) != len(ids):
            raise Broken("submit gave one id twice")
        return lost, twice, disordered, strangers


def scenario(loop, kills):
    order_number = 0
    points = []
    while sum(loop.kills.values()) < kills or points:
        if not points:
            points = RUN_POINTS[:]
            loop.random.shuffle(points)
        order_number += 1
        order = "1999%06d" % order_number
        submit_point = SUBMIT_POINTS[order_number // 4 % 2] + ":1" if order_number % 4 == 1 else None
        visits = len(CODES)  # that the point is certain to see: one for each undelivered update
        for step in range(len(CODES)):
            loop.submit(order, step, submit_point if step == 0 else None)
            if step < len(CODES) - 1 and loop.random.random() < 0.5:
                loop.run_and_kill(None)
                visits = len(CODES) - 1 - step
        point = points.pop()
        if point.startswith("outbox.acknowledged."):
            visits = 1  # one commit may mark the answers to all of them
        if not loop.run_and_kill("%s:%d" % (point, loop.random.randint(1, visits))):
            raise Broken("kill point %s was not reached" % point)
        if sum(loop.kills.values()) >= kills and kills < len(RUN_POINTS):
            break


@contextlib.contextmanager
def stand_over(store, folder, seed):
    with contextlib.ExitStack() as stack:
        stand = stack.enter_context(Stand(
            folder, "--redeliver", "300ms", "--answer-delay", "20ms", "--drop-after-accept", "0.2",
            "--drop-ack", "0.1", "--seed", str(seed)))
        if store == "postgres":
            server = stack.enter_context(postgres.Server())
            stand.config.write_text(over_postgres(stand.config.read_text(encoding="utf-8"),
                                                  server.connection, 'lease = "1s"'),
                                    encoding="utf-8")
        stand.configure(RETRY)
        yield stand


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20 if SLOWNESS > 1 else 60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    options = parser.parse_args()
    print("seed %d, at least %d kills over %s" % (options.seed, options.kills, options.store),
          flush=True)

    with tempfile.TemporaryDirectory(prefix="smev-kill-") as name:
        try:
            with stand_over(options.store, name, options.seed) as stand:
                loop = KillLoop(stand, options.seed)
                scenario(loop, options.kills)
                loop.drain()
                lost, twice, disordered, strangers = loop.judge()
                counters = stand.ask("/messages")["counters"]
        except Broken as broken:
            print("FAILED: %s" % broken)
            return 1
        except postgres.Missing as why:
            print("skipped: %s" % why)
            return SKIPPED
    for point, count in sorted(loop.kills.items()):
        print("  %3d  %s" % (count, point))
    total = sum(loop.kills.values())
    print("%d kills, %d updates: %d lost, %d twice, %d orders out of order, %d unknown orders" % (
        total, len(loop.acknowledged), lost, twice, disordered, strangers))
    # Without these the run would have proved less than it says.
    print("the mock dropped %(dropped)d connections and saw %(duplicates)d duplicates" % counters)
    hard_enough = total >= options.kills and counters["dropped"] and counters["duplicates"]
    return 0 if hard_enough and not (lost or twice or disordered or strangers) else 1


if __name__ == "__main__":
    sys.exit(main())
