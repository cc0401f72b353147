/* SPDX-License-Identifier: MIT */
/* The faults that are in force, and what they hold back. */
#include "sim-faults.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim-delivery.h"
#include "sim-fault.h"
#include "sim-text.h"
#include "simulator-private.h"

/* How long the last one of a reorder waits for another, and how long a flood lasts, unless that is said. */
#define DEFAULT_USEC SIM_SECOND

/* What is held back may be much, when a fault that delays meets a value that changes fast. */
#define HELD_MAX 100000u

#define ERROR_PREFIX "org.fascia.Error."

typedef struct Fault Fault;
struct Fault {
        Fault *next;
        SimFaults *faults;
        uint32_t id;
        SimFault what;
        uint64_t met;
        uint64_t struck;
        SimTimer *end; /* of a disconnect; NULL: when it is taken away */
        bool is_spent; /* goes when nobody looks at it */
};

/* A delivery that comes later, or again. */
typedef struct Held Held;
struct Held {
        Held *next;
        SimFaults *faults;
        uint32_t fault;
        SimDelivery *delivery;
        SimDelivery *other; /* of a flood: what comes by turns with it; or NULL */
        SimTimer *timer;
        bool waits_for_next; /* of a reorder */
        uint64_t interval;   /* of a flood; else 0: comes once */
        uint64_t until;
        bool is_other_next;
};

struct SimFaults {
        Simulator *simulator;
        Fault *first;
        Held *held;
        unsigned n_held;
        uint32_t last_id;
        unsigned n_walks;
        SimFaultsFn *fn;
        void *userdata;
};

static void tell(const SimFaults *f) {
        if (f->fn)
                f->fn(f->userdata);
}

/* ---- what is held ---- */

static void held_drop(Held *h) {
        Held **p = &h->faults->held;

        while (*p != h)
                p = &(*p)->next;
        *p = h->next;
        h->faults->n_held--;
        sim_timer_free(h->timer);
        sim_delivery_free(h->delivery);
        sim_delivery_free(h->other);
        free(h);
}

/* It comes at last, past all faults. */
static void held_release(Held *h) {
        SimDelivery *d = h->delivery;

        h->delivery = NULL;
        held_drop(h);
        (void)sim_delivery_do(d); /* who waited for it may have gone */
        sim_delivery_free(d);
}

static void on_flood(Held *h) {
        uint64_t now = sim_clock_now(simulator_get_clock(h->faults->simulator));

        /* The last one is the true one. */
        if (now + h->interval > h->until) {
                held_release(h);
                return;
        }
        sim_timer_set(h->timer, now + h->interval);
        h->is_other_next = !h->is_other_next && h->other;
        (void)sim_delivery_do(h->is_other_next ? h->other : h->delivery);
}

static void drop_spent(SimFaults *f);

static void on_held(void *userdata) {
        Held *h = userdata;
        SimFaults *f = h->faults;

        if (h->interval > 0) {
                on_flood(h);
                return;
        }
        held_release(h);
        drop_spent(f);
}

static int hold(Fault *fault, const SimDelivery *d, uint64_t usec, Held **ret) {
        SimFaults *f = fault->faults;
        SimClock *clock = simulator_get_clock(f->simulator);
        Held *h;
        int r;

        if (f->n_held >= HELD_MAX)
                return -ENOBUFS;
        h = calloc(1, sizeof(*h));
        if (!h)
                return -ENOMEM;
        h->faults = f;
        h->fault = fault->id;
        r = sim_delivery_copy(d, &h->delivery);
        if (r >= 0)
                r = sim_timer_new(clock, on_held, h, &h->timer);
        if (r < 0) {
                sim_delivery_free(h->delivery);
                free(h);
                return r;
        }
        h->next = f->held;
        f->held = h;
        f->n_held++;
        sim_timer_set(h->timer, sim_clock_now(clock) + usec);
        *ret = h;
        return 0;
}

/* ---- striking ---- */

static bool is_answer(const SimDelivery *d) {
        return d->kind == SIM_SET_ANSWER || d->kind == SIM_CALL_ANSWER || d->kind == SIM_FAILURE;
}

static const char *member_of(const SimFeature *f, const SimDelivery *d) {
        if (d->kind == SIM_SIGNAL)
                return sim_signal(f->interface, d->member)->name;
        if (d->kind == SIM_VALUE || d->is_set)
                return sim_property(f->interface, d->member)->name;
        return sim_method(f->interface, d->member)->name;
}

static bool is_about(const SimFault *what, const SimFeature *f, const char *zone,
                     const char *member) {
        return (!what->feature || simulator_is_named(f, what->feature)) &&
               (!what->zone || strcmp(what->zone, zone) == 0) &&
               (!what->member || strcmp(what->member, member) == 0);
}

static bool meets(SimFaultKind kind, const SimDelivery *d) {
        switch (kind) {
        case SIM_DELAY:
        case SIM_REORDER:
                return true;
        case SIM_DROP:
                return !is_answer(d); /* the request was lost, or was to be answered */
        case SIM_FREEZE:
                return d->kind == SIM_VALUE;
        case SIM_DUPLICATE:
                return d->kind == SIM_SIGNAL;
        case SIM_FLOOD:
                return !is_answer(d);
        case SIM_FAIL:
        case SIM_DISCONNECT:
                return false;
        }
        return false;
}

/* Whether it strikes this time. */
static bool strikes(Fault *fault) {
        if (fault->is_spent || fault->met++ < fault->what.skip)
                return false;
        if (fault->what.probability < 1 &&
            simulator_random(fault->faults->simulator) >= fault->what.probability)
                return false;
        fault->struck++;
        if (fault->what.times > 0 && fault->struck >= fault->what.times)
                fault->is_spent = true;
        return true;
}

static void fault_free(Fault *fault) {
        sim_timer_free(fault->end);
        sim_fault_done(&fault->what);
        free(fault);
}

static bool is_waiting(const SimFaults *f, uint32_t fault) {
        for (const Held *h = f->held; h; h = h->next)
                if (h->waits_for_next && h->fault == fault)
                        return true;
        return false;
}

/* Those that are done with, when nobody goes over the list. */
static void drop_spent(SimFaults *f) {
        bool dropped = false;

        if (f->n_walks > 0)
                return;
        for (Fault **p = &f->first; *p;) {
                Fault *fault = *p;

                if (!fault->is_spent || is_waiting(f, fault->id)) {
                        p = &fault->next;
                        continue;
                }
                *p = fault->next;
                fault_free(fault);
                dropped = true;
        }
        if (dropped)
                tell(f);
}

/* What waited for something to pass it comes now. */
static void release_waiting(SimFaults *f, uint32_t fault) {
        for (Held *h = f->held; h;) {
                if (!h->waits_for_next || h->fault != fault) {
                        h = h->next;
                        continue;
                }
                held_release(h);
                h = f->held;
        }
}

static int reorder(Fault *fault, const SimDelivery *d) {
        Held *h;
        int r;

        r = hold(fault, d, fault->what.usec ? fault->what.usec : DEFAULT_USEC, &h);
        if (r >= 0)
                h->waits_for_next = true;
        return r;
}

/* The value that was there until now comes by turns with it. */
static int add_other(Held *h, const SimDelivery *d) {
        SimDelivery other = *d;

        other.value = fascia_backend_get_value(d->zone, d->member);
        return other.value ? sim_delivery_copy(&other, &h->other) : 0;
}

static int flood(Fault *fault, const SimDelivery *d) {
        uint64_t now = sim_clock_now(simulator_get_clock(fault->faults->simulator));
        Held *h;
        int r;

        r = hold(fault, d, 0, &h);
        if (r < 0)
                return r;
        h->interval = (uint64_t)(1e6 / fault->what.rate);
        h->until = now + (fault->what.usec ? fault->what.usec : DEFAULT_USEC);
        if (h->interval == 0)
                h->interval = 1;
        r = d->kind == SIM_VALUE ? add_other(h, d) : 0;
        if (r < 0)
                held_drop(h);
        return r;
}

/* 1: it has been taken. */
static int strike(Fault *fault, const SimDelivery *d) {
        Held *h;
        int r = 0;

        switch (fault->what.kind) {
        case SIM_DELAY:
                r = hold(fault, d, fault->what.usec, &h);
                break;
        case SIM_REORDER:
                r = reorder(fault, d);
                break;
        case SIM_FLOOD:
                r = flood(fault, d);
                break;
        case SIM_DUPLICATE:
                (void)sim_delivery_do(d);
                return 0;
        case SIM_DROP:
        case SIM_FREEZE:
        case SIM_FAIL:
        case SIM_DISCONNECT:
                break;
        }
        return r < 0 ? r : 1;
}

static void begin_walk(SimFaults *f) {
        f->n_walks++;
}

static void end_walk(SimFaults *f) {
        f->n_walks--;
        drop_spent(f);
}

int sim_faults_meet(SimFaults *f, const SimDelivery *d) {
        const SimFeature *feature = simulator_find_id(d->simulator, d->feature);
        int r = 0;

        if (!f->first || !feature)
                return 0;
        begin_walk(f);
        for (Fault *fault = f->first; fault && r == 0; fault = fault->next) {
                if (!meets(fault->what.kind, d) ||
                    !is_about(&fault->what, feature, fascia_backend_get_zone_name(d->zone),
                              member_of(feature, d)))
                        continue;
                /* The one that is let pass is not held itself. */
                if (fault->what.kind == SIM_REORDER && is_waiting(f, fault->id)) {
                        r = sim_delivery_do(d);
                        release_waiting(f, fault->id);
                        r = r < 0 ? r : 1;
                        break;
                }
                if (strikes(fault))
                        r = strike(fault, d);
        }
        end_walk(f);
        return r;
}

/* "OutOfRange" is short for one of ours. */
static int refuse(const SimFault *what, const SimRequest *q) {
        const char *error = what->error ? what->error : "Failed";
        char *name = NULL;
        int r;

        if (!strchr(error, '.') && asprintf(&name, ERROR_PREFIX "%s", error) < 0)
                return -ENOMEM;
        r = fascia_reply_fail_named(q->reply, name ? name : error,
                                    what->text ? what->text : "The simulation lets this fail");
        free(name);
        return r;
}

int sim_faults_meet_request(SimFaults *f, const SimRequest *q) {
        const SimFeature *feature = simulator_find_id(q->simulator, q->feature);
        const char *member;
        int r = 0;

        if (!f->first || !feature)
                return 0;
        member = q->is_set ? sim_property(feature->interface, q->member)->name
                           : sim_method(feature->interface, q->member)->name;
        begin_walk(f);
        for (Fault *fault = f->first; fault && r == 0; fault = fault->next) {
                if ((fault->what.kind != SIM_FAIL && fault->what.kind != SIM_DROP) ||
                    !is_about(&fault->what, feature, fascia_backend_get_zone_name(q->zone),
                              member) ||
                    !strikes(fault))
                        continue;
                r = fault->what.kind == SIM_FAIL ? refuse(&fault->what, q) : 0;
                r = r < 0 ? r : 1;
        }
        end_walk(f);
        return r;
}

/* ---- features as a whole ---- */

static const char *disconnection_of(const SimFaults *f, const SimFeature *feature) {
        for (const Fault *fault = f->first; fault; fault = fault->next)
                if (fault->what.kind == SIM_DISCONNECT && !fault->is_spent &&
                    (!fault->what.feature || simulator_is_named(feature, fault->what.feature)))
                        return fault->what.text ? fault->what.text
                                                : "The simulation has it disconnected";
        return NULL;
}

void sim_faults_meet_feature(SimFaults *f, SimFeature *feature) {
        feature->disconnected = NULL;
        if (disconnection_of(f, feature))
                feature->disconnected = strdup(disconnection_of(f, feature));
}

static void connect_all(SimFaults *f) {
        for (SimFeature *feature = NULL;
             (feature = simulator_next_feature(f->simulator, feature));) {
                const char *text = disconnection_of(f, feature);

                if (text || feature->disconnected)
                        sim_feature_set_disconnected(feature, text);
        }
}

static void fault_end(Fault *fault) {
        SimFaults *f = fault->faults;

        fault->is_spent = true;
        release_waiting(f, fault->id);
        if (fault->what.kind == SIM_DISCONNECT)
                connect_all(f);
        drop_spent(f);
}

static void on_end(void *userdata) {
        fault_end(userdata);
}

static int begin_disconnection(Fault *fault) {
        SimClock *clock = simulator_get_clock(fault->faults->simulator);
        int r;

        if (fault->what.usec > 0) {
                r = sim_timer_new(clock, on_end, fault, &fault->end);
                if (r < 0)
                        return r;
                sim_timer_set(fault->end, sim_clock_now(clock) + fault->what.usec);
        }
        fault->struck = 1;
        connect_all(fault->faults);
        return 0;
}

/* ---- the list ---- */

/* A feature that does not run may come, with what it has. */
static int read_fault(const SimFaults *f, const json_t *description, SimFault *ret,
                      char **reterr_text) {
        const SimFeature *feature;
        int r;

        r = sim_fault_read(description, ret, reterr_text);
        if (r < 0 || !ret->feature || !ret->member)
                return r;
        feature = simulator_find_feature(f->simulator, ret->feature, NULL);
        if (!feature || sim_has_member(feature->interface, ret->member))
                return 0;
        r = sim_refuse(reterr_text, "%s has no member '%s'", ret->feature, ret->member);
        sim_fault_done(ret);
        return r;
}

int sim_faults_add(SimFaults *f, const json_t *description, uint32_t *ret_id, char **reterr_text) {
        Fault **last = &f->first, *fault;
        int r;

        fault = calloc(1, sizeof(*fault));
        if (!fault)
                return -ENOMEM;
        fault->faults = f;
        r = read_fault(f, description, &fault->what, reterr_text);
        if (r < 0) {
                free(fault);
                return r;
        }
        fault->id = ++f->last_id;
        while (*last)
                last = &(*last)->next;
        *last = fault;
        *ret_id = fault->id;
        if (fault->what.kind == SIM_DISCONNECT) {
                r = begin_disconnection(fault);
                if (r < 0) {
                        fault_end(fault);
                        return r;
                }
        }
        tell(f);
        return 0;
}

int sim_faults_check(const SimFaults *f, const json_t *description, char **reterr_text) {
        SimFault fault;
        int r;

        r = read_fault(f, description, &fault, reterr_text);
        if (r >= 0)
                sim_fault_done(&fault);
        return r;
}

int sim_faults_remove(SimFaults *f, uint32_t id) {
        for (Fault *fault = f->first; fault; fault = fault->next)
                if (fault->id == id && !fault->is_spent) {
                        fault_end(fault);
                        return 0;
                }
        return -ENOENT;
}

void sim_faults_clear(SimFaults *f) {
        begin_walk(f);
        for (Fault *fault = f->first; fault; fault = fault->next)
                if (!fault->is_spent)
                        fault_end(fault);
        end_walk(f);
}

json_t *sim_faults_list(const SimFaults *f) {
        json_t *list = json_array();

        for (const Fault *fault = f->first; fault; fault = fault->next) {
                json_t *one;

                if (fault->is_spent)
                        continue;
                one = json_copy(fault->what.description);
                if (json_object_set_new(one, "id", json_integer(fault->id)) < 0 ||
                    json_object_set_new(one, "struck", json_integer((json_int_t)fault->struck)) <
                            0 ||
                    json_array_append_new(list, one) < 0) {
                        json_decref(list);
                        return NULL;
                }
        }
        return list;
}

void sim_faults_watch(SimFaults *f, SimFaultsFn *fn, void *userdata) {
        f->fn = fn;
        f->userdata = userdata;
}

int sim_faults_new(Simulator *s, SimFaults **ret) {
        SimFaults *f;

        f = calloc(1, sizeof(*f));
        if (!f)
                return -ENOMEM;
        f->simulator = s;
        *ret = f;
        return 0;
}

SimFaults *sim_faults_free(SimFaults *f) {
        if (!f)
                return NULL;
        while (f->held)
                held_drop(f->held);
        while (f->first) {
                Fault *next = f->first->next;

                fault_free(f->first);
                f->first = next;
        }
        free(f);
        return NULL;
}
