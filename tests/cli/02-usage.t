What is typed wrongly is said in one line and changes nothing; the exit status is 2.

    $ aorta
    $ aorta rnu
    $ aorta frobnicate
    $ aorta run --fource
    $ aorta run --force=yes
    $ aorta run --target
    $ aorta check everything
    $ aorta clean marts.sales
    $ aorta query
    $ aorta query "select 1" "select 2"
    $ aorta --version

There is no pipeline here, nor above.

    $ mkdir /tmp/aorta-nowhere-$$; cd /tmp/aorta-nowhere-$$
    $ aorta run
    $ aorta ls --project nowhere
    $ cd - >/dev/null; rmdir /tmp/aorta-nowhere-$$

Below the pipeline's folder is as good as in it.

    $ cd assets/raw; aorta check; cd ../..
    $ aorta check --project assets
    $ aorta check --project=assets

What the pipeline does not know is said by all that look at it.

    $ aorta run --target prod
    $ aorta query --target prod "select 1"
    $ aorta run --var least=3
    $ aorta run --var least_cents
    $ aorta run stg_order
    $ aorta plan tag:nightly
    $ aorta run -- --json
    $ ls -A
