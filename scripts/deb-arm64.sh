#!/usr/bin/env bash
# scripts/deb-arm64.sh FOLDER [VERSION]: builds the program for arm64 on another machine and packs FOLDER/canhdem_VERSION_arm64.deb.
#
# Debian 12's cross compiler builds against an arm64 Debian in FOLDER/sysroot, which qemu runs where a tool of its own is needed:
# the package is made in there by scripts/deb.sh, as on an arm64 machine. Needs root, for that Debian, and:
#   apt-get install crossbuild-essential-arm64 mmdebstrap qemu-user-static; rustup target add aarch64-unknown-linux-gnu
# The page must have been built (make web). Where the kernel does not know yet how to run arm64 programs, it is told, as the
# package of qemu does at the next boot.
set -euo pipefail

(($# >= 1)) || { sed -n '2,8p' "${BASH_SOURCE[0]}" >&2; exit 2; }
readonly repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly folder="$(mkdir -p "$1" && realpath "$1")" version="${2:-}" target=aarch64-unknown-linux-gnu
readonly root="$folder/sysroot" deps="$folder/deps"
missing() { printf 'error: %s is missing: %s\n' "$1" "$2" >&2; exit 2; }
[[ "$(id -u)" == 0 ]] || { echo "error: a Debian root is made and entered as root" >&2; exit 2; }
command -v mmdebstrap >/dev/null || missing mmdebstrap "apt-get install mmdebstrap"
for tool in gcc g++; do
  command -v "aarch64-linux-gnu-$tool" >/dev/null || missing "aarch64-linux-gnu-$tool" "apt-get install crossbuild-essential-arm64"
done
command -v qemu-aarch64-static >/dev/null || missing qemu-aarch64-static "apt-get install qemu-user-static"
[[ -d "$(rustc --print sysroot)/lib/rustlib/$target" ]] || missing "Rust's library for arm64" "rustup target add $target"
[[ -f "$repository/web/dist/index.html" ]] || missing "the page" "make web"

# Where nobody boots with systemd, or has just installed qemu, its handler is not known to the kernel yet.
readonly formats=/proc/sys/fs/binfmt_misc
[[ -e "$formats/register" ]] || mount -t binfmt_misc binfmt_misc "$formats"
[[ -e "$formats/qemu-aarch64" ]] || cat /usr/lib/binfmt.d/qemu-aarch64.conf >"$formats/register"

if [[ ! -e "$root.made" ]]; then
  rm -rf "$root"
  mmdebstrap --quiet --architecture=arm64 --variant=minbase \
    --include=binutils,dpkg-dev,libc6-dev,libstdc++-12-dev,python3-minimal \
    --include=libgstreamer1.0-dev,libgstreamer-plugins-base1.0-dev,libgstrtspserver-1.0-dev bookworm "$root"
  touch "$root.made"
fi
python3 "$repository/models/install.py" --deps "$deps" --platform aarch64

export PKG_CONFIG_ALLOW_CROSS=1 PKG_CONFIG_SYSROOT_DIR="$root"
export PKG_CONFIG_LIBDIR="$root/usr/lib/aarch64-linux-gnu/pkgconfig:$root/usr/share/pkgconfig"
export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc CXX_aarch64_unknown_linux_gnu=aarch64-linux-gnu-g++
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-Clink-arg=--sysroot=$root"
cd "$repository"
cargo build --release --locked --target "$target" --target-dir "$folder/target"

# Only what is packed, and where the package goes.
readonly inside="$root/canhdem"
rm -rf "$inside"
mkdir -p "$inside/target"
cp -r Cargo.toml CHANGELOG.md README.md deploy models scripts "$inside/"
cp -r "$deps" "$inside/deps"
cp "$folder/target/$target/release/canhdem" "$inside/program"
[[ ! -f target/sbom.cdx.json ]] || cp target/sbom.cdx.json "$inside/target/"
# Its mount ends with the command.
unshare --mount -- /bin/sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$root" \
  /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)" \
  /canhdem/scripts/deb.sh /canhdem/program /canhdem/deps /canhdem/out ${version:+"$version"}
cp "$inside"/out/*.deb "$folder/"
rm -rf "$inside"
