#include "schedule_world.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct plan *plan;
struct automation_fact *facts;
const struct automation_verdict *verdicts;
int64_t now;
static struct arena arena;

void model(const char *name, const char *parents, const char *lines)
{
    char sql[1024], file[64];
    size_t used = (size_t)snprintf(sql, sizeof sql, "select 1");

    for (const char *at = parents; *at != '\0'; at += strspn(at, " ")) {
        int size = (int)strcspn(at, " ");
        used += (size_t)snprintf(sql + used, sizeof sql - used, " {{ ref('%.*s') }}", size, at);
        at += size;
    }
    config_fixture_model("m", name, sql);
    snprintf(file, sizeof file, "assets/m/%s.toml", name);
    config_fixture_write(file, lines);
}

void begin_world(void)
{
    plan = config_fixture_plan("");
    if (plan->problems.count > 0)
        test_fail(__FILE__, __LINE__, "%s", plan->problems.items[0].message);
    facts = calloc(plan->graph->count, sizeof *facts);
    arena_init(&arena);
    now = MIDNIGHT;
}

void end_world(void)
{
    free(facts);
    arena_release(&arena);
    plan_free(plan);
}

struct automation_fact *fact(const char *name)
{
    return &facts[graph_find(plan->graph, name)->order];
}

void begin(const char *name)
{
    fact(name)->handled_us = ++now;
}

void publish(const char *name)
{
    struct automation_fact *is = fact(name);

    is->confirmed_us = is->handled_us;
    is->published_us = ++now;
    is->version = hash_mix((uint64_t)now);
    is->is_rejected = false;
}

void make(const char *names)
{
    char name[32];
    int size;

    for (const char *at = names; sscanf(at, "%31s%n", name, &size) == 1; at += size) {
        begin(name);
        publish(name);
    }
}

const char *due(void)
{
    static char list[1024];
    const struct automation_world world = {plan->graph, &plan->loaded->rules, facts, ++now};
    size_t used = 0, count;

    arena_reset(&arena);
    verdicts = automation_decide(&world, &arena, &count);
    list[0] = '\0';
    for (size_t i = 0; i < plan->graph->count; i++) {
        const struct automation_verdict *verdict = &verdicts[i];
        if (verdict->why == AUTOMATION_NOT)
            continue;
        count--;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s%s%s%s", used > 0 ? " " : "",
                                 plan->graph->assets[i]->name, verdict->because != NULL ? "(" : "",
                                 verdict->because != NULL ? verdict->because->name : "",
                                 verdict->because != NULL ? ")" : "");
    }
    check_int(count, 0);
    return list;
}

const char *waits(const char *name)
{
    const struct asset *asset = graph_find(plan->graph, name);

    due();
    return automation_describe_wait(asset, plan->loaded->rules.of[asset->order],
                                    &verdicts[asset->order], &arena);
}

void request(void)
{
    due();
    for (size_t i = 0; i < plan->graph->count; i++)
        if (verdicts[i].why != AUTOMATION_NOT) {
            facts[i].requested_us = now;
            facts[i].seen = verdicts[i].seen;
        }
}
