"""What a port may be called: a device's name, or `socket://host:port`.

Responsible for: one rule for settings, command lines and links. Not responsible for: whether anything is there.
Loads nothing, as what stops a wheel asks it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

ON_NETWORK = "socket://host:port"


def port_objection(port: str) -> str | None:
    """Why this cannot be a port, or None."""
    if not port or not port.isprintable():
        return "is no port: name a serial device or socket://host:port"
    if "://" not in port:
        return None
    try:
        named = urlsplit(port)
        number = named.port
    except ValueError:
        return f"must be {ON_NETWORK}, with a port from 1 to 65535"
    if named.scheme != "socket" or not named.hostname or not number or named.path or named.query or named.username:
        return f"must be {ON_NETWORK}, with a port from 1 to 65535"
    return None


def port_name(port: str) -> str:
    """`port`, if it can be one.

    Raises:
        ValueError: it cannot.
    """
    objection = port_objection(port)
    if objection is not None:
        raise ValueError(objection)
    return port
