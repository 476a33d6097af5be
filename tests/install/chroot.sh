# Sourced by the tests that need a fresh Debian of their own: makes it below $folder/root, goes into it, leaves nothing
# mounted. Sets repo, folder and root. Needs root and debootstrap.
#
# KIOSK_DEBIAN: bookworm by default. KIOSK_DEBIAN_MIRROR: where it comes from. The bare system stays as
# $folder/$debian.tar for the next run. KIOSK_CHROOT_BIND: folders of this machine to show inside where pip is used, for a
# local package index; pip's configuration is copied in. KIOSK_TREEISH: what is installed, HEAD by default.
# shellcheck shell=bash
set -euo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
debian=${KIOSK_DEBIAN:-bookworm}
root="$folder/root"
mirror=${KIOSK_DEBIAN_MIRROR:-http://deb.debian.org/debian}
bound=()

step() { echo "== $*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }
as_kiosk() { inside runuser -u kiosk -- env SDL_VIDEODRIVER=offscreen "$@"; }
bind() { mkdir -p "$root$2"; mount --rbind "$1" "$root$2"; mount --make-rslave "$root$2"; bound+=("$root$2"); }
unbind() {
    local at
    for ((at = ${#bound[@]} - 1; at >= 0; at--)); do umount -l "${bound[at]}" || true; done
    bound=()
}

[ "$(id -u)" = 0 ] || fail "must be run as root"
command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
trap unbind EXIT
mkdir -p "$folder"

bare_debian() {
    step "a bare Debian, $debian"
    unbind
    rm -rf --one-file-system "$root"
    mkdir "$root"
    if [ ! -e "$folder/$debian.tar" ]; then
        debootstrap --variant=minbase "$debian" "$root" "$mirror" > "$folder/debootstrap.log" || fail "debootstrap"
        tar -C "$root" -cf "$folder/$debian.tar" .
    else
        tar -C "$root" -xf "$folder/$debian.tar"
    fi
    mount -t proc proc "$root/proc"; bound+=("$root/proc")
    bind /dev /dev
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    cp -L /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
    # No service starts by itself in there.
    printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    # It is thrown away: nothing need be safe from a power cut.
    echo force-unsafe-io > "$root/etc/dpkg/dpkg.cfg.d/thrown-away"
    inside apt-get update -qq
}

apt_install() { # LOG PACKAGES...
    local log=$1
    shift
    inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > "$log" 2>&1 ||
        { tail -20 "$log"; fail "apt-get install"; }
}

# What pip needs there: this machine's configuration and certificates, the folders of KIOSK_CHROOT_BIND, these packages.
pip_inside() {
    for shown in ${KIOSK_CHROOT_BIND:-}; do bind "$shown" "$shown"; done
    [ ! -e /etc/pip.conf ] || cp -L /etc/pip.conf "$root/etc/pip.conf"
    [ ! -d /usr/local/share/ca-certificates ] || cp -RL /usr/local/share/ca-certificates "$root/usr/local/share/"
    apt_install "$folder/apt-pip.log" ca-certificates "$@"
    [ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
}

# Whether a file inside has this owner and these modes; what follows is asked inside as well.
modes() {
    inside sh -eu -c '
        check() { [ "$(stat -c "%U:%G %a" "$1")" = "$2" ] || { echo "$1 is $(stat -c "%U:%G %a" "$1"), not $2" >&2; exit 1; }; }
        check /var/lib/kiosk "kiosk:kiosk 700"
        check /var/lib/kiosk-seal "kiosk:kiosk 700"
        check /etc/kiosk "root:kiosk 750"
        check /etc/kiosk/environment "root:kiosk 640"
        id -nG kiosk | grep -qw dialout
        test -L /etc/systemd/system/multi-user.target.wants/kiosk.service
        [ -z "$(find "$1" -perm /022 ! -type l -print -quit)" ] || { echo "others may write the program" >&2; exit 1; }
        systemd-analyze verify "$2/kiosk.service" "$2/kiosk-display.service"
    ' modes "$@" || fail "modes, groups, units or rules"
}

# A sale on the simulated machine as the service would make it; the program and its Python.
first_sale() {
    step "first start, as the service starts it, and a sale on the simulated machine"
    # The simulated board runs by the wall clock of a machine that may be busy; the owner's file gives it more patience.
    printf '[wire]\nreply_timeout_s = 5.0\nsilence_timeout_s = 1.0\n' > "$root/etc/kiosk/machine.toml"
    chmod 0644 "$root/etc/kiosk/machine.toml"
    cp "$repo/tests/install/first_start.py" "$root/usr/src/first_start.py"
    as_kiosk KIOSK_PROGRAM="$1" "$2" /usr/src/first_start.py || fail "first start"
    inside kiosk report --json > "$folder/report.json"
    grep -q '"test": [1-9]' "$folder/report.json" || fail "the sale is not in the report"
    inside kiosk audit verify || fail "audit"
}

# What stays when the program is gone.
records_stay() {
    inside sh -eu -c '
        ! test -e /etc/systemd/system/multi-user.target.wants/kiosk.service
        test -s /var/lib/kiosk/sales.db
        test -s /var/lib/kiosk/audit.db
        test -s /var/lib/kiosk-seal/audit.key
        test -d /etc/kiosk
    ' || fail "records or settings are gone, or the service stays"
}
