/* SPDX-License-Identifier: MIT */
/* Names the backend that is at work, also where nothing but what a signal handler may do may be done. */
#pragma once

#include <stddef.h>

#include "host.h"
#include "log.h"

/* Appends as much of text as fits. */
void blame_add(char *line, size_t size, const char *text);
/* Appends "the backend 'remote' (call process of Example.Remote.ProcessingService)", or "no backend" for NULL. */
void blame(char *line, size_t size, const HostCall *call);
/* The feature that it is at work for, if it is for one. */
LogFields blame_fields(const HostCall *call);
