A beginning: a small pipeline that runs at once.

    $ aorta init first/shop-2 && cd first/shop-2
    a pipeline, made of
      pipeline.toml
      .gitignore
      assets/seeds/orders.toml
      assets/seeds/orders.csv
      assets/marts/customers.toml
      assets/marts/customers.sql
      assets/questions/top.sql
    what to do next
      cd first/shop-2
      aorta run          brings it up to date
      aorta query @top   asks a saved question
      aorta ls           what there is, and whether it is up to date
    $ aorta check
    shop-2: 2 assets, 4 checks, target dev: ok
    $ aorta run
    ~ published seeds.orders                                6 rows <seconds>
    ~ published marts.customers                             4 rows <seconds>
    asset            kind               rows      time  checks
    seeds.orders     seed                  6 <seconds>  2 ok
    marts.customers  model                 4 <seconds>  2 ok
    succeeded in <seconds>
    $ aorta query @top
    customer  amount  orders
    --------  ------  ------
    Emmy         210       1
    Ada          135       2
    Blaise        99       2
    (3 rows)
    $ aorta query @top --var how_many=1 --csv
    customer,amount,orders
    Emmy,210,1
    $ aorta ls --json | python3 -c 'import json, sys; [print(*(json.loads(line)[key] for key in ("asset", "rows", "state"))) for line in sys.stdin]'
    seeds.orders 6 fresh
    marts.customers 4 fresh
    $ git init -q . && git add -A && git status --short | sort
    A  .gitignore
    A  assets/marts/customers.sql
    A  assets/marts/customers.toml
    A  assets/questions/top.sql
    A  assets/seeds/orders.csv
    A  assets/seeds/orders.toml
    A  pipeline.toml

What is there is not touched: one file in the way, and nothing is written.

    $ echo mine >assets/questions/top.sql; rm pipeline.toml .gitignore
    $ aorta init
    aorta: nothing was written, these are in the way:
      assets/seeds/orders.toml
      assets/seeds/orders.csv
      assets/marts/customers.toml
      assets/marts/customers.sql
      assets/questions/top.sql
    [2]
    $ ls -A; cat assets/questions/top.sql
    .aorta
    .git
    assets
    mine
    $ cd ..; mkdir -p other; ln -s nowhere other/.gitignore
    $ aorta init other
    aorta: nothing was written, these are in the way:
      other/.gitignore
    [2]
    $ ls -A other
    .gitignore

What cannot be written leaves nothing behind.

    $ mkdir half; touch half/assets
    $ aorta init half
    aorta: nothing was written: half/assets: Not a directory
    [1]
    $ ls -A half
    assets
    $ touch file; aorta init file/below
    aorta: nothing was written: file: Not a directory
    [1]
    $ (ulimit -f 0; trap '' XFSZ; aorta init full); ls -d full
    aorta: nothing was written: full/pipeline.toml: File too large
    ls: cannot access 'full': No such file or directory
    [2]
    $ aorta init ""
    aorta: init wants the name of a folder, not nothing
    [2]
    $ aorta init one two
    aorta: init wants one folder, or none for this one
    [2]
