A source that cannot be told what it may forget is told at the next run. First something stands in
the way: the step says so, and has published all the same.

    $ aorta run orders >/dev/null
    $ sqlite3 shop.db "create trigger busy before delete on _aorta_cdc_orders begin select raise(abort, 'not now'); end"
    $ sqlite3 shop.db "insert into orders values (14, 2, 700); delete from orders where id = 10"
    $ aorta run orders
    published raw.orders                                  2 rows <seconds>
    note      raw.orders                       the source was not told what it may forget: connection shop: sqlite: not now
    asset       kind               rows      time  checks
    raw.orders  source                2 <seconds>  1 ok
    succeeded in <seconds>
    $ aorta query --json "select id, _aorta_deleted_at is not null as is_deleted from raw.orders order by id, 2"
    {"id":10,"is_deleted":false}
    {"id":10,"is_deleted":true}
    {"id":11,"is_deleted":false}
    {"id":12,"is_deleted":false}
    {"id":13,"is_deleted":false}
    {"id":14,"is_deleted":false}
    $ sqlite3 shop.db "select count(*) from _aorta_cdc_orders"
    2

A run that finds nothing new tries as well, and takes nothing twice.

    $ aorta run orders
    fresh     raw.orders
    note      raw.orders                       the source was not told what it may forget: connection shop: sqlite: not now
    asset       kind               rows      time  checks
    raw.orders  source                - <seconds>  fresh
    succeeded in <seconds>
    $ sqlite3 shop.db "insert into orders values (15, 2, 900)"
    $ aorta run --json orders | grep -o '"state":"published","note":"[^"]*"'
    "state":"published","note":"the source was not told what it may forget: connection shop: sqlite: not now"
    $ aorta query --json "select count(*) as n, count(distinct id) as orders from raw.orders"
    {"n":7,"orders":6}

Then it can be told.

    $ sqlite3 shop.db "drop trigger busy"
    $ aorta run orders
    fresh     raw.orders
    asset       kind               rows      time  checks
    raw.orders  source                - <seconds>  fresh
    succeeded in <seconds>
    $ sqlite3 shop.db "select count(*) from _aorta_cdc_orders"
    0
    $ aorta query --json "select count(*) as n, count(distinct id) as orders from raw.orders"
    {"n":7,"orders":6}
