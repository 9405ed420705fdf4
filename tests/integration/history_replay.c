/*
 * Runs the heart-rate models over whatever loads a script hands in: the real SQL files, the engine's
 * materializations and the DuckDB connector, without a daemon, sources or a clock.
 *
 *     history_replay DUCKDB_MODULE ASSETS_FOLDER DATABASE < script
 *
 *     sql STATEMENT              runs it: a load into a raw table
 *     publish KEY POSITION       says that the rows of a raw table up to there are published
 *     run NAME                   runs the model, and prints "NAME OUTCOME ROWS ROWS_DELETED"
 *     refresh NAME               likewise, built from nothing
 *     dump FILE SELECT           writes the rows: tabs between, \N for null
 *
 * history_test.py writes the scripts.
 */
#include "base/file.h"
#include "model/cell.h"
#include "model/materialize.h"
#include "model/snapshot.h"
#include "option/option.h"

#include <assert.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_LIMIT = 1 << 20, PARENTS = 3, CHECKS = 6 };

struct declared_check {
    const char *column;
    const char *json;
};

/* What the assets' .toml files say, as far as the engine's models need it. */
struct declared {
    const char *schema;
    const char *name;
    const char *position;
    const struct materialization *materialization; /* NULL: loaded by the script */
    const char *unique_key[2];
    const char *delete_marker;
    const struct snapshot_options *snapshot;
    const char *parents[PARENTS];
    struct declared_check checks[CHECKS];
};

static const char *const by_lsn[] = {"lsn"};

static const struct snapshot_unknown unknown_user[] = {
    {"user_id", "0"},
    {"first_name", "Unknown"},
    {"last_name", "Unknown"},
    {"date_of_birth", "1900-01-01"},
    {"address", "Unknown"},
    {"address_country", "Unknown"},
    {"start_date", "1900-01-01 00:00:00"},
};

static const struct snapshot_unknown unknown_activity[] = {
    {"activity_id", "0"},
    {"activity_name", "Unknown"},
    {"start_date", "1900-01-01 00:00:00"},
};

static const struct snapshot_options users_history = {
    "changed_at", "deleted_at", "user_key", by_lsn, 1, unknown_user, 7};
static const struct snapshot_options activities_history = {
    "changed_at", "deleted_at", "activity_key", by_lsn, 1, unknown_activity, 3};

static const struct declared assets[] = {
    {"raw", "users", "_airbyte_extracted_at", NULL, {0}, NULL, NULL, {0}, {{0}}},
    {"raw", "activities", "_airbyte_extracted_at", NULL, {0}, NULL, NULL, {0}, {{0}}},
    {"raw", "heart_rate_stream", "_airbyte_extracted_at", NULL, {0}, NULL, NULL, {0}, {{0}}},
    {"staging",
     "stg_users",
     "extracted_at",
     &materialization_incremental,
     {0},
     NULL,
     NULL,
     {"users"},
     {{"user_id", "\"not_null\""}}},
    {"staging",
     "stg_activities",
     "extracted_at",
     &materialization_incremental,
     {0},
     NULL,
     NULL,
     {"activities"},
     {{"activity_id", "\"not_null\""}}},
    {"staging",
     "stg_heart_rates",
     "extracted_at",
     &materialization_incremental,
     {0},
     NULL,
     NULL,
     {"heart_rate_stream"},
     {{"timestamp", "\"not_null\""}}},
    {"marts",
     "dim_users",
     NULL,
     &materialization_snapshot,
     {"user_id"},
     NULL,
     &users_history,
     {"stg_users"},
     {{"user_key", "\"unique\""},
      {"first_name", "\"not_null\""},
      {NULL, "{\"greater_than\": {\"column_A\": \"end_date\", \"column_B\": \"start_date\"}}"},
      {NULL, "{\"correct_scd_start_end_dates\": {\"id_column\": \"user_id\", "
             "\"start_date_column\": \"start_date\", \"end_date_column\": \"end_date\", "
             "\"changes\": \"stg_users\", \"deleted_column\": \"deleted_at\"}}"},
      {"start_date", "{\"increasing\": {\"sort_column\": \"start_date\", "
                     "\"group_by\": [\"user_id\"]}}"}}},
    {"marts",
     "dim_activities",
     NULL,
     &materialization_snapshot,
     {"activity_id"},
     NULL,
     &activities_history,
     {"stg_activities"},
     {{"activity_key", "\"unique\""},
      {NULL, "{\"correct_scd_start_end_dates\": {\"id_column\": \"activity_id\", "
             "\"start_date_column\": \"start_date\", \"end_date_column\": \"end_date\", "
             "\"changes\": \"stg_activities\", \"deleted_column\": \"deleted_at\"}}"}}},
    {"marts",
     "fct_heart_rates",
     NULL,
     &materialization_incremental,
     {"user_key", "event_date"},
     "is_removed",
     NULL,
     {"dim_activities", "dim_users", "stg_heart_rates"},
     {{"event_datetime", "{\"matches\": \"^[0-9-]{10} [0-9:]{8}[.][0-9]{3}$\"}"},
      {"activity_key", "{\"relationships\": \"dim_activities.activity_key\"}"},
      {"user_key", "{\"relationships\": \"dim_users.user_key\"}"},
      {NULL, "{\"unique\": [\"user_key\", \"activity_key\", \"event_datetime\"], "
             "\"where\": \"user_key <> '" SNAPSHOT_UNKNOWN_KEY "'\"}"}}},
};

enum { ASSETS = sizeof assets / sizeof assets[0] };

struct replay {
    const char *folder; /* of the assets */
    struct session session;
    struct arena arena; /* of one command */
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "history_replay: %s: %s\n", what, why);
    exit(1);
}

/* ---------------------------------------------------------------------------------------- models */

static const struct declared *find_asset(const char *name)
{
    for (size_t i = 0; i < ASSETS; i++)
        if (strcmp(assets[i].name, name) == 0)
            return &assets[i];
    fail("no such asset", name);
    return NULL;
}

static const char *key_of(struct replay *replay, const struct declared *asset)
{
    return arena_printf(&replay->arena, "%s.%s", asset->schema, asset->name);
}

static void fill_parents(struct replay *replay, const struct declared *asset,
                         struct model_spec *spec)
{
    struct model_ref *refs = arena_calloc(&replay->arena, PARENTS, sizeof *refs);
    const char **inputs = arena_calloc(&replay->arena, PARENTS, sizeof *inputs);
    size_t count = 0;

    for (; count < PARENTS && asset->parents[count] != NULL; count++) {
        const struct declared *parent = find_asset(asset->parents[count]);
        inputs[count] = key_of(replay, parent);
        refs[count] = (struct model_ref){
            .name = parent->name,
            .asset = inputs[count],
            .relation = {parent->schema, parent->name},
            .position_column = parent->position,
        };
    }
    spec->refs = refs;
    spec->inputs = inputs;
    spec->ref_count = spec->input_count = count;
}

static void fill_checks(struct replay *replay, const struct declared *asset,
                        struct model_spec *spec)
{
    struct check *checks = arena_calloc(&replay->arena, CHECKS, sizeof *checks);
    struct err err;

    for (size_t i = 0; i < CHECKS && asset->checks[i].json != NULL; i++) {
        json_t *json = json_loads(asset->checks[i].json, JSON_DECODE_ANY, NULL);
        assert(json != NULL);
        if (check_parse(&replay->arena, asset->checks[i].column, json, &checks[i], &err) < 0)
            fail(asset->name, err.message);
        json_decref(json);
        spec->check_count++;
    }
    spec->checks = checks;
}

static size_t count_keys(const struct declared *asset)
{
    size_t count = 0;

    while (count < 2 && asset->unique_key[count] != NULL)
        count++;
    return count;
}

static void run_asset(struct replay *replay, const char *name, bool full_refresh)
{
    static const char *const outcomes[] = {
        [MODEL_PUBLISHED] = "published",
        [MODEL_FRESH] = "fresh",
        [MODEL_REJECTED] = "rejected",
    };
    const struct declared *asset = find_asset(name);
    struct model_result result;
    struct buf sql;
    struct err err;

    buf_init(&sql);
    struct model_spec spec = {
        .asset = key_of(replay, asset),
        .relation = {asset->schema, asset->name},
        .materialization = asset->materialization,
        .file = arena_printf(&replay->arena, "%s/%s/%s.sql", replay->folder, asset->schema, name),
        .strategy = asset->delete_marker != NULL ? MODEL_DELETE_INSERT : MODEL_APPEND,
        .unique_key = asset->unique_key,
        .unique_key_count = count_keys(asset),
        .delete_marker = asset->delete_marker,
        .position_column = asset->position,
        .options = asset->snapshot,
        .config_hash = "",
        .full_refresh = full_refresh,
        .run_id = "replay",
    };
    if (file_read(spec.file, SQL_LIMIT, &sql, &err) < 0)
        fail(name, err.message);
    spec.sql = sql.data;
    spec.sql_size = sql.size;
    fill_parents(replay, asset, &spec);
    fill_checks(replay, asset, &spec);
    if (state_create(&replay->session, &err) < 0 ||
        publish_ensure_schema(&replay->session, &spec.relation, &err) < 0 ||
        model_run(&replay->session, &spec, &replay->arena, &result, &err) < 0)
        fail(name, err.message);
    printf("%s %s %" PRId64 " %" PRId64 "\n", name, outcomes[result.outcome], result.rows,
           result.rows_deleted);
    for (size_t i = 0; result.outcome == MODEL_REJECTED && i < result.check_count; i++)
        if (result.checks[i].status == CHECK_FAILED)
            fail("a check failed",
                 arena_printf(&replay->arena, "%s: %s", result.checks[i].check->name,
                              result.checks[i].message));
    buf_release(&sql);
}

/* -------------------------------------------------------------------------------------- commands */

static void do_sql(struct replay *replay, char *rest)
{
    struct err err;

    if (session_exec(&replay->session, rest, &err) < 0)
        fail("sql", err.message);
}

static char *cut_word(char *text)
{
    char *space = strchr(text, ' ');

    if (space == NULL)
        fail("one word is missing", text);
    *space = '\0';
    return space + 1;
}

static void do_publish(struct replay *replay, char *rest)
{
    const char *position = cut_word(rest);
    struct state before, next = {.position = position, .row_count = -1}, written;
    struct err err;

    if (state_create(&replay->session, &err) < 0 ||
        session_begin(&replay->session, true, &err) < 0 ||
        state_lock(&replay->session, rest, &replay->arena, &before, &err) < 0 ||
        state_put(&replay->session, &before, &next, &replay->arena, &written, &err) < 0 ||
        session_commit(&replay->session, &err) < 0)
        fail(rest, err.message);
}

static void do_run(struct replay *replay, char *rest)
{
    run_asset(replay, rest, false);
}

static void do_refresh(struct replay *replay, char *rest)
{
    run_asset(replay, rest, true);
}

static int write_row(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct buf text;

    (void)err;
    buf_init(&text);
    for (int32_t i = 0; i < batch->column_count; i++) {
        if (i > 0)
            buf_append_char(&text, '\t');
        if (!cell_text(batch, row, i, &text))
            buf_append_str(&text, "\\N");
    }
    fprintf(arg, "%s\n", text.data);
    buf_release(&text);
    return 0;
}

static void do_dump(struct replay *replay, char *rest)
{
    const char *select = cut_word(rest);
    FILE *file = fopen(rest, "we");
    struct err err;

    if (file == NULL)
        fail("cannot write", rest);
    if (session_query(&replay->session, select, NULL, 0, write_row, file, &err) < 0)
        fail(select, err.message);
    if (fclose(file) != 0)
        fail("cannot write", rest);
}

static const struct {
    const char *name;
    void (*run)(struct replay *replay, char *rest);
} commands[] = {
    {"sql", do_sql},         {"publish", do_publish}, {"run", do_run},
    {"refresh", do_refresh}, {"dump", do_dump},
};

static void run_command(struct replay *replay, char *line)
{
    char *rest = cut_word(line);

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, line) == 0) {
            commands[i].run(replay, rest);
            return;
        }
    fail("no such command", line);
}

/* ------------------------------------------------------------------------------------ connection */

static void log_nothing(enum aorta_log_level level, const char *message)
{
    (void)level;
    (void)message;
}

static const struct aorta_host host = {AORTA_ABI, sizeof host, log_nothing};

static const char *get_option(void *arg, const char *name)
{
    if (strcmp(name, "path") == 0)
        return arg;
    return strcmp(name, "threads") == 0 ? "1" : NULL;
}

static const struct aorta_connector *load_connector(const char *path)
{
    const struct aorta_connector *(*entry)(void);
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (module == NULL)
        fail(path, dlerror());
    *(void **)&entry = dlsym(module, "aorta_connector");
    if (entry == NULL)
        fail(path, "it is no connector");
    return entry();
}

int main(int argc, char **argv)
{
    struct aorta_option_value *options;
    struct replay replay = {0};
    struct aorta_error error;
    void *connection;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    struct err err;

    if (argc != 4)
        fail("wants", "DUCKDB_MODULE ASSETS_FOLDER DATABASE");
    const struct aorta_connector *connector = load_connector(argv[1]);
    arena_init(&replay.arena);
    replay.folder = argv[2];
    if (option_fill(connector->options, "/", get_option, argv[3], &replay.arena, &options, &err) <
        0)
        fail("options", err.message);
    if (connector->open(&host, options, &connection, &error) < 0)
        fail(argv[3], error.message);
    if (session_open(&replay.session, connector->warehouse, connection, "warehouse", NULL, &err) <
        0)
        fail("session", err.message);
    while ((size = getline(&line, &capacity, stdin)) > 0) {
        arena_reset(&replay.arena);
        if (line[size - 1] == '\n')
            line[size - 1] = '\0';
        run_command(&replay, line);
    }
    free(line);
    session_close(&replay.session);
    connector->close(connection);
    arena_release(&replay.arena);
    return 0;
}
