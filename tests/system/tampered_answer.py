#!/usr/bin/env python3
"""An answer changed on its way is stored and shown, never settled and never acknowledged.

The mock changes one octet of the first answer after signing it. The update must stay in flight, the
mock must see no Ack; when the true answer is delivered again, the update is settled by it.
"""

import datetime
import sys
import tempfile

from _stand import Broken, Stand, expect, first_update

ORDER = "1999290001"


def tampered_answer_is_refused(stand):
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    _, submitted = stand.submit(first_update(ORDER, now, now))
    update = str(submitted["update"]["id"])

    stand.run("drain", "--timeout", "1s", codes=(75,))
    _, story = stand.run("show", update)
    expect(story["update"]["state"] == "in_flight", "the update was settled by a changed answer")
    answers = story["messages"][0]["answers"]
    expect(len(answers) == 1 and not answers[0]["verified"], "the refused answer is not shown")
    expect(answers[0]["acknowledged"] is None, "the changed answer was acknowledged")
    counters = stand.ask("/messages")["counters"]
    expect(counters["tampered"] == 1, "the mock changed no answer")
    expect(counters.get("Ack.acknowledged", 0) == 0, "the mock received an Ack")


def true_answer_settles(stand):
    stand.run("drain", "--timeout", "60s")
    _, listed = stand.run("list")
    expect([u["state"] for u in listed["updates"]] == ["delivered"], "not delivered in the end")
    expect(stand.ask("/messages")["counters"]["Ack.acknowledged"] == 1, "not acknowledged once")
    expect(len(stand.account()[ORDER]) == 1, "the account does not hold the status once")


def main():
    with tempfile.TemporaryDirectory(prefix="smev-tampered-") as folder:
        try:
            with Stand(folder, "--tamper-answers", "1", "--redeliver", "3s") as stand:
                tampered_answer_is_refused(stand)
                true_answer_settles(stand)
        except Broken as broken:
            print("FAILED: %s" % broken)
            return 1
    print("a changed answer was stored, shown and left alone; the true one settled the update")
    return 0


if __name__ == "__main__":
    sys.exit(main())
