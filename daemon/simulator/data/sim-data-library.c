/* SPDX-License-Identifier: MIT */
/* The reader of data files, out of its library. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "sim-data-reader.h"

#define LIBRARY "libfascia-simulation-data.so.0"

/* One for the process, whose clients may run in threads of their own. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *library;
static const SimDataReader *reader;

/* Found where the simulator says: in its run path. */
static const SimDataReader *load(char **reterr_text) {
        const SimDataReader *found;
        const char *reason = "it was made from another version";

        library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
        found = library ? dlsym(library, "fascia_simulation_data_reader") : NULL;
        if (found && strcmp(found->version, FASCIA_VERSION) == 0)
                return found;
        if (!found)
                reason = dlerror();
        if (asprintf(reterr_text, "The reader of data files cannot be loaded: %s", reason) < 0)
                *reterr_text = NULL;
        if (library)
                dlclose(library);
        library = NULL;
        return NULL;
}

const SimDataReader *sim_data_get_reader(char **reterr_text) {
        const SimDataReader *r;

        pthread_mutex_lock(&lock);
        if (!reader)
                reader = load(reterr_text);
        r = reader;
        pthread_mutex_unlock(&lock);
        return r;
}

/* With the simulator; nothing of it is in use then. */
__attribute__((destructor)) static void unload(void) {
        if (library)
                dlclose(library);
}
