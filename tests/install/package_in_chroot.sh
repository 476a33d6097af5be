#!/bin/bash
# The Debian package of one Debian release, on that release: built twice to the same bytes in a system of its own, examined
# by this machine's lintian, installed in a bare one, a sale on the simulated machine, over data of an earlier release,
# upgraded, gone back from, purged. Needs root, debootstrap, lintian.
#
#     tests/install/package_in_chroot.sh [FOLDER]
#
# FOLDER and the variables it heeds: see chroot.sh; DEB_COMPRESSION: see deploy/deb/build. KIOSK_DEB: a package built before,
# to leave building out. KIOSK_OLD_DATA: a folder with records of an earlier release to start from.
folder=${1:-/var/tmp/kiosk-package-test}
. "$(dirname "$0")/chroot.sh"

deb=${KIOSK_DEB:-}
if [ -z "$deb" ]; then
    bare_debian
    pip_inside git python3-venv
    step "built twice"
    rm -rf "$folder/first" "$folder/second"
    # Somebody may commit meanwhile.
    commit=$(git -C "$repo" rev-parse "${KIOSK_TREEISH:-HEAD}")
    git clone -q --no-checkout "$repo" "$root/usr/src/kiosk"
    git -C "$root/usr/src/kiosk" checkout -q "$commit"
    for build in first second; do
        inside env DEB_COMPRESSION="${DEB_COMPRESSION:-}" /usr/src/kiosk/deploy/deb/build "/usr/src/$build"
        mv "$root/usr/src/$build" "$folder/$build"
    done
    (cd "$folder/first" && sha256sum ./*.deb ./*.json) > "$folder/sums"
    (cd "$folder/second" && sha256sum --quiet -c "$folder/sums") || fail "two builds differ"
    deb=$(echo "$folder"/first/*.deb)
fi
step "lintian"
lintian --fail-on error "$deb" || fail "lintian"

bare_debian
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
apt_install "$folder/apt.log" /root/keykiosk.deb
modes /usr/lib/keykiosk /usr/lib/systemd/system
inside kiosk --version || fail "the command"
[ -z "$old" ] || inside sh -c 'ls /var/lib/kiosk/backup/before-*.tar.gz' >/dev/null || fail "no backup of the older data"
inside kiosk doctor --boot || fail "doctor --boot"

first_sale /usr/bin/kiosk /usr/lib/keykiosk/current/venv/bin/python

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
# Its status is 1: the audit lacks what was recorded since, which a manager answers for.
inside kiosk doctor --boot > "$folder/doctor.log" || true
grep -q '^PASS  schema' "$folder/doctor.log" || fail "records after the way back with data"

step "purge"
inside env DEBIAN_FRONTEND=noninteractive dpkg --purge keykiosk
records_stay
inside sh -eu -c '! test -e /usr/lib/keykiosk; ! test -e /usr/bin/kiosk' || fail "the program stays"
echo "PASSED: package on $(. "$root/etc/os-release"; echo "$PRETTY_NAME")"
