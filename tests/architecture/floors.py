#!/usr/bin/env python3
"""Checks every #include of the project against the floors of docs/architecture.md.

    floors.py ROOT         checks the project; one line per fault, exit code 1 when there is one
    floors.py --self-test  checks the checker: each kind of wrong include has to be caught
"""

import pathlib
import re
import sys
import tempfile

# What a folder may include, itself not named. A folder that stands in no line is a fault.
SEES = {
    "base": set(),
    "xml": {"base"},
    "signature": {"base", "xml"},
    "elk": {"base", "xml"},
    "smev3": {"base", "xml", "signature"},
    "transport": {"base", "xml", "signature", "smev3"},
    "outbox": {"base"},
    "sender": {"base", "xml", "signature", "elk", "smev3", "transport", "outbox"},
}
# Stands beside the floors: what is installed for the tests of users. No floor may include it.
SEES["testing"] = set(SEES)
SDK = set(SEES)
TOOLS = {"smev-send", "mock-smev"}

SUFFIXES = {".hpp", ".h", ".cpp", ".inc"}
STANDARD_HEADER = re.compile(r"[a-z_0-9]+")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\b[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>|(.*))', re.M)
FOREIGN_NAME = re.compile(
    r"\b(?:boost|nlohmann|fmt|toml|CLI|asio|beast)\s*::"
    r"|\b(?:xml[A-Z]\w*|_xml\w*|htmlDoc\w*|xmlSec\w*|CURL\w*|curl_\w*|sqlite3\w*|PGconn|PGresult"
    r"|pg_conn|EVP_\w*|evp_\w*_st|X509\w*|x509_\w*|ENGINE|engine_st|BIO|bio_st|SSL|SSL_\w*|ssl_\w*st"
    r"|CMS_\w*|PKCS\d+_\w*|OPENSSL_\w*)\b"
    r"|\bnamespace\s+(?:boost|nlohmann|fmt|toml|CLI)\b")
COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def without_comments(text, keep_strings):
    def blank(match):
        token = match.group(0)
        if keep_strings and not token.startswith("/"):
            return token
        return "\n" * token.count("\n") or " "

    return COMMENT_OR_STRING.sub(blank, text)


def floor_of_include(path):
    """("sdk", "xml"), ("public", "elk"), ("public", "") for include/smev/x.hpp, ("tool", "smev-send")."""
    parts = path.split("/")
    if parts[0] == "sdk" and len(parts) >= 3:
        return "sdk", parts[1]
    if parts[0] == "smev":
        return "public", parts[1] if len(parts) >= 3 else ""
    if parts[0] in TOOLS and len(parts) >= 2:
        return "tool", parts[0]
    return None


def owner(path):
    """The same for a file of the project."""
    return floor_of_include(path.removeprefix("include/"))


class Checker:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.faults = []
        self.files = 0
        self.includes = 0

    def fault(self, path, text, position, why):
        line = text.count("\n", 0, position) + 1
        self.faults.append(f"{path}:{line}: {why}")

    def run(self):
        for folder in ["sdk", "include", *sorted(TOOLS), "examples"]:
            for file in sorted((self.root / folder).rglob("*")):
                if file.suffix in SUFFIXES and file.is_file():
                    self.check(file)
        return self.faults

    def check(self, file):
        self.files += 1
        path = file.relative_to(self.root).as_posix()
        raw = file.read_text(encoding="utf-8")
        text = without_comments(raw, keep_strings=True)
        home = ("example", "") if path.startswith("examples/") else owner(path)
        if home is None or (home[0] in ("sdk", "public") and home[1] not in SDK | {""}):
            self.faults.append(f"{path}:1: belongs to no floor")
            return
        for match in INCLUDE.finditer(text):
            self.includes += 1
            quoted, angled, other = match.groups()
            if quoted is not None:
                why = self.quoted_fault(home, quoted, file)
            elif angled is not None:
                why = self.angled_fault(home, angled)
            else:
                why = f"include of a macro: {other.strip()}"
            if why:
                self.fault(path, text, match.start(), why)
        if home[0] == "public":
            code = without_comments(raw, keep_strings=False)
            for match in FOREIGN_NAME.finditer(code):
                self.fault(path, code, match.start(),
                           f"a public header names a third-party type: {match.group(0)}")

    def quoted_fault(self, home, include, file):
        if home[0] == "example" and (file.parent / include).is_file():
            return None  # its own header
        target = floor_of_include(include)
        if target is None:
            return f'"{include}" does not start at the root (sdk/FLOOR/, smev/, smev-send/, mock-smev/)'
        base = self.root / "include" if target[0] == "public" else self.root
        if not (base / include).is_file():
            return f'"{include}" is not in the project'
        return self.floor_fault(home, target, include)

    def angled_fault(self, home, include):
        if floor_of_include(include) is not None:
            if home[0] == "example" and floor_of_include(include)[0] == "public":
                return None
            return f"<{include}>: headers of the project are included in double quotes"
        if home[0] in ("public", "example") and not STANDARD_HEADER.fullmatch(include):
            return f"<{include}> is no header of the standard library"
        return None

    @staticmethod
    def floor_fault(home, target, include):
        kind, floor = home
        if kind == "example":
            return None if target[0] == "public" else f'an example includes "{include}"'
        if kind == "tool":
            if target[0] == "tool" and target[1] != floor:
                return f'{floor} includes "{include}" of the other tool'
            return None
        if kind == "public" and target[0] != "public":
            return f'a public header includes "{include}"'
        if target[0] == "tool":
            return f'the SDK includes "{include}" of a tool'
        if floor == "":
            return None  # include/smev/x.hpp gathers public headers of every floor
        if target[1] == floor or target[1] in SEES[floor]:
            return None
        if target[1] == "" and floor == "testing":
            return None
        return f'{floor} may not include "{include}"'


GOOD = {
    "include/smev/base/a.hpp": '#include <vector>\n// boost::x "sdk/xml/x.hpp" xmlNode\n',
    "include/smev/elk/e.hpp": '#include "smev/base/a.hpp"\nconst char* kText = "fmt::x";\n',
    "include/smev/outbox/o.hpp": '#include "smev/base/a.hpp"\n',
    "include/smev/smev.hpp": '#include "smev/elk/e.hpp"\n',
    "include/smev/testing/t.hpp": '#include "smev/elk/e.hpp"\n#include "smev/outbox/o.hpp"\n',
    "sdk/base/b.hpp": '#include "smev/base/a.hpp"\n#include <curl/curl.h>\n',
    "sdk/xml/x.hpp": '#include "sdk/base/b.hpp"\n#include <libxml/tree.h>\n',
    "sdk/smev3/s.hpp": '/*\n#include "sdk/elk/e.hpp"\n*/\n',
    "sdk/elk/e.cpp": '#include "smev/elk/e.hpp"\n#include "sdk/xml/x.hpp"\n',
    "sdk/outbox/o.cpp": '#include "smev/outbox/o.hpp"\n#include "sdk/base/b.hpp"\n',
    "sdk/sender/s.cpp": '#include "sdk/smev3/s.hpp"\n#include "smev/elk/e.hpp"\n',
    "smev-send/main.cpp": '#include "smev-send/main.hpp"\n#include "sdk/xml/x.hpp"\n',
    "smev-send/main.hpp": "#include <string>\n",
    "mock-smev/main.cpp": '#include "sdk/smev3/s.hpp"\n#include "smev/smev.hpp"\n',
    "mock-smev/main.hpp": "\n",
    "examples/one/main.cpp": '#include "smev/smev.hpp"\n#include <smev/elk/e.hpp>\n#include <string>\n',
}

# (file, what is written into it, words of the fault)
BAD = [
    ("sdk/base/b.cpp", '#include "sdk/xml/x.hpp"', "base may not include"),
    ("sdk/xml/w.cpp", '#include "smev/elk/e.hpp"', "xml may not include"),
    ("sdk/smev3/m.cpp", '#include "smev/elk/e.hpp"', "smev3 may not include"),
    ("sdk/elk/m.cpp", '#include "sdk/smev3/s.hpp"', "elk may not include"),
    ("sdk/elk/m.cpp", '  #  include   "sdk/smev3/s.hpp"', "elk may not include"),
    ("sdk/outbox/m.cpp", '#include "sdk/xml/x.hpp"', "outbox may not include"),
    ("sdk/outbox/m.cpp", '#include "smev/elk/e.hpp"', "outbox may not include"),
    ("sdk/transport/m.cpp", '#include "smev/outbox/o.hpp"', "transport may not include"),
    ("sdk/sender/m.cpp", '#include "smev/testing/t.hpp"', "sender may not include"),
    ("sdk/sender/m.cpp", '#include "smev/smev.hpp"', "sender may not include"),
    ("sdk/sender/m.cpp", '#include "mock-smev/main.hpp"', "of a tool"),
    ("sdk/sender/m.cpp", '#include "s.hpp"', "does not start at the root"),
    ("sdk/sender/m.cpp", '#include "../elk/e.hpp"', "does not start at the root"),
    ("sdk/sender/m.cpp", '#include "sdk/elk/missing.hpp"', "is not in the project"),
    ("sdk/sender/m.cpp", "#include <smev/elk/e.hpp>", "in double quotes"),
    ("sdk/sender/m.cpp", "#include HEADER", "include of a macro"),
    ("sdk/attic/m.cpp", "", "belongs to no floor"),
    ("sdk/m.cpp", "", "belongs to no floor"),
    ("include/smev/attic/m.hpp", "", "belongs to no floor"),
    ("include/smev/outbox/m.hpp", '#include "smev/elk/e.hpp"', "outbox may not include"),
    ("include/smev/elk/m.hpp", '#include "sdk/base/b.hpp"', "a public header includes"),
    ("include/smev/elk/m.hpp", '#include "smev/testing/t.hpp"', "elk may not include"),
    ("include/smev/elk/m.hpp", "#include <libxml/tree.h>", "no header of the standard library"),
    ("include/smev/elk/m.hpp", "#include <sqlite3.h>", "no header of the standard library"),
    ("include/smev/elk/m.hpp", "#include <unistd.h>", "no header of the standard library"),
    ("include/smev/elk/m.hpp", "struct _xmlNode;", "third-party type"),
    ("include/smev/elk/m.hpp", "void f(xmlNodePtr);", "third-party type"),
    ("include/smev/elk/m.hpp", "struct evp_pkey_st;", "third-party type"),
    ("include/smev/elk/m.hpp", "EVP_PKEY* key();", "third-party type"),
    ("include/smev/elk/m.hpp", "CURL* handle();", "third-party type"),
    ("include/smev/elk/m.hpp", "struct sqlite3;", "third-party type"),
    ("include/smev/elk/m.hpp", "boost::asio::io_context& c();", "third-party type"),
    ("include/smev/elk/m.hpp", "nlohmann::json j();", "third-party type"),
    ("include/smev/elk/m.hpp", "namespace toml { class table; }", "third-party type"),
    ("include/smev/elk/m.hpp", "fmt::string_view v();", "third-party type"),
    ("smev-send/m.cpp", '#include "mock-smev/main.hpp"', "of the other tool"),
    ("mock-smev/m.cpp", '#include "smev-send/main.hpp"', "of the other tool"),
    ("examples/one/m.cpp", '#include "sdk/xml/x.hpp"', "an example includes"),
    ("examples/one/m.cpp", "#include <curl/curl.h>", "no header of the standard library"),
]


def write_tree(root, files):
    for path, text in files.items():
        file = pathlib.Path(root) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def self_test():
    failures = 0
    with tempfile.TemporaryDirectory() as root:
        write_tree(root, GOOD)
        for fault in Checker(root).run():
            print(f"good tree refused: {fault}")
            failures += 1
    for path, text, words in BAD:
        with tempfile.TemporaryDirectory() as root:
            write_tree(root, {**GOOD, path: f"// first line\n{text}\n"})
            faults = Checker(root).run()
            line = 2 if text else 1
            place = f"{path}:{line}: "
            if not any(words in each for each in faults) or \
                    not all(each.startswith(place) for each in faults):
                print(f"{path} with {text!r}: expected a fault with {words!r}, got {faults}")
                failures += 1
    print(f"{len(BAD) + 1} cases, {failures} failed")
    return 1 if failures else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    checker = Checker(arguments[0])
    faults = checker.run()
    for fault in faults:
        print(fault)
    print(f"{checker.files} files, {checker.includes} includes, {len(faults)} faults")
    # A wrong folder must not pass as a project without faults.
    return 1 if faults or checker.includes == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
