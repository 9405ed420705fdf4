/*
 * Steps that bring a synthetic source into a connection: its changes into tables of a database
 * (executor/generate_table.c), its events into a topic (generate_topic.c).
 */
#include "executor/generate.h"

#include "model/session.h"

#include <string.h>

int generate_error(const struct generation *g, const struct aorta_error *error, struct err *err)
{
    return connection_error(g->from, error, err);
}

/* Gives the reader one of its inputs: a whole table. */
static int feed_table(struct generation *g, struct connection *from,
                      const struct order_input *input, struct err *err)
{
    const struct aorta_source *source = from->connector->source;
    struct aorta_read_request request = {.stream = input->place.object, .mode = AORTA_READ_ALL};
    struct aorta_error error;
    struct aorta_batch batch;
    void *reader;
    int got;

    if (source == NULL)
        return err_set(err, ERR_CONFIG, "connection %s: connector %s is no source", from->name,
                       from->connector->name);
    if (source->read_open(from->handle, &request, &reader, &error) < 0)
        return connection_error(from, &error, err);
    while ((got = source->next(reader, &batch, &error)) > 0)
        if (g->source->feed(g->reader, input->name, &batch, &error) < 0) {
            source->read_close(reader);
            return generate_error(g, &error, err);
        }
    source->read_close(reader);
    return got < 0 ? connection_error(from, &error, err) : 0;
}

static const struct order_input *find_input(const struct order *order, const char *name)
{
    for (size_t i = 0; i < order->input_count; i++)
        if (strcmp(order->inputs[i].name, name) == 0)
            return &order->inputs[i];
    return NULL;
}

static int feed_inputs(struct generation *g, struct err *err)
{
    const char *const *names = g->source->inputs != NULL ? g->source->inputs(g->reader) : NULL;

    for (; names != NULL && *names != NULL; names++) {
        const struct order_input *input = find_input(g->step->order, *names);
        struct connection *from;
        if (input == NULL)
            return err_set(err, ERR_CONFIG, "stream %s needs an input \"%s\": name it in [inputs]",
                           g->step->order->from.object, *names);
        if (step_connect(g->step, input->place.connection, &from, err) < 0)
            return -1;
        int fed = feed_table(g, from, input, err);
        connection_release(from);
        if (fed < 0)
            return err_wrap(err, "input %s", *names);
    }
    return 0;
}

static void interrupt_reader(void *arg)
{
    struct generation *g = arg;

    if (g->source->cancel != NULL)
        g->source->cancel(g->reader);
}

int generate_open(struct generation *g, enum aorta_read_mode mode, const char *position,
                  struct err *err)
{
    struct aorta_read_request request = {
        .stream = g->step->order->from.object, .mode = mode, .position = position};
    struct aorta_error error;

    if (g->source->read_open(g->from->handle, &request, &g->reader, &error) < 0) {
        g->reader = NULL;
        return generate_error(g, &error, err);
    }
    step_set_interrupt(g->step, interrupt_reader, g);
    return feed_inputs(g, err);
}

void generate_progress(struct generation *g)
{
    step_progress(g->step, g->rows, g->source->share != NULL ? g->source->share(g->reader) : -1);
}

int run_generator(struct step *step, struct err *err)
{
    struct generation g = {.step = step};
    int result = -1;

    if (step_connect(step, step->order->from.connection, &g.from, err) < 0 ||
        step_connect(step, step->order->into.connection, &g.into, err) < 0)
        goto out;
    g.source = g.from->connector->source;
    if (g.source == NULL) {
        err_set(err, ERR_CONFIG, "connection %s: connector %s is no source", g.from->name,
                g.from->connector->name);
        goto out;
    }
    if (g.into->connector->message_log != NULL)
        result = generate_topic(&g, err);
    else if (g.into->connector->warehouse != NULL)
        result = generate_table(&g, err);
    else
        err_set(err, ERR_CONFIG, "connection %s: connector %s takes no rows", g.into->name,
                g.into->connector->name);
    step_set_interrupt(step, NULL, NULL);
    if (g.reader != NULL)
        g.source->read_close(g.reader);
    step->report.outcome = g.rows > 0 ? "published" : "fresh";
    step->report.rows = g.rows;
out:
    connection_release(g.into);
    connection_release(g.from);
    return result;
}
