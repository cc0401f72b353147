/* SPDX-License-Identifier: MIT */
/* Modules, features and clients as dictionaries. */
#include "manager-records.h"

#include <stdio.h>
#include <string.h>

#include "service-status.h"
#include "try.h"

/* ---- entries ---- */

int write_text_variant(Writer *w, const char *text) {
        TRY(writer_open(w, 'v', "s"));
        TRY(writer_string(w, text));
        return writer_close(w);
}

int write_u32_variant(Writer *w, uint32_t value) {
        TRY(writer_open(w, 'v', "u"));
        TRY(writer_basic(w, 'u', &value));
        return writer_close(w);
}

static int begin_entry(Writer *w, const char *name) {
        TRY(writer_open(w, 'e', "sv"));
        return writer_string(w, name);
}

static int put_text(Writer *w, const char *name, const char *text) {
        TRY(begin_entry(w, name));
        TRY(write_text_variant(w, text));
        return writer_close(w);
}

static int put_u32(Writer *w, const char *name, uint32_t value) {
        TRY(begin_entry(w, name));
        TRY(write_u32_variant(w, value));
        return writer_close(w);
}

static int put_u64(Writer *w, const char *name, uint64_t value) {
        TRY(begin_entry(w, name));
        TRY(writer_open(w, 'v', "t"));
        TRY(writer_basic(w, 't', &value));
        TRY(writer_close(w));
        return writer_close(w);
}

static int put_counters(Writer *w, const Counters *c) {
        TRY(put_u64(w, "Calls", c->calls));
        TRY(put_u64(w, "Sets", c->sets));
        TRY(put_u64(w, "Reads", c->reads));
        TRY(put_u64(w, "Errors", c->errors));
        TRY(put_u64(w, "Refused", c->refused));
        TRY(put_u64(w, "Changes", c->changes));
        return put_u64(w, "Signals", c->signals);
}

/* Opens a text list as the value of an entry; two closes end it. */
static int begin_list(Writer *w, const char *name) {
        TRY(begin_entry(w, name));
        TRY(writer_open(w, 'v', "as"));
        return writer_open(w, 'a', "s");
}

static int end_list(Writer *w) {
        TRY(writer_close(w));
        TRY(writer_close(w));
        return writer_close(w);
}

static int put_version(Writer *w, const struct fascia_module *module) {
        char text[32] = "";

        if (module)
                snprintf(text, sizeof(text), "%u.%u", module->major, module->minor);
        return put_text(w, "Version", text);
}

/* ---- features ---- */

static const char *state_name(enum fascia_state state) {
        switch (state) {
        case FASCIA_STATE_UNAVAILABLE:
                return "unavailable";
        case FASCIA_STATE_SYNCING:
                return "syncing";
        case FASCIA_STATE_READY:
                return "ready";
        }
        return "";
}

/* Nothing that does not run is of any kind. */
static const char *kind_name(const FeatureStatus *f) {
        if (!f->is_running)
                return "";
        return f->is_simulated ? "simulation" : "production";
}

static int put_zones(Writer *w, const Service *s, uint32_t interface) {
        const char *zone;

        TRY(begin_list(w, "Zones"));
        for (uint32_t i = 0; (zone = service_get_zone(s, interface, i)); i++)
                TRY(writer_string(w, zone));
        return end_list(w);
}

static int write_feature(Writer *w, const Manager *m, const Module *module, uint32_t interface,
                         const FeatureStatus *f) {
        TRY(writer_open(w, 'e', "oa{sv}"));
        TRY(writer_basic(w, 'o', &f->interface->path));
        TRY(writer_open(w, 'a', "{sv}"));
        TRY(put_text(w, "BusName", service_get_bus_name(module->service)));
        TRY(put_text(w, "Section", module->name));
        TRY(put_text(w, "Name", f->interface->qualified_name));
        TRY(put_text(w, "Interface", f->interface->dbus_name));
        TRY(put_version(w, f->interface->module));
        TRY(put_text(w, "Backend", f->backend));
        TRY(put_text(w, "Kind", kind_name(f)));
        TRY(put_text(w, "State", state_name(f->state)));
        TRY(put_text(w, "Error", f->error ? f->error->message : ""));
        TRY(put_zones(w, module->service, interface));
        TRY(put_u64(w, "Uptime", loop_now(m->loop) - f->since));
        TRY(put_u32(w, "InFlight", f->n_in_flight));
        TRY(put_counters(w, f->counters));
        TRY(writer_close(w));
        return writer_close(w);
}

int write_features(Writer *w, const Manager *m, const Module *only) {
        FeatureStatus f;

        TRY(writer_open(w, 'a', "{oa{sv}}"));
        for (const Module *module = m->modules; module; module = module->next) {
                /* One that is not on the bus may have the paths of another that is. */
                if (module->fault || (only && module != only))
                        continue;
                for (uint32_t i = 0; service_get_feature(module->service, i, &f); i++)
                        TRY(write_feature(w, m, module, i, &f));
        }
        return writer_close(w);
}

/* ---- modules ---- */

/* What its features have in common; `several` when they differ. */
typedef struct Summary {
        const char *state, *backend, *kind;
        Counters counters;
} Summary;

static const char *merge(const char *a, const char *b, const char *several) {
        return !a || strcmp(a, b) == 0 ? b : several;
}

static Summary summarize(const Module *module) {
        Summary sum = { .counters = *service_get_counters(module->service) };
        FeatureStatus f;
        bool is_any_ready = false;

        for (uint32_t i = 0; service_get_feature(module->service, i, &f); i++) {
                is_any_ready |= f.state == FASCIA_STATE_READY;
                sum.state = merge(sum.state, state_name(f.state),
                                  is_any_ready ? "partial" : "unavailable");
                sum.backend = merge(sum.backend, f.backend, "several");
                sum.kind = merge(sum.kind, kind_name(&f), "mixed");
                counters_add(&sum.counters, f.counters);
        }
        if (module->fault || !service_get_module(module->service))
                sum.state = "failed";
        else if (!sum.state)
                sum.state = "ready"; /* it has no features */
        return sum;
}

static int put_features(Writer *w, const Service *s) {
        FeatureStatus f;

        TRY(begin_list(w, "Features"));
        for (uint32_t i = 0; service_get_feature(s, i, &f); i++)
                TRY(writer_string(w, f.interface->qualified_name));
        return end_list(w);
}

static int write_module(Writer *w, const Manager *m, const Module *module) {
        const char *error = module_get_error(module);
        Summary sum = summarize(module);

        TRY(writer_open(w, 'e', "sa{sv}"));
        TRY(writer_string(w, module->name));
        TRY(writer_open(w, 'a', "{sv}"));
        TRY(put_text(w, "BusName", service_get_bus_name(module->service)));
        TRY(put_version(w, service_get_module(module->service)));
        TRY(put_text(w, "State", sum.state));
        TRY(put_text(w, "Error", error ? error : ""));
        TRY(put_text(w, "Backend", sum.backend ? sum.backend : ""));
        TRY(put_text(w, "Kind", sum.kind ? sum.kind : ""));
        TRY(put_features(w, module->service));
        TRY(put_u64(w, "Uptime", loop_now(m->loop) - service_get_since(module->service)));
        TRY(put_counters(w, &sum.counters));
        TRY(writer_close(w));
        return writer_close(w);
}

int write_modules(Writer *w, const Manager *m) {
        TRY(writer_open(w, 'a', "{sa{sv}}"));
        for (const Module *module = m->modules; module; module = module->next)
                TRY(write_module(w, m, module));
        return writer_close(w);
}

/* ---- clients ---- */

typedef struct ClientWriter {
        Writer *writer;
        int error;
} ClientWriter;

static int write_client(Writer *w, const QuotaStatus *status) {
        TRY(writer_open(w, 'e', "sa{sv}"));
        TRY(writer_string(w, status->sender));
        TRY(writer_open(w, 'a', "{sv}"));
        TRY(put_u64(w, "Calls", status->calls));
        TRY(put_u64(w, "Refused", status->refused));
        TRY(put_u64(w, "InFlight", status->in_flight));
        TRY(writer_close(w));
        return writer_close(w);
}

static void on_client(const QuotaStatus *status, void *userdata) {
        ClientWriter *c = userdata;

        if (c->error >= 0)
                c->error = write_client(c->writer, status);
}

int write_clients(Writer *w, const Manager *m) {
        ClientWriter c = { w, 0 };

        TRY(writer_open(w, 'a', "{sa{sv}}"));
        quota_visit(m->quota, on_client, &c);
        TRY(c.error);
        return writer_close(w);
}

/* ---- the process ---- */

int write_statistics(Writer *w, const Manager *m) {
        Counters counters = { .calls = 0 };
        uint32_t n_modules = 0, n_features = 0;

        for (const Module *module = m->modules; module; module = module->next) {
                const struct fascia_module *known = service_get_module(module->service);
                Summary sum = summarize(module);

                n_modules++;
                n_features += known ? known->n_interfaces : 0;
                counters_add(&counters, &sum.counters);
        }
        TRY(writer_open(w, 'a', "{sv}"));
        TRY(put_u32(w, "Modules", n_modules));
        TRY(put_u32(w, "Features", n_features));
        TRY(put_u32(w, "Clients", quota_count(m->quota)));
        TRY(put_u64(w, "Uptime", loop_now(m->loop) - m->since));
        TRY(put_u64(w, "Outstanding", connection_get_outstanding(m->connection)));
        TRY(put_counters(w, &counters));
        return writer_close(w);
}
