/*
 * From files to a graph: assets, what they depend on, their order, and selections of them.
 */
#include "config_fixture.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct asset *find(struct plan *plan, const char *name)
{
    const struct asset *asset = graph_find(plan->graph, name);

    if (asset == NULL)
        test_fail(__FILE__, __LINE__, "there is no asset %s", name);
    return asset;
}

static const char *path_of(const char *folder, const char *name)
{
    static char path[4096];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* "raw.users raw.orders": the asset's parents, by key. */
static const char *parents(const struct asset *asset)
{
    static char list[1024];
    size_t used = 0;

    list[0] = '\0';
    for (size_t i = 0; i < asset->parent_count; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? " " : "",
                                 asset->parents[i]->key);
    return list;
}

/* A small pipeline of each kind: generators fill tables and a topic, a stream and sources bring
 * them in, a seed, models and a snapshot stand on them. */
static void write_all_kinds(void)
{
    config_fixture_write("assets/gen/make_users.toml",
                         "kind = \"generator\"\nfrom = { connection = \"oltp\", stream = \"u\" }\n"
                         "into = { connection = \"oltp\", table = \"users\" }\n");
    config_fixture_write("assets/gen/make_events.toml",
                         "kind = \"generator\"\nfrom = { connection = \"oltp\", stream = \"e\" }\n"
                         "into = { connection = \"broker\", topic = \"t\" }\n"
                         "[inputs]\nusers = { connection = \"oltp\", table = \"users\" }\n");
    config_fixture_write("assets/lake/events_lake.toml",
                         "kind = \"stream\"\ntags = [\"live\"]\n"
                         "from = { connection = \"broker\", topic = \"t\" }\n"
                         "into = { connection = \"files\", topic = \"t\" }\n"
                         "time = { unit = \"log\" }\n");
    config_fixture_write("assets/raw/events.toml",
                         "kind = \"source\"\nfrom = { connection = \"files\", topic = \"t\" }\n");
    config_fixture_write(
        "assets/raw/users.toml",
        "kind = \"source\"\ninto = \"landing.people\"\n"
        "from = { connection = \"oltp\", table = \"users\", mode = \"cdc_append\" }\n"
        "[columns.country]\nchecks = [{ relationships = \"countries.code\" }]\n");
    config_fixture_write("assets/seeds/countries.toml", "kind = \"seed\"\n");
    config_fixture_write("assets/seeds/countries.csv", "code\nDE\n");
    config_fixture_model("marts", "fct",
                         "select * from {{ new_rows(ref('events')) }} join {{ source('landing', "
                         "'people') }} using (id) join {{ ref('dim') }} using (id)");
    config_fixture_model("marts", "dim", "select * from {{ ref('users') }}");
    config_fixture_write(
        "assets/marts/dim.toml",
        "kind = \"snapshot\"\ntags = [\"nightly\", \"live\"]\nunique_key = \"id\"\n"
        "changed_at = \"at\"\nsurrogate_key = \"key\"\n");
}

TEST("assets depend on what they refer to, on what writes what they read, and on their checks")
{
    write_all_kinds();
    check_str(config_fixture_problems(), "");
    struct plan *plan = config_fixture_plan("");
    check_str(parents(find(plan, "make_users")), "");
    check_str(parents(find(plan, "make_events")), "gen.make_users");
    check_str(parents(find(plan, "events_lake")), "gen.make_events");
    check_str(parents(find(plan, "events")), "lake.events_lake");
    check_str(parents(find(plan, "users")), "seeds.countries gen.make_users");
    check_str(parents(find(plan, "dim")), "landing.people");
    check_str(parents(find(plan, "fct")), "raw.events marts.dim landing.people");
    check_int(find(plan, "fct")->sql_input_count, 3);
    check_int(find(plan, "users")->sql_input_count, 0);
    check(find(plan, "landing.people") == find(plan, "users"));
    plan_free(plan);
}

TEST("parents come first, and the same files give the same order")
{
    write_all_kinds();
    struct plan *plan = config_fixture_plan("");
    for (size_t i = 0; i < plan->graph->count; i++) {
        const struct asset *asset = plan->graph->assets[i];
        check_int(asset->order, i);
        for (size_t j = 0; j < asset->parent_count; j++)
            check(asset->parents[j]->order < i);
        for (size_t j = 0; j < asset->child_count; j++)
            check(asset->children[j]->order > i);
    }
    plan_free(plan);
    check_str(config_fixture_selected(""),
              "gen.make_users seeds.countries gen.make_events landing.people lake.events_lake "
              "marts.dim raw.events marts.fct");
}

TEST("a long chain and a wide, dense graph are put in order")
{
    char name[16], sql[8192];

    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "m%03d", i);
        size_t used = (size_t)snprintf(sql, sizeof sql, "select 1");
        for (int j = i - 40 < 0 ? 0 : i - 40; j < i; j++)
            used += (size_t)snprintf(sql + used, sizeof sql - used, " {{ ref('m%03d') }}", j);
        config_fixture_model("x", name, sql);
    }
    struct plan *plan = config_fixture_plan("m299");
    check_int(plan->problems.count, 0);
    check_int(plan->graph->count, 300);
    check_int(plan->selected_count, 1);
    for (size_t i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "m%03zu", i);
        check_str(plan->graph->assets[i]->name, name);
    }
    plan_free(plan);
}

TEST("a circle is named, whole")
{
    config_fixture_model("x", "a", "select * from {{ ref('c') }}");
    config_fixture_model("x", "b", "select * from {{ ref('a') }}");
    config_fixture_model("x", "c", "select * from {{ ref('b') }}");
    config_fixture_model("x", "leaf", "select * from {{ ref('c') }}");
    const char *lines = config_fixture_problems();
    check_contains(lines, "assets depend on each other in a circle: ");
    check(strstr(lines, "a ← c ← b ← a") != NULL || strstr(lines, "b ← a ← c ← b") != NULL ||
          strstr(lines, "c ← b ← a ← c") != NULL);
    check(strstr(lines, "leaf") == NULL);
    config_fixture_model("x", "c", "select * from {{ ref('c') }}");
    check_contains(config_fixture_problems(), "circle: c ← c");
}

TEST("a reference to nothing has its place and a suggestion")
{
    config_fixture_model("raw", "users", "select 1");
    config_fixture_model("x", "a", "select 1\nfrom {{ ref('user') }}, {{ source('raw', 'usrs') }}");
    config_fixture_write("assets/x/b.toml", "tags = []\ndepends_on = [\"nothing_like_it\"]\n"
                                            "checks = [{ relationships = \"zzzzz.id\" }]\n");
    config_fixture_model("x", "b", "select {{ ref(name) }}");
    const char *lines = config_fixture_problems();
    check_contains(lines,
                   "assets/x/a.sql:2:9: there is no asset \"user\": did you mean \"users\"?\n");
    check_contains(lines, "assets/x/a.sql:2:");
    check_contains(lines, "there is no asset \"raw.usrs\"");
    check_contains(lines, "assets/x/b.toml:2:1: there is no asset \"nothing_like_it\"\n");
    check_contains(lines, "assets/x/b.sql:1:11: ref needs its name as plain text");
}

TEST("what has no table cannot be referred to")
{
    write_all_kinds();
    config_fixture_model("marts", "fct", "select * from {{ ref('events_lake') }}");
    check_contains(
        config_fixture_problems(),
        "assets/marts/fct.sql:1:18: events_lake is a stream: it has no table to refer to");
}

TEST("names are unique, and so are the tables they become")
{
    config_fixture_model("a", "one", "select 1");
    config_fixture_model("b", "one", "select 1");
    config_fixture_model("b", "two", "select 1");
    config_fixture_model("b", "three", "select 1");
    config_fixture_write("assets/b/three.toml", "into = \"b.two\"\n");
    config_fixture_model("c", "TWO", "select 1");
    config_fixture_write("assets/c/TWO.toml", "into = \"B.two\"\n");
    const char *lines = config_fixture_problems();
    check_contains(lines,
                   "assets/b/one.sql:1:1: there is an asset one already, in assets/a/one.sql");
    check_contains(lines, "two writes b.two, and so does assets/b/three.toml");
    check_contains(lines, "differs from b.two only by capital letters");
}

TEST("an asset's files are where its name says, hidden ones and others are passed over")
{
    config_fixture_model("marts/daily", "sums", "select 1");
    config_fixture_write("assets/top.sql", "select 1");
    config_fixture_write("assets/.hidden/x.sql", "select 1");
    config_fixture_write("assets/marts/notes.md", "select 1");
    config_fixture_write("assets/marts/data.csv", "a\n");
    check_str(config_fixture_selected(""), "main.top marts_daily.sums");
}

TEST("a file and a folder may be a link, and settings are beside their SQL whatever stands between")
{
    const char *folder = config_fixture_folder();

    config_fixture_model("x", "a", "select 1");
    config_fixture_model("x", "a_b", "select 2");
    config_fixture_write("assets/x/a.toml", "materialized = \"table\"\n");
    config_fixture_write("elsewhere/c.sql", "select 3");
    config_fixture_write("assets/x/d.toml", "materialized = \"table\"\n");
    check_int(symlink("../elsewhere", config_fixture_keep(path_of(folder, "assets/y"))), 0);
    check_int(symlink("a.sql", config_fixture_keep(path_of(folder, "assets/x/d.sql"))), 0);
    check_int(symlink("nowhere.sql", config_fixture_keep(path_of(folder, "assets/x/e.sql"))), 0);
    check_str(config_fixture_selected(""), "x.a x.a_b x.d y.c");
}

TEST("a body that is missing, that is no text, or that is no template is a problem")
{
    config_fixture_write("assets/x/a.toml", "kind = \"seed\"\n");
    config_fixture_write("assets/x/b.toml", "materialized = \"table\"\n");
    config_fixture_model("x", "c", "select\n'\xe9'");
    config_fixture_model("x", "d", "select {{ 1 + }}");
    const char *lines = config_fixture_problems();
    check_contains(lines, "assets/x/a.toml:1:1: seed a has no file assets/x/a.csv\n");
    check_contains(lines, "assets/x/b.toml:1:1: model b has no file assets/x/b.sql\n");
    check_contains(lines, "assets/x/c.sql:2: byte 0xe9 is no text: the file must be UTF-8\n");
    check_contains(lines, "assets/x/d.sql:1:15: ");
}

TEST("what its kind needs and what it cannot have is said")
{
    config_fixture_write("assets/x/a.toml", "kind = \"source\"\n");
    config_fixture_write("assets/x/b.toml",
                         "kind = \"source\"\nfrom = { connection = \"oltp\", table = \"t\" }\n");
    config_fixture_write("assets/x/c.toml", "kind = \"stream\"\n");
    config_fixture_write("assets/x/d.toml", "materialized = \"incremental\"\n"
                                            "strategy = \"delete_insert\"\n"
                                            "from = { connection = \"oltp\", table = \"t\" }\n");
    config_fixture_model("x", "d", "select 1");
    config_fixture_write("assets/x/e.toml", "kind = \"nonsense\"\nunknown = 1\n");
    config_fixture_model("x", "f", "select * from {{ ref('e') }}");
    config_fixture_write("assets/x/g.toml", "into = \"no_schema\"\nform = {}\n");
    config_fixture_model("x", "g", "select 1");
    const char *lines = config_fixture_problems();
    check_contains(lines, "assets/x/a.toml:1:1: a source needs from = ");
    check_contains(lines, "assets/x/b.toml:2:1: a source needs cursor in from for the mode "
                          "incremental_append\n");
    check_contains(lines, "assets/x/c.toml:1:1: a stream needs time = ");
    check_contains(lines, "assets/x/d.toml:2:1: a model needs unique_key for the strategy");
    check_contains(lines, "assets/x/d.toml:3:1: a model has no from\n");
    check_contains(lines, "assets/x/e.toml:1:1: kind must be one of seed, generator");
    check(strstr(lines, "\"e\"") == NULL && strstr(lines, "assets/x/e.toml:2") == NULL);
    check_contains(lines,
                   "assets/x/g.toml:1:1: into must be \"schema.table\", not \"no_schema\"\n");
    check_contains(lines, "assets/x/g.toml:2:1: unknown key \"form\": did you mean \"from\"?\n");
}

TEST("a connection must be there and able to do what is wanted of it")
{
    config_fixture_write("assets/x/a.toml", "connection = \"files\"\n");
    config_fixture_model("x", "a", "select 1");
    config_fixture_write("assets/x/b.toml",
                         "kind = \"source\"\nfrom = { connection = \"broker\", table = \"t\" }\n");
    config_fixture_write("assets/x/c.toml",
                         "kind = \"stream\"\nfrom = { connection = \"oltp\", topic = \"t\" }\n"
                         "into = { connection = \"warehouse\", topic = \"t\" }\n"
                         "time = { unit = \"s\", field = \"t\" }\n");
    config_fixture_write("assets/x/d.toml", "connection = \"nowhere\"\n");
    config_fixture_model("x", "d", "select 1");
    check_str(config_fixture_problems(),
              "assets/x/a.toml:1:1: connection files: connector lake is no warehouse\n"
              "assets/x/b.toml:2:1: connection broker: connector log gives no rows\n"
              "assets/x/c.toml:2:1: connection oltp: connector base has no topics\n"
              "assets/x/c.toml:3:1: connection warehouse: connector duck is no lake\n"
              "assets/x/d.toml:1:1: there is no connection \"nowhere\" in target dev\n");
}

TEST("numbers that make no sense are refused")
{
    config_fixture_write("assets/x/a.toml", "kind = \"seed\"\ndelimiter = \"||\"\n");
    config_fixture_write("assets/x/a.csv", "a\n");
    config_fixture_write("assets/x/b.toml",
                         "kind = \"generator\"\nfrom = { connection = \"oltp\", stream = \"u\" }\n"
                         "into = { connection = \"broker\", topic = \"t\", partitions = 0 }\n");
    config_fixture_write("assets/x/c.toml",
                         "kind = \"stream\"\nfrom = { connection = \"broker\", topic = \"z\" }\n"
                         "into = { connection = \"files\", topic = \"z\" }\n"
                         "time = { unit = \"log\" }\nflush = { records = 0 }\n");
    check_str(config_fixture_problems(),
              "assets/x/a.toml:2:1: delimiter must be one character, not \"||\"\n"
              "assets/x/b.toml:3:1: partitions must be at least 1\n"
              "assets/x/c.toml:5:1: flush: records, size and interval must be at least 1\n");
}

/* ------------------------------------------------------------------------------------- selection */

TEST("an asset is selected by its name, key, tag, group or kind")
{
    write_all_kinds();
    check_str(config_fixture_selected("users"), "landing.people");
    check_str(config_fixture_selected("landing.people"), "landing.people");
    check_str(config_fixture_selected("tag:live"), "lake.events_lake marts.dim");
    check_str(config_fixture_selected("group:raw"), "landing.people raw.events");
    check_str(config_fixture_selected("kind:generator"), "gen.make_users gen.make_events");
    check_str(config_fixture_selected("*"), config_fixture_selected(""));
}

TEST("plus signs mean what is above and below")
{
    write_all_kinds();
    check_str(config_fixture_selected("+users"), "gen.make_users seeds.countries landing.people");
    check_str(config_fixture_selected("users+"), "landing.people marts.dim marts.fct");
    check_str(config_fixture_selected("+events_lake+"),
              "gen.make_users gen.make_events lake.events_lake raw.events marts.fct");
    check_str(config_fixture_selected("+tag:nightly"),
              "gen.make_users seeds.countries landing.people marts.dim");
    check_str(config_fixture_selected("events+ countries"), "seeds.countries raw.events marts.fct");
    check_str(config_fixture_selected("+*"), config_fixture_selected(""));
}

TEST("what selects nothing is an error, with a suggestion where there is one")
{
    static const struct {
        const char *selection, *part;
    } bad[] = {
        {"user", "no asset is meant by \"user\": did you mean \"users\"?"},
        {"+user+", "no asset is meant by \"user\": did you mean \"users\"?"},
        {"users tag:never", "no asset is meant by \"tag:never\": aorta ls shows what there is"},
        {"group:", "no asset is meant by \"group:\""},
        {"kind:models", "no asset is meant by \"kind:models\""},
        {"+", "\"+\": a name is missing"},
        {"++users", "no asset is meant by \"+users\""},
        {"USERS", "no asset is meant by \"USERS\": did you mean \"users\"?"},
    };

    write_all_kinds();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct plan *plan = config_fixture_plan(bad[i].selection);
        check_int(plan->problems.count, 1);
        check_contains(plan->problems.items[0].message, bad[i].part);
        plan_free(plan);
    }
}

TEST("what others make is never a step")
{
    write_all_kinds();
    config_fixture_write("assets/theirs/rates.toml", "kind = \"external\"\n");
    config_fixture_model("marts", "fct", "select * from {{ ref('rates') }}");
    check_str(config_fixture_selected("+fct"), "marts.fct");
    check_str(config_fixture_selected("rates"), "");
}

TEST("a pipeline without assets, and one without their folder, say so")
{
    config_fixture_folder();
    check_contains(config_fixture_problems(), "assets: folder assets: No such file or directory");
    config_fixture_write("assets/readme.md", "");
    check_contains(config_fixture_problems(), "there is no asset in ");
}
