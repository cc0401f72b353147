/* SPDX-License-Identifier: MIT */
/* A backend for any interface, for consumers to be tested with: every property has a value that is not
 * the empty one, setting sets, a call emits all signals and answers with what it was given, as far as
 * the types are there; the rest are samples. */
#include <errno.h>
#include <fascia/backend.h>
#include <stdlib.h>
#include <string.h>

#define ELEMENT(array, size, n) ((const void *)((const char *)(array) + (size_t)(n) * (size)))

/* What a sample points to, until it was used. */
typedef struct Block {
        struct Block *next;
        _Alignas(max_align_t) char data[];
} Block;

static void *block_add(Block **blocks, size_t size) {
        Block *b = calloc(1, sizeof(*b) + size);

        if (!b)
                abort();
        b->next = *blocks;
        *blocks = b;
        return b->data;
}

static void blocks_free(Block *b) {
        while (b) {
                Block *next = b->next;

                free(b);
                b = next;
        }
}

/* ---- samples ---- */

/* As every list and map is in C. */
typedef struct Items {
        const void *items;
        size_t count;
} Items;

static void make_sample(Block **blocks, const struct fascia_type *type, void *value);

static void sample_struct(Block **blocks, const struct fascia_type *type, void *value) {
        for (uint32_t i = 0; i < type->n_members; i++)
                make_sample(blocks, type->members[i].type, (char *)value + type->members[i].offset);
}

static void sample_items(Block **blocks, const struct fascia_type *type, size_t count,
                         void *value) {
        char *items = block_add(blocks, count * type->element->size);

        for (size_t i = 0; i < count; i++)
                make_sample(blocks, type->element, items + i * type->element->size);
        memcpy(value, &(Items){ items, count }, sizeof(Items));
}

/* The last one, which the start value is not; of a flag all bits. */
static void sample_enumerator(const struct fascia_type *type, void *value) {
        int64_t n = 0;

        for (uint32_t i = 0; i < type->n_enumerators; i++)
                n = type->enumerators[i].value | (type->kind == FASCIA_KIND_FLAG ? n : 0);
        if (type->size == sizeof(int64_t))
                memcpy(value, &n, sizeof(n));
        else
                memcpy(value, &(int32_t){ (int32_t)n }, sizeof(int32_t));
}

static void make_sample(Block **blocks, const struct fascia_type *type, void *value) {
        static const char *const text = "Grüße", *const path = "/a/path";

        fascia_value_init(type, value);
        switch ((enum fascia_kind)type->kind) {
        case FASCIA_KIND_BOOL:
                memcpy(value, &(bool){ true }, sizeof(bool));
                break;
        case FASCIA_KIND_UINT8:
        case FASCIA_KIND_INT16:
        case FASCIA_KIND_UINT16:
        case FASCIA_KIND_INT32:
        case FASCIA_KIND_UINT32:
        case FASCIA_KIND_INT64:
        case FASCIA_KIND_UINT64:
                /* -2, or the largest but one. */
                memcpy(value, &(int64_t){ -2 }, type->size);
                break;
        case FASCIA_KIND_REAL:
                memcpy(value, &(double){ 0.5 }, sizeof(double));
                break;
        case FASCIA_KIND_STRING:
                memcpy(value, &text, sizeof(text));
                break;
        case FASCIA_KIND_OBJECT:
                memcpy(value, &path, sizeof(path));
                break;
        case FASCIA_KIND_ENUM:
        case FASCIA_KIND_FLAG:
                sample_enumerator(type, value);
                break;
        case FASCIA_KIND_STRUCT:
                sample_struct(blocks, type, value);
                break;
        case FASCIA_KIND_LIST:
                sample_items(blocks, type, 2, value);
                break;
        case FASCIA_KIND_MAP:
                sample_items(blocks, type, 1, value); /* two would have one key */
                break;
        case FASCIA_KIND_VAR:   /* unset */
        case FASCIA_KIND_MODEL: /* the exporter's */
                break;
        }
}

/* ---- properties ---- */

/* Within its bounds. */
static int report_property(struct fascia_backend *zone, const struct fascia_property *property,
                           uint32_t index) {
        const struct fascia_constraint *c = property->constraint;
        Block *blocks = NULL;
        const void *value;
        int r;

        if (c && (c->domain || c->minimum || c->maximum)) {
                value = c->domain ? c->domain : c->minimum ? c->minimum : c->maximum;
        } else {
                void *sample = block_add(&blocks, property->type->size);

                make_sample(&blocks, property->type, sample);
                value = sample;
        }
        r = property->type->kind == FASCIA_KIND_MODEL ? 0
                                                      : fascia_backend_report(zone, index, value);
        blocks_free(blocks);
        return r;
}

static int report_all(struct fascia_backend *zone) {
        const struct fascia_interface *i = fascia_backend_get_interface(zone);
        int r = 0;

        for (uint32_t k = 0; r >= 0 && k < i->n_properties; k++)
                r = report_property(zone, ELEMENT(i->properties, i->module->property_size, k), k);
        return r;
}

/* Those that a simulation would have. */
static int add_zones(struct fascia_backend *backend) {
        const struct fascia_interface *interface = fascia_backend_get_interface(backend);
        const struct fascia_module *module = interface->module;
        const struct fascia_simulation *s = NULL;
        const struct fascia_module_library *library;
        int r;

        r = fascia_host_get_module_library(fascia_backend_get_host(backend), module, &library);
        for (uint32_t i = 0; r >= 0 && i < module->n_interfaces; i++) {
                const struct fascia_interface *other = ELEMENT(module->interfaces,
                                                               module->interface_size, i);

                if (strcmp(other->name, interface->name) == 0)
                        s = &library->simulation[i];
        }
        for (uint32_t i = 0; r >= 0 && s && i < s->n_zones; i++) {
                struct fascia_backend *zone;

                r = fascia_backend_add_zone(backend, s->zones[i], NULL, &zone);
                if (r >= 0)
                        r = report_all(zone);
        }
        return r;
}

static int on_start(struct fascia_backend *backend, void *plugin, void **ret_userdata) {
        int r;

        (void)plugin;
        (void)ret_userdata;
        r = report_all(backend);
        if (r >= 0)
                r = add_zones(backend);
        if (r >= 0)
                fascia_backend_ready(backend);
        return r;
}

static int on_set(struct fascia_backend *backend, uint32_t index, const void *value,
                  struct fascia_reply reply, void *userdata) {
        (void)backend;
        (void)index;
        (void)userdata;
        return fascia_reply_set(reply, value);
}

/* ---- calls ---- */

/* Values of these types, each the first that came of its type and was not taken before. */
static const void *echo(Block **blocks, const struct fascia_type *type,
                        const struct fascia_type *input, const void *arguments) {
        uint64_t taken = 0;
        char *values = block_add(blocks, type->size);

        for (uint32_t i = 0; i < type->n_members; i++) {
                const struct fascia_member *to = &type->members[i];
                uint32_t k = 0;

                while (k < input->n_members &&
                       (taken & UINT64_C(1) << k ||
                        strcmp(input->members[k].type->signature, to->type->signature) != 0))
                        k++;
                if (k == input->n_members) {
                        make_sample(blocks, to->type, values + to->offset);
                        continue;
                }
                taken |= UINT64_C(1) << k;
                memcpy(values + to->offset, (const char *)arguments + input->members[k].offset,
                       to->type->size);
        }
        return values;
}

static int on_call(struct fascia_backend *backend, uint32_t index, const void *arguments,
                   struct fascia_reply reply, void *userdata) {
        const struct fascia_interface *i = fascia_backend_get_interface(backend);
        const struct fascia_method *method = ELEMENT(i->methods, i->module->method_size, index);
        Block *blocks = NULL;
        int r = 0;

        (void)userdata;
        for (uint32_t k = 0; r >= 0 && k < i->n_signals; k++) {
                const struct fascia_signal *s = ELEMENT(i->signal_table, i->module->signal_size, k);

                r = fascia_backend_emit(backend, k,
                                        echo(&blocks, s->arguments, method->input, arguments));
        }
        if (r >= 0)
                r = fascia_reply_call(reply,
                                      echo(&blocks, method->output, method->input, arguments));
        blocks_free(blocks);
        return r;
}

static const struct fascia_backend_ops ops = {
        .size = sizeof(ops),
        .start = on_start,
        .set = on_set,
        .call = on_call,
};

static const struct fascia_plugin_feature features[] = {
        { .interface = NULL, .ops = &ops },
};

FASCIA_EXPORT extern const struct fascia_plugin fascia_plugin;
const struct fascia_plugin fascia_plugin = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "echo",
        .kind = FASCIA_PLUGIN_PRODUCTION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
};
