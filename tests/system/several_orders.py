#!/usr/bin/env python3
"""Several orders in one message that is refused in doubt: one decision brings all of them back.

The message breaks off under way and is refused when it goes again, so that nobody knows whether SMEV
has it. A person requeues all that is held; the same message goes once more and is delivered, and each
order is told of as done, though only the first decision was needed.
"""

import datetime
import sys
import tempfile

from _stand import Broken, Stand, expect, first_update

ORDERS = ("1", "2", "3")


def check(stand):
    text = stand.config.read_text(encoding="utf-8")
    stand.config.write_text("orders_per_message_max = 10\n" + text + '\n[retry]\nbase = "10ms"\n',
                            encoding="utf-8")
    now = datetime.datetime.now(datetime.timezone.utc)
    filed, at = ((now - datetime.timedelta(hours=hours)).isoformat(timespec="seconds")
                 for hours in (2, 1))
    for order in ORDERS:
        stand.submit(first_update(order, filed, at))
    stand.run("drain", codes=(1,))
    _, listed = stand.run("list", "--hold-reason", "refused_in_doubt")
    expect(len(listed["updates"]) == len(ORDERS), "held in doubt: %s" % listed)

    _, told = stand.run("queue", "requeue", "--hold-reason", "refused_in_doubt", "--reason", "право есть",
                        "--yes")
    expect(told["done"] == len(ORDERS) and told["refused"] == 0, "told %s" % told)
    expect(all(u["state"] == "in_flight" for u in told["updates"]), "told %s" % told)
    stand.run("drain")
    account = stand.account()
    expect(all([s["code"] for s in account[order]] == [6] for order in ORDERS), "account %s" % account)
    _, shown = stand.run("show", "1")
    expect(len(shown["messages"]) == 1, "another message was made")


def main():
    with tempfile.TemporaryDirectory(prefix="smev-several-") as folder:
        try:
            with Stand(folder, "--inject", "SendRequest=drop:1", "--inject",
                       "SendRequest=AccessDenied:1") as stand:
                check(stand)
        except Broken as broken:
            print("FAILED: %s" % broken)
            return 1
    print("three orders in one message, brought back by one decision, delivered once each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
