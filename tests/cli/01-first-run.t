A person comes to the shop's pipeline and brings it up to date by hand.

    $ aorta check
    $ aorta plan
    $ aorta run
    $ aorta query "select * from marts.sales order by country"
    $ aorta query --json "select * from marts.sales order by country"
    $ aorta query --csv "select country, cents from marts.sales order by country"
    $ aorta ls
