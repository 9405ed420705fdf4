#!/usr/bin/env python3
"""What the processes may do that the daemon starts, as the kernel shows it; what others may read."""

import os
import re
import stat
from pathlib import Path

from shop import Events, Gate, finish, main, wait_until, working

STRANGER = 77  # a descriptor that a careless parent has left open


def descriptors(pid):
    folder = Path(f"/proc/{pid}/fd")
    return {int(fd): os.readlink(folder / fd) for fd in os.listdir(folder)}


def status(pid, name):
    text = Path(f"/proc/{pid}/status").read_text()
    return re.search(rf"^{name}:\s*(.*)$", text, re.M).group(1)


def limit(pid, name):
    text = Path(f"/proc/{pid}/limits").read_text()
    return re.search(rf"^{name}\s+(\S+)\s+(\S+)", text, re.M).groups()


def executors_get_little(shop):
    """an executor is given five descriptors, gains nothing and leaves no core"""
    shop.write("secret.txt", "not for children")
    gate = Gate(shop)
    run = shop.start("run", "--json", "orders", before=[
        "bash", "-c", f'exec {STRANGER}<secret.txt; exec "$@"', "bash"])
    Events(run).wait_for("raw.orders", "running")
    assert "secret.txt" in descriptors(run.pid)[STRANGER]  # else this test shows nothing
    executors = working(run.pid, "executor")
    assert executors
    for pid in executors:
        # One that has only just been started settles this first.
        wait_until(lambda pid=pid: status(pid, "NoNewPrivs") == "1", "no new privileges")
        files = descriptors(pid)
        assert files[0] == "/dev/null", files
        assert files[1] == files[2] == descriptors(run.pid)[2], files
        assert files[3].startswith("socket:") and files[4].startswith("socket:"), files
        own = ("anon_inode:", "/executor-", "shop.db", "warehouse.duckdb")
        for fd, name in files.items():
            assert fd < 5 or any(part in name for part in own), files
        wait_until(lambda pid=pid: limit(pid, "Max core file size") == ("0", "0"), "no core")
        wait_until(lambda pid=pid: int(limit(pid, "Max open files")[1]) <= 8192, "few files")
    gate.open()
    assert finish(run)[0] == 0


def state_is_private(shop):
    """the state folder and what the daemon keeps in it are the owner's alone, whatever the umask"""
    run = shop.start("run", "countries", before=["bash", "-c", 'umask 0; exec "$@"', "bash"])
    assert finish(run)[0] == 0
    state = shop.folder / ".aorta"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    files = [path for path in state.rglob("*") if path.is_file()]
    assert {"runs.db", "lock"} <= {path.name for path in files}, files
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


if __name__ == "__main__":
    main([executors_get_little, state_is_private])
