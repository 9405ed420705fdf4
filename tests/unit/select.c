/*
 * Selections: the grammar against what it says, and against a naive reading of it on random graphs.
 */
#include "config_fixture.h"
#include "test.h"

#include "graph/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* a ─▶ b ─▶ d ─▶ e and a ─▶ c ─▶ d; f ─▶ e; g alone. b, d are tagged "live", f "live" and "slow". */
static void write_small(void)
{
    config_fixture_model("one", "a", "select 1");
    config_fixture_model("one", "b", "select * from {{ ref('a') }}");
    config_fixture_write("assets/one/b.toml", "tags = [\"live\"]\n");
    config_fixture_model("one", "c", "select * from {{ ref('a') }}");
    config_fixture_model("two", "d", "select * from {{ ref('b') }}, {{ ref('c') }}");
    config_fixture_write("assets/two/d.toml", "tags = \"live\"\n");
    config_fixture_model("two/deep", "e", "select * from {{ ref('d') }}, {{ ref('f') }}");
    config_fixture_write("assets/one/f.toml", "kind = \"seed\"\ntags = [\"live\", \"slow\"]\n");
    config_fixture_write("assets/one/f.csv", "x\n1\n");
    config_fixture_model("one", "g", "select 1");
}

static struct plan *plan_of(const char *const *texts, size_t count, const char *const *excluded,
                            size_t excluded_count)
{
    struct request request = {
        .select = (const char **)(uintptr_t)texts,
        .select_count = count,
        .exclude = (const char **)(uintptr_t)excluded,
        .exclude_count = excluded_count,
    };

    return config_fixture_plan_of(&request);
}

/* The names that are selected, in alphabetical order, or the problem. One text each. */
static const char *selected(const char *text, const char *excluded)
{
    struct plan *plan = plan_of(&text, text != NULL, &excluded, excluded != NULL);
    char names[256] = "";

    for (char c = 'a'; plan->problems.count == 0 && c <= 'z'; c++) {
        const struct asset *asset = graph_find(plan->graph, (char[]){c, '\0'});
        if (asset != NULL && plan->is_selected[asset->order])
            snprintf(names + strlen(names), sizeof names - strlen(names), "%c", c);
    }
    const char *result =
        config_fixture_keep(plan->problems.count > 0 ? plan->problems.items[0].message : names);
    plan_free(plan);
    return result;
}

TEST("each selection means what the grammar says")
{
    static const struct {
        const char *text, *names;
    } cases[] = {
        {NULL, "abcdefg"},
        {"*", "abcdefg"},
        {"a", "a"},
        {"one.a", "a"},
        {"one.*", "abcfg"},
        {"two_deep.e", "e"},
        {"[bc]", "bc"},
        {"?", "abcdefg"},
        {"a b", "ab"},
        {"  a   b  ", "ab"},
        {"a,a", "a"},
        {"+d", "abcd"},
        {"1+d", "bcd"},
        {"0+d", "d"},
        {"2+d", "abcd"},
        {"99999999999999999999+d", "abcd"},
        {"a+", "abcde"},
        {"a+0", "a"},
        {"a+1", "abc"},
        {"a+2", "abcd"},
        {"1+d+1", "bcde"},
        {"+d+", "abcde"},
        {"+b+1", "abd"},
        {"@b", "abcdef"},
        {"@g", "g"},
        {"@f", "abcdef"},
        {"@c", "abcdef"},
        {"tag:live", "bdf"},
        {"tag:l*", "bdf"},
        {"tag:slow+", "ef"},
        {"tag:live,tag:slow", "f"},
        {"tag:live,kind:model", "bd"},
        {"tag:live,kind:model a", "abd"},
        {"+d,a+", "abcd"},
        {"+d,f+ g,g", "no asset is meant by \"+d,f+\": each part means some, but none is meant by "
                      "all of them"},
        {"group:two", "d"},
        {"group:two*", "de"},
        {"kind:seed", "f"},
        {"kind:s*", "f"},
        {"path:assets/one", "abcfg"},
        {"path:assets/one/", "abcfg"},
        {"path:./assets/two", "de"},
        {"path:two", "de"},
        {"path:two/deep", "e"},
        {"two/*", "de"},
        {"two/*.sql", "d"},
        {"assets/one/a.sql", "a"},
        {"one/f.csv", "f"},
        {"one/f.toml", "f"},
        {"path:assets", "abcdefg"},
        {"path:*/[ab].sql", "ab"},
        {"+two/d.sql", "abcd"},
        {"1+tag:slow+1", "ef"},
    };

    write_small();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_str(selected(cases[i].text, NULL), cases[i].names);
}

TEST("exclusions take away what they mean")
{
    write_small();
    check_str(selected(NULL, "tag:live"), "aceg");
    check_str(selected("+d", "b"), "acd");
    check_str(selected("+d", "b c"), "ad");
    check_str(selected("+d", "b,tag:live"), "acd");
    check_str(selected("a+", "@b"), "nothing is left: exclude takes away all that is selected");
    check_str(selected("g", "a"), "g");
    check_str(selected("g", "h"), "exclude: no asset is meant by \"h\": did you mean \"a\"?");

    static const char *const texts[] = {"a", "+d", "g"}, *const excluded[] = {"b", "one.c g"};
    struct plan *plan = plan_of(texts, 3, excluded, 2);
    check_int(plan->selected_count, 2);
    check(plan->is_selected[graph_find(plan->graph, "a")->order]);
    check(plan->is_selected[graph_find(plan->graph, "d")->order]);
    plan_free(plan);
}

TEST("a slip of the pen is said with its place and what may have been meant")
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "no asset is meant by \"\": aorta ls shows what there is"},
        {"  ", "selection \"  \", column 3: a name is missing"},
        {"+", "\"+\": a name is missing, as in +NAME, 2+NAME, NAME+, NAME+2 or @NAME"},
        {"2+", "\"2+\": a name is missing, as in +NAME, 2+NAME, NAME+, NAME+2 or @NAME"},
        {"@", "\"@\": a name is missing, as in +NAME, 2+NAME, NAME+, NAME+2 or @NAME"},
        {"++", "\"++\": a name is missing, as in +NAME, 2+NAME, NAME+, NAME+2 or @NAME"},
        {"a @",
         "selection \"a @\", column 3: \"@\": a name is missing, as in +NAME, 2+NAME, NAME+, "
         "NAME+2 or @NAME"},
        {"a,", "selection \"a,\", column 3: a name is missing"},
        {",a", "selection \",a\", column 1: a name is missing"},
        {"a b,,c", "selection \"a b,,c\", column 5: a name is missing"},
        {"a nowhere",
         "selection \"a nowhere\", column 3: no asset is meant by \"nowhere\": aorta ls "
         "shows what there is"},
        {"ä é,a", "selection \"ä é,a\", column 1: no asset is meant by \"ä\": aorta ls shows what "
                  "there is"},
        {"a,é,ü", "selection \"a,é,ü\", column 3: no asset is meant by \"é\": aorta ls shows what "
                  "there is"},
        {"tag:lve", "no asset is meant by \"tag:lve\": did you mean \"tag:live\"?"},
        {"kind:sede", "no asset is meant by \"kind:sede\": did you mean \"kind:seed\"?"},
        {"kind:snapshot", "no asset is meant by \"kind:snapshot\": aorta ls shows what there is"},
        {"group:tow", "no asset is meant by \"group:tow\": did you mean \"group:two\"?"},
        {"tags:live", "\"tags:live\": there is no \"tags:\": did you mean \"tag:\"?"},
        {"x:y", "\"x:y\": there is no \"x:\": assets are selected by name, tag:, group:, kind: and "
                "path:"},
        {"a,resource_type:model",
         "selection \"a,resource_type:model\", column 3: \"resource_type:model\": there is no "
         "\"resource_type:\": assets are selected by name, tag:, group:, kind: and path:"},
        {"assets/one/a.sq",
         "no asset is meant by \"assets/one/a.sq\": did you mean \"path:assets/one/a.sql\"?"},
        {"@a+", "\"@a+\": \"@\" means all below and all above that: leave out the \"+\""},
        {"@1+a", "\"@1+a\": \"@\" means all below and all above that: leave out the \"+\""},
        {"a+x", "no asset is meant by \"a+x\": aorta ls shows what there is"},
        {"one", "no asset is meant by \"one\": aorta ls shows what there is"},
    };

    write_small();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_str(selected(cases[i].text, NULL), cases[i].message);
}

/* --------------------------------------------------------------------------- random graphs */

enum { MOST = 24, TAGS = 3 };

static struct {
    struct arena arena;
    struct pipeline pipeline;
    struct graph graph;
    struct asset assets[MOST];
    const char *tags[MOST][TAGS];
    bool is_parent[MOST][MOST]; /* [child][parent] */
} world;

static unsigned pick(unsigned below)
{
    return (unsigned)rand() % below; /* NOLINT(cert-msc30-c,cert-msc50-cpp): any numbers do */
}

static void make_world(void)
{
    static const char *const tag_names[TAGS] = {"x", "y", "z"};

    arena_release(&world.arena);
    memset(&world, 0, sizeof world);
    arena_init(&world.arena);
    world.pipeline.arena = &world.arena;
    world.pipeline.assets = "assets";
    world.graph.pipeline = &world.pipeline;
    world.graph.count = 1 + pick(MOST);
    world.graph.assets = arena_calloc(&world.arena, MOST, sizeof(struct asset *));
    for (size_t i = 0; i < world.graph.count; i++) {
        struct asset *asset = &world.assets[i];
        world.graph.assets[i] = asset;
        asset->order = i;
        asset->name = arena_printf(&world.arena, "n%zu", i);
        asset->group = pick(2) ? "g" : "h";
        asset->key = arena_printf(&world.arena, "%s.n%zu", asset->group, i);
        asset->file = arena_printf(&world.arena, "assets/%s/n%zu.sql", asset->group, i);
        asset->kind = (enum asset_kind)pick(ASSET_KINDS);
        asset->tags.items = world.tags[i];
        for (size_t tag = 0; tag < TAGS; tag++)
            if (pick(3) == 0)
                world.tags[i][asset->tags.count++] = tag_names[tag];
        asset->parents = arena_calloc(&world.arena, MOST, sizeof(struct asset *));
        asset->children = arena_calloc(&world.arena, MOST, sizeof(struct asset *));
        for (size_t parent = 0; parent < i; parent++) {
            if (pick(5) != 0)
                continue;
            world.is_parent[i][parent] = true;
            asset->parents[asset->parent_count++] = &world.assets[parent];
            world.assets[parent].children[world.assets[parent].child_count++] = asset;
        }
    }
}

/* Adds everything that is `levels` steps away or less; recursion without any cleverness. */
static void reach(size_t from, int levels, bool up, bool *set)
{
    set[from] = true;
    for (size_t i = 0; levels > 0 && i < world.graph.count; i++)
        if (up ? world.is_parent[from][i] : world.is_parent[i][from])
            reach(i, levels - 1, up, set);
}

struct choice {
    char text[64];
    bool set[MOST];
};

enum form { NAME, KEY, TAG, GROUP, KIND, NAMES, FOLDER, ALL, FORMS };

/* A word of that form, and what it means. */
static void choose_word(char *word, size_t size, bool *base)
{
    enum form form = (enum form)pick(FORMS);
    unsigned number = pick((unsigned)world.graph.count);
    const char *group = pick(2) ? "g" : "h", *tag = (const char *[]){"x", "y", "z"}[pick(3)];
    const char *kind = asset_kind_names[pick(ASSET_KINDS)];

    switch (form) {
    case NAME: snprintf(word, size, "n%u", number); break;
    case KEY: snprintf(word, size, "%s.n%u", world.assets[number].group, number); break;
    case TAG: snprintf(word, size, "tag:%s", tag); break;
    case GROUP: snprintf(word, size, "group:%s", group); break;
    case KIND: snprintf(word, size, "kind:%s", kind); break;
    case NAMES: snprintf(word, size, "n%u*", number); break;
    case FOLDER: snprintf(word, size, "assets/%s", group); break;
    case ALL:
    case FORMS: snprintf(word, size, "*"); break;
    }
    for (size_t i = 0; i < world.graph.count; i++) {
        const struct asset *asset = &world.assets[i];
        for (size_t j = 0; form == TAG && j < asset->tags.count; j++)
            base[i] = base[i] || strcmp(asset->tags.items[j], tag) == 0;
        if (form == GROUP || form == FOLDER)
            base[i] = strcmp(asset->group, group) == 0;
        else if (form == KIND)
            base[i] = strcmp(asset_kind_names[asset->kind], kind) == 0;
        else if (form == NAMES)
            base[i] = strncmp(asset->name, word, strlen(word) - 1) == 0;
        else if (form != TAG)
            base[i] = form == ALL || i == number;
    }
}

/* One atom as text, and what it means by the naive reading. */
static void choose_atom(struct choice *choice)
{
    enum { ALL_LEVELS = 3 };
    bool base[MOST] = {false}, has_above = pick(3) == 0, has_below = pick(3) == 0;
    bool at = !has_above && !has_below && pick(3) == 0;
    int above = has_above ? (int)pick(4) : 0, below = has_below ? (int)pick(4) : 0;
    char word[32], before[8] = "", after[8] = "";

    memset(choice, 0, sizeof *choice);
    choose_word(word, sizeof word, base);
    if (has_above)
        snprintf(before, sizeof before, above == ALL_LEVELS ? "+" : "%d+", above);
    if (has_below)
        snprintf(after, sizeof after, below == ALL_LEVELS ? "+" : "+%d", below);
    snprintf(choice->text, sizeof choice->text, "%s%s%s%s", at ? "@" : "", before, word, after);
    for (size_t i = 0; i < world.graph.count; i++) {
        bool down[MOST] = {false};
        if (!base[i])
            continue;
        reach(i, above == ALL_LEVELS ? MOST : above, true, choice->set);
        reach(i, at || below == ALL_LEVELS ? MOST : below, false, down);
        for (size_t j = 0; j < world.graph.count; j++) {
            choice->set[j] = choice->set[j] || down[j];
            if (at && down[j])
                reach(j, MOST, true, choice->set);
        }
    }
}

static bool is_empty(const bool *set)
{
    for (size_t i = 0; i < world.graph.count; i++)
        if (set[i])
            return false;
    return true;
}

/* Terms of atoms as text; true and the set, or false when some part means nothing. */
static bool choose_text(char *text, size_t size, bool *set)
{
    bool is_good = true;

    text[0] = '\0';
    for (unsigned terms = 1 + pick(3); terms-- > 0;) {
        bool term[MOST];
        memset(term, true, sizeof term);
        for (unsigned atoms = 1 + pick(2); atoms-- > 0;) {
            struct choice choice;
            choose_atom(&choice);
            is_good = is_good && !is_empty(choice.set);
            for (size_t i = 0; i < MOST; i++)
                term[i] = term[i] && choice.set[i];
            size_t used = strlen(text);
            snprintf(text + used, size - used, "%s%s", choice.text,
                     atoms > 0   ? ","
                     : terms > 0 ? " "
                                 : "");
        }
        is_good = is_good && !is_empty(term);
        for (size_t i = 0; i < MOST; i++)
            set[i] = set[i] || term[i];
    }
    return is_good;
}

TEST("random selections of random graphs are what a naive reading says")
{
    int agreed = 0;

    srand(7); /* NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time */
    for (int round = 0; round < 20000; round++) {
        bool set[MOST] = {false}, out[MOST] = {false}, got[MOST] = {false};
        char text[512], exclusion[512];
        if (round % 20 == 0)
            make_world();
        bool is_good = choose_text(text, sizeof text, set), excludes = pick(3) == 0;
        if (excludes)
            is_good = choose_text(exclusion, sizeof exclusion, out) && is_good;
        for (size_t i = 0; i < MOST; i++)
            set[i] = set[i] && !out[i];
        is_good = is_good && !is_empty(set);
        const char *texts[] = {text}, *excluded[] = {exclusion};
        const struct selection selection = {texts, 1, excluded, excludes};
        struct err err;
        int result =
            select_assets(&world.graph, &selection, world.graph.pipeline->arena, got, &err);
        if ((result == 0) != is_good)
            test_fail(__FILE__, __LINE__, "round %d: \"%s\" --exclude \"%s\": %d", round, text,
                      excludes ? exclusion : "", result);
        if (result == 0 && memcmp(set, got, sizeof set) != 0)
            test_fail(__FILE__, __LINE__, "round %d: \"%s\" --exclude \"%s\" differs", round, text,
                      excludes ? exclusion : "");
        agreed += is_good;
    }
    check(agreed > 5000); /* else the numbers above try nothing */
    arena_release(&world.arena);
}
