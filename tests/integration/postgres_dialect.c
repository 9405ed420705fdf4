#include "postgres_dialect.h"

/* What hangs on a relation, as statements that put it on the one that takes its place. For a role
 * that owns the relations, as their publisher does. Views are made again as PostgreSQL itself
 * prints them; whatever else depends on the table or on its row type blocks. */
#pragma GCC diagnostic ignored "-Woverlength-strings" /* C99 promises 4,095 characters only */
static const char carry[] =
    "WITH RECURSIVE target AS ("
    " SELECT c.oid, c.relkind, c.reltype, c.relname, c.relnamespace, c.reloptions"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1::text AND c.relname = $2::text"
    "), hidden AS ("
    " SELECT c.oid, c.relkind, format('%I.%I', $1::text, c.relname) AS name"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1::text AND c.relname = $3::text"
    "), new_table AS ("
    " SELECT * FROM hidden WHERE relkind = 'r'"
    "), kept AS ("
    " SELECT a.attrelid, a.attnum, a.attname, a.attnotnull"
    " FROM target t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT"
    " a.attisdropped"
    " WHERE NOT EXISTS (SELECT 1 FROM hidden)"
    " OR a.attname IN (SELECT b.attname FROM hidden h JOIN pg_attribute b ON b.attrelid = h.oid"
    " WHERE b.attnum > 0 AND NOT b.attisdropped)"
    "), dependant(oid, depth) AS ("
    " SELECT oid, 0 FROM target"
    " UNION"
    " SELECT r.ev_class, p.depth + 1"
    " FROM dependant p"
    " JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = p.oid"
    " AND d.classid = 'pg_rewrite'::regclass"
    " JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> p.oid"
    "), relation AS ("
    " SELECT c.oid, max(d.depth) AS depth, c.relkind, c.relowner, c.relacl, c.reloptions,"
    " format('%I.%I', n.nspname, c.relname) AS name"
    " FROM dependant d JOIN pg_class c ON c.oid = d.oid JOIN pg_namespace n ON n.oid ="
    " c.relnamespace"
    " GROUP BY c.oid, n.nspname"
    "), blocked AS ("
    " SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0) AS what"
    " FROM target t JOIN pg_depend d"
    " ON d.deptype = 'n'"
    " AND ((d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid) OR"
    " (d.refclassid = 'pg_type'::regclass AND d.refobjid = t.reltype))"
    " WHERE d.classid <> 'pg_rewrite'::regclass"
    " UNION SELECT pg_describe_object('pg_class'::regclass, oid, 0) FROM relation"
    " WHERE depth > 0 AND relkind <> 'v'"
    " UNION SELECT pg_describe_object('pg_trigger'::regclass, g.oid, 0)"
    " FROM relation r JOIN pg_trigger g ON g.tgrelid = r.oid"
    " WHERE NOT g.tgisinternal"
    " UNION SELECT pg_describe_object('pg_policy'::regclass, p.oid, 0)"
    " FROM target t JOIN pg_policy p ON p.polrelid = t.oid"
    " UNION SELECT pg_describe_object('pg_publication_rel'::regclass, p.oid, 0)"
    " FROM target t JOIN pg_publication_rel p ON p.prrelid = t.oid"
    "), broken AS ("
    " SELECT DISTINCT d.classid, d.objid"
    " FROM target t JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid"
    " WHERE d.refobjsubid > 0 AND d.refobjsubid NOT IN (SELECT attnum FROM kept)"
    "), index AS ("
    " SELECT c.oid, c.relname, n.nspname, x.indisunique,"
    " format('%I', '_aorta_' || substr(md5(c.relname), 1, 16)) AS hidden_name,"
    " pg_get_indexdef(c.oid) AS definition"
    " FROM target t JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class c ON c.oid = x.indexrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid AND k.conrelid ="
    " t.oid)"
    " AND NOT EXISTS (SELECT 1 FROM broken b"
    " WHERE b.classid = 'pg_class'::regclass AND b.objid = c.oid)"
    "), con AS ("
    " SELECT k.oid, k.conname, k.contype, pg_get_constraintdef(k.oid) AS definition,"
    " format('%I', '_aorta_' || substr(md5(k.conname), 1, 16)) AS hidden_name"
    " FROM target t JOIN pg_constraint k ON k.conrelid = t.oid"
    " WHERE NOT EXISTS (SELECT 1 FROM broken b"
    " WHERE b.classid = 'pg_constraint'::regclass AND b.objid = k.oid)"
    "), statement(phase, step, depth, number, sql) AS ("
    " SELECT 'block', 0, 0, 0, what FROM blocked"
    " UNION ALL"
    " SELECT 'build', 1, 0, 0, format('ALTER TABLE %s SET (%s)', h.name,"
    " array_to_string(t.reloptions, ', '))"
    " FROM target t, new_table h WHERE t.reloptions IS NOT NULL AND t.relkind = 'r'"
    " UNION ALL"
    " SELECT 'build', 1, 0, attnum, format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL',"
    " h.name, attname)"
    " FROM kept, new_table h WHERE attnotnull"
    " UNION ALL"
    " SELECT 'build', 2, 0, 0, format('CREATE %sINDEX %s ON %s%s',"
    " CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END, hidden_name, h.name,"
    " substr(definition, 1 + length(format('CREATE %sINDEX %I ON %I.%I',"
    " CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END, relname, $1::text, $2::text))))"
    " FROM index, new_table h"
    " UNION ALL"
    " SELECT 'build', 2, 0, 1, format('ALTER TABLE %s ADD CONSTRAINT %s %s', h.name, hidden_name,"
    " definition)"
    " FROM con, new_table h"
    " UNION ALL"
    " SELECT 'before', 3, -depth, 0, format('DROP VIEW %s', name) FROM relation WHERE depth > 0"
    " UNION ALL"
    " SELECT 'after', 4, 0, 0, format('ALTER INDEX %I.%s RENAME TO %I', nspname, hidden_name,"
    " relname)"
    " FROM index, new_table"
    " UNION ALL"
    " SELECT 'after', 4, 0, 1, format('ALTER TABLE %I.%I RENAME CONSTRAINT %s TO %I', $1::text,"
    " $2::text, hidden_name, conname)"
    " FROM con, new_table"
    " UNION ALL"
    " SELECT 'after', 4, 0, 2, format('COMMENT ON INDEX %I.%I IS %L', nspname, relname,"
    " description)"
    " FROM index JOIN pg_description ON objoid = oid AND classoid = 'pg_class'::regclass"
    " WHERE EXISTS (SELECT 1 FROM new_table)"
    " UNION ALL"
    " SELECT 'after', 5, depth, 0, format('CREATE VIEW %s%s AS %s', name,"
    " ' WITH (' || array_to_string(reloptions, ', ') || ')', pg_get_viewdef(oid))"
    " FROM relation WHERE depth > 0 AND relkind = 'v'"
    " UNION ALL"
    " SELECT 'after', 5, depth, 1, format('ALTER %s %s OWNER TO %I',"
    " CASE WHEN depth > 0 OR NOT EXISTS (SELECT 1 FROM new_table) THEN 'VIEW' ELSE 'TABLE' END,"
    " name, pg_get_userbyid(relowner))"
    " FROM relation WHERE relkind IN ('r', 'v') AND relowner <> current_user::regrole"
    " UNION ALL"
    " SELECT 'after', 5, depth, 2, format('GRANT %s ON %s TO %s%s', g.privilege_type, name,"
    " CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,"
    " CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)"
    " FROM relation, aclexplode(relacl) g WHERE g.grantee <> relowner"
    " UNION ALL"
    " SELECT 'after', 5, depth, 3, format('GRANT %s (%I) ON %s TO %s%s', g.privilege_type,"
    " a.attname,"
    " name, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,"
    " CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)"
    " FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid, aclexplode(a.attacl) g"
    " WHERE depth > 0 OR a.attnum IN (SELECT attnum FROM kept)"
    " UNION ALL"
    " SELECT 'after', 5, depth, 4, format('COMMENT ON %s %s IS %L',"
    " CASE WHEN depth > 0 OR NOT EXISTS (SELECT 1 FROM new_table) THEN 'VIEW' ELSE 'TABLE' END,"
    " name, description)"
    " FROM relation JOIN pg_description ON objoid = oid AND classoid = 'pg_class'::regclass"
    " WHERE objsubid = 0"
    " UNION ALL"
    " SELECT 'after', 5, depth, 5, format('COMMENT ON COLUMN %s.%I IS %L', name, a.attname,"
    " description)"
    " FROM relation r JOIN pg_description ON objoid = oid AND classoid = 'pg_class'::regclass"
    " JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = objsubid"
    " WHERE depth > 0 OR a.attnum IN (SELECT attnum FROM kept)"
    " )"
    " SELECT phase, sql FROM statement WHERE sql IS NOT NULL ORDER BY step, depth, number, sql";

const struct aorta_dialect postgres_dialect = {
    .name = "postgres",
    .has_schemas = true,
    .is_single_process = false,
    .concurrent_writers = true,
    .transactional_ddl = true,
    .identifier_bytes = 63, /* NAMEDATALEN - 1 */
    .carry = carry,
    .lock_wait = "SET LOCAL lock_timeout = '300ms'",
    .read_lock = "LOCK TABLE %1$s IN ACCESS SHARE MODE",
    .row_lock = " FOR UPDATE",
    .current_schema = "public",
    .json_text = "(CAST(%1$s AS jsonb) ->> '%2$s')",
    .regex = "(%1$s ~ %2$s)",
    .epoch_timestamp = "(to_timestamp(%1$s) AT TIME ZONE 'UTC')",
    .md5 = "md5(%1$s)",
    .timestamp_ms_text = "to_char(%1$s, 'YYYY-MM-DD HH24:MI:SS.MS')",
    .count_if = "count(*) FILTER (WHERE %1$s)",
    .date_add = "CAST(%1$s + (%2$s) * INTERVAL '1 %3$s' AS date)",
    .analyze = "ANALYZE",
    .type_names =
        {
            [AORTA_BOOL] = "boolean",
            [AORTA_INT32] = "integer",
            [AORTA_INT64] = "bigint",
            [AORTA_DOUBLE] = "double precision",
            [AORTA_DATE] = "date",
            [AORTA_TIME] = "time",
            [AORTA_TIMESTAMP] = "timestamp",
            [AORTA_TIMESTAMPTZ] = "timestamptz",
            [AORTA_UUID] = "uuid",
            [AORTA_TEXT] = "text",
            [AORTA_JSON] = "jsonb",
            [AORTA_DECIMAL] = "numeric",
            [AORTA_BYTES] = "bytea",
        },
};
