#!/usr/bin/env python3
"""smev-send run and the signals of a service manager.

SIGTERM, SIGINT and SIGHUP end an idle run at once, with code 0; one that was started with nohup
outlives its terminal. A run that waits for a SMEV that never answers finishes what is under way after the first signal and leaves at once at the second, with code 75; the
next run delivers the same message, once. A second dispatcher over the same outbox is turned away.
"""

import datetime
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

from _stand import SLOWNESS, Broken, Stand, expect, first_update

ORDER = "1999290001"
END_SECONDS = 20 * SLOWNESS


class Run:
    """A `smev-send run` that is to end; whoever starts the tests may ignore SIGHUP."""

    def __init__(self, stand, config, hang_up=signal.SIG_DFL):
        self.process = subprocess.Popen([stand.bin / "smev-send", "--config", config, "run"],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        preexec_fn=lambda: signal.signal(signal.SIGHUP, hang_up))

    def end(self):
        try:
            out, err = self.process.communicate(timeout=END_SECONDS)
        except subprocess.TimeoutExpired as late:
            self.process.kill()
            raise Broken("smev-send run did not end in %d s" % END_SECONDS) from late
        return self.process.returncode, out.decode(), err.decode()


def polls(stand):
    counters = stand.ask("/messages")["counters"]
    return sum(count for name, count in counters.items() if name.startswith("GetResponse"))


def idle_run(stand, hang_up=signal.SIG_DFL):
    before = polls(stand)
    run = Run(stand, stand.config, hang_up)
    deadline = time.monotonic() + END_SECONDS
    while polls(stand) == before:
        expect(time.monotonic() < deadline and run.process.poll() is None, "the run asks nothing")
        time.sleep(0.02)
    return run


def turns_another_away(stand):
    _, told = stand.run("drain", codes=(75,))
    expect(told["error"]["code"] == "store_busy", "a second dispatcher was told %s" % told)


def run_with_nohup_outlives_its_terminal(stand):
    run = idle_run(stand, signal.SIG_IGN)
    run.process.send_signal(signal.SIGHUP)
    for _ in range(5):
        turns_another_away(stand)
    run.process.send_signal(signal.SIGTERM)
    code, _, err = run.end()
    expect(code == 0, "the run under nohup ended with %d: %s" % (code, err))


def idle_run_ends_at_once(stand, number):
    run = idle_run(stand)
    turns_another_away(stand)
    run.process.send_signal(number)
    code, _, err = run.end()
    expect(code == 0, "%s ended an idle run with %d: %s" % (number.name, code, err))


def second_signal_leaves_at_once(stand, silent):
    """`silent` takes connections and never answers."""
    config = stand.folder / "mock" / "silent.toml"
    text = stand.config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"http://127\.0\.0\.1:\d+/", "http://127.0.0.1:%d/"
                             % silent.getsockname()[1], text), encoding="utf-8")
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    _, submitted = stand.submit(first_update(ORDER, now, now))
    update = str(submitted["update"]["id"])

    run = Run(stand, config)
    silent.settimeout(END_SECONDS)
    request = b""
    connections = []
    while b"SendRequestRequest" not in request:  # the first connection may be the poll for answers
        connection, _ = silent.accept()
        connection.settimeout(END_SECONDS)
        request = connection.recv(65536)
        while request and b"</" not in request:
            request += connection.recv(65536)
        connections.append(connection)
    run.process.send_signal(signal.SIGTERM)
    _, shown = stand.run("show", update)
    expect(run.process.poll() is None, "the run gave up what was under way at the first signal")
    run.process.send_signal(signal.SIGTERM)
    code, _, err = run.end()
    expect(code == 75, "the second signal ended the run with %d: %s" % (code, err))
    for connection in connections:
        connection.close()
    return update, shown["messages"][0]["message_id"]


def next_run_goes_on(stand, update, message_id):
    stand.run("drain", "--timeout", "60s")
    _, story = stand.run("show", update)
    expect(story["update"]["state"] == "delivered", "not delivered after the second signal")
    messages = [m["message_id"] for m in story["messages"]]
    expect(messages == [message_id], "another message was made: %s" % messages)
    outcomes = [a["outcome"] for a in story["messages"][0]["attempts"]]
    expect(outcomes == ["interrupted", "accepted"], "the attempts are %s" % outcomes)
    expect(len(stand.account()[ORDER]) == 1, "the account does not hold the status once")


def main():
    with tempfile.TemporaryDirectory(prefix="smev-signals-") as folder, socket.create_server(
            ("127.0.0.1", 0)) as silent:
        try:
            with Stand(folder) as stand:
                idle_run_ends_at_once(stand, signal.SIGTERM)
                idle_run_ends_at_once(stand, signal.SIGINT)
                idle_run_ends_at_once(stand, signal.SIGHUP)
                run_with_nohup_outlives_its_terminal(stand)
                next_run_goes_on(stand, *second_signal_leaves_at_once(stand, silent))
        except Broken as broken:
            print("FAILED: %s" % broken)
            return 1
    print("signals end a run as documented, and nothing is lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
