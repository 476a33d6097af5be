#!/bin/bash
# Installs the kiosk on a fresh Debian of its own, starts it, sells a key on the simulated machine, upgrades over an
# older database, and uninstalls, checking after each step. Needs root and debootstrap; takes about ten minutes.
#
#     tests/install/run_in_chroot.sh [FOLDER]
#
# FOLDER and the variables it heeds: see chroot.sh.
folder=${1:-/var/tmp/kiosk-install-test}
. "$(dirname "$0")/chroot.sh"

bare_debian
pip_inside make systemd

step "make install"
mkdir -p "$root/usr/src/kiosk"
git -C "$repo" archive "${KIOSK_TREEISH:-HEAD}" | tar -x -C "$root/usr/src/kiosk"
inside make -s -C /usr/src/kiosk install

step "what it made"
modes /opt/kiosk /etc/systemd/system
inside sh -eu -c '
    test -L /etc/systemd/system/multi-user.target.wants/kiosk-display.service
    test -f /etc/udev/rules.d/60-kiosk.rules
' || fail "display or rules"
inside kiosk check-config >/dev/null || fail "check-config"
inside kiosk doctor --json >/tmp/doctor.json || true
grep -q '"check": "permissions"' /tmp/doctor.json || fail "doctor"

first_sale /usr/local/bin/kiosk /opt/kiosk/current/venv/bin/python

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
records_stay
inside sh -eu -c '! test -e /opt/kiosk; ! test -e /usr/local/bin/kiosk; ! test -e /etc/systemd/system/kiosk.service' ||
    fail "the program stays"
echo "PASSED: install, first start, sale, upgrade, uninstall on $(. "$root/etc/os-release"; echo "$PRETTY_NAME")"
