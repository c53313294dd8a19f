#!/usr/bin/env bash
# scripts/c2pa.sh FOLDER VERSION: exports a pack of a simulated camera, and asks c2patool, the public program of the C2PA
# project, whether it believes what the clip says of itself: as it is, with the appliance's certificate, and altered.
#
# Takes the c2patool in PATH, else one of VERSION built into FOLDER once.
set -euo pipefail

readonly folder="$1" version="$2"

tool="$(command -v c2patool || true)"
if [[ -z "$tool" ]]; then
  tool="$(mkdir -p "$folder/bin" && realpath "$folder/bin")/c2patool"
  if [[ ! -x "$tool" ]]; then
    printf '==> Building c2patool %s (once; a large program, optimised)\n' "$version"
    cargo install c2patool --version "$version" --locked --root "$folder"
  fi
fi

"$tool" --version
C2PATOOL="$tool" cargo test --locked --test c2patool -- --ignored --nocapture --test-threads 1
