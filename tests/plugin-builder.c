/* SPDX-License-Identifier: MIT */
/* Makes plugins and other libraries for tests, good ones and such as must be refused. */
#include "plugin-builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

const char plugin_source[] =
        "#include <fascia/backend.h>\n"
        "#ifndef ABI\n"
        "#define ABI FASCIA_BACKEND_ABI\n"
        "#define OPEN 0\n"
        "#endif\n"
        "static int on_open(struct fascia_host *host, void **ret) {\n"
        "        (void)host;\n"
        "        *ret = (void *)&on_open;\n"
        "        return OPEN;\n"
        "}\n"
        "static const struct fascia_backend_ops ops = { .size = sizeof(ops) };\n"
        "static const struct fascia_plugin_feature features[] = { { .ops = &ops } };\n"
        "const struct fascia_plugin SYMBOL = {\n"
        "        .abi = ABI, .size = SIZE, .name = \"x\", .feature_size = sizeof(features[0]),\n"
        "        .n_features = 1, .features = features, .open = on_open,\n"
        "};\n";

static const char *from(const char *variable, const char *otherwise) {
        const char *value = getenv(variable);

        return value ? value : otherwise;
}

static void run(const char *command, const char *path) {
        assert_int_equal(system(command), 0);
        assert_int_equal(chmod(path, 0755), 0);
}

void library_build(const char *directory, const char *name, const char *source, const char *flags) {
        char path[256], command[1024];
        FILE *file;

        snprintf(path, sizeof(path), "%s/source.c", directory);
        file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(source, file) >= 0);
        assert_int_equal(fclose(file), 0);
        snprintf(path, sizeof(path), "%s/%s.so", directory, name);
        snprintf(command, sizeof(command),
                 "cc -shared -fPIC -I%s/client/include %s -o %s %s/source.c",
                 from("FASCIA_SOURCE_DIR", "."), flags, path, directory);
        run(command, path);
}

void plugin_build(const char *directory, const char *name, const char *flags) {
        char all[256];

        snprintf(all, sizeof(all), "'-DSIZE=sizeof(struct fascia_plugin)' -DOPEN=0 %s", flags);
        library_build(directory, name, plugin_source, all);
}

void plugin_copy(const char *stem, const char *directory, const char *name) {
        char path[256], command[1024];

        snprintf(path, sizeof(path), "%s/%s.so", directory, name);
        snprintf(command, sizeof(command), "cp %s/stubs/%s.so %s",
                 from("FASCIA_BUILD_DIR", "build"), stem, path);
        run(command, path);
}
