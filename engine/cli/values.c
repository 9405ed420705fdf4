#include "cli/values.h"

#include "base/suggest.h"

#include <string.h>

enum { MOST_WORDS = 32 };

bool value_next(const char **rest, struct value *value)
{
    const char *text = *rest;

    if (text == NULL || text[0] == '\0')
        return false;
    size_t size = strcspn(text, " ");
    *rest = text + size + (text[size] == ' ');
    *value = (struct value){text, (int)size, text[0] == '<'};
    if (value->is_kind) {
        value->text++;
        value->size -= 2;
    }
    return true;
}

bool value_is_kind(const struct value *value, const char *kind)
{
    return value->is_kind && strlen(kind) == (size_t)value->size &&
           strncmp(value->text, kind, (size_t)value->size) == 0;
}

/* 0 if there are others than words. */
static size_t list_words(const char *values, const char **words, struct arena *arena)
{
    struct value value;
    size_t count = 0;

    while (value_next(&values, &value)) {
        if (value.is_kind || count == MOST_WORDS)
            return 0;
        words[count++] = arena_strndup(arena, value.text, (size_t)value.size);
    }
    return count;
}

static int refuse(const struct flag *flag, const char *word, const char *const *words, size_t count,
                  struct arena *arena)
{
    const char *near = suggest(word, words, count), *list = "";

    for (size_t i = 0; i < count; i++)
        list = arena_printf(arena, "%s%s%s", list, i > 0 ? ", " : "", words[i]);
    return command_fail(-1, "%s must be one of %s, not \"%s\"%s%s%s", flag->name, list, word,
                        near != NULL ? ": did you mean " : "", near != NULL ? near : "",
                        near != NULL ? "?" : "");
}

static bool is_among(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

int values_check(const struct flag *flag, const char *value, struct arena *arena)
{
    const char *words[MOST_WORDS], *word;
    size_t count = list_words(flag->values, words, arena), size;

    if (count == 0)
        return 0;
    do {
        size = flag->argument != NULL && strchr(flag->argument, ',') != NULL ? strcspn(value, ",")
                                                                             : strlen(value);
        word = arena_strndup(arena, value, size);
        if (!is_among(word, words, count))
            return refuse(flag, word, words, count, arena);
        value += size + 1;
    } while (value[-1] != '\0');
    return 0;
}
