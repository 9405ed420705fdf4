/*
 * Each line of violations.tsv plants one thing that must not be, in a transaction that is rolled
 * back: exactly the checks that it names fail then, of all checks of the table and all those of other
 * tables that read it. On DuckDB, and on SQLite with the same rows, since a check means the same on
 * both.
 *
 * The calendar is one year long there; the two checks of its length are tried on the whole as well.
 *
 *     asset    the table that {table} stands for
 *     check    what must fail
 *     also     what inevitably fails with it; `why` says why
 *     sql      plants it
 *     sqlite   the same for SQLite where it must be said otherwise; "also" likewise, behind a "|"
 */
#include "healthy.h"

#include "base/file.h"
#include "model/snapshot.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 20, MAX_VIOLATIONS = 1000, MAX_NAMES = 100, CHECKS = 192 };

enum field { FIELD_ASSET, FIELD_CHECK, FIELD_ALSO, FIELD_SQL, FIELD_SQLITE, FIELD_WHY, FIELDS };

struct violation {
    const char *fields[FIELDS];
};

/* A sorted set of names. */
struct names {
    const char *items[MAX_NAMES];
    size_t count;
};

static int compare_names(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;

    return strcmp(*a, *b);
}

static void add_name(struct names *names, const char *name)
{
    check(names->count < MAX_NAMES);
    names->items[names->count++] = name;
}

/* "a b c", sorted. */
static const char *names_text(struct names *names, struct arena *arena)
{
    const char *text = "";

    qsort(names->items, names->count, sizeof *names->items, compare_names);
    for (size_t i = 0; i < names->count; i++)
        text = arena_printf(arena, "%s%s%s", text, i > 0 ? " " : "", names->items[i]);
    return text;
}

/* ----------------------------------------------------------------------------------------- table */

static size_t read_violations(struct arena *arena, struct violation *violations)
{
    struct buf text;
    struct err err;
    size_t count = 0;
    char *save = NULL;

    buf_init(&text);
    check_ok(
        file_read(AORTA_TEST_PIPELINE "/tests/checks/violations.tsv", FILE_LIMIT, &text, &err));
    strtok_r(text.data, "\n", &save); /* the header */
    for (char *line; (line = strtok_r(NULL, "\n", &save)) != NULL; count++) {
        check(count < MAX_VIOLATIONS);
        char *rest = arena_strdup(arena, line);
        for (int i = 0; i < FIELDS; i++) {
            violations[count].fields[i] = strsep(&rest, "\t");
            if (violations[count].fields[i] == NULL)
                test_fail(__FILE__, __LINE__, "violations.tsv:%zu: %d fields and not %d", count + 2,
                          i, FIELDS);
        }
        if (rest != NULL)
            test_fail(__FILE__, __LINE__, "violations.tsv:%zu: more than %d fields", count + 2,
                      FIELDS);
    }
    buf_release(&text);
    return count;
}

static const char *fill_in(struct arena *arena, const char *sql, const char *table)
{
    struct buf out;
    const char *at;

    buf_init(&out);
    while ((at = strstr(sql, "{table}")) != NULL) {
        buf_append(&out, sql, (size_t)(at - sql));
        buf_append_str(&out, table);
        sql = at + strlen("{table}");
    }
    buf_append_str(&out, sql);
    const char *text = arena_strndup(arena, out.data, out.size);
    buf_release(&out);
    return text;
}

/* "asset: check" of all that must fail, sorted. */
static const char *wanted_failures(const struct violation *violation, bool on_sqlite,
                                   struct arena *arena)
{
    struct names names = {.count = 0};
    char *also = arena_strdup(arena, violation->fields[FIELD_ALSO]);
    char *otherwise = strchr(also, '|'), *save = NULL;

    if (otherwise != NULL)
        *otherwise++ = '\0';
    add_name(&names, arena_printf(arena, "%s:%s", violation->fields[FIELD_ASSET],
                                  violation->fields[FIELD_CHECK]));
    for (char *name = strtok_r(on_sqlite && otherwise != NULL ? otherwise : also, " ", &save);
         name != NULL; name = strtok_r(NULL, " ", &save))
        add_name(&names, strchr(name, ':') != NULL
                             ? name
                             : arena_printf(arena, "%s:%s", violation->fields[FIELD_ASSET], name));
    return names_text(&names, arena);
}

/* ----------------------------------------------------------------------------------------- audit */

static void add_failures(struct healthy *healthy, const struct table *table, struct arena *arena,
                         struct names *names)
{
    struct check_result *results;
    struct err err;

    if (healthy_audit(healthy, table, arena, &results, &err) < 0) {
        add_name(names, arena_printf(arena, "%s: error: %s", table->asset, err.message));
        return;
    }
    for (size_t i = 0; i < table->check_count; i++)
        if (results[i].status != CHECK_PASSED)
            add_name(names, arena_printf(arena, "%s:%s", table->asset, results[i].check->name));
}

/* Plants it and looks; what failed, sorted. */
static const char *found_failures(struct healthy *healthy, const struct violation *violation,
                                  struct arena *arena)
{
    const struct table *planted = healthy_table(healthy, violation->fields[FIELD_ASSET]);
    bool on_sqlite = !healthy->session.dialect->has_schemas;
    const char *sql =
        violation->fields[on_sqlite && violation->fields[FIELD_SQLITE][0] != '\0' ? FIELD_SQLITE
                                                                                  : FIELD_SQL];
    struct names names = {.count = 0};
    int64_t affected = 0;
    struct err err;

    check_ok(session_begin(&healthy->session, true, &err));
    sql = fill_in(arena, sql, relation_sql(arena, healthy->session.dialect, &planted->relation));
    if (session_run(&healthy->session, sql, NULL, 0, &affected, &err) < 0)
        test_fail(__FILE__, __LINE__, "%s: %s", sql, err.message);
    if (affected == 0 && strncmp(sql, "alter ", 6) != 0 && strncmp(sql, "create ", 7) != 0)
        test_fail(__FILE__, __LINE__, "%s: there is no such row", sql);
    for (size_t i = 0; i < healthy->table_count; i++) {
        struct table table = healthy->tables[i];
        if (&healthy->tables[i] != planted)
            table = healthy_readers(&table, planted, arena);
        if (table.check_count > 0)
            add_failures(healthy, &table, arena, &names);
    }
    session_rollback(&healthy->session);
    return names_text(&names, arena);
}

static const char *all_failures(struct healthy *healthy, struct arena *arena)
{
    struct names names = {.count = 0};

    for (size_t i = 0; i < healthy->table_count; i++)
        add_failures(healthy, &healthy->tables[i], arena, &names);
    return names_text(&names, arena);
}

/* Plants those whose check's name begins so; "" all. How many. */
static size_t plant(struct healthy *healthy, const char *only)
{
    static struct violation violations[MAX_VIOLATIONS];
    size_t count = read_violations(&healthy->arena, violations), planted = 0;
    bool on_sqlite = !healthy->session.dialect->has_schemas;
    struct arena arena;
    int wrong = 0;

    arena_init(&arena);
    check_str(all_failures(healthy, &arena), "");
    for (size_t i = 0; i < count; i++) {
        arena_reset(&arena);
        if (strncmp(violations[i].fields[FIELD_CHECK], only, strlen(only)) != 0)
            continue;
        const char *wanted = wanted_failures(&violations[i], on_sqlite, &arena);
        const char *found = found_failures(healthy, &violations[i], &arena);
        planted++;
        if (strcmp(wanted, found) == 0)
            continue;
        wrong++;
        fprintf(stderr, "violations.tsv:%zu: %s\n    must fail: %s\n    fail:      %s\n", i + 2,
                violations[i].fields[FIELD_SQL], wanted, found);
    }
    check_str(all_failures(healthy, &arena), "");
    arena_release(&arena);
    check_int(wrong, 0);
    return planted;
}

/* The dimensions' unknown rows, and a fact that has them, are among what passes. */
static void check_unknown_rows(struct healthy *healthy)
{
    static const struct {
        const char *asset, *column;
    } keys[] = {{"marts.dim_users", "user_key"},
                {"marts.dim_activities", "activity_key"},
                {"marts.fct_heart_rates", "user_key"}};
    struct err err;
    int64_t count;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct relation *relation = &healthy_table(healthy, keys[i].asset)->relation;
        const char *sql =
            arena_printf(&healthy->arena, "SELECT count(*) FROM %s WHERE %s = '%s'",
                         relation_sql(&healthy->arena, healthy->session.dialect, relation),
                         keys[i].column, SNAPSHOT_UNKNOWN_KEY);
        check_ok(session_query_int(&healthy->session, sql, &count, &err));
        check_int(count, 1);
    }
}

/* A check that has failed says so, also if the database will not hand out what is in the row. */
static void check_unreadable_row(struct healthy *copy)
{
    const struct table *table = healthy_table(copy, "marts.dim_times");
    struct check_result *results;
    const char *message = NULL;
    struct err err;

    check_ok(session_begin(&copy->session, true, &err));
    check_ok(session_exec(&copy->session,
                          "UPDATE marts__dim_times SET hh_mm_ss = 'noon' WHERE hour = 12 AND "
                          "minute = 0 AND second = 0",
                          &err));
    check_ok(healthy_audit(copy, table, &copy->arena, &results, &err));
    for (size_t i = 0; i < table->check_count; i++)
        if (strcmp(results[i].check->name, "hh_mm_ss_matches") == 0)
            message = results[i].message;
    session_rollback(&copy->session);
    check_str(message, "1 rows, not shown: connection copy: column \"hh_mm_ss\": 'noon' is not a "
                       "value of type TIME_TEXT");
}

TEST("each violation fails the checks that it must and no other, on DuckDB as on SQLite")
{
    struct healthy healthy, copy;

    healthy_open(&healthy, CALENDAR_OF_A_YEAR);
    check_unknown_rows(&healthy);
    check(plant(&healthy, "") >= CHECKS);
    healthy_copy(&copy, &healthy);
    check(plant(&copy, "") >= CHECKS);
    check_unreadable_row(&copy);
    healthy_close(&copy);
    healthy_close(&healthy);
}

TEST("a day too few and a day left out are noticed in the whole calendar")
{
    struct healthy healthy;

    healthy_open(&healthy, CALENDAR_WHOLE);
    check_int(plant(&healthy, "every_date_part"), 1);
    check_int(plant(&healthy, "row_count"), 3);
    healthy_close(&healthy);
}
