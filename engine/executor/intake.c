#include "executor/intake.h"

int intake_error(const struct intake *intake, const struct aorta_error *error, struct err *err)
{
    return connection_error(intake->connection, error, err);
}

int intake_open(struct intake *intake, struct step *step, const char *position,
                int64_t extracted_at_us, struct err *err)
{
    *intake = (struct intake){.step = step, .arena = &step->arena};
    intake->metadata.extracted_at_us = extracted_at_us;
    if (step_connect(step, step->order->from.connection, &intake->connection, err) < 0)
        return -1;
    const struct aorta_connector *connector = intake->connection->connector;
    if (connector->source != NULL)
        intake->kind = &intake_of_source;
    else if (connector->object_store != NULL)
        intake->kind = &intake_of_lake;
    else
        return err_set(err, ERR_CONFIG, "connection %s: nothing can be read from connector %s",
                       intake->connection->name, connector->name);
    return intake->kind->open(intake, position, err);
}

int intake_next(struct intake *intake, struct aorta_batch *batch, struct err *err)
{
    return intake->kind->next(intake, batch, err);
}

const char *intake_position(struct intake *intake)
{
    return intake->kind->position(intake);
}

int intake_ack(struct intake *intake, const char *position, struct err *err)
{
    return intake->kind->ack(intake, position, err);
}

void intake_close(struct intake *intake)
{
    if (intake->kind != NULL)
        intake->kind->close(intake);
    connection_release(intake->connection);
}
