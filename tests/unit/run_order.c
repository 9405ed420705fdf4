/*
 * An asset as an order: what is in it, and what its hash depends on.
 */
#include "config_fixture.h"
#include "test.h"

#include "run/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct order *order_of(struct plan *plan, const char *name)
{
    struct order *order = arena_alloc(&plan->arena, sizeof *order);
    const struct asset *asset = graph_find(plan->graph, name);

    if (plan->problems.count > 0)
        test_fail(__FILE__, __LINE__, "%s", plan->problems.items[0].message);
    order_fill(order, plan->graph, asset, NULL, 0, &plan->arena);
    return order;
}

static const char *hash_of(const char *name)
{
    struct plan *plan = config_fixture_plan("");
    const char *hash = config_fixture_keep(order_of(plan, name)->config_hash);

    check_int(strlen(hash), 64);
    plan_free(plan);
    return hash;
}

static void write_pipeline(void)
{
    config_fixture_write(
        "assets/raw/users.toml",
        "kind = \"source\"\n"
        "from = { connection = \"oltp\", table = \"users\", mode = \"cdc_append\" }\n");
    config_fixture_model("staging", "stg_users", "select * from {{ new_rows(ref('users')) }}");
    config_fixture_write("assets/staging/stg_users.toml",
                         "materialized = \"incremental\"\nposition = \"at\"\n");
    config_fixture_model("marts", "names", "select {{ var('count') }} from {{ ref('stg_users') }}");
    config_fixture_model("marts", "top", "select * from {{ ref('names') }}");
    config_fixture_write("assets/marts/top.toml",
                         "materialized = \"table\"\n[columns.id]\ntype = \"bigint\"\n"
                         "checks = [\"not_null\", { relationships = \"users.id\" }]\n");
}

static const struct order_reference *reference_to(const struct order *order, const char *asset)
{
    for (size_t i = 0; i < order->reference_count; i++)
        if (strcmp(order->references[i].asset, asset) == 0)
            return &order->references[i];
    return NULL;
}

TEST("an order names its places by index, each connection once")
{
    write_pipeline();
    struct plan *plan = config_fixture_plan("");
    const struct order *order = order_of(plan, "users");

    check_str(order->kind, "source");
    check_str(order->mode, "cdc_append");
    check_int(order->connection_count, 2);
    check_str(order->connections[order->into.connection].name, "warehouse");
    check_str(order->connections[order->from.connection].name, "oltp");
    check_str(order->from.object, "users");
    check_str(order->schema, "raw");
    check_str(order->table, "users");
    check_str(order->connections[0].options[0].text, "w.db");
    check_contains(order->connections[0].module, "/duck.so");
    check_str(order_executor(graph_find(plan->graph, "users")), "warehouse");
    plan_free(plan);
}

TEST("views are transparent: what stands behind one is an input of whoever reads it")
{
    write_pipeline();
    struct plan *plan = config_fixture_plan("");
    const struct order *order = order_of(plan, "top");
    const struct order_reference *names = reference_to(order, "marts.names");
    const struct order_reference *behind = reference_to(order, "staging.stg_users");
    const struct order_reference *checked = reference_to(order, "raw.users");

    check(names != NULL && names->is_direct && names->is_input);
    check(behind != NULL && !behind->is_direct && behind->is_input);
    check_str(behind->position, "at");
    check(checked != NULL && checked->is_direct && !checked->is_input);
    check_str(checked->position, "_aorta_extracted_at");
    check_int(order->reference_count, 3);
    check_str(order->checks, "[{\"column\":\"id\",\"check\":\"not_null\"},"
                             "{\"column\":\"id\",\"check\":{\"relationships\":\"users.id\"}}]");
    plan_free(plan);
}

TEST("an order holds the variables that its SQL asks for, and only those")
{
    write_pipeline();
    struct plan *plan = config_fixture_plan("");
    check_int(order_of(plan, "names")->variable_count, 1);
    check_str(order_of(plan, "names")->variables[0].name, "count");
    check_str(order_of(plan, "names")->variables[0].json, "7");
    check_int(order_of(plan, "top")->variable_count, 0);
    plan_free(plan);
    config_fixture_model(
        "marts", "names",
        "{% set which = 'count' %}select {{ var(which) }} from {{ ref('stg_users') }}");
    plan = config_fixture_plan("");
    check_int(order_of(plan, "names")->variable_count, 3);
    plan_free(plan);
}

TEST("an embedded server's address becomes an option of its connection")
{
    struct order_server servers[] = {{"other", "x:1"}, {"broker", "localhost:9"}};

    write_pipeline();
    struct plan *plan = config_fixture_plan("");
    struct order_connection broker = order_connection_of(
        pipeline_connection(plan->pipeline, "broker"), servers, 2, &plan->arena);
    check_int(broker.option_count, 1);
    check_str(broker.options[0].name, "brokers");
    check_str(broker.options[0].text, "localhost:9");
    plan_free(plan);
}

TEST("the hash changes with what changes the table")
{
    static const struct {
        const char *file, *text;
    } changes[] = {
        {"assets/marts/top.toml", "materialized = \"view\"\n[columns.id]\ntype = \"bigint\"\n"
                                  "checks = [\"not_null\", { relationships = \"users.id\" }]\n"},
        {"assets/marts/top.toml", "materialized = \"table\"\n[columns.id]\ntype = \"integer\"\n"
                                  "checks = [\"not_null\", { relationships = \"users.id\" }]\n"},
        {"assets/marts/top.toml", "materialized = \"table\"\n[columns.id]\ntype = \"bigint\"\n"
                                  "checks = [\"not_null\"]\n"},
        {"assets/marts/top.toml", "materialized = \"table\"\nunique_key = \"id\"\n[columns.id]\n"
                                  "type = \"bigint\"\n"
                                  "checks = [\"not_null\", { relationships = \"users.id\" }]\n"},
    };

    write_pipeline();
    const char *before = hash_of("top");
    check_str(hash_of("top"), before);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        config_fixture_write(changes[i].file, changes[i].text);
        check(strcmp(hash_of("top"), before) != 0);
        write_pipeline();
        check_str(hash_of("top"), before);
    }
}

TEST("the hash does not change with what only says where, when or why")
{
    write_pipeline();
    const char *top = hash_of("top"), *names = hash_of("names");

    config_fixture_write("assets/marts/top.toml",
                         "description = \"why\"\ntags = [\"nightly\"]\nmaterialized = \"table\"\n"
                         "[columns.id]\ntype = \"bigint\"\ndescription = \"what\"\n"
                         "checks = [\"not_null\", { relationships = \"users.id\" }]\n");
    check_str(hash_of("top"), top);
    config_fixture_model("marts", "another", "select 1");
    check_str(hash_of("top"), top);
    config_fixture_model("marts", "top", "select * from {{ ref('names') }} where true");
    check_str(hash_of("top"), top); /* the template is hashed where it is rendered */
    check_str(hash_of("names"), names);
}

TEST("a seed's hash changes with its rows")
{
    config_fixture_write("assets/seeds/codes.toml", "kind = \"seed\"\n");
    config_fixture_write("assets/seeds/codes.csv", "code\nDE\n");
    const char *before = hash_of("codes");
    config_fixture_write("assets/seeds/codes.csv", "code\nDE\nFR\n");
    check(strcmp(hash_of("codes"), before) != 0);
}

static void write_settings(const char *sql, const char *tag)
{
    char text[256];

    snprintf(text, sizeof text,
             "materialized = \"incremental\"\nstrategy = \"delete_insert\"\nunique_key = \"id\"\n"
             "tags = [\"%s\"]\n",
             tag);
    config_fixture_model("marts", "set", sql);
    config_fixture_write("assets/marts/set.toml", text);
}

TEST("an order says what config.get() reads: the file's own names, and dbt's")
{
    write_settings("select 1 as id", "daily");
    struct plan *plan = config_fixture_plan("");

    check_str(order_of(plan, "set")->config,
              "{\"tags\":[\"daily\"],\"materialized\":\"incremental\","
              "\"strategy\":\"delete_insert\",\"unique_key\":[\"id\"],"
              "\"incremental_strategy\":\"delete_insert\",\"schema\":\"marts\",\"alias\":\"set\"}");
    check_str(order_of(plan, "set")->target, "dev");
    plan_free(plan);
}

TEST("tags make an asset another one only if its SQL reads settings")
{
    write_settings("select 1 as id", "daily");
    const char *before = hash_of("set");
    write_settings("select 1 as id", "weekly");
    check_str(hash_of("set"), before);

    write_settings("select '{{ config.get('tags')[0] }}' as id", "daily");
    before = hash_of("set");
    write_settings("select '{{ config.get('tags')[0] }}' as id", "weekly");
    check(strcmp(hash_of("set"), before) != 0);
}
