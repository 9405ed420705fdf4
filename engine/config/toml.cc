/* The shim on toml++; see toml.h. An exception never leaves this file. */
extern "C" {
#include "base/arena.h"
#include "base/err.h"
}
#include "config/toml.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

namespace
{

struct toml_node *convert(struct arena *arena, const ::toml::node &node);

char *copy(struct arena *arena, std::string_view text)
{
    return arena_strndup(arena, text.data(), text.size());
}

void set_text(struct arena *arena, struct toml_node *out, std::string_view text)
{
    out->text = copy(arena, text);
    out->text_size = text.size();
}

template <typename T> void set_time(struct arena *arena, struct toml_node *out, const T &value)
{
    std::ostringstream text;
    text << value;
    set_text(arena, out, text.str());
}

void set_array(struct arena *arena, struct toml_node *out, const ::toml::array &array)
{
    out->item_count = array.size();
    out->items = static_cast<struct toml_node **>(
        arena_calloc(arena, array.size(), sizeof(struct toml_node *)));
    for (size_t i = 0; i < array.size(); i++)
        out->items[i] = convert(arena, array[i]);
}

/* toml++ keeps tables sorted by key; people read errors in the order of the file. */
void set_table(struct arena *arena, struct toml_node *out, const ::toml::table &table)
{
    std::vector<struct toml_node *> items;

    for (const auto &[key, value] : table) {
        struct toml_node *item = convert(arena, value);
        item->key = copy(arena, key.str());
        if (key.source().begin.line > 0) {
            item->line = static_cast<int>(key.source().begin.line);
            item->column = static_cast<int>(key.source().begin.column);
        }
        items.push_back(item);
    }
    std::stable_sort(items.begin(), items.end(),
                     [](const struct toml_node *a, const struct toml_node *b) {
                         return a->line != b->line ? a->line < b->line : a->column < b->column;
                     });
    out->item_count = items.size();
    out->items = static_cast<struct toml_node **>(
        arena_calloc(arena, items.size(), sizeof(struct toml_node *)));
    std::copy(items.begin(), items.end(), out->items);
}

struct toml_node *convert(struct arena *arena, const ::toml::node &node)
{
    auto *out = static_cast<struct toml_node *>(arena_alloc(arena, sizeof(struct toml_node)));

    out->line = static_cast<int>(node.source().begin.line);
    out->column = static_cast<int>(node.source().begin.column);
    switch (node.type()) {
    case ::toml::node_type::string:
        out->kind = TOML_STRING;
        set_text(arena, out, node.as_string()->get());
        break;
    case ::toml::node_type::integer:
        out->kind = TOML_INTEGER;
        out->integer = node.as_integer()->get();
        break;
    case ::toml::node_type::floating_point:
        out->kind = TOML_FLOAT;
        out->number = node.as_floating_point()->get();
        break;
    case ::toml::node_type::boolean:
        out->kind = TOML_BOOL;
        out->integer = node.as_boolean()->get() ? 1 : 0;
        break;
    case ::toml::node_type::date:
        out->kind = TOML_TIME;
        set_time(arena, out, node.as_date()->get());
        break;
    case ::toml::node_type::time:
        out->kind = TOML_TIME;
        set_time(arena, out, node.as_time()->get());
        break;
    case ::toml::node_type::date_time:
        out->kind = TOML_TIME;
        set_time(arena, out, node.as_date_time()->get());
        break;
    case ::toml::node_type::array:
        out->kind = TOML_ARRAY;
        set_array(arena, out, *node.as_array());
        break;
    case ::toml::node_type::table:
    case ::toml::node_type::none:
        out->kind = TOML_TABLE;
        set_table(arena, out, *node.as_table());
        break;
    }
    return out;
}

} // namespace

extern "C" int toml_parse(struct arena *arena, const char *file, const char *text, size_t size,
                          struct toml_node **root, struct err *err)
{
    try {
        ::toml::table table = ::toml::parse(std::string_view(text, size), std::string_view(file));
        *root = convert(arena, table);
        return 0;
    } catch (const ::toml::parse_error &error) {
        return err_set(err, ERR_CONFIG, "%s:%u:%u: %.*s", file, error.source().begin.line,
                       error.source().begin.column, static_cast<int>(error.description().size()),
                       error.description().data());
    } catch (const std::exception &error) {
        return err_set(err, ERR_CONFIG, "%s: %s", file, error.what());
    }
}
