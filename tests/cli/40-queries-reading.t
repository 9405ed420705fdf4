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
