#!/usr/bin/env python3
"""The completion of the shells, and the manual page: completion.py AORTA

bash is asked as readline asks it, with COMP_LINE and the words broken at readline's breaks; the
scripts of zsh and fish are read by those shells where they are installed."""

import re
import shutil
import subprocess

import shop

BREAKS = " \t\n\"'@><=;|&(:"

COMPLETE = r"""
source <(aorta completion bash)
COMP_WORDBREAKS=$BREAKS COMP_POINT=${#COMP_LINE}
COMP_WORDS=("${@}") COMP_CWORD=$(($# - 1))
_aorta
printf '%s\n' "${COMPREPLY[@]}"
"""


def words_of(line, breaks):
    """COMP_WORDS of the line: readline makes a word of each break that is no blank."""
    signs = re.escape("".join(sign for sign in breaks if not sign.isspace()))
    words = re.findall(rf"[{signs}]+|[^\s{signs}]+", line)
    return words if not line[-1].isspace() else [*words, ""]


def complete(pipeline, line, breaks=BREAKS):
    """What bash would offer, the last word being what it replaces."""
    done = subprocess.run(["bash", "-c", COMPLETE, "bash", *words_of(line, breaks)], cwd=pipeline.folder,
                          env=pipeline.environment({"COMP_LINE": line, "BREAKS": breaks}), text=True,
                          capture_output=True, timeout=60)
    assert done.stderr == "", done.stderr
    return done.stdout.split()


def test_commands_and_flags(pipeline):
    """commands, flags and the words of a choice are offered"""
    assert complete(pipeline, "aorta r") == ["run", "runs"]
    assert "completion" in complete(pipeline, "aorta ")
    assert complete(pipeline, "aorta run --f") == ["--full-refresh", "--force", "--fail-fast"]
    assert complete(pipeline, "aorta completion ") == ["--help", "bash", "zsh", "fish"]
    assert complete(pipeline, "aorta completion z") == ["zsh"]
    assert complete(pipeline, "aorta run --target ") == []
    assert complete(pipeline, "aorta nonsense x") == []


def test_assets(pipeline):
    """assets are offered, behind whatever part of a selection stands before them"""
    assert complete(pipeline, "aorta run s") == ["stg_orders", "sales"]
    assert complete(pipeline, "aorta ls +s") == ["+stg_orders", "+sales"]
    assert complete(pipeline, "aorta ls 2+sa") == ["2+sales"]
    assert complete(pipeline, "aorta ls orders,sa") == ["orders,sales"]
    assert complete(pipeline, "aorta ls @sa") == ["sales"]  # readline keeps the @ by itself
    assert complete(pipeline, "aorta ls @sa", BREAKS.replace("@", "")) == ["@sales"]
    assert complete(pipeline, "aorta run --exclude sa") == ["sales"]
    assert complete(pipeline, "aorta run --exclude=sa") == ["sales"]
    assert complete(pipeline, "aorta run --exclude=sa", BREAKS.replace("=", "")) == ["--exclude=sales"]
    assert complete(pipeline, "aorta logs last --step sa") == ["sales"]


def test_other_names(pipeline):
    """questions, connectors, runs and folders are offered where they are meant"""
    assert complete(pipeline, "aorta query @t") == ["top"]
    assert complete(pipeline, "aorta query ")[-2:] == ["@buyer", "@top"]
    assert complete(pipeline, "aorta connectors s") == ["sqlite"]
    assert complete(pipeline, "aorta logs ") == [
        "--help", "--follow", "--step", "--json", "--project", "--target", "--var", "last"]
    assert complete(pipeline, "aorta check --project as") == ["assets"]
    assert complete(pipeline, "aorta init as") == ["assets"]


def test_another_project(pipeline):
    """the names are those of the pipeline that --project names"""
    pipeline.write("twin/pipeline.toml", (pipeline.folder / "pipeline.toml").read_text())
    pipeline.write("twin/assets/marts/sapphires.sql", "select 1 as one")
    assert complete(pipeline, "aorta run --project twin sa") == ["sapphires"]


def test_a_broken_pipeline_still_completes(pipeline):
    """a pipeline that is wrong still completes, as far as it can be read"""
    pipeline.write("assets/marts/sales.toml", 'materialized = "tabel"')
    assert complete(pipeline, "aorta run sa") == ["sales"]
    pipeline.write("pipeline.toml", "torn = ")
    assert complete(pipeline, "aorta run sa") == []


def test_zsh_and_fish_read_their_scripts(pipeline):
    """zsh and fish read what is written for them"""
    for shell in ("zsh", "fish"):
        status, script = pipeline.run("completion", shell)
        assert status == 0
        for word in ("full-refresh", "Brings assets up to date", "aorta ls --names", "connectors"):
            assert word in script, (shell, word)
        if shutil.which(shell) is None:
            print(f"skipped: {shell} is not installed, so its script is not read by it")
            continue
        pipeline.write(f"script.{shell}", script)
        done = subprocess.run([shell, "-n", f"script.{shell}"], cwd=pipeline.folder, text=True,
                              capture_output=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_the_manual_page(pipeline):
    """the manual page has every command, and groff has nothing to say against it"""
    status, page = pipeline.run("help", "man")
    assert status == 0
    assert page.isascii()
    _, overview = pipeline.run("help")
    commands = re.findall(r"^  (?!aorta)(\w+) +[A-Z]", overview, re.MULTILINE)
    assert len(commands) > 10
    for command in commands:
        assert f'.SS "aorta {command}' in page, command
    for section in ("NAME", "SYNOPSIS", "EXIT STATUS", "ENVIRONMENT", "FILES"):
        assert f".SH {section}\n" in page, section
    if shutil.which("groff") is None:
        print("skipped: groff is not installed, so the manual page is not set")
        return
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-P-cbou"], input=page, text=True,
                          capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "sets a variable of pipeline.toml" in re.sub(r"\s+", " ", done.stdout)
    assert "fresh nothing that it reads" in re.sub(r"\s+", " ", done.stdout)


if __name__ == "__main__":
    shop.main([value for name, value in list(globals().items()) if name.startswith("test_")])
