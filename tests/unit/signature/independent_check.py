#!/usr/bin/python3
"""Checks signatures of the SMEV profile with nothing of the SDK: lxml for the canonical form, the
transform written down plainly from its published rules, the openssl program for the mathematics.

    independent_check.py FILE.xml ...

Every ds:Signature of every file must hold. Exit code 0 when all do, 1 when one does not, 77 when
lxml or openssl with the GOST engine is missing.
"""

import base64
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    from lxml import etree
except ImportError:
    print("python3-lxml is not installed")
    sys.exit(77)

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XML = "http://www.w3.org/XML/1998/namespace"
ALGORITHMS = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"


def canonical(element):
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False,
                          with_tail=False)


def units(text):
    """UTF-16 code units, as numbers."""
    octets = text.encode("utf-16-be")
    return [octets[i] << 8 | octets[i + 1] for i in range(0, len(octets), 2)]


def join(unit_list):
    octets = b"".join(bytes([unit >> 8, unit & 255]) for unit in unit_list)
    return octets.decode("utf-16-be", "surrogatepass")


def reference(unit):
    if unit == ord("&"):
        return "&amp;"
    if unit == ord("<"):
        return "&lt;"
    if unit == 13 or 0x7F <= unit <= 0x9F:
        return "&#x%x;" % unit
    return None


def escape_block(block, behind_escaped):
    """One call of the writer. `behind_escaped`: `>` is escaped behind an escaped character too."""
    out = []
    fresh = True  # first of the block, or (long texts) right behind an escaped character
    for i, unit in enumerate(block):
        instead = reference(unit)
        if unit == ord(">") and (fresh or block[i - 1] == ord("]")):
            instead = "&gt;"
        out += [unit] if instead is None else units(instead)
        fresh = instead is not None and behind_escaped
    return out


def escape_text(text):
    all_units = units(text)
    if len(all_units) <= 11:
        return join(escape_block(all_units, False))
    out = []
    for start in range(0, len(all_units), 512):
        out += escape_block(all_units[start:start + 512], True)
    return join(out)


def escape_attribute(value):
    for plain, written in (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;"), ("\r", "&#xd;"),
                           ("\n", "&#xa;"), ("\t", "&#x9;")):
        value = value.replace(plain, written)
    return value


def split(name):
    uri, _, local = name.rpartition("}")
    return uri[1:], local


class Transform:
    """The nine rules, recursively, over the parsed canonical form."""

    def __init__(self):
        self.last = 0
        self.out = []

    def text(self, text):
        if text and any(ord(c) > 0x20 for c in text):  # rule 2
            self.out.append(escape_text(text))         # rule 9

    def element(self, element, scope):
        scope = dict(scope)
        declared = []

        def prefix(uri):  # rules 4, 5, 6
            if not uri or uri == XML:
                raise ValueError("cannot be expressed: " + element.tag)
            if uri not in scope:
                self.last += 1
                scope[uri] = "ns%d" % self.last
                declared.append(' xmlns:%s="%s"' % (scope[uri], escape_attribute(uri)))
            return scope[uri]

        uri, local = split(element.tag)
        name = prefix(uri) + ":" + local
        attributes = [split(key) + (value,) for key, value in element.attrib.items()]
        attributes.sort(key=lambda a: (not a[0], units(a[0]), units(a[1])))
        written = ""
        for uri, local, value in attributes:  # rules 7, 8
            qualified = prefix(uri) + ":" + local if uri else local
            written += ' %s="%s"' % (qualified, escape_attribute(value))
        self.out.append("<" + name + "".join(declared) + written + ">")
        self.text(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self.element(child, scope)
            self.text(child.tail)  # rule 1: an instruction vanishes and parts two texts
        self.out.append("</" + name + ">")  # rule 3


def transform(octets):
    parser = etree.XMLParser(resolve_entities=False, huge_tree=True)
    work = Transform()
    work.element(etree.fromstring(octets, parser), {})
    return "".join(work.out).encode()


def openssl(folder, arguments, **inputs):
    for name, octets in inputs.items():
        (folder / name).write_bytes(octets)
    return subprocess.run(["openssl"] + arguments, cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)


def streebog(folder, octets):
    run = openssl(folder, ["dgst", "-engine", "gost", "-md_gost12_256", "-binary", "octets"],
                  octets=octets)
    if run.returncode != 0:
        print("openssl with the GOST engine is not there: " + run.stderr.decode())
        sys.exit(77)
    return run.stdout


def faults(document, signature, folder):
    info = signature.find(DS + "SignedInfo")
    methods = [info.find(DS + "SignatureMethod").get("Algorithm"),
               info.find(DS + "Reference/" + DS + "DigestMethod").get("Algorithm")]
    if methods != [ALGORITHMS + "gostr34102012-gostr34112012-256",
                   ALGORITHMS + "gostr34112012-256"]:
        yield "other algorithms"
    identifier = info.find(DS + "Reference").get("URI")[1:]
    targets = document.xpath("//*[@Id=$id]", id=identifier)
    if len(targets) != 1:
        yield "%d elements with the Id" % len(targets)
        return
    declared = base64.b64decode(info.findtext(DS + "Reference/" + DS + "DigestValue"))
    if streebog(folder, transform(canonical(targets[0]))) != declared:
        yield "the digest differs"
    der = base64.b64decode(
        signature.findtext(DS + "KeyInfo/" + DS + "X509Data/" + DS + "X509Certificate"))
    key = openssl(folder, ["x509", "-engine", "gost", "-inform", "DER", "-in", "der", "-pubkey",
                           "-noout"], der=der)
    value = base64.b64decode(signature.findtext(DS + "SignatureValue"))
    check = openssl(folder, ["dgst", "-engine", "gost", "-md_gost12_256", "-verify", "key",
                             "-signature", "value", "info"],
                    key=key.stdout, value=value, info=canonical(info))
    if check.returncode != 0 or b"Verified OK" not in check.stdout:
        yield "the signature value does not hold: " + check.stderr.decode()


def main(paths):
    count = 0
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            document = etree.parse(path, etree.XMLParser(resolve_entities=False, huge_tree=True))
            signatures = list(document.iter(DS + "Signature"))
            for signature in signatures:
                count += 1
                for fault in faults(document, signature, Path(folder)):
                    print("%s: %s" % (path, fault))
                    wrong += 1
            if not signatures:
                print("%s: no signature" % path)
                wrong += 1
    print("%d signatures checked, %d faults" % (count, wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
