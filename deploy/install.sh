#!/bin/sh
# Installs the kiosk on this Debian 12 machine, or upgrades it. Run as root: `make install`.
#
# With it come the extras: fleet (the link to an office), reports (drawings, plots), receipts (on paper). `EXTRAS=`: none,
# some of these words takes only what it names; a kiosk sells without them.
#
# Program: /opt/kiosk/releases/<time>, with /opt/kiosk/current pointing at the newest. Settings: /etc/kiosk. Data:
# /var/lib/kiosk, and the audit's seal apart from it in /var/lib/kiosk-seal. An upgrade backs the data up first, and
# the release before stays for going back: ln -sfn /opt/kiosk/releases/<older> /opt/kiosk/current.
set -eu
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
cd -P -- "$(dirname -- "$0")/.."
PREFIX=/opt/kiosk
SETTINGS=/etc/kiosk
DATA=/var/lib/kiosk
SEAL=/var/lib/kiosk-seal
EXTRAS=${EXTRAS-fleet reports receipts}

say() { echo "install: $*"; }
fail() { echo "install: $*" >&2; exit 1; }
as_kiosk() { runuser -u kiosk -- "$@"; }

[ "$(id -u)" = 0 ] || fail "must be run as root"
command -v apt-get >/dev/null || fail "this is not a Debian machine"
for extra in $EXTRAS; do
    case $extra in fleet | reports | receipts) ;; *) fail "EXTRAS: $extra is none of fleet, reports, receipts" ;; esac
done

say "packages"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends python3 python3-venv ca-certificates udev xserver-xorg-core \
    xserver-xorg-input-libinput xauth libgl1 libegl1 libgles2 libgl1-mesa-dri libmtdev1 espeak-ng alsa-utils >/dev/null

say "user and folders"
getent group kiosk >/dev/null || groupadd --system kiosk
getent passwd kiosk >/dev/null ||
    useradd --system --gid kiosk --home-dir "$DATA" --no-create-home --shell /usr/sbin/nologin kiosk
for group in dialout video audio; do
    usermod -a -G "$group" kiosk
done
for folder in "$PREFIX" "$PREFIX/releases" "$SETTINGS" "$DATA" "$SEAL"; do
    [ ! -L "$folder" ] || fail "$folder is a link; a folder of its own is wanted there"
done
install -d -m 0755 "$PREFIX" "$PREFIX/releases"
install -d -m 0750 -o root -g kiosk "$SETTINGS"
install -d -m 0700 -o kiosk -g kiosk "$DATA" "$SEAL"
if [ ! -e "$SETTINGS/environment" ]; then
    printf '# Secrets and ports, one NAME=value a line: KIOSK_PORT, KIOSK_MQTT_PASSWORD\n' > "$SETTINGS/environment"
fi
[ ! -L "$SETTINGS/environment" ] || fail "$SETTINGS/environment is a link"
chown root:kiosk -- "$SETTINGS/environment"
chmod 0640 -- "$SETTINGS/environment"

release="$PREFIX/releases/$(date -u +%Y%m%dT%H%M%SZ)"
say "program in $release"
[ ! -e "$release" ] || fail "$release is already there"
mkdir "$release"
trap 'rm -rf "$release"' EXIT
for part in config deploy docs hardware kiosk simulator ui pyproject.toml LICENSE README.md; do
    [ ! -e "$part" ] || cp -RP -- "$part" "$release/"
done
find "$release" -name __pycache__ -type d -prune -exec rm -rf {} +
python3 -I -m venv "$release/venv"
for lock in kiosk $EXTRAS; do
    "$release/venv/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
        -r "deploy/$lock.lock"
done
"$release/venv/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --editable "$release"
"$release/venv/bin/python" -I -m compileall -q "$release/config" "$release/hardware" "$release/kiosk" \
    "$release/simulator" "$release/ui"
chmod -R go-w "$release"

systemd_runs() { [ -d /run/systemd/system ]; }
if systemd_runs && systemctl is-active --quiet kiosk.service; then
    say "stopping the running kiosk (a sale in progress is settled at the next start)"
    systemctl stop kiosk.service
fi
chmod 0755 "$release/deploy/backup-before"
# Nothing below the data folder is touched as root: the kiosk's user may have planted links there.
if [ -e "$PREFIX/current" ] && as_kiosk sh -c 'ls -- "$1"/*.db >/dev/null 2>&1' sh "$DATA"; then
    say "backing up the data"
    as_kiosk env KIOSK_CONFIG="$SETTINGS" "$release/deploy/backup-before" "$DATA" "$(basename "$release")" \
        /usr/local/bin/kiosk backup --data "$DATA" || fail "the backup failed; nothing was changed"
fi
trap - EXIT
ln -sfn "$release" "$PREFIX/current"
# Names are times: the oldest come first. The one in use and the one before it stay.
set -- "$PREFIX"/releases/*
while [ "$#" -gt 2 ]; do
    [ "$1" = "$release" ] || rm -rf --one-file-system -- "$1"
    shift
done

chmod 0755 "$release"/deploy/*.sh "$release"/deploy/display-* "$release"/deploy/backup-before
install -m 0755 -o root -g root "$release/deploy/kiosk" /usr/local/bin/kiosk

say "device names and services"
install -m 0644 deploy/udev/60-kiosk.rules /etc/udev/rules.d/60-kiosk.rules
install -d -m 0755 /etc/X11/xorg.conf.d
install -m 0644 deploy/xorg/60-kiosk.conf /etc/X11/xorg.conf.d/60-kiosk.conf
install -m 0644 deploy/systemd/kiosk.service deploy/systemd/kiosk-display.service /etc/systemd/system/
systemctl enable --quiet kiosk-display.service kiosk.service 2>/dev/null || fail "systemctl enable failed"
if systemd_runs; then
    udevadm control --reload && udevadm trigger --subsystem-match=tty --subsystem-match=video4linux
    systemctl daemon-reload
    systemctl restart kiosk-display.service kiosk.service
fi

say "checking the settings"
/usr/local/bin/kiosk check-config >/dev/null || fail "settings in $SETTINGS have problems (above)"
say "done. Next: kiosk staff add, then kiosk doctor (docs/technician.md)"
