#include "cli/commands.h"

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_completion, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count != 1)
        command_fail(EXIT_USAGE, "completion wants a shell: bash, zsh or fish");
    else if (commands_completion(a.rest[0], stdout) < 0)
        command_fail(EXIT_USAGE, "there is no completion for %s: bash, zsh or fish", a.rest[0]);
    else
        status = EXIT_OK;
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {{0}};

const struct command cmd_completion = {
    "completion",
    "bash|zsh|fish",
    "bash zsh fish",
    "Prints a script that makes a shell complete commands, flags and names",
    "Now, and whenever a shell begins:\n"
    "  bash  source <(aorta completion bash)          the same line in ~/.bashrc\n"
    "  zsh   aorta completion zsh >~/.zfunc/_aorta    a folder of $fpath, before compinit\n"
    "  fish  aorta completion fish >~/.config/fish/completions/aorta.fish",
    flags,
    run};
