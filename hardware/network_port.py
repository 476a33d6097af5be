"""What a board's port on the network is called, however its host is spelled.

Responsible for: one name for one host and port. Not responsible for: connecting (`hardware.link`), or who owns the
machine behind it.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_on_network(port: str) -> bool:
    """Whether a port is an address such as `socket://host:7700` and no device."""
    return "://" in port


def network_names(port: str) -> list[str]:
    """What a machine on the network is called: by number and port. Empty where the host is not known."""
    try:
        named = urlsplit(port)
        found = socket.getaddrinfo(named.hostname, named.port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        return []
    hosts = {ip_address(str(address[0]).partition("%")[0]) for *_, address in found}
    return sorted(f"host {'loopback' if host.is_loopback else host}:{named.port}" for host in hosts)
