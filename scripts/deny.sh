#!/usr/bin/env bash
# scripts/deny.sh FOLDER VERSION: checks the crates' licences, sources and advisories with cargo-deny (deny.toml).
#
# Takes the cargo-deny in PATH, else one of VERSION built into FOLDER once. The advisories are a database on the
# network: where it cannot be reached they are left out with a warning, unless CANHDEM_ADVISORIES=required.
set -euo pipefail

readonly folder="$1" version="$2"

deny=cargo-deny
if ! command -v cargo-deny >/dev/null; then
  deny="$folder/bin/cargo-deny"
  if [[ ! -x "$deny" ]]; then
    printf '==> Building cargo-deny %s (once, 2 to 4 minutes)\n' "$version"
    cargo install cargo-deny --version "$version" --locked --root "$folder"
  fi
fi

"$deny" --locked check --hide-inclusion-graph licenses bans sources

if timeout 60 "$deny" fetch db >/dev/null 2>&1; then
  "$deny" --frozen check advisories
elif [[ "${CANHDEM_ADVISORIES:-}" == required ]]; then
  printf 'error: the database of advisories cannot be reached, and CANHDEM_ADVISORIES=required\n' >&2
  exit 1
else
  printf 'warning: advisories NOT checked: their database cannot be reached from here\n' >&2
fi
