#!/bin/sh
# Installs the kiosk on this Debian 12 machine, or upgrades it. Run as root: `make install`.
#
# Program: /opt/kiosk/releases/<time>, with /opt/kiosk/current pointing at the newest. Settings: /etc/kiosk. Data:
# /var/lib/kiosk, and the audit's seal apart from it in /var/lib/kiosk-seal. An upgrade backs the data up first, and
# the release before stays for going back: ln -sfn /opt/kiosk/releases/<older> /opt/kiosk/current.
set -eu
cd "$(dirname "$0")/.."
PREFIX=/opt/kiosk
SETTINGS=/etc/kiosk
DATA=/var/lib/kiosk
SEAL=/var/lib/kiosk-seal

say() { echo "install: $*"; }
fail() { echo "install: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "must be run as root"
command -v apt-get >/dev/null || fail "this is not a Debian machine"

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
install -d -m 0755 "$PREFIX" "$PREFIX/releases"
install -d -m 0750 -o root -g kiosk "$SETTINGS"
install -d -m 0700 -o kiosk -g kiosk "$DATA" "$SEAL"
if [ ! -e "$SETTINGS/environment" ]; then
    printf '# Secrets and ports, one NAME=value a line: KIOSK_PORT, KIOSK_MQTT_PASSWORD\n' > "$SETTINGS/environment"
fi
chown root:kiosk "$SETTINGS/environment"
chmod 0640 "$SETTINGS/environment"

release="$PREFIX/releases/$(date -u +%Y%m%dT%H%M%SZ)"
say "program in $release"
[ ! -e "$release" ] || fail "$release is already there"
mkdir "$release"
trap 'rm -rf "$release"' EXIT
for part in config deploy docs hardware kiosk simulator ui pyproject.toml requirements.lock LICENSE README.md; do
    [ ! -e "$part" ] || cp -R "$part" "$release/"
done
find "$release" -name __pycache__ -type d -prune -exec rm -rf {} +
python3 -m venv "$release/venv"
"$release/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    -r requirements.lock
"$release/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --editable "$release"
"$release/venv/bin/python" -m compileall -q "$release/config" "$release/hardware" "$release/kiosk" \
    "$release/simulator" "$release/ui"
chmod -R go-w "$release"

systemd_runs() { [ -d /run/systemd/system ]; }
if systemd_runs && systemctl is-active --quiet kiosk.service; then
    say "stopping the running kiosk (a sale in progress is settled at the next start)"
    systemctl stop kiosk.service
fi
if [ -e "$PREFIX/current" ] && [ -n "$(find "$DATA" -maxdepth 1 -name '*.db' -print -quit)" ]; then
    say "backing up the data"
    install -d -m 0700 -o kiosk -g kiosk "$DATA/backup"
    runuser -u kiosk -- env KIOSK_CONFIG="$SETTINGS" /usr/local/bin/kiosk backup --data "$DATA" \
        "$DATA/backup/before-$(basename "$release").tar.gz" || fail "the backup failed; nothing was changed"
    # shellcheck disable=SC2012 # names of our own making
    ls -1t "$DATA/backup/"before-*.tar.gz | tail -n +4 | xargs -r rm -f
fi
trap - EXIT
ln -sfn "$release" "$PREFIX/current"
# shellcheck disable=SC2012 # names of our own making
ls -1dt "$PREFIX/releases/"* | tail -n +3 | xargs -r rm -rf

cat > /usr/local/bin/kiosk <<'WRAPPER'
#!/bin/sh
# The kiosk's command line. As root it becomes the kiosk's user, so that no file changes its owner.
: "${KIOSK_CONFIG=/etc/kiosk}" "${KIOSK_DATA=/var/lib/kiosk}" "${KIOSK_AUDIT_KEY_FOLDER=/var/lib/kiosk-seal}"
export KIOSK_CONFIG KIOSK_DATA KIOSK_AUDIT_KEY_FOLDER
if [ "$(id -u)" = 0 ] && [ "$KIOSK_DATA" = /var/lib/kiosk ]; then
    exec runuser -u kiosk -- /opt/kiosk/current/venv/bin/python -m kiosk "$@"
fi
exec /opt/kiosk/current/venv/bin/python -m kiosk "$@"
WRAPPER
chmod 0755 /usr/local/bin/kiosk "$release"/deploy/*.sh "$release"/deploy/display-*

say "device names and services"
install -m 0644 deploy/udev/60-kiosk.rules /etc/udev/rules.d/60-kiosk.rules
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
