#include "sqlite/carry.h"

const char sqlite_carry[] =
    "SELECT 'after', old.sql FROM sqlite_master AS old, sqlite_master AS new "
    "WHERE $1 = '' AND old.tbl_name = $2 COLLATE NOCASE AND old.type IN ('index', 'trigger') "
    "AND old.sql IS NOT NULL AND new.name = $3 AND new.type = 'table' "
    "AND (old.type = 'trigger' OR NOT EXISTS ("
    "SELECT 1 FROM pragma_index_info(old.name) AS part WHERE part.name IS NOT NULL "
    "AND part.name NOT IN (SELECT col.name FROM pragma_table_info($3) AS col))) "
    "ORDER BY old.type, old.name";
