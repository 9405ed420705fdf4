/* The manual page, of the tables that the help is made of. man(7), groff_char(7). */
#include "base/utf8.h"
#include "cli/commands.h"

#include <string.h>

static const char description[] =
    "Aorta keeps a graph of data assets up to date. It pulls from sources, streams from Kafka into "
    "a lake, loads the warehouse, builds SQL models, and checks them before anybody can see them.\n\n"
    "A pipeline is a folder with a pipeline.toml; a command looks for it in the folder it is typed "
    "in, and above. Two commands at once share one daemon: the first is it, the others connect to "
    "it.";

static const struct {
    const char *status, *meaning;
} statuses[] = {
    {"0", "done"},
    {"1", "something failed"},
    {"2", "usage or configuration: a person must change something"},
};

static const struct {
    const char *path, *meaning;
} files[] = {
    {"pipeline.toml", "the pipeline: its targets and their connections, its variables"},
    {"assets/", "one asset is NAME.toml beside its NAME.sql or NAME.csv; the folder is its group"},
    {"assets/questions/", "saved questions, asked by aorta query @NAME"},
    {".aorta/",
     "the run store, the control socket; what it holds can be lost without harm to data"},
};

static const struct {
    const char *command, *meaning;
} examples[] = {
    {"aorta init shop && cd shop && aorta run", "begins with a small pipeline that runs at once"},
    {"aorta run +fct_heart_rates", "brings a table and all that it depends on up to date"},
    {"aorta plan tag:daily", "what a run of these would do, and why"},
    {"aorta logs last --follow", "watches the run that is at work"},
};

/* A character beyond ASCII as roff has it: \[u2026]. The text is valid UTF-8: it is ours. */
static size_t write_special(const char *text, FILE *out)
{
    size_t size = utf8_length(text, strlen(text));
    unsigned code = (unsigned char)text[0] & (0xffU >> (size + 1));

    for (size_t i = 1; i < size; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3fU);
    if (code == 0x2026)
        fputs("...", out); /* which every device has */
    else
        fprintf(out, "\\[u%04X]", code);
    return size;
}

/* Text within a line; a period or quote at the beginning of one would be a request. */
static void write_text(const char *text, size_t size, FILE *out)
{
    if (size > 0 && (text[0] == '.' || text[0] == '\''))
        fputs("\\&", out);
    for (size_t i = 0; i < size;) {
        if ((unsigned char)text[i] >= 0x80) {
            i += write_special(text + i, out);
            continue;
        }
        if (text[i] == '\\')
            fputs("\\e", out);
        else if (text[i] == '-')
            fputs("\\-", out);
        else if (text[i] == '\'')
            fputs("\\(aq", out);
        else if (text[i] == '^')
            fputs("\\(ha", out);
        else if (text[i] == '~')
            fputs("\\(ti", out);
        else
            fputc(text[i], out);
        i++;
    }
}

static void write_whole(const char *text, FILE *out)
{
    write_text(text, strlen(text), out);
}

/* Lines as paragraphs; those that are indented are kept as they stand. */
static void write_lines(const char *text, FILE *out)
{
    bool is_kept = false;

    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        bool keeps = text[0] == ' ';
        if (keeps != is_kept)
            fputs(keeps ? ".PP\n.nf\n" : ".fi\n.PP\n", out);
        is_kept = keeps;
        if (size == 0)
            fputs(".PP", out);
        write_text(text, size, out);
        fputc('\n', out);
        text += size + (text[size] == '\n');
    }
    if (is_kept)
        fputs(".fi\n", out);
}

static void write_item(const char *term, const char *argument, const char *meaning, FILE *out)
{
    fputs(".TP\n\\fB", out);
    write_whole(term, out);
    fputs("\\fR", out);
    if (argument != NULL) {
        fputs(" \\fI", out);
        write_whole(argument, out);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    write_whole(meaning, out);
    fputs(".\n", out);
}

static void write_command(const struct command *command, FILE *out)
{
    fputs(".SS \"aorta ", out);
    write_whole(command->name, out);
    if (command->arguments[0] != '\0') {
        fputc(' ', out);
        write_whole(command->arguments, out);
    }
    fputs("\"\n", out);
    write_whole(command->summary, out);
    fputs(".\n", out);
    if (command->details != NULL) {
        fputs(".PP\n", out);
        write_lines(command->details, out);
    }
    for (const struct flag *flag = command->flags; flag->name != NULL; flag++)
        write_item(flag->name, flag->argument, flag->help, out);
}

void commands_manual(FILE *out)
{
    fputs(".TH AORTA 1 \"\" \"aorta " AORTA_VERSION "\" \"User Commands\"\n"
          ".SH NAME\naorta \\- keeps a graph of data assets up to date\n"
          ".SH SYNOPSIS\n.B aorta\n.I COMMAND\n.RI [ ARGUMENTS ]\n"
          ".SH DESCRIPTION\n",
          out);
    write_lines(description, out);
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; i < command_count; i++)
        write_command(commands[i], out);
    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        write_item(statuses[i].status, NULL, statuses[i].meaning, out);
    fputs(".SH ENVIRONMENT\n", out);
    for (const struct setting *setting = command_settings; setting->name != NULL; setting++)
        write_item(setting->name, NULL, setting->help, out);
    fputs(".SH FILES\n", out);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_item(files[i].path, NULL, files[i].meaning, out);
    fputs(".SH EXAMPLES\n", out);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        write_item(examples[i].command, NULL, examples[i].meaning, out);
}
