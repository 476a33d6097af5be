#!/bin/bash
# The Debian package on a fresh Debian of its own: built twice to the same bytes, examined by lintian, installed, a sale on
# the simulated machine, over data of an earlier release, upgraded, gone back from, purged. Needs root, debootstrap, lintian.
#
#     tests/install/package_in_chroot.sh [FOLDER]
#
# FOLDER keeps the bare system (base.tar) for a second run. KIOSK_DEBIAN: bookworm by default. KIOSK_DEB: a package built
# before, to leave building out. KIOSK_OLD_DATA: a folder with records of an earlier release to start from.
set -euo pipefail
repo=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-/var/tmp/kiosk-package-test}
debian=${KIOSK_DEBIAN:-bookworm}
root="$folder/root"
mirror=${KIOSK_DEBIAN_MIRROR:-http://deb.debian.org/debian}
bound=()

step() { echo "== $*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }
as_kiosk() { inside runuser -u kiosk -- env SDL_VIDEODRIVER=offscreen "$@"; }
[ "$(id -u)" = 0 ] || fail "must be run as root"
unbind() {
    local at
    for ((at = ${#bound[@]} - 1; at >= 0; at--)); do umount -l "${bound[at]}" || true; done
    bound=()
}
trap unbind EXIT
mkdir -p "$folder"

deb=${KIOSK_DEB:-}
if [ -z "$deb" ]; then
    step "built twice"
    "$repo/deploy/deb/build" "$folder/first"
    "$repo/deploy/deb/build" "$folder/second"
    (cd "$folder/first" && sha256sum ./*.deb ./*.json) > "$folder/sums"
    (cd "$folder/second" && sha256sum --quiet -c "$folder/sums") || fail "two builds differ"
    deb=$(echo "$folder"/first/*.deb)
fi
step "lintian"
lintian --fail-on error "$deb" || fail "lintian"

step "a bare Debian, $debian"
rm -rf --one-file-system "$root"
mkdir "$root"
[ -e "$folder/base.tar" ] || {
    debootstrap --variant=minbase "$debian" "$root" "$mirror" >/dev/null
    tar -C "$root" -cf "$folder/base.tar" .
    rm -rf --one-file-system "$root"
    mkdir "$root"
}
tar -C "$root" -xf "$folder/base.tar"
mount -t proc proc "$root/proc"; bound+=("$root/proc")
mount --rbind /dev "$root/dev"; mount --make-rslave "$root/dev"; bound+=("$root/dev")
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
cp -L /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
inside apt-get update -qq

old=${KIOSK_OLD_DATA:-}
if [ -n "$old" ]; then
    step "data of an earlier release lies there"
    inside useradd --system --user-group --home-dir /var/lib/kiosk --no-create-home --shell /usr/sbin/nologin kiosk
    mkdir -p "$root/var/lib/kiosk" "$root/var/lib/kiosk-seal"
    cp -R "$old"/data/. "$root/var/lib/kiosk/"
    cp -R "$old"/seal/. "$root/var/lib/kiosk-seal/"
    inside chown -R kiosk:kiosk /var/lib/kiosk /var/lib/kiosk-seal
    inside chmod -R go= /var/lib/kiosk /var/lib/kiosk-seal
fi

step "install"
cp "$deb" "$root/root/keykiosk.deb"
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends /root/keykiosk.deb \
    > "$folder/apt.log" 2>&1 || { tail -20 "$folder/apt.log"; fail "apt-get install"; }
inside sh -eu -c '
    check() { [ "$(stat -c "%U:%G %a" "$1")" = "$2" ] || { echo "$1 is $(stat -c "%U:%G %a" "$1"), not $2" >&2; exit 1; }; }
    check /var/lib/kiosk "kiosk:kiosk 700"
    check /var/lib/kiosk-seal "kiosk:kiosk 700"
    check /etc/kiosk "root:kiosk 750"
    check /etc/kiosk/environment "root:kiosk 640"
    [ -z "$(find /usr/lib/keykiosk -perm /022 ! -type l -print -quit)" ] || { echo "others may write the program" >&2; exit 1; }
    id -nG kiosk | grep -qw dialout
    test -L /etc/systemd/system/multi-user.target.wants/kiosk.service
    systemd-analyze verify /lib/systemd/system/kiosk.service /lib/systemd/system/kiosk-display.service
    kiosk --version
' || fail "modes, groups, units or rules"
[ -z "$old" ] || inside sh -c 'ls /var/lib/kiosk/backup/before-*.tar.gz' >/dev/null || fail "no backup of the older data"
inside kiosk doctor --boot || fail "doctor --boot"

printf '[wire]\nreply_timeout_s = 5.0\nsilence_timeout_s = 1.0\n' > "$root/etc/kiosk/machine.toml"
step "first start, as the service starts it, and a sale on the simulated machine"
cp "$repo/tests/install/first_start.py" "$root/usr/src/first_start.py"
as_kiosk KIOSK_PROGRAM=/usr/bin/kiosk /usr/lib/keykiosk/current/venv/bin/python /usr/src/first_start.py || fail "first start"
inside kiosk report --json > "$folder/report.json"
grep -q '"test": [1-9]' "$folder/report.json" || fail "the sale is not in the report"
inside kiosk audit verify || fail "audit"

step "upgrade, and back"
# The next release is this one under another number: what is tried is the way, not the content.
rm -rf "$folder/next"
dpkg-deb -R "$deb" "$folder/next"
was=$(basename "$(echo "$folder"/next/usr/lib/keykiosk/[0-9]*)")
mv "$folder/next/usr/lib/keykiosk/$was" "$folder/next/usr/lib/keykiosk/99.0.0"
sed -i "s/^Version: .*/Version: 99.0.0-1/" "$folder/next/DEBIAN/control"
sed -i "s/$was/99.0.0/g" "$folder/next/DEBIAN"/p*
rm "$folder/next/DEBIAN/md5sums"
dpkg-deb --root-owner-group -Znone --build "$folder/next" "$root/root/next.deb" >/dev/null
rm -rf "$folder/next"
before=$(inside kiosk report --json | sha256sum)
inside dpkg -i /root/next.deb >/dev/null 2>&1 || fail "upgrade"
[ "$(inside readlink /usr/lib/keykiosk/current)" = /usr/lib/keykiosk/99.0.0 ] || fail "the new release is not in use"
[ "$(inside kiosk report --json | sha256sum)" = "$before" ] || fail "figures changed over the upgrade"
inside kiosk-rollback || fail "rollback"
[ "$(inside readlink /usr/lib/keykiosk/current)" = "/usr/lib/keykiosk/before/$was" ] || fail "the release before is not in use"
[ "$(inside kiosk report --json | sha256sum)" = "$before" ] || fail "figures changed over the way back"
as_kiosk KIOSK_PROGRAM=/usr/bin/kiosk /usr/lib/keykiosk/current/venv/bin/python /usr/src/first_start.py || fail "start after the way back"

step "records of a newer form: the way back refuses, and with --data it goes"
inside kiosk-rollback >/dev/null || fail "forward again"
as_kiosk python3 - <<'PY' || fail "making the records newer"
import sqlite3
connection = sqlite3.connect("/var/lib/kiosk/operations.db")
connection.execute("UPDATE schema_part SET version = 99 WHERE part = 'outbox'")
connection.commit()
PY
! inside kiosk-rollback || fail "it went back to a program that cannot read the records"
[ "$(inside readlink /usr/lib/keykiosk/current)" = /usr/lib/keykiosk/99.0.0 ] || fail "the refused way back changed the program"
inside kiosk-rollback --data > "$folder/back.log" || { cat "$folder/back.log"; fail "rollback with the data"; }
grep -q 'accept-break' "$folder/back.log" || fail "the seal did not miss what was recorded since"
[ "$(inside readlink /usr/lib/keykiosk/current)" = "/usr/lib/keykiosk/before/$was" ] || fail "the release before is not in use"
inside kiosk doctor --boot | grep -q '^PASS  schema' || fail "records after the way back with data"

step "purge"
inside env DEBIAN_FRONTEND=noninteractive dpkg --purge keykiosk
inside sh -eu -c '
    ! test -e /usr/lib/keykiosk
    ! test -e /usr/bin/kiosk
    ! test -e /etc/systemd/system/multi-user.target.wants/kiosk.service
    test -s /var/lib/kiosk/sales.db
    test -s /var/lib/kiosk/audit.db
    test -s /var/lib/kiosk-seal/audit.key
    test -d /etc/kiosk
' || fail "purge"
echo "PASSED: package on $(. "$root/etc/os-release"; echo "$PRETTY_NAME")"
