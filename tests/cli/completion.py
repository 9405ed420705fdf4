#!/usr/bin/env python3
"""The completion of the shells, and the manual page: completion.py AORTA

bash is asked as readline asks it, with COMP_LINE and the words broken at readline's breaks. zsh
(at a terminal of ours) and fish complete by their scripts, where they are installed."""

import os
import pty
import re
import select
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


# What fish offers for a line, and what zsh makes of one at a tab.
OFFERED = {
    "aorta ru": ["run", "runs"],
    "aorta run --f": ["--full-refresh", "--force", "--fail-fast"],
    "aorta completion z": ["zsh"],
    "aorta run s": ["sales", "stg_orders"],
    "aorta run --exclude sa": ["sales"],
    "aorta query @t": ["@top"],
    "aorta connectors sq": ["sqlite"],
    "aorta check --project as": ["assets/"],
    "aorta trigger --junit ass": ["assets/"],
    "aorta run --target ": ["dev", "prod"],
    "aorta run --var le": ["least_cents="],
    "aorta runs --state fa": ["failed"],
    "aorta alerts --state s": ["summed"],
    "aorta alerts t": ["test"],
    "aorta alerts test o": ["oncall"],
    "aorta token create --role o": ["operator"],
    "aorta audit --action rev": ["revoke_token"],
    "aorta help ba": ["backfill", "backfills"],
    "aorta pause s": ["schedule:nightly", "sensor:orders", "stream:staging.flow"],
    "aorta resume a": ["asset:marts.sales"],
    "aorta connections test w": ["warehouse"],
}
COMPLETED = {
    "aorta connecto": "aorta connectors ",
    "aorta ru": "aorta run",
    "aorta run --full": "aorta run --full-refresh ",
    "aorta completion z": "aorta completion zsh ",
    "aorta run sa": "aorta run sales ",
    "aorta ls +sa": "aorta ls +sales ",
    "aorta ls 2+sa": "aorta ls 2+sales ",
    "aorta ls @sa": "aorta ls @sales ",
    "aorta ls orders,sa": "aorta ls orders,sales ",
    "aorta run --exclude sa": "aorta run --exclude sales ",
    "aorta run --exclude=sa": "aorta run --exclude=sales ",
    "aorta query @t": "aorta query @top ",
    "aorta connectors sq": "aorta connectors sqlite ",
    "aorta check --project as": "aorta check --project assets/",
    "aorta nonsense sa": "aorta nonsense sa",
    "aorta run --target=p": "aorta run --target=prod ",
    "aorta run --var le": "aorta run --var least_cents=",
    "aorta runs --state fa": "aorta runs --state failed ",
    "aorta alerts --state su": "aorta alerts --state summed ",
    "aorta alerts test on": "aorta alerts test oncall ",
    "aorta token create --role o": "aorta token create --role operator ",
    "aorta help comp": "aorta help completion ",
    "aorta help m": "aorta help man ",
    "aorta pause sch": "aorta pause schedule:nightly ",
    "aorta pause sensor:": "aorta pause sensor:orders ",
    "aorta resume asset:m": "aorta resume asset:marts.sales ",
    "aorta connections test w": "aorta connections test warehouse ",
}

# What the shop has not: things of each kind that a command takes the name of.
MORE = """
[target.prod.connection.shop]
connector = "sqlite"
path = "shop.db"
[target.prod.connection.warehouse]
connector = "duckdb"
path = "warehouse.duckdb"
[target.dev.connection.log]
connector = "kafka"
brokers = "127.0.0.1:1"
[target.dev.connection.lake]
connector = "file"
path = "lake"
[schedule.nightly]
cron = "0 2 * * *"
[sensor.orders]
kind = "file"
path = "inbox/done"
select = "sales"
[alert.oncall]
webhook = { url = "http://127.0.0.1/hook", secret = "env:HOOK_SECRET" }
"""


def add_more(pipeline):
    """One of each kind, in the pipeline's files."""
    pipeline.write("pipeline.toml", (pipeline.folder / "pipeline.toml").read_text() + MORE)
    pipeline.write("assets/marts/sales.toml", 'automation = "eager"\n')
    pipeline.write("assets/staging/flow.toml", 'kind = "stream"\n'
                   'from = { connection = "log", topic = "flow" }\n'
                   'into = { connection = "lake", topic = "flow" }\n'
                   'time = { field = "ts", unit = "s" }\n')


ZSHRC = """
fpath=(functions $fpath)
autoload -Uz compinit
compinit -u -d zcompdump
unsetopt beep
say() { print -r -- "$BUFFER" >said.new; mv said.new said }
zle -N say
bindkey '^T' say
bindkey '^U' kill-whole-line
"""


class Zsh:
    """A zsh at a terminal, in the pipeline's folder, that completes as it would for a person."""

    def __init__(self, pipeline):
        self.pipeline = pipeline
        self.said = pipeline.folder / "said"
        pipeline.write(".zshrc", ZSHRC)
        pipeline.write("functions/_aorta", pipeline.run("completion", "zsh")[1])

    def __enter__(self):
        self.terminal, inner = pty.openpty()
        self.process = subprocess.Popen(
            ["zsh", "-d", "-i"], cwd=self.pipeline.folder, stdin=inner, stdout=inner, stderr=inner,
            start_new_session=True,
            env=self.pipeline.environment({"ZDOTDIR": str(self.pipeline.folder), "TERM": "xterm"}))
        os.close(inner)
        return self

    def __exit__(self, *_):
        shop.kill_session(self.process.pid)
        self.process.wait()
        os.close(self.terminal)

    def complete(self, line):
        """What stands at the prompt when the line was typed, and then a tab."""
        self.said.unlink(missing_ok=True)
        os.write(self.terminal, f"\x15{line}\t\x14".encode())

        def is_said():
            if select.select([self.terminal], [], [], 0)[0]:
                os.read(self.terminal, 1 << 16)
            return self.said.exists()

        shop.wait_until(is_said, line)
        return self.said.read_text()[:-1]


def is_missing(shell):
    """Whether the shell is not there; says so."""
    if shutil.which(shell) is not None:
        return False
    print(f"skipped: {shell} is not installed, so nothing is tried in it")
    return True


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
    assert complete(pipeline, "aorta r") == ["run", "rerun", "resume", "runs"]
    assert "completion" in complete(pipeline, "aorta ")
    assert complete(pipeline, "aorta run --f") == ["--full-refresh", "--force", "--fail-fast"]
    assert complete(pipeline, "aorta completion ") == ["--help", "bash", "zsh", "fish"]
    assert complete(pipeline, "aorta completion z") == ["zsh"]
    assert complete(pipeline, "aorta run --threads ") == []
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
        "--help", "--follow", "--step", "--json", "--project", "--target", "--var", "last", "previous"]
    assert complete(pipeline, "aorta check --project as") == ["assets"]
    assert complete(pipeline, "aorta init as") == ["assets"]


def test_values(pipeline):
    """what a flag or an argument can be is offered: words, or the names that there are"""
    add_more(pipeline)
    assert pipeline.run("check")[0] == 0
    assert complete(pipeline, "aorta help b") == ["backfill", "backfills"]
    assert complete(pipeline, "aorta help ")[-1] == "man"
    assert complete(pipeline, "aorta run --target ") == ["dev", "prod"]
    assert complete(pipeline, "aorta run --target=p", BREAKS.replace("=", "")) == ["--target=prod"]
    assert complete(pipeline, "aorta run --var le") == ["least_cents="]
    assert complete(pipeline, "aorta runs --state ") == [
        "queued", "running", "succeeded", "failed", "canceled", "interrupted"]
    assert complete(pipeline, "aorta alerts --state ") == [
        "waiting", "held", "delivered", "summed", "dropped"]
    assert complete(pipeline, "aorta alerts test o") == ["oncall"]
    assert complete(pipeline, "aorta token create --role ") == ["viewer", "operator", "admin"]
    assert complete(pipeline, "aorta token create --name o") == []
    assert complete(pipeline, "aorta backfill sales --only f") == ["failed"]
    subjects = ["schedule:nightly", "sensor:orders", "stream:staging.flow", "asset:marts.sales"]
    for command, offered in (("pause", subjects), ("resume", subjects), ("tick", subjects[:2])):
        assert complete(pipeline, f"aorta {command} ", " ") == [
            *complete(pipeline, f"aorta {command} --", " "), *offered]
    assert complete(pipeline, "aorta pause sensor:") == ["orders"]
    status, output = pipeline.run("token", "create", "--name", "ci", "--role", "viewer")
    assert status == 0, output
    assert complete(pipeline, "aorta token revoke c") == ["create", "ci"]
    status, output = pipeline.run("token", "revoke", "ci")
    assert status == 0, output
    assert complete(pipeline, "aorta token revoke c") == ["create"]


def test_words_are_taken(pipeline):
    """the words that are offered for a value are those that the program takes, and no others"""
    for line in ("runs --state", "alerts --state", "audit --action"):
        offered = complete(pipeline, f"aorta {line} ")
        assert len(offered) > 4, offered
        for word in offered:
            status, output = pipeline.run(*line.split(), word)
            assert status == 0, (line, word, output)
        status, output = pipeline.run(*line.split(), offered[0] + "x")
        flag = line.split()[1]
        assert (status, output) == (2, f"aorta: {flag} must be one of {', '.join(offered)}, not "
                                    f'"{offered[0]}x": did you mean {offered[0]}?\n')


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
        for word in ("full-refresh", "Brings assets up to date", "aorta names assets", "connectors"):
            assert word in script, (shell, word)
        if is_missing(shell):
            continue
        pipeline.write(f"script.{shell}", script)
        done = subprocess.run([shell, "-n", f"script.{shell}"], cwd=pipeline.folder, text=True,
                              capture_output=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_fish_completes(pipeline):
    """fish offers commands, flags and names as bash does"""
    if is_missing("fish"):
        return
    add_more(pipeline)
    for line, wanted in OFFERED.items():
        done = subprocess.run(
            ["fish", "--no-config", "-c", "aorta completion fish | source; complete -C $argv[1]", line],
            cwd=pipeline.folder, env=pipeline.environment({"HOME": str(pipeline.folder)}), text=True,
            capture_output=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        got = [candidate.split("\t")[0] for candidate in done.stdout.splitlines()]
        assert sorted(got) == sorted(wanted), (line, got)


def test_zsh_completes(pipeline):
    """zsh completes a command, a flag or a name to the line that it means"""
    if is_missing("zsh"):
        return
    add_more(pipeline)
    with Zsh(pipeline) as zsh:
        for line, wanted in COMPLETED.items():
            got = zsh.complete(line)
            assert got == wanted, (line, got)


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
