#!/usr/bin/env bash
# scripts/deb-boot.sh ROOT PACKAGE.deb: boots ROOT, a Debian 12 with systemd and what the package depends on (made where it
# is not there), in a container without a network; installs the package there as a user would, and looks at the service
# that runs then: it answers, is not root, and is started again when it stands still. Needs root, systemd-nspawn, mmdebstrap.
set -euo pipefail

(($# == 2)) || { sed -n '2,4p' "${BASH_SOURCE[0]}" >&2; exit 2; }
command -v systemd-nspawn >/dev/null || { echo "error: apt-get install systemd-container" >&2; exit 2; }
if [[ ! -d "$1" ]]; then
  mmdebstrap --quiet --variant=minbase --include=adduser,curl,dbus,procps,systemd-sysv,libgstrtspserver-1.0-0 \
    --include=gstreamer1.0-plugins-base,gstreamer1.0-plugins-good,gstreamer1.0-plugins-bad,gstreamer1.0-libav bookworm "$1"
fi
readonly root="$(realpath "$1")"
cp "$2" "$root/canhdem.deb"
rm -f "$root/probe.log"

cat >"$root/probe.sh" <<'PROBE'
#!/bin/sh
exec >/probe.log 2>&1
set -eu
export DEBIAN_FRONTEND=noninteractive
trap 'echo "ended with $?"; journalctl -u canhdem --no-pager -n 40; systemctl poweroff' EXIT
value() { systemctl show canhdem -P "$1"; }

apt-get install -y /canhdem.deb >/install.log 2>&1 || { cat /install.log; false; }
grep 'Open https://.*:8443/' /install.log
[ "$(value ActiveState)" = active ]
curl -fksS https://127.0.0.1:8443/healthz; echo
echo "status: $(value StatusText)"
[ "$(ps -o user= -p "$(value MainPID)")" = canhdem ]
grep -E '^(CapEff|NoNewPrivs|Seccomp):' "/proc/$(value MainPID)/status"
systemctl restart canhdem
curl -fksS https://127.0.0.1:8443/healthz; echo

# It stands still: systemd must notice by itself.
mkdir -p /run/systemd/system/canhdem.service.d
printf '[Service]\nWatchdogSec=10\n' >/run/systemd/system/canhdem.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart canhdem
before="$(value MainPID)"
kill -STOP "$before"
tries=0
until [ "$(value NRestarts)" -ge 1 ] && [ "$(value ActiveState)" = active ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 120 ]
    sleep 1
done
[ "$(value MainPID)" != "$before" ]
curl -fksS https://127.0.0.1:8443/healthz; echo
echo "started again by the watchdog: ok"

# An upgrade after which it does not start says so, and how it was before comes back.
cp -a /etc/canhdem/canhdem.toml /sound.toml
dpkg -i /canhdem.deb >/install.log 2>&1
grep 'Open https://' /install.log
echo 'nonsense = ' >>/etc/canhdem/canhdem.toml
dpkg -i /canhdem.deb >/install.log 2>&1 || true
grep -A 12 'does not start' /install.log
grep -q 'Install the version before' /install.log
cp -a /sound.toml /etc/canhdem/canhdem.toml
systemctl restart canhdem
curl -fksS https://127.0.0.1:8443/healthz; echo
echo "a failed upgrade says so: ok"
apt-get purge -y canhdem
echo "all of it: ok"
PROBE
chmod +x "$root/probe.sh"
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
cat >"$root/etc/systemd/system/probe.service" <<'UNIT'
[Unit]
After=dbus.socket network.target
[Service]
Type=exec
ExecStart=/probe.sh
UNIT
ln -sf ../probe.service "$root/etc/systemd/system/multi-user.target.wants/probe.service"

timeout 900 systemd-nspawn --quiet --register=no --keep-unit --private-network --directory="$root" --boot </dev/null >/dev/null 2>&1 || true
cat "$root/probe.log"
grep -q '^all of it: ok' "$root/probe.log"
