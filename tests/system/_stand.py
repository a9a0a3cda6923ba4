"""A mock-smev process, its configuration and smev-send: what the system tests stand on."""

import json
import os
import pathlib
import subprocess
import time
import urllib.request

START_SECONDS = 60
COMMAND_SECONDS = 180
# Sanitizer builds need more time for everything.
SLOWNESS = 4 if os.environ.get("SMEV_SANITIZE") else 1
SNILS = "112-233-445 95"
SERVICE = "-60012726"


class Broken(Exception):
    """What should hold does not, or the test could not be run."""


def expect(condition, message):
    if not condition:
        raise Broken(message)


def over_postgres(config, connection, *more):
    """The mock's configuration with the outbox over PostgreSQL; `more` are lines of [outbox]."""
    place = 'path = "outbox/outbox.db"'
    expect(place in config, "the mock's configuration has another outbox than this test knows")
    lines = ['postgres = "%s"' % connection, 'files = "files"', *more]
    return config.replace(place, "\n".join(lines))


class Stand:
    """The processes and files of one test, below `folder`."""

    def __init__(self, folder, *mock_options):
        self.folder = pathlib.Path(folder)
        self.bin = pathlib.Path(os.environ["SMEV_BIN_DIR"])
        self.config = self.folder / "mock" / "smev.toml"
        ports = self.folder / "ports.json"
        self.mock_log = self.folder / "mock.log"
        with open(self.mock_log, "wb") as log:
            self.mock = subprocess.Popen(
                [self.bin / "mock-smev", "--dir", self.folder / "mock", "--port", "0",
                 "--ftp-port", "0", "--ports-file", ports, *mock_options],
                stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        while not ports.exists():
            if self.mock.poll() is not None or time.monotonic() > deadline:
                raise Broken("mock-smev did not start: " + self.mock_log.read_text())
            time.sleep(0.02)
        self.port = json.loads(ports.read_text())["http"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.mock.poll() is None:
            self.mock.terminate()
            self.mock.wait(timeout=START_SECONDS)

    def configure(self, text):
        """Adds tables to the configuration that the mock wrote."""
        with open(self.config, "a", encoding="utf-8") as out:
            out.write("\n" + text + "\n")

    def ask(self, path):
        with urllib.request.urlopen("http://127.0.0.1:%d%s" % (self.port, path), timeout=10) as page:
            return json.load(page)

    def account(self):
        """The statuses of each order, as the citizen sees them."""
        return {o["number"]: o["statuses"] for o in self.ask("/orders")["orders"]}

    def start(self, *arguments, environment=None, **options):
        return subprocess.Popen([self.bin / "smev-send", "--config", self.config, *arguments],
                                env=environment, **options)

    def run(self, *arguments, codes=(0,)):
        """Runs smev-send --json to its end; gives its exit code and its document."""
        process = self.start("--json", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(timeout=COMMAND_SECONDS)
        expect(process.returncode in codes, "smev-send %s ended with %d:\n%s%s" % (
            " ".join(arguments), process.returncode, out.decode(), err.decode()))
        return process.returncode, json.loads(out) if out.strip() else None

    def submit(self, update, *arguments, codes=(0,)):
        source = self.folder / "update.json"
        source.write_text(json.dumps(update, ensure_ascii=False), encoding="utf-8")
        return self.run("submit", str(source), *arguments, codes=codes)


def first_update(order, filed_at, at, code=6):
    """Creates the order: a person known by SNILS, invented."""
    return {"order": {"number": order, "service": SERVICE, "filed_at": filed_at,
                      "applicant": {"person_by_snils": {"snils": SNILS, "last_name": "Петрова",
                                                        "first_name": "Анна"}}},
            "status": {"code": code, "at": at}}


def later_update(order, at, code, *results):
    update = {"order": {"number": order}, "status": {"code": code, "at": at}}
    if results:
        update["status"]["results"] = [{"path": str(path)} for path in results]
    return update
