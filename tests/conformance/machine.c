/* SPDX-License-Identifier: MIT */
/* The machine of conformance.qface as a production backend: the stub of fascia-codegen, filled in by hand. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <test-conformance-1/conformance-backend.h>

#define COUNT_MAX 100
#define LATER_USEC 5000u

/* A call of later(); it is kept until the machine stops, as its timer is. */
typedef struct Later Later;
struct Later {
        Later *next;
        struct conformance_machine_backend *backend;
        struct conformance_machine_later_reply reply;
        struct fascia_timer *timer;
        int32_t value;
};

typedef struct Machine {
        struct conformance_machine_backend *root;
        Later *later;
} Machine;

static uint32_t find(const char *name) {
        uint32_t i = 0;

        while (strcmp(conformance_interfaces[0].properties[i].name, name) != 0)
                i++;
        return i;
}

static const void *value_of(struct conformance_machine_backend *backend, const char *name) {
        return fascia_backend_get_value(conformance_machine_backend_base(backend), find(name));
}

static int32_t count_of(struct conformance_machine_backend *backend) {
        return *(const int32_t *)value_of(backend, "count");
}

static const char *name_of(struct conformance_machine_backend *backend) {
        return *(const char *const *)value_of(backend, "name");
}

/* ---- Machine ---- */

/* is_zone: only zones have it outside. */
static int machine_report(struct conformance_machine_backend *backend, bool is_zone) {
        const struct conformance_part empty_part = CONFORMANCE_PART_INIT;
        const struct conformance_part_list empty_parts = { .count = 0 };
        const struct fascia_int32_list empty_numbers = { .count = 0 };
        const struct fascia_string_map empty_labels = { .count = 0 };
        const struct fascia_variant empty_anything = { .type = NULL };
        int r;

        r = conformance_machine_backend_report_running(backend, false);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_load(backend, 10);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_factor(backend, 1.5);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_name(backend, "machine");
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_count(backend, 0);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_serial(backend, "A1");
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_octet(backend, 0);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_big(backend, 0);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_mood(backend, CONFORMANCE_MOOD_CALM);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_layers(backend, 0);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_part(backend, &empty_part);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_parts(backend, &empty_parts);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_numbers(backend, &empty_numbers);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_labels(backend, &empty_labels);
        if (r < 0)
                return r;
        r = conformance_machine_backend_report_anything(backend, &empty_anything);
        if (r < 0)
                return r;
        return is_zone ? conformance_machine_backend_report_outside(backend, 7.5) : 0;
}

static int machine_start(struct conformance_machine_backend *backend, void *plugin,
                         void **ret_userdata) {
        struct conformance_machine_backend *zone;
        Machine *m;
        int r;

        (void)plugin;
        m = calloc(1, sizeof(*m));
        if (!m)
                return -ENOMEM;
        m->root = backend;
        r = machine_report(backend, false);
        if (r >= 0)
                r = conformance_machine_backend_add_zone(backend, "Left", m, &zone);
        if (r >= 0)
                r = machine_report(zone, true);
        if (r < 0) {
                free(m);
                return r;
        }
        *ret_userdata = m;
        conformance_machine_backend_ready(backend);
        return 0;
}

static void drop_later(Machine *m, Later *l) {
        Later **p = &m->later;

        while (*p != l)
                p = &(*p)->next;
        *p = l->next;
        fascia_timer_free(l->timer);
        free(l);
}

static void machine_stop(struct conformance_machine_backend *backend, void *userdata) {
        Machine *m = userdata;

        (void)backend;
        while (m->later)
                drop_later(m, m->later);
        free(m);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_running(struct conformance_machine_backend *backend, bool value,
                               struct conformance_machine_set_running_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_running(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_load(struct conformance_machine_backend *backend, int32_t value,
                            struct conformance_machine_set_load_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_load(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_factor(struct conformance_machine_backend *backend, double value,
                              struct conformance_machine_set_factor_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_factor(reply, floor(value * 2) / 2);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_name(struct conformance_machine_backend *backend, const char *value,
                            struct conformance_machine_set_name_reply reply, void *userdata) {
        (void)userdata;
        if (strcmp(name_of(backend), "locked") == 0)
                return fascia_reply_fail(reply.ticket, -EBUSY, "it is locked");
        return conformance_machine_backend_reply_set_name(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_octet(struct conformance_machine_backend *backend, uint8_t value,
                             struct conformance_machine_set_octet_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_octet(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_big(struct conformance_machine_backend *backend, uint64_t value,
                           struct conformance_machine_set_big_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_big(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_mood(struct conformance_machine_backend *backend,
                            enum conformance_mood value,
                            struct conformance_machine_set_mood_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_mood(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_layers(struct conformance_machine_backend *backend, conformance_layers value,
                              struct conformance_machine_set_layers_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_layers(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_part(struct conformance_machine_backend *backend,
                            const struct conformance_part *value,
                            struct conformance_machine_set_part_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_part(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_parts(struct conformance_machine_backend *backend,
                             const struct conformance_part_list *value,
                             struct conformance_machine_set_parts_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_parts(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_numbers(struct conformance_machine_backend *backend,
                               const struct fascia_int32_list *value,
                               struct conformance_machine_set_numbers_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_numbers(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_labels(struct conformance_machine_backend *backend,
                              const struct fascia_string_map *value,
                              struct conformance_machine_set_labels_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_labels(reply, value);
}

/* Tell the device, then answer with the value that it took. */
static int machine_set_anything(struct conformance_machine_backend *backend,
                                const struct fascia_variant *value,
                                struct conformance_machine_set_anything_reply reply,
                                void *userdata) {
        (void)backend;
        (void)userdata;
        return conformance_machine_backend_reply_set_anything(reply, value);
}

/**
 * @brief Adds n to count, then counted() happens, then it answers with count. Above 100: Exhausted, and nothing happens.
 */
static int machine_add(struct conformance_machine_backend *backend, int32_t n,
                       struct conformance_machine_add_reply reply, void *userdata) {
        int32_t count = count_of(backend) + n;
        int r;

        (void)userdata;
        if (count > COUNT_MAX)
                return conformance_reply_error(reply.ticket, CONFORMANCE_ERROR_EXHAUSTED,
                                               "no more than 100");
        r = conformance_machine_backend_report_count(backend, count);
        if (r >= 0)
                r = conformance_machine_backend_emit_counted(backend, count, name_of(backend));
        return r < 0 ? r : conformance_machine_backend_reply_add(reply, count);
}

static void on_later(void *userdata) {
        Later *l = userdata;

        (void)conformance_machine_backend_report_load(l->backend, l->value);
        (void)conformance_machine_backend_reply_later(l->reply);
}

/**
 * @brief Answers some milliseconds later; load is value by then.
 */
static int machine_later(struct conformance_machine_backend *backend, int32_t value,
                         struct conformance_machine_later_reply reply, void *userdata) {
        Machine *m = userdata;
        Later *l = calloc(1, sizeof(*l));
        int r;

        if (!l)
                return -ENOMEM;
        *l = (Later){ .next = m->later, .backend = backend, .reply = reply, .value = value };
        m->later = l;
        r = fascia_host_add_timer(
                fascia_backend_get_host(conformance_machine_backend_base(backend)), on_later, l,
                &l->timer);
        return r < 0 ? r : fascia_timer_set(l->timer, LATER_USEC);
}

/**
 * @brief Does not answer at all.
 */
static int machine_never(struct conformance_machine_backend *backend,
                         struct conformance_machine_never_reply reply, void *userdata) {
        (void)backend;
        (void)reply;
        (void)userdata;
        return 0;
}

/**
 * @brief The id, and as size the length of its name in bytes.
 */
static int machine_describe(struct conformance_machine_backend *backend, const char *id,
                            struct conformance_machine_describe_reply reply, void *userdata) {
        const struct conformance_part part = { .id = id,
                                               .size = (int32_t)strlen(id),
                                               .mood = *(const int32_t *)value_of(backend,
                                                                                  "mood") };

        (void)userdata;
        return conformance_machine_backend_reply_describe(reply, &part);
}

/**
 * @brief The numbers in the other order.
 */
static int machine_reversed(struct conformance_machine_backend *backend,
                            const struct fascia_int32_list *numbers,
                            struct conformance_machine_reversed_reply reply, void *userdata) {
        int32_t *items = calloc(numbers->count + 1, sizeof(*items));
        const struct fascia_int32_list reversed = { numbers->count > 0 ? items : NULL,
                                                    numbers->count };
        int r;

        (void)backend;
        (void)userdata;
        if (!items)
                return -ENOMEM;
        for (size_t i = 0; i < numbers->count; i++)
                items[i] = numbers->items[numbers->count - 1 - i];
        r = conformance_machine_backend_reply_reversed(reply, &reversed);
        free(items);
        return r;
}

/**
 * @brief Refuses with Busy: "not now".
 */
static int machine_refuse(struct conformance_machine_backend *backend,
                          struct conformance_machine_refuse_reply reply, void *userdata) {
        (void)backend;
        (void)userdata;
        return fascia_reply_fail(reply.ticket, -EBUSY, "not now");
}

/**
 * @brief Adds a zone, before it answers; its count is 1.
 */
static int machine_add_zone(struct conformance_machine_backend *backend, const char *zone,
                            struct conformance_machine_add_zone_reply reply, void *userdata) {
        struct conformance_machine_backend *added;
        Machine *m = userdata;
        int r;

        (void)backend;
        r = conformance_machine_backend_add_zone(m->root, zone, m, &added);
        if (r >= 0)
                r = machine_report(added, false);
        if (r >= 0)
                r = conformance_machine_backend_report_count(added, 1);
        return r < 0 ? r : conformance_machine_backend_reply_add_zone(reply);
}

static int machine_remove_zone(struct conformance_machine_backend *backend, const char *zone,
                               struct conformance_machine_remove_zone_reply reply, void *userdata) {
        const Machine *m = userdata;
        struct fascia_backend *gone = fascia_backend_get_zone(
                conformance_machine_backend_base(m->root), zone);

        (void)backend;
        fascia_backend_remove_zone(gone);
        return conformance_machine_backend_reply_remove_zone(reply);
}

static const struct conformance_machine_backend_ops machine_ops = {
        .size = sizeof(machine_ops),
        .start = machine_start,
        .stop = machine_stop,
        .set_running = machine_set_running,
        .set_load = machine_set_load,
        .set_factor = machine_set_factor,
        .set_name = machine_set_name,
        .set_octet = machine_set_octet,
        .set_big = machine_set_big,
        .set_mood = machine_set_mood,
        .set_layers = machine_set_layers,
        .set_part = machine_set_part,
        .set_parts = machine_set_parts,
        .set_numbers = machine_set_numbers,
        .set_labels = machine_set_labels,
        .set_anything = machine_set_anything,
        .add = machine_add,
        .later = machine_later,
        .never = machine_never,
        .describe = machine_describe,
        .reversed = machine_reversed,
        .refuse = machine_refuse,
        .add_zone = machine_add_zone,
        .remove_zone = machine_remove_zone,
};

static const struct fascia_plugin_feature features[] = {
        {
                CONFORMANCE_MACHINE_FEATURE(&machine_ops),
        },
};

FASCIA_EXPORT extern const struct fascia_plugin FASCIA_PLUGIN_NAME;
const struct fascia_plugin FASCIA_PLUGIN_NAME = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "conformance",
        .kind = FASCIA_PLUGIN_PRODUCTION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
};
