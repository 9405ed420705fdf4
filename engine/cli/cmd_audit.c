#include "cli/history.h"
#include "cli/table.h"
#include "store/audit.h"

#include <string.h>

enum { DEFAULT_ENTRIES = 20 };

static const struct table_column columns[] = {
    {.name = "when"},
    {.name = "actor"},
    {.name = "from"},
    {.name = "action"},
    {.name = "subject", .shrinks = true},
    {.name = "result", .is_state = true},
    {.name = "detail", .shrinks = true},
};

static void print_json(const struct store_audit *entry)
{
    const struct {
        const char *name, *text;
    } texts[] = {
        {"actor", entry->actor},     {"address", entry->address}, {"action", entry->action},
        {"subject", entry->subject}, {"result", entry->result},
    };
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "id");
    json_write_int(&json, entry->id);
    history_write_time(&json, "at", entry->at_us);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_write_key(&json, texts[i].name);
        json_write_str(&json, texts[i].text);
    }
    json_write_key(&json, "detail");
    if (entry->detail != NULL)
        json_write_raw(&json, entry->detail, strlen(entry->detail));
    else
        json_write_null(&json);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

static void add_entry(struct table *table, const struct store_audit *entry)
{
    char when[TABLE_TEXT_SIZE];

    table_add(table, (const char *[]){
                         table_time(when, entry->at_us),
                         entry->actor,
                         entry->address != NULL ? entry->address : "here",
                         entry->action,
                         entry->subject != NULL ? entry->subject : "-",
                         entry->result,
                         entry->detail,
                     });
}

static int list(const struct arguments *a, struct store_reader *reader)
{
    const struct store_audit_page page = {
        .limit = a->limit > 0 ? a->limit : DEFAULT_ENTRIES,
        .actor = a->actor,
        .action = a->action,
    };
    struct store_audit *entries = NULL;
    struct table *table;
    size_t count = 0;
    struct err err;

    if (reader != NULL && store_read_audit(reader, &page, a->arena, &entries, &count, &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        if (a->as_json)
            print_json(&entries[i]);
        else
            add_entry(table, &entries[i]);
    }
    table_end(table);
    return EXIT_OK;
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_audit, argc, argv, &arena, &a) == 0)
        status = history_look(&a, list);
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--actor", "NAME", "what this one asked for: user:ada, token:ci", NULL},
    {"--action", "NAME", "only that: run, cancel, pause, backfill, create_token, …",
     "run reexecute cancel backfill retry_backfill cancel_backfill pause resume tick stream "
     "clean prune reload create_token revoke_token test_alert"},
    {"--limit", "N", "so many, the newest (default: 20)", NULL},
    {"--json", NULL, "one JSON object an entry, with all that was asked for", NULL},
    FLAG_PROJECT,
    {0},
};

const struct command cmd_audit = {
    "audit",
    "",
    NULL,
    "Lists who has changed what, by commands and by the API",
    "An entry is written in the transaction of the change, or of its refusal. Who only looks is not\n"
    "listed. Of variables their names are kept, not their values.",
    flags,
    run};
