#include "duckdb/carry.h"

/* A name, and a text, as they stand in SQL. */
#define NAME(x) "'\"' || replace(" x ", '\"', '\"\"') || '\"'"
#define TEXT(x) "'''' || replace(" x ", '''', '''''') || ''''"

/* "CREATE VIEW name" at the head of the text that DuckDB keeps of a view. */
#define VIEW_HEAD "'^CREATE VIEW ((\"([^\"]|\"\")*\"|[^ \".]+)\\.)*(\"([^\"]|\"\")*\"|[^ \".(]+)'"

const char duckdb_carry[] =
    "WITH RECURSIVE a_table AS ("
    " SELECT schema_name, table_name, comment FROM duckdb_tables()"
    " WHERE NOT internal AND database_name = current_database()"
    "), a_column AS ("
    " SELECT schema_name, table_name, column_name, comment, " NAME("schema_name") " || '.' || " NAME("table_name") " || '.' || " NAME(
        "column_name") " AS name"
                       " FROM duckdb_columns() WHERE NOT internal AND database_name = current_database()"
                       "), a_view AS ("
                       " SELECT schema_name, view_name, comment, lower(sql) AS text, " NAME("schema_name") " || '.' || " NAME(
                           "view_name") " AS name,"
                                        " substr(sql, 1 + length(regexp_extract(sql, " VIEW_HEAD
                                        "))) AS rest"
                                        " FROM duckdb_views() WHERE NOT internal AND database_name = current_database()"

                                        "), dependant(schema_name, view_name, depth) AS ("
                                        " SELECT $1, $2, 0"
                                        " UNION"
                                        " SELECT v.schema_name, v.view_name, d.depth + 1 FROM dependant d JOIN a_view v"
                                        " ON regexp_matches(v.text, '(^|[^a-z0-9_])' || regexp_escape(lower(d.view_name)) ||"
                                        " '([^a-z0-9_]|$)') AND (v.schema_name <> d.schema_name OR v.view_name <> d.view_name)"
                                        " WHERE d.depth < 20"
                                        "), remade AS ("
                                        " SELECT v.schema_name, v.view_name, v.name, v.rest, v.comment, max(d.depth) AS depth"
                                        " FROM dependant d JOIN a_view v USING (schema_name, view_name)"
                                        " WHERE d.depth > 0 AND (v.schema_name <> $1 OR v.view_name <> $2) GROUP BY ALL"
                                        "), gone AS ("
                                        " SELECT column_name FROM a_column WHERE schema_name = $1 AND table_name = $2 EXCEPT"
                                        " SELECT column_name FROM a_column WHERE schema_name = $1 AND table_name = $3"
                                        "), statement(phase, step, place, sql) AS ("

                                        " SELECT 'after', 1, index_name, sql FROM duckdb_indexes()"
                                        " WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2"
                                        " AND EXISTS (FROM a_table t WHERE t.schema_name = $1 AND t.table_name = $3)"
                                        " AND NOT EXISTS (FROM gone WHERE contains(expressions, column_name))"
                                        " UNION ALL"
                                        " SELECT 'after', 2, '', 'COMMENT ON ' || CASE WHEN EXISTS ("
                                        "FROM a_table t WHERE t.schema_name = $1 AND t.table_name = $3) THEN 'TABLE ' ELSE 'VIEW ' END"
                                        " || " NAME("$1") " || '.' || " NAME("$2") " || ' IS ' || " TEXT(
                                            "comment") " FROM (SELECT comment FROM a_table WHERE schema_name = $1 AND table_name = $2"
                                                       " UNION ALL SELECT comment FROM a_view WHERE schema_name = $1 AND view_name = $2)"
                                                       " WHERE comment IS NOT NULL"
                                                       " UNION ALL"
                                                       " SELECT 'after', 3, column_name, 'COMMENT ON COLUMN ' || name || ' IS ' || " TEXT(
                                                           "comment") " FROM a_column WHERE schema_name = $1 AND table_name = $2 AND comment IS NOT NULL"
                                                                      " AND column_name NOT IN (FROM gone)"

                                                                      " UNION ALL"
                                                                      " SELECT 'view', 10 + 3 * depth, name, 'CREATE OR REPLACE VIEW ' || name || rest FROM remade"
                                                                      " UNION ALL"
                                                                      " SELECT 'view', 11 + 3 * depth, name, 'COMMENT ON VIEW ' || name || ' IS ' || " TEXT(
                                                                          "comment") " FROM remade WHERE comment IS NOT NULL"
                                                                                     " UNION ALL"
                                                                                     " SELECT 'view', 12 + 3 * r.depth, c.name, 'COMMENT ON COLUMN ' || c.name || ' IS ' || " TEXT(
                                                                                         "c.comment") " FROM remade r JOIN a_column c ON c.schema_name = r.schema_name AND c.table_name = r.view_name"
                                                                                                      " WHERE c.comment IS NOT NULL"
                                                                                                      ") SELECT phase, sql FROM statement ORDER BY step, place";
