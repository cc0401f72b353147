/* SPDX-License-Identifier: MIT */
/* The host's catalogue: which plugins and module libraries are loaded, and which are refused for
 * what reason. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host.h"
#include "loader.h"
#include "loop.h"
#include "plugin-builder.h"

typedef struct Fixture {
        char directory[64];
        Loop *loop;
        Host *host;
} Fixture;

static const struct fascia_module module;

static const struct fascia_interface interface = {
        .module = &module,
        .name = "Thing",
        .qualified_name = "Test.Plug.Thing",
        .id = "Test.Plug.Thing",
        .dbus_name = "Test.Plug1.Thing",
        .path = "/Test/Plug1/Thing",
        .layout_hash = 1,
};

static const struct fascia_module module = {
        .abi = FASCIA_DESCRIPTOR_ABI,
        .size = sizeof(struct fascia_module),
        .interface_size = sizeof(struct fascia_interface),
        .property_size = sizeof(struct fascia_property),
        .method_size = sizeof(struct fascia_method),
        .signal_size = sizeof(struct fascia_signal),
        .name = "Test.Plug",
        .major = 1,
        .bus_name = "Test.Plug1",
        .path = "/Test/Plug1",
        .n_interfaces = 1,
        .interfaces = &interface,
};

static const char module_source[] =
        "#include <fascia/descriptor.h>\n"
        "static const struct fascia_module module;\n"
        "static const struct fascia_interface interface = { .module = &module, .name = \"Thing\",\n"
        "        .qualified_name = \"Test.Plug.Thing\", .id = \"Test.Plug.Thing\",\n"
        "        .dbus_name = NAME \".Thing\", .path = \"/x\", .layout_hash = HASH };\n"
        "static const struct fascia_module module = { .abi = DESCRIPTOR_ABI,\n"
        "        .size = sizeof(struct fascia_module), .interface_size = sizeof(interface),\n"
        "        .property_size = sizeof(struct fascia_property),\n"
        "        .method_size = sizeof(struct fascia_method),\n"
        "        .signal_size = sizeof(struct fascia_signal), .name = \"Test.Plug\", .major = 1,\n"
        "        .bus_name = NAME, .path = \"/x\", .n_interfaces = 1, .interfaces = &interface };\n"
        "static const char *const introspection[] = { \"\" };\n"
        "static const struct fascia_simulation simulation[] = { { .n_zones = 0 } };\n"
        "const struct fascia_module_library fascia_module_library = {\n"
        "        .abi = LIBRARY_ABI, .size = sizeof(fascia_module_library), .module = &module,\n"
        "        .introspection = introspection, .simulation = simulation };\n";

static void build(const Fixture *f, const char *name, const char *source, const char *flags) {
        library_build(f->directory, name, source, flags);
}

static int set_up(void **state) {
        Fixture *f = calloc(1, sizeof(*f));
        HostSettings settings = { .allow_own_plugins = true };

        strcpy(f->directory, "/tmp/fascia-catalogue.XXXXXX");
        assert_non_null(mkdtemp(f->directory));
        settings.plugin_path = settings.module_path = f->directory;
        assert_int_equal(loop_new(NULL, &f->loop), 0);
        assert_int_equal(host_new(f->loop, NULL, &settings, &f->host), 0);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;
        char command[128];

        host_free(f->host);
        loop_unref(f->loop);
        snprintf(command, sizeof(command), "rm -r %s", f->directory);
        assert_int_equal(system(command), 0);
        free(f);
        return 0;
}

#define GOOD "-DSYMBOL=fascia_plugin -DSIZE=sizeof\\(struct\\ fascia_plugin\\)"

static void assert_refused(Fixture *f, const char *name, int code, const char *text) {
        HostBackend backend;
        char *reason = NULL;

        assert_int_equal(host_find_backend(f->host, name, &interface, &backend, &reason), code);
        assert_non_null(reason);
        if (!strstr(reason, text))
                fail_msg("'%s' does not say '%s'", reason, text);
        free(reason);
}

static void a_plugin_is_loaded_and_opened_once(void **state) {
        Fixture *f = *state;
        HostBackend first, second;
        char *reason = NULL;

        build(f, "good", plugin_source, GOOD);
        assert_int_equal(host_find_backend(f->host, "good", &interface, &first, &reason), 0);
        assert_non_null(first.plugin);
        assert_int_equal(host_find_backend(f->host, "good", &interface, &second, &reason), 0);
        assert_ptr_equal(first.feature, second.feature);
}

/* What the C library remembers of a file that is loaded twice must not stand for another one. */
static void a_file_that_two_hosts_have_is_taken_for_no_other(void **state) {
        const HostSettings settings = {
                .plugin_path = ((Fixture *)*state)->directory,
                .module_path = ((Fixture *)*state)->directory,
                .allow_own_plugins = true,
        };
        HostBackend good, again, other;
        Fixture *f = *state;
        char *reason = NULL;
        Host *host = NULL;

        build(f, "good", plugin_source, GOOD);
        build(f, "other", plugin_source, GOOD);
        assert_int_equal(host_new(f->loop, NULL, &settings, &host), 0);
        assert_int_equal(host_find_backend(host, "good", &interface, &good, &reason), 0);
        assert_int_equal(host_find_backend(f->host, "good", &interface, &again, &reason), 0);
        assert_ptr_equal(good.feature, again.feature);
        host_free(host);
        assert_int_equal(host_new(f->loop, NULL, &settings, &host), 0);
        assert_int_equal(host_find_backend(host, "other", &interface, &other, &reason), 0);
        assert_ptr_not_equal(good.feature, other.feature);
        host_free(host);
}

static void a_plugin_that_does_not_fit_is_refused_by_file_and_reason(void **state) {
        static const struct {
                const char *name, *flags;
                int code;
                const char *text;
        } rows[] = {
                { "abi", GOOD " -DABI=7 -DOPEN=0", -ELIBBAD,
                  "/abi.so' cannot be used: it was built for another version of the backend interface "
                  "(7, this is 1)" },
                { "symbol", "-DSYMBOL=other -DSIZE=99", -ELIBBAD,
                  "/symbol.so' has no symbol 'fascia_plugin'" },
                { "size", "-DSYMBOL=fascia_plugin -DSIZE=8", -ELIBBAD,
                  "/size.so' cannot be used: its description is not complete" },
                { "open", GOOD " -DABI=1 -DOPEN=-5", -EIO,
                  "Backend 'open' failed to open: Input/output error" },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                build(f, rows[i].name, plugin_source, rows[i].flags);
                assert_refused(f, rows[i].name, rows[i].code, rows[i].text);
        }
        assert_refused(f, "nowhere", -ENOENT,
                       "There is no 'nowhere.so' in '/tmp/fascia-catalogue.");
}

static void a_file_that_is_no_library_is_refused(void **state) {
        Fixture *f = *state;
        char path[128];
        FILE *file;

        snprintf(path, sizeof(path), "%s/text.so", f->directory);
        file = fopen(path, "w");
        assert_non_null(file);
        fputs("this is not a library\n", file);
        fclose(file);
        assert_int_equal(chmod(path, 0644), 0);
        assert_refused(f, "text", -ELIBBAD, "Cannot load '");
}

static void what_others_may_write_is_not_trusted(void **state) {
        Fixture *f = *state;
        char path[128], target[128];

        build(f, "open", plugin_source, GOOD);
        snprintf(path, sizeof(path), "%s/open.so", f->directory);
        assert_int_equal(chmod(path, 0775), 0);
        assert_refused(f, "open", -EPERM, "/open.so' is not trusted: others may write to it");
        assert_int_equal(chmod(path, 0755), 0);
        assert_int_equal(chmod(f->directory, 0777), 0);
        assert_refused(f, "open", -EPERM, "is not trusted: others may write to it");
        assert_int_equal(chmod(f->directory, 0700), 0);
        snprintf(target, sizeof(target), "%s/link.so", f->directory);
        assert_int_equal(symlink(path, target), 0);
        assert_refused(f, "link", -ELOOP, "Cannot open '");
        snprintf(path, sizeof(path), "%s/directory.so", f->directory);
        assert_int_equal(mkdir(path, 0755), 0);
        assert_refused(f, "directory", -EPERM, "is not trusted: it is not a regular file");
}

static void what_belongs_to_another_user_is_not_trusted(void **state) {
        Fixture *f = *state;
        Library *library;
        char *reason = NULL;
        char path[128];

        if (geteuid() != 0) {
                print_message("skipped: only root can give a file away\n");
                skip();
        }
        build(f, "foreign", plugin_source, GOOD);
        snprintf(path, sizeof(path), "%s/foreign.so", f->directory);
        assert_int_equal(chown(path, 65534, 65534), 0);
        assert_int_equal(
                library_load(f->directory, "foreign.so", "fascia_plugin", true, &library, &reason),
                -EPERM);
        assert_non_null(strstr(reason, "it does not belong to root"));
        free(reason);
}

static void two_libraries_on_the_same_descriptor_number_are_two(void **state) {
        Fixture *f = *state;
        Library *a, *b;
        char *reason = NULL;

        build(f, "a", plugin_source, GOOD);
        build(f, "b", plugin_source, GOOD);
        assert_int_equal(library_load(f->directory, "a.so", "fascia_plugin", true, &a, &reason), 0);
        assert_int_equal(library_load(f->directory, "b.so", "fascia_plugin", true, &b, &reason), 0);
        assert_ptr_not_equal(library_get_symbol(a), library_get_symbol(b));
        library_unload(a);
        library_unload(b);
}

#define MODULE_GOOD "-DDESCRIPTOR_ABI=1 -DLIBRARY_ABI=1"

static void the_highest_major_is_taken_unless_one_is_asked_for(void **state) {
        const struct fascia_module_library *library;
        Fixture *f = *state;
        char *reason = NULL;

        build(f, "Test.Plug1", module_source, MODULE_GOOD " -DHASH=1 -DNAME='\"Test.Plug1\"'");
        build(f, "Test.Plug12", module_source, MODULE_GOOD " -DHASH=1 -DNAME='\"Test.Plug12\"'");
        build(f, "Test.Plug9", module_source, MODULE_GOOD " -DHASH=1 -DNAME='\"Test.Plug9\"'");
        build(f, "Test.Plug99x", module_source, MODULE_GOOD " -DHASH=1 -DNAME='\"Test.Plug99x\"'");
        assert_int_equal(host_load_module(f->host, "Test.Plug", 0, &library, &reason), 0);
        assert_string_equal(library->module->bus_name, "Test.Plug12");
        assert_int_equal(host_load_module(f->host, "Test.Plug", 9, &library, &reason), 0);
        assert_string_equal(library->module->bus_name, "Test.Plug9");
        assert_int_equal(host_load_module(f->host, "Test.Plug", 2, &library, &reason), -ENOENT);
        assert_non_null(strstr(reason, "There is no 'Test.Plug2.so' in '"));
        free(reason);
        assert_int_equal(host_load_module(f->host, "../Plug", 0, &library, &reason), -EINVAL);
        free(reason);
}

static void a_module_of_another_version_is_not_mixed_with_this_one(void **state) {
        const struct fascia_module_library *library;
        Fixture *f = *state;

        build(f, "Test.Plug1", module_source, MODULE_GOOD " -DHASH=2 -DNAME='\"Test.Plug1\"'");
        assert_int_equal(fascia_host_get_module_library(f->host, &module, &library), -ELIBBAD);
}

static void a_module_library_that_does_not_fit_is_refused(void **state) {
        static const struct {
                const char *name, *flags, *text;
        } rows[] = {
                { "Test.Abi1", "-DDESCRIPTOR_ABI=1 -DLIBRARY_ABI=9 -DHASH=1 -DNAME='\"Test.Abi1\"'",
                  "it was built for another version of Fascia" },
                { "Test.Inner1",
                  "-DDESCRIPTOR_ABI=9 -DLIBRARY_ABI=1 -DHASH=1 -DNAME='\"Test.Inner1\"'",
                  "its descriptors are of an unknown kind" },
        };
        const struct fascia_module_library *library;
        Fixture *f = *state;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char *reason = NULL;

                build(f, rows[i].name, module_source, rows[i].flags);
                assert_int_equal(host_load_module(f->host, rows[i].name, 0, &library, &reason),
                                 -ELIBBAD);
                assert_non_null(strstr(reason, rows[i].text));
                free(reason);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
                TEST(a_plugin_is_loaded_and_opened_once),
                TEST(a_file_that_two_hosts_have_is_taken_for_no_other),
                TEST(a_plugin_that_does_not_fit_is_refused_by_file_and_reason),
                TEST(a_file_that_is_no_library_is_refused),
                TEST(what_others_may_write_is_not_trusted),
                TEST(what_belongs_to_another_user_is_not_trusted),
                TEST(two_libraries_on_the_same_descriptor_number_are_two),
                TEST(the_highest_major_is_taken_unless_one_is_asked_for),
                TEST(a_module_of_another_version_is_not_mixed_with_this_one),
                TEST(a_module_library_that_does_not_fit_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
