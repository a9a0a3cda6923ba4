#!/usr/bin/env python3
"""Several senders over one PostgreSQL database: nothing lost, nothing twice, everything in order.

Real processes: four `smev-send run` over one database against a mock-smev that drops connections and
sees duplicates. They are killed at random moments and at named kill points, frozen for longer than
their leases and thawed, and the network between one of them and the database goes half-open. Updates
come in through `smev-send submit` and, inside transactions of a department, through smev_submit, some
of them twice with the same key. In the end the citizen's account, as the mock shows it, must hold each
update exactly once and in order, and no update may have a second MessageID while an earlier one could
have been accepted.

  several_senders.py [--seconds N] [--senders N] [--seed S]
                                       environment: SMEV_BIN_DIR, SMEV_SANITIZE
"""

import argparse
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
from half_open_proxy import HalfOpenProxy  # noqa: E402
from _stand import SLOWNESS, Broken, Stand, expect, over_postgres  # noqa: E402
from kill_loop import CODES, RETRY, RUN_POINTS, KillLoop  # noqa: E402

SKIPPED = 77
NO_DATABASE = 74  # the exit code of a sender that finds no database at its start
SENDER = "MOCK01"  # as the mock's configuration names it
LEASE_SECONDS = 2 * SLOWNESS
FREEZE_SECONDS = (LEASE_SECONDS * 1.5, LEASE_SECONDS * 3)
CUT_SECONDS = (2, 10)
FAULT_PAUSE_SECONDS = (0.2 * SLOWNESS, 1.2 * SLOWNESS)
ORDERS_AT_ONCE = 12
DRAIN_SECONDS = 240
STOP_SECONDS = 90 * SLOWNESS
LOG_TAIL = 3000


class Sender:
    """One `smev-send run`, started again whenever it has been killed."""

    def __init__(self, number, stand, config, behind_proxy):
        self.stand = stand
        self.behind_proxy = behind_proxy
        self.config = config
        self.log = stand.folder / ("sender%d.log" % number)
        self.process = None
        self.frozen_until = None
        self.point = None

    def start(self, point=None):
        environment = dict(os.environ)
        environment.pop("SMEV_KILL_AT", None)
        if point:
            environment["SMEV_KILL_AT"] = point
        self.point = point
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.stand.bin / "smev-send", "--config", self.config, "run"],
                env=environment, stdout=log, stderr=log)

    def freeze(self, until):
        self.process.send_signal(signal.SIGSTOP)
        self.frozen_until = until

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)
        self.frozen_until = None

    def kill(self):
        self.process.kill()  # a frozen process dies as well
        self.process.wait()
        self.frozen_until = None

    def ended(self):
        """What has ended it, where that is no fault: a kill point, or no database at its start."""
        code = self.process.poll()
        if code is None:
            return None
        if code == -signal.SIGKILL and self.point:
            return "killed at " + self.point.split(":")[0]
        if code == NO_DATABASE and self.behind_proxy:
            return "turned away by the cut network"
        raise Broken("a sender ended by itself with %d, see its log:\n%s" % (
            code, self.log.read_text()[-LOG_TAIL:]))

    def stop(self):
        if self.frozen_until is not None:
            self.thaw()
        self.process.terminate()
        code = self.process.wait(timeout=STOP_SECONDS)
        # SIGTERM as such: it came before the program had begun to look for it.
        if code not in (0, -signal.SIGTERM, -signal.SIGKILL, NO_DATABASE):
            raise Broken("a sender stopped with %d:\n%s" % (
                code, self.log.read_text()[-LOG_TAIL:]))


class SeveralSenders(KillLoop):
    """Submits as the kill loop does, half of it through the inbox, over several senders."""

    def __init__(self, stand, server, proxy, options):
        super().__init__(stand, options.seed)
        self.server = server
        self.proxy = proxy
        self.faults = {}
        self.harms = []
        self.cut_until = None
        self.order_count = 0
        self.steps = {}  # order: the next step
        direct = self.configuration("direct", server.connection)
        through_proxy = self.configuration(
            "proxied", "host=127.0.0.1 port=%d user=smev dbname=postgres sslmode=disable "
            "gssencmode=disable" % proxy.port)
        self.senders = [Sender(i, stand, through_proxy if i == 0 else direct, i == 0)
                        for i in range(options.senders)]
        stand.config = direct  # of submit and drain

    def configuration(self, name, connection):
        text = over_postgres(self.stand.config.read_text(encoding="utf-8"), connection,
                             'lease = "%ds"' % LEASE_SECONDS,
                             'inbox_files = "%s"' % self.stand.folder)
        path = self.stand.config.with_name(name + ".toml")
        path.write_text(text, encoding="utf-8")
        return path

    # --- submitting ---------------------------------------------------------------------------

    def hand_over(self, order, step):
        """As a department does it; what is done in one transaction is committed with it."""
        update = json.dumps(self.update(order, step), ensure_ascii=False)
        call = "SELECT smev.smev_submit('%s', 'test', '%s', '%s/%d')" % (
            SENDER, update.replace("'", "''"), order, step)
        self.server.sql("BEGIN; %s; ROLLBACK" % call)  # a transaction that came to nothing
        row = self.server.sql(call)
        if self.random.random() < 0.3:
            again = self.server.sql(call)
            expect(again == row, "the same key gave inbox rows %s and %s" % (row, again))
        self.acknowledged.append((order, CODES[step], "inbox:" + row))

    def submit_one(self):
        while len(self.steps) < ORDERS_AT_ONCE:
            self.order_count += 1
            self.steps["1999%06d" % self.order_count] = 0
        order = self.random.choice(list(self.steps))
        step = self.steps.pop(order)
        if int(order) % 2:
            self.hand_over(order, step)
        else:
            self.submit(order, step)
        if step + 1 < len(CODES):
            self.steps[order] = step + 1

    # --- faults ---------------------------------------------------------------------------------

    def count(self, fault):
        self.faults[fault] = self.faults.get(fault, 0) + 1

    def random_point(self):
        if self.random.random() < 0.5:
            return None
        return "%s:%d" % (self.random.choice(RUN_POINTS), self.random.randint(1, 12))

    def look_after_senders(self):
        now = time.monotonic()
        if self.cut_until and now > self.cut_until:
            self.proxy.mend()
            self.cut_until = None
        for sender in self.senders:
            if sender.frozen_until is not None and now > sender.frozen_until:
                sender.thaw()
            end = sender.ended() if sender.frozen_until is None else None
            if end:
                self.count(end)
                sender.start(self.random_point())

    def do_harm(self):
        now = time.monotonic()
        if not self.harms:  # in turn, so that a short run has its share of each
            self.harms = ["kill", "kill", "freeze", "freeze", "cut"]
            self.random.shuffle(self.harms)
        kind = self.harms.pop()
        sender = self.random.choice(self.senders)
        if kind == "cut" and not self.cut_until:
            self.proxy.cut()
            self.cut_until = now + self.random.uniform(*CUT_SECONDS)
            self.count("network cut")
        elif kind == "freeze" and sender.frozen_until is None:
            sender.freeze(now + self.random.uniform(*FREEZE_SECONDS))
            self.count("frozen past its lease")
        elif kind == "kill":
            sender.kill()
            self.count("killed at a random moment")
            sender.start(self.random_point())

    def work(self, seconds):
        for sender in self.senders:
            sender.start(self.random_point())
        end = time.monotonic() + seconds
        next_fault = time.monotonic()
        while time.monotonic() < end or self.steps:
            if time.monotonic() < end or len(self.acknowledged) % ORDERS_AT_ONCE:
                self.submit_one()
            else:
                self.finish_orders()
            self.look_after_senders()
            if time.monotonic() > next_fault:
                self.do_harm()
                next_fault = time.monotonic() + self.random.uniform(*FAULT_PAUSE_SECONDS)

    def finish_orders(self):
        """No new orders: those that have begun are submitted to their last status."""
        for order in list(self.steps):
            for step in range(self.steps.pop(order), len(CODES)):
                if int(order) % 2:
                    self.hand_over(order, step)
                else:
                    self.submit(order, step)
                self.look_after_senders()

    # --- the end --------------------------------------------------------------------------------

    def settle(self):
        """Everybody stops; one sender brings the rest to its end."""
        self.proxy.mend()
        for sender in self.senders:
            if sender.process.poll() is None:
                sender.stop()
        deadline = time.monotonic() + DRAIN_SECONDS * SLOWNESS
        while time.monotonic() < deadline:
            self.drain()
            left = self.server.sql("SELECT (SELECT count(*) FROM smev.inbox WHERE state = 'waiting') "
                                   "+ (SELECT count(*) FROM smev.updates WHERE state <> 'delivered')")
            if left == "0":
                return
        raise Broken("%s updates were not delivered in time: %s" % (left, self.server.sql(
            "SELECT string_agg(DISTINCT state || ' ' || hold_reason || ' ' || hold_text, '; ') "
            "FROM smev.updates WHERE state <> 'delivered'")))

    def second_ids(self):
        """Updates that got another message while an earlier one could have been accepted."""
        return int(self.server.sql("""
            SELECT count(*) FROM smev.message_items i JOIN smev.messages m ON m.id = i.message
            WHERE EXISTS (SELECT 1 FROM smev.message_items l
                          WHERE l.update_id = i.update_id AND l.message > i.message)
              AND NOT (m.state = 'refused'
                       OR (m.state = 'superseded' AND m.doubtful_attempts = 0)
                       OR (m.state = 'answered' AND coalesce(i.result_code, 0) <> 0))"""))

    def evidence(self):
        """That the run was hard enough to prove something."""
        row = self.server.sql("""
            SELECT count(DISTINCT lease_owner), (SELECT count(*) FROM smev.attempts
              WHERE outcome = 'interrupted'), (SELECT count(*) FROM smev.inbox
              WHERE state = 'accepted'), (SELECT count(*) FROM smev.inbox WHERE state = 'refused')
            FROM smev.messages""")
        names = ("owners", "interrupted", "inbox_accepted", "inbox_refused")
        return dict(zip(names, map(int, row.split("|"))))


def prove(options, folder):
    with postgres.Server() as server, \
            Stand(folder, "--redeliver", "300ms", "--answer-delay", "20ms",
                  "--drop-after-accept", "0.2", "--drop-ack", "0.1",
                  "--seed", str(options.seed)) as stand:
        stand.configure(RETRY)
        proxy = HalfOpenProxy(server.socket)
        loop = SeveralSenders(stand, server, proxy, options)
        code = subprocess.run([stand.bin / "smev-send", "--config", stand.config, "db", "migrate"],
                              stdout=subprocess.DEVNULL).returncode
        expect(code == 0, "db migrate ended with %d" % code)
        try:
            loop.work(options.seconds)
            loop.settle()
        finally:
            for sender in loop.senders:
                if sender.process and sender.process.poll() is None:
                    sender.kill()
            proxy.close()
        return loop, loop.judge(), loop.second_ids(), loop.evidence(), \
            stand.ask("/messages")["counters"]


def report(loop, judged, second_ids, evidence, counters):
    lost, twice, disordered, strangers = judged
    for fault, count in sorted(loop.faults.items()):
        print("  %3d  %s" % (count, fault))
    print("%d faults, %d updates (%d of them through the inbox), %d owners of leases, "
          "%d attempts taken over" % (
              sum(loop.faults.values()), len(loop.acknowledged), evidence["inbox_accepted"],
              evidence["owners"], evidence["interrupted"]))
    print("the mock dropped %(dropped)d connections and saw %(duplicates)d duplicates" % counters)
    print("%d lost, %d twice, %d orders out of order, %d unknown orders, %d second ids, "
          "%d refused by the inbox" % (lost, twice, disordered, strangers, second_ids,
                                       evidence["inbox_refused"]))
    hard_enough = (loop.faults.get("frozen past its lease") and loop.faults.get("network cut")
                   and evidence["interrupted"] and counters["dropped"] and counters["duplicates"]
                   and evidence["owners"] >= len(loop.senders))
    if not hard_enough:
        print("FAILED: the run was too easy to prove anything")
    wrong = lost or twice or disordered or strangers or second_ids or evidence["inbox_refused"]
    return 0 if hard_enough and not wrong else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print("seed %d, %d senders, %d s" % (options.seed, options.senders, options.seconds), flush=True)
    with tempfile.TemporaryDirectory(prefix="smev-senders-") as folder:
        try:
            return report(*prove(options, folder))
        except postgres.Missing as why:
            print("skipped: %s" % why)
            return SKIPPED
        except Broken as broken:
            print("FAILED: %s" % broken)
            return 1


if __name__ == "__main__":
    sys.exit(main())
