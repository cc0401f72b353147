/* SPDX-License-Identifier: MIT */
/* What the daemon tells its administrator: the journal with fields where there is one, else stderr.
 */
#pragma once

#include <stdbool.h>
#include <syslog.h>

/* Decides where to: the journal when stderr is it; otherwise stderr, with <N> prefixes unless it is
 * a terminal. */
void log_init(void);
/* LOG_EMERG … LOG_DEBUG: what is more detailed is dropped. */
void log_set_level(int level);
int log_get_level(void);
/* "journal" or "console". */
const char *log_get_target(void);
/* Those, and "auto": what log_init() decides. -EINVAL: it is none, or there is no journal. */
int log_set_target(const char *name);
/* By number, NULL at the end: "emerg" to "debug", as syslog(3) has them. */
extern const char *const log_level_names[];

/* What a message is about: fields in the journal; elsewhere the module is a prefix. NULL: nothing in particular. */
typedef struct LogFields {
        const char *module;
        const char *feature;
        const char *sender; /* on the bus */
} LogFields;

#define LOG_MODULE(name) (&(const LogFields){ .module = (name) })
/* Of an interface, as its descriptor has it. */
#define LOG_FEATURE(interface) \
        (&(const LogFields){ .module = (interface)->module->name, .feature = (interface)->name })

/* fields may be NULL. error: a negative errno for %m, which the text may hold; 0: none. Returns error. */
int log_full(int level, int error, const LogFields *fields, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

#define log_error_errno(error, ...) log_full(LOG_ERR, error, NULL, __VA_ARGS__)
#define log_warning_errno(error, ...) log_full(LOG_WARNING, error, NULL, __VA_ARGS__)
#define log_error(...) log_full(LOG_ERR, 0, NULL, __VA_ARGS__)
#define log_warning(...) log_full(LOG_WARNING, 0, NULL, __VA_ARGS__)
#define log_notice(...) log_full(LOG_NOTICE, 0, NULL, __VA_ARGS__)
#define log_info(...) log_full(LOG_INFO, 0, NULL, __VA_ARGS__)
#define log_debug(...) log_full(LOG_DEBUG, 0, NULL, __VA_ARGS__)

#define log_module_error(module, ...) log_full(LOG_ERR, 0, LOG_MODULE(module), __VA_ARGS__)
#define log_module_warning(module, ...) log_full(LOG_WARNING, 0, LOG_MODULE(module), __VA_ARGS__)
#define log_module_notice(module, ...) log_full(LOG_NOTICE, 0, LOG_MODULE(module), __VA_ARGS__)
#define log_module_info(module, ...) log_full(LOG_INFO, 0, LOG_MODULE(module), __VA_ARGS__)
