#include "store/store.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "store/command.h"
#include "store/database.h"
#include "store/migration.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { TRY_AGAIN_MS = 250 };

struct store {
    char *path;
    int lock_fd; /* of path.lock, held for as long as the store is open */
    void (*wake)(void *arg);
    void *wake_arg;

    /* The loop's own. */
    struct command_list queued; /* not submitted yet */

    /* The thread's own while it runs. */
    struct database database;
    struct prepared {
        const struct statement_text *text;
        struct statement statement;
    } * prepared; /* when first needed; a few dozen at most */
    size_t prepared_count;

    /* Between the two. */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* any of what follows */
    struct command_list submitted;
    struct command_list done;
    bool is_busy; /* the thread has commands that are in neither list */
    bool is_closing;
    bool is_patient;
    bool is_held_up;
    struct err trouble; /* while it is held up */
    int64_t commits;
};

/* ---- the store thread ------------------------------------------------------------------------ */

static void bind(struct statement *statement, const struct command *command)
{
    for (int i = 0; i < command->value_count; i++) {
        const struct value *value = &command->values[i];
        switch (value->kind) {
        case VALUE_NULL: statement_bind_null(statement, i + 1); break;
        case VALUE_INT: statement_bind_int(statement, i + 1, value->integer); break;
        case VALUE_TEXT: statement_bind_text(statement, i + 1, value->text); break;
        }
    }
}

/* The first value names what the command is about, the second the state it should be in. */
static int fail_unchanged(const struct command *command, struct err *err)
{
    const struct statement_text *text = command->statement;

    return err_set(err, ERR_BROKEN, "%s \"%s\": %s %s", text->what, command->values[0].text,
                   text->none, command->values[1].text);
}

static struct statement *find_statement(struct store *store, const struct statement_text *text,
                                        struct err *err)
{
    struct statement statement;

    for (size_t i = 0; i < store->prepared_count; i++)
        if (store->prepared[i].text == text)
            return &store->prepared[i].statement;
    if (statement_prepare(&statement, &store->database, text->sql, err) < 0)
        return NULL;
    store->prepared =
        alloc_resize(store->prepared, (store->prepared_count + 1) * sizeof *store->prepared);
    store->prepared[store->prepared_count] = (struct prepared){text, statement};
    return &store->prepared[store->prepared_count++].statement;
}

static int run_command(struct store *store, struct command *command, struct err *err)
{
    const struct statement_text *text = command->statement;
    struct statement *statement = find_statement(store, text, err);

    if (statement == NULL)
        return -1;
    bind(statement, command);
    int outcome = statement_step(statement, err);
    statement_reset(statement);
    if (outcome < 0 && command->values[0].kind == VALUE_TEXT)
        return err_wrap(err, "%s \"%s\"", text->what, command->values[0].text);
    if (outcome < 0)
        return err_wrap(err, "%s", text->what);
    command->changed = database_changes(&store->database);
    if (command->changed == 0 && text->none != NULL)
        return fail_unchanged(command, err);
    return 0;
}

static void fail_all(struct command *commands, const struct err *err)
{
    for (struct command *command = commands; command != NULL; command = command->next)
        if (!command->has_failed) {
            command->has_failed = true;
            command->err = *err;
        }
}

/* One transaction. A command that fails by itself leaves the others alone; -1 if none of them is
 * committed. */
static int commit_commands(struct store *store, struct command *commands, struct err *err)
{
    if (database_exec(&store->database, "BEGIN IMMEDIATE", err) < 0)
        return -1;
    for (struct command *command = commands; command != NULL; command = command->next) {
        if (command->has_failed)
            continue;
        command->has_failed = run_command(store, command, &command->err) < 0;
        /* What will not fit the disk, or could not be read, must not be committed in part. */
        if (command->has_failed &&
            (command->err.code == ERR_TRANSIENT || !database_in_transaction(&store->database))) {
            *err = command->err;
            command->has_failed = false; /* by itself */
            return -1;
        }
    }
    fault_point("store.commit.before");
    if (database_exec(&store->database, "COMMIT", err) < 0)
        return -1;
    fault_point("store.commit.after");
    return 0;
}

static void wake(struct store *store)
{
    if (store->wake != NULL)
        store->wake(store->wake_arg);
}

/* Whether it may try again, after a while. */
static bool wait_for_next_try(struct store *store, const struct err *err)
{
    int64_t until_us = clock_monotonic_us() + TRY_AGAIN_MS * 1000;
    const struct timespec until = {.tv_sec = until_us / CLOCK_US_PER_SECOND,
                                   .tv_nsec = until_us % CLOCK_US_PER_SECOND * 1000};
    bool is_over = false;

    pthread_mutex_lock(&store->lock);
    store->trouble = *err;
    if (store->is_patient && !store->is_held_up) {
        store->is_held_up = true;
        wake(store);
    }
    while (store->is_patient && !store->is_closing && !is_over)
        is_over = pthread_cond_timedwait(&store->changed, &store->lock, &until) == ETIMEDOUT;
    pthread_mutex_unlock(&store->lock);
    return is_over;
}

/* Whether the commands, but for those that failed by themselves, are committed. */
static bool work(struct store *store, struct command *commands)
{
    struct err err, ignored;

    do {
        if (commit_commands(store, commands, &err) == 0)
            return true;
        if (database_in_transaction(&store->database))
            database_exec(&store->database, "ROLLBACK", &ignored);
    } while (err.code == ERR_TRANSIENT && wait_for_next_try(store, &err));
    fail_all(commands, &err);
    return false;
}

static void *run_thread(void *arg)
{
    struct store *store = arg;
    struct command_list taken;

    command_list_init(&taken);
    pthread_mutex_lock(&store->lock);
    for (;;) {
        while (store->submitted.first == NULL && !store->is_closing)
            pthread_cond_wait(&store->changed, &store->lock);
        if (store->submitted.first == NULL)
            break;
        command_list_move(&taken, &store->submitted);
        store->is_busy = true;
        pthread_mutex_unlock(&store->lock);

        bool is_committed = work(store, taken.first);

        pthread_mutex_lock(&store->lock);
        store->commits += is_committed;
        command_list_move(&store->done, &taken);
        store->is_busy = false;
        store->is_held_up = false;
        pthread_cond_broadcast(&store->changed);
        wake(store);
    }
    pthread_mutex_unlock(&store->lock);
    return NULL;
}

/* ---- opening and closing --------------------------------------------------------------------- */

static int take_lock(struct store *store, struct err *err)
{
    char path[4096];

    int size = snprintf(path, sizeof path, "%s.lock", store->path);
    if (size >= (int)sizeof path)
        return err_set(err, ERR_CONFIG, "run store: this path is too long: \"%s\"", store->path);
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock_fd < 0)
        return err_set(err, err_code_of_errno(errno), "run store: open \"%s\": %s", path,
                       strerror(errno));
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno != EWOULDBLOCK)
        return err_set(err, err_code_of_errno(errno), "run store: lock \"%s\": %s", path,
                       strerror(errno));
    return err_set(err, ERR_TRANSIENT,
                   "run store \"%s\" is in use by another aorta: wait for it or end it",
                   store->path);
}

/* A new store is for its owner alone; SQLite gives its log the same mode. One that is there is not
 * touched: to close a descriptor of it would let go of the locks that SQLite holds. */
static int make_private(const struct store *store, struct err *err)
{
    if (access(store->path, F_OK) == 0)
        return 0;
    int fd = open(store->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, err_code_of_errno(errno), "run store: create \"%s\": %s", store->path,
                       strerror(errno));
    close(fd);
    return 0;
}

/* Signals are the loop's: the thread starts with all of them blocked. */
static int start_thread(struct store *store, struct err *err)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&store->thread, NULL, run_thread, store);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0)
        return err_set(err, ERR_TRANSIENT, "run store: start of its thread: %s", strerror(error));
    return 0;
}

static void release(struct store *store)
{
    for (size_t i = 0; i < store->prepared_count; i++)
        statement_release(&store->prepared[i].statement);
    free(store->prepared);
    database_close(&store->database);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    pthread_mutex_destroy(&store->lock);
    pthread_cond_destroy(&store->changed);
    free(store->path);
    free(store);
}

static int set_max_pages(struct store *store, int64_t max_pages, struct err *err)
{
    char sql[64];

    if (max_pages == 0)
        return 0;
    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld", (long long)max_pages);
    return database_exec(&store->database, sql, err);
}

/* Waits are measured by the clock that nobody sets. */
static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

int store_open(const struct store_options *options, struct store **store, struct err *err)
{
    struct store *opened = alloc_zeroed(1, sizeof *opened);

    opened->path = alloc_strdup(options->path);
    opened->wake = options->wake;
    opened->wake_arg = options->wake_arg;
    command_list_init(&opened->queued);
    command_list_init(&opened->submitted);
    command_list_init(&opened->done);
    pthread_mutex_init(&opened->lock, NULL);
    init_condition(&opened->changed);
    if (take_lock(opened, err) < 0 || make_private(opened, err) < 0 ||
        database_open(&opened->database, opened->path, DATABASE_WRITE, err) < 0 ||
        migration_apply(&opened->database, store_migrations, store_migration_count, err) < 0 ||
        set_max_pages(opened, options->max_pages, err) < 0 || start_thread(opened, err) < 0) {
        release(opened);
        return -1;
    }
    *store = opened;
    return 0;
}

static void free_commands(struct command_list *list)
{
    struct command *command = list->first;

    while (command != NULL) {
        struct command *next = command->next;
        free(command);
        command = next;
    }
    command_list_init(list);
}

/* SQLite does so when the last connection closes, unless that is one that may only read; and what is
 * left makes the next daemon believe that this one died, and look through the whole file. Who is
 * reading is not waited for. */
static void empty_log(struct store *store)
{
    struct err ignored;

    (void)database_exec(&store->database,
                        "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)", &ignored);
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_submit(store);
    pthread_mutex_lock(&store->lock);
    store->is_closing = true;
    store->wake = NULL;
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->lock);
    pthread_join(store->thread, NULL);
    free_commands(&store->done);
    empty_log(store);
    release(store);
}

/* ---- the loop's side ------------------------------------------------------------------------- */

void store_queue(struct store *store, const struct command *command)
{
    command_list_append(&store->queued, command_copy(command));
}

void store_submit(struct store *store)
{
    if (store->queued.first == NULL)
        return;
    pthread_mutex_lock(&store->lock);
    command_list_move(&store->submitted, &store->queued);
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->lock);
}

/* Tells whoever waits. Returns -1 for a failure that nobody waits for. */
static int complete(const struct command *command)
{
    if (command->changes != NULL && !command->has_failed)
        *command->changes = command->changed;
    if (command->done.call != NULL) {
        command->done.call(command->done.arg, command->has_failed ? &command->err : NULL);
        return 0;
    }
    return command->has_failed ? -1 : 0;
}

int store_reap(struct store *store, struct err *err)
{
    struct command_list done;
    int outcome = 0;

    command_list_init(&done);
    pthread_mutex_lock(&store->lock);
    command_list_move(&done, &store->done);
    pthread_mutex_unlock(&store->lock);
    for (const struct command *command = done.first; command != NULL; command = command->next)
        if (complete(command) < 0 && outcome == 0) {
            *err = command->err;
            outcome = -1;
        }
    free_commands(&done);
    return outcome;
}

void store_be_patient(struct store *store, bool is_patient)
{
    pthread_mutex_lock(&store->lock);
    store->is_patient = is_patient;
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->lock);
}

bool store_is_held_up(struct store *store, struct err *err)
{
    pthread_mutex_lock(&store->lock);
    bool is_held_up = store->is_held_up;
    if (is_held_up)
        *err = store->trouble;
    pthread_mutex_unlock(&store->lock);
    return is_held_up;
}

int store_flush(struct store *store, struct err *err)
{
    store_submit(store);
    pthread_mutex_lock(&store->lock);
    while (store->submitted.first != NULL || store->is_busy)
        pthread_cond_wait(&store->changed, &store->lock);
    pthread_mutex_unlock(&store->lock);
    return store_reap(store, err);
}

int64_t store_commit_count(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    int64_t commits = store->commits;
    pthread_mutex_unlock(&store->lock);
    return commits;
}
