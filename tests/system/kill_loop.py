#!/usr/bin/env python3
"""SIGKILL against the promise: nothing lost, nothing twice, everything in order.

Real processes: mock-smev stays up and drops some connections after accepting; `smev-send run` is
killed again and again, at random moments and at every named kill point; `smev-send submit` is killed
at its commit and repeated with the same key. What `submit` acknowledged is written down here,
independently of the outbox. In the end the citizen's account, as the mock shows it, must hold each
acknowledged status exactly once, in the order of submission.

  kill_loop.py [--kills N] [--seed S]      environment: SMEV_BIN_DIR, SMEV_SANITIZE

Exits 77 when the binaries were built without kill points.
"""

import argparse
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
import urllib.request

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
UPDATES_PER_ORDER = 3
SNILS = "112-233-445 95"


class Broken(Exception):
    """The promise does not hold, or the test could not be run."""


class Bench:
    """The processes and files of one run."""

    def __init__(self, folder, seed, slow):
        self.bin = pathlib.Path(os.environ["SMEV_BIN_DIR"])
        self.folder = folder
        self.random = random.Random(seed)
        self.slow = slow  # sanitizer builds need more time for everything
        self.acknowledged = []  # (order, code, update id) in the order of acknowledgement
        self.kills = {}
        self.started = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)
        self.mock = None
        self.config = None
        self.http = None

    def start_mock(self, seed):
        ports = self.folder / "ports.json"
        self.mock = subprocess.Popen(
            [self.bin / "mock-smev", "--dir", self.folder / "mock", "--port", "0", "--ftp-port", "0",
             "--ports-file", ports, "--redeliver", "300ms", "--answer-delay", "20ms",
             "--drop-after-accept", "0.2", "--drop-ack", "0.1", "--seed", str(seed)],
            stdout=open(self.folder / "mock.log", "wb"), stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 60
        while not ports.exists():
            if self.mock.poll() is not None or time.monotonic() > deadline:
                raise Broken("mock-smev did not start: " + (self.folder / "mock.log").read_text())
            time.sleep(0.02)
        self.http = "http://127.0.0.1:%d" % json.loads(ports.read_text())["http"]
        self.config = self.folder / "mock" / "smev.toml"
        # Short pauses: the test is about crashes, not about patience.
        with open(self.config, "a", encoding="utf-8") as out:
            out.write('\n[retry]\nbase = "50ms"\ncap = "400ms"\n')

    def stop_mock(self):
        if self.mock and self.mock.poll() is None:
            self.mock.terminate()
            self.mock.wait(timeout=30)

    def smev_send(self, *arguments, point=None, **options):
        environment = dict(os.environ)
        environment.pop("SMEV_KILL_AT", None)
        if point:
            environment["SMEV_KILL_AT"] = point
        return subprocess.Popen([self.bin / "smev-send", "--config", self.config, *arguments],
                                env=environment, **options)

    # --- submitting ---------------------------------------------------------------------------

    def update(self, order, step):
        at = self.started + datetime.timedelta(minutes=step, seconds=len(self.acknowledged) % 60)
        status = {"code": (6, 7, 3)[step], "at": at.isoformat(timespec="seconds")}
        body = {"order": {"number": order}, "status": status}
        if step == 0:
            body["order"].update(
                service="-60012726", filed_at=self.started.isoformat(timespec="seconds"),
                applicant={"person_by_snils": {"snils": SNILS, "last_name": "Петрова",
                                               "first_name": "Анна"}})
        if step == 2:
            result = self.folder / ("%s.pdf" % order)
            result.write_bytes(b"%PDF-1.4\n% result of " + order.encode() + b"\n%%EOF\n")
            status["results"] = [{"path": str(result)}]
        return body

    def submit(self, order, step, point=None):
        """Submits until acknowledged; with a point, the first try is killed there."""
        source = self.folder / "update.json"
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
            self.acknowledged.append((order, (6, 7, 3)[step], json.loads(out)["update"]["id"]))
            return

    # --- killing --------------------------------------------------------------------------------

    def count_kill(self, point):
        name = point.split(":")[0] if point else "random moment"
        self.kills[name] = self.kills.get(name, 0) + 1

    def run_and_kill(self, point):
        log = open(self.folder / "run.log", "ab")
        process = self.smev_send("run", point=point, stdout=log, stderr=log)
        if point:
            limit = 20 * self.slow
        else:
            limit = self.random.uniform(0.0, 0.4) * self.slow
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
                process.returncode, (self.folder / "run.log").read_text()[-2000:]))
        self.count_kill(point)
        return True

    # --- judging --------------------------------------------------------------------------------

    def drain(self):
        log = open(self.folder / "run.log", "ab")
        process = self.smev_send("drain", "--timeout", "120s", stdout=log, stderr=log)
        if process.wait(timeout=180) != 0:
            raise Broken("drain ended with %d, see run.log:\n%s" % (
                process.returncode, (self.folder / "run.log").read_text()[-3000:]))

    def ask_mock(self, path):
        with urllib.request.urlopen(self.http + path, timeout=10) as answer:
            return json.load(answer)

    def judge(self):
        account = {o["number"]: o["statuses"] for o in self.ask_mock("/orders")["orders"]}
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


def scenario(bench, kills):
    order_number = 0
    points = []
    while sum(bench.kills.values()) < kills or points:
        if not points:
            points = RUN_POINTS[:]
            bench.random.shuffle(points)
        order_number += 1
        order = "1999%06d" % order_number
        submit_point = SUBMIT_POINTS[order_number // 4 % 2] + ":1" if order_number % 4 == 1 else None
        for step in range(UPDATES_PER_ORDER):
            bench.submit(order, step, submit_point if step == 0 else None)
            if step < UPDATES_PER_ORDER - 1 and bench.random.random() < 0.5:
                bench.run_and_kill(None)
        point = points.pop()
        if not bench.run_and_kill("%s:%d" % (point, bench.random.randint(1, 2))):
            raise Broken("kill point %s was not reached" % point)
        if sum(bench.kills.values()) >= kills and kills < len(RUN_POINTS):
            break


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    slow = 4 if os.environ.get("SMEV_SANITIZE") else 1
    parser.add_argument("--kills", type=int, default=20 if slow > 1 else 60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print("seed %d, at least %d kills" % (options.seed, options.kills), flush=True)

    with tempfile.TemporaryDirectory(prefix="smev-kill-") as name:
        bench = Bench(pathlib.Path(name), options.seed, slow)
        try:
            bench.start_mock(options.seed)
            scenario(bench, options.kills)
            bench.drain()
            lost, twice, disordered, strangers = bench.judge()
            counters = bench.ask_mock("/messages")["counters"]
        except Broken as broken:
            print("FAILED: %s" % broken)
            return 1
        finally:
            bench.stop_mock()
    for point, count in sorted(bench.kills.items()):
        print("  %3d  %s" % (count, point))
    total = sum(bench.kills.values())
    print("%d kills, %d updates: %d lost, %d twice, %d orders out of order, %d unknown orders" % (
        total, len(bench.acknowledged), lost, twice, disordered, strangers))
    # Without these the run would have proved less than it says.
    print("the mock dropped %(dropped)d connections and saw %(duplicates)d duplicates" % counters)
    hard_enough = total >= options.kills and counters["dropped"] and counters["duplicates"]
    return 0 if hard_enough and not (lost or twice or disordered or strangers) else 1


if __name__ == "__main__":
    sys.exit(main())
