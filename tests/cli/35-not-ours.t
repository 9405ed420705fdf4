A relation of which nothing in `_aorta_state` says that Aorta made it is somebody else's: it is
neither added to nor replaced, unless that is what somebody asks for. Plan and run say the same.

    $ sed -i 's/"duckdb"/"sqlite"/; s/warehouse.duckdb/warehouse.db/' pipeline.toml
    $ sqlite3 warehouse.db "create table raw__orders (id integer); insert into raw__orders values (1); create table raw__customers (theirs text); insert into raw__customers values ('y'); create table seeds__countries (theirs text); create view staging__stg_orders as select 'z' as theirs; create table marts__sales (theirs text)"
    $ theirs() { sqlite3 warehouse.db "select * from raw__orders; select * from raw__customers; select * from staging__stg_orders; select count(*) from seeds__countries; select count(*) from marts__sales"; }
    $ aorta plan orders countries
    asset            kind    action  why
    raw.orders       source  fail    asset raw.orders: table "raw__orders" is there already, and nothing in _aorta_state says that Aorta made it: move it away, give the asset another name, or have it replaced with --full-refresh --discard-history
    seeds.countries  seed    fail    asset seeds.countries: table "seeds__countries" is there already, and nothing in _aorta_state says that Aorta made it: move it away, give the asset another name, or have it replaced with --full-refresh
    2 would fail or are blocked by that
    [1]
    $ for asset in orders countries customers stg_orders sales; do aorta run $asset | head -1; done
    ~ failed    raw.orders                        asset raw.orders: table "raw__orders" is there already, and nothing in _aorta_state says that Aorta made it: move it away, give the asset another name, or have it replaced with --full-refresh --discard-history
    ~ failed    seeds.countries                   asset seeds.countries: table "seeds__countries" is there already, and nothing in _aorta_state says that Aorta made it: move it away, give the asset another name, or have it replaced with --full-refresh
    ~ failed    raw.customers                     asset raw.customers: table "raw__customers" is there already, and nothing in _aorta_state says that Aorta made it: move it away, give the asset another name, or have it replaced with --full-refresh
    ~ failed    staging.stg_orders                asset staging.stg_orders: view "staging__stg_orders" is there already, and nothing in _aorta_state says that Aorta made it: move it away, give the asset another name, or have it replaced with --full-refresh
    ~ failed    marts.sales                       asset marts.sales: table "marts__sales" is there already, and nothing in _aorta_state says that Aorta made it: move it away, give the asset another name, or have it replaced with --full-refresh
    $ theirs
    1
    y
    z
    0
    0

A full refresh puts the asset into its place; what keeps history, only if that is said.

    $ aorta run --full-refresh countries customers | tail -1
    succeeded in <seconds>
    $ aorta run --full-refresh orders
    assets/raw/orders.toml:1:1: raw.orders keeps changes that its source no longer has: leave it out of a full refresh, or say --discard-history
    [2]
    $ aorta run --full-refresh --discard-history orders | tail -1
    succeeded in <seconds>
    $ aorta run --full-refresh stg_orders sales | tail -1
    succeeded in <seconds>
    $ sqlite3 warehouse.db "select id, cents from raw__orders; select * from marts__sales"
    10|1200
    11|800
    12|2500
    13|100
    France|1|2500
    Germany|1|100
    United Kingdom|2|2000
    $ aorta run | tail -1
    succeeded in <seconds>

A state that was lost is the same: nothing is loaded a second time.

    $ for mode in append_all incremental_append; do printf 'kind = "source"\nfrom = { connection = "shop", table = "orders", mode = "%s"%s }\n' $mode "$([ $mode = append_all ] || echo ', cursor = "id"')" >assets/raw/$mode.toml; done
    $ aorta run append_all incremental_append | tail -1
    succeeded in <seconds>
    $ sqlite3 warehouse.db "delete from _aorta_state"
    $ sqlite3 shop.db "insert into orders values (20, 3, 50)"
    $ aorta run | grep -c "nothing in _aorta_state says"
    4
    $ sqlite3 warehouse.db "select count(*) from raw__orders; select count(*) from raw__append_all; select count(*) from raw__incremental_append"
    4
    4
    4
    $ aorta run --full-refresh --discard-history | tail -1
    succeeded in <seconds>
    $ sqlite3 warehouse.db "select count(*) from raw__orders; select count(*) from raw__append_all; select count(*) from raw__incremental_append"
    5
    5
    5

Both lost, the table and its state: all that the source has is read, though its files had been, too.

    $ mkdir lake && printf '{"id":1}\n' >lake/a.json && printf '{"id":2}\n' >lake/b.json
    $ printf '[target.dev.connection.lake]\nconnector = "file"\npath = "lake"\n' >>pipeline.toml
    $ printf 'kind = "source"\nfrom = { connection = "lake", files = ["*.json"] }\n[columns.id]\ntype = "integer"\n' >assets/raw/files.toml
    $ aorta run files | tail -1
    succeeded in <seconds>
    $ sqlite3 warehouse.db "delete from _aorta_state where asset = 'raw.files'; drop table raw__files"
    $ aorta run files | tail -1
    succeeded in <seconds>
    $ sqlite3 warehouse.db "select id from raw__files order by id"
    1
    2

What a snapshot keeps beside it is its own, too, or it is not made.

    $ printf 'kind = "snapshot"\nunique_key = "id"\nchanged_at = "at"\ndeleted_at = "gone"\nsurrogate_key = "key"\n' >assets/marts/dim_orders.toml
    $ echo "select id, cents, _aorta_changed_at as at, _aorta_deleted_at as gone from {{ new_rows(ref('orders')) }}" >assets/marts/dim_orders.sql
    $ sqlite3 warehouse.db "create table marts__dim_orders_changes (theirs text); insert into marts__dim_orders_changes values ('kept')"
    $ aorta plan dim_orders
    asset             kind      action  why
    marts.dim_orders  snapshot  fail    asset marts.dim_orders: table "marts__dim_orders_changes" is there already, and nothing in _aorta_state says that Aorta made it: move it away, give the asset another name, or have it replaced with --full-refresh
    1 would fail or are blocked by that
    [1]
    $ aorta run dim_orders | head -1
    failed    marts.dim_orders                  asset marts.dim_orders: table "marts__dim_orders_changes" is there already, and nothing in _aorta_state says that Aorta made it: move it away, give the asset another name, or have it replaced with --full-refresh
    $ sqlite3 warehouse.db "select * from marts__dim_orders_changes"
    kept
    $ aorta run --full-refresh dim_orders | tail -1
    succeeded in <seconds>

Synthetic rows go into a table that is empty, or that synthetic rows made.

    $ cat >>pipeline.toml <<'END'
    > [target.dev.connection.people]
    > connector = "wearables"
    > END
    $ mkdir assets/made
    $ printf 'kind = "generator"\nfrom = { connection = "people", stream = "users" }\ninto = { connection = "shop", table = "users" }\n' >assets/made/users.toml
    $ sqlite3 shop.db "create table users (name text); insert into users values ('Ada')"
    $ aorta run users
    failed    made.users                        asset made.users: table "users" has rows already, and nothing in _aorta_state says that Aorta made them: no synthetic ones are put among them. Move it away, or name another table in assets/made/users.toml
    asset       kind               rows      time  checks
    made.users  generator             - <seconds>  failed
    failed in <seconds>
    [1]
    $ sqlite3 shop.db "select * from users; drop table users"
    Ada
