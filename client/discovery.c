/* SPDX-License-Identifier: MIT */
/* How a feature finds its backend: which may serve it, in which order they are tried, and what became of
 * each. */
#include "discovery.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend-dbus.h"
#include "backend-list.h"
#include "feature-core.h"
#include "own-backend.h"
#include "take-over.h"

#define RETRY_USEC UINT64_C(1000000)

void discovery_init(Discovery *d) {
        *d = (Discovery){ .is_wanted = true, .retry_at = UINT64_MAX };
}

static void discovery_forget_names(Discovery *d) {
        for (size_t i = 0; i < d->n_names; i++)
                free(d->names[i]);
        free(d->names);
        free(d->loads_code);
        d->names = NULL;
        d->loads_code = NULL;
        d->n_names = d->n_tried = 0;
}

void discovery_done(Discovery *d) {
        d->load = background_load_free(d->load);
        discovery_forget_names(d);
        free(d->reasons);
        free(d->assigned);
}

void discovery_want(FeatureCore *core) {
        core->discovery.is_wanted = true;
        core_schedule(core);
}

/* ---- what people are told ---- */

static void discovery_tell(const FeatureCore *core, const char *backend, const char *text) {
        client_debug(core->client, DEBUG_DISCOVERY, "%s: backend '%s' %s",
                     core->interface->qualified_name, backend, text);
}

/* Without memory the reason is lost, and the rest goes on. */
static void discovery_add_reason(FeatureCore *core, const char *backend, const char *text) {
        Discovery *d = &core->discovery;
        char *reasons;

        client_debug(core->client, DEBUG_DISCOVERY, "%s: backend '%s' cannot be used: %s",
                     core->interface->qualified_name, backend, text);
        if (asprintf(&reasons, "%s%s%s: %s", d->reasons ? d->reasons : "", d->reasons ? "; " : "",
                     backend, text) < 0)
                return;
        free(d->reasons);
        d->reasons = reasons;
}

static const char *reason_of(const Instance *i) {
        const struct fascia_error *error = instance_get_error(i);

        return error ? error->message : "it gave no reason";
}

/* ---- who may be tried ---- */

static const char *core_setting(const FeatureCore *core, const char *key) {
        return config_get_string(core->client->config, core->interface->module->name,
                                 core->interface->name, key);
}

static DiscoveryMode core_mode(const FeatureCore *core) {
        return (DiscoveryMode)config_get_uint(core->client->config, core->interface->module->name,
                                              core->interface->name, "Discovery");
}

static int discovery_add_name(Discovery *d, const char *name, bool loads_code) {
        char **names;
        bool *flags;

        names = reallocarray(d->names, d->n_names + 1, sizeof(*names));
        if (!names)
                return -ENOMEM;
        d->names = names;
        flags = reallocarray(d->loads_code, d->n_names + 1, sizeof(*flags));
        if (!flags)
                return -ENOMEM;
        d->loads_code = flags;
        names[d->n_names] = strdup(name);
        if (!names[d->n_names])
                return -ENOMEM;
        flags[d->n_names++] = loads_code;
        return 0;
}

static bool mode_allows(DiscoveryMode mode, const BackendEntry *e) {
        switch (mode) {
        case DISCOVERY_AUTO:
                return true;
        case DISCOVERY_PRODUCTION:
                return e->kind == FASCIA_PLUGIN_PRODUCTION;
        case DISCOVERY_SIMULATION:
                return e->kind == FASCIA_PLUGIN_SIMULATION;
        case DISCOVERY_NONE:
                break;
        }
        return false;
}

/*
 * Which of two that the same pattern prefers is better; less is better. Production comes before
 * simulation. What somebody allows to be loaded into programs was made for this interface and comes
 * before the service; further services were described to be chosen, and come after it.
 */
static int rank(const BackendEntry *e) {
        int kind = e->kind == FASCIA_PLUGIN_PRODUCTION ? 0 : 10;

        if (!*e->origin)
                return kind + (e->is_named ? 0 : 2);
        return kind + (e->loads_code ? 1 : 3);
}

static int compare_entries(const void *a, const void *b) {
        const BackendEntry *x = a, *y = b;

        return rank(x) != rank(y) ? rank(x) - rank(y) : strcmp(x->name, y->name);
}

static int add_preferred(FeatureCore *core, const BackendList *list, const char *pattern,
                         bool *is_taken) {
        DiscoveryMode mode = core_mode(core);
        int r = 0;

        for (size_t i = 0; r >= 0 && i < list->n; i++) {
                const BackendEntry *e = &list->entries[i];

                if (is_taken[i] || !e->is_for_any_program || !mode_allows(mode, e) ||
                    fnmatch(pattern, e->name, 0) != 0)
                        continue;
                is_taken[i] = true;
                r = discovery_add_name(&core->discovery, e->name, e->loads_code);
        }
        return r;
}

static int add_by_preference(FeatureCore *core, BackendList *list) {
        char *copy, *rest, *pattern;
        bool *is_taken;
        int r = 0;

        qsort(list->entries, list->n, sizeof(*list->entries), compare_entries);
        copy = rest = strdup(core_setting(core, "PreferredBackends"));
        is_taken = calloc(list->n + 1, sizeof(*is_taken));
        if (!copy || !is_taken)
                r = -ENOMEM;
        while (r >= 0 && (pattern = strsep(&rest, " ")))
                if (*pattern)
                        r = add_preferred(core, list, pattern, is_taken);
        free(is_taken);
        free(copy);
        return r;
}

static int add_by_search(FeatureCore *core) {
        BackendList list;
        int r;

        if (core_mode(core) == DISCOVERY_NONE)
                return 0;
        r = client_read_backends(core->client);
        if (r >= 0)
                r = backend_list_get(core->client->host, core->interface, &list);
        if (r < 0)
                return r;
        r = add_by_preference(core, &list);
        backend_list_done(&list);
        return r;
}

/* The one that is to be taken, whatever else there is; NULL: none. */
static const char *core_fixed_backend(const FeatureCore *core) {
        const char *name = core->discovery.assigned;

        if (!name)
                name = own_backend_find(core->client, core->interface);
        if (!name)
                name = core_setting(core, "Backend");
        return *name ? name : NULL;
}

static int discovery_list(FeatureCore *core) {
        const char *fixed = core_fixed_backend(core);
        bool loads_code;
        int r;

        if (!fixed)
                return add_by_search(core);
        loads_code = !host_has_plugin(core->client->host, fixed);
        /* What is described may be another plugin than the name says. */
        r = loads_code ? client_read_backends(core->client) : 0;
        if (r >= 0)
                r = discovery_add_name(&core->discovery, fixed, loads_code);
        return r;
}

static void discovery_begin(FeatureCore *core) {
        Discovery *d = &core->discovery;

        d->load = background_load_free(d->load);
        discovery_forget_names(d);
        free(d->reasons);
        d->reasons = NULL;
        d->is_wanted = d->has_loaded = d->is_unproven = false;
        d->is_searching = true;
        d->lacks_memory = false;
        d->retry_at = UINT64_MAX;
        core_drop_waiting(core);
        if (discovery_list(core) < 0) {
                d->lacks_memory = true;
                discovery_add_reason(core, "*", "There is no memory to list the backends");
        }
}

/* ---- trying ---- */

static void on_loaded(int error, const char *text, void *userdata) {
        FeatureCore *core = userdata;
        Discovery *d = &core->discovery;

        d->load = background_load_free(d->load);
        core_schedule(core);
        if (!d->is_searching)
                return;
        d->has_loaded = true;
        /* It is not tried again here, in the loop's thread. */
        if (error < 0)
                discovery_add_reason(core, d->names[d->n_tried++], text ? text : strerror(-error));
}

/* Whether it has to be waited for. */
static bool discovery_is_loading(FeatureCore *core) {
        Discovery *d = &core->discovery;
        const char *name = d->names[d->n_tried];
        Host *host = core->client->host;

        if (d->load)
                return true;
        if (d->has_loaded || !d->loads_code[d->n_tried] ||
            host_has_plugin(host, backend_get_library(host, name)) ||
            !config_get_bool(core->client->config, core->interface->module->name,
                             core->interface->name, "LoadInBackground"))
                return false;
        discovery_tell(core, name, "is being loaded");
        /* Where there can be no thread, it is loaded here. */
        return host_load_in_background(host, name, on_loaded, core, &d->load) >= 0;
}

/* Whether it is the one that serves, with what it was given. */
static bool discovery_is_serving(const FeatureCore *core, const char *name) {
        return !core->discovery.has_new_settings && instance_is_running(core->instance) &&
               strcmp(instance_get_plugin_name(core->instance), name) == 0;
}

static void discovery_try(FeatureCore *core) {
        Discovery *d = &core->discovery;
        const char *name = d->names[d->n_tried];
        char *text = NULL;
        int r;

        d->n_tried++;
        d->has_loaded = false;
        if (discovery_is_serving(core, name)) {
                d->is_searching = false;
                return;
        }
        r = core_start_backend(core, name, &text);
        if (r < 0) {
                d->lacks_memory = d->lacks_memory || r == -ENOMEM;
                discovery_add_reason(core, name, text ? text : strerror(-r));
                free(text);
                return;
        }
        discovery_tell(core, name, "was started");
        d->is_searching = d->has_new_settings = false;
        d->is_unproven = true;
}

static const char *mode_text(const FeatureCore *core) {
        switch (core_mode(core)) {
        case DISCOVERY_AUTO:
                return "No backend was found";
        case DISCOVERY_PRODUCTION:
                return "No production backend was found";
        case DISCOVERY_SIMULATION:
                return "No simulation was found";
        case DISCOVERY_NONE:
                break;
        }
        return "No backend was assigned, and none is looked for (Discovery=none)";
}

/* What works, or may come to work, stays. */
static void discovery_end(FeatureCore *core) {
        Discovery *d = &core->discovery;
        Error error = { 0 };

        d->is_searching = false;
        if (d->lacks_memory)
                d->retry_at = loop_now(core->client->loop) + RETRY_USEC;
        /* The only one there is says best itself what is wrong. */
        if (core_has_backend(core) ||
            (d->n_names == 1 && !core->has_served && instance_get_error(core->instance)))
                return;
        if (d->reasons)
                error_setf(&error, -ENOENT, "No backend of %s can be used: %s",
                           core->interface->name, d->reasons);
        else
                error_setf(&error, -ENOENT, "%s for %s", mode_text(core), core->interface->name);
        client_debug(core->client, DEBUG_DISCOVERY, "%s: %s", core->interface->qualified_name,
                     error.public.message);
        instance_set_state(core->instance, FASCIA_STATE_UNAVAILABLE, error_get(&error));
        error_clear(&error);
}

static void discovery_search(FeatureCore *core) {
        Discovery *d = &core->discovery;

        while (d->is_searching) {
                if (d->n_tried == d->n_names)
                        discovery_end(core);
                else if (discovery_is_loading(core))
                        return;
                else
                        discovery_try(core);
        }
}

/* Whether the one that has started cannot be used as it is, and there is another to try. */
static bool discovery_gives_way(const FeatureCore *core) {
        const Discovery *d = &core->discovery;
        const Instance *newest = core_newest(core);

        if (!d->is_unproven || d->n_tried == d->n_names ||
            instance_get_state(newest) != FASCIA_STATE_UNAVAILABLE || !instance_get_error(newest))
                return false;
        /* A service that is there and not ready yet, or ill, is the one that is wanted all the same. */
        return !backend_dbus_serves(newest) || !backend_dbus_has_service(newest);
}

bool discovery_is_going_on(const FeatureCore *core) {
        return core->discovery.is_searching || discovery_gives_way(core);
}

/* It may recover, and takes over then. */
static void discovery_review(FeatureCore *core) {
        Discovery *d = &core->discovery;
        const Instance *newest = core_newest(core);

        if (instance_get_state(newest) == FASCIA_STATE_READY)
                d->is_unproven = false;
        if (d->is_searching || !discovery_gives_way(core))
                return;
        discovery_add_reason(core, instance_get_plugin_name(newest), reason_of(newest));
        core_set_newest_aside(core);
        d->is_searching = true;
}

void discovery_run(FeatureCore *core) {
        Discovery *d = &core->discovery;

        if (d->is_wanted || d->retry_at <= loop_now(core->client->loop))
                discovery_begin(core);
        do {
                discovery_search(core);
                discovery_review(core);
        } while (core->discovery.is_searching && !core->discovery.load);
        core_take_over(core);
}

void discovery_stop(FeatureCore *core) {
        Discovery *d = &core->discovery;

        d->is_searching = d->is_unproven = false;
        d->n_tried = d->n_names;
}

/* ---- questions ---- */

bool discovery_has_hope(const FeatureCore *core) {
        const Discovery *d = &core->discovery;

        return d->is_wanted || d->is_searching || d->retry_at != UINT64_MAX ||
               core_has_backend(core);
}

enum fascia_discovery discovery_get_result(const FeatureCore *core) {
        if (instance_is_running(core->instance))
                return instance_is_simulated(core->instance) ? FASCIA_DISCOVERY_SIMULATION
                                                             : FASCIA_DISCOVERY_PRODUCTION;
        return discovery_has_hope(core) ? FASCIA_DISCOVERY_PENDING : FASCIA_DISCOVERY_FAILED;
}

static void describe(const FeatureCore *core, const char *key, FILE *f) {
        const char *value = config_lookup(core->client->config, core->interface->module->name,
                                          core->interface->name, key);

        fprintf(f, "%s=%s\n", key, value ? value : "");
}

static void describe_choice(const FeatureCore *core, FILE *f) {
        describe(core, "Discovery", f);
        describe(core, "PreferredBackends", f);
        describe(core, "Backend", f);
        config_dump_backends(core->client->config, f);
}

static void describe_settings(const FeatureCore *core, FILE *f) {
        const Config *config = core->client->config;
        const char *key = NULL;

        describe(core, "Address", f);
        describe(core, "BusName", f);
        describe(core, "ObjectPath", f);
        describe(core, "ServiceUser", f);
        while ((key = config_next_free_key(config, key)))
                describe(core, key, f);
        config_dump_backend(config, instance_get_plugin_name(core->instance), f);
}

static char *text_of(const FeatureCore *core, void (*write)(const FeatureCore *core, FILE *f)) {
        char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        if (!f)
                return NULL;
        write(core, f);
        fclose(f);
        return text;
}

DiscoveryInput discovery_get_input(const FeatureCore *core) {
        return (DiscoveryInput){ text_of(core, describe_choice), text_of(core, describe_settings) };
}

void discovery_input_done(DiscoveryInput *input) {
        free(input->choice);
        free(input->settings);
}

/* Without memory they are not known to be the same. */
static bool is_same(const char *a, const char *b) {
        return a && b && strcmp(a, b) == 0;
}

void discovery_follow(FeatureCore *core, const DiscoveryInput *before) {
        DiscoveryInput now = discovery_get_input(core);

        if (!is_same(before->settings, now.settings))
                core->discovery.has_new_settings = true;
        if (core->discovery.has_new_settings || !is_same(before->choice, now.choice))
                discovery_want(core);
        discovery_input_done(&now);
}
