#include "store/command.h"

#include "base/alloc.h"

#include <assert.h>
#include <string.h>

void command_list_init(struct command_list *list)
{
    list->first = NULL;
    list->end = &list->first;
}

void command_list_append(struct command_list *list, struct command *command)
{
    command->next = NULL;
    *list->end = command;
    list->end = &command->next;
}

void command_list_move(struct command_list *to, struct command_list *from)
{
    if (from->first == NULL)
        return;
    *to->end = from->first;
    to->end = from->end;
    command_list_init(from);
}

static struct value *next_value(struct command *command)
{
    assert(command->value_count < COMMAND_VALUES);
    return &command->values[command->value_count++];
}

void command_add_int(struct command *command, int64_t integer)
{
    *next_value(command) = (struct value){.kind = VALUE_INT, .integer = integer};
}

void command_add_text(struct command *command, const char *text)
{
    *next_value(command) =
        (struct value){.kind = text == NULL ? VALUE_NULL : VALUE_TEXT, .text = text};
}

void command_add_known(struct command *command, int64_t integer, int64_t unknown)
{
    *next_value(command) = (struct value){
        .kind = integer == unknown ? VALUE_NULL : VALUE_INT,
        .integer = integer,
    };
}

struct command *command_copy(const struct command *command)
{
    size_t size = sizeof *command;

    for (int i = 0; i < command->value_count; i++)
        if (command->values[i].kind == VALUE_TEXT)
            size += strlen(command->values[i].text) + 1;
    struct command *copy = alloc_bytes(size);
    char *text = (char *)(copy + 1);
    *copy = *command;
    for (int i = 0; i < command->value_count; i++) {
        if (command->values[i].kind != VALUE_TEXT)
            continue;
        size_t text_size = strlen(command->values[i].text) + 1;
        copy->values[i].text = memcpy(text, command->values[i].text, text_size);
        text += text_size;
    }
    return copy;
}
