#!/usr/bin/python3
"""Checks signatures of the SMEV profile with nothing of the SDK and nothing that it stands on: lxml
for the canonical form, the transform written down plainly from its published rules, nettle for
digest and curve.

    signatures.py                  10,000 random documents that the SDK signed, and faults in them
    signatures.py COUNT [SEED]     the same with another count
    signatures.py FILE.xml ...     every ds:Signature of every file

Exit code 0 when all signatures hold, 1 when one does not, 77 when lxml or nettle is missing.
"""

import base64
import ctypes
import os
import random
import subprocess
import sys
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


class DsaSignature(ctypes.Structure):
    _fields_ = [("r", ctypes.c_byte * 16), ("s", ctypes.c_byte * 16)]  # two mpz_t


class Nettle:
    """GOST R 34.11-2012 and 34.10-2012 of nettle, which GnuTLS stands on."""

    def __init__(self):
        try:
            self.digests = ctypes.CDLL("libnettle.so.8")
            self.curves = ctypes.CDLL("libhogweed.so.6")
            gmp = ctypes.CDLL("libgmp.so.10")
        except OSError as error:
            print("nettle is not installed: %s" % error)
            sys.exit(77)
        # By name as a text: inside a class Python would take the underscores for its own.
        self.mpz_init, self.mpz_import, self.mpz_clear = (
            gmp["__gmpz_" + name] for name in ("init", "import", "clear"))

    def streebog(self, bits, octets):
        context = ctypes.create_string_buffer(1024)
        out = ctypes.create_string_buffer(bits // 8)
        name = "nettle_streebog%d_" % bits
        init = {256: "nettle_streebog256_init", 512: "nettle_streebog512_init"}[bits]
        getattr(self.digests, init)(context)
        # The two lengths share the update.
        self.digests.nettle_streebog512_update(context, ctypes.c_size_t(len(octets)), octets)
        getattr(self.digests, name + "digest")(context, ctypes.c_size_t(bits // 8), out)
        return out.raw

    def number(self, octets, where=None):
        """An mpz_t from big-endian octets."""
        made = where if where is not None else (ctypes.c_byte * 16)()
        self.mpz_init(ctypes.byref(made))
        self.mpz_import(ctypes.byref(made), ctypes.c_size_t(len(octets)), 1, ctypes.c_size_t(1), 1,
                        ctypes.c_size_t(0), octets)
        return made

    def holds(self, bits, public_key, octets, value):
        """`public_key` is X || Y, little-endian each; `value` is s || r, big-endian each."""
        half = bits // 8
        curve = {256: "nettle_get_gost_gc256b", 512: "nettle_get_gost_gc512a"}[bits]
        get = getattr(self.curves, curve)
        get.restype = ctypes.c_void_p
        point = (ctypes.c_byte * 32)()  # struct ecc_point: two pointers
        self.curves.nettle_ecc_point_init(ctypes.byref(point), ctypes.c_void_p(get()))
        x, y = (self.number(part[::-1]) for part in (public_key[:half], public_key[half:]))
        numbers = [x, y]
        try:
            if not self.curves.nettle_ecc_point_set(ctypes.byref(point), ctypes.byref(x),
                                                    ctypes.byref(y)):
                return False  # not on the curve
            if len(value) != 2 * half:
                return False
            signature = DsaSignature()
            numbers += [self.number(value[half:], signature.r),
                        self.number(value[:half], signature.s)]
            digest = self.streebog(bits, octets)
            return bool(self.curves.nettle_gostdsa_verify(
                ctypes.byref(point), ctypes.c_size_t(len(digest)), digest,
                ctypes.byref(signature)))
        finally:
            for each in numbers:
                self.mpz_clear(ctypes.byref(each))
            self.curves.nettle_ecc_point_clear(ctypes.byref(point))


def der_parts(octets):
    """The elements inside one DER value: (tag, content)."""
    at = 0
    while at < len(octets):
        tag, size, at = octets[at], octets[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(octets[at:at + count], "big")
            at += count
        yield tag, octets[at:at + size]
        at += size


def public_key_of(certificate):
    """X || Y of the SubjectPublicKeyInfo (RFC 9215: an OCTET STRING in the BIT STRING)."""
    body = next(der_parts(next(der_parts(certificate))[1]))[1]
    parts = list(der_parts(body))
    first = 1 if parts[0][0] == 0xA0 else 0  # the version is optional
    key_info = list(der_parts(parts[first + 5][1]))
    bits = key_info[1][1][1:]  # without the count of unused bits
    return next(der_parts(bits))[1]


ALGORITHM_BITS = {
    (ALGORITHMS + "gostr34102012-gostr34112012-256", ALGORITHMS + "gostr34112012-256"): 256,
    (ALGORITHMS + "gostr34102012-gostr34112012-512", ALGORITHMS + "gostr34112012-512"): 512,
}


def faults(document, signature, nettle):
    info = signature.find(DS + "SignedInfo")
    methods = (info.find(DS + "SignatureMethod").get("Algorithm"),
               info.find(DS + "Reference/" + DS + "DigestMethod").get("Algorithm"))
    bits = ALGORITHM_BITS.get(methods)
    if bits is None:
        yield "other algorithms"
        return
    identifier = info.find(DS + "Reference").get("URI")[1:]
    targets = document.xpath("//*[@Id=$id]", id=identifier)
    if len(targets) != 1:
        yield "%d elements with the Id" % len(targets)
        return
    declared = base64.b64decode(info.findtext(DS + "Reference/" + DS + "DigestValue"))
    if nettle.streebog(bits, transform(canonical(targets[0]))) != declared:
        yield "the digest differs"
    certificate = base64.b64decode(
        signature.findtext(DS + "KeyInfo/" + DS + "X509Data/" + DS + "X509Certificate"))
    value = base64.b64decode(signature.findtext(DS + "SignatureValue"))
    if not nettle.holds(bits, public_key_of(certificate), canonical(info), value):
        yield "the signature value does not hold"


def faults_of(octets, nettle):
    """One list for each ds:Signature of a document."""
    parser = etree.XMLParser(resolve_entities=False, huge_tree=True)
    document = etree.fromstring(octets, parser).getroottree()
    return [list(faults(document, signature, nettle))
            for signature in document.iter(DS + "Signature")]


def spoilt(octets, chance):
    """The document with one fault, and what must be found."""
    if chance.random() < 0.5:
        return octets.replace(b"<t:Data Id", b"<t:Data n='1' Id"), "the digest differs"
    at = octets.index(b"<ds:SignatureValue>") + 40
    other = b"B" if octets[at:at + 1] == b"A" else b"A"
    return octets[:at] + other + octets[at + 1:], "the signature value does not hold"


def check_random(count, seed, nettle):
    print("seed %d" % seed)
    chance = random.Random(seed)
    made = subprocess.Popen([os.environ["SMEV_BIN_DIR"] + "/random_signatures", str(count),
                             str(seed)], stdout=subprocess.PIPE)
    checked = wrong = noticed = 0
    for line in made.stdout:
        octets = base64.b64decode(line)
        found = faults_of(octets, nettle)
        if found != [[]]:
            print("document %d: %s" % (checked, found))
            wrong += 1
        if checked % 50 == 0:
            changed, expected = spoilt(octets, chance)
            if faults_of(changed, nettle) == [[expected]]:
                noticed += 1
            else:
                print("document %d: a fault was not noticed" % checked)
                wrong += 1
        checked += 1
    if made.wait() != 0 or checked != count:
        print("random_signatures gave %d documents" % checked)
        return 1
    print("%d signatures checked, %d faults; %d of them spoilt, and noticed"
          % (checked, wrong, noticed))
    return 1 if wrong else 0


def check_files(paths, nettle):
    count = wrong = 0
    for path in paths:
        for found in faults_of(Path(path).read_bytes(), nettle) or [["no signature"]]:
            count += 1
            wrong += len(found)
            for fault in found:
                print("%s: %s" % (path, fault))
    print("%d signatures checked, %d faults" % (count, wrong))
    return 1 if wrong else 0


def main(arguments):
    nettle = Nettle()
    if arguments and not arguments[0].isdigit():
        return check_files(arguments, nettle)
    count = int(arguments[0]) if arguments else 10000
    seed = int(arguments[1]) if len(arguments) > 1 else random.randrange(1 << 31)
    return check_random(count, seed, nettle)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
