/*
 * One thing to be written: a statement of a table, its values, and who wants to hear of it.
 *
 * A command is one block of memory with its texts behind it, handed from the loop to the store
 * thread and back; nobody else looks at it meanwhile.
 */
#ifndef AORTA_STORE_COMMAND_H
#define AORTA_STORE_COMMAND_H

#include "store/store.h"

/* A statement of a table. Each is one constant: the thread prepares it when it meets it first. */
struct statement_text {
    const char *sql;
    const char *what; /* "run", what its first value names; errors begin with it */
    const char *none; /* why no row was changed, or NULL: that is no error */
};

enum { COMMAND_VALUES = 18 };

struct command {
    struct command *next;
    const struct statement_text *statement;
    struct value {
        enum { VALUE_NULL, VALUE_INT, VALUE_TEXT } kind;
        int64_t integer;
        const char *text;
    } values[COMMAND_VALUES];
    int value_count;
    struct store_done done;
    int64_t *changes; /* if not NULL: gets the number of rows changed, when reaped */
    int64_t changed;  /* by the store thread */
    bool has_failed;  /* then err says why */
    struct err err;
};

/* In order of queueing. */
struct command_list {
    struct command *first;
    struct command **end; /* where the next one goes */
};

void command_list_init(struct command_list *list);
void command_list_append(struct command_list *list, struct command *command);

/* Moves all of `from` behind `to`. */
void command_list_move(struct command_list *to, struct command_list *from);

/* The value of the next parameter. NULL texts, times that are not known and counts that are not
 * known become NULL; texts are borrowed until the command is queued. */
void command_add_int(struct command *command, int64_t integer);
void command_add_text(struct command *command, const char *text);
void command_add_known(struct command *command, int64_t integer, int64_t unknown);

/* A copy on the heap, texts included. */
struct command *command_copy(const struct command *command);

/* Queues a copy of the command (store.c). */
void store_queue(struct store *store, const struct command *command);

#endif
