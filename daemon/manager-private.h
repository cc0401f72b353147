/* SPDX-License-Identifier: MIT */
/* What the parts of the manager share. */
#pragma once

#include <systemd/sd-event.h>

#include "idle.h"
#include "log-control.h"
#include "manager-object.h"
#include "manager.h"
#include "module.h"
#include "watchdog.h"

struct Manager {
        ManagerSettings settings;
        sd_event *event;
        Loop *loop;
        Config *config;
        Host *host;
        Quota *quota;
        Penalty *penalty;
        Callers *callers;
        Connection *connection;
        ManagerObject *object;
        LogControl *log_control;
        uint64_t since; /* it is there */
        Idle *idle;
        LoopTimer *leave_limit;
        PendingReply *last_word; /* of the bus, before this process leaves it */
        Watchdog *watchdog;
        Module *modules;
        ServiceSettings limits;
        bool is_serving; /* every name is ours, on this connection */
        bool is_ready;
        bool is_stopping;
        bool is_leaving; /* nobody needs this process, and nothing more can come to it */
        bool is_report_due;
        bool is_refused; /* the last configuration that was to be read */
        char *refusal;   /* a sentence on it; NULL for want of memory */
};

/* Ends the loop with this exit status. */
void manager_exit(Manager *m, int status);
/* Says in the log what has changed, and tells the service manager how it stands. */
void manager_report(Manager *m);

/* ---- modules ---- */

/* Limits, log level and the like, as the configuration says now. */
void manager_apply_limits(Manager *m);
/* Whether this process is to serve it. */
bool manager_wants(Manager *m, const char *name);
/* NULL: it is not served here. */
Module *manager_find_module(Manager *m, const char *name);
int manager_add_module(Manager *m, const char *name, Module **ret);
/* It is the manager's, who is told of its state. */
void manager_own(Manager *m, Module *module);

/* ---- the bus ---- */

int manager_connect(Manager *m, const char *address);
/* Exports it, and asks for its name. */
void manager_attach(Manager *m, Module *module);
/* Whether all names are ours by now: then the service is ready. */
void manager_check_names(Manager *m);
/* Nobody uses the service: for idle_new(). */
void manager_on_idle(void *userdata);
/* It was not done in time. */
void manager_on_leave_limit(void *userdata);

/* ---- reload ---- */

/* A configuration that has faults changes nothing: it is logged and kept what was wrong. -EBADMSG. */
int manager_reload(Manager *m);
/* The same, and the service manager is told. */
int manager_reload_and_tell(Manager *m);

void manager_log_problems(const Config *config);
