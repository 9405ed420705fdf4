A query only reads.

    $ aorta run countries >/dev/null
    $ aorta query "delete from seeds.countries"
    $ aorta query "with gone as (select 1) delete from seeds.countries"
    $ aorta query "copy seeds.countries to 'stolen.csv'"; ls stolen.csv
    $ aorta query "explain analyze copy seeds.countries to 'stolen.csv'"; ls stolen.csv
    $ aorta query "create table seeds.mine as select 1"
    $ aorta query "select 1; delete from seeds.countries"
    $ aorta query "attach 'other.db'"

What it may be:

    $ aorta query --json "with few as (from seeds.countries limit 1) select count(*) as rows from few"
    $ aorta query --json "from seeds.countries limit 0"
    $ aorta query --json "values (1)"
    $ aorta query --csv "select column_name from (describe seeds.countries)"
    $ aorta query --csv "describe seeds.countries" | head -1
    $ aorta query --csv "summarize seeds.countries" | wc -l
    $ aorta query --csv "show all tables" | head -1
    $ aorta query --csv "explain select 1" | head -1
    $ aorta query --json "select count(*) as rows from seeds.countries"
