#include "model/template_context.h"

#include "base/json.h"
#include "model/materialize.h"
#include "model/session.h"
#include "model/snapshot.h"
#include "model/window.h"
#include "template/json.h"
#include "template/template.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/* What the functions of one render work with. */
struct render {
    struct model_attempt *attempt;
    struct template_value vars;
    struct template_value config;
    const struct model_window *window; /* or NULL */
};

/* ----------------------------------------------------------------------------------- checkpoint */

static int parse_read(const json_t *input, struct arena *arena, struct model_read *read)
{
    const json_t *epoch = json_object_get(input, "epoch");
    const json_t *version = json_object_get(input, "version");
    const json_t *position = json_object_get(input, "position");

    if (!json_is_string(epoch) || !json_is_integer(version))
        return -1;
    read->is_known = true;
    read->epoch = arena_strdup(arena, json_string_value(epoch));
    read->version = json_integer_value(version);
    read->has_position = position != NULL;
    read->position = arena_strdup(arena, json_string_value(position));
    return 0;
}

int model_checkpoint_parse(const struct model_spec *spec, const char *checkpoint,
                           struct arena *arena, struct model_read **reads, struct err *err)
{
    struct model_read *parsed = arena_calloc(arena, spec->ref_count, sizeof *parsed);
    json_error_t why;
    int result = 0;

    *reads = parsed;
    if (checkpoint == NULL)
        return 0;
    json_t *root = json_loads(checkpoint, 0, &why);
    const json_t *inputs = json_object_get(root, "inputs");
    if (root == NULL || !json_is_object(inputs))
        result = -1;
    for (size_t i = 0; result == 0 && i < spec->ref_count; i++) {
        const json_t *input = json_object_get(inputs, spec->refs[i].asset);
        if (input != NULL)
            result = parse_read(input, arena, &parsed[i]);
    }
    json_decref(root);
    return result < 0 ? err_set(err, ERR_BROKEN, "the checkpoint of %s cannot be read: %.200s",
                                spec->asset, checkpoint)
                      : 0;
}

/* The same asset may be referred to by two names. */
static bool is_repeated(const struct model_spec *spec, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(spec->refs[i].asset, spec->refs[index].asset) == 0)
            return true;
    return false;
}

static bool was_read(const struct model_attempt *attempt, const char *asset)
{
    for (size_t i = 0; i < attempt->spec->ref_count; i++)
        if (attempt->reads_rows[i] && strcmp(attempt->spec->refs[i].asset, asset) == 0)
            return true;
    return false;
}

const char *model_checkpoint(const struct model_attempt *attempt)
{
    const struct model_spec *spec = attempt->spec;
    struct json_writer json;
    struct buf out;

    buf_init(&out);
    json_writer_init(&json, &out);
    json_write_object(&json);
    json_write_key(&json, "inputs");
    json_write_object(&json);
    for (size_t i = 0; i < spec->ref_count; i++) {
        const struct state *state = &attempt->ref_states[i];
        if (is_repeated(spec, i))
            continue;
        json_write_key(&json, spec->refs[i].asset);
        json_write_object(&json);
        json_write_key(&json, "epoch");
        json_write_str(&json, state->epoch);
        json_write_key(&json, "version");
        json_write_int(&json, state->version);
        if (was_read(attempt, spec->refs[i].asset)) {
            json_write_key(&json, "position");
            json_write_str(&json, state->position);
        }
        json_write_end(&json);
    }
    json_write_end(&json);
    json_write_end(&json);
    const char *text = arena_strndup(attempt->arena, out.data, out.size);
    buf_release(&out);
    return text;
}

/* ------------------------------------------------------------------------------------ relations */

/* A relation as a template sees it: it prints as SQL, its parts have names. */
static struct template_value relation_value(struct arena *arena, const struct session *session,
                                            const struct relation *relation, const char *asset)
{
    struct template_map *map = template_map_new(arena);

    map->text = relation_sql(arena, session->dialect, relation);
    template_map_put(map, "schema", template_string(relation->schema));
    template_map_put(map, "identifier", template_string(relation->name));
    template_map_put(map, "name", template_string(relation->name));
    template_map_put(map, "asset", template_string(asset));
    return template_map_value(map);
}

static int find_ref(const struct model_spec *spec, const char *group, const char *name)
{
    for (size_t i = 0; i < spec->ref_count; i++) {
        const struct model_ref *ref = &spec->refs[i];
        if (strcmp(ref->name, name) == 0 &&
            (group == NULL ? ref->group == NULL
                           : ref->group != NULL && strcmp(ref->group, group) == 0))
            return (int)i;
    }
    return -1;
}

static int call_ref(void *self, const struct template_call *call, struct template_value *result,
                    struct err *err)
{
    const struct render *render = self;
    const struct model_spec *spec = render->attempt->spec;
    bool is_source = strcmp(call->name, "source") == 0;
    const char *group = NULL, *name = NULL;

    if (template_call_check(call, is_source ? "group name" : "name", is_source ? 2 : 1, err) < 0)
        return -1;
    if (is_source && template_call_text(call, 0, "group", &group, err) < 0)
        return -1;
    if (template_call_text(call, is_source ? 1 : 0, "name", &name, err) < 0)
        return -1;
    int index = find_ref(spec, group, name);
    if (index < 0)
        return err_set(err, ERR_CONFIG,
                       "\"%s%s%s\" is not among the inputs of %s: a name that is computed must be "
                       "listed in depends_on",
                       group != NULL ? group : "", group != NULL ? "." : "", name, spec->asset);
    *result = relation_value(call->arena, render->attempt->session, &spec->refs[index].relation,
                             spec->refs[index].asset);
    return 0;
}

/* The ref that the call's only argument is. */
static int ref_argument(const struct render *render, const struct template_call *call, int *index,
                        struct err *err)
{
    const struct model_spec *spec = render->attempt->spec;
    const struct template_value *value, *asset = NULL;

    if (template_call_check(call, "relation", 1, err) < 0)
        return -1;
    value = template_call_find(call, 0, "relation");
    if (value->kind == TEMPLATE_MAP)
        asset = template_map_find(value->map, "asset");
    for (size_t i = 0; asset != NULL && i < spec->ref_count; i++) {
        if (!template_is_text(*asset, spec->refs[i].asset))
            continue;
        *index = (int)i;
        return 0;
    }
    return err_set(err, ERR_CONFIG, "%s wants ref('…') or source('…', '…')", call->name);
}

/* ------------------------------------------------------------------------------------- new_rows */

/* Appends `column <comparison> <position>`. */
static void add_bound(struct buf *out, const struct relation_columns *columns, int32_t column,
                      const char *comparison, const char *position)
{
    relation_quote_name(out, columns->fields[column].name);
    buf_printf(out, " %s ", comparison);
    relation_literal(out, columns, column, position);
}

static int append_new_rows(struct model_attempt *attempt, int index, struct buf *out,
                           struct err *err)
{
    const struct model_ref *ref = &attempt->spec->refs[index];
    const struct model_read *read = &attempt->reads[index];
    const char *upper = attempt->ref_states[index].position;
    struct relation_columns columns;

    if (ref->position_column == NULL)
        return err_set(err, ERR_CONFIG,
                       "%s has no position column, so nobody knows which of its "
                       "rows are new",
                       ref->asset);
    if (attempt->session->handle == NULL)
        columns = (struct relation_columns){0};
    else if (relation_describe(attempt->session, &ref->relation, attempt->arena, &columns, err) < 0)
        return -1;
    if (attempt->only_shows && !columns.is_there) {
        buf_printf(out, "(SELECT * FROM %s /* what is new of it: it has not been built yet */)",
                   relation_sql(attempt->arena, attempt->session->dialect, &ref->relation));
        return 0;
    }
    int32_t column = relation_column_find(&columns, ref->position_column);
    if (!columns.is_there || column < 0)
        return err_set(err, ERR_CONFIG,
                       columns.is_there ? "%s has no column \"%s\"" : "%s has not been built yet",
                       ref->asset, ref->position_column);
    buf_printf(out, "(SELECT * FROM %s WHERE ",
               relation_sql(attempt->arena, attempt->session->dialect, &ref->relation));
    if (upper == NULL) {
        buf_append_str(out, "1 = 0");
    } else {
        if (attempt->is_incremental && read->is_known && read->position != NULL) {
            add_bound(out, &columns, column, ">", read->position);
            buf_append_str(out, " AND ");
        }
        add_bound(out, &columns, column, "<=", upper);
    }
    buf_append_char(out, ')');
    attempt->reads_rows[index] = true;
    return 0;
}

static void append_changed_rows(struct model_attempt *attempt, int index, struct buf *out)
{
    const struct model_ref *ref = &attempt->spec->refs[index];
    const struct model_read *read = &attempt->reads[index];
    const struct state *state = &attempt->ref_states[index];
    struct relation changes = snapshot_changes(attempt->arena, &ref->relation);

    buf_printf(out, "(SELECT * FROM %s WHERE ",
               relation_sql(attempt->arena, attempt->session->dialect, &changes));
    if (attempt->is_incremental && read->is_known)
        buf_printf(out, "publication > %" PRId64 " AND publication <= %" PRId64 ")", read->version,
                   state->version);
    else
        buf_append_str(out, "1 = 0)");
    attempt->reads_rows[index] = true;
}

static int call_new_rows(void *self, const struct template_call *call,
                         struct template_value *result, struct err *err)
{
    const struct render *render = self;
    struct buf sql;
    int index = 0, failed = 0;

    if (ref_argument(render, call, &index, err) < 0)
        return -1;
    buf_init(&sql);
    if (strcmp(call->name, "changed_rows") == 0)
        append_changed_rows(render->attempt, index, &sql);
    else
        failed = append_new_rows(render->attempt, index, &sql, err);
    if (failed == 0)
        *result = template_string(arena_strndup(call->arena, sql.data, sql.size));
    buf_release(&sql);
    return failed;
}

/* ------------------------------------------------------------------------------------- settings */

static int call_is_incremental(void *self, const struct template_call *call,
                               struct template_value *result, struct err *err)
{
    const struct render *render = self;

    if (template_call_check(call, "", 0, err) < 0)
        return -1;
    *result = template_bool(render->attempt->is_incremental);
    return 0;
}

/* var('name', default) and config.get('name', default). */
static int get_setting(struct template_value settings, const char *what,
                       const struct template_call *call, struct template_value *result,
                       struct err *err)
{
    const struct template_value *value, *otherwise;
    const char *name = NULL;

    if (template_call_check(call, "name default", 1, err) < 0 ||
        template_call_text(call, 0, "name", &name, err) < 0)
        return -1;
    value = template_map_find(settings.map, name);
    otherwise = template_call_find(call, 1, "default");
    if (value == NULL && otherwise == NULL)
        return err_set(err, ERR_CONFIG, "%s \"%s\" is not set and has no default", what, name);
    *result = value != NULL ? *value : *otherwise;
    return 0;
}

static int call_var(void *self, const struct template_call *call, struct template_value *result,
                    struct err *err)
{
    const struct render *render = self;

    return get_setting(render->vars, "variable", call, result, err);
}

static int call_config_get(void *self, const struct template_call *call,
                           struct template_value *result, struct err *err)
{
    const struct render *render = self;
    const struct template_value *otherwise = template_call_find(call, 1, "default");

    if (otherwise == NULL && call->arg_count == 1) { /* none, as in dbt */
        const char *name = NULL;
        if (template_call_text(call, 0, "name", &name, err) < 0)
            return -1;
        const struct template_value *value = template_map_find(render->config.map, name);
        *result = value != NULL ? *value : template_none();
        return 0;
    }
    return get_setting(render->config, "setting", call, result, err);
}

/* In an asset's own SQL this was said when the pipeline was loaded; here it is in a macro's. */
static int call_config(void *self, const struct template_call *call, struct template_value *result,
                       struct err *err)
{
    (void)self;
    (void)call;
    (void)result;
    return err_set(err, ERR_CONFIG, "config() says nothing: settings stand in the asset's .toml");
}

static int parse_settings(const char *json, struct arena *arena, struct template_value *settings,
                          struct err *err)
{
    const char *text = json != NULL ? json : "{}";

    if (template_from_json(text, strlen(text), arena, settings, err) < 0)
        return -1;
    if (settings->kind != TEMPLATE_MAP)
        return err_set(err, ERR_BROKEN, "the settings of a model are no object: %.100s", text);
    return 0;
}

/* What every SQL may call. */
static void set_common(struct template_context *context, struct render *render)
{
    const struct model_attempt *attempt = render->attempt;
    struct template_map *target = template_map_new(attempt->arena);

    template_context_set_function(context, "ref", call_ref, render);
    template_context_set_function(context, "source", call_ref, render);
    template_context_set_function(context, "var", call_var, render);
    template_map_put(
        target, "name",
        template_string(attempt->spec->target_name != NULL ? attempt->spec->target_name : ""));
    template_map_put(target, "type", template_string(attempt->session->dialect->name));
    template_context_set(context, "target", template_map_value(target));
}

/* What only a model's may. */
static void set_functions(struct template_context *context, struct render *render)
{
    const struct model_attempt *attempt = render->attempt;
    struct arena *arena = attempt->arena;
    struct template_map *config = template_map_new(arena);

    set_common(context, render);
    template_context_set_function(context, "new_rows", call_new_rows, render);
    template_context_set_function(context, "changed_rows", call_new_rows, render);
    template_context_set_function(context, "is_incremental", call_is_incremental, render);
    template_map_put(config, "get",
                     template_function_value(
                         template_function_new(arena, "config.get", call_config_get, render)));
    config->function = template_function_new(arena, "config", call_config, render);
    config->text = "";
    template_context_set(context, "config", template_map_value(config));
    if (render->window != NULL)
        template_context_set(context, "partition", window_value(attempt, render->window));
    template_context_set(
        context, "this",
        relation_value(arena, attempt->session, &attempt->spec->relation, attempt->spec->asset));
    for (size_t i = 0; i < attempt->spec->macro_count; i++)
        template_context_add_macros(context, attempt->spec->macros[i]);
}

/* A statement that is put into another must not end it. */
static size_t without_end(const char *sql, size_t size)
{
    while (size > 0 && strchr(" \t\r\n;", sql[size - 1]) != NULL)
        size--;
    return size;
}

/* Renders to attempt->sql what may call the functions that `set` sets. */
static int render_with(struct model_attempt *attempt,
                       void (*set)(struct template_context *context, struct render *render),
                       struct err *err)
{
    const struct model_spec *spec = attempt->spec;
    struct render render = {.attempt = attempt};
    struct template_context *context = template_context_new(attempt->arena);
    struct template *template;
    struct buf sql;
    int result = -1;

    if (window_choose(attempt, &render.window, err) < 0 ||
        parse_settings(spec->vars, attempt->arena, &render.vars, err) < 0 ||
        parse_settings(spec->config, attempt->arena, &render.config, err) < 0 ||
        template_parse(attempt->arena, spec->file, spec->sql, spec->sql_size, &template, err) < 0)
        return -1;
    set(context, &render);
    buf_init(&sql);
    if (template_render(template, context, attempt->arena, &sql, err) < 0)
        goto out;
    if (without_end(sql.data, sql.size) == 0) {
        err_set(err, ERR_CONFIG, "%s: renders to nothing", spec->file);
        goto out;
    }
    attempt->sql = arena_strndup(attempt->arena, sql.data, without_end(sql.data, sql.size));
    result = 0;
out:
    buf_release(&sql);
    return result;
}

int model_render(struct model_attempt *attempt, struct err *err)
{
    return render_with(attempt, set_functions, err);
}

int model_render_question(struct session *session, const struct model_spec *spec,
                          struct arena *arena, const char **sql, struct err *err)
{
    struct model_attempt attempt = {.session = session, .spec = spec, .arena = arena};

    if (render_with(&attempt, set_common, err) < 0)
        return -1;
    *sql = attempt.sql;
    return 0;
}
