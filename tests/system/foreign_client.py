#!/usr/bin/python3
"""Somebody else's client against mock-smev.

Nothing of the project's own code works on this side: messages are built by zeep from the service's
WSDL, the transform and the signature structure are written here from the published rules, digests,
signatures and CMS come from the openssl program. If this client and the mock agree, the mock does not
merely agree with the SDK that it was built from.

Needs $SMEV_BIN_DIR/mock-smev, the WSDL in $SMEV_SHARED (default: the folder "shared" beside the
project), python3-zeep and python3-lxml. Exit status: 0 passed, 1 failed, 77 skipped.
"""
import base64
import datetime
import ftplib
import io
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
import xml.etree.ElementTree as expat_tree

SKIPPED = 77
DEADLINE_SECONDS = 60

try:
    import zeep
    from lxml import etree
    from zeep.exceptions import Fault
except ImportError as missing:
    print(f"skipped: {missing} (Debian: python3-zeep, python3-lxml)")
    sys.exit(SKIPPED)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("SMEV_SHARED") or ROOT.parent / "shared")
WSDL = SHARED / "reference/smev-1.2/smev-message-exchange-service-1.2.wsdl"
BINDING = "{urn://x-artefacts-smev-gov-ru/services/message-exchange/1.2}SMEVMessageExchangeSoap11Binding"
TYPES = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.2"
BASIC = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/basic/1.2"
FAULTS = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/faults/1.2"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
ELK = "http://epgu.gosuslugi.ru/elk/status/1.0.2"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
TRANSFORM = "urn://smev-gov-ru/xmldsig/transform"
DIGEST = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-256"
SIGNATURE = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-256"


# ---- openssl, as a program ----

class OpenSsl:
    """GOST R 34.10-2012 and 34.11-2012 through the command line."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.count = 0

    def _file(self, octets):
        self.count += 1
        path = self.folder / f"openssl-{self.count}"
        path.write_bytes(octets)
        return str(path)

    @staticmethod
    def _run(*arguments):
        return subprocess.run(["openssl", *arguments], capture_output=True, check=False)

    def _must(self, *arguments):
        done = self._run(*arguments)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def digest(self, octets):
        return self._must("dgst", "-engine", "gost", "-md_gost12_256", "-binary", self._file(octets))

    def sign(self, key, octets):
        return self._must("dgst", "-engine", "gost", "-md_gost12_256", "-sign", key, self._file(octets))

    def sign_file(self, key, certificate, octets):
        return self._must("cms", "-sign", "-engine", "gost", "-signer", certificate, "-inkey", key,
                          "-binary", "-md", "md_gost12_256", "-outform", "DER", "-in", self._file(octets))

    def verifies(self, certificate_der, octets, value):
        certificate = self._file(pem(certificate_der))
        public = self._file(self._must("x509", "-engine", "gost", "-in", certificate, "-pubkey", "-noout"))
        return self._run("dgst", "-engine", "gost", "-md_gost12_256", "-verify", public, "-signature",
                         self._file(value), self._file(octets)).returncode == 0

    def is_issued_by(self, certificate_der, authority):
        return self._run("verify", "-engine", "gost", "-CAfile", authority,
                         self._file(pem(certificate_der))).returncode == 0


def pem(der):
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n".encode()


# ---- the transform, from the published rules ----

def utf16_units(text):
    return len(text.encode("utf-16-le")) // 2


def escaped_text(text):
    """Rule 9: `>` is escaped depending on its neighbours and on the length of the block."""
    plain = {"&": "&amp;", "<": "&lt;", "\r": "&#xd;"}
    short = utf16_units(text) <= 11
    out = []
    unit = 0
    previous_escaped = False
    previous = ""
    for c in text:
        first = unit == 0 if short else unit % 512 == 0
        if c in plain or 0x7F <= ord(c) <= 0x9F:
            out.append(plain.get(c) or f"&#x{ord(c):x};")
            previous_escaped = True
        elif c == ">" and (first or previous == "]" or (not short and previous_escaped)):
            out.append("&gt;")
            previous_escaped = True
        else:
            out.append(c)
            previous_escaped = False
        previous = c
        unit += utf16_units(c)
    return "".join(out)


def escaped_attribute(text):
    for c, reference in (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;"), ("\t", "&#x9;"),
                         ("\n", "&#xa;"), ("\r", "&#xd;")):
        text = text.replace(c, reference)
    return text


def split_name(name):
    uri, brace, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    return (uri, local) if brace else ("", name)


def is_blank(text):
    return not text or all(ord(c) <= 0x20 for c in text)


class Transform:
    """urn://smev-gov-ru/xmldsig/transform over a tree read by expat (not by libxml2)."""

    def __init__(self):
        self.counter = 0
        self.out = []

    def of(self, xml):
        self._element(expat_tree.fromstring(xml), {})
        return "".join(self.out).encode()

    def _prefix(self, uri, scope, declared):
        if uri not in scope:
            self.counter += 1
            scope[uri] = f"ns{self.counter}"
            declared.append(uri)
        return scope[uri]

    def _element(self, element, outer):
        scope = dict(outer)
        declared = []
        uri, local = split_name(element.tag)
        assert uri, "an element in no namespace cannot be signed"
        name = f"{self._prefix(uri, scope, declared)}:{local}"
        attributes = [(*split_name(key), value) for key, value in element.attrib.items()]
        attributes.sort(key=lambda a: (a[0] == "", a[0], a[1]))
        written = []
        for attribute_uri, attribute, value in attributes:
            if attribute_uri:
                attribute = f"{self._prefix(attribute_uri, scope, declared)}:{attribute}"
            written.append(f' {attribute}="{escaped_attribute(value)}"')
        self.out.append(f"<{name}")
        self.out += [f' xmlns:{scope[u]}="{escaped_attribute(u)}"' for u in declared]
        self.out += written
        self.out.append(">")
        self._text(element.text)
        for child in element:
            self._element(child, scope)
            self._text(child.tail)
        self.out.append(f"</{name}>")

    def _text(self, text):
        if not is_blank(text):
            self.out.append(escaped_text(text))


def transformed(element):
    """The octets that are digested for an element, in whatever document it stands."""
    copy = etree.tostring(element, encoding="unicode", with_tail=False)
    return Transform().of(copy)


def canonical(element):
    """Exclusive canonical form, by two libraries that must agree."""
    by_libxml2 = etree.tostring(element, method="c14n", exclusive=True, with_tail=False)
    copy = etree.tostring(element, encoding="unicode", with_tail=False)
    by_expat = expat_tree.canonicalize(copy).encode()
    assert by_libxml2 == by_expat, "two canonical forms of SignedInfo"
    return by_libxml2


# ---- signatures ----

class Keys:
    def __init__(self, folder, openssl):
        self.openssl = openssl
        self.key = str(folder / "sender.key.pem")
        self.certificate = str(folder / "sender.crt.pem")
        self.authority = str(folder / "ca.crt.pem")
        text = (folder / "sender.crt.pem").read_text()
        body = re.search("-----BEGIN CERTIFICATE-----(.*?)-----END", text, re.S).group(1)
        self.certificate_base64 = "".join(body.split())

    def sign(self, target, holder):
        """Puts a ds:Signature over `target` into `holder`."""
        def child(parent, name, text=None, **attributes):
            made = etree.SubElement(parent, f"{{{DSIG}}}{name}", **attributes)
            made.text = text
            return made
        signature = etree.SubElement(holder, f"{{{DSIG}}}Signature", nsmap={"ds": DSIG})
        info = child(signature, "SignedInfo")
        child(info, "CanonicalizationMethod", Algorithm=C14N)
        child(info, "SignatureMethod", Algorithm=SIGNATURE)
        reference = child(info, "Reference", URI="#" + target.get("Id"))
        transforms = child(reference, "Transforms")
        child(transforms, "Transform", Algorithm=C14N)
        child(transforms, "Transform", Algorithm=TRANSFORM)
        child(reference, "DigestMethod", Algorithm=DIGEST)
        digest = self.openssl.digest(transformed(target))
        child(reference, "DigestValue", base64.b64encode(digest).decode())
        value = self.openssl.sign(self.key, canonical(info))
        child(signature, "SignatureValue", base64.b64encode(value).decode())
        data = child(child(signature, "KeyInfo"), "X509Data")
        child(data, "X509Certificate", self.certificate_base64)

    def problems(self, target, holder):
        """What is wrong with the signature of somebody else; an empty list when it holds."""
        def text(path):
            return holder.findtext(path, namespaces={"d": DSIG}) or ""
        info = holder.find("d:Signature/d:SignedInfo", {"d": DSIG})
        if info is None:
            return ["no signature"]
        found = []
        algorithms = [e.get("Algorithm") for e in info.iter() if e.get("Algorithm")]
        if algorithms != [C14N, SIGNATURE, C14N, TRANSFORM, DIGEST]:
            found.append(f"other algorithms: {algorithms}")
        if info.find("d:Reference", {"d": DSIG}).get("URI") != "#" + (target.get("Id") or ""):
            found.append("another element was signed")
        digest = base64.b64encode(self.openssl.digest(transformed(target))).decode()
        if digest != text("d:Signature/d:SignedInfo/d:Reference/d:DigestValue"):
            found.append("the digest does not hold")
        certificate = base64.b64decode(text("d:Signature/d:KeyInfo/d:X509Data/d:X509Certificate"))
        value = base64.b64decode(text("d:Signature/d:SignatureValue"))
        if not self.openssl.verifies(certificate, canonical(info), value):
            found.append("the signature value does not hold")
        if not self.openssl.is_issued_by(certificate, self.authority):
            found.append("the certificate is not of the authority")
        return found


class Signing(zeep.Plugin):
    """Signs what zeep has built, keeps what came back for a look at its signatures."""

    TARGETS = {"SendRequest": f"{{{TYPES}}}SenderProvidedRequestData",
               "GetResponse": f"{{{BASIC}}}MessageTypeSelector",
               "Ack": f"{{{BASIC}}}AckTargetMessage"}

    def __init__(self, keys):
        super().__init__()
        self.keys = keys
        self.spoil = None  # changes the signed envelope, once
        self.last_reply = None

    def egress(self, envelope, http_headers, operation, binding_options):
        root = envelope.find(f"{{{SOAP}}}Body")[0]
        target = root.find(self.TARGETS[operation.name])
        for holder in root.findall(f"{{{TYPES}}}CallerInformationSystemSignature"):
            root.remove(holder)
        holder = etree.SubElement(root, f"{{{TYPES}}}CallerInformationSystemSignature")
        self.keys.sign(target, holder)
        if self.spoil:
            self.spoil(root)
            self.spoil = None
        return envelope, http_headers

    def ingress(self, envelope, http_headers, operation):
        self.last_reply = envelope
        return envelope, http_headers


# ---- the mock ----

class Mock:
    def __init__(self, folder):
        binary = pathlib.Path(os.environ.get("SMEV_BIN_DIR", "build/dev/bin")) / "mock-smev"
        self.folder = pathlib.Path(folder) / "mock"
        ports = pathlib.Path(folder) / "ports.json"
        self.process = subprocess.Popen(
            [str(binary), "--dir", str(self.folder), "--port", "0", "--ftp-port", "0",
             "--ports-file", str(ports), "--redeliver", "1h"], stdout=subprocess.PIPE)
        wait_until(lambda: ports.exists() or self.process.poll() is not None, "the mock to listen")
        if self.process.poll() is not None:
            raise RuntimeError("mock-smev ended at once")
        numbers = json.loads(ports.read_text())
        self.ftp_port = numbers["ftp"]
        self.url = f"http://127.0.0.1:{numbers['http']}"

    def get(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + path, timeout=DEADLINE_SECONDS) as reply:
            return reply.headers, reply.read()

    def order(self, number):
        return json.loads(self.get("/orders/" + number)[1])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(DEADLINE_SECONDS)
        self.process.stdout.close()
        return code


def wait_until(condition, what):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("waited in vain for " + what)
        time.sleep(0.02)


# ---- the story ----

def now():
    moscow = datetime.timezone(datetime.timedelta(hours=3))
    return datetime.datetime.now(moscow).isoformat(timespec="milliseconds")


SENDER = "<senderKpp>990001001</senderKpp><senderInn>9900123450</senderInn>"


def status_xml(code, attachments=""):
    return (f"<statusHistoryList><statusHistory><status>{code}</status><statusDate>{now()}</statusDate>"
            f"{attachments}</statusHistory></statusHistoryList>")


def create_xml(number):
    """With text that makes the transform work: `>` in short and long blocks, `&`, blanks."""
    return etree.fromstring(
        f'<ElkOrderRequest xmlns="{ELK}" env="SVCDEV"><CreateOrdersRequest><orders><order>'
        "<user><userDocSnils><snils>112-233-445 95</snils><lastName>Петрова</lastName>"
        "<firstName>Анна</firstName><citizenship>643</citizenship></userDocSnils></user>"
        f"{SENDER}<serviceTargetCode>-60012726</serviceTargetCode>"
        f"<userSelectedRegion>00000000</userSelectedRegion><orderNumber>{number}</orderNumber>"
        f"<requestDate>{now()}</requestDate><OfficeInfo><OfficeName>&gt;a&gt;b&amp;c</OfficeName>"
        "<OfficeAdress>  г. Энск, ул. &lt;Новая&gt;&gt;, д. 5 ]&gt; &amp;&gt; корпус 2  </OfficeAdress>"
        "<ApplicationAcceptance>4</ApplicationAcceptance></OfficeInfo>"
        f"{status_xml(6)}</order></orders></CreateOrdersRequest></ElkOrderRequest>")


def update_xml(number, file_uuid):
    attachments = (f"<attachments><attachment><FSuuid>{file_uuid}</FSuuid><docTypeId>ELK_RESULT</docTypeId>"
                   "</attachment></attachments>")
    return etree.fromstring(
        f'<e:ElkOrderRequest xmlns:e="{ELK}" xmlns="{ELK}" env="SVCDEV"><UpdateOrdersRequest><orders><order>'
        f"<orderNumber>{number}</orderNumber>{SENDER}{status_xml(3, attachments)}"
        "</order></orders></UpdateOrdersRequest></e:ElkOrderRequest>")


class Story:
    def __init__(self, folder):
        self.mock = Mock(folder)
        self.openssl = OpenSsl(folder)
        self.keys = Keys(self.mock.folder, self.openssl)
        self.signing = Signing(self.keys)
        client = zeep.Client(str(WSDL), plugins=[self.signing])
        client.transport.session.trust_env = False
        self.service = client.create_service(BINDING, self.mock.url + "/smev/v1.2/ws")
        self.checks = 0

    def check(self, good, what):
        self.checks += 1
        if not good:
            raise AssertionError(what)
        print("ok:", what)

    def send(self, message_id, content, files=None):
        data = {"Id": "SIGNED_BY_CONSUMER", "MessageID": message_id,
                "MessagePrimaryContent": {"_value_1": content}, "TestMessage": {}}
        if files:
            data["RefAttachmentHeaderList"] = {"RefAttachmentHeader": files}
        return self.service.SendRequest(SenderProvidedRequestData=data)

    def fault_of(self, call):
        """Local name of the fault's detail element and of what stands inside it."""
        try:
            call()
        except Fault as fault:
            detail = fault.detail[0]
            name = etree.QName(detail)
            inner = detail.findtext(f"{{{FAULTS}}}SignatureVerificationFault")
            return (name.localname if name.namespace == FAULTS else None, inner)
        return (None, None)

    def body(self):
        return self.signing.last_reply.find(f"{{{SOAP}}}Body")[0]

    def verify(self, root, target, holder, what):
        problems = self.keys.problems(root.find(target), root.find(holder))
        self.check(not problems, f"{what}: {problems or 'holds'}")

    def poll(self):
        return self.service.GetResponse(MessageTypeSelector={
            "Id": "SIGNED_BY_CONSUMER", "NamespaceURI": ELK, "RootElementLocalName": "ElkOrderResponse",
            "Timestamp": now()})

    def ack(self, message_id):
        return self.service.Ack(
            AckTargetMessage={"_value_1": message_id, "Id": "SIGNED_BY_CONSUMER", "accepted": True})

    def create_order(self):
        message_id = str(uuid.uuid1())
        receipt = self.send(message_id, create_xml("foreign-1"))
        self.check(receipt.MessageMetadata.Status == "requestIsQueued", "the request is queued")
        self.check(receipt.MessageMetadata.MessageId == message_id, "the receipt names the request")
        self.verify(self.body(), f"{{{TYPES}}}MessageMetadata", f"{{{TYPES}}}SMEVSignature",
                    "SMEV's signature of the receipt")
        self.check(self.fault_of(lambda: self.send(message_id, create_xml("foreign-1")))[0]
                   == "MessageIsAlreadySent", "the same id again is MessageIsAlreadySent")
        return message_id

    def take_answer(self, original_id, business_code):
        found = self.poll()
        self.check(found is not None, "an answer stands in the queue")
        message = self.body().find(f"{{{TYPES}}}ResponseMessage")
        response = message.find(f"{{{TYPES}}}Response")
        self.verify(message, f"{{{TYPES}}}Response", f"{{{TYPES}}}SMEVSignature",
                    "SMEV's signature of the answer")
        self.verify(response, f"{{{TYPES}}}SenderProvidedResponseData",
                    f"{{{TYPES}}}SenderInformationSystemSignature", "the recipient's signature inside")
        self.check(response.findtext(f"{{{TYPES}}}OriginalMessageId") == original_id,
                   "the answer names the request")
        codes = [e.text for e in response.iter(f"{{{ELK}}}code")]
        self.check(codes == [business_code], f"the business code is {business_code}")
        message_id = response.findtext(f"{{{TYPES}}}MessageMetadata/{{{TYPES}}}MessageId")
        response.find(f"{{{TYPES}}}OriginalMessageId").text = str(uuid.uuid1())
        self.check(self.keys.problems(response, message.find(f"{{{TYPES}}}SMEVSignature")),
                   "a changed answer does not verify here")
        self.ack(message_id)
        self.check(self.fault_of(lambda: self.ack(message_id))[0] == "TargetMessageIsNotFound",
                   "the second Ack finds nothing")

    def refusals(self):
        def spoil(root):
            root.find(f".//{{{ELK}}}orderNumber").text = "foreign-X"
        self.signing.spoil = spoil
        self.check(self.fault_of(lambda: self.send(str(uuid.uuid1()), create_xml("foreign-2")))
                   == ("SignatureVerificationFault", "SignatureIsInvalid"),
                   "content changed after signing is refused")
        self.signing.spoil = lambda root: root.remove(root[-1])
        self.check(self.fault_of(lambda: self.send(str(uuid.uuid1()), create_xml("foreign-2")))
                   == ("SignatureVerificationFault", "NoSignatureFound"), "no signature is refused")
        self.check(self.fault_of(lambda: self.send(str(uuid.uuid4()), create_xml("foreign-2")))[0]
                   == "InvalidMessageIdFormat", "a random UUID is refused")

    def send_result(self):
        octets = b"%PDF-1.4\n" + bytes(range(256)) * 400
        file_uuid = str(uuid.uuid1())
        ftp = ftplib.FTP()
        ftp.connect("127.0.0.1", self.mock.ftp_port, timeout=DEADLINE_SECONDS)
        ftp.login("anonymous", "smev")
        ftp.mkd(file_uuid)
        ftp.cwd(file_uuid)
        ftp.storbinary("STOR result.pdf", io.BytesIO(octets))
        ftp.quit()
        cms = self.openssl.sign_file(self.keys.key, self.keys.certificate, octets)
        header = {"uuid": file_uuid, "Hash": base64.b64encode(self.openssl.digest(octets)).decode(),
                  "MimeType": "application/pdf", "SignaturePKCS7": cms}
        message_id = str(uuid.uuid1())
        self.send(message_id, update_xml("foreign-1", file_uuid), [header])
        self.take_answer(message_id, "0")
        order = self.mock.order("foreign-1")
        headers, got = self.mock.get(order["statuses"][1]["results"][0]["url"])
        self.check(got == octets and headers.get_content_type() == "application/pdf",
                   "the citizen gets the result back, byte for byte")

    def tell(self):
        message_id = self.create_order()
        self.take_answer(message_id, "0")
        self.check(self.poll() is None, "the queue is empty then")
        self.refusals()
        self.send_result()
        order = self.mock.order("foreign-1")
        self.check([s["code"] for s in order["statuses"]] == [6, 3], "the account shows both statuses once")
        self.check(order["statuses"][0]["message_id"] == message_id, "the first under its MessageID")
        self.check(self.mock.stop() == 0, "the mock ends cleanly")


def main():
    if not WSDL.is_file():
        print(f"skipped: no WSDL at {WSDL}; set SMEV_SHARED")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="foreign-client-") as folder:
        story = Story(folder)
        try:
            story.tell()
        finally:
            if story.mock.process.poll() is None:
                story.mock.process.kill()
                story.mock.process.wait()
    print(f"{story.checks} checks passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
