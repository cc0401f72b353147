/* SPDX-License-Identifier: MIT */
/* What all handles of one feature in one client share: the running backend with its cache, and the
 * order in which the program hears of it. */
#pragma once

#include "client.h"
#include "discovery.h"
#include "instance.h"

/*
 * A backend's reports only leave marks and events here. They are delivered from the loop: first the
 * zones that came and went, then the changed properties, then states, then signals and answers in
 * the order in which they came. So a change that was made before an answer is seen before it, and
 * at READY the values are there.
 *
 * The built-in backend "dbus" is trusted: it is always called at once, because it only sends, and
 * delivers at the end of each message (on_commit), because it only receives from the loop. Others
 * are called from the loop, so that a value borrowed from a getter stays valid until then.
 */
struct FeatureCore {
        Client *client;
        const struct fascia_interface *interface;
        Instance *instance; /* what the program sees */
        Instance *next;     /* NULL, or what takes over when it is ready */
        Instance *better;   /* NULL, or what was first choice, and takes over if it becomes ready */
        uint64_t next_deadline; /* until which the instance goes on beside the next */
        Discovery discovery;
        DiscoveryInput before; /* while a setting is changed */
        Link link;             /* in Client.cores */
        Link scheduled;        /* in Client.scheduled, or in none */
        Link handles;          /* Feature.link; the dead ones leave when nothing is delivered */
        Link events;           /* Event.link: what the program has not heard, in order */
        Link waiting;          /* Event.link of calls that the backend was not asked for yet */
        LoopTimer *wait_timer;
        uint64_t timeout;
        uint64_t connection_timeout;
        uint64_t n_notified; /* numbers what was told, so that a new listener hears what is newer */
        unsigned delivering;
        bool is_trusted;
        bool is_instance_aside; /* the instance was better, and waits in its place for the next */
        bool is_halted;         /* values are still the instance's, the state is that of the next */
        bool has_served;        /* the instance has been ready */
        bool was_ready;
        bool has_news; /* marks, zones or a state that may have to be told */
        bool has_garbage;
};

/* A signal, or an answer (struct fascia_call begins with it). */
typedef struct Event {
        Link link;
        bool is_call;
} Event;

/* The core of the interface, made when there is none. */
int core_get(Client *c, const struct fascia_interface *interface, FeatureCore **ret);
FeatureCore *core_free(FeatureCore *core);

extern const InstanceEvents core_events;

/* As the program sees them. */
enum fascia_state core_get_state(const FeatureCore *core);
const struct fascia_error *core_get_error(const FeatureCore *core);
/* Signals that were not told yet are those of the zones of another instance now. */
void core_move_signals(FeatureCore *core, Instance *to);
/* Takes from the configuration what may change while it runs. */
void core_configure(FeatureCore *core);

void core_schedule(FeatureCore *core);
/* What was scheduled; may free the core. */
void core_run(FeatureCore *core);
void core_append_event(FeatureCore *core, Event *e);
/* Whether something has to be told before an answer that comes now. */
bool core_has_pending(const FeatureCore *core);

/* Around callbacks: handles and listeners that are freed meanwhile stay in memory. */
void core_enter(FeatureCore *core);
void core_leave(FeatureCore *core);
