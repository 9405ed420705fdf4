/*
 * What the shells ask to complete a command line. The scripts know commands, flags, and the words
 * that these take as `values`; names of a kind they ask the program for (cmd_names.c).
 */
#include "cli/commands.h"
#include "cli/values.h"

#include <string.h>

/* The words among the values, each behind a blank; those that <commands> are, too. */
static void write_words(const char *values, FILE *out)
{
    const char *rest = values;
    struct value value;

    while (value_next(&rest, &value)) {
        for (size_t i = 0; value_is_kind(&value, "commands") && i < command_count; i++)
            fprintf(out, " %s", commands[i]->name);
        if (!value.is_kind)
            fprintf(out, " %.*s", value.size, value.text);
    }
}

/* The kinds among them whose names are asked for, each behind `before`. */
static void write_kinds(const char *values, const char *before, FILE *out)
{
    const char *rest = values;
    struct value value;

    while (value_next(&rest, &value))
        if (value.is_kind && !value_is_kind(&value, "commands"))
            fprintf(out, "%s%.*s", before, value.size, value.text);
}

/* ----------------------------------------------------------------------------------------- bash */

static const char bash_head[] =
    "# bash completion of aorta, made by `aorta completion bash`\n"
    "#\n"
    "#     source <(aorta completion bash)\n"
    "\n"
    "_aorta() {\n"
    "    local line=${COMP_LINE:0:COMP_POINT} whole='' previous name kind found=() choices=() kinds=()\n"
    "    local words=() names=() project=() command='' count i\n"
    "    # Not COMP_WORDS: readline breaks words at = and @.\n"
    "    read -ra words <<<\"$line\"\n"
    "    count=${#words[@]}\n"
    "    if [[ $line == *[![:space:]] ]]; then whole=${words[--count]}; fi\n"
    "    previous=${words[count - 1]}\n"
    "    for ((i = 1; i < count; i++)); do\n"
    "        case ${words[i]} in\n"
    "        --project) project=(--project \"${words[i + 1]}\") ;;\n"
    "        --project=*) project=(\"${words[i]}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    COMPREPLY=()\n"
    "    if ((count > 1)); then command=${words[1]}; fi\n"
    "    if ((count == 1)); then\n"
    "        choices=(--help --version";

static const char bash_commands[] = ")\n"
                                    "    fi\n"
                                    "    case $command in\n";

static const char bash_values[] = "    esac\n"
                                  "    if ((count < 2)); then previous=''; fi\n"
                                  "    if [[ $whole == --*=* ]]; then previous=${whole%%=*}; fi\n"
                                  "    case \"$command $previous\" in\n";

static const char bash_tail[] = "    esac\n"
                                "    local head=''\n"
                                "    if [[ $whole == --*=* ]]; then head=${whole%%=*}=; fi\n"
                                "    for kind in \"${kinds[@]}\"; do\n"
                                "        names=()\n"
                                "        case $kind in\n";

static const char bash_end[] =
    "        folders) mapfile -t names < <(compgen -d -- \"${whole#\"$head\"}\") ;;\n"
    "        files) mapfile -t names < <(compgen -f -- \"${whole#\"$head\"}\") ;;\n"
    "        esac\n"
    "        local before=''\n"
    "        case $kind in\n"
    "        assets) [[ ${whole#\"$head\"} =~ ^(.*,)?([0-9]*[+]|@)? ]] && before=${BASH_REMATCH[0]} ;;\n"
    "        esac\n"
    "        for name in \"${names[@]}\"; do choices+=(\"$before$name\"); done\n"
    "    done\n"
    "    for name in \"${choices[@]}\"; do\n"
    "        if [[ $head$name == \"$whole\"* ]]; then found+=(\"$head$name\"); fi\n"
    "    done\n"
    "    if [[ ${found[*]} == *= ]]; then compopt -o nospace 2>/dev/null; fi\n"
    "    # What stands before the last break is on the line already.\n"
    "    local breaks='' done=''\n"
    "    for name in @ = :; do\n"
    "        if [[ $COMP_WORDBREAKS == *\"$name\"* ]]; then breaks+=$name; fi\n"
    "    done\n"
    "    if [[ -n $breaks && $whole == *[$breaks]* ]]; then done=${whole%\"${whole##*[$breaks]}\"}; fi\n"
    "    COMPREPLY=(\"${found[@]#\"$done\"}\")\n"
    "}\n"
    "\n"
    "complete -F _aorta aorta\n";

static void bash_command(const struct command *command, FILE *out)
{
    fprintf(out, "    %s)\n        choices=(--help", command->name);
    for (const struct flag *flag = command->flags; flag->name != NULL; flag++)
        fprintf(out, " %s", flag->name);
    write_words(command->values, out);
    fputs(")\n        kinds=(", out);
    write_kinds(command->values, " ", out);
    fputs(")\n        ;;\n", out);
}

/* What comes behind a flag that wants a value. */
static void bash_flag(const struct command *command, const struct flag *flag, FILE *out)
{
    fprintf(out, "    '%s %s') choices=(", command->name, flag->name);
    write_words(flag->values, out);
    fputs(") kinds=(", out);
    write_kinds(flag->values, " ", out);
    fputs(") ;;\n", out);
}

static void write_bash(FILE *out)
{
    fputs(bash_head, out);
    for (size_t i = 0; i < command_count; i++)
        fprintf(out, " %s", commands[i]->name);
    fputs(bash_commands, out);
    for (size_t i = 0; i < command_count; i++)
        bash_command(commands[i], out);
    fputs(bash_values, out);
    for (size_t i = 0; i < command_count; i++)
        for (const struct flag *flag = commands[i]->flags; flag->name != NULL; flag++)
            if (flag->argument != NULL)
                bash_flag(commands[i], flag, out);
    fputs(bash_tail, out);
    for (size_t i = 0; commands_kind(i) != NULL; i++)
        fprintf(out,
                "        %s) mapfile -t names < <(\"${words[0]}\" names %s \"${project[@]}\" "
                "2>/dev/null) ;;\n",
                commands_kind(i), commands_kind(i));
    fputs(bash_end, out);
}

/* ------------------------------------------------------------------------------------------ zsh */

static const char zsh_head[] =
    "#compdef aorta\n"
    "# zsh completion of aorta, made by `aorta completion zsh`: save it as "
    "_aorta in a folder of $fpath\n\n";

static const char zsh_paths[] = "_aorta_folders() { _files -/ }\n\n"
                                "_aorta_files() { _files }\n\n";

static const char zsh_main[] = "_aorta() {\n"
                               "    local curcontext=$curcontext state line\n"
                               "    _arguments -C '1: :->command' '*:: :->rest'\n"
                               "    case $state in\n"
                               "    command)\n"
                               "        local -a commands=(\n";

static const char zsh_rest[] = "        )\n"
                               "        _describe -t commands command commands\n"
                               "        ;;\n"
                               "    rest)\n"
                               "        case $words[1] in\n";

static const char zsh_end[] = "        esac\n"
                              "        ;;\n"
                              "    esac\n"
                              "}\n"
                              "\n"
                              "_aorta \"$@\"\n";

/* Text in single quotes, where brackets and colons mean something. */
static void zsh_text(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
            continue;
        }
        if (strchr("[]:\\", *text) != NULL)
            fputc('\\', out);
        fputc(*text, out);
    }
}

/* What can be said, as an action of _arguments. */
static void zsh_values(const char *values, FILE *out)
{
    if (values == NULL) {
        fputc(' ', out);
        return;
    }
    fputs("{compadd --", out);
    write_words(values, out);
    write_kinds(values, "; _aorta_", out);
    fputc('}', out);
}

static void zsh_flag(const struct flag *flag, FILE *out)
{
    fprintf(out, " \\\n                '*%s%s[", flag->name, flag->argument != NULL ? "=" : "");
    zsh_text(flag->help, out);
    fputc(']', out);
    if (flag->argument != NULL) {
        fprintf(out, ":%s:", flag->argument);
        zsh_values(flag->values, out);
    }
    fputc('\'', out);
}

static void zsh_command(const struct command *command, FILE *out)
{
    fprintf(out, "        %s)\n            _arguments '--help[what can be said]'", command->name);
    for (const struct flag *flag = command->flags; flag->name != NULL; flag++)
        zsh_flag(flag, out);
    if (command->values != NULL) {
        fputs(" '*: :", out);
        zsh_values(command->values, out);
        fputc('\'', out);
    }
    fputs("\n            ;;\n", out);
}

static void zsh_lister(const char *kind, FILE *out)
{
    fprintf(out, "_aorta_%s() {\n    local -a names\n", kind);
    fprintf(out, "    names=(${(f)\"$(aorta names %s 2>/dev/null)\"})\n", kind);
    if (strcmp(kind, "assets") == 0)
        fputs("    compset -P '*,'; compset -P '[0-9]#+'; compset -P '@'\n", out);
    fprintf(out, "    compadd%s -a names\n}\n\n", strcmp(kind, "variables") == 0 ? " -S ''" : "");
}

static void write_zsh(FILE *out)
{
    fputs(zsh_head, out);
    for (size_t i = 0; commands_kind(i) != NULL; i++)
        zsh_lister(commands_kind(i), out);
    fputs(zsh_paths, out);
    fputs(zsh_main, out);
    for (size_t i = 0; i < command_count; i++) {
        fprintf(out, "            '%s:", commands[i]->name);
        zsh_text(commands[i]->summary, out);
        fputs("'\n", out);
    }
    fputs(zsh_rest, out);
    for (size_t i = 0; i < command_count; i++)
        zsh_command(commands[i], out);
    fputs(zsh_end, out);
}

/* ----------------------------------------------------------------------------------------- fish */

static const char fish_head[] = "# fish completion of aorta, made by `aorta completion fish`\n"
                                "complete -c aorta -f\n";

static void fish_text(const char *text, FILE *out)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('\'', out);
}

/* The candidates, as fish evaluates them when it asks. */
static void fish_values(const char *values, FILE *out)
{
    const char *rest = values;
    struct value value;

    if (values == NULL)
        return;
    fputs(" -a '", out);
    write_words(values, out);
    while (value_next(&rest, &value)) {
        if (value_is_kind(&value, "folders"))
            fputs(" (__fish_complete_directories)", out);
        else if (value_is_kind(&value, "files"))
            fputs(" (__fish_complete_path)", out);
        else if (value.is_kind && !value_is_kind(&value, "commands"))
            fprintf(out, " (aorta names %.*s 2>/dev/null)", value.size, value.text);
    }
    fputc('\'', out);
}

static void fish_condition(const struct command *command, FILE *out)
{
    fprintf(out, "complete -c aorta -n '__fish_seen_subcommand_from %s'", command->name);
}

static void fish_command(const struct command *command, FILE *out)
{
    for (const struct flag *flag = command->flags; flag->name != NULL; flag++) {
        fish_condition(command, out);
        fprintf(out, " -l %s%s", flag->name + 2, flag->argument != NULL ? " -x" : "");
        fish_values(flag->values, out);
        fputs(" -d ", out);
        fish_text(flag->help, out);
        fputc('\n', out);
    }
    if (command->values == NULL)
        return;
    fish_condition(command, out);
    fish_values(command->values, out);
    fputc('\n', out);
}

static void write_fish(FILE *out)
{
    fputs(fish_head, out);
    for (size_t i = 0; i < command_count; i++) {
        fprintf(out, "complete -c aorta -n __fish_use_subcommand -a %s -d ", commands[i]->name);
        fish_text(commands[i]->summary, out);
        fputc('\n', out);
    }
    for (size_t i = 0; i < command_count; i++)
        fish_command(commands[i], out);
}

/* --------------------------------------------------------------------------------------- by name */

int commands_completion(const char *shell, FILE *out)
{
    static const struct {
        const char *shell;
        void (*write)(FILE *out);
    } writers[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};

    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        if (strcmp(writers[i].shell, shell) != 0)
            continue;
        writers[i].write(out);
        return 0;
    }
    return -1;
}
