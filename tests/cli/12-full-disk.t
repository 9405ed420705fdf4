No room for what a model writes: it fails, and what was published before stays.

    $ aorta run >/dev/null
    $ echo "select range as id, md5(range::text) as text from range(1000000)" >assets/marts/large.sql
    $ echo 'materialized = "table"' >assets/marts/large.toml
    $ (ulimit -f 4000; aorta run large)
    $ aorta query "select count(*) from marts.large"
    $ aorta query --json "select * from marts.sales order by country"
    $ aorta run large
    $ aorta query --json "select count(*) as rows from marts.large"
    $ aorta clean

No room for the run store either: nothing is begun.

    $ (ulimit -f 30; aorta run countries)
    $ aorta run countries
