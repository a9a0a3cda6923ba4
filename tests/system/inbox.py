#!/usr/bin/env python3
"""The inbox over PostgreSQL, as docs/postgres.md tells it: its SQL is what runs here.

The roles of the page are made, the sender works as smev_sender and the department as
smev_department, with the rights of the page and no others. What is handed over in a transaction is
delivered; what breaks the rules is refused with its faults in the view; a repeated call adds nothing.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import postgres  # noqa: E402
from _stand import SLOWNESS, Broken, Stand, expect, first_update, over_postgres  # noqa: E402

SKIPPED = 77
FILED = "2026-04-16T10:00:00+03:00"
PAUSED = 75  # of drain: something is left
SETTLED_SECONDS = 60 * SLOWNESS


def sql_blocks():
    page = pathlib.Path(os.environ["SMEV_SOURCE_DIR"]) / "docs" / "postgres.md"
    blocks = re.findall(r"^```sql\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    expect(len(blocks) == 5, "docs/postgres.md has %d SQL blocks, not 5" % len(blocks))
    return blocks


class Inbox:
    def __init__(self, server, stand):
        self.server = server
        self.stand = stand
        self.roles, self.grants, self.pruning, self.handing_over, self.look = sql_blocks()

    def psql(self, role, sql, fails=False):
        done = subprocess.run(
            [self.server.bin / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d",
             "host=%s user=%s dbname=postgres" % (self.server.folder, role), "-c", sql],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        expect((done.returncode != 0) == fails, "as %s: %s\n%s" % (role, sql, done.stderr.decode()))
        return done.stdout.decode().strip()

    def config(self, role):
        path = self.stand.config.with_name(role + ".toml")
        path.write_text(over_postgres(self.stand.config.read_text(encoding="utf-8"),
                                      "host=%s user=%s dbname=postgres" % (self.server.folder, role)),
                        encoding="utf-8")
        return path

    def set_up(self):
        self.psql("smev", self.roles)
        self.psql("smev", "GRANT CREATE ON DATABASE postgres TO smev_owner")
        sender = self.config("smev_sender")
        owner = self.config("smev_owner")
        self.stand.config = sender
        # Without tables and without the right to make them.
        _, told = self.stand.run("list", codes=(74,))
        expect("db migrate" in told["error"]["text"], "told %s" % told)
        self.stand.config = owner
        _, shown = self.stand.run("db", "migrate", "--dry-run")
        expect("CREATE TABLE inbox" in shown["sql"] and shown["from"] == 0, "no SQL was shown")
        self.stand.run("db", "migrate")
        self.psql("smev_owner", self.grants)
        self.stand.config = sender

    def hand_over(self, order, key, update=None):
        block = self.handing_over
        if update is not None:
            block = re.sub(r"'\{\"order\".*?\}\}',", lambda _: "'%s'," % update, block, flags=re.S)
        return self.psql("smev_department", block.replace("1999290001", order)
                         .replace("delo-42/6", key))

    def rights(self):
        for sql in ("SELECT * FROM smev.inbox", "SELECT * FROM smev.updates",
                    "INSERT INTO smev.inbox (sender) VALUES ('MOCK01')",
                    "DELETE FROM smev.inbox"):
            self.psql("smev_department", sql, fails=True)
        for sql in ("DELETE FROM smev.audit", "UPDATE smev.message_bodies SET body = ''",
                    "DROP TABLE smev.updates", "DELETE FROM smev.updates"):
            self.psql("smev_sender", sql, fails=True)

    def wait_settled(self):
        deadline = time.monotonic() + SETTLED_SECONDS
        while True:
            rows = self.psql("smev_department", self.look)
            if "waiting" not in rows and "queued" not in rows and "in_flight" not in rows:
                return [row.split("|") for row in rows.splitlines()]
            expect(time.monotonic() < deadline, "not settled in time:\n" + rows)
            time.sleep(0.1)

    def check(self):
        self.set_up()
        self.rights()
        first = self.hand_over("1999290001", "delo-42/6")
        expect(self.hand_over("1999290001", "delo-42/6") == first, "the same key, another row")
        self.hand_over("1999290002", "delo-43/6", '{"order": {"number": "1999290002"}}')
        self.hand_over("1999290003", "delo-44/6", '{"order": {"number": "1999290003"}, "oops": 1}')
        run = self.stand.start("run", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            rows = self.wait_settled()
        finally:
            run.terminate()
            expect(run.wait(timeout=SETTLED_SECONDS) == 0, "run ended badly")
        expect([row[1] for row in rows] == ["accepted", "refused", "refused"], "rows %s" % rows)
        expect(rows[0][3] == "delivered", "the update is %s" % rows[0][3])
        missing, unknown = json.loads(rows[1][2]), json.loads(rows[2][2])
        expect(any(f["field"] == "status" for f in missing["faults"]), "faults %s" % missing)
        expect(any(f["field"] == "ключ № 1" for f in unknown["faults"]), "faults %s" % unknown)
        expect([s["code"] for s in self.stand.account()["1999290001"]] == [6], "not in the account")
        self.hand_over_again()
        self.a_stuck_row_stops_the_inbox_alone()
        self.prune()

    def hand_over_again(self):
        """What was given up may come again under its key, with the rights of the page."""
        self.stand.run("queue", "pause", "--reason", "проверка")
        first = self.hand_over("1999290004", "delo-45/6")
        self.stand.run("drain", codes=(PAUSED,))
        _, listed = self.stand.run("list", "--order", "1999290004")
        self.stand.run("queue", "expire", str(listed["updates"][0]["id"]), "--reason", "ошибка", "--yes")
        again = self.hand_over("1999290004", "delo-45/6")
        expect(again != first, "the same row was given")
        self.stand.run("queue", "resume", "--reason", "проверка")
        self.stand.run("drain")
        expect([s["code"] for s in self.stand.account()["1999290004"]] == [6], "not delivered")

    def a_stuck_row_stops_the_inbox_alone(self):
        """Where the database refuses a row, what others submit is sent all the same."""
        lock = "%s UPDATE ON smev.inbox %s smev_sender"
        self.psql("smev_owner", lock % ("REVOKE", "FROM"))
        self.hand_over("1999290005", "delo-46/6")
        log = self.stand.folder / "run.log"
        with open(log, "wb") as sink:
            run = self.stand.start("run", stdout=subprocess.DEVNULL, stderr=sink)
            try:
                self.stand.submit(first_update("1999290006", FILED, FILED), "--wait", "60s")
                expect("event=inbox.stuck" in log.read_text(encoding="utf-8"), "nothing was said")
                expect("waiting" in self.psql("smev_department", self.look), "it did not wait")
                self.psql("smev_owner", lock % ("GRANT", "TO"))
                self.wait_settled()
            finally:
                run.terminate()
                expect(run.wait(timeout=SETTLED_SECONDS) == 0, "run ended badly")
        account = self.stand.account()
        expect("1999290005" in account and "1999290006" in account, "account %s" % list(account))

    def prune(self):
        wish = ("queue", "prune", "--older", "0s", "--reason", "срок хранения", "--yes")
        self.stand.run(*wish, codes=(74,))
        self.psql("smev_owner", self.pruning)
        self.stand.run(*wish)
        payloads = self.psql("smev", "SELECT DISTINCT payload FROM smev.updates")
        expect(payloads == "\\x", "payloads are left: %s" % payloads)


def main():
    with tempfile.TemporaryDirectory(prefix="smev-inbox-") as folder:
        try:
            with postgres.Server() as server, Stand(folder) as stand:
                Inbox(server, stand).check()
        except postgres.Missing as why:
            print("skipped: %s" % why)
            return SKIPPED
        except Broken as broken:
            print("FAILED: %s" % broken)
            return 1
    print("handed over, delivered, refused with faults: as the page tells it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
