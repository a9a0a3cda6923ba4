#!/usr/bin/env python3
"""A PostgreSQL server of the tests' own, from Debian's package: in a temporary folder, on a Unix
socket, stopped at the end.

  postgres.py COMMAND [ARGUMENTS ...]   runs the command with SMEV_TEST_POSTGRES naming the server

Without PostgreSQL the command runs all the same, and the tests that want a server are skipped.
"""

import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

DEBIAN = pathlib.Path("/usr/lib/postgresql")
USER = "postgres"  # of Debian's package; initdb refuses root
START_SECONDS = 60
PR_SET_PDEATHSIG = 1


class Missing(Exception):
    """There can be no server here."""


def programs():
    found = [p for p in DEBIAN.glob("*/bin") if (p / "initdb").exists()]
    if not found:
        raise Missing("PostgreSQL is not installed (Debian: postgresql)")
    return max(found, key=lambda p: int(p.parent.name))


class Server:
    """Runs until it is left; `connection` is the conninfo of a user who may do everything."""

    def __init__(self):
        self.bin = programs()
        self.user = None
        if os.getuid() == 0:
            try:
                self.user = pwd.getpwnam(USER)
            except KeyError as unknown:
                raise Missing("no user postgres to run the server as") from unknown
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="smev-pg-"))
        self.connection = "host=%s user=smev dbname=postgres" % self.folder
        self.process = None

    def become(self):
        """In the child: the server's user; the kernel ends it with this program."""
        if self.user:
            os.initgroups(self.user.pw_name, self.user.pw_gid)
            os.setgid(self.user.pw_gid)
            os.setuid(self.user.pw_uid)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        data = self.folder / "data"
        with open(self.folder / "log", "wb") as log:
            subprocess.run([self.bin / "initdb", "-D", data, "-A", "trust", "-U", "smev",
                            "-E", "UTF8", "--locale=C", "--no-sync"],
                           stdout=log, stderr=log, preexec_fn=self.become, check=True, cwd="/")
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", data, "-k", self.folder,
                 "-c", "listen_addresses=", "-c", "max_connections=200"],
                stdout=log, stderr=log, preexec_fn=self.become, cwd="/")
        deadline = time.monotonic() + START_SECONDS
        while self.sql("SELECT 1", check=False) != "1":
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start: " + (self.folder / "log").read_text())
            time.sleep(0.05)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # nothing of it is wanted any more
            self.process.wait(timeout=START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def socket(self):
        return str(self.folder / ".s.PGSQL.5432")

    def sql(self, statement, check=True):
        """The first row's columns, separated by |."""
        done = subprocess.run([self.bin / "psql", "-XAtq", "-d", self.connection, "-c", statement],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if check and done.returncode != 0:
            raise RuntimeError("psql: " + done.stderr.decode())
        return done.stdout.decode().strip()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    environment = dict(os.environ)
    try:
        with Server() as server:
            environment["SMEV_TEST_POSTGRES"] = server.connection
            sys.exit(subprocess.run(sys.argv[1:], env=environment).returncode)
    except Missing as why:
        print("without a PostgreSQL server: %s" % why, file=sys.stderr)
        sys.exit(subprocess.run(sys.argv[1:], env=environment).returncode)


if __name__ == "__main__":
    main()
