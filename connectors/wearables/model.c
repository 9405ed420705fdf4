#include "model.h"

#include <string.h>

static const struct model *const models[] = {&model_physiological, &model_reference};

const struct model *model_find(const char *name)
{
    for (size_t i = 0; i < sizeof models / sizeof(struct model *); i++)
        if (strcmp(models[i]->name, name) == 0)
            return models[i];
    return NULL;
}
