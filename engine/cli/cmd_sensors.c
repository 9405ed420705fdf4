#include "base/units.h"
#include "cli/declared.h"
#include "cli/history.h"
#include "cli/table.h"
#include "store/schedules.h"
#include "store/sensors.h"

#include <string.h>

static const struct table_column columns[] = {
    {.name = "sensor"},
    {.name = "kind"},
    {.name = "every"},
    {.name = "state", .is_state = true},
    {.name = "looked"},
    {.name = "asked"},
    {.name = "run"},
    {.name = "selection", .shrinks = true},
    {.name = "why", .shrinks = true},
};

struct listing {
    const struct arguments *a;
    struct store_reader *reader; /* NULL: nothing has run yet */
    struct store_pause *pauses;
    size_t pause_count;
    struct store_sensor *known;
    size_t known_count;
    bool is_live;
    struct table *table;
};

static bool is_paused(const struct listing *listing, const struct sensor *sensor)
{
    for (size_t i = 0; i < listing->pause_count; i++)
        if (strcmp(listing->pauses[i].subject, sensor->trigger) == 0)
            return listing->pauses[i].is_paused;
    return sensor->config->is_paused;
}

/* What the store knows of it, if it still looks at the same. */
static const struct store_sensor *known_of(const struct listing *listing,
                                           const struct sensor *sensor)
{
    static const struct store_sensor nothing;

    for (size_t i = 0; i < listing->known_count; i++)
        if (strcmp(listing->known[i].name, sensor->config->name) == 0 &&
            strcmp(listing->known[i].definition, sensor->definition) == 0)
            return &listing->known[i];
    return &nothing;
}

/* As sensor_state has it; "off" while no daemon looks. */
static const char *state_of(const struct listing *listing, const struct sensor *sensor,
                            const struct store_sensor *known)
{
    if (is_paused(listing, sensor))
        return "paused";
    if (!listing->is_live)
        return "off";
    if (known->error != NULL)
        return "failing";
    return known->pending != NULL ? "pending" : "watching";
}

static const char *run_word(const struct listing *listing, const struct store_sensor *known)
{
    enum store_state state;

    if (known->run_state == NULL || !store_state_from_name(known->run_state, &state))
        return NULL;
    return history_run_word(state, listing->is_live);
}

static const char *selection_of(const struct sensor_config *config, struct arena *arena)
{
    struct buf text;

    buf_init(&text);
    for (size_t i = 0; i < config->select.count; i++)
        buf_printf(&text, "%s%s", i > 0 ? " " : "", config->select.items[i]);
    for (size_t i = 0; i < config->exclude.count; i++)
        buf_printf(&text, "%s--exclude %s", text.size > 0 ? " " : "", config->exclude.items[i]);
    const char *copy = text.size > 0 ? arena_strndup(arena, text.data, text.size) : "everything";
    buf_release(&text);
    return copy;
}

/* What it looks at, in a line. Secrets are references in it. */
static const char *target_of(const struct sensor *sensor, struct arena *arena)
{
    const struct sensor_config *config = sensor->config;

    switch ((enum sensor_kind)config->kind) {
    case SENSOR_OBJECTS:
        return arena_printf(arena, "%s in connection %s%s", config->files.items[0],
                            config->connection, config->files.count > 1 ? ", …" : "");
    case SENSOR_QUERY: return arena_printf(arena, "%s: %s", config->connection, config->sql);
    case SENSOR_LAG:
        return arena_printf(arena, "more than %lld records behind in %s, group %s",
                            (long long)config->more_than, sensor->topic, sensor->group);
    case SENSOR_FILE: return config->path;
    case SENSOR_HTTP:
        return arena_printf(arena, "%s%s%s", config->url, config->pointer != NULL ? ", " : "",
                            config->pointer != NULL ? config->pointer : "");
    case SENSOR_RUN: break;
    }
    const char *of = sensor->asset != NULL     ? sensor->asset->key
                     : sensor->watched != NULL ? sensor->watched
                                               : "any run";
    const char *how = config->outcomes == 1U << SENSOR_FAILED      ? "failed"
                      : config->outcomes == 1U << SENSOR_SUCCEEDED ? "succeeded"
                                                                   : "succeeded or failed";
    return arena_printf(arena, "%s %s", of, how);
}

/* ------------------------------------------------------------------------------------ as JSON */

static void write_text(struct json_writer *json, const char *key, const char *text)
{
    json_write_key(json, key);
    json_write_str(json, text);
}

static void write_int(struct json_writer *json, const char *key, int64_t value)
{
    json_write_key(json, key);
    json_write_int(json, value);
}

static void print_json(const struct listing *listing, const struct sensor *sensor)
{
    const struct sensor_config *config = sensor->config;
    const struct store_sensor *known = known_of(listing, sensor);
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    write_text(&json, "sensor", config->name);
    write_text(&json, "kind", sensor_kind_names[config->kind]);
    write_int(&json, "every_ms", config->every_ms);
    write_int(&json, "minimum_gap_ms", config->minimum_gap_ms);
    write_text(&json, "selection", selection_of(config, listing->a->arena));
    write_int(&json, "priority", config->priority);
    json_write_key(&json, "paused");
    json_write_bool(&json, is_paused(listing, sensor));
    write_text(&json, "state", state_of(listing, sensor, known));
    write_text(&json, "cursor", known->cursor);
    write_text(&json, "pending", known->pending);
    history_write_time(&json, "looked_at", known->looked_us);
    history_write_time(&json, "requested_at", known->requested_us);
    write_text(&json, "run", known->run_id);
    write_text(&json, "run_state", run_word(listing, known));
    write_int(&json, "failures", known->failures);
    write_text(&json, "error", known->error);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

/* --------------------------------------------------------------------------------- for people */

static const char *when(char text[TABLE_TEXT_SIZE], int64_t us)
{
    return us > 0 ? table_time(text, us) : "-";
}

static void add_row(const struct listing *listing, const struct sensor *sensor)
{
    const struct sensor_config *config = sensor->config;
    const struct store_sensor *known = known_of(listing, sensor);
    char every[UNITS_TEXT_SIZE], looked[TABLE_TEXT_SIZE], asked[TABLE_TEXT_SIZE];

    table_add(listing->table, (const char *[]){
                                  config->name,
                                  sensor_kind_names[config->kind],
                                  units_format_duration_ms(every, config->every_ms),
                                  state_of(listing, sensor, known),
                                  when(looked, known->looked_us),
                                  when(asked, known->requested_us),
                                  known->run_id,
                                  selection_of(config, listing->a->arena),
                                  known->error,
                              });
}

static void print_whole(const struct listing *listing, const struct sensor *sensor)
{
    const struct sensor_config *config = sensor->config;
    const struct store_sensor *known = known_of(listing, sensor);
    char text[TABLE_TEXT_SIZE], every[UNITS_TEXT_SIZE], gap[UNITS_TEXT_SIZE];

    printf("sensor     %s, %s\n", config->name, state_of(listing, sensor, known));
    printf("looks at   %s: %s\n", sensor_kind_names[config->kind],
           target_of(sensor, listing->a->arena));
    printf("every      %s\n", units_format_duration_ms(every, config->every_ms));
    if (config->minimum_gap_ms > 0)
        printf("gap        %s\n", units_format_duration_ms(gap, config->minimum_gap_ms));
    printf("selection  %s\n", selection_of(config, listing->a->arena));
    printf("looked     %s\n", when(text, known->looked_us));
    printf("has seen   %s\n", known->cursor != NULL ? known->cursor : "nothing yet");
    if (known->pending != NULL)
        printf("pending    %s\n", known->pending);
    printf("asked      %s\n", when(text, known->requested_us));
    if (known->run_id != NULL)
        printf("run        %s%s%s\n", known->run_id, known->run_state != NULL ? ", " : "",
               known->run_state != NULL ? run_word(listing, known) : "");
    if (known->error != NULL)
        printf("error      %s\n", known->error);
}

/* ------------------------------------------------------------------------------------ which */

static void show_all(struct listing *listing, const struct sensor_list *sensors)
{
    if (sensors->count == 0 && !listing->a->as_json)
        puts("there is no sensor: declare one as [sensor.NAME] in pipeline.toml");
    if (sensors->count > 0 && !listing->a->as_json)
        listing->table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < sensors->count; i++)
        if (listing->a->as_json)
            print_json(listing, &sensors->items[i]);
        else
            add_row(listing, &sensors->items[i]);
    if (listing->table != NULL)
        table_end(listing->table);
}

static int read_known(struct listing *listing, struct err *err)
{
    struct arena *arena = listing->a->arena;

    if (listing->reader == NULL)
        return 0;
    if (store_read_pauses(listing->reader, arena, &listing->pauses, &listing->pause_count, err) < 0)
        return -1;
    return store_read_sensors(listing->reader, arena, &listing->known, &listing->known_count, err);
}

static int show(const struct arguments *a, const struct loaded *loaded, size_t index)
{
    struct listing listing = {.a = a, .is_live = history_is_live(a)};
    int status = EXIT_OK;
    struct err err;

    if (history_open(a, &listing.reader) < 0)
        return EXIT_FAILED;
    if (read_known(&listing, &err) < 0)
        status = command_fail(EXIT_FAILED, "%s", err.message);
    else if (index == DECLARED_ALL)
        show_all(&listing, &loaded->sensors);
    else if (a->as_json)
        print_json(&listing, &loaded->sensors.items[index]);
    else
        print_whole(&listing, &loaded->sensors.items[index]);
    store_reader_close(listing.reader);
    return status;
}

static size_t count_sensors(const struct loaded *loaded)
{
    return loaded->sensors.count;
}

static const char *name_of(const struct loaded *loaded, size_t index)
{
    return loaded->sensors.items[index].config->name;
}

static int run(int argc, char **argv)
{
    static const struct declared sensors = {"sensor", count_sensors, name_of, show};

    return declared_run(&cmd_sensors, &sensors, argc, argv);
}

static const struct flag flags[] = {
    {"--json", NULL, "one JSON object a sensor", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_sensors = {
    "sensors",
    "[SENSOR]",
    "<sensors>",
    "Lists the sensors, or shows one: what it looks at, has seen and has asked for",
    "Sensors stand in pipeline.toml as [sensor.NAME]; aorta serve looks, and makes a run when there is\n"
    "something new. A sensor is\n"
    "  watching  or, while no daemon looks, off\n"
    "  pending   because its minimum_gap is not over, or its last run\n"
    "  failing   because it cannot look, or its run was refused: it tries again, later each time\n"
    "  paused    by a person or by the file\n"
    "When it looked last may be a minute ago longer than it says; the API knows to the second.",
    flags,
    run};
