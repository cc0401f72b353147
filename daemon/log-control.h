/* SPDX-License-Identifier: MIT */
/* org.freedesktop.LogControl1: what "systemctl service-log-level" and "service-log-target" ask of a service. */
#pragma once

#include "callers.h"
#include "connection.h"

typedef struct LogControl LogControl;

/* Told after the level was changed. */
typedef void LogControlFn(void *userdata);

/* The callers are borrowed. */
int log_control_new(Callers *callers, LogControlFn *fn, void *userdata, LogControl **ret);
LogControl *log_control_free(LogControl *l);
void log_control_attach(LogControl *l, Connection *connection);
void log_control_detach(LogControl *l);
