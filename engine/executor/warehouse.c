#include "executor/warehouse.h"

#include "model/files.h"
#include "model/publish.h"
#include "model/state.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void interrupt_session(void *arg)
{
    session_interrupt(arg);
}

/* Steps that begin together must not make the same thing at once: a database may refuse the second
 * (DuckDB does, as a conflict), which would cost that step an attempt. */
static pthread_mutex_t places_lock = PTHREAD_MUTEX_INITIALIZER;

/* Whether it has to know of files: of a lake that somebody else writes, or of hours that were asked
 * for. */
static bool has_files(const struct order *order)
{
    return order->files_count > 0 || (order->is_partitioned && strcmp(order->kind, "source") == 0);
}

/* Makes the table of states and the schema; what the connection has seen is not asked for again. */
static int make_places(struct step *step, struct warehouse_use *use, struct err *err)
{
    const struct relation relation = {step->order->schema, step->order->table};
    struct connection *connection = use->connection;
    int result = 0;

    pthread_mutex_lock(&places_lock);
    if (map_find(&connection->places, relation.schema) != NULL) {
        use->session.has_state = true;
    } else if (state_create(&use->session, err) < 0 ||
               publish_ensure_schema(&use->session, &relation, err) < 0) {
        result = -1;
    } else {
        char *schema = arena_strdup(&connection->places_arena, relation.schema);
        map_put(&connection->places, schema, schema);
    }
    if (result == 0 && has_files(step->order))
        result = files_create(&use->session, err);
    pthread_mutex_unlock(&places_lock);
    return result;
}

int warehouse_connect(struct step *step, struct warehouse_use *use, struct err *err)
{
    return step_connect(step, step->order->into.connection, &use->connection, err);
}

static int open_session(struct step *step, struct warehouse_use *use, struct err *err)
{
    if (use->connection == NULL && warehouse_connect(step, use, err) < 0)
        return -1;
    const struct aorta_connector *connector = use->connection->connector;
    if (connector->warehouse == NULL)
        return err_set(err, ERR_CONFIG, "connection %s: connector %s is no warehouse",
                       use->connection->name, connector->name);
    if (connection_session(use->connection, &step->cancel, &use->session, err) < 0)
        return -1;
    use->is_open = true;
    use->session.await = step_await_stored;
    use->session.await_arg = step;
    warehouse_interruptible(step, use);
    return 0;
}

void warehouse_forget_places(struct warehouse_use *use)
{
    if (use->connection == NULL)
        return;
    pthread_mutex_lock(&places_lock);
    map_release(&use->connection->places);
    map_init(&use->connection->places);
    arena_reset(&use->connection->places_arena);
    pthread_mutex_unlock(&places_lock);
}

int warehouse_open(struct step *step, struct warehouse_use *use, struct err *err)
{
    return open_session(step, use, err) < 0 ? -1 : make_places(step, use, err);
}

int warehouse_look(struct step *step, struct warehouse_use *use, struct err *err)
{
    const struct order *order = step->order;
    const struct order_connection *into = &order->connections[order->into.connection];
    int is_there = connection_is_there(into, order->folder, err);

    if (is_there <= 0)
        return is_there;
    return open_session(step, use, err) < 0 ? -1 : 1;
}

void warehouse_interruptible(struct step *step, struct warehouse_use *use)
{
    step_set_interrupt(step, interrupt_session, &use->session);
}

void warehouse_close(struct step *step, struct warehouse_use *use)
{
    step_set_interrupt(step, NULL, NULL);
    if (use->is_open)
        session_close(&use->session);
    connection_release(use->connection);
}

static int compare_texts(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;

    return strcmp(*a, *b);
}

static const char *variables_json(const struct order *order, struct arena *arena)
{
    struct buf text;
    struct json_writer json;

    buf_init(&text);
    json_writer_init(&json, &text);
    json_write_object(&json);
    for (size_t i = 0; i < order->variable_count; i++) {
        const char *value = order->variables[i].json;
        json_write_key(&json, order->variables[i].name);
        json_write_raw(&json, value, strlen(value));
    }
    json_write_end(&json);
    const char *copy = arena_strndup(arena, text.data, text.size);
    buf_release(&text);
    return copy;
}

void warehouse_refs(const struct order *order, struct arena *arena, struct model_spec *spec)
{
    size_t count = order->reference_count;
    struct model_ref *refs = arena_calloc(arena, 2 * count, sizeof *refs);
    const char **inputs = arena_calloc(arena, count, sizeof *inputs);

    for (size_t i = 0; i < count; i++) {
        const struct order_reference *r = &order->references[i];
        struct model_ref ref = {
            .name = r->name,
            .asset = r->asset,
            .relation = {r->schema, r->table},
            .position_column = r->position,
        };
        if (r->is_input)
            inputs[spec->input_count++] = r->asset;
        if (!r->is_direct)
            continue;
        refs[spec->ref_count++] = ref;
        ref.group = r->schema;
        ref.name = r->table;
        refs[spec->ref_count++] = ref;
    }
    qsort(inputs, spec->input_count, sizeof *inputs, compare_texts);
    spec->refs = refs;
    spec->inputs = inputs;
    spec->vars = variables_json(order, arena);
}

int warehouse_checks(struct step *step, const struct check **checks, size_t *count, struct err *err)
{
    json_error_t error;
    json_t *list;
    struct check *parsed;
    int result = 0;

    *checks = NULL;
    *count = 0;
    if (step->order->checks == NULL)
        return 0;
    list = json_loads(step->order->checks, 0, &error);
    if (list == NULL)
        return err_set(err, ERR_BROKEN, "checks of the order: %s", error.text);
    size_t size = json_array_size(list);
    parsed = arena_calloc(&step->arena, size, sizeof *parsed);
    for (size_t i = 0; i < size && result == 0; i++) {
        const json_t *item = json_array_get(list, i);
        const char *column =
            arena_strdup(&step->arena, json_string_value(json_object_get(item, "column")));
        result = check_parse(&step->arena, column, json_object_get(item, "check"), &parsed[i], err);
    }
    json_decref(list);
    *checks = parsed;
    *count = size;
    return result;
}
