"""A PostgreSQL server made for a run and thrown away after it, which can be stopped and started again.

with postgres_server() as server:      # NoPostgres where its programs are missing
    psycopg.connect(server.dsn)
    server.stop()
    server.start()
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoPostgres(Exception):
    """Why no server can be started on this machine."""


class PostgresServer:
    """A server with an empty database, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self._initdb, self._server = _program("initdb"), _program("postgres")
        self._folder, self._data, self._log = folder, folder / "data", folder / "log"
        self._prefix = _as_server_user(folder)
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        made = ["-D", str(self._data), "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([*self._prefix, self._initdb, *made], check=True, capture_output=True, cwd=folder)

    @property
    def dsn(self) -> str:
        """The address as psycopg reads it."""
        return f"postgresql://tester@127.0.0.1:{self.port}/postgres"

    @property
    def url(self) -> str:
        """The address as SQLAlchemy reads it."""
        return self.dsn.replace("://", "+psycopg://", 1)

    @property
    def running(self) -> bool:
        """Whether it was started, and not stopped since."""
        return self._process is not None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self._folder,
            "fsync": "off",
            "shared_buffers": "16MB",
        }
        switches = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        command = [*self._prefix, self._server, "-D", str(self._data), *switches]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        self._wait_until_ready(self._process)

    def stop(self) -> None:
        """Ask the server itself (not the program that changed user for it) to end all connections, and wait."""
        process, self._process = self._process, None
        if process is None:
            return
        pid_file = self._data / "postmaster.pid"
        if pid_file.is_file():
            os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGINT)
        else:
            process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        import psycopg

        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.dsn).close()
                return
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start: {self._log.read_text(errors='replace')}") from None
                time.sleep(0.1)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Give a server that runs. Raises NoPostgres."""
    folder = Path(tempfile.mkdtemp(prefix="sqlwright-postgres-"))
    try:
        server = PostgresServer(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        raise NoPostgres("PostgreSQL's server programs are missing")
    return program


def _as_server_user(folder: Path) -> list[str]:
    """Return the command prefix that runs a program as somebody the server accepts: it refuses to run as root."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        raise NoPostgres("PostgreSQL does not run as root, and there is no user to run it as") from None
    if shutil.which("runuser") is None:
        raise NoPostgres("PostgreSQL does not run as root, and runuser is missing")
    shutil.chown(folder, "postgres")
    return ["runuser", "-u", "postgres", "--"]
