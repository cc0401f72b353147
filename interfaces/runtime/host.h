/* SPDX-License-Identifier: MIT */
/* Who runs backends: the loop, the configuration, the plugins and module libraries that were
 * loaded, the requests that are open. */
#pragma once

#include "config.h"
#include "loop.h"
#include <fascia/backend.h>

typedef struct fascia_host Host;

typedef struct HostSettings {
        /* Directories, searched in order, separated by ':'. */
        const char *plugin_path;
        const char *module_path;
        /* Whether plugins may also belong to the own uid (the desk), not only to root. */
        bool allow_own_plugins;
} HostSettings;

/* config may be NULL (tests). The host copies the settings and borrows the config. */
int host_new(Loop *loop, const Config *config, const HostSettings *settings, Host **ret);
/* Every instance must be gone. Closes plugins. */
Host *host_free(Host *host);
Loop *host_get_loop(Host *host);
const Config *host_get_config(Host *host);
void host_set_config(Host *host, const Config *config);

/* Something of a backend that runs, in the memory of who calls it. */
typedef struct HostCall HostCall;
struct HostCall {
        const HostCall *outer; /* what it was called from within, or NULL */
        const char *action;    /* "start", "call", … */
        const char *plugin;    /* NULL: only the function is known, see host_find_plugin_of() */
        const struct fascia_interface *interface; /* NULL: of the plugin as a whole */
        const char *member;                       /* NULL: of none */
        const Host *host;
        const void *function;
};

/* Around each call into a backend, so that one that does not return can be named. */
void host_enter(HostCall *call);
void host_leave(const HostCall *call);
/* The innermost of this thread, NULL: none. A signal handler may ask. */
const HostCall *host_get_call(void);
/* What a thread runs, for another to look at. It lives as long as the thread. */
typedef struct HostThread HostThread;
HostThread *host_get_thread(void);
/* From any other thread: fn is told of the innermost call, NULL: none. It does not end meanwhile. */
typedef void HostLookFn(const HostCall *call, void *userdata);
void host_thread_look(HostThread *thread, HostLookFn *fn, void *userdata);
/* The name of the plugin that has the function; NULL: none. A signal handler may ask. */
const char *host_find_plugin_of(const Host *host, const void *function);

/* Where a backend of an interface comes from. Borrowed from the host. */
typedef struct HostBackend {
        const struct fascia_plugin_feature *feature;
        uint32_t kind;
        void *plugin; /* what open() returned */
} HostBackend;

/* "dbus", which libfascia brings along: any feature, as a service elsewhere has it. */
extern const struct fascia_plugin backend_dbus;

/* A plugin that is part of the program (that one; a test's): found before files of that
 * name. Borrowed. */
int host_add_plugin(Host *host, const struct fascia_plugin *plugin);
/* The same, of one that needs no open(): this is what it would have returned. */
int host_add_open_plugin(Host *host, const struct fascia_plugin *plugin, void *userdata);
/* What open() of a plugin returned; NULL: it was not opened. */
void *host_get_plugin_userdata(const Host *host, const char *name);
/* Finds the backend by name: what the configuration describes in [backend/NAME], or the plugin of that name.
 * Loads and opens the plugin when that was not done yet, and finds what serves the interface. On failure reterr_text says why, naming file and reason, to be freed. */
int host_find_backend(Host *host, const char *plugin_name, const struct fascia_interface *interface,
                      HostBackend *ret, char **reterr_text);
/* What a plugin says of itself, loaded when that was not done yet, and not opened. *ret_file is where it is from, "":
 * part of the program. Borrowed. Fails as above. */
int host_describe_plugin(Host *host, const char *name, const struct fascia_plugin **ret,
                         const char **ret_file, char **reterr_text);
/* Whether that can be done without loading a file. */
bool host_has_plugin(const Host *host, const char *name);
/* Loads the file that holds the backend in a thread of its own; then fn runs from the loop, and
 * host_find_backend() has it at hand, or fn is told why not. The thread is waited for when
 * this is freed before. */
typedef struct BackgroundLoad BackgroundLoad;
typedef void BackgroundLoadFn(int error, const char *text, void *userdata);
int host_load_in_background(Host *host, const char *name, BackgroundLoadFn *fn, void *userdata,
                            BackgroundLoad **ret);
BackgroundLoad *background_load_free(BackgroundLoad *l);
/* The module library by the name of the module; major 0: the highest that is installed. */
int host_load_module(Host *host, const char *module_name, uint32_t major,
                     const struct fascia_module_library **ret, char **reterr_text);
/* All that are installed and can be used, in any order; one that is in two directories comes twice. */
typedef void HostModuleFn(const struct fascia_module_library *library, void *userdata);
void host_each_module(Host *host, HostModuleFn *fn, void *userdata);
