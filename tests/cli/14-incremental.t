The second run takes what is new, and says so when nothing is.

    $ aorta run >/dev/null
    $ sqlite3 shop.db "insert into orders values (14, 2, 700); update orders set cents = 900 where id = 11; delete from orders where id = 10"
    $ aorta run
    $ aorta query --json "select _change, id, cents from raw.orders order by _change_lsn, id"
    $ aorta run orders
    $ aorta run --force orders countries
    $ aorta query --json "select count(*) as changes from raw.orders"

A full refresh begins the history again.

    $ aorta run --full-refresh orders
    $ aorta query --json "select id, cents from raw.orders order by id"

Other values of variables make stale what reads them, and only that.

    $ aorta run >/dev/null
    $ aorta run --var least_cents=800 kind:model
    $ aorta query --json "select * from marts.sales order by country"

What selection means, the plan shows.

    $ aorta plan +sales
    $ aorta plan countries+
    $ aorta plan group:raw
    $ aorta plan kind:model customers
    $ aorta plan raw.orders

A program reads a run as JSON, an object an event.

    $ aorta run --json countries | sed 's/"run":"[0-9A-Z]*",//; s/"seconds":[0-9.e-]*/"seconds":0/'
