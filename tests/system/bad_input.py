#!/usr/bin/env python3
"""Bad input, from the department and from the server: a clear error, and nothing is lost.

Updates with faults are refused with the field and the reason (exit code 4). A gateway between
smev-send and the mock answers with HTML, broken XML, an endless body, nothing at all; each attempt shows
what happened, and the same message is delivered once in the end.
"""

import datetime
import http.client
import http.server
import sys
import tempfile
import threading

from _stand import SLOWNESS, Broken, Stand, expect, first_update

NOW = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
ANSWER_LIMIT = 64 << 10
ENDLESS_CHUNK = b"<a>" * 4096

BAD_UPDATES = {
    "wrong INN of the applicant": (
        lambda u: u["order"].update(applicant={"legal_entity": {"inn": "7700000001"}}),
        "order.applicant.inn", "check_digit"),
    "date without time": (
        lambda u: u["status"].update(at="2026-04-15"), "status.at", None),
    "37 characters of order number": (
        lambda u: u["order"].update(number="1" * 37), "order.number", "too_long"),
    "mistyped field": (
        lambda u: u["status"].update(informd=True), "status.informd", "unknown_field"),
    "unknown field, whose name may be data": (
        lambda u: u["status"].update(colour="green"), "status.ключ № 3", "unknown_field"),
    "result that is not there": (
        lambda u: u["status"].update(results=[{"path": "/nonexistent.pdf"}]),
        "status.results[0].path", "file"),
}


def bad_updates_are_refused(stand):
    for name, (spoil, field, code) in BAD_UPDATES.items():
        update = first_update("1999290001", NOW, NOW)
        spoil(update)
        _, document = stand.submit(update, codes=(4,))
        faults = document["error"]["fields"]
        found = [f for f in faults if f["field"] == field and code in (None, f["code"])]
        expect(found and found[0]["text"], "%s: %s" % (name, document))
        expect(len(faults) == 1, "%s: other faults as well: %s" % (name, document))
    _, listed = stand.run("list")
    expect(not listed["updates"], "a refused update was kept")


class Gateway(http.server.BaseHTTPRequestHandler):
    """Spoils the answers to SendRequest in turn, then lets them pass."""

    protocol_version = "HTTP/1.1"
    mock_port = 0
    tricks = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        trick = None
        if b"SendRequestRequest" in body and self.tricks:
            trick = self.tricks.pop(0)
        if trick:
            return trick(self, body)
        self.relay(body)

    def forward(self, body):
        mock = http.client.HTTPConnection("127.0.0.1", self.mock_port, timeout=30)
        mock.request("POST", self.path, body, {"Content-Type": self.headers["Content-Type"]})
        answer = mock.getresponse()
        return answer, answer.read()

    def relay(self, body):
        answer, content = self.forward(body)
        self.reply(answer.status, answer.headers["Content-Type"], content)

    def reply(self, status, content_type, content):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def html_with_200(self, _):
        self.reply(200, "text/html", b"<html><body>Welcome</body></html>")

    def bad_gateway(self, _):
        self.reply(502, "text/html", b"<html><body>502 Bad Gateway</body></html>")

    def broken_xml_after_acceptance(self, body):
        _, content = self.forward(body)
        self.reply(200, "text/xml", content[:len(content) // 2])

    def silence_after_acceptance(self, body):
        self.forward(body)
        self.close_connection = True

    def endless_answer(self, _):
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        self.close_connection = True
        for _ in range(10000):
            try:
                self.wfile.write(ENDLESS_CHUNK)
            except OSError:
                return

    def log_message(self, *_):
        pass


TRICKS = [
    (Gateway.html_with_200, "http"),
    (Gateway.bad_gateway, "http"),
    (Gateway.endless_answer, "limit_exceeded"),
    (Gateway.broken_xml_after_acceptance, "bad_answer"),
    (Gateway.silence_after_acceptance, "connection_lost"),
]


def bad_servers_lose_nothing(stand):
    Gateway.mock_port = stand.port
    Gateway.tricks = [trick for trick, _ in TRICKS]
    gateway = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=gateway.serve_forever)
    thread.start()
    try:
        text = stand.config.read_text()
        url = "http://127.0.0.1:%d/" % stand.port
        expect(url in text, "the mock's configuration has another form")
        text = text.replace(url, "http://127.0.0.1:%d/" % gateway.server_address[1])
        text = text.replace("[smev]\n", '[smev]\nanswer_size_max = "%dB"\n' % ANSWER_LIMIT)
        stand.config.write_text(text + '\n[retry]\nbase = "20ms"\ncap = "50ms"\n')

        _, submitted = stand.submit(first_update("1999290001", NOW, NOW))
        stand.run("drain", "--timeout", "60s")
        _, story = stand.run("show", str(submitted["update"]["id"]))
    finally:
        gateway.shutdown()
        thread.join()
        gateway.server_close()

    expect(len(story["messages"]) == 1, "the update was given a second message")
    attempts = story["messages"][0]["attempts"]
    faults = [a["fault"] for a in attempts]
    expect(faults[:len(TRICKS)] == [fault for _, fault in TRICKS], "attempts say %s" % faults)
    expect(all(a["outcome"] == "in_doubt" for a in attempts[:len(TRICKS)]), "not all in doubt")
    expect(attempts[-1]["outcome"] == "duplicate", "the last attempt was %s" % attempts[-1])
    expect(len(stand.account()["1999290001"]) == 1, "the account does not hold the status once")


def main():
    with tempfile.TemporaryDirectory(prefix="smev-bad-input-") as folder:
        try:
            # The answer comes late enough for every trick to be played before it settles the update.
            with Stand(folder, "--answer-delay", "%ds" % (2 * SLOWNESS)) as stand:
                bad_updates_are_refused(stand)
                bad_servers_lose_nothing(stand)
        except Broken as broken:
            print("FAILED: %s" % broken)
            return 1
    print("%d bad updates refused by field, %d bad answers survived" % (len(BAD_UPDATES), len(TRICKS)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
