A query only reads.

    $ aorta run countries >/dev/null
    $ aorta query "delete from seeds.countries"
    aorta: a query only reads: it begins with SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE, PIVOT or EXPLAIN, not with delete
    [1]
    $ aorta query "with gone as (select 1) delete from seeds.countries"
    aorta: a query only reads: it begins with SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE, PIVOT or EXPLAIN, not with delete
    [1]
    $ aorta query "copy seeds.countries to 'stolen.csv'"; ls stolen.csv
    aorta: a query only reads: it begins with SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE, PIVOT or EXPLAIN, not with copy
    ls: cannot access 'stolen.csv': No such file or directory
    [2]
    $ aorta query "explain analyze copy seeds.countries to 'stolen.csv'"; ls stolen.csv
    aorta: a query only reads: it begins with SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE, PIVOT or EXPLAIN, not with copy
    ls: cannot access 'stolen.csv': No such file or directory
    [2]
    $ aorta query "create table seeds.mine as select 1"
    aorta: a query only reads: it begins with SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE, PIVOT or EXPLAIN, not with create
    [1]
    $ aorta query "select 1; delete from seeds.countries"
    aorta: connection warehouse: a query is one statement that reads: this is more than one, or something else than SELECT, SHOW, DESCRIBE, SUMMARIZE, EXPLAIN, or PIVOT … IN (…)
    [1]
    $ aorta query "attach 'other.db'"
    aorta: a query only reads: it begins with SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE, PIVOT or EXPLAIN, not with attach
    [1]

What it may be:

    $ aorta query --json "with few as (from seeds.countries limit 1) select count(*) as rows from few"
    {"rows":1}
    $ aorta query --json "from seeds.countries limit 0"
    $ aorta query --json "values (1)"
    {"col0":1}
    $ aorta query --csv "select column_name from (describe seeds.countries)"
    column_name
    code
    name
    $ aorta query --csv "describe seeds.countries" | head -1
    column_name,column_type,null,key,default,extra
    $ aorta query --csv "summarize seeds.countries" | wc -l
    3
    $ aorta query --csv "show all tables" | head -1
    database,schema,name,column_names,column_types,temporary
    $ aorta query --csv "explain select 1" | head -1
    explain_key,explain_value
    $ aorta query --json "select count(*) as rows from seeds.countries"
    {"rows":3}

It reaches nothing outside of the warehouse, neither does a saved question; functions that do more
than read are not called.

    $ aorta query "select * from read_text('/etc/passwd')"
    aorta: connection warehouse: Permission Error: Cannot access file "/etc/passwd" - file system operations are disabled by configuration (line 1: select * from read_text('/etc/passwd')): SQL reads files in the folders that the connection's option folders names
    [1]
    $ mkdir -p assets/questions && echo "from 'pipeline.csv'" >assets/questions/files.sql
    $ aorta query @files | head -1
    aorta: assets/questions/files.sql: connection warehouse: Permission Error: Cannot access file "pipeline.csv" - file system operations are disabled by configuration: SQL reads files in the folders that the connection's option folders names
    $ aorta query "select * from query('drop table seeds.countries')"
    aorta: connection warehouse: a query may not call query(): it does more than read what is in the database
    [1]
    $ aorta query "select write_log('x')"
    aorta: connection warehouse: a query may not call write_log(): it does more than read what is in the database
    [1]

Files are read in the folders that the connection names.

    $ mkdir lake && echo "n" >lake/a.csv && echo 7 >>lake/a.csv
    $ sed -i 's/^connector = "duckdb"$/&\nfolders = "lake"/' pipeline.toml
    $ aorta query --json "select n from '$PWD/lake/a.csv'"
    {"n":7}
    $ aorta query "select * from read_text('$PWD/lake/../pipeline.toml')" 2>&1 | grep -o "operations are disabled"
    operations are disabled

It may have limits.

    $ aorta query --csv --limit 2 "select range as n from range(1000000)"
    n
    0
    1
    $ aorta query --json --limit 1 "select range as n from range(1000000)" 2>&1
    {"n":0}

Who reads a table is told that there are more, beside it; and only if there are.

    $ aorta query --limit 2 "select range as n from range(3)" 2>said
    n
    -
    0
    1
    (2 rows)
    $ cat said
    aorta: there are more rows than the first 2: --limit N for more
    $ aorta query --limit 3 "select range as n from range(3)" | tail -1
    (3 rows)
    $ aorta query --timeout 200ms "select count(*) from range(10000000000) a, range(1000000) b"
    aorta: the query was ended: it took longer than the 0.2 s it may take
    [1]
    $ aorta query --timeout 10m "select 1 as one"
    one
    ---
      1
    (1 row)
    $ aorta query --timeout soon "select 1"
    aorta: --timeout wants a time like 30s, 5m or 2h, not "soon"
    [2]

A warehouse in SQLite is no different.

    $ sqlite3 lite.db "create table t (n); insert into t values (7)"
    $ printf '\n[target.lite.connection]\nshop = { connector = "sqlite", path = "shop.db" }\nwarehouse = { connector = "sqlite", path = "lite.db" }\n' >>pipeline.toml
    $ aorta query --target lite --json "select n from t"
    {"n":7}
    $ aorta query --target lite --timeout 200ms "with recursive r(i) as (select 1 union all select i + 1 from r) select count(*) from r"
    aorta: the query was ended: it took longer than the 0.2 s it may take
    [1]
    $ aorta query --target lite "with x as (select 1) select load_extension('evil.so') from x"
    aorta: connection warehouse: not authorized to use function: load_extension
    [1]
    $ aorta query --target lite "select file from pragma_database_list"
    aorta: connection warehouse: not authorized
    [1]
    $ aorta query --target lite "select 1; delete from t"
    aorta: connection warehouse: the SQL has more than one statement
    [1]
    $ sqlite3 lite.db "select n from t"
    7
