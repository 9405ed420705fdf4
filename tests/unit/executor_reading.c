/* Statements that only read, and those that do more. */
#include "executor/reading.h"

#include "test.h"

#include <string.h>

static void check_reads(const char *sql)
{
    struct err err = {.message = ""};

    check_int(reading_check(sql, &err), 0);
    check_str(err.message, "");
}

/* The message names the word that says what the statement does. */
static void check_refused(const char *sql, const char *word)
{
    struct err err = {.message = ""};

    check_int(reading_check(sql, &err), -1);
    check_int(err.code, ERR_CONFIG);
    const char *last = strrchr(err.message, ' ');
    check(last != NULL);
    check_str(last + 1, word);
}

TEST("statements that read pass")
{
    check_reads("select 1");
    check_reads("  \n-- a word\n/* of /* nested */ delete */ SELECT 1;");
    check_reads("from orders");
    check_reads("(select 1) union (select 2)");
    check_reads("values (1), (2)");
    check_reads("show tables");
    check_reads("describe orders");
    check_reads("summarize orders");
    check_reads("pivot orders on country in ('DE') using count(*)");
    check_reads("explain select 1");
    check_reads("explain analyze (select 1)");
    check_reads("explain (analyze, format json) select 1");
    check_reads("explain query plan select 1");
}

TEST("statements that write are refused by their word")
{
    check_refused("delete from orders", "delete");
    check_refused("COPY orders TO 'file.csv'", "COPY");
    check_refused("/* select */ insert into orders select 1", "insert");
    check_refused("attach 'other.db'", "attach");
    check_refused("install httpfs", "install");
    check_refused("explain analyze copy orders to 'file.csv'", "copy");
    check_refused("explain (analyze) copy orders to 'file.csv'", "copy");
    check_refused("selectx", "selectx");
}

TEST("common table expressions are judged by what follows them")
{
    check_reads("with a as (select 1) select * from a");
    check_reads("with recursive a(n) as (select 1), b as materialized (select ')') from a, b");
    check_reads("with \"delete\" as (select 1) (select * from \"delete\")");
    check_reads("with a as (select $tag$) delete$tag$, $1) select * from a");
    check_refused("with a as (select 1) delete from orders where id in (from a)", "delete");
    check_refused("with a(n) as (select 'x)' /* ) */), b as (values (1)) insert into b from a",
                  "insert");
    check_refused("explain analyze with a as (select 1) update orders set id = 1", "update");
}

TEST("what is no statement is left to the warehouse")
{
    check_reads("");
    check_reads("-- nothing");
    check_reads("/* not closed");
    check_reads("= 1");
    check_reads("with");
    check_reads("with a as (select 1");
    check_reads("with a as (select 'open");
    check_reads("explain");
    check_reads("$tag$ select");
}
