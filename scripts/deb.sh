#!/usr/bin/env bash
# scripts/deb.sh PROGRAM DEPS FOLDER [VERSION]: makes FOLDER/canhdem_VERSION_ARCH.deb of a built program, the models and
# ONNX Runtime in DEPS, and deploy/. Needs dpkg-dev; not root.
#
# The architecture is that of the machine; scripts/deb-arm64.sh makes it arm64 on another one.
set -euo pipefail

readonly root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
(($# >= 3)) || { sed -n '2,5p' "${BASH_SOURCE[0]}" >&2; exit 2; }
readonly program="$(realpath "$1")" deps="$(realpath "$2")" folder="$(mkdir -p "$3" && realpath "$3")"
readonly version="${4:-$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)-1}"
readonly debian="$root/deploy/debian"
for tool in dpkg-deb dpkg-shlibdeps dpkg-architecture; do
  command -v "$tool" >/dev/null || { echo "error: $tool is missing: apt-get install dpkg-dev" >&2; exit 2; }
done
readonly architecture="$(dpkg-architecture -qDEB_HOST_ARCH)"
# Two builds of one source are one package.
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}"

stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT
chmod 0755 "$stage"
readonly tree="$stage/canhdem"
put() { install -D -m "$1" "$2" "$tree/$3"; }
put_zipped() { install -d "$(dirname "$tree/$2")" && gzip -9n <"$1" >"$tree/$2" && chmod 0644 "$tree/$2"; }

put 0755 "$program" usr/bin/canhdem
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$tree/usr/bin/canhdem"
# What the manifest names for this machine, as it was verified, and nothing else.
python3 - "$root/models/manifest.toml" "$deps" "$(uname -m)" >"$stage/files" <<'PYTHON'
import hashlib, pathlib, sys, tomllib

manifest, deps, machine = tomllib.loads(pathlib.Path(sys.argv[1]).read_text()), pathlib.Path(sys.argv[2]), sys.argv[3]
libraries = [library for library in manifest["runtime"]["library"] if library["platform"] == machine]
for kind, entry in [("lib", it) for it in libraries] + [("models", it) for it in manifest["model"]]:
    path = deps / kind / entry["file"]
    if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
        sys.exit(f"error: {path} is not what the manifest describes; run make models")
    print(f"{kind}/{entry['file']}")
PYTHON
while read -r file; do
  put 0644 "$deps/$file" "usr/lib/canhdem/$file"
done <"$stage/files"
put 0644 "$root/deploy/canhdem.service" usr/lib/systemd/system/canhdem.service
put 0644 "$debian/canhdem.toml" usr/share/canhdem/canhdem.toml
put 0644 "$debian/lintian-overrides" usr/share/lintian/overrides/canhdem
put 0644 "$debian/copyright" usr/share/doc/canhdem/copyright
put 0644 "$root/README.md" usr/share/doc/canhdem/README.md
put_zipped "$root/CHANGELOG.md" usr/share/doc/canhdem/changelog.gz
put_zipped <(printf 'canhdem (%s) stable; urgency=medium\n\n  * %s\n\n -- %s  %s\n' "$version" \
  'What changed stands in changelog.gz.' "$(sed -n 's/^Maintainer: //p' "$debian/control.in")" \
  "$(date -R -u --date="@$SOURCE_DATE_EPOCH")") usr/share/doc/canhdem/changelog.Debian.gz
put_zipped "$debian/canhdem.1" usr/share/man/man1/canhdem.1.gz
if [[ -f "$root/target/sbom.cdx.json" ]]; then
  put_zipped "$root/target/sbom.cdx.json" usr/share/doc/canhdem/sbom.cdx.json.gz
fi

# What the program and the library link to, by Debian's own means; it wants a source tree around it.
mkdir -p "$stage/debian" "$tree/DEBIAN"
printf 'Source: canhdem\n\nPackage: canhdem\nArchitecture: any\n' >"$stage/debian/control"
depends="$(cd "$stage" && dpkg-shlibdeps -O --ignore-missing-info -e"$tree/usr/bin/canhdem" \
  $(find "$tree/usr/lib/canhdem/lib" -name '*.so*' -printf '-e%p ') | sed -n 's/^shlibs:Depends=//p')"
[[ -n "$depends" ]] || { echo "error: dpkg-shlibdeps found no libraries" >&2; exit 1; }
size="$(du -sk --apparent-size --exclude=DEBIAN "$tree" | cut -f 1)"
sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/; s/@DEPENDS@/$depends/" \
  "$debian/control.in" >"$tree/DEBIAN/control"
install -m 0644 "$debian/templates" "$tree/DEBIAN/templates"
for script in preinst postinst prerm postrm; do
  install -m 0755 "$debian/$script" "$tree/DEBIAN/$script"
done
(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h --date="@$SOURCE_DATE_EPOCH" {} +

readonly package="$folder/canhdem_${version}_$architecture.deb"
# Models hardly shrink; what xz gains on the rest is not worth minutes.
dpkg-deb --root-owner-group -Zxz -z1 --build "$tree" "$package" >/dev/null
printf '%s: %s bytes\n' "$package" "$(stat -c %s "$package")"
