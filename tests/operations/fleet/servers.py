"""Real servers for the fleet tests: Mosquitto with TLS and passwords, PostgreSQL, and a TCP path that can be cut.

Each is started on a free loopback port in a folder of its own and ended by the test that started it.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import pwd
import select
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.fleet import Broker, ConfirmBy, Fleet
from tests.support.paths import ROOT

START_LIMIT_S = 20.0
DEPLOY = ROOT / "deploy" / "mosquitto"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def needed(program: str, package: str, *places: str) -> str:
    """Path of a program the tests need; says which Debian package brings it."""
    for place in (*places, "/usr/sbin", "/usr/bin"):
        if (Path(place) / program).exists():
            return str(Path(place) / program)
    raise RuntimeError(f"{program} is missing: install the Debian package {package} (apt-get install {package})")


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once something listens on `port`."""
    until = time.monotonic() + START_LIMIT_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with status {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port} after {START_LIMIT_S} s")


def processor_s(pid: int) -> float:
    """Processor time a program and all it has started have used so far."""
    here = Path(f"/proc/{pid}")
    fields = (here / "stat").read_text().rpartition(") ")[2].split()
    children = (here / "task" / str(pid) / "children").read_text().split()
    own_s = sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return own_s + sum(processor_s(int(child)) for child in children)


class Certificates:
    """A certificate authority of our own, and a broker certificate for 127.0.0.1 from it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.ca = folder / "ca.pem"
        self.cert = folder / "broker.pem"
        self.key = folder / "broker.key"
        now = dt.datetime.now(dt.UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"test {folder.name}")])
        ca_key = ec.generate_private_key(ec.SECP256R1())
        ca = self._builder(name, name, ca_key.public_key(), now)
        ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        key_id = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
        ca = ca.add_extension(key_id, critical=False)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        ca_cert = ca.add_extension(usage, critical=True).sign(ca_key, hashes.SHA256())
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        cert = self._builder(subject, name, key.public_key(), now)
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        cert = cert.add_extension(address, critical=False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
        cert = cert.add_extension(authority, critical=False)
        self.ca.write_bytes(ca_cert.public_bytes(serialization.Encoding.PEM))
        self.cert.write_bytes(cert.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    @staticmethod
    def _builder(
        subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: dt.datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
        )


def shipped_limits() -> tuple[str, ...]:
    """The lines of the broker file we ship that say how much it keeps."""
    lines = (DEPLOY / "mosquitto.conf").read_text().splitlines()
    return tuple(line for line in lines if line.startswith(("max_", "set_tcp")))


class Mosquitto:
    """A Mosquitto of our own. `options` are further lines of its configuration."""

    def __init__(self, folder: Path, users: dict[str, str], options: tuple[str, ...] = ()) -> None:
        program = needed("mosquitto", "mosquitto")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.users = folder, users
        self.certificates = Certificates(folder / "tls")
        self.port = free_port()
        passwords = folder / "passwords"
        passwords.write_text("".join(f"{name}:{password}\n" for name, password in users.items()))
        subprocess.run([needed("mosquitto_passwd", "mosquitto"), "-U", str(passwords)], check=True)
        acl = folder / "acl"
        shutil.copy(DEPLOY / "keykiosk.acl", acl)
        (folder / "data").mkdir(exist_ok=True)
        self.configuration = folder / "mosquitto.conf"
        self.configuration.write_text(
            "\n".join(
                (
                    f"user {pwd.getpwuid(os.getuid()).pw_name}",
                    "per_listener_settings false",
                    f"listener {self.port} 127.0.0.1",
                    f"cafile {self.certificates.ca}",
                    f"certfile {self.certificates.cert}",
                    f"keyfile {self.certificates.key}",
                    "allow_anonymous false",
                    f"password_file {passwords}",
                    f"acl_file {acl}",
                    "persistence true",
                    f"persistence_location {folder / 'data'}/",
                    "autosave_interval 1",
                    f"log_dest file {folder / 'log'}",
                    *options,
                    "",
                )
            )
        )
        for path in (passwords, acl):
            path.chmod(0o600)
        self._program = program
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        process = subprocess.Popen([self._program, "-c", str(self.configuration)], stderr=subprocess.DEVNULL)
        self.process = process
        await_port(self.port, process)

    def stop(self) -> None:
        """End it politely: it saves its sessions."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def kill(self) -> None:
        """Pull its plug: what it had not saved is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def forget(self) -> None:
        """Lose its disk."""
        shutil.rmtree(self.folder / "data")
        (self.folder / "data").mkdir()

    def fleet(self, kiosk: str, **changes: Any) -> Fleet:
        """Settings of a kiosk of this broker; `port` and `ca_file` may be changed too."""
        broker = Broker(
            host="127.0.0.1",
            port=changes.pop("port", self.port),
            ca_file=str(changes.pop("ca_file", self.certificates.ca)),
            keepalive_s=10,
            connect_timeout_s=3.0,
            retry_min_s=0.01,
            retry_max_s=0.05,
            session_expiry_s=3600,
        )
        settings = {"confirm": ConfirmBy.COLLECTOR, "window": 50, "resend_after_s": 0.5, **changes}
        return Fleet(enabled=True, kiosk=kiosk, topic_root="keykiosk", broker=broker, **settings)


class Postgres:
    """A PostgreSQL cluster of our own, run as an unprivileged user when the tests run as root."""

    def __init__(self, folder: Path, *, on_disk: bool = False) -> None:
        """`on_disk`: every commit reaches it, which tests need not wait for."""
        self._options = [] if on_disk else ["-F"]
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        places = tuple(str(path) for path in versions)
        self._program = needed("postgres", "postgresql", *places)
        folder.mkdir(parents=True, exist_ok=True)
        self.data = folder / "data"
        self.port = free_port()
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        initdb = [needed("initdb", "postgresql", *places), "-D", str(self.data), "-U", "kiosk", "-A", "trust", "-N"]
        subprocess.run([*initdb, "-E", "UTF8", "--locale=C"], check=True, capture_output=True, user=self._user, cwd="/")
        self.process: subprocess.Popen[bytes] | None = None
        self.dsn = f"host=127.0.0.1 port={self.port} user=kiosk dbname=postgres connect_timeout=3"

    def start(self) -> None:
        command = [self._program, "-D", str(self.data), "-p", str(self.port), "-h", "127.0.0.1", "-k", ""]
        self.process = subprocess.Popen(
            [*command, *self._options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self._user, cwd="/"
        )
        await_port(self.port, self.process)
        until = time.monotonic() + START_LIMIT_S
        while time.monotonic() < until:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("PostgreSQL does not answer")

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.dsn)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(2)
            self.process.wait(20)
            self.process = None


class Path2Broker:
    """A TCP path to a port that can be cut, or made slow, in mid-message."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.bytes_per_turn = 65_536
        self.cut_after_bytes: int | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="path to broker")
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        ends: dict[socket.socket, socket.socket] = {}
        carried = 0

        def cut() -> None:
            for end in ends:
                end.close()
            ends.clear()

        while not self._stop.is_set():
            readable, _, _ = select.select([self._listener, *ends], [], [], 0.01)
            for end in readable:
                if end is self._listener:
                    near, _ = self._listener.accept()
                    try:
                        far = socket.create_connection(("127.0.0.1", self._target_port))
                    except OSError:
                        near.close()
                        continue
                    ends[near], ends[far] = far, near
                    continue
                if end not in ends:
                    continue
                try:
                    data = end.recv(self.bytes_per_turn)
                    if not data:
                        raise ConnectionError
                    ends[end].sendall(data)
                except OSError:
                    other = ends.pop(end)
                    ends.pop(other, None)
                    end.close()
                    other.close()
                    continue
                carried += len(data)
                if self.cut_after_bytes is not None and carried >= self.cut_after_bytes:
                    carried = 0
                    cut()
                    break
        cut()
