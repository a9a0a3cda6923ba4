#!/usr/bin/python3
"""Compares the project's schemas with the reference schemas on mutants of accepted documents.

Every accepted document of samples/requests, samples/responses, samples/envelopes (below $SMEV_SHARED, default:
the folder "shared" beside the project root) and of the folder "seeds" is changed in one place at a time:
elements are removed (alone and with neighbours), doubled, swapped, renamed, moved to another namespace, given unknown
attributes and children; texts and attribute values are replaced by blanks, long texts and boundary values. The set is
deterministic. Each mutant goes to both schemas, and the verdicts must be equal.

Exit status: 0 all agree, 1 otherwise, 77 skipped because the shared folder is missing.
"""

import copy
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MAX_SHOWN = 50

# Lengths around every limit of the schemas; digits and letters take different facets.
LENGTHS = (1, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 36, 37, 50, 51, 100, 101, 256, 257,
           500, 501, 1024, 1025, 1500, 1501, 4000, 4001, 5000)
VALUES = (
    "", " ", "x", "Я", "0", "-1", "+7", " 7 ", "7.0", "007", "true", "1", "TRUE",
    "32767", "32768", "-32768", "-32769", "2147483647", "2147483648",
    "9223372036854775807", "9223372036854775808",
    "2026-02-28", "2026-02-30", "2026-02-28+03:00", "2026-02-28T10:00:00", "2026-02-28T10:00:00.123456789Z",
    "2026-02-28T24:00:00", "2026-02-28T10:00", " 2026-02-28T10:00:00+03:00 ",
    "a\tb", "\tab\n", "1234567\t89", " 123456789", "123456789012\n",
    "1027700132195", "2027700132195", "5027700132195", "3027700132195", "304500116000157", "104500116000157",
    "\u0661" * 9, "\u0661" * 10,
    "0d9f4a10-7c51-11f0-9a3e-5254009c1b01", "0D9F4A10-7C51-11F0-9A3E-5254009C1B01",
    "0d9f4a107c5111f09a3e5254009c1b01", "{0d9f4a10-7c51-11f0-9a3e-5254009c1b01}",
    "text/", "image/png", "font/woff", "application/a+b.c-d", "application/a b", "AQID", "AQI", "AQ==",
    "urn:a", "a b", "http://[", "a:b", "1a", "_a",
    "REQUEST", "RESPONSE", "BROADCAST", "CANCEL",
    "doesNotExist", "requestIsQueued", "requestIsAcceptedBySmev", "requestIsRejectedBySmev",
    "requestIsProcessed", "underProcessing", "responseIsQueued", "responseIsAcceptedBySmev",
    "responseIsRejectedBySmev", "responseIsProcessed", "responseIsDelivered", "cancelled",
    "messageIsDelivered", "messageIsArchived",
    "ACCESS_DENIED", "NO_DATA", "UNKNOWN_REQUEST_DESCRIPTION", "FAILURE", "OTHER",
    "PoorSOAPEnvelopeFormat", "NoSignatureFound", "IncorrectSignatureTarget", "SignatureIsInvalid",
    "CertificateIsNotFound", "CertificateIsExpired", "CertificateIsRevoked",
)


def replacement_values():
    for value in VALUES:
        yield "value %r" % value, value
    for length in LENGTHS:
        yield "%d digits" % length, "1" * length
        yield "%d letters" % length, "\u0436" * length


def elements(root):
    return [node for node in root.iter() if isinstance(node.tag, str)]


def elements_of(parent):
    return [node for node in parent if isinstance(node.tag, str)]


def with_new_ids(node):
    """A copy of the node whose xs:ID values differ: else their clash hides the number of occurrences."""
    twin = copy.deepcopy(node)
    for part in elements(twin):
        if part.get("Id"):
            part.set("Id", part.get("Id") + "-2")
        if part.tag.rpartition("}")[2] == "Id" and part.text:
            part.text += "-2"
    return twin


def mutants(root):
    """Yields (description, mutated copy of root), one change each."""
    from lxml import etree

    def fresh(index):
        clone = copy.deepcopy(root)
        return clone, elements(clone)[index]

    for index, original in enumerate(elements(root)):
        name = etree.QName(original)
        where = "%s #%d" % (name.localname, index)
        is_root = original.getparent() is None
        is_leaf = not elements_of(original)

        if not is_root:
            clone, node = fresh(index)
            node.getparent().remove(node)
            yield where + ": removed", clone

            clone, node = fresh(index)
            node.addnext(copy.deepcopy(node))
            yield where + ": doubled", clone

            clone, node = fresh(index)
            node.addnext(with_new_ids(node))
            yield where + ": doubled with new identifiers", clone

            # Optional groups show themselves only when several neighbours go at once.
            siblings = elements_of(original.getparent())
            position = siblings.index(original)
            for last in range(position + 1, len(siblings)):
                clone, node = fresh(index)
                parent = node.getparent()
                for sibling in elements_of(parent)[position:last + 1]:
                    parent.remove(sibling)
                yield "%s: removed with the next %d" % (where, last - position), clone

            following = original.getnext()
            if following is not None and isinstance(following.tag, str):
                clone, node = fresh(index)
                node.getnext().addnext(node)
                yield where + ": swapped with the next", clone

        clone, node = fresh(index)
        node.tag = "{%s}%s" % (name.namespace, name.localname + "X") if name.namespace else name.localname + "X"
        yield where + ": renamed", clone

        clone, node = fresh(index)
        node.tag = name.localname
        yield where + ": without namespace", clone

        clone, node = fresh(index)
        node.tag = "{urn:example:other}" + name.localname
        yield where + ": in another namespace", clone

        for attribute in ("unknown", "{urn:example:other}unknown"):
            clone, node = fresh(index)
            node.set(attribute, "1")
            yield "%s: attribute %s" % (where, attribute), clone

        for child in ("unknown", "{urn:example:other}unknown", "{%s}unknown" % (name.namespace or "urn:example:x")):
            clone, node = fresh(index)
            etree.SubElement(node, child)
            yield "%s: last child %s" % (where, child), clone
            clone, node = fresh(index)
            node.insert(0, etree.Element(child))
            yield "%s: first child %s" % (where, child), clone

        if is_leaf:
            for what, value in replacement_values():
                clone, node = fresh(index)
                node.text = value
                yield "%s: %s" % (where, what), clone
        else:
            clone, node = fresh(index)
            for child in list(node):
                node.remove(child)
            node.text = None
            yield where + ": emptied", clone

            clone, node = fresh(index)
            node.text = "x"
            yield where + ": text among children", clone

        for attribute in original.attrib:
            clone, node = fresh(index)
            del node.attrib[attribute]
            yield "%s: attribute %s removed" % (where, attribute), clone
            for what, value in replacement_values():
                if attribute.startswith("{http://www.w3.org/2001/XMLSchema-instance}") and len(value) > 50:
                    continue
                clone, node = fresh(index)
                node.set(attribute, value)
                yield "%s: attribute %s %s" % (where, attribute, what), clone


def main():
    shared = pathlib.Path(os.environ.get("SMEV_SHARED") or ROOT.parent / "shared")
    if not (shared / "samples").is_dir() or not (shared / "reference").is_dir():
        print("SKIPPED: no samples and reference schemas in %s (set SMEV_SHARED)" % shared)
        return 77
    try:
        from lxml import etree
    except ImportError:
        print("lxml is not installed for %s (package python3-lxml)" % sys.executable, file=sys.stderr)
        return 1

    def schema(path):
        return etree.XMLSchema(etree.parse(str(path)))

    own_business = schema(ROOT / "xsd" / "elk-status-1.0.2.xsd")
    own_envelope = schema(ROOT / "xsd" / "smev-1.2.xsd")
    ref_business = schema(shared / "reference" / "elk-status-1.0.2.draft.xsd")
    ref_envelope = schema(shared / "reference" / "smev-1.2" / "smev-all-1.2.driver.xsd")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)

    def accepts(validator, data):
        # A new tree for every question: validation registers identifiers in the tree.
        return validator.validate(etree.fromstring(data, parser))

    groups = (
        ("requests", shared / "samples" / "requests", own_business, ref_business),
        ("responses", shared / "samples" / "responses", own_business, ref_business),
        ("seeds/business", HERE / "seeds" / "business", own_business, ref_business),
        ("envelopes", shared / "samples" / "envelopes", own_envelope, ref_envelope),
        ("seeds/envelopes", HERE / "seeds" / "envelopes", own_envelope, ref_envelope),
    )
    total = agreed = shown = bad_sources = 0
    for label, folder, own, reference in groups:
        count = same = accepted = 0
        files = sorted(folder.glob("*.xml"))
        if not files:
            print("FAIL %s: no .xml files in %s" % (label, folder))
            bad_sources += 1
        for path in files:
            root = etree.parse(str(path), parser).getroot()
            source = etree.tostring(root)
            if not (accepts(own, source) and accepts(reference, source)):
                print("FAIL %s/%s: the unchanged document is not accepted by both schemas" % (label, path.name))
                bad_sources += 1
                continue
            seen = {source}
            for what, mutant in mutants(root):
                data = etree.tostring(mutant)
                if data in seen:
                    continue
                seen.add(data)
                ours, theirs = accepts(own, data), accepts(reference, data)
                count += 1
                accepted += theirs
                if ours == theirs:
                    same += 1
                elif shown < MAX_SHOWN:
                    shown += 1
                    print("FAIL %s/%s: %s: project %s, reference %s" % (
                        label, path.name, what,
                        "accepted" if ours else "refused", "accepted" if theirs else "refused"))
        print("%-16s %2d documents, %6d mutants (%d accepted, %d refused by the reference), %d disagreements" % (
            label, len(files), count, accepted, count - accepted, count - same))
        total += count
        agreed += same

    if total - agreed > shown:
        print("... and %d more disagreements" % (total - agreed - shown))
    print("%d mutants, %d agreed, %d disagreements" % (total, agreed, total - agreed))
    return 0 if total and agreed == total and not bad_sources else 1


if __name__ == "__main__":
    sys.exit(main())
