#include "base/clock.h"
#include "cli/change.h"
#include "cli/history.h"
#include "cli/table.h"
#include "store/alerts.h"

#include <string.h>
#include <time.h>

enum { DEFAULT_ALERTS = 20, TEST_MS = 30 * 1000, LOOK_EVERY_MS = 100 };

/* ------------------------------------------------------------------------------------------ list */

static const struct table_column columns[] = {
    {.name = "raised"},
    {.name = "to"},
    {.name = "kind"},
    {.name = "subject", .shrinks = true},
    {.name = "state", .is_state = true},
    {.name = "tries", .is_right = true},
    {.name = "next try"},
    {.name = "error", .shrinks = true},
};

static void print_json(const struct store_alert *alert)
{
    const struct {
        const char *name, *text;
    } texts[] = {
        {"alert", alert->id},        {"to", alert->destination}, {"target", alert->target},
        {"subject", alert->subject}, {"kind", alert->kind},      {"of_kind", alert->of_kind},
        {"state", alert->state},     {"error", alert->error},
    };
    bool is_waiting = strcmp(alert->state, "waiting") == 0;
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_write_key(&json, texts[i].name);
        json_write_str(&json, texts[i].text);
    }
    json_write_key(&json, "tries");
    json_write_int(&json, alert->tries);
    history_write_time(&json, "raised_at", alert->created_us);
    history_write_time(&json, "next_at", is_waiting ? alert->next_us : 0);
    history_write_time(&json, "ended_at", alert->ended_us);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

static void add_alert(struct table *table, const struct store_alert *alert)
{
    bool is_waiting = strcmp(alert->state, "waiting") == 0;
    char raised[TABLE_TEXT_SIZE], tries[TABLE_TEXT_SIZE], next[TABLE_TEXT_SIZE];

    table_add(table, (const char *[]){
                         table_time(raised, alert->created_us),
                         alert->destination,
                         alert->kind,
                         alert->subject,
                         alert->state,
                         table_number(tries, alert->tries),
                         table_time(next, is_waiting ? alert->next_us : 0),
                         alert->error,
                     });
}

static int list(const struct arguments *a, struct store_reader *reader)
{
    const struct store_alert_page page = {
        .state = a->state,
        .limit = a->limit > 0 ? a->limit : DEFAULT_ALERTS,
    };
    struct store_alert *alerts = NULL;
    struct table *table;
    size_t count = 0;
    struct err err;

    if (reader != NULL && store_read_alerts(reader, &page, a->arena, &alerts, &count, &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    if (count == 0 && a->state == NULL && !a->as_json) {
        puts("nobody was told of anything: declare who is as [alert.NAME] in pipeline.toml");
        return EXIT_OK;
    }
    table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        if (a->as_json)
            print_json(&alerts[i]);
        else
            add_alert(table, &alerts[i]);
    }
    table_end(table);
    return EXIT_OK;
}

/* ------------------------------------------------------------------------------------------ test */

/* Until it was delivered or a try has failed; NULL after saying what is wrong. */
static const struct store_alert *await_try(const struct arguments *a, struct store_reader *reader,
                                           const char *id)
{
    const struct store_alert_page page = {.id = id, .limit = 1};
    const struct timespec pause = {.tv_nsec = LOOK_EVERY_MS * 1000000};
    int64_t until_us = clock_monotonic_us() + TEST_MS * INT64_C(1000);
    struct store_alert *alerts;
    size_t count;
    struct err err;

    while (clock_monotonic_us() < until_us) {
        if (store_read_alerts(reader, &page, a->arena, &alerts, &count, &err) < 0) {
            command_fail(0, "%s", err.message);
            return NULL;
        }
        if (count == 1 && alerts->tries > 0)
            return alerts;
        nanosleep(&pause, NULL);
    }
    command_fail(0, "it was not tried within %d s: aorta alerts shows what becomes of it",
                 TEST_MS / 1000);
    return NULL;
}

static int tell_outcome(const struct arguments *a, const char *id)
{
    const struct store_alert *alert = NULL;
    struct store_reader *reader;

    if (history_open(a, &reader) < 0 || reader == NULL)
        return EXIT_FAILED;
    alert = await_try(a, reader, id);
    store_reader_close(reader);
    if (alert == NULL)
        return EXIT_FAILED;
    if (strcmp(alert->state, "delivered") == 0) {
        printf("alert %s: delivered\n", a->rest[1]);
        return EXIT_OK;
    }
    return command_fail(EXIT_FAILED, "alert %s: %s: %s", a->rest[1],
                        strcmp(alert->state, "dropped") == 0 ? "refused" : "not delivered yet",
                        alert->error != NULL ? alert->error : "no reason was given");
}

static int test(struct arguments *a)
{
    struct event accepted;

    if (a->rest_count != 2)
        return command_fail(EXIT_USAGE, "alerts test wants one name, of an [alert.NAME]");
    a->request.verb = "test_alert";
    a->request.subject = a->rest[1];
    int status = change_ask(a, "accepted", &accepted);
    return status == EXIT_OK && accepted.message != NULL ? tell_outcome(a, accepted.message)
                                                         : status;
}

/* ----------------------------------------------------------------------------------- the command */

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_alerts, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count > 0 && strcmp(a.rest[0], "test") != 0) {
        command_fail(status, "alerts wants \"test NAME\" or nothing, not \"%s\"", a.rest[0]);
        goto out;
    }
    status = a.rest_count > 0 ? test(&a) : history_look(&a, list);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--state", "STATE", "waiting, held, delivered, summed or dropped",
     "waiting held delivered summed dropped"},
    {"--limit", "N", "so many, the newest (default: 20)", NULL},
    {"--json", NULL, "one JSON object an alert", NULL},
    FLAG_PROJECT,
    {0},
};

const struct command cmd_alerts = {
    "alerts",
    "[test NAME]",
    "test <alerts>",
    "Lists who was told of what, or tells one of them that this is a test",
    "An alert that waits is tried again, at its next try; held ones were too many for the hour, and a\n"
    "summary names them (summed); dropped ones were refused for good, or tried for days.\n"
    "alerts test NAME has aorta serve deliver to [alert.NAME], and says what became of it.",
    flags,
    run};
