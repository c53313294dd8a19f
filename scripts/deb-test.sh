#!/usr/bin/env bash
# scripts/deb-test.sh FOLDER OLD.deb NEW.deb: installs OLD in a clean Debian 12, runs it as its user, upgrades to NEW, lets an
# upgrade of the database fail, removes and purges. Needs root and mmdebstrap; what it makes lies in FOLDER, where the
# clean root is kept for the next time. CANHDEM_TEST_PORT says on which port of loopback the page answers (8815).
set -euo pipefail

(($# == 3)) || { sed -n '2,4p' "${BASH_SOURCE[0]}" >&2; exit 2; }
if [[ "${CANHDEM_IN_NAMESPACE:-}" != yes ]]; then
  [[ "$(id -u)" == 0 ]] || { echo "error: a Debian root is made and entered as root" >&2; exit 2; }
  command -v mmdebstrap >/dev/null || { echo "error: apt-get install mmdebstrap" >&2; exit 2; }
  # Mounts and processes end with the script.
  CANHDEM_IN_NAMESPACE=yes exec unshare --mount --pid --fork --kill-child -- "${BASH_SOURCE[0]}" "$@"
fi

readonly folder="$(mkdir -p "$1" && realpath "$1")" old="$(realpath "$2")" new="$(realpath "$3")"
readonly architecture="$(dpkg-deb -f "$old" Architecture)"
readonly root="$folder/root" clean="$folder/bookworm-$architecture.tar" port="${CANHDEM_TEST_PORT:-8815}"
readonly config=/etc/canhdem/canhdem.toml data=/var/lib/canhdem

say() { printf '\n--- %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
readonly enter=(chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8)
readonly become=(setpriv --reuid canhdem --regid canhdem --clear-groups --no-new-privs --bounding-set=-all env)
inside() { "${enter[@]}" "$@"; }
as_user() { inside "${become[@]}" "$@"; }
mode_of() { stat -c '%a %U:%G' "$root$1" 2>/dev/null || true; }
# owned PATH MODE: belongs to the service's user.
owned() {
  local user
  user="$(sed -n 's/^canhdem:x:\([0-9]*:[0-9]*\):.*/\1/p' "$root/etc/passwd")"
  [[ "$(stat -c '%a %u:%g' "$root$1")" == "$2 $user" ]] || fail "$1 is $(mode_of "$1"), not $2 of canhdem ($user)"
}
install_deb() { cp "$1" "$root/canhdem.deb" && inside apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends /canhdem.deb; }
# As the unit would; in a shell of its own, which becomes the program.
service() {
  install -d "$root/var/cache/canhdem" && inside chown canhdem:canhdem /var/cache/canhdem
  local settings
  mapfile -t settings < <(sed -n 's/^Environment=//p' "$root/usr/lib/systemd/system/canhdem.service" | tr ' ' '\n')
  umask "$(sed -n 's/^UMask=//p' "$root/usr/lib/systemd/system/canhdem.service")"
  exec "${enter[@]}" "${become[@]}" "${settings[@]}" canhdem run --config "$config"
}
answers() {
  local tries log="$folder/service.log" pid
  service >"$log" 2>&1 &
  pid=$!
  for ((tries = 0; tries < 240; tries++)); do
    if curl -fsS -m 5 "http://127.0.0.1:$port/healthz" 2>/dev/null; then
      printf '\n'
      grep -m 1 -o 'enter the set-up token' "$log" || true
      stop "$pid"
      return
    fi
    kill -0 "$pid" 2>/dev/null || { cat "$log"; fail "the service has ended"; }
    sleep 0.5
  done
  cat "$log"
  fail "the page does not answer"
}
stop() {
  kill -TERM "$1"
  wait "$1" || fail "it did not stop as it should"
}

say "a clean Debian 12"
[[ -f "$clean" ]] || mmdebstrap --quiet --architecture="$architecture" --variant=minbase bookworm "$clean"
rm -rf "$root" && mkdir "$root"
tar -C "$root" -xf "$clean"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
if [[ -d "$folder/archives" ]] || mkdir -p "$folder/archives"; then mount --bind "$folder/archives" "$root/var/cache/apt/archives"; fi
rm -f "$root/etc/apt/apt.conf.d/docker-clean"
printf 'APT::Keep-Downloaded-Packages "true";\n' >"$root/etc/apt/apt.conf.d/99keep"
# Nobody needs this root after a power cut.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
inside apt-get -qq update

say "install"
install_deb "$old"
owned /etc/canhdem 750
owned "$config" 640
owned "$data" 700
[[ "$(mode_of "$root" >/dev/null; stat -c %a "$root/usr/bin/canhdem")" == 755 ]] || fail "the program's mode"
as_user canhdem models verify
as_user canhdem check --config "$config"

say "runs as its user, and the page answers"
sed -i "s/^listen = .*/listen = \"127.0.0.1:$port\" # changed by the office/" "$root$config"
answers
owned "$data/canhdem.db" 600
printf 'nobody guards tests\n' | as_user canhdem user add tests --role admin --password-stdin --config "$config"
printf '[cong]\nuser = "viewer"\npassword = "x"\n' >"$root/etc/canhdem/credentials.toml"
printf '[[camera]]\nid = "cong"\nmain = "rtsp://127.0.0.1:9/main"\n' >>"$root$config"
chmod 0600 "$root/etc/canhdem/credentials.toml" # of root, as an administrator makes it

say "upgrade keeps data and configuration"
install_deb "$new"
owned /etc/canhdem/credentials.toml 600
grep -q 'changed by the office' "$root$config" || fail "the configuration was replaced"
as_user canhdem user list --config "$config" | grep -q tests || fail "the account is gone"
[[ "$(stat -c %a "$root/var/backups/canhdem-before-upgrade.tar")" == 600 ]] || fail "no backup was made before the upgrade"
answers

say "an upgrade of the database that fails leaves it as it was"
before="$(sha256sum <"$root$data/canhdem.db")"
python3 - "$root$data/canhdem.db" <<'PYTHON'
import sqlite3, sys

# What the last step makes is there already, so it must fail.
with sqlite3.connect(sys.argv[1]) as database:
    (version,) = database.execute("pragma user_version").fetchone()
    database.execute(f"pragma user_version = {version - 1}")
PYTHON
chown --reference="$root$data" "$root$data"/canhdem.db*
if (service) >"$folder/service.log" 2>&1; then fail "it started"; fi
grep -o 'upgrade to schema .*' "$folder/service.log" || { cat "$folder/service.log"; fail "it does not say why"; }
python3 - "$root$data/canhdem.db" <<'PYTHON'
import sqlite3, sys

with sqlite3.connect(sys.argv[1]) as database:
    (version,) = database.execute("pragma user_version").fetchone()
    database.execute(f"pragma user_version = {version + 1}")
    assert database.execute("select count(*) from account").fetchone() == (1,)
PYTHON
chown --reference="$root$data" "$root$data"/canhdem.db*
answers

say "backup and restore"
as_user canhdem backup --config "$config" --out "$data/backup.tar"
mv "$root$data/backup.tar" "$root/backup.tar"
inside mv "$data" "$data.before"
inside install -d -o canhdem -g canhdem -m 0700 "$data"
inside chown canhdem /backup.tar
as_user canhdem restore --config "$config" --from /backup.tar
as_user canhdem user list --config "$config" | grep -q tests || fail "the account did not come back"
answers

say "remove leaves configuration and data"
inside apt-get -qq -o Dpkg::Use-Pty=0 remove -y canhdem
[[ ! -e "$root/usr/bin/canhdem" && -e "$root$config" && -e "$root$data/canhdem.db" ]] || fail "remove"

readonly places=("$root/usr" "$root/etc" "$root/var/backups" "$root/var/cache/canhdem")
left_behind() { find "${places[@]}" -name '*canhdem*' 2>/dev/null; }

say "purge keeps the data where nobody says otherwise, and says how it goes"
inside apt-get -qq -o Dpkg::Use-Pty=0 purge -y canhdem 2>&1 | tee "$folder/purge.log"
grep -q 'rm -r /var/lib/canhdem' "$folder/purge.log" || fail "it does not say how the data goes"
[[ ! -e "$root/etc/canhdem" && -e "$root$data/canhdem.db" ]] || fail "purge"
[[ -z "$(left_behind)" ]] || fail "left behind: $(left_behind)"

say "purge removes the data where somebody says so"
install_deb "$new"
echo 'canhdem canhdem/remove-data boolean true' | inside debconf-set-selections
inside apt-get -qq -o Dpkg::Use-Pty=0 purge -y canhdem
[[ ! -e "$root$data" && -z "$(left_behind)" ]] || fail "left behind: $data, $(left_behind)"
! grep -q ^canhdem: "$root/etc/passwd" || fail "its user is still there"

printf '\nok: installed, ran, upgraded, restored, removed, purged with and without its data\n'
