#!/usr/bin/env python3
"""Compares docs/update.schema.json with what smev-send takes.

Every example, random updates of the unit tests' generator, and mutants of them (a field removed, added,
renamed, given another type, length or spelling) go both to the schema and to `smev-send submit --check`.
What the schema refuses, smev-send refuses; what smev-send refuses for its form, the schema refuses, except
for the faults that a JSON Schema cannot express (beyond_the_schema). SMEV_TEST_SEED replays a run.
"""

import copy
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ["SMEV_SOURCE_DIR"])
BIN = pathlib.Path(os.environ["SMEV_BIN_DIR"])
SKIPPED = 77
RANDOM_UPDATES = 45
MUTANTS_OF_ONE = 60
MAX_SHOWN = 20

# Fault codes that the schema does not know of: they need arithmetic, a clock, the profile, the order's past,
# the files, or a calendar; and the line that counts the faults beyond those that are told.
BEYOND = {"check_digit", "future", "date_order", "not_in_profile", "not_as_known", "first_status", "file", "more"}
# Missing only as long as nothing else is known of the order.
FACTS = {"order.service", "order.filed_at", "order.applicant"}
# The spellings below that need a calendar.
NO_DAYS = ("2026-02-30", "0000-01-01")

SPELLINGS = ["", " ", "x", "Я" * 3, "a\tb", "a\nb", "a\u0001b", "a\u200bb", "a\u202eb", "\ufeff", "1" * 8, "1" * 9,
             "1" * 10, "1" * 11, "1" * 12, "1" * 13, "1" * 15, "3" + "1" * 14, "5" + "1" * 12, "112-233-445 95",
             "112-233-44595", "9" * 9 + "\n", "2026-04-16", "2026-13-16", "2026-04-16T10:47:33", "2026-04-16T10:47",
             "2026-04-16T10:47:33.5+14:00", "2026-04-16T10:47:33+14:30", "2026-04-16T24:00:00", "2026-04-16 10:47:33",
             "2026-04-16T10:47:33Z\n", "0000-01-01T00:00:00", "2026-02-30T00:00:00", "application/pdf", "a/b/c", "pdf",
             "..", ".", "a/b", "a\\b", ".a", " 1", "1\u00a0", "1\u2028", "elk:7", "\u22121", "1899-12-31T23:59:59",
             "1900-01-01T00:00:00+14:00", "2026-04-16T10:47:33.1234567890"]
LENGTHS = [16, 17, 20, 21, 36, 37, 50, 51, 127, 128, 255, 256, 257, 1024, 1025, 4000, 4001, 4096, 4097]
VALUES = [None, True, False, 0, 1, -1, -32768, -32769, 32767, 32768, 1.5, 9223372036854775807, 9223372036854775808,
          "6", [], {}, [{}], ["x"], {"x": 1}]
KINDS = ["person_by_document", "person_by_snils", "person_by_snils_and_birth_date", "person_by_inn",
         "person_by_esia_id", "person_by_ern", "organization_by_esia_id", "legal_entity", "entrepreneur"]


def places(node, path=()):
    """Every place below the node: the path of keys and indexes that leads there."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield path + (key,)
        yield from places(value, path + (key,))


def parent_of(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


def mutants(update, chooser):
    everywhere = list(places(update))
    for _ in range(MUTANTS_OF_ONE):
        mutant = copy.deepcopy(update)
        path = chooser.choice(everywhere)
        parent, key = parent_of(mutant, path), path[-1]
        trick = chooser.randrange(7)
        if trick == 0:
            del parent[key]
        elif trick == 1:
            parent[key] = chooser.choice(VALUES)
        elif trick == 2:
            parent[key] = chooser.choice(SPELLINGS)
        elif trick == 3:
            parent[key] = chooser.choice("1Яx ") * chooser.choice(LENGTHS)
        elif trick == 4 and isinstance(parent, dict):
            parent[chooser.choice(["colour", key + "_", key.upper()])] = parent.pop(key)
        elif trick == 5 and isinstance(parent, dict):
            parent["more"] = chooser.choice(VALUES)
        else:
            add_to(mutant, chooser)
        yield mutant


def add_to(update, chooser):
    """Fields that the generator never puts together, and lists at their limits."""
    order, status = update["order"], update["status"]
    item = {"path": "x.pdf"}
    chooser.choice([
        lambda: order.update(elk_number=chooser.choice([1, 0, -1])),
        lambda: order.update(created_elsewhere=chooser.choice([True, "true"])),
        lambda: (order.update(elk_number=7), order.pop("number", None)),
        lambda: order.update(number=chooser.choice([None, ""]), elk_number=chooser.choice([None, 7])),
        lambda: order.get("applicant", {}).update({chooser.choice(KINDS): chooser.choice([None, {}])}),
        lambda: order.update(applicant={"legal_entity": dict(chooser.sample(
            [("ogrn", "1999900000010"), ("inn", "9902000044"), ("kpp", "990201001"), ("title", "ООО"),
             ("ogrn", None)], 3))}),
        lambda: order.update(applicant={"person_by_snils": {
            "snils": "112-233-445 95", "last_name": chooser.choice(["", " ", "П"]),
            "first_name": chooser.choice(["", "А"])}}),
        lambda: status.update(results=[item] * chooser.choice([100, 101]), data_mart_results=[]),
        lambda: status.update(parameters=[{"name": "a", "value": ""}] * chooser.choice([1000, 1001])),
        lambda: status.update(message_type=chooser.choice("aЯ") * chooser.choice([100000, 100001])),
        lambda: update.update(more_statuses=[{"code": 7, "at": "2026-10-01T10:00:00"}] * chooser.choice([99, 100])),
        lambda: status.update(informed=chooser.choice([None, 1, True])),
    ])()


def verdicts(updates):
    """What smev-send says of each by itself: None, or the set of (field, code) of its faults."""
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "smev.toml"
        config.write_text((ROOT / "examples" / "smev.toml").read_text())
        lines = "".join(json.dumps(update, ensure_ascii=False) + "\n" for update in updates)
        process = subprocess.run(
            [BIN / "smev-send", "--config", config, "--json", "--quiet", "submit", "-", "--format", "ndjson", "--check"],
            input=lines.encode("utf-8", "surrogatepass"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if process.returncode not in (0, 4):
        sys.exit("smev-send ended with %d: %s" % (process.returncode, process.stderr.decode()))
    records = [json.loads(line) for line in process.stdout.splitlines()]
    if len(records) != len(updates):
        sys.exit("%d updates, %d answers" % (len(updates), len(records)))
    return [None if record["error"] is None else
            {(field["field"], field["code"]) for field in record["error"]["fields"]} or {("", "unreadable")}
            for record in records]


def beyond_the_schema(fault, update):
    field, code = fault
    if code == "missing":
        return field in FACTS
    if code == "too_many":  # the limit of files and documents together is the sum of two lists
        return field.endswith(".results")
    if code in ("date", "date_time"):
        return any(day in json.dumps(update) for day in NO_DAYS)
    return code in BEYOND


def main():
    try:
        import jsonschema
    except ImportError:
        print("SKIPPED: python3-jsonschema is not installed")
        return SKIPPED
    schema = json.loads((ROOT / "docs" / "update.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    seed = int(os.environ.get("SMEV_TEST_SEED") or random.randrange(1 << 31))
    print("seed", seed)
    chooser = random.Random(seed)
    examples = [json.loads(path.read_text()) for path in sorted((ROOT / "examples" / "updates").glob("*.json"))]
    made = subprocess.run([BIN / "random_updates", str(RANDOM_UPDATES), str(seed)], check=True,
                          stdout=subprocess.PIPE).stdout.decode()
    good = examples + [json.loads(line) for line in made.splitlines()]
    if len(examples) < 16 or len(good) != len(examples) + RANDOM_UPDATES:
        sys.exit("too few updates to begin with")
    bad = [mutant for update in good for mutant in mutants(update, chooser)]

    complaints = []
    refused = 0
    for update, faults in zip(good + bad, verdicts(good + bad)):
        by_schema = next(iter(validator.iter_errors(update)), None)
        refused += by_schema is not None
        if by_schema is not None and faults is None:
            complaints.append("schema alone refuses (%s): %s" % (by_schema.message[:200], shown(update)))
        formal = {fault for fault in faults or () if not beyond_the_schema(fault, update)}
        if by_schema is None and formal:
            complaints.append("smev-send alone refuses (%s): %s" % (sorted(formal), shown(update)))
    complaints += ["a good update is refused: " + shown(update) for update in good if not validator.is_valid(update)]
    if not len(bad) / 4 < refused < len(bad):
        complaints.append("%d of %d mutants refused: the mutants are no good" % (refused, len(bad)))
    for complaint in complaints[:MAX_SHOWN]:
        print("FAIL", complaint)
    print("%d updates, %d of them refused, %d disagreements" % (len(good + bad), refused, len(complaints)))
    return 1 if complaints else 0


def shown(update):
    text = json.dumps(update, ensure_ascii=False)
    return text if len(text) < 900 else text[:900] + "…"


if __name__ == "__main__":
    sys.exit(main())
