#!/usr/bin/env bash
# scripts/fuzz.sh FOLDER VERSION SECONDS [TARGET...]: fuzzes each target of fuzz/ for SECONDS, beginning with fuzz/seeds.
#
# Takes the cargo-fuzz in PATH, else one of VERSION built into FOLDER once, and a nightly toolchain where there is one:
# else the stable one is told to take what libFuzzer wants. Our code has no unsafe part, so no sanitizer is built in.
# Each run goes on where the last one ended: what reached something new is kept in fuzz/corpus/TARGET.tar.gz, without what
# others reach as well. What broke lies in fuzz/artifacts.
set -euo pipefail

readonly folder="$1" version="$2" seconds="$3"
shift 3
readonly root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

if ! command -v cargo-fuzz >/dev/null; then
  [[ -x "$folder/bin/cargo-fuzz" ]] || cargo install cargo-fuzz --version "$version" --locked --root "$folder"
  PATH="$(realpath "$folder/bin"):$PATH"
fi
toolchain=()
if command -v rustup >/dev/null && rustup toolchain list | grep -q ^nightly; then
  toolchain=(+nightly)
else
  export RUSTC_BOOTSTRAP=1
fi
# The same versions as the program has.
cp Cargo.lock fuzz/Cargo.lock

build=(--dev --sanitizer none --target-dir target/fuzz)
limits=(-timeout=20 -rss_limit_mb=2048 -max_len=8192)
targets=("$@")
((${#targets[@]})) || mapfile -t targets < <(sed -n 's/^path = "targets\/\(.*\)\.rs"/\1/p' fuzz/Cargo.toml)
failed=()
for target in "${targets[@]}"; do
  printf '\n==> %s: %s s\n' "$target" "$seconds"
  corpus="fuzz/corpus/$target"
  mkdir -p "$corpus"
  [[ ! -f "$corpus.tar.gz" ]] || tar -xzf "$corpus.tar.gz" -C fuzz/corpus
  if cargo "${toolchain[@]}" fuzz run "${build[@]}" "$target" "$corpus" "fuzz/seeds/$target" -- \
    -max_total_time="$seconds" "${limits[@]}" -print_final_stats=1 -verbosity=0; then
    cargo "${toolchain[@]}" fuzz cmin "${build[@]}" "$target" "$corpus" -- "${limits[@]}"
    tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C fuzz/corpus -c "$target" | gzip -9n >"$corpus.part"
    mv "$corpus.part" "$corpus.tar.gz"
  else
    failed+=("$target")
  fi
done
((${#failed[@]} == 0)) || { printf 'FAILED: %s\n' "${failed[*]}" >&2; exit 1; }
