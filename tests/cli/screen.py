"""A terminal, as much of one as the program uses: what its screen finally shows."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from shop import WAIT_SECONDS

ESCAPE = re.compile(rb"\033\[([0-9;?]*)([A-Za-z])")


class Screen:
    """Rows of characters; lines that are too long wrap, and wrap anew when it is resized."""

    def __init__(self, columns):
        self.columns = columns
        self.rows = [""]
        self.goes_on = [False]  # whether a row is the rest of the one before
        self.row = self.column = 0

    def put(self, text):
        for char in text:
            if char == "\r":
                self.column = 0
            elif char == "\n":
                self.move_down(False)
            else:
                if self.column == self.columns:
                    self.move_down(True)
                    self.column = 0
                line = self.rows[self.row].ljust(self.column)
                self.rows[self.row] = line[:self.column] + char + line[self.column + 1:]
                self.column += 1

    def move_down(self, wraps):
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append("")
            self.goes_on.append(wraps)
        self.goes_on[self.row] = wraps

    def escape(self, parameter, command):
        if command == "A":
            self.row -= int(parameter or 1)
            assert self.row >= 0, "the cursor left the screen"
        elif command == "J":
            assert parameter == "", parameter
            del self.rows[self.row + 1:], self.goes_on[self.row + 1:]
            self.rows[self.row] = self.rows[self.row][:self.column]
        elif command == "K":
            assert parameter == "", parameter
            self.rows[self.row] = self.rows[self.row][:self.column]
        else:
            assert command == "m", f"an escape that nobody knows: {parameter}{command}"

    def resize(self, columns):
        assert self.row == len(self.rows) - 1 and self.column == 0, "in the middle of a line"
        lines = []
        for row, goes_on in zip(self.rows, self.goes_on):
            if goes_on:
                lines[-1] += row
            else:
                lines.append(row)
        self.columns = columns
        self.rows, self.goes_on = [], []
        for line in lines:
            parts = [line[at:at + columns] for at in range(0, len(line), columns)] or [""]
            self.rows += parts
            self.goes_on += [False] + [True] * (len(parts) - 1)
        self.row = len(self.rows) - 1

    def text(self):
        return "\n".join(row.rstrip() for row in self.rows)


class Terminal:
    """The program with a terminal as its input, output and errors."""

    def __init__(self, shop, *arguments, columns=80, lines=24, environment=None):
        self.master, slave = pty.openpty()
        self.screen = Screen(columns)
        self.lines = lines
        self.raw = b""
        self.fed = 0
        self.set_size(columns)

        def become_foreground():
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [shop.program, *arguments], cwd=shop.folder, start_new_session=True,
            env=shop.environment({"TERM": "xterm", **(environment or {})}), stdin=slave,
            stdout=slave, stderr=slave, preexec_fn=become_foreground)
        os.close(slave)
        shop.sessions.append(self)
        self.pid, self.wait = self.process.pid, self.process.wait
        self.stdout = self  # for the end of the shop

    def set_size(self, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", self.lines, columns, 0, 0))

    def resize(self, columns):
        """Another width, between two drawings."""
        os.kill(self.pid, signal.SIGSTOP)
        while select.select([self.master], [], [], 0.05)[0]:
            self.read()
        self.set_size(columns)
        self.screen.resize(columns)
        os.kill(self.pid, signal.SIGCONT)

    def read(self, seconds=0.05):
        """Takes in what was written; False at the end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            more = os.read(self.master, 65536)
        except OSError:  # EIO: nobody has the other end any more
            more = b""
        self.raw += more
        self.feed()
        return more != b""

    def feed(self):
        """Shows all of what came but an escape that is not whole."""
        data = self.raw[self.fed:]
        at = 0
        while at < len(data):
            match = ESCAPE.match(data, at)
            if match:
                self.screen.escape(match[1].decode(), match[2].decode())
                at = match.end()
            elif data[at:at + 1] == b"\033":
                break
            else:
                end = data.find(b"\033", at)
                end = len(data) if end < 0 else end
                self.screen.put(data[at:end].decode(errors="replace"))
                at = end
        self.fed += at

    def wait_for(self, pattern):
        """Until the screen shows it; the match."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            match = re.search(pattern, self.screen.text())
            if match:
                return match
            assert self.read(), f"the end without {pattern!r}:\n{self.screen.text()}"
        raise AssertionError(f"no {pattern!r} in time:\n{self.screen.text()}")

    def type(self, keys):
        os.write(self.master, keys)

    def finish(self):
        """The exit status, when all was taken in."""
        deadline = time.monotonic() + WAIT_SECONDS
        while self.read(1):
            assert time.monotonic() < deadline, f"no end:\n{self.screen.text()}"
        return self.process.wait(WAIT_SECONDS)

    def close(self):
        os.close(self.master)
