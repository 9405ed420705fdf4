The warehouse's file is open in another process: the message says in which. That may pass, so it
is tried again before it fails.

    $ aorta run >/dev/null
    $ mkdir other; sed 's,"warehouse.duckdb","../warehouse.duckdb",' pipeline.toml >other/pipeline.toml
    $ mkdir other/assets; echo 'select 1 as one' >other/assets/one.sql
    $ aorta query --project other "select count(*) from range(100000000000) where range % 7 = 8" >/dev/null 2>&1 &
    $ until grep -q ":$(stat -c %i warehouse.duckdb) " /proc/locks; do sleep 0.01; done
    $ aorta run countries
    $ aorta query "select 1"
    $ kill $!; wait $!
    $ aorta run countries
    $ aorta query --json "select count(*) as rows from seeds.countries"

A source's database is locked by a writer who takes longer than busy_timeout.

    $ sed -i 's,"shop.db","shop.db"\nbusy_timeout = "50ms",' pipeline.toml
    $ sqlite3 shop.db "insert into orders values (14, 1, 1)"
    $ sqlite3 shop.db "begin exclusive" ".system sleep 300" >/dev/null 2>&1 &
    $ while sqlite3 shop.db 'begin exclusive; rollback' 2>/dev/null; do sleep 0.01; done
    $ aorta run orders
    $ kill $!; wait $! 2>/dev/null
    $ aorta run orders
    $ aorta query --json "select id from raw.orders where id > 13"
