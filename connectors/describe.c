/*
 * Prints what a connector declares, as JSON: run by the build once for each module, so that the
 * daemon knows options and capabilities without ever loading one.
 *
 *     describe duckdb.so > duckdb.json
 */
#include "base/json.h"
#include "connector.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static void write_options(struct json_writer *json, const char *key,
                          const struct aorta_option *options)
{
    if (options == NULL)
        return;
    json_write_key(json, key);
    json_write_array(json);
    for (; options->name != NULL; options++) {
        json_write_object(json);
        json_write_key(json, "name");
        json_write_str(json, options->name);
        json_write_key(json, "type");
        json_write_int(json, options->type);
        json_write_key(json, "required");
        json_write_bool(json, options->is_required);
        json_write_key(json, "secret");
        json_write_bool(json, options->is_secret);
        json_write_key(json, "default");
        json_write_str(json, options->default_text);
        json_write_key(json, "help");
        json_write_str(json, options->help);
        json_write_end(json);
    }
    json_write_end(json);
}

static void write_groups(struct json_writer *json, const struct aorta_connector *connector)
{
    json_write_key(json, "groups");
    json_write_object(json);
    json_write_key(json, "source");
    json_write_bool(json, connector->source != NULL);
    json_write_key(json, "warehouse");
    json_write_bool(json, connector->warehouse != NULL);
    json_write_key(json, "object_store");
    json_write_bool(json, connector->object_store != NULL);
    json_write_key(json, "message_log");
    json_write_bool(json, connector->message_log != NULL);
    json_write_key(json, "server");
    json_write_bool(json, connector->server != NULL);
    json_write_end(json);
}

static void describe(const struct aorta_connector *connector, struct buf *out)
{
    struct json_writer json;

    json_writer_init(&json, out);
    json_write_object(&json);
    json_write_key(&json, "name");
    json_write_str(&json, connector->name);
    json_write_key(&json, "summary");
    json_write_str(&json, connector->summary);
    write_groups(&json, connector);
    write_options(&json, "options", connector->options);
    if (connector->source != NULL)
        write_options(&json, "stream_options", connector->source->stream_options);
    if (connector->warehouse != NULL) {
        json_write_key(&json, "single_process");
        json_write_bool(&json, connector->warehouse->dialect->is_single_process);
    }
    if (connector->server != NULL) {
        json_write_key(&json, "address_option");
        json_write_str(&json, connector->server->address_option);
    }
    json_write_end(&json);
    buf_append_char(out, '\n');
}

int main(int argc, char **argv)
{
    const struct aorta_connector *(*entry)(void);
    struct buf out;

    if (argc != 2) {
        fprintf(stderr, "usage: describe MODULE.so\n");
        return 2;
    }
    void *module = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (module == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    void *symbol = dlsym(module, "aorta_connector");
    if (symbol == NULL) {
        fprintf(stderr, "%s: exports no aorta_connector\n", argv[1]);
        return 1;
    }
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from object to function pointer */
    const struct aorta_connector *connector = entry();
    if (connector->abi != AORTA_ABI || connector->size != sizeof *connector) {
        fprintf(stderr, "%s: made for ABI %u, this is %d\n", argv[1], connector->abi, AORTA_ABI);
        return 1;
    }
    buf_init(&out);
    describe(connector, &out);
    fputs(out.data, stdout);
    buf_release(&out);
    return 0;
}
