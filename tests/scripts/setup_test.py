#!/usr/bin/env python3
"""scripts/setup with stand-ins for dpkg-query, apt-get, id and sudo: nothing is installed."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["SMEV_SOURCE_DIR"])

# Known packages are lines of the file "installed"; apt-get adds its arguments there.
DPKG_QUERY = """#!/bin/sh
shift 3
for package in "$@"; do
  if grep -qxe "$package" "$STATE/installed"; then echo "$package installed"; else code=1; fi
done
exit ${code:-0}
"""
APT_GET = """#!/bin/sh
echo "$*" >>"$STATE/calls"
case "$1" in
  update) [ ! -e "$STATE/no_network" ] || exit 100; touch "$STATE/fresh_lists" ;;
  install)
    [ ! -e "$STATE/old_lists" ] || [ -e "$STATE/fresh_lists" ] || exit 100
    [ -e "$STATE/broken" ] || printf '%s\\n' "$@" >>"$STATE/installed" ;;
esac
"""
ID = """#!/bin/sh
cat "$STATE/id"
"""
SUDO = """#!/bin/sh
echo "sudo" >>"$STATE/calls"
exec "$@"
"""
TOOLS = ["bash", "env", "cat", "grep", "sh", "touch", "printf"]


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = pathlib.Path(folder.name)
        self.bin = self.state / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(f"/usr/bin/{tool}")
        for name, text in [("dpkg-query", DPKG_QUERY), ("apt-get", APT_GET), ("id", ID)]:
            self.stand_in(name, text)
        (self.state / "installed").write_text("")
        (self.state / "calls").write_text("")
        (self.state / "id").write_text("0\n")

    def stand_in(self, name, text):
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def mark(self, name):
        (self.state / name).touch()

    def calls(self):
        return (self.state / "calls").read_text().splitlines()

    def run_setup(self):
        return subprocess.run(
            ["/usr/bin/bash", str(ROOT / "scripts/setup")], capture_output=True, text=True,
            env={"PATH": str(self.bin), "STATE": str(self.state)}, timeout=60)

    def test_installs_what_is_missing_and_asks_apt_no_second_time(self):
        first = self.run_setup()
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(len(self.calls()), 1)
        self.assertTrue(self.calls()[0].startswith("install --yes"))
        self.assertIn(" libengine-gost-openssl ", self.calls()[0])
        second = self.run_setup()
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertEqual(len(self.calls()), 1)

    def test_names_only_the_missing_packages(self):
        self.run_setup()
        installed = (self.state / "installed").read_text().splitlines()
        (self.state / "installed").write_text("\n".join(x for x in installed if x != "jq") + "\n")
        self.assertEqual(self.run_setup().returncode, 0)
        self.assertEqual(self.calls()[1].split()[-1], "jq")
        self.assertNotIn("cmake", self.calls()[1])

    def test_asks_for_new_lists_only_when_the_old_ones_do_not_do(self):
        self.mark("old_lists")
        run = self.run_setup()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual([call.split()[0] for call in self.calls()], ["install", "update", "install"])

    def test_tells_when_the_lists_cannot_be_had(self):
        self.mark("old_lists")
        self.mark("no_network")
        run = self.run_setup()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("is there a network", run.stderr)

    def test_tells_when_packages_are_missing_after_all(self):
        self.mark("broken")
        run = self.run_setup()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("still missing", run.stderr)

    def test_uses_sudo_when_it_is_not_root(self):
        (self.state / "id").write_text("1000\n")
        self.stand_in("sudo", SUDO)
        run = self.run_setup()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.calls()[0], "sudo")

    def test_tells_when_it_is_neither_root_nor_has_sudo(self):
        (self.state / "id").write_text("1000\n")
        run = self.run_setup()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("install sudo", run.stderr)
        self.assertEqual(self.calls(), [])

    def test_tells_when_the_system_is_not_debian(self):
        (self.bin / "apt-get").unlink()
        run = self.run_setup()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("not Debian", run.stderr)


if __name__ == "__main__":
    unittest.main()
