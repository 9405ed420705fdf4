/*
 * The subcommands: one file each, cmd_NAME.c, and one row each in the table of main.c.
 */
#ifndef AORTA_CLI_COMMAND_H
#define AORTA_CLI_COMMAND_H

#include "message/control.h"
#include "message/frame.h"

#include <stdbool.h>
#include <stdio.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_AT_ONCE = 130 };

struct plan;

struct flag {
    const char *name;     /* "--target" */
    const char *argument; /* what stands for its value in the help, NULL: none */
    const char *help;
    const char *values; /* what its value can be: see cli/values.h; NULL: anything */
};

struct command {
    const char *name;
    const char *arguments;    /* "[SELECT…]" */
    const char *values;       /* what they can be, likewise; NULL: there are none, or anything */
    const char *summary;      /* one line */
    const char *details;      /* for its own help; NULL */
    const struct flag *flags; /* ended by a NULL name */
    int (*run)(int argc, char **argv);
};

extern const struct command cmd_alerts, cmd_audit, cmd_cancel, cmd_check, cmd_clean, cmd_completion,
    cmd_connections, cmd_connectors, cmd_help, cmd_init, cmd_logs, cmd_ls, cmd_pause, cmd_plan,
    cmd_prune, cmd_query, cmd_rerun, cmd_resume, cmd_run, cmd_runs, cmd_schedules, cmd_sensors,
    cmd_serve, cmd_show, cmd_state, cmd_stream, cmd_tick, cmd_backfill, cmd_backfills, cmd_token,
    cmd_trigger;

/* Of the shells alone: it is not among the commands. */
extern const struct command cmd_names;

/* What all commands that look at a pipeline take, read from their arguments. */
struct arguments {
    const char *folder;                    /* of the pipeline */
    const char *state_folder;              /* of its run state */
    struct request request;                /* target, variables, selection, flags */
    const char *threads;                   /* as it was typed, or NULL */
    const char *duration;                  /* of --for, as it was typed, or NULL */
    const char *timeout;                   /* the same */
    const char *expires;                   /* the same */
    const char *name, *role;               /* of a token */
    const char *actor, *action;            /* audit: whose, which; or NULL */
    const char *limit_text;                /* the same */
    int64_t limit;                         /* its number, or 0 */
    const char *url, *token, *junit, *key; /* trigger */
    bool waits;                            /* trigger */
    const char *address;                   /* of --address, or NULL */
    const char *state, *step;              /* which runs, which step of one */
    bool as_json, as_csv, only_sql, is_offline, follows, is_quiet;
    bool lists_partitions, cancels, retries, is_dry;
    const char *from, *to, *only, *at_once,
        *priority;     /* of a backfill, as they were typed, or NULL */
    const char **rest; /* what is no flag */
    size_t rest_count;
    struct arena *arena;
};

/* Reads the arguments by the command's flags and, if --project is one of them, finds the pipeline.
 * -1 after saying what is wrong: exit with EXIT_USAGE. */
int arguments_read(const struct command *command, int argc, char **argv, struct arena *arena,
                   struct arguments *arguments);

/* "aorta: …" on standard error; returns the status. */
int command_fail(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Writes the lines of a `refused` event to standard error; returns the status. */
int command_refused(const struct event *event);

void command_help(const struct command *command, FILE *out);

/* What is wrong with a pipeline, a line each, on standard error. */
void command_report(struct plan *plan);

/* Flags that several commands share, and what the help says of SELECT. */
#define HELP_OF_SELECTION                                                                           \
    "SELECT is a name or key, or tag:, group:, kind:, path: with a value; * stands for anything.\n" \
    "+a also means all that a depends on, a+ all that depends on it, 2+a and a+2 so many levels,\n" \
    "@a what a+ means and all that those depend on. Several are a union; tag:daily,kind:model is\n" \
    "what is both."
#define FLAGS_OF_SELECTION                                                             \
    {                                                                                  \
        "--exclude", "SELECT", "leaves out what it means; may be repeated", "<assets>" \
    }

#define FLAG_PROJECT                                                                             \
    {                                                                                            \
        "--project", "DIR", "folder of pipeline.toml (default: this one, or above)", "<folders>" \
    }

#define FLAG_TARGET                                                      \
    {                                                                    \
        "--target", "NAME", "which target of pipeline.toml", "<targets>" \
    }

#define FLAG_VAR                                                                                  \
    {                                                                                             \
        "--var", "NAME=VALUE", "sets a variable of pipeline.toml; may be repeated", "<variables>" \
    }

#define FLAGS_OF_PIPELINE FLAG_PROJECT, FLAG_TARGET, FLAG_VAR

#endif
