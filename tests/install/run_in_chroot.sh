#!/bin/bash
# Installs the kiosk on a fresh Debian 12 of its own, starts it, sells a key on the simulated machine, upgrades over an
# older database, and uninstalls, checking after each step. Needs root and debootstrap; takes about ten minutes.
#
#     tests/install/run_in_chroot.sh [FOLDER]
#
# FOLDER keeps the bare system (base.tar) for a second run. KIOSK_CHROOT_BIND: folders of this machine to show inside,
# for a local package index; pip's configuration is copied in. KIOSK_TREEISH: what to install, HEAD by default.
set -euo pipefail
repo=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-/var/tmp/kiosk-install-test}
root="$folder/root"
mirror=${KIOSK_DEBIAN_MIRROR:-http://deb.debian.org/debian}
bound=()

step() { echo "== $*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }
as_kiosk() { inside runuser -u kiosk -- env SDL_VIDEODRIVER=offscreen "$@"; }

[ "$(id -u)" = 0 ] || fail "must be run as root"
command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"

unbind() {
    local at
    for ((at = ${#bound[@]} - 1; at >= 0; at--)); do umount -l "${bound[at]}" || true; done
    bound=()
}
trap unbind EXIT
bind() { mkdir -p "$root$2"; mount --rbind "$1" "$root$2"; mount --make-rslave "$root$2"; bound+=("$root$2"); }

step "a bare Debian 12"
mkdir -p "$folder"
rm -rf --one-file-system "$root"
mkdir "$root"
if [ ! -e "$folder/base.tar" ]; then
    debootstrap --variant=minbase bookworm "$root" "$mirror" >/dev/null
    tar -C "$root" -cf "$folder/base.tar" .
else
    tar -C "$root" -xf "$folder/base.tar"
fi
mount -t proc proc "$root/proc"; bound+=("$root/proc")
bind /dev /dev
for shown in ${KIOSK_CHROOT_BIND:-}; do bind "$shown" "$shown"; done
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
[ ! -e /etc/pip.conf ] || cp -L /etc/pip.conf "$root/etc/pip.conf"
[ ! -d /usr/local/share/ca-certificates ] || cp -RL /usr/local/share/ca-certificates "$root/usr/local/share/"
[ ! -d /etc/apt/apt.conf.d ] || cp -L /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
inside apt-get update -qq
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends make systemd ca-certificates \
    >/dev/null 2>&1 || fail "the bare system's own packages"
[ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"

step "make install"
mkdir -p "$root/usr/src/kiosk"
git -C "$repo" archive "${KIOSK_TREEISH:-HEAD}" | tar -x -C "$root/usr/src/kiosk"
inside make -s -C /usr/src/kiosk install

step "what it made"
inside sh -eu -c '
    check() { [ "$(stat -c "%U:%G %a" "$1")" = "$2" ] || { echo "$1 is $(stat -c "%U:%G %a" "$1"), not $2" >&2; exit 1; }; }
    check /var/lib/kiosk "kiosk:kiosk 700"
    check /var/lib/kiosk-seal "kiosk:kiosk 700"
    check /etc/kiosk "root:kiosk 750"
    check /etc/kiosk/environment "root:kiosk 640"
    [ -z "$(find /opt/kiosk -perm /022 ! -type l -print -quit)" ] || { echo "others may write the program" >&2; exit 1; }
    id -nG kiosk | grep -qw dialout
    test -L /etc/systemd/system/multi-user.target.wants/kiosk.service
    test -L /etc/systemd/system/multi-user.target.wants/kiosk-display.service
    test -f /etc/udev/rules.d/60-kiosk.rules
    systemd-analyze verify /etc/systemd/system/kiosk.service /etc/systemd/system/kiosk-display.service
' || fail "modes, groups, units or rules"
inside kiosk check-config >/dev/null || fail "check-config"
inside kiosk doctor --json >/tmp/doctor.json || true
grep -q '"check": "permissions"' /tmp/doctor.json || fail "doctor"

# The simulated board runs by the wall clock of a machine that may be busy; the owner's file gives it more patience.
printf '[wire]\nreply_timeout_s = 5.0\nsilence_timeout_s = 1.0\n' > "$root/etc/kiosk/machine.toml"
chown root: "$root/etc/kiosk/machine.toml"
chmod 0644 "$root/etc/kiosk/machine.toml"

step "first start, as the service starts it, and a sale on the simulated machine"
cp "$repo/tests/install/first_start.py" "$root/usr/src/first_start.py"
as_kiosk /opt/kiosk/current/venv/bin/python /usr/src/first_start.py || fail "first start"
inside kiosk report --json > "$folder/report.json"
grep -q '"test": [1-9]' "$folder/report.json" || fail "the sale is not in the report"
inside kiosk audit verify || fail "audit"

step "upgrade over an older database"
as_kiosk python3 - <<'PY' || fail "making the database older"
import sqlite3
connection = sqlite3.connect("/var/lib/kiosk/operations.db")
connection.executescript("DROP TABLE outbox; DROP TABLE outbox_stream; DELETE FROM schema_part WHERE part = 'outbox';")
connection.close()
PY
before=$(inside kiosk report --json | sha256sum)
sleep 1
inside make -s -C /usr/src/kiosk install
[ "$(inside kiosk report --json | sha256sum)" = "$before" ] || fail "figures changed over the upgrade"
inside sh -c 'ls /var/lib/kiosk/backup/before-*.tar.gz' >/dev/null || fail "no backup before the upgrade"
as_kiosk /opt/kiosk/current/venv/bin/python /usr/src/first_start.py || fail "start after the upgrade"
as_kiosk python3 -c '
import sqlite3
parts = dict(sqlite3.connect("/var/lib/kiosk/operations.db").execute("SELECT part, version FROM schema_part"))
assert parts["outbox"] >= 1, parts' || fail "migration"

step "uninstall"
inside make -s -C /usr/src/kiosk uninstall
inside sh -eu -c '
    ! test -e /opt/kiosk
    ! test -e /usr/local/bin/kiosk
    ! test -e /etc/systemd/system/kiosk.service
    test -s /var/lib/kiosk/sales.db
    test -s /var/lib/kiosk/audit.db
    test -s /var/lib/kiosk-seal/audit.key
    test -d /etc/kiosk
' || fail "uninstall"
echo "PASSED: install, first start, sale, upgrade, uninstall on $(. "$root/etc/os-release"; echo "$PRETTY_NAME")"
