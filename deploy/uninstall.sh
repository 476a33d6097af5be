#!/bin/sh
# Removes the program, its services and device rules. Settings, data and the user that owns them stay.
set -eu
[ "$(id -u)" = 0 ] || { echo "uninstall: must be run as root" >&2; exit 1; }
if [ -d /run/systemd/system ]; then
    systemctl stop kiosk.service kiosk-display.service || true
fi
systemctl disable --quiet kiosk.service kiosk-display.service 2>/dev/null || true
rm -f /etc/systemd/system/kiosk.service /etc/systemd/system/kiosk-display.service /etc/udev/rules.d/60-kiosk.rules
rm -f /etc/X11/xorg.conf.d/60-kiosk.conf
rm -f /usr/local/bin/kiosk
rm -rf /opt/kiosk
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    udevadm control --reload
fi
echo "uninstall: the program is gone. Kept: settings in /etc/kiosk, data in /var/lib/kiosk and /var/lib/kiosk-seal,"
echo "uninstall: and the user kiosk that owns them. To remove these too, which cannot be undone:"
echo "uninstall:     rm -rf /etc/kiosk /var/lib/kiosk /var/lib/kiosk-seal && userdel kiosk"
