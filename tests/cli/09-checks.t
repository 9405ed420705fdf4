A bad row against a blocking check: the old table stands, what is downstream is skipped with the
reason, the refused rows are kept.

    $ aorta run >/dev/null
    $ aorta query --json "select id, country from raw.customers order by id"
    $ sqlite3 shop.db "insert into customers values (4, 'Dana', 'XX'), (5, 'Emmy', 'DE')"
    $ sqlite3 shop.db "insert into orders values (14, 5, 700)"
    $ aorta run
    $ aorta query --json "select id, country from raw.customers order by id"
    $ aorta query --json "select id, country from raw._aorta_rejected__customers order by id"
    $ aorta query --json "select orders from marts.sales where country = 'Germany'"

Cleaning keeps them, unless it is asked to drop them.

    $ aorta clean
    $ aorta clean --rejected
    $ aorta query "select count(*) from raw._aorta_rejected__customers"

Nothing was lost: when the row is right all of it arrives, and once.

    $ sqlite3 shop.db "update customers set country = 'GB' where id = 4"
    $ aorta run
    $ aorta query --json "select * from marts.sales order by country"
    $ aorta run

The same against a warning: published and reported.

    $ sed -i 's/between = .1, 1000000. /between = [1, 1000000], severity = "warn" /' assets/raw/orders.toml
    $ sqlite3 shop.db "insert into orders values (16, 2, -7)"
    $ aorta run orders+
    $ aorta query --json "select id, cents from raw.orders where id = 16"

A model's blocking check works alike. Its old table is found by those who read it meanwhile.

    $ printf 'materialized = "table"\n[columns.cents]\nchecks = [{ between = [0, 2400] }]\n' >assets/marts/sales.toml
    $ echo "select * from {{ ref('sales') }}" >assets/marts/report.sql
    $ sqlite3 shop.db "insert into orders values (17, 2, 100)"
    $ aorta run orders+
    $ aorta query --json "select country, cents from marts.sales order by country"
    $ aorta query --json "select country, cents from marts._aorta_rejected__sales order by country"
