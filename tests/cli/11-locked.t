The warehouse's file is open in another process: the message says in which. That may pass, so it
is tried again before it fails.

    $ aorta run >/dev/null
    $ mkdir other; sed 's,"warehouse.duckdb","../warehouse.duckdb",' pipeline.toml >other/pipeline.toml
    $ mkdir other/assets; echo 'select 1 as one' >other/assets/one.sql
    $ aorta query --project other "select count(*) from range(100000000000) where range % 7 = 8" >/dev/null 2>&1 &
    $ until grep -qs ":$(stat -c %i warehouse.duckdb) " /proc/locks; do sleep 0.01; done
    $ aorta run countries
    ~ retry     seeds.countries                  asset seeds.countries: connection warehouse: duckdb: database "<folder>/warehouse.duckdb" is open in another process: pid <number>, <any>
    ~ retry     seeds.countries                  asset seeds.countries: connection warehouse: duckdb: database "<folder>/warehouse.duckdb" is open in another process: pid <number>, <any>
    ~ retry     seeds.countries                  asset seeds.countries: connection warehouse: duckdb: database "<folder>/warehouse.duckdb" is open in another process: pid <number>, <any>
    ~ failed    seeds.countries                   asset seeds.countries: connection warehouse: duckdb: database "<folder>/warehouse.duckdb" is open in another process: pid <number>, <any>
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ aorta query "select 1"
    aorta: connection warehouse: duckdb: database "<folder>/warehouse.duckdb" is open in another process: pid <number>, <any>
    [1]
    $ kill $!; wait $!
    [1]
    $ aorta run countries
    fresh     seeds.countries
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  fresh
    succeeded in <seconds>
    $ aorta query --json "select count(*) as rows from seeds.countries"
    {"rows":3}

A source's database is locked by a writer who takes longer than busy_timeout.

    $ sed -i 's,"shop.db","shop.db"\nbusy_timeout = "50ms",' pipeline.toml
    $ sqlite3 shop.db "insert into orders values (14, 1, 1)"
    $ sqlite3 -cmd ".timeout 60000" shop.db "begin exclusive" ".system sleep 300" >/dev/null 2>&1 &
    $ while sqlite3 shop.db 'begin exclusive; rollback' 2>/dev/null; do sleep 0.01; done
    $ aorta run orders
    ~ retry     raw.orders                       asset raw.orders: connection shop: sqlite: "<folder>/shop.db": database is locked by another process
    ~ retry     raw.orders                       asset raw.orders: connection shop: sqlite: "<folder>/shop.db": database is locked by another process
    ~ retry     raw.orders                       asset raw.orders: connection shop: sqlite: "<folder>/shop.db": database is locked by another process
    ~ failed    raw.orders                        asset raw.orders: connection shop: sqlite: "<folder>/shop.db": database is locked by another process
    asset       kind               rows      time  checks
    raw.orders  source                - <seconds>  failed
    failed in <seconds>
    [1]
    $ kill $!; wait $! 2>/dev/null
    [143]
    $ aorta run orders
    published raw.orders                                  1 rows <seconds>
    asset       kind               rows      time  checks
    raw.orders  source                1 <seconds>  1 ok
    succeeded in <seconds>
    $ aorta query --json "select id from raw.orders where id > 13"
    {"id":14}
