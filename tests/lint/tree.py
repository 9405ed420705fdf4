"""What the lints share: the files of the tree, and how a complaint is printed."""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def root():
    """The tree to look at: the first argument, else the one these lints belong to."""
    return pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE.parent.parent


def files(top, *suffixes):
    """Paths, relative to top, of what git tracks or would; all, or those with a suffix."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=top, capture_output=True, text=True)
    if listed.returncode != 0:
        sys.exit(f"lint: the files of {top} come from git: {listed.stderr.strip()}")
    names = sorted(set(listed.stdout.split("\0")) - {""})
    return [name for name in names
            if (top / name).is_file() and (not suffixes or name.endswith(suffixes))]


def lines(top, name):
    """The lines of a text file, none of a binary one."""
    data = (top / name).read_bytes()
    return [] if b"\0" in data else data.decode("utf-8", "replace").splitlines()


def table(name):
    """The rows of a file of tab-separated columns beside the lints, without comments."""
    rows = (HERE / name).read_text().splitlines()
    return [row.split("\t") for row in rows if row.strip() and not row.startswith("#")]


def finish(what, complaints):
    """Ends the lint: every complaint on a line of its own, or one line that all is well."""
    for complaint in complaints:
        print(complaint)
    if complaints:
        sys.exit(1)
    print(f"{what}: ok")
