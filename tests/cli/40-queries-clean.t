While the hidden tables are being dropped no step begins: it might be making one. The clean is
stopped before its commit; a run that comes meanwhile waits for it.

    $ aorta run countries >/dev/null
    $ AORTA_FAULT=model.commit.before:1:stop AORTA_FAULT_ONCE=$PWD/once aorta clean >clean.log 2>&1 & clean=$!
    $ until executor=$(pgrep -P $clean -f "aorta executor") && grep -q "^State:.T" /proc/$executor/status; do sleep 0.01; done
    $ aorta run --force --json countries >run.log 2>&1 & run=$!
    $ until grep -qs '"ready"' run.log; do sleep 0.01; done
    $ aorta query --json "select count(*) as rows from seeds.countries" >query.log 2>&1 & query=$!
    $ grep -c '"running"' run.log
    0
    [1]
    $ kill -CONT $executor; wait $clean; wait $run; wait $query
    $ cat clean.log query.log
    schema  name
    ------  ----
    (0 rows)
    {"rows":3}
    $ grep -c '"running"' run.log
    1
