/*
 * Which files were loaded, as the destination knows it: what is new, what has changed, and that it
 * is written with the rows or not at all. On all three warehouses.
 */
#include "model/files.h"
#include "model/publish.h"
#include "model/relation.h"
#include "publish_bench.h"
#include "test.h"

#include <string.h>

static const struct relation target = {"raw", "readings"};

struct listed {
    const char *file, *modified_at;
    int64_t size_bytes;
    const char *etag;
};

/* Fills the listing as a bulk load would. */
static void list_files(struct files *files, const struct listed *listed, size_t count)
{
    struct err err;

    for (size_t i = 0; i < count; i++) {
        const struct aorta_value params[] = {
            session_text(listed[i].file), session_text(listed[i].modified_at),
            session_int(listed[i].size_bytes), session_text(listed[i].etag)};
        struct buf sql;
        buf_init(&sql);
        buf_printf(&sql, "INSERT INTO %s VALUES ($1, $2, $3, $4)", files->listing_sql);
        check_ok(session_run(files->session, sql.data, params, 4, NULL, &err));
        buf_release(&sql);
    }
}

/* What a load would read: "a new|b changed 3 2024-04-01T00:00:00Z|". */
static const char *pick(struct bench *bench, struct files *files, enum files_wanted wanted,
                        int64_t limit)
{
    const struct picked_file *picked;
    struct buf text;
    struct err err;
    size_t count;

    check_ok(files_pick(files, wanted, limit, &picked, &count, &err));
    buf_init(&text);
    for (size_t i = 0; i < count; i++) {
        buf_append_str(&text, picked[i].file);
        if (picked[i].is_changed)
            buf_printf(&text, " changed %d %s", (int)picked[i].size_before,
                       picked[i].modified_before);
        buf_append_char(&text, '|');
    }
    const char *result = arena_strndup(&bench->arena, text.size > 0 ? text.data : "", text.size);
    buf_release(&text);
    return result;
}

static void begin(struct bench *bench, struct files *files, const struct listed *listed,
                  size_t count)
{
    struct err err;

    check_ok(session_begin(&bench->session, true, &err));
    check_ok(files_open(files, &bench->session, "raw.readings", &target, &bench->arena, &err));
    list_files(files, listed, count);
}

static const char *known(struct bench *bench)
{
    return rows_of(&bench->session,
                   "SELECT file, size_bytes, etag, loaded_at FROM _aorta_files ORDER BY file");
}

static void check_known(struct bench *bench)
{
    static const struct listed first[] = {{"a", "2024-04-01T00:00:00Z", 3, "e1"},
                                          {"b", "2024-04-01T00:00:00Z", 3, "e2"},
                                          {"c'd", "2024-04-01T00:00:00Z", 0, "e3"}};
    static const struct listed second[] = {{"a", "2024-04-01T00:00:00Z", 3, "e1"},
                                           {"b", "2024-04-02T00:00:00Z", 3, "e9"},
                                           {"c'd", "2024-04-02T00:00:00Z", 5, "e3"},
                                           {"e", "2024-04-02T00:00:00Z", 1, "e4"}};
    struct files files;
    struct err err;

    begin(bench, &files, first, 3);
    check_str(pick(bench, &files, FILES_NEWS, 100), "a|b|c'd|");
    check_ok(files_put(&files, "t1", false, &err));
    session_rollback(&bench->session);
    check_str(known(bench), "");

    begin(bench, &files, first, 3);
    check_str(pick(bench, &files, FILES_NEWS, 2), "a|b|");
    check_ok(files_put(&files, "t1", false, &err));
    check_ok(session_commit(&bench->session, &err));
    check_str(known(bench), "a|3|e1|t1\nb|3|e2|t1\n");

    begin(bench, &files, first, 3);
    check_str(pick(bench, &files, FILES_NEWS, 2), "c'd|");
    check_ok(files_put(&files, "t2", false, &err));
    check_ok(session_commit(&bench->session, &err));

    begin(bench, &files, second, 4);
    check_str(pick(bench, &files, FILES_NEWS, 100),
              "b changed 3 2024-04-01T00:00:00Z|c'd changed 0 2024-04-01T00:00:00Z|e|");
    check_ok(files_put(&files, "t3", false, &err));
    check_ok(session_commit(&bench->session, &err));
    check_str(known(bench), "a|3|e1|t1\nb|3|e9|t3\nc'd|5|e3|t3\ne|1|e4|t3\n");

    /* A file that vanished stays known until all is read again. */
    begin(bench, &files, second + 1, 2);
    check_str(pick(bench, &files, FILES_ALL, 100), "b|c'd|");
    check_ok(files_put(&files, "t4", true, &err));
    check_ok(session_commit(&bench->session, &err));
    check_str(known(bench), "b|3|e9|t4\nc'd|5|e3|t4\n");
    check_int(bench_clean(bench), 0);
}

static void check_changed_rows(struct bench *bench)
{
    static const struct listed before = {"x", "m", 1, "e1"}, after = {"x", "m", 1, "e2"};
    struct files files;
    struct err err;

    const char *table = relation_sql(&bench->arena, bench->session.dialect, &target);
    check_ok(session_execf(&bench->session, &err, "CREATE TABLE %s (n INTEGER, f TEXT)", table));
    check_ok(session_execf(&bench->session, &err,
                           "INSERT INTO %s VALUES (1, 'x'), (2, 'b'), (3, NULL)", table));
    begin(bench, &files, &before, 1);
    pick(bench, &files, FILES_NEWS, 1);
    check_ok(files_put(&files, "t1", false, &err));
    check_ok(session_commit(&bench->session, &err));
    begin(bench, &files, &after, 1);
    pick(bench, &files, FILES_NEWS, 1);
    check_ok(session_execf(&bench->session, &err, "DELETE FROM %s WHERE %s", table,
                           files_changed_rows(&files, "f")));
    check_ok(files_drop(&files, &err));
    check_ok(session_commit(&bench->session, &err));
    check_str(bench_rows(bench, &target), "2|b\n3|-\n");
}

/* Those that are known are read by name; some are forgotten, or all. */
static void check_forgotten(struct bench *bench)
{
    static const struct listed listed[] = {
        {"a", "m", 1, "e1"}, {"b'c", "", 0, ""}, {"d", "m", 2, "e2"}};
    struct files files;
    const char **names;
    struct err err;
    size_t count;

    begin(bench, &files, listed, 3);
    check_ok(files_forget(&bench->session, "raw.readings", &err));
    check_str(pick(bench, &files, FILES_ALL, 10), "a|b'c|d|");
    check_ok(files_put(&files, "t1", false, &err));
    check_str(known(bench), "a|1|e1|t1\nb'c|0||t1\nd|2|e2|t1\n");
    check_ok(files_open(&files, &bench->session, "raw.readings", &target, &bench->arena, &err));
    list_files(&files, listed + 1, 2);
    check_ok(files_forget_listed(&files, &err));
    check_ok(files_read(&bench->session, "raw.readings", &bench->arena, &names, &count, &err));
    check_int(count, 1);
    check_str(names[0], "a");
    check_ok(files_read(&bench->session, "raw.others", &bench->arena, &names, &count, &err));
    check_int(count, 0);
    check_ok(files_forget(&bench->session, "raw.readings", &err));
    check_str(known(bench), "");
    check_ok(session_commit(&bench->session, &err));
    check_int(bench_clean(bench), 0);
}

TEST("files that are new or have changed are picked, and known with the rows' commit")
{
    for (const char *const *name = warehouse_names; *name != NULL; name++) {
        struct bench bench = bench_open(*name);
        struct err err;

        check_ok(publish_ensure_schema(&bench.session, &target, &err));
        const char **none;
        size_t count;
        check_ok(files_read(&bench.session, "raw.readings", &bench.arena, &none, &count, &err));
        check_int(count, 0); /* of no table */
        check_ok(files_create(&bench.session, &err));
        check_ok(files_create(&bench.session, &err));
        check_known(&bench);
        check_changed_rows(&bench);
        check_forgotten(&bench);
        bench_close(&bench);
    }
}
