/*
 * What is known of a destination that nobody else can write is what its database would say.
 */
#include "publish_bench.h"
#include "test.h"

#include "model/decide.h"

#include <string.h>

enum { ENOUGH = 8 }; /* fresh steps, after which it pays to read all */

static struct bench open_known(void)
{
    struct bench bench = bench_open("duckdb");

    bench.session.known = known_new();
    return bench;
}

static void close_known(struct bench *bench)
{
    known_free(bench->session.known);
    bench_close(bench);
}

static void learn(struct bench *bench)
{
    for (int i = 0; i < ENOUGH; i++)
        known_learn(bench->session.known, &bench->session);
}

/* The states of log and of something that is not there, and whether s.x is: "1 0 there", or "". */
static const char *ask(struct bench *bench)
{
    static const char *const assets[] = {"log", "nothing"};
    const struct relation place = {"s", "x"};
    struct state states[2];
    bool has;

    if (!known_states(bench->session.known, assets, 2, &place, &bench->arena, states, &has))
        return "";
    check_str(states[1].asset, "nothing");
    check_str(states[1].epoch, "");
    return arena_printf(&bench->arena, "%d %d %s", (int)states[0].version, (int)states[1].version,
                        has ? "there" : "gone");
}

static bool is_fresh(struct bench *bench, const struct model_spec *spec)
{
    struct model_result result;
    bool fresh = decide_is_known_fresh(bench->session.known, bench->session.dialect, spec,
                                       &bench->arena, &result);

    if (fresh) {
        check_str(result.reason, "fresh");
        check_int(result.outcome, MODEL_FRESH);
    }
    return fresh;
}

TEST("it is read when that pays, and asked no more once anything may have changed")
{
    struct bench bench = open_known();
    struct err err;

    for (int i = 0; i < ENOUGH - 1; i++) {
        check_str(ask(&bench), "");
        known_learn(bench.session.known, &bench.session);
    }
    check_str(ask(&bench), "");
    known_learn(bench.session.known, &bench.session);
    check_str(ask(&bench), "1 0 gone");

    check_ok(session_begin(&bench.session, true, &err));
    check_ok(session_exec(&bench.session, "CREATE TABLE s.x (id integer)", &err));
    check_str(ask(&bench), "1 0 gone"); /* as everybody sees it */
    session_rollback(&bench.session);
    check_str(ask(&bench), "1 0 gone");

    check_ok(session_exec(&bench.session, "CREATE TABLE s.x (id integer)", &err));
    check_str(ask(&bench), "");
    learn(&bench);
    check_str(ask(&bench), "1 0 there");

    bench_load(&bench, "(2, 3, 'c')", "2");
    check_str(ask(&bench), "");
    learn(&bench);
    check_str(ask(&bench), "2 0 there");
    close_known(&bench);
}

TEST("fresh steps between which something changes are no reason to read")
{
    struct bench bench = open_known();

    for (int i = 0; i < 3 * ENOUGH; i++) {
        known_learn(bench.session.known, &bench.session);
        if (i % (ENOUGH - 1) == 0)
            known_changed(bench.session.known);
    }
    check_str(ask(&bench), "");
    close_known(&bench);
}

TEST("what is known decides as the database does")
{
    static const char sql[] = "select id, n from {{ ref('log') }}";
    struct bench bench = open_known();
    struct model_spec spec = bench_model(&bench, &materialization_table, sql, NULL);
    struct err err;

    learn(&bench);
    check(!is_fresh(&bench, &spec)); /* never built */
    check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
    check(!is_fresh(&bench, &spec)); /* not known */
    learn(&bench);
    check(is_fresh(&bench, &spec));
    check_int(bench_run(&bench, &spec), MODEL_FRESH);

    struct model_spec other = spec;
    other.force = true;
    check(!is_fresh(&bench, &other));
    other = spec;
    other.is_volatile = true;
    check(!is_fresh(&bench, &other));
    other = bench_model(&bench, &materialization_table, "select id from {{ ref('log') }}", NULL);
    check(!is_fresh(&bench, &other));

    bench_load(&bench, "(2, 3, 'c')", "2"); /* its input has news */
    learn(&bench);
    check(!is_fresh(&bench, &spec));
    check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
    learn(&bench);
    check(is_fresh(&bench, &spec));

    check_ok(session_exec(&bench.session, "DROP TABLE s.x", &err));
    learn(&bench);
    check(!is_fresh(&bench, &spec));
    check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
    close_known(&bench);
}
