#!/usr/bin/env python3
"""`cmake --install`, and the installed program: install.py AORTA

Everything is where the GNU coding standards have it, and the program finds its connectors from
where it stands, wherever that is."""

import subprocess
import sys
import tempfile
from pathlib import Path


def run(*command, folder):
    done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def main(program):
    build = Path(program).resolve().parent
    with tempfile.TemporaryDirectory(prefix="aorta-install-") as scratch:
        prefix = Path(scratch) / "prefix"
        run("cmake", "--install", build, "--prefix", prefix, folder=build)
        (connectors,) = prefix.glob("lib*/**/aorta/connectors")
        for name in ("duckdb", "kafka", "sqlite"):
            assert (connectors / f"{name}.so").is_file(), name
            assert (connectors / f"{name}.json").is_file(), name
        assert not (connectors / "example.so").exists()
        for name in ("man/man1/aorta.1", "bash-completion/completions/aorta",
                     "zsh/site-functions/_aorta", "fish/vendor_completions.d/aorta.fish"):
            assert (prefix / "share" / name).stat().st_size > 1000, name
        # Moved after it was installed, it finds what it needs all the same.
        moved = Path(scratch) / "moved"
        prefix.rename(moved)
        aorta = moved / "bin" / "aorta"
        run(aorta, "init", "x", folder=scratch)
        run(aorta, "run", folder=Path(scratch) / "x")
        answer = run(aorta, "query", "@top", "--csv", folder=Path(scratch) / "x")
        assert answer.splitlines()[1] == "Emmy,210,1", answer
        listed = run(aorta, "connectors", "duckdb", folder=scratch)
        assert str(moved) in str(Path(listed.split("file   ")[1].splitlines()[0]).resolve()), listed
    print("ok      an installed program runs")


if __name__ == "__main__":
    main(*sys.argv[1:])
