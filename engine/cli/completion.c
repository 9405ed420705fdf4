/*
 * What the shells ask to complete a command line. The scripts know commands, flags and what a
 * value is; names of assets, questions, runs and connectors they ask the program for (--names).
 */
#include "cli/commands.h"

#include <string.h>

/* What stands for a value, in a command's arguments or in a flag's, and what completes it. */
static const struct {
    const char *argument, *kind;
} kinds[] = {
    {"SELECT", "assets"},      {"ASSET", "assets"},           {"@NAME", "questions"},
    {"RUN", "runs"},           {"CONNECTOR", "connectors"},   {"DIR", "folders"},
    {"SCHEDULE", "schedules"}, {"SUBJECT", "schedules"},      {"SUBJECT", "sensors"},
    {"SENSOR", "sensors"},     {"CONNECTION", "connections"},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* The command that lists the names of a kind. */
static const struct {
    const char *kind, *command;
} listers[] = {
    {"assets", "ls"},
    {"questions", "query"},
    {"runs", "runs"},
    {"connectors", "connectors"},
    {"schedules", "schedules"},
    {"sensors", "sensors"},
    {"connections", "connections"},
};

enum { LISTERS = sizeof listers / sizeof *listers };

/* Calls `write` for each kind that the arguments name, once. */
static void each_kind(const char *arguments, void (*write)(const char *kind, FILE *out), FILE *out)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strstr(arguments, kinds[i].argument) != NULL)
            write(kinds[i].kind, out);
}

/* "bash|zsh|fish" is a choice of words: the next of them, or NULL. */
static const char *next_word(const char **rest, size_t *size)
{
    const char *word = *rest;

    *size = strcspn(word, "|");
    *rest = word + *size + (word[*size] == '|');
    return *size > 0 ? word : NULL;
}

static bool is_choice(const char *arguments)
{
    return arguments[0] >= 'a' && arguments[0] <= 'z' && strchr(arguments, '|') != NULL;
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
    "        choices=(--help --version help";

static const char bash_commands[] = ")\n"
                                    "    fi\n"
                                    "    case $command in\n";

static const char bash_values[] = "    esac\n"
                                  "    if ((count < 2)); then previous=''; fi\n"
                                  "    if [[ $whole == --*=* ]]; then previous=${whole%%=*}; fi\n"
                                  "    case $previous in\n";

static const char bash_tail[] = "    esac\n"
                                "    local head=''\n"
                                "    if [[ $whole == --*=* ]]; then head=${whole%%=*}=; fi\n"
                                "    for kind in \"${kinds[@]}\"; do\n"
                                "        names=()\n"
                                "        case $kind in\n";

static const char bash_end[] =
    "        folders) mapfile -t names < <(compgen -d -- \"${whole#\"$head\"}\") ;;\n"
    "        esac\n"
    "        local before=''\n"
    "        case $kind in\n"
    "        assets) [[ ${whole#\"$head\"} =~ ^(.*,)?([0-9]*[+]|@)? ]] && before=${BASH_REMATCH[0]} ;;\n"
    "        questions) before=@ ;;\n"
    "        esac\n"
    "        for name in \"${names[@]}\"; do choices+=(\"$before$name\"); done\n"
    "    done\n"
    "    for name in \"${choices[@]}\"; do\n"
    "        if [[ $head$name == \"$whole\"* ]]; then found+=(\"$head$name\"); fi\n"
    "    done\n"
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

static void bash_kind(const char *kind, FILE *out)
{
    fprintf(out, " %s", kind);
}

static void bash_command(const struct command *command, FILE *out)
{
    const char *rest = command->arguments, *word;
    size_t size;

    fprintf(out, "    %s)\n        choices=(--help", command->name);
    for (const struct flag *flag = command->flags; flag->name != NULL; flag++)
        if (flag->help != NULL)
            fprintf(out, " %s", flag->name);
    while (is_choice(command->arguments) && (word = next_word(&rest, &size)) != NULL)
        fprintf(out, " %.*s", (int)size, word);
    fputs(")\n        kinds=(", out);
    each_kind(command->arguments, bash_kind, out);
    fputs(")\n        ;;\n", out);
}

/* What comes behind a flag that wants a value; flags of the same name are alike everywhere. */
static void bash_flag(const struct flag *flag, FILE *out)
{
    fprintf(out, "    %s) choices=() kinds=(", flag->name);
    each_kind(flag->argument, bash_kind, out);
    fputs(") ;;\n", out);
}

static bool is_first_of_name(const struct flag *flag, size_t command)
{
    for (size_t i = 0; i < command; i++)
        for (const struct flag *other = commands[i]->flags; other->name != NULL; other++)
            if (strcmp(other->name, flag->name) == 0)
                return false;
    return true;
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
            if (flag->argument != NULL && is_first_of_name(flag, i))
                bash_flag(flag, out);
    fputs(bash_tail, out);
    for (size_t i = 0; i < LISTERS; i++)
        fprintf(out,
                "        %s) mapfile -t names < <(\"${words[0]}\" %s --names \"${project[@]}\" "
                "2>/dev/null) ;;\n",
                listers[i].kind, listers[i].command);
    fputs(bash_end, out);
}

/* ------------------------------------------------------------------------------------------ zsh */

static const char zsh_head[] =
    "#compdef aorta\n"
    "# zsh completion of aorta, made by `aorta completion zsh`: save it as "
    "_aorta in a folder of $fpath\n\n";

static const char zsh_folders[] = "_aorta_folders() { _files -/ }\n\n";

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

static void zsh_kind(const char *kind, FILE *out)
{
    fprintf(out, " '*: :_aorta_%s'", kind);
}

static void zsh_flag(const struct flag *flag, FILE *out)
{
    const char *kind = "";

    for (size_t i = 0; flag->argument != NULL && i < KINDS; i++)
        if (strcmp(kinds[i].argument, flag->argument) == 0)
            kind = kinds[i].kind;
    fprintf(out, " \\\n                '*%s%s[", flag->name, flag->argument != NULL ? "=" : "");
    zsh_text(flag->help, out);
    fputc(']', out);
    if (flag->argument != NULL)
        fprintf(out, ":%s:%s%s", flag->argument, kind[0] != '\0' ? "_aorta_" : " ", kind);
    fputc('\'', out);
}

static void zsh_command(const struct command *command, FILE *out)
{
    const char *rest = command->arguments, *word;
    size_t size;

    fprintf(out, "        %s)\n            _arguments '--help[what can be said]'", command->name);
    for (const struct flag *flag = command->flags; flag->name != NULL; flag++)
        if (flag->help != NULL)
            zsh_flag(flag, out);
    if (is_choice(command->arguments)) {
        fputs(" '1: :(", out);
        while ((word = next_word(&rest, &size)) != NULL)
            fprintf(out, "%.*s ", (int)size, word);
        fputs(")'", out);
    }
    each_kind(command->arguments, zsh_kind, out);
    fputs("\n            ;;\n", out);
}

static void write_zsh(FILE *out)
{
    fputs(zsh_head, out);
    for (size_t i = 0; i < LISTERS; i++) {
        const char *kind = listers[i].kind;
        fprintf(out, "_aorta_%s() {\n    local -a names\n", kind);
        fprintf(out, "    names=(${(f)\"$(aorta %s --names 2>/dev/null)\"})\n", listers[i].command);
        if (strcmp(kind, "assets") == 0)
            fputs("    compset -P '*,'; compset -P '[0-9]#+'; compset -P '@'\n", out);
        fprintf(out, "    compadd%s -a names\n}\n\n",
                strcmp(kind, "questions") == 0 ? " -P @" : "");
    }
    fputs(zsh_folders, out);
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

/* The candidates of a kind, as fish evaluates them when it asks. */
static void fish_kind(const char *kind, FILE *out)
{
    if (strcmp(kind, "folders") == 0)
        fputs(" -a '(__fish_complete_directories)'", out);
    for (size_t i = 0; i < LISTERS; i++) {
        if (strcmp(listers[i].kind, kind) != 0)
            continue;
        if (strcmp(kind, "questions") == 0)
            fprintf(out, " -a '(printf \"@%%s\\n\" (aorta %s --names))'", listers[i].command);
        else
            fprintf(out, " -a '(aorta %s --names)'", listers[i].command);
    }
}

static void fish_condition(const struct command *command, FILE *out)
{
    fprintf(out, "complete -c aorta -n '__fish_seen_subcommand_from %s'", command->name);
}

static void fish_command(const struct command *command, FILE *out)
{
    const char *rest = command->arguments, *word;
    size_t size;

    for (const struct flag *flag = command->flags; flag->name != NULL; flag++) {
        if (flag->help == NULL)
            continue;
        fish_condition(command, out);
        fprintf(out, " -l %s%s", flag->name + 2, flag->argument != NULL ? " -x" : "");
        if (flag->argument != NULL)
            each_kind(flag->argument, fish_kind, out);
        fputs(" -d ", out);
        fish_text(flag->help, out);
        fputc('\n', out);
    }
    while (is_choice(command->arguments) && (word = next_word(&rest, &size)) != NULL) {
        fish_condition(command, out);
        fprintf(out, " -a %.*s\n", (int)size, word);
    }
    for (size_t i = 0; i < KINDS; i++) {
        if (strstr(command->arguments, kinds[i].argument) == NULL)
            continue;
        fish_condition(command, out);
        fish_kind(kinds[i].kind, out);
        fputc('\n', out);
    }
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
